r"""Successive halving: which candidates are worth a larger share of the resource.

Notation
--------
==============  =======================================================================
symbol          meaning
==============  =======================================================================
``eta``         factor between the shares of two rungs, and of candidates that go on
``s``           number of rungs that a bracket begins below the whole
``n_s``         number of its candidates, :math:`\lceil (S + 1)/(s + 1)\;\eta^s \rceil`
``S``           number of rungs below the whole
==============  =======================================================================
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from skbayes.rules.standing import Choice, Standing

__all__ = ["COUNT_ROUNDING", "N_SAMPLES", "Hyperband", "bracket_sizes"]

# The resource that is no parameter of the estimator.
N_SAMPLES = "n_samples"

# Powers, logarithms and quotients of a factor are rounded, and so are sums of shares. What differs
# from a whole number, or from a limit, in the last digits only is taken to be that number.
COUNT_ROUNDING = 1e-9


def bracket_sizes(n_rungs: int, factor: float) -> list[tuple[int, int]]:
    """Return for each bracket the rung that it begins on, and its number of candidates.

    The one that begins on the lowest rung comes first, and the one of whole fits, whose rung is
    `n_rungs`, last.

    References
    ----------
    Li et al. (2018), Hyperband: a novel bandit-based approach to hyperparameter optimization,
    JMLR 18(185), algorithm 1.

    Examples
    --------
    >>> bracket_sizes(2, 3)
    [(0, 9), (1, 5), (2, 3)]
    """
    return [
        (n_rungs - s, math.ceil((n_rungs + 1) / (s + 1) * factor**s - COUNT_ROUNDING))
        for s in range(n_rungs, -1, -1)
    ]


@dataclass(frozen=True, slots=True)
class Hyperband:
    """Brackets of successive halving, one after the other for as long as there are candidates.

    The best of a rung go on when all of it are scored. Meanwhile the next bracket begins, so that
    workers find work; who goes on depends on the scores alone, and not on the number of workers.

    Attributes
    ----------
    n_rungs : int
        Number of rungs below the whole.
    factor : float
        One of so many goes on from each rung.
    n_candidates : int
        Number of candidates that are planned.
    """

    n_rungs: int
    factor: float
    n_candidates: int

    def choose(
        self,
        standings: Sequence[Standing],
        may_ask: bool,
        is_last: bool,
        budget_left: float | None = None,
    ) -> Choice | None:
        """Return what comes next, see `Schedule`."""
        n = len(standings) if is_last else self.n_candidates
        for first, members in self._brackets(n):
            if members.start >= len(standings):
                break
            choice = self._next(first, members, standings)
            if choice is not None:
                return choice
        return Choice(None, self._start(len(standings))) if may_ask else None

    @property
    def n_rung_folds(self) -> None:
        """All folds, as in scikit-learn's halving searches, see `Schedule`."""
        return None

    def verdict(self, standings: Sequence[Standing]) -> tuple[int, str] | None:
        """Return None: brackets are what they are, see `Schedule`."""
        return None

    def first_cost(self, shares: Sequence[float]) -> float:
        """Return what the first bracket costs, in evaluations with the whole resource.

        Parameters
        ----------
        shares : sequence of float
            What each rung takes of the whole.
        """
        n = min(bracket_sizes(self.n_rungs, self.factor)[0][1], self.n_candidates)
        cost = 0.0
        for share in (*shares, 1.0):
            cost += share * n
            n = self._n_going_on(n)
        return cost

    def _n_going_on(self, n: int) -> int:
        """Return how many of the candidates on a rung go on to the next one, at least one."""
        return max(1, int(n / self.factor + COUNT_ROUNDING))

    def _start(self, index: int) -> int | None:
        """Return the rung on which a candidate begins; None: as a whole."""
        first = next(first for first, members in self._brackets(index + 1) if index in members)
        return first if first < self.n_rungs else None

    def _brackets(self, n: int) -> Iterator[tuple[int, range]]:
        begin = 0
        while begin < n:
            for first, size in bracket_sizes(self.n_rungs, self.factor):
                yield first, range(begin, min(begin + size, n))
                begin += size

    def _next(self, first: int, members: range, standings: Sequence[Standing]) -> Choice | None:
        """Return who of a bracket goes on; None if nobody does now."""
        if members.stop > len(standings):
            return None
        here = [standings[index] for index in members]
        for rung in range(first, self.n_rungs):
            # One that was measured as a whole before its turn is done.
            here = [each for each in here if each.is_scored(rung) or not each.is_closed]
            if any(not each.is_scored(rung) for each in here):
                return None
            # The best first; of equals the earliest. What failed on a share is behind all others.
            here.sort(key=lambda each: (-each.score(rung), each.index))
            n = self._n_going_on(len(here))
            above = rung + 1 if rung + 1 < self.n_rungs else None
            if above is None:
                # The next best moves up for one that fails with the whole resource.
                here = [each for each in here if not each.has_failed]
            here = here[:n]
            for each in here:
                if each.rests_on(rung):
                    return Choice(each.index, above)
        return None
