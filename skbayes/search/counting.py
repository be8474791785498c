"""Which parameters do not count for which candidates: what estimators ignore, in a space.

``gamma`` has no effect beside ``kernel="linear"``. Each candidate has a value of it all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from skbayes._compat import BaseSearchCV, owner_of
from skbayes.known import ignored_by
from skbayes.search.conditions import categories_of, owners
from skbayes.space import Conditions, Dimension, Space, has, same_value, show

__all__ = ["counting", "may_ignore", "said_of_ignored"]

Parameters = Mapping[str, Dimension]


def may_ignore(search: BaseSearchCV, options: Mapping[str, Any]) -> bool:
    """Tell whether the search may leave alone what the estimator ignores.

    A constraint may refuse just those candidates in which such a parameter is at its middle, and
    strategies without a model have nothing to gain.
    """
    is_free = search.is_allowed is None and options.get("is_allowed") is None
    return is_free and search.strategy == "bayesian"


def counting(space: Space, estimator: Any) -> Space:
    """Return a space in which parameters do not count where the estimator ignores them.

    A parameter that is ignored for each value of a dict counts: whoever varies it has a reason.
    """
    counts = [_counts(dict(branch.parameters), estimator) for branch in space.branches]

    def has_effect(number: int | None, name: str, setter: str) -> bool:
        # A dict with conditions was divided: its branches have the values of a list between them.
        return any(
            of_branch.get(name, {}).get(setter, True)
            for branch, of_branch in zip(space.branches, counts, strict=True)
            if branch.number == number and {name, setter} <= set(branch.names)
        )

    branches = []
    for branch, of_branch in zip(space.branches, counts, strict=True):
        kept: dict[str, dict[str, frozenset[int]]] = {}
        for name, of in of_branch.items():
            for setter, codes in of.items():
                if has_effect(branch.number, name, setter):
                    kept.setdefault(name, {})[setter] = codes
        branches.append(replace(branch, counts=kept))
    return Space(tuple(branches))


def _counts(parameters: Parameters, estimator: Any) -> Conditions:
    """Return for which values of other parameters the estimator does not ignore a parameter."""
    counts: dict[str, dict[str, frozenset[int]]] = {}
    prefixes = _prefixes_of_lists(parameters)
    for name, dimension in parameters.items():
        is_replaced = any(
            name != each and name.startswith(prefix) for each, prefix in prefixes.items()
        )
        if dimension.n_values == 1 or is_replaced:
            continue
        # Of a step with several values, what each of them ignores.
        of_each = [
            set(_ignored(value, rest, name, parameters))
            for value, rest in owners(name, parameters, estimator)
        ]
        for setter, code in sorted(set.intersection(*of_each)):
            all_codes = frozenset(range(len(categories_of(parameters[setter]))))
            of = counts.setdefault(name, {})
            of[setter] = of.get(setter, all_codes) - {code}
    return counts


def _prefixes_of_lists(parameters: Parameters) -> dict[str, str]:
    """Return the lists of named parts that are searched, with the beginning of their owner's names.

    Such a list may replace the parts whose parameters begin so.
    """
    return {
        name: name.removesuffix(name.rpartition("__")[2])
        for name, dimension in parameters.items()
        if any(map(_has_named_parts, categories_of(dimension)))
    }


def _has_named_parts(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(
        isinstance(part, tuple) and part and isinstance(part[0], str) for part in value
    )


def _ignored(value: Any, rest: str, name: str, parameters: Parameters) -> Iterator[tuple[str, int]]:
    """Yield other parameters and their codes for which an estimator ignores a parameter.

    `rest` is the name of the parameter there, `name` that in the space.
    """
    if not has(value, "get_params"):
        return
    owner, own_name = owner_of(value, rest)
    for line in ignored_by(owner, own_name):
        setter = name.removesuffix(own_name) + line.setter
        for code, category in enumerate(categories_of(parameters.get(setter))):
            if any(same_value(category, each) for each in line.values):
                yield setter, code


def said_of_ignored(space: Space) -> str:
    """Return a line that says where parameters do not count; "" if all do everywhere."""
    found: dict[str, dict[str, None]] = {}
    for branch in space.branches:
        dimensions = dict(branch.parameters)
        for name, of in branch.counts.items():
            for setter, codes in of.items():
                categories = enumerate(categories_of(dimensions[setter]))
                values = [show(value) for code, value in categories if code not in codes]
                found.setdefault(f"{setter} is {' or '.join(values)}", {})[name] = None
    parts = [f"{', '.join(names)} if {condition}" for condition, names in found.items()]
    return f"Ignored by the estimator, so not varied: {'; '.join(parts)}" if parts else ""
