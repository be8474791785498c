"""What an optimiser has been told, in an order that does not depend on when."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .gp import warp
from .space import Point

__all__ = ["Observations"]

# A failed point enters with the worst score that counts; four times the noise keeps it from
# being a cliff that shortens the lengthscales around it.
FAILURE_NOISE_SCALE = 4.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observations:
    """Told points in an order that does not depend on when they were told.

    Attributes
    ----------
    points : tuple of Point
        Those never asked for first, sorted; then the others in the order asked.
    scores : tuple of float
        Higher is better; NaN for a point that failed.
    """

    points: tuple[Point, ...]
    scores: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.points)

    @property
    def n_scored(self) -> int:
        """Number of observations that did not fail."""
        return sum(map(math.isfinite, self.scores))

    def first(self, n: int) -> Observations:
        """Return the first `n` of them."""
        return Observations(self.points[:n], self.scores[:n])

    def targets(self) -> tuple[Floats, Floats]:
        """Return what the surrogate is fitted to, with the noise scales.

        Returns
        -------
        t : ndarray of shape (n,)
            Warped scores; the worst of them for failed points.
        noise_scale : ndarray of shape (n,)
            Multipliers of the noise variance.
        """
        scores = np.array(self.scores)
        has_failed = np.isnan(scores)
        t = np.zeros(len(scores))
        if not has_failed.all():
            t[~has_failed] = warp(scores[~has_failed])
            t[has_failed] = t[~has_failed].min()
        return t, np.where(has_failed, FAILURE_NOISE_SCALE, 1.0)
