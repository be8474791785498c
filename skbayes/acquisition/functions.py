r"""Acquisition functions of a posterior; the larger, the better a row is to evaluate next.

Notation
--------
==========  ======  ==============================================================================
symbol      shape   meaning
==========  ======  ==============================================================================
``mean``    (b,)    posterior mean :math:`\mu`, higher is better
``sd``      (b,)    posterior standard deviation :math:`\sigma > 0` of the latent function
``best``    scalar  incumbent value :math:`f^*`
``z``       (b,)    :math:`(\mu - f^*) / \sigma`
``h``       (b,)    :math:`\phi(z) + z\,\Phi(z)`, expected improvement in units of ``sd``
``r``       (b,)    Mills ratio :math:`\Phi(z) / \phi(z)`
``q``       (b,)    :math:`h(z) / \phi(z) = 1 + z\,r`
==========  ======  ==============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, ndtr

from skbayes.gp import Fantasies, Posterior

__all__ = [
    "AMBITIONS",
    "LOG_SQRT_2PI",
    "Acquisition",
    "LogEI",
    "UpperConfidenceBound",
    "WeightedSum",
    "log_expected_improvement",
]

FloatArray = NDArray[np.float64]

LOG_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)
# What proposals want to gain over the best, in turns, in units of the uncertainty that is left.
# Those that want any gain refine the best region that is known; the others look for a better one.
AMBITIONS = (0.0, 1.0)
# Right of this h is summed directly, for the Mills ratio overflows further on; left of it the two
# terms of h cancel sooner or later, those of q do so much later.
DIRECT_FROM = 5.0
# Left of this 1 + z r has lost half of its digits, and the asymptotic series has all of them.
SERIES_BELOW = -1e3


class Acquisition(Protocol):
    """What the maximiser needs to know of an acquisition function."""

    def value(self, X: FloatArray, /) -> FloatArray:
        """Values, of shape (b,), at the feature rows `X` of shape (b, p)."""
        ...

    def value_with_gradient(self, X: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Values and gradients with respect to `X`, of shapes (b,) and (b, p)."""
        ...


def log_expected_improvement(
    mean: FloatArray, sd: FloatArray, best: float | FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    r"""Logarithm of the expected improvement over `best`, with gradients.

    .. math::

        \ln\mathrm{EI} = \ln\sigma + \ln h(z),\qquad h(z) = \phi(z) + z\,\Phi(z),\qquad
        z = (\mu - f^*)/\sigma,

    and, with :math:`(\ln h)' = \Phi / h`,

    .. math::

        \frac{\partial}{\partial\mu} = \frac{\Phi}{h\,\sigma},\qquad
        \frac{\partial}{\partial\sigma} = \frac1\sigma\Bigl(1 - z\,\frac{\Phi}{h}\Bigr)
        = \frac{\phi}{h\,\sigma}.

    For :math:`z \le 5` the form :math:`\ln h = -z^2/2 - \ln\sqrt{2\pi} + \ln q` with
    :math:`q = 1 + z r`, :math:`r = \sqrt{\pi/2}\,\mathrm{erfcx}(-z/\sqrt2)` and
    :math:`\Phi/h = r/q` neither underflows nor cancels; for :math:`z < -10^3` the series
    :math:`q = z^{-2} - 3 z^{-4}` does not either.

    Parameters
    ----------
    mean, sd : ndarray of shape (n_points,)
        Posterior mean and standard deviation, in units of the standardised score; sd > 0.
    best : float
        Incumbent value :math:`f^*`, same units.

    Returns
    -------
    value : ndarray of shape (n_points,)
        Logarithm of the expected improvement; finite.
    d_mean, d_sd : ndarray of shape (n_points,)
        Partial derivatives of `value`.

    Raises
    ------
    ValueError
        If `sd` has a non-positive entry.

    References
    ----------
    Ament et al. (2023), Unexpected improvements to expected improvement, arXiv:2310.20708, eq. (9).
    """
    if not (sd > 0.0).all():
        raise ValueError("sd must be positive everywhere.")
    z = (mean - best) / sd

    left = np.minimum(z, DIRECT_FROM)
    r = (0.5 * np.pi) ** 0.5 * erfcx(left * -(0.5**0.5))
    q = 1.0 + left * r
    is_far = left < SERIES_BELOW
    if is_far.any():
        reciprocal = (1.0 / left[is_far]) ** 2
        q[is_far] = reciprocal - 3.0 * reciprocal**2
    log_h = np.log(q) - 0.5 * left * left - LOG_SQRT_2PI
    slope = r / q
    # 1 - z Phi / h = phi / h, where nothing cancels.
    remainder = 1.0 / q

    is_right = z > DIRECT_FROM
    if is_right.any():
        right = z[is_right]
        cdf, pdf = ndtr(right), np.exp(-0.5 * right * right - LOG_SQRT_2PI)
        h = pdf + right * cdf
        log_h[is_right], slope[is_right], remainder[is_right] = np.log(h), cdf / h, pdf / h
    return log_h + np.log(sd), slope / sd, remainder / sd


@dataclass(frozen=True, slots=True, eq=False)
class LogEI:
    r"""Logarithm of the expected improvement over the incumbent value.

    With fantasies of pending targets it is that of the mean over these,

    .. math:: \ln \frac1S \sum_s \mathrm{EI}_s(x),

    each over the incumbent value of its own.

    Attributes
    ----------
    model : Posterior or Fantasies
        Model of the standardised score, higher is better.
    best : float or ndarray of shape (n_fantasies, 1)
        Incumbent value; under noise the best posterior mean, not the best observation.

    References
    ----------
    Snoek, Larochelle and Adams (2012), Practical Bayesian optimization of machine learning
    algorithms, arXiv:1206.2944, eq. (13), for the fantasies.
    """

    model: Posterior | Fantasies
    best: float | FloatArray

    def value(self, X: FloatArray, /) -> FloatArray:
        """Values at feature rows.

        Parameters
        ----------
        X : ndarray of shape (b, p)
            Feature rows.

        Returns
        -------
        ndarray of shape (b,)
            Logarithm of the expected improvement.
        """
        mean, sd = self.model.predict(X)
        return _log_mean(log_expected_improvement(mean, sd, self.best)[0])[0]

    def value_with_gradient(self, X: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Values and gradients at feature rows.

        Parameters
        ----------
        X : ndarray of shape (b, p)
            Feature rows.

        Returns
        -------
        value : ndarray of shape (b,)
            Logarithm of the expected improvement.
        gradient : ndarray of shape (b, p)
            Its derivatives with respect to `X`.
        """
        mean, sd, pullback = self.model.predict_with_pullback(X)
        improvement, d_mean, d_sd = log_expected_improvement(mean, sd, self.best)
        value, share = _log_mean(improvement)
        return value, pullback(share * d_mean, np.atleast_2d(share * d_sd).sum(axis=0))


def _log_mean(value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logarithm of the mean of exponentials over fantasies, and its derivatives.

    Parameters
    ----------
    value : ndarray of shape (b,) or (n_fantasies, b)

    Returns
    -------
    log_mean : ndarray of shape (b,)
    share : ndarray of the shape of `value`
        The share of each in the mean.
    """
    if value.ndim == 1:
        return value, np.ones_like(value)
    highest = value.max(axis=0)
    share = np.exp(value - highest)
    total = share.sum(axis=0)
    return highest + np.log(total / len(value)), share / total


@dataclass(frozen=True, slots=True, eq=False)
class UpperConfidenceBound:
    r"""What the score may well be at a row, :math:`\mu + \kappa\,\sigma`.

    Attributes
    ----------
    model : Posterior
        Model of the standardised score, higher is better.
    n_sd : float
        The number :math:`\kappa` of standard deviations.

    References
    ----------
    Srinivas, Krause, Kakade and Seeger (2010), Gaussian process optimization in the bandit
    setting, arXiv:0912.3995, eq. (6).
    """

    model: Posterior
    n_sd: float

    def value(self, X: FloatArray, /) -> FloatArray:
        """Values, of shape (b,), at the feature rows `X` of shape (b, p)."""
        mean, sd = self.model.predict(X)
        return mean + self.n_sd * sd

    def value_with_gradient(self, X: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Values and gradients with respect to `X`, of shapes (b,) and (b, p)."""
        mean, sd, pullback = self.model.predict_with_pullback(X)
        return mean + self.n_sd * sd, pullback(np.ones_like(mean), np.full_like(sd, self.n_sd))


@dataclass(frozen=True, slots=True, eq=False)
class WeightedSum:
    """Sum of functions of feature rows: the logarithm of a product of powers.

    Attributes
    ----------
    terms : tuple of (float, Acquisition)
        Weight and function.
    """

    terms: tuple[tuple[float, Acquisition], ...]

    def value(self, X: FloatArray, /) -> FloatArray:
        """Values, of shape (b,), at the feature rows `X` of shape (b, p)."""
        total = np.zeros(len(X))
        for weight, term in self.terms:
            total += weight * term.value(X)
        return total

    def value_with_gradient(self, X: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Values and gradients with respect to `X`, of shapes (b,) and (b, p)."""
        total, gradient = np.zeros(len(X)), np.zeros(X.shape)
        for weight, term in self.terms:
            value, slope = term.value_with_gradient(X)
            total += weight * value
            gradient += weight * slope
        return total, gradient
