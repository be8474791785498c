r"""Whether the evaluation of a candidate is worth another fold.

Notation
--------
================  ======  ========================================================================
symbol            shape   meaning
================  ======  ========================================================================
``F``, ``k``      scalar  number of folds, and of those that the candidate was run on
``Y``             (n, F)  scores of the complete candidates
``d``             (k,)    differences of the candidate to the best one, on the same folds
``v``             scalar  variance of one such difference around the mean over all folds
``m``, ``tau``    scalar  mean and standard deviation of what the model predicted of the mean
``mu``, ``s``     scalar  location and scale of the candidate's difference to the best, all folds
================  ======  ========================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from skbayes._numerics import binary_exponent, own_arithmetic

if TYPE_CHECKING:
    from skbayes._trials import Prediction

__all__ = ["EARLY_STOPPING", "EarlyStopping", "is_below_median", "is_futile"]

Floats = NDArray[np.float64]
EarlyStopping = Callable[[Sequence[float | None], Floats, "Prediction | None"], bool]

# A candidate from which less is to be expected, in standard errors of the best score, is stopped.
# Half of it runs a seventh more of the folds, and finds no better score that can be told.
LEAST_GAIN = 0.04
# Complete candidates from which the variance of differences, or the median, is taken.
MIN_COMPLETE = 5
# The variance that others had counts as much as so many differences of the candidate itself.
PRIOR_WEIGHT = 4
# Next to scores of at most 1, a standard deviation above which the quotient with a mean is finite,
# and the most that a prediction can differ from them.
TINY, HUGE = 1e-150, 1e150


def _known(scores: Sequence[float | None]) -> tuple[list[int], Floats]:
    """Return the folds that a candidate was run on, and its scores there."""
    run = [fold for fold, score in enumerate(scores) if score is not None]
    return run, np.array([scores[fold] for fold in run], dtype=np.float64)


def is_futile(
    scores: Sequence[float | None], complete: Floats, prediction: Prediction | None
) -> bool:
    """Whether little is to be gained from the other folds of a candidate.

    Less than ``LEAST_GAIN`` standard errors of the best score, see `expected_gain`. So a small
    chance of much counts as much as a good chance of little.

    Parameters
    ----------
    scores, complete, prediction
        As for `expected_gain`.

    Returns
    -------
    bool
    """
    gain, error = expected_gain(scores, complete, prediction)
    return gain < LEAST_GAIN * error


@own_arithmetic()
def expected_gain(
    scores: Sequence[float | None], complete: Floats, prediction: Prediction | None
) -> tuple[float, float]:
    r"""Return the improvement to be expected of a candidate, and the error of the best score.

    All candidates meet the same folds, so what makes a fold hard cancels in the differences d to
    the best candidate. Of the F differences k are known; with the finite-population variance of
    their mean, and what the model predicted as a prior, the difference over all folds has

    .. math::

        \frac{1}{s^2} = \frac{1}{\tau^2} + \frac{1}{v\,(1/k - 1/F)},\qquad
        \mu = s^2 \Bigl(\frac{m - y_\mathrm{best}}{\tau^2} + \frac{\bar d}{v\,(1/k - 1/F)}\Bigr),

    with :math:`\nu v` the sum of the squared deviations of d and of :math:`\nu_0 = 4` times the
    median variance of the better half of the complete candidates, and :math:`\nu = \nu_0 + k - 1`.
    The improvement that is to be expected from the candidate is

    .. math:: s\,E[(\mu / s + T_\nu)^+].

    Parameters
    ----------
    scores : sequence of F (float or None)
        Of the candidate, higher is better; None where a fold was not run. All finite.
    complete : ndarray of shape (n, F)
        Scores of the complete candidates.
    prediction : Prediction or None
        What the model predicted of the candidate.

    Returns
    -------
    gain : float
        Infinite as long as it is not known: with fewer than ``MIN_COMPLETE`` complete candidates,
        or without differences between them.
    error : float
        Standard error of the best score. Both are in units of a power of two.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., eq. (2.8), for the variance of a mean over part
    of a finite population; Jones, Schonlau and Welch (1998), Efficient global optimization of
    expensive black-box functions, J. Global Optim. 13, eq. (15), for the improvement, there of a
    normal variable.
    """
    n, n_folds = complete.shape
    run, y = _known(scores)
    k = len(run)
    if n < MIN_COMPLETE or not 0 < k < n_folds:
        return math.inf, 0.0
    exponent = binary_exponent(complete, y)
    complete, y = np.ldexp(complete, -exponent), np.ldexp(y, -exponent)
    order = np.argsort(-complete.mean(axis=1), kind="stable")
    best = complete[order[0]]
    # The better half only: bad candidates differ from the best by more, and in other ways.
    paired = (complete[order[: max(2, (n + 1) // 2)]] - best).var(axis=1, ddof=1)
    # The best itself, and its equals on every fold, say nothing of how differences vary.
    paired = paired[paired > 0.0]
    if paired.size == 0:
        return math.inf, 0.0
    d = y - best[run]
    squares = float(((d - d.mean()) ** 2).sum())
    nu = PRIOR_WEIGHT + k - 1
    v = (PRIOR_WEIGHT * float(np.median(paired)) + squares) / nu
    mean, sd = float(d.mean()), max(math.sqrt(v * (1.0 / k - 1.0 / n_folds)), TINY)
    if prediction is not None:
        # Others that stopped early may have made it of another size than the scores here.
        with np.errstate(over="ignore"):
            m, tau = (
                np.ldexp([prediction.mean, prediction.sd], -exponent).clip(-HUGE, HUGE).tolist()
            )
        # The weights are squares of these; in this form the prediction may be certain.
        of_folds, of_prediction = tau / math.hypot(tau, sd), sd / math.hypot(tau, sd)
        mean = of_folds**2 * mean + of_prediction**2 * (m - float(best.mean()))
        sd = max(sd * of_folds, TINY)
    error = math.sqrt(float(best.var(ddof=1)) / n_folds)
    return sd * student_improvement(mean / sd, nu), error


def student_improvement(z: float, nu: float) -> float:
    r"""Return the expected positive part of :math:`z + T` for a Student variable T.

    .. math:: E[(z + T)^+] = \frac{\nu + z^2}{\nu - 1}\,t_\nu(z) + z\,T_\nu(z),\qquad \nu > 1.
    """
    # The first term as one exponential: far out a square beyond all floats meets a density of 0.
    first = math.exp(
        math.lgamma((nu + 1) / 2) - math.lgamma(nu / 2) - (nu - 1) / 2 * math.log1p(z * z / nu)
    ) / math.sqrt(math.pi * nu)
    return nu / (nu - 1) * first + z * float(stdtr(nu, z))


@own_arithmetic()
def is_below_median(
    scores: Sequence[float | None], complete: Floats, prediction: Prediction | None = None
) -> bool:
    """Whether the mean of a candidate so far is below the median of those that others had then.

    Parameters
    ----------
    scores : sequence of F (float or None)
        As for `is_futile`.
    complete : ndarray of shape (n, F)
        As for `is_futile`.
    prediction : Prediction or None, default=None
        Not looked at.

    Returns
    -------
    bool

    References
    ----------
    Golovin et al. (2017), Google Vizier: a service for black-box optimization, KDD, sect. 3.2.2
    (median stopping rule), with the running means of Amazon SageMaker on both sides.
    """
    run, y = _known(scores)
    if len(complete) < MIN_COMPLETE or not 0 < len(run) < complete.shape[1]:
        return False
    exponent = binary_exponent(complete, y)
    others = np.ldexp(complete[:, run], -exponent).mean(axis=1)
    return bool(np.ldexp(y, -exponent).mean() < np.median(others))


EARLY_STOPPING: dict[str, EarlyStopping] = {"racing": is_futile, "median": is_below_median}
