"""What a part of an estimator sees of the data, as far as it can be told without a fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.pipeline import Pipeline

__all__ = ["Data", "Seen", "class_names"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a part of an estimator is fitted to; None for what is not known.

    Parameters
    ----------
    n_samples, n_features : int or None
    variance : callable or None
        Returns the variance of all entries of X, None if it has none.
    """

    n_samples: int | None
    n_features: int | None
    variance: Callable[[], float | None] | None


class Data:
    """X of a search, read when a number depends on it.

    Parameters
    ----------
    X : array-like or object
    """

    def __init__(self, X: Any) -> None:
        self._X = X

    @cached_property
    def _shape(self) -> tuple[int | None, int | None]:
        shape = getattr(self._X, "shape", None)
        if shape is None:
            try:
                shape = np.shape(self._X)
            except Exception:  # of lists of unequal lengths, and of objects of users' own
                return None, None
        try:
            return int(shape[0]), int(shape[1]) if len(shape) == 2 else None
        except (IndexError, TypeError, ValueError):
            return None, None

    @cached_property
    def _variance(self) -> float | None:
        """As `SVC` computes it, of dense and of sparse matrices."""
        try:
            X, is_sparse = self._X, scipy.sparse.issparse(self._X)
            if is_sparse:
                variance = float(X.multiply(X).mean() - X.mean() ** 2)
            else:
                variance = float(np.asarray(X, dtype=np.float64).var())
        except Exception:  # text, objects, frames with a column of categories
            return None
        return variance if math.isfinite(variance) else None

    def seen_by(self, estimator: Any, name: str) -> Seen:
        """Return what the part is fitted to that has a parameter.

        Parts of meta-estimators see X as it is. In a pipeline, each step before changes it.

        Parameters
        ----------
        estimator : estimator object
        name : str
            Of the parameter, such as ``"svc__gamma"``.
        """
        seen = Seen(*self._shape, lambda: self._variance)
        path = name.split("__")[:-1]
        parts, current = estimator.get_params(deep=True), estimator
        for depth, part in enumerate(path):
            if isinstance(current, Pipeline):
                for step_name, step in current.steps:
                    if step_name == part:
                        break
                    seen = _after(step, seen)
            elif "ColumnTransformer" in class_names(current):
                seen = replace(seen, n_features=None, variance=None)
            current = parts.get("__".join(path[: depth + 1]))
        return seen


def class_names(value: Any) -> list[str]:
    """Return the names of the class of a value, and of those that it is derived from."""
    return [cls.__name__ for cls in type(value).__mro__]


def _one() -> float:
    return 1.0


# Steps that keep the number of columns, and leave the variance unknown.
KEEPING = {
    "MaxAbsScaler",
    "MinMaxScaler",
    "Normalizer",
    "QuantileTransformer",
    "RobustScaler",
}


def _after(step: Any, seen: Seen) -> Seen:
    """Return what the steps behind one see."""
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return seen
    if isinstance(step, Pipeline):
        for _, each in step.steps:
            seen = _after(each, seen)
        return seen
    names = class_names(step)
    # Standardised columns have the variance 1, and so have all entries together.
    if "StandardScaler" in names and step.with_mean and step.with_std:
        return replace(seen, variance=_one)
    if "PowerTransformer" in names and step.standardize:
        return replace(seen, variance=_one)
    if KEEPING.intersection(names) or {"StandardScaler", "PowerTransformer"}.intersection(names):
        return replace(seen, variance=None)
    if {"PCA", "TruncatedSVD"}.intersection(names):
        n = step.n_components
        n_features = n if isinstance(n, int) and not isinstance(n, bool) else None
        return replace(
            seen, n_features=n_features, variance=_one if getattr(step, "whiten", False) else None
        )
    if "SelectKBest" in names:
        return replace(seen, n_features=step.k if isinstance(step.k, int) else None, variance=None)
    return replace(seen, n_features=None, variance=None)
