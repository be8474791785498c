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

from skbayes.known.classes import library_names
from skbayes.space import has

__all__ = [
    "Data",
    "Seen",
    "is_single",
    "shape_of",
    "standardises",
    "variance_of",
    "y_std_of",
]

# Numbers that are made floats at a time: a megabyte.
CHUNK = 2**17


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
    def _variance(self) -> float | None:
        return variance_of(self._X)

    @property
    def n_features(self) -> int | None:
        """Number of columns of X."""
        return shape_of(self._X)[1]

    @cached_property
    def y_std(self) -> float | None:
        """Standard deviation of a target of numbers; None where there is none."""
        return y_std_of(self._y)

    def seen_by(self, estimator: Any, name: str) -> Seen:
        """Return what the part is fitted to that has a parameter.

        Parts of meta-estimators see X as it is. In a pipeline, each step before changes it.

        Parameters
        ----------
        estimator : estimator object
        name : str
            Of the parameter, such as ``"svc__gamma"``.
        """
        seen = Seen(*shape_of(self._X), lambda: self._variance)
        path = name.split("__")[:-1]
        parts, current = estimator.get_params(deep=True), estimator
        for depth, part in enumerate(path):
            if isinstance(current, Pipeline):
                for step_name, step in current.steps:
                    if step_name == part:
                        break
                    seen = _after(step, seen)
            elif "ColumnTransformer" in library_names(current):
                seen = replace(seen, n_features=None, variance=None)
            current = parts.get("__".join(path[: depth + 1]))
        return seen


def shape_of(X: Any) -> tuple[int | None, int | None]:
    """Return the number of rows, and of columns; None for what has none, such as texts."""
    try:
        shape = getattr(X, "shape", None) or np.shape(X)
        return int(shape[0]), int(shape[1]) if len(shape) == 2 else None
    except Exception:  # of lists of unequal lengths, and of objects of users' own
        return (len(X), None) if isinstance(X, list | tuple) else (None, None)


def variance_of(values: Any) -> float | None:
    """Return the variance of all numbers together, as `SVC` computes it; None if it has none."""
    try:
        if scipy.sparse.issparse(values):
            matrix: Any = values
            variance = float(matrix.multiply(matrix).mean() - matrix.mean() ** 2)
        else:
            with np.errstate(over="ignore", invalid="ignore"):
                variance = _variance_by_rows(values)
    except Exception:  # text, objects, frames with a column of categories
        return None
    return variance if math.isfinite(variance) else None


def _variance_by_rows(values: Any) -> float:
    """Return the variance, from floats of some rows at a time: there is no copy of all.

    References
    ----------
    Chan, Golub and LeVeque (1983), The American Statistician 37, eq. (2.1).
    """
    rows = values.iloc if has(values, "iloc") else np.asarray(values)
    n_rows, width = len(values), math.prod(np.shape(rows[:1]))
    step = max(1, CHUNK // max(1, width))
    n, mean, squares = 0, np.float64(0.0), np.float64(0.0)
    for start in range(0, n_rows, step):
        part = np.asarray(rows[start : start + step], dtype=np.float64)
        both = n + part.size
        own_mean = part.mean()
        shift = own_mean - mean
        squares += np.square(part - own_mean).sum() + shift**2 * n * part.size / both
        mean += shift * part.size / both
        n = both
    return float(squares / n)


def is_single(y: Any) -> bool:
    """Whether `y` is one target with a value for each row, as far as numpy can tell."""
    try:
        return np.ndim(y) == 1 and len(y) > 0
    except Exception:  # of lists of unequal lengths, and of objects of users' own
        return False


def y_std_of(y: Any) -> float | None:
    """Return the standard deviation of a target; None if there is none, or it has no numbers.

    Of several targets, which are the columns of `y`, it is the geometric mean of theirs.
    """
    shape = shape_of(y)
    if not shape[0] or not (shape[1] or is_single(y)):
        return None
    columns = np.asarray(y).reshape(shape[0], -1).T
    variances = [variance_of(column) for column in columns]
    if not all(variances):
        return None
    return float(np.exp(0.5 * np.log(np.array(variances, dtype=float)).mean()))


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


def _after(step: Any, seen: Seen) -> Seen:
    """Return what the steps behind one see."""
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return seen
    if isinstance(step, Pipeline):
        for _, each in step.steps:
            seen = _after(each, seen)
        return seen
    names = library_names(step)
    if standardises(step):
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
