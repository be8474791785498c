"""An acquisition function over the coordinates of a space, and what of it may be proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skbayes.acquisition.ascent import ascend
from skbayes.acquisition.functions import Acquisition
from skbayes.gp.kernels import squared_distances

if TYPE_CHECKING:
    from skbayes.space import Space

__all__ = ["Landscape"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """Values of an acquisition function at coordinates, with forbidden surroundings.

    Attributes
    ----------
    acquisition : Acquisition
        Function of feature rows, with gradients.
    space : Space
        What the coordinates mean.
    lengthscales : ndarray of shape (n_axes,)
        Lengthscale of the model on each axis.
    known : ndarray of shape (m, p)
        Feature rows, in lengthscales, that others must keep away from.
    min_distance : float
        How far, in lengthscales.
    """

    acquisition: Acquisition
    space: Space
    lengthscales: FloatArray
    known: FloatArray
    min_distance: float

    @classmethod
    def of(
        cls,
        acquisition: Acquisition,
        space: Space,
        lengthscales: FloatArray,
        known: FloatArray,
        min_distance: float,
    ) -> Landscape:
        """Take known points by their coordinates, of shape (m, n_axes)."""
        lengthscales = np.asarray(lengthscales, dtype=np.float64)
        rows = space.features(known) / lengthscales[space.groups]
        return cls(acquisition, space, lengthscales, rows, min_distance)

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
        X = self.space.features(U)
        value = self.acquisition.value(X)
        value = np.where(np.isnan(value), -np.inf, value)
        if not len(self.known):
            return value, value
        X /= self.lengthscales[self.space.groups]
        is_close = squared_distances(X, self.known).min(axis=1) <= self.min_distance**2
        return value, np.where(is_close, -np.inf, value)

    def climb(
        self, starts: FloatArray, axes: IntArray, scale: FloatArray, max_calls: int, H=None
    ):
        """Climb on some ordered axes of every start, the others frozen.

        Parameters
        ----------
        starts : ndarray of shape (b, n_axes)
            Coordinates.
        axes : ndarray of shape (n_free,)
            Ordered axes to move along.
        scale : ndarray of shape (n_free,)
            Unit of steps on them.
        max_calls : int
            Limit of batched calls.

        Returns
        -------
        ndarray of shape (b, n_axes)
            Snapped coordinates.
        """
        if not (axes.size and len(starts)):
            return starts, np.zeros((len(starts),)+2*(len(self.space.axes),))
        first = np.array([axis.columns.start for axis in self.space.axes], dtype=np.intp)
        columns = first[axes]
        frozen = self.space.features(starts)

        # The feature of an ordered axis is its coordinate, so rows are edited in place of being
        # built; that of an inactive axis is its canonical coordinate, which stays.
        def value_and_gradient(x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
            X = frozen[rows]
            X[:, columns] = x
            value, gradient = self.acquisition.value_with_gradient(X)
            return value, gradient[:, columns]

        climbed = starts.copy()
        is_free = self.space.active(starts)[:, axes]
        if H is None: H = np.zeros((len(starts),)+2*(len(self.space.axes),))
        block = np.ix_(np.arange(len(starts)), axes, axes)
        sub = H[block]
        H = H.copy()
        climbed[:, axes], H[block] = ascend(value_and_gradient, starts[:, axes], scale, is_free, max_calls, sub)
        return self.space.snap(climbed), H
