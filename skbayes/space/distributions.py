"""Frozen scipy distributions: searched on their own quantile scale, or made a plain range."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray
from scipy.stats.distributions import rv_frozen

from skbayes._numerics import underflowing
from skbayes._pickles import lasting
from skbayes.space.categories import Categorical
from skbayes.space.dimensions import Dimension, settle
from skbayes.space.integers import Integer
from skbayes.space.ranges import Real
from skbayes.space.scales import Lattice
from skbayes.space.skopt import check_name
from skbayes.space.values import as_float, has, is_number, native, show

# Quantiles are rounded to multiples of 2**-24: scipy's quantiles and probabilities are not each
# other's inverse to many more digits.
_STEPS = 2.0**24

# Steps that are left out at either end, the first number that yields finite quantiles: 6e-8, 1e-6
# or 6e-5. Unbounded distributions end at infinity, bounded ones often at a useless exact zero, and
# numerical inversion gives up in far tails. Discrete ones start at the second, because scipy may
# find a far quantile by summing up to it.
_MARGINS = (1, 2**4, 2**10)

# Discrete supports up to this size are listed.
_MAX_LISTED = 2**16

# Lighter points of a listed support are left out: their cells vanish among rounding errors.
_MIN_MASS = 1e-9
# A listed support may lack its tails, and no more than these.
_MASS_ERROR = 1e-3

# Quantiles that are checked at the start, beside the outermost, and tell distributions apart.
_PROBES = tuple(np.arange(1, 64) / 64)

_REMEDY = "Check its parameters (a scale must be positive), or give a range (low, high)."


class InfiniteMean(ValueError):
    """A discrete distribution whose far quantiles scipy finds too slowly, or not at all."""


def parameters_of(frozen: Any) -> dict[str, Any]:
    """Parameters of a frozen distribution by name, those left at their defaults excluded."""
    shapes = frozen.dist.shapes
    names = [name.strip() for name in shapes.split(",")] if shapes else []
    return dict(zip([*names, "loc", "scale"], frozen.args, strict=False)) | dict(frozen.kwds)


def content_of(frozen: Any) -> tuple[float, ...]:
    """Numbers that tell a distribution from others of its class with the same parameters.

    Its bounds and quantiles, rounded to digits that are the same on all machines. A distribution
    that scipy defines is told by its parameters, and needs no more.

    Raises
    ------
    ValueError
        If the distribution cannot be searched.
    """
    if _is_of_scipy(frozen):
        return ()
    made = Distribution(frozen)
    content = (*made._bounds, *made._probes, *made._edges.tolist())
    return tuple(float(f"{number:.9g}") for number in content)


def call_of(frozen: Any) -> str:
    """Call that makes a frozen distribution."""
    arguments = ", ".join(f"{k}={show(v)}" for k, v in parameters_of(frozen).items())
    # Many distributions that users define have no name.
    name = frozen.dist.name if _is_of_scipy(frozen) else type(frozen.dist).__name__
    return f"{name}({arguments})"


def _is_of_scipy(frozen: Any) -> bool:
    # Whether scipy has a distribution of this name and class; not one of a user's own, or of data.
    dist = frozen.dist
    return type(getattr(scipy.stats, dist.name, None)) is type(dist)


def _quantiles(frozen: Any, call: str, first: int) -> tuple[Lattice, tuple[float, ...]]:
    # The coordinates within reach, and quantiles from end to end.
    reason: object = None
    for margin in _MARGINS[first:]:
        steps = Lattice.of_steps(_STEPS, margin)
        ends = steps.unit([steps.first, steps.last]).tolist()
        try:
            with np.errstate(all="ignore"):
                probes = np.asarray(frozen.ppf([ends[0], *_PROBES, ends[1]]), dtype=float)
        except Exception as error:
            reason = error
            continue
        if np.all(np.isfinite(probes)):
            return steps, tuple(probes.tolist())
        reason = f"they range from {show(float(probes[0]))} to {show(float(probes[-1]))}"
    raise ValueError(f"{call} needs finite quantiles: {reason}. {_REMEDY}")


@lasting
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Distribution(Dimension):
    """Values of a frozen distribution of scipy, which is the prior of the parameter.

    The unit coordinate of a value is the probability of smaller values. The search uses coordinates
    that are multiples of 2**-24 within (0, 1). For a discrete distribution, the width of the cell
    of a value is the probability of the value. If a discrete distribution has at most 65536 values,
    the search uses the values with a probability above 1e-9.

    Parameters
    ----------
    frozen : scipy.stats frozen distribution
        Continuous or discrete distribution of one variable.
    name : str or None, default=None
        Name of the parameter, for a `Space` that is a list of dimensions.

    Attributes
    ----------
    prior : None
        For plots of scikit-optimize, which read this attribute to find logarithmic axes.

    Examples
    --------
    >>> import scipy.stats
    >>> from skbayes.space import Distribution
    >>> Distribution(scipy.stats.norm(loc=2.0)).to_unit([2.0]).tolist()
    [0.5]
    >>> Distribution(scipy.stats.binom(2, 0.5)).to_unit([0, 1, 2]).round(3).tolist()
    [0.125, 0.5, 0.875]
    """

    # Where scikit-optimize's plots ask whether an axis is logarithmic.
    prior: ClassVar[None] = None

    frozen: Any
    name: str | None = field(default=None, kw_only=True, compare=False)
    _is_discrete: bool = field(init=False)
    _steps: Lattice = field(init=False)
    _bounds: tuple[float, float] = field(init=False)
    _probes: tuple[float, ...] = field(init=False)
    _points: NDArray[Any] = field(init=False)
    _edges: NDArray[np.float64] = field(init=False)
    _key: tuple[object, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.frozen, rv_frozen):
            raise TypeError(
                f"Distribution({show(self.frozen)}) needs a frozen scipy distribution such as "
                f"scipy.stats.norm(0, 1), got an object of type {type(self.frozen).__name__}."
            )
        call = f"Distribution({call_of(self.frozen)})"
        check_name(call, self.name)
        is_discrete = isinstance(self.frozen.dist, scipy.stats.rv_discrete)
        try:
            with np.errstate(all="ignore"):
                low, high = (np.asarray(bound, dtype=float) for bound in self.frozen.support())
                is_endless = is_discrete and bool(np.any(np.isinf(high - low)))
                mean = np.asarray(self.frozen.mean() if is_endless else 0.0, dtype=float)
        except Exception as error:
            raise ValueError(f"{call} has no usable support: {error}. {_REMEDY}") from error
        if low.ndim or high.ndim:
            raise ValueError(
                f"{call} needs to be the distribution of one number, got {low.size} at once. "
                "Use one distribution for each searched parameter."
            )
        if np.isinf(mean):
            raise InfiniteMean(
                f"{call} needs a finite mean: its far quantiles are out of reach. Give a range "
                "(low, high), or a list of values."
            )
        steps, probes = _quantiles(self.frozen, call, 1 if is_discrete else 0)
        if not is_discrete and not probes[0] < probes[-1]:
            raise ValueError(
                f"{call} needs more than one value, got only {probes[0]!r}. "
                f"Write [{probes[0]!r}] for a constant."
            )
        bounds = (float(low), float(high))
        settle(self, _is_discrete=is_discrete, _steps=steps, _bounds=bounds, _probes=probes)
        points, edges = self._cells()
        key = (type(self.frozen.dist), bounds, probes, *edges.tolist())
        settle(self, _points=points, _edges=edges, _key=key)

    def _cells(self) -> tuple[NDArray[Any], NDArray[np.float64]]:
        # Points of a discrete distribution within reach, and the edges of their cells; none of
        # any other.
        low, high = self._bounds
        if math.isinf(high - low):
            low, high = self._probes[0], self._probes[-1]
        if not self._is_discrete or high - low >= _MAX_LISTED:
            return np.empty(0), np.empty(0)
        if has(self.frozen.dist, "xk"):  # rv_discrete(values=...), whose points may be fractions
            order = np.argsort(np.ravel(self.frozen.dist.xk))
            x = np.ravel(self.frozen.dist.xk)[order] + parameters_of(self.frozen).get("loc", 0)
            mass = np.ravel(self.frozen.dist.pk)[order]
        else:
            x = np.arange(low, high + 1)
            with np.errstate(all="ignore"):
                mass = self.frozen.pmf(x)
            # In some releases of scipy a mass in a tail is a division by zero. The distribution
            # function is right there, and may be a sum up to each point.
            if not abs(mass.sum() - 1.0) < _MASS_ERROR:
                with underflowing():
                    mass = np.diff(self.frozen.cdf(x), prepend=0.0)
        x, mass = x[mass >= _MIN_MASS], mass[mass >= _MIN_MASS]
        if not len(x):
            raise ValueError(
                f"{self!r} needs values that floats can tell apart, between {low!r} and {high!r} "
                f"there are none. {_REMEDY}"
            )
        if np.all(x == np.floor(x)):
            x = x.astype(np.int64)
        return x, np.concatenate([[0.0], np.cumsum(mass) / np.sum(mass)])

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Distribution) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        low, high = self._bounds
        support = "" if _is_of_scipy(self.frozen) else f" from {low!r} to {high!r}"
        return f"Distribution({call_of(self.frozen)}{support})"

    @property
    def n_values(self) -> int | None:
        """Number of values of a discrete distribution whose values are listed; else None."""
        is_finite = not math.isinf(self._bounds[1] - self._bounds[0])
        return len(self._points) or None if is_finite else None

    @property
    def lattice(self) -> Lattice | None:
        """Coordinates that the search uses: multiples of 2**-24. None if it is discrete."""
        return None if self._is_discrete else self._steps

    def find_code(self, value: Any) -> float | int | None:
        """Return the number, as an int if all values are ints; None if it is not in the support."""
        number, x = native(value), as_float(value)
        is_whole = self._is_discrete and not (len(self._points) and self._points.dtype.kind == "f")
        is_inside = self._bounds[0] <= x <= self._bounds[1] and math.isfinite(x)
        if is_whole:
            is_inside = is_inside and isinstance(number, numbers.Integral)
        if is_inside and self.n_values is not None:
            is_inside = bool(np.any(self._points == number))
        elif is_inside and self._is_discrete:
            # scipy takes no int beyond 64 bits.
            with underflowing():
                is_inside = bool(self.frozen.pmf(x) > 0)
        if not is_inside:
            return None
        return int(number) if is_whole else x

    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Return the probability below each value; if discrete, plus half of its own."""
        if len(self._points):
            centres = (self._edges[:-1] + self._edges[1:]) / 2
            index = np.searchsorted(self._points, np.asarray(codes, dtype=float))
            return np.asarray(centres[np.minimum(index, len(centres) - 1)], dtype=float)
        x = np.asarray(codes, dtype=float)
        with underflowing():  # as a probability does, far out
            u = self.frozen.cdf(x)
            if self._is_discrete:
                u = (u + self.frozen.cdf(x - 1)) / 2
        ends = self._steps.unit([self._steps.first, self._steps.last])
        return np.asarray(np.clip(u, ends[0], ends[1]), dtype=float)

    def from_unit(self, u: ArrayLike) -> NDArray[Any]:
        """Return the quantiles at coordinates."""
        u = np.asarray(u, dtype=float)
        if len(self._points):
            index = np.searchsorted(self._edges[1:-1], u, side="right")
            return np.asarray(self._points[index])
        u = self._steps.unit(self._steps.position(u))
        with underflowing():
            x = np.asarray(self.frozen.ppf(u), dtype=float)
        if self._is_discrete:
            return np.array([int(v) for v in x.tolist()], dtype=object)
        return x

    def codes(self) -> Iterable[float | int]:
        """Return all values if `n_values` is not None; otherwise raise ValueError."""
        return Dimension.codes(self) if self.n_values is None else list(self._points.tolist())


def from_scipy(frozen: Any) -> Dimension:
    """Dimension of a frozen distribution.

    Uniform, log-uniform and `randint` become the range they describe. A discrete distribution with
    one value becomes a list of this value. Any other distribution is searched on its own quantile
    scale.

    Raises
    ------
    InfiniteMean
        If the distribution is discrete and has no finite mean.
    ValueError
        If the distribution has no finite quantiles, or if it is continuous and has only one.
    """
    given, kind = parameters_of(frozen), type(frozen.dist)
    if not all(map(is_number, given.values())):
        return Distribution(frozen)
    loc, scale = native(given.get("loc", 0)), native(given.get("scale", 1))
    try:
        if kind is type(scipy.stats.uniform):
            return Real(loc, loc + scale)
        if kind is type(scipy.stats.loguniform) and loc == 0:
            return Real(given["a"] * scale, given["b"] * scale, prior="log-uniform")
        if kind is type(scipy.stats.randint):
            low, high = (native(given[name]) + loc for name in ("low", "high"))
            if float(low).is_integer() and float(high).is_integer():
                if low >= high:
                    raise ValueError(
                        f"needs low < high, got low={show(low)} and high={show(high)}. Write "
                        "[value] for a constant."
                    )
                last = int(high) - 1
                return Categorical([last]) if low == last else Integer(int(low), last)
    except ValueError as error:
        raise ValueError(f"{call_of(frozen)}: {error}") from error
    dimension = Distribution(frozen)
    return Categorical(list(dimension.codes())) if dimension.n_values == 1 else dimension
