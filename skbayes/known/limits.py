"""Between which values a metric can lie: of the scores that scikit-learn names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.pipeline import Pipeline

from skbayes.rules import NO_LIMITS, Limits
from skbayes.space import Categorical, Space

__all__ = ["score_limits"]

SHARE: Limits = (0.0, 1.0)
AT_MOST_ONE: Limits = (-math.inf, 1.0)
AT_LEAST_ZERO: Limits = (0.0, math.inf)
AT_MOST_ZERO: Limits = (-math.inf, 0.0)

# The names of scikit-learn's scorers, those of releases to come aside. Of these, families are
# recognised by their beginning: see `_of_name`.
BY_NAME: dict[str, Limits] = {
    **dict.fromkeys(
        (
            "accuracy",
            "average_precision",
            "balanced_accuracy",
            "completeness_score",
            "fowlkes_mallows_score",
            "homogeneity_score",
            "normalized_mutual_info_score",
            "rand_score",
            "top_k_accuracy",
            "v_measure_score",
        ),
        SHARE,
    ),
    **dict.fromkeys(
        (
            "adjusted_mutual_info_score",
            "adjusted_rand_score",
            "d2_absolute_error_score",
            "d2_brier_score",
            "d2_log_loss_score",
            "explained_variance",
            "r2",
        ),
        AT_MOST_ONE,
    ),
    "matthews_corrcoef": (-1.0, 1.0),
    "mutual_info_score": AT_LEAST_ZERO,
    "positive_likelihood_ratio": AT_LEAST_ZERO,
    "max_error": AT_MOST_ZERO,
}
FAMILIES = ("f1", "jaccard", "precision", "recall", "roc_auc")
# All of these are losses, which are at least 0, with the other sign.
NEGATED = "neg_"
# Classes of scikit-learn that write `score` anew, to take X=None as well, and return the same.
SCORE_AS_USUAL: dict[str, Limits] = {
    "DummyClassifier": SHARE,
    "KNeighborsClassifier": SHARE,
    "RadiusNeighborsClassifier": SHARE,
    "DummyRegressor": AT_MOST_ONE,
}


def score_limits(
    scoring: Any, metric: str | None, estimator: Any, space: Space, scores: ArrayLike = ()
) -> Limits:
    """Return between which values a metric of a search can lie.

    Parameters
    ----------
    scoring : str, callable, list, dict or None
        Of the search. Of a callable nothing is known, whatever it computes.
    metric : str or None
        The name of the metric, if there are several.
    estimator : estimator
        Its own score counts where `scoring` is None, if it is accuracy or R2.
    space : Space
        The values that its last step may have.
    scores : array-like, default=()
        Some that were measured, with NaN for others. Whatever was measured is possible: with
        weights below 0, say, nothing is known.

    Returns
    -------
    low, high : float
        Infinite where no limit is known.
    """
    found = _of_metric(scoring, metric, estimator, space)
    measured = np.asarray(scores, dtype=np.float64)
    measured = measured[np.isfinite(measured)]
    return found if ((found[0] <= measured) & (measured <= found[1])).all() else NO_LIMITS


def _of_metric(scoring: Any, metric: str | None, estimator: Any, space: Space) -> Limits:
    if scoring is None:
        found = {_of_own_score(each) for each in _last_steps(estimator, space, "")}
        return found.pop() if len(found) == 1 else NO_LIMITS
    if isinstance(scoring, Mapping):
        scoring = scoring.get(metric)
    elif isinstance(scoring, list | tuple | set):
        scoring = metric
    return _of_name(scoring) if isinstance(scoring, str) else NO_LIMITS


def _of_name(name: str) -> Limits:
    if name.startswith(NEGATED):
        return AT_MOST_ZERO
    if any(name == family or name.startswith(f"{family}_") for family in FAMILIES):
        return SHARE
    return BY_NAME.get(name, NO_LIMITS)


def _of_own_score(model: Any) -> Limits:
    score = getattr(type(model), "score", None)
    if score is ClassifierMixin.score:
        return SHARE
    if score is RegressorMixin.score:
        return AT_MOST_ONE
    # By the class that defines it: one derived from these may have a score of its own.
    owner = next((each for each in type(model).__mro__ if "score" in vars(each)), object)
    is_known = owner.__module__.startswith("sklearn.")
    return SCORE_AS_USUAL.get(owner.__name__, NO_LIMITS) if is_known else NO_LIMITS


def _last_steps(estimator: Any, space: Space, prefix: str) -> Iterator[Any]:
    """Yield what may score at the end of a pipeline."""
    if type(estimator) is not Pipeline:
        yield estimator
        return
    name, last = estimator.steps[-1]
    name = prefix + name
    choices = [
        value
        for branch in space.branches
        for each, dimension in branch.parameters
        if each == name and isinstance(dimension, Categorical)
        for value in dimension.categories
    ]
    for each in choices or [last]:
        yield from _last_steps(each, space, f"{name}__")
