"""What a search space means for an estimator: its names, its number of candidates, its present."""

from __future__ import annotations

import difflib
import math
import warnings
from collections.abc import Iterator
from typing import Any

from sklearn.base import clone

from .space import Branch, Categorical, Space

__all__ = ["check_names", "count_candidates", "present_points"]


def check_names(space: Space, estimator: Any, *, is_list: bool) -> None:
    """Check that the estimator has every parameter of the space.

    A parameter of a step that is itself searched, such as ``clf__C`` beside ``clf``, is sought
    in the values that the step may take.

    Parameters
    ----------
    space : Space
    estimator : estimator
    is_list : bool
        Whether the user wrote a list of spaces, for the message.

    Raises
    ------
    ValueError
        Naming the parameter, and those that are close to it.
    """
    known = estimator.get_params(deep=True) if hasattr(estimator, "get_params") else {}
    for number, branch in enumerate(space.branches):
        for name, dimension in branch.parameters:
            if name in known:
                continue
            value = dimension.rvs(random_state=0)
            if any(
                _accepts(variant, name, value) for variant in _variants(estimator, branch, name)
            ):
                continue
            place = f"search_spaces[{number}]" if is_list else "search_spaces"
            raise ValueError(
                f"{place}[{name!r}]: {type(estimator).__name__} has no parameter {name!r}; "
                f"{_hint(name, list(known))}"
            )


def _hint(name: str, known: list[str]) -> str:
    """Return what an unknown name may have meant: a step left out, a letter wrong."""
    close = [other for other in known if other.endswith(f"__{name}")]
    by_lower = {other.lower(): other for other in known}
    close += [by_lower[key] for key in difflib.get_close_matches(name.lower(), by_lower)]
    if close:
        return f"did you mean {' or '.join(map(repr, dict.fromkeys(close)))}?"
    return f"it has {', '.join(sorted(known))}."


def _variants(estimator: Any, branch: Branch, name: str) -> Iterator[Any]:
    """Yield copies of the estimator, one for each value of a searched step that holds `name`."""
    yield clone(estimator)
    for step, dimension in branch.parameters:
        if name.startswith(f"{step}__") and isinstance(dimension, Categorical):
            for value in dimension.categories:
                try:
                    yield clone(estimator).set_params(**{step: clone(value, safe=False)})
                except ValueError:
                    continue


def _accepts(estimator: Any, name: str, value: Any) -> bool:
    """Tell whether a parameter can be set: some estimators take more than they list."""
    try:
        estimator.set_params(**{name: clone(value, safe=False)})
    except (AttributeError, TypeError, ValueError):
        return False
    return True


def count_candidates(space: Space, n_iter: int) -> int:
    """Return the number of candidates of a search, with a warning if the space has no more.

    Branches with a number of their own get that number, the others share `n_iter`.
    """
    wanted = sum(branch.n_iter or 0 for branch in space.branches)
    possible = sum(min(branch.n_iter, _size(branch)) for branch in space.branches if branch.n_iter)
    shared = [_size(branch) for branch in space.branches if branch.n_iter is None]
    if shared:
        wanted += n_iter
        possible += min(n_iter, sum(shared))
    if possible < wanted:
        warnings.warn(
            f"The total space of parameters {possible} is smaller than the {wanted} candidates "
            f"that were asked for (n_iter={n_iter}). Each of the {possible} is evaluated once.",
            UserWarning,
            stacklevel=3,
        )
    return int(possible)


def _size(branch: Branch) -> float:
    """Return the number of points of a branch, which may be infinite."""
    return math.inf if branch.n_values is None else branch.n_values


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
            params = _present(estimator, branch, is_set=is_set)
            if params is not None and _contains(space, params, number):
                found[number] = params
    return list(found.values())[:n_points]


def _present(estimator: Any, branch: Branch, *, is_set: bool) -> dict[str, Any] | None:
    """Return the values of the parameters of a branch, or None if some do not exist."""
    if is_set:
        fixed = {
            name: clone(dimension.decode(0), safe=False)
            for name, dimension in branch.parameters
            if isinstance(dimension, Categorical) and dimension.n_values == 1
        }
        # Some estimators of users' own fail when there is nothing to set.
        if fixed:
            try:
                estimator = clone(estimator).set_params(**fixed)
            except (AttributeError, TypeError, ValueError):
                return None
    values = estimator.get_params(deep=True)
    if any(name not in values for name, _ in branch.parameters):
        return None
    return {name: values[name] for name, _ in branch.parameters}


def _contains(space: Space, params: dict[str, Any], branch: int) -> bool:
    try:
        space.encode(params, branch=branch)
    except (TypeError, ValueError):
        return False
    return True
