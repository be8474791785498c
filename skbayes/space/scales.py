r"""Scales: maps between an interval of numbers and the unit interval.

Notation: `x` value in [low, high], `u` unit coordinate in [0, 1], `w` length of the interval on
the scale, `t` distance of `x` from the pole of a reversed logarithmic scale.

============================  ================================================
``uniform``                   :math:`u = (x - low) / (high - low)`
``log-uniform``               :math:`u = \ln(x / low) / w`
``reverse-log-uniform``       :math:`u = \ln((pole - low) / (pole - x)) / w`
============================  ================================================
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes._numerics import underflowing
from skbayes.space.values import close_names, show

PRIORS = ("uniform", "log-uniform", "reverse-log-uniform", "auto")

# Continuous coordinates are multiples of this: finer differences are no new candidate, and it
# leaves 20 bits of a double for the error of a scale and its inverse.
STEPS = 2.0**32

# "auto" takes a logarithm when the range spans this factor, two decades.
AUTO_RATIO = 100.0


class Lattice(NamedTuple):
    """Evenly spaced coordinates of a dimension: ``(q + centre) / n`` for whole numbers q.

    With arrays in the place of floats, those of several dimensions.

    Attributes
    ----------
    n : float
        Steps in one unit of the coordinate.
    shift : float
        0.5 to round to the nearest q, 0 to round down.
    centre : float
        Where in its step the coordinate lies: 0.5 for cells.
    first, last : float
        Bounds of q.
    """

    n: Any
    shift: Any
    centre: Any
    first: Any
    last: Any

    def position(self, u: ArrayLike) -> NDArray[np.float64]:
        """Whole number q nearest to each coordinate."""
        q = np.floor(np.asarray(u, dtype=float) * self.n + self.shift)
        return np.asarray(np.clip(q, self.first, self.last))

    def unit(self, q: ArrayLike) -> NDArray[np.float64]:
        """Coordinate of each position."""
        return np.asarray((np.asarray(q, dtype=float) + self.centre) / self.n)

    @classmethod
    def of_cells(cls, n: int) -> Lattice:
        """Centres of `n` cells of equal width."""
        return cls(float(n), 0.0, 0.5, 0.0, n - 1.0)

    @classmethod
    def of_steps(cls, n: float = STEPS, margin: int = 0) -> Lattice:
        """Multiples of 1 / n, without the `margin` outermost on either side."""
        return cls(n, 0.5, 0.0, float(margin), n - margin)


def check_prior(prior: Any, call: str, allowed: tuple[str, ...]) -> None:
    """Raise TypeError or ValueError unless `prior` is one of `allowed`."""
    is_text = isinstance(prior, str)
    if not (is_text and prior in allowed):
        word = prior.lower() if is_text else ""
        close = close_names(word, allowed, n=1, cutoff=0.3)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        what = "a prior among" if is_text else "a string as prior, one of"
        raise (ValueError if is_text else TypeError)(
            f"{call} needs {what} {', '.join(map(repr, allowed))}, got {show(prior)}.{hint}"
        )


def resolve(prior: str, low: float, high: float) -> str:
    """Scale that `prior` stands for; only "auto" stands for another than itself."""
    if prior != "auto":
        return prior
    if low > 0 and high / low >= AUTO_RATIO:
        return "log-uniform"
    if low >= 0.5 and high < 1 and (1 - low) / (1 - high) >= AUTO_RATIO:
        return "reverse-log-uniform"
    return "uniform"


def extent(scale: str, low: float, high: float, pole: float) -> float:
    """Largest number that the maps below compute with, which they need to be finite."""
    if scale == "uniform":
        return high - low
    return high / low if scale == "log-uniform" else max((high - low) / (pole - high), pole - low)


def to_unit(
    values: ArrayLike, scale: str, low: float, high: float, pole: float
) -> NDArray[np.float64]:
    """Coordinates of numbers on a scale; 0 and 1 exactly at the bounds."""
    x: NDArray[np.float64] = np.clip(np.asarray(values, dtype=float), low, high)
    # Next to the lower bound the smallest coordinates are 0. log1p keeps all digits of a narrow
    # interval.
    with underflowing():
        if scale == "uniform":
            u = (x - low) / (high - low)
        elif scale == "log-uniform":
            u = np.log1p((x - low) / low) / np.log1p((high - low) / low)
        else:
            u = np.log1p((x - low) / (pole - x)) / np.log1p((high - low) / (pole - high))
    return np.asarray(u)


def from_unit(
    coordinates: ArrayLike, scale: str, low: float, high: float, pole: float
) -> NDArray[np.float64]:
    """Inverse of `to_unit`, clipped to the bounds; exactly the bounds at 0 and 1."""
    u: NDArray[np.float64] = np.clip(np.asarray(coordinates, dtype=float), 0.0, 1.0)
    # A last bit too many at the largest double overflows, and is clipped away. The smallest ones
    # have few digits, and are meant to.
    with np.errstate(over="ignore", under="ignore"):
        if scale == "uniform":
            x = low + u * (high - low)
        elif scale == "log-uniform":
            x = low + low * np.expm1(u * np.log1p((high - low) / low))
        else:
            g = u * np.log1p((high - low) / (pole - high))
            t_low = pole - low
            # Measured from the nearer end: x - low and pole - x each lose digits far away.
            x = np.where(g < math.log(2), low - t_low * np.expm1(-g), pole - t_low * np.exp(-g))
    x = np.clip(x, low, high)
    return np.where(u <= 0, low, np.where(u >= 1, high, x))
