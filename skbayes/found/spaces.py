"""The space of a search that does not hold it as this package has it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from skbayes.space import (
    Branch,
    Categorical,
    Integer,
    Real,
    Space,
    as_float,
    has,
    native,
    parse_space,
)

if TYPE_CHECKING:
    from skbayes.space import Dimension

__all__ = ["guessed_space", "is_known", "written_space"]


def written_space(search: Any, params: Sequence[Mapping[str, Any]]) -> Space | None:
    """Return the space of a search of scikit-learn; None if it is not one that holds its own."""
    written = getattr(search, "param_grid", None) or getattr(search, "param_distributions", None)
    dicts = [written] if isinstance(written, Mapping) else list(written or ())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # There, every list and every tuple is one of values.
            space = parse_space(
                [
                    {k: v if has(v, "rvs") else Categorical(list(v)) for k, v in each.items()}
                    for each in dicts
                ]
            )
            for each in params:
                space.encode(each)
    except (TypeError, ValueError):
        return None
    return space


def guessed_space(
    params: Sequence[Mapping[str, Any]],
    lists: Sequence[Mapping[str, Sequence[Any] | None]] = (),
) -> Space:
    """Return a space that holds given candidates, where the space of the search is not known.

    Numbers become the range that they span, on a logarithmic scale over two decades; anything
    else a list. Candidates with the same names are one branch.

    Parameters
    ----------
    params : sequence of mapping
        Of each candidate.
    lists : sequence of mapping, default=()
        What is known of each branch: the list of a parameter, or None if it has a range.
    """
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for each in params:
        groups.setdefault(_names(each), []).append(each)
    known: dict[tuple[str, ...], list[Mapping[str, Sequence[Any] | None]]] = {}
    for lists_of_branch in lists:
        known.setdefault(_names(lists_of_branch), []).append(lists_of_branch)
    # A branch of lists exists without any candidate of it, too.
    for names, of_branches in known.items():
        if is_known(of_branches):
            groups.setdefault(names, [])
    branches = []
    for names, rows in groups.items():
        lists_of = known.get(names, ())
        dimensions = (
            _dimension([row[name] for row in rows], [each[name] for each in lists_of])
            for name in names
        )
        branches.append(Branch(tuple(zip(names, dimensions, strict=True))))
    return Space(tuple(branches))


def is_known(lists: Sequence[Mapping[str, Sequence[Any] | None]]) -> bool:
    """Tell whether lists of branches, see `guessed_space`, are the whole of their space.

    They are not if there is a range, or if branches of the same names are made one.
    """
    names = {_names(each) for each in lists}
    return len(names) == len(lists) and all(None not in each.values() for each in lists)


def _names(params: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(params))


def _dimension(values: Sequence[Any], lists: Sequence[Sequence[Any] | None]) -> Dimension:
    """Return a dimension that holds values; `lists` are those of all branches with its name."""
    known = [values for values in lists if values is not None]
    if not known or len(known) < len(lists):
        return _guessed(values)
    return Categorical(_distinct([native(value) for values in known for value in values]))


def _guessed(values: Sequence[Any]) -> Dimension:
    values = [native(value) for value in values]
    numbers = [value for value in values if type(value) in (int, float)]
    finite = [value for value in numbers if math.isfinite(as_float(value))]
    if len(finite) == len(values) and min(finite) < max(finite):
        low, high = min(finite), max(finite)
        if all(type(value) is int for value in values):
            is_wide = low > 0 and high >= 100 * low
            return Integer(low, high, "log-uniform" if is_wide else "uniform")
        return Real(float(low), float(high), "auto")
    return Categorical(_distinct(values))


def _distinct(values: Sequence[Any]) -> list[Any]:
    """Return each value once; objects are told apart by `Categorical` itself."""
    found: list[Any] = []
    seen: set[Any] = set()
    for value in values:
        key = (type(value), value) if isinstance(value, str | int | float | None) else id(value)
        if key not in seen:
            seen.add(key)
            found.append(value)
    return found
