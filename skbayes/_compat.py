"""Every private or moved name of scikit-learn, scipy, joblib and threadpoolctl, and their use.

The functions that ask an estimator about its parameters are here too: whether it has one, takes a
value, or tells ints from floats. Classes declare most of this in private attributes.

The rest of the package imports private names from here, so that a release that moves one of them
is answered in this file alone. What only some uses need is looked up when they do, and a release
without it is refused there, by name. Supported: scikit-learn 1.6 to 1.9, joblib 1.2 and later,
scipy 1.10 and later, threadpoolctl 3.1 and later.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import inspect
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import joblib
import numpy as np
import sklearn
import threadpoolctl
from numpy.typing import NDArray
from scipy.stats import qmc
from sklearn.base import _fit_context as fit_context
from sklearn.base import clone
from sklearn.metrics import check_scoring
from sklearn.metrics._scorer import _BaseScorer as BaseScorer
from sklearn.metrics._scorer import _MultimetricScorer as MultimetricScorer
from sklearn.model_selection._search import BaseSearchCV
from sklearn.model_selection._validation import _fit_and_score as fit_and_score
from sklearn.utils._param_validation import Interval, Options, StrOptions, make_constraint
from sklearn.utils.fixes import parse_version
from sklearn.utils.parallel import delayed
from sklearn.utils.validation import _check_method_params as check_method_params
from threadpoolctl import LibController

__all__ = [
    "SEARCH_CONSTRAINTS",
    "BaseScorer",
    "BaseSearchCV",
    "CallbackContexts",
    "Interval",
    "MultimetricScorer",
    "StrOptions",
    "accepts",
    "active_backend",
    "check_method_params",
    "check_refit",
    "cloudpickle",
    "declares",
    "fit_and_score",
    "fit_context",
    "get_routed_params",
    "get_scorers",
    "has_threads_of_its_own",
    "in_backend",
    "kept_by_clone",
    "loky_executor",
    "memory_mapping",
    "number_types",
    "owner_of",
    "scorers_by_name",
    "scrambled_sobol",
    "search_method",
    "select_best_index",
    "set_threads",
    "takes_reals",
    "takes_value",
    "tells_ints_from_floats",
    "text_options",
    "warn_or_raise_about_fit_failures",
    "warning_filters",
    "watched",
    "watched_folder",
    "with_sklearn_config",
]

try:
    import cloudpickle
except ImportError:  # before joblib 1.6, which has it inside
    from joblib.externals import cloudpickle

_SOBOL_TAKES_RNG = "rng" in inspect.signature(qmc.Sobol.__init__).parameters
SEARCH_CONSTRAINTS = BaseSearchCV._parameter_constraints
_HAS_CALLBACKS = hasattr(BaseSearchCV, "_init_callback_context")


def needed(module: str, name: str, purpose: str) -> Any:
    """Return what a library keeps in `module` under `name`.

    Raises
    ------
    RuntimeError
        If this release of the library does not.
    """
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        library = importlib.import_module(module.split(".")[0])
        raise RuntimeError(
            f"{library.__name__} {library.__version__} has no {module}.{name}, which skbayes needs "
            f"{purpose}. Install an older {library.__name__} or a newer skbayes."
        ) from error


def warn_or_raise_about_fit_failures(
    results: Sequence[Mapping[str, Any]], error_score: Any
) -> None:
    """Warn about the fits that failed; raise ValueError if all of them did."""
    if any(result["fit_error"] is not None for result in results):
        name = "_warn_or_raise_about_fit_failures"
        private = needed("sklearn.model_selection._validation", name, "to say which fits failed")
        private(results, error_score)


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


class Watched:
    """A scorer that notes which of its calls raised.

    A failure of a scorer is replaced by the error score, and cannot be told from a score.
    """

    def __init__(self, scorer: Any) -> None:
        self._scorer = scorer
        # For each call the metrics without a score; None for all of them.
        self._failed: list[frozenset[str] | None] = []

    def __repr__(self) -> str:
        return repr(self._scorer)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._failed.append(None)
        scores = self._scorer(*args, **kwargs)
        by_metric = scores if isinstance(scores, dict) else {}
        # Of several scorers, one that raised has its traceback in the place of its score.
        self._failed[-1] = frozenset(name for name, s in by_metric.items() if isinstance(s, str))
        return scores

    @property
    def was_called(self) -> bool:
        """Whether there was anything to score."""
        return bool(self._failed)

    @property
    def failed(self) -> tuple[frozenset[str] | None, frozenset[str] | None]:
        """The metrics without a score on test part and training part; None for all of them."""
        # The order of the calls.
        test, train, *_ = (*self._failed, None, None)
        return test, train


class WatchedScorers(Watched, MultimetricScorer):  # type: ignore[misc]
    """Scorers of several metrics, which scikit-learn tells by their class from a function."""

    def __init__(self, scorers: MultimetricScorer) -> None:
        super().__init__(scorers)
        self.__dict__.update(scorers.__dict__)


def watched(scorer: Any) -> Watched:
    """Return a scorer, or several, for one call of `fit_and_score`, after which it is asked."""
    return (WatchedScorers if isinstance(scorer, MultimetricScorer) else Watched)(scorer)


def search_method(name: str) -> Any:
    """Return a method of scikit-learn's searches without the check whether it is there."""
    return vars(BaseSearchCV)[name].__wrapped__


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
    return "RealNotInt" in number_types(*owner_of(estimator, name))


def takes_reals(estimator: Any, name: str) -> bool:
    """Whether a parameter takes any real number of an interval, and ints mean nothing else.

    What the class declares decides; of one that declares nothing, the present value does.
    """
    try:
        owner, name = owner_of(estimator, name)
        if not declares(owner, name):
            return isinstance(owner.get_params(deep=False).get(name), float)
        return number_types(owner, name) == ["Real"]
    except Exception:  # of what is no estimator after all
        return False


def owner_of(estimator: Any, name: str) -> tuple[Any, str]:
    """Return the part of an estimator that has a parameter, and the name of it there."""
    path, _, name = name.rpartition("__")
    return estimator.get_params(deep=True).get(path) if path else estimator, name


def accepts(estimator: Any, params: Mapping[str, Any]) -> bool:
    """Tell whether parameters can be set: some estimators take more than they list."""
    try:
        clone(estimator).set_params(**clone(dict(params), safe=False))
    except Exception:  # each library refuses in its own way, and some values are no estimators
        return False
    return True


def kept_by_clone(estimator: Any) -> tuple[Any, str]:
    """Return what a clone keeps beside the parameters: the kind of output, and metadata requests.

    Requests do not compare, so they are a text.
    """
    output = getattr(estimator, "_sklearn_output_config", None)
    return output, repr(getattr(estimator, "_metadata_request", None))


def declares(owner: Any, name: str) -> bool:
    """Whether the class of an estimator declares what values a parameter takes."""
    return _declared(owner, name) is not None


def number_types(owner: Any, name: str) -> list[str]:
    """Return the names of the types of numbers that a parameter is declared to take, each once."""
    declared = _declared(owner, name) or ()
    kinds = [getattr(each, "type", each) for each in declared if not isinstance(each, str)]
    names = [getattr(kind, "__name__", "") for kind in kinds]
    # Told by its name: where scikit-learn has no such class, no parameter is of it.
    return [name for name in ("Real", "Integral", "RealNotInt") if name in names]


def text_options(owner: Any, name: str) -> set[str]:
    """Return the texts that a parameter is declared to take."""
    declared = [getattr(each, "constraint", each) for each in _declared(owner, name) or ()]
    options = [each.options for each in declared if isinstance(each, Options)]
    return {option for each in options for option in each if isinstance(option, str)}


def takes_value(owner: Any, name: str, value: Any) -> bool:
    """Whether a parameter is declared to take a value."""
    for each in _declared(owner, name) or ():
        # A text is a sequence, and no array.
        if isinstance(each, str) and each == "array-like" and isinstance(value, str):
            continue
        try:
            if make_constraint(each).is_satisfied_by(value):
                return True
        except (TypeError, ValueError):  # of a kind of constraint that is no scikit-learn's
            continue
    return False


def _declared(owner: Any, name: str) -> Sequence[Any] | None:
    """Return what the class of an estimator declares of a parameter; None for nothing."""
    constraints = getattr(type(owner), "_parameter_constraints", None)
    if not isinstance(constraints, Mapping) or name not in constraints:
        return None
    declared = constraints[name]
    return declared if isinstance(declared, list | tuple) else None


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


def warning_filters() -> list[Any]:
    """Return the warning filters that hold now, at least one.

    Python has one list for all threads, and scikit-learn empties it for a moment at the beginning
    of each task: to be read while no task runs. Of an empty list scikit-learn warns in each task.
    """
    get = getattr(warnings, "_get_filters", lambda: warnings.filters)
    return list(get()) or [("default", None, Warning, None, 0)]


def with_sklearn_config(function: Callable[..., Any], filters: list[Any]) -> Callable[..., Any]:
    """Wrap `function` so that workers run it under this thread's scikit-learn configuration.

    From scikit-learn 1.7 on, the warning filters travel too.
    """
    wrapped, _, _ = delayed(function)()
    config = sklearn.get_config()
    if hasattr(wrapped, "with_config_and_warning_filters"):
        wrapped.with_config_and_warning_filters(config, filters)
    else:
        wrapped.with_config(config)
    return wrapped  # type: ignore[no-any-return]


def active_backend(n_jobs: int | None) -> tuple[Any, int | None]:
    """Return the joblib backend that is active in this thread, and the number of jobs it gets.

    Raises
    ------
    TypeError, ValueError
        If `n_jobs` is no number.
    RuntimeError
        If this joblib does not say which backend is active.
    """
    get = needed("joblib.parallel", "get_active_backend", "to find the active joblib backend")
    # What is not given is what the context says, or the backend.
    return get()[0], joblib.Parallel(n_jobs=n_jobs).n_jobs


def in_backend(backend: Any) -> Any:
    """Return a context in which `backend`, an object of joblib or a name, is the active one."""
    # `parallel_backend` is all that joblib 1.2 has.
    return getattr(joblib, "parallel_config", joblib.parallel_backend)(backend, n_jobs=None)


def memory_mapping() -> tuple[str | None, float, str]:
    """Return joblib's settings for large arrays: the folder, bytes from which, the mode."""
    settings: dict[str, Any] = {}
    if hasattr(joblib, "parallel_config"):
        with joblib.parallel_config() as settings:
            pass
    # What nobody has set stands there in a wrapper.
    given = {name: getattr(value, "default_value", value) for name, value in settings.items()}
    n_bytes, mode = given.get("max_nbytes", "1M"), given.get("mmap_mode", "r")
    if n_bytes is None or mode is None:
        return None, math.inf, "r"
    if isinstance(n_bytes, str):
        n_bytes = needed("joblib.disk", "memstr_to_bytes", "to read max_nbytes")(n_bytes)
    return given.get("temp_folder"), n_bytes, "r+" if mode == "w+" else mode


def loky_executor(n_workers: int, **settings: Any) -> Executor:
    """Return an executor of `n_workers` processes, which shares them with nobody."""
    purpose = "to run folds in processes (not with n_jobs=1, nor with your own executor)"
    make = needed("joblib.externals.loky", "ProcessPoolExecutor", purpose)
    return make(n_workers, **settings)  # type: ignore[no-any-return]


@contextlib.contextmanager
def watched_folder(path: str) -> Iterator[None]:
    """Have a folder removed should this process be killed, in the body of the context."""
    try:
        from joblib.externals.loky.backend import resource_tracker
    except ImportError:
        # Then it stays when this process is killed, and only then.
        yield
        return
    resource_tracker.register(path, "folder")
    try:
        yield
    finally:
        resource_tracker.unregister(path, "folder")


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
            if not hasattr(self._search.estimator, "set_callbacks"):
                # scikit-learn warns of that in each fit. Here once, of all of them.
                with self._leaves[0].propagate_callback_context(copy.copy(self._search.estimator)):
                    pass
                self._leaves = [QuietLeaf(leaf) for leaf in self._leaves]

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
        # Of an estimator that knows no callbacks the folds have warned.
        with (QuietLeaf(task) if self._leaves else task).propagate_callback_context(estimator):
            task.call_on_fit_task_begin(estimator=self._search, **self._data)
            fit()
        task.call_on_fit_task_end(estimator=self._search, **self._data)

    def end(self) -> None:
        """Close the root task."""
        if self._root is not None:
            self._root.call_on_fit_task_end(estimator=self._search, **self._data)


class QuietLeaf:
    """A task whose estimator, if it knows no callbacks, is given none without a warning."""

    def __init__(self, task: Any) -> None:
        self._task = task

    def propagate_callback_context(self, estimator: Any) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which an estimator is fitted."""
        if not hasattr(estimator, "set_callbacks"):
            return contextlib.nullcontext()
        return self._task.propagate_callback_context(estimator)  # type: ignore[no-any-return]

    def call_on_fit_task_begin(self, **keywords: Any) -> Any:
        """Tell the callbacks that a fit begins."""
        return self._task.call_on_fit_task_begin(**keywords)

    def call_on_fit_task_end(self, **keywords: Any) -> Any:
        """Tell the callbacks that a fit has ended."""
        return self._task.call_on_fit_task_end(**keywords)


def _is_observed(search: BaseSearchCV) -> bool:
    """Tell whether `search`, what it is nested in, or what it holds has callbacks."""
    if hasattr(search, "_parent_callback_ctx"):
        return True
    parts = [search, *search.get_params(deep=True).values()]
    return any(getattr(part, "_skl_callbacks", None) for part in parts)


def set_threads(library: LibController, number: int) -> None:
    """Set the number of threads of a library of linear algebra, from any thread.

    Since 3.8, threadpoolctl lets one thread at a time set that of an OpenBLAS which has one number
    for the process, and does nothing in the others.
    """
    getattr(library, "_real_set_num_threads", library.set_num_threads)(number)


def has_threads_of_its_own(library: LibController) -> bool:
    """Tell whether each thread has a number of threads of its own in a library.

    Since 3.7, threadpoolctl sets that of the calling thread in MKL, and in an OpenBLAS that is
    built on OpenMP.
    """
    is_openmp = getattr(library, "threading_layer", None) == "openmp"
    is_own = is_openmp if library.internal_api == "openblas" else library.internal_api == "mkl"
    return is_own and parse_version(threadpoolctl.__version__) >= parse_version("3.7")
