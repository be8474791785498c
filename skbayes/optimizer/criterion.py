"""What a proposal maximises: improvement, prior, feasibility and cost, as a sum of logarithms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from skbayes._compat import scrambled_sobol
from skbayes.acquisition import (
    Acquisition,
    LogAugmentedEI,
    LogInterior,
    WeightedSum,
    log_expected_improvement,
)
from skbayes.gp import Fantasies, Posterior
from skbayes.model import CostModel
from skbayes.space import Space

__all__ = ["criterion", "expected_improvement", "knowing_pending"]

FloatArray = NDArray[np.float64]

# Observations after which the prior of where the best point is has the weight of its density.
PRIOR_OBSERVATIONS = 10.0
# Four times as many choose no better. A power of two, for a balanced sequence.
N_FANTASIES = 16
# Samples are kept this far from 0 and 1, where the normal quantile is infinite.
MIN_PROBABILITY = 1e-9


def knowing_pending(
    posterior: Posterior, X: FloatArray, rng: np.random.Generator
) -> Posterior | Fantasies:
    """Return the model that knows that points are being evaluated.

    Parameters
    ----------
    posterior : Posterior
        Model of the scores that are known.
    X : ndarray of shape (q, n_columns)
        Feature rows of the pending points.
    rng : numpy.random.Generator
        What scores they may have is drawn with it, from a scrambled Sobol sequence.
    """
    if not len(X):
        return posterior
    uniform = scrambled_sobol(N_FANTASIES, len(X), rng)
    normals = ndtri(np.clip(uniform, MIN_PROBABILITY, 1.0 - MIN_PROBABILITY))
    return Fantasies.draw(posterior, X, normals.T)


def criterion(
    space: Space,
    model: Posterior | Fantasies,
    n: int,
    feasible: Acquisition | None,
    costs: CostModel | None,
    budget_left: float,
) -> Acquisition:
    r"""Return the logarithm of improvement, prior and feasibility over a power of the cost.

    .. math::

        \ln\mathrm{EI}(x) + \frac{10}{n} \ln\pi(x) + \ln P(x\ \text{does not fail})
        - \lambda\,\ln\hat c(x)

    with :math:`\pi` the prior of `LogInterior`, which n observations outweigh, and
    :math:`\lambda` the share of the budget that is left. Improvement per cost, :math:`\lambda
    = 1` throughout, would never pay for an expensive optimum; with the last of the budget there is
    nothing left to save.

    Parameters
    ----------
    space : Space
    model : Posterior or Fantasies
        Model of the scores, see `knowing_pending`.
    n : int
        Number of observations, at least 1.
    feasible : Acquisition or None
        Logarithm of the probability not to fail; None if nothing is known of failures.
    costs : CostModel or None
        None if costs are unknown, or do not matter.
    budget_left : float
        Between 0 and 1.

    Returns
    -------
    Acquisition

    References
    ----------
    Hvarfner et al. (2022), PiBO: Augmenting acquisition functions with user beliefs for Bayesian
    optimization, arXiv:2204.11051, eq. (6), for the vanishing prior. Gardner et al. (2014),
    Bayesian optimization with inequality constraints, ICML, eq. (7), for the product with the
    probability. Lee, Perrone, Archambeau and Seeger (2020), Cost-aware Bayesian optimization,
    arXiv:2003.10870, for the cost and its cooling.
    """
    terms: list[tuple[float, Acquisition]] = [
        (1.0, LogAugmentedEI(model, model.best)),
        (PRIOR_OBSERVATIONS / n, LogInterior(space.ordered_columns)),
    ]
    if feasible is not None:
        terms.append((1.0, feasible))
    if costs is not None and budget_left > 0.0:
        terms.append((-budget_left, costs))
    return WeightedSum(tuple(terms))


def expected_improvement(posterior: Posterior, X: FloatArray) -> FloatArray:
    """Return how much better than the best known point feature rows are expected to be.

    In units of the targets, of shape (n,). The discount for noise is not in it: what a model cannot
    explain it calls noise, and that is no reason to expect no gain.
    """
    mean, sd = posterior.predict(X)
    improvement: FloatArray = np.exp(log_expected_improvement(mean, sd, posterior.best)[0])
    return improvement
