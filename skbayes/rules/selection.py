"""Which candidate is taken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.ma import MaskedArray
from numpy.typing import NDArray

__all__ = ["ONE_STANDARD_ERROR", "best_row", "earliest_within_one_error", "with_masked_scores"]

# The `refit` that asks for the earliest candidate which may be as good as the best.
ONE_STANDARD_ERROR = "1se"


def best_row(ranks: NDArray[np.int32], has_score: NDArray[np.bool_]) -> int:
    """Return the first row of the best rank, of those with a score if there is one.

    Parameters
    ----------
    ranks : ndarray of shape (n_rows,)
        As in `cv_results_`, where an infinite mean has one too, and a number that stands for a
        failure.
    has_score : ndarray of shape (n_rows,)
    """
    return int(np.where(has_score, ranks, ranks + len(ranks)).argmin())


def earliest_within_one_error(
    means: NDArray[np.float64], deviations: NDArray[np.float64], n_folds: int
) -> int:
    r"""Return the first candidate whose mean is within one standard error of the best mean.

    With the fold scores :math:`y_{bf}` of the best candidate b, that is the first i with

    .. math::

        \bar y_i \ge \bar y_b - s_b / \sqrt F, \qquad
        s_b^2 = \frac{1}{F - 1} \sum_f (y_{bf} - \bar y_b)^2.

    Parameters
    ----------
    means : ndarray of shape (n_candidates,)
        In the order tried; NaN for a candidate without a score. There must be one with a score.
    deviations : ndarray of shape (n_candidates,)
        Standard deviations of the fold scores, as `cv_results_` has them.
    n_folds : int
        Number of folds F.

    Returns
    -------
    int
        The best candidate itself if its standard error is not known: with a single fold, or
        with scores whose squares are too large.

    References
    ----------
    Breiman et al. (1984), Classification and Regression Trees, section 3.4.3, where the tree taken
    is the smallest. What is simple differs between estimators; what came first does not.
    """
    best = int(np.nanargmax(means))
    if n_folds < 2:
        return best
    least = float(means[best]) - float(deviations[best]) / math.sqrt(n_folds - 1)
    return int((means >= least).argmax()) if math.isfinite(least) else best


def with_masked_scores(
    table: Mapping[str, Any], has_score: Mapping[str, NDArray[np.bool_]]
) -> dict[str, Any]:
    """Return `cv_results_` with the means masked that are none, so that no maximum is one of them.

    Parameters
    ----------
    table : mapping
        `cv_results_`.
    has_score : mapping of str to ndarray of shape (n_rows,)
        For each metric, which candidates have a score.

    Returns
    -------
    dict
        Mean and deviation of a metric are masked arrays if a candidate has no score, and what
        they are in `cv_results_` if all have one.
    """
    masked = dict(table)
    for metric, is_known in has_score.items():
        for name in (f"{kind}_test_{metric}" for kind in ("mean", "std")):
            if not is_known.all():
                # What ignores the mask finds NaN, and neither infinity nor a number for a failure.
                masked[name] = MaskedArray(np.where(is_known, table[name], np.nan), mask=~is_known)
    return masked
