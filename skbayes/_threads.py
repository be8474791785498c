"""The number of threads of linear algebra while a proposal is computed."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["one_thread"]


@cache
def _threads() -> ThreadpoolController:
    # Made at the first proposal: it looks through all libraries that are loaded.
    return ThreadpoolController()


class _OneThread:
    """Limits linear algebra to one thread: the matrices are small, and the cores have other work.

    The limit is one of the process. Of several threads that propose at the same time, the first
    sets it and the last takes it back; each on its own would restore the limit of another.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Threads, and no number of them: an interrupt may keep one from leaving, and it leaves then
        # with its next proposal.
        self._inside: set[int] = set()
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._limit = _threads().limit(limits=1, user_api="blas")
            self._inside.add(threading.get_ident())

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside.discard(threading.get_ident())
            if not self._inside:
                self._limit.restore_original_limits()


one_thread = _OneThread()
