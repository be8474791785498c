"""Bounds of a space beyond which an estimator takes nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from skbayes._compat import number_types, owner_of, takes_value
from skbayes.search.conditions import owners
from skbayes.space import Categorical, Integer, Real, Space

if TYPE_CHECKING:
    from skbayes.space import Dimension

__all__ = ["last_bounds"]


def last_bounds(
    space: Space, estimator: Any, fitted: Any = None, n_rows: int | None = None
) -> frozenset[tuple[int, str, str]]:
    """Return the bounds beyond which an estimator takes nothing, as it declares or with the data.

    Parameters
    ----------
    space : Space
    estimator : estimator object
    fitted : estimator object or None, default=None
        The estimator, fitted with the parameters whose bounds are looked at.
    n_rows : int or None, default=None
        Rows of the smallest training fold.

    Returns
    -------
    frozenset of tuple
        Each is the index of its branch, its name and its side.
    """
    return frozenset(
        (index, name, side)
        for index, branch in enumerate(space.branches)
        for name, dimension in branch.parameters
        for side, bound in zip(("lower", "upper"), _ends(dimension), strict=False)
        if all(
            _is_last(owner, own_name, bound, -1 if side == "lower" else 1)
            for owner, own_name in owners(name, dict(branch.parameters), estimator)
        )
        or (side == "upper" and _is_most(fitted, name, bound, n_rows))
    )


def _ends(dimension: Dimension) -> list[Any]:
    """Return the least and the largest number of a dimension; nothing if it has no such ends."""
    if isinstance(dimension, Integer | Real):
        return [dimension.low, dimension.high]
    if isinstance(dimension, Categorical) and {*map(type, dimension.categories)} <= {int, float}:
        return [min(dimension.categories), max(dimension.categories)]
    return []


def _is_last(estimator: Any, name: str, bound: int | float, sign: int) -> bool:
    """Whether a parameter takes a number, but not the next one in a direction."""
    try:
        owner, name = owner_of(estimator, name)
        is_whole = isinstance(bound, int) and "Real" not in number_types(owner, name)
        beyond = bound + sign if is_whole else math.nextafter(bound, sign * math.inf)
        return takes_value(owner, name, bound) and not takes_value(owner, name, beyond)
    except Exception:  # of what is no estimator, such as the word for a step that is left out
        return False


def _is_most(fitted: Any, name: str, bound: int | float, n_rows: int | None) -> bool:
    """Whether no larger number is possible with the data that a fitted part has seen."""
    # Only this question pays for reading what is known.
    from skbayes.known import most_possible

    try:
        owner, name = owner_of(fitted, name)
        counts = {"n_features": getattr(owner, "n_features_in_", None), "n_samples": n_rows}
        return bound >= most_possible(owner, name, counts)
    except Exception:  # of what is no estimator, such as the word for a step that is left out
        return False
