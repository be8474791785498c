"""Every private or moved name of scikit-learn, scipy and joblib, and nothing else.

The rest of the package imports such names from here, so that a release that moves one of them
is answered in this file alone. Supported: scikit-learn 1.6 to 1.9, joblib 1.2 and later,
scipy 1.10 and later.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sklearn
from joblib._utils import eval_expr
from joblib.externals.loky.process_executor import ShutdownExecutorError, TerminatedWorkerError
from joblib.parallel import BatchedCalls
from numpy.typing import NDArray
from scipy.stats import qmc
from sklearn.base import _fit_context as fit_context
from sklearn.metrics._scorer import _BaseScorer as BaseScorer
from sklearn.metrics._scorer import _MultimetricScorer as MultimetricScorer
from sklearn.model_selection._search import BaseSearchCV
from sklearn.model_selection._validation import _fit_and_score as fit_and_score
from sklearn.model_selection._validation import (
    _warn_or_raise_about_fit_failures as warn_or_raise_about_fit_failures,
)
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.parallel import delayed
from sklearn.utils.validation import _check_method_params as check_method_params

try:
    import cloudpickle  # what joblib pickles with: a library of its own from joblib 1.6 on
except ImportError:
    from joblib.externals import cloudpickle

__all__ = [
    "SEARCH_CONSTRAINTS",
    "BaseScorer",
    "BaseSearchCV",
    "BatchedCalls",
    "CallbackContexts",
    "Interval",
    "MultimetricScorer",
    "ShutdownExecutorError",
    "StrOptions",
    "TerminatedWorkerError",
    "check_method_params",
    "check_refit",
    "cloudpickle",
    "eval_expr",
    "fit_and_score",
    "fit_context",
    "get_routed_params",
    "get_scorers",
    "scorers_by_name",
    "scrambled_sobol",
    "select_best_index",
    "warn_or_raise_about_fit_failures",
    "with_sklearn_config",
]

_SOBOL_TAKES_RNG = "rng" in inspect.signature(qmc.Sobol.__init__).parameters
SEARCH_CONSTRAINTS = BaseSearchCV._parameter_constraints
_HAS_CALLBACKS = hasattr(BaseSearchCV, "_init_callback_context")


def get_scorers(search: BaseSearchCV) -> tuple[Any, Any]:
    """Return the scorer or scorers of `search`, and the metric that selects the best row."""
    return search._get_scorers()  # type: ignore[no-any-return]


def scorers_by_name(scorers: MultimetricScorer) -> Mapping[str, Any]:
    """Return the scorers that compute several metrics, by the names of these."""
    return scorers._scorers  # type: ignore[no-any-return]


def get_routed_params(search: BaseSearchCV, params: Mapping[str, Any]) -> Any:
    """Return what of the arguments of `fit` goes to the estimator, the splitter, the scorer."""
    return search._get_routed_params_for_fit(params)


def check_refit(search: BaseSearchCV, metrics: Mapping[str, Any]) -> None:
    """Raise ValueError unless `refit` is right for several metrics."""
    search._check_refit_for_multimetric(metrics)


def select_best_index(search: BaseSearchCV, metric: Any, table: Mapping[str, Any]) -> int:
    """Return the row that `refit` selects, or the best by `metric`."""
    return search._select_best_index(search.refit, metric, table)  # type: ignore[no-any-return]


def scrambled_sobol(
    n_points: int, n_dimensions: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the first `n_points` of a scrambled Sobol sequence in [0, 1).

    A whole power of two is drawn and cut, for only such a set is balanced, and scipy warns
    about any other size.
    """
    if n_dimensions == 0:
        return np.zeros((n_points, 0))
    keywords: dict[str, Any] = {"rng" if _SOBOL_TAKES_RNG else "seed": rng}
    engine = qmc.Sobol(n_dimensions, scramble=True, **keywords)
    drawn: NDArray[np.float64] = engine.random_base2(max(n_points - 1, 1).bit_length())
    return drawn[:n_points]


def with_sklearn_config(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `function` so that workers run it under this thread's scikit-learn configuration.

    From scikit-learn 1.7 on, the warning filters travel too.
    """
    wrapped, _, _ = delayed(function)()
    config = sklearn.get_config()
    if hasattr(wrapped, "with_config_and_warning_filters"):
        get_filters = getattr(warnings, "_get_filters", lambda: warnings.filters)
        wrapped.with_config_and_warning_filters(config, list(get_filters()))
    else:
        wrapped.with_config(config)
    return wrapped  # type: ignore[no-any-return]


class CallbackContexts:
    """The task tree that scikit-learn (1.9 and later) shows to callbacks.

    One root, one search task with a leaf for each candidate and fold, and one task for the
    refit. Where scikit-learn has no callbacks, each method does nothing.
    """

    def __init__(
        self,
        search: BaseSearchCV,
        X: Any,
        y: Any,
        metadata: Mapping[str, Any] | None,
        *,
        has_refit: bool,
    ) -> None:
        self._search = search
        self._data = {"X": X, "y": y, "metadata": metadata}
        self._root: Any = None
        self._leaves: Sequence[Any] = ()
        if _HAS_CALLBACKS:
            self._root = search._init_callback_context(max_subtasks=1 + has_refit)
            self._root.call_on_fit_task_begin(estimator=search, **self._data)

    def begin_search(self, n_candidates: int, n_folds: int) -> None:
        """Open the search task, with all its leaves.

        The leaves are made before any task is pickled, and only when someone listens: each
        carries the whole tree to its worker.
        """
        if self._root is None:
            return
        n_leaves = n_candidates * n_folds
        self._task = self._root.subcontext(
            task_name="search", max_subtasks=n_leaves, sequential_subtasks=False
        )
        self._task.call_on_fit_task_begin(estimator=self._search)
        if _is_observed(self._search):
            self._n_folds = n_folds
            self._leaves = [
                self._task.subcontext(task_name="candidate-split-evaluation", task_id=i)
                for i in range(n_leaves)
            ]

    def fold_keywords(self, candidate: int, fold: int) -> dict[str, Any]:
        """Return the arguments that let the fit of one fold report to the callbacks."""
        if not self._leaves:
            return {}
        leaf = self._leaves[candidate * self._n_folds + fold]
        return {"caller": self._search, "callback_ctx": leaf}

    def end_search(self) -> None:
        """Close the search task."""
        if self._root is not None:
            self._task.call_on_fit_task_end(estimator=self._search)

    def refit(self, estimator: Any, fit: Callable[[], None]) -> None:
        """Call `fit`, which fits `estimator`, as the refit task."""
        if self._root is None:
            fit()
            return
        task = self._root.subcontext(task_name="refit-with-best-params")
        with task.propagate_callback_context(estimator):
            task.call_on_fit_task_begin(estimator=self._search, **self._data)
            fit()
        task.call_on_fit_task_end(estimator=self._search, **self._data)

    def end(self) -> None:
        """Close the root task."""
        if self._root is not None:
            self._root.call_on_fit_task_end(estimator=self._search, **self._data)


def _is_observed(search: BaseSearchCV) -> bool:
    """Tell whether `search`, what it is nested in, or what it holds has callbacks."""
    if hasattr(search, "_parent_callback_ctx"):
        return True
    parts = [search, *search.get_params(deep=True).values()]
    return any(getattr(part, "_skl_callbacks", None) for part in parts)
