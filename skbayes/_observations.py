"""What an optimiser has been told, in an order that does not depend on when."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .gp import warp, warp_units
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

    def targets(self, n_reference: int = 0) -> Floats:
        """Return what a surrogate is fitted to, of shape (n,): warped scores and failures.

        Parameters
        ----------
        n_reference : int, default=0
            The first so many stand for the whole space: their bad scores are told apart, however
            the others crowd at the optimum.
        """
        scores = self._with_failures()
        return warp(scores, scores[:n_reference])

    def units(self, n_reference: int = 0) -> tuple[float, float]:
        """Return the score at target 0 and the score difference of one unit of the targets.

        At least one point must have a score. The difference is 0 if all scores are equal.
        """
        scores = self._with_failures()
        return warp_units(scores, scores[:n_reference])

    def _with_failures(self) -> Floats:
        scores = np.array(self.scores, dtype=np.float64)
        return np.where(np.isnan(scores), -np.inf, scores)
