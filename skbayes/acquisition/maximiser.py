r"""Maximisation of an acquisition function over a mixed, possibly conditional space.

A random pool and perturbed incumbents give starts, spread over basins. These alternate between a
quasi-Newton polish of the ordered axes and a search among the neighbours on the discrete ones,
fewer in each round. Everything that could be returned has been evaluated where it will be decoded,
on snapped coordinates.

Notation
--------
===========  =============  ======================================================================
symbol       shape          meaning
===========  =============  ======================================================================
``U``        (b, n_axes)    unit coordinates, the index itself on an unordered axis
``X``        (b, p)         feature rows of ``U``
``value``    (b,)           acquisition values of ``X``
===========  =============  ======================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skbayes.acquisition.ascent import ascend
from skbayes.acquisition.functions import Acquisition
from skbayes.acquisition.moves import Layout, neighbours_of, perturb
from skbayes.gp.kernels import squared_distances

if TYPE_CHECKING:
    from skbayes.space import Point, Space

__all__ = ["maximise"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# A finite space up to this size is evaluated whole, which is exact and no dearer than the pool.
MAX_ENUMERATED = 2000
# Pool size: a base, more per axis, and a cap that keeps a suggestion at milliseconds.
POOL_BASE, POOL_PER_AXIS, POOL_MAX = 256, 64, 1500
# Perturbed incumbents beside the pool.
N_LOCAL = 400
# Up to so many observations all of these are tried, beyond it fewer in proportion: a row costs the
# square of the observations.
FULL_UP_TO = 200
# Starts are the best of so many candidates, in tiers of a distance (in lengthscales) and a number:
# first those in basins of their own, then those that only a converged search tells apart.
N_SCREENED = 200
TIERS = ((0.5, 24), (0.1, 6), (0.02, 6), (0.004, 6))
# A short climb shows which starts are worth a long one, and each round after it keeps a quarter:
# the calls of a batch cost more than its rows.
N_SCREENING_CALLS = 8
N_FINALISTS = 8
KEPT = 4
# Starts closer than this on every continuous axis, in lengthscales, climb the same peak.
MERGED = 0.01
# Rounds of polish and neighbour search.
MAX_ROUNDS = 6
# Places tried around a peak that may not be proposed, in rounds, and their distances in
# lengthscales: known points keep others off by a thousandth.
N_RIM, RIM_ROUNDS, RIM_RADII, RIM_SHRINK = 200, 3, (5e-4, 1e-2), 3.0
# A neighbour must be better by this much, as for a polish step.
MIN_GAIN = 1e-5
# Candidates decoded at once while looking for allowed ones, for each point wanted.
N_DECODED = 4


def maximise(
    acquisition: Acquisition,
    space: Space,
    *,
    rng: np.random.Generator,
    incumbents: FloatArray,
    lengthscales: FloatArray,
    is_allowed: Callable[[Point], bool],
    branches: Sequence[int] | None = None,
    n_best: int = 1,
) -> list[Point]:
    """Points of the largest acquisition value that are allowed.

    A finite space of at most ``MAX_ENUMERATED`` points is searched exhaustively.

    Parameters
    ----------
    acquisition : Acquisition
        Function of feature rows, with gradients.
    space : Space
        Where to search.
    rng : numpy.random.Generator
        Source of all randomness; the result is a function of its state.
    incumbents : ndarray of shape (k, n_axes)
        Coordinates of observed points, best first.
    lengthscales : ndarray of shape (n_axes,)
        Lengthscale of the model on each axis, in unit coordinates.
    is_allowed : callable
        Whether a point may be returned; False for known and pending ones.
    branches : sequence of int, optional
        Branches that may be proposed, all by default.
    n_best : int, default=1
        Number of points wanted.

    Returns
    -------
    list of Point
        At most `n_best` distinct allowed points, best first; empty if no allowed one was found.
    """
    allowed = sorted(set(range(len(space.branches)) if branches is None else branches))
    if not allowed or n_best < 1:
        return []
    if space.n_values is not None and space.n_values <= MAX_ENUMERATED:
        return _enumerate(acquisition, space, allowed, is_allowed, n_best)

    layout = Layout.of(space, lengthscales, np.array(allowed))
    n_axes = len(space.axes)
    incumbents = np.asarray(incumbents, dtype=np.float64).reshape(-1, n_axes)
    share = min(1.0, FULL_UP_TO / max(len(incumbents), 1))
    n_uniform = round(share * min(POOL_BASE + POOL_PER_AXIS * n_axes, POOL_MAX))
    uniform = rng.random((n_uniform, n_axes))
    if layout.is_branched:
        uniform[:, 0] = (layout.draw_branches(uniform[:, 0]) + 0.5) / layout.K[0]
    pool = space.sample(uniform)
    local = space.snap(perturb(incumbents, round(share * N_LOCAL), layout, space, rng))
    U = np.concatenate([pool, local])
    X = space.features(U)
    value = _value(acquisition, X)
    starts = U[_spread(X / layout.scale[space.groups], value, share)]
    found, found_value = [U], [value]
    for n_round in range(MAX_ROUNDS):
        # Integers climb as if they were continuous, and are held once they have been rounded: the
        # other coordinates then find the place that goes with them.
        is_first = n_round == 0
        axes = np.flatnonzero(layout.is_ordered if is_first else layout.is_continuous)
        calls = N_SCREENING_CALLS if is_first else None
        polished = space.snap(_polish(acquisition, space, layout, starts, axes, calls))
        starts = _merged(polished, layout)
        neighbours, owner = neighbours_of(starts, incumbents, layout, space, rng)
        U = np.concatenate([starts, neighbours])
        value = _value(acquisition, space.features(U))
        found.append(U)
        found_value.append(value)
        best = _best_of_each(value, owner, len(starts))
        if not is_first:
            best = best[value[best] > value[: len(starts)] + MIN_GAIN]
            if not best.size:
                break
        n_kept = max(1, N_FINALISTS // KEPT**n_round)
        starts = _merged(U[best[np.argsort(-value[best], kind="stable")[:n_kept]]], layout)
    U, value = np.concatenate(found), np.concatenate(found_value)
    if not is_allowed(space.points(U[[value.argmax()]])[0]):
        U, value = _with_rim(acquisition, space, layout, U, value, is_allowed, rng)
    return _first_allowed(U, value, space, is_allowed, n_best)


def _spread(Z: FloatArray, value: FloatArray, share: float = 1.0) -> IntArray:
    """Rows of large values that are apart from each other, tier after tier, best first in each.

    Parameters
    ----------
    Z : ndarray of shape (b, p)
        Feature rows in lengthscales.
    value : ndarray of shape (b,)
        Their acquisition values.
    share : float, default=1.0
        Share of the numbers of ``TIERS`` that is wanted.

    Returns
    -------
    ndarray of shape (n_starts,)
        Row numbers.
    """
    rows = np.argsort(-value, kind="stable")[:N_SCREENED]
    squares = squared_distances(Z[rows])
    chosen: list[int] = []
    nearest = np.full(rows.size, np.inf)
    for distance, n in TIERS:
        for _ in range(math.ceil(share * n)):
            is_apart = nearest > distance**2
            if not is_apart.any():
                break
            chosen.append(int(is_apart.argmax()))
            nearest = np.minimum(nearest, squares[chosen[-1]])
    return rows[chosen]


def _with_rim(
    acquisition: Acquisition,
    space: Space,
    layout: Layout,
    U: FloatArray,
    value: FloatArray,
    is_allowed: Callable[[Point], bool],
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Add candidates around a peak that is not allowed, then around the best that is.

    The ascent knows nothing of what is allowed. Where it ends too close to a known point, the best
    allowed place lies on the rim of what is forbidden, and nothing has looked there yet.
    """
    if not layout.is_continuous.any():
        return U, value
    centre = U[[value.argmax()]]
    low, high = np.log(RIM_RADII)
    for n_round in range(RIM_ROUNDS):
        radius = np.exp(rng.uniform(low, high, (N_RIM, 1))) / RIM_SHRINK**n_round
        step = radius * layout.scale * rng.standard_normal((N_RIM, U.shape[1]))
        rim = space.snap(centre + np.where(layout.is_continuous, step, 0.0))
        U = np.concatenate([U, rim])
        value = np.concatenate([value, _value(acquisition, space.features(rim))])
        if points := _first_allowed(U, value, space, is_allowed, 1):
            centre = space.coordinates(points)
    return U, value


def _value(acquisition: Acquisition, X: FloatArray) -> FloatArray:
    """Acquisition values, with minus infinity where they are undefined."""
    value = acquisition.value(X)
    return np.where(np.isnan(value), -np.inf, value)


def _polish(
    acquisition: Acquisition,
    space: Space,
    layout: Layout,
    starts: FloatArray,
    axes: IntArray,
    max_calls: int | None,
) -> FloatArray:
    """Climb on some ordered axes of every start, the others frozen; not snapped."""
    if axes.size == 0 or len(starts) == 0:
        return starts
    columns = layout.columns[axes]
    frozen = space.features(starts)
    is_free = space.active(starts)[:, axes]

    # The feature of an ordered axis is its coordinate, so rows are edited in place of being built.
    def value_and_gradient(x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        X = frozen[rows]
        X[:, columns] = np.where(is_free[rows], x, X[:, columns])
        value, gradient = acquisition.value_with_gradient(X)
        return value, gradient[:, columns]

    polished = starts.copy()
    polished[:, axes] = ascend(
        value_and_gradient, starts[:, axes], layout.scale[axes], is_free, max_calls
    )
    return polished


def _best_of_each(value: FloatArray, owner: IntArray, n_starts: int) -> IntArray:
    """Row of the best among each start and its neighbours; starts come first in `value`."""
    best = np.arange(n_starts)
    # Ascending, so that the last write to a start is that of its best neighbour.
    order = np.argsort(value[n_starts:], kind="stable")
    best[owner[order]] = order + n_starts
    return np.where(value[best] > value[:n_starts], best, np.arange(n_starts))


def _merged(U: FloatArray, layout: Layout) -> FloatArray:
    """Rows without those that an earlier one nearly repeats."""
    tolerance = np.where(layout.is_continuous, MERGED * layout.scale, 1e-9)
    is_close = (np.abs(U[:, None] - U) <= tolerance).all(axis=2)
    return U[~np.tril(is_close, -1).any(axis=1)]


def _enumerate(
    acquisition: Acquisition,
    space: Space,
    branches: Sequence[int],
    is_allowed: Callable[[Point], bool],
    n_best: int,
) -> list[Point]:
    """Exact maximum over all points of a finite space."""
    points = [point for point in space.grid() if point.branch in branches]
    if not points:
        return []
    if not space.axes:
        # Constants alone leave one point and nothing to compare.
        return [point for point in points if is_allowed(point)]
    value = _value(acquisition, space.features(space.coordinates(points)))
    best: list[Point] = []
    for row in np.argsort(-value, kind="stable"):
        if is_allowed(points[row]):
            best.append(points[row])
            if len(best) == n_best:
                break
    return best


def _first_allowed(
    U: FloatArray,
    value: FloatArray,
    space: Space,
    is_allowed: Callable[[Point], bool],
    n_best: int,
) -> list[Point]:
    """Distinct allowed points of the rows, in descending order of their values."""
    order = np.argsort(-value, kind="stable")
    best: list[Point] = []
    seen: set[Point] = set()
    step = N_DECODED * n_best
    for first in range(0, order.size, step):
        for point in space.points(U[order[first : first + step]]):
            if point in seen:
                continue
            seen.add(point)
            if is_allowed(point):
                best.append(point)
                if len(best) == n_best:
                    return best
    return best
