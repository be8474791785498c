"""Lists of values, which may be any objects."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes._pickles import lasting
from skbayes.space.dimensions import Dimension, settle, with_transform
from skbayes.space.scales import Lattice
from skbayes.space.skopt import (
    CATEGORY_TRANSFORM,
    check_name,
    warn_of_probabilities,
    warn_of_transform,
)
from skbayes.space.values import (
    as_list,
    is_finite_number,
    native,
    plain_key,
    same_value,
    show,
)


@lasting
@with_transform
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Categorical(Dimension):
    """List of values, which may be any Python objects.

    The search uses only the position of a value in the list. It never hashes, copies or converts
    the values. Equal numbers, strings or other Python scalars of the same type count once.

    Parameters
    ----------
    categories : list, tuple, range, one-dimensional array or view of a dict
        The values, at least one. Numpy scalars become Python objects.
    prior : sequence of float or None, default=None
        Probabilities of the categories, as in scikit-optimize. They have no effect: all categories
        are equally likely at the start. If the probabilities differ, there is a warning.
    transform : str or None, default=None
        As in scikit-optimize. It has no effect, and gives a warning: `ordered` says how the model
        uses the categories.
    name : str or None, default=None
        Name of the parameter, for a `Space` that is a list of dimensions.
    ordered : bool or None, default=None
        True if neighbours in the list are similar. None: the list is ordered by size if it has at
        least three categories, and all of them are finite numbers. Otherwise it is not ordered.

    Examples
    --------
    >>> from skbayes.space import Categorical
    >>> Categorical(["gini", None, 3]).encode(None)
    1
    >>> Categorical([10, 30, 100]).to_unit([0, 1, 2]).round(2).tolist()
    [0.17, 0.5, 0.83]
    """

    categories: Sequence[Any]
    prior: Sequence[float] | None = field(default=None, compare=False)
    transform: InitVar[str | None] = None
    name: str | None = field(default=None, compare=False)
    ordered: bool | None = field(default=None, kw_only=True)
    is_ordered: bool = field(init=False)
    _codes: dict[object, int] = field(init=False)
    _order: NDArray[np.intp] = field(init=False)
    _rank: NDArray[np.intp] = field(init=False)

    def __post_init__(self, transform: str | None) -> None:
        if not (self.ordered is None or isinstance(self.ordered, bool | np.bool_)):
            raise TypeError(
                f"Categorical(..., ordered={show(self.ordered)}) needs True, False or None as "
                "ordered."
            )
        given = as_list(self.categories, "Categorical: categories")
        check_name("Categorical", self.name)
        warn_of_probabilities("Categorical", self.prior)
        warn_of_transform("Categorical", transform, CATEGORY_TRANSFORM)
        unique: dict[object, Any] = {}
        for place, value in enumerate(given):
            unique.setdefault(plain_key(value) or (None, place), value)
        categories = tuple(unique.values())
        order = np.arange(len(categories))
        is_ordered = bool(self.ordered)
        if self.ordered is None and len(categories) >= 3 and all(map(is_finite_number, categories)):
            is_ordered = True
            order = np.array(sorted(order.tolist(), key=categories.__getitem__), dtype=np.intp)
        settle(
            self,
            categories=categories,
            is_ordered=is_ordered,
            _codes={key: code for code, key in enumerate(unique)},
            _order=order,
            _rank=np.argsort(order),
        )

    def _keys(self) -> tuple[object, ...]:
        keys = [plain_key(value) or (None, id(value)) for value in self.categories]
        return (self.is_ordered, tuple(self._order.tolist()), *keys)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Categorical):
            return NotImplemented
        return self._keys() == other._keys()

    def __hash__(self) -> int:
        return hash(self._keys())

    def __repr__(self) -> str:
        ordered = "" if self.ordered is None else f", ordered={self.ordered}"
        return f"Categorical({show(list(self.categories))}{ordered})"

    @property
    def n_values(self) -> int:
        """Number of categories."""
        return len(self.categories)

    @property
    def bounds(self) -> tuple[Any, ...]:
        """The categories."""
        return tuple(self.categories)

    @property
    def lattice(self) -> Lattice:
        """Centres of the cells of an ordered list; indices of a list without an order."""
        n = self.n_values
        return Lattice.of_cells(n) if self.is_ordered else Lattice(1.0, 0.5, 0.0, 0.0, n - 1.0)

    def find_code(self, value: Any) -> int | None:
        """Return the index of the category that is `value`, or that has its type and content.

        None if there is no such category.
        """
        key = plain_key(native(value))
        if key in self._codes:
            return self._codes[key]
        for is_same in (operator.is_, same_value):
            for code, category in enumerate(self.categories):
                if is_same(category, value):
                    return code
        return None

    def decode(self, code: float | int) -> Any:
        """Return the category at an index, the same object that the user gave."""
        index = int(code)
        if index != code or not 0 <= index < self.n_values:
            raise ValueError(f"{show(code)} is not an index into {self!r}.")
        return self.categories[index]

    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Return coordinates: centres of the cells of an ordered list, else indices as floats."""
        codes = np.asarray(codes).astype(np.intp)
        return self.lattice.unit(self._rank[codes])

    def from_unit(self, u: ArrayLike) -> NDArray[np.intp]:
        """Return the index of the category at each coordinate."""
        return self._order[self.lattice.position(u).astype(np.intp)]

    def codes(self) -> Iterable[int]:
        """Return all indices."""
        return range(self.n_values)
