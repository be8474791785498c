"""A pool of workers: submit a task, wait for whichever ends first."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from ._compat import JoblibWorkers, with_sklearn_config

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
        Tasks that may be submitted and not yet finished, at least one for each worker.
    """

    def __init__(self, n_jobs: int | None = None, pre_dispatch: int | str = "2*n_jobs") -> None:
        self._workers = JoblibWorkers(n_jobs, pre_dispatch)
        # Tasks end in threads of the backend; the queue is all that they touch.
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._inline: deque[tuple[Hashable, Callable[[], Any]]] = deque()
        self.n_live = 0

    def __enter__(self) -> Self:
        self._workers.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
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

    def submit(self, key: Hashable, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
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
            try:
                outcome = Outcome(key, call())
            except Exception as error:
                outcome = Outcome(key, error=error)
        else:
            outcome = self._outcomes.get()
        self.n_live -= 1
        return outcome


@dataclass(frozen=True)
class _Call:
    """A function with its arguments, to be called in a worker."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __call__(self) -> Any:
        return self.function(*self.args, **self.kwargs)
