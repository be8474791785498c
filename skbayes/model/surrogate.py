"""The model of the scores, fitted to observations on a schedule that they alone decide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skbayes.gp import (
    MAX_FIT_POINTS,
    Hyperparameters,
    Posterior,
    default_hyperparameters,
    fit_hyperparameters,
    leave_one_out,
    local_rows,
    warp_units,
)
from skbayes.model.embedding import Source, join, on_one_scale, scores_alike
from skbayes.model.observations import Observations
from skbayes.space import Space

__all__ = ["Surrogate"]

Floats = NDArray[np.float64]

# The hyper-parameters of this many observations, of twice as many and so on are also looked for
# from the mode of their prior, since the posterior density of few observations has several modes.
FIRST_ANCHOR = 8
# Beyond this an anchor has no second start: a fit sees no more points than that anyway.
LAST_ANCHOR = MAX_FIT_POINTS
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
    sources : sequence of Source, default=()
        Earlier results from which the model also learns, see `join`. With them, the model uses
        all rows.
    """

    def __init__(self, space: Space, sources: Sequence[Source] = ()) -> None:
        self._space = space
        self._sources = tuple(sources)
        n_axes = len(space.axes)
        self._n_groups = n_axes + len(self._sources)
        self._cache: dict[int, tuple[Observations, Hyperparameters]] = {}

    def focused(self, coordinates: Floats) -> Space:
        """Return the space with no more features than given points and the sources need.

        Parameters
        ----------
        coordinates : ndarray of shape (n_points, n_axes)
            Of all points that are known; see `Space.focused`.
        """
        return self._space.focused(
            np.concatenate([coordinates, *(source.coordinates for source in self._sources)])
        )

    def posterior(self, observations: Observations, space: Space | None = None) -> Posterior:
        """Return the posterior given at least one observation, in units of the targets.

        Beyond ``MAX_ROWS`` observations it is that given those which matter most to where the
        best scores are, see `local_rows`.

        Parameters
        ----------
        observations : Observations
        space : Space or None, default=None
            Whose features the posterior predicts from: what `focused` returns for points that
            the observations are among. None: the whole space.
        """
        space = self._space if space is None else space
        posterior, _ = self._fitted(observations, space)
        if not self._sources:
            return posterior
        return posterior.section(len(observations), space.n_columns)

    def units(self, observations: Observations) -> tuple[float, float]:
        """Return the score at target 0 and the score difference of one unit of the targets.

        At least one point must have a score. The difference is 0 if all scores are equal.
        """
        return warp_units(on_one_scale(observations, self._sources))

    def left_out(self, observations: Observations) -> tuple[Floats, Floats]:
        """Return the targets, and what is predicted of each from all others and the sources.

        Both of shape (n,), for no more than ``MAX_ROWS`` observations.
        """
        space = self.focused(self._space.coordinates(observations.points))
        posterior, t = self._fitted(observations, space)
        t = t[: len(observations)]
        return t, leave_one_out(posterior, t)

    def _fitted(self, observations: Observations, space: Space) -> tuple[Posterior, Floats]:
        """Return the posterior of observations, then sources, with the targets."""
        U = self._space.coordinates(observations.points)
        hyperparameters = self._hyperparameters(observations, U)
        X, t, groups, extra_noise = self._data(observations, U, space)
        if t.size > MAX_ROWS and not self._sources:
            rows = local_rows(X, t, groups, hyperparameters, MAX_ROWS)
            X, t, extra_noise = X[rows], t[rows], extra_noise[rows]
        return Posterior.fit(X, t, groups, hyperparameters, extra_noise), t

    def _data(
        self, observations: Observations, U: Floats, space: Space
    ) -> tuple[Floats, Floats, NDArray[np.intp], Floats]:
        """Return rows, targets, lengthscale groups and extra noise, of sources too if any."""
        noise = FAILURE_NOISE * observations.has_failed
        groups = np.append(space.groups, np.arange(len(space.axes), self._n_groups))
        noise = noise + observations.extra_noise(others=scores_alike(observations, self._sources))
        X, t = join(space, U, observations, self._sources)
        return X, t, groups, np.concatenate([noise, np.zeros(t.size - noise.size)])

    def _hyperparameters(self, observations: Observations, U: Floats) -> Hyperparameters:
        """Return the hyper-parameters for the observations, whose coordinates are given.

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
                known = (first, self._fit(U[:n], first, starts))
            found[n] = known
            starts = [known[1]]
        # What was kept for other histories goes; the next size needs none but these.
        self._cache = found
        return starts[0]

    def _fit(
        self, U: Floats, observations: Observations, starts: list[Hyperparameters]
    ) -> Hyperparameters:
        n = len(observations)
        is_anchor = n & (n - 1) == 0 and n <= LAST_ANCHOR
        if is_anchor or not starts:
            starts = [*starts, default_hyperparameters(self._n_groups)]
        # The space of these points alone: a later one must not change the last bit of the fit.
        X, t, groups, extra_noise = self._data(observations, U, self.focused(U))
        return fit_hyperparameters(X, t, groups, extra_noise=extra_noise, starts=starts)


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
