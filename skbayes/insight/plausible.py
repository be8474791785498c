r"""Models as plausible as the one that was fitted: other hyper-parameters, the same scores.

Notation
--------
==========  ==========  ===============================================================
symbol      shape       meaning
==========  ==========  ===============================================================
``theta``   (g + 1,)    logarithms of lengthscales and noise variance
``H``       (g + 1,)²   inverse Hessian of the negative log posterior density at its mode
==========  ==========  ===============================================================
"""

from __future__ import annotations

import numpy as np

from skbayes.gp import NOISE_VARIANCE_BOUNDS, Hyperparameters, Posterior

__all__ = ["plausible"]

# Scores are told apart from a smooth function by less than they seem to: what they say of its shape
# counts for a quarter, as does what it says of improvements.
TEMPER = 0.25
# Of the logarithm of a lengthscale, and no direction is known worse than before all scores.
PRIOR_VARIANCE = 1.0
# Further out the normal approximation is no guide.
MOST_SD = 2.0
# In logarithms, no further from the mode than this, be the density ever so flat.
MOST = 3.0
# As in a fit: with less noise the matrix can hardly be factorised.
MIN_NOISE = NOISE_VARIANCE_BOUNDS[0]


def plausible(posterior: Posterior, n: int, rng: np.random.Generator) -> list[Posterior]:
    r"""Return posteriors with hyper-parameters drawn from their approximate distribution.

    .. math:: \theta \sim N(\hat\theta, 4 H),

    Laplace's approximation with a quarter of the likelihood's weight; no direction is wider than
    the prior has it. One mode takes what was learnt of each parameter for all there is to
    know; after a dozen scores most lengthscales may as well be three times as large.

    Parameters
    ----------
    posterior : Posterior
        At the mode, all of its data among its rows.
    n : int
        How many; the first one is that of the mode.
    rng : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    list of Posterior
        Fewer where hyper-parameters were drawn that cannot be computed with.

    References
    ----------
    MacKay (1992), Bayesian interpolation, Neural Computation 4, for Laplace's approximation.
    """
    hyper = posterior.hyperparameters
    H = hyper.inverse_hessian
    if H is None:
        return [posterior]
    mode = np.log([*hyper.lengthscales, hyper.noise_variance])
    L = posterior.cholesky
    t = L @ (L.T @ posterior.alpha) + posterior.constant
    noise = np.einsum("ij,ij->i", L, L) - hyper.signal_variance - hyper.noise_variance
    extra_noise = np.maximum(noise, 0.0)
    values, vectors = np.linalg.eigh(0.5 * (H + H.T))
    tempered = np.maximum(np.minimum(values / TEMPER, PRIOR_VARIANCE), values)
    root = vectors * np.sqrt(np.maximum(tempered, 0.0))
    found = [posterior]
    for normals in rng.standard_normal((n - 1, len(mode))):
        step = np.clip(root @ np.clip(normals, -MOST_SD, MOST_SD), -MOST, MOST)
        *lengthscales, noise_variance = np.exp(mode + step).tolist()
        noise_variance = max(noise_variance, MIN_NOISE)
        drawn = Hyperparameters(np.array(lengthscales), hyper.signal_variance, noise_variance)
        try:
            found.append(Posterior.fit(posterior.X, t, posterior.groups, drawn, extra_noise))
        except np.linalg.LinAlgError:
            continue
    return found
