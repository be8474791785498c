"""Every private or moved name of scikit-learn, scipy and joblib, and nothing else.

The rest of the package imports such names from here, so that a release that moves one of them
is answered in this file alone. Supported: scikit-learn 1.6 to 1.9, joblib 1.2 and later,
scipy 1.10 and later.
"""

from __future__ import annotations

import copy
import inspect
import numbers
import queue
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import joblib
import numpy as np
import sklearn
from joblib._utils import eval_expr
from joblib.externals.loky.process_executor import ShutdownExecutorError, TerminatedWorkerError
from joblib.parallel import BatchedCalls
from numpy.typing import NDArray
from scipy.stats import qmc
from sklearn.base import _fit_context as fit_context
from sklearn.metrics import check_scoring
from sklearn.metrics._scorer import _BaseScorer as BaseScorer
from sklearn.metrics._scorer import _MultimetricScorer as MultimetricScorer
from sklearn.model_selection._search import BaseSearchCV
from sklearn.model_selection._validation import _fit_and_score as fit_and_score
from sklearn.model_selection._validation import (
    _warn_or_raise_about_fit_failures as warn_or_raise_about_fit_failures,
)
from sklearn.utils._param_validation import Interval, RealNotInt, StrOptions
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
    "CallbackContexts",
    "Interval",
    "JoblibBackend",
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
    "takes_reals",
    "tells_ints_from_floats",
    "warn_or_raise_about_fit_failures",
    "with_sklearn_config",
]

_SOBOL_TAKES_RNG = "rng" in inspect.signature(qmc.Sobol.__init__).parameters
SEARCH_CONSTRAINTS = BaseSearchCV._parameter_constraints
_HAS_CALLBACKS = hasattr(BaseSearchCV, "_init_callback_context")


def get_scorers(search: BaseSearchCV, refit: Any) -> tuple[Any, Any]:
    """Return the scorer or scorers of `search`, and the metric that selects the best row.

    Raises ValueError unless `refit` is right for several metrics, or if a function for `scoring`
    is one of the metrics, which are no scorers.
    """
    if callable(search.scoring):
        # Grid search takes any function, and all scores are NaN if it is one of the metrics.
        check_scoring(search.estimator, scoring=search.scoring)
    view = copy.copy(search)
    view.refit = refit
    return view._get_scorers()  # type: ignore[no-any-return]


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


def tells_ints_from_floats(estimator: Any, name: str) -> bool:
    """Whether 1 and 1.0 mean different things to a parameter: one feature, and all of them."""
    return RealNotInt in _number_types(*_owner(estimator, name))


def takes_reals(estimator: Any, name: str) -> bool:
    """Whether a parameter takes any real number of an interval, and ints mean nothing else.

    What the class declares decides; of one that declares nothing, the present value does.
    """
    owner, name = _owner(estimator, name)
    types = _number_types(owner, name)
    if types:
        return types == [numbers.Real]
    constraints = getattr(type(owner), "_parameter_constraints", None)
    if isinstance(constraints, Mapping) and name in constraints:
        return False
    try:
        value = owner.get_params(deep=False).get(name)
    except Exception:  # of what is no estimator after all
        return False
    return isinstance(value, float)


def _owner(estimator: Any, name: str) -> tuple[Any, str]:
    """Return the part of an estimator that has a parameter, and the name of it there."""
    *path, name = name.split("__")
    return estimator.get_params(deep=True).get("__".join(path)) if path else estimator, name


def _number_types(owner: Any, name: str) -> list[Any]:
    """Return the types of numbers that a parameter is declared to take, each once."""
    constraints = getattr(type(owner), "_parameter_constraints", {})
    allowed = constraints.get(name, ()) if isinstance(constraints, Mapping) else ()
    declared = [getattr(each, "type", each) for each in allowed if not isinstance(each, str)]
    kinds = (numbers.Real, numbers.Integral, RealNotInt)
    return [kind for kind in kinds if any(each is kind for each in declared)]


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


class JoblibBackend:
    """The joblib backend that is active in this thread, and what hands tasks to it one by one.

    These are the parts of `joblib.Parallel` that prepare a backend, memory-map large arrays and
    limit the threads of the workers; its own loop, which takes tasks ahead of their time and drops
    finished results when one fails, is left out.

    Parameters
    ----------
    n_jobs : int or None
        As in `joblib.Parallel`.

    Attributes
    ----------
    is_entered : bool
        Whether there is something to stop.

    Raises
    ------
    RuntimeError
        If this joblib lacks a part that is needed.
    """

    def __init__(self, n_jobs: int | None) -> None:
        self.is_entered = False
        self._parallel = joblib.Parallel(n_jobs=n_jobs, batch_size=1, pre_dispatch="all")
        needed = ("_backend", "_id", "_initialize_backend")
        missing = [name for name in needed if not hasattr(self._parallel, name)]
        if missing:
            raise RuntimeError(
                f"joblib {joblib.__version__} has no {' and no '.join(missing)} in "
                "joblib.Parallel, which skbayes hands its tasks over with. Install an older joblib "
                "or a newer skbayes, or run the tasks with "
                "executor=concurrent.futures.ProcessPoolExecutor()."
            )

    @property
    def backend(self) -> Any:
        """The object of joblib, which may become another one by `start`."""
        return self._parallel._backend

    @property
    def kind(self) -> str:
        """Name of its class."""
        return type(self.backend).__name__

    @property
    def n_jobs(self) -> Any:
        """Number of workers that is asked for."""
        return self._parallel.n_jobs

    def start(self) -> int:
        """Prepare the backend; return the number of its workers."""
        self._parallel.__enter__()
        self.is_entered = True
        n_workers = max(1, int(self.backend.effective_n_jobs(self.n_jobs)))
        self.backend.start_call()
        return n_workers

    def stop(self) -> None:
        """Give the backend back."""
        self.backend.stop_call()
        self._parallel.__exit__(None, None, None)

    def restart(self) -> None:
        """Make the workers anew; `abort_everything` would drop the settings of memory-mapping."""
        self._parallel._initialize_backend()

    def submit(self, call: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Have `call` run; `done` gets a future or what the backend makes of the result."""
        batch = BatchedCalls(
            [(call, (), {})], self.backend.get_nested_backend(), self._enter_memmap_context, {}
        )
        # joblib renamed the hook in 1.5.
        submit = getattr(self.backend, "submit", None) or self.backend.apply_async
        submit(batch, callback=done)

    def result(self, out: Any) -> Any:
        """Return the result of a call from what `done` got, or raise its error."""
        if isinstance(out, Future):
            return out.result()[0]
        retrieve = getattr(self.backend, "retrieve_result_callback", None)
        return (out if retrieve is None else retrieve(out))[0]

    def _enter_memmap_context(self) -> None:
        """Have the arrays of the task being pickled memory-mapped in this search's own folder."""
        manager = getattr(self._executor, "_temp_folder_manager", None)
        if manager is not None:
            manager.set_current_context(self._parallel._id)

    @property
    def _executor(self) -> Any:
        """The executor of loky; None between two, and for other backends."""
        return getattr(self.backend, "_workers", None)

    def end_processes(self) -> None:
        """End the processes of loky at once."""
        # There is no executor when a restart was interrupted.
        if self._executor is not None:
            self._executor.terminate(kill_workers=True)
            self.backend._workers = None

    def withdraw_queued(self) -> None:
        """Take back what no process of loky has been handed yet."""
        work_ids = getattr(self._executor, "_work_ids", None)
        try:
            while work_ids is not None:
                work_ids.get(block=False)
        except queue.Empty:
            pass

    def pids(self) -> set[int]:
        """Return the living processes of the backend "multiprocessing"."""
        pool = getattr(self.backend, "_pool", None)
        processes = list(getattr(pool, "_pool", ()))
        return {process.pid for process in processes if process.exitcode is None}


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
