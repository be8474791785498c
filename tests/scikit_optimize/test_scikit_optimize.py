"""`BayesSearchCV` in the place of scikit-optimize's: what its users write and read."""

import inspect
import pickle
import subprocess
import sys
import threading
import warnings
from typing import ClassVar

import joblib
import numpy as np
import pytest
from scipy.optimize import OptimizeResult
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skbayes import BayesSearchCV, callbacks
from skbayes.space import Categorical, Integer, Real

X, Y = load_iris(return_X_y=True)
SPACE = {
    "C": Real(1e-6, 1e6, prior="log-uniform"),
    "gamma": Real(1e-6, 1e1, prior="log-uniform"),
    "degree": Integer(1, 8),
    "kernel": Categorical(["linear", "poly", "rbf"]),
}
LINEAR = {
    "model": Categorical([LinearSVC(dual=False)]),
    "model__C": Real(1e-3, 1e3, prior="log-uniform"),
}
TREE = {
    "model": Categorical([DecisionTreeClassifier()]),
    "model__max_depth": Integer(1, 32),
    "model__min_samples_split": Real(1e-3, 1.0, prior="log-uniform"),
}
KERNEL = {"model": Categorical([SVC()]), **{f"model__{name}": SPACE[name] for name in SPACE}}


class Quick(ClassifierMixin, BaseEstimator):
    """Scores by its parameters, fails above 0.7, and notes what its fit is given."""

    given: ClassVar = []

    def __init__(self, a=0.5, b="x", c=1):
        self.a = a
        self.b = b
        self.c = c

    def fit(self, X, y, sample_weight=None, mark=None):
        Quick.given.append((len(X), None if sample_weight is None else len(sample_weight), mark))
        if self.a > 0.7:
            raise ValueError("too much")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y, sample_weight=None):
        return -((self.a - 0.3) ** 2) - 0.1 * (self.b == "y")


def quick(space=None, **changed):
    space = space or {"a": (0.0, 0.6), "b": ["x", "y"]}
    settings = {"n_iter": 10, "cv": 2, "random_state": 0, "refit": False, **changed}
    return BayesSearchCV(Quick(), space, **settings)


# The constructor.


def test_arguments_stand_in_their_order():
    theirs = inspect.signature(pytest.importorskip("skopt").BayesSearchCV).parameters
    ours = inspect.signature(BayesSearchCV).parameters
    assert list(ours)[: len(theirs)] == list(theirs)
    kinds = {name: parameter.kind.name for name, parameter in ours.items()}
    assert all(kinds[name] == "POSITIONAL_OR_KEYWORD" for name in theirs)
    assert {kinds[name] for name in ours if name not in theirs} == {"KEYWORD_ONLY"}


def test_arguments_by_position():
    search = BayesSearchCV(
        Quick(), {"a": (0.0, 0.5)}, None, 4, None, None, 1, 1, "deprecated", False, 2
    )
    search.fit(X, Y)
    assert search.cv_results_["split1_test_score"].shape == (4,)
    assert not hasattr(search, "best_estimator_")
    assert repr(clone(search)) == repr(search)


def test_what_stands_in_another_place_is_told_of():
    """Who takes the third argument for the number of candidates reads what it is."""
    with pytest.raises(TypeError, match=r"third argument.*by name, such as n_iter=30"):
        BayesSearchCV(Quick(), {"a": (0.0, 0.5)}, 30).fit(X, Y)


def test_options_of_the_optimiser():
    options = {"base_estimator": "RF", "acq_func": "EI", "n_initial_points": 9}
    with pytest.warns(UserWarning, match="base_estimator='RF' has no effect") as caught:
        search = quick(optimizer_kwargs=options).fit(X, Y)
    told = [each for each in caught if "optimizer_kwargs" in str(each.message)]
    assert [each.filename for each in told] == [__file__]
    assert options == {"base_estimator": "RF", "acq_func": "EI", "n_initial_points": 9}
    assert len(search.cv_results_["params"]) == 10


def test_the_number_of_initial_points_is_followed():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        few, many, all_ = (
            quick(optimizer_kwargs={"n_initial_points": n}).fit(X, Y).cv_results_["params"]
            for n in (4, 8, 10)
        )
    assert few[:4] == many[:4] == all_[:4]
    assert few != many
    assert many[:8] == all_[:8]


def test_a_constraint_is_kept_even_by_the_first_candidate():
    options = {"space_constraint": lambda x: x[0] < 0.4 or x[1] == "y"}
    search = quick(optimizer_kwargs=options, n_iter=15).fit(X, Y)
    assert all(p["a"] < 0.4 or p["b"] == "y" for p in search.cv_results_["params"])
    assert search.best_score_ > -0.001


def test_unknown_options_are_refused_before_any_fit():
    Quick.given.clear()
    with pytest.raises(ValueError, match="has no option 'n_calls'"):
        quick(optimizer_kwargs={"n_calls": 3}).fit(X, Y)
    with pytest.raises(TypeError, match="optimizer_kwargs must be a dict"):
        quick(optimizer_kwargs="GP").fit(X, Y)
    with pytest.raises(ValueError, match="fit_params"):
        quick(fit_params=[1]).fit(X, Y)
    assert Quick.given == []


def test_fit_params_are_sliced_along_the_folds_and_reach_the_refit():
    Quick.given.clear()
    weight = np.ones(len(Y))
    params = {"sample_weight": weight, "mark": "constructor"}
    search = quick({"a": [0.1, 0.2, 0.3]}, n_iter=2, fit_params=params, refit=True)
    with pytest.warns(FutureWarning, match=r"fit\(X, y, sample_weight=..., mark=...\)") as caught:
        search.fit(X, Y, mark="fit")
    assert sum("fit_params" in str(each.message) for each in caught) == 1
    assert Quick.given == [(75, 75, "fit")] * 4 + [(150, 150, "fit")]
    assert search.get_params()["fit_params"] is params
    assert list(params) == ["sample_weight", "mark"]


def test_iid_is_ignored():
    with pytest.warns(UserWarning, match="iid is ignored"):
        quick({"a": [0.1, 0.2, 0.3]}, n_iter=2, iid=False).fit(X, Y)


def test_groups_may_be_given_or_none():
    groups = np.arange(len(Y)) % 3
    search = quick({"a": [0.1, 0.2, 0.3]}, n_iter=2, cv=GroupKFold(3)).fit(X, Y, groups=groups)
    assert search.n_splits_ == 3
    quick({"a": [0.1, 0.2, 0.3]}, n_iter=2).fit(X, Y, groups=None, callback=None)


def test_two_numbers_are_told_of_by_fit():
    with pytest.warns(UserWarning, match=r"'a': \[0.1, 0.6\]: .* two values") as caught:
        quick({"a": [0.1, 0.6]}, optimizer_kwargs={"base_estimator": "GP"}, n_iter=2).fit(X, Y)
    assert [each.filename for each in caught] == [__file__]


# What their own tests of it check.


@pytest.mark.parametrize("n_points", [1, 3])
def test_runs_with_their_dimensions(n_points):
    theirs = pytest.importorskip("skopt.space")
    space = {
        "C": theirs.Real(1e-6, 1e6, prior="log-uniform"),
        "gamma": theirs.Real(1e-6, 1e1, prior="log-uniform", base=2),
        "degree": theirs.Integer(1, 8),
        "kernel": theirs.Categorical(["linear", "poly", "rbf"]),
    }
    search = BayesSearchCV(SVC(), space, n_iter=11, n_points=n_points, random_state=42).fit(X, Y)
    assert search.score(X, Y) > 0.9
    ours = BayesSearchCV(SVC(), SPACE, n_iter=11, n_points=n_points, random_state=42).fit(X, Y)
    assert ours.cv_results_["params"] == search.cv_results_["params"]


def test_several_spaces_each_with_their_number():
    search = BayesSearchCV(
        Pipeline([("model", SVC())]), [(LINEAR, 1), (TREE, 2), KERNEL], n_iter=3, random_state=0
    )
    assert search.total_iterations == 6
    search.fit(X, Y)
    assert len(search.cv_results_["params"]) == 6
    results = search.optimizer_results_
    assert [len(result.func_vals) for result in results] == [1, 2, 3]
    kinds = [type(result.x[0]) for result in results]
    assert kinds == [LinearSVC, DecisionTreeClassifier, SVC]
    assert results[2].space.dimension_names == sorted(KERNEL)
    assert search.best_score_ == -min(result.fun for result in results)


def test_clones_and_changed_parameters():
    search = BayesSearchCV(
        Pipeline([("model", SVC())]), [(LINEAR, 1), KERNEL], n_iter=2, random_state=0
    )
    copy = clone(search)
    search.set_params(search_spaces=[(TREE, 1)]).fit(X, Y)
    assert len(search.cv_results_["params"]) == 1
    assert len(copy.fit(X, Y).cv_results_["params"]) == 3


def test_the_same_seed_gives_the_same_result():
    search = BayesSearchCV(SVC(), SPACE, n_iter=11, cv=3, random_state=42).fit(X, Y)
    again = clone(search).fit(X, Y)
    best = search.best_estimator_
    x = [best.C, best.degree, best.gamma, best.kernel]
    assert search.optimizer_results_[0].x == again.optimizer_results_[0].x == x


def test_a_callback_counts_and_ends():
    n_calls = 0

    def callback(result):
        nonlocal n_calls
        n_calls += 1
        assert len(result.x_iters) == n_calls
        return n_calls > 2

    space = {"max_depth": [3], "min_samples_split": Real(0.1, 0.9)}
    search = BayesSearchCV(DecisionTreeClassifier(), space, n_iter=5, random_state=0)
    search.fit(X, Y, callback=callback)
    assert n_calls == len(search.cv_results_["params"]) == 3
    assert search.score(X, Y) > 0.5


def test_types_are_native():
    class Typed(Quick):
        def fit(self, X, y):
            assert (type(self.a), type(self.b), type(self.c)) == (float, str, int)
            return super().fit(X, y)

    space = {"a": Real(0.0, 0.5), "b": np.array(["x", "y"]), "c": np.array([1, 2, 3])}
    BayesSearchCV(Typed(), space, n_iter=6, cv=2, error_score="raise", random_state=0).fit(X, Y)


@pytest.mark.parametrize(
    ("space", "error"), [({}, None), ([], ValueError), ({"C": "1 ... 100"}, TypeError)]
)
def test_malformed_spaces_are_refused_by_fit(space, error):
    search = BayesSearchCV(SVC(), space, n_iter=1, cv=2)
    if error is None:
        search.fit(X, Y)
        assert search.optimizer_results_[0].x == []
        return
    with pytest.raises(error, match="search_spaces"):
        search.fit(X, Y)


# The results.


def test_the_result_is_theirs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the fits that fail
        search = quick({"a": (0.0, 1.0), "b": ["x", "y"]}, n_iter=14).fit(X, Y)
    (result,) = search.optimizer_results_
    assert isinstance(result, OptimizeResult)
    table = search.cv_results_
    assert result.x_iters == [[params["a"], params["b"]] for params in table["params"]]
    has_failed = np.isnan(table["mean_test_score"])
    assert has_failed.any()
    np.testing.assert_array_equal(np.isinf(result.func_vals), has_failed)
    np.testing.assert_array_equal(
        result.func_vals[~has_failed], -table["mean_test_score"][~has_failed]
    )
    assert result.fun == result["fun"] == -search.best_score_
    assert result.x == list(search.best_params_.values())
    assert result.models == []
    assert [dimension.name for dimension in result.space.dimensions] == ["a", "b"]
    assert result.space.dimensions == [Real(0.0, 1.0), Categorical(["x", "y"])]
    assert result.specs["args"] == {"n_iter": 14, "n_points": None, "random_state": 0}
    assert result.random_state == 0


def test_plots_of_scikit_optimize_take_the_result():
    plots = pytest.importorskip("skopt.plots")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    search = quick().fit(X, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        axes = plots.plot_convergence(search.optimizer_results_[0])
    line = axes.get_lines()[0].get_ydata()
    np.testing.assert_allclose(line, np.minimum.accumulate(search.optimizer_results_[0].func_vals))
    pyplot.close("all")


def test_the_metric_of_the_result_is_that_of_the_search():
    search = BayesSearchCV(
        SVC(gamma=0.1),
        {"C": (0.1, 10.0)},
        n_iter=4,
        scoring=["accuracy", "f1_macro"],
        refit="f1_macro",
        random_state=0,
    ).fit(X, Y)
    (result,) = search.optimizer_results_
    np.testing.assert_array_equal(result.func_vals, -search.cv_results_["mean_test_f1_macro"])


@pytest.mark.parametrize("error_score", [-7.0, 7.0])
def test_a_failure_has_no_value_whatever_stands_for_it(error_score):
    """As in a callback, and so that the lowest value is that of the best candidate."""
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = quick({"a": [0.1, 0.8, 0.9]}, n_iter=3, refit=True, error_score=error_score)
        search.fit(X, Y, callback=lambda result: seen.append(result.func_vals))
    (result,) = search.optimizer_results_
    assert result.func_vals.tolist() == seen[-1].tolist()
    assert np.isinf(result.func_vals).sum() == 2
    assert result.fun == -search.best_score_
    assert result.x == list(search.best_params_.values()) == [0.1]


def test_candidates_that_were_given_up_have_no_value():
    search = quick({"a": (0.0, 0.7), "c": (1, 9)}, n_iter=25, cv=5, early_stopping="median")
    search.fit(X, Y)
    is_stopped = np.array(search.candidate_status_) == "stopped"
    np.testing.assert_array_equal(np.isinf(search.optimizer_results_[0].func_vals), is_stopped)


def test_a_space_without_candidates_has_an_empty_result():
    spaces = [{"a": [0.1]}, {"a": (0.0, 0.6), "b": ["x"]}]
    search = quick(spaces, n_iter=1).fit(X, Y)
    empty = [result for result in search.optimizer_results_ if result.x is None]
    assert len(search.optimizer_results_) == 2
    assert len(empty) == 1
    assert (empty[0].fun, empty[0].x_iters, len(empty[0].func_vals)) == (np.inf, [], 0)


def test_before_fit_there_is_no_result():
    assert not hasattr(quick(), "optimizer_results_")
    with pytest.raises(NotFittedError):
        quick().optimizer_results_  # noqa: B018 - it raises


@pytest.mark.parametrize(
    ("space", "total"),
    [
        ({"a": (0.0, 1.0), "b": ["x", "y"]}, 7),
        ({"a": [0.1, 0.2], "b": ["x", "y"]}, 4),
        ([({"a": (0.0, 1.0)}, 19), {"c": (1, 100)}], 26),
        ([({"a": (0.0, 1.0)}, 19), {"c": (1, 3)}], 22),
        ([({"c": (1, 5)}, 19), ({"a": (0.0, 1.0)}, 2)], 7),
        ([{"a": (0.0, 1.0)}, {"c": (1, 3)}], 7),
        ({}, 1),
    ],
)
def test_total_iterations(space, total):
    search = quick(n_iter=7).set_params(search_spaces=space)
    assert search.total_iterations == total
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(X, Y)
    assert len(search.cv_results_["params"]) == total


# Callbacks.


def test_callbacks_find_the_best_so_far_on_the_search():
    search = quick()
    seen = []

    def callback(result):
        assert search.best_score_ == -result["fun"] == -result.fun
        assert list(search.best_params_.values()) == result.x
        assert len(search.cv_results_["params"]) == len(result.x_iters)
        assert search.cv_results_["params"][search.best_index_] == search.best_params_
        seen.append(search.best_score_)

    search.fit(X, Y, callback=callback)
    assert seen == sorted(seen)
    assert seen[-1] == search.best_score_


def test_a_callback_that_reads_nothing_costs_nothing(monkeypatch):
    calls = []
    monkeypatch.setattr(
        "skbayes.search.run.results_table", lambda *a, **k: calls.append("table") or {}
    )
    monkeypatch.setattr("skbayes.search.view.Space.row", lambda *a: calls.append("row"))
    first = quick({"a": (0.0, 0.6)})
    seen = []

    def callback(result):
        seen.append(len(calls))
        if len(seen) == 10:
            assert first.best_score_ == result.best_score_
            assert not calls
            assert first.cv_results_ is result.cv_results_
            assert calls == ["table"]

    with pytest.raises(KeyError):  # there is no table at the end
        first.set_params(refit=True).fit(X, Y, callback=callback)
    assert seen == [0] * 10


def test_a_view_tells_of_its_own_candidate_however_late_it_is_read():
    views = []
    search = quick({"a": (0.0, 0.6)}, n_iter=5).fit(X, Y, callback=views.append)
    for n, view in enumerate(views, start=1):
        assert view.x_iters == views[-1].x_iters[:n]
        assert view.cv_results_["params"] == search.cv_results_["params"][:n]
        assert len(view.func_vals) == n


def test_the_checkpoint_saver_of_scikit_optimize(tmp_path):
    theirs = pytest.importorskip("skopt.callbacks")
    load = pytest.importorskip("skopt").load
    path = tmp_path / "result.pkl"
    lengths = []

    def look(result):
        loaded = load(path)
        lengths.append(len(loaded.x_iters))
        assert (loaded.fun, loaded.x) == (result.fun, result.x)
        assert loaded.cv_results_["params"] == result.cv_results_["params"]

    quick(n_iter=4).fit(X, Y, callback=[theirs.CheckpointSaver(path), look])
    assert lengths == [1, 2, 3, 4]


def test_a_search_can_be_pickled_by_a_callback():
    search, pickled = quick({"a": (0.0, 0.6)}, n_iter=3), []
    search.fit(X, Y, callback=lambda result: pickled.append(pickle.dumps(search)))
    loaded = pickle.loads(pickled[1])
    assert len(loaded.cv_results_["params"]) == 2
    assert loaded.best_params_ in search.cv_results_["params"]


def test_nothing_of_a_callback_touches_the_warning_filters(monkeypatch):
    """They are one list for all threads: two searches would each put back that of the other."""
    monkeypatch.setattr("skbayes.search.results.warn", lambda *args: None)
    filters = list(warnings.filters)

    def callback(result):
        with monkeypatch.context() as patch:
            patch.setattr(warnings, "catch_warnings", lambda *a, **k: pytest.fail("touched"))
            assert np.isnan(result.cv_results_["mean_test_score"]).all()
            assert warnings.filters == filters

    quick(n_iter=3, scoring=lambda *args: np.nan).fit(X, Y, callback=callback)


class Waits(Quick):
    """The first candidate has its score after another one has ended."""

    ended = threading.Event()

    def fit(self, X, y):
        if self.a == 0.1:
            assert self.ended.wait(timeout=120)
        return super().fit(X, y)


def test_the_last_candidate_is_the_one_that_has_ended(capsys):
    Waits.ended.clear()
    told = []

    def look(result):
        Waits.ended.set()
        told.append(result.x_iters[-1])

    search = BayesSearchCV(
        Waits(),
        {"a": (0.0, 0.6)},
        n_iter=2,
        cv=[(np.arange(0, 150, 2), np.arange(1, 150, 2))],
        n_jobs=2,
        n_points=2,
        asynchronous=True,
        initial_points=[{"a": 0.1}, {"a": 0.2}],
    )
    with joblib.parallel_backend("threading"):
        search.fit(X, Y, callback=[callbacks.VerboseCallback(2), look])
    assert told == [[0.2], [0.1]]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "Candidate 1 of 2: value 0.0100",
        "Candidate 2 of 2: value 0.0400",
    ]
    assert search.cv_results_["params"] == [{"a": 0.1}, {"a": 0.2}]


def test_after_a_search_its_own_results_are_shown():
    search = quick({"a": (0.0, 0.6)}, n_iter=3, refit=lambda table: 0)
    search.fit(X, Y, callback=lambda result: None)
    assert not hasattr(search, "best_score_")
    failing = quick({"a": (0.0, 0.6)}, n_iter=3)
    with pytest.raises(ZeroDivisionError):
        failing.fit(X, Y, callback=lambda result: 1 / 0)
    assert "_so_far" not in vars(failing)
    assert len(failing.cv_results_["params"]) == 1


def test_their_callbacks_run():
    timer = callbacks.TimerCallback()
    followed = [
        timer,
        callbacks.VerboseCallback(10),
        callbacks.DeadlineStopper(3600),
        callbacks.DeltaXStopper(0.0),
        callbacks.DeltaYStopper(0.0),
        callbacks.HollowIterationsStopper(10),
        callbacks.StdStopper(0.0),
        callbacks.ThresholdStopper(-1.0),
    ]
    search = quick().fit(X, Y, callback=followed)
    assert len(timer.iter_time) == len(search.cv_results_["params"]) == 10


def test_a_deadline_that_was_made_long_ago_runs_from_fit():
    deadline = callbacks.DeadlineStopper(3600)
    deadline._started -= 7200
    search = quick(n_iter=3).fit(X, Y, callback=deadline)
    assert len(search.cv_results_["params"]) == 3
    short = callbacks.DeadlineStopper(1e-9)
    search = quick({"a": (0.0, 0.6)}).fit(X, Y, callback=[short])
    assert len(search.cv_results_["params"]) == 1
    assert search.stop_reason_ == "the callback DeadlineStopper returned True."


# Pickles.

READ = """
import pickle, sys
with open(sys.argv[1], "rb") as file:
    search = pickle.load(file)
(result,) = search.optimizer_results_
assert len(result.x_iters) == 50 == len(search.cv_results_["params"])
assert result.fun == -search.best_score_
print(search.predict([[5.1, 3.5, 1.4, 0.2]]), search.insight().best_score == search.best_score_)
"""


def test_a_pickle_is_small_and_opens_elsewhere(tmp_path):
    space = {"C": (1e-2, 1e3, "log-uniform"), "gamma": (1e-4, 1e1, "log-uniform")}
    search = BayesSearchCV(SVC(), space, n_iter=50, cv=3, random_state=0)
    with open(tmp_path / "log", "w") as log:
        search.fit(X, Y, callback=[lambda result: print(result.fun, file=log)])
        data = pickle.dumps(search)
    search.optimizer_results_  # noqa: B018 - reading it keeps nothing
    assert len(pickle.dumps(search)) == len(data) < 25_000
    assert len(pickle.dumps(search.optimizer_results_)) < 10_000
    path = tmp_path / "search.pkl"
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", READ, str(path)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout == "[0] True\n", done.stderr


@pytest.mark.parametrize("space", [SPACE, [(LINEAR, 2), TREE]])
def test_dimensions_survive_a_search_untouched(space):
    """Their search writes names into the dimensions of the user."""
    before = repr(space)
    estimator = SVC() if space is SPACE else Pipeline([("model", SVC())])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitFailedWarning)
        BayesSearchCV(estimator, space, n_iter=3, cv=2, random_state=0).fit(X, Y)
    assert repr(space) == before
    dimensions = SPACE.values() if space is SPACE else [*LINEAR.values(), *TREE.values()]
    assert {dimension.name for dimension in dimensions} == {None}


# What reads the results.

THEIRS = {
    "C": ("Real", 1e-3, 1e3, "log-uniform"),
    "degree": ("Integer", 1, 6),
    "kernel": ("Categorical", ["rbf", "poly"]),
}


def test_their_plots_draw_our_results():
    pytest.importorskip("matplotlib").use("Agg")
    plots = pytest.importorskip("skopt.plots")
    space = {"C": SPACE["C"], "degree": SPACE["degree"], "tol": [1e-3]}
    search = BayesSearchCV(SVC(), space, n_iter=6, cv=2, random_state=0, refit=False).fit(X, Y)
    result = search.optimizer_results_[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of matplotlib, about what skopt does with it
        assert plots.plot_convergence(result).lines
        figure = plots.plot_evaluations(result).figure
        assert plots.plot_regret(result).lines
    limits = [axes.get_xlim() for axes in figure.axes if axes.get_xlabel() == "C"]
    assert limits[0] == pytest.approx((1e-6, 1e6))


def test_what_needs_their_model_is_told_to_their_optimiser():
    skopt = pytest.importorskip("skopt")
    dimensions = [getattr(skopt.space, kind)(*is_, name=n) for n, (kind, *is_) in THEIRS.items()]
    space = {dimension.name: dimension for dimension in dimensions}
    search = BayesSearchCV(SVC(), space, n_iter=6, cv=2, random_state=0, refit=False).fit(X, Y)
    ours = search.optimizer_results_[0]
    optimizer = skopt.Optimizer(dimensions, "RF", n_initial_points=1, random_state=0)
    theirs = optimizer.tell(ours.x_iters, ours.func_vals.tolist())
    assert len(theirs.models) == 1
    assert (theirs.x, theirs.fun) == (ours.x, ours.fun)
    x, _ = skopt.utils.expected_minimum_random_sampling(theirs, random_state=0)
    assert x in ours.space
