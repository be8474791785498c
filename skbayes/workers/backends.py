"""Workers of a joblib backend.

Tasks are handed to the backend one by one, with the parts of `joblib.Parallel` that prepare a
backend, memory-map large arrays and limit the threads of the workers; its own loop, which takes
tasks ahead of their time and drops finished results when one fails, is left out. These parts are
private attributes of joblib's objects; no other file reaches for them.
"""

from __future__ import annotations

import queue
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import joblib

from skbayes._compat import BatchedCalls, ShutdownExecutorError, TerminatedWorkerError
from skbayes.exceptions import WorkerDied
from skbayes.workers.base import Died, Report, Withdrawn, Workers
from skbayes.workers.calls import Call
from skbayes.workers.dask import DaskWorkers
from skbayes.workers.ray import RayWorkers

__all__ = ["JoblibWorkers", "LokyWorkers", "MultiprocessingWorkers", "joblib_workers"]

_NEEDED = ("_backend", "_id", "_initialize_backend")


def joblib_workers(n_jobs: int | None) -> Workers:
    """Return the workers of the joblib backend that is active in this thread.

    Raises
    ------
    RuntimeError
        If this joblib lacks a part that is needed.
    """
    parallel = joblib.Parallel(n_jobs=n_jobs, batch_size=1, pre_dispatch="all")
    missing = [name for name in _NEEDED if not hasattr(parallel, name)]
    if missing:
        raise RuntimeError(
            f"joblib {joblib.__version__} has no {' and no '.join(missing)} in joblib.Parallel, "
            "which skbayes hands its tasks over with. Install an older joblib or a newer skbayes, "
            "or run the tasks with executor=concurrent.futures.ProcessPoolExecutor()."
        )
    name = type(parallel._backend).__name__
    if name == "DaskDistributedBackend":
        return DaskWorkers(parallel._backend)
    if name == "RayBackend":
        return RayWorkers(parallel._backend, parallel.n_jobs)
    return _KINDS.get(name, JoblibWorkers)(parallel)


class JoblibWorkers:
    """Workers of any joblib backend; here, of one whose workers do not die, such as threads.

    Parameters
    ----------
    parallel : joblib.Parallel
        It has chosen the backend.
    """

    is_broken = False
    has_watch = False
    patience: float | None = None

    def __init__(self, parallel: Any) -> None:
        self._parallel = parallel
        self._is_entered = False
        self.is_inline = False
        self.n_workers = 1

    def start(self) -> None:
        """Prepare the backend, which may turn out to be another one: with one job, none."""
        self._parallel.__enter__()
        self._is_entered = True
        self.n_workers = max(1, int(self._backend.effective_n_jobs(self._parallel.n_jobs)))
        if type(self._backend).__name__ == "SequentialBackend":
            self.is_inline = True
            self.has_watch = False
        self._backend.start_call()

    @property
    def _backend(self) -> Any:
        return self._parallel._backend

    def submit(self, call: Call, report: Report) -> None:
        """Have `call` run; `report(result, error)` is called once, in any thread."""
        batch = BatchedCalls(
            [(call, (), {})], self._backend.get_nested_backend(), self._enter_memmap_context, {}
        )
        retrieve = getattr(self._backend, "retrieve_result_callback", None)

        def done(out: Any) -> None:
            try:
                if isinstance(out, Future):
                    result = out.result()
                else:
                    result = out if retrieve is None else retrieve(out)
                result = result[0]
            except BaseException as error:
                report(None, self._understand(error))
            else:
                report(result, None)

        # joblib renamed the hook in 1.5.
        submit = getattr(self._backend, "submit", None) or self._backend.apply_async
        try:
            submit(batch, callback=done)
        except Exception as error:
            raise self._understand(error) from error

    def _enter_memmap_context(self) -> None:
        """Have the arrays of the task being pickled memory-mapped in this search's own folder."""
        workers = getattr(self._backend, "_workers", None)
        manager = getattr(workers, "_temp_folder_manager", None)
        if manager is not None:
            manager.set_current_context(self._parallel._id)

    def _understand(self, error: BaseException) -> BaseException:
        """Return `error`, or what it says about the workers."""
        return error

    def check(self) -> bool:
        """Tell whether what the workers have in hand is lost without a report."""
        return False

    def repair(self) -> None:
        """Replace broken workers by new ones."""

    def stop(self, *, is_failed: bool) -> None:
        """Give the backend back; after a failure, tasks that still run are abandoned."""
        if not self._is_entered:
            return
        if is_failed and not self.is_inline:
            self._abandon()
        self._backend.stop_call()
        self._parallel.__exit__(None, None, None)

    def _abandon(self) -> None:
        self._backend.abort_everything(ensure_ready=False)


class LokyWorkers(JoblibWorkers):
    """Processes of loky, which breaks as a whole when one of them dies."""

    has_watch = True

    def _understand(self, error: BaseException) -> BaseException:
        """Tell a broken pool from the fault of a task.

        The pool also breaks when a task cannot be read in the worker; then the error says so.
        """
        if isinstance(error, ShutdownExecutorError):
            self.is_broken = True
            return Withdrawn()
        if not isinstance(error, BrokenProcessPool):
            return error
        self.is_broken = True
        if isinstance(error, TerminatedWorkerError):
            return Died(WorkerDied.of(error))
        return Died(error)

    def repair(self) -> None:
        """Replace all processes.

        The backend's own way of doing so would forget the settings of its memory-mapping.
        """
        self._end_workers()
        self._parallel._initialize_backend()
        self.is_broken = False

    def _end_workers(self) -> None:
        # There is no executor when a repair was interrupted.
        executor = self._backend._workers
        if executor is not None:
            executor.terminate(kill_workers=True)
            self._backend._workers = None

    def _abandon(self) -> None:
        """Kill the processes, after taking back what none of them has been handed yet.

        loky's manager thread would look such tasks up after they have been dropped, and die with
        a KeyError on the standard error output.
        """
        workers = getattr(self._backend, "_workers", None)
        work_ids = getattr(workers, "_work_ids", None)
        try:
            while work_ids is not None:
                work_ids.get(block=False)
        except queue.Empty:
            pass
        self._end_workers()


class MultiprocessingWorkers(JoblibWorkers):
    """Processes of `multiprocessing.Pool`, which replaces a dead one and forgets its task."""

    patience = 1.0

    def start(self) -> None:
        """Prepare the backend."""
        super().start()
        self._known = self._pids()

    def check(self) -> bool:
        """Tell whether a process has died: nobody knows which task it had."""
        self.is_broken = self.is_broken or self._pids() != self._known
        return self.is_broken

    def _pids(self) -> set[int]:
        pool = getattr(self._backend, "_pool", None)
        processes = list(getattr(pool, "_pool", ()))
        return {process.pid for process in processes if process.exitcode is None}

    def repair(self) -> None:
        """Replace all processes."""
        self._backend.terminate()
        self._parallel._initialize_backend()
        self._known = self._pids()
        self.is_broken = False


_KINDS: dict[str, type[JoblibWorkers]] = {
    "LokyBackend": LokyWorkers,
    "MultiprocessingBackend": MultiprocessingWorkers,
}
