"""The model of the scores, fitted to observations on a schedule that they alone decide."""

from __future__ import annotations

import math

from ._observations import Observations
from .gp import Hyperparameters, Posterior, default_hyperparameters, fit_hyperparameters
from .space import Space

__all__ = ["Surrogate"]

# The hyper-parameters are fitted from several starts to the first 8, 16, 32, ... observations,
# and from there in one warm start to all.
FIRST_ANCHOR = 8
# From here on they are fitted anew after each n/50 observations only.
REFIT_ALWAYS_UP_TO = 100


class Surrogate:
    """Gaussian process of warped scores over the feature rows of a space.

    The hyper-parameters are a function of the observations: what is kept between calls is a
    cache, so that an optimiser that starts anew from the same observations proposes the same.

    Parameters
    ----------
    space : Space
        Where the points come from.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._cache: dict[tuple[int, Observations], Hyperparameters] = {}

    def posterior(self, observations: Observations) -> Posterior:
        """Return the posterior given at least one observation, in units of the targets."""
        X = self._space.features(self._space.coordinates(observations.points))
        hyperparameters = self._hyperparameters(observations)
        return Posterior.fit(X, observations.targets(), self._space.groups, hyperparameters)

    def _hyperparameters(self, observations: Observations) -> Hyperparameters:
        """Return the hyper-parameters for the observations.

        Those of the first 8, 16, 32, ... observations are fitted from several starts, each from
        the one before among others, and the last of these is the start for all.
        """
        n = len(observations)
        if n > REFIT_ALWAYS_UP_TO:
            n -= n % math.ceil(n / 50)
        anchor = FIRST_ANCHOR
        fitted: list[Hyperparameters] = []
        while anchor < n:
            fitted = [self._fit(observations.first(anchor), fitted, is_anchor=True)]
            anchor *= 2
        return self._fit(observations.first(n), fitted, is_anchor=not fitted or anchor == n)

    def _fit(
        self, observations: Observations, starts: list[Hyperparameters], *, is_anchor: bool
    ) -> Hyperparameters:
        key = (len(observations), observations)
        if key not in self._cache:
            if is_anchor:
                default = default_hyperparameters(len(self._space.axes))
                short = Hyperparameters(default.lengthscales / 2, 1.0, 1e-2)
                starts = [*starts, default, short]
            X = self._space.features(self._space.coordinates(observations.points))
            # One entry for each anchor below this size; what was kept for other histories goes.
            smaller = {k: v for k, v in self._cache.items() if k[0] < key[0]}
            smaller[key] = fit_hyperparameters(
                X, observations.targets(), self._space.groups, starts=starts
            )
            self._cache = smaller
        return self._cache[key]
