"""The loop of a search: ask for candidates, have their folds scored, tell the results.

Which candidate comes next depends on the seed and the scores alone, never on timing: candidate
k is proposed exactly when candidates 0 to k - n_points are closed, and it knows the scores of
just those, whatever else has been finished meanwhile.
"""

from __future__ import annotations

import math
import warnings
from typing import Any, Protocol

from ._evaluate import Evaluation
from ._objective import Objective
from ._optimizer import Optimizer
from ._pool import Outcome, Pool
from ._trials import Asked, Closed, Event, History, Scored, Trial
from .exceptions import SpaceExhausted

__all__ = ["Engine", "Observer"]


class Observer(Protocol):
    """What follows a search while it runs: it may refuse a result by raising."""

    def __call__(self, event: Event, trial: Trial) -> None:
        """Be told of `event`, which `trial` has taken in already."""


class Engine:
    """A search in progress.

    Parameters
    ----------
    optimizer : Optimizer
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
    observers : sequence of Observer
        Called after each event.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        evaluation: Evaluation,
        pool: Pool,
        *,
        n_iter: int,
        n_points: int | None,
        objective: Objective,
        observers: tuple[Observer, ...] = (),
    ) -> None:
        self.history = History(evaluation.n_folds)
        self._optimizer = optimizer
        self._evaluation = evaluation
        self._pool = pool
        self._n_iter = n_iter
        self._n_points = n_points
        self._objective = objective
        self._observers = observers
        self._n_told = 0
        self._is_exhausted = False
        self._open_folds: list[tuple[int, int]] = []

    def run(self) -> History:
        """Search until all candidates are evaluated or the space is exhausted."""
        with self._pool as pool:
            n_points = self._n_points or _window(pool.n_workers, self._evaluation.n_folds)
            while True:
                while pool.has_room and (self._open_folds or self._ask(n_points)):
                    self._submit(*self._open_folds.pop(0))
                if pool.n_live == 0:
                    return self.history
                self._record(pool.wait())

    def _ask(self, n_points: int) -> bool:
        """Open the next candidate, if its turn has come; tell whether it has."""
        index = len(self.history.trials)
        n_known = max(0, index - n_points + 1)
        if self._is_exhausted or index >= self._n_iter or self.history.n_closed_prefix < n_known:
            return False
        for trial in self.history.trials[self._n_told : n_known]:
            self._optimizer.tell_report(trial.point, self._objective.report(trial))
        self._n_told = n_known
        try:
            point = self._optimizer.ask_point()
        except SpaceExhausted:
            self._is_exhausted = True
            warnings.warn(
                f"The search space held {index} distinct candidates of the {self._n_iter} that "
                "were planned; each of them is evaluated once.",
                UserWarning,
                stacklevel=4,
            )
            return False
        self._apply(Asked(index, point))
        self._open_folds = [(index, fold) for fold in range(self._evaluation.n_folds)]
        return True

    def _submit(self, index: int, fold: int) -> None:
        point = self.history.trials[index].point
        params = self._optimizer.space.decode(point)
        function, args, keywords = self._evaluation.task(index, params, fold)
        self._pool.submit((index, fold), function, *args, **keywords)

    def _record(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            raise outcome.error
        key: Any = outcome.key
        index, fold = key
        self._apply(Scored(index, fold, outcome.result))
        if None not in self.history.trials[index].folds:
            self._apply(Closed(index))

    def _apply(self, event: Event) -> None:
        self.history.apply(event)
        for observer in self._observers:
            observer(event, self.history.trials[event.index])


def _window(n_workers: int, n_folds: int) -> int:
    """Return the number of open candidates that keeps `n_workers` busy.

    One more than the workers can have in their hands, so that those who are done with the last
    folds of a candidate find others to take.
    """
    return 1 if n_workers == 1 else 1 + math.ceil(n_workers / n_folds)
