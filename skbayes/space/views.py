"""What scikit-optimize's plots, and code that was written for it, read of dimensions and spaces.

All of it is told by what a search needs to know of a dimension. The space that is transformed to
is that of unit coordinates: one column for each dimension, where scikit-optimize has one for each
category.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes.space.values import is_number, same_value

if TYPE_CHECKING:
    from skbayes.space.dimensions import Dimension

Kind = TypeVar("Kind", bound=type)

__all__ = ["DimensionView", "SpaceView", "value_distance", "with_transform"]


class DimensionView:
    """A dimension as scikit-optimize has it."""

    __slots__ = ()

    @property
    def bounds(self: Dimension) -> tuple[Any, ...]:
        """Lowest and highest value; of a list, the values."""
        if hasattr(self, "categories"):
            return tuple(self.categories)
        return tuple(self.decode(code) for code in self.from_unit([0.0, 1.0]).tolist())

    @property
    def is_constant(self: Dimension) -> bool:
        """Whether there is one value only."""
        return self.n_values == 1

    @property
    def size(self) -> int:
        """1: a dimension is one parameter."""
        return 1

    @property
    def transformed_size(self) -> int:
        """1: a dimension is one coordinate."""
        return 1

    @property
    def transformed_bounds(self: Dimension) -> tuple[float, float]:
        """Lowest and highest coordinate: 0 and 1, or indices of a list without an order."""
        return 0.0, 1.0 if self.is_ordered else float((self.n_values or 1) - 1)

    def transform(self: Dimension, X: Sequence[Any]) -> NDArray[np.float64]:
        """Coordinates of values; ValueError for one that is not in the dimension."""
        return self.to_unit([self.encode(value) for value in X])

    def inverse_transform(self: Dimension, Xt: ArrayLike) -> list[Any]:
        """Values nearest to coordinates."""
        return [self.decode(code) for code in self.from_unit(np.atleast_1d(Xt)).tolist()]

    def distance(self: Dimension, a: Any, b: Any) -> float:
        """Difference of two numbers; of other values, 1 unless they are the same.

        Raises
        ------
        ValueError
            If one is not in the dimension.
        """
        for value in (a, b):
            self.encode(value)
        return value_distance(a, b)

    def __contains__(self: Dimension, value: Any) -> bool:
        try:
            self.encode(value)
        except ValueError:
            return False
        return True


def with_transform(kind: Kind) -> Kind:
    """Give a dimension its method `transform`, which an argument of the constructor hides."""
    kind.transform = DimensionView.transform  # type: ignore[attr-defined]
    return kind


def value_distance(a: Any, b: Any) -> float:
    """Difference of two numbers; of other values, 1 unless they are the same."""
    return float(abs(a - b) if is_number(a) and is_number(b) else not same_value(a, b))


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

    @property
    def transformed_n_dims(self) -> int:
        """Number of coordinates."""
        return len(self.dimensions)

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
