"""Workers of a joblib backend, and what they say when a process dies."""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool
from typing import Any

from skbayes._compat import JoblibBackend, ShutdownExecutorError, TerminatedWorkerError
from skbayes.exceptions import WorkerDied
from skbayes.workers.base import Died, Report, Withdrawn, Workers
from skbayes.workers.calls import Call
from skbayes.workers.dask import DaskWorkers
from skbayes.workers.ray import RayWorkers

__all__ = ["JoblibWorkers", "LokyWorkers", "MultiprocessingWorkers", "joblib_workers"]


def joblib_workers(n_jobs: int | None) -> Workers:
    """Return the workers of the joblib backend that is active in this thread.

    Raises
    ------
    RuntimeError
        If this joblib lacks a part that is needed.
    """
    joblib = JoblibBackend(n_jobs)
    if joblib.kind == "DaskDistributedBackend":
        return DaskWorkers(joblib.backend)
    if joblib.kind == "RayBackend":
        return RayWorkers(joblib.backend, joblib.n_jobs)
    return _KINDS.get(joblib.kind, JoblibWorkers)(joblib)


class JoblibWorkers:
    """Workers of any joblib backend; here, of one whose workers do not die, such as threads.

    Parameters
    ----------
    joblib : JoblibBackend
    """

    is_broken = False
    has_watch = False
    patience: float | None = None

    def __init__(self, joblib: JoblibBackend) -> None:
        self._joblib = joblib
        self.is_inline = False
        self.n_workers = 1

    def start(self) -> None:
        """Prepare the backend, which may turn out to be another one: with one job, none."""
        self.n_workers = self._joblib.start()
        if self._joblib.kind == "SequentialBackend":
            self.is_inline = True
            self.has_watch = False

    def submit(self, call: Call, report: Report) -> None:
        """Have `call` run; `report(result, error)` is called once, in any thread."""

        def done(out: Any) -> None:
            try:
                result = self._joblib.result(out)
            except BaseException as error:
                report(None, self._understand(error))
            else:
                report(result, None)

        try:
            self._joblib.submit(call, done)
        except Exception as error:
            raise self._understand(error) from error

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
        if not self._joblib.is_entered:
            return
        if is_failed and not self.is_inline:
            self._abandon()
        self._joblib.stop()

    def _abandon(self) -> None:
        self._joblib.backend.abort_everything(ensure_ready=False)


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
        """Replace all processes."""
        self._joblib.end_processes()
        self._joblib.restart()
        self.is_broken = False

    def _abandon(self) -> None:
        # loky's manager thread would look queued tasks up after they have been dropped, and die
        # with a KeyError on the standard error output.
        self._joblib.withdraw_queued()
        self._joblib.end_processes()


class MultiprocessingWorkers(JoblibWorkers):
    """Processes of `multiprocessing.Pool`, which replaces a dead one and forgets its task."""

    patience = 1.0

    def start(self) -> None:
        """Prepare the backend."""
        super().start()
        self._known = self._joblib.pids()

    def check(self) -> bool:
        """Tell whether a process has died: nobody knows which task it had."""
        self.is_broken = self.is_broken or self._joblib.pids() != self._known
        return self.is_broken

    def repair(self) -> None:
        """Replace all processes."""
        self._joblib.backend.terminate()
        self._joblib.restart()
        self._known = self._joblib.pids()
        self.is_broken = False


_KINDS: dict[str, type[JoblibWorkers]] = {
    "LokyBackend": LokyWorkers,
    "MultiprocessingBackend": MultiprocessingWorkers,
}
