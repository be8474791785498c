"""Which candidate is taken, and by which metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.ma import MaskedArray
from numpy.typing import NDArray

__all__ = ["best_row", "highest_row", "named_metric", "with_masked_scores"]


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


def highest_row(scores: NDArray[np.float64]) -> int | None:
    """Return the first row of the highest finite score; None if there is none."""
    is_known = np.isfinite(scores)
    return int(np.argmax(np.where(is_known, scores, -np.inf))) if is_known.any() else None


def named_metric(search: Any) -> str | None:
    """Return the metric that a fitted search followed; None if the search does not say so.

    Parameters
    ----------
    search : object
        Of skbayes or of scikit-learn, with `cv_results_`. Older pickles have no ``_metric``.
    """
    for name in ("_metric", "objective", "refit"):
        metric = getattr(search, name, None)
        if isinstance(metric, str) and f"mean_test_{metric}" in search.cv_results_:
            return metric
    return None


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
