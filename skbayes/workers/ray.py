"""Workers of a ray cluster.

Tasks are ray's own. Its backend for joblib deals them in turn to actors, busy or not, and never
replaces an actor that died, so that innocent tasks fail with it.
"""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from skbayes.exceptions import WorkerDied
from skbayes.workers.base import Died, Lately, WhenDone, Withdrawn, Workers, settle
from skbayes.workers.calls import Call
from skbayes.workers.packing import Shared, run_packed

__all__ = ["RayWorkers"]


class RayWorkers(Workers):
    """Workers of the cluster of joblib's ray backend. Each task has a process of its own.

    Parameters
    ----------
    backend : RayBackend
        Holds the options of the tasks.
    n_jobs : int or None
        Tasks that may run at the same time; negative: as many as the cluster has processors,
        which may change at any time.
    """

    patience = 1.0

    def __init__(self, backend: Any, n_jobs: int | None) -> None:
        self._options = {"max_retries": 0, **(getattr(backend, "ray_remote_args", None) or {})}
        self._n_jobs = n_jobs
        self._refs: set[Any] = set()
        self._size = Lately(_n_processors)
        self._shared = Shared(_send)

    @property
    def n_workers(self) -> int:
        """Number of tasks that can run at the same time."""
        if self._n_jobs is not None and self._n_jobs > 0:
            return self._n_jobs
        return max(1, self._size())

    @property
    def is_deserted(self) -> bool:
        """Whether the cluster has no processor."""
        return self._size() == 0

    def start(self) -> None:
        """Connect, or start a cluster on this machine."""
        import ray

        if not ray.is_initialized():
            ray.init()
        self._run = ray.remote(_run).options(**self._options)

    def submit(self, call: Call, report: WhenDone) -> None:
        """Have `call` run; `report(result, error)` is called once, in any thread."""
        packed, data = self._shared.pack(call, call)
        ref = self._run.remote(packed, *data)
        self._refs.add(ref)
        ref.future().add_done_callback(partial(self._done, report, ref))

    def _done(self, report: WhenDone, ref: Any, future: Future[Any]) -> None:
        self._refs.discard(ref)
        settle(report, future.result, self._judged)

    def _judged(self, error: BaseException) -> BaseException:
        """Return what an `error` of ray means for the task."""
        from ray import exceptions

        deaths = (
            exceptions.WorkerCrashedError,
            exceptions.OutOfMemoryError,
            exceptions.NodeDiedError,
            exceptions.LocalRayletDiedError,
        )
        if isinstance(error, deaths):
            return Died(WorkerDied.of(error))
        if isinstance(error, exceptions.ObjectLostError):
            # The data, or the result, went down with its machine.
            self._shared.clear()
            return Withdrawn()
        return error

    def stop(self, *, is_failed: bool) -> None:
        """End what still runs, and free the data."""
        import ray

        for ref in list(self._refs):
            # What has ended the search is to be raised, and not that ray is shut down by now.
            with suppress(Exception):
                ray.cancel(ref, force=True)
        self._refs.clear()
        self._shared.clear()


def _n_processors() -> int:
    import ray

    return int(ray.cluster_resources().get("CPU", 0))


def _send(data: Any) -> Any:
    import ray

    return ray.put(data)


def _run(packed: bytes, *data: Any) -> Any:
    """Run a call in a worker."""
    return run_packed(packed, data)
