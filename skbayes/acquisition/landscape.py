"""An acquisition function over the coordinates of a space, and what of it may be proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skbayes.acquisition.ascent import ascend
from skbayes.acquisition.functions import Acquisition
from skbayes.acquisition.moves import Layout
from skbayes.gp.kernels import squared_distances

if TYPE_CHECKING:
    from skbayes.space import Space

__all__ = ["Climbers", "Landscape"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# Numbers in the feature rows that are evaluated at once, 32 MB: lists of hundreds of categories
# have many neighbours, each with a column for every category.
MAX_ENTRIES = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """Values of an acquisition function at coordinates, with forbidden surroundings.

    Attributes
    ----------
    acquisition : Acquisition
        Function of feature rows, with gradients.
    space : Space
        What the coordinates mean.
    layout : Layout
        Its axes.
    known : ndarray of shape (m, p)
        Feature rows, in lengthscales, that others must keep away from.
    min_distance : float
        How far, in lengthscales.
    """

    acquisition: Acquisition
    space: Space
    layout: Layout
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
        X /= self.layout.lengthscales[self.space.groups]
        is_close = squared_distances(X, self.known).min(axis=1) <= self.min_distance**2
        return value, np.where(is_close, -np.inf, value)

    def climb(self, climbers: Climbers, axes: IntArray, max_calls: int) -> Climbers:
        """Climb on some ordered axes, the others frozen.

        Parameters
        ----------
        climbers : Climbers
            Where to start.
        axes : ndarray of shape (n_free,)
            Ordered axes to move along.
        max_calls : int
            Limit of batched calls after the first.

        Returns
        -------
        Climbers
            At snapped coordinates.
        """
        U, H = climbers.U, climbers.H
        if not (axes.size and len(U)):
            return climbers
        columns = self.layout.columns[axes]
        frozen = self.space.features(U)

        # The feature of an ordered axis is its coordinate, so rows are edited in place of being
        # built; an inactive axis stays where it is, at its canonical coordinate.
        def value_and_gradient(x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
            X = frozen[rows]
            X[:, columns] = x
            value, gradient = self.acquisition.value_with_gradient(X)
            return value, gradient[:, columns]

        block = np.ix_(np.arange(len(U)), axes, axes)
        climbed, learnt = U.copy(), np.zeros_like(H)
        climbed[:, axes], learnt[block] = ascend(
            value_and_gradient,
            U[:, axes],
            self.layout.scale[axes],
            self.space.active(U)[:, axes],
            max_calls,
            H[block],
        )
        return Climbers(self.space.snap(climbed), learnt)


@dataclass(frozen=True, slots=True, eq=False)
class Climbers:
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
    def at(cls, U: FloatArray) -> Climbers:
        """Start at coordinates, with nothing learnt."""
        n, n_axes = U.shape
        return cls(U, np.zeros((n, n_axes, n_axes)))

    def take(self, rows: IntArray) -> Climbers:
        """Select some, in a new order."""
        return Climbers(self.U[rows], self.H[rows])

    def moved(self, U: FloatArray) -> Climbers:
        """Put them at other coordinates."""
        return Climbers(U, self.H)

    def holding(self, held: IntArray) -> Climbers:
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
        return Climbers(self.U, H)
