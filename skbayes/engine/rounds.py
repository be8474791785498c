"""How many rounds a fitted estimator used, of those that stop by themselves and tell."""

from __future__ import annotations

from typing import Any

from skbayes.space import is_integer

__all__ = ["rounds_of"]

# Where it stands: CatBoost cuts its trees off behind the best round, LightGBM and XGBoost keep the
# best round, scikit-learn's boosters and iterative solvers the last one. CatBoost has a
# best_iteration_ too, which counts from 0.
_BEST = ("tree_count_", "best_iteration_", "best_iteration")
_LAST = ("n_estimators_", "n_iter_")


def rounds_of(estimator: Any) -> int | None:
    """Return the number of rounds that a fitted estimator used; None if it does not tell.

    Of a pipeline the last step is asked, of a `TransformedTargetRegressor` its regressor. The best
    round counts from 0 in XGBoost and from 1 in LightGBM; what is returned is a number of rounds.
    """
    try:
        while (inner := _inner(estimator)) is not None:
            estimator = inner
        for name in (*_BEST, *_LAST):
            value: Any = getattr(estimator, name, None)
            # An array has a number for each class, and 0 or -1 say that nothing was stopped.
            if is_integer(value):
                number = int(value) + (name == "best_iteration")
                if number > 0:
                    return number
    except Exception:  # some properties raise where nothing was stopped, each in its own way
        return None
    return None


def _inner(estimator: Any) -> Any:
    """Return what does the work in an estimator that only passes data on."""
    steps = getattr(estimator, "steps", None)
    if isinstance(steps, list) and steps:
        return steps[-1][1]
    return getattr(estimator, "regressor_", None)
