"""Ranges of whole numbers that stand for parameters which take any real number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skbayes._compat import BaseSearchCV, takes_reals
from skbayes._warnings import unsaid, warn
from skbayes.space import Integer, check_dimension, has, show

__all__ = ["warn_of_whole_ranges"]

# A range is written with its bounds, a prior and a base.
MAX_LENGTH = 4


def warn_of_whole_ranges(search: BaseSearchCV) -> None:
    """Warn of ranges of two ints where real numbers are meant.

    ``(0, 1)`` holds two numbers, as in scikit-optimize. What is meant is told by the values that
    the estimator declares to take, or by the present one. Whoever writes `Integer` means it.

    Parameters
    ----------
    search : BaseSearchCV
        With a space that has been read before.
    """
    spaces = search.search_spaces
    elements = spaces if isinstance(spaces, list | tuple) else [spaces]
    found: dict[str, Sequence[Any]] = {}
    for element in elements:
        space = element[0] if isinstance(element, tuple) else element
        if isinstance(space, Mapping):
            found.update(_whole_ranges(space, search.estimator))
    if not found:
        return
    low, high = map(show, next(iter(found.values()))[:2])
    pairs = ", ".join(f"{name!r}: {show(written)}" for name, written in found.items())
    warn(
        f"search_spaces: {pairs}: a range between two ints holds whole numbers only, and "
        f"{'this parameter takes' if len(found) == 1 else 'these parameters take'} any real "
        f"number. Write ({low}.0, {high}.0) for all numbers between, or "
        f"Integer({low}, {high}) for the whole ones without this warning."
    )


def _whole_ranges(space: Mapping[str, Any], estimator: Any) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield names and ranges of a dictionary whose parameters take real numbers."""
    for name, written in space.items():
        if not (isinstance(written, list | tuple) and len(written) <= MAX_LENGTH):
            continue
        with unsaid():
            is_whole = isinstance(check_dimension(written), Integer)
        if is_whole and any(takes_reals(*owner) for owner in _owners(name, space, estimator)):
            yield name, written


def _owners(name: str, space: Mapping[str, Any], estimator: Any) -> Iterator[tuple[Any, str]]:
    """Yield who has a parameter, and its name there: each value of a step that is searched."""
    parts = name.split("__")
    for n in range(len(parts) - 1, 0, -1):
        values = space.get("__".join(parts[:n]))
        values = getattr(values, "categories", values)
        if isinstance(values, list | tuple):
            rest = "__".join(parts[n:])
            for value in values:
                if has(value, "get_params") and not isinstance(value, type):
                    yield value, rest
            return
    yield estimator, name
