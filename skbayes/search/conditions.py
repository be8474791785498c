"""Which parameters exist for each value of a step: conditions, inferred from the estimators.

Beside ``"clf": [SVC(), RandomForestClassifier()]``, the parameter ``clf__C`` means something for
the first value only. A dictionary of such parameters is the same search as a list of dictionaries
without conditions, one for each set of parameters that exist together, and becomes just that: the
branches of a space.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sklearn.base import clone

from skbayes.space import PLAIN_TYPES, Branch, Categorical, Dimension, Space, has, parse_space, show

__all__ = ["as_written", "owners", "space_of", "with_conditions"]

# Each branch is a category of the model and has its place in the initial design: with many more
# of them than candidates, no search could tell which are good.
MAX_BRANCHES = 256

Parameters = Mapping[str, Dimension]
# For each searched step, and each of its values, the names below it that exist then.
Conditions = Mapping[str, Sequence[frozenset[str]]]


def space_of(search: Any, seed: int) -> Space:
    """Return the space of a search, with a seed for what has to be drawn.

    Raises
    ------
    TypeError, ValueError
        If it is malformed, or not one of the estimator.
    """
    space = parse_space(search.search_spaces, random_state=seed)
    is_list = not isinstance(search.search_spaces, Mapping)
    return with_conditions(space, search.estimator, is_list=is_list)


def as_written(search_spaces: Any, number: Any) -> Mapping[str, Any]:
    """Return a dict of a space as the user wrote it; nothing if a `Space` was given."""
    each = search_spaces[number] if isinstance(search_spaces, list | tuple) else search_spaces
    each = each[0] if isinstance(each, tuple) else each
    return each if isinstance(each, Mapping) else {}


def with_conditions(space: Space, estimator: Any, *, is_list: bool) -> Space:
    """Divide the branches of a space so that each has just the parameters that exist in it.

    A parameter of a step that is itself searched, such as ``clf__C`` beside ``clf``, is sought in
    the values that the step may take; any other, in the estimator. `is_list` says for the message
    whether the user wrote a list of spaces.

    Raises
    ------
    ValueError
        If a parameter exists nowhere, naming those that are close to it; or if there are more
        than ``MAX_BRANCHES`` sets of parameters.
    """
    branches: list[Branch] = []
    for branch in space.branches:
        place = f"search_spaces[{branch.number}]" if is_list else "search_spaces"
        parameters = dict(branch.parameters)
        conditions = _conditions(parameters, estimator, place)
        for part in _parts(parameters, conditions):
            branches.append(replace(branch, parameters=tuple(part.items())))
            if len(branches) > max(MAX_BRANCHES, len(space.branches)):
                raise ValueError(
                    f"{place}: the values of {', '.join(map(repr, conditions))} differ in the "
                    f"parameters that they have, in more than {MAX_BRANCHES} combinations, which "
                    "is the most that can be searched. Leave some of the values or of their "
                    "parameters out."
                )
    return space if len(branches) == len(space.branches) else Space(tuple(branches))


def _conditions(parameters: Parameters, estimator: Any, place: str) -> Conditions:
    """Return what exists for each value of each searched step; ValueError for what never does."""
    conditions: dict[str, list[set[str]]] = {}
    known = _listed(estimator)
    for name, dimension in parameters.items():
        step, sample = _step_of(name, parameters), dimension.rvs(random_state=0)
        if step is None and (name in known or _accepts(estimator, {name: sample})):
            continue
        found = _where(name, sample, step, parameters, estimator)
        if found is None:
            raise ValueError(f"{place}[{name!r}]: {_refusal(name, step, parameters, estimator)}")
        setter, exists = found
        of_step = conditions.setdefault(setter, [set() for _ in exists])
        for names, does_exist in zip(of_step, exists, strict=True):
            if does_exist:
                names.add(name)
    return {step: [frozenset(names) for names in of] for step, of in conditions.items()}


def _step_of(name: str, parameters: Parameters) -> str | None:
    """Return the nearest searched step that a parameter belongs to, if there is one."""
    parts = name.split("__")
    steps = ("__".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
    return next((s for s in steps if isinstance(parameters.get(s), Categorical)), None)


def owners(name: str, parameters: Parameters, estimator: Any) -> list[tuple[Any, str]]:
    """Return who has a parameter, and its name there: each value of a step that is searched."""
    step = _step_of(name, parameters)
    if step is None:
        return [(estimator, name)]
    rest = name.removeprefix(f"{step}__")
    return [(value, rest) for value in _values(parameters[step])]


def _parts(parameters: Parameters, conditions: Conditions) -> Iterator[Parameters]:
    """Yield parts of a dictionary without conditions, which together are the dictionary."""
    for step in [name for name in parameters if name in conditions]:
        dimension: Any = parameters[step]  # Categorical, as `_step_of` chose it
        groups: dict[frozenset[str], list[Any]] = {}
        for value, exist in zip(dimension.categories, conditions[step], strict=True):
            groups.setdefault(exist, []).append(value)
        if len(groups) == 1:
            continue
        others = {name: of for name, of in conditions.items() if name != step}
        below = frozenset().union(*groups)
        for exist, values in groups.items():
            absent = below - exist
            part = {
                name: other
                for name, other in parameters.items()
                if not any(name == gone or name.startswith(f"{gone}__") for gone in absent)
            }
            part[step] = Categorical(values, ordered=dimension.ordered)
            yield from _parts(part, others)
        return
    yield parameters


def _listed(value: Any) -> Mapping[str, Any]:
    """Return the parameters that a value of a step lists; none for what is no estimator."""
    if isinstance(value, type) or not has(value, "get_params"):
        return {}
    try:
        return dict(value.get_params(deep=True))
    except Exception:  # of what is no estimator after all; its fits will tell
        return {}


def _where(
    name: str, sample: Any, step: str | None, parameters: Parameters, estimator: Any
) -> tuple[str, list[bool]] | None:
    """Return by which step, and for which of its values, a parameter exists; None if for none."""
    if step is not None:
        found = owners(name, parameters, estimator)
        exists = [rest in _listed(value) for value, rest in found]
        if not any(exists):
            # Some estimators take more than they list, and some of those take anything.
            exists = [_accepts(value, {rest: sample}) for value, rest in found]
        if any(exists):
            return step, exists
    # Others take parameters for a value that is no estimator, such as an optimiser, or have them
    # once a whole list of steps is set.
    for setter in _lists(parameters) if step is None else [step]:
        exists = [
            _accepts(estimator, {setter: value, name: sample})
            for value in _values(parameters[setter])
        ]
        if any(exists):
            return setter, exists
    return None


def _values(dimension: Dimension) -> Sequence[Any]:
    return dimension.categories if isinstance(dimension, Categorical) else ()


def _lists(parameters: Parameters) -> list[str]:
    """Return the names of what is searched and is no choice of plain values."""
    return [
        name
        for name, dimension in parameters.items()
        if not all(type(value) in PLAIN_TYPES for value in _values(dimension))
    ]


def _refusal(name: str, step: str | None, parameters: Parameters, estimator: Any) -> str:
    """Return that a parameter exists nowhere, and what may have been meant."""
    if step is None:
        hint = _hint(name, list(_listed(estimator)))
        return f"{type(estimator).__name__} has no parameter {name!r}; {hint}"
    values = _values(parameters[step])
    listed = [f"{step}__{known}" for value in values for known in _listed(value)]
    return (
        f"{show(list(values))}, the values of {step!r}, have no parameter "
        f"{name.removeprefix(f'{step}__')!r}; {_hint(name, listed)}"
    )


def _accepts(estimator: Any, params: Mapping[str, Any]) -> bool:
    """Tell whether parameters can be set: some estimators take more than they list."""
    if isinstance(estimator, type) or not has(estimator, "set_params"):
        return False
    try:
        clone(estimator).set_params(**clone(dict(params), safe=False))
    except Exception:  # each library refuses in its own way
        return False
    return True


def _hint(name: str, known: Sequence[str]) -> str:
    """Return what an unknown name may have meant: a step left out, a letter wrong."""
    close = [other for other in known if other.endswith(f"__{name}")]
    by_lower = {other.lower(): other for other in known}
    close += [by_lower[key] for key in difflib.get_close_matches(name.lower(), by_lower)]
    if close:
        return f"did you mean {' or '.join(map(repr, dict.fromkeys(close)))}?"
    if not known:
        return "leave it out."
    return f"it has {', '.join(sorted(dict.fromkeys(known)))}."
