"""Opaque values: shown, made native and compared without trusting their own methods."""

from __future__ import annotations

import difflib
import functools
import math
import numbers
import re
import reprlib
from collections.abc import (
    ItemsView,
    Iterable,
    Iterator,
    KeysView,
    Mapping,
    Sequence,
    Set,
    ValuesView,
)
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator

from skbayes._compat import kept_by_clone, tells_ints_from_floats

# Types whose `==` and `hash` are known to be harmless.
PLAIN_TYPES = frozenset({bool, int, float, complex, str, bytes, type(None)})


# Longer sequences are shortened.
MAX_BRIEF = 6

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60


def show(value: object) -> str:
    """Short representation of any object, also of one whose ``__repr__`` raises."""
    try:
        if isinstance(value, np.generic):
            value = native(value)
        return _SHORT.repr(value)
    except Exception:
        return f"<{type(value).__name__} object>"


def brief(value: Any, n_digits: int = 6) -> str:
    """Text of a value for one line: floats with some significant digits, long things shortened.

    Examples
    --------
    >>> brief(1.0000000000000004), brief([0.1 + 0.2, None]), brief("rbf")
    ('1.0', '[0.3, None]', "'rbf'")
    """
    value = native(value)
    if type(value) is float:
        text = f"{value:.{n_digits}g}"
        # Some estimators tell 1.0 from 1.
        return f"{text}.0" if text.lstrip("-").isdigit() else text
    if type(value) in (list, tuple) and len(value) <= MAX_BRIEF:
        parts = ", ".join(map(brief, value))
        if type(value) is list:
            return f"[{parts}]"
        return f"({parts},)" if len(value) == 1 else f"({parts})"
    # Estimators with many parameters break their lines.
    return " ".join(show(value).split())


def without_addresses(text: str) -> str:
    """Return a text without places in memory, which differ from process to process.

    Examples
    --------
    >>> without_addresses("<function f_classif at 0x7efed7549ee0>")
    '<function f_classif>'
    """
    return re.sub(r"\s+at\s+0x[0-9a-fA-F]+", "", text)


def native(value: Any) -> Any:
    """Builtin equivalent of a numpy number, boolean or string; anything else as it is.

    Dates, records and extended precision floats have no exact builtin equivalent and stay.
    """
    if isinstance(value, np.number | np.bool_ | np.str_ | np.bytes_):
        item = value.item()
        return item if type(item) in PLAIN_TYPES else value
    return value


def close_names(name: str, known: Iterable[str], *, n: int = 3, cutoff: float = 0.6) -> list[str]:
    """Names that may have been meant: with another step before them, or a letter wrong.

    Parameters
    ----------
    name : str
        That nothing has.
    known : iterable of str
    n : int, default=3
        How many that are written alike.
    cutoff : float, default=0.6
        How much alike, see `difflib.get_close_matches`.
    """
    by_lower = {other.lower(): other for other in known}
    last = name.rpartition("__")[2]
    close = [other for other in by_lower.values() if other.rpartition("__")[2] == last]
    close += [
        by_lower[key]
        for key in difflib.get_close_matches(name.lower(), by_lower, n=n, cutoff=cutoff)
    ]
    return list(dict.fromkeys(close))


def is_number(value: object) -> bool:
    """Whether `value` is a real number, builtin or numpy, and no boolean."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)


def same_kind(a: object, b: object) -> bool:
    """Whether two values are not an int and a float: some estimators tell 1 from 1.0."""
    if not (is_number(a) and is_number(b)):
        return True
    return isinstance(a, numbers.Integral) == isinstance(b, numbers.Integral)


def as_float(value: object) -> float:
    """Return a number as a float; NaN for anything else, and for an int beyond all floats."""
    try:
        return float(native(value)) if is_number(value) else math.nan
    except OverflowError:
        return math.nan


def is_finite_number(value: object) -> bool:
    """Whether `value` is a builtin int or a finite builtin float."""
    return type(value) is int or (type(value) is float and math.isfinite(value))


def has(value: object, name: str) -> bool:
    """Whether an object has an attribute; one whose attributes raise has not."""
    try:
        return hasattr(value, name)
    except Exception:
        return False


def is_dimension(value: object) -> bool:
    """Whether `value` is a dimension or a space, also one of scikit-optimize."""
    return has(type(value), "transformed_bounds")


def plain_key(value: object) -> tuple[type, object] | None:
    """Hashable key, equal for equal builtin scalars of one type; None for any other object."""
    if type(value) not in PLAIN_TYPES:
        return None
    if isinstance(value, float) and math.isnan(value):
        return float, "nan"
    return type(value), value


def as_list(values: Any, what: str) -> list[Any]:
    """Elements of a list, range, tuple, one-dimensional array or view of a dict.

    Numpy scalars are made native.

    Parameters
    ----------
    values : object
        What the user wrote.
    what : str
        How error messages call it.

    Raises
    ------
    TypeError
        If `values` is no sequence, such as a scalar, a string, a dict, a set or a generator, or
        holds a dimension.
    ValueError
        If `values` is empty or an array that is not one-dimensional.
    """
    is_single = isinstance(values, str | bytes | bytearray | type | Mapping | np.generic)
    # They have the order of their dict.
    if isinstance(values, KeysView | ValuesView | ItemsView):
        values = list(values)
    # Series, Index and the arrays of other libraries convert themselves.
    if not is_single and not isinstance(values, Sequence) and has(values, "__array__"):
        values = np.asarray(values)
        if values.ndim != 1:
            raise ValueError(
                f"{what} needs to be a list or a one-dimensional array, got an array of shape "
                f"{values.shape}. Flatten it, or use list(array) for a list of its rows."
            )
    if is_single or not isinstance(values, np.ndarray | Sequence):
        raise TypeError(
            f"{what} needs to be a list of values, a range (low, high), a dimension or a frozen "
            f"distribution of scipy.stats, got {show(values)} of type {type(values).__name__}. "
            f"{_remedy(values)}"
        )
    elements = [native(value) for value in values]
    if not elements:
        raise ValueError(
            f"{what} has no values: {show(values)} is empty. List at least one value, "
            "or leave the parameter out."
        )
    for value in elements:
        if is_dimension(value):
            raise TypeError(
                f"{what} needs values, and holds {show(value)}, which is a dimension. Write the "
                "dimension without a list around it; for a choice between several, write a list "
                "of dictionaries with one in each."
            )
    return elements


def _remedy(values: Any) -> str:
    """Return what to write in the place of something that is no list."""
    if isinstance(values, Set):
        return (
            "The order of a set may change from run to run, and with it the search. Write "
            "sorted(...) for a list of its values, or list the values yourself."
        )
    if isinstance(values, Iterator):
        return "Write list(...) for a list of its values."
    single = str | bytes | bytearray | numbers.Number | np.generic | type | None
    if isinstance(values, single) or has(values, "get_params"):
        return "Wrap a single value in a list with one element."
    return (
        "Write its bounds as (low, high) or (low, high, 'log-uniform'), or the values to try as a "
        "list."
    )


def same_value(a: Any, b: Any) -> bool:
    """Whether two values are the same to an estimator.

    Integers and floats compare as numbers, unless they are a parameter of which an estimator
    declares that it tells them apart, such as ``max_features`` of trees. Booleans compare only with
    booleans, containers by type and content, everything else by type and ``==``. Estimators compare
    by type and by what a clone keeps, which for most are the parameters. Those that say themselves
    how they are cloned may keep anything, and are different; `FrozenEstimator` keeps the very
    object in it. A comparison that raises, or whose result is no boolean, counts as different.

    Examples
    --------
    >>> same_value(1, 1.0), same_value(1, True), same_value([None, "a"], [None, "a"])
    (True, False, True)
    """
    try:
        return a is b or _same(a, b)
    except Exception:
        return False


def _same(a: Any, b: Any) -> bool:
    a, b = native(a), native(b)
    if is_number(a) and is_number(b):
        return bool(a == b or (a != a and b != b))
    if type(a) is not type(b) or isinstance(a, type):
        return a is b
    if plain_key(a) is not None:
        return plain_key(a) == plain_key(b)
    if isinstance(a, np.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        if a.dtype.kind == "O":
            return all(same_value(x, y) for x, y in zip(a.flat, b.flat, strict=True))
        return np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same_value(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return len(a) == len(b) and all(k in b and same_value(v, b[k]) for k, v in a.items())
    if isinstance(a, functools.partial):
        return same_value((a.func, a.args, a.keywords), (b.func, b.args, b.keywords))
    if hasattr(a, "get_params"):
        return _same_estimator(a, b)
    result = a == b
    return isinstance(result, bool | np.bool_) and bool(result)


def _same_estimator(a: Any, b: Any) -> bool:
    if isinstance(a, FrozenEstimator):
        return a.estimator is b.estimator
    own = BaseEstimator.__sklearn_clone__
    if getattr(type(a), "__sklearn_clone__", own) is not own:
        return False
    params, others = a.get_params(deep=False), b.get_params(deep=False)
    return (
        same_value(kept_by_clone(a), kept_by_clone(b))
        and same_value(params, others)
        and all(
            same_kind(value, others[name]) or not tells_ints_from_floats(a, name)
            for name, value in params.items()
        )
    )


def value_distance(a: Any, b: Any) -> float:
    """Difference of two numbers; of other values, 1 unless they are the same."""
    return float(abs(a - b) if is_number(a) and is_number(b) else not same_value(a, b))
