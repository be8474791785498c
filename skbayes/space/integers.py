r"""Integers on a linear or logarithmic scale.

Integer k owns the cell [k - 1/2, k + 1/2] of the interval [low - 1/2, high + 1/2], so that both
ends are as likely as the middle; its unit coordinate is the centre of that cell on the scale.

Notation: `k` integer, `u` unit coordinate, `n` number of integers,
:math:`g(y) = \ln(y / (low - 1/2))`, `w = g(high + 1/2)`.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes._pickles import lasting
from skbayes.space import scales
from skbayes.space.dimensions import draw, finite_bound, no_member
from skbayes.space.options import (
    RANGE_TRANSFORMS,
    check_base,
    check_dtype,
    check_name,
    check_transform,
)
from skbayes.space.scales import STEPS, Lattice
from skbayes.space.values import native, show
from skbayes.space.views import DimensionView, with_transform

PRIORS = ("uniform", "log-uniform", "auto")

# Cells that are wider than this on the unit interval are told apart by doubles, whose rounding
# errors are below 2**-50; coordinates in finer ones are rounded to multiples of 2**-32.
_FINEST_LINEAR = 2.0**-48
_FINEST_LOG = 2.0**-40

# Integers below this fit an int64 with room for sums.
_SMALL = 2**62


def _whole_bound(call: str, name: str, value: Any) -> int:
    value = native(value)
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    number = finite_bound(call, name, value)
    raise TypeError(
        f"{call} needs whole numbers of type int as bounds, got {name}={show(value)}. "
        f"Write {round(number)}, or use Real for a range of floats."
    )


@lasting
@with_transform
@dataclass(frozen=True, slots=True, repr=False)
class Integer(DimensionView):
    """Range of integers, both ends included.

    Parameters
    ----------
    low, high : int
        Bounds of any size, low < high.
    prior : {"uniform", "log-uniform", "auto"}, default="uniform"
        Scale on which values are drawn and modelled. "log-uniform" needs low >= 1; "auto" is
        "log-uniform" if low >= 1 and high / low >= 100, and "uniform" otherwise.
    base : float, default=10
        Base of the logarithm, which changes nothing; scikit-optimize has it.
    transform : str or None, default=None
        Makes no difference, with a warning: the model sees every range on its scale, from 0 to 1.
    name : str or None, default=None
        Name of the parameter, for a `Space` that is made of dimensions.
    dtype : type or str, default=int
        Any kind of int, which changes nothing: values are builtin ints.

    Attributes
    ----------
    scale : str
        The prior, with "auto" resolved.

    Examples
    --------
    >>> from skbayes.space import Integer
    >>> Integer(1, 4).to_unit([1, 2, 3, 4]).tolist()
    [0.125, 0.375, 0.625, 0.875]
    >>> Integer(1, 1000, prior="auto")
    Integer(1, 1000, prior='auto', scale='log-uniform')
    """

    low: int
    high: int
    prior: str = "uniform"
    base: float = field(default=10, compare=False)
    transform: InitVar[str | None] = None
    name: str | None = field(default=None, compare=False)
    dtype: Any = field(default=int, compare=False)
    scale: str = field(init=False, repr=False, compare=False)
    _w: float = field(init=False, repr=False, compare=False)
    _is_log: bool = field(init=False, repr=False, compare=False)
    _is_fine: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self, transform: str | None) -> None:
        call = f"Integer({show(self.low)}, {show(self.high)}{scales.prior_text(self.prior)})"
        low = _whole_bound(call, "low", self.low)
        high = _whole_bound(call, "high", self.high)
        if isinstance(self.prior, str) and self.prior == "reverse-log-uniform":
            raise ValueError(
                f"{call}: prior='reverse-log-uniform' is for real numbers only. Use Real, or "
                "prior='uniform' or 'log-uniform'."
            )
        scales.check_prior(self.prior, call, PRIORS)
        if not low < high:
            remedy = f"Write [{show(low)}] for a constant." if low == high else "Swap the bounds."
            raise ValueError(
                f"{call} needs low < high, got low={show(low)} and high={show(high)}. {remedy}"
            )
        if self.prior == "log-uniform" and low < 1:
            raise ValueError(
                f"{call} needs low >= 1, got {show(low)}. Raise it to the smallest value "
                "worth trying, or use prior='uniform'."
            )
        check_base(call, self.base)
        check_transform(call, transform, RANGE_TRANSFORMS)
        check_name(call, self.name)
        check_dtype(call, self.dtype, "iu", "ints, such as int", "Real for numbers with a fraction")
        scale = self.prior
        if scale == "auto":
            scale = "log-uniform" if low >= 1 and high >= scales.AUTO_RATIO * low else "uniform"
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)
        object.__setattr__(self, "scale", scale)
        is_small = low > -_SMALL and high < _SMALL
        # Over so narrow a range a logarithm is a straight line to the last bit of a double.
        is_log = scale == "log-uniform" and (high - low) << 53 > low
        if not is_log:
            w = 0.0
            is_fine = is_small and (high - low + 1) * _FINEST_LINEAR <= 1
        else:
            w = self._growth(2 * high + 1)
            is_fine = is_small and high * w * _FINEST_LOG <= 1
        object.__setattr__(self, "_w", w)
        object.__setattr__(self, "_is_log", is_log)
        object.__setattr__(self, "_is_fine", is_fine)

    def __repr__(self) -> str:
        prior = "" if self.prior == "uniform" else f", prior={self.prior!r}"
        scale = "" if self.prior == self.scale else f", scale={self.scale!r}"
        return f"Integer({show(self.low)}, {show(self.high)}{prior}{scale})"

    @property
    def n_values(self) -> int:
        """Number of integers in the range."""
        return self.high - self.low + 1

    @property
    def is_ordered(self) -> bool:
        """True."""
        return True

    @property
    def lattice(self) -> Lattice | None:
        """Cell centres; None on a logarithm, or beyond what doubles tell apart."""
        is_even = self._is_fine and not self._is_log
        return Lattice.of_cells(self.n_values) if is_even else None

    def encode(self, value: Any) -> int:
        """Return the integer itself; a float is never in the dimension."""
        number = native(value)
        is_whole = isinstance(number, numbers.Integral) and not isinstance(number, bool)
        if not is_whole or not self.low <= number <= self.high:
            raise no_member(value, self)
        return int(number)

    def decode(self, code: float | int) -> int:
        """Return the integer itself."""
        if code != int(code):
            raise no_member(code, self)
        return self.encode(int(code))

    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Centres of the cells of integers."""
        if not self._is_fine:
            return np.array([self._unit_of(int(c)) for c in np.asarray(codes, dtype=object)])
        steps = np.asarray(codes).astype(np.int64) - self.low
        if not self._is_log:
            return Lattice.of_cells(self.n_values).unit(steps)
        edge = self.low - 0.5
        return np.asarray(
            (np.log1p(steps / edge) + np.log1p((steps + 1) / edge)) / (2 * self._w), dtype=float
        )

    def from_unit(self, u: ArrayLike) -> NDArray[Any]:
        """Integers whose cells hold coordinates; an object array beyond the range of int64."""
        unit = np.clip(np.asarray(u, dtype=float), 0.0, 1.0)
        if not self._is_fine:
            k = np.empty(len(unit), dtype=object)
            k[:] = [self._code_of(v) for v in unit.tolist()]
            return k
        if not self._is_log:
            return Lattice.of_cells(self.n_values).position(unit).astype(np.int64) + self.low
        steps = np.floor((self.low - 0.5) * np.expm1(unit * self._w))
        return np.asarray(np.clip(steps, 0, self.high - self.low).astype(np.int64) + self.low)

    def codes(self) -> Iterable[int]:
        """All integers of the range."""
        return range(self.low, self.high + 1)

    def rvs(self, size: int | None = None, random_state: Any = None) -> Any:
        """One random int, or a list of `size` ints."""
        return draw(self, size, random_state)

    # Ranges too long for doubles, one integer at a time in exact arithmetic. Edges are counted in
    # halves to keep them whole.

    def _growth(self, halves: int) -> float:
        first = 2 * self.low - 1
        try:
            return math.log1p((halves - first) / first)
        except OverflowError:
            return math.log(halves) - math.log(first)

    def _unit_of(self, k: int) -> float:
        if not self._is_log:
            return (2 * (k - self.low) + 1) / (2 * self.n_values)
        return (self._growth(2 * k - 1) + self._growth(2 * k + 1)) / (2 * self._w)

    def _code_of(self, u: float) -> int:
        q = math.floor(u * STEPS + 0.5)
        if not self._is_log:
            return min(self.low + (q * self.n_values >> 32), self.high)
        k = self._code_on_log(u)
        if k * Fraction(self._w) * Fraction(_FINEST_LOG) > 1:
            k = self.high if q == STEPS else self._code_on_log(q / STEPS)
        return k

    def _code_on_log(self, u: float) -> int:
        g = u * self._w
        n = int(g // 500) + 1  # exp(500) is a double
        ratio = Fraction(math.expm1(g)) + 1 if n == 1 else Fraction(math.exp(g / n)) ** n
        halves = math.floor((2 * self.low - 1) * ratio)
        return min(max((halves + 1) // 2, self.low), self.high)
