"""How far a search is, and when it will end."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from skbayes.rules import Patience, SearchState, StoppingRule

__all__ = ["Clock", "Pace", "as_clock"]

# What ends a search if nothing better is found.
PATIENCE = "Patience, unless the best score rises"


class Clock(Protocol):
    """The time that a search may take, such as the `Budget` of the engine."""

    @property
    def elapsed(self) -> float:
        """Seconds spent so far, those of earlier runs too."""

    @property
    def share_left(self) -> float | None:
        """Share of the limit that is left; None if there is no limit."""

    @property
    def seconds_left(self) -> float:
        """Seconds that are left; infinity if there is no limit."""


@dataclass(eq=False)
class Pace:
    """The pace of a search, which begins when this is made.

    Parameters
    ----------
    n_candidates : int
        Number of candidates that are planned, or the most that there can be.
    clock : Clock
    rules : sequence of StoppingRule, default=()
        What may end the search before.
    max_fits : float, default=inf
        Number of fits that the search may spend.

    Attributes
    ----------
    spent : callable or None
        Returns how many fits were spent, with those that were read from a file; None if that is
        not known.
    spent_now : callable or None
        Returns how many of these were made now: those that were read take no time. None: all.
    begun : callable or None
        Returns how many candidates have begun, where some are measured in part only and are closed
        at the end; None: those that are closed say how far the search is.
    is_over : callable or None
        Returns whether the search has a reason to end; None: it has none.
    """

    n_candidates: int
    clock: Clock
    rules: Sequence[StoppingRule] = ()
    max_fits: float = math.inf
    spent: Callable[[], float] | None = field(default=None, init=False)
    spent_now: Callable[[], float] | None = field(default=None, init=False)
    begun: Callable[[], int] | None = field(default=None, init=False)
    is_over: Callable[[], bool] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._began = self.clock.elapsed

    @property
    def elapsed(self) -> float:
        """Seconds of search, those of earlier runs too."""
        return self.clock.elapsed

    def n_done(self, n_closed: int) -> int:
        """Return how many candidates say how far the search is, given those that are closed."""
        return n_closed if self.begun is None else self.begun()

    def share(self, n_closed: int) -> float:
        """Return which share of the search is done, from 0 to 1, by candidates, fits or time."""
        shares = [self.n_done(n_closed) / self.n_candidates if self.n_candidates else 1.0]
        if self.spent is not None:
            shares.append(self.spent() / self.max_fits)
        left = self.clock.share_left
        if left is not None:
            shares.append(1.0 - left)
        return min(1.0, max(shares))

    def outlook(self, scores: Sequence[float]) -> str:
        """Return when the search will end, and what will end it, as far as that can be told.

        Parameters
        ----------
        scores : sequence of float
            Mean score of each candidate that is closed, NaN for one without.
        """
        is_over = self.is_over is not None and self.is_over()
        if is_over or len(scores) >= self.n_candidates:
            return ""
        n_done = self.n_done(len(scores))
        spent = math.nan if self.spent is None else self.spent()
        if spent >= self.max_fits:
            return ""
        seconds = self._seconds(spent)
        pace = seconds / n_done if n_done > 0 else math.nan
        patience = [
            _patience_left(rule, scores) for rule in self.rules if isinstance(rule, Patience)
        ]
        if 0 in patience:
            return ""  # rules are asked after this candidate was told, and this one ends the search
        found = []
        if n_done < self.n_candidates:
            found.append((pace * (self.n_candidates - n_done), "n_iter"))
        if spent > 0.0:
            found.append((seconds * (self.max_fits / spent - 1.0), "max_fits"))
        found += [(pace * n_left, PATIENCE) for n_left in patience if n_left is not None]
        found = [(seconds, reason) for seconds, reason in found if math.isfinite(seconds)]
        left = self.clock.seconds_left
        if not found and math.isinf(left):
            return ""
        seconds, reason = min(found, default=(math.inf, ""))
        about = "about "
        if left <= seconds:
            seconds, reason, about = left, "max_time", ""
        is_open = any(not isinstance(rule, Patience) for rule in self.rules)
        # A best score that rises puts off the end by Patience: that is no latest time.
        is_latest = reason == "max_time" or (is_open and reason != PATIENCE)
        when = "at the latest " if is_latest else ""
        return f"ends {when}in {about}{as_clock(seconds)} ({reason})"

    def _seconds(self, spent: float) -> float:
        """Return what all fits so far would have taken, those that were read at the pace of now."""
        seconds = self.clock.elapsed - self._began
        now = spent if self.spent_now is None else self.spent_now()
        if now == spent or math.isnan(spent):
            return seconds
        return seconds * spent / now if now > 0.0 else math.nan


def _patience_left(rule: Patience, scores: Sequence[float]) -> int | None:
    """Return after how many candidates without a score `rule` ends a search; None: it is open."""

    def ends(n: int) -> bool:
        state = SearchState((*scores, *(math.nan,) * n), 0, math.nan, lambda: math.nan)
        return rule(state) is not None

    # Once it ends a search, it would do so after more candidates too.
    n = bisect_left(range(int(rule.n)), True, key=ends)
    return n if ends(n) else None


def as_clock(seconds: float) -> str:
    """Return seconds in a short form: with tenths below 10 s, else as minutes and hours.

    Examples
    --------
    >>> as_clock(9.41), as_clock(75.0), as_clock(3725.0)
    ('9.4 s', '1:15', '1:02:05')
    """
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    whole = round(min(seconds, 1e9))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
