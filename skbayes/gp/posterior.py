r"""Exact posterior of a Gaussian process with a constant mean.

Notation
--------
=============  ========  ========================================================================
symbol         shape     meaning
=============  ========  ========================================================================
``X``          (n, p)    observed feature rows; ``Z`` the same in lengthscales
``t``          (n,)      targets
``K``          (b, n)    kernel between new and observed rows, ``P`` its derivative part
``m``          scalar    profiled constant mean
``alpha``      (n,)      :math:`C^{-1}(t - m 1)`
``whitener``   (n, n)    :math:`L^{-1}`, explicit, so that a prediction is a matrix product
``H``          (n, b)    :math:`L^{-1} K^\top`; the squares of a column sum to what is known
``V``          (b, n)    :math:`K C^{-1} = (L^{-\top} H)^\top`
=============  ========  ========================================================================

The other symbols are those of `skbayes.gp.kernels`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg.blas import dtrmm

from skbayes._pickles import lasting
from skbayes.gp.fitting import check_data, profiled_weights
from skbayes.gp.kernels import (
    JITTER,
    FloatArray,
    Hyperparameters,
    IntArray,
    factorise,
    matern52,
    matern52_values,
    scale,
    squared_distances,
    triangular_inverse,
)

__all__ = ["Posterior", "Pullback"]

# From the derivatives of a function by mean and sd to its gradient by the rows.
Pullback = Callable[[FloatArray, FloatArray], FloatArray]

# Relative to the signal variance, the size of the jitter: a smaller variance is rounding.
MIN_RELATIVE_VARIANCE = JITTER
# Rows predicted at once: their kernel values stay in the cache of one core.
N_CHUNK_ROWS = 256


@lasting
@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Posterior of the latent function given targets at some rows.

    Build it with `fit`; the fields are consistent with each other.

    Attributes
    ----------
    X : ndarray of shape (n, p)
        Observed rows, pending ones included. A section leaves out some; `alpha`, `cholesky` and
        `whitener` are of all rows.
    groups : ndarray of shape (p,)
        Lengthscale group of each column.
    hyperparameters : Hyperparameters
        Kernel and noise.
    constant : float
        Profiled constant mean.
    alpha : ndarray of shape (n,)
        Weights of the posterior mean.
    cholesky : ndarray of shape (n, n)
        Lower factor of the covariance of the targets.
    whitener : ndarray of shape (n, n)
        Inverse of `cholesky`: half the work of the inverse covariance, and fewer digits lost.
    fitted : ndarray of shape (n,)
        Posterior mean at the rows of `X`.
    """

    X: FloatArray
    groups: IntArray
    hyperparameters: Hyperparameters
    constant: float
    alpha: FloatArray
    cholesky: FloatArray
    whitener: FloatArray
    fitted: FloatArray
    _Z: FloatArray
    _square: FloatArray
    _inverse_scale: FloatArray

    @classmethod
    def fit(
        cls,
        X: FloatArray,
        t: FloatArray,
        groups: IntArray,
        hyperparameters: Hyperparameters,
        extra_noise: FloatArray | None = None,
    ) -> Posterior:
        """Condition the process on targets.

        Parameters
        ----------
        X : ndarray of shape (n, p)
            Feature rows, n >= 1; rows may repeat.
        t : ndarray of shape (n,)
            Targets.
        groups : ndarray of shape (p,)
            Lengthscale group of each column.
        hyperparameters : Hyperparameters
            Kernel and noise.
        extra_noise : ndarray of shape (n,), optional
            Noise variances that add to that of the hyper-parameters, 0 by default.

        Returns
        -------
        Posterior
            The conditioned process.

        Raises
        ------
        ValueError
            If shapes do not agree or a number is not finite.
        numpy.linalg.LinAlgError
            If the covariance is not positive definite whatever the jitter.
        """
        n_groups = hyperparameters.lengthscales.size
        X, t, groups, extra = check_data(X, t, groups, extra_noise, n_groups)
        sf2 = hyperparameters.signal_variance
        Z = scale(X, hyperparameters.lengthscales, groups)
        K, _ = matern52(squared_distances(Z), sf2)
        L = factorise(K, hyperparameters.noise_variance + extra, sf2)
        m, alpha = profiled_weights(L, t)
        return cls(
            X=X,
            groups=groups,
            hyperparameters=hyperparameters,
            constant=m,
            alpha=alpha,
            cholesky=L,
            whitener=triangular_inverse(L),
            fitted=K @ alpha + m,
            _Z=Z,
            _square=np.einsum("ij,ij->i", Z, Z),
            _inverse_scale=(1.0 / hyperparameters.lengthscales)[groups],
        )

    @property
    def best(self) -> float:
        """Highest posterior mean at the rows of `X`."""
        return float(self.fitted.max())

    def predict(
        self, X: FloatArray, deviations: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        r"""Mean and standard deviation of the latent function.

        .. math:: \mu = m + K\alpha,\qquad \sigma^2 = \sigma_f^2 - \mathrm{diag}(H^\top H).

        Parameters
        ----------
        X : ndarray of shape (b, p)
            New rows.
        deviations : ndarray of shape (s, n), optional
            Weights to be added to those of the mean: s means in place of one.

        Returns
        -------
        mean : ndarray of shape (b,) or (s, b)
            In units of the targets.
        sd : ndarray of shape (b,)
            In the same units, without observation noise; above 0.

        References
        ----------
        Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, eq. (2.25), (2.26).
        """
        n_rows = X.shape[0]
        alpha = self.alpha if deviations is None else self.alpha + deviations
        mean, variance = np.empty((*alpha.shape[:-1], n_rows)), np.empty(n_rows)
        step = N_CHUNK_ROWS
        for first in range(0, n_rows, step):
            chunk = slice(first, first + step)
            K, _ = self._kernel(X[chunk] * self._inverse_scale)
            mean[..., chunk] = alpha @ K.T
            # The transpose of a C-contiguous matrix is what BLAS may overwrite in place.
            H = dtrmm(1.0, self.whitener, K.T, lower=1, overwrite_b=1)
            variance[chunk] = np.einsum("ij,ij->j", H, H)
        mean += self.constant
        sf2 = self.hyperparameters.signal_variance
        return mean, np.sqrt(np.maximum(sf2 - variance, MIN_RELATIVE_VARIANCE * sf2))

    def predict_with_pullback(
        self, X: FloatArray, deviations: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray, Pullback]:
        r"""Mean and standard deviation, and how a function of them changes with the rows.

        A function with the derivatives :math:`g_\mu, g_\sigma` by mean and standard deviation
        has the gradient

        .. math::

            g_\mu \nabla\mu + g_\sigma \nabla\sigma = \frac{G Z - (G 1) z}{\ell},\qquad
            G = P \circ (g_\mu \alpha^\top - g_\sigma V / \sigma).

        Parameters
        ----------
        X : ndarray of shape (b, p)
            New rows.
        deviations : ndarray of shape (s, n), optional
            As for `predict`.

        Returns
        -------
        mean, sd : ndarray
            As from `predict`.
        pullback : callable
            From the derivatives of a function by mean and sd, of the same shapes, to its gradient
            with respect to `X`, of shape (b, p). Where the variance is at its floor sd is
            constant.
        """
        sf2 = self.hyperparameters.signal_variance
        alpha = self.alpha if deviations is None else self.alpha + deviations
        Z = X * self._inverse_scale
        K, P = self._kernel(Z)
        mean = alpha @ K.T
        mean += self.constant
        H = dtrmm(1.0, self.whitener, K.T, lower=1, overwrite_b=1)
        variance = sf2 - np.einsum("ij,ij->j", H, H)
        floor = MIN_RELATIVE_VARIANCE * sf2
        sd = np.sqrt(np.maximum(variance, floor))

        def pullback(d_mean: FloatArray, d_sd: FloatArray) -> FloatArray:
            G = dtrmm(1.0, self.whitener, H, lower=1, trans_a=1).T
            G *= np.where(variance > floor, d_sd / -sd, 0.0)[:, None]
            G += np.atleast_2d(d_mean).T @ np.atleast_2d(alpha)
            G *= P
            gradient: FloatArray = G @ self._Z[:, : Z.shape[1]]
            gradient -= G.sum(axis=1)[:, None] * Z
            gradient *= self._inverse_scale
            return gradient

        return mean, sd, pullback

    def condition_on(self, X: FloatArray) -> Posterior:
        r"""Posterior with pending rows, each believed to give its posterior mean.

        The result equals a fit with the means :math:`\mu_p` as targets at the pending rows, one
        observation's noise each. It needs no solve for the weights: the new ones
        :math:`(\alpha, 0)` satisfy both block rows of :math:`C\alpha = t - m`, because
        :math:`K_{pn}\alpha = \mu_p - m`; their sum, and with it the profiled mean, stays. With
        :math:`H = L^{-1} K_{np}` and :math:`S = C_{pp} - H^\top H`, factored as
        :math:`S = L_S L_S^\top`

        .. math::

            L_\mathrm{new} = \begin{pmatrix} L & 0 \\ H^\top & L_S \end{pmatrix},\qquad
            L_\mathrm{new}^{-1} = \begin{pmatrix} L^{-1} & 0 \\
            -L_S^{-1} H^\top L^{-1} & L_S^{-1} \end{pmatrix}.

        Parameters
        ----------
        X : ndarray of shape (q, p)
            Pending rows, q >= 1; they may repeat each other and observed rows.

        Returns
        -------
        Posterior
            Same mean everywhere, smaller standard deviation near the pending rows.

        References
        ----------
        Ginsbourger, Le Riche and Carraro (2010), Kriging is well-suited to parallelize
        optimization, sect. 4.2 (kriging believer).
        """
        q, p = X.shape
        n = self.alpha.size
        sf2 = self.hyperparameters.signal_variance
        X = np.ascontiguousarray(X, dtype=np.float64)
        Z = X * self._inverse_scale
        K, _ = self._kernel(Z)
        believed = K @ self.alpha + self.constant
        H = dtrmm(1.0, self.whitener, K.T, lower=1, overwrite_b=1)
        S = matern52(squared_distances(Z), sf2)[0] - H.T @ H
        S = np.ascontiguousarray(0.5 * (S + S.T))
        S_cholesky = factorise(S, np.full(q, self.hyperparameters.noise_variance), sf2)
        S_whitener = triangular_inverse(S_cholesky)

        cholesky = np.zeros((n + q, n + q), order="F")
        cholesky[:n, :n] = self.cholesky
        cholesky[n:, :n] = H.T
        cholesky[n:, n:] = S_cholesky
        whitener = np.zeros((n + q, n + q), order="F")
        whitener[:n, :n] = self.whitener
        whitener[n:, :n] = -S_whitener @ (H.T @ self.whitener)
        whitener[n:, n:] = S_whitener
        return Posterior(
            X=np.concatenate([self.X, X]),
            groups=self.groups,
            hyperparameters=self.hyperparameters,
            constant=self.constant,
            alpha=np.concatenate([self.alpha, np.zeros(q)]),
            cholesky=cholesky,
            whitener=whitener,
            fitted=np.concatenate([self.fitted, believed]),
            _Z=np.concatenate([self._Z, np.pad(Z, ((0, 0), (0, self._Z.shape[1] - p)))]),
            _square=np.concatenate([self._square, np.einsum("ij,ij->i", Z, Z)]),
            _inverse_scale=self._inverse_scale,
        )

    def section(self, n_rows: int, n_columns: int) -> Posterior:
        """Posterior as a function of the first columns, where all others are 0.

        The distance of a new row to an observed one has what the others add in the squared norm
        of the observed row, and nothing else.

        Parameters
        ----------
        n_rows : int
            Number of observed rows, the first ones, that `X` and `fitted` keep: those that are
            0 in the other columns.
        n_columns : int
            Number of columns; the lengthscale groups of the others come last.

        Returns
        -------
        Posterior
            It predicts from rows of `n_columns`, knowing the targets of all rows.
        """
        groups = self.groups[:n_columns]
        left_out = self.groups[n_columns:]
        n_groups = int(left_out.min()) if left_out.size else self.hyperparameters.lengthscales.size
        lengthscales = self.hyperparameters.lengthscales[:n_groups]
        return replace(
            self,
            X=self.X[:n_rows, :n_columns],
            groups=groups,
            hyperparameters=replace(
                self.hyperparameters, lengthscales=lengthscales, inverse_hessian=None
            ),
            fitted=self.fitted[:n_rows],
            _inverse_scale=self._inverse_scale[:n_columns],
        )

    @property
    def scaled(self) -> FloatArray:
        """All observed rows in lengthscales, also what a section leaves out of `X`."""
        return self._Z

    def kernel(self, X: FloatArray) -> FloatArray:
        """Kernel between new rows and all observed ones, also those that a section leaves out.

        Parameters
        ----------
        X : ndarray of shape (b, p)
            New rows.

        Returns
        -------
        ndarray of shape (b, n)
            ``K``, with a column for each weight in `alpha`.
        """
        D2 = self._squared_distances(X * self._inverse_scale)
        return matern52_values(D2, self.hyperparameters.signal_variance)

    def _kernel(self, Z: FloatArray) -> tuple[FloatArray, FloatArray]:
        return matern52(self._squared_distances(Z), self.hyperparameters.signal_variance)

    def _squared_distances(self, Z: FloatArray) -> FloatArray:
        # New rows are 0 in the columns that a section leaves out.
        return squared_distances(Z, self._Z[:, : Z.shape[1]], self._square)
