"""What scikit-optimize's dimensions can be told, and what is read of its spaces.

Its models need to be told how a range is scaled and how a category becomes numbers. Here the
space sees to both, so that nothing but the name of a dimension is left to say. The space that is
transformed to is that of unit coordinates: one column for each dimension, where scikit-optimize has
one for each category.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from inspect import ismethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes._warnings import warn
from skbayes.space.values import is_number, show

RANGE_TRANSFORM = "the prior says on which scale the model sees the range"
CATEGORY_TRANSFORM = "write ordered=True if neighbours in the list are similar"


def check_name(call: str, name: Any) -> None:
    """Raise TypeError unless `name` is a string or None."""
    if not (name is None or isinstance(name, str)):
        raise TypeError(f"{call} needs a string or None as name, got name={show(name)}.")


def check_base(call: str, base: Any) -> None:
    """Raise ValueError unless `base` is one of a logarithm."""
    if not (is_number(base) and 0 < base < math.inf and base != 1):
        raise ValueError(
            f"{call} needs a positive number other than 1 as base, got base={show(base)}. Leave "
            "it out: the base of a logarithm changes nothing."
        )


def warn_of_transform(call: str, transform: Any, instead: str) -> None:
    """Warn that a transform makes no difference, and what does, if there is one."""
    # `dataclasses.replace` hands the method of that name to the constructor.
    if not (transform is None or ismethod(transform)):
        warn(f"{call}: transform={show(transform)} makes no difference, leave it out; {instead}.")


def check_dtype(call: str, dtype: Any, kinds: str, what: str, other: str) -> None:
    """Raise an error unless `dtype` is of some kinds of numpy's types.

    Parameters
    ----------
    call : str
        How error messages quote the range.
    dtype : object
    kinds : str
        Letters of the kinds, as in `numpy.dtype.kind`.
    what, other : str
        What is allowed, and what to use for other values.

    Raises
    ------
    ValueError
        If it is no type, or one of another kind.
    """
    try:
        is_right = dtype is not None and np.dtype(dtype).kind in kinds
    except TypeError:
        is_right = False
    if not is_right:
        raise ValueError(
            f"{call} needs a type of {what}, as dtype, got dtype={show(dtype)}. Use {other}."
        )


def warn_of_probabilities(call: str, prior: Any) -> None:
    """Warn that the probabilities of categories are not used, if they are not equal."""
    try:
        p = [] if prior is None else [float(each) for each in prior]
    except (TypeError, ValueError):
        raise ValueError(
            f"{call}: prior needs to hold one probability for each category, or to be None, got "
            f"{show(prior)}."
        ) from None
    if len({*p}) > 1:
        warn(
            f"{call}: the probabilities {show(p)} of the categories have no effect: at the start, "
            "all categories are equally likely.",
        )


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
