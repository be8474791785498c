r"""Which candidates are measured with more than a share of the resource, and when.

Notation
--------
=============  ==========================================================================
symbol         meaning
=============  ==========================================================================
``g``          the score of a candidate with the whole resource, as the model knows it
``best``       the best mean of a complete candidate
``c_r``        cost of rung r; 1 is that of the whole
``R_r``        share of the variance of ``g`` that a score of rung r tells
=============  ==========================================================================
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skbayes.optimizer.optimizer import Optimizer
from skbayes.rules import NEW, Choice, Standing

__all__ = ["Ladder"]

# The first candidates are measured on every rung and as a whole: what a share tells is learnt from
# them. With fewer it would be luck.
N_LEARNT_FROM = 4
# Times of whole folds below this say nothing of what shares cost: then the share itself is taken.
# So searches of quick fits are the same whatever the clock says.
MIN_SECONDS = 0.1
# A candidate from which less is to be expected, in standard deviations of the scores, is not worth
# a whole fit once there are no new candidates.
WORTH = 0.003
# Share of the candidates that are measured as a whole in the end, when a rung is judged: its cost
# comes on top of theirs.
SHARE_OF_WHOLE = 0.2


@dataclass(frozen=True, slots=True)
class Ladder:
    r"""New candidates begin on one rung, and the model says which of them go on, and when.

    The rung is the one with the largest :math:`\sqrt{R_r / (c_r + p)}`, if that is more than what
    whole fits give, :math:`1`, with p the share of candidates that go on. Then, of a new candidate
    and of all that were measured in part, comes next the one with the largest

    .. math:: \frac{E[(g - \mathrm{best})^+]}{c_{next} + P(g > \mathrm{best})\,c_{rest}}.

    Attributes
    ----------
    optimizer : Optimizer
        Proposes candidates, and knows what was measured.
    shares : tuple of float
        What each rung takes of the whole.
    """

    optimizer: Optimizer
    shares: tuple[float, ...]

    def start(self, index: int, standings: Sequence[Standing]) -> int | None:
        """Return the rung on which a new candidate begins; None: as a whole."""
        if index < N_LEARNT_FROM:
            return 0
        return self.rung(standings)

    def rung(self, standings: Sequence[Standing]) -> int | None:
        """Return the rung that pays most; None if whole fits do."""
        best, found = 1.0, None
        for rung, cost in enumerate(self.costs(standings)):
            told = self.optimizer.told_by(rung)
            worth = math.sqrt(told / (cost + SHARE_OF_WHOLE))
            if worth > best:
                best, found = worth, rung
        return found

    def costs(self, standings: Sequence[Standing]) -> list[float]:
        """Return what each rung costs of the whole, by the clock where that can tell."""
        first = [each.seconds for each in standings[:N_LEARNT_FROM] if each.seconds]
        whole = [seconds[-1] for seconds in first if not math.isnan(seconds[-1])]
        if not whole or float(np.median(whole)) < MIN_SECONDS:
            return list(self.shares)
        costs = []
        for rung, share in enumerate(self.shares):
            ratios = [seconds[rung] / seconds[-1] for seconds in first if seconds[-1] > 0.0]
            known = [ratio for ratio in ratios if math.isfinite(ratio)]
            costs.append(float(np.median(known)) if known else share)
        return costs

    def choose(
        self,
        standings: Sequence[Standing],
        may_ask: bool,
        is_last: bool,
        budget_left: float | None = None,
    ) -> Choice | None:
        """Return what comes next, see `Schedule`."""
        for each in standings[:N_LEARNT_FROM]:
            if each.rests and each.rung is not None:
                above = each.rung + 1
                return Choice(each.index, above if above < len(self.shares) else None)
        if len(standings) < N_LEARNT_FROM:
            return NEW if may_ask else None
        resting = [each for each in standings if each.rests]
        if not resting:
            return NEW if may_ask else None
        points = [self.optimizer.asked_point(each.index) for each in resting]
        new = self.optimizer.preview_point(budget_left) if may_ask else None
        asked = [*points, new] if new is not None else points
        gains, chances = self.optimizer.gains(asked)
        if budget_left is not None:
            gains /= self.optimizer.relative_costs(asked)
        known = int(np.argmax(gains[: len(resting)]))
        if new is not None:
            rung = self.rung(standings)
            if rung is None:
                rate = gains[-1]
            else:
                cost = self.costs(standings)[rung]
                rate = gains[-1] / (cost + chances[-1])
            if rate >= gains[known]:
                return NEW
        elif may_ask:
            return NEW
        elif gains[known] < WORTH:
            return None
        return Choice(resting[known].index)
