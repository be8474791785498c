"""What a proposal maximises: improvement, feasibility and cost, as a sum of logarithms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from skbayes._compat import scrambled_sobol
from skbayes.acquisition import (
    AMBITIONS,
    Acquisition,
    LogEI,
    WeightedSum,
)
from skbayes.gp import Fantasies, Posterior
from skbayes.model import CostModel
from skbayes.space import Space

__all__ = ["ambition", "criterion", "knowing_pending"]

FloatArray = NDArray[np.float64]

# Random points at which the uncertainty that is left is looked at.
N_LOOKED_AT = 128
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


def ambition(
    space: Space,
    model: Posterior | Fantasies,
    feasible: Acquisition | None,
    turn: int,
    rng: np.random.Generator,
) -> float:
    r"""Return by how much a proposal should exceed the best that is known, in units of the targets.

    .. math:: \xi\,\sqrt{\sum_x P(x)\,\sigma^2(x) \Big/ \sum_x P(x)}

    with :math:`\xi` one of ``AMBITIONS`` and P the probability not to fail. The expected
    improvement is greedy: it takes the model at its word, and a model that has seen one good region
    knows little of others. Where it is sure of all the space there is nothing to look for, and the
    ambition vanishes.

    Parameters
    ----------
    space : Space
    model : Posterior or Fantasies
    feasible : Acquisition or None
        Logarithm of the probability not to fail; None if nothing is known of failures.
    turn : int
        Number of the proposal.
    rng : numpy.random.Generator
        Source of the points x.

    References
    ----------
    Jones (2001), A taxonomy of global optimization methods based on response surfaces, Journal of
    Global Optimization 21: several targets.
    """
    share = AMBITIONS[turn % len(AMBITIONS)]
    if not share:
        return 0.0
    U = space.sample(rng.random((N_LOOKED_AT, len(space.axes))))
    X = space.features(U)
    _, sd = model.predict(X)
    weights = None
    if feasible is not None:
        logarithms = feasible.value(X)
        # Relative to the most probable: where all are as good as given up, some still count.
        weights = np.exp(logarithms - logarithms.max())
    return share * float(np.sqrt(np.average(sd * sd, weights=weights)))


def criterion(
    model: Posterior | Fantasies,
    gain: float,
    feasible: Acquisition | None,
    costs: CostModel | None,
    budget_left: float,
) -> Acquisition:
    r"""Return the logarithm of improvement and feasibility over a power of the cost.

    .. math::

        \ln\mathrm{EI}(x) + \ln P(x\ \text{does not fail}) - \lambda\,\ln\hat c(x)

    with :math:`\lambda` the share of the budget that is left. Improvement per cost,
    :math:`\lambda = 1` throughout, would never pay for an expensive optimum; with the last of the
    budget there is nothing left to save.

    Parameters
    ----------
    model : Posterior or Fantasies
        Model of the scores, see `knowing_pending`.
    gain : float
        The improvement is that over the best known value and so much more, see `ambition`.
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
    Gardner et al. (2014), Bayesian optimization with inequality constraints, ICML, eq. (7), for the
    product with the probability. Lee, Perrone, Archambeau and Seeger (2020), Cost-aware Bayesian
    optimization, arXiv:2003.10870, for the cost and its cooling.
    """
    terms: list[tuple[float, Acquisition]] = [(1.0, LogEI(model, model.best + gain))]
    if feasible is not None:
        terms.append((1.0, feasible))
    if costs is not None and budget_left > 0.0:
        terms.append((-budget_left, costs))
    return WeightedSum(tuple(terms))
