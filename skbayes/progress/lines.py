"""A line for each candidate, printed when it is closed: what ``verbose=1`` gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from skbayes._digits import significant
from skbayes._output import say
from skbayes._trials import Closed, Event, FoldScore, Scored, Trial
from skbayes.progress.pace import Pace, as_clock
from skbayes.space import Point, brief

if TYPE_CHECKING:
    from skbayes.engine import Objective

__all__ = ["Lines"]

# Digits of a score at least; if its standard error begins further on, as many as reach it.
N_DIGITS = 5
# Characters of the reason why a candidate has failed.
MAX_REASON = 160


class Lines:
    """Prints a line for each candidate: its score, the best so far, its parameters, the time.

    Candidates that were read from a file are one line together.

    Parameters
    ----------
    objective : Objective
        Says what a score is.
    name : str
        What the score is called if the search has a single metric.
    pace : Pace
    decode : callable
        Returns the parameters of a point.
    known : collection of Scored, default=()
        What was read from a file.
    path : str, default=""
        The file.
    shares : sequence of str, default=()
        What the shares of a resource are called, such as "100 n_samples".
    """

    def __init__(
        self,
        objective: Objective,
        name: str,
        pace: Pace,
        decode: Callable[[Point], Mapping[str, Any]],
        known: Collection[Scored] = (),
        path: str = "",
        shares: Sequence[str] = (),
    ) -> None:
        self._objective, self._name, self._pace = objective, name, pace
        self._decode, self._path, self._shares = decode, path, shares
        # They are the very objects that trials hold then.
        self._known, self._kept = {id(event.score) for event in known}, known
        self._read: set[int] = set()
        self._has_told = False
        self._scores: list[float] = []
        self._best, self._best_error, self._best_number = math.nan, math.nan, 0

    def __call__(self, event: Event, trial: Trial) -> None:
        """Print the line of `trial` if `event` closes it."""
        if isinstance(event, Scored):
            if id(event.score) in self._known:
                self._read.add(event.index)
            self._tell_of_share(event, trial)
        if not isinstance(event, Closed) or not trial.n_scored:
            return  # what was measured in part has its line, and what has not begun needs none
        scores = [score for part in (trial.folds, *trial.rungs) for score in part if score]
        is_read = all(id(score) in self._known for score in scores)
        if not is_read:
            self._read.discard(trial.index)  # it is finished now, and has a line
            self._print_read()
        score = self._objective.score(trial)
        is_complete = self._objective.status(trial) == "complete"
        if is_complete and not score <= self._best:
            self._best, self._best_number = score, trial.index + 1
            self._best_error = self._objective.standard_error(trial)
        self._scores.append(score if is_complete else math.nan)
        if not is_read:
            say(self._line(trial, score))

    @property
    def _metric(self) -> str:
        # With a function for `scoring`, it is known from the first result on.
        metric = self._objective.metric or "score"
        return self._name if metric == "score" else metric

    def _tell_of_share(self, event: Scored, trial: Trial) -> None:
        """Print the line of a share, when all folds of it are scored."""
        if event.rung is None or None in trial.rungs[event.rung]:
            return
        if all(id(score) in self._known for score in trial.rungs[event.rung]):
            return
        self._print_read()
        score = self._objective.rung_scores(trial)[event.rung]
        if score is None or math.isnan(score):
            value = f"no score{_reason(trial.rungs[event.rung])}"
        else:
            error = self._objective.standard_error(trial, event.rung)
            value = f"{self._metric} {significant(score, N_DIGITS, error)}"
        n = len(str(self._pace.n_candidates))
        place = f"[{trial.index + 1:>{n}}/{self._pace.n_candidates}]"
        text = f"{place} {value} with {self._shares[event.rung]}{self._told_best}"
        say(f"{text}; {self._told_params(trial)}; {as_clock(self._pace.elapsed)}")

    def _told_params(self, trial: Trial) -> str:
        return ", ".join(f"{k}={brief(v)}" for k, v in self._decode(trial.point).items()) or "-"

    def end(self) -> None:
        """Say how many candidates were read, if none was evaluated after them."""
        self._print_read()

    def _print_read(self) -> None:
        """Say once how many candidates were read, before the first line of another one."""
        if self._read and not self._has_told:
            self._has_told = True
            noun = "candidate" if len(self._read) == 1 else "candidates"
            say(f"{len(self._read)} {noun} read from {self._path!r}{self._told_best}")

    @property
    def _told_best(self) -> str:
        if math.isnan(self._best):
            return ""
        best = significant(self._best, N_DIGITS, self._best_error)
        return f", best {best} (candidate {self._best_number})"

    def _line(self, trial: Trial, score: float) -> str:
        n_candidates = self._pace.n_candidates
        place = f"[{trial.index + 1:>{len(str(n_candidates))}}/{n_candidates}]"
        outlook = self._pace.outlook(self._scores)
        times = f"{as_clock(self._pace.elapsed)}{', ' if outlook else ''}{outlook}"
        result = f"{self._result(trial, score)}{self._told_best}"
        return f"{place} {result}; {self._told_params(trial)}; {times}"

    def _result(self, trial: Trial, score: float) -> str:
        status = self._objective.status(trial)
        if status == "complete":
            error = self._objective.standard_error(trial)
            told = f"{self._metric} {significant(score, N_DIGITS, error)}"
            return told if math.isnan(error) else f"{told} +- {error:.2g}"
        part = ""
        if None in trial.folds:
            part = f" after {trial.n_scored} of {len(trial.folds)} folds"
        reason = _reason(trial.folds) if status == "failed" else ""
        return f"{status}{part}{reason}"


def _reason(folds: Sequence[FoldScore | None]) -> str:
    """Return the first error in brackets, cut if it is long; "" if there is none."""
    reason = next((fold.reason for fold in folds if fold is not None and fold.error), "")
    if len(reason) > MAX_REASON:
        reason = f"{reason[: MAX_REASON - 3].rstrip()}..."
    return f" ({reason})" if reason else ""
