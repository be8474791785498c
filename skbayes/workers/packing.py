"""Calls as bytes, without the data that they have in common: these are sent once.

Data are arguments that are large, and the same object in many calls. Each kind of workers has its
own way to send them: a file that is mapped, the result of a task, an object of the cluster.
"""

from __future__ import annotations

import io
import math
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from skbayes._compat import cloudpickle
from skbayes.workers.calls import Call

__all__ = ["LARGE", "Shared", "run_packed"]

# Bytes from which data are worth being sent apart.
LARGE = 10_000
# Elements of a list that tell how large the others are.
_N_LOOKED_AT = 100


class Shared:
    """What many calls have in common, and where the workers find it.

    Parameters
    ----------
    send : callable
        Sends data; returns what leads a worker to them.
    n_bytes : float, default=LARGE
        Size above which data are sent apart, and not with each call.
    is_there : callable, default=None
        Whether what `send` has returned still leads to the data; else they are sent again.
    """

    def __init__(
        self,
        send: Callable[[Any], Any],
        n_bytes: float = LARGE,
        is_there: Callable[[Any], bool] = lambda place: True,
    ) -> None:
        self._send = send
        self._n_bytes = n_bytes
        self._is_there = is_there
        # By the identity of data: the data, so that nothing else is given their identity, and
        # where they lie.
        self._places: dict[int, tuple[Any, Any]] = {}

    def pack(self, call: Callable[[], Any], arguments: Call) -> tuple[bytes, list[Any]]:
        """Pickle `call`, which holds `arguments`; return it with the places of its data.

        Raises
        ------
        pickle.PicklingError
            If something in it cannot be pickled.
        """
        places = {id(data): self._place(data) for data in self._data(arguments)}
        file = io.BytesIO()
        packer = _packer()(file, places)
        try:
            packer.dump(call)
        except Exception as error:
            raise pickle.PicklingError(
                f"The task cannot be sent to a worker: {type(error).__name__}: {error}"
            ) from error
        return file.getvalue(), packer.used

    def clear(self) -> None:
        """Forget the data."""
        self._places.clear()

    def _data(self, call: Call) -> Iterator[Any]:
        for value in (*call.args, *call.kwargs.values()):
            # Arguments of the estimator's `fit` stand in a dictionary of their own.
            for each in value.values() if isinstance(value, Mapping) else (value,):
                if _n_bytes(each) > self._n_bytes:
                    yield each

    def _place(self, data: Any) -> Any:
        _, place = self._places.get(id(data), (None, None))
        if place is None or not self._is_there(place):
            place = self._send(data)
            self._places[id(data)] = data, place
        return place


def run_packed(packed: bytes, data: Sequence[Any]) -> Any:
    """Run a call that was packed, in a worker, where its `data` have arrived.

    Raises
    ------
    pickle.UnpicklingError
        If something in it cannot be read there.
    """
    try:
        call = _Unpacker(packed, data).load()
    except Exception as error:
        raise pickle.UnpicklingError(
            f"The task cannot be read in the worker: {type(error).__name__}: {error}"
        ) from error
    return call()


@cache
def _packer() -> Any:
    """Return the class that pickles calls; the library that it stands on may be missing."""
    base: Any = cloudpickle.CloudPickler

    class Packer(base):  # type: ignore[misc]
        """Puts the number of a place into the stream where data stand."""

        def __init__(self, file: io.BytesIO, places: Mapping[int, Any]) -> None:
            super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
            self._places = places
            self.used: list[Any] = []

        def persistent_id(self, obj: Any) -> int | None:
            if id(obj) not in self._places:
                return None
            self.used.append(self._places[id(obj)])
            return len(self.used) - 1

    return Packer


class _Unpacker(pickle.Unpickler):
    def __init__(self, packed: bytes, data: Sequence[Any]) -> None:
        super().__init__(io.BytesIO(packed))
        self._data = data

    def persistent_load(self, pid: int) -> Any:
        return self._data[pid]


def _n_bytes(data: Any) -> float:
    """Return about how many bytes `data` take; 0 for what are none."""
    if isinstance(data, list):
        sizes = [sys.getsizeof(each) for each in islice(data, _N_LOOKED_AT)]
        return len(data) * sum(sizes) / max(1, len(sizes))
    if isinstance(data, type):
        return 0
    try:
        # An array, or a column; a sparse matrix; a frame.
        if hasattr(data, "nbytes"):
            return float(data.nbytes)
        if hasattr(data, "nnz"):
            return 12.0 * float(data.nnz)
        return 8.0 * float(math.prod(data.shape))
    except Exception:
        return 0
