"""Functions with a known optimum on the unit cube, made for a seed.

Their optima are moved away from centres and corners by the seed: those of a quadratic kind by a
shift and a rotation, Branin's and Hartmann's by a monotone warp of each coordinate, which leaves
the optimum as high as it was.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.tasks.task import Params

N_SAMPLE = 2000  # points that say how large a function is, and where a failing region begins

Function = Callable[[np.ndarray], float]
Seeded = Callable[[int], Function]


def warped(seed: int, n_dimensions: int) -> Function:
    """Return a map of the cube onto itself: axes are exchanged, turned round and bent."""
    rng = np.random.default_rng(seed)
    order, turned = rng.permutation(n_dimensions), rng.random(n_dimensions) < 0.5
    power = np.exp(rng.uniform(-0.5, 0.5, n_dimensions))
    return lambda u: np.where(turned, 1 - u[order], u[order]) ** power


def turned(seed: int, n_dimensions: int) -> Function:
    """Return a shift to a point within the cube, and a rotation about it."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0.15, 0.85, n_dimensions)
    rotation = np.linalg.qr(rng.normal(size=(n_dimensions, n_dimensions)))[0]
    return lambda u: rotation @ (u - centre)


def branin(seed: int) -> Function:
    """Return Branin's function, negative: highest at -0.397887."""
    warp = warped(seed, 2)

    def function(u: np.ndarray) -> float:
        x, y = warp(u) * 15 + [-5, 0]
        valley = y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6
        return -(valley**2) - 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) - 10

    return function


def hartmann(n_dimensions: int) -> Seeded:
    """Return Hartmann's function of 3 or 6 dimensions: highest at 3.86278 or 3.32237."""
    if n_dimensions == 3:
        A = np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
        P = [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]
    else:
        A = np.array(
            [
                [10, 3, 17, 3.5, 1.7, 8],
                [0.05, 10, 17, 0.1, 8, 14],
                [3, 3.5, 1.7, 10, 17, 8],
                [17, 8, 0.05, 10, 0.1, 14],
            ]
        )
        P = [
            [1312, 1696, 5569, 124, 8283, 5886],
            [2329, 4135, 8307, 3736, 1004, 9991],
            [2348, 1451, 3522, 2883, 3047, 6650],
            [4047, 8828, 8732, 5743, 1091, 381],
        ]
    alpha, places = np.array([1.0, 1.2, 3.0, 3.2]), np.array(P) / 1e4

    def seeded(seed: int) -> Function:
        warp = warped(seed, n_dimensions)
        return lambda u: alpha @ np.exp(-(A * (warp(u[:n_dimensions]) - places) ** 2).sum(axis=1))

    return seeded


def bowl(n_dimensions: int, condition: float = 100.0) -> Seeded:
    """Return a rotated quadratic function whose axes differ by a condition number: highest at 0."""

    def seeded(seed: int) -> Function:
        turn = turned(seed, n_dimensions)
        weights = condition ** -np.linspace(0, 1, n_dimensions)
        return lambda u: -float(weights @ turn(u) ** 2)

    return seeded


def ridge(n_dimensions: int) -> Seeded:
    """Return a narrow curved ridge: highest at 0."""

    def seeded(seed: int) -> Function:
        turn = turned(seed, n_dimensions)

        def function(u: np.ndarray) -> float:
            z = 1.5 * turn(u)
            side = z[1:] - z[:-1] ** 2
            return -float(np.log1p(30 * (side**2).sum() + (z[:-1] ** 2).sum()))

        return function

    return seeded


def ackley(n_dimensions: int) -> Seeded:
    """Return Ackley's function, rotated: highest at 0."""

    def seeded(seed: int) -> Function:
        turn = turned(seed, n_dimensions)

        def function(u: np.ndarray) -> float:
            z = 12 * turn(u)
            hills = np.exp(np.cos(2 * np.pi * z).mean())
            return 20 * np.exp(-0.2 * np.sqrt((z**2).mean())) - 20 + hills - np.e

        return function

    return seeded


def wave(seed: int) -> Function:
    """Return a function of one dimension with several maxima, the highest of 1."""
    place = np.random.default_rng(seed).uniform(0.2, 0.8)

    def function(u: np.ndarray) -> float:
        z = float(u[0]) - place
        return float(np.cos(22 * z) * np.exp(-4 * z**2) - abs(z) / 4)

    return function


def steps(function: Seeded, height: float) -> Seeded:
    """Return plateaus: the function rounded down to multiples of a height."""

    def seeded(seed: int) -> Function:
        smooth = function(seed)
        return lambda u: float(np.floor(smooth(u) / height) * height)

    return seeded


def failing(n_dimensions: int, function: Seeded, score: float | None, share: float) -> Seeded:
    """Return the function with a failing half space that does not hold the centre of a bowl.

    Failures have a score, or that of the worst of a sample if it is None.
    """

    def seeded(seed: int) -> Function:
        smooth, turn = function(seed), turned(seed, n_dimensions)
        cube = np.random.default_rng(seed).random((N_SAMPLE, n_dimensions))
        border = float(np.quantile([turn(u)[0] for u in cube], 1 - share))
        if border <= 0:
            raise ValueError("the optimum fails with this seed: choose another.")
        bad = min(smooth(u) for u in cube) if score is None else score
        return lambda u: bad if turn(u)[0] > border else smooth(u)

    return seeded


def cliff(n_dimensions: int) -> Seeded:
    """Return a slope that rises towards a cliff and ends there: highest at 0."""

    def seeded(seed: int) -> Function:
        turn = turned(seed, n_dimensions)

        def function(u: np.ndarray) -> float:
            z = turn(u)
            return -2.0 - z[0] if z[0] > 0 else float(z[0] - (z[1:] ** 2).sum())

        return function

    return seeded


def mixed(space: Params, n_categories: int) -> Seeded:
    """Return a bowl whose centre and height depend on the category: highest at 0.

    The last coordinate is the category, the others are reals.
    """
    n_reals = len(space) - 1

    def seeded(seed: int) -> Function:
        rng = np.random.default_rng(seed)
        centres = 0.5 + 0.5 * rng.uniform(-0.6, 0.6, (n_categories, n_reals))
        heights = -rng.permutation(n_categories) / n_categories * 0.4
        scales = rng.uniform(1, 6, n_reals)

        def function(u: np.ndarray) -> float:
            category = round(u[-1] * (n_categories - 1))
            distance = scales @ (u[:-1] - centres[category]) ** 2
            return float(heights[category] - distance / (1 + distance / 3))

        return function

    return seeded


def pairs(n_levels: int, n_dimensions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the worth of categories, and of pairs of categories of neighbouring dimensions."""
    rng = np.random.default_rng(seed)
    alone = rng.normal(size=(n_dimensions, n_levels))
    return alone, 0.7 * rng.normal(size=(n_dimensions - 1, n_levels, n_levels))


def categories(n_levels: int, n_dimensions: int) -> Seeded:
    """Return a function of categories that interact with their neighbours."""

    def seeded(seed: int) -> Function:
        alone, together = pairs(n_levels, n_dimensions, seed)

        def function(u: np.ndarray) -> float:
            k = np.rint(u * (n_levels - 1)).astype(int)
            i = np.arange(n_dimensions)
            return float(alone[i, k].sum() + together[i[:-1], k[:-1], k[1:]].sum())

        return function

    return seeded


def best_of_categories(n_levels: int, n_dimensions: int, seed: int) -> float:
    """Return the highest value of `categories`, dimension by dimension."""
    alone, together = pairs(n_levels, n_dimensions, seed)
    best = alone[0]
    for worth, pair in zip(alone[1:], together, strict=True):
        best = (best[:, None] + pair).max(axis=0) + worth
    return float(best.max())
