"""Strategies that learn nothing: points in an order that no score changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbayes._compat import scrambled_sobol
from skbayes.optimizer.design import N_LISTED, all_points
from skbayes.optimizer.points import PointOptimizer
from skbayes.optimizer.seeds import RANDOM, stream
from skbayes.space import Branch, Categorical, Point, Space

if TYPE_CHECKING:
    from skbayes.model import Report

__all__ = ["Baseline", "grid_search", "random_search"]

Floats = NDArray[np.float64]

# Points that are drawn at first, then as many again as there are. A power of two.
N_DRAWN = 64
# So many draws in a row may be of no use: a space with no more points than N_LISTED is listed then,
# any other counts as exhausted. One is found if a ten-thousandth of the space is left.
N_MISSES_BEFORE_LIST = 4096
N_MISSES = 2**17


class Baseline:
    """Proposes points in a given order, each once.

    What is told is kept, and predicted from, by a `PointOptimizer` that is asked for nothing: so
    candidates are stopped early, and searches ended, by the same rules as in a Bayesian search.

    Parameters
    ----------
    ledger : PointOptimizer
        Of the same space. What was given to it is proposed first.
    order : iterable of Point
        May hold points again, and some that are not allowed: they are passed over.
    is_written : bool
        Whether a user wrote the points, who means two that differ by rounding.
    name : str
        What is said to have proposed them.

    Attributes
    ----------
    space : Space
    """

    def __init__(
        self, ledger: PointOptimizer, order: Iterable[Point], *, is_written: bool, name: str
    ) -> None:
        self.space: Space = ledger.space
        self._ledger, self._name = ledger, name
        given = ((point, True) for point in ledger.given)
        self._order = chain(given, ((point, is_written) for point in order))

    def ask_point(self, budget_left: float | None = None) -> Point:
        """Propose the next point in order that may be proposed.

        Raises
        ------
        SpaceExhausted
            If there is none.
        ValueError
            If `is_allowed` raises.
        """
        for point, is_given in self._order:
            if self._ledger.adopt_if_due(point, is_given=is_given):
                return point
        raise self._ledger.exhausted()

    def adopt_point(self, point: Point) -> None:
        """Count a point as proposed, as it was by an earlier run of the same search."""
        self._ledger.adopt_point(point)

    def origin_of(self, point: Point) -> str | None:
        """Return what has proposed a point that was asked for."""
        return "given" if point in self._ledger.given else self._name

    def tell_report(self, point: Point, report: Report) -> None:
        """Take in what is told about a point."""
        self._ledger.tell_report(point, report)

    def predict_point(self, point: Point) -> tuple[float, float] | None:
        """Predict mean and standard deviation of the score of a point, as `PointOptimizer` does."""
        return self._ledger.predict_point(point)

    def predict_cost(self, point: Point) -> float | None:
        """Predict what the evaluation of a point costs, as `PointOptimizer` does."""
        return self._ledger.predict_cost(point)

    def regret_bound(self) -> float:
        """Return how much better the best point can be than the best one told."""
        return self._ledger.regret_bound()

    def gain_in_sight(self) -> float:
        """Return how much better the model sees that the best point may be."""
        return self._ledger.gain_in_sight()


def grid_search(ledger: PointOptimizer, points: Iterable[Point]) -> Baseline:
    """Return a strategy that proposes given points of a grid, in their order."""
    return Baseline(ledger, points, is_written=True, name="grid")


def random_search(ledger: PointOptimizer, seed: int) -> Baseline:
    """Return a strategy that proposes the points of a scrambled Sobol sequence.

    They are spread as the scales and distributions of the space say, more evenly than independent
    draws. The dicts of a list are equally likely. A finite space is proposed to the last point.
    """
    return Baseline(ledger, _random_order(ledger, seed), is_written=False, name="random")


def _random_order(ledger: PointOptimizer, seed: int) -> Iterator[Point]:
    """Yield random points, until it is of no use to go on; then what is left, if that is finite.

    Whether to go on is a function of what was proposed, so that a search that is taken up goes on
    as one that was never interrupted: there all that was proposed is known from the beginning.
    """
    space = ledger.space
    is_listed = (space.n_values or np.inf) <= N_LISTED
    limit, n_misses = N_MISSES_BEFORE_LIST if is_listed else N_MISSES, 0
    # A point that was proposed is of use where it is met first, unless it was given.
    met = set(ledger.given)
    for point in _sobol_points(space, seed):
        yield point
        n_misses += 1
        if point not in met and ledger.has_asked(point):
            met.add(point)
            n_misses = 0
        if n_misses >= limit:
            break
    rest = list(all_points(space, range(len(space.branches)), N_LISTED))
    for index in stream(seed, RANDOM, 1).permutation(len(rest)).tolist():
        yield rest[index]


def _sobol_points(space: Space, seed: int) -> Iterator[Point]:
    """Yield the points of a scrambled Sobol sequence, without an end."""
    ends = np.cumsum(_shares(space.branches))
    n = 0
    while True:
        size = max(N_DRAWN, 2 * n)
        uniform = scrambled_sobol(size, len(space.axes), stream(seed, RANDOM, 0))[n:]
        if len(space.branches) > 1:
            branches = np.searchsorted(ends[:-1], uniform[:, 0], side="right")
            uniform[:, 0] = (branches + 0.5) / len(space.branches)
        yield from space.points(space.sample(uniform))
        n = size


def _shares(branches: Sequence[Branch]) -> Floats:
    """Return how likely each branch is: as if the values of each list of a dict were drawn.

    A dict may be divided into several branches, by the values for which other parameters exist.
    """
    shares = np.ones(len(branches))
    numbers = [branch.number for branch in branches]
    for index, branch in enumerate(branches):
        others = [b for b, n in zip(branches, numbers, strict=True) if n == branch.number]
        for name, dimension in branch.parameters:
            if len(others) > 1 and isinstance(dimension, Categorical):
                shares[index] *= len(dimension.categories) / _n_categories(name, others)
    for number in set(numbers):
        rows = [index for index, other in enumerate(numbers) if other == number]
        shares[rows] /= shares[rows].sum() * len(set(numbers))
    return shares


def _n_categories(name: str, branches: Sequence[Branch]) -> int:
    """Return how many values of a parameter there are in several branches together."""
    found: set[int | str] = set()
    for branch in branches:
        dimension = dict(branch.parameters).get(name)
        if isinstance(dimension, Categorical):
            found.update(map(_identity, dimension.categories))
    return len(found)


def _identity(value: Any) -> int | str:
    return repr(value) if isinstance(value, bool | int | float | str) else id(value)
