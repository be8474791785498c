r"""What a posterior says of each of its targets, knowing the others.

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


def leave_one_out(posterior: Posterior, t: FloatArray) -> FloatArray:
    r"""Posterior mean at each of the first rows, given the targets of all others.

    .. math:: \mu_{-i} = t_i - \alpha_i / c_i,

    with the hyper-parameters and the constant as they are.

    Parameters
    ----------
    posterior : Posterior
        Without pending rows.
    t : ndarray of shape (n,)
        Targets of its first rows.

    Returns
    -------
    ndarray of shape (n,)
        In units of the targets.

    References
    ----------
    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, eq. (5.12).
    """
    W = posterior.whitener[:, : t.size]
    mean: FloatArray = t - posterior.alpha[: t.size] / np.einsum("ij,ij->j", W, W)
    return mean
