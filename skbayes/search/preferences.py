"""Which of two candidates of a search is simpler: what is known or wished, for its own space."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbayes._compat import owner_of, tells_ints_from_floats
from skbayes.known import SIMPLICITY, simplicity_of
from skbayes.rules import HIGH, OneStandardError
from skbayes.search.conditions import owners
from skbayes.space import (
    Branch,
    Categorical,
    Dimension,
    Point,
    Space,
    as_float,
    close_names,
    is_number,
    same_value,
    show,
)

__all__ = ["Preferences", "preferences"]


@dataclass(frozen=True, slots=True)
class Preference:
    """Which values of a parameter make simpler models.

    Attributes
    ----------
    simple : {"low", "high"} or sequence
        Or the values themselves, from the simplest one on.
    no_limit : tuple
        Values that stand for no limit, which are the least simple ones.
    is_typed : bool
        Whether 1 and 1.0 mean different things, a number and a share: these are not compared.
    """

    simple: Any
    no_limit: tuple[Any, ...] = (None,)
    is_typed: bool = False

    def complexity(self, value: Any, best: Any) -> float:
        """Return how complex a value is, and NaN if it cannot be compared with the best one's."""
        if not isinstance(self.simple, str):
            places = [i for i, each in enumerate(self.simple) if same_value(each, value)]
            return float(places[0]) if places else math.nan
        if any(same_value(each, value) for each in self.no_limit):
            return math.inf
        is_typed = self.is_typed and is_number(value) and is_number(best)
        if is_typed and isinstance(value, numbers.Integral) != isinstance(best, numbers.Integral):
            return math.nan
        return -as_float(value) if self.simple == HIGH else as_float(value)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What makes the candidates of a space simple, for each of its branches.

    Attributes
    ----------
    space : Space
    by_branch : tuple of mapping
        Names of parameters with the preference, the one that matters most first.
    """

    space: Space
    by_branch: tuple[Mapping[str, Preference], ...]

    def complexity(self, points: Sequence[Point], best: Point) -> NDArray[np.float64]:
        """Return how complex candidates are beside the best one.

        Candidates of another branch cannot be compared, nor those with another value in a list of
        which nobody has said what is simple, such as another kernel: that is another model.

        Parameters
        ----------
        points : sequence of Point
        best : Point
            That of the best candidate.

        Returns
        -------
        ndarray of shape (n_points, n_parameters)
            The lower, the simpler; NaN for what cannot be compared.
        """
        preferred = self.by_branch[best.branch]
        branch = self.space.branches[best.branch]
        names = branch.names
        fixed = [
            place
            for place, (name, dimension) in enumerate(branch.parameters)
            if name not in preferred and _is_choice(dimension)
        ]
        of_best = self.space.decode(best)
        found = np.full((len(points), len(preferred)), math.nan)
        for row, point in enumerate(points):
            if point.branch != best.branch or any(
                point.codes[place] != best.codes[place] for place in fixed
            ):
                continue
            params = self.space.decode(point)
            for column, (name, preference) in enumerate(preferred.items()):
                place = names.index(name)
                value = preference.complexity(of_best[name], of_best[name])
                if math.isnan(value):
                    # Whatever it means, an equal one is as simple.
                    value = 0.0 if point.codes[place] == best.codes[place] else math.nan
                else:
                    value = preference.complexity(params[name], of_best[name])
                found[row, column] = value
        return found


def preferences(space: Space, estimator: Any, rule: OneStandardError) -> Preferences:
    """Return what makes candidates simple, as the user says or as is known of the estimators.

    Raises
    ------
    ValueError
        If `rule` names what is not searched, or nothing is known.
    """
    if rule.prefer is not None:
        _check(rule.prefer, space)
        by_branch = [_given(rule.prefer, branch, estimator) for branch in space.branches]
    else:
        by_branch = [_known(branch, estimator) for branch in space.branches]
        if not any(by_branch):
            raise ValueError(_nothing_is_known(space))
    return Preferences(space, tuple(by_branch))


def _searched(branch: Branch) -> dict[str, Dimension]:
    return {name: each for name, each in branch.parameters if each.n_values != 1}


def _is_choice(dimension: Dimension) -> bool:
    """Whether the values are a list without an order, and not all of them numbers."""
    return (
        isinstance(dimension, Categorical)
        and not dimension.is_ordered
        and not all(map(is_number, dimension.categories))
    )


def _known(branch: Branch, estimator: Any) -> dict[str, Preference]:
    """Return what the table says, in its order."""
    found = {}
    for name in _searched(branch):
        lines = {simplicity_of(*part) for part in _parts(name, branch, estimator)}
        # For several values of a step the parameter may mean different things.
        if len(lines) == 1 and (line := lines.pop()) is not None:
            found[name] = line
    return {
        name: Preference(line.simple, line.no_limit, _is_typed(name, branch, estimator))
        for name, line in sorted(found.items(), key=lambda item: SIMPLICITY.index(item[1]))
    }


def _given(prefer: Mapping[str, Any], branch: Branch, estimator: Any) -> dict[str, Preference]:
    """Return what the user says, in that order."""
    searched = _searched(branch)
    return {
        name: Preference(simple, is_typed=_is_typed(name, branch, estimator))
        for name, simple in prefer.items()
        if name in searched
    }


def _parts(name: str, branch: Branch, estimator: Any) -> list[tuple[Any, str]]:
    """Return the parts of the estimator that may have a parameter, and its name there."""
    try:
        return [owner_of(*each) for each in owners(name, dict(branch.parameters), estimator)]
    except Exception:  # of what is no estimator after all
        return [(None, name)]


def _is_typed(name: str, branch: Branch, estimator: Any) -> bool:
    return any(tells_ints_from_floats(*part) for part in _parts(name, branch, estimator))


def _check(prefer: Mapping[str, Any], space: Space) -> None:
    """Raise ValueError if what a user prefers is not searched, or cannot be compared."""
    dimensions: dict[str, list[Dimension]] = {}
    for branch in space.branches:
        for name, dimension in branch.parameters:
            dimensions.setdefault(name, []).append(dimension)
    for name, simple in prefer.items():
        place = f"OneStandardError: prefer[{name!r}]"
        if name not in dimensions:
            close = close_names(name, dimensions) or sorted(dimensions)
            raise ValueError(
                f"{place}: search_spaces has no such parameter; it has "
                f"{', '.join(map(repr, close))}."
            )
        if isinstance(simple, str):
            if not any(_has_numbers(each) for each in dimensions[name]):
                raise ValueError(
                    f"{place}={simple!r} is for numbers, and the values are "
                    f"{show(list(dimensions[name][0].bounds))}: give a list of these values, with "
                    "the simplest value first."
                )
            continue
        if not any(map(_has_few_values, dimensions[name])):
            raise ValueError(
                f"{place} is a list of values, and search_spaces has a range for it: "
                f"{dimensions[name][0]!r}. Write 'low' or 'high'."
            )
        for value in simple:
            if not any(_holds(each, value) for each in dimensions[name]):
                raise ValueError(
                    f"{place} has {show(value)}, which is not a value of search_spaces: "
                    f"{dimensions[name][0]!r}."
                )


def _has_numbers(dimension: Dimension) -> bool:
    return not isinstance(dimension, Categorical) or any(map(is_number, dimension.categories))


def _has_few_values(dimension: Dimension) -> bool:
    """Whether a list can hold all values: of others no candidate would be compared."""
    return dimension.n_values is not None


def _holds(dimension: Dimension, value: Any) -> bool:
    try:
        dimension.encode(value)
    except (TypeError, ValueError):
        return False
    return True


def _nothing_is_known(space: Space) -> str:
    searched = {name: each for branch in space.branches for name, each in _searched(branch).items()}
    shown = ", ".join(map(repr, searched)) or "none, because each parameter has only one value"
    # An example that can be written down as it is.
    for_low = (name for name, each in searched.items() if _has_numbers(each))
    example = f"{{{next(for_low, 'name')!r}: 'low'}}"
    return (
        "refit='1se' takes the simplest candidate within one standard error of the best. But "
        "skbayes does not know which values are simple for any of the searched parameters: "
        f"{shown}. Write for example refit=OneStandardError(prefer={example}), with 'low', 'high' "
        "or a list of values with the simplest value first. Or write refit=True for the best "
        "candidate."
    )
