r"""How well a posterior foretells each of its targets from the others.

Notation
--------
===========  =======  ===================================================
symbol       shape    meaning
===========  =======  ===================================================
``t``        (n,)     targets
``alpha``    (n,)     :math:`C^{-1}(t - m 1)`
``c``        (n,)     diagonal of :math:`C^{-1} = L^{-\top} L^{-1}`
===========  =======  ===================================================
"""

from __future__ import annotations

import numpy as np

from skbayes.gp.kernels import FloatArray
from skbayes.gp.posterior import Posterior

__all__ = ["leave_one_out"]


def leave_one_out(posterior: Posterior, n: int) -> FloatArray:
    r"""Logarithm of the density of each of the first targets given all others.

    .. math::

        \ln p(t_i \mid t_{-i}) = \tfrac12\ln\frac{c_i}{2\pi} - \frac{\alpha_i^2}{2 c_i},

    with the hyper-parameters and the mean as they are.

    Parameters
    ----------
    posterior : Posterior
        Without pending rows.
    n : int
        Number of targets.

    Returns
    -------
    ndarray of shape (n,)
        In units of the targets.

    References
    ----------
    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, eq. (5.10) to (5.12).
    """
    W = posterior.whitener[:, :n]
    c = np.einsum("ij,ij->j", W, W)
    density: FloatArray = 0.5 * np.log(c / (2 * np.pi)) - posterior.alpha[:n] ** 2 / (2 * c)
    return density
