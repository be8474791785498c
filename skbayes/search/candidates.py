"""What a search begins with: its ranges, the number of candidates, the present parameters."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from sklearn.base import clone

from skbayes._compat import BaseSearchCV, takes_reals, tells_ints_from_floats
from skbayes._warnings import warn
from skbayes.search.conditions import as_written, owners
from skbayes.space import Branch, Categorical, Integer, Space, native, show

__all__ = [
    "count_candidates",
    "n_possible",
    "portfolio_points",
    "present_points",
    "warn_of_whole_ranges",
]

# Configurations of a portfolio that a search begins with. After four the model knows better what is
# good on these data than others do: docs/decisions/portfolios.md.
N_OF_PORTFOLIO = 4
# Of a space with more points than this, floats could not count each.
MAX_SIZE = 2**53


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


def n_possible(space: Space, n_iter: int) -> int:
    """Return the number of candidates of a search.

    Dictionaries with a number of their own get that number, the others share `n_iter`; none has
    more than there are.
    """
    n_iter = native(n_iter)  # numpy's integers of few bits would overflow
    limits = {branch.number: branch.n_iter for branch in space.branches}
    sizes = dict.fromkeys(limits, 0.0)
    for branch in space.branches:
        sizes[branch.number] += _size(branch)
    possible = sum(min(limit, sizes[number]) for number, limit in limits.items() if limit)
    shared = sum(sizes[number] for number, limit in limits.items() if limit is None)
    return int(possible + min(n_iter, shared))


def count_candidates(space: Space, n_iter: int) -> int:
    """Return the number of candidates of a search, with a warning if the space has no more."""
    n_iter = native(n_iter)
    possible = n_possible(space, n_iter)
    limits = {branch.number: branch.n_iter for branch in space.branches}.values()
    wanted = sum(limit or 0 for limit in limits) + (n_iter if None in limits else 0)
    if possible < wanted:
        warn(
            f"The total space of parameters {possible} is smaller than the {wanted} candidates "
            f"that were asked for (n_iter={n_iter}). Each of the {possible} is evaluated once.",
        )
    return possible


def _size(branch: Branch) -> float:
    """Return the number of points of a branch, infinite if no search sees the end of them."""
    n_values = branch.n_values
    return math.inf if n_values is None or n_values > MAX_SIZE else n_values


def present_points(space: Space, estimator: Any, n_points: int) -> list[dict[str, Any]]:
    """Return the parameters that the estimator has now, where they lie inside the space.

    First those of the estimator as it is; then, for the other branches, those that it has once
    the parameters that a branch fixes are set, such as the defaults of each of several models.
    At most `n_points`.
    """
    found: dict[int, dict[str, Any]] = {}
    for is_set in (False, True):
        for number, branch in enumerate(space.branches):
            if number in found or (not is_set and found):
                continue
            owner = _with_constants(estimator, branch) if is_set else estimator
            params = None if owner is None else _present(owner, branch)
            if params is not None and _contains(space, params, number, owner):
                found[number] = params
    return list(found.values())[:n_points]


def portfolio_points(
    space: Space, estimator: Any, X: Any, y: Any, present: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return up to four dicts of parameters that were good on other data, if the space holds them.

    The best of each branch come first, then the second ones. Those that are `present` are left
    out, and lend their values to parameters of which nothing is known.
    """
    # Only a search that looks for them pays for reading them.
    from skbayes.known import configurations

    points = [space.encode(params) for params in present]
    by_branch = []
    for number, branch in enumerate(space.branches):
        own = [params for params, at in zip(present, points, strict=True) if at.branch == number]
        owner = _with_constants(estimator, branch)
        if owner is not None:
            by_branch.append(configurations(owner, branch, X, y, own[0] if own else None))
    found = [params for row in zip_longest(*by_branch) for params in row if params is not None]
    return [params for params in found if space.encode(params) not in points][:N_OF_PORTFOLIO]


def _with_constants(estimator: Any, branch: Branch) -> Any:
    """Return the estimator with what a branch fixes, or None if it cannot be set."""
    fixed = {
        name: clone(dimension.decode(0), safe=False)
        for name, dimension in branch.parameters
        if isinstance(dimension, Categorical) and dimension.n_values == 1
    }
    # Some estimators of users' own fail when there is nothing to set.
    if not fixed:
        return estimator
    try:
        return clone(estimator).set_params(**fixed)
    except Exception:  # each library refuses in its own way; the fits will tell
        return None


def _present(estimator: Any, branch: Branch) -> dict[str, Any] | None:
    """Return the values of the parameters of a branch, or None if some do not exist."""
    values = estimator.get_params(deep=True)
    if any(name not in values for name, _ in branch.parameters):
        return None
    return {name: values[name] for name, _ in branch.parameters}


def _contains(space: Space, params: dict[str, Any], branch: int, estimator: Any) -> bool:
    try:
        held = space.decode(space.encode(params, branch=branch))
    except (TypeError, ValueError):
        return False
    # One feature is not all features, and equal as a number.
    return all(
        isinstance(value, numbers.Integral) == isinstance(held[name], numbers.Integral)
        or not tells_ints_from_floats(estimator, name)
        for name, value in params.items()
    )
