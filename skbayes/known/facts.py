"""What a space may depend on: numbers that are known of the data when a search begins.

A search fits on training folds, and the fewest folds are two. So all counts of rows are those of
half of the data, or of the smallest training fold if it is smaller: what is possible there is
possible in every fold.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.preprocessing import StandardScaler

from skbayes.known.sight import Seen, is_single, shape_of, variance_of, y_std_of
from skbayes.known.words import scale_of

__all__ = ["Facts", "facts_of"]

# A column varies if its standard deviation is above this share of its mean: else it is rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers that are known of what an estimator is fitted on; None where nothing is known.

    Attributes
    ----------
    n_samples : int or None
        Rows of the smallest training fold there may be: at most half of them all.
    n_features : int or None
        Columns, of which there are at least as many.
    most_features : int or None
        Columns, of which there are at most as many.
    n_classes : int or None
        Of a single target of a classifier.
    n_smallest : int or None
        Rows of the smallest class in a training fold.
    is_sparse : int
        1 for a sparse matrix, 0 for none, -1 where it is not known. Data that nobody has shown
        count as dense.
    x_variance : float or None
        Of all numbers of X together.
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
    is_sparse: int = 0
    x_variance: float | None = None
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
    def gamma_scale(self) -> float | None:
        """The number that scikit-learn's kernel machines mean by ``gamma="scale"``."""
        if self.n_features != self.most_features or not self.x_variance:
            return None
        return scale_of(Seen(None, self.n_features, lambda: self.x_variance))

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
        is_sparse=int(scipy.sparse.issparse(X)),
        x_variance=variance_of(X) if n_features else None,
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
