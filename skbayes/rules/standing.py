"""Where candidates stand that are measured in parts, and what a schedule makes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["NEW", "Choice", "Schedule", "Standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate as a schedule sees it.

    Attributes
    ----------
    index : int
        Its number, in the order asked.
    scores : tuple of (float or None)
        Mean score on each rung below the whole: None where folds of it are missing, NaN where one
        has failed.
    is_open : bool
        Whether folds of it are being evaluated, or waited for.
    is_closed : bool
        Whether no more of it is evaluated.
    seconds : tuple of float
        Time of a fold on each rung, and of a whole one last; NaN where there is none.
    has_failed : bool
        Whether it is closed and has no score, as a fold with the whole resource has failed.
    """

    index: int
    scores: tuple[float | None, ...]
    is_open: bool = False
    is_closed: bool = False
    seconds: tuple[float, ...] = ()
    has_failed: bool = False

    def is_scored(self, rung: int) -> bool:
        """Whether all folds of a rung are scored, or have failed."""
        return self.scores[rung] is not None

    def score(self, rung: int) -> float:
        """Return the score of a rung, minus infinity for a failure."""
        score = self.scores[rung]
        return -math.inf if score is None or math.isnan(score) else score

    @property
    def rung(self) -> int | None:
        """The highest rung with a score; None if there is none."""
        scored = [rung for rung, score in enumerate(self.scores) if score is not None]
        return scored[-1] if scored else None

    @property
    def rests(self) -> bool:
        """Whether it waits to be measured further, or never to be."""
        return not (self.is_open or self.is_closed)

    def rests_on(self, rung: int) -> bool:
        """Whether it rests, and this rung is the highest that it was measured on."""
        return self.rests and self.rung == rung


@dataclass(frozen=True, slots=True)
class Choice:
    """What is measured next: a candidate on a rung.

    Attributes
    ----------
    index : int or None
        None: a new one.
    rung : int or None
        None: with the whole resource.
    """

    index: int | None
    rung: int | None = None


# A new candidate, with the whole resource at once.
NEW = Choice(None)


class Schedule(Protocol):
    """Decides what is measured next, and how much of it.

    All methods are functions of what they are given, and of what the model was told.
    """

    @property
    def n_rung_folds(self) -> int | None:
        """Number of folds that are measured with a share of the resource; None: all."""

    def choose(
        self,
        standings: Sequence[Standing],
        may_ask: bool,
        is_last: bool,
        budget_left: float | None = None,
    ) -> Choice | None:
        """Return what comes next; None if nothing does, now or ever.

        Parameters
        ----------
        standings : sequence of Standing
            All candidates, in the order asked.
        may_ask : bool
            Whether a new candidate may be opened now.
        is_last : bool
            Whether there will be no new candidates any more.
        budget_left : float or None, default=None
            Share of the time that is left; None if there is no limit.
        """

    def verdict(self, standings: Sequence[Standing]) -> tuple[int, str] | None:
        """Return after how many candidates shares are measured no more, and why; or None.

        Parameters
        ----------
        standings : sequence of Standing
            All candidates at the end, in the order asked.
        """
