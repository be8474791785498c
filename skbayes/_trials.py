"""Trials, the events they are made of, and the history that folds events into trials.

A search is a list of events. `History.apply` is the only way to change a history, so that a
search that runs and one that is read back from a file go through the same code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from skbayes._numerics import mean
from skbayes.space import Point

__all__ = [
    "Asked",
    "Closed",
    "Event",
    "FoldScore",
    "History",
    "Prediction",
    "Scored",
    "Status",
    "Trial",
]

# How the evaluation of a candidate ended: with all folds; with the folds that were enough to see
# that it will not be the best; or with the search.
Status = Literal["complete", "stopped", "cut off"]

# What Python writes above the lines of an error.
TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True, slots=True)
class FoldScore:
    """What the evaluation of one candidate on one fold gave.

    Attributes
    ----------
    test : mapping of str to float
        Score on the held-out part by metric, higher is better; "score" if there is a single
        one. Empty when the fit failed, or the scorer did.
    train : mapping of str to float, or None
        The same on the training part, when it was asked for.
    fit_time, score_time : float
        Seconds.
    error : str or None
        Traceback of a fit that failed.
    rounds : int or None
        Rounds that the fit used, of an estimator that stops by itself and tells.
    at : float or None
        Seconds of search when the score arrived, if that is known.
    is_dict : bool
        Whether the scorer returned its scores by name, which may be "score" alone too.
    """

    test: Mapping[str, float]
    train: Mapping[str, float] | None
    fit_time: float
    score_time: float
    error: str | None = None
    # What does not decide anything is no part of a comparison.
    rounds: int | None = field(default=None, compare=False, repr=False)
    at: float | None = field(default=None, compare=False, repr=False)
    # Nor is what older journals do not hold.
    is_dict: bool = field(default=False, compare=False, repr=False)

    @property
    def seconds(self) -> float:
        """Time of fitting and scoring."""
        return self.fit_time + self.score_time

    @property
    def reason(self) -> str:
        """Type and first line of the error, without the module; empty if there is no error.

        Further lines of a message are often hints on what to do about it.
        """
        lines = [line.rstrip() for line in (self.error or "").splitlines() if line.strip()]
        if not lines:
            return ""
        # An error comes after its cause, each with a traceback whose lines are indented.
        first = len(lines) - lines[::-1].index(TRACEBACK) if TRACEBACK in lines else 0
        told = lines[first:] or lines
        while told[0].startswith(" ") and len(told) > 1:
            told = told[1:]
        kind, _, message = told[0].strip().partition(":")
        if re.fullmatch(r"[\w.<>]+", kind):
            kind = kind.rpartition(".")[2]
        message = message.strip() or " ".join(told[1:2]).strip()
        return f"{kind}: {message}" if message else kind


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model predicted of the mean score of a candidate, when it was proposed.

    Attributes
    ----------
    mean, sd : float
        Of the score that an evaluation on all folds would give.
    """

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate with the folds that were scored so far; None where one was not.

    Attributes
    ----------
    index : int
        Its number, in the order asked.
    point : Point
    folds : tuple of (FoldScore or None)
    prediction : Prediction or None
        None for one that no model has proposed.
    status : str or None
        How it ended; None as long as it has not.
    rungs : tuple of tuple of (FoldScore or None), default=()
        The same folds, or some of them, with less than the whole resource, the smallest share
        first. Their order may be another one. `folds` are those with all of it.
    origin : str or None
        What has proposed it, see `Asked`.
    asked_at : float or None
        Seconds of search when it was proposed, if that is known.
    """

    index: int
    point: Point
    folds: tuple[FoldScore | None, ...]
    prediction: Prediction | None = None
    status: Status | None = None
    rungs: tuple[tuple[FoldScore | None, ...], ...] = ()
    origin: str | None = None
    asked_at: float | None = field(default=None, compare=False)

    @property
    def is_closed(self) -> bool:
        """Whether no more folds will be evaluated."""
        return self.status is not None

    @property
    def n_scored(self) -> int:
        """Number of folds that were scored, or have failed."""
        return sum(fold is not None for fold in self.folds)

    @property
    def has_failed(self) -> bool:
        """Whether the fit of some fold raised."""
        return any(fold is not None and fold.error is not None for fold in self.folds)

    def has_failed_by(self, metric: str) -> bool:
        """Whether it has no score by a metric, and would have none with more folds.

        A fit raised, or the scorer did, or a fold has no finite score.
        """
        scores = [fold.test.get(metric, math.nan) for fold in self.folds if fold is not None]
        if self.has_failed or not all(map(math.isfinite, scores)):
            return True
        # Scores near the largest float have no mean.
        return None not in self.folds and not math.isfinite(self.mean(metric))

    @property
    def has_begun(self) -> bool:
        """Whether a fold was scored, or has failed, with whatever share of the resource."""
        return any(fold is not None for part in (self.folds, *self.rungs) for fold in part)

    @property
    def seconds(self) -> float:
        """Time of fitting and scoring, over the folds that were scored."""
        return _seconds(self.folds)

    @property
    def all_seconds(self) -> float:
        """The same with the folds of less than the whole resource."""
        return sum(map(_seconds, self.rungs), _seconds(self.folds))

    def at(self, rung: int | None) -> tuple[FoldScore | None, ...]:
        """Return the folds of a rung; None: those with the whole resource."""
        return self.folds if rung is None else self.rungs[rung]

    @property
    def rung(self) -> int | None:
        """The highest rung of which a fold was scored; None: the whole resource, or nothing."""
        begun = [rung for rung, part in enumerate(self.rungs) if any(part)]
        return None if self.n_scored or not begun else begun[-1]

    def mean(self, metric: str) -> float:
        """Return the mean test score over all folds; NaN if one is missing, failed or huge."""
        scores = [
            math.nan if fold is None else fold.test.get(metric, math.nan) for fold in self.folds
        ]
        value = mean(scores)
        return value if math.isfinite(value) else math.nan


def _seconds(folds: Iterable[FoldScore | None]) -> float:
    return sum(fold.seconds for fold in folds if fold is not None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A candidate was proposed.

    `origin` is what has proposed it, such as "design" or "model", and `at` the seconds of search
    until then. Both are None where that is not known: older journals do not tell.
    """

    index: int
    point: Point
    prediction: Prediction | None = None
    origin: str | None = field(default=None, repr=False)
    at: float | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Scored:
    """One fold of a candidate was evaluated, on a rung or, if that is None, as a whole."""

    index: int
    fold: int
    score: FoldScore
    rung: int | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """No more folds of a candidate will be evaluated."""

    index: int
    status: Status = "complete"


Event = Asked | Scored | Closed


class History:
    """The trials of a search, in the order asked.

    Parameters
    ----------
    n_folds : int
        Number of folds of a complete trial.
    n_rungs : int, default=0
        Number of shares of the resource below the whole.
    n_rung_folds : int or None, default=None
        Number of folds that are measured with a share. None: all.
    """

    def __init__(self, n_folds: int, n_rungs: int = 0, n_rung_folds: int | None = None) -> None:
        self.n_folds, self.n_rungs = n_folds, n_rungs
        self.n_rung_folds = n_folds if n_rung_folds is None else n_rung_folds
        self.trials: list[Trial] = []

    @classmethod
    def of(cls, events: Sequence[Event], n_folds: int) -> History:
        """Return the history of events that were recorded; ValueError as from `apply`."""
        parts = [(event.rung, event.fold) for event in events if isinstance(event, Scored)]
        shares = [(rung + 1, fold + 1) for rung, fold in parts if rung is not None]
        n_rungs, n_rung_folds = map(max, zip(*shares, strict=True)) if shares else (0, None)
        history = cls(n_folds, n_rungs, n_rung_folds)
        for event in events:
            history.apply(event)
        return history

    def apply(self, event: Event) -> None:
        """Take one event in.

        Raises
        ------
        ValueError
            If the event cannot follow those before it: a trial out of turn, a fold that there is
            not or that was scored before, or anything of a trial that is closed.
        """
        if isinstance(event, Asked):
            if event.index != len(self.trials):
                raise ValueError(f"{event}: the next trial is number {len(self.trials)}.")
            folds: tuple[FoldScore | None, ...] = (None,) * self.n_folds
            rungs = (folds[: self.n_rung_folds],) * self.n_rungs
            self.trials.append(
                Trial(
                    event.index,
                    event.point,
                    folds,
                    event.prediction,
                    rungs=rungs,
                    origin=event.origin,
                    asked_at=event.at,
                )
            )
            return
        if not 0 <= event.index < len(self.trials):
            raise ValueError(f"{event}: there are {len(self.trials)} trials.")
        trial = self.trials[event.index]
        if trial.is_closed:
            raise ValueError(f"{event}: trial {event.index} is closed.")
        if isinstance(event, Scored):
            if not (event.rung is None or 0 <= event.rung < self.n_rungs):
                raise ValueError(f"{event}: there are {self.n_rungs} rungs below the whole.")
            if not 0 <= event.fold < len(trial.at(event.rung)):
                raise ValueError(f"{event}: there are {len(trial.at(event.rung))} folds.")
            part = list(trial.at(event.rung))
            if part[event.fold] is not None:
                raise ValueError(f"{event}: fold {event.fold} has a score already.")
            part[event.fold] = event.score
            if event.rung is None:
                self.trials[event.index] = replace(trial, folds=tuple(part))
            else:
                parts = list(trial.rungs)
                parts[event.rung] = tuple(part)
                self.trials[event.index] = replace(trial, rungs=tuple(parts))
            return
        self.trials[event.index] = replace(trial, status=event.status)
