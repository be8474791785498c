"""A prior of where the best point is: rather within the ranges than at their ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LogInterior"]

FloatArray = NDArray[np.float64]

# Density at the ends of a range, that in its middle being 1: an end is unlikely, and no more.
DENSITY_AT_ENDS = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class LogInterior:
    r"""Logarithm of a density that is highest in the middle of each range.

    .. math:: \ln\pi(x) = \sum_k \ln\bigl(\delta + (1 - \delta)\,4 x_k (1 - x_k)\bigr)

    over the ordered columns. Whoever writes a range takes care that it holds the best value; the
    variance of a stationary process, on the other hand, is largest at the ends and in the corners,
    of which there are :math:`2^d`, and a search in many dimensions looks at one after the other.
    A column that is inactive is in its middle, and adds nothing.

    Attributes
    ----------
    columns : ndarray of shape (n_ordered,)
        Feature columns that are coordinates of ordered axes, within 0 and 1.
    """

    columns: NDArray[np.intp]

    def value(self, X: FloatArray, /) -> FloatArray:
        """Values, of shape (b,) and at most 0, at feature rows `X` of shape (b, p)."""
        values: FloatArray = np.log(self._density(X[:, self.columns])).sum(axis=1)
        return values

    def value_with_gradient(self, X: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Values and gradients at feature rows `X`, of shapes (b,) and (b, p)."""
        u = X[:, self.columns]
        density = self._density(u)
        gradient = np.zeros_like(X)
        gradient[:, self.columns] = (1.0 - DENSITY_AT_ENDS) * (4.0 - 8.0 * u) / density
        return np.log(density).sum(axis=1), gradient

    @staticmethod
    def _density(u: FloatArray) -> FloatArray:
        return DENSITY_AT_ENDS + (1.0 - DENSITY_AT_ENDS) * 4.0 * u * (1.0 - u)
