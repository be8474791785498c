"""Search spaces of estimators that are known, through all that is built of them."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sklearn.base import is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from skbayes._warnings import warn
from skbayes.known.classes import class_keys
from skbayes.known.entries import Entry, Range, entries, entry_of, holds
from skbayes.known.facts import Facts, facts_of
from skbayes.known.sight import after, chosen_by
from skbayes.space import Conditional, close_names, has, same_value, show

__all__ = ["suggest_space", "suggested"]

# What is not known of the data inside of an estimator that is not known.
_UNKNOWN = (
    "n_samples",
    "n_features",
    "most_features",
    "n_classes",
    "n_smallest",
    "variance",
    "y_std",
    "spread",
)


def suggest_space(estimator: Any, X: Any = None, y: Any = None) -> Any:
    """Return a search space for an estimator that skbayes knows, and for all estimators inside it.

    Parameters
    ----------
    estimator : estimator, or list of estimator
        The estimator may be a pipeline, a column transformer, an ensemble or any other estimator
        that contains estimators. The names of the parameters are those of `get_params`.
    X : array-like, default=None
        Data. The function uses the shape and the variance of the data. Some ranges depend on the
        data, such as the range of a number of components. Without data, the function leaves out
        such a range, or returns a range that does not depend on the data. The function assumes that
        a training fold has half of the rows.
    y : array-like, default=None
        Target. The function uses the number of classes for a classifier, and the standard deviation
        for a regressor.

    Returns
    -------
    dict, or list of dict
        A space for `search_spaces` that you can read and change. It has names of parameters as
        keys, and lists of values, ranges as tuples, or `Conditional` as values. For a list of
        estimators, a list of such dicts. If these estimators are pipelines with the same names of
        steps, each dict contains its own steps, so that one search chooses between the pipelines.

    Raises
    ------
    ValueError
        If skbayes does not know the estimator. If skbayes does not know a step before the last
        step of a pipeline, there is only a warning, and the space has no parameters of this step.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from skbayes import suggest_space
    >>> suggest_space(Ridge())
    {'alpha': (0.001, 1000.0, 'log-uniform')}
    """
    return suggested(estimator, X, y)


def suggested(estimator: Any, X: Any, y: Any, n_rows: int | None = None) -> Any:
    """Return what `suggest_space` does, for training folds of at least `n_rows` rows."""
    if isinstance(estimator, list | tuple):
        return [
            {**choice, **suggested(each, X, y, n_rows)}
            for choice, each in zip(_choices(estimator), estimator, strict=True)
        ]
    if isinstance(estimator, type) or not has(estimator, "get_params"):
        raise TypeError(
            f"suggest_space needs an estimator, or a list of them, got {show(estimator)} of type "
            f"{type(estimator).__name__}. Give an object such as SVC(), not its class."
        )
    facts = facts_of(X, y, is_classifier=is_classifier(estimator), n_rows=n_rows)
    return dict(_walk(estimator, facts, ""))


def _choices(estimators: Sequence[Any]) -> list[dict[str, Any]]:
    """Return for each estimator of a list the parts in which it differs from the others.

    They are told as values of one candidate, so that a single search can take each estimator's
    place: only estimators of one class with parts of the same names can be made of each other.
    """
    parts = [
        {n: v for n, v in each.get_params(deep=True).items() if "__" not in n}
        for each in estimators
        if has(each, "get_params") and not isinstance(each, type)
    ]
    alike = len({(type(each), *sorted(p)) for each, p in zip(estimators, parts, strict=False)}) == 1
    if len(parts) < len(estimators) or not alike:
        return [{} for _ in estimators]
    names = [n for n in parts[0] if any(_fits(part[n]) for part in parts)]
    differ = [n for n in names if any(not same_value(part[n], parts[0][n]) for part in parts)]
    return [{name: [part[name]] for name in differ} for part in parts]


def _walk(
    estimator: Any, facts: Facts, prefix: str, *, is_step: bool = False
) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of an estimator and of all inside it, with what to search.

    A step of a pipeline before the last one is left as it is if it is not known.
    """
    entry = entry_of(estimator)
    parameters = estimator.get_params(deep=True)
    inside = {
        name: value
        for name, value in parameters.items()
        if "__" not in name and _fits(value) and (entry is None or name not in entry.leaves_out)
    }
    if entry is not None:
        yield from _own(entry, estimator, parameters, facts, prefix, is_step=is_step)
    elif parameters and not inside:
        if is_step:
            warn(
                f"No search space is known for {_called(estimator)}, so the search does not vary "
                f"the step {prefix.removesuffix('__')!r}. To search this step, add its parameters "
                "and their ranges to the dict that suggest_space returns."
            )
            return
        raise ValueError(_refusal(estimator, prefix))
    set_inside = {f"{prefix}{name}" for name in _searched_by(estimator)}
    for name, part, known in _parts(estimator, entry, inside, facts):
        if not all(f"{name}__{own}" in parameters for own in part.get_params(deep=False)):
            continue  # what is in a FrozenEstimator cannot be set
        # The last one is what the search is for.
        passes_on = isinstance(estimator, Pipeline) and part is not estimator.steps[-1][1]
        found = _walk(part, known, f"{prefix}{name}__", is_step=passes_on)
        yield from _without(set_inside, found)


def _searched_by(estimator: Any) -> Iterator[str]:
    """Yield the parameters that an estimator which is a search itself sets in each fit."""
    for name in ("param_grid", "param_distributions", "search_spaces"):
        written = getattr(estimator, name, None) or ()
        if isinstance(written, str):
            yield "estimator"  # "auto": all that is inside
            continue
        for space in [written] if isinstance(written, Mapping) else written:
            names = space[0] if isinstance(space, tuple) else space
            yield from (f"estimator__{each}" for each in names)


def _without(
    left_out: Iterable[str], found: Iterable[tuple[str, Any]]
) -> Iterator[tuple[str, Any]]:
    """Yield what is found, without some parameters and all that is inside of or needs these."""
    starts = tuple(f"{name}__" for name in left_out)
    for name, written in found:
        setters = written.when if isinstance(written, Conditional) else ()
        if not any(f"{each}__".startswith(starts) for each in (name, *setters)):
            yield name, written


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
            facts = after(step, facts, is_searched=True)
    elif isinstance(estimator, ColumnTransformer):
        for name, part in inside.items():
            yield name, part, chosen_by(estimator, name, facts)
    else:
        # What an ensemble that is not known does with the data is not known either.
        shares = dict.fromkeys(_UNKNOWN, 0.0) if entry is None else entry.inside
        for name, part in inside.items():
            yield name, part, facts.shrunk(shares)


def _own(
    entry: Entry,
    estimator: Any,
    parameters: Mapping[str, Any],
    facts: Facts,
    prefix: str,
    *,
    is_step: bool,
) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of an estimator itself, with what to search."""
    defaults = _defaults(estimator)
    found: dict[str, Any] = {}
    for first_name, ways in entry.space.items():
        aliases = entry.aliases.get(first_name, ())
        name = next((each for each in aliases if each in parameters), first_name)
        if name not in parameters and name not in entry.unlisted:
            continue
        own = parameters.get(name, defaults.get(name))
        is_own = not same_value(own, defaults.get(name, own))
        # A share of what counts also tells the number: the way of its own kind comes first.
        for way in sorted(ways, key=lambda way: isinstance(own, float) and type(way.low) is int):
            is_right = holds(way, entry, parameters) and not (is_step and way.is_last)
            written = _written(way, facts, own) if is_right else None
            if written is None or (is_own and isinstance(written, list) and len(written) == 1):
                continue
            if is_own and isinstance(written, list):
                written = written if any(same_value(own, v) for v in written) else [own, *written]
            when = _conditions(way, found, parameters)
            if when is not None:
                found[name] = Conditional(written, when=when) if when else written
                break
    for name, written in found.items():
        if isinstance(written, Conditional):
            when = {f"{prefix}{setter}": list(values) for setter, values in written.when.items()}
            written = Conditional(written.values, when=when)
        yield prefix + name, written


def _defaults(estimator: Any) -> Mapping[str, Any]:
    """Return the values that the constructor of an estimator has where nothing is given."""
    signature = inspect.signature(type(estimator).__init__)
    return {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }


def _conditions(
    way: Range, found: Mapping[str, Any], parameters: Mapping[str, Any]
) -> dict[str, list[Any]] | None:
    """Return for which values of what is searched a parameter exists; None if for none."""
    when = {}
    for setter, values in way.when.items():
        written = found.get(setter, [parameters.get(setter)])
        choices = written.values if isinstance(written, Conditional) else written
        kept = [v for v in choices if any(same_value(v, value) for value in values)]
        if not kept:
            return None
        if isinstance(written, Conditional) or len(kept) < len(choices):
            when[setter] = kept
    return when


def _written(way: Range, facts: Facts, own: Any) -> Any:
    """Return a list or a tuple as users write them; None where the range is not the right one."""
    for name, (least, most) in way.only.items():
        quantity = getattr(facts, name)
        if quantity is None or not least <= quantity <= most:
            return None
    if any(getattr(facts, name) is None for name in way.needs):
        return None
    scale = None if way.times is None else getattr(facts, way.times)
    if way.values is not None:
        return list(way.values) if scale is None else [_rounded(v * scale) for v in way.values]
    low, high = way.low, way.high
    if scale is not None:
        low, high = _rounded(low * scale), _rounded(high * scale)
    for name, share in way.reaches.items():
        quantity = getattr(facts, name)
        low = low if quantity is None else min(low, _rounded(share * quantity))
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
    if way.up_to_own:
        if not isinstance(own, int):
            return None
        high = min(high, own)
    if high < low:
        return None
    if high == low:
        return [low]
    return (low, high) if way.scale is None else (low, high, way.scale)


def _rounded(value: float) -> float:
    """Return a number with the two digits that are worth reading."""
    return float(f"{value:.1e}")


def _refusal(estimator: Any, prefix: str) -> str:
    close = close_names(type(estimator).__name__, known_names(), n=5)
    place = f" (it is {prefix.removesuffix('__')!r})" if prefix else ""
    similar = f" Known estimators with similar names: {', '.join(close)}." if close else ""
    return (
        f"No search space is known for {_called(estimator)}{place}. Write its parameters and their "
        f"ranges as a dict.{similar} The page 'Choosing a space' of the documentation lists all "
        "known estimators."
    )


def _called(estimator: Any) -> str:
    """Return the name of a class, with its package where that is not scikit-learn."""
    package, name = class_keys(estimator)[0]
    return name if package in ("sklearn", "__main__") else f"{package}.{name}"


def known_names() -> list[str]:
    """Return the names of all classes that are known, in alphabetical order."""
    return sorted(_all_names(entries()))


def _all_names(found: Iterable[Entry]) -> Iterator[str]:
    for entry in found:
        yield from entry.classes
