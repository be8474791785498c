"""Workers of a dask cluster.

Tasks go to the cluster through the client's public interface, and not through joblib's backend:
there, data that cannot be sent ends in a task that is never heard of again.
"""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

from skbayes.exceptions import NoWorkers, WorkerDied
from skbayes.workers.base import Died, Lately, WhenDone, Withdrawn, Workers
from skbayes.workers.calls import Call, nested
from skbayes.workers.packing import Shared, run_packed

__all__ = ["DaskWorkers"]

# What the status of data may be that tasks are given.
_USABLE = ("pending", "finished")
# What a task returns that has found that it was begun before.
_BEGUN_BEFORE = "begun before, by a worker that has died"


class DaskWorkers(Workers):
    """Workers of the cluster of joblib's dask backend.

    The size of the cluster counts, and not `n_jobs`; it may change at any time. Tasks that are
    submitted to a cluster without workers wait there until one comes.

    Parameters
    ----------
    backend : DaskDistributedBackend
        Holds the client, the data that the user has sent ahead, and how tasks are submitted.
    """

    patience = 1.0

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._client = backend.client
        self._seceded = ExitStack()
        self._shared = Shared(self._send, is_there=lambda sent: sent.status in _USABLE)
        self._futures: set[Any] = set()
        self._size = Lately(self._count)

    @property
    def n_workers(self) -> int:
        """Number of threads of the cluster, as it was lately; at least 1."""
        return max(1, self._size())

    @property
    def is_deserted(self) -> bool:
        """Whether the cluster has no worker."""
        return self._size() == 0

    def _count(self) -> int:
        try:
            with self._open_client() as client:
                return sum(client.ncores().values())
        except OSError:  # the scheduler does not answer
            return 0

    @contextmanager
    def _open_client(self) -> Iterator[Any]:
        """Return a context with the client; an error in it is NoWorkers if that is closed."""
        try:
            yield self._client
        except Exception as error:
            # What it raises then depends on the call, and on the version of dask.
            if self._client.status not in ("closing", "closed"):
                raise
            raise NoWorkers(
                0.0,
                "The dask client is closed, so the search no longer reaches its workers. Either "
                "the client was closed before fit returned, or the scheduler ended. Keep the "
                "client and the cluster open until fit returns. Call fit again with a new client. "
                "With a checkpoint, the search then continues from the file.",
            ) from error

    def start(self) -> None:
        """Have a thread of a worker, if this is one, give its place to the tasks."""
        self._seceded.enter_context(self._backend.retrieval_context())

    def submit(self, call: Call, report: WhenDone) -> None:
        """Have `call` run; `report(result, error)` is called once, in a thread of the client."""
        name = uuid.uuid4().hex
        with self._open_client() as client:
            # What is nested in a task runs on the cluster as well.
            packed, data = self._shared.pack(partial(nested, "dask", call), call)
            future = client.submit(
                _run, name, packed, data, pure=False, **self._backend.submit_kwargs
            )
        self._futures.add(future)
        future.add_done_callback(partial(self._done, report, name))

    def _send(self, data: Any) -> Any:
        """Return the name under which the cluster knows `data`.

        Data that is scattered is gone with the last worker that holds it, and what needs it is
        cancelled; scattering itself fails, or never ends, while workers come and go. The result
        of a task is made again by dask, so data is sent as one that returns it.
        """
        theirs = self._backend.data_futures.get(id(data))
        if theirs is not None and theirs.status in _USABLE:
            return theirs
        with warnings.catch_warnings():
            # That data is better scattered.
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            return self._client.submit(_itself, data, pure=False)

    def _done(self, report: WhenDone, name: str, future: Any) -> None:
        from distributed import Event, KilledWorker

        self._futures.discard(future)
        try:
            with self._open_client() as client:
                if future.status == "finished":
                    result = future.result()
                    if isinstance(result, str) and result == _BEGUN_BEFORE:
                        report(None, Died(WorkerDied()))
                    else:
                        report(result, None)
                elif future.status == "error":
                    error = future.exception()
                    if isinstance(error, KilledWorker):
                        # What only waited at a worker that died had no part in its death.
                        has_begun = Event(name, client=client).is_set()
                        error = Died(WorkerDied.of(error)) if has_begun else Withdrawn()
                    report(None, error)
                else:
                    report(None, Withdrawn())
        except (OSError, CancelledError, KilledWorker, NoWorkers):
            # The result went down with its worker, or the connection did.
            report(None, Withdrawn())
        except Exception as error:
            # Another run would not help: the result cannot be read in this process, say.
            report(None, error)

    def stop(self, *, is_failed: bool) -> None:
        """Take back what has not been started, and free the data."""
        try:
            # What has ended the search is to be raised, and not that the client is closed by now.
            with suppress(Exception):
                if self._futures:
                    self._client.cancel(list(self._futures))
        finally:
            self._futures.clear()
            self._shared.clear()
            self._seceded.close()


def _itself(data: Any) -> Any:
    """Return `data`, in a worker."""
    return data


def _run(name: str, packed: bytes, data: Sequence[Any]) -> Any:
    """Run a call in a worker, once.

    When a worker dies, dask gives what it had begun to the next one, which a task that kills its
    worker would kill as well. So each task leaves a mark with the scheduler before it begins, and
    whoever finds one says so, in place of beginning again.
    """
    from distributed import Event

    mark = Event(name)
    # A scheduler that does not answer keeps nobody from working.
    with suppress(OSError):
        if mark.is_set():
            mark.clear()
            return _BEGUN_BEFORE
        mark.set()
    try:
        return run_packed(packed, data)
    finally:
        with suppress(OSError):
            mark.clear()
