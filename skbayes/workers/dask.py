"""Workers of a dask cluster.

Tasks go to the cluster through the client's public interface, and not through joblib's backend:
there, data that cannot be sent ends in a task that is never heard of again.
"""

from __future__ import annotations

import time
import warnings
from contextlib import ExitStack
from functools import partial
from typing import Any

import joblib

from skbayes._warnings import warn
from skbayes.exceptions import WorkerDied
from skbayes.workers.base import Died, Report, Withdrawn
from skbayes.workers.calls import Call

__all__ = ["DaskWorkers"]

# Seconds for which the size of the cluster is believed: asking is a round trip.
_BELIEVED_FOR = 2.0
# Seconds between looks for a worker; Ctrl-C is noticed at once, in the main thread.
_SLICE = 0.5
# Bytes from which an argument is sent ahead of its tasks, once; smaller ones travel with each.
_LARGE = 10_000
# What the status of data may be that tasks are given.
_USABLE = ("pending", "finished")


class DaskWorkers:
    """Workers of the cluster of joblib's dask backend.

    The size of the cluster counts, and not `n_jobs`; it may change at any time. A cluster
    without workers is waited for.

    Parameters
    ----------
    backend : DaskDistributedBackend
        Holds the client, the data that the user has sent ahead, and how tasks are submitted.
    """

    is_inline = False
    is_broken = False
    has_watch = False
    patience: float | None = 5.0

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._client = backend.client
        self._seceded = ExitStack()
        # By the identity of an argument: the argument, which keeps its identity from being given
        # away, and where it lies in the cluster.
        self._sent: dict[int, tuple[Any, Any]] = {}
        self._futures: set[Any] = set()
        self._n_workers = 0
        self._asked_at = -_BELIEVED_FOR
        self._has_warned = False

    @property
    def n_workers(self) -> int:
        """Number of threads of the cluster, as it was lately; at least 1."""
        return max(1, self._lately())

    def _lately(self) -> int:
        is_old = time.monotonic() - self._asked_at >= _BELIEVED_FOR
        return self._count() if is_old else self._n_workers

    def _count(self) -> int:
        self._n_workers = sum(self._client.ncores().values())
        self._asked_at = time.monotonic()
        return self._n_workers

    def start(self) -> None:
        """Wait for a worker; a thread of a worker gives its place to the tasks."""
        self._seceded.enter_context(self._backend.retrieval_context())
        self._wait_for_worker()

    def _wait_for_worker(self) -> None:
        while self._count() == 0:
            self._warn()
            time.sleep(_SLICE)
        self._has_warned = False

    def _warn(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            warn(
                "The dask cluster has no worker. The search waits until one comes; interrupt it "
                "to stop. A LocalCluster gives up workers that die again and again: its method "
                "scale brings them back.",
            )

    def submit(self, call: Call, report: Report) -> None:
        """Have `call` run; `report(result, error)` is called once, in a thread of the client."""
        if self._lately() == 0:
            self._wait_for_worker()
        future = self._client.submit(
            _run,
            call.function,
            [self._send(argument) for argument in call.args],
            {name: self._send(argument) for name, argument in call.kwargs.items()},
            pure=False,
            **self._backend.submit_kwargs,
        )
        self._futures.add(future)
        future.add_done_callback(partial(self._done, report))

    def _send(self, argument: Any) -> Any:
        """Return `argument`, or the name under which the cluster knows it, if it is large.

        Data that is scattered is gone with the last worker that holds it, and what needs it is
        cancelled; scattering itself fails, or never ends, while workers come and go. The result
        of a task is made again by dask, so data is sent as one that returns it.
        """
        theirs = self._backend.data_futures.get(id(argument))
        if theirs is not None and theirs.status in _USABLE:
            return theirs
        _, sent = self._sent.get(id(argument), (None, None))
        if sent is None or sent.status not in _USABLE:
            if not _is_large(argument):
                return argument
            with warnings.catch_warnings():
                # That data is better scattered.
                warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
                sent = self._client.submit(_itself, argument, pure=False)
            self._sent[id(argument)] = argument, sent
        return sent

    def _done(self, report: Report, future: Any) -> None:
        from distributed import KilledWorker

        self._futures.discard(future)
        try:
            if future.status == "finished":
                report(future.result(), None)
            elif future.status == "error":
                error = future.exception()
                if isinstance(error, KilledWorker):
                    error = Died(WorkerDied.of(error))
                report(None, error)
            else:
                report(None, Withdrawn())
        except Exception:
            # The result went down with its worker, or the connection did.
            report(None, Withdrawn())

    def check(self) -> bool:
        """Warn when no worker is left; dask runs the tasks as soon as one comes."""
        if self._count() == 0:
            self._warn()
        else:
            self._has_warned = False
        return False

    def repair(self) -> None:
        """Do nothing: dask replaces its workers."""

    def stop(self, *, is_failed: bool) -> None:
        """Take back what has not been started, and free the data."""
        try:
            if self._futures:
                self._client.cancel(list(self._futures))
        finally:
            self._futures.clear()
            self._sent.clear()
            self._seceded.close()


def _is_large(argument: Any) -> bool:
    """Tell whether `argument` is data, the same for many tasks, that should travel once."""
    from dask.sizeof import sizeof

    is_data = isinstance(argument, list) or hasattr(argument, "shape") or hasattr(argument, "iloc")
    return is_data and sizeof(argument) >= _LARGE


def _itself(argument: Any) -> Any:
    """Return `argument`, in a worker."""
    return argument


def _run(function: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Call `function` in a worker, with the cluster as the place of what is nested in it."""
    with joblib.parallel_backend("dask"):
        return Call(function, tuple(args), kwargs)()
