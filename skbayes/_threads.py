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
        self._n_inside = 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._n_inside == 0:
                self._limit = _threads().limit(limits=1, user_api="blas")
            self._n_inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._n_inside -= 1
            if self._n_inside == 0:
                self._limit.restore_original_limits()


one_thread = _OneThread()
