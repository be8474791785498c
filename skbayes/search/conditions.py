"""Which parameters exist for each value of a step: conditions, inferred from the estimators.

Beside ``"clf": [SVC(), RandomForestClassifier()]``, the parameter ``clf__C`` means something for
the first value only. A dictionary of such parameters is the same search as a list of dictionaries
without conditions, one for each set of parameters that exist together, and becomes just that: the
branches of a space.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from skbayes._compat import accepts
from skbayes.space import (
    PLAIN_TYPES,
    Categorical,
    Conditional,
    Conditions,
    Dimension,
    Space,
    Written,
    arrange_branches,
    close_names,
    has,
    parse_branches,
    show,
)

__all__ = ["as_written", "categories_of", "owners", "space_of", "with_conditions"]

Parameters = Mapping[str, Dimension]


def space_of(spaces: Any, estimator: Any, seed: int) -> Space:
    """Return the space of a search from what is written, with a seed for what has to be drawn.

    Raises
    ------
    TypeError, ValueError
        If it is malformed, or not one of the estimator.
    """
    return with_conditions(parse_branches(spaces, random_state=seed), estimator)


def as_written(search_spaces: Any, number: Any) -> Mapping[str, Any]:
    """Return a dict of a space as the user wrote it; nothing if a `Space` was given."""
    each = search_spaces[number] if isinstance(search_spaces, list | tuple) else search_spaces
    each = each[0] if isinstance(each, tuple) else each
    if not isinstance(each, Mapping):
        return {}
    return {n: v.values if isinstance(v, Conditional) else v for n, v in each.items()}


def with_conditions(written: Iterable[Written], estimator: Any) -> Space:
    """Divide what a user wrote so that each branch has just the parameters that exist in it.

    A parameter of a step that is itself searched, such as ``clf__C`` beside ``clf``, is sought in
    the values that the step may take; any other, in the estimator. What is `Conditional` exists
    where both its own conditions and those of its step hold.

    Raises
    ------
    ValueError
        If a parameter exists nowhere, naming those that are close to it; or if there are more
        than ``MAX_BRANCHES`` sets of parameters.
    """
    found = []
    for branch, own, place in written:
        told = _conditions(dict(branch.parameters), estimator, place)
        both = {name: {**own.get(name, {}), **told.get(name, {})} for name in {**own, **told}}
        for name in own.keys() & told.keys():
            for setter in own[name].keys() & told[name].keys():
                both[name][setter] = own[name][setter] & told[name][setter]
        found.append(Written(branch, both, place))
    return arrange_branches(found)


def _conditions(parameters: Parameters, estimator: Any, place: str) -> Conditions:
    """Return what exists for each value of each searched step; ValueError for what never does."""
    conditions: dict[str, dict[str, frozenset[int]]] = {}
    known = _listed(estimator)
    for name, dimension in parameters.items():
        step, sample = _step_of(name, parameters), dimension.rvs(random_state=0)
        if step is None and (name in known or accepts(estimator, {name: sample})):
            continue
        found = _where(name, sample, step, parameters, estimator)
        if found is None:
            raise ValueError(f"{place}[{name!r}]: {_refusal(name, step, parameters, estimator)}")
        setter, exists = found
        conditions[name] = {setter: frozenset(np.flatnonzero(exists).tolist())}
    return conditions


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
    return [(value, rest) for value in categories_of(parameters[step])]


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
            exists = [accepts(value, {rest: sample}) for value, rest in found]
        if any(exists):
            return step, exists
    # Others take parameters for a value that is no estimator, such as an optimiser, or have them
    # once a whole list of steps is set.
    for setter in _lists(parameters) if step is None else [step]:
        exists = [
            accepts(estimator, {setter: value, name: sample})
            for value in categories_of(parameters[setter])
        ]
        if any(exists):
            return setter, exists
    return None


def categories_of(dimension: Dimension | None) -> Sequence[Any]:
    """Return the values of a list; none of what is no list."""
    return dimension.categories if isinstance(dimension, Categorical) else ()


def _lists(parameters: Parameters) -> list[str]:
    """Return the names of what is searched and is no choice of plain values."""
    return [
        name
        for name, dimension in parameters.items()
        if not all(type(value) in PLAIN_TYPES for value in categories_of(dimension))
    ]


def _refusal(name: str, step: str | None, parameters: Parameters, estimator: Any) -> str:
    """Return that a parameter exists nowhere, and what may have been meant."""
    if step is None:
        hint = _hint(name, list(_listed(estimator)))
        return f"{type(estimator).__name__} has no parameter {name!r}; {hint}"
    values = categories_of(parameters[step])
    listed = [f"{step}__{known}" for value in values for known in _listed(value)]
    return (
        f"{show(list(values))}, the values of {step!r}, have no parameter "
        f"{name.removeprefix(f'{step}__')!r}; {_hint(name, listed)}"
    )


def _hint(name: str, known: Sequence[str]) -> str:
    """Return what an unknown name may have meant: a step left out, a letter wrong."""
    close = close_names(name, known)
    if close:
        return f"did you mean {' or '.join(map(repr, close))}?"
    if not known:
        return "leave it out."
    return f"it has {', '.join(sorted(dict.fromkeys(known)))}."
