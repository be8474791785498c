"""Rescaling of scores to regression targets.

Notation
--------
=======  =====  ==================================================================
symbol   shape  meaning
=======  =====  ==================================================================
``y``    (n,)   scores, higher is better
``med``  float  median of ``y``; scores above it are the good half
``s``    float  robust scale of the good half
``t``    (n,)   targets, higher is better, mean 0 and standard deviation 1
=======  =====  ==================================================================
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["warp"]

# Turns a median absolute deviation into a standard deviation for normal data.
MAD_TO_SD = 1.4826
# A bad score is drawn in to this many robust scales below the median: far, yet no cliff.
N_SCALES = 3.0
# Share of the range of the good half below which the scale may not fall: many ties at the median.
RANGE_SHARE = 0.05
# Keeps the bad side apart from a good half that is flat; far below any difference of scores.
TINY_SCALE = 1e-290
# A power of two, hence exact; differences of the largest finite numbers stay finite after it.
HEADROOM = 2.0**-4


def warp(scores: ArrayLike) -> NDArray[np.float64]:
    r"""Winsorise the bad side of the scores and standardise them.

    .. math::

        t \propto \max(y,\ \mathrm{med} - 3 s),\qquad
        s = \max\bigl(1.4826\ \mathrm{med}_{y_i \ge \mathrm{med}}(y_i - \mathrm{med}),\
        0.05\,(\max y - \mathrm{med})\bigr).

    The map is nondecreasing, and linear on the good half: neither the order nor the relative
    spacing of the scores above the median changes. A failure, minus infinity, becomes what the
    worst score could become at most; it has no say in the median.

    Parameters
    ----------
    scores : array-like of shape (n,)
        Scores, higher is better; minus infinity for a failed evaluation.

    Returns
    -------
    ndarray of shape (n,)
        Targets with mean 0 and standard deviation 1; zeros if all scores are equal, or failures.

    Raises
    ------
    ValueError
        If `scores` is not a vector or holds NaN or infinity.
    """
    y = np.asarray(scores, dtype=np.float64)
    if y.ndim != 1:
        raise ValueError(f"scores must be one-dimensional, got an array of shape {y.shape}.")
    if np.isnan(y).any() or np.isposinf(y).any():
        raise ValueError("scores must be finite, or minus infinity for a failure.")
    y = y * HEADROOM
    scored = y[np.isfinite(y)]
    if scored.size == 0:
        return np.zeros_like(y)
    # The mean of the middle two, formed so that it lies between them: np.median would sum first.
    ordered = np.sort(scored)
    low, high = ordered[(scored.size - 1) // 2], ordered[scored.size // 2]
    centred = y - (low + 0.5 * (high - low))
    good = centred[centred >= 0.0]
    s = max(MAD_TO_SD * float(np.median(good)), RANGE_SHARE * float(good.max()), TINY_SCALE)
    t = np.maximum(centred, -N_SCALES * s)
    if t.max() == t.min():
        return np.zeros_like(t)
    # Largest magnitude 1, so that squares can neither overflow nor underflow.
    t /= np.abs(t).max()
    t -= t.mean()
    return np.asarray(t / t.std(), dtype=np.float64)
