"""Tasks whose objective is a function with a known optimum.

The spaces have linear and logarithmic ranges, integers and categories; the functions see unit
coordinates only.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.tasks.functions import (
    N_SAMPLE,
    Seeded,
    ackley,
    best_of_categories,
    bowl,
    branin,
    categories,
    cliff,
    failing,
    hartmann,
    mixed,
    ridge,
    steps,
    wave,
)
from benchmarks.tasks.task import LOG, Objective, Params, Task, to_unit

FAILING_SHARE = 0.3
FAILED_SCORE = -1e12


def ranges(n_dimensions: int, n_log: int = 0, n_integer: int = 0) -> Params:
    """Return a space of reals, of which some are logarithmic, and of some integers."""
    n_linear = n_dimensions - n_log - n_integer
    linear = {f"linear_{i}": (-1.0 - i, 4.0 + 2 * i) for i in range(n_linear)}
    log = {f"log_{i}": (10.0 ** -(2 + i % 4), 10.0 ** (i % 3), LOG) for i in range(n_log)}
    integer = {f"integer_{i}": (i, 9 + 3 * i) for i in range(n_integer)}
    return {**linear, **log, **integer}


def unit(space: Params, params: Params) -> np.ndarray:
    """Return the unit coordinates of parameters in the order of the space."""
    return np.array([to_unit(space[name], params[name]) for name in space if name in params])


@dataclass(frozen=True)
class OnCube:
    """Makes an objective of a function of unit coordinates.

    Parameters
    ----------
    space : dict
    function : callable
        Returns the function on the unit cube for a seed.
    seed : int
    noise : float
        Standard deviation of the noise, as a share of that of the function.
    """

    space: Any
    function: Seeded
    seed: int
    noise: float = 0.0

    def __call__(self) -> Objective:
        """Return the objective."""
        function = self.function(self.seed)
        sd = 0.0
        if self.noise:
            cube = np.random.default_rng(0).random((N_SAMPLE, len(self.space)))
            sd = self.noise * float(np.std([function(u) for u in cube]))

        def objective(params: Params, rng: np.random.Generator) -> float:
            value = float(function(unit(self.space, params)))
            return value + sd * rng.normal() if sd else value

        return objective


def on_cube(
    name: str,
    family: str,
    space: Params,
    function: Seeded,
    seed: int,
    top: float,
) -> Task:
    """Return a task without noise."""
    return Task(name, family, space, OnCube(space, function, seed), optimum=top)


def with_noise(
    name: str, space: Params, function: Seeded, seed: int, top: float, sd: float
) -> Task:
    """Return a task with noise of a share of the function's standard deviation."""
    make = OnCube(space, function, seed, sd)
    return Task(name, "noisy", space, make, OnCube(space, function, seed), optimum=top)


@dataclass(frozen=True)
class Branches:
    """Makes an objective with a bowl for each branch; the last branch is the highest, at 0."""

    space: Any
    seed: int

    def __call__(self) -> Objective:
        """Return the objective."""
        free = [
            {name: w for name, w in branch.items() if name != "branch"} for branch in self.space
        ]
        rng = np.random.default_rng(self.seed)
        centres = [rng.uniform(0.15, 0.85, len(space)) for space in free]
        n = len(free)

        def objective(params: Params, rng: np.random.Generator) -> float:
            k = params["branch"]
            distance = ((unit(free[k], params) - centres[k]) ** 2).sum()
            width = 0.3 + 0.7 * (n - 1 - k) / n  # the highest is the narrowest
            return float(-0.15 * (n - 1 - k) - distance / (width**2 + distance))

        return objective


def smooth() -> Iterator[Task]:
    """Yield smooth functions of few dimensions."""
    yield on_cube("wave", "smooth", ranges(1, 1), wave, 1, 1.0)
    yield on_cube("branin", "smooth", ranges(2, 1), branin, 2, -0.397887)
    yield on_cube("hartmann3", "smooth", ranges(3, 2), hartmann(3), 3, 3.86279)
    yield on_cube("hartmann6", "smooth", ranges(6, 3), hartmann(6), 4, 3.32237)
    yield on_cube("ridge-4", "smooth", ranges(4, 2), ridge(4), 5, 0.0)
    yield on_cube("bowl-log-5", "smooth", ranges(5, 5), bowl(5), 6, 0.0)
    yield on_cube("bowl-integers-4", "smooth", ranges(4, 0, 4), bowl(4, 10.0), 7, -0.00076363)
    yield on_cube("ridge-2", "smooth", ranges(2), ridge(2), 8, 0.0)


def rough() -> Iterator[Task]:
    """Yield functions with plateaus, cliffs, many maxima and failures; twins share a half."""
    yield on_cube(
        "fails-nan", "rough", ranges(4, 2), failing(4, bowl(4), np.nan, FAILING_SHARE), 11, 0.0
    )
    yield on_cube("ackley-3", "rough", ranges(3), ackley(3), 12, 0.0)
    yield on_cube(
        "fails-worst", "rough", ranges(4, 2), failing(4, bowl(4), None, FAILING_SHARE), 11, 0.0
    )
    yield on_cube("cliff-4", "rough", ranges(4, 1), cliff(4), 13, 0.0)
    plateaus = steps(hartmann(6), 0.4)
    yield on_cube("plateaus-6", "rough", ranges(6, 2), plateaus, 14, 3.2)
    yield on_cube("ackley-5", "rough", ranges(5, 2), ackley(5), 15, 0.0)
    yield on_cube(
        "tails-3", "rough", ranges(3, 1), failing(3, ridge(3), FAILED_SCORE, 0.15), 16, 0.0
    )
    yield on_cube("steps-2", "rough", ranges(2), steps(branin, 1.0), 17, -1.0)


def many_dimensions() -> Iterator[Task]:
    """Yield functions of many dimensions."""
    yield on_cube("6-of-20", "many-dimensions", ranges(20, 8, 4), hartmann(6), 21, 3.32237)
    yield on_cube("bowl-30", "many-dimensions", ranges(30, 10), bowl(30, 1e3), 22, 0.0)
    yield on_cube("ackley-12", "many-dimensions", ranges(12, 4), ackley(12), 23, 0.0)
    yield on_cube("ridge-10", "many-dimensions", ranges(10, 5), ridge(10), 24, 0.0)
    yield on_cube("3-of-14", "many-dimensions", ranges(14, 6, 4), hartmann(3), 25, 3.86279)


def with_branches() -> Iterator[Task]:
    """Yield conditional spaces."""
    shared = {"shared": (0.0, 1.0)}
    space: list[Params] = [
        {"branch": [0], **shared},
        {"branch": [1], **shared, "a": (1e-3, 1e2, LOG), "b": (1, 20)},
        {"branch": [2], **shared, "c": (1e-4, 1.0, LOG), "d": (0.0, 9.0), "e": (-3.0, 3.0)},
    ]
    yield Task("branches-3", "conditional", space, Branches(space, 31), optimum=0.0)
    reals = {"x": (1e-4, 1e4, LOG), "y": (-5.0, 10.0)}
    own: list[Params] = [{}, {"p": (0.0, 1.0)}, {"q": (1, 30, LOG)}, {"p": (0.0, 1.0)}]
    own.append({"r": (0.1, 10.0, LOG), "s": (2, 12)})
    own.append({"t": (0.0, 2.0)})
    space = [{"branch": [k], **reals, **each} for k, each in enumerate(own)]
    yield Task("branches-6", "conditional", space, Branches(space, 32), optimum=0.0)


def with_categories() -> Iterator[Task]:
    """Yield spaces of categories."""
    space: Params = {f"category_{i}": list("abcde") for i in range(6)}
    top = best_of_categories(5, 6, 41)
    yield on_cube("categories-5^6", "categorical", space, categories(5, 6), 41, top)
    space = {**ranges(3, 1), "category": list("abcdef")}
    yield on_cube("mixed-6", "categorical", space, mixed(space, 6), 42, 0.0)
    space = {f"switch_{i}": [False, True] for i in range(12)}
    top = best_of_categories(2, 12, 43)
    yield on_cube("switches-2^12", "categorical", space, categories(2, 12), 43, top)
    space = {**ranges(4, 2), "category": list("abc")}
    yield on_cube("mixed-3", "categorical", space, mixed(space, 3), 44, 0.0)


def noisy() -> Iterator[Task]:
    """Yield functions with noise at three levels."""
    for sd, seeds in ((0.05, (51, 52)), (0.2, (53, 54)), (0.5, (55, 56))):
        percent = round(100 * sd)
        space = ranges(4, 2)
        yield with_noise(f"bowl-4-noise-{percent}", space, bowl(4, 20.0), seeds[0], 0.0, sd)
        space = ranges(3, 1)
        yield with_noise(f"hartmann3-noise-{percent}", space, hartmann(3), seeds[1], 3.86279, sd)


GROUPS = (smooth, rough, many_dimensions, with_branches, with_categories, noisy)
SYNTHETIC = list(itertools.chain.from_iterable(group() for group in GROUPS))
