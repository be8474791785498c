"""What a space may depend on: numbers that are known of the data when a search begins.

A search fits on training folds, and the fewest folds are two. So all counts of rows are those of
half of the data, or of the smallest training fold if it is smaller: what is possible there is
possible in every fold.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.preprocessing import StandardScaler

from skbayes.space import has

__all__ = ["Facts", "facts_of", "shape_of", "variance_of", "y_std_of"]

# Numbers that are made floats at a time: a megabyte.
CHUNK = 2**17

# A column varies if its standard deviation is above this share of its mean: else it is rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers that are known of what an estimator is fitted on; None where nothing is known.

    Attributes
    ----------
    n_samples : int or None
        Rows: for a space those of the smallest training fold there may be, at most half of all.
    n_features : int or None
        Columns, of which there are at least as many.
    most_features : int or None
        Columns, of which there are at most as many.
    n_classes : int or None
        Of a single target of a classifier.
    n_smallest : int or None
        Rows of the smallest class in a training fold.
    n_empty : int or None
        Columns that have no value in any row, which imputers leave out.
    is_sparse : int
        1 for a sparse matrix, 0 for none, -1 where it is not known. Data that nobody has shown
        count as dense.
    variance : callable or None
        Returns the variance of all numbers of X together, None if it has none.
    y_std : float or None
        Standard deviation of the target of a regression.
    spread : callable or None
        Returns the median of the variances of the columns of X that vary, None if none does.
    """

    n_samples: int | None = None
    n_features: int | None = None
    most_features: int | None = None
    n_classes: int | None = None
    n_smallest: int | None = None
    n_empty: int | None = 0
    is_sparse: int = 0
    variance: Callable[[], float | None] | None = None
    y_std: float | None = None
    spread: Callable[[], float | None] | None = None

    @property
    def column_variance(self) -> float | None:
        """The median of the variances of the columns of X that vary."""
        return None if self.spread is None else self.spread()

    @property
    def xy_std(self) -> float | None:
        """`y_std` times the standard deviation of a column of X, which is 1 if it is not known."""
        return None if self.y_std is None else self.y_std * math.sqrt(self.column_variance or 1.0)

    @property
    def n_columns(self) -> int | None:
        """The number of columns, where there is only one that is possible."""
        return self.n_features if self.n_features == self.most_features else None

    @property
    def x_variance(self) -> float | None:
        """The variance of all numbers of X together, which is computed when it is asked for."""
        return None if self.variance is None else self.variance()

    @property
    def gamma_scale(self) -> float | None:
        """The number that kernel machines mean by ``gamma="scale"``, where X is not constant."""
        n, variance = self.n_columns, self.x_variance
        return 1 / (n * variance) if n and variance else None

    @property
    def balance(self) -> float | None:
        """The share of rows of the smallest class, where 1 is that of two of the same size."""
        if not self.n_samples or self.n_smallest is None:
            return None
        return 2.0 * self.n_smallest / self.n_samples

    def shrunk(self, shares: Mapping[str, float]) -> Facts:
        """Return what is known of a part of the data; a share of 0 says that nothing is."""
        changed: dict[str, Any] = dict.fromkeys(shares)
        for name, share in shares.items():
            value = getattr(self, name)
            if value is not None and share:
                part = share * value
                changed[name] = math.floor(part) if isinstance(value, int) else part
        return replace(self, **changed)


def facts_of(X: Any, y: Any, *, is_classifier: bool, n_rows: int | None = None) -> Facts:
    """Return what is known of data; of None nothing is.

    `n_rows` are those of the smallest training fold; None where the folds are not known.
    """
    if X is None:
        return Facts()
    n_samples, n_features = shape_of(X)
    part, whole = 1, 2
    if n_rows is not None and n_samples is not None and n_rows < n_samples // 2:
        part, whole = n_rows, n_samples
    n_classes, n_smallest = _classes_of(y) if is_classifier else (None, None)
    return Facts(
        n_samples=None if n_samples is None else n_samples * part // whole,
        n_features=n_features,
        most_features=n_features,
        n_classes=n_classes,
        n_smallest=None if n_smallest is None else n_smallest * part // whole,
        n_empty=_n_empty(X) if n_features else 0,
        is_sparse=int(scipy.sparse.issparse(X)),
        variance=functools.cache(functools.partial(variance_of, X)) if n_features else None,
        y_std=None if is_classifier else y_std_of(y),
        spread=functools.cache(functools.partial(column_variance_of, X)) if n_features else None,
    )


def column_variance_of(X: Any) -> float | None:
    """Return the median of the variances of the columns that vary; None if there are none."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            scaler = StandardScaler(with_mean=False).fit(X)
    except Exception:  # text, objects, frames with a column of categories
        return None
    varies = np.sqrt(scaler.var_) > ROUNDING * np.abs(scaler.mean_)
    variances = scaler.var_[varies & np.isfinite(scaler.var_)]
    return float(np.median(variances)) if len(variances) else None


def _classes_of(y: Any) -> tuple[int | None, int | None]:
    """Return the number of classes, and the number of rows of the smallest.

    Nothing is known of labels that only the estimator understands, such as lists of them.
    """
    if not is_single(y):
        return None, None
    try:
        counts = Counter(np.asarray(y).tolist())
    except TypeError:
        return None, None
    if any(isinstance(label, Iterable) and not isinstance(label, str | bytes) for label in counts):
        return None, None
    return len(counts), min(counts.values())


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
    n, mean, squares = 0, np.float64(0.0), np.float64(0.0)
    for rows in _chunks(values):
        part = np.asarray(rows, dtype=np.float64)
        both = n + part.size
        own_mean = part.mean()
        shift = own_mean - mean
        squares += np.square(part - own_mean).sum() + shift**2 * n * part.size / both
        mean += shift * part.size / both
        n = both
    return float(squares / n)


def _n_empty(X: Any) -> int:
    """Return how many columns have no value in any row. The first rows of most data tell it."""
    is_empty: Any = True
    try:
        for rows in _chunks(X):
            missing = rows.isna() if has(rows, "isna") else rows != rows
            is_empty = is_empty & np.asarray(missing, dtype=bool).all(axis=0)
            if not is_empty.any():
                break
    except Exception:  # of sparse matrices, and of objects of users' own
        return 0
    return int(np.sum(is_empty))


def _chunks(values: Any) -> Iterator[Any]:
    """Yield some rows at a time, of which a copy takes little memory."""
    rows = values.iloc if has(values, "iloc") else np.asarray(values)
    step = max(1, CHUNK // max(1, math.prod(np.shape(rows[:1]))))
    for start in range(0, len(values), step):
        yield rows[start : start + step]


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
