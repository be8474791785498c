"""Warnings that name the line of the user which they are about."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["unsaid", "warn"]

# scikit-learn wraps `fit`, and calls it through joblib in `cross_validate` and such.
NOT_THE_USER = frozenset({"skbayes", "sklearn", "joblib"})
_is_unsaid: ContextVar[bool] = ContextVar("is_unsaid", default=False)


@contextmanager
def unsaid() -> Iterator[None]:
    """Leave out the warnings of this package, in this thread.

    The filters of Python are one list for all threads: two that ignore something for a while put
    back the list of each other.
    """
    token = _is_unsaid.set(True)
    try:
        yield
    finally:
        _is_unsaid.reset(token)


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the nearest line that is not of this package, of scikit-learn or of joblib.

    Parameters
    ----------
    message : str
    category : type of Warning, default=UserWarning
    """
    if _is_unsaid.get():
        return
    frame, level = inspect.currentframe(), 0
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in NOT_THE_USER:
            break
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level + 1)
