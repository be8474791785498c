"""The choice of the workers."""

from __future__ import annotations

from concurrent.futures import Executor

from skbayes._compat import active_backend
from skbayes.workers.backends import BackendWorkers
from skbayes.workers.base import WhenDone, Workers
from skbayes.workers.calls import Call
from skbayes.workers.dask import DaskWorkers
from skbayes.workers.executors import ExecutorWorkers
from skbayes.workers.processes import ProcessWorkers
from skbayes.workers.ray import RayWorkers

__all__ = ["open_workers"]


def open_workers(n_jobs: int | None, executor: Executor | None) -> Workers:
    """Return the workers of `executor`, or of the joblib backend that is active in this thread.

    Raises
    ------
    TypeError, ValueError
        If `n_jobs` is wrong.
    RuntimeError
        If this joblib lacks a part that is needed.
    """
    if executor is not None:
        return ExecutorWorkers(executor, n_jobs)
    backend, n_jobs = active_backend(n_jobs)
    # Those of dask and ray are in libraries that may be missing.
    kind = type(backend).__name__
    if kind == "DaskDistributedBackend":
        return DaskWorkers(backend)
    if kind == "RayBackend":
        return RayWorkers(backend, n_jobs)
    n_workers = 1 if backend is None else int(backend.effective_n_jobs(n_jobs))
    if n_workers <= 1:
        return Inline()
    if kind in ("LokyBackend", "MultiprocessingBackend"):
        return ProcessWorkers(backend, n_workers)
    return BackendWorkers(backend, n_workers)


class Inline(Workers):
    """No workers: tasks run in the calling thread."""

    is_inline = True
    n_workers = 1

    def submit(self, call: Call, report: WhenDone) -> None:
        """Refuse: who waits for the task runs it."""
        raise NotImplementedError
