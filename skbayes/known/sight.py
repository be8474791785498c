"""What a part of an estimator sees of the data, as far as it can be told without a fit."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from sklearn.pipeline import Pipeline

from skbayes.known.classes import library_names
from skbayes.known.facts import Facts, facts_of, shape_of, y_std_of

__all__ = ["Data", "standardises"]


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
                    facts = _after(step, facts)
            elif "ColumnTransformer" in library_names(current):
                facts = replace(facts, n_features=None, most_features=None, variance=None)
            current = parts.get("__".join(path[: depth + 1]))
        return facts


def _one() -> float:
    return 1.0


def standardises(step: Any) -> bool:
    """Whether each column has mean 0 and variance 1 behind a step, and so have all together."""
    names = library_names(step)
    if "StandardScaler" in names:
        return bool(step.with_mean and step.with_std)
    return "PowerTransformer" in names and bool(step.standardize)


# Steps that keep the number of columns, and leave the variance unknown.
KEEPING = {
    "MaxAbsScaler",
    "MinMaxScaler",
    "Normalizer",
    "QuantileTransformer",
    "RobustScaler",
}


def _after(step: Any, facts: Facts) -> Facts:
    """Return what the steps behind one see."""
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return facts
    if isinstance(step, Pipeline):
        for _, each in step.steps:
            facts = _after(each, facts)
        return facts
    names = library_names(step)
    if standardises(step):
        return replace(facts, variance=_one)
    if KEEPING.intersection(names) or {"StandardScaler", "PowerTransformer"}.intersection(names):
        return replace(facts, variance=None)
    if {"PCA", "TruncatedSVD"}.intersection(names):
        n = step.n_components
        n_features = n if isinstance(n, int) and not isinstance(n, bool) else None
        return replace(
            facts,
            n_features=n_features,
            most_features=n_features,
            variance=_one if getattr(step, "whiten", False) else None,
        )
    if "SelectKBest" in names:
        n_features = step.k if isinstance(step.k, int) else None
        return replace(facts, n_features=n_features, most_features=n_features, variance=None)
    return replace(facts, n_features=None, most_features=None, variance=None)
