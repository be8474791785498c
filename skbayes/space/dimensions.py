"""Dimensions: real intervals and lists of categories."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from skbayes._pickles import lasting
from skbayes.space import scales
from skbayes.space.options import (
    CATEGORY_TRANSFORMS,
    RANGE_TRANSFORMS,
    check_base,
    check_dtype,
    check_name,
    check_probabilities,
    check_transform,
)
from skbayes.space.scales import Lattice
from skbayes.space.values import as_list, is_number, native, plain_key, same_value, show
from skbayes.space.views import DimensionView, with_transform


class Dimension(Protocol):
    """What a search needs to know of one parameter.

    A *value* is what the estimator gets, a *code* the JSON number that identifies it, a *unit
    coordinate* its place for the model: in [0, 1] if ordered, else the index of the category.
    """

    @property
    def n_values(self) -> int | None:
        """Number of distinct values; None if there is no end to them."""

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring coordinates hold neighbouring values."""

    @property
    def lattice(self) -> Lattice | None:
        """The coordinates that stand for a value, if evenly spaced."""

    def encode(self, value: Any) -> float | int:
        """Code of a value; ValueError if the dimension does not hold it."""

    def decode(self, code: float | int) -> Any:
        """Value of a code."""

    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Coordinates of codes, vectorised."""

    def from_unit(self, u: ArrayLike) -> NDArray[Any]:
        """Codes nearest to coordinates, vectorised."""

    def codes(self) -> Iterable[float | int]:
        """All codes of a finite dimension, in order."""

    def rvs(self, size: int | None = None, random_state: Any = None) -> Any:
        """One random value, or a list of `size` values."""


def draw(dimension: Dimension, size: int | None, random_state: Any) -> Any:
    """Random values of a dimension, distributed as its prior says.

    Parameters
    ----------
    dimension : Dimension
    size : int or None
        Number of values; None for one value instead of a list.
    random_state : None, int, RandomState or Generator
    """
    u = uniform_numbers(1 if size is None else operator.index(size), random_state)
    if not dimension.is_ordered and dimension.n_values is not None:
        u = np.floor(u * dimension.n_values)
    values = [dimension.decode(code) for code in dimension.from_unit(u).tolist()]
    return values[0] if size is None else values


def uniform_numbers(size: int, random_state: Any) -> NDArray[np.float64]:
    """Random numbers in [0, 1), from whatever says how they are drawn."""
    rng: Any = random_state
    if not isinstance(rng, np.random.Generator):
        rng = check_random_state(random_state)
    return np.asarray(rng.random(size), dtype=float)


def no_member(value: object, dimension: object) -> ValueError:
    """Error for a value that a dimension does not hold."""
    return ValueError(f"{show(value)} is not in {dimension!r}.")


def finite_bound(call: str, name: str, value: Any) -> float:
    """Bound as a finite float; TypeError or ValueError that quotes `call` otherwise."""
    if not is_number(value):
        raise TypeError(
            f"{call} needs numbers as bounds, got {name}={show(value)} of type "
            f"{type(value).__name__}. Write it as an int or a float."
        )
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(
            f"{call} needs finite bounds, got {name}={show(value)}. Name the most extreme value "
            "that is worth trying."
        )
    return number


@lasting
@with_transform
@dataclass(frozen=True, slots=True, repr=False)
class Real(DimensionView):
    """Interval of real numbers, both ends included.

    Parameters
    ----------
    low, high : float
        Finite bounds, low < high.
    prior : {"uniform", "log-uniform", "reverse-log-uniform", "auto"}, default="uniform"
        Scale on which values are drawn and modelled. "log-uniform" needs low > 0;
        "reverse-log-uniform" spreads ``pole - x`` over its orders of magnitude, for momenta and
        probabilities close to one; "auto" is "log-uniform" if high / low >= 100,
        "reverse-log-uniform" if 0.5 <= low, high < 1 and (1 - low) / (1 - high) >= 100, and
        "uniform" otherwise.
    base : float, default=10
        Base of the logarithm, which changes nothing; scikit-optimize has it.
    transform : str or None, default=None
        Makes no difference, with a warning: the model sees every range on its scale, from 0 to 1.
    name : str or None, default=None
        Name of the parameter, for a `Space` that is made of dimensions.
    dtype : type or str, default=float
        Any kind of float, which changes nothing: values are builtin floats.
    pole : float, default=1.0
        Limit that a reverse-log-uniform range approaches, high < pole.

    Attributes
    ----------
    scale : str
        The prior, with "auto" resolved.

    Examples
    --------
    >>> from skbayes.space import Real
    >>> Real(1e-3, 1e3, prior="log-uniform").to_unit([1e-3, 1.0, 1e3]).tolist()
    [0.0, 0.5, 1.0]
    >>> Real(0.9, 0.9999, prior="auto")
    Real(0.9, 0.9999, prior='auto', scale='reverse-log-uniform')
    """

    low: float
    high: float
    prior: str = "uniform"
    base: float = field(default=10, compare=False)
    transform: InitVar[str | None] = None
    name: str | None = field(default=None, compare=False)
    dtype: Any = field(default=float, compare=False)
    pole: float = field(default=1.0, kw_only=True)
    scale: str = field(init=False, repr=False, compare=False)

    def __post_init__(self, transform: str | None) -> None:
        call = f"Real({show(self.low)}, {show(self.high)}"
        call += scales.prior_text(self.prior)
        has_pole = not (is_number(self.pole) and self.pole == 1)
        call += f", pole={show(self.pole)})" if has_pole else ")"
        low = finite_bound(call, "low", self.low)
        high = finite_bound(call, "high", self.high)
        pole = finite_bound(call, "pole", self.pole)
        scales.check_prior(self.prior, call)
        if not low < high:
            remedy = f"Write [{low!r}] for a constant." if low == high else "Swap the bounds."
            raise ValueError(
                f"{call} needs low < high, got low={show(self.low)} and high={show(self.high)}. "
                f"{remedy}"
            )
        scale = scales.resolve(self.prior, low, high, reversible=True)
        if scale == "log-uniform" and low <= 0:
            raise ValueError(
                f"{call} needs low > 0, got {show(self.low)}. Raise it to the smallest value "
                "worth trying, or use prior='uniform'."
            )
        if scale == "reverse-log-uniform":
            if not high < pole:
                raise ValueError(
                    f"{call} needs high < pole, got high={show(self.high)} and "
                    f"pole={show(self.pole)}. Lower high to the largest value worth trying, or "
                    "name another pole."
                )
            if math.isinf(pole - low):
                raise ValueError(
                    f"{call} needs a pole within the largest float of low, got "
                    f"low={show(self.low)} and pole={show(self.pole)}. Raise low."
                )
        elif pole != 1.0:
            raise ValueError(
                f"{call} has a pole, got pole={show(self.pole)}: only "
                "prior='reverse-log-uniform' uses one. Leave pole out, or change the prior."
            )
        check_base(call, self.base)
        check_transform(call, transform, RANGE_TRANSFORMS)
        check_name(call, self.name)
        check_dtype(call, self.dtype, "f", "floats, such as float", "Integer for whole numbers")
        for name, value in {"low": low, "high": high, "pole": pole, "scale": scale}.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        prior = "" if self.prior == "uniform" else f", prior={self.prior!r}"
        scale = "" if self.prior == self.scale else f", scale={self.scale!r}"
        pole = "" if self.pole == 1.0 else f", pole={self.pole!r}"
        return f"Real({self.low!r}, {self.high!r}{prior}{scale}{pole})"

    @property
    def n_values(self) -> None:
        """None: there is no end to real numbers."""
        return None

    @property
    def is_ordered(self) -> bool:
        """True."""
        return True

    @property
    def lattice(self) -> Lattice:
        """Multiples of 2**-32."""
        return Lattice.of_steps()

    def encode(self, value: Any) -> float:
        """Return the number itself as a float."""
        try:
            number = float(native(value)) if is_number(value) else math.nan
        except OverflowError:
            number = math.nan
        if not self.low <= number <= self.high:
            raise no_member(value, self)
        return number

    def decode(self, code: float | int) -> float:
        """Return the number itself as a float."""
        return self.encode(code)

    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Place on the scale, from 0 at low to 1 at high."""
        return scales.to_unit(codes, self.scale, self.low, self.high, self.pole)

    def from_unit(self, u: ArrayLike) -> NDArray[np.float64]:
        """Numbers at coordinates, which are rounded to multiples of 2**-32 first."""
        u = self.lattice.unit(self.lattice.position(u))
        return scales.from_unit(u, self.scale, self.low, self.high, self.pole)

    def codes(self) -> Iterable[float]:
        """Raise ValueError: an interval cannot be listed."""
        raise ValueError(f"{self!r} has no finite list of values.")

    def rvs(self, size: int | None = None, random_state: Any = None) -> Any:
        """One random float, or a list of `size` floats."""
        return draw(self, size, random_state)


@lasting
@with_transform
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Categorical(DimensionView):
    """List of values, which may be any Python objects.

    Categories are addressed by their index. They are never hashed, copied or passed through
    numpy; equal builtin scalars of the same type count once.

    Parameters
    ----------
    categories : list, tuple, range or one-dimensional array
        The values, at least one. Numpy scalars become builtin ones.
    prior : sequence of float or None, default=None
        Probabilities of the categories, which scikit-optimize has. They are not used, with a
        warning if they differ: all categories start equally likely.
    transform : str or None, default=None
        Makes no difference, with a warning: `ordered` says what categories are to the model.
    name : str or None, default=None
        Name of the parameter, for a `Space` that is made of dimensions.
    ordered : bool or None, default=None
        True if neighbours in the list resemble each other. None: ordered by size if there are at
        least three categories and all are finite numbers, unordered otherwise.

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
        codes: dict[object, int] = {}
        categories: list[Any] = []
        given = as_list(self.categories, "Categorical: categories")
        check_name("Categorical", self.name)
        check_probabilities("Categorical", self.prior, len(given))
        check_transform("Categorical", transform, CATEGORY_TRANSFORMS)
        for value in given:
            key = plain_key(value)
            if key is not None:
                if key in codes:
                    continue
                codes[key] = len(categories)
            categories.append(value)
        is_ordered = bool(self.ordered)
        order = np.arange(len(categories))
        if self.ordered is None and len(categories) >= 3:
            is_ordered = all(
                type(value) is int or (type(value) is float and math.isfinite(value))
                for value in categories
            )
            if is_ordered:
                order = np.array(sorted(order.tolist(), key=categories.__getitem__), dtype=np.intp)
        object.__setattr__(self, "categories", tuple(categories))
        object.__setattr__(self, "is_ordered", is_ordered)
        object.__setattr__(self, "_codes", codes)
        object.__setattr__(self, "_order", order)
        object.__setattr__(self, "_rank", np.argsort(order))

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
    def lattice(self) -> Lattice:
        """Cell centres if ordered, else indices."""
        n = self.n_values
        return Lattice.of_cells(n) if self.is_ordered else Lattice(1.0, 0.5, 0.0, 0.0, n - 1.0)

    def encode(self, value: Any) -> int:
        """Index of the category that is `value`, or else has the same type and content."""
        key = plain_key(value)
        if key in self._codes:
            return self._codes[key]
        for code, category in enumerate(self.categories):
            if category is value:
                return code
        same = [code for code, c in enumerate(self.categories) if same_value(c, value)]
        if not same:
            raise no_member(value, self)
        kind = type(native(value))
        return next((code for code in same if type(self.categories[code]) is kind), same[0])

    def decode(self, code: float | int) -> Any:
        """Return the user's own object at an index."""
        index = int(code)
        if index != code or not 0 <= index < self.n_values:
            raise ValueError(f"{show(code)} is not an index into {self!r}.")
        return self.categories[index]

    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Cell centres by rank if ordered, else the indices as floats."""
        codes = np.asarray(codes).astype(np.intp)
        return self.lattice.unit(self._rank[codes])

    def from_unit(self, u: ArrayLike) -> NDArray[np.intp]:
        """Index of the category at each coordinate."""
        return self._order[self.lattice.position(u).astype(np.intp)]

    def codes(self) -> Iterable[int]:
        """All indices."""
        return range(self.n_values)

    def rvs(self, size: int | None = None, random_state: Any = None) -> Any:
        """One random category, or a list of `size` categories."""
        return draw(self, size, random_state)
