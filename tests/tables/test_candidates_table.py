"""`search.trials()`: a row for each candidate, and the way through a file."""

import math
import pickle
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import RFE, SelectKBest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbayes import BayesSearchCV, compare
from skbayes._trials import FoldScore, Trial
from skbayes.engine.rounds import rounds_of
from skbayes.model import read_sources
from skbayes.search import space_of
from skbayes.space import Point
from skbayes.tables import as_frame, find_values, note_of

X, Y = load_iris(return_X_y=True)
PIPE = Pipeline([("scale", StandardScaler()), ("clf", SVC())])
MODELS = {
    "scale": [StandardScaler(), MinMaxScaler(), None],
    "clf": [SVC(), DecisionTreeClassifier(random_state=0)],
    "clf__C": (1e-2, 1e3, "log-uniform"),
    "clf__max_depth": (1, 9),
}


class Steps(ClassifierMixin, BaseEstimator):
    """Raises above 0.8, and scores the better the nearer to 0.5."""

    def __init__(self, value=0.9, stop=None):
        self.value, self.stop = value, stop

    def fit(self, X, y):
        if self.value > 0.8:
            raise ValueError("too much\nof it")
        self.classes_, self.n_iter_ = np.unique(y), 7
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return 1 - abs(self.value - 0.5) + 1e-3 * X[0, 0]


def run(estimator, space, **kwargs):
    callback = kwargs.pop("callback", None)
    search = BayesSearchCV(estimator, space, **{"cv": 3, "random_state": 0, **kwargs})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return search.fit(X, Y, callback=callback)


@pytest.fixture(scope="module")
def models():
    return run(PIPE, MODELS, n_iter=12, early_stopping="racing")


def test_a_row_for_each_candidate(models):
    table = models.trials(as_frame=False)
    found, rows = models.cv_results_, table["row"]
    assert table["candidate"] == list(range(1, 13))
    assert table["status"] == [models.candidate_status_[row] for row in rows]
    assert {"complete", "stopped"} == set(table["status"])
    np.testing.assert_array_equal(table["mean_test_score"], found["mean_test_score"][rows])
    np.testing.assert_array_equal(table["split2_test_score"], found["split2_test_score"][rows])
    for row, params in enumerate(found["params"]):
        for name, value in params.items():
            assert table[f"param_{name}"][rows.index(row)] is value
    is_tree = [isinstance(value, DecisionTreeClassifier) for value in table["param_clf"]]
    assert [math.isnan(value) for value in table["param_clf__C"]] == is_tree
    assert table["proposed_by"][:2] == ["estimator", "estimator"]
    assert {"design", "model"} <= set(table["proposed_by"])
    times = np.array([table["proposed_at"], table["finished_at"]])
    assert (times[0] < times[1]).all()
    assert (np.diff(times[0]) > 0).all()
    assert sum(table["n_folds"]) == models.n_folds_run_


def test_as_a_frame(models):
    pd = pytest.importorskip("pandas")
    frame = models.trials()
    assert isinstance(frame, pd.DataFrame)
    assert frame["mean_test_score"].max() == models.best_score_
    best = frame.sort_values("mean_test_score").iloc[-1]
    assert best["param_clf"] is models.best_params_["clf"]
    assert list(frame) == list(models.trials(as_frame=False))
    # An integer stays one where other rows do not have it.
    depths = [value for value in frame["param_clf__max_depth"] if value == value]
    assert {type(value) for value in depths} == {int}


def test_a_frame_holds_integers_of_any_length():
    pytest.importorskip("pandas")
    columns = {"param_a": [10**20, 5], "param_b": [None, -(10**20)]}
    frame = as_frame(columns, "trials()")
    assert {name: frame[name].tolist() for name in columns} == columns


def test_without_pandas(models, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pandas is not installed.*as_frame=False"):
        models.trials()
    assert models.trials(as_frame=False)["candidate"]


def test_failures_say_why():
    table = run(Steps(), {"value": [0.1, 0.5, 0.9]}, strategy="grid").trials(as_frame=False)
    assert table["status"] == ["complete", "complete", "failed"]
    assert table["failure"] == [None, None, "fold 0: ValueError: too much"]
    assert table["proposed_by"] == ["grid"] * 3
    assert table["mean_rounds"][:2] == [7.0, 7.0]
    assert math.isnan(table["mean_rounds"][2])


@pytest.mark.parametrize("is_fitted_before", [False, True])
@pytest.mark.parametrize("resource", [None, "n_samples"])
def test_a_fit_in_which_all_fits_fail_has_a_table_of_its_own(resource, is_fitted_before):
    search = BayesSearchCV(
        Steps(), {"value": [0.1, 0.5]}, cv=3, random_state=0, n_iter=2, resource=resource
    )
    if is_fitted_before:
        search.fit(X, Y)
    with pytest.raises(ValueError, match="All the 6 fits failed"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.set_params(search_spaces={"value": [0.85, 0.9, 0.95]}, n_iter=2).fit(X, Y)
    table = search.trials(as_frame=False)
    assert table["status"] == search.candidate_status_ == ["failed"] * 2
    assert table["failure"] == ["fold 0: ValueError: too much"] * 2
    assert np.isnan(table["mean_test_score"]).all()
    assert table["param_value"] == search.cv_results_["param_value"].tolist()
    assert not hasattr(search, "best_score_")


def test_a_warning_that_is_an_error_loses_no_results():
    search = BayesSearchCV(Steps(), {"value": [0.1, 0.9]}, cv=3, strategy="grid")
    with pytest.raises(FitFailedWarning), warnings.catch_warnings():
        warnings.simplefilter("error")
        search.fit(X, Y)
    assert search.trials(as_frame=False)["status"] == ["complete", "failed"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"strategy": "random"}, ["random"] * 4),
        ({"initial_points": [{"value": 0.25}]}, ["given", "design", "design", "design"]),
        ({"initial_points": []}, ["design"] * 4),
        ({"warm_start_from": [({"value": 0.5}, 1.0), ({"value": 0.7}, 0.5)]},
         ["estimator", "earlier", "design", "design"]),
    ],
)  # fmt: skip
def test_who_has_proposed_it(settings, expected):
    search = run(Steps(0.3), {"value": (0.0, 0.8)}, n_iter=4, **settings)
    assert search.trials(as_frame=False)["proposed_by"] == expected


def test_while_it_runs():
    seen = []
    search = BayesSearchCV(
        Steps(0.3), {"value": (0.0, 0.8)}, n_iter=5, n_points=2, n_jobs=2, cv=3, random_state=0
    )
    search.fit(X, Y, callback=lambda view: seen.append(search.trials(as_frame=False)))
    assert [table["status"].count("complete") for table in seen] == [1, 2, 3, 4, 5]
    assert {status for table in seen for status in table["status"]} == {"complete", "running"}
    assert search.trials(as_frame=False)["status"] == ["complete"] * 5


def test_of_a_file_that_another_process_may_be_writing(tmp_path):
    path = tmp_path / "j.jsonl"
    search = run(PIPE, MODELS, n_iter=6, checkpoint=path)
    lines = path.read_bytes().splitlines(keepends=True)
    last = max(k for k, line in enumerate(lines) if b'"k":"ask"' in line)
    path.write_bytes(b"".join(lines[: last + 2]))
    other = BayesSearchCV(PIPE, MODELS, checkpoint=path)
    table, whole = other.trials(as_frame=False), search.trials(as_frame=False)
    assert table["status"] == ["complete"] * 5 + ["unfinished"]
    assert table["n_folds"] == [3] * 5 + [1]
    assert math.isnan(table["finished_at"][-1])
    for name in ("mean_test_score", "proposed_at", "finished_at"):
        assert table[name][:5] == whole[name][:5]
    for name in ("param_clf", "proposed_by"):
        assert [str(value) for value in table[name]] == [str(value) for value in whole[name]]
    # What goes on from there knows who has proposed what it finds.
    resumed = run(PIPE, MODELS, n_iter=6, checkpoint=path).trials(as_frame=False)
    assert resumed["proposed_by"] == whole["proposed_by"]
    assert resumed["proposed_at"][:6] == whole["proposed_at"][:6]


WORDS = [f"a {'b' * (k % 3)} {'c d' * (k % 2)}" for k in range(len(Y))]


@pytest.mark.parametrize(
    ("estimator", "data"),
    [
        # Without the data, its ranges are others.
        (make_pipeline(SelectKBest(k=2), KNeighborsClassifier()), X),
        # Without the data, there is nothing to search.
        (RFE(LinearRegression()), X),
        # It has a list of tuples.
        (make_pipeline(TfidfVectorizer(token_pattern="[a-z]+"), MultinomialNB()), WORDS),
    ],
)
def test_of_a_file_with_a_space_that_depends_on_the_data(estimator, data, tmp_path):
    settings = {"n_iter": 4, "cv": 2, "random_state": 0, "checkpoint": tmp_path / "j.jsonl"}
    search = BayesSearchCV(estimator, "auto", **settings).fit(data, Y)
    found = BayesSearchCV(estimator, "auto", **settings).trials(as_frame=False)
    assert repr(found) == repr(search.trials(as_frame=False))


def strict(model, X, y):
    if model.value > 0.6:
        raise RuntimeError("no score")
    return {"near": model.score(X, y), "flat": 0.0}


@pytest.mark.parametrize(
    "kwargs",
    [
        {"early_stopping": None},
        {"early_stopping": "racing"},
        {"resource": "n_samples", "strategy": "hyperband", "n_iter": 9},
    ],
)
def test_failures_and_shares_are_in_the_file(tmp_path, kwargs):
    kwargs = {"n_iter": 4, "scoring": strict, "refit": "near", **kwargs}
    kwargs["checkpoint"] = tmp_path / "j.jsonl"
    search = run(Steps(0.7), {"value": (0.0, 0.8)}, **kwargs)
    # A clone is not fitted, so it reads the file.
    table, of_file = (each.trials(as_frame=False) for each in (search, clone(search)))
    renamed = {"stopped": "unfinished"}
    assert of_file["status"] == [renamed.get(status, status) for status in table["status"]]
    assert of_file["failure"] == table["failure"]
    assert of_file.get("n_resources") == table.get("n_resources")
    assert list(of_file) == list(table)


def test_a_file_of_another_space(tmp_path):
    from skbayes.exceptions import JournalError

    path = tmp_path / "j.jsonl"
    run(PIPE, MODELS, n_iter=3, checkpoint=path)
    with pytest.raises(JournalError, match="a search of another space"):
        BayesSearchCV(SVC(), {"C": [1]}, checkpoint=path).trials()


@pytest.mark.parametrize("settings", [{}, {"checkpoint": "nowhere"}])
def test_nothing_to_tell_of(settings):
    with pytest.raises(NotFittedError, match="not fitted"):
        BayesSearchCV(SVC(), {"C": [1]}, **settings).trials()


def test_what_an_older_pickle_does_not_know_is_empty(models):
    old = pickle.loads(pickle.dumps(models))
    assert old.trials(as_frame=False)["proposed_by"] == models.trials(as_frame=False)["proposed_by"]
    del old._notes
    table, now = old.trials(as_frame=False), models.trials(as_frame=False)
    assert set(table["proposed_by"]) == set(table["failure"]) == {None}
    assert all(map(math.isnan, (*table["proposed_at"], *table["finished_at"])))
    assert table["status"] == now["status"]
    np.testing.assert_array_equal(table["mean_test_score"], now["mean_test_score"])
    is_whole = np.array(table["n_folds"]) == 3
    np.testing.assert_allclose(
        np.array(table["seconds"])[is_whole], np.array(now["seconds"])[is_whole]
    )


def test_rows_of_an_exhausted_grid_are_told():
    search = run(SVC(), {"C": [0.1, 1.0, 10.0]}, n_iter=3)
    table = search.trials(as_frame=False)
    assert sorted(table["row"]) == [0, 1, 2]
    assert [search.cv_results_["params"][row]["C"] for row in table["row"]] == table["param_C"]


def test_a_file_and_back(models, tmp_path):
    """Estimators, None, gaps and numbers of a pipeline search; nothing of it is evaluated."""
    pytest.importorskip("pandas")
    path = tmp_path / "trials.csv"
    models.trials().to_csv(path, index=False)
    direct = run(PIPE, MODELS, n_iter=6, warm_start_from=models)
    for source in (path, str(path)):
        again = run(PIPE, MODELS, n_iter=6, warm_start_from=source)
        assert again.cv_results_["params"] == direct.cv_results_["params"]
        assert "earlier" in again.trials(as_frame=False)["proposed_by"]


def test_a_frame_that_went_through_a_file(models, tmp_path):
    pd = pytest.importorskip("pandas")
    path = tmp_path / "results.csv"
    pd.DataFrame(models.cv_results_).to_csv(path)
    complete = np.isfinite(models.cv_results_["mean_test_score"])
    frame = pd.read_csv(path)[complete]
    space = space_of(MODELS, PIPE, 0)
    read, known = (read_sources(source, "score")[0] for source in (frame, models))
    for (params, score), (expected, its) in zip(read, known, strict=True):
        found, unknown = find_values(space, params)
        assert unknown == {}
        # Older versions of pandas lose the last digit.
        assert score == pytest.approx(its, rel=1e-12)
        assert found.keys() == expected.keys()
        for name, value in found.items():
            assert value is expected[name] or value == pytest.approx(expected[name], rel=1e-12)
    again = run(PIPE, MODELS, n_iter=6, warm_start_from=frame)
    assert "earlier" in again.trials(as_frame=False)["proposed_by"]


def test_what_was_stopped_early_is_no_failure_to_others():
    spoilt = run(Steps(0.3), {"value": (0.0, 0.8)}, n_iter=20, early_stopping="racing")
    is_stopped = np.array(spoilt.candidate_status_) == "stopped"
    assert is_stopped.any()
    rows = [
        (params, score)
        for params, score, left_out in zip(
            spoilt.cv_results_["params"], spoilt.cv_results_["mean_test_score"], is_stopped,
            strict=True,
        )
        if not left_out
    ]  # fmt: skip
    one, other = (
        run(Steps(0.3), {"value": (0.0, 0.8)}, n_iter=5, warm_start_from=source)
        for source in (spoilt, rows)
    )
    assert one.cv_results_["params"] == other.cv_results_["params"]


def test_rounds():
    model = HistGradientBoostingClassifier(max_iter=4).fit(X, Y)
    assert rounds_of(model) == 4
    assert rounds_of(Pipeline([("a", StandardScaler()), ("b", model)])) == 4
    assert rounds_of(SVC().fit(X, Y)) is None  # an array: one number for each pair of classes
    assert rounds_of(StandardScaler()) is None
    # As CatBoost has both: the number of its trees, and the best round counted from 0.
    assert rounds_of(SimpleNamespace(tree_count_=20, best_iteration_=19)) == 20
    assert rounds_of(SimpleNamespace(best_iteration=19)) == 20


def test_a_scorer_that_fails_is_told():
    trial = Trial(0, Point(0, ()), (FoldScore({}, None, 0.0, 0.0),))
    assert note_of(trial, "failed", {})["failure"].startswith("the scorer raised")


# Several searches.


def test_compare(models):
    grid = GridSearchCV(SVC(), {"C": [0.1, 1.0]}, cv=3, scoring="accuracy").fit(X, Y)
    table = compare({"ours": models, "grid": grid}, as_frame=False)
    assert table["search"] == ["ours", "grid"]
    # Of a classifier without scoring, and of accuracy, the scores are the same.
    assert table["metric"] == ["score", "accuracy"]
    assert table["best_score"] == [models.best_score_, grid.best_score_]
    assert table["candidates"] == [12, 2]
    assert table["fits"] == [models.n_folds_run_, 6]
    assert table["best_params"] == [models.best_params_, grid.best_params_]
    assert table["stop_reason"] == ["n_iter", None]
    assert 0 < table["fit_seconds"][0] < table["seconds"][0]
    assert math.isnan(table["seconds"][1])
    assert compare([models], as_frame=False)["search"] == ["0"]


def test_a_candidate_that_was_halved_again_and_again_is_one():
    search = HalvingGridSearchCV(SVC(), {"C": [1e-3, 0.1, 1.0, 10.0]}, cv=3, random_state=0)
    table = compare(search.fit(X, Y), as_frame=False)
    assert table["candidates"] == [4]
    assert table["fits"] == [3 * len(search.cv_results_["params"])]
    assert table["fits"][0] > 12


def test_the_best_of_each_space(models):
    pytest.importorskip("pandas")
    frame = compare(models, by_space=True)
    assert list(frame["space"]) == ["clf=SVC()", "clf=DecisionTreeClassifier(random_state=0)"]
    assert frame["candidates"].sum() == 12
    assert frame["fits"].sum() == models.n_folds_run_
    assert frame["best_score"].max() == models.best_score_
    for params, score in zip(frame["best_params"], frame["best_score"], strict=True):
        row = models.cv_results_["params"].index(params)
        assert models.cv_results_["mean_test_score"][row] == score


def test_the_best_is_the_candidate_that_the_search_chose():
    """By a rule that takes a lower score, and by another metric than the one that steers."""
    spaces = [{"kernel": ["rbf"], "C": [1e-3, 1.0]}, {"kernel": ["poly"], "C": [1e-3, 1.0]}]
    by_rule = run(
        SVC(), spaces, n_iter=4, refit=lambda table: int(np.argmin(table["mean_test_score"]))
    )
    metrics = {"accuracy": "accuracy", "low": lambda model, X, y: -model.C}
    by_name = run(SVC(), spaces, n_iter=4, scoring=metrics, refit="low", objective="accuracy")
    for search, metric in ((by_rule, "score"), (by_name, "low")):
        whole = compare(search, as_frame=False)
        parts = compare(search, by_space=True, as_frame=False)
        score = search.cv_results_[f"mean_test_{metric}"][search.best_index_]
        assert {*whole["metric"], *parts["metric"]} == {metric}
        assert whole["best_score"] == [score]
        assert whole["best_params"] == [search.best_params_]
        row = parts["best_params"].index(search.best_params_)
        assert parts["best_score"][row] == score
    # The other space has its highest score.
    assert parts["best_score"] == [-1e-3, -1e-3]


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"a": SVC()}, NotFittedError, "'a' is not fitted"),
        ([3], TypeError, "needs fitted searches"),
    ],
)
def test_what_cannot_be_compared(given, error, match):
    with pytest.raises(error, match=match):
        compare(given)


def test_several_searches_are_one_list(models):
    with pytest.raises(TypeError, match=r"one list or dict of searches, got 3 arguments: write"):
        compare(models, models, models)


def test_different_metrics_are_told(models):
    losses = {"loss": "neg_log_loss", "auc": "roc_auc_ovr"}
    many = GridSearchCV(
        DecisionTreeClassifier(), {"max_depth": [2]}, scoring=losses, refit="auc"
    ).fit(X, Y)
    one = GridSearchCV(SVC(), {"C": [1.0]}, scoring=make_scorer(accuracy_score)).fit(X, Y)
    with pytest.warns(UserWarning, match="'score' of 'a', 'auc' of 'b', .* same scoring") as found:
        table = compare({"a": models, "b": many, "c": one}, by_space=True, as_frame=False)
    assert len(found) == 1
    assert table["metric"][-2] == "auc"
    assert table["metric"][-1].startswith("make_scorer(accuracy_score")
