"""Workers of a joblib backend that has no workers of its own kind here: threads, above all."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import Any

import joblib

from skbayes.workers.base import WhenDone, Workers, settle
from skbayes.workers.calls import Call, nested

__all__ = ["BackendWorkers"]


class BackendWorkers(Workers):
    """Workers of any joblib backend, by what joblib asks of those who write one.

    Parameters
    ----------
    backend : joblib.ParallelBackendBase
        Active in this thread.
    n_workers : int
    """

    n_workers = 1

    def __init__(self, backend: Any, n_workers: int) -> None:
        self.n_workers = n_workers
        self._backend = backend
        self._parallel: joblib.Parallel | None = None

    def start(self) -> None:
        """Prepare the backend."""
        self._parallel = joblib.Parallel(n_jobs=self.n_workers, backend=self._backend)
        self._parallel.__enter__()
        self._backend.start_call()

    def submit(self, call: Call, report: WhenDone) -> None:
        """Have `call` run; `report(result, error)` is called once, in any thread."""

        def done(out: Any) -> None:
            settle(report, partial(self._result, out))

        # joblib renamed the hook in 1.5.
        submit = getattr(self._backend, "submit", None) or self._backend.apply_async
        submit(partial(nested, self._backend.get_nested_backend()[0], call), callback=done)

    def _result(self, out: Any) -> Any:
        """Return the result of a call from what the backend gives, or raise its error."""
        if isinstance(out, Future):
            return out.result()
        retrieve = getattr(self._backend, "retrieve_result_callback", None)
        return out if retrieve is None else retrieve(out)

    def stop(self, *, is_failed: bool) -> None:
        """Give the backend back; after a failure, tasks that still run are abandoned."""
        if self._parallel is None:
            return
        if is_failed:
            self._backend.abort_everything(ensure_ready=False)
        self._backend.stop_call()
        self._parallel.__exit__(None, None, None)
