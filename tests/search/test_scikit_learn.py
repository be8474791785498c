"""scikit-learn's own checks, and its callbacks, beside its own searches."""

import functools
import warnings
from collections import Counter

import pytest
import sklearn
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from skbayes import BayesSearchCV

X, Y = load_iris(return_X_y=True)

ESTIMATORS = {
    "classifier": (LogisticRegression(tol=0.1), {"C": [0.1, 1.0]}),
    "regressor": (Ridge(), {"alpha": [0.1, 1.0]}),
    "transformer": (PCA(n_components=1), {"whiten": [True, False]}),
    "clusterer": (KMeans(n_clusters=2, n_init=1, random_state=0), {"tol": [0.0, 0.1]}),
    "support vectors": (SVC(), {"C": [0.1, 1.0]}),
    "pipeline": (
        make_pipeline(StandardScaler(), LogisticRegression()),
        {"logisticregression__C": [0.1, 1.0]},
    ),
}


class WithTransformerTags:
    """A search with the transformer tags of what it searches.

    scikit-learn's searches have `transform` but no such tags, and its checks do not begin with
    a search over a transformer.
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags = get_tags(self.estimator).transformer_tags
        return tags


class Random(WithTransformerTags, RandomizedSearchCV):
    pass


class Bayes(WithTransformerTags, BayesSearchCV):
    pass


def failures(search):
    """Return what each of the checks that fail raised, without the name of the search."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(search, on_fail=None, on_skip=None)
    assert len(results) > 40
    return {
        row["check_name"]: repr(row["exception"]).replace(type(search).__name__, "*SearchCV")
        for row in results
        if row["status"] == "failed"
    }


@functools.cache
def failures_of_random_search(name):
    estimator, space = ESTIMATORS[name]
    return failures(Random(estimator, space, n_iter=2, cv=2, random_state=0))


# Classifiers as well, which take the longest.
MORE = ("support vectors", "pipeline")


@pytest.mark.parametrize(
    ("name", "is_range"),
    [
        *((name, False) for name in ESTIMATORS if name not in MORE),
        *(pytest.param(name, False, marks=pytest.mark.slow) for name in MORE),
        ("classifier", True),
        ("clusterer", True),
    ],
)
def test_fails_no_check_but_as_random_search_does(name, is_range):
    estimator, space = ESTIMATORS[name]
    if is_range:
        space = {key: (min(values), max(values)) for key, values in space.items()}
    ours = failures(Bayes(estimator, space, n_iter=2, cv=2, random_state=0))
    assert ours.items() <= failures_of_random_search(name).items()
    # Ridge takes a 2-D target silently; the searches have no `fit_transform`.
    known = {
        "regressor": {"check_supervised_y_2d"},
        "transformer": {"check_estimator_sparse_tag", *TRANSFORMING},
        "clusterer": TRANSFORMING,
    }
    assert ours.keys() <= known.get(name, set())


TRANSFORMING = {
    "check_transformer_data_not_an_array",
    "check_transformer_general",
    "check_transformer_preserve_dtypes",
}


if hasattr(GridSearchCV, "set_callbacks"):

    class Recorder:
        """Counts the hooks, by hook, task and estimator."""

        def __init__(self):
            self.calls = []

        def setup(self, estimator, context):
            self.calls.append(("setup", type(estimator).__name__ == "BayesSearchCV"))

        def on_fit_task_begin(self, estimator, context, *, metadata):
            self.record("begin", estimator, context, metadata)

        def on_fit_task_end(self, estimator, context, *, metadata):
            self.record("end", estimator, context, metadata)

        def record(self, hook, estimator, context, metadata):
            self.calls.append(
                (hook, context.task_name, context.max_subtasks, metadata and sorted(metadata))
            )

        def teardown(self, estimator, context):
            self.calls.append(("teardown",))


needs_callbacks = pytest.mark.skipif(
    not hasattr(GridSearchCV, "set_callbacks"), reason="scikit-learn has callbacks from 1.9 on"
)


@needs_callbacks
@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize("fit_params", [{}, {"sample_weight": [1.0] * len(Y)}])
def test_callbacks_see_what_grid_search_shows_them(refit, fit_params):
    counts = []
    grid = {"C": [0.1, 1.0], "kernel": ["rbf", "linear"]}
    for search in (
        GridSearchCV(SVC(), grid, cv=3, refit=refit),
        BayesSearchCV(SVC(), grid, n_iter=4, cv=3, refit=refit),
    ):
        recorder = Recorder()
        search.set_callbacks(recorder).fit(X, Y, **fit_params)
        counts.append(
            Counter(call[:1] if call[0] == "setup" else repr(call) for call in recorder.calls)
        )
        assert recorder.calls[0][0] == "setup"
        assert recorder.calls[-1] == ("teardown",)
    assert counts[0] == counts[1]
    leaves = [n for key, n in counts[1].items() if "candidate-split-evaluation" in str(key)]
    assert leaves == [12, 12]


@needs_callbacks
def test_callbacks_of_a_second_fit_begin_anew():
    recorder = Recorder()
    search = BayesSearchCV(SVC(), {"C": (0.1, 1.0)}, n_iter=3, cv=2).set_callbacks(recorder)
    first = search.fit(X, Y) and len(recorder.calls)
    search.fit(X, Y)
    assert len(recorder.calls) == 2 * first


@needs_callbacks
def test_callbacks_are_torn_down_after_an_error():
    recorder = Recorder()
    search = BayesSearchCV(SVC(), {"C": (-2.0, -1.0)}, n_iter=3, cv=2, error_score="raise")
    with pytest.raises(ValueError, match="C"):
        search.set_callbacks(recorder).fit(X, Y)
    assert recorder.calls[-1] == ("teardown",)


@needs_callbacks
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_bar_counts_all_folds(n_jobs, capsys, monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "200")
    from sklearn.callback import ProgressBar

    inner = LogisticRegression(max_iter=1000)
    search = BayesSearchCV(
        inner, {"C": (0.1, 1.0)}, n_iter=5, cv=2, n_jobs=n_jobs, n_points=1, random_state=0
    )
    search.set_callbacks(ProgressBar()).fit(X, Y)
    out = capsys.readouterr().out
    assert "BayesSearchCV" in out
    assert "100%" in out
    silent = sklearn.clone(search).set_callbacks().fit(X, Y)
    assert silent.cv_results_["params"] == search.cv_results_["params"]


@needs_callbacks
def test_callbacks_of_the_searched_estimator_are_called():
    from sklearn.callback import ScoringMonitor

    monitor = ScoringMonitor(scoring="accuracy")
    inner = LogisticRegression(max_iter=20, tol=1.0)
    inner.set_callbacks(monitor)
    search = BayesSearchCV(inner, {"C": [0.1, 1.0]}, n_iter=2, cv=2, random_state=0).fit(X, Y)
    assert search.best_score_ > 0
    assert monitor.get_logs()


def test_our_dimensions_serve_scikit_learns_own_searches():
    from skbayes import Categorical, Integer, Real

    space = {
        "C": Real(0.1, 10, "log-uniform"),
        "degree": Integer(2, 4),
        "kernel": Categorical(["rbf", "poly"]),
    }
    search = RandomizedSearchCV(SVC(), space, n_iter=6, cv=2, random_state=0).fit(X, Y)
    assert {type(params["degree"]) for params in search.cv_results_["params"]} == {int}


@needs_callbacks
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_estimator_without_callbacks_is_warned_of_once(n_jobs):
    """Grid search warns in each of the fits."""
    pytest.importorskip("rich")
    from sklearn.callback import ProgressBar

    search = BayesSearchCV(SVC(), {"C": (0.1, 1.0)}, n_iter=4, cv=2, n_jobs=n_jobs, random_state=0)
    with pytest.warns(UserWarning, match="SVC does not support callbacks") as found:
        search.set_callbacks(ProgressBar()).fit(X, Y)
    assert len(found) == 1
    assert search.best_estimator_.predict(X).shape == Y.shape
    assert not hasattr(search.estimator, "_parent_callback_ctx")
