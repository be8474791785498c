"""The folds of a search, drawn once and checked before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.model_selection import check_cv

from skbayes.engine import n_samples
from skbayes.space import has, show

__all__ = ["check_weights", "draw_splits", "smallest_fold"]


def check_weights(sample_weight: Any, X: Any) -> None:
    """Check that there is one weight for each sample, if they come one by one.

    What does not have an entry for each sample is passed on whole, to all folds, which is right
    for other arguments of `fit`.

    Raises
    ------
    ValueError
        If there are more or fewer.
    """
    if np.ndim(sample_weight) and n_samples(sample_weight) != n_samples(X):
        raise ValueError(
            f"sample_weight has {n_samples(sample_weight)} entries and X has {n_samples(X)} "
            "samples: give a weight for each."
        )


def draw_splits(
    cv: Any, estimator: Any, X: Any, y: Any, split_params: Mapping[str, Any]
) -> list[tuple[Any, Any]]:
    """Return the folds, the same for all candidates: `cv` is as scikit-learn's searches take it.

    Raises
    ------
    ValueError, TypeError
        If `cv` gives no folds, not as many as it says, or what cannot be folds of the data.
    """
    if isinstance(cv, type):
        raise TypeError(f"cv={cv.__name__} is a class: make an object of it, {cv.__name__}().")
    if isinstance(cv, Iterable) and not has(cv, "split"):
        cv = [_pair(split, index) for index, split in enumerate(cv)]
    splitter = check_cv(cv, y, classifier=is_classifier(estimator))
    n_splits = splitter.get_n_splits(X, y, **split_params)
    splits = list(splitter.split(X, y, **split_params))
    for index, split in enumerate(splits):
        _check_indices(split, index, n_samples(X))
    if len(splits) != n_splits:
        raise ValueError(
            "cv.split and cv.get_n_splits return inconsistent results. Expected "
            f"{n_splits} splits, got {len(splits)}"
        )
    if not splits:
        raise ValueError(
            "No fits were performed. Was the CV iterator empty? Were there no candidates?"
        )
    return splits


def smallest_fold(splits: Iterable[tuple[Any, Any]]) -> int:
    """Return the number of rows of the smallest training fold, of indices or masks."""
    folds = (np.asarray(train) for train, _ in splits)
    return min(int(np.sum(each) if each.dtype == bool else each.size) for each in folds)


def _pair(split: Any, index: int) -> tuple[Any, Any]:
    try:
        train, test = split
    except (TypeError, ValueError):
        raise TypeError(
            f"cv needs pairs (train, test) of indices, got {show(split)} for fold {index}."
        ) from None
    return train, test


def _check_indices(split: tuple[Any, Any], index: int, n: int) -> None:
    """Check that indices, if they are such and no mask, are those of samples."""
    for indices in split:
        array = np.asarray(indices)
        if array.dtype.kind in "iu" and array.size:
            worst = array.max() if array.max() >= n else array.min()
            if not -n <= worst < n:
                raise ValueError(
                    f"cv: fold {index} has the index {worst}, and X has {n} samples. Indices go "
                    f"from 0 to {n - 1}."
                )
