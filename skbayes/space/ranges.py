"""Ranges of numbers: what all have in common, and those of real numbers."""

from __future__ import annotations

import math
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes._pickles import lasting
from skbayes.space import scales
from skbayes.space.dimensions import Dimension, no_member, settle, with_transform
from skbayes.space.scales import Lattice
from skbayes.space.skopt import (
    RANGE_TRANSFORM,
    check_base,
    check_dtype,
    check_name,
    warn_of_transform,
)
from skbayes.space.values import as_float, is_number, same_value, show


def finite_bound(call: str, name: str, value: Any) -> float:
    """Bound as a finite float; TypeError or ValueError that quotes `call` otherwise."""
    if not is_number(value):
        raise TypeError(
            f"{call} needs numbers as bounds, got {name}={show(value)} of type "
            f"{type(value).__name__}. Write it as an int or a float."
        )
    number = as_float(value)
    if not math.isfinite(number):
        raise ValueError(
            f"{call} needs finite bounds, got {name}={show(value)}. Name the most extreme value "
            "that is worth trying."
        )
    return number


@with_transform
@dataclass(frozen=True, slots=True, repr=False)
class Range(Dimension):
    """Range of numbers, both ends included."""

    # The priors that are allowed, and what `check_dtype` takes.
    _priors: ClassVar[tuple[str, ...]]
    _types: ClassVar[tuple[str, str, str]]

    low: Any
    high: Any
    prior: str = "uniform"
    base: float = field(default=10, compare=False)
    transform: InitVar[str | None] = None
    name: str | None = field(default=None, compare=False)
    dtype: Any = field(default=float, compare=False)
    scale: str = field(init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        """Show what is not at its default; errors quote a range by it before all is set."""
        rest = ""
        for name, default in {"prior": "uniform", "scale": self.prior, "pole": 1.0}.items():
            value = getattr(self, name, default)
            if not same_value(value, default):
                rest += f", {name}={show(value)}"
        return f"{type(self).__name__}({show(self.low)}, {show(self.high)}{rest})"

    def _check(self, call: str, low: Any, high: Any, transform: str | None) -> None:
        """Check all arguments, and set bounds and scale.

        Parameters
        ----------
        call : str
            How messages quote the range.
        low, high : float or int
            Its bounds, checked and native.
        transform : str or None

        Raises
        ------
        TypeError, ValueError
            If something is wrong.
        """
        scales.check_prior(self.prior, call, self._priors)
        if not low < high:
            remedy = f"Write [{show(low)}] for a constant." if low == high else "Swap the bounds."
            raise ValueError(
                f"{call} needs low < high, got low={show(self.low)} and high={show(self.high)}. "
                f"{remedy}"
            )
        if self.prior == "log-uniform" and low <= 0:
            raise ValueError(
                f"{call} needs low > 0, got {show(self.low)}. Raise it to the smallest value "
                "worth trying, or use prior='uniform'."
            )
        check_base(call, self.base)
        warn_of_transform(call, transform, RANGE_TRANSFORM)
        check_name(call, self.name)
        check_dtype(call, self.dtype, *self._types)
        settle(self, low=low, high=high, scale=scales.resolve(self.prior, low, high))


@lasting
@dataclass(frozen=True, slots=True, repr=False)
class Real(Range):
    """Range of real numbers, including both ends.

    Parameters
    ----------
    low, high : float
        Finite bounds, low < high.
    prior : {"uniform", "log-uniform", "reverse-log-uniform", "auto"}, default="uniform"
        Scale of the range. The search draws values on this scale, and so does the model.
        "log-uniform" needs low > 0. "reverse-log-uniform" is a logarithmic scale of the distance to
        the limit `pole`, for values just below it, such as a momentum from 0.5 to 0.999. "auto" is
        "log-uniform" if high / low >= 100. It is "reverse-log-uniform" if 0.5 <= low, high < 1 and
        (1 - low) / (1 - high) >= 100. Otherwise it is "uniform".
    base : float, default=10
        Base of the logarithm, as in scikit-optimize. It has no effect.
    transform : str or None, default=None
        As in scikit-optimize. It has no effect, and gives a warning: the model uses each range on
        its scale, from 0 to 1.
    name : str or None, default=None
        Name of the parameter, for a `Space` that is a list of dimensions.
    dtype : type or str, default=float
        Any type of float. It has no effect: values are Python floats.
    pole : float, default=1.0
        Limit that a reverse-log-uniform range approaches, high < pole.

    Attributes
    ----------
    scale : str
        The prior. If the prior is "auto", the prior that "auto" means here.

    Examples
    --------
    >>> from skbayes.space import Real
    >>> Real(1e-3, 1e3, prior="log-uniform").to_unit([1e-3, 1.0, 1e3]).tolist()
    [0.0, 0.5, 1.0]
    >>> Real(0.9, 0.9999, prior="auto")
    Real(0.9, 0.9999, prior='auto', scale='reverse-log-uniform')
    """

    _priors = scales.PRIORS
    _types = ("f", "floats, such as float", "Integer for whole numbers")

    low: float
    high: float
    pole: float = field(default=1.0, kw_only=True)

    def __post_init__(self, transform: str | None) -> None:
        call = repr(self)
        low = finite_bound(call, "low", self.low)
        high = finite_bound(call, "high", self.high)
        pole = finite_bound(call, "pole", self.pole)
        self._check(call, low, high, transform)
        if self.scale == "reverse-log-uniform":
            if not high < pole:
                raise ValueError(
                    f"{call} needs high < pole, got high={show(high)} and pole={show(pole)}. Lower "
                    "high to the largest value worth trying, or name another pole."
                )
        elif pole != 1.0:
            raise ValueError(
                f"{call} has no use for pole={show(pole)}: only prior='reverse-log-uniform' has a "
                "pole. Leave pole out, or change the prior."
            )
        if math.isinf(scales.extent(self.scale, low, high, pole)):
            raise ValueError(
                f"{call} has bounds that are too far apart for a float. Raise low, or lower high, "
                "to the most extreme value that is worth trying."
            )
        settle(self, pole=pole)

    @property
    def lattice(self) -> Lattice:
        """Multiples of 2**-32."""
        return Lattice.of_steps()

    def find_code(self, value: Any) -> float | None:
        """Return the number as a float; None if it is not in the range."""
        number = as_float(value)
        return number if self.low <= number <= self.high else None

    def decode(self, code: float | int) -> float:
        """Return the number; ValueError if it is not in the range."""
        # A code is a number, and a proposal may decode thousands: `find_code` looks at its type.
        if not self.low <= code <= self.high:
            raise no_member(code, self)
        return float(code)

    def to_unit(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Return coordinates on the scale, from 0 at `low` to 1 at `high`."""
        return scales.to_unit(codes, self.scale, self.low, self.high, self.pole)

    def from_unit(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the numbers at coordinates from 0 (`low`) to 1 (`high`).

        The coordinates are first rounded to multiples of 2**-32.
        """
        u = self.lattice.unit(self.lattice.position(u))
        return scales.from_unit(u, self.scale, self.low, self.high, self.pole)
