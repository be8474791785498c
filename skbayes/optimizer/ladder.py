"""Which candidates are measured with more than a share of the resource, and when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skbayes.acquisition import expected_improvement, look_worth
from skbayes.optimizer.points import PointOptimizer
from skbayes.rules import NEW, Choice, Standing
from skbayes.space import Point

__all__ = ["Ladder"]

Floats = NDArray[np.float64]

# The first candidates are measured on every rung and as a whole: what a share tells is learnt from
# them. Of fewer it would be luck.
N_LEARNT_FROM = 5
# Times of whole folds below this say nothing of what shares cost: then the share itself is taken.
# So searches of quick fits are the same whatever the clock says.
MIN_SECONDS = 0.1
# A look that costs more than this of the whole is not learnt from: of the first five candidates
# that would take a whole fit and more, and looks of a third or a half took more than they saved.
MAX_COST = 0.2
# A candidate from which less is to be expected, in standard deviations of the scores, is not worth
# a whole fit once there are no new candidates.
WORTH = 0.01
# So many candidates may be measured in part for each complete one: the best of more promises little
# more, and a rung that misleads would keep the search from what is true.
LOOKS = 5


@dataclass(frozen=True, slots=True, eq=False)
class _Prospects:
    """What candidates promise: those that rest, and a new one last.

    Attributes
    ----------
    mean, sd, correlation : ndarray
        See `PointOptimizer.prospects`.
    worth : ndarray
        What a whole fit of each is worth; where time is short, for its cost.
    """

    mean: Floats
    sd: Floats
    correlation: Floats
    worth: Floats

    def beginning(self, costs: Sequence[float]) -> tuple[Choice, float]:
        """Return how to begin with the new one, as a whole or on a rung, and what that is worth.

        Parameters
        ----------
        costs : sequence of float
            Of a look on each rung. Empty if no look is allowed.
        """
        mean, sd, whole = float(self.mean[-1]), float(self.sd[-1]), float(self.worth[-1])
        # If the worth of a whole fit is divided by its cost, so is that of a look.
        scale = whole / float(expected_improvement(self.mean[-1:], self.sd[-1:])[0] or 1.0)
        best, worth = NEW, whole
        for rung, cost in enumerate(costs):
            of_look = scale * look_worth(mean, sd, float(self.correlation[rung]), cost)
            if of_look > worth:
                best, worth = Choice(None, rung), of_look
        return best, worth


@dataclass(frozen=True, slots=True)
class Ladder:
    """New candidates begin on a rung or as a whole, and the model says which go on, and when.

    Next comes what is worth most for its cost: a new candidate on one of the rungs, a new one as a
    whole, or the whole of one that was measured in part. The worth of a rung is that of a look,
    which may show that the whole is worth its cost, see `look_worth`. Where shares tell nothing of
    the whole, or cost as much, that is less than the worth of the whole at once, and the search
    goes on with whole fits.

    Attributes
    ----------
    optimizer : PointOptimizer
        Proposes candidates, and knows what was measured.
    shares : tuple of float
        What each rung takes of the whole.
    n_folds : int, default=1
        Number of folds of a whole evaluation. A look takes the first one only.
    """

    optimizer: PointOptimizer
    shares: tuple[float, ...]
    n_folds: int = 1

    @property
    def n_rung_folds(self) -> int:
        """One fold, the same for all candidates, see `Schedule`."""
        return 1

    def choose(
        self,
        standings: Sequence[Standing],
        may_ask: bool,
        is_last: bool,
        budget_left: float | None = None,
    ) -> Choice | None:
        """Return what comes next, see `Schedule`."""
        costs = self.costs(standings)
        first = self._of_the_first(standings, costs, may_ask)
        if first is not None or len(standings) < N_LEARNT_FROM:
            return first
        resting = [each.index for each in standings if each.rests]
        new = self.optimizer.preview_point(budget_left) if may_ask else None
        if may_ask and new is None:
            return NEW  # which finds that the space is exhausted
        if not self.optimizer.n_complete:
            # Nothing can be compared yet.
            one = Choice(resting[0]) if resting else None
            return one if new is None else NEW
        if new is None:
            return self._best_at_rest(resting, budget_left)
        prospects = self._prospects(resting, new, budget_left)
        n_whole = sum(each.is_closed for each in standings)
        may_look = len(standings) - n_whole < LOOKS * n_whole
        best, worth = prospects.beginning(costs if may_look else ())
        if resting:
            known = int(np.argmax(prospects.worth[:-1]))
            if prospects.worth[known] > worth:
                return Choice(resting[known])
        return best

    def _of_the_first(
        self, standings: Sequence[Standing], costs: Sequence[float], may_ask: bool
    ) -> Choice | None:
        """Return what comes next of the first candidates; None if nothing of them does."""
        for each in standings[:N_LEARNT_FROM]:
            if each.rests and each.rung is not None:
                return Choice(each.index, self._first_rung(each.index, costs, each.rung + 1))
        if may_ask and len(standings) < N_LEARNT_FROM:
            return Choice(None, self._first_rung(len(standings), costs))
        return None

    def _first_rung(self, index: int, costs: Sequence[float], start: int = 0) -> int | None:
        """Return the first rung from a start that one of the first candidates is measured on.

        The very first is measured on all of them, which shows what they cost.
        """
        rungs = range(start, len(costs))
        return next((rung for rung in rungs if not index or costs[rung] <= MAX_COST), None)

    def _best_at_rest(self, resting: Sequence[int], budget_left: float | None) -> Choice | None:
        """Return which of the candidates that rest is measured as a whole; None if none is."""
        if not resting:
            return None
        worth = self._prospects(resting, None, budget_left).worth
        best = int(np.argmax(worth))
        return Choice(resting[best]) if worth[best] >= WORTH else None

    def _prospects(
        self, resting: Sequence[int], new: Point | None, budget_left: float | None
    ) -> _Prospects:
        """Return what the candidates that rest promise, and a new one, if there is one."""
        asked = self.optimizer.points_asked
        points = [asked[index] for index in resting] + ([] if new is None else [new])
        mean, sd, correlation = self.optimizer.prospects(points)
        worth = expected_improvement(mean, sd)
        if budget_left is not None:
            worth = worth / self.optimizer.relative_costs(points)
        return _Prospects(mean, sd, correlation, worth)

    def verdict(self, standings: Sequence[Standing]) -> tuple[int, str] | None:
        """Return why the latest candidates were measured as a whole at once, see `Schedule`."""
        n = 1 + max((each.index for each in standings if each.rung is not None), default=-1)
        n_whole = sum(each.is_closed for each in standings[n:])
        if not n or not n_whole:
            return None
        correlation, n_known = self.optimizer.rung_evidence()
        looks = [score for each in standings for score in each.scores if score is not None]
        if sum(map(math.isnan, looks)) > len(looks) / 2:
            why = "most fits with a share failed. Set a larger min_resources"
        elif min(self.costs(standings)) > MAX_COST:
            why = "fits with a share save too little time"
        elif n_known.max() < 2:
            why = "too few candidates have both a score of a share and a score of whole fits"
        elif not correlation.any():
            why = "scores of shares say too little about scores of whole fits"
        elif n <= N_LEARNT_FROM <= n_whole:
            why = "fits with a share save too little time"
        else:
            return None  # they may have come again
        return n, why

    def costs(self, standings: Sequence[Standing]) -> list[float]:
        """Return what a look costs of the whole, by the clock where that can tell."""
        shares = [share / self.n_folds for share in self.shares]
        complete = [each.seconds for each in standings if each.is_closed and each.seconds]
        first = [seconds for seconds in complete if not math.isnan(seconds[-1])][:N_LEARNT_FROM]
        whole = [seconds[-1] for seconds in first]
        if not whole or float(np.median(whole)) < MIN_SECONDS:
            return shares
        costs = []
        for rung, share in enumerate(shares):
            ratios = [
                seconds[rung] / seconds[-1] / self.n_folds for seconds in first if seconds[-1] > 0.0
            ]
            known = [ratio for ratio in ratios if math.isfinite(ratio)]
            costs.append(float(np.median(known)) if known else share)
        return costs
