"""Checks of numbers that users give as parameters."""

from __future__ import annotations

import numbers
import sys
from typing import Any

from skbayes.space.values import is_number, native

__all__ = ["check_count", "is_finite", "is_integer"]


def is_integer(value: Any) -> bool:
    """Whether a value is an int, builtin or numpy, and no boolean."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_finite(value: Any) -> bool:
    """Whether a value is a finite number, and no boolean."""
    # Compared, for an int may be beyond all floats.
    return is_number(value) and bool(abs(native(value)) <= sys.float_info.max)


def check_count(owner: str, name: str, value: Any) -> None:
    """Raise ValueError unless the parameter `name` of `owner` is an int of at least 1."""
    if not (is_integer(value) and value >= 1):
        raise ValueError(f"{owner}: {name} must be an int of at least 1, got {value!r}.")
