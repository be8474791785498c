r"""Changes of candidates in a mixed, possibly conditional space.

Notation
--------
===========  =============  ======================================================================
symbol       shape          meaning
===========  =============  ======================================================================
``U``        (b, n_axes)    unit coordinates, the index itself on an unordered axis
``K``        (n_axes,)      number of values of an axis, 0 if continuous
===========  =============  ======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from skbayes.space import Dimension, Space

__all__ = ["AxisTable", "neighbours_of", "perturb"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

# Expected number of coordinates that a perturbation changes, at most; of few axes it is half.
N_CHANGES = 10
# Perturbations of an ordered coordinate, in lengthscales (at most 1) of its axis: the basins of a
# search that has converged are a thousandth wide, those between far points as wide as the latter.
RADII = (1e-3, 1.0)
# Share of copies that move by the difference of two other incumbents instead: where a search has
# gone along a ridge, the differences have its direction and the size of its basins.
ALONG_SHARE = 0.5
# Incumbents are drawn with the ranks n u^2: half of the copies are of the best quarter.
RANK_POWER = 2
# All values of an ordered axis up to this number are neighbours; of a finer one, some.
MAX_COARSE = 16
# Along a continuous axis with a lengthscale of at least this, the whole interval, a function has
# hardly an inner maximum: both ends are neighbours of every value.
LONG = 1.0
# Moves on a fine discrete axis: in levels, and in shares of the unit interval.
LEVEL_MOVES = (-2, -1, 1, 2)
SHARE_MOVES = (-0.2, -0.05, 0.05, 0.2)
# Neighbours on a long list: the values of the best incumbents, and some others. To a model, all
# values that it has not seen are alike; one may be allowed where another is not.
N_LIKELY, N_OTHERS = 48, 16
# Values of an axis that floats can count.
MAX_COUNT = 2**53
# A change of branch, or of a setter, activates axes without coordinates; so many draws of them.
N_BRANCH_DRAWS = 4


@dataclass(frozen=True, slots=True)
class AxisTable:
    """What the search needs to know of the axes, as arrays.

    Attributes
    ----------
    is_branched : bool
        Whether axis 0 is the branch.
    branches : ndarray of shape (n_allowed,)
        Branches that may be proposed, ascending.
    K : ndarray of shape (n_axes,)
        Number of values, 0 if continuous.
    is_ordered, is_continuous : ndarray of bool of shape (n_axes,)
        Ordered axes, and those of them that have no levels.
    lengthscales, scale : ndarray of shape (n_axes,)
        Lengthscales, and the same but at most 1.
    is_long : ndarray of bool of shape (n_axes,)
        Unordered axes with too many values to look at each.
    is_setter : ndarray of bool of shape (n_axes,)
        Axes on which it depends which others are active: the branch, and others.
    columns : ndarray of shape (n_axes,)
        First feature column of each axis.
    move_axis : ndarray of shape (n_moves,)
        Axis of each move to a fixed value.
    move_value : ndarray of shape (n_moves,)
        Unit coordinate it moves to.
    """

    is_branched: bool
    branches: IntArray
    K: FloatArray
    is_ordered: BoolArray
    is_continuous: BoolArray
    lengthscales: FloatArray
    scale: FloatArray
    is_long: BoolArray
    is_setter: BoolArray
    columns: IntArray
    move_axis: IntArray
    move_value: FloatArray

    @classmethod
    def of(cls, space: Space, lengthscales: FloatArray, branches: IntArray) -> AxisTable:
        """Collect the arrays of a space."""
        is_branched = len(space.branches) > 1
        lengthscales = np.asarray(lengthscales, dtype=np.float64)
        dimensions = [axis.dimension for axis in space.axes]
        # A range of integers may hold more than that: how many more makes no difference.
        K = np.array([float(min(d.n_values or 0, MAX_COUNT)) for d in dimensions])
        is_ordered = np.array([dimension.is_ordered for dimension in dimensions], dtype=np.bool_)
        is_long = np.array([axis.is_long for axis in space.axes], dtype=np.bool_)
        is_setter = np.zeros(len(dimensions), dtype=np.bool_)
        is_setter[[*space.setters, *([0] if is_branched else [])]] = True
        axes: list[int] = []
        values: list[float] = []
        for i, dimension in enumerate(dimensions):
            if is_branched and i == 0:
                levels = branches.astype(np.float64)
            elif not is_ordered[i] and not is_long[i]:
                levels = np.arange(K[i])
            elif is_ordered[i] and 0 < K[i] <= MAX_COARSE:
                levels = dimension.to_unit(np.array(list(dimension.codes())))
            elif K[i] == 0 and lengthscales[i] >= LONG:
                levels = np.array([0.0, 1.0])
            else:
                continue
            if is_setter[i]:
                levels = np.repeat(levels, N_BRANCH_DRAWS)
            axes += [i] * levels.size
            values += levels.tolist()
        return cls(
            is_branched=is_branched,
            branches=branches,
            K=K,
            is_ordered=is_ordered,
            is_continuous=is_ordered & (K == 0),
            lengthscales=lengthscales,
            scale=np.minimum(lengthscales, 1.0),
            is_long=is_long,
            is_setter=is_setter,
            columns=np.array([axis.columns.start for axis in space.axes], dtype=np.intp),
            move_axis=np.array(axes, dtype=np.intp),
            move_value=np.array(values),
        )

    def draw_branches(self, uniform: FloatArray) -> IntArray:
        """Branches that may be proposed, from numbers in [0, 1)."""
        return self.branches[(uniform * self.branches.size).astype(np.intp)]


def perturb(
    incumbents: FloatArray, n: int, table: AxisTable, space: Space, rng: np.random.Generator
) -> FloatArray:
    """Change some coordinates of copies of the incumbents, the best copied most.

    Copies differ on ordered axes by normal steps or, on all of them, by a share of the difference
    of two incumbents, on unordered ones by another value. The normal steps of one copy have one
    size, drawn evenly on a logarithmic scale. Every copy differs in at least one active coordinate,
    and one in a branch that may not be proposed moves to one that may.

    Parameters
    ----------
    incumbents : ndarray of shape (k, n_axes)
        Snapped coordinates, best first.
    n : int
        Number of copies.
    table : AxisTable
        The axes.
    space : Space
        Their space.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of shape (n, n_axes)
        Coordinates in the bounds, not snapped; none without incumbents.

    References
    ----------
    Storn and Price (1997), Differential evolution, Journal of Global Optimization 11, eq. (2).
    """
    k, n_axes = incumbents.shape
    if k == 0:
        return incumbents
    ranks: IntArray = (k * rng.random(n) ** RANK_POWER).astype(np.intp)
    U: FloatArray = incumbents[ranks]
    is_active = np.ones(U.shape, dtype=np.bool_)
    if space.is_conditional:
        is_active = space.active(U)
        U = _fill(U, is_active, incumbents, table, space, rng)
    is_changed = rng.random(U.shape) < min(0.5, N_CHANGES / n_axes)
    # At least one change that can be seen: of an axis that is active in this branch.
    forced = np.where(is_active, rng.random(U.shape), -1.0).argmax(axis=1)
    is_idle = ~(is_changed & is_active).any(axis=1)
    is_changed[is_idle, forced[is_idle]] = True

    # A step of less than a level of a coarse axis would be rounded away.
    low, high = np.log(RADII)
    radius: FloatArray = np.exp(rng.uniform(low, high, (n, 1)))
    sd: FloatArray = np.maximum(
        radius * table.scale, 1.0 / np.maximum(table.K, 1.0) * (table.K > 0)
    )
    step = sd * rng.standard_normal(U.shape)
    first, second = (k * rng.random((2, n)) ** RANK_POWER).astype(np.intp)
    along = rng.random((n, 1)) * (incumbents[first] - incumbents[second])
    is_along = rng.random((n, 1)) < ALONG_SHARE
    is_changed |= is_along & table.is_ordered
    stepped = U + np.where(is_along, along, step)
    # Another category than the present one, uniformly.
    K = np.maximum(table.K, 2.0)
    resampled = (U + 1.0 + np.floor(rng.random(U.shape) * (K - 1.0))) % K
    U = np.where(is_changed, np.where(table.is_ordered, np.clip(stepped, 0.0, 1.0), resampled), U)
    if table.is_branched:
        is_wrong = ~np.isin(U[:, 0], table.branches)
        U[is_wrong, 0] = table.draw_branches(rng.random((n,)))[is_wrong]
    return U


def _fill(
    U: FloatArray,
    is_active: BoolArray,
    incumbents: FloatArray,
    table: AxisTable,
    space: Space,
    rng: np.random.Generator,
) -> FloatArray:
    """Replace inactive coordinates, half of the rows from an incumbent, the others at random.

    A row may then change its branch, or the value of a setter, and still have sensible coordinates
    on the axes that become active; snapping makes those canonical that stay inactive.
    """
    n, n_axes = U.shape
    uniform = rng.random((n, n_axes))
    drawn = np.where(table.is_ordered, uniform, np.floor(uniform * table.K))
    if len(incumbents):
        donor = rng.integers(len(incumbents), size=n)
        takes = (rng.random((n, 1)) < 0.5) & space.active(incumbents)[donor]
        drawn = np.where(takes, incumbents[donor], drawn)
    return np.where(is_active, U, drawn)


def neighbours_of(
    starts: FloatArray,
    incumbents: FloatArray,
    table: AxisTable,
    space: Space,
    rng: np.random.Generator,
) -> tuple[FloatArray, IntArray]:
    """List the neighbours of every start: rows that differ from it on one axis.

    All values of an unordered or coarse axis, some of a long list, some steps on a finer axis, both
    ends of a long continuous one; a change of branch or of a setter comes with ``N_BRANCH_DRAWS``
    different sets of coordinates for the axes that it activates.

    Parameters
    ----------
    starts : ndarray of shape (b, n_axes)
        Snapped coordinates.
    incumbents : ndarray of shape (k, n_axes)
        Best first. Where values of long lists, and coordinates of newly active axes come from,
        besides chance.
    table : AxisTable
        The axes.
    space : Space
        Their space.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    neighbours : ndarray of shape (n_neighbours, n_axes)
        Snapped coordinates.
    owner : ndarray of shape (n_neighbours,)
        Row of the start that each belongs to, ascending.
    """
    n_starts = len(starts)
    axis = [np.tile(table.move_axis, (n_starts, 1))]
    value = [np.tile(table.move_value, (n_starts, 1))]
    for i in np.flatnonzero(table.is_long):
        # The first of each value, that of the best incumbent, says how early it comes.
        found, first = np.unique(incumbents[:, i], return_index=True)
        likely = found[np.argsort(first)][:N_LIKELY]
        others = np.floor(rng.random(N_OTHERS) * table.K[i])
        levels = np.unique(np.concatenate([likely, others]))
        value.append(np.tile(levels, (n_starts, 1)))
        axis.append(np.full((n_starts, levels.size), i))
    for i in np.flatnonzero(table.is_ordered & (table.K > MAX_COARSE)):
        by_level = _beside(space.axes[i].dimension, starts[:, i])
        by_share = np.clip(starts[:, i, None] + np.array(SHARE_MOVES), 0.0, 1.0)
        value += [by_level, by_share]
        axis.append(np.full((n_starts, by_level.shape[1] + by_share.shape[1]), i))
    axes, values = np.concatenate(axis, axis=1), np.concatenate(value, axis=1)

    row = np.arange(n_starts)[:, None]
    is_move = space.active(starts)[row, axes] & (values != starts[row, axes])
    owner, move = np.nonzero(is_move)
    U = starts[owner]
    moved_axis = axes[owner, move]
    if space.is_conditional:
        changes = table.is_setter[moved_axis]
        base = U[changes]
        U[changes] = _fill(base, space.active(base), incumbents, table, space, rng)
    U[np.arange(owner.size), moved_axis] = values[owner, move]
    return space.snap(U), owner


def _beside(dimension: Dimension, u: FloatArray) -> FloatArray:
    """Coordinates of the values a few levels above and below those of some coordinates."""
    steps, lattice = np.array(LEVEL_MOVES), dimension.lattice
    if lattice is not None:
        levels = lattice.position(u)[:, None] + steps
        return lattice.unit(np.clip(levels, lattice.first, lattice.last))
    # The codes of what has no lattice are the numbers themselves.
    low, high = dimension.from_unit(np.array([0.0, 1.0]))
    codes = dimension.from_unit(u)[:, None] + steps
    return dimension.to_unit(np.clip(codes, low, high).ravel()).reshape(codes.shape)
