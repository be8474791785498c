"""The number of threads of linear algebra while a proposal is computed."""

from __future__ import annotations

import threading
import weakref
from functools import cache
from typing import Any, ClassVar

from threadpoolctl import ThreadpoolController

__all__ = ["OneThread"]


@cache
def _threads() -> ThreadpoolController:
    # Made at the first proposal: it looks through all libraries that are loaded.
    return ThreadpoolController()


class OneThread:
    """Limits linear algebra to one thread: the matrices are small, and the cores have other work.

    The limit is one of the process. Of several uses at the same time, in one thread or in many, the
    first sets it and the last takes it back; each on its own would restore the limit of another.
    """

    _lock = threading.Lock()
    # An interrupt may keep a use from ending. It is forgotten then, and the next ends the limit.
    _inside: ClassVar[weakref.WeakSet[OneThread]] = weakref.WeakSet()
    _limit: ClassVar[Any] = None

    def __enter__(self) -> None:
        with self._lock:
            if OneThread._limit is None:
                OneThread._limit = _threads().limit(limits=1, user_api="blas")
            self._inside.add(self)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside.discard(self)
            if not self._inside:
                OneThread._limit.restore_original_limits()
                OneThread._limit = None
