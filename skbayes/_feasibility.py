"""Where evaluations fail: a regression on labels that shares the lengthscales of the scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .acquisition import LogFeasibility
from .gp import Hyperparameters, Posterior

__all__ = ["feasibility"]

Floats = NDArray[np.float64]

# A single failure may be an accident; its own score, the worst one, keeps the next point off.
MIN_FAILURES = 2
# Labels are 1 and -1; so much of their variance is not a smooth function of the parameters.
LABEL_NOISE = 0.1


def feasibility(
    X: Floats, has_failed: NDArray[np.bool_], groups: NDArray[np.intp], lengthscales: Floats
) -> LogFeasibility | None:
    """Return a model of where evaluations fail; None if fewer than two did, or all.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Feature rows.
    has_failed : ndarray of shape (n,)
        Whether the evaluation gave no score.
    groups : ndarray of shape (p,)
        Lengthscale group of each column.
    lengthscales : ndarray of shape (n_groups,)
        Those of the model of the scores: failures are too few to learn others from.

    Returns
    -------
    LogFeasibility or None
    """
    n_failed = int(has_failed.sum())
    if n_failed < MIN_FAILURES or n_failed == len(has_failed):
        return None
    labels = np.where(has_failed, -1.0, 1.0)
    kernel = Hyperparameters(lengthscales, 1.0, LABEL_NOISE)
    return LogFeasibility(Posterior.fit(X, labels, groups, kernel))
