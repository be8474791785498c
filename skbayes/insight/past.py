r"""What the search's own past says of its future: how often its best score has risen.

Notation
--------
==========  =======================================================================
symbol      meaning
==========  =======================================================================
``n``       number of evaluations so far
``m``       number of evaluations to come
``J``       rises of the best score by more than a gain, in the later half of ``n``
``F``       rises that are expected of a search, see `expected_rises`
``T``       share of these that are larger than a gain, see `_share_of_larger`
==========  =======================================================================
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

__all__ = ["chance_of_rise", "expected_rises", "later_half", "least_step", "pooled"]

# The past that counts: the later half. What came before was another search, of other places.
SHARE = 0.5
# A random search has one record in each e-fold of its length. A search that learns has more at
# first and fewer later: as many as a random one when this number of evaluations is reached.
AS_RANDOM = 100.0
# How its rate falls: with the root of the number of evaluations.
FALL = 0.5
# What is expected of any search weighs as much as so many rises that were seen.
PRIOR = 4.0
# Of scores of which half share the best, too, a larger one may be found.
MIN_SHARE = 1e-3
# Scores that differ by less, as a share of the larger one, are equal: sums of other orders.
ROUNDING = 1e-9
# What remains of a mean of folds that should be 0, as a share of the larger scores.
ROUNDING_OF_SUMS = 1e-13
# The model's odds count for their fourth root beside those of the past. It takes its shape for
# known and the score for smooth: of what it calls nearly certain, half comes about.
TEMPER = 0.25


def expected_rises(start: float, end: float) -> float:
    r"""Rises of the best score that are expected of any search between two numbers of evaluations.

    .. math::

        F = \int_{start}^{end} \sqrt{\frac{100}{x}}\,\frac{dx}{x}

    A random search has :math:`\int dx / x`: of exchangeable scores the x-th is the best so far with
    probability 1/x.

    References
    ----------
    Arnold, Balakrishnan and Nagaraja (1998), Records, Wiley: records of independent scores.
    """
    return float(AS_RANDOM**FALL / FALL * (start**-FALL - end**-FALL))


def later_half(n: int) -> int:
    """Return the number of the first evaluation that counts, of n."""
    return max(int(n * SHARE), 1)


def chance_of_rise(scores: Sequence[float], m: int, by: float) -> float:
    r"""Chance that the best score rises by more than a gain, as the past rises have it.

    Rises come at random, at the rate that is expected of a gain times a factor that belongs to the
    search. The factor has a gamma distribution, whose shape is 4 for what is expected of any
    search and 1 for each rise in the later half of the past, so

    .. math::

        P = 1 - \Bigl(\frac{4 + T F(n/2, n)}{4 + T F(n/2, n + m)}\Bigr)^{4 + J}.

    Parameters
    ----------
    scores : sequence of float
        In the order of the evaluations; NaN for one without.
    m : int
        Number of evaluations to come, at least 1.
    by : float
        The gain, at least 0.

    Returns
    -------
    float
        Between 0 and 1, both excluded.
    """
    n = len(scores)
    start = later_half(n)
    n_rises, share = _n_rises(scores, start, by), _share_of_larger(scores, by)
    seen = PRIOR + share * expected_rises(start, n)
    coming = share * expected_rises(n, n + m)
    return float(-math.expm1(-(PRIOR + n_rises) * math.log1p(coming / seen)))


def _share_of_larger(scores: Sequence[float], by: float) -> float:
    r"""Return the share of rises that are larger than a gain.

    .. math:: T = \Bigl(1 + \frac{by}{s}\Bigr)^{-2}

    with s the mean distance of the better half of the scores from the best one. Values beyond a
    high one have a Pareto distribution in the limit; that its shape is a half is on the safe side
    of scores, which have an end.

    References
    ----------
    Pickands (1975), Statistical inference using extreme order statistics, Annals of Statistics 3.
    """
    y = np.array(scores, dtype=np.float64)
    y = np.sort(y[np.isfinite(y)])[::-1]
    if not by or not len(y):
        return 1.0
    # Formed so that differences of the largest scores do not overflow.
    half = y[: (len(y) + 1) // 2] / len(y)
    scale = float((half[0] - half).mean()) * len(y) if half[0] > half[-1] else 0.0
    return max((scale / (scale + by)) ** 2, MIN_SHARE) if math.isfinite(scale) else 1.0


def least_step(scores: Sequence[float]) -> float:
    """Return the smallest difference that scores on a grid can have; 0 if they are on none.

    An accuracy of few rows has few values. They are on a grid if two at least are not the only
    ones with their value. The step is the smallest difference in the better half of the values.

    Parameters
    ----------
    scores : sequence of float
        NaN for none.
    """
    y = np.array(scores, dtype=np.float64)
    y = np.sort(y[np.isfinite(y)])[::-1] / 2
    if len(y) < 2:
        return 0.0
    # What is rounding is told from neighbours, for a score that is very bad may be huge; beside 0,
    # from the sums that the better half comes of.
    steps, sizes = -np.diff(y), np.abs(y)
    least = ROUNDING_OF_SUMS * float(sizes[: len(y) // 2 + 1].max())
    steps = steps[steps > np.maximum(ROUNDING * np.maximum(sizes[1:], sizes[:-1]), least)]
    if not len(steps) or len(steps) > len(y) - 3:
        return 0.0
    return 2 * float(steps[: max(2, len(steps) // 2)].min())


def _n_rises(scores: Sequence[float], start: int, by: float) -> int:
    """Return how often the best score has risen by more than `by` since a start.

    From the best score then, the first one that is better by more than `by`, and so on: no other
    chain of rises is longer, so a larger gain has no more of them.
    """
    best, count = max(filter(math.isfinite, scores[:start]), default=-math.inf), 0
    for score in scores[start:]:
        if score - by > best:
            best, count = score, count + 1
    return count


def pooled(past: float, model: float, beyond: float = 0.0, kept: float = 1.0) -> float:
    r"""Pool the chance that the past has with that of a model.

    .. math::

        \ln\frac{P}{1 - P} = \ln\frac{p}{1 - p} + \frac14 \ln\frac{k\,q}{1 - q} - r

    Parameters
    ----------
    past : float
        p, between 0 and 1, both excluded.
    model : float
        q, likewise.
    beyond : float, default=0.0
        r, how far it is beyond all that the model knows.
    kept : float, default=1.0
        k, what has come of what the model promised, as a share; above 0.

    References
    ----------
    Genest and Zidek (1986), Combining probability distributions, Statistical Science 1: the
    logarithmic pool.
    """
    odds_of_model = (kept * model / (1.0 - model)) ** TEMPER
    odds = past / (1.0 - past) * float(odds_of_model) * math.exp(-beyond)
    return odds / (1.0 + odds)
