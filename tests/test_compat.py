"""Each private name of scikit-learn, scipy and joblib that `_compat.py` uses is what it was.

When a release moves one, its line here fails with a sentence that says which, and what for.
"""

import ast
import importlib
import inspect
import math
import subprocess
import sys
import textwrap
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController, threadpool_limits

from skbayes._compat import (
    has_threads_of_its_own,
    kept_by_clone,
    memory_mapping,
    search_method,
    set_threads,
    watched,
)

SOURCE = Path(__file__).parents[1] / "skbayes" / "_compat.py"
X, Y = np.arange(12.0)[:, None], np.tile([0, 1], 6)
HAS_CALLBACKS = hasattr(GridSearchCV, "set_callbacks")
needs_callbacks = pytest.mark.skipif(
    not HAS_CALLBACKS, reason="scikit-learn has callbacks from 1.9 on"
)

NAMES = {
    "joblib.disk": {"memstr_to_bytes": "reads max_nbytes='1M'"},
    "joblib.externals.loky": {"ProcessPoolExecutor": "runs folds in processes"},
    "joblib.externals.loky.backend": {"resource_tracker": "tidies up after who is killed"},
    "joblib.parallel": {"get_active_backend": "says where folds are to run"},
    "scipy.stats.qmc": {"Sobol": "draws the initial design"},
    "sklearn.base": {"_fit_context": "decorates fit: validation, and the end of callbacks"},
    "sklearn.metrics._scorer": {
        "_BaseScorer": "tells a scorer from a function",
        "_MultimetricScorer": "holds several scorers",
    },
    "sklearn.model_selection._search": {"BaseSearchCV": "is the base of BayesSearchCV"},
    "sklearn.model_selection._validation": {
        "_fit_and_score": "evaluates a fold",
        "_warn_or_raise_about_fit_failures": "words the warning about fits that failed",
    },
    "sklearn.utils._param_validation": {
        "Interval": "bounds a parameter",
        "Options": "lists the values that a parameter may be",
        "make_constraint": "makes what checks a value of what a class declares",
        "RealNotInt": "says that 1 and 1.0 mean different things to a parameter",
        "StrOptions": "lists the strings that a parameter may be",
    },
    "sklearn.utils.parallel": {"delayed": "takes the configuration to the workers"},
    "sklearn.utils.validation": {"_check_method_params": "checks the arguments of fit"},
    "sklearn.model_selection._search.BaseSearchCV": {
        "_check_refit_for_multimetric": "checks refit against the metrics of a callable",
        "_get_routed_params_for_fit": "divides the arguments of fit",
        "_get_scorers": "makes the scorers",
        "_parameter_constraints": "says what the parameters may be",
        "_select_best_index": "selects the best row",
        **({"_init_callback_context": "opens the task tree"} if HAS_CALLBACKS else {}),
    },
}


@pytest.mark.parametrize(
    ("owner", "name"), [(owner, name) for owner, names in NAMES.items() for name in names]
)
def test_the_name_is_there(owner, name):
    module, _, part = owner.rpartition(".") if owner.endswith("CV") else (owner, "", "")
    try:
        found = importlib.import_module(module)
        found = getattr(getattr(found, part) if part else found, name)
    except (ImportError, AttributeError):
        pytest.fail(
            f"{owner} has no {name}, which {NAMES[owner][name]} (scikit-learn "
            f"{sklearn.__version__}, joblib {joblib.__version__}): _compat.py needs another way."
        )
    assert found is not None


# What is private in an object, and the test below that uses it.
OF_OBJECTS = {
    "_scorers": "test_scorers_are_known_by_name",
    "_skl_callbacks": "test_callbacks_are_kept_under_their_name",
    "_parent_callback_ctx": "test_a_nested_search_knows_its_context",
    "_get_filters": "test_warning_filters_can_be_read",
    "_metadata_request": "test_a_clone_keeps_more_than_parameters",
    "_sklearn_output_config": "test_a_clone_keeps_more_than_parameters",
    "_real_set_num_threads": "test_the_number_of_threads_is_set_whichever_thread_has_control",
}


def private_names(source):
    """Return the private names of other libraries in `source`: imported, reached for, or quoted."""
    imported, used, own = set(), set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            parts = (node.module or "").removeprefix("__future__").split(".")
            is_private = any(part.startswith("_") for part in parts)
            imported |= {a.name for a in node.names if is_private or a.name.startswith("_")}
        elif isinstance(node, ast.Attribute):
            is_own = ast.unparse(node.value) == "self" and isinstance(node.ctx, ast.Store)
            (own if is_own else used).add(node.attr)
        elif isinstance(node, ast.Constant) and str(node.value).isidentifier():
            used.add(str(node.value))
        elif isinstance(node, ast.FunctionDef):
            own.add(node.name)
    return imported | {n for n in used - own if n.startswith("_") and not n.endswith("__")}


def test_each_private_name_has_its_test():
    known = {name for names in NAMES.values() for name in names} | OF_OBJECTS.keys()
    if not HAS_CALLBACKS:
        known.add("_init_callback_context")
    unknown = private_names(SOURCE.read_text(encoding="utf-8")) - known
    assert not unknown, f"Say in this file what {unknown} is for, and test that it is there."
    assert all(callable(globals().get(test)) for test in OF_OBJECTS.values())


def test_private_names_are_found():
    source = """
from __future__ import annotations
from sklearn.base import _a, clone
from sklearn._b import c
def _own(self):
    self._mine = self._mine2 = clone(self._d._e)
    return getattr(x, "_f", None), x.__name__, _own
"""
    assert private_names(source) == {"_a", "c", "_d", "_e", "_f"}


def test_evaluating_a_fold_takes_and_gives_what_it_did():
    from sklearn.model_selection._validation import _fit_and_score

    taken = {
        *("estimator", "X", "y", "scorer", "train", "test", "verbose", "parameters", "fit_params"),
        *("score_params", "return_train_score", "return_times", "split_progress", "error_score"),
        "candidate_progress",
        *(("caller", "callback_ctx") if HAS_CALLBACKS else ()),
    }
    missing = taken - inspect.signature(_fit_and_score).parameters.keys()
    assert not missing, f"_fit_and_score takes no {missing}; Evaluation.task gives it."
    scored = _fit_and_score(
        LogisticRegression(),
        X,
        Y,
        scorer=lambda estimator, X, y: 0.5,
        train=np.arange(8),
        test=np.arange(8, 12),
        verbose=0,
        parameters={"C": 2.0},
        fit_params={},
        score_params={},
        return_train_score=True,
        return_times=True,
        error_score=np.nan,
    )
    expected = {"fit_error", "fit_time", "score_time", "test_scores", "train_scores"}
    missing = expected - scored.keys()
    assert not missing, f"_fit_and_score gives no {missing}; evaluate_fold reads it."
    assert scored["test_scores"] == 0.5


def test_several_scorers_give_a_traceback_for_one_that_raises():
    from sklearn.metrics._scorer import _MultimetricScorer

    def raises(estimator, X, y):
        raise RuntimeError("no score")

    scorers = _MultimetricScorer(scorers={"a": raises, "b": lambda *of: 0.5}, raise_exc=False)
    scores = scorers(LogisticRegression(), X, Y)
    assert "no score" in scores["a"]
    assert scores["b"] == 0.5


def test_the_test_part_is_scored_before_the_training_part():
    from sklearn.model_selection._validation import _fit_and_score

    def scorer(estimator, X, y):
        if len(y) == 4:
            raise RuntimeError("no score")
        return 0.5

    scorer = watched(scorer)
    with pytest.warns(UserWarning, match="Scoring failed"):
        _fit_and_score(
            GaussianNB(),
            *(X, Y),
            scorer=scorer,
            train=np.arange(8),
            test=np.arange(8, 12),
            verbose=0,
            parameters={},
            fit_params=None,
            score_params=None,
            return_train_score=True,
        )
    assert scorer.failed == (None, frozenset()), "_fit_and_score calls the scorer in another order"


def test_several_scorers_that_are_watched_give_the_same_scores():
    search = GridSearchCV(GaussianNB(), {}, scoring=["accuracy", "f1"], refit="f1")
    scorers = search._get_scorers()[0]
    model = GaussianNB().fit(X, Y)
    scorer = watched(scorers)
    assert scorer(model, X, Y) == scorers(model, X, Y)
    assert type(scorers) in type(scorer).__mro__
    assert vars(scorers).items() <= vars(scorer).items(), "scorers keep something in another place"


def test_methods_of_a_search_have_a_check_around_them():
    search = GridSearchCV(GaussianNB(), {}).fit(X, Y)
    search.refit = False
    assert not hasattr(search, "predict")
    assert search_method("predict")(search, X).shape == Y.shape, "the method is not __wrapped__"


def test_failures_are_worded_from_their_errors_alone():
    from sklearn.model_selection._validation import _warn_or_raise_about_fit_failures

    with pytest.warns(FitFailedWarning, match="1 fits failed out of a total of 2"):
        _warn_or_raise_about_fit_failures([{"fit_error": "why"}, {"fit_error": None}], np.nan)


def test_arguments_of_fit_are_divided_in_three():
    search = GridSearchCV(LogisticRegression(), {})
    routed = search._get_routed_params_for_fit({"groups": 1, "sample_weight": Y})
    assert routed.estimator.fit.keys() == {"sample_weight"}, "no routed.estimator.fit any more"
    assert routed.splitter.split == {"groups": 1}, "no routed.splitter.split any more"
    assert isinstance(routed.scorer.score, dict), "no routed.scorer.score any more"


def test_scorers_come_with_the_metric_of_refit():
    search = GridSearchCV(LogisticRegression(), {}, scoring=["accuracy", "f1"], refit="f1")
    scorers, metric = search._get_scorers()
    assert metric == "f1", "_get_scorers gives no longer (scorers, metric)"
    assert GridSearchCV(LogisticRegression(), {})._get_scorers()[1] == "score"
    assert type(scorers).__name__ == "_MultimetricScorer"


def test_scorers_are_known_by_name():
    from sklearn.metrics._scorer import _BaseScorer

    search = GridSearchCV(LogisticRegression(), {}, scoring=["accuracy", "f1"], refit="f1")
    scorers = getattr(search._get_scorers()[0], "_scorers", None)
    assert scorers, "_MultimetricScorer keeps its scorers no longer as _scorers"
    assert scorers.keys() == {"accuracy", "f1"}
    assert isinstance(scorers["f1"], _BaseScorer), "scorers are no longer of class _BaseScorer"
    assert isinstance(make_scorer(max), _BaseScorer)


def test_the_best_row_is_selected_from_a_table():
    search = GridSearchCV(LogisticRegression(), {})
    table = {"params": [1, 2], "rank_test_a": np.array([2, 1])}
    assert search._select_best_index(True, "a", table) == 1, "_select_best_index(refit, metric, _)"
    assert search._select_best_index(lambda _: 0, "a", table) == 0


def test_a_delayed_function_takes_the_configuration_with_it():
    from sklearn.utils.parallel import delayed

    wrapped, args, kwargs = delayed(abs)(-1)
    assert args == (-1,)
    assert kwargs == {}
    names = ("with_config_and_warning_filters", "with_config")
    assert any(hasattr(wrapped, name) for name in names), f"a delayed function has none of {names}"


def test_a_clone_keeps_more_than_parameters():
    with sklearn.config_context(enable_metadata_routing=True):
        asking = StandardScaler().set_fit_request(sample_weight=True)
    other = StandardScaler().set_output(transform="pandas")
    for each in (asking, other):
        assert kept_by_clone(clone(each)) == kept_by_clone(each) != kept_by_clone(StandardScaler())


def test_warning_filters_can_be_read():
    filters = getattr(warnings, "_get_filters", lambda: warnings.filters)()
    assert len(list(filters)) > 0, "the warning filters stand no longer in warnings.filters"


def test_what_joblib_says_of_its_backends():
    for name in ("loky", "threading", "multiprocessing"):
        with joblib.parallel_backend(name, n_jobs=2):
            backend, n_jobs = joblib.parallel.get_active_backend()
        assert n_jobs == 2
        for part in ("effective_n_jobs", "get_nested_backend", "inner_max_num_threads"):
            assert hasattr(backend, part), f"{name} has no {part}; kinds.py and processes.py use it"
        assert "OMP_NUM_THREADS" in backend.MAX_NUM_THREADS_VARS
        nested, jobs_of_nested = backend.get_nested_backend()
        assert type(nested).__name__ == "ThreadingBackend"
        assert jobs_of_nested is None
    names = ("submit", "apply_async")
    assert any(hasattr(backend, name) for name in names), f"joblib's backends have none of {names}"
    for part in ("start_call", "stop_call", "abort_everything"):
        assert hasattr(backend, part), f"joblib's backends have no {part}; BackendWorkers calls it"
    assert joblib.Parallel(n_jobs=-2).n_jobs == -2


@pytest.mark.skipif(not hasattr(joblib, "parallel_config"), reason="joblib 1.2 has no settings")
def test_settings_of_joblib_can_be_read():
    assert memory_mapping() == (None, 1024**2, "r")
    with joblib.parallel_config(temp_folder="here", max_nbytes="3K", mmap_mode="w+"):
        assert memory_mapping() == ("here", 3072, "r+")
    with joblib.parallel_config(max_nbytes=7, mmap_mode="c"):
        assert memory_mapping() == (None, 7, "c")
    for off in ({"max_nbytes": None}, {"mmap_mode": None}):
        with joblib.parallel_config(**off):
            assert memory_mapping()[1] == math.inf


def test_what_the_executor_of_loky_takes():
    executor = joblib.externals.loky.ProcessPoolExecutor
    taken = inspect.signature(executor).parameters
    missing = {"timeout", "env", "initializer", "initargs"} - taken.keys()
    assert not missing, f"loky's executor takes no {missing}"
    taken = inspect.signature(executor.shutdown).parameters
    assert "kill_workers" in taken, "loky's executor cannot be ended with its workers"


# What is missing is refused where it is needed, and nowhere else.

MISSING = """
    import importlib, sys
    import numpy as np
    import sklearn.model_selection
    import joblib.parallel

    for module in {modules}:
        sys.modules[module] = None
    for name in {names}:
        module, _, name = name.rpartition(".")
        delattr(importlib.import_module(module), name)

    import skbayes
    from skbayes import BayesSearchCV
    from sklearn.linear_model import Ridge

    def search(**settings):
        search = BayesSearchCV(Ridge(), {{"alpha": (0.1, 1.0)}}, n_iter=3, cv=2, **settings)
        return search.fit(np.arange(12.0)[:, None], np.arange(12.0)).best_score_

    one = search(), search(n_jobs=1)
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(2) as executor:
        search(executor=executor)
    try:
        search(n_jobs=2)
    except RuntimeError as error:
        print(error)
"""


@pytest.mark.parametrize(
    ("names", "modules", "found"),
    [
        ([], ["joblib.externals.loky"], "joblib.externals.loky.ProcessPoolExecutor"),
        (
            ["joblib._utils.eval_expr", "joblib.parallel.BatchedCalls",
             "sklearn.model_selection._validation._warn_or_raise_about_fit_failures"],
            [],
            "",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_refused_where_it_is_needed(names, modules, found):
    code = textwrap.dedent(MISSING).format(names=names, modules=modules)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(f"joblib {joblib.__version__} has no {found}" if found else "")
    assert found or not run.stdout


if HAS_CALLBACKS:

    class Recorder:
        """Notes the names of the tasks that it is shown."""

        def __init__(self):
            self.tasks = []

        def setup(self, estimator, context):
            pass

        def teardown(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context, *, metadata=None, **kwargs):
            self.tasks.append(context.task_name)

        def on_fit_task_end(self, estimator, context, *, metadata=None, **kwargs):
            pass


@needs_callbacks
def test_callbacks_are_kept_under_their_name():
    search = GridSearchCV(LogisticRegression(), {}).set_callbacks(Recorder())
    assert hasattr(search, "_skl_callbacks"), "callbacks are no longer kept as _skl_callbacks"
    assert not hasattr(GridSearchCV(LogisticRegression(), {}), "_skl_callbacks")


@needs_callbacks
def test_a_nested_search_knows_its_context():
    seen = []

    class Looks(GridSearchCV):
        def fit(self, X, y=None, **params):
            seen.append(hasattr(self, "_parent_callback_ctx"))
            return super().fit(X, y, **params)

    from sklearn.callback import ScoringMonitor

    inner = Looks(LogisticRegression(), {"C": [1.0]}, cv=2)
    inner.set_callbacks(ScoringMonitor(scoring="accuracy"))
    GridSearchCV(inner, {"estimator__C": [1.0]}, cv=2, refit=False).fit(X, Y)
    assert any(seen), "a nested estimator is no longer given its context as _parent_callback_ctx"


@needs_callbacks
def test_the_task_tree_is_opened_as_it_was():
    from sklearn.callback._callback_context import CallbackContext

    for name, taken in {
        "subcontext": {"task_name", "max_subtasks", "sequential_subtasks", "task_id"},
        "call_on_fit_task_begin": {"estimator", "X", "y", "metadata"},
        "call_on_fit_task_end": {"estimator", "X", "y", "metadata"},
        "propagate_callback_context": set(),
    }.items():
        method = getattr(CallbackContext, name, None)
        assert method is not None, f"a callback context has no {name}"
        missing = taken - inspect.signature(method).parameters.keys()
        assert not missing, f"{name} of a callback context takes no {missing}"


def test_what_a_class_declares_is_told():
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.svm import SVC

    from skbayes import _compat

    forest, svc = RandomForestClassifier(), SVC()
    assert _compat.number_types(forest, "max_features") == ["Integral", "RealNotInt"]
    assert {"sqrt", "log2"} <= _compat.text_options(forest, "max_features")
    assert _compat.takes_value(svc, "gamma", 0.1)
    assert _compat.takes_value(svc, "gamma", "scale")
    assert not _compat.takes_value(svc, "gamma", "0.1")
    assert not _compat.takes_value(MLPClassifier(), "hidden_layer_sizes", "64")
    assert _compat.declares(svc, "C")
    assert not _compat.declares(svc, "no_such")
    assert not _compat.declares(object(), "C")


def test_the_number_of_threads_is_set_whichever_thread_has_control():
    """Since 3.8, threadpoolctl gives one thread the control of an OpenBLAS, here the main one."""
    blas = ThreadpoolController().select(user_api="blas").lib_controllers
    libraries = [each for each in blas if not has_threads_of_its_own(each)]
    if not libraries:
        pytest.skip("no library of linear algebra has a number of threads for the process")
    with threadpool_limits(2, user_api="blas"), ThreadPoolExecutor(1) as executor:
        for library in libraries:
            before = library.num_threads
            executor.submit(set_threads, library, 1).result()
            assert library.num_threads == 1
            set_threads(library, before)
            assert library.num_threads == before
