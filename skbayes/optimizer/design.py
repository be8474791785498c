"""Points that no model proposes: the initial design, and places far from what is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from skbayes._compat import scrambled_sobol
from skbayes.gp import squared_distances
from skbayes.optimizer.seeds import DESIGN, stream
from skbayes.space import Point, Space

__all__ = ["MIN_SCORES_FOR_MODEL", "N_LISTED", "Design", "all_points", "far_points"]

Floats = NDArray[np.float64]

# Size of the initial design: half of the number of dimensions and two. The model learns more from
# its own proposals, but with too few points it takes the first good region for the only one: a line
# of them for the shape of the whole, and of many parameters those that were tried for all.
MARGIN = 2
MIN_SIZE, MAX_SIZE = 5, 12
# With fewer scores than this there is no surface to model.
MIN_SCORES_FOR_MODEL = 2
# Points at hand, for a batch that is asked for before there is a score. A power of two.
N_POINTS = 64
# Random points among which the ones far from all known points are looked for. With more of them
# the first is farther away, and each takes a row of distances to the known points. Not tuned.
N_EXPLORED = 256
# A space with no more points than this is listed once random ones find none that may be proposed.
N_LISTED = 100_000


class Design:
    """Points spread over a space, with which a search begins.

    First the middle of each branch, with the first category of each list, which is where those who
    wrote the space expect something; then points of a scrambled Sobol sequence.

    Parameters
    ----------
    space : Space
        Where they lie.
    seed : int
        Of the sequence.
    size : int or None
        Number of points. None: half of the number of dimensions and two, at least 5 and one for
        each branch, at most 12 where there are not more branches.

    Attributes
    ----------
    size : int
        Number of points.
    """

    def __init__(self, space: Space, seed: int, size: int | None) -> None:
        self._space, self._seed = space, seed
        if size is None:
            size = min(len(space.axes) // 2 + MARGIN, MAX_SIZE)
            size = max(size, MIN_SIZE, len(space.branches))
        self.size = size
        self._uniform: Floats = np.empty((0, len(space.axes)))
        # Branches, and the first of the points in these: some distributions take long for a value.
        self._decoded: tuple[tuple[int, ...], list[Point]] = ((), [])

    def points(self, branches: Sequence[int]) -> Iterable[Point]:
        """Yield the points, in the branches by turns; more than `size`, for some may be known."""
        if not branches:
            return
        if len(self._uniform) == 0:
            axes, rng = self._space.axes, stream(self._seed, DESIGN)
            self._uniform = scrambled_sobol(max(N_POINTS, 2 * self.size), len(axes), rng)
            is_ordered = np.array([axis.dimension.is_ordered for axis in axes], dtype=bool)
            self._uniform[: len(self._space.branches)] = np.where(is_ordered, 0.5, 0.0)
        if self._decoded[0] != tuple(branches):
            self._decoded = tuple(branches), []
        points = self._decoded[1]
        uniform = _in_branches(self._space, self._uniform, branches)
        for i in range(len(uniform)):
            if i == len(points):
                points += self._space.points(self._space.sample(uniform[i : i + 1]))
            yield points[i]


def far_points(
    space: Space,
    known: Sequence[Point],
    branches: Sequence[int],
    rng: np.random.Generator,
    n_rounds: int,
) -> Iterable[Point]:
    """Yield random points of some branches, in each round those far from all known ones first.

    Parameters
    ----------
    space : Space
    known : sequence of Point
    branches : sequence of int
    rng : numpy.random.Generator
    n_rounds : int
        How many times ``N_EXPLORED`` points are drawn.
    """
    if not branches:
        return
    coordinates_known = space.coordinates(known)
    focused = space.focused(coordinates_known)
    X_known = focused.features(coordinates_known)
    for _ in range(n_rounds):
        uniform = rng.random((N_EXPLORED, len(space.axes)))
        coordinates = space.sample(_in_branches(space, uniform, branches))
        if known:
            nearest = squared_distances(focused.features(coordinates), X_known).min(axis=1)
            coordinates = coordinates[np.argsort(-nearest, kind="stable")]
        yield from space.points(coordinates)


def all_points(space: Space, branches: Sequence[int], max_size: float) -> Iterable[Point]:
    """Yield all points of those branches that are finite, and have no more than `max_size`."""
    for branch in branches:
        size = space.branches[branch].n_values
        if size is not None and size <= max_size:
            yield from space.grid(branch)


def _in_branches(space: Space, uniform: Floats, branches: Sequence[int]) -> Floats:
    """Return uniform numbers, of which those of the branches go round `branches`."""
    if len(space.branches) > 1:
        uniform = uniform.copy()
        uniform[:, 0] = (np.resize(branches, len(uniform)) + 0.5) / len(space.branches)
    return uniform
