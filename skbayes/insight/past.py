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
==========  =======================================================================
"""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["chance_of_rise", "expected_rises", "pooled"]

# The past that counts: the later half. What came before was another search, of other places.
SHARE = 0.5
# A random search has one record in each e-fold of its length. A search that learns has more at
# first and fewer later: as many as a random one when this number of evaluations is reached.
AS_RANDOM = 40.0
# How its rate falls: with the root of the number of evaluations.
FALL = 0.5
# What is expected of any search weighs as much as one rise that was seen.
PRIOR = 1.0
# The model's odds count for their fourth root beside those of the past. It takes its shape for
# known and the score for smooth: of what it calls nearly certain, half comes about.
TEMPER = 0.25


def expected_rises(start: float, end: float) -> float:
    r"""Rises of the best score that are expected of any search between two numbers of evaluations.

    .. math::

        F = \int_{start}^{end} \sqrt{\frac{40}{x}}\,\frac{dx}{x}

    A random search has :math:`\int dx / x`: of exchangeable scores the x-th is the best so far with
    probability 1/x.

    References
    ----------
    Arnold, Balakrishnan and Nagaraja (1998), Records, Wiley: records of independent scores.
    """
    return float(AS_RANDOM**FALL / FALL * (start**-FALL - end**-FALL))


def chance_of_rise(scores: Sequence[float], m: int, by: float) -> float:
    r"""Chance that the best score rises by more than a gain, as the past rises have it.

    Rises come at random, at the expected rate times a factor that belongs to the search and the
    gain. The factor has a gamma distribution, whose shape is 1 for what is expected of any search
    and 1 for each rise in the later half of the past, so

    .. math::

        P = 1 - \Bigl(\frac{1 + F(n/2, n)}{1 + F(n/2, n + m)}\Bigr)^{1 + J}.

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
    start = max(int(n * SHARE), 1)
    n_rises = _n_rises(scores, start, by)
    seen, coming = PRIOR + expected_rises(start, n), expected_rises(n, n + m)
    return float(-math.expm1(-(PRIOR + n_rises) * math.log1p(coming / seen)))


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


def pooled(past: float, model: float, beyond: float = 0.0) -> float:
    r"""Pool the chance that the past has with that of a model.

    .. math:: \ln\frac{P}{1 - P} = \ln\frac{p}{1 - p} + \frac14 \ln\frac{q}{1 - q} - r

    Parameters
    ----------
    past : float
        p, between 0 and 1, both excluded.
    model : float
        q, likewise.
    beyond : float, default=0.0
        r, how far it is beyond all that the model knows.

    References
    ----------
    Genest and Zidek (1986), Combining probability distributions, Statistical Science 1: the
    logarithmic pool.
    """
    odds = past / (1.0 - past) * float((model / (1.0 - model)) ** TEMPER) * math.exp(-beyond)
    return odds / (1.0 + odds)
