"""Warnings that name the line of the user which they are about."""

from __future__ import annotations

import inspect
import warnings

__all__ = ["warn"]

# scikit-learn wraps `fit`, and calls it through joblib in `cross_validate` and such.
NOT_THE_USER = frozenset({"skbayes", "sklearn", "joblib"})


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the nearest line that is not of this package, of scikit-learn or of joblib.

    Parameters
    ----------
    message : str
    category : type of Warning, default=UserWarning
    """
    frame, level = inspect.currentframe(), 0
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in NOT_THE_USER:
            break
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level + 1)
