r"""Matern-5/2 kernel with tied lengthscales, and the factorisation of its matrix.

Notation
--------
==========  ==================  ====================================================================
symbol      shape               meaning
==========  ==================  ====================================================================
``X``       (n, p)              feature rows, of the order of the unit cube
``groups``  (p,)                index of the lengthscale of each column; tied columns share one
``ls``      (g,)                lengthscales :math:`\ell`, one per group
``Z``       (n, p)              scaled rows, ``X / ls[groups]``
``D2``      (n, m)              squared distances :math:`\|z_i - z'_j\|^2`
``sf2``     scalar              signal variance :math:`\sigma_f^2`
``sn2``     scalar              noise variance :math:`\sigma_n^2`
``K``       (n, m)              kernel matrix
``P``       (n, m)              radial derivative part, :math:`\partial K/\partial z = -P\,(z-z')`
``L``       (n, n)              lower Cholesky factor of ``C``
==========  ==================  ====================================================================

with :math:`C = K + \mathrm{diag}(\sigma_n^2 + \mathrm{extra}) + \epsilon\,\sigma_f^2 I`, where
``extra`` is noise that is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dtrtri

from skbayes._pickles import lasting

__all__ = [
    "Hyperparameters",
    "factorise",
    "matern52",
    "matern52_values",
    "scale",
    "squared_distances",
    "triangular_inverse",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Relative to sf2: below any noise the bounds allow, above the rounding of the factorisation.
JITTER = 1e-10
# Each failure multiplies the jitter by ten; 1e-4 * sf2 is the most that is still called jitter.
N_JITTERS = 7
# Temporaries of this size stay in the cache and need no fresh pages from the operating system.
N_BLOCK_ELEMENTS = 12_288


@lasting
@dataclass(frozen=True, slots=True, eq=False)
class Hyperparameters:
    """Parameters of the kernel and of the noise.

    Attributes
    ----------
    lengthscales : ndarray of shape (n_groups,)
        Lengthscale of each group, in units of the feature columns.
    signal_variance : float
        Prior variance of the latent function, in squared units of the target. A fit has it at 1.
    noise_variance : float
        Variance of one observation, in squared units of the target.
    inverse_hessian : ndarray of shape (n_groups + 1, n_groups + 1) or None, default=None
        Of the fit's objective in the logarithms of the lengthscales and of the noise variance, if
        they were fitted: where it curves, for the next fit.
    """

    lengthscales: FloatArray
    signal_variance: float
    noise_variance: float
    inverse_hessian: FloatArray | None = None

    def __post_init__(self) -> None:
        n, H = self.lengthscales.size, self.inverse_hessian
        if H is not None and len(H) == n + 2:
            # Of an older pickle, whose fit had the signal variance before the noise variance.
            kept = np.delete(np.arange(n + 2), n)
            object.__setattr__(self, "inverse_hessian", H[np.ix_(kept, kept)])


def scale(X: FloatArray, lengthscales: FloatArray, groups: IntArray) -> FloatArray:
    """Divide every column by the lengthscale of its group.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Feature rows.
    lengthscales : ndarray of shape (g,)
        One lengthscale per group.
    groups : ndarray of shape (p,)
        Group of each column.

    Returns
    -------
    ndarray of shape (n, p)
        Scaled rows ``Z``.
    """
    Z: FloatArray = X * (1.0 / lengthscales)[groups]
    return Z


def squared_distances(
    Z: FloatArray, other: FloatArray | None = None, other_square: FloatArray | None = None
) -> FloatArray:
    r"""Squared Euclidean distances by one matrix product.

    .. math:: D^2_{ij} = \|z_i\|^2 + \|z'_j\|^2 - 2\,z_i^\top z'_j,

    clipped at 0, because the cancellation may leave small negative numbers.

    Parameters
    ----------
    Z : ndarray of shape (n, p)
        Scaled rows.
    other : ndarray of shape (m, p), optional
        Scaled rows :math:`z'`; `Z` itself if None, and then the diagonal is exactly 0.
    other_square : ndarray of shape (m,), optional
        Squared norms of the rows of `other`, if they are known already.

    Returns
    -------
    ndarray of shape (n, m)
        Squared distances.
    """
    square = np.einsum("ij,ij->i", Z, Z)
    right, right_square = (Z, square) if other is None else (other, other_square)
    if right_square is None:
        right_square = np.einsum("ij,ij->i", right, right)
    D2: FloatArray = (-2.0 * Z) @ right.T
    D2 += square[:, None]
    D2 += right_square
    np.maximum(D2, 0.0, out=D2)
    if other is None:
        D2.ravel()[:: D2.shape[0] + 1] = 0.0
    return D2


def matern52(D2: FloatArray, signal_variance: float) -> tuple[FloatArray, FloatArray]:
    r"""Matern-5/2 kernel and its radial derivative part.

    .. math::

        k = \sigma_f^2\,(1 + a + a^2/3)\,e^{-a},\qquad a = \sqrt5\,\|z - z'\|,

    .. math::

        \frac{\partial k}{\partial z} = -P\,(z - z'),\qquad
        P = \tfrac53\,\sigma_f^2\,(1 + a)\,e^{-a}.

    Parameters
    ----------
    D2 : ndarray of shape (n, m)
        Squared distances of scaled rows, C-contiguous; becomes ``K``.
    signal_variance : float
        :math:`\sigma_f^2 > 0`.

    Returns
    -------
    K, P : ndarray of shape (n, m)
        Kernel values and derivative parts.

    References
    ----------
    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, eq. (4.17).
    """
    P = np.empty_like(D2)
    step = max(1, N_BLOCK_ELEMENTS // max(1, D2.shape[1]))
    for first in range(0, D2.shape[0], step):
        K_block, P_block = D2[first : first + step], P[first : first + step]
        np.sqrt(K_block, out=P_block)
        P_block *= -(5.0**0.5)
        decay = np.exp(P_block)
        decay *= (5.0 / 3.0) * signal_variance
        np.subtract(1.0, P_block, out=P_block)
        P_block *= decay
        # a^2 / 3 = (5/3) D2, so K = (3/5) P + (5/3) sf2 e^-a D2.
        K_block *= decay
        K_block += np.multiply(P_block, 0.6, out=decay)
    return D2, P


def matern52_values(D2: FloatArray, signal_variance: float) -> FloatArray:
    r"""Matern-5/2 kernel alone, where no derivative is wanted: two thirds of the time.

    Parameters
    ----------
    D2 : ndarray of shape (n, m)
        Squared distances of scaled rows, C-contiguous; becomes ``K``.
    signal_variance : float
        :math:`\sigma_f^2 > 0`.

    Returns
    -------
    ndarray of shape (n, m)
        ``K`` of `matern52`.
    """
    step = max(1, N_BLOCK_ELEMENTS // max(1, D2.shape[1]))
    for first in range(0, D2.shape[0], step):
        block = D2[first : first + step]
        a = np.sqrt(block)
        a *= 5.0**0.5
        # 1 + a + a^2 / 3, with a^2 = 5 D2.
        block *= 5.0 / 3.0
        block += a
        block += 1.0
        np.negative(a, out=a)
        np.exp(a, out=a)
        a *= signal_variance
        block *= a
    return D2


def factorise(K: FloatArray, noise: FloatArray, signal_variance: float) -> FloatArray:
    r"""Lower Cholesky factor of :math:`C = K + \mathrm{diag}(noise) + \epsilon\,\sigma_f^2 I`.

    The jitter :math:`\epsilon` is ``JITTER``; only when the factorisation fails is it multiplied
    by ten, up to ``N_JITTERS`` levels in all.

    Parameters
    ----------
    K : ndarray of shape (n, n)
        Symmetric kernel matrix, C-contiguous; unchanged.
    noise : ndarray of shape (n,)
        Noise variance of every row.
    signal_variance : float
        Unit of the jitter.

    Returns
    -------
    ndarray of shape (n, n)
        ``L``, Fortran-contiguous, with zeros above the diagonal.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the matrix is not positive definite with the largest jitter, or not finite.
    """
    n = K.shape[0]
    jitter = JITTER * signal_variance
    for _ in range(N_JITTERS):
        C = K.copy()
        C.ravel()[:: n + 1] += noise + jitter
        # The transpose of a symmetric C-contiguous matrix is what LAPACK may overwrite in place.
        L: FloatArray
        L, info = dpotrf(C.T, lower=1, clean=1, overwrite_a=1)
        # Some LAPACKs do not notice a NaN, but it always reaches the last diagonal entry.
        if info == 0 and L[-1, -1] > 0.0:
            return L
        jitter *= 10.0
    raise np.linalg.LinAlgError(
        f"The kernel matrix of {n} points is not positive definite, even with a jitter of "
        f"{jitter / 10.0:.1g}."
    )


def triangular_inverse(L: FloatArray) -> FloatArray:
    """Inverse of a lower triangular matrix.

    Parameters
    ----------
    L : ndarray of shape (n, n)
        Lower Cholesky factor with zeros above the diagonal.

    Returns
    -------
    ndarray of shape (n, n)
        The inverse, Fortran-contiguous, with zeros above the diagonal.
    """
    result: FloatArray
    result, _ = dtrtri(L, lower=1)
    return result
