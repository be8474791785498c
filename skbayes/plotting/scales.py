"""Where the values of a parameter stand on an axis: on the scale that they were written with."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes.found import ABSENT, Found, short
from skbayes.plotting.style import plain
from skbayes.space import Categorical, Integer, Real, as_float, is_number, native, same_value

__all__ = ["Scale", "scale_of", "texts_of"]

Floats = NDArray[np.float64]

# Texts that are longer together do not stand side by side below an axis.
MAX_LINE = 50
# More ticks than this cannot be read.
MAX_TICKS = 12


def texts_of(values: Sequence[Any]) -> list[str]:
    """Return values as a user wrote them; of estimators the class, where that tells them apart."""
    texts = [short(value) for value in values]
    is_call = re.compile(r"(\w+)\(")
    classes = [is_call.match(text) for text in texts]
    names = [match[1] if match else text for match, text in zip(classes, texts, strict=True)]
    return names if len(set(names)) == len(set(texts)) else texts


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """The axis of a parameter.

    The position of a number is the number itself. With ``kind="categories"``, the position of a
    value is its place in the list. If a parameter may be a number of a range or another value, the
    other values are beyond the end of the range.

    Attributes
    ----------
    name : str
        Parameter.
    kind : {"linear", "log", "reverse-log", "categories"}
        How the axis is divided.
    low, high : float
        Ends of the range; of categories, half a place beyond the first and the last one.
    pole : float
        What a reverse-log axis approaches.
    others : tuple
        Categories, or the values that are no numbers of the range.
    is_integer : bool
        Whether the range has whole numbers only.
    """

    name: str
    kind: str
    low: float
    high: float
    pole: float = 1.0
    others: tuple[Any, ...] = ()
    is_integer: bool = False

    def positions(self, values: Iterable[Any]) -> Floats:
        """Return where values stand, of shape (n,); NaN for `ABSENT` and values that are not here.

        Parameters
        ----------
        values : iterable of object
        """
        places: dict[Any, float] = {}
        return np.array([self._position(value, places) for value in values], dtype=np.float64)

    def unit(self, positions: ArrayLike) -> Floats:
        """Return how far along the axis positions are, between 0 and 1.

        Parameters
        ----------
        positions : array-like of float
        """
        x = np.asarray(positions, dtype=np.float64)
        low, high = self.ends
        forward = self.forward
        length = forward(np.array(high)) - forward(np.array(low))
        if not length > 0:
            return np.where(np.isnan(x), math.nan, 0.5)
        return np.asarray((forward(x) - forward(np.array(low))) / length)

    def at(self, units: ArrayLike) -> Floats:
        """Return positions from how far along the axis they are: the inverse of `unit`."""
        low, high = (self.forward(np.array(end)) for end in self.ends)
        found = self.backward(low + np.asarray(units, dtype=np.float64) * (high - low))
        return np.asarray(np.clip(found, *self.ends))

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest position."""
        if self.kind == "categories" or not self.others:
            return self.low, self.high
        return self.low, float(self._beyond(len(self.others)))

    @property
    def forward(self) -> Callable[[Floats], Floats]:
        """The function that divides the axis evenly."""
        if self.kind == "log":
            return lambda x: np.log(np.maximum(x, 1e-300))
        if self.kind == "reverse-log":
            least = 1e-6 * (self.pole - self.high)
            return lambda x: -np.log(np.maximum(self.pole - x, least))
        return lambda x: np.asarray(x, dtype=np.float64)

    @property
    def backward(self) -> Callable[[Floats], Floats]:
        """The inverse of `forward`."""
        if self.kind == "log":
            return lambda t: np.exp(np.minimum(t, 700.0))
        if self.kind == "reverse-log":
            return lambda t: self.pole - np.exp(-np.maximum(t, -700.0))
        return lambda t: np.asarray(t, dtype=np.float64)

    def ticks(self, most: int = MAX_TICKS) -> tuple[Floats, list[str]]:
        """Return positions of ticks with their texts, at most so many."""
        if self.kind == "categories":
            n = len(self.others)
            step = max(1, math.ceil(n / most))
            places = np.arange(0, n, step)
            texts = texts_of(self.others)
            return places.astype(np.float64), [texts[i] for i in places]
        numbers = self._round_numbers(max(2, min(most, 6)))
        beyond = [self._beyond(place) for place in range(1, len(self.others) + 1)][:most]
        texts = [_number(number) for number in numbers]
        return np.array([*numbers, *beyond]), texts + texts_of(self.others[:most])

    def apply(self, ax: Any, which: str, *, margin: float = 0.03) -> None:
        """Give one axis of matplotlib this scale, with ticks and label.

        Parameters
        ----------
        ax : matplotlib Axes
        which : {"x", "y"}
        margin : float, default=0.03
            Room at both ends, as a share of the axis.
        """
        if self.kind in ("log", "reverse-log"):
            functions = (self.forward, self.backward)
            getattr(ax, f"set_{which}scale")("function", functions=functions)
        if self.kind == "categories":
            limits = (self.low, self.high)
        else:
            low, high = (float(self.forward(np.array(end))) for end in self.ends)
            room = margin * (high - low)
            limits = tuple(self.backward(np.array([low - room, high + room])).tolist())
        places, texts = self.ticks()
        axis = getattr(ax, f"{which}axis")
        axis.set_ticks(places, [plain(text) for text in texts])
        axis.set_ticks([], minor=True)
        getattr(ax, f"set_{which}lim")(*limits)
        getattr(ax, f"set_{which}label")(plain(self.name), labelpad=8 if which == "y" else 4)
        if which == "x" and len(texts) > 1 and sum(map(len, texts)) > MAX_LINE:
            ax.tick_params(axis="x", labelrotation=30)
            for label in ax.get_xticklabels():
                label.set(ha="right", rotation_mode="anchor")

    def _position(self, value: Any, places: dict[Any, float]) -> float:
        if value is ABSENT:
            return math.nan
        value = native(value)
        if self.kind != "categories" and is_number(value):
            number = as_float(value)
            if math.isfinite(number):
                return number
        # Lists may be long, and their values are asked for again and again.
        is_plain = isinstance(value, str | int | float | bool | None)
        key = (type(value), value) if is_plain else id(value)
        if key not in places:
            found = [i for i, other in enumerate(self.others) if same_value(other, value)]
            place = found[0] if found else -1
            if place < 0:
                places[key] = math.nan
            else:
                is_list = self.kind == "categories"
                places[key] = float(place) if is_list else self._beyond(place + 1)
        return places[key]

    def _beyond(self, place: int) -> float:
        """Return a position beyond the end of the range, one of equal steps on the scale."""
        low, high = (float(self.forward(np.array(end))) for end in (self.low, self.high))
        return float(self.backward(np.array(high + 0.15 * place * ((high - low) or 1.0))))

    def _round_numbers(self, most: int) -> list[float]:
        if self.low == self.high:
            return [self.low]
        if self.kind == "log":
            return _powers(self.low, self.high, most)
        if self.kind == "reverse-log":
            ends = [self.pole - self.low, self.pole - self.high]
            first, last = math.floor(_log(ends[0])), math.ceil(_log(ends[1]))
            step = max(1, math.ceil((first - last + 1) / most))
            found = [self.pole - 10.0**power for power in range(first, last - 1, -step)]
            found = [number for number in found if self.low <= number <= self.high]
            if ends[0] > 2 * 10.0**first:
                found.insert(0, self.low)
            return found if len(found) > 2 else sorted({*found, self.low, self.high})
        return _even_numbers(self.low, self.high, most, is_integer=self.is_integer)


def _log(number: float) -> float:
    # Rounding takes 1000 to 2.9999999999999996.
    return round(math.log10(number), 9)


def _powers(low: float, high: float, most: int) -> list[float]:
    """Return round numbers of a range on a logarithmic scale: powers of ten, and parts of these."""
    first, last = math.floor(_log(low)), math.ceil(_log(high))
    for parts in ((1.0, 2.0, 5.0), (1.0, 3.0)):
        powers = range(first, last + 1)
        found = [float(f"{part}e{power}") for power in powers for part in parts]
        found = [number for number in found if low <= number <= high]
        if 3 <= len(found) <= most:
            return found
        if len(found) < 3:
            return _even_numbers(low, high, most, is_integer=False)
    first, last = math.ceil(_log(low)), math.floor(_log(high))
    step = max(1, math.ceil((last - first + 1) / most))
    return [float(f"1e{power}") for power in range(first, last + 1, step)]


def _even_numbers(low: float, high: float, most: int, *, is_integer: bool) -> list[float]:
    """Return round numbers of a range: multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
    step = max(step, 1.0) if is_integer else step
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def _number(number: float) -> str:
    text = f"{number:.6g}"
    return text.replace("e-0", "e-").replace("e+0", "e")


def scale_of(found: Found, name: str) -> Scale:
    """Return the scale of a parameter: as it was written, and all that candidates have.

    Parameters
    ----------
    found : Found
    name : str
        Parameter.

    Raises
    ------
    ValueError
        If no candidate has it.
    """
    values = [value for value in found.column(name) if value is not ABSENT]
    dimensions = [
        dimension
        for branch in found.space.branches
        for other, dimension in branch.parameters
        if other == name
    ]
    ranges = [d for d in dimensions if isinstance(d, Real | Integer)]
    lists = [d for d in dimensions if isinstance(d, Categorical)]
    if lists and not ranges:
        others = _united([_in_order(d) for d in lists])
        return Scale(name, "categories", -0.5, len(others) - 0.5, others=others)
    others = _united([d.categories for d in lists])
    numbers = [as_float(v) for v in [*values, *others] if is_number(v)]
    numbers += [float(end) for d in ranges for end in (d.low, d.high)]
    numbers = [number for number in numbers if math.isfinite(number)]
    left = [other for other in others if not is_number(other)]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    kind, pole = _kind(ranges, low, high)
    return Scale(
        name,
        kind,
        low,
        high,
        pole,
        tuple(left),
        all(isinstance(d, Integer) for d in ranges) and bool(ranges),
    )


def _kind(ranges: Sequence[Real | Integer], low: float, high: float) -> tuple[str, float]:
    kinds = {d.scale for d in ranges}
    poles = {d.pole for d in ranges if isinstance(d, Real)}
    if kinds == {"reverse-log-uniform"} and len(poles) == 1 and high < min(poles):
        return "reverse-log", min(poles)
    # Of a distribution only the values are known: its scale is that of its quantiles.
    is_wide = not ranges and low > 0 and high >= 100 * low
    return ("log" if low > 0 and ("log-uniform" in kinds or is_wide) else "linear"), 1.0


def _in_order(dimension: Categorical) -> Sequence[Any]:
    """Return the values of a list in the order that the model sees."""
    if not dimension.is_ordered:
        return dimension.categories
    return dimension.inverse_transform(np.sort(dimension.to_unit(list(dimension.codes()))))


def _united(lists: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """Return the values of several lists, each once."""
    if not lists:
        return ()
    found = list(lists[0])
    for values in lists[1:]:
        # The lists of branches are the same, or parts of one.
        found += [v for v in values if not any(same_value(v, other) for other in found)]
    if len(lists) > 1 and all(map(is_number, found)):
        found.sort()
    return tuple(found)
