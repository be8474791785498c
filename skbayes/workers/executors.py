"""Workers of an executor that the user has made."""

from __future__ import annotations

import os
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any

from skbayes.exceptions import NoWorkers
from skbayes.workers.base import WhenDone, Workers, settle
from skbayes.workers.calls import Call

__all__ = ["ExecutorWorkers"]

# How executors name the number of their workers: those of the standard library and loky's,
# mpi4py's. The interface itself has no word for it.
_NAMES = ("_max_workers", "max_workers", "num_workers")


class ExecutorWorkers(Workers):
    """Workers of any `concurrent.futures.Executor`, which is left open.

    Parameters
    ----------
    executor : Executor
        Runs the tasks.
    n_jobs : int or None
        Tasks that may run at the same time, if positive, but no more than the executor says it
        has workers. An executor that does not say is taken to have as many as this machine has
        processors, unless `n_jobs` is given.
    """

    def __init__(self, executor: Executor, n_jobs: int | None) -> None:
        self._executor = executor
        self._n_jobs = n_jobs
        self._futures: set[Future[Any]] = set()

    @property
    def n_workers(self) -> int:
        """Number of tasks that can run at the same time."""
        sizes = (getattr(self._executor, name, None) for name in _NAMES)
        size = next((size for size in sizes if isinstance(size, int) and size > 0), None)
        if self._n_jobs is not None and self._n_jobs > 0:
            return self._n_jobs if size is None else min(size, self._n_jobs)
        return size or os.cpu_count() or 1

    def start(self) -> None:
        """Check that tasks can be submitted."""
        is_made = not isinstance(self._executor, type)
        if not (is_made and callable(getattr(self._executor, "submit", None))):
            raise TypeError(
                f"executor={self._executor!r} must be a concurrent.futures.Executor, such as "
                "ProcessPoolExecutor(), or None for the workers of joblib."
            )

    def submit(self, call: Call, report: WhenDone) -> None:
        """Have `call` run; `report(result, error)` is called once, in any thread."""

        def done(future: Future[Any]) -> None:
            self._futures.discard(future)
            settle(report, future.result, _explained)

        try:
            future = self._executor.submit(call)
        except RuntimeError as error:  # of an executor that is broken, or was shut down
            raise _no_workers(error) from error
        self._futures.add(future)
        future.add_done_callback(done)

    def stop(self, *, is_failed: bool) -> None:
        """Take back what has not been started; the executor stays open."""
        for future in list(self._futures):
            future.cancel()


def _explained(error: BaseException) -> BaseException:
    """Return what to tell the user about an `error` of the executor."""
    if not isinstance(error, BrokenExecutor):
        return error
    explained = _no_workers(error)
    explained.__cause__ = error
    return explained


def _no_workers(error: BaseException) -> NoWorkers:
    """Return the error of an executor that runs no more tasks."""
    said = f"({type(error).__name__}: {error})"
    again = (
        "Call fit again with a new executor. With a checkpoint, the search then continues from the "
        "file."
    )
    if isinstance(error, BrokenExecutor):
        text = (
            f"The executor given as executor= is broken {said}. Most often, one of its worker "
            "processes died because memory ran out. The search cannot repair your executor. "
            f"{again} Or leave executor=None: then joblib runs the folds, and the search replaces "
            "processes that die."
        )
    else:
        text = (
            f"The executor given as executor= takes no more tasks {said}. Most often, it was shut "
            f"down before fit returned. Keep the executor open until fit returns. {again}"
        )
    return NoWorkers(0.0, text)
