"""MLflow's autologging, made to know `BayesSearchCV` as one of the searches of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skbayes.search import BayesSearchCV

__all__ = ["mlflow_autolog"]

# By these MLflow tells searches, whose `fit` is one run with a child for each candidate.
LISTS, TELLS = "_get_meta_estimators_for_autologging", "_is_parameter_search_estimator"


def mlflow_autolog(**settings: Any) -> None:
    """Turn on MLflow's autologging for scikit-learn, including `BayesSearchCV`.

    Call this function instead of ``mlflow.sklearn.autolog()``. Then MLflow logs a `BayesSearchCV`
    like a `GridSearchCV`: one run with the parameters of the search, the best parameters and score,
    `cv_results_` and the refitted estimator, and a child run for each of the best candidates.
    Without this function, MLflow knows only the two searches of scikit-learn. Then it logs each fit
    of a fold as a run.

    Parameters
    ----------
    **settings
        Arguments of ``mlflow.sklearn.autolog``, such as ``max_tuning_runs``.

    Raises
    ------
    ImportError
        If MLflow is not installed.
    RuntimeError
        If this version of MLflow does not have the private functions with which skbayes adds its
        searches.
    """
    try:
        import mlflow.sklearn
        from mlflow.sklearn import utils
    except ImportError as error:
        raise ImportError(
            "mlflow_autolog() needs MLflow, which is not installed: pip install mlflow."
        ) from error
    lists, tells = getattr(utils, LISTS, None), getattr(utils, TELLS, None)
    if lists is None or tells is None:
        raise RuntimeError(
            f"mlflow {mlflow.__version__} has no mlflow.sklearn.utils.{LISTS} or {TELLS}, so "
            "mlflow_autolog() does not work. Log search.trials() and search.best_params_ yourself."
        )
    # Twice would be no harm, and a chain that grows.
    if BayesSearchCV not in lists():
        setattr(utils, LISTS, _with_ours(lists))
        setattr(
            utils, TELLS, lambda estimator: isinstance(estimator, BayesSearchCV) or tells(estimator)
        )
    mlflow.sklearn.autolog(**settings)


def _with_ours(lists: Callable[[], list[type]]) -> Callable[[], list[type]]:
    return lambda: [*lists(), BayesSearchCV]
