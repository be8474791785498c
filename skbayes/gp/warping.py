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

from skbayes._numerics import MAD_TO_SD

__all__ = ["warp", "warp_units"]

# A bad score is drawn in to this many robust scales below the median: far, yet no cliff.
N_SCALES = 3.0
# Share of the range of the good half below which the scale may not fall: many ties at the median.
RANGE_SHARE = 0.05
# Keeps the bad side apart from a good half that is flat; far below any difference of scores.
TINY_SCALE = 1e-290
# A power of two, hence exact; differences of the largest finite numbers stay finite after it.
HEADROOM = 2.0**-4


def warp(scores: ArrayLike, reference: ArrayLike = ()) -> NDArray[np.float64]:
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
    reference : array-like of shape (m,), optional
        Such scores of a sample that stands for the whole space. If their own limit
        :math:`\mathrm{med} - 3 s` is lower, it is taken: scores that crowd at the optimum would
        leave nothing to see of the rest. If half of the sample share its best score, it has no
        limit, and all scores take its place, each value once.

    Returns
    -------
    ndarray of shape (n,)
        Targets with mean 0 and standard deviation 1; zeros if all scores are equal, or failures.

    Raises
    ------
    ValueError
        If `scores` is not a vector or holds NaN or infinity.
    """
    return _warp(scores, reference)[0]


def warp_units(scores: ArrayLike, reference: ArrayLike = ()) -> tuple[float, float]:
    r"""Score at target 0, and the difference of scores that is one unit of the targets.

    Where `warp` is linear, :math:`y = centre + unit\; t`. Below that, a target stands for every
    score that was drawn in to it, and the line gives the best of these.

    Parameters
    ----------
    scores : array-like of shape (n,)
        As for `warp`, not all failures.
    reference : array-like of shape (m,), optional
        As for `warp`.

    Returns
    -------
    centre, unit : float
        In units of the scores; `unit` is 0 if all that did not fail are equal.

    Raises
    ------
    ValueError
        If `scores` is not a vector, holds NaN or infinity, or none is finite.
    """
    y = np.asarray(scores, dtype=np.float64)
    _, centre, unit = _warp(y, reference)
    scored = y[np.isfinite(y)]
    if scored.size == 0:
        raise ValueError("scores must hold a finite one: failures have no unit.")
    if scored.min() == scored.max():
        return float(scored[0]), 0.0
    return centre, unit


def _warp(scores: ArrayLike, reference: ArrayLike) -> tuple[NDArray[np.float64], float, float]:
    """Targets, the score at target 0, and the score difference of one unit."""
    y, sample = _scaled(scores), _scaled(reference)
    if not np.isfinite(y).any():
        return np.zeros_like(y), 0.0, 0.0
    med, s = _median_and_scale(y)
    limit = -N_SCALES * s
    if np.isfinite(sample).any():
        for spread in (sample, np.unique(y)):
            sample_med, sample_s = _median_and_scale(spread)
            if sample_s > TINY_SCALE:
                break
        limit = min(limit, sample_med - med - N_SCALES * sample_s)
    t = np.maximum(y - med, limit)
    if t.max() == t.min():
        return np.zeros_like(t), med / HEADROOM, 0.0
    # Largest magnitude 1, so that squares can neither overflow nor underflow.
    largest = float(np.abs(t).max())
    t /= largest
    mean = float(t.mean())
    t -= mean
    sd = float(t.std())
    # Before the division both are of the size of a sixteenth of a score.
    return t / sd, (med + largest * mean) / HEADROOM, largest * sd / HEADROOM


def _scaled(scores: ArrayLike) -> NDArray[np.float64]:
    """Scores as an array with headroom."""
    y = np.asarray(scores, dtype=np.float64)
    if y.ndim != 1:
        raise ValueError(f"scores must be one-dimensional, got an array of shape {y.shape}.")
    if np.isnan(y).any() or np.isposinf(y).any():
        raise ValueError("scores must be finite, or minus infinity for a failure.")
    scaled: NDArray[np.float64] = y * HEADROOM
    return scaled


def _median_and_scale(y: NDArray[np.float64]) -> tuple[float, float]:
    """Median of the finite scores, and robust scale of their good half."""
    y = np.sort(y[np.isfinite(y)])
    # The mean of the middle two, formed so that it lies between them: np.median would sum first.
    low, high = y[(y.size - 1) // 2], y[y.size // 2]
    med = float(low + 0.5 * (high - low))
    centred = y - med
    good = centred[centred >= 0.0]
    s = max(MAD_TO_SD * float(np.median(good)), RANGE_SHARE * float(good.max()), TINY_SCALE)
    return med, s
