"""A pool of workers: submit a task, wait for whichever ends first."""

from __future__ import annotations

import queue
import traceback
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from ._compat import JoblibWorkers, cloudpickle, with_sklearn_config

__all__ = ["Outcome", "Pool"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended: its result, or the exception that it raised."""

    key: Hashable
    result: Any = None
    error: BaseException | None = None


class Pool:
    """Workers of the joblib backend that is active in the calling thread.

    To be used as a context manager, in one thread. With one worker the tasks run inline, one
    for each call of `wait`, so that nothing runs ahead of the caller's decisions.

    Parameters
    ----------
    n_jobs : int or None
        Number of workers, as everywhere in scikit-learn.
    pre_dispatch : int or str
        Tasks that may be submitted and not yet finished.
    """

    def __init__(self, n_jobs: int | None = None, pre_dispatch: int | str = "2*n_jobs") -> None:
        self._workers = JoblibWorkers(n_jobs, pre_dispatch)
        # Tasks end in threads of the backend; the queue is all that they touch.
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._inline: deque[tuple[Hashable, _Call]] = deque()
        self.n_live = 0

    def __enter__(self) -> Self:
        self._workers.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.stop(is_failed=kind is not None)

    @property
    def n_workers(self) -> int:
        """Number of tasks that can run at the same time."""
        return self._workers.n_workers

    @property
    def has_room(self) -> bool:
        """Whether one more task may be submitted now."""
        return self.n_live < (1 if self._workers.is_inline else self._workers.n_slots)

    def submit(
        self, key: Hashable, function: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """Have `function(*args, **kwargs)` run by a worker; `key` comes back with its outcome."""
        call = _Call(with_sklearn_config(function), args, kwargs)
        self.n_live += 1
        if self._workers.is_inline:
            self._inline.append((key, call))
            return

        def done(result: Any, error: BaseException | None) -> None:
            self._outcomes.put(Outcome(key, result, error))

        self._workers.submit(call, done)

    def wait(self) -> Outcome:
        """Return the outcome of a task that has ended, waiting for one if need be."""
        if self._workers.is_inline:
            key, call = self._inline.popleft()
            outcome = Outcome(key, call(Exception))
        else:
            outcome = self._outcomes.get()
        self.n_live -= 1
        if isinstance(outcome.result, _Raised):
            return Outcome(outcome.key, error=outcome.result.error)
        return outcome


@dataclass(frozen=True)
class _Call:
    """A function with its arguments, to be called in a worker. It never raises.

    Backends differ in what they do with an exception: one of them forgets the task.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __call__(self, caught: type[BaseException] = BaseException) -> Any:
        try:
            return self.function(*self.args, **self.kwargs)
        except caught as error:
            return _Raised(error, traceback.format_exc())


class _Raised:
    """An exception on its way from a worker, which may be another process."""

    def __init__(self, error: BaseException, text: str) -> None:
        self.error = error
        self.text = text

    def __reduce__(self) -> tuple[Callable[..., _Raised], tuple[Any, ...]]:
        try:
            data = cloudpickle.dumps(self.error)
            cloudpickle.loads(data)
        except Exception:
            substitute = RuntimeError(f"{type(self.error).__name__}: {self.error}")
            for note in getattr(self.error, "__notes__", ()):
                substitute.add_note(note)
            data = cloudpickle.dumps(substitute)
        return _arrived, (data, self.text)


def _arrived(data: bytes, text: str) -> _Raised:
    """Return an exception that came from another process, with its traceback there as a note."""
    error = cloudpickle.loads(data)
    error.add_note(f"In the worker process:\n{text}")
    return _Raised(error, text)
