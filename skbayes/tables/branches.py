"""What the branches of a space are called where a user reads of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from skbayes.space import Branch, Categorical, Space, are_alike, brief, plain_key, same_value

__all__ = ["branch_labels", "choice_name"]

# What the choice between the dicts of a list is called, where no parameter makes it.
ANY_SPACE = "space"


def choice_name(space: Space) -> str:
    """Return what the choice between the branches of a space is called.

    The parameter that each branch has other values of, such as the step of a pipeline that is
    searched; "space" where there is none.
    """
    return _setter(space) or ANY_SPACE


def branch_labels(space: Space) -> list[str]:
    """Return a short text for each branch, in which they differ.

    The values of the parameter that makes the choice; where there is none, the number of the dict
    with what only this one has.

    Examples
    --------
    >>> from skbayes.space import parse_space
    >>> branch_labels(parse_space([{"model": ["svm"], "C": (0.1, 9.0)}, {"model": ["knn"]}]))
    ["model='svm'", "model='knn'"]
    >>> branch_labels(parse_space([{"a": [1], "b": [2]}, {"a": [1], "b": [2, 3]}]))
    ['space 0: b=2', 'space 1: b=2 or 3']
    """
    setter = _setter(space)
    if setter is not None:
        return [_values(setter, dict(branch.parameters)[setter]) for branch in space.branches]
    if len(space.branches) == 1:
        return ["all"]
    labels = []
    for branch in space.branches:
        told = [
            _values(name, dimension)
            for name, dimension in branch.parameters
            if not all(_has_same(name, dimension, other) for other in space.branches)
        ]
        place = f"{ANY_SPACE} {branch.number}"
        labels.append(f"{place}: {', '.join(told)}" if told else place)
    # Parts of one dict may differ in nothing that is told.
    return [
        label if labels.count(label) == 1 else f"{label} ({', '.join(branch.names)})"
        for label, branch in zip(labels, space.branches, strict=True)
    ]


def _setter(space: Space) -> str | None:
    """Return the parameter whose value tells the branch; None if there is none."""
    if len(space.branches) == 1:
        return None
    for name in space.branches[0].names:
        dimensions = [dict(branch.parameters).get(name) for branch in space.branches]
        lists = [each for each in dimensions if isinstance(each, Categorical)]
        if len(lists) == len(dimensions) and _are_disjoint(lists):
            return name
    return None


def _are_disjoint(lists: Sequence[Categorical]) -> bool:
    """Whether no two of some lists have a value in common."""
    keys = [{key for v in each.categories if (key := plain_key(v))} for each in lists]
    opaque = [[v for v in each.categories if not plain_key(v)] for each in lists]
    return all(one.isdisjoint(other) for one, other in combinations(keys, 2)) and not any(
        same_value(a, b) for one, other in combinations(opaque, 2) for a in one for b in other
    )


def _has_same(name: str, dimension: Any, branch: Branch) -> bool:
    other = dict(branch.parameters).get(name)
    return other is not None and are_alike(dimension, other)


def _values(name: str, dimension: Any) -> str:
    """Return a parameter with its values, if these are few."""
    if not isinstance(dimension, Categorical):
        return name
    values = dimension.categories
    if len(values) > 3:
        return f"{name}={brief(values[0])} and {len(values) - 1} others"
    return f"{name}={' or '.join(map(brief, values))}"
