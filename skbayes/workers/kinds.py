"""The choice of the workers."""

from __future__ import annotations

from concurrent.futures import Executor

from skbayes.workers.backends import joblib_workers
from skbayes.workers.base import Workers
from skbayes.workers.executors import ExecutorWorkers

__all__ = ["open_workers"]


def open_workers(n_jobs: int | None, executor: Executor | None) -> Workers:
    """Return the workers of `executor`, or of the joblib backend that is active in this thread."""
    if executor is not None:
        return ExecutorWorkers(executor, n_jobs)
    return joblib_workers(n_jobs)
