r"""Integers on a linear or logarithmic scale.

Integer k owns the cell [k - 1/2, k + 1/2] of the interval [low - 1/2, high + 1/2], so that both
ends are as likely as the middle; its unit coordinate is the centre of that cell on the scale.

Notation: `k` integer, `u` unit coordinate, `n` number of integers,
:math:`g(y) = \ln(y / (low - 1/2))`, `w = g(high + 1/2)`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes._pickles import lasting
from skbayes.space.checks import is_integer
from skbayes.space.dimensions import Dimension, no_member, settle
from skbayes.space.ranges import Range, finite_bound
from skbayes.space.scales import Lattice
from skbayes.space.values import as_float, native, show

# Cells that are wider than this on the unit interval are told apart by doubles, whose rounding
# errors are below 2**-50; coordinates in finer ones are rounded to multiples of 2**-32.
_FINEST_LINEAR = 2.0**-48
_FINEST_LOG = 2.0**-40

# Integers below this fit an int64 with room for sums.
_SMALL = 2**62


def _whole_bound(call: str, name: str, value: Any) -> int:
    number = finite_bound(call, name, value)
    if value == int(value):
        return int(value)
    raise TypeError(
        f"{call} needs whole numbers as bounds, got {name}={show(value)}. "
        f"Write {round(number)}, or use Real for a range of floats."
    )


@lasting
@dataclass(frozen=True, slots=True, repr=False)
class Integer(Range):
    """Range of integers, including both ends.

    Parameters
    ----------
    low, high : int
        Bounds, low < high. Whole floats such as 1e3 become ints.
    prior : {"uniform", "log-uniform", "auto"}, default="uniform"
        Scale of the range. The search draws values on this scale, and so does the model.
        "log-uniform" needs low >= 1. "auto" is "log-uniform" if low >= 1 and high / low >= 100.
        Otherwise it is "uniform".
    base : float, default=10
        Base of the logarithm, as in scikit-optimize. It has no effect.
    transform : str or None, default=None
        As in scikit-optimize. It has no effect, and gives a warning: the model uses each range on
        its scale, from 0 to 1.
    name : str or None, default=None
        Name of the parameter, for a `Space` that is a list of dimensions.
    dtype : type or str, default=int
        Any type of int. It has no effect: values are Python ints.

    Attributes
    ----------
    scale : str
        The prior. If the prior is "auto", the prior that "auto" means here.

    Examples
    --------
    >>> from skbayes.space import Integer
    >>> Integer(1, 4).to_unit([1, 2, 3, 4]).tolist()
    [0.125, 0.375, 0.625, 0.875]
    >>> Integer(1, 1000, prior="auto")
    Integer(1, 1000, prior='auto', scale='log-uniform')
    """

    _priors = ("uniform", "log-uniform", "auto")
    _types = ("iu", "ints, such as int", "Real for numbers with a fraction")

    low: int
    high: int
    dtype: Any = field(default=int, compare=False)
    _w: float = field(init=False, repr=False, compare=False)
    _is_log: bool = field(init=False, repr=False, compare=False)
    _is_fine: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self, transform: str | None) -> None:
        call = repr(self)
        low = _whole_bound(call, "low", self.low)
        high = _whole_bound(call, "high", self.high)
        self._check(call, low, high, transform)
        # Over so narrow a range a logarithm is a straight line to the last bit of a double.
        is_log = self.scale == "log-uniform" and (high - low) << 53 > low
        if not math.isfinite(as_float(2 * self.n_values if is_log else self.n_values)):
            raise ValueError(
                f"{call} has bounds that are too far apart for a float. Raise low, or lower high, "
                "to the most extreme value that is worth trying."
            )
        w = math.log1p(2 * self.n_values / (2 * low - 1)) if is_log else 0.0
        finest = high * w * _FINEST_LOG if is_log else self.n_values * _FINEST_LINEAR
        settle(self, _w=w, _is_log=is_log, _is_fine=finest <= 1)

    @property
    def n_values(self) -> int:
        """Number of integers in the range."""
        return self.high - self.low + 1

    @property
    def lattice(self) -> Lattice | None:
        """Centres of the cells; None on a logarithmic scale, or if floats are not exact enough."""
        return Lattice.of_cells(self.n_values) if self._is_fine and not self._is_log else None

    @property
    def _dtype(self) -> type:
        return np.int64 if self._is_fine and -_SMALL < self.low < self.high < _SMALL else object

    def find_code(self, value: Any) -> int | None:
        """Return the integer; None for a float, or if it is not in the range."""
        number = native(value)
        is_inside = is_integer(number) and self.low <= number <= self.high
        return int(number) if is_inside else None

    def decode(self, code: float | int) -> int:
        """Return the integer."""
        if code != int(code):
            raise no_member(code, self)
        return int(self.encode(int(code)))

    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Return coordinates of integers: the centres of their cells."""
        steps = (np.asarray(codes, dtype=self._dtype) - self.low).astype(float)
        if not self._is_log:
            return np.asarray((steps + 0.5) / float(self.n_values))
        edge = self.low - 0.5
        return np.asarray((np.log1p(steps / edge) + np.log1p((steps + 1) / edge)) / (2 * self._w))

    def from_unit(self, u: ArrayLike) -> NDArray[Any]:
        """Return the integers at coordinates from 0 to 1; each integer has a part of this interval.

        The array holds Python ints if the range is too long for int64.
        """
        unit = np.clip(np.asarray(u, dtype=float), 0.0, 1.0)
        if not self._is_fine:
            unit = Lattice.of_steps().unit(Lattice.of_steps().position(unit))
        with np.errstate(over="ignore"):  # at the end, which is clipped
            if self._is_log:
                steps = (self.low - 0.5) * np.expm1(unit * self._w)
            else:
                steps = unit * float(self.n_values)
        steps = np.clip(np.floor(steps), 0, float(self.high - self.low))
        if self._dtype is not object:
            return np.asarray(steps.astype(np.int64) + self.low)
        # The last double of a long range may be any integer near its end.
        k = np.array([self.low + int(step) for step in steps], dtype=object)
        k[unit == 1] = self.high
        return k

    def codes(self) -> Iterable[int]:
        """Return all integers of the range."""
        return range(self.low, self.high + 1)


def code_of(dimension: Dimension, value: Any) -> float | int | None:
    """Return the code of a value of a point; None if the dimension does not have it.

    A whole float stands for an int of a range, for a column with gaps has made floats of its
    integers.
    """
    number = native(value)
    if isinstance(dimension, Integer) and isinstance(number, float) and number.is_integer():
        value = int(number)
    return dimension.find_code(value)
