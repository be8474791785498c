"""The noise of scores: how much two candidates may differ by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from skbayes._numerics import own_arithmetic

__all__ = ["fold_noise"]


@own_arithmetic()
def fold_noise(scores: Sequence[Sequence[float | None]]) -> float:
    r"""Return the standard error of the difference of two good candidates, paired by fold.

    With the fold scores :math:`y_{if}` of the candidates of the better half and b the best of them

    .. math::

        \sqrt{\mathrm{mean}_{i \ne b}\ \frac{\mathrm{var}_f (y_{bf} - y_{if})}{F}}.

    What makes a fold easy or hard for all cancels. The training parts of folds overlap, so it is
    rather too small than too large.

    Parameters
    ----------
    scores : sequence of n_candidates sequences of n_folds
        Those with a NaN or None are left out.

    Returns
    -------
    float
        NaN for fewer than two folds or complete rows.
    """
    if len(scores) == 0:
        # An array of no rows would have no axis of folds.
        return math.nan
    y = np.array(scores, dtype=np.float64)
    y = y[np.isfinite(y).all(axis=1)]
    n_rows, n_folds = y.shape
    if n_rows < 2 or n_folds < 2:
        return math.nan
    # Squares of large scores would overflow.
    largest = float(np.abs(y).max()) or 1.0
    y /= largest
    order = np.argsort(-y.mean(axis=1), kind="stable")
    good = order[: max(2, (n_rows + 1) // 2)]
    difference = y[good[0]] - y[good[1:]]
    return largest * math.sqrt(float(difference.var(axis=1, ddof=1).mean()) / n_folds)
