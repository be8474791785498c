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
    """Values of one parameter: base class of `Real`, `Integer`, `Categorical`, `Distribution`.

    A *value* is what the estimator gets. A *code* is a number that identifies the value, and that
    JSON can store. A *unit coordinate* is the position of the value for the model. It is in [0, 1]
    if the values are ordered. Otherwise it is the index of the category. The transformed space of
    scikit-optimize is the space of these coordinates.
    """

    __slots__ = ()

    name: str | None

    @property
    def n_values(self) -> int | None:
        """Number of distinct values; None if there are infinitely many."""
        return None

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring coordinates have neighbouring values."""
        return True

    @property
    @abstractmethod
    def lattice(self) -> Lattice | None:
        """The coordinates that have a value, if they are evenly spaced."""

    @abstractmethod
    def find_code(self, value: Any) -> float | int | None:
        """Return the code of a value; None if the value is not in the dimension."""

    def encode(self, value: Any) -> float | int:
        """Return the code of a value; ValueError if the value is not in the dimension."""
        code = self.find_code(value)
        if code is None:
            raise no_member(value, self)
        return code

    def decode(self, code: float | int) -> Any:
        """Return the value of a code."""
        return self.encode(code)

    @abstractmethod
    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Return the coordinates of an array of codes."""

    @abstractmethod
    def from_unit(self, u: ArrayLike) -> NDArray[Any]:
        """Return the codes that are nearest to an array of coordinates."""

    def codes(self) -> Iterable[float | int]:
        """Return all codes in order; ValueError if there are infinitely many."""
        raise ValueError(f"{self!r} has no finite list of values.")

    def rvs(self, size: int | None = None, random_state: Any = None) -> Any:
        """Return one random value or a list of random values, drawn from the prior.

        Parameters
        ----------
        size : int or None
            Number of values. None: one value, not in a list.
        random_state : None, int, RandomState or Generator
        """
        u = uniform_numbers(1 if size is None else operator.index(size), random_state)
        if not self.is_ordered:
            u = np.floor(u * (self.n_values or 1))
        values = self.inverse_transform(u)
        return values[0] if size is None else values

    @property
    def bounds(self) -> tuple[Any, ...]:
        """Lowest and highest value; for a list, all values."""
        return tuple(self.inverse_transform([0.0, 1.0]))

    @property
    def is_constant(self) -> bool:
        """Whether the dimension has only one value."""
        return self.n_values == 1

    @property
    def size(self) -> int:
        """Always 1, because a dimension is one parameter and one coordinate."""
        return 1

    transformed_size = size

    @property
    def transformed_bounds(self) -> tuple[float, float]:
        """Lowest and highest coordinate: 0 and 1, or indices if a list has no order."""
        return 0.0, 1.0 if self.is_ordered else float((self.n_values or 1) - 1)

    def transform(self, X: Sequence[Any]) -> NDArray[np.float64]:
        """Return the coordinates of values; ValueError if a value is not in the dimension."""
        return self.to_unit([self.encode(value) for value in X])

    def inverse_transform(self, Xt: ArrayLike) -> list[Any]:
        """Return the values that are nearest to coordinates."""
        return [self.decode(code) for code in self.from_unit(np.atleast_1d(Xt)).tolist()]

    def distance(self, a: Any, b: Any) -> float:
        """Return the difference of two numbers; for other values, 1 unless they are equal.

        Raises
        ------
        ValueError
            If a value is not in the dimension.
        """
        for value in (a, b):
            self.encode(value)
        return value_distance(a, b)

    def __contains__(self, value: Any) -> bool:
        return self.find_code(value) is not None
