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

from skbayes.gp import Posterior

__all__ = ["Acquisition", "LogEI", "log_expected_improvement"]

FloatArray = NDArray[np.float64]

LOG_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)
# Right of this h is summed directly; left of it the two terms begin to cancel.
DIRECT_FROM = -1.0
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
    mean: FloatArray, sd: FloatArray, best: float
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

    For :math:`z \le -1` the form :math:`\ln h = -z^2/2 - \ln\sqrt{2\pi} + \ln q` with
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

    right = np.maximum(z, DIRECT_FROM)
    cdf = ndtr(right)
    pdf = np.exp(-0.5 * right * right - LOG_SQRT_2PI)
    h = pdf + right * cdf

    left = np.minimum(z, DIRECT_FROM)
    r = np.sqrt(0.5 * np.pi) * erfcx(left * -(0.5**0.5))
    reciprocal = (1.0 / left) ** 2
    q = np.where(left < SERIES_BELOW, reciprocal - 3.0 * reciprocal**2, 1.0 + left * r)

    is_right = z > DIRECT_FROM
    log_h = np.where(is_right, np.log(h), -0.5 * left * left - LOG_SQRT_2PI + np.log(q))
    slope = np.where(is_right, cdf / h, r / q)
    # 1 - z Phi / h = phi / h, where nothing cancels.
    remainder = np.where(is_right, pdf / h, 1.0 / q)
    return log_h + np.log(sd), slope / sd, remainder / sd


@dataclass(frozen=True, slots=True, eq=False)
class LogEI:
    """Logarithm of the expected improvement of a posterior over a fixed value.

    Attributes
    ----------
    posterior : Posterior
        Model of the standardised score, higher is better.
    best : float
        Incumbent value; under noise the best posterior mean, not the best observation.
    """

    posterior: Posterior
    best: float

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
        return log_expected_improvement(*self.posterior.predict(X), self.best)[0]

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
        mean, sd, mean_gradient, sd_gradient = self.posterior.predict_with_gradient(X)
        value, d_mean, d_sd = log_expected_improvement(mean, sd, self.best)
        return value, d_mean[:, None] * mean_gradient + d_sd[:, None] * sd_gradient
