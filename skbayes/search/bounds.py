"""Bounds of a space beyond which an estimator takes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from skbayes._compat import number_types, takes_value
from skbayes.search.conditions import owners
from skbayes.space import Categorical, Integer, Real, Space, has

if TYPE_CHECKING:
    from skbayes.space import Dimension

__all__ = ["last_bounds"]

# Index of a branch, name of a parameter, and side.
Bounds = frozenset[tuple[int, str, str]]


def last_bounds(
    space: Space, estimator: Any, fitted: Any = None, n_rows: int | None = None
) -> tuple[Bounds, Bounds]:
    """Return the bounds beyond which an estimator takes nothing, as it declares or with the data.

    Parameters
    ----------
    space : Space
    estimator : estimator object
    fitted : estimator object or None, default=None
        The estimator, fitted with the parameters whose bounds are looked at.
    n_rows : int or None, default=None
        Rows of the smallest training fold.

    Returns
    -------
    last, unsure : frozenset of tuple
        Each is the index of its branch, its name and its side. `unsure` has those that the data may
        limit, where it is not known how far.
    """
    found: dict[bool | None, set[tuple[int, str, str]]] = {True: set(), False: set(), None: set()}
    for index, branch in enumerate(space.branches):
        for name, dimension in branch.parameters:
            ends = _ends(dimension)
            try:
                paths, is_fitted = _paths(name, dict(branch.parameters), estimator, fitted)
                own_name = name.rpartition("__")[2]
                told = [_are_last(path, own_name, ends, n_rows, is_fitted) for path in paths]
            except Exception:  # of what is no estimator, such as the word for a step left out
                continue
            for side, of_side in zip(("lower", "upper"), zip(*told, strict=True), strict=False):
                # Of several values of a step, one that takes more is a reason to go on.
                is_last = False if False in of_side else None if None in of_side else True
                found[is_last].add((index, name, side))
    return frozenset(found[True]), frozenset(found[None])


def _ends(dimension: Dimension) -> list[Any]:
    """Return the least and the largest number of a dimension; nothing if it has no such ends."""
    if isinstance(dimension, Integer | Real):
        return [dimension.low, dimension.high]
    if isinstance(dimension, Categorical) and {*map(type, dimension.categories)} <= {int, float}:
        return [min(dimension.categories), max(dimension.categories)]
    return []


def _paths(
    name: str, parameters: Mapping[str, Dimension], estimator: Any, fitted: Any
) -> tuple[list[list[Any]], bool]:
    """Return the ways to the estimators that may have a parameter, and whether they are fitted.

    Each begins with the estimator that is searched. The fitted one has one way, to one of the
    values of a step that is searched.
    """
    paths = []
    for owner, own_name in owners(name, parameters, estimator):
        outer = name.removesuffix(own_name).split("__")[:-1]
        inner = own_name.split("__")[:-1]
        paths.append([*_parts(estimator, outer)[:-1], *_parts(owner, inner)])
    path = [] if fitted is None else _parts(fitted, name.split("__")[:-1])
    is_fitted = bool(path) and type(path[-1]) in {type(each[-1]) for each in paths}
    return ([path] if is_fitted else paths), is_fitted


def _parts(estimator: Any, names: list[str]) -> list[Any]:
    """Return an estimator, the part of it with the first name, the part of that, and so on."""
    parts = [estimator]
    for name in names:
        parts.append(_part(parts[-1], name))
    return parts


def _part(estimator: Any, name: str) -> Any:
    """Return a part of an estimator: what was fitted in place of a parameter, if there is such.

    None for a word in place of an estimator.
    """
    if not has(estimator, "get_params"):
        return None
    fitted = (each for each in _fitted(estimator, name) if has(each, "n_features_in_"))
    return next(fitted, estimator.get_params(deep=True).get(name))


def _fitted(estimator: Any, name: str) -> Iterator[Any]:
    """Yield what may have been fitted in place of a part, by the conventions of scikit-learn."""
    for several in ("named_estimators_", "named_transformers_"):
        yield getattr(estimator, several, {}).get(name)
    if name == "estimator":
        # All of these see as many features; in a chain the first one sees the fewest.
        for several in ("estimators_", "calibrated_classifiers_"):
            for each in [*getattr(estimator, several, [])][:1]:
                yield each
                yield getattr(each, name, None)
        yield getattr(estimator, "best_estimator_", None)
    yield getattr(estimator, f"{name}_", None)


def _are_last(
    path: list[Any], name: str, ends: list[Any], n_rows: int | None, is_fitted: bool
) -> list[bool | None]:
    """Whether a parameter takes nothing beyond each end; None where that is not known."""
    return [
        _is_declared_last(path[-1], name, end, sign)
        or (sign > 0 and isinstance(end, int) and _is_most(path, name, end, n_rows, is_fitted))
        for end, sign in zip(ends, (-1, 1), strict=False)
    ]


def _is_declared_last(owner: Any, name: str, bound: int | float, sign: int) -> bool:
    """Whether a parameter takes a number, but not the next one in a direction."""
    is_whole = isinstance(bound, int) and "Real" not in number_types(owner, name)
    beyond = bound + sign if is_whole else math.nextafter(bound, sign * math.inf)
    return takes_value(owner, name, bound) and not takes_value(owner, name, beyond)


def _is_most(
    path: list[Any], name: str, bound: int, n_rows: int | None, is_fitted: bool
) -> bool | None:
    """Whether the data allow no larger number; None if that is not known."""
    # Only this question pays for reading what is known.
    from skbayes.known import largest_of, share_inside

    *outer, owner = path
    # Between these two numbers each quantity lies.
    known: dict[str, tuple[float, float]] = {}
    if n_rows is not None:
        known["n_samples"] = n_rows * math.prod(map(share_inside, outer)), n_rows
    if is_fitted and has(owner, "n_features_in_"):
        n_features = owner.n_features_in_
        known |= {"n_features": (n_features,) * 2, "n_features - 1": (n_features - 1,) * 2}
    if is_fitted and has(owner, "classes_"):
        known["n_classes - 1"] = (len(owner.classes_) - 1,) * 2
    limits = [known.get(each, (0, math.inf)) for each in largest_of(owner, name)]
    if not limits or bound < min(least for least, _ in limits):
        return False
    return True if bound >= min(most for _, most in limits) else None
