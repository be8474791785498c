"""What a search may take: time, and fits."""

from __future__ import annotations

import math
import sys
import time
from collections import Counter

from skbayes.rules import COUNT_ROUNDING

__all__ = ["Budget", "Spending"]

# A fold that is predicted to take longer than this many times what is left is not begun: what is
# predicted is a typical time, and half of them take less.
OVERRUN = 1.5


class Budget:
    """Time that runs from here on.

    Parameters
    ----------
    seconds : float or None
        How long the search may take; None: for ever.
    spent : float, default=0.0
        Seconds of it that were spent before.
    earlier : float, default=0.0
        Seconds of earlier runs. They are no part of the limit, and count in `elapsed` only.
    """

    def __init__(self, seconds: float | None, spent: float = 0.0, earlier: float = 0.0) -> None:
        # Numbers beyond all floats could not be computed with.
        self._seconds = math.inf if seconds is None else min(seconds, sys.float_info.max)
        self._started = time.monotonic() - spent
        self._earlier = earlier

    @property
    def elapsed(self) -> float:
        """Seconds spent so far, those of earlier runs too."""
        return self._spent + self._earlier

    @property
    def _spent(self) -> float:
        """Seconds of the limit that were spent so far."""
        return time.monotonic() - self._started

    @property
    def share_left(self) -> float | None:
        """Share that is left, at least 0; None if there is no limit."""
        if math.isinf(self._seconds):
            return None
        return max(0.0, 1.0 - self._spent / self._seconds)

    @property
    def seconds_left(self) -> float:
        """Seconds that are left, at least 0; infinity if there is no limit."""
        return max(0.0, self._seconds - self._spent)

    def affords(self, seconds: float) -> bool:
        """Whether there is time for what is predicted to take so long."""
        left = self.seconds_left
        return left > 0.0 and seconds <= OVERRUN * left


class Spending:
    """Fits that may be spent, each as its share of a fit of one fold with the whole resource.

    Parameters
    ----------
    max_fits : float, default=inf
        What may be spent.

    """

    def __init__(self, max_fits: float = math.inf) -> None:
        self._max_fits = max_fits
        # Numbers of fits by their share: they are multiplied, as sums of many shares are rounded.
        self._decided: Counter[float] = Counter()
        self._taken: Counter[float] = Counter()
        self._now: Counter[float] = Counter()

    def decide(self, share: float) -> None:
        """Note that a fit was decided on."""
        self._decided[share] += 1

    def take(self, share: float, is_earlier: bool = False) -> None:
        """Note that the score of a fit was taken in, which may be one of an earlier run."""
        self._taken[share] += 1
        if not is_earlier:
            self._now[share] += 1

    @property
    def spent(self) -> float:
        """Cost of the fits whose scores were taken in."""
        return _cost(self._taken)

    @property
    def spent_now(self) -> float:
        """Cost of those of them that are not of an earlier run."""
        return _cost(self._now)

    def affords(self, promised: float, cost: float) -> bool:
        """Whether something more may be begun.

        Parameters
        ----------
        promised : float
            Cost of the fits that all that was begun still needs, and that were not decided on.
        cost : float
            What the new one takes.
        """
        # Sums of shares are rounded: what is spent to the last digit is not overspent.
        decided = _cost(self._decided)
        return decided + promised + cost <= self._max_fits * (1.0 + COUNT_ROUNDING)


def _cost(fits: Counter[float]) -> float:
    return math.fsum(share * n for share, n in fits.items())
