"""Search spaces of estimators that are known, through all that is built of them."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from skbayes.known.entries import Entry, Range, entries, entry_of, holds
from skbayes.known.facts import Facts, facts_of
from skbayes.space import Conditional, has

__all__ = ["suggest_space"]


def suggest_space(estimator: Any, X: Any = None, y: Any = None) -> Any:
    """Return a search space for an estimator that is known, and for all that is inside it.

    Parameters
    ----------
    estimator : estimator, or list of estimator
        It may be a pipeline, a column transformer, an ensemble or another estimator that holds
        some: each parameter gets the name that `get_params` has for it.
    X : array-like, default=None
        Data, of which only the shape is looked at. Ranges that depend on it, such as a number of
        components, are left out or narrow without it.
    y : array-like, default=None
        Target, of which a classifier's classes are counted.

    Returns
    -------
    dict, or list of dict
        Names of parameters, with lists of values, ranges as tuples, and `Conditional` of these:
        `search_spaces`, to look at and to change. A list of estimators has a list of them.

    Raises
    ------
    ValueError
        If something of the estimator is not known, naming what is.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from skbayes import suggest_space
    >>> suggest_space(Ridge())
    {'alpha': (0.001, 1000.0, 'log-uniform')}
    """
    if isinstance(estimator, list | tuple):
        return [suggest_space(each, X, y) for each in estimator]
    facts = facts_of(X, y, is_classifier=is_classifier(estimator))
    return dict(_walk(estimator, facts, ""))


def _walk(estimator: Any, facts: Facts, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of an estimator and of all inside it, with what to search."""
    entry = entry_of(estimator)
    parameters = estimator.get_params(deep=True)
    inside = {
        name: value for name, value in parameters.items() if "__" not in name and _fits(value)
    }
    if entry is None and parameters and not inside:
        raise ValueError(_refusal(estimator, prefix))
    if entry is not None:
        yield from _own(entry, parameters, facts, prefix)
    for name, part, known in _parts(estimator, entry, inside, facts):
        yield from _walk(part, known, f"{prefix}{name}__")


def _fits(value: Any) -> bool:
    """Tell whether a value of a parameter is an estimator of its own."""
    return not isinstance(value, type) and has(value, "get_params") and has(value, "fit")


def _parts(
    estimator: Any, entry: Entry | None, inside: Mapping[str, Any], facts: Facts
) -> Iterator[tuple[str, Any, Facts]]:
    """Yield what is inside an estimator, with what is known of the data that it gets."""
    if isinstance(estimator, Pipeline):
        for name, step in estimator.steps:
            if name in inside:
                yield name, step, facts
                facts = _after(step, facts)
    elif isinstance(estimator, ColumnTransformer):
        columns = {name: chosen for name, _, chosen in estimator.transformers}
        for name, part in inside.items():
            yield name, part, replace(facts, n_features=_n_columns(columns.get(name)))
    else:
        unknown = {"n_samples": 0.0, "n_features": 0.0, "n_classes": 0.0, "n_smallest": 0.0}
        shares = unknown if entry is None else entry.inside
        for name, part in inside.items():
            yield name, part, facts.shrunk(shares)


def _after(step: Any, facts: Facts) -> Facts:
    """Return what is known of the data behind a step."""
    entry = entry_of(step)
    if entry is not None and entry.features in ("same", "more"):
        return facts
    return replace(facts, n_features=None, is_sparse=None)


def _n_columns(chosen: Any) -> int | None:
    """Return how many columns are chosen, where that is to be seen without the data."""
    if isinstance(chosen, str | int):
        return 1
    is_list = isinstance(chosen, list | tuple | np.ndarray)
    if is_list and len(chosen) and not isinstance(chosen[0], bool | np.bool_):
        return len(chosen)
    return None


def _own(
    entry: Entry, parameters: Mapping[str, Any], facts: Facts, prefix: str
) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of an estimator itself, with what to search."""
    found: dict[str, Any] = {}
    for name, ways in entry.space.items():
        if name not in parameters:
            continue
        for way in ways:
            written = _written(way, facts) if holds(way, entry, parameters) else None
            if written is not None and way.when.keys() <= found.keys():
                if way.when:
                    when = {f"{prefix}{setter}": list(v) for setter, v in way.when.items()}
                    written = Conditional(written, when=when)
                found[name] = written
                break
    for name, written in found.items():
        yield prefix + name, written


def _written(way: Range, facts: Facts) -> Any:
    """Return a list or a tuple as users write them; None where the range is not the right one."""
    for name, (least, most) in way.only.items():
        quantity = getattr(facts, name)
        if quantity is None or not least <= quantity <= most:
            return None
    if any(getattr(facts, name) is None for name in way.needs):
        return None
    if way.values is not None:
        return list(way.values)
    low, high = way.low, way.high
    for bounds, is_upper in ((way.at_most, True), (way.at_least, False)):
        for name, share in bounds.items():
            quantity = getattr(facts, name)
            if quantity is None:
                continue
            bound = share * quantity
            if isinstance(low, int) and isinstance(high, int):
                bound = math.floor(bound) if is_upper else math.ceil(bound)
            if is_upper:
                high = min(high, bound)
            else:
                low = max(low, bound)
    if high < low:
        return None
    if high == low:
        return [low]
    return (low, high) if way.scale is None else (low, high, way.scale)


def _refusal(estimator: Any, prefix: str) -> str:
    name = type(estimator).__name__
    names = known_names()
    close = difflib.get_close_matches(name, names, n=3)
    others = [each for each in names if each not in close]
    place = f" (it is {prefix.removesuffix('__')!r})" if prefix else ""
    return (
        f"No search space is known for {name}{place}. Write its parameters and their ranges as a "
        "dict, beside what suggest_space returns for the rest. Known are "
        f"{', '.join([*close, *others])}."
    )


def known_names() -> list[str]:
    """Return the names of all classes that are known, in alphabetical order."""
    return sorted(_all_names(entries()))


def _all_names(found: Iterable[Entry]) -> Iterator[str]:
    for entry in found:
        yield from entry.classes
