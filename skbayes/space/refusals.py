"""Why parameters are no point of a space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skbayes.space.categories import Categorical
from skbayes.space.dimensions import Dimension, no_member
from skbayes.space.integers import code_of
from skbayes.space.layout import Branch
from skbayes.space.values import show

__all__ = ["why_in_none"]


def why_in_none(branches: Sequence[Branch], params: Mapping[str, Any]) -> str:
    """Return why parameters are in none of some branches, as a sentence.

    It is told of the branch that is most like them: in which the fewest lists, then the fewest
    dimensions of any kind refuse a value, then the fewest names are missing or too many.
    """
    refused = [
        {
            name: error
            for name, dimension in branch.parameters
            if name in params and (error := _refusal(dimension, params[name]))
        }
        for branch in branches
    ]

    def difference(index: int) -> tuple[int, int, int]:
        lists = {n for n, d in branches[index].parameters if isinstance(d, Categorical)}
        n_lists = len(lists & refused[index].keys())
        return n_lists, len(refused[index]), len(params.keys() ^ {*branches[index].names})

    nearest = min(range(len(branches)), key=difference)
    names = branches[nearest].names
    for name, error in refused[nearest].items():
        return f"{name}: {error}"
    # Values that another branch refuses say which one is meant.
    others = {name for index, errors in enumerate(refused) if index != nearest for name in errors}
    if not others:
        shapes = " or ".join(str(list(branch.names)) for branch in branches)
        return f"The parameters must be {shapes}."
    place = ", ".join(f"{name}={show(params[name])}" for name in names if name in others)
    surplus = [
        f"{name} is not in the dict with {place}: leave it out"
        for name in params
        if name not in names
    ]
    missing = [f"{name} is missing" for name in names if name not in params]
    return f"{'; '.join([*surplus, *missing])}."


def _refusal(dimension: Dimension, value: Any) -> str:
    """Return why a dimension does not have a value; nothing if it has."""
    return "" if code_of(dimension, value) is not None else str(no_member(value, dimension))
