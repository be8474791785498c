"""Points that no model proposes: the initial design, and places far from what is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from skbayes._compat import scrambled_sobol
from skbayes.acquisition import Acquisition
from skbayes.gp import squared_distances
from skbayes.space import Point, Space

__all__ = ["MIN_SCORES_FOR_MODEL", "Design", "all_points", "far_points", "random_points"]

Floats = NDArray[np.float64]

# Size of the initial design: the number of dimensions and some more, so that the model does not
# take a few points in a line for the shape of the whole; few enough to leave the budget to the
# model, which learns from its own proposals too: in many dimensions a long design tells less.
MARGIN = 4
MIN_SIZE, MAX_SIZE = 4, 12
SHARE_OF_BUDGET = 4
# So many of them come first; of the rest, one after each proposal of the model. What the model
# learns early is worth most, and what it is too sure of is put to the test meanwhile.
N_FIRST = 5
# With fewer scores than this there is no surface to model.
MIN_SCORES_FOR_MODEL = 2
# Its stream of random numbers is told apart from others by the first entry of the spawn key.
STREAM = 0
N_EXPLORED = 256
# Random points that are looked through for one that is new and allowed.
N_RANDOM = 16


class Design:
    """Points spread over a space, and when it is their turn.

    First the middle of each branch, with the first category of each list, which is where those who
    wrote the space expect something; then points of a scrambled Sobol sequence.

    Parameters
    ----------
    space : Space
        Where they lie.
    seed : int
        Of the sequence.
    n_iter : int or None
        Number of points that are planned in all, if known.
    size : int or None
        Number of points of the design, all of which then come first.

    Attributes
    ----------
    size : int
        Number of points.
    """

    def __init__(self, space: Space, seed: int, n_iter: int | None, size: int | None) -> None:
        self._space, self._seed = space, seed
        n_branches = len(space.branches)
        if size is None:
            size = min(len(space.axes) + MARGIN, MAX_SIZE)
            if n_iter is not None:
                size = min(size, n_iter // SHARE_OF_BUDGET)
            self.size = max(size, MIN_SIZE, n_branches)
            self._n_first = min(self.size, max(N_FIRST, n_branches))
        else:
            self.size = self._n_first = size
        self._uniform: Floats = np.empty((0, len(space.axes)))

    def is_turn(self, n: int, n_pending: int = 0) -> bool:
        """Whether one of them follows the first `n` points of a search.

        Parameters
        ----------
        n : int
        n_pending : int, default=0
            How many of these have no score yet. A search with so many under way has begun with
            at least as many without a model: they count as points of the design.
        """
        n_first = min(max(self._n_first, n_pending + MIN_SCORES_FOR_MODEL), self.size)
        late = n - n_first
        return late < 0 or (late % 2 == 1 and late < 2 * (self.size - n_first))

    def is_over(self, n: int) -> bool:
        """Whether none of them has a turn after the first `n` points of a search."""
        return n >= 2 * self.size - self._n_first

    def points(self, branches: Sequence[int]) -> Iterable[Point]:
        """Yield the points, in the branches by turns; more than `size`, for some may be known."""
        if not branches:
            return
        if len(self._uniform) == 0:
            axes, seeds = self._space.axes, np.random.SeedSequence(self._seed, spawn_key=(STREAM,))
            rng = np.random.default_rng(seeds)
            self._uniform = scrambled_sobol(2 * self.size, len(axes), rng)
            is_ordered = np.array([axis.dimension.is_ordered for axis in axes], dtype=bool)
            self._uniform[: len(self._space.branches)] = np.where(is_ordered, 0.5, 0.0)
        yield from self._space.points(_in_branches(self._space, self._uniform, branches))


def far_points(
    space: Space, known: Sequence[Point], branches: Sequence[int], rng: np.random.Generator
) -> Iterable[Point]:
    """Yield random points of some branches, those far from all known ones first.

    Parameters
    ----------
    space : Space
    known : sequence of Point
    branches : sequence of int
    rng : numpy.random.Generator
    """
    if not branches:
        return
    uniform = rng.random((N_EXPLORED, len(space.axes)))
    coordinates = _in_branches(space, uniform, branches)
    if known:
        others = space.coordinates(known)
        focused = space.focused(others)
        X, others = focused.features(coordinates), focused.features(others)
        nearest = squared_distances(X, others).min(axis=1)
        coordinates = coordinates[np.argsort(-nearest, kind="stable")]
    yield from space.points(coordinates)


def random_points(
    space: Space,
    branches: Sequence[int],
    rng: np.random.Generator,
    feasible: Acquisition | None = None,
) -> Iterable[Point]:
    """Yield random points of random branches, those that are likely to fail rather later.

    Parameters
    ----------
    space : Space
    branches : sequence of int
    rng : numpy.random.Generator
    feasible : Acquisition or None, default=None
        Logarithm of the probability of feature rows not to fail. Of ``N_RANDOM`` points that are
        drawn evenly each comes first with a probability proportional to its own.
    """
    uniform = rng.random((N_RANDOM, len(space.axes)))
    coordinates = _in_branches(space, uniform, rng.choice(branches, N_RANDOM).tolist())
    # The largest sum with a Gumbel variate is such a pick, the second one the next.
    keys = rng.gumbel(size=N_RANDOM)
    if feasible is not None:
        keys += feasible.value(space.features(coordinates))
    yield from space.points(coordinates[np.argsort(-keys, kind="stable")])


def all_points(space: Space, branches: Sequence[int], max_size: float) -> Iterable[Point]:
    """Yield all points of those branches that are finite, and have no more than `max_size`."""
    for branch in branches:
        size = space.branches[branch].n_values
        if size is not None and size <= max_size:
            yield from space.grid(branch)


def _in_branches(space: Space, uniform: Floats, branches: Sequence[int]) -> Floats:
    """Return coordinates of uniform numbers, whose branches go round `branches`."""
    if len(space.branches) > 1:
        uniform = uniform.copy()
        uniform[:, 0] = (np.resize(branches, len(uniform)) + 0.5) / len(space.branches)
    return space.sample(uniform)
