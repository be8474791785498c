r"""What the model promises of each evaluation before it, beside what that brings.

Notation
--------
=========  ======  ============================================================================
symbol     shape   meaning
=========  ======  ============================================================================
``t``      (n,)    targets in the order of the evaluations
``m``      scalar  constant mean
``L``      (n, n)  lower Cholesky factor of the covariance of the targets
``z``      (n,)    errors of the predictions one step ahead, in their standard deviations
=========  ======  ============================================================================
"""

from __future__ import annotations

import numpy as np

from skbayes.acquisition import log_expected_improvement
from skbayes.gp import Posterior
from skbayes.insight.past import later_half

__all__ = ["kept_promises"]

# In units of the targets: so much is added to what was promised and to what came, for of little
# that was promised a share says little.
GRACE = 0.05


def kept_promises(posterior: Posterior, n: int) -> float:
    r"""Gain of the later half of the evaluations as a share of what the model promised of it.

    The factor of Cholesky holds what is predicted of each target from those before it, with the
    hyper-parameters of today,

    .. math::

        z = L^{-1} (t - m 1) = L^\top \alpha,\qquad
        \mu_{i \mid 1 \dots i-1} = t_i - L_{ii} z_i,\qquad \sigma_{i \mid 1 \dots i-1} = L_{ii},

    so that the expected improvement over the best target before it is known. The sum of these is
    set against the sum of the improvements that were seen.

    Parameters
    ----------
    posterior : Posterior
        Of targets in the order of the evaluations.
    n : int
        Number of evaluations, at least 2.

    Returns
    -------
    float
        Above 0; 1 if the posterior is of a part of the evaluations, which tells nothing of this.

    References
    ----------
    Dawid (1984), Present position and potential developments: the prequential approach, J. R.
    Statist. Soc. A 147: a model is judged by its predictions of what comes next.
    """
    if len(posterior.fitted) != n:
        return 1.0
    # Results of other searches come last.
    z = (posterior.cholesky.T @ posterior.alpha)[:n]
    L = posterior.cholesky[:n, :n]
    t, sd = L @ z, L.diagonal()
    start = later_half(n)
    best = np.maximum.accumulate(t)[start - 1 : -1]
    mean = (t - sd * z)[start:]
    promised = np.exp(log_expected_improvement(mean - best, sd[start:], 0.0)[0])
    came = np.maximum(t[start:] - best, 0.0)
    return float((came.sum() + GRACE) / (promised.sum() + GRACE))
