"""Ctrl-C: where it must not get lost, and where it has to wait.

Signals reach the main thread only: in any other one, these contexts do nothing.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["interrupts_end", "interrupts_wait"]


@contextmanager
def interrupts_end() -> Iterator[None]:
    """Have a Ctrl-C end the body, also if the body catches the KeyboardInterrupt.

    Some estimators end their fit then, and return as if nothing had been.

    Raises
    ------
    KeyboardInterrupt
        When the body has ended, if there was one in it.
    """
    before = signal.getsignal(signal.SIGINT)
    was_raised = False

    def handle(number: int, frame: Any) -> None:
        nonlocal was_raised
        try:
            # One that raises nothing, such as a handler of the user, ends nothing.
            before(number, frame)  # type: ignore[operator, misc]
        except BaseException:
            was_raised = True
            raise

    with _handled_by(handle, before):
        yield
    if was_raised:
        raise KeyboardInterrupt


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Have a Ctrl-C wait for the end of the body. If the body raises, it was as good as that."""
    before = signal.getsignal(signal.SIGINT)
    arrived: list[Any] = []
    with _handled_by(lambda number, frame: arrived.append(frame), before):
        yield
    if arrived:
        before(signal.SIGINT, arrived[0])  # type: ignore[operator, misc]


@contextmanager
def _handled_by(handle: Callable[[int, Any], None], before: Any) -> Iterator[None]:
    """Have SIGINT handled by `handle` in the body, unless nobody in Python does so `before`."""
    is_handled = callable(before)
    if is_handled:
        try:
            signal.signal(signal.SIGINT, handle)
        except ValueError:  # this is not the main thread
            is_handled = False
    try:
        yield
    finally:
        # The body may have set another one, to stay.
        if is_handled and signal.getsignal(signal.SIGINT) is handle:
            signal.signal(signal.SIGINT, before)
