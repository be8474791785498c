"""The model of the scores, fitted to observations on a schedule that they alone decide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._observations import Observations
from .gp import (
    Hyperparameters,
    Posterior,
    default_starts,
    fit_hyperparameters,
    local_rows,
)
from .space import Space

__all__ = ["Surrogate"]

Floats = NDArray[np.float64]

# The hyper-parameters of this many observations, of twice as many and so on are looked for from
# several starts, since the posterior density of few observations has several modes.
FIRST_ANCHOR = 8
# Beyond this an anchor has no further starts: a fit sees no more points than that anyway.
LAST_ANCHOR = 256
# They are fitted anew after at most this share of the observations has come in.
REFIT_SHARE = 1 / 25
# A failure is a bad score, but no reason to call what lies next to it bad: the best place may be
# there. With the variance of all targets one of them says little, and several together much.
FAILURE_NOISE = 1.0
# More observations than this are not all used, and the time of a proposal stays what it is.
MAX_ROWS = 1000


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
        self._cache: dict[int, tuple[Observations, Hyperparameters]] = {}

    def posterior(self, observations: Observations) -> Posterior:
        """Return the posterior given at least one observation, in units of the targets.

        Beyond ``MAX_ROWS`` observations it is that given those which matter most to where the
        best scores are, see `local_rows`.
        """
        X = self._space.features(self._space.coordinates(observations.points))
        hyperparameters = self._hyperparameters(observations, X)
        t, groups = observations.targets(), self._space.groups
        extra_noise = _extra_noise(observations)
        if t.size > MAX_ROWS:
            rows = local_rows(X, t, groups, hyperparameters, MAX_ROWS)
            X, t, extra_noise = X[rows], t[rows], extra_noise[rows]
        return Posterior.fit(X, t, groups, hyperparameters, extra_noise)

    def _hyperparameters(self, observations: Observations, X: Floats) -> Hyperparameters:
        """Return the hyper-parameters for the observations.

        Those of the first n are searched from where the search for fewer of them ended, for n
        with its lowest binary digit cleared. So one fit more is enough after one observation
        more, a fit starts close by, and nevertheless a few fits lead from nothing to any n.
        """
        found: dict[int, tuple[Observations, Hyperparameters]] = {}
        starts: list[Hyperparameters] = []
        for n in fitted_sizes(len(observations)):
            first = observations.first(n)
            known = self._cache.get(n)
            if known is None or known[0] != first:
                known = (first, self._fit(X[:n], first, starts))
            found[n] = known
            starts = [known[1]]
        # What was kept for other histories goes; the next size needs none but these.
        self._cache = found
        return starts[0]

    def _fit(
        self, X: Floats, observations: Observations, starts: list[Hyperparameters]
    ) -> Hyperparameters:
        n = len(observations)
        is_anchor = n & (n - 1) == 0 and n <= LAST_ANCHOR
        if is_anchor or not starts:
            starts = [*starts, *default_starts(len(self._space.axes))]
        return fit_hyperparameters(
            X,
            observations.targets(),
            self._space.groups,
            extra_noise=_extra_noise(observations),
            starts=starts,
        )


def _extra_noise(observations: Observations) -> Floats:
    noise: Floats = observations.extra_noise() + FAILURE_NOISE * observations.has_failed
    return noise


def fitted_sizes(n: int) -> list[int]:
    """Numbers of first observations to fit one after the other, ascending.

    The last one is `n` rounded down to a multiple of a power of two, the largest one within
    ``REFIT_SHARE`` of `n`. Before a number comes the same with its lowest binary digit cleared,
    and before a power of two the half of it, down to ``FIRST_ANCHOR``.

    Examples
    --------
    >>> fitted_sizes(43)
    [8, 16, 32, 40, 42, 43]
    >>> fitted_sizes(207)
    [8, 16, 32, 64, 128, 192, 200]
    """
    step = 1 << max(int(n * REFIT_SHARE), 1).bit_length() - 1
    size = n - n % step
    sizes = [size]
    while size > FIRST_ANCHOR:
        size = size & (size - 1) or size // 2
        sizes.append(size)
    return sizes[::-1]
