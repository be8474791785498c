"""A pool of workers: submit a task, wait for whichever ends first.

Workers die: memory runs out, native code crashes, a machine goes. Whose fault it was is found
out by running each task that may be to blame alone: the one that takes its worker down once more
has failed, all others return their results. See `docs/decisions/workers.md`.
"""

from __future__ import annotations

import itertools
import math
import queue
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from skbayes._compat import warning_filters, watched_folder, with_sklearn_config
from skbayes._interrupts import interrupts_end
from skbayes._warnings import warn
from skbayes.exceptions import FitTimeout, NoWorkers, WorkerDied
from skbayes.space import is_number
from skbayes.workers.base import Died, Withdrawn, n_slots
from skbayes.workers.calls import Call, Raised, Watch
from skbayes.workers.kinds import open_workers

__all__ = ["Outcome", "Pool"]

# Seconds for which a cluster without any worker is waited for.
_WITHOUT_WORKERS = 600.0
# Times that a task is submitted again after it was lost through no fault of its own.
_N_RESUBMISSIONS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended: its result, or the exception that it raised.

    An `error` that is a `WorkerDied` or a `FitTimeout` says that the task itself ended its
    worker, or had to be ended; all others are those of the task or of the set-up. `trace` is the
    traceback in the worker, as a text, of what the task has raised.
    """

    key: Hashable
    result: Any = None
    error: BaseException | None = None
    trace: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    """A task on its way to the workers; it was lost `n_losses` times through no fault of its own.

    `is_alone` says that nothing else is in the hands of the workers while it is.
    """

    key: Hashable
    call: Call
    n_losses: int = 0
    is_alone: bool = False


class Pool:
    """Workers of the joblib backend that is active in the calling thread, or of an executor.

    To be used as a context manager, in one thread. With one worker the tasks run inline, one
    for each call of `wait`, so that nothing runs ahead of the caller's decisions.

    Parameters
    ----------
    n_jobs : int or None
        Number of workers, as everywhere in scikit-learn.
    pre_dispatch : int or str
        Tasks that may be submitted and not yet finished.
    has_queue : bool, default=True
        Whether workers may hold tasks that have not begun. Else `pre_dispatch` is at most the
        number of workers, and hardly any task begins later than it is submitted.
    executor : concurrent.futures.Executor or None
        Runs the tasks in place of joblib. It is not closed. It has as many workers as it says,
        else as many as this machine has processors; a positive `n_jobs` is an upper bound.
    fit_timeout : float or None
        Seconds that a task may run. Only processes that joblib would have, on this machine, can
        be ended.
    deadline : float
        Seconds from the entry on after which nobody waits for a cluster without workers any more.

    Raises
    ------
    TypeError, ValueError
        When the pool is entered: one of these is wrong, or does not go with the workers.
    """

    def __init__(
        self,
        n_jobs: int | None = None,
        pre_dispatch: int | str = "2*n_jobs",
        *,
        has_queue: bool = True,
        executor: Executor | None = None,
        fit_timeout: float | None = None,
        deadline: float = math.inf,
    ) -> None:
        self._workers = open_workers(n_jobs, executor)
        self._pre_dispatch = pre_dispatch
        self._has_queue = has_queue
        self._fit_timeout = fit_timeout
        self._deadline = deadline
        self._entered_at = self._deserted_at = math.inf
        self._open = ExitStack()
        self._folder: str | None = None
        # The number of an attempt, its result and its error. Tasks end in threads of the backend;
        # the queue is all that they touch.
        self._ended: queue.SimpleQueue[tuple[int, Any, BaseException | None]] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self._backlog: deque[_Task] = deque()
        self._running: dict[int, _Task] = {}
        self._lost: list[tuple[int, _Task]] = []
        self._suspects: deque[_Task] = deque()
        self._ready: deque[Outcome] = deque()
        self._filters = warning_filters()
        self.n_live = 0

    def __enter__(self) -> Self:
        _check_timeout(self._fit_timeout)
        self._entered_at = time.monotonic()
        try:
            self._workers.start()
            n_slots(self._pre_dispatch, self.n_workers)
            if self._fit_timeout is not None and not self._workers.has_watch:
                raise ValueError(
                    f"fit_timeout={self._fit_timeout!r} needs two or more worker processes of "
                    "joblib's default backend, loky, for example n_jobs=2. The search cannot end "
                    "fits in this process, in threads, on a cluster or in your executor. Use loky, "
                    "or leave fit_timeout=None."
                )
        except BaseException:
            self._workers.stop(is_failed=True)
            raise
        if self._fit_timeout is not None:
            folder = tempfile.TemporaryDirectory(prefix="skbayes-", ignore_cleanup_errors=True)
            self._folder = self._open.enter_context(folder)
            self._open.enter_context(watched_folder(self._folder))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._workers.stop(is_failed=kind is not None)
        finally:
            self._open.close()

    @property
    def n_workers(self) -> int:
        """Number of tasks that can run at the same time; on a cluster it may change any time."""
        return self._workers.n_workers

    @property
    def has_room(self) -> bool:
        """Whether one more task may be submitted now."""
        if self._workers.is_inline:
            return self.n_live < 1
        slots = n_slots(self._pre_dispatch, self.n_workers)
        return self.n_live < (slots if self._has_queue else min(slots, self.n_workers))

    def submit(
        self, key: Hashable, function: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """Have `function(*args, **kwargs)` run by a worker; `key` comes back with its outcome."""
        self.n_live += 1
        wrapped = with_sklearn_config(function, self._filters)
        self._backlog.append(_Task(key, Call(wrapped, args, kwargs)))
        if not self._workers.is_inline:
            self._dispatch()

    def withdraw(self) -> list[Any]:
        """Take back the tasks that no worker has been handed; return their keys."""
        keys = [task.key for task in self._backlog]
        self._backlog.clear()
        self.n_live -= len(keys)
        return keys

    def wait(self) -> Outcome:
        """Return the outcome of a task that has ended, waiting for one if need be.

        Raises
        ------
        NoWorkers
            If the workers of a cluster are gone and none comes.
        """
        if self._workers.is_inline:
            task = self._backlog.popleft()
            with interrupts_end():
                result = task.call(Exception)
            self._ready.append(_outcome(task, result))
        while not self._ready:
            self._listen()
            self._dispatch()
        self.n_live -= 1
        return self._ready.popleft()

    def _dispatch(self) -> None:
        """Hand to the workers what they may have now."""
        if self._workers.is_broken:
            if self._running:
                return  # The reports of these are on their way.
            self._workers.repair()
        if self._lost:
            self._blame()
        while self._suspects and not self._running:
            self._start(replace(self._suspects.popleft(), is_alone=True))
        while (
            self._backlog
            and len(self._running) < self._workers.n_queued
            and not self._suspects
            and not any(task.is_alone for task in self._running.values())
        ):
            self._start(self._backlog.popleft())
            if self._workers.is_broken:
                return

    def _start(self, task: _Task) -> None:
        number = next(self._numbers)
        if self._folder is not None and self._fit_timeout is not None:
            watch = Watch(float(self._fit_timeout), str(Path(self._folder, str(number))))
            task = replace(task, call=replace(task.call, watch=watch))
        self._running[number] = task

        def report(result: Any, error: BaseException | None) -> None:
            self._ended.put((number, result, error))

        try:
            self._workers.submit(task.call, report)
        except Exception as error:
            # It has not been started: whoever broke the workers, it was another.
            report(None, Withdrawn() if isinstance(error, Died) else error)

    def _listen(self) -> None:
        """Take in the next report."""
        try:
            ended = self._ended.get(timeout=self._workers.patience)
        except queue.Empty:
            self._look_for_workers()
        else:
            self._take(*ended)

    def _look_for_workers(self) -> None:
        """Warn when there are none; raise NoWorkers when that has lasted too long."""
        now = time.monotonic()
        if not self._workers.is_deserted:
            self._deserted_at = math.inf
            return
        if self._deserted_at > now:
            self._deserted_at = now
            warn(
                "The cluster has no worker. The search waits for a worker, for at most "
                f"{_WITHOUT_WORKERS / 60:.0f} minutes. Interrupt the search to stop earlier. A "
                "LocalCluster of dask closes workers that die again and again. Its method scale "
                "starts new workers."
            )
        waited = now - self._deserted_at
        if waited >= _WITHOUT_WORKERS or now - self._entered_at >= self._deadline:
            raise NoWorkers(waited)

    def _take(self, number: int, result: Any, error: BaseException | None) -> None:
        task = self._running.pop(number, None)
        if task is None:
            return  # It was given up for lost, and has been submitted again.
        if isinstance(error, Withdrawn):
            task = replace(task, n_losses=task.n_losses + 1)
            if task.n_losses > _N_RESUBMISSIONS:
                self._ready.append(Outcome(task.key, error=WorkerDied()))
            else:
                (self._suspects if task.is_alone else self._backlog).appendleft(task)
        elif not isinstance(error, Died):
            self._ready.append(_outcome(task, result, error))
        elif task.is_alone and _verdict(task) is None:
            self._ready.append(Outcome(task.key, error=error.verdict))
        else:
            self._lost.append((number, task))

    def _blame(self) -> None:
        """Find out about the tasks that were in the hands of the workers when one died.

        Tasks that were too long explain the death. Else the cause is a task that had been
        started: workers take tasks in the order in which they were submitted.
        """
        lost = [task for _, task in sorted(self._lost, key=lambda pair: pair[0])]
        self._lost.clear()
        rest = []
        for task in lost:
            verdict = _verdict(task)
            if verdict is None:
                rest.append(task)
            else:
                self._ready.append(Outcome(task.key, error=verdict))
        n_suspects = self.n_workers if len(rest) == len(lost) else 0
        self._suspects.extend(rest[:n_suspects])
        self._backlog.extendleft(reversed(rest[n_suspects:]))


def _verdict(task: _Task) -> FitTimeout | None:
    """Return the error of `task` if it was ended because its time was over."""
    return None if task.call.watch is None else task.call.watch.verdict()


def _outcome(task: _Task, result: Any, error: BaseException | None = None) -> Outcome:
    if isinstance(result, Raised):
        return Outcome(task.key, error=result.error, trace=result.text)
    return Outcome(task.key, result, error)


def _check_timeout(seconds: Any) -> None:
    is_time = is_number(seconds) and 0 < seconds <= threading.TIMEOUT_MAX
    if seconds is not None and not is_time:
        raise ValueError(
            f"fit_timeout={seconds!r} must be None or a positive finite number of seconds."
        )
