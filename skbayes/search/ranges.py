"""Ranges of whole numbers that stand for parameters which take any real number."""

from __future__ import annotations

from typing import Any

from skbayes._compat import BaseSearchCV, takes_reals
from skbayes._warnings import warn
from skbayes.search.conditions import as_written, owners
from skbayes.space import Integer, Space, show

__all__ = ["warn_of_whole_ranges"]


def warn_of_whole_ranges(search: BaseSearchCV, space: Space) -> None:
    """Warn of ranges of two ints where real numbers are meant.

    ``(0, 1)`` holds two numbers, as in scikit-optimize. What is meant is told by the values that
    the estimator declares to take, or by the present one. Whoever writes `Integer` means it.
    """
    found: dict[str, Any] = {}
    for branch in space.branches:
        written = as_written(search.search_spaces, branch.number)
        parameters = dict(branch.parameters)
        for name, value in written.items():
            # A list or tuple that is no list of values.
            is_range = isinstance(parameters.get(name), Integer) and isinstance(value, list | tuple)
            if is_range and any(
                takes_reals(*owner) for owner in owners(name, parameters, search.estimator)
            ):
                found[name] = value
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
