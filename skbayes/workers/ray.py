"""Workers of a ray cluster.

Tasks are ray's own. Its backend for joblib deals them in turn to actors, busy or not, and never
replaces an actor that died, so that innocent tasks fail with it.
"""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import Any

from skbayes.exceptions import WorkerDied
from skbayes.workers.base import Died, Report, Withdrawn
from skbayes.workers.calls import Call

__all__ = ["RayWorkers"]


class RayWorkers:
    """Workers of the cluster of joblib's ray backend. Each task has a process of its own.

    Parameters
    ----------
    backend : RayBackend
        Holds the options of the tasks.
    n_jobs : int or None
        Tasks that may run at the same time; negative: as many as the cluster has processors.
    """

    is_inline = False
    is_broken = False
    has_watch = False
    patience: float | None = None

    def __init__(self, backend: Any, n_jobs: int | None) -> None:
        self._options = {"max_retries": 0, **(getattr(backend, "ray_remote_args", None) or {})}
        self._n_jobs = n_jobs
        # By the identity of an argument: the argument, which keeps its identity from being given
        # away, and where it lies in the cluster.
        self._sent: dict[int, tuple[Any, Any]] = {}
        self._refs: set[Any] = set()

    @property
    def n_workers(self) -> int:
        """Number of tasks that can run at the same time."""
        import ray

        if self._n_jobs is not None and self._n_jobs > 0:
            return self._n_jobs
        return max(1, int(ray.cluster_resources().get("CPU", 1)))

    def start(self) -> None:
        """Connect, or start a cluster on this machine."""
        import ray

        if not ray.is_initialized():
            ray.init()
        self._run = ray.remote(_run).options(**self._options)

    def submit(self, call: Call, report: Report) -> None:
        """Have `call` run; `report(result, error)` is called once, in any thread."""
        values = map(self._send, (*call.args, *call.kwargs.values()))
        ref = self._run.remote(call.function, tuple(call.kwargs), *values)
        self._refs.add(ref)
        ref.future().add_done_callback(partial(self._done, report, ref))

    def _send(self, argument: Any) -> Any:
        """Return `argument`, or where it lies in the cluster if it is the same for many tasks."""
        import ray

        is_data = isinstance(argument, list) or hasattr(argument, "shape")
        if not is_data:
            return argument
        if id(argument) not in self._sent:
            self._sent[id(argument)] = argument, ray.put(argument)
        return self._sent[id(argument)][1]

    def _done(self, report: Report, ref: Any, future: Future[Any]) -> None:
        from ray import exceptions

        deaths = (
            exceptions.WorkerCrashedError,
            exceptions.OutOfMemoryError,
            exceptions.NodeDiedError,
            exceptions.LocalRayletDiedError,
        )
        self._refs.discard(ref)
        try:
            result = future.result()
        except deaths as error:
            report(None, Died(WorkerDied.of(error)))
        except exceptions.ObjectLostError:
            # The data, or the result, went down with its machine.
            self._sent.clear()
            report(None, Withdrawn())
        except BaseException as error:
            report(None, error)
        else:
            report(result, None)

    def check(self) -> bool:
        """Tell that nothing is lost: ray reports the end of every task."""
        return False

    def repair(self) -> None:
        """Do nothing: ray replaces its workers."""

    def stop(self, *, is_failed: bool) -> None:
        """End what still runs, and free the data."""
        import ray

        for ref in list(self._refs):
            ray.cancel(ref, force=True)
        self._refs.clear()
        self._sent.clear()


def _run(function: Any, names: tuple[str, ...], *values: Any) -> Any:
    """Call `function` in a worker; the last of `values` are those of its keywords."""
    n_args = len(values) - len(names)
    return Call(function, values[:n_args], dict(zip(names, values[n_args:], strict=True)))()
