"""What scikit-optimize's plots, and code that was written for it, read of a space.

All of it is told by the dimensions. The space that is transformed to is that of unit coordinates:
one column for each dimension, where scikit-optimize has one for each category.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["SpaceView"]


class SpaceView:
    """A space as scikit-optimize has it: a list of dimensions."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def dimensions(self) -> list[Any]:
            """Dimension of each parameter, which it bears."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.dimensions)

    def __getitem__(self, names: Any) -> Any:
        """Place and dimension of a name or place; a list of these for a list."""
        if isinstance(names, list | tuple):
            return [self[name] for name in names]
        for place, dimension in enumerate(self.dimensions):
            if names in (place, dimension.name):
                return place, dimension
        raise KeyError(
            f"{names!r} is no parameter of the space, which has "
            f"{', '.join(repr(dimension.name) for dimension in self.dimensions)}."
        )

    def __contains__(self, row: Sequence[Any]) -> bool:
        dimensions = self.dimensions
        return len(row) == len(dimensions) and all(
            value in dimension for value, dimension in zip(row, dimensions, strict=True)
        )

    @property
    def n_dims(self) -> int:
        """Number of dimensions."""
        return len(self.dimensions)

    transformed_n_dims = n_dims

    @property
    def n_constant_dimensions(self) -> int:
        """Number of dimensions with one value only."""
        return sum(dimension.is_constant for dimension in self.dimensions)

    @property
    def bounds(self) -> list[tuple[Any, ...]]:
        """Bounds of each dimension."""
        return [dimension.bounds for dimension in self.dimensions]

    @property
    def transformed_bounds(self) -> list[tuple[float, float]]:
        """Bounds of each coordinate."""
        return [dimension.transformed_bounds for dimension in self.dimensions]

    @property
    def is_real(self) -> bool:
        """Whether all dimensions are continuous."""
        return all(d.n_values is None and d.lattice is not None for d in self.dimensions)

    @property
    def is_categorical(self) -> bool:
        """Whether all dimensions are lists of values."""
        return all(hasattr(dimension, "categories") for dimension in self.dimensions)

    @property
    def is_partly_categorical(self) -> bool:
        """Whether a dimension is a list of values."""
        return any(hasattr(dimension, "categories") for dimension in self.dimensions)

    def transform(self, X: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
        """Coordinates of rows of values, of shape (n_rows, n_dims)."""
        columns = [[row[place] for row in X] for place in range(self.n_dims)]
        return np.stack(
            [d.transform(column) for d, column in zip(self.dimensions, columns, strict=True)],
            axis=1,
        )

    def inverse_transform(self, Xt: ArrayLike) -> list[list[Any]]:
        """Rows of the values nearest to coordinates of shape (n_rows, n_dims)."""
        columns = np.asarray(Xt, dtype=float).T
        values = [d.inverse_transform(u) for d, u in zip(self.dimensions, columns, strict=True)]
        return [list(row) for row in zip(*values, strict=True)]
