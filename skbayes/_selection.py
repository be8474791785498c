"""Which candidate is taken, where it is not simply the best."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

__all__ = ["ONE_STANDARD_ERROR", "earliest_within_one_error"]

# The `refit` that asks for the earliest candidate which may be as good as the best.
ONE_STANDARD_ERROR = "1se"


def earliest_within_one_error(table: Mapping[str, Any], metric: str, n_folds: int) -> int:
    r"""Return the first row whose mean is within one standard error of the best mean.

    With the fold scores :math:`y_{bf}` of the best row b, that is the first i with

    .. math::

        \bar y_i \ge \bar y_b - s_b / \sqrt F, \qquad
        s_b^2 = \frac{1}{F - 1} \sum_f (y_{bf} - \bar y_b)^2.

    Parameters
    ----------
    table : mapping
        `cv_results_`.
    metric : str
    n_folds : int
        Number of folds F.

    Returns
    -------
    int
        The best row itself if its standard error is not known: with a single fold, or a mean
        that is not finite. A row without a mean is never returned if any has one.

    References
    ----------
    Breiman et al. (1984), Classification and Regression Trees, section 3.4.3, where the tree taken
    is the smallest. What is simple differs between estimators; what came first does not.
    """
    means = table[f"mean_test_{metric}"]
    best = int(table[f"rank_test_{metric}"].argmin())
    if n_folds < 2:
        return best
    error = float(table[f"std_test_{metric}"][best]) / math.sqrt(n_folds - 1)
    least = float(means[best]) - error
    return int((means >= least).argmax()) if math.isfinite(least) else best
