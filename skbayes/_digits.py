"""Numbers as texts, in as many digits as tell them from each other."""

from __future__ import annotations

import math

__all__ = ["beside", "significant"]

# A smaller share of a number is rounding.
ROUNDING = 1e-14
# With so many digits, every float has a text of its own.
MAX_DIGITS = 17


def significant(number: float, digits: int, least: float = math.nan) -> str:
    """Return a number with some significant digits; with more, if these show no difference.

    Parameters
    ----------
    number : float
    digits : int
        As many are shown at least; zeros at the end are left out.
    least : float, default=nan
        The least difference that matters, such as a standard error: the digits go on to the first
        one of this number. NaN or 0 if it is not known.

    Examples
    --------
    >>> significant(0.973333, 5, 0.018), significant(-1e9 + 0.0324, 5, 0.012)
    ('0.97333', '-999999999.97')
    """
    if ROUNDING * abs(number) < least < math.inf and number:
        places = math.floor(math.log10(abs(number))) - math.floor(math.log10(least))
        digits = max(digits, places + 1)
    return f"{number:.{digits}g}"


def beside(number: float, other: float, digits: int) -> str:
    """Return a number with some significant digits; with more, if these put it beyond another one.

    Parameters
    ----------
    number : int or float
        An int is shown as it is.
    other : int or float
        The text is on the same side of this number as `number`, and equal to it only if `number`
        is.
    digits : int
        As many are shown at least; zeros at the end are left out.

    Examples
    --------
    >>> beside(0.99998982, 0.99999, 4), beside(0.5, 0.99999, 4)
    ('0.9999898', '0.5')
    """
    if not isinstance(number, float):
        return str(number)
    texts = (f"{number:.{n}g}" for n in range(digits, MAX_DIGITS + 1))
    side = number > other, number < other
    return next(text for text in texts if (float(text) > other, float(text) < other) == side)
