"""The loop of a search: decide on folds, have them scored, tell the results.

Every decision, which fold comes next, which candidate, which one is stopped early and when
the search ends, is a function of the scores that were taken in. Taken in as their folds were
decided, they make the search a function of the seed, whatever finishes when (`FoldQueue`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from skbayes._trials import (
    Asked,
    Closed,
    Event,
    FoldScore,
    History,
    Prediction,
    Scored,
    Status,
    Trial,
)
from skbayes._warnings import warn
from skbayes.engine.budget import Budget
from skbayes.engine.evaluation import Evaluation
from skbayes.engine.objective import Objective, fold_noise
from skbayes.engine.queue import Fold, FoldQueue
from skbayes.exceptions import FitTimeout, NoWorkers, SpaceExhausted, WorkerDied
from skbayes.optimizer import Strategy
from skbayes.rules import EarlyStopping, SearchState, StoppingRule, reason_to_stop
from skbayes.workers import Outcome, Pool, can_travel

if TYPE_CHECKING:
    from skbayes.journal import Journal
    from skbayes.space import Point

__all__ = ["Engine", "Observer"]

# Folds decided and not taken in, for each of several workers: while the oldest one takes its time,
# the others find work. With two a worker each waits a sixth of the time, with four proposals know
# less.
FOLDS_PER_WORKER = 3


class Observer(Protocol):
    """What follows a search while it runs: it may refuse a result by raising."""

    def __call__(self, event: Event, trial: Trial) -> None:
        """Be told of `event`, which `trial` has taken in already."""


@dataclass(slots=True)
class _Open:
    """A candidate that is open: what a fold of it may take, and how many were decided on."""

    predicted_seconds: float
    n_decided: int = 0


@dataclass(eq=False, repr=False)
class Engine:
    """A search in progress.

    Parameters
    ----------
    optimizer : Strategy
        Proposes candidates.
    evaluation : Evaluation
        Makes the tasks.
    pool : Pool
        Runs the tasks.
    n_iter : int
        Number of candidates.
    n_points : int or None
        Number of candidates that may be open at once. None: what keeps all workers busy, which
        is one for a single worker.
    objective : Objective
        The metric that steers.
    is_asynchronous : bool, default=False
        Whether scores are taken in as they arrive.
    stops_early : callable or None, default=None
        Whether a candidate is worth no further fold, see `rules.racing`.
    rules : sequence of StoppingRule, default=()
        Asked after each candidate that is closed for a reason to end the search.
    budget : Budget, default=Budget(None)
        The time that the search may take.
    journal : Journal or None, default=None
        What it holds is not decided or evaluated again, and what is new is written to it.
    error_score : "raise" or number, default=nan
        Whether a fit that has lost its worker, or has run too long, ends the search.
    observers : sequence of Observer, default=()
        Called after each event.
    origin_of : callable or None, default=None
        Returns what has proposed a point. None: what the optimizer says.

    Attributes
    ----------
    history : History
        The candidates so far.
    stop_reason : str or None
        Why the search has ended; None as long as it has not.
    error : NoWorkers or None
        What has ended it, to be raised once what was found is kept.
    """

    optimizer: Strategy
    evaluation: Evaluation
    pool: Pool
    _: KW_ONLY
    n_iter: int
    n_points: int | None
    objective: Objective
    is_asynchronous: bool = False
    stops_early: EarlyStopping | None = None
    rules: Sequence[StoppingRule] = ()
    budget: Budget = field(default_factory=lambda: Budget(None))
    journal: Journal | None = None
    error_score: Any = math.nan
    observers: Sequence[Observer] = ()
    origin_of: Callable[[Point], str | None] | None = None

    def __post_init__(self) -> None:
        self.history = History(self.evaluation.n_folds)
        self.stop_reason: str | None = None
        self.error: NoWorkers | None = None
        known = self.journal.events if self.journal is not None else ()
        self._known_asks = {event.index: event for event in known if isinstance(event, Asked)}
        self._known_scores = [event for event in known if isinstance(event, Scored)]
        self._is_exhausted = False
        self._is_over = False
        # The candidates that are open, in the order asked.
        self._open: dict[int, _Open] = {}
        # Of those that are closed: mean and fold scores by number, and a row for each complete one.
        self._scores: dict[int, tuple[float, list[float | None]]] = {}
        self._complete = np.empty((0, self.evaluation.n_folds))

    def run(self) -> History:
        """Search until there is a reason to stop.

        No fold is begun then. Those that run are waited for. When the time is over, their scores
        are taken in. When a rule has ended the search they are only written to the journal: which
        ones run depends on timing, and the search is to be a function of its scores.
        """
        queue: FoldQueue | None = None
        try:
            with self.pool as pool:
                queue = FoldQueue(
                    pool,
                    self._submit,
                    self._to_event,
                    may_begin=self._affords,
                    in_order=not self.is_asynchronous,
                    known=self._known_scores,
                    arrived=self._write,
                )
                while not self._is_over:
                    # The number of workers may change: a cluster grows, or loses some.
                    n_points, window = self._limits(pool.n_workers)
                    while len(queue) < window and (fold := self._decide(n_points)) is not None:
                        queue.launch(fold)
                    if not len(queue):
                        break
                    self._take_in(queue.land())
                queue.drain()
        except (KeyboardInterrupt, NoWorkers) as error:
            if isinstance(error, KeyboardInterrupt):
                self.stop_reason = "interrupted"
            elif self.budget.seconds_left == 0.0:
                self.stop_reason = self.stop_reason or "max_time"
            elif not self._is_over:
                self.stop_reason, self.error = "no_workers", error
            # Neither rules nor callbacks are asked any more: what they raised would end all.
            with suppress(Exception):
                for event in queue.landed() if queue is not None else ():
                    self._apply(event)
        for trial in self.history.trials:
            if not trial.is_closed:
                self._apply(Closed(trial.index, "cut off" if None in trial.folds else "complete"))
        self.stop_reason = self.stop_reason or ("exhausted" if self._is_exhausted else "n_iter")
        return self.history

    def _limits(self, n_workers: int) -> tuple[float, float]:
        """Return how many candidates may be open, and how many folds decided on."""
        if self.n_points is not None:
            # A fold that is decided on cannot be spared any more: one of each candidate.
            return self.n_points, self.n_points if self.stops_early else math.inf
        if n_workers == 1:
            return 1, 1
        window = n_workers + 1 if self.is_asynchronous else FOLDS_PER_WORKER * n_workers
        if self.stops_early:
            # Two folds of each candidate on their way: with more there is less to be spared.
            return n_workers, min(window, 2 * n_workers)
        # One long fold keeps its candidate open; that shall not keep others from being opened.
        return math.inf, window

    def _decide(self, n_points: float) -> Fold | None:
        """Return the fold to be evaluated next; None if that depends on scores to come."""
        if self.stop_reason is not None:
            return None
        n_folds = self.evaluation.n_folds
        waiting = [index for index, trial in self._open.items() if trial.n_decided < n_folds]
        for index in sorted(waiting, key=self._n_queued):
            is_queued = self._n_queued(index) > 0
            # Where a fold may be spared, one that is on its way is waited for if there is
            # anything else to do.
            if self.stops_early and is_queued and self._ask(n_points):
                break
            if not self._is_stopped_early(index):
                return self._next_fold(index)
            if not is_queued:
                self._close(index, "stopped")
                if self.stop_reason is not None:
                    return None
        else:
            if not self._ask(n_points):
                return None
        return self._next_fold(len(self.history.trials) - 1)

    def _n_queued(self, index: int) -> int:
        """Return how many folds of an open candidate were decided on, and not taken in."""
        return self._open[index].n_decided - self.history.trials[index].n_scored

    def _affords(self, fold: Fold) -> bool:
        """Whether a fold may begin now; the search ends if there is no time for it."""
        if self.stop_reason is not None:
            return False
        trial = self.history.trials[fold[0]]
        predicted = self._open[fold[0]].predicted_seconds
        if self.budget.affords(trial.seconds / trial.n_scored if trial.n_scored else predicted):
            return True
        self.stop_reason = "max_time"
        return False

    def _next_fold(self, index: int) -> Fold:
        trial = self._open[index]
        trial.n_decided += 1
        return index, trial.n_decided - 1

    def _is_stopped_early(self, index: int) -> bool:
        """Whether a candidate is worth none of its other folds."""
        trial = self.history.trials[index]
        if self.stops_early is None or not trial.n_scored:
            return False
        scores = self.objective.fold_scores(trial)
        if any(score is not None and not math.isfinite(score) for score in scores):
            return True
        return self.stops_early(scores, self._complete, trial.prediction)

    def _ask(self, n_points: float) -> bool:
        """Open the next candidate, if there may be one; tell whether there is."""
        index = len(self.history.trials)
        if self._is_exhausted or index >= self.n_iter or len(self._open) >= n_points:
            return False
        event = self._known_asks.get(index)
        if event is not None:
            self.optimizer.adopt_point(event.point)
        elif not self.budget.affords(0.0):
            self.stop_reason = "max_time"
            return False
        else:
            event = self._propose(index)
            if event is None:
                return False
            # Before the first fold is: what was evaluated must have been asked for.
            self._write(event)
        self._open[index] = _Open(self._predict_seconds(event.point))
        self._apply(event)
        return True

    def _propose(self, index: int) -> Asked | None:
        try:
            point = self.optimizer.ask_point(self.budget.share_left)
        except SpaceExhausted:
            self._is_exhausted = True
            warn(
                f"The search space held {index} distinct candidates of the {self.n_iter} that "
                "were planned; each of them is evaluated once.",
            )
            return None
        prediction = self.optimizer.predict_point(point) if self.stops_early else None
        return Asked(
            index,
            point,
            None if prediction is None else Prediction(*prediction),
            (self.origin_of or self.optimizer.origin_of)(point),
            self.budget.elapsed,
        )

    def _predict_seconds(self, point: Point) -> float:
        """Return what a fold is predicted to take; 0 if that is not known, or does not matter."""
        if self.budget.share_left is None:
            return 0.0
        cost = self.optimizer.predict_cost(self.optimizer.space.decode(point)) or 0.0
        return cost / self.evaluation.n_folds

    def _write(self, event: Event) -> None:
        if self.journal is not None:
            self.journal.append(event, self.budget.elapsed)

    def _submit(self, fold: Fold) -> None:
        point = self.history.trials[fold[0]].point
        params = self.optimizer.space.decode(point)
        function, args, keywords = self.evaluation.task(fold[0], params, fold[1])
        self.pool.submit(fold, function, *args, **keywords)

    def _to_event(self, outcome: Outcome) -> Scored:
        key: Any = outcome.key
        index, fold = key
        error = outcome.error
        if error is None:
            return Scored(index, fold, replace(outcome.result, at=self.budget.elapsed))
        is_of_candidate = isinstance(error, WorkerDied | FitTimeout) or not can_travel(
            self.optimizer.space.decode(self.history.trials[index].point)
        )
        if self.error_score == "raise" or not is_of_candidate:
            raise error
        seconds = getattr(error, "seconds", 0.0)
        text = f"{type(error).__name__}: {error}"
        lost = FoldScore({}, None, seconds, 0.0, text, at=self.budget.elapsed)
        return Scored(index, fold, lost)

    def _take_in(self, event: Scored) -> None:
        self._apply(event)
        if None not in self.history.trials[event.index].folds:
            self._close(event.index, "complete")

    def _close(self, index: int, status: Status) -> None:
        del self._open[index]
        self._apply(Closed(index, status))
        trial = self.history.trials[index]
        score, folds = self.objective.score(trial), self.objective.fold_scores(trial)
        self._scores[index] = score, folds
        if status == "complete" and math.isfinite(score):
            self._complete = np.vstack([self._complete, np.array([folds], dtype=np.float64)])
        self.optimizer.tell_report(trial.point, self.objective.report(trial))
        if self.rules:
            # Callbacks are called even if the time is over.
            reason = reason_to_stop(self.rules, self._state())
            if reason is not None and self.stop_reason is None:
                self.stop_reason, self._is_over = reason, True

    def _state(self) -> SearchState:
        closed = [self._scores[index] for index in sorted(self._scores)]
        return SearchState(
            tuple(score for score, _ in closed),
            self.n_iter,
            fold_noise([folds for _, folds in closed]),
            self.optimizer.regret_bound,
            self.optimizer.gain_in_sight,
        )

    def _apply(self, event: Event) -> None:
        self.history.apply(event)
        for observer in self.observers:
            observer(event, self.history.trials[event.index])
