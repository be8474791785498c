"""What a part of an estimator sees of the data, as far as it can be told without a fit."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from skbayes.known.entries import entry_of
from skbayes.known.facts import Facts, facts_of, shape_of, y_std_of

__all__ = ["Data", "after", "chosen_by"]

# What is no longer known behind a step, by how many features it leaves.
_LOST: dict[str, dict[str, Any]] = {
    "same": {},
    "more": {"most_features": None},
    # That one is left for certain is no reason to search no more than one.
    "fewer": {"n_features": None, "n_empty": None},
    "other": {"n_features": None, "most_features": None, "n_empty": None, "is_sparse": -1},
}


class Data:
    """X and y of a search, read when a number depends on them.

    Parameters
    ----------
    X : array-like or object
    y : array-like or object, optional
    """

    def __init__(self, X: Any, y: Any = None) -> None:
        self._X = X
        self._y = y

    @cached_property
    def facts(self) -> Facts:
        """What is known of X, with all its rows."""
        facts = facts_of(self._X, None, is_classifier=False)
        return replace(facts, n_samples=shape_of(self._X)[0])

    @cached_property
    def y_std(self) -> float | None:
        """Standard deviation of a target of numbers; None where there is none."""
        return y_std_of(self._y)

    def seen_by(self, estimator: Any, name: str) -> Facts:
        """Return what the part is fitted to that has a parameter.

        Parts of meta-estimators see X as it is. In a pipeline, each step before changes it.

        Parameters
        ----------
        estimator : estimator object
        name : str
            Of the parameter, such as ``"svc__gamma"``.
        """
        facts = self.facts
        path = name.split("__")[:-1]
        parts, current = estimator.get_params(deep=True), estimator
        for depth, part in enumerate(path):
            if isinstance(current, Pipeline):
                for step_name, step in current.steps:
                    if step_name == part:
                        break
                    facts = after(step, facts)
            elif isinstance(current, ColumnTransformer):
                facts = chosen_by(current, part, facts)
            current = parts.get("__".join(path[: depth + 1]))
        return facts


def after(step: Any, facts: Facts, *, is_searched: bool = False) -> Facts:
    """Return what is known of the data behind a step of a pipeline.

    Parameters
    ----------
    step : estimator object, None or "passthrough"
    facts : Facts
        What is known of the data that the step gets.
    is_searched : bool, default=False
        Whether parameters of the step that have a range may have another value. If not, the step
        is taken as it is.
    """
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return facts
    if isinstance(step, Pipeline):
        for _, each in step.steps:
            facts = after(each, facts, is_searched=is_searched)
        return facts
    entry = entry_of(step)
    if entry is None:
        return replace(facts, variance=None, spread=None, **_LOST["other"])
    varies = entry.space if is_searched else {}
    parameters = step.get_params(deep=False)
    fixed = {name: value for name, value in parameters.items() if name not in varies}
    is_scaled = bool(entry.scaled_if) and all(fixed.get(name) for name in entry.scaled_if)
    lost = _imputed(facts, fixed) if entry.features == "imputed" else _LOST[entry.features]
    variance = _one if is_scaled else None
    known = {"variance": variance, "spread": variance, **lost}
    n = fixed.get(entry.n_left)
    if isinstance(n, numbers.Integral) and not isinstance(n, bool):
        n = int(n) if facts.most_features is None else min(int(n), facts.most_features)
        known |= {"n_features": n, "most_features": n}
    return replace(facts, **(known | dict(entry.sets)))


def _imputed(facts: Facts, fixed: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many features an imputer leaves: fewer if some are empty, more with indicators."""
    least, most = facts.n_features, facts.most_features
    n_empty = 0 if fixed.get("keep_empty_features") else facts.n_empty
    least = None if least is None or n_empty is None else least - n_empty
    has_indicators = fixed.get("add_indicator") is not False
    most = None if most is None or has_indicators else most - (n_empty or 0)
    return {"n_features": least, "most_features": most, "n_empty": 0}


def chosen_by(transformer: ColumnTransformer, name: str, facts: Facts) -> Facts:
    """Return what is known of the columns that a part of a `ColumnTransformer` gets."""
    columns = {part: chosen for part, _, chosen in transformer.transformers}
    n = _n_columns(columns.get(name), facts)
    n_empty = None if facts.n_empty else facts.n_empty
    unknown: dict[str, Any] = dict.fromkeys(("variance", "spread"))
    return replace(facts, n_features=n, most_features=n, n_empty=n_empty, **unknown)


def _n_columns(chosen: Any, facts: Facts) -> int | None:
    """Return how many columns are chosen; None where only the names of the data tell it."""
    if isinstance(chosen, str | int):
        return 1
    if isinstance(chosen, slice):
        n = facts.n_columns
        has_labels = isinstance(chosen.start, str) or isinstance(chosen.stop, str)
        return None if n is None or has_labels else len(range(n)[chosen])
    is_list = isinstance(chosen, list | tuple | np.ndarray)
    if not is_list or not len(chosen):
        return None
    is_mask = isinstance(chosen[0], bool | np.bool_)
    return int(np.sum(chosen)) if is_mask else len(chosen)


def _one() -> float:
    return 1.0
