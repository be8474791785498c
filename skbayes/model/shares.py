r"""What the score of a share tells of that with the whole resource.

Notation
--------
===========  =====  ===========================================================================
symbol       shape  meaning
===========  =====  ===========================================================================
``x``        (m,)   scores of candidates on a rung, bad ones drawn in
``y``        (m,)   their scores with the whole resource, bad ones drawn in
``a``, ``b`` float  bias and slope of the rung, :math:`x_i = a + b\,y_i + e_i`
``s2``       float  variance of :math:`e`: the noise of the rung
===========  =====  ===========================================================================
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skbayes.gp import limited

__all__ = ["ShareModel", "fit_share", "share_model"]

Floats = NDArray[np.float64]

# With fewer candidates on a rung and with the whole resource, nothing is known of the rung.
MIN_PAIRS = 3
# Of fewer candidates than this the better half would be luck.
MIN_BETTER = 5
# Before any candidate has told, the slope is 1, and half of the variance is noise; both weigh as
# much as so many candidates.
SLOPE_WEIGHT = 1.0
NOISE_WEIGHT = 2.0
PRIOR_NOISE = 0.5
# A rung whose scores rise by less, for each unit of those of the whole, tells nothing.
MIN_SLOPE = 0.05


@dataclass(frozen=True, slots=True)
class ShareModel:
    """Linear model of the scores of a rung, given those with the whole resource.

    Attributes
    ----------
    bias, slope, noise : float
        a, b and the standard deviation of e, in units of the scores.
    low, high : float
        Scores of the rung are drawn in to this range.
    n_pairs : int
        Number of candidates that it comes from.
    """

    bias: float
    slope: float
    noise: float
    low: float
    high: float
    n_pairs: int

    @property
    def error(self) -> float:
        """Standard deviation of the error of an estimate, in units of the scores."""
        return self.noise / self.slope

    def estimate(self, x: Floats) -> tuple[Floats, float]:
        """Return the whole scores that are most likely for scores of the rung, and their error.

        Not drawn to the mean, as a prediction would be: the model of all scores does that.
        """
        y = (np.clip(x, self.low, self.high) - self.bias) / self.slope
        return y, self.error


def share_model(
    scores: Sequence[float], rungs: Sequence[Sequence[float | None]], rung: int
) -> ShareModel:
    """Return what the scores of a rung tell of those with the whole resource.

    Parameters
    ----------
    scores : sequence of n floats
        With the whole resource; NaN where there is none.
    rungs : sequence of n sequences of (float or None)
        Scores on all rungs of each, or nothing.
    rung : int
    """
    pairs: list[tuple[float, float]] = []
    others: list[float] = []
    for score, measured in zip(scores, rungs, strict=True):
        x = measured[rung] if measured else None
        if x is not None and math.isfinite(score):
            pairs.append((x, score))
        elif x is not None:
            others.append(x)
    return fit_share([x for x, _ in pairs], [y for _, y in pairs], others)


def fit_share(rung: Sequence[float], whole: Sequence[float], others: Sequence[float]) -> ShareModel:
    r"""Fit the scores of a rung to those with the whole resource.

    With the covariance :math:`S_{xy}` and the variances :math:`S_{xx}, S_{yy}` of the m candidates
    that have both, times m, and prior weights :math:`\kappa` and :math:`\nu`,

    .. math::

        b = \frac{S_{xy} + \kappa \bar s_{yy}}{S_{yy} + \kappa \bar s_{yy}},\qquad
        s^2 = \frac{\sum_i (x_i - a - b y_i)^2 + \nu\,\bar s_{xx} / 2}{m - 1 + \nu}
        \Bigl(1 + \frac1m\Bigr),

    where :math:`\bar s` are variances per candidate. Nothing is assumed of how the noise depends on
    the share.

    Parameters
    ----------
    rung, whole : sequence of m floats
        Scores of candidates that have both.
    others : sequence of float
        Scores on the rung of candidates without a whole one.

    Returns
    -------
    ShareModel
        With fewer than ``MIN_PAIRS`` candidates of a noise as large as the scores differ.
    """
    # The better half, where it matters: poor candidates follow the data in other ways.
    order = np.argsort(-np.array(whole, dtype=np.float64), kind="stable")
    better = order[: max(MIN_BETTER, (len(order) + 1) // 2)]
    rung, whole = [rung[i] for i in better], [whole[i] for i in better]
    m = len(rung)
    x_all = limited(np.array([*rung, *others], dtype=np.float64))
    x, y = x_all[:m], limited(np.array(whole, dtype=np.float64))
    low, high = float(x_all.min()), float(x_all.max())
    spread = float(x_all.var())
    if m < MIN_PAIRS:
        bias = float((x - y).mean()) if m else 0.0
        return ShareModel(bias, 1.0, math.sqrt(spread), low, high, m)
    dx, dy = x - x.mean(), y - y.mean()
    syy, sxy = float(dy @ dy), float(dx @ dy)
    prior = SLOPE_WEIGHT * syy / m
    slope = max((sxy + prior) / (syy + prior), MIN_SLOPE) if syy > 0.0 else 1.0
    residual = float(((dx - slope * dy) ** 2).sum())
    s2 = (residual + NOISE_WEIGHT * PRIOR_NOISE * float(dx @ dx) / m) / (m - 1 + NOISE_WEIGHT)
    s2 *= 1.0 + 1.0 / m
    bias = float(x.mean() - slope * y.mean())
    return ShareModel(bias, slope, math.sqrt(s2), low, high, m)
