"""The names of the classes of an estimator, by which the tables of this room know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

__all__ = ["by_class", "class_keys", "library_names"]

# The libraries whose classes are named in the tables of this room.
LIBRARIES = ("sklearn", "xgboost", "lightgbm", "catboost")

T = TypeVar("T")


def class_keys(value: Any) -> list[tuple[str, str]]:
    """Return package and name of the class of a value, and of those that it is derived from."""
    return [(cls.__module__.partition(".")[0], cls.__name__) for cls in type(value).__mro__]


def by_class(table: Mapping[tuple[str, str], T], value: Any) -> T | None:
    """Return what a table has for the nearest class of a value; None if it has none of them."""
    return next((table[key] for key in class_keys(value) if key in table), None)


def library_names(value: Any, *, derived: bool = True) -> set[str]:
    """Return the names of those classes of a value that a library defines.

    A class of the user's own with the name of one of these is another class.

    Parameters
    ----------
    value : object
    derived : bool, default=True
        Whether a class that a user has derived from one of a library has the names of this one.
    """
    keys = class_keys(value)
    if not derived and keys[0][0] not in LIBRARIES:
        return set()
    return {name for package, name in keys if package in LIBRARIES}
