"""What a search begins with: its ranges, the number of candidates, the present parameters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from sklearn.base import clone

from skbayes._compat import (
    BaseSearchCV,
    accepts,
    takes_reals,
)
from skbayes._warnings import warn
from skbayes.search.conditions import as_written, owners
from skbayes.search.results import grid_of_lists
from skbayes.space import Branch, Categorical, Integer, Point, Space, native, show

if TYPE_CHECKING:
    from skbayes.known import Change, Data

__all__ = [
    "STRATEGIES",
    "count_candidates",
    "grid_points",
    "n_planned",
    "n_possible",
    "portfolio_points",
    "present_points",
    "warn_of_whole_ranges",
]

STRATEGIES = ("bayesian", "random", "grid", "hyperband")

# The default of `n_iter`, with which a grid is searched to its end.
DEFAULT_N_ITER = 50
# From so many candidates on, a grid is likely to be larger than was thought.
LARGE_GRID = 10_000
# To ask of so many points whether they are allowed takes some seconds.
MAX_LISTED = 1_000_000
# Configurations of a portfolio that a search begins with. After four the model knows better what is
# good on these data than others do: docs/decisions/portfolios.md.
N_OF_PORTFOLIO = 4
# Of a space with more points than this, floats could not count each.
MAX_SIZE = 2**53
# More spaces than this are not named in a warning.
MAX_LABELS = 6


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
        f"search_spaces: {pairs}: a range between two ints has only whole numbers, but "
        f"{'this parameter takes' if len(found) == 1 else 'these parameters take'} any real "
        f"number. Write ({low}.0, {high}.0) for all real numbers of the range, or "
        f"Integer({low}, {high}) for whole numbers without this warning."
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


def count_candidates(
    space: Space, n_iter: int, is_allowed: Callable[[Point], bool] | None
) -> tuple[int, bool]:
    """Return the number of candidates of a search, with a warning if the space has no more.

    A space that has fewer points than are asked for is listed. So the warning and the number leave
    out the points that are not allowed, and those that two dictionaries have in common.

    Parameters
    ----------
    space : Space
    n_iter : int
    is_allowed : callable or None
        Says whether a point may be evaluated; None: each may.

    Returns
    -------
    n_candidates : int
        Their number, or the most that there can be.
    is_counted : bool
        Whether no candidate among these is refused.
    """
    n_iter = native(n_iter)
    possible = n_possible(space, n_iter)
    limits = {branch.number: branch.n_iter for branch in space.branches}.values()
    wanted = sum(limit or 0 for limit in limits) + (n_iter if None in limits else 0)
    is_counted = is_allowed is None
    if possible < wanted:
        those = ""
        if not any(limits):
            points = [point for point in space.grid() if is_allowed is None or is_allowed(point)]
            n = len({frozenset(space.twins(point)) for point in points})
            left_out = {
                "are not allowed": possible - len(points),
                "two dicts have": len(points) - n,
            }
            if n:  # else the search says itself that nothing is allowed
                told = " and ".join(f"{k} that {why}" for why, k in left_out.items() if k)
                those = f" (without {told})" if told else ""
                possible, is_counted = n, True
        warn(
            f"The total space of parameters {possible}{those} is smaller than the {wanted} "
            f"candidates that were asked for (n_iter={n_iter}). Each of the {possible} is "
            "evaluated once."
        )
    _warn_of_left_out_spaces(space, n_iter)
    return possible, is_counted


def is_used_up(
    space: Space, points: Iterable[Point], is_allowed: Callable[[Mapping[str, Any]], bool]
) -> bool:
    """Whether each point that is allowed is among some; False for a space of many points."""
    if space.n_values is None or space.n_values > MAX_LISTED:
        return False
    known = {twin for point in points for twin in space.twins(point)}
    return not any(point not in known and is_allowed(space.decode(point)) for point in space.grid())


def _warn_of_left_out_spaces(space: Space, n_iter: int) -> None:
    """Warn if there are fewer candidates than spaces, such as the models of a pipeline."""
    shared = [index for index, branch in enumerate(space.branches) if branch.n_iter is None]
    if n_iter == 1 or len(shared) <= n_iter:
        return  # a single candidate is a try that all is well
    from skbayes.tables import branch_labels

    labels = branch_labels(space)
    told = [labels[index] for index in shared[:MAX_LABELS]]
    rest = [f"{len(shared) - MAX_LABELS} more"] if len(shared) > MAX_LABELS else []
    warn(
        f"n_iter={n_iter} is smaller than the number of spaces, {len(shared)} "
        f"({'; '.join([*told, *rest])}): some of them get no candidate. Set n_iter to at least "
        f"{len(shared)}; ten candidates for each space are a good start."
    )


def n_planned(search: BaseSearchCV, space: Space) -> int:
    """Return the number of candidates that a search plans, those of ``(dict, n)`` aside.

    A grid is searched to its end, unless another `n_iter` than the default was given.

    Raises
    ------
    ValueError
        If a grid is wanted of a space that has no end.
    """
    if search.strategy != "grid":
        return search.n_iter  # type: ignore[no-any-return]
    for branch in space.branches:
        is_list = isinstance(search.search_spaces, list | tuple)
        place = f"search_spaces[{branch.number}]" if is_list else "search_spaces"
        for name, dimension in branch.parameters:
            if dimension.n_values is None or dimension.n_values > MAX_SIZE:
                auto = isinstance(search.search_spaces, str)
                raise ValueError(
                    f"{place}[{name!r}]: strategy='grid' needs a finite number of values, and "
                    f"{dimension!r} has too many. "
                    f"{'Take the dict of suggest_space, and write' if auto else 'Write'} the "
                    "values as a list, such as [0.1, 1.0, 10.0], or take strategy='random'."
                )
    n_points = space.n_values or 0
    if n_points > MAX_SIZE:
        raise ValueError(
            f"strategy='grid': the grid has {n_points} points, which is more than any search can "
            "evaluate. Write shorter lists, or take strategy='random'."
        )
    if search.n_iter != DEFAULT_N_ITER:
        return int(search.n_iter)
    # Dicts with a number of their own do not share it.
    return max(1, sum(b.n_values or 0 for b in space.branches if b.n_iter is None))


def grid_points(
    search: BaseSearchCV, space: Space, is_allowed: Callable[[Point], bool] | None
) -> tuple[int, Iterable[Point]]:
    """Return the size of a grid, and its points in `ParameterGrid`'s order.

    Where not all points are allowed, those that are not are left out of both, unless the grid is
    too large to be listed: then the points are no list, and there may be fewer.

    Raises
    ------
    ValueError
        If none is allowed.

    Warns
    -----
    UserWarning
        If it is large.
    """
    points: Iterable[Point] = grid_of_lists(space, search.search_spaces) or space.grid()
    n_candidates = n_possible(space, n_planned(search, space))
    if is_allowed is not None and (space.n_values or 0) <= MAX_LISTED:
        points = [point for point in points if is_allowed(point)]
        if not points:
            raise ValueError(
                f"is_allowed refuses each of the {space.n_values} points of the grid, so there is "
                "nothing to evaluate. It must return whether a dict of parameters may be used."
            )
        counts = Counter(space.branches[point.branch].number for point in points)
        limits = {branch.number: branch.n_iter for branch in space.branches}
        own = sum(min(limit, counts[number]) for number, limit in limits.items() if limit)
        shared = sum(counts[number] for number, limit in limits.items() if limit is None)
        n_candidates = min(n_candidates, own + min(n_planned(search, space), shared))
    if n_candidates > LARGE_GRID:
        warn(
            f"strategy='grid': the grid has {n_candidates} candidates, each of which is fitted for "
            "every fold. Write shorter lists, give n_iter, or take strategy='random'."
        )
    return n_candidates, points


def _size(branch: Branch) -> float:
    """Return the number of points of a branch, infinite if no search sees the end of them."""
    n_values = branch.n_values
    return math.inf if n_values is None or n_values > MAX_SIZE else n_values


@dataclass(frozen=True, slots=True, eq=False)
class Present:
    """The parameters that an estimator has, as near as a branch of the space comes to them.

    Parameters
    ----------
    params : mapping of str to object
    changes : sequence of Change
        What takes the part of another value.
    replaced : sequence of Change
        What the branch fixes in place of another value, and not all branches do: another model.
    n_choices : int
        Number of choices, such as that of a step, that had to be made anew.
    """

    params: Mapping[str, Any]
    changes: Sequence[Change]
    replaced: Sequence[Change]
    n_choices: int

    @property
    def is_as_it_was(self) -> bool:
        """Whether the estimator fits the same with these parameters as without them."""
        return not self.n_choices and all(change.is_same for change in self.changes)


def present_points(space: Space, estimator: Any, data: Data, n_points: int) -> list[Present]:
    """Return the parameters that the estimator has now, as near as the space comes to them.

    First those of the branch that comes nearest; then, for the other branches, those that it has
    once the choices of the branch are made, such as the defaults of each of several models. At
    most `n_points`.

    Parameters
    ----------
    space : Space
    estimator : estimator object
    data : Data
        What some of the values depend on.
    n_points : int
    """
    common = _common(space)
    found = [_present(estimator, branch, data, common) for branch in space.branches]
    # What an earlier branch holds as well is a point of that one.
    points = [
        point
        for index, point in enumerate(found)
        if point is not None and space.encode(point.params).branch == index
    ]
    if points:
        # Of those that come as near, the first one.
        first = min(points, key=lambda point: (point.n_choices, len(point.changes)))
        points.remove(first)
        points.insert(0, first)
    return points[:n_points]


def portfolio_points(
    space: Space, estimator: Any, data: Data, present: Sequence[Mapping[str, Any]]
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
            by_branch.append(configurations(owner, branch, data, own[0] if own else None))
    found = [params for row in zip_longest(*by_branch) for params in row if params is not None]
    return [params for params in found if space.encode(params) not in points][:N_OF_PORTFOLIO]


def _with_constants(estimator: Any, branch: Branch) -> Any:
    """Return the estimator with what a branch fixes, or None if it cannot be set."""
    fixed = {name: clone(value, safe=False) for name, value in _constants(branch).items()}
    # Some estimators of users' own fail when there is nothing to set.
    if not fixed:
        return estimator
    try:
        return clone(estimator).set_params(**fixed)
    except Exception:  # each library refuses in its own way; the fits will tell
        return None


def _constants(branch: Branch) -> dict[str, Any]:
    """Return the parameters that have one value in a branch, with that value."""
    return {
        name: dimension.decode(0)
        for name, dimension in branch.parameters
        if isinstance(dimension, Categorical) and dimension.n_values == 1
    }


def _common(space: Space) -> frozenset[str]:
    """Return the parameters that all branches fix in the same way, which is no choice."""
    fixed = [{(name, show(value)) for name, value in _constants(b).items()} for b in space.branches]
    return frozenset(name for name, _ in set.intersection(*fixed))


def _present(estimator: Any, branch: Branch, data: Data, common: Collection[str]) -> Present | None:
    """Return what an estimator has in a branch, or None if some of it does not exist."""
    from skbayes.known import nearest

    before = values = estimator.get_params(deep=True)
    constants = _constants(branch)
    chosen: dict[str, Any] = {}
    changes: list[Change] = []
    replaced: list[Change] = []
    for name, dimension in branch.parameters:
        if not isinstance(dimension, Categorical):
            continue
        if name in values:
            taken, change = nearest(estimator, name, dimension, values[name], data)
            if change is None:
                continue
            chosen[name] = taken
            if name not in constants:
                changes.append(change)
            elif name not in common:
                replaced.append(replace(change, why=f"in place of {show(change.given)}"))
        elif name in constants:
            chosen[name] = constants[name]
    # Some estimators of users' own fail when there is nothing to set.
    if chosen:
        try:
            estimator = clone(estimator).set_params(**clone(chosen, safe=False))
        except Exception:  # each library refuses in its own way; the fits will tell
            return None
        values = estimator.get_params(deep=True)
    params: dict[str, Any] = {}
    for name, dimension in branch.parameters:
        if name in chosen:
            params[name] = chosen[name]
            continue
        is_set = name in values
        # What was chosen for its parameters makes a step no other one.
        is_owner = name in before and any(other.startswith(f"{name}__") for other in chosen)
        value = before[name] if is_owner else values.get(name)
        taken, change = nearest(estimator, name, dimension, value, data, is_set=is_set)
        # Some boosters take more than they list.
        if not (is_set or accepts(estimator, {name: taken})):
            return None
        params[name] = taken
        if change is not None:
            changes.append(change)
    return Present(params, changes, replaced, len(chosen))
