"""Shares of a fit: how many rows, rounds or iterations each rung takes, and which rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.utils.multiclass import type_of_target

from skbayes._compat import BaseSearchCV, accepts
from skbayes.known import other_names
from skbayes.optimizer import ROWS, stream
from skbayes.rules import COUNT_ROUNDING, N_SAMPLES
from skbayes.space import Branch, Categorical, Space, has, is_integer, native, show

__all__ = ["Resources", "n_samples", "read_resources"]

Rows = NDArray[np.intp]

# Rungs below the whole when the user does not say how small a share may be: with the usual factor
# of 3 the smallest is an eighty-first. Less says little of the whole.
MAX_RUNGS = 4
# Rows of each class and fold that the smallest share has at least, as in scikit-learn.
ROWS_PER_CLASS = 2
# A fold with this part of the most training rows is as good as any to look at: the sizes of k folds
# differ a little, those of a series much.
NEARLY_ALL = 0.9


@dataclass(frozen=True, eq=False)
class Resources:
    """What a candidate may be given less of.

    Attributes
    ----------
    name : str
        "n_samples", or a parameter of the estimator.
    amounts : tuple of int
        Of the rungs below the whole, ascending. Empty if the data are too few for a share.
    whole : int
        What a complete candidate is given.
    n_rows : int
        Number of samples of the data.
    orders : sequence of ndarray
        For each fold its training rows, of which a share takes the first ones. Empty if the
        resource is a parameter.
    folds : sequence of int
        The folds in the order in which a share is measured: first those with nearly the most
        training rows. Empty: as they are.
    """

    name: str
    amounts: tuple[int, ...]
    whole: int
    n_rows: int = 0
    orders: Sequence[Rows] = field(default=(), repr=False)
    folds: Sequence[int] = field(default=(), repr=False)
    # Of each fold and rung: data that many tasks have in common are sent to workers once only if
    # they are one object.
    _rows: dict[tuple[int, int | None], Rows] = field(default_factory=dict, init=False, repr=False)

    @property
    def all_amounts(self) -> tuple[int, ...]:
        """Of the rungs and, last, the whole."""
        return (*self.amounts, self.whole)

    @cached_property
    def shares(self) -> tuple[float, ...]:
        """What each rung takes of the whole."""
        return tuple(amount / self.whole for amount in self.amounts)

    def amount(self, rung: int | None) -> int:
        """Return what a rung takes; None: the whole."""
        return self.whole if rung is None else self.amounts[rung]

    def share(self, rung: int | None) -> float:
        """Return the share that a rung takes; None: the whole."""
        return 1.0 if rung is None else self.shares[rung]

    def params(self, rung: int | None) -> dict[str, int]:
        """Return the parameters that give the estimator the share of a rung."""
        return {} if self.name == N_SAMPLES else {self.name: self.amount(rung)}

    def fold(self, place: int, rung: int | None) -> int:
        """Return which fold is measured on a rung at a place; None: the fold of this number."""
        return self.folds[place] if self.folds and rung is not None else place

    def train(self, fold: int, train: Any, rung: int | None) -> Any:
        """Return the training rows of a fold on a rung, in the order of the data."""
        amount = self.amount(rung)
        if self.name != N_SAMPLES or amount == self.n_rows:
            return train
        if (fold, rung) not in self._rows:
            order = self.orders[fold]
            n = max(1, round(len(order) * amount / self.n_rows))
            self._rows[fold, rung] = np.sort(order[:n])
        return self._rows[fold, rung]


def n_samples(X: Any) -> int:
    """Return the number of samples of data that scikit-learn's `indexable` has passed."""
    return int(X.shape[0]) if has(X, "shape") else len(X)


def read_resources(
    search: BaseSearchCV,
    space: Space,
    data: Sequence[Any],
    splits: Sequence[tuple[Any, Any]],
    split_params: Mapping[str, Any],
    seed: int,
) -> Resources | None:
    """Return the shares that a search works with; None if it has whole fits only.

    Parameters
    ----------
    search : BaseSearchCV
        Its `resource`, `min_resources`, `max_resources` and `factor` are read.
    space : Space
    data : sequence
        X, and y if there is one.
    splits : sequence of (train, test)
    split_params : mapping
        What the splitter was given, `groups` perhaps.
    seed : int

    Raises
    ------
    ValueError, TypeError
        If one of the parameters is malformed, or `min_resources` is a number that leaves no share
        below the whole. Where it is a word, fits are whole then, as in scikit-learn's searches.
    """
    name = search.resource
    if name is None:
        return None
    X, y = (*data, None)[:2]
    n_rows = n_samples(X)
    n_classes = 0
    if name == N_SAMPLES:
        n_classes = _n_classes(search.estimator, y)
        whole = _whole(search, n_rows)
        if whole > n_rows:
            raise ValueError(
                f"max_resources={whole} is more than the {n_rows} samples of X: give at most "
                f"{n_rows}, or 'auto'."
            )
        smallest = ROWS_PER_CLASS * len(splits) * (n_classes or 1)
    else:
        whole, smallest = _whole(search, _present(search, space, name)), 1
    amounts = _amounts(search, whole, smallest)
    folds = _folds(splits)
    if name != N_SAMPLES:
        return Resources(name, amounts, whole, folds=folds)
    of_group = _codes(split_params.get("groups"), n_rows)
    orders = _orders(splits, y if n_classes else None, of_group, n_rows, seed)
    return Resources(name, amounts, whole, n_rows, orders, folds)


def _present(search: BaseSearchCV, space: Space, name: str) -> Any:
    """Return the value that the estimator has of a parameter."""
    params, of = search.estimator.get_params(deep=True), type(search.estimator).__name__
    if name not in params and accepts(search.estimator, {name: 2}):
        if search.max_resources == "auto":
            raise ValueError(
                f"max_resources='auto' takes the value that the estimator has, and {of}() has no "
                f"value of {name!r}: write {of}({name}=...), or give max_resources."
            )
    elif name not in params:
        raise ValueError(
            f"resource={name!r} is no parameter of {of}(): give one "
            "whose values are whole numbers, such as 'n_estimators' or 'max_iter' (with the name "
            "of its step in a pipeline, 'svc__max_iter'), or 'n_samples'."
        )
    for branch in space.branches:
        _check_branch(search.estimator, branch, name)
    return params.get(name)


def _check_branch(estimator: Any, branch: Branch, name: str) -> None:
    """Raise ValueError if the search cannot set the resource of all candidates of a branch."""
    if name in branch.names:
        raise ValueError(
            f"resource={name!r} is in search_spaces too. The search itself sets the resource, so "
            "take this parameter out of search_spaces."
        )
    steps = [step for step in branch.names if name.startswith(f"{step}__")]
    step = max(steps, key=len, default="")
    dimension = dict(branch.parameters).get(step)
    if not isinstance(dimension, Categorical):
        _check_names(estimator, branch, "", name)
        return
    prefix = f"{step}__"
    rest = name.removeprefix(prefix)
    for value in dimension.categories:
        if accepts(value, {rest: 2}):
            _check_names(value, branch, prefix, rest)
        # Some estimators take parameters for a value that is no estimator.
        elif not accepts(estimator, {step: value, name: 2}):
            raise ValueError(
                f"resource={name!r} is no parameter of {show(value)}, a value of {step!r} in "
                "search_spaces. Take this value out of search_spaces, or write "
                "resource='n_samples', which every estimator has."
            )


def _check_names(owner: Any, branch: Branch, prefix: str, name: str) -> None:
    """Raise ValueError if the resource has a value by another name, which would count instead."""
    for other, value in other_names(owner, name).items():
        if prefix + other in branch.names:
            raise ValueError(
                f"resource={prefix + name!r} is in search_spaces too, as {prefix + other!r}, which "
                "is another name for it. The search itself sets the resource, so take this "
                "parameter out of search_spaces."
            )
        if value is not None:
            raise ValueError(
                f"resource={prefix + name!r} is another name for {prefix + other!r}. "
                f"{type(owner).__name__}() has {other}={show(value)}, so {name} would have no "
                f"effect: write resource={prefix + other!r}, or set {name} in place of {other}."
            )


def _whole(search: BaseSearchCV, present: Any) -> int:
    whole = native(search.max_resources)
    auto = f"max_resources='auto' takes the value that the estimator has, and {search.resource}="
    if whole == "auto":
        if not is_integer(present):
            raise ValueError(f"{auto}{show(present)} is no whole number: give max_resources.")
        whole = int(present)
        if whole < 2:
            # Such as -1, which means no limit.
            raise ValueError(
                f"{auto}{whole} is too small for a share: give max_resources, or resource=None."
            )
    if whole < 2:
        raise ValueError(
            f"max_resources={whole} of resource={search.resource!r} is too small for a share: give "
            "at least 2, or resource=None."
        )
    return int(whole)


def _amounts(search: BaseSearchCV, whole: int, smallest: int) -> tuple[int, ...]:
    """Return the amounts below the whole, each `factor` times as large as the one before."""
    least, factor = native(search.min_resources), float(search.factor)
    is_given = not isinstance(least, str)
    least = int(least) if is_given else smallest
    n_rungs = math.floor(math.log(whole / least, factor) + COUNT_ROUNDING) if least < whole else 0
    if not is_given:
        n_rungs = min(n_rungs, MAX_RUNGS)
    amounts = [math.floor(whole / factor**k + COUNT_ROUNDING) for k in range(n_rungs, 0, -1)]
    found = tuple(dict.fromkeys(max(amount, least) for amount in amounts))
    if is_given and not found:
        raise ValueError(
            f"resource={search.resource!r}: min_resources={least}, max_resources={whole} and "
            f"factor={search.factor!r} leave no share, because min_resources * factor is above "
            "max_resources. Give a smaller min_resources or factor, or resource=None."
        )
    return found


def _n_classes(estimator: Any, y: Any) -> int:
    """Return the number of classes; 0 where there are none, or only the estimator knows them."""
    if y is None or not is_classifier(estimator):
        return 0
    try:
        if type_of_target(y) not in ("binary", "multiclass"):
            return 0
    except ValueError:  # lists of labels
        return 0
    return len(np.unique(np.asarray(y)))


def _folds(splits: Sequence[tuple[Any, Any]]) -> tuple[int, ...]:
    """Return the folds, first those with nearly the most training rows, else in their order.

    The first fold of a series has a small part of the rows, and a share of it may be a few.
    """
    n_rows = [len(_indices(train)) for train, _ in splits]
    enough = NEARLY_ALL * max(n_rows)
    return tuple(sorted(range(len(splits)), key=lambda fold: n_rows[fold] < enough))


def _codes(groups: Any, n_rows: int) -> Rows | None:
    """Return a number for each group of rows; None if there is not one group for each row."""
    array = np.asarray(groups)
    if array.shape[:1] != (n_rows,):
        return None
    if array.size == n_rows:
        array = array.ravel()
    if array.ndim == 1:
        with suppress(TypeError):  # values of several types have no order
            return np.unique(array, return_inverse=True)[1]
    # All that matters is which of them differ.
    return np.unique([repr(row) for row in array.tolist()], return_inverse=True)[1]


def _orders(
    splits: Sequence[tuple[Any, Any]], y: Any, of_group: Rows | None, n_rows: int, seed: int
) -> tuple[Rows, ...]:
    """Return the training rows of each fold in an order whose first ones stand for all.

    Of any length they hold the classes in their shares, or one group after the other, of which the
    last may be cut, or the latest rows where training rows lie before those of the test in all of
    several folds, as in a series of time.
    """
    rows = [(_indices(train), _indices(test)) for train, test in splits]
    # A fold without rows fails later, with the error of the estimator or of the scorer.
    full = [pair for pair in rows if all(map(len, pair))]
    is_series = len(full) > 1 and all(train.max() < test.min() for train, test in full)
    if is_series:
        return tuple(np.sort(train)[::-1] for train, _ in rows)
    labels = None if y is None else np.unique(np.asarray(y), return_inverse=True)[1].ravel()
    rng = stream(seed, ROWS)
    # One number for each row, the same in all folds: these have as many rows in common as can be.
    luck = rng.random(n_rows)
    if of_group is not None:
        luck = rng.random(of_group.max() + 1)[of_group]
        return tuple(train[np.argsort(luck[train], kind="stable")] for train, _ in rows)
    return tuple(train[np.argsort(_places(luck[train], labels, train))] for train, _ in rows)


def _places(luck: NDArray[np.float64], labels: Any, train: Rows) -> NDArray[np.float64]:
    """Return where each row stands, between 0 and 1: at its rank within its class."""
    if labels is None:
        return luck
    places = np.empty(len(train))
    for label in np.unique(labels[train]):
        members = np.flatnonzero(labels[train] == label)
        ranks = np.argsort(np.argsort(luck[members], kind="stable"), kind="stable")
        places[members] = (ranks + luck[members]) / len(members)
    return places


def _indices(rows: Any) -> Rows:
    array = np.asarray(rows)
    return np.flatnonzero(array) if array.dtype == bool else array.astype(np.intp)
