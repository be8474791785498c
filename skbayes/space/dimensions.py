"""Dimensions: what a search needs to know of one parameter, and what all kinds have in common."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from skbayes.space.scales import Lattice
from skbayes.space.values import show, value_distance

Kind = TypeVar("Kind", bound=type)


def uniform_numbers(size: int, random_state: Any) -> NDArray[np.float64]:
    """Random numbers in [0, 1), from whatever says how they are drawn."""
    rng: Any = random_state
    if not isinstance(rng, np.random.Generator):
        rng = check_random_state(random_state)
    return np.asarray(rng.random(size), dtype=float)


def no_member(value: object, dimension: object) -> ValueError:
    """Error for a value that a dimension does not hold."""
    return ValueError(f"{show(value)} is not in {dimension!r}.")


def settle(frozen: object, **fields: Any) -> None:
    """Set fields of a frozen dataclass, while it is being made."""
    for name, value in fields.items():
        object.__setattr__(frozen, name, value)


def with_transform(kind: Kind) -> Kind:
    """Give a dimension its method `transform`, which an argument of the constructor hides."""
    kind.transform = Dimension.transform  # type: ignore[attr-defined]
    return kind


class Dimension(ABC):
    """What a search needs to know of one parameter, and what scikit-optimize's clients read of it.

    A *value* is what the estimator gets, a *code* the JSON number that identifies it, a *unit
    coordinate* its place for the model: in [0, 1] if ordered, else the index of the category.
    The space that scikit-optimize's clients see values transformed to is that of coordinates.
    """

    __slots__ = ()

    name: str | None

    @property
    def n_values(self) -> int | None:
        """Number of distinct values; None if there is no end to them."""
        return None

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring coordinates hold neighbouring values."""
        return True

    @property
    @abstractmethod
    def lattice(self) -> Lattice | None:
        """The coordinates that stand for a value, if evenly spaced."""

    @abstractmethod
    def encode(self, value: Any) -> float | int:
        """Code of a value; ValueError if the dimension does not hold it."""

    def decode(self, code: float | int) -> Any:
        """Value of a code."""
        return self.encode(code)

    @abstractmethod
    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Coordinates of codes, vectorised."""

    @abstractmethod
    def from_unit(self, u: ArrayLike) -> NDArray[Any]:
        """Codes nearest to coordinates, vectorised."""

    def codes(self) -> Iterable[float | int]:
        """All codes of a finite dimension, in order; ValueError if there is no end to them."""
        raise ValueError(f"{self!r} has no finite list of values.")

    def rvs(self, size: int | None = None, random_state: Any = None) -> Any:
        """One random value, or a list of `size` values, distributed as the prior says.

        Parameters
        ----------
        size : int or None
            Number of values; None for one value instead of a list.
        random_state : None, int, RandomState or Generator
        """
        u = uniform_numbers(1 if size is None else operator.index(size), random_state)
        if not self.is_ordered:
            u = np.floor(u * (self.n_values or 1))
        values = self.inverse_transform(u)
        return values[0] if size is None else values

    @property
    def bounds(self) -> tuple[Any, ...]:
        """Lowest and highest value; of a list, the values."""
        return tuple(self.inverse_transform([0.0, 1.0]))

    @property
    def is_constant(self) -> bool:
        """Whether there is one value only."""
        return self.n_values == 1

    @property
    def size(self) -> int:
        """1: a dimension is one parameter, and one coordinate."""
        return 1

    transformed_size = size

    @property
    def transformed_bounds(self) -> tuple[float, float]:
        """Lowest and highest coordinate: 0 and 1, or indices of a list without an order."""
        return 0.0, 1.0 if self.is_ordered else float((self.n_values or 1) - 1)

    def transform(self, X: Sequence[Any]) -> NDArray[np.float64]:
        """Coordinates of values; ValueError for one that is not in the dimension."""
        return self.to_unit([self.encode(value) for value in X])

    def inverse_transform(self, Xt: ArrayLike) -> list[Any]:
        """Values nearest to coordinates."""
        return [self.decode(code) for code in self.from_unit(np.atleast_1d(Xt)).tolist()]

    def distance(self, a: Any, b: Any) -> float:
        """Difference of two numbers; of other values, 1 unless they are the same.

        Raises
        ------
        ValueError
            If one is not in the dimension.
        """
        for value in (a, b):
            self.encode(value)
        return value_distance(a, b)

    def __contains__(self, value: Any) -> bool:
        try:
            self.encode(value)
        except ValueError:
            return False
        return True
