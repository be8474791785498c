r"""Maximisation of an acquisition function over a mixed, possibly conditional space.

A random pool and perturbed incumbents give starts; these alternate between a quasi-Newton polish
of the finely graded axes and a search among the neighbours on the discrete ones. Everything that
could be returned has been evaluated where it will be decoded, on snapped coordinates.

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

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skbayes.acquisition.ascent import ascend
from skbayes.acquisition.functions import Acquisition
from skbayes.acquisition.moves import Layout, neighbours_of, perturb

if TYPE_CHECKING:
    from skbayes.space import Point, Space

__all__ = ["maximise"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# A finite space up to this size is evaluated whole, which is exact and no dearer than the pool.
MAX_ENUMERATED = 2000
# Pool size: a base, more per axis, and a cap that keeps a suggestion at milliseconds.
POOL_BASE, POOL_PER_AXIS, POOL_MAX = 512, 64, 1500
# Incumbents to perturb: enough to find every nearby basin.
N_INCUMBENTS = 5
# Starts from the pool and from the perturbations: global ones lose late, local ones early.
N_GLOBAL_STARTS, N_LOCAL_STARTS = 4, 4
# Starts closer than this on every smooth axis, in lengthscales, climb the same peak: one will do.
MERGED = 0.01
# Rounds of polish and neighbour search.
MAX_ROUNDS = 3
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
    n_pool: int | None = None,
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
        Coordinates of the best observed points, best first; the first ``N_INCUMBENTS`` are used.
    lengthscales : ndarray of shape (n_axes,)
        Lengthscale of the model on each axis, in unit coordinates.
    is_allowed : callable
        Whether a point may be returned; False for known and pending ones.
    branches : sequence of int, optional
        Branches that may be proposed, all by default.
    n_best : int, default=1
        Number of points wanted.
    n_pool : int, optional
        Number of random candidates, ``min(512 + 64 n_axes, 1500)`` by default.

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
    incumbents = np.asarray(incumbents, dtype=np.float64).reshape(-1, n_axes)[:N_INCUMBENTS]
    uniform = rng.random((n_pool or min(POOL_BASE + POOL_PER_AXIS * n_axes, POOL_MAX), n_axes))
    if layout.is_branched:
        uniform[:, 0] = (layout.draw_branches(uniform[:, 0]) + 0.5) / layout.K[0]
    pool = space.sample(uniform)
    local = space.snap(perturb(incumbents, layout, space, rng))
    U = np.concatenate([pool, local])
    value = _value(acquisition, space.features(U))

    n = pool.shape[0]
    best_global = _best_distinct(pool, value[:n], N_GLOBAL_STARTS)
    best_local = _best_distinct(local, value[n:], N_LOCAL_STARTS) + n
    starts = U[np.concatenate([best_global, best_local])]
    found, found_value = [U], [value]
    for _ in range(MAX_ROUNDS):
        starts = _merged(space.snap(_polish(acquisition, space, layout, starts)), layout)
        neighbours, owner = neighbours_of(starts, incumbents, layout, space, rng)
        U = np.concatenate([starts, neighbours])
        value = _value(acquisition, space.features(U))
        found.append(U)
        found_value.append(value)
        best = _best_of_each(value, owner, len(starts))
        is_better = value[best] > value[: len(starts)] + MIN_GAIN
        if not is_better.any():
            break
        starts = _merged(U[best[is_better]], layout)
    return _first_allowed(
        np.concatenate(found), np.concatenate(found_value), space, is_allowed, n_best
    )


def _value(acquisition: Acquisition, X: FloatArray) -> FloatArray:
    """Acquisition values, with minus infinity where they are undefined."""
    value = acquisition.value(X)
    return np.where(np.isnan(value), -np.inf, value)


def _polish(
    acquisition: Acquisition, space: Space, layout: Layout, starts: FloatArray
) -> FloatArray:
    """Climb on the smooth axes of every start, the others frozen; not snapped."""
    smooth = np.flatnonzero(layout.is_smooth)
    if smooth.size == 0 or len(starts) == 0:
        return starts
    columns = layout.columns[smooth]
    frozen = space.features(starts)
    is_free = space.active(starts)[:, smooth]

    # The feature of an ordered axis is its coordinate, so rows are edited in place of being built.
    def value_and_gradient(x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        X = frozen[rows]
        X[:, columns] = np.where(is_free[rows], x, X[:, columns])
        value, gradient = acquisition.value_with_gradient(X)
        return value, gradient[:, columns]

    polished = starts.copy()
    polished[:, smooth] = ascend(
        value_and_gradient, starts[:, smooth], layout.scale[smooth], is_free
    )
    return polished


def _best_of_each(value: FloatArray, owner: IntArray, n_starts: int) -> IntArray:
    """Row of the best among each start and its neighbours; starts come first in `value`."""
    best = np.arange(n_starts)
    # Ascending, so that the last write to a start is that of its best neighbour.
    order = np.argsort(value[n_starts:], kind="stable")
    best[owner[order]] = order + n_starts
    return np.where(value[best] > value[:n_starts], best, np.arange(n_starts))


def _best_distinct(U: FloatArray, value: FloatArray, n_best: int) -> IntArray:
    """Rows of the `n_best` largest values whose coordinates differ, best first."""
    chosen: dict[bytes, int] = {}
    for row in np.argsort(-value, kind="stable"):
        if len(chosen) == n_best:
            break
        chosen.setdefault(U[row].tobytes(), int(row))
    return np.array(list(chosen.values()), dtype=np.intp)


def _merged(U: FloatArray, layout: Layout) -> FloatArray:
    """Rows without those that an earlier one nearly repeats."""
    tolerance = np.where(layout.is_smooth, MERGED * layout.scale, 1e-9)
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
