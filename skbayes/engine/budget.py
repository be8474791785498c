"""The time that a search may take."""

from __future__ import annotations

import math
import sys
import time

__all__ = ["Budget"]

# A fold that is predicted to take longer than this many times what is left is not begun: what is
# predicted is a typical time, and half of them take less.
PATIENCE = 1.5


class Budget:
    """Time that runs from here on.

    Parameters
    ----------
    seconds : float or None
        How long the search may take; None: for ever.
    spent : float, default=0.0
        Seconds of it that were spent before.
    """

    def __init__(self, seconds: float | None, spent: float = 0.0) -> None:
        # Numbers beyond all floats could not be computed with.
        self._seconds = math.inf if seconds is None else min(seconds, sys.float_info.max)
        self._started = time.monotonic() - spent

    @property
    def elapsed(self) -> float:
        """Seconds spent so far."""
        return time.monotonic() - self._started

    @property
    def share_left(self) -> float | None:
        """Share that is left, at least 0; None if there is no limit."""
        if math.isinf(self._seconds):
            return None
        return max(0.0, 1.0 - self.elapsed / self._seconds)

    @property
    def seconds_left(self) -> float:
        """Seconds that are left, at least 0; infinity if there is no limit."""
        return max(0.0, self._seconds - self.elapsed)

    def affords(self, seconds: float) -> bool:
        """Whether there is time for what is predicted to take so long."""
        left = self.seconds_left
        return left > 0.0 and seconds <= PATIENCE * left
