"""How much better the best point of a space may be than the best one observed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ._observations import Observations
from .acquisition import UpperConfidenceBound, maximise
from .space import Space

if TYPE_CHECKING:
    from ._surrogate import Surrogate

__all__ = ["RegretBounds"]

# Of a confidence bound, in standard deviations: a single one holds with a probability of 0.98.
N_SD = 2.0
# Bounds that are kept: a rule that asks for several in a row asks for the same ones again.
N_KEPT = 16
# Next to the range of the scores, a unit of the targets that is no more than rounding.
TIED = 1e-9
# Its stream of random numbers is told apart from others by the first entry of the spawn key.
STREAM = 2


class RegretBounds:
    r"""Upper bounds of the regret of a search, as its model sees it.

    .. math::

        \max_{x} \bigl(\mu(x) + 2\sigma(x)\bigr) - \max_{i} \bigl(\mu(x_i) - 2\sigma(x_i)\bigr)

    with x over the whole space and :math:`x_i` the points with a score.

    Parameters
    ----------
    space : Space
        Where the best point may be.
    seed : int
        Of the maximisation.

    References
    ----------
    Makarova et al. (2022), Automatic termination for hyperparameter optimization,
    arXiv:2104.08166, sect. 3: the bound of the simple regret, for minimisation.
    """

    def __init__(self, space: Space, seed: int) -> None:
        self._space = space
        self._seed = seed
        self._kept: dict[Observations, float] = {}

    def __call__(self, observations: Observations, surrogate: Surrogate) -> float:
        """Return the bound given observations, in units of the score.

        It is a function of the seed and the observations: what is kept is a cache.

        Parameters
        ----------
        observations : Observations
        surrogate : Surrogate
            The model of the scores.

        Returns
        -------
        float
            At least 0; NaN as long as the scores that there are have no scale: fewer than two,
            or half of them the best.
        """
        bound = self._kept.get(observations)
        if bound is None:
            bound = self._compute(observations, surrogate)
            self._kept[observations] = bound
            while len(self._kept) > N_KEPT:
                del self._kept[next(iter(self._kept))]
        return bound

    def _compute(self, observations: Observations, surrogate: Surrogate) -> float:
        space, scores = self._space, np.array(observations.scores, dtype=np.float64)
        is_scored = np.isfinite(scores)
        if is_scored.sum() < 2:
            return math.nan
        _, unit = observations.units()
        if not unit > TIED * float(np.ptp(scores[is_scored])):
            return math.nan
        U = space.coordinates(observations.points)
        X = space.features(U)
        posterior = surrogate.posterior(observations, X)
        upper = UpperConfidenceBound(posterior, N_SD)
        lower = UpperConfidenceBound(posterior, -N_SD)
        key = (STREAM, len(observations))
        found = maximise(
            upper,
            space,
            rng=np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=key)),
            incumbents=U[np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")],
            lengthscales=posterior.hyperparameters.lengthscales,
            # Evaluated ones too: what they are worth is not known exactly either.
            is_allowed=lambda point: True,
        )
        highest = max(
            float(upper.value(space.features(space.coordinates(found))).max()),
            float(upper.value(X).max()),
        )
        return unit * (highest - float(lower.value(X[is_scored]).max()))
