"""What an optimiser has been told, in an order that does not depend on when."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .gp import warp
from .space import Point

__all__ = ["Observations"]

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

    def targets(self) -> Floats:
        """Return what the surrogate is fitted to, of shape (n,): warped scores and failures."""
        scores = np.array(self.scores, dtype=np.float64)
        return warp(np.where(np.isnan(scores), -np.inf, scores))
