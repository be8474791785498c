r"""What a candidate would score on all folds, judged by those that were run.

Notation
--------
=========  ========  =============================================================================
symbol     shape     meaning
=========  ========  =============================================================================
``y``      (n, F)    score of a candidate on a fold, NaN where the fold was not run
``b``      (F,)      effect of a fold: how easy it is for all candidates, 0 on average
``s2``     scalar    variance of what is left, :math:`e_{if} = y_{if} - \bar y_i - b_f`
``k``      (n,)      number of folds that were run
=========  ========  =============================================================================
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["partial_means"]

Floats = NDArray[np.float64]

# Fewer complete candidates do not tell what is common to a fold from what is their own.
MIN_COMPLETE = 2
# Effects and variance are those of the better half, where they matter: poor candidates, which do
# not follow the data, have other ones. Of fewer candidates than this the variance would be luck.
MIN_BETTER = 4


def partial_means(folds: Sequence[Sequence[float | None]]) -> tuple[Floats, Floats]:
    r"""Estimate the mean over all folds of candidates that were run on some.

    All candidates meet the same folds, so the model is :math:`y_{if} = g_i + b_f + e_{if}`, and
    with the folds :math:`S_i` that were run, :math:`k_i` of F,

    .. math::

        \hat g_i = \frac1{k_i}\sum_{f \in S_i} (y_{if} - \hat b_f),\qquad
        \mathrm{var}(\hat g_i - \bar y_i)
        = \hat s^2 \Bigl(\frac1{k_i} - \frac1F\Bigr) \Bigl(1 + \frac1m\Bigr),

    which is that of a sample without replacement, 0 for a complete candidate. The effects and the
    variance come from the m candidates of the better half of those that are complete. As long as
    these are fewer than two no effect is known: then :math:`b = 0`, and the effects are part of the
    variance within a candidate. If all have a single fold, the variance between them is taken.

    Parameters
    ----------
    folds : sequence of n sequences of F
        Scores in the order of the folds, None for one that was not run. No NaN, and at least one
        score in each row.

    Returns
    -------
    mean : ndarray of shape (n,)
        Estimated mean over all folds.
    sd : ndarray of shape (n,)
        Standard deviation of its error, in the same units; 0 for a complete candidate.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., th. 2.2 (the variance of a mean without
    replacement).
    """
    y = np.array(folds, dtype=np.float64)
    # Squares of the largest finite scores would overflow, those of the smallest underflow.
    largest = float(np.nanmax(np.abs(y))) or 1.0
    y /= largest
    n_folds = y.shape[1]
    is_run = ~np.isnan(y)
    k = is_run.sum(axis=1)
    complete = y[k == n_folds]
    b, s2, inflation = np.zeros(n_folds), _spread(y, k), 1.0
    if len(complete) >= MIN_COMPLETE:
        b, s2, m = _effects(complete)
        inflation += 1.0 / m
    mean = np.where(is_run, y - b, 0.0).sum(axis=1) / k
    sd = np.sqrt(s2 * (1.0 / k - 1.0 / n_folds) * inflation)
    # Without the effects of folds a mean may lie beyond all floats.
    with np.errstate(over="ignore"):
        return np.nan_to_num(mean * largest), np.nan_to_num(sd * largest)


def _effects(y: Floats) -> tuple[Floats, float, int]:
    """Return effects, variance and the number of complete candidates that they come from."""
    mean = y.mean(axis=1)
    better = np.argsort(-mean, kind="stable")[: max(MIN_BETTER, (len(y) + 1) // 2)]
    deviation = y[better] - mean[better, None]
    b = deviation.mean(axis=0)
    m, n_folds = deviation.shape
    n_free = (m - 1) * (n_folds - 1)
    return b, float(((deviation - b) ** 2).sum()) / max(n_free, 1), m


def _spread(y: Floats, k: NDArray[np.intp]) -> float:
    """Return the variance within candidates, or that between them if no one has two folds."""
    several = y[k > 1]
    if len(several):
        return float(np.nanvar(several, axis=1, ddof=1).mean())
    return float(np.nanmean(y, axis=1).var(ddof=1)) if len(y) > 1 else 0.0
