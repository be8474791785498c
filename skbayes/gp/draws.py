r"""Draws from a posterior: jointly at given rows, or as functions that can be evaluated anywhere.

Notation
--------
=============  ========  ========================================================================
symbol         shape     meaning
=============  ========  ========================================================================
``X``          (b, p)    rows at which a draw is wanted
``W``          (p, m)    frequencies of the features, in reciprocal lengthscales
``w``          (2m, s)   weights of the features, one column for each draw
``correction`` (n, s)    weights of the kernel, one column for each draw
=============  ========  ========================================================================

The other symbols are those of `skbayes.gp.posterior`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrs, dtrtrs

from skbayes.gp.kernels import FloatArray, matern52_values, scale, squared_distances
from skbayes.gp.posterior import Posterior

__all__ = ["FunctionDraws", "joint"]

# Degrees of freedom of the spectral density of the kernel: twice its smoothness, 5/2.
SPECTRAL_FREEDOM = 5
# The error of the prior draws falls like the root of this; the part that data decide is exact.
N_FREQUENCIES = 192


def joint(posterior: Posterior, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    r"""Mean and covariance of the latent function at several rows.

    .. math:: \mu = m + K\alpha,\qquad \Sigma = K_{**} - V^\top V,\quad V = L^{-1} K^\top.

    Parameters
    ----------
    posterior : Posterior
        Of the latent function.
    X : ndarray of shape (b, p)
        Rows; they may repeat.

    Returns
    -------
    mean : ndarray of shape (b,)
        In units of the targets.
    covariance : ndarray of shape (b, b)
        Its smallest eigenvalues may be negative by rounding.

    References
    ----------
    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, eq. (2.25), (2.26).
    """
    hyper = posterior.hyperparameters
    Z = scale(X, hyper.lengthscales, posterior.groups)
    K = posterior.kernel(X)
    V, _ = dtrtrs(posterior.cholesky, K.T, lower=1)
    prior = matern52_values(squared_distances(Z), hyper.signal_variance)
    covariance = prior - V.T @ V
    return posterior.constant + K @ posterior.alpha, 0.5 * (covariance + covariance.T)


@dataclass(frozen=True, slots=True, eq=False)
class FunctionDraws:
    r"""Functions drawn from a posterior, each a draw from the prior that is led to the data.

    .. math::

        f(x) = m + \phi(x) w + K(x)\,C^{-1}\bigl(t - m - \phi(X) w - e\bigr),\qquad
        e \sim N(0, \mathrm{diag}(C) - \sigma_f^2),

    with :math:`\phi` the sines and cosines of :math:`z W`, whose frequencies are drawn from the
    spectral density of the kernel, a Student distribution with 5 degrees of freedom.

    Attributes
    ----------
    posterior : Posterior
        Where they are drawn from.
    frequencies : ndarray of shape (p, m)
        ``W``, also for columns that a section leaves out.
    weights : ndarray of shape (2m, s)
        ``w``.
    correction : ndarray of shape (n, s)
        :math:`C^{-1}(t - m - \phi(X) w - e)`.

    References
    ----------
    Rahimi and Recht (2007), Random features for large-scale kernel machines; Wilson et al. (2020),
    Efficiently sampling functions from Gaussian process posteriors, arXiv:2002.09309, eq. (11).
    """

    posterior: Posterior
    frequencies: FloatArray
    weights: FloatArray
    correction: FloatArray

    @classmethod
    def draw(cls, posterior: Posterior, n_draws: int, rng: np.random.Generator) -> FunctionDraws:
        """Draw functions.

        Parameters
        ----------
        posterior : Posterior
            Where to draw from.
        n_draws : int
            How many.
        rng : numpy.random.Generator
            Source of all randomness.

        Returns
        -------
        FunctionDraws
            Independent given the frequencies, which they share.
        """
        hyper = posterior.hyperparameters
        n, p = posterior.scaled.shape
        W = rng.standard_normal((p, N_FREQUENCIES))
        W *= np.sqrt(SPECTRAL_FREEDOM / rng.chisquare(SPECTRAL_FREEDOM, N_FREQUENCIES))
        w = rng.standard_normal((2 * N_FREQUENCIES, n_draws))
        w *= np.sqrt(hyper.signal_variance / N_FREQUENCIES)
        L = posterior.cholesky
        noise = np.maximum(np.einsum("ij,ij->i", L, L) - hyper.signal_variance, 0.0)
        e = rng.standard_normal((n, n_draws)) * np.sqrt(noise)[:, None]
        prior = _features(posterior.scaled, W) @ w
        solved, _ = dpotrs(L, prior + e, lower=1)
        return cls(posterior, W, w, posterior.alpha[:, None] - solved)

    def __call__(self, X: FloatArray) -> FloatArray:
        """Values at rows ``X``, of shape (b, s), in units of the targets."""
        posterior = self.posterior
        Z = scale(X, posterior.hyperparameters.lengthscales, posterior.groups)
        # Rows are 0 in the columns that a section leaves out.
        values: FloatArray = _features(Z, self.frequencies[: Z.shape[1]]) @ self.weights
        values += posterior.kernel(X) @ self.correction
        values += posterior.constant
        return values


def _features(Z: FloatArray, W: FloatArray) -> FloatArray:
    # Numbers of half the length have sines that are many times as quick; what is lost, a
    # millionth, is far below the error of so few frequencies.
    phase = (Z @ W).astype(np.float32)
    return np.concatenate([np.cos(phase), np.sin(phase)], axis=1).astype(np.float64)
