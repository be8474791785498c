"""An acquisition function over the coordinates of a space, and what of it may be proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skbayes.acquisition.ascent import ascend
from skbayes.acquisition.functions import Acquisition
from skbayes.acquisition.moves import AxisTable
from skbayes.gp import squared_distances

if TYPE_CHECKING:
    from skbayes.space import Space

__all__ = ["AcquisitionSurface", "Restarts"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# Numbers in the feature rows that are evaluated at once, 32 MB: lists of hundreds of categories
# have many neighbours, each with a column for every category.
MAX_ENTRIES = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class AcquisitionSurface:
    """Values of an acquisition function at coordinates, with forbidden surroundings.

    Attributes
    ----------
    acquisition : Acquisition
        Function of feature rows, with gradients.
    space : Space
        What the coordinates mean.
    table : AxisTable
        Its axes.
    known : ndarray of shape (m, p)
        Feature rows, in lengthscales, that others must keep away from.
    min_distance : float
        How far, in lengthscales.
    """

    acquisition: Acquisition
    space: Space
    table: AxisTable
    known: FloatArray
    min_distance: float

    def evaluate(self, U: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values at snapped coordinates, minus infinity where they are undefined.

        Parameters
        ----------
        U : ndarray of shape (b, n_axes)
            Snapped coordinates.

        Returns
        -------
        value : ndarray of shape (b,)
            Acquisition values.
        open_value : ndarray of shape (b,)
            The same, minus infinity too close to a known point.
        """
        if len(U) * self.space.n_columns > MAX_ENTRIES and len(U) > 1:
            halves = [self.evaluate(half) for half in np.array_split(U, 2)]
            value, open_value = (np.concatenate(each) for each in zip(*halves, strict=True))
            return value, open_value
        X = self.space.features(U)
        value = self.acquisition.value(X)
        value = np.where(np.isnan(value), -np.inf, value)
        if not len(self.known):
            return value, value
        X /= self.table.lengthscales[self.space.groups]
        is_close = squared_distances(X, self.known).min(axis=1) <= self.min_distance**2
        return value, np.where(is_close, -np.inf, value)

    def ascend(self, restarts: Restarts, axes: IntArray, max_calls: int) -> Restarts:
        """Climb on some ordered axes, the others frozen.

        Parameters
        ----------
        restarts : Restarts
            Where to start.
        axes : ndarray of shape (n_free,)
            Ordered axes to move along.
        max_calls : int
            Limit of batched calls after the first.

        Returns
        -------
        Restarts
            At snapped coordinates.
        """
        U, H = restarts.U, restarts.H
        if not (axes.size and len(U)):
            return restarts
        columns = self.table.columns[axes]
        frozen = self.space.features(U)

        # The feature of an ordered axis is its coordinate, so rows are edited in place of being
        # built; an inactive axis stays where it is, at its canonical coordinate.
        def value_and_gradient(x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
            X = frozen[rows]
            X[:, columns] = x
            value, gradient = self.acquisition.value_with_gradient(X)
            return value, gradient[:, columns]

        block = np.ix_(np.arange(len(U)), axes, axes)
        ascended, learnt = U.copy(), np.zeros_like(H)
        ascended[:, axes], learnt[block] = ascend(
            value_and_gradient,
            U[:, axes],
            self.table.scale[axes],
            self.space.active(U)[:, axes],
            max_calls,
            H[block],
        )
        return Restarts(self.space.snap(ascended), learnt)


@dataclass(frozen=True, slots=True, eq=False)
class Restarts:
    """Places that climb, and what each has learnt of the curvature.

    Attributes
    ----------
    U : ndarray of shape (b, n_axes)
        Snapped coordinates.
    H : ndarray of shape (b, n_axes, n_axes)
        Approximations of the inverse Hessian of the negative acquisition, in the units of the
        ascent; 0 where nothing is known.
    """

    U: FloatArray
    H: FloatArray

    @classmethod
    def at(cls, U: FloatArray) -> Restarts:
        """Start at coordinates, with nothing learnt."""
        n, n_axes = U.shape
        return cls(U, np.zeros((n, n_axes, n_axes)))

    def take(self, rows: IntArray) -> Restarts:
        """Select some, in a new order."""
        return Restarts(self.U[rows], self.H[rows])

    def moved(self, U: FloatArray) -> Restarts:
        """Put them at other coordinates."""
        return Restarts(U, self.H)

    def holding(self, held: IntArray) -> Restarts:
        r"""Hold some axes from now on.

        The inverse Hessian of the others alone is

        .. math:: H_{cc} - H_{ch} H_{hh}^{-1} H_{hc}.

        Parameters
        ----------
        held : ndarray of shape (n_held,)
            Axes of the last ascent that will not move any more.
        """
        is_known = self.H.any(axis=(1, 2))
        if not (held.size and is_known.any()):
            return self
        H = self.H.copy()
        known = np.flatnonzero(is_known)
        right = H[known][:, held]
        inner = right[:, :, held]
        # Axes that a branch does not have: their curvature says nothing, and must not be singular.
        inner = inner + (np.einsum("bii->bi", inner) == 0.0)[:, None, :] * np.eye(held.size)
        H[known] -= right.transpose(0, 2, 1) @ np.linalg.solve(inner, right)
        H[:, held] = 0.0
        H[:, :, held] = 0.0
        return Restarts(self.U, H)
