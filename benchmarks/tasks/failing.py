"""Functions that fail on large parts of their space, for the study `evidence`.

They are not among `TASKS`: the questions that they answer are about failures only.
The number in a name is the share of the space that is meant to fail, in per cent. Balls are smaller
where they would come close to the best place.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from benchmarks.tasks.functions import N_SAMPLE, Function, Seeded, bowl, hartmann, turned
from benchmarks.tasks.synthetic import on_cube, ranges
from benchmarks.tasks.task import Params, Task

N_BALLS = 8
# Of the border of a ball from the best place of a sample: a ball that comes closer than the first
# is left out, and no radius brings one closer than the second.
CLEAR, MIN_CLEAR = 0.1, 0.05
MAX_OFFSET = 0.6  # between the values of a category


def along(turn: Function, seed: int, n_dimensions: int) -> np.ndarray:
    """Return the first turned coordinate of a sample of the cube."""
    cube = np.random.default_rng(seed).random((N_SAMPLE, n_dimensions))
    return np.array([turn(u)[0] for u in cube])


def half_space(n_dimensions: int, function: Seeded, share: float) -> Seeded:
    """Return the function with a failing half space, on the side where a bowl's centre is not."""

    def seeded(seed: int) -> Function:
        smooth, turn = function(seed), turned(seed, n_dimensions)
        z = along(turn, seed, n_dimensions)
        sign = 1.0 if np.quantile(z, 1 - share) > 0 else -1.0
        border = float(np.quantile(sign * z, 1 - share))
        if border <= 0:
            raise ValueError("the centre fails on either side with this seed: choose another.")
        return lambda u: np.nan if sign * turn(u)[0] > border else smooth(u)

    return seeded


def at_border(n_dimensions: int, share: float) -> Seeded:
    """Return a slope that rises up to the border of a failing half space: highest at 0."""

    def seeded(seed: int) -> Function:
        turn = turned(seed, n_dimensions)
        border = float(np.quantile(along(turn, seed, n_dimensions), 1 - share))

        def function(u: np.ndarray) -> float:
            z = turn(u)
            return np.nan if z[0] > border else float(z[0] - border - (z[1:] ** 2).sum())

        return function

    return seeded


def balls(n_dimensions: int, function: Seeded, share: float) -> Seeded:
    """Return the function with failing balls of one radius that spare the best of a sample."""

    def seeded(seed: int) -> Function:
        smooth = function(seed)
        rng = np.random.default_rng(seed)
        cube = rng.random((N_SAMPLE, n_dimensions))
        best = cube[np.argmax([smooth(u) for u in cube])]
        centres = rng.random((N_BALLS, n_dimensions))
        radius = np.quantile(nearest(cube, centres), share)
        centres = centres[np.linalg.norm(centres - best, axis=1) > radius + CLEAR]
        clear = np.linalg.norm(centres - best, axis=1).min() - MIN_CLEAR
        radius = min(np.quantile(nearest(cube, centres), share), clear)
        return lambda u: np.nan if nearest(u[None], centres)[0] < radius else smooth(u)

    return seeded


def nearest(U: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the distance of each row from the nearest centre."""
    return np.linalg.norm(U[:, None] - centres, axis=2).min(axis=1)


def combinations(space: Params, function: Seeded, share: float, names: tuple[str, str]) -> Seeded:
    """Return the function with failing combinations of two categories, by chance.

    The combination of the best of a sample does not fail.
    """
    columns = [list(space).index(name) for name in names]
    sizes = [len(space[name]) for name in names]
    steps = np.array(sizes) - 1

    def seeded(seed: int) -> Function:
        smooth = function(seed)
        rng = np.random.default_rng(seed)
        cube = rng.random((N_SAMPLE, len(space)))
        for column, size in zip(columns, sizes, strict=True):
            cube[:, column] = rng.integers(size, size=N_SAMPLE) / (size - 1)
        best = cube[np.argmax([smooth(u) for u in cube])]
        fails = rng.random(sizes) < share

        def combination(u: np.ndarray) -> tuple[int, ...]:
            return tuple(np.rint(u[columns] * steps).astype(int))

        fails[combination(best)] = False
        return lambda u: np.nan if fails[combination(u)] else smooth(u)

    return seeded


def bowl_of_categories(space: Params) -> Seeded:
    """Return a bowl over the ranges, lower by an offset of each category: highest at 0."""
    columns = {kind: [j for j, w in enumerate(space.values()) if isinstance(w, kind)]
               for kind in (tuple, list)}  # fmt: skip
    sizes = [len(written) for written in space.values()]

    def seeded(seed: int) -> Function:
        smooth = bowl(len(columns[tuple]))(seed)
        rng = np.random.default_rng(seed + 1)
        offsets = {j: -MAX_OFFSET * rng.random(sizes[j]) for j in columns[list]}

        def function(u: np.ndarray) -> float:
            below = sum(o[round(u[j] * (sizes[j] - 1))] - o.max() for j, o in offsets.items())
            return float(smooth(u[columns[tuple]]) + below)

        return function

    return seeded


def half_spaces() -> Iterator[Task]:
    """Yield functions with one large failing region."""
    yield on_cube("fx-half-60", "rough", ranges(4, 2), half_space(4, bowl(4), 0.6), 101, 0.0)
    hills = half_space(6, hartmann(6), 0.3)
    yield on_cube("fx-half-30-h6", "rough", ranges(6, 3), hills, 102, 3.32237)
    yield on_cube("fx-border-30", "rough", ranges(3, 1), at_border(3, 0.3), 103, 0.0)
    yield on_cube("fx-border-60", "rough", ranges(4, 1), at_border(4, 0.6), 104, 0.0)


def scattered() -> Iterator[Task]:
    """Yield functions with several failing regions."""
    for share, seed in ((0.3, 105), (0.6, 106)):
        function = balls(3, hartmann(3), share)
        name = f"fx-balls-{round(100 * share)}"
        yield on_cube(name, "rough", ranges(3, 1), function, seed, 3.86279)
    space: Params = {**ranges(3, 1), "solver": list("abcde"), "penalty": list("pqrs")}
    function = combinations(space, bowl_of_categories(space), 0.4, ("solver", "penalty"))
    yield on_cube("fx-combos-40", "rough", space, function, 107, 0.0)


FAILING = list(itertools.chain(half_spaces(), scattered()))
