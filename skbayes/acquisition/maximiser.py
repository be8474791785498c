r"""Maximisation of an acquisition function over a mixed, possibly conditional space.

A random pool and perturbed incumbents give starts, spread over basins. These alternate between a
quasi-Newton climb on the ordered axes and a search among the neighbours on single ones, fewer in
each round. Everything that could be returned has been evaluated where it will be decoded,
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

from skbayes.acquisition.functions import Acquisition
from skbayes.acquisition.moves import AxisTable, neighbours_of, perturb
from skbayes.acquisition.surface import AcquisitionSurface, Restarts
from skbayes.gp import squared_distances

if TYPE_CHECKING:
    from skbayes.space import Point, Space

__all__ = ["maximise"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# A finite space up to this size is evaluated whole, which is exact and as cheap as the pool.
MAX_ENUMERATED = 2000
# Pool size: a base, more per axis, and a cap that keeps a suggestion at milliseconds.
POOL_BASE, POOL_PER_AXIS, POOL_MAX = 128, 16, 1000
# Perturbed incumbents beside the pool: most maxima lie among the observations.
N_LOCAL = 600
# Up to so many observations all of these are tried, beyond it fewer in proportion: a row costs the
# square of the observations.
FULL_UP_TO = 200
# Starts are the best of so many candidates, in tiers of a distance (in lengthscales) and a number:
# first those in basins of their own, then those that only a converged search tells apart.
N_SCREENED = 200
TIERS = ((0.5, 24), (0.1, 6), (0.02, 6), (0.004, 6))
# A short climb of all starts shows which of them are worth a look at their neighbours: so many
# calls and one more for each so many axes, for a step teaches the curvature along one direction.
N_SCREENING_CALLS, AXES_PER_CALL = 5, 3
N_EXPANDED = 16
# The best of these go on in rounds, of so many and with so many calls. The curvature that they
# have learnt goes with them: it costs little to stop often and to drop those that fall behind.
ROUNDS = ((12, 5), (3, 6), (1, 10), (1, 8))
# Starts closer than this on every continuous axis, in lengthscales, climb the same peak, if their
# coordinates on all other axes are the same but for rounding.
MERGED, ROUNDING = 0.01, 1e-9
# Places tried around a peak that may not be proposed, in rounds, and their distances in
# units of the distance that is kept from known points.
N_RIM, RIM_ROUNDS, RIM_RADII, RIM_SHRINK = 200, 3, (0.5, 10.0), 3.0
# Who gains less in a round has arrived; 0.03 % of an improvement is worth no further round.
MIN_GAIN = 3e-4
# Candidates decoded at once while looking for an allowed one: the first is most often allowed.
N_DECODED = 4


def maximise(
    acquisition: Acquisition,
    space: Space,
    *,
    rng: np.random.Generator,
    incumbents: FloatArray,
    lengthscales: FloatArray,
    is_allowed: Callable[[Point], bool],
    known: FloatArray | None = None,
    min_distance: float = 0.0,
    branches: Sequence[int] | None = None,
) -> Point | None:
    """Return the allowed point of the largest acquisition value.

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
        Whether a point may be returned; False for known and pending ones. Asked in the end only.
    known : ndarray of shape (m, n_axes), optional
        Snapped coordinates that the search keeps away from, none by default.
    min_distance : float, default=0.0
        How far, in lengthscales.
    branches : sequence of int, optional
        Branches that may be proposed, all by default.

    Returns
    -------
    Point or None
        None if no allowed one was found.
    """
    allowed = sorted(set(range(len(space.branches)) if branches is None else branches))
    if not allowed:
        return None
    table = AxisTable.of(space, lengthscales, np.array(allowed))
    Z = np.empty((0, space.n_columns))
    if known is not None:
        Z = space.features(known) / table.lengthscales[space.groups]
    surface = AcquisitionSurface(acquisition, space, table, Z, min_distance)
    if space.n_values is not None and space.n_values <= MAX_ENUMERATED:
        return _enumerate(surface, is_allowed)

    n_axes = len(space.axes)
    incumbents = np.asarray(incumbents, dtype=np.float64).reshape(-1, n_axes)
    share = min(1.0, FULL_UP_TO / max(len(incumbents), 1))
    n_uniform = round(share * min(POOL_BASE + POOL_PER_AXIS * n_axes, POOL_MAX))
    uniform = rng.random((n_uniform, n_axes))
    if table.is_branched:
        uniform[:, 0] = (table.draw_branches(uniform[:, 0]) + 0.5) / table.K[0]
    pool = space.sample(uniform)
    local = space.snap(perturb(incumbents, round(share * N_LOCAL), table, space, rng))
    U = np.concatenate([pool, local])
    found = [(U, *surface.evaluate(U))]
    # What is too close to a known point starts nothing.
    _, _, value = found[0]
    rows = _spread(space.features(U) / table.scale[space.groups], value, share)

    # Integers climb as if they were continuous, and are held once they have been rounded: the
    # other coordinates then find the place that goes with them.
    continuous = np.flatnonzero(table.is_continuous)
    ordered = np.flatnonzero(table.is_ordered)
    n_calls = N_SCREENING_CALLS + ordered.size // AXES_PER_CALL
    restarts = surface.ascend(Restarts.at(U[rows]), ordered, n_calls)
    found.append((restarts.U, *surface.evaluate(restarts.U)))
    # Rounding may lose more than the climb has gained.
    start, end = value[rows], found[-1][2]
    restarts = restarts.moved(np.where((end > start)[:, None], restarts.U, U[rows]))
    restarts = restarts.take(_best(restarts.U, np.maximum(start, end), table, N_EXPANDED))
    restarts = restarts.holding(np.flatnonzero(table.is_ordered & ~table.is_continuous))
    restarts, value = _to_neighbours(surface, restarts, incumbents, rng, found)
    gains = np.ones(len(value), dtype=np.bool_)
    for n_kept, n_calls in ROUNDS:
        rows = _best(restarts.U, value, table, n_kept)
        # Those that have arrived are kept, so that none goes on climbing far below them.
        if not gains[rows].any():
            break
        start = value[rows]
        restarts = surface.ascend(restarts.take(rows), continuous, n_calls)
        restarts, value = _to_neighbours(surface, restarts, incumbents, rng, found)
        gains = value > start + MIN_GAIN

    U, value, open_value = (np.concatenate(each) for each in zip(*found, strict=True))
    point, row = _first_allowed(U, open_value, space, is_allowed)
    if min_distance and (point is None or value[row] != value.max()):
        U, open_value = _with_rim(surface, U, value, open_value, rng)
        point, _ = _first_allowed(U, open_value, space, is_allowed)
    return point


def _spread(Z: FloatArray, value: FloatArray, share: float) -> IntArray:
    """Rows of large values that are apart from each other, tier after tier, best first in each.

    Parameters
    ----------
    Z : ndarray of shape (b, p)
        Feature rows in lengthscales.
    value : ndarray of shape (b,)
        Their acquisition values.
    share : float
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
    surface: AcquisitionSurface,
    U: FloatArray,
    value: FloatArray,
    open_value: FloatArray,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Add candidates around a peak that is too close to a known point, then around the best.

    The ascent knows nothing of what is forbidden. Where it ends there, the best place that is not
    lies on the rim, and nothing has looked there yet.
    """
    table = surface.table
    if not table.is_continuous.any():
        return U, open_value
    centre = U[value.argmax()]
    low, high = np.log(RIM_RADII)
    for n_round in range(RIM_ROUNDS):
        radius = np.exp(rng.uniform(low, high, (N_RIM, 1))) / RIM_SHRINK**n_round
        step = surface.min_distance * radius * rng.standard_normal((N_RIM, U.shape[1]))
        step *= np.where(table.is_continuous, table.lengthscales, 0.0)
        rim = surface.space.snap(centre + step)
        U = np.concatenate([U, rim])
        open_value = np.concatenate([open_value, surface.evaluate(rim)[1]])
        if np.isfinite(open_value.max()):
            centre = U[open_value.argmax()]
    return U, open_value


def _to_neighbours(
    surface: AcquisitionSurface,
    restarts: Restarts,
    incumbents: FloatArray,
    rng: np.random.Generator,
    found: list[tuple[FloatArray, FloatArray, FloatArray]],
) -> tuple[Restarts, FloatArray]:
    """Move each restart to its best neighbour if that is better, and return the values too.

    All that is evaluated is added to `found`.
    """
    space, table, n = surface.space, surface.table, len(restarts.U)
    neighbours, owner = neighbours_of(restarts.U, incumbents, table, space, rng)
    U = np.concatenate([restarts.U, neighbours])
    found.append((U, *surface.evaluate(U)))
    value = found[-1][2]
    best = np.arange(n)
    # Ascending, so that the last write to a restart is that of its best neighbour.
    order = np.argsort(value[n:], kind="stable")
    best[owner[order]] = order + n
    best = np.where(value[best] > value[:n], best, np.arange(n))
    return restarts.moved(U[best]), value[best]


def _best(U: FloatArray, value: FloatArray, table: AxisTable, n: int) -> IntArray:
    """Return the `n` best rows, best first, without those that nearly repeat a better one."""
    order = np.argsort(-value, kind="stable")
    U = U[order]
    tolerance = np.where(table.is_continuous, MERGED * table.scale, ROUNDING)
    is_close = (np.abs(U[:, None] - U) <= tolerance).all(axis=2)
    is_kept = ~np.tril(is_close, -1).any(axis=1)
    return order[is_kept][:n]


def _enumerate(surface: AcquisitionSurface, is_allowed: Callable[[Point], bool]) -> Point | None:
    """Exact maximum over all points of a finite space."""
    space = surface.space
    points = [point for point in space.grid() if point.branch in surface.table.branches]
    if not (points and space.axes):
        # Constants alone leave one point and nothing to compare.
        return next(filter(is_allowed, points), None)
    coordinates = space.coordinates(points)
    if any(branch.counts for branch in space.branches):
        # Of points that differ only in what does not count, the one that snapping leaves is first.
        is_moved = (space.snap(coordinates) != coordinates).any(axis=1)
        order = np.argsort(is_moved, kind="stable")
        points, coordinates = [points[row] for row in order.tolist()], coordinates[order]
    _, value = surface.evaluate(coordinates)
    order = np.argsort(-value, kind="stable")
    found = (points[row] for row in order if value[row] > -np.inf)
    return next(filter(is_allowed, found), None)


def _first_allowed(
    U: FloatArray,
    value: FloatArray,
    space: Space,
    is_allowed: Callable[[Point], bool],
) -> tuple[Point | None, int]:
    """Return the allowed point of the largest value, and its row. No point is asked for twice."""
    order = np.argsort(-value, kind="stable")
    order = order[value[order] > -np.inf]
    seen: set[Point] = set()
    for first in range(0, order.size, N_DECODED):
        chunk = order[first : first + N_DECODED]
        for row, point in zip(chunk.tolist(), space.points(U[chunk]), strict=True):
            if point not in seen and is_allowed(point):
                return point, row
            seen.add(point)
    return None, -1
