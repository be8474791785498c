"""Processes on this machine, which a search has for itself.

Processes are slow to start. A search that ends leaves them to the next one; while two run at the
same time, each has its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import joblib

from skbayes._compat import loky_executor, memory_mapping
from skbayes.exceptions import WorkerDied
from skbayes.space import same_value
from skbayes.workers.base import Died, WhenDone, Withdrawn, Workers, settle
from skbayes.workers.calls import Call, nested
from skbayes.workers.files import Files, Stored
from skbayes.workers.packing import Shared, run_packed

__all__ = ["ProcessWorkers", "end_idle"]

# Seconds after which a process without work ends, as in joblib.
_IDLE = 300
# Settings of joblib's backend that are objects of the user.
_OF_USERS = ("initializer", "initargs")
# Seconds that a task which has just been submitted may take on its way.
_ON_THE_WAY = 1.0


@dataclass(frozen=True, eq=False)
class _Processes:
    """An executor, and what it was made with."""

    n_workers: int
    settings: dict[str, Any]
    executor: Any
    # The executors of a process are of no use to one that it forks.
    pid: int = field(default_factory=os.getpid)


# Those that no search has, the last ones used at the end. Each change is one call, which no other
# thread can interrupt.
_idle: list[_Processes] = []


def _take(n_workers: int, settings: dict[str, Any]) -> _Processes:
    """Return processes that nobody has, or new ones."""
    for each in reversed(list(_idle)):
        made = each.n_workers, each.pid, each.settings
        if same_value(made, (n_workers, os.getpid(), settings)) and _claim(each):
            return each
    return _make(n_workers, settings)


def _make(n_workers: int, settings: dict[str, Any]) -> _Processes:
    return _Processes(n_workers, settings, loky_executor(n_workers, **settings))


def _claim(processes: _Processes) -> bool:
    """Take idle processes; tell whether no other thread was faster."""
    try:
        _idle.remove(processes)
    except ValueError:
        return False
    return True


def _give(processes: _Processes) -> None:
    """Leave processes to the next search; together they are no more than processors."""
    _idle.append(processes)
    n_left = max(joblib.cpu_count(), processes.n_workers)
    for each in reversed(list(_idle)):
        n_left -= each.n_workers
        if n_left < 0 and each.pid == os.getpid() and _claim(each):
            each.executor.shutdown(wait=False)


def end_idle() -> None:
    """End the processes that no search has, and wait for their end."""
    for each in list(_idle):
        if each.pid == os.getpid() and _claim(each):
            each.executor.shutdown(wait=True)


class ProcessWorkers(Workers):
    """Processes of loky. All of them break when one dies.

    Parameters
    ----------
    backend : LokyBackend or MultiprocessingBackend
        Its settings are taken over.
    n_workers : int
    """

    has_watch = True
    n_workers = 2

    def __init__(self, backend: Any, n_workers: int) -> None:
        self.n_workers = n_workers
        # What the queue of loky holds beside what runs is in order to be run.
        self.n_queued = 2 * n_workers + 1
        self._nested = backend.get_nested_backend()[0]
        self._settings = _settings(backend, n_workers)
        self._processes: _Processes | None = None
        folder, n_bytes, mode = memory_mapping()
        self._files = Files(folder, n_bytes, mode)
        self._shared = Shared(self._files.store, n_bytes)
        self._futures: set[Future[Any]] = set()

    def start(self) -> None:
        """Take processes that are idle, or new ones."""
        self._processes = _take(self.n_workers, self._settings)

    @property
    def _executor(self) -> Any:
        return None if self._processes is None else self._processes.executor

    def submit(self, call: Call, report: WhenDone) -> None:
        """Have `call` run; `report(result, error)` is called once, in any thread."""
        packed, places = self._shared.pack(partial(nested, self._nested, call), call)
        executor = self._executor
        try:
            future = executor.submit(_run, packed, places)
        except BrokenExecutor as error:
            # A process that had nothing to do has died.
            self.is_broken = True
            raise Withdrawn from error
        self._futures.add(future)
        future.add_done_callback(partial(self._done, executor, report))

    def _done(self, executor: Executor, report: WhenDone, future: Future[Any]) -> None:
        self._futures.discard(future)

        def judged(error: BaseException) -> BaseException:
            if not isinstance(error, BrokenExecutor):
                return error
            self.is_broken = self.is_broken or executor is self._executor
            return Died(WorkerDied.of(error))

        settle(report, future.result, judged)

    def repair(self) -> None:
        """Replace all processes."""
        self._end()
        # Ctrl-C in a terminal ends those that are idle as well.
        self._processes = _make(self.n_workers, self._settings)
        self.is_broken = False

    def stop(self, *, is_failed: bool) -> None:
        """Leave the processes to the next search, or end them if they still run something."""
        try:
            if self._futures or self.is_broken:
                self._end()
            elif self._processes is not None:
                _give(self._processes)
                self._processes = None
        finally:
            self._shared.clear()
            self._files.close()

    def _end(self) -> None:
        """End the processes at once."""
        executor = self._executor
        if executor is None:  # an interrupt came while there was none
            return
        # loky stumbles over a task that it has not looked at yet.
        deadline = time.monotonic() + _ON_THE_WAY
        while any(not (f.running() or f.done()) for f in list(self._futures)):
            if time.monotonic() > deadline:
                break
            time.sleep(0.001)
        self._processes = None
        executor.shutdown(wait=True, kill_workers=True)


def _run(packed: bytes, places: Sequence[Stored]) -> Any:
    """Run a call in a process."""
    return run_packed(packed, [place.load() for place in places])


def _settings(backend: Any, n_workers: int) -> dict[str, Any]:
    """Return what the executor is made with, from the settings of a backend of joblib."""
    given = getattr(backend, "backend_kwargs", {})
    timeout = given.get("idle_worker_timeout")
    settings = {"timeout": _IDLE if timeout is None else timeout}
    settings |= {name: given[name] for name in _OF_USERS if name in given}
    limit = backend.inner_max_num_threads
    share = max(1, joblib.cpu_count() // n_workers)
    environment = {
        name: str(limit if limit is not None else os.environ.get(name, share))
        for name in backend.MAX_NUM_THREADS_VARS
    }
    # Lets the schedulers of TBB agree on who uses which processor.
    environment["ENABLE_IPC"] = os.environ.get("ENABLE_IPC", "1")
    return {**settings, "env": environment}
