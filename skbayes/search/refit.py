"""The best candidate fitted on all data: at the end of a search, or when a user asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import indexable
from sklearn.utils.metaestimators import available_if

from skbayes._compat import check_method_params, get_routed_params, search_method
from skbayes.rules import best_row

__all__ = ["NotRefitted", "delegated", "fit_best", "refit_best", "says_how"]

HOW = "call refit_best(X, y), which fits the best candidate on these data"


class NotRefitted:
    """The attribute `best_estimator_` of a search that has none: it says how to get it."""

    def __get__(self, search: Any, owner: type | None = None) -> Any:
        """Raise AttributeError."""
        if search is None:
            return self
        raise AttributeError(says_how(search, "best_estimator_"))


def says_how(search: Any, name: str) -> str:
    """Return why a search does not have an attribute that needs a refit, and how to get it."""
    kind = type(search).__name__
    if "cv_results_" not in vars(search):
        return f"{kind!r} object has no attribute {name!r}"
    if not search.refit:
        return (
            f"This {kind} instance was initialized with `refit=False`. {name} is available only "
            f"after refitting on the best parameters: {HOW}."
        )
    return (
        f"{kind!r} object has no attribute {name!r}: the search ended "
        f"({getattr(search, 'stop_reason_', 'early')}) before the refit. To go on, {HOW}."
    )


def delegated(name: str) -> Any:
    """Return a method of scikit-learn's searches, which is there after `refit_best` as well."""

    def is_there(search: Any) -> bool:
        estimator = vars(search).get("best_estimator_")
        if estimator is None and not search.refit:
            kind = type(search).__name__
            raise AttributeError(
                f"This {kind} instance was initialized with `refit=False`. {name} is available "
                f"only after refitting on the best parameters: after fit, {HOW}."
            )
        getattr(search.estimator if estimator is None else estimator, name)
        return True

    return available_if(is_there)(search_method(name))


def refit_best(search: Any, X: Any, y: Any, params: dict[str, Any]) -> None:
    """Fit the best candidate so far of a search that has ended; see `BayesSearchCV.refit_best`."""
    if "_so_far" in vars(search):
        raise NotFittedError("refit_best works only when the search has ended: call it after fit.")
    if "cv_results_" not in vars(search):
        raise NotFittedError(
            f"This {type(search).__name__} instance has no results yet: call fit first. If fit is "
            "interrupted, refit_best fits the best candidate so far."
        )
    if "best_params_" not in vars(search):
        _choose(search)
    from skbayes.scikit_optimize import joined_fit_params

    X, y = indexable(X, y)
    params = check_method_params(X, params=joined_fit_params(search, params))
    fit_params = get_routed_params(search, params).estimator.fit
    data = (X,) if y is None else (X, y)
    fit_best(search, data, fit_params, lambda estimator, fit: fit())


def fit_best(search: Any, data: Any, fit_params: Any, around: Callable[..., None]) -> None:
    """Set `best_estimator_`, fitted on some data, and what is known of it.

    `around` is given the estimator and the function that fits it, which it calls.
    """
    # Parameters can be estimators: the user's own are never fitted.
    estimator = clone(search.estimator).set_params(**clone(search.best_params_, safe=False))
    started = time.perf_counter()
    around(estimator, lambda: estimator.fit(*data, **fit_params))
    search.best_estimator_ = estimator
    search.refit_time_ = time.perf_counter() - started
    if hasattr(estimator, "feature_names_in_"):
        search.feature_names_in_ = estimator.feature_names_in_


def _choose(search: Any) -> None:
    """Set which candidate is the best one, by the metric that steered the search."""
    table, metric = search.cv_results_, search._metric
    is_complete = np.array([status == "complete" for status in search.candidate_status_])
    means = table[f"mean_test_{metric}"]
    if not (is_complete & np.isfinite(means)).any():
        raise ValueError(
            f"No candidate has a score on all folds (stop_reason_={search.stop_reason_!r}), so "
            "there is no best candidate to fit. search.trials() shows the status of each "
            "candidate. Call fit again. A search with a checkpoint continues where it ended."
        )
    row = best_row(table[f"rank_test_{metric}"], is_complete & np.isfinite(means))
    search.best_index_, search.best_params_ = row, table["params"][row]
    search.best_score_ = float(means[row])
