"""Values: numbers written as text, and texts made what a parameter takes."""

from __future__ import annotations

import json
import math
import numbers
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from skbayes._compat import declares, number_types, owner_of, takes_value, text_options
from skbayes.space import native, show

__all__ = ["as_text", "cast", "read_number", "read_real", "read_whole", "unquoted"]

# Python's own reading takes more: "1_0", "nan", digits of other scripts.
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
BLANKS = " \t\r\n"

# Beyond these powers of ten a number is infinite, or zero, as a float. Larger exponents are not
# computed with: a short text may stand for a number that no memory holds.
LARGEST, SMALLEST = 309, -325

WORDS: dict[str, bool | None] = {
    "True": True,
    "true": True,
    "False": False,
    "false": False,
    **dict.fromkeys(("None", "null", "none")),
}


def read_number(value: Any) -> Decimal:
    """Return the number that a text or a JSON number stands for, exactly.

    Raises
    ------
    ValueError
        If it stands for none, or for none that is finite as a float, with the reason.
    """
    value = native(value)
    if isinstance(value, str):
        if not NUMBER.fullmatch(value.strip(BLANKS)):
            raise ValueError(f"must be a number such as '10', '0.5' or '1e-3', got {show(value)}.")
        text = value.strip(BLANKS)
    elif isinstance(value, bool) or not isinstance(value, numbers.Real | Decimal):
        raise ValueError(f"must be a number, as text or as it is, got {show(value)}.")
    elif isinstance(value, numbers.Integral):
        return _within_floats(Decimal(int(value)), value)
    else:
        text = str(value) if isinstance(value, Decimal) else repr(float(value))
    try:
        number = Decimal(text)
    except ArithmeticError as error:
        raise ValueError(f"must be a number within the range of floats, got {value!r}.") from error
    if not number.is_finite():
        raise ValueError(f"must be a finite number, got {value!r}.")
    return _within_floats(number, value)


def _within_floats(number: Decimal, written: Any) -> Decimal:
    if number and not SMALLEST <= number.adjusted() <= LARGEST:
        raise ValueError(f"must be a number within the range of floats, got {show(written)}.")
    return number


def read_whole(value: Any) -> int:
    """Return a whole number, of which "1e3" and 5.0 are some; ValueError with the reason."""
    number = read_number(value)
    # What has no digit behind the point: a remainder would be of limited precision.
    if number != number.to_integral_value():
        raise ValueError(f"must be a whole number, got {show(value)}.")
    return int(number)


def read_real(value: Any) -> float:
    """Return a finite float; ValueError with the reason."""
    number = float(read_number(value))
    if not math.isfinite(number):
        raise ValueError(f"must be a finite number, got {show(value)}.")
    return number


def as_text(value: Any) -> str:
    """Return a text as it is, and a JSON number, boolean or null as the text of it.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    value = native(value)
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    raise ValueError(f"must be a text, got {show(value)}.")


def unquoted(text: str) -> str:
    """Return the text that a JSON string stands for; any other text as it is.

    Examples
    --------
    >>> unquoted('"adam"'), unquoted("adam"), unquoted('"a" or "b"')
    ('adam', 'adam', '"a" or "b"')
    """
    if len(text) < 2 or not text.startswith('"'):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str) else text


def cast(text: str, estimator: Any, name: str) -> Any:
    """Return what a text stands for, as a parameter of an estimator takes it.

    What the class of the estimator declares decides; of one that declares nothing, the type of
    the present value does.

    Parameters
    ----------
    text : str
        Without JSON's quotes.
    estimator : estimator
    name : str
        One of its parameters.

    Returns
    -------
    bool, None, int, float or str

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> [cast(text, SVC(), "gamma") for text in ("scale", "0.01", "1")]
    ['scale', 0.01, 1.0]
    >>> cast("64", SVC(), "cache_size"), cast("true", SVC(), "shrinking")
    (64.0, True)
    """
    owner, own_name = owner_of(estimator, name)
    present = getattr(owner, "get_params", dict)(deep=False).get(own_name)
    if not declares(owner, own_name):
        return _by_present(text, present)
    if text in text_options(owner, own_name):
        return text
    readings = list(_readings(text, number_types(owner, own_name)))
    for value in (*readings, text):
        if takes_value(owner, own_name, value):
            return value
    # A flag is written as a number by many.
    if text in ("0", "1") and takes_value(owner, own_name, text == "1"):
        return text == "1"
    # A number that is out of range is refused by the estimator, and is a number nevertheless.
    has_numbers = number_types(owner, own_name) or isinstance(present, int | float)
    return next((v for v in readings if has_numbers and type(v) in (int, float)), text)


def _readings(text: str, types: list[str]) -> Iterator[Any]:
    """Yield what a text may stand for, first what is more likely."""
    if text in WORDS:
        yield WORDS[text]
        return
    try:
        number = read_number(text)
    except ValueError:
        return
    real = float(number)
    whole = [int(number)] if number == number.to_integral_value() else []
    # 1 may mean one feature, and 1.0 all of them.
    is_written_whole = bool(whole) and text.strip(BLANKS).lstrip("+-").isdigit()
    if types == ["Real"] or not is_written_whole:
        yield real
        yield from whole
    else:
        yield from whole
        yield real


def _by_present(text: str, present: Any) -> Any:
    """Return what a text stands for beside the present value of a parameter."""
    if isinstance(present, str):
        return text
    readings = list(_readings(text, ["Real"] if isinstance(present, float) else []))
    if not readings:
        return text
    if isinstance(present, bool) and text in ("0", "1"):
        return text == "1"
    if isinstance(present, int) and not isinstance(present, bool):
        return next((value for value in readings if type(value) is int), readings[0])
    return readings[0]
