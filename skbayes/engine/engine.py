"""The loop of a search: decide on folds, have them scored, tell the results.

Every decision, which fold comes next, which candidate, which one is stopped early and when
the search ends, is a function of the scores that were taken in. Taken in as their folds were
decided, they make the search a function of the seed, whatever finishes when (`FoldQueue`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from skbayes._interrupts import interrupts_wait
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
from skbayes.engine.budget import Budget, Spending
from skbayes.engine.earlier import EarlierRun
from skbayes.engine.evaluation import Evaluation
from skbayes.engine.growing import forget
from skbayes.engine.objective import Objective
from skbayes.engine.queue import Fold, FoldQueue
from skbayes.exceptions import FitTimeout, NoWorkers, SpaceExhausted, WorkerDied
from skbayes.optimizer import Strategy
from skbayes.rules import (
    Choice,
    EarlyStopping,
    Schedule,
    SearchState,
    Standing,
    StoppingRule,
    fold_noise,
    reason_to_stop,
)
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
    """What follows a search while it runs."""

    def __call__(self, event: Event, trial: Trial) -> None:
        """Be told of `event`, which `trial` has taken in already."""


@dataclass(slots=True)
class _Open:
    """A candidate that is open: folds decided on, those taken in, and the seconds of these."""

    predicted_seconds: float
    rung: int | None
    n_decided: int = 0
    n_taken: int = 0
    seconds: float = 0.0


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
    origin_of : callable
        Returns what has proposed a point.
    is_asynchronous : bool, default=False
        Whether scores are taken in as they arrive.
    stops_early : callable or None, default=None
        Whether a candidate is worth no further fold, see `rules.racing`.
    schedule : Schedule or None, default=None
        Which candidates are measured with more than a share of the resource, and when. None: all
        are, at once.
    rules : sequence of StoppingRule, default=()
        Asked after each candidate that is closed for a reason to end the search.
    budget : Budget, default=Budget(None)
        The time that the search may take.
    spending : Spending, default=Spending()
        The fits that it may take.
    journal : Journal or None, default=None
        What it holds is not decided or evaluated again, and what is new is written to it.
    error_score : "raise" or number, default=nan
        Whether a fit that has lost its worker, has run too long, or has called `sys.exit()` in a
        worker, ends the search.
    observers : sequence of Observer, default=()
        Called after each event.

    Attributes
    ----------
    history : History
        The candidates so far.
    stop_reason : str or None
        Why the search has ended; None as long as it has not.
    error : BaseException or None
        What has ended it, to be raised once what was found is kept.
    """

    optimizer: Strategy
    evaluation: Evaluation
    pool: Pool
    _: KW_ONLY
    n_iter: int
    n_points: int | None
    objective: Objective
    origin_of: Callable[[Point], str | None]
    is_asynchronous: bool = False
    stops_early: EarlyStopping | None = None
    schedule: Schedule | None = None
    rules: Sequence[StoppingRule] = ()
    budget: Budget = field(default_factory=lambda: Budget(None))
    spending: Spending = field(default_factory=Spending)
    journal: Journal | None = None
    error_score: Any = math.nan
    observers: Sequence[Observer] = ()

    def __post_init__(self) -> None:
        self.history = History(
            self.evaluation.n_folds,
            self.evaluation.n_rungs,
            None if self.schedule is None else self.schedule.n_rung_folds,
        )
        self.stop_reason: str | None = None
        self.error: BaseException | None = None
        events = self.journal.events if self.journal is not None else ()
        self._earlier = EarlierRun(events, self.evaluation.n_folds)
        self._is_exhausted = self._is_over = False
        # Whether the last search for a candidate to open has met one that cannot be paid.
        self._is_unpaid = False
        # The candidates that are open, in the order opened, and the one that was opened last.
        self._open: dict[int, _Open] = {}
        self._latest = -1
        # What a schedule sees of each candidate.
        self._standings: list[Standing] = []
        # Of those that are closed: mean and fold scores by number, and a row for each complete one.
        self._scores: dict[int, tuple[float, list[float | None]]] = {}
        self._complete = np.empty((0, self.evaluation.n_folds))

    def run(self) -> History:
        """Search until there is a reason to stop.

        No fold is begun then. Those that run are waited for. When the time is over, their scores
        are taken in. When a rule has ended the search they are only written to the journal: which
        ones run depends on timing, and the search is to be a function of its scores.

        Whatever is raised then, by a fit, the workers, rules, callbacks or the journal, ends the
        search, and is its `error`.

        Raises
        ------
        Exception
            If the pool cannot be entered.
        """
        queue: FoldQueue | None = None
        broken: FoldQueue | None = None
        try:
            with self.pool as pool:
                queue = FoldQueue(
                    pool,
                    self._submit,
                    self._to_event,
                    may_begin=self._affords,
                    in_order=not self.is_asynchronous,
                    known=self._earlier.scores,
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
        except BaseException as error:
            if queue is None:
                raise
            self._end_with(error)
            broken = queue
        finally:
            forget(self.evaluation.search)
        by_itself = "exhausted" if self._is_exhausted else "n_iter"
        self.stop_reason = self.stop_reason or ("max_fits" if self._is_unpaid else by_itself)
        with interrupts_wait():
            self._close_all(broken)
        return self.history

    def _close_all(self, broken: FoldQueue | None) -> None:
        """Take in what has landed in a queue that was broken off, and close each open trial."""
        # Neither rules nor callbacks are asked any more: what they raised would end all.
        for event in broken.landed() if broken is not None else ():
            with suppress(Exception):
                self._apply(event)
        for trial in self.history.trials:
            if not trial.is_closed:
                self._apply(Closed(trial.index, self._status_at_end(trial)))

    def _status_at_end(self, trial: Trial) -> Status:
        """Return how a trial ends that is not closed when the search ends."""
        if trial.index not in self._open:
            return "stopped"
        return "cut off" if None in trial.folds else "complete"

    @property
    def trials_as_ended(self) -> list[Trial]:
        """The candidates so far, as they would be if the search ended now."""
        return [
            trial if trial.is_closed else replace(trial, status=self._status_at_end(trial))
            for trial in self.history.trials
        ]

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Return a context for what follows a search: what it raises is the error of the search."""
        try:
            yield
        except BaseException as error:
            if self.stop_reason is None:
                raise
            self._end_with(error)

    def _end_with(self, error: BaseException) -> None:
        """Note what has ended the search, unless something was raised before."""
        if self.error is not None:
            return
        if isinstance(error, KeyboardInterrupt):
            # Another one: this one's traceback holds what the fit had in memory.
            self.stop_reason, self.error = "interrupted", KeyboardInterrupt()
        elif not isinstance(error, NoWorkers):
            self.stop_reason, self.error = "error", error
        elif self.budget.seconds_left == 0.0:
            self.stop_reason = self.stop_reason or "max_time"
        elif not self._is_over:
            self.stop_reason, self.error = "no_workers", error

    @property
    def fits_spent(self) -> float:
        """Cost of the fits whose scores were taken in; that of a fold as a whole is 1."""
        return self.spending.spent

    @property
    def said_of_shares(self) -> str:
        """What is to be said at the end of shares that were of no use; or nothing."""
        verdict = None if self.schedule is None else self.schedule.verdict(self._standings)
        resources = self.evaluation.resources
        if verdict is None or resources is None:
            return ""
        n, why = verdict
        return f"From candidate {n + 1} on, the search used no shares of {resources.name}: {why}."

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
        waiting = [index for index in self._open if self._n_undecided(index)]
        for index in sorted(waiting, key=self._n_queued):
            is_queued = self._n_queued(index) > 0
            # Where a fold may be spared, one that is on its way is waited for if there is
            # anything else to do.
            if self.stops_early and is_queued and self._open_another(n_points):
                break
            if not self._is_stopped_early(index):
                return self._next_fold(index)
            if not is_queued:
                self._close(index, "stopped")
                if self.stop_reason is not None:
                    return None
        else:
            if not self._open_another(n_points):
                return None
        return self._next_fold(self._latest)

    def _n_undecided(self, index: int) -> int:
        """Return how many folds of an open candidate were not decided on."""
        opened = self._open[index]
        return len(self.history.trials[index].at(opened.rung)) - opened.n_decided

    def _n_queued(self, index: int) -> int:
        """Return how many folds of an open candidate were decided on, and not taken in."""
        return self._open[index].n_decided - self._open[index].n_taken

    def _affords(self, fold: Fold) -> bool:
        """Whether a fold may begin now; the search ends if there is no time for it."""
        if self.stop_reason is not None:
            return False
        opened = self._open[fold[0]]
        predicted = opened.predicted_seconds * self.evaluation.share(opened.rung)
        if opened.n_taken:
            predicted = opened.seconds / opened.n_taken
        if self.budget.affords(predicted):
            return True
        self.stop_reason = "max_time"
        return False

    def _next_fold(self, index: int) -> Fold:
        opened = self._open[index]
        opened.n_decided += 1
        self.spending.decide(self.evaluation.share(opened.rung))
        return index, opened.n_decided - 1, opened.rung

    def _is_stopped_early(self, index: int) -> bool:
        """Whether a candidate is worth none of its other folds."""
        trial = self.history.trials[index]
        if self.stops_early is None or not trial.n_scored or self._open[index].rung is not None:
            return False
        scores = self.objective.fold_scores(trial)
        if any(score is not None and not math.isfinite(score) for score in scores):
            return True
        return self.stops_early(scores, self._complete, trial.prediction)

    def _open_another(self, n_points: float) -> bool:
        """Open a candidate, a new one or one to be measured further; tell whether there is one."""
        if len(self._open) >= n_points:
            return False
        # What was promised to open candidates, and not spent, may pay for one now.
        self._is_unpaid = False
        # The candidate that is asked for has to be the one that the schedule has judged.
        left = self.budget.share_left
        if self.schedule is None:
            return self._ask(None, left)
        choice = self._choose(self.schedule, left)
        if choice is None:
            return False
        if choice.index is None:
            return self._ask(choice.rung, left) or (
                self._is_exhausted and self._open_another(n_points)
            )
        trial = self.history.trials[choice.index]
        self._open[trial.index] = _Open(self._predict_seconds(trial.point), choice.rung)
        self._latest = trial.index
        self._stand(trial.index)
        return True

    def _choose(self, schedule: Schedule, budget_left: float | None) -> Choice | None:
        """Return what a schedule wants to be measured next, if it can be paid; or None."""
        index = len(self.history.trials)
        is_last = self._is_exhausted or index >= self.n_iter
        choice = schedule.choose(self._standings, not is_last, is_last, budget_left)
        if choice is None or choice.index is None:
            # A run with fewer candidates, or other workers, has measured what this one would not.
            known = (self._standings[each] for each in self._earlier.whole_before(index))
            if (at_rest := next((each for each in known if each.rests), None)) is not None:
                # It is given the shares that it had: who goes on is chosen among all with them.
                above = self._earlier.rung_above(at_rest.index, at_rest.rung)
                choice = Choice(at_rest.index, above)
        if choice is not None and choice.index is None and not self._can_pay(choice.rung):
            if self._open:
                return None
            # What is left is for those that were begun.
            choice = schedule.choose(self._standings, False, True, budget_left)
        if choice is None or self._can_pay(choice.rung):
            return choice
        # Where another share cannot be paid before the whole, the whole can.
        is_begun = choice.index is not None and choice.rung is not None
        return Choice(choice.index) if is_begun and self._can_pay(None) else None

    def _can_pay(self, rung: int | None) -> bool:
        """Whether a candidate may be measured on a rung, and then as a whole."""
        share = self.evaluation.share
        promised = sum(
            self._n_undecided(index) * share(each.rung) for index, each in self._open.items()
        )
        cost = float(self.history.n_folds)
        if rung is not None:
            cost += self.history.n_rung_folds * share(rung)
        if self.spending.affords(promised, cost):
            return True
        self._is_unpaid = True
        return False

    def _ask(self, rung: int | None, budget_left: float | None) -> bool:
        """Open the next candidate, if there may be one; tell whether there is."""
        index = len(self.history.trials)
        if self._is_exhausted or index >= self.n_iter or not self._can_pay(rung):
            return False
        event = self._earlier.asks.get(index)
        if event is not None:
            self.optimizer.adopt_point(event.point)
        elif not self.budget.affords(0.0):
            self.stop_reason = "max_time"
            return False
        else:
            event = self._propose(index, budget_left)
            if event is None:
                return False
            # Before the first fold is: what was evaluated must have been asked for.
            self._write(event)
        self._open[index] = _Open(self._predict_seconds(event.point), rung)
        self._latest = index
        self._apply(event)
        if self.schedule is not None:
            self._standings.append(Standing(index, (None,) * self.evaluation.n_rungs, is_open=True))
        return True

    def _propose(self, index: int, budget_left: float | None) -> Asked | None:
        try:
            point = self.optimizer.ask_point(budget_left)
        except SpaceExhausted as error:
            self._is_exhausted = True
            warn(
                f"The search ends after {index} of {self.n_iter} candidates: {error.reason}, and "
                "no candidate is evaluated twice."
            )
            return None
        prediction = self.optimizer.predict_point(point) if self.stops_early else None
        return Asked(
            index,
            point,
            None if prediction is None else Prediction(*prediction),
            self.origin_of(point),
            self.budget.elapsed,
        )

    def _predict_seconds(self, point: Point) -> float:
        """Return what a fold is predicted to take; 0 if that is not known, or does not matter."""
        if self.budget.share_left is None:
            return 0.0
        cost = self.optimizer.predict_cost(point) or 0.0
        return cost / self.evaluation.n_folds

    def _write(self, event: Event) -> None:
        if self.journal is not None:
            self.journal.append(event, self.budget.elapsed)

    def _submit(self, fold: Fold) -> None:
        point = self.history.trials[fold[0]].point
        params = self.optimizer.space.decode(point)
        function, args, keywords = self.evaluation.task(fold[0], params, *fold[1:])
        self.pool.submit(fold, function, *args, **keywords)

    def _to_event(self, outcome: Outcome) -> Scored:
        key: Any = outcome.key
        index, fold, rung = key
        error = outcome.error
        if error is None:
            return Scored(index, fold, replace(outcome.result, at=self.budget.elapsed), rung)
        # Of `sys.exit()` in the calling thread, which ends the search, there is no outcome.
        is_of_candidate = isinstance(error, WorkerDied | FitTimeout | SystemExit) or not can_travel(
            self.optimizer.space.decode(self.history.trials[index].point)
        )
        if self.error_score == "raise" or not is_of_candidate:
            raise error
        seconds = getattr(error, "seconds", 0.0)
        text = outcome.trace or f"{type(error).__name__}: {error}"
        lost = FoldScore({}, None, seconds, 0.0, text, at=self.budget.elapsed)
        return Scored(index, fold, lost, rung)

    def _take_in(self, event: Scored) -> None:
        self._apply(event)
        opened, trial = self._open[event.index], self.history.trials[event.index]
        opened.n_taken += 1
        opened.seconds += event.score.seconds
        if opened.n_taken < len(trial.at(event.rung)):
            return
        if event.rung is None:
            self._close(event.index, "complete")
        else:
            del self._open[event.index]
            self._stand(event.index)
            self.optimizer.tell_report(trial.point, self.objective.report(trial))

    def _stand(self, index: int) -> None:
        """Note where a candidate stands, for the schedule."""
        if self.schedule is None:
            return
        trial = self.history.trials[index]
        self._standings[index] = Standing(
            index,
            self.objective.rung_scores(trial),
            index in self._open,
            trial.is_closed,
            tuple(map(_seconds_of_a_fold, (*trial.rungs, trial.folds))),
            trial.is_closed and self.objective.has_failed(trial),
        )

    def _close(self, index: int, status: Status) -> None:
        del self._open[index]
        self._apply(Closed(index, status))
        self._stand(index)
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
        if isinstance(event, Scored):
            # First, for a score that it refuses is no result.
            self.objective.settle(event.score)
            self.spending.take(self.evaluation.share(event.rung), self._earlier.has(event))
        self.history.apply(event)
        for observer in self.observers:
            observer(event, self.history.trials[event.index])


def _seconds_of_a_fold(folds: Sequence[FoldScore | None]) -> float:
    """Return the mean time of the folds that were run; NaN if none was."""
    seconds = [fold.seconds for fold in folds if fold is not None]
    return sum(seconds) / len(seconds) if seconds else math.nan
