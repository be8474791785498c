"""The place in a space that comes nearest to a value of an estimator."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skbayes._compat import owner_of, tells_ints_from_floats
from skbayes.known.sight import Data
from skbayes.known.words import COUNTED, number_of
from skbayes.space import Categorical, Dimension, Integer, brief, is_number, native, same_kind, show

__all__ = ["Change", "nearest"]


# Longer integers than this are beyond all floats.
MAX_FLOAT = 2**1000


@dataclass(frozen=True, slots=True)
class Change:
    """What takes the part of a value that lies outside of a space.

    Parameters
    ----------
    name : str
    given, taken : object
        Value of the estimator, and of the space.
    why : str
        What the one has to do with the other.
    is_same : bool, default=False
        Whether both mean the same for the data, as a word and its number do.
    """

    name: str
    given: Any
    taken: Any
    why: str
    is_same: bool = False

    def __str__(self) -> str:
        taken = brief(self.taken, 4) if isinstance(self.taken, float) else show(self.taken)
        return f"{self.name}={taken}, {self.why}"


def nearest(
    estimator: Any,
    name: str,
    dimension: Dimension,
    value: Any,
    data: Data,
    *,
    is_set: bool = True,
) -> tuple[Any, Change | None]:
    """Return the value of a dimension that comes nearest to one of an estimator.

    A word becomes the number that it stands for. A number beyond the bounds becomes the nearest
    bound. Of a list it is the nearest number, else the first value. What is no number, and stands
    for none that is known, becomes the middle of a range.

    Parameters
    ----------
    estimator : estimator object
    name : str
        Of the parameter.
    dimension : Dimension
        That of the space.
    value : object
        That of the estimator.
    data : Data
        That the search is fitted to.
    is_set : bool, default=True
        Whether the estimator lists the parameter. Some take parameters that they list only once
        they are set; `value` is None then.

    Returns
    -------
    taken : object
    change : Change or None
        None if the dimension holds the value.
    """
    if _holds(estimator, name, dimension, value):
        return value, None
    seen = data.seen_by(estimator, name)
    owner, parameter = owner_of(estimator, name)
    meant = number_of(owner, parameter, value, seen)
    is_word = meant is not None and math.isfinite(meant)
    written = f"{parameter}={show(value)}" if is_set else f"the default of {parameter}"
    number = native(value) if meant is None and is_number(value) else meant
    if isinstance(number, int) and abs(number) > MAX_FLOAT:
        number = math.copysign(math.inf, number > 0 or -1)
    n = None
    near: list[Any] = []
    if isinstance(dimension, Categorical):
        near = [each for each in dimension.categories if is_number(each)]
    if number is not None and tells_ints_from_floats(estimator, name):
        n = COUNTED[parameter](seen) if parameter in COUNTED else None
        if not isinstance(dimension, Categorical):
            number = _as_wanted(number, isinstance(dimension, Integer), parameter, n)
        elif n is None and math.isfinite(number):
            # Counts and shares cannot be compared.
            near = [v for v in near if same_kind(v, number)]
        is_word = number is not None and math.isfinite(number)
    if isinstance(dimension, Categorical):
        if number is None or not near:
            taken = dimension.decode(0)
            why = f"the first value of the list, because {written} is not in the list"
        else:
            taken = _nearest_of(near, number, n)
            why = f"the value of the list that is nearest to {written}"
        return taken, Change(name, value, taken, why)
    if number is None:
        taken = dimension.inverse_transform([0.5])[0]
        why = f"the middle of the range, because {written} is not known as a number"
        return taken, Change(name, value, taken, why)
    taken = _of_range(dimension, number)
    is_same = is_word and taken == number
    if is_same:
        why = f"which is what {written} means here" if is_set else "which is its default"
    else:
        why = f"the value of the range that is nearest to {written}"
    return taken, Change(name, value, taken, why, is_same)


def _holds(estimator: Any, name: str, dimension: Dimension, value: Any) -> bool:
    try:
        held = dimension.decode(dimension.encode(value))
    except (TypeError, ValueError):
        return False
    # One feature is not all features, and equal as a number.
    return same_kind(value, held) or not tells_ints_from_floats(estimator, name)


def _as_wanted(
    number: float | int, wants_counts: bool, parameter: str, n: int | None
) -> float | int | None:
    """Return a count as a share of `n`, or a share as a count; None if `n` is not known."""
    is_count = isinstance(number, int)
    if math.isinf(number) or is_count == wants_counts:
        return number
    if not n:
        # All of it is known without a number.
        return math.inf if number == 1.0 and parameter in COUNTED and not is_count else None
    if is_count:
        return _share(number, n)
    # As scikit-learn rounds them: samples of a leaf up, all else down.
    return max(1, math.ceil(number * n) if parameter.startswith("min_") else int(number * n))


def _share(number: float | int, n: int) -> float | int:
    return min(1.0, number / n) if isinstance(number, numbers.Integral) else number


def _nearest_of(values: Sequence[Any], number: float | int, n: int | None) -> Any:
    """Return the number of a list that is nearest to another one.

    With `n`, ints are counts of as many, and floats are shares.
    """
    shares = values if n is None else [_share(value, n) for value in values]
    if math.isinf(number):
        return values[shares.index(max(shares) if number > 0 else min(shares))]
    share = number if n is None else _share(number, n)
    return values[min(range(len(values)), key=lambda i: abs(shares[i] - share))]


def _of_range(dimension: Dimension, number: float | int) -> Any:
    """Return the value of a range that is nearest to a number."""
    low, high = dimension.bounds
    clipped = min(max(number, low), high)
    if isinstance(low, int) and math.isfinite(clipped):
        clipped = min(max(round(clipped), low), high)
    elif isinstance(low, float):
        clipped = float(clipped)
    try:
        return dimension.decode(dimension.encode(clipped))
    except (OverflowError, TypeError, ValueError):
        # Some distributions hold numbers that are far apart, or have no end.
        return dimension.inverse_transform([1.0 if number > low else 0.0])[0]
