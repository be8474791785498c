"""A call that travels to a worker, and what comes back when it raises."""

from __future__ import annotations

import faulthandler
import pickle
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skbayes._compat import cloudpickle, in_backend
from skbayes.exceptions import FitTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Call", "Raised", "Watch", "can_travel", "nested"]


@dataclass(frozen=True, slots=True)
class Watch:
    """Ends the process in which a call takes too long.

    The clock is one of the C library of Python: it ends a process that is stuck in native code
    and gives no other thread a turn. It starts with the call, not with its submission.

    Parameters
    ----------
    seconds : float
        What the call may take.
    path : str
        File that will say where the call was when its time was over; empty until then.
    """

    seconds: float
    path: str

    @contextmanager
    def running(self) -> Iterator[None]:
        """Watch over the body, in the worker."""
        # Something may have cleared the folder for temporary files.
        Path(self.path).parent.mkdir(0o700, exist_ok=True)
        with open(self.path, "wb") as file:
            faulthandler.dump_traceback_later(self.seconds, exit=True, file=file)
            try:
                yield
            finally:
                faulthandler.cancel_dump_traceback_later()

    def verdict(self) -> FitTimeout | None:
        """Return the error of the call if it was ended, with where it was, else None."""
        try:
            stack = Path(self.path).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None
        return FitTimeout(self.seconds, stack) if stack else None


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, to be called in a worker. It returns what is raised.

    Backends differ in what they do with an exception: one of them forgets the task.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    watch: Watch | None = None

    def __call__(self, caught: type[BaseException] = BaseException) -> Any:
        """Return the result, or what was raised if it is one of `caught`."""
        guard: AbstractContextManager[None]
        guard = nullcontext() if self.watch is None else self.watch.running()
        try:
            with guard:
                return self.function(*self.args, **self.kwargs)
        except caught as error:
            return Raised(error, traceback.format_exc())


def nested(backend: Any, call: Call) -> Any:
    """Run a call in a worker; what is parallel within it runs in a `backend` of joblib."""
    with in_backend(backend):
        return call()


class Raised:
    """An exception on its way from a worker, which may be another process."""

    def __init__(self, error: BaseException, text: str) -> None:
        self.error = error
        self.text = text

    def __reduce__(self) -> tuple[Callable[..., Raised], tuple[Any, ...]]:
        error = self.error
        if not can_travel(error):
            error = RuntimeError(f"{type(error).__name__}: {error}")
            for note in getattr(self.error, "__notes__", ()):
                error.add_note(note)
        return _arrived, (cloudpickle.dumps(error), self.text)


def can_travel(value: Any) -> bool:
    """Tell whether `value` can be sent to another process, and read there."""
    try:
        pickle.loads(cloudpickle.dumps(value))
    except Exception:
        return False
    return True


def _arrived(data: bytes, text: str) -> Raised:
    """Return an exception that came from another process, with its traceback there as a note."""
    error = pickle.loads(data)
    error.add_note(f"In the worker process:\n{text}")
    return Raised(error, text)
