r"""Maximum a posteriori hyper-parameters.

Notation
--------
===========  ========  ===========================================================================
symbol       shape     meaning
===========  ========  ===========================================================================
``theta``    (g + 1,)  :math:`(\ln\ell_1, \dots, \ln\ell_g, \ln\sigma_n^2)`
``t``        (n,)      targets, standardised
``extra``    (n,)      noise variance beside :math:`\sigma_n^2` that is known, 0 by default
``m``        scalar    profiled constant mean, :math:`1^\top C^{-1} t / 1^\top C^{-1} 1`
``alpha``    (n,)      :math:`C^{-1}(t - m 1)`
``W``        (n, n)    :math:`C^{-1} - \alpha\alpha^\top`
``M``        (n, n)    :math:`W \circ P`, with ``P`` of `skbayes.gp.kernels`
===========  ========  ===========================================================================

The other symbols are those of `skbayes.gp.kernels`. Targets are standardised: the variance of the
signal is 1, and is not fitted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg.blas import dsyr
from scipy.linalg.lapack import dpotri, dpotrs

from skbayes.gp.descent import descend
from skbayes.gp.kernels import (
    FloatArray,
    Hyperparameters,
    IntArray,
    factorise,
    matern52,
    scale,
    squared_distances,
)
from skbayes.gp.subset import best_and_spaced

__all__ = [
    "MAX_FIT_POINTS",
    "NOISE_VARIANCE_BOUNDS",
    "default_hyperparameters",
    "fit_hyperparameters",
    "profiled_weights",
]

# Normal priors of the logarithms, (mean, standard deviation).
# Modes of several sqrt(d) are far too smooth, modes of 0.5 to 1 all do well; 1 is the cube's side.
LOG_LENGTHSCALE = (0.0, 1.0)
# The same folds and a deterministic fit give the same score again: what is not a smooth function
# of the parameters is small, and how small is for the data to say. With a mode of 2 % instead, a
# search goes on proposing points next to its best one, for the model takes their scores for luck.
LOG_NOISE_VARIANCE = (-8.0, 2.0)

# Hard limits: at these the kernel is constant or white along a group of the unit cube.
LENGTHSCALE_BOUNDS = (5e-3, 1e3)
# The lower limit keeps the matrix well conditioned, the upper one is "all noise".
NOISE_VARIANCE_BOUNDS = (1e-6, 1.0)

# More points than this change the hyper-parameters little and cost the cube of their number.
MAX_FIT_POINTS = 256
# Value of the objective where the matrix cannot be factorised: worse than any real one.
FAILED = 1e10


def fit_hyperparameters(
    X: FloatArray,
    t: FloatArray,
    groups: IntArray,
    *,
    extra_noise: FloatArray | None = None,
    starts: Sequence[Hyperparameters],
) -> Hyperparameters:
    """Hyper-parameters of the highest posterior density, the best of several local searches.

    Beyond ``MAX_FIT_POINTS`` rows a subset is used: the best by target, and the rest evenly spaced
    by rank. Everything is deterministic, and a further start never makes the result worse.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Feature rows, n >= 1.
    t : ndarray of shape (n,)
        Standardised targets.
    groups : ndarray of shape (p,)
        Lengthscale group of each column.
    extra_noise : ndarray of shape (n,), optional
        Noise variances that add to the one which is fitted, 0 by default.
    starts : sequence of Hyperparameters
        Where the searches begin; clipped to the bounds. Not empty. One that comes from a fit to
        nearly the same rows needs a few steps only.

    Returns
    -------
    Hyperparameters
        The best end point; the mode of the prior if every search failed.

    Raises
    ------
    ValueError
        If `starts` is empty or shapes do not agree.
    """
    if not starts:
        raise ValueError("starts must hold at least one Hyperparameters.")
    n_groups = starts[0].lengthscales.size
    X, t, groups, extra = check_data(X, t, groups, extra_noise, n_groups)
    if t.size > MAX_FIT_POINTS:
        rows = best_and_spaced(t, MAX_FIT_POINTS)
        X, t, extra = X[rows], t[rows], extra[rows]
    bounds = _log_bounds(n_groups)
    mean, sd = _log_prior(n_groups)

    def objective(theta: FloatArray) -> tuple[float, FloatArray]:
        return _negative_log_posterior(theta, X, t, groups, extra, mean, sd)

    best: tuple[FloatArray, float, FloatArray] | None = None
    for start in starts:
        H = np.diag(sd**2) if start.inverse_hessian is None else start.inverse_hessian
        end = descend(objective, _to_log(start), bounds, H)
        if end[1] < (FAILED if best is None else best[1]):
            best = end
    if best is None:
        return default_hyperparameters(n_groups)
    theta, _, H = best
    return _from_log(theta, H)


def default_hyperparameters(n_groups: int) -> Hyperparameters:
    """Mode of the prior, in the logarithms of the hyper-parameters.

    Parameters
    ----------
    n_groups : int
        Number of lengthscales.

    Returns
    -------
    Hyperparameters
        The start of a fit that follows no other.
    """
    return _from_log(_log_prior(n_groups)[0])


def profiled_weights(L: FloatArray, t: FloatArray) -> tuple[float, FloatArray]:
    r"""Constant mean of the highest likelihood, and the weights of the posterior mean.

    .. math:: m = \frac{1^\top C^{-1} t}{1^\top C^{-1} 1},\qquad \alpha = C^{-1}(t - m 1).

    Parameters
    ----------
    L : ndarray of shape (n, n)
        Lower Cholesky factor of :math:`C`.
    t : ndarray of shape (n,)
        Targets.

    Returns
    -------
    m : float
        Profiled mean.
    alpha : ndarray of shape (n,)
        Weights.

    References
    ----------
    Rasmussen and Williams (2006), eq. (2.41) with one constant basis function, vague prior.
    """
    right = np.empty((t.size, 2), order="F")
    right[:, 0] = t
    right[:, 1] = 1.0
    solved, _ = dpotrs(L, right, lower=1, overwrite_b=1)
    m = float(solved[:, 0].sum() / solved[:, 1].sum())
    return m, solved[:, 0] - m * solved[:, 1]


def check_data(
    X: FloatArray,
    t: FloatArray,
    groups: IntArray,
    extra_noise: FloatArray | None,
    n_groups: int,
) -> tuple[FloatArray, FloatArray, IntArray, FloatArray]:
    """Arrays of one regression problem, with agreeing shapes.

    Raises
    ------
    ValueError
        If shapes do not agree, a number is not finite, or there are no rows.
    """
    X = np.ascontiguousarray(X, dtype=np.float64)
    t = np.asarray(t, dtype=np.float64)
    groups = np.asarray(groups, dtype=np.int64)
    extra = np.zeros(t.shape) if extra_noise is None else np.asarray(extra_noise, dtype=np.float64)
    if X.ndim != 2 or t.shape != X.shape[:1] or extra.shape != t.shape or t.size == 0:
        raise ValueError(
            "X must be (n, p), t and extra_noise (n,) with n >= 1, "
            f"got {X.shape}, {t.shape} and {extra.shape}."
        )
    if groups.shape != X.shape[1:] or (groups.size and int(groups.max()) >= n_groups):
        raise ValueError(
            f"groups must name one of the {n_groups} lengthscales for each of the {X.shape[1]} "
            f"columns of X, got {groups!r}."
        )
    if not (np.isfinite(X).all() and np.isfinite(t).all() and np.isfinite(extra).all()):
        raise ValueError("X, t and extra_noise must be finite.")
    return X, t, groups, extra


def _negative_log_posterior(
    theta: FloatArray,
    X: FloatArray,
    t: FloatArray,
    groups: IntArray,
    extra: FloatArray,
    prior_mean: FloatArray,
    prior_sd: FloatArray,
) -> tuple[float, FloatArray]:
    r"""Negative logarithm of the posterior density of the hyper-parameters, with its gradient.

    .. math::

        \mathcal L(\theta) = \tfrac12 (t - m)^\top \alpha + \sum_i \ln L_{ii}
        + \tfrac12 \sum_k \Bigl(\frac{\theta_k - \mu_k}{s_k}\Bigr)^2

    up to a constant, and without the prior terms

    .. math::

        \frac{\partial\mathcal L}{\partial\ln\ell_k}
            &= \sum_i z_{ik}^2 (M 1)_i - z_{\cdot k}^\top M z_{\cdot k},\\
        \frac{\partial\mathcal L}{\partial\ln\sigma_n^2}
            &= \tfrac12\,\sigma_n^2 \sum_i W_{ii},

    summed over the columns of a group. The mean needs no term of its own, because it maximises
    the likelihood (envelope theorem).

    Parameters
    ----------
    theta : ndarray of shape (n_groups + 1,)
        Logarithms of the hyper-parameters.
    X, t, groups, extra
        As `check_data` returns them.
    prior_mean, prior_sd : ndarray of shape (n_groups + 1,)
        Of `theta`, :math:`\mu` and :math:`s`.

    Returns
    -------
    value : float
        ``FAILED`` if the kernel matrix cannot be factorised.
    gradient : ndarray of shape (n_groups + 1,)
        Zero if the kernel matrix cannot be factorised.

    References
    ----------
    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, eq. (5.8), (5.9).
    """
    values = np.exp(theta)
    lengthscales, sn2 = values[:-1], float(values[-1])
    Z = scale(X, lengthscales, groups)
    K, P = matern52(squared_distances(Z), 1.0)
    try:
        L = factorise(K, sn2 + extra, 1.0)
    except np.linalg.LinAlgError:
        return FAILED, np.zeros_like(theta)
    m, alpha = profiled_weights(L, t)
    deviation = (theta - prior_mean) / prior_sd
    value = (
        0.5 * float(alpha @ (t - m))
        + float(np.log(L.diagonal()).sum())
        + 0.5 * float(deviation @ deviation)
    )
    if not np.isfinite(value):
        return FAILED, np.zeros_like(theta)

    # Everything below is symmetric: one triangle of W, with half of its diagonal, will do. BLAS
    # fills the lower one in column order, which is the upper one in row order.
    lower, _ = dpotri(L, lower=1, overwrite_c=1)
    W = dsyr(-1.0, alpha, lower=1, a=lower, overwrite_a=1).T
    diagonal = W.ravel()[:: t.size + 1]
    gradient = deviation / prior_sd
    gradient[-1] += 0.5 * sn2 * float(diagonal.sum())
    diagonal *= 0.5
    M = np.multiply(W, P, out=P)
    inner = Z * (M.sum(axis=0) + M.sum(axis=1))[:, None]
    inner -= 2.0 * (M @ Z)
    columns = np.einsum("ij,ij->j", Z, inner)
    gradient[:-1] += np.bincount(groups, weights=columns, minlength=lengthscales.size)
    return value, gradient


def _log_prior(n_groups: int) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of ``theta`` under the prior."""
    mean, sd = np.array([LOG_LENGTHSCALE] * n_groups + [LOG_NOISE_VARIANCE]).T
    return mean, sd


def _log_bounds(n_groups: int) -> FloatArray:
    """Limits of ``theta``, of shape (n_groups + 1, 2)."""
    rows = [LENGTHSCALE_BOUNDS] * n_groups + [NOISE_VARIANCE_BOUNDS]
    return np.log(np.array(rows, dtype=np.float64))


def _to_log(hyperparameters: Hyperparameters) -> FloatArray:
    values = np.append(hyperparameters.lengthscales, hyperparameters.noise_variance)
    theta: FloatArray = np.log(np.maximum(values, np.finfo(np.float64).tiny))
    return theta


def _from_log(theta: FloatArray, inverse_hessian: FloatArray | None = None) -> Hyperparameters:
    *lengthscales, noise_variance = np.exp(theta).tolist()
    return Hyperparameters(np.array(lengthscales), 1.0, noise_variance, inverse_hessian)
