"""The same candidates, from whatever they are read."""

import warnings

import numpy as np
import pytest
from scipy.stats import bernoulli
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV, Optimizer
from skbayes.found import ABSENT, Found, best_so_far, guessed_space, read, read_several
from skbayes.journal.records import line_of, parse
from skbayes.rules import fold_noise
from skbayes.space import Distribution

X, Y = load_iris(return_X_y=True)
SPACE = {"C": (1e-2, 1e2, "log-uniform"), "kernel": ["linear", "rbf"]}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    path = tmp_path_factory.mktemp("found") / "search.jsonl"
    return BayesSearchCV(
        SVC(),
        SPACE,
        n_iter=9,
        cv=3,
        checkpoint=path,
        early_stopping="racing",
        random_state=0,
        scoring="accuracy",
    ).fit(X, Y)


def test_a_fitted_search(fitted):
    found = read(fitted)
    table = fitted.cv_results_
    assert found.params == tuple(table["params"])
    assert found.status == tuple(fitted.candidate_status_)
    assert found.metric == "accuracy"
    assert found.label == "accuracy (mean of 3 folds)"
    np.testing.assert_array_equal(found.scores, table["mean_test_score"])
    np.testing.assert_array_equal(found.folds[:, 1], table["split1_test_score"])
    assert found.taken == fitted.best_index_
    assert found.names == ("C", "kernel")
    assert found.learn().best_params == fitted.best_params_


def test_infinite_scores_have_no_error_and_give_no_warning(tmp_path):
    def score(estimator, X, y):
        return -np.inf if estimator.C > 1 else estimator.C

    search = BayesSearchCV(SVC(), {"C": [0.5, 1, 2]}, n_iter=3, cv=3, scoring=score)
    with pytest.warns(UserWarning, match="test scores are non-finite"):
        search.fit(X, Y)
    np.testing.assert_array_equal(np.sort(read(search).errors), [0, 0, np.nan])
    assert search._repr_html_()
    search.report(tmp_path / "report.html")


def test_its_checkpoint_holds_the_same(fitted):
    found, of_file = read(fitted), read(fitted.checkpoint)
    assert of_file.params == found.params
    assert of_file.status == found.status
    np.testing.assert_allclose(of_file.scores, found.scores)
    np.testing.assert_array_equal(of_file.folds, found.folds)
    np.testing.assert_array_equal(of_file.was_run, found.was_run)
    assert of_file.taken == found.taken
    assert of_file.name == "search.jsonl"
    np.testing.assert_array_equal(of_file.ended, found.ended)
    assert (of_file.begun[of_file.was_run] < of_file.ended[of_file.was_run]).all()
    mean, _ = of_file.learn().predict(fitted.best_params_)
    assert mean == pytest.approx(fitted.best_score_, abs=0.1)


def test_notes_of_a_search_tell_when_and_who():
    search = BayesSearchCV(
        SVC(), {"C": (0.1, 10.0)}, n_iter=2, cv=2, refit=False, initial_points=[], random_state=0
    ).fit(X, Y)
    search._notes = [
        {"has_row": True, "seconds": 4.0, "folds_at": [3.0, 5.0], "origin": "design"},
        {"has_row": False},
        {"has_row": True, "seconds": 1.0, "folds_at": [6.0, None], "origin": None},
    ]
    found = read(search)
    np.testing.assert_array_equal(found.ended, [[3.0, 5.0], [6.0, np.nan]])
    np.testing.assert_array_equal(found.begun, [[1.0, 3.0], [5.0, np.nan]])
    np.testing.assert_array_equal(found.finished, [5.0, 6.0])
    np.testing.assert_array_equal(found.cost, [4.0, 1.0])
    np.testing.assert_array_equal(found.was_run, [[True, True], [True, False]])
    assert found.proposed_by == ("design", "")
    search._notes[0]["folds_took"] = [1.5, 2.0]
    search._notes[2]["folds_took"] = [0.5, None]
    np.testing.assert_array_equal(read(search).begun, [[1.5, 3.0], [5.5, np.nan]])


def test_a_grid_is_in_the_order_tried():
    search = BayesSearchCV(SVC(), {"C": [100.0, 1.0, 10.0]}, cv=3, random_state=0)
    with pytest.warns(UserWarning, match="smaller than"):
        search.fit(X, Y)
    found = read(search)
    tried = [search.cv_results_["params"][row] for row in search._rows_tried]
    assert list(found.params) == tried
    assert found.params[found.taken] == search.best_params_


def test_an_optimizer():
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    optimizer.tell({"x": 0.5}, folds=[1.0, None], cost=3.0)
    optimizer.tell({"x": 0.25}, None)
    optimizer.tell({"x": 0.75}, folds=[1.0, 2.0])
    found = read(optimizer, "mine")
    assert (found.name, found.metric, found.n_folds) == ("mine", "score", 2)
    assert found.status == ("stopped", "failed", "complete")
    np.testing.assert_array_equal(found.scores, [np.nan, np.nan, 1.5])
    np.testing.assert_array_equal(found.shown, [1.0, np.nan, 1.5])
    np.testing.assert_array_equal(found.cost, [3.0, np.nan, np.nan])
    assert found.taken == 2
    assert found.insight() is None


def test_a_distribution_of_one_value_is_a_constant():
    optimizer = Optimizer({"k": Distribution(bernoulli(1.0)), "x": (0.0, 1.0)}, random_state=0)
    optimizer.tell(optimizer.ask(), 1.0)
    assert read(optimizer).names == ("x",)


def test_searches_of_scikit_learn_are_read_too():
    search = GridSearchCV(SVC(), {"C": [0.1, 1.0, 10.0], "kernel": ["rbf"]}, cv=3).fit(X, Y)
    found = read(search)
    assert found.name == "GridSearchCV"
    assert found.status == ("complete",) * 3
    assert found.names == ("C",)
    assert found.insight() is not None


def test_the_space_and_the_noise_of_a_search_of_scikit_learn_are_known():
    search = RandomizedSearchCV(
        SVC(), {"kernel": ["linear", "rbf", "poly", "sigmoid"]}, n_iter=3, cv=3, random_state=0
    ).fit(X, Y)
    insight = read(search).learn()
    assert insight.space.n_values == 4
    assert not insight.improvement().is_exhausted
    folds = [
        [search.cv_results_[f"split{k}_test_score"][row] for k in range(3)] for row in range(3)
    ]
    assert insight.noise == pytest.approx(fold_noise(folds))
    assert insight.limits == (0.0, 1.0)
    assert insight.best.high <= 1.0


def test_of_a_search_that_halves_only_the_last_amount_can_be_compared():
    search = HalvingGridSearchCV(SVC(), {"C": [1e-3, 0.1, 1.0, 10.0]}, cv=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(X, Y)
    found, table = read(search), search.cv_results_
    n_last = int((table["iter"] == table["iter"].max()).sum())
    assert len(table["params"]) > len(found) == 4
    assert sorted(found.status) == ["complete"] * n_last + ["stopped"] * (4 - n_last)
    assert np.isfinite(found.folds).all(axis=1).sum() == n_last
    assert found.params[found.taken] == search.best_params_
    # Each row of the table was three fits, those with fewer rows of the data too.
    assert found.n_fits == 3 * len(table["params"])
    seconds = table["mean_fit_time"] + table["mean_score_time"]
    assert found.cost.sum() == pytest.approx(3 * seconds.sum())


def test_searches_that_halve_may_draw_twice_and_have_their_resource_among_the_parameters():
    search = HalvingGridSearchCV(
        RandomForestClassifier(random_state=0),
        [{"max_depth": [1, 2, 3]}, {"max_depth": [3, 1]}],
        resource="n_estimators", min_resources=1, max_resources=9, cv=2, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(X, Y)
    found = read(search)
    assert len(found) == 3
    assert found.fits.sum() == 2 * len(search.cv_results_["params"])
    assert found.names == ("max_depth",)
    assert found.params[found.taken]["max_depth"] == search.best_params_["max_depth"]


def test_a_tuple_of_scikit_learn_is_one_of_values():
    search = GridSearchCV(SVC(), {"C": (1, 10), "gamma": (1.0, 0.1)}, cv=2).fit(X, Y)
    assert read(search).space.n_values == 4


def test_a_checkpoint_has_the_noise_and_the_lists_of_its_search(tmp_path):
    path = tmp_path / "search.jsonl"
    space = {"kernel": ["linear", "rbf", "poly"], "shrinking": [True, False]}
    search = BayesSearchCV(SVC(), space, n_iter=4, cv=3, checkpoint=path, random_state=0).fit(X, Y)
    insight = read(path).learn()
    assert insight.noise == pytest.approx(search.insight().noise)
    assert insight.space.n_values == 6
    # Its last fold is missing: nothing says that the candidate was stopped early.
    lines = path.read_text().splitlines(keepends=True)
    last = max(i for i, line in enumerate(lines) if '"k":"fold"' in line)
    path.write_text("".join(lines[:last]))
    assert set(read(path).status) == {"complete", "cut off"}


def test_dicts_of_a_checkpoint_may_have_the_same_names(tmp_path):
    path = tmp_path / "search.jsonl"
    spaces = [{"kernel": ["linear"], "C": [1.0, 2.0]}, {"kernel": ["rbf"], "C": [3.0, 4.0]}]
    search = BayesSearchCV(SVC(), spaces, n_iter=4, cv=2, checkpoint=path, random_state=0).fit(X, Y)
    found = read(path)
    assert found.params[found.taken] == search.best_params_
    # Whether a linear kernel with C=3 was a candidate is not known.
    assert not found.learn().improvement().is_exhausted


def test_ranges_of_a_checkpoint_are_not_known(tmp_path):
    path = tmp_path / "search.jsonl"
    BayesSearchCV(SVC(), SPACE, n_iter=4, cv=2, checkpoint=path, random_state=0).fit(X, Y)
    insight = read(path).learn()
    assert insight.at_bounds() == ()
    assert "search space" in str(insight).splitlines()[-1]


def test_a_checkpoint_says_which_metric_was_followed(tmp_path):
    path = tmp_path / "search.jsonl"
    search = BayesSearchCV(
        SVC(), SPACE, n_iter=4, cv=2, scoring=["accuracy", "f1_macro"], refit="f1_macro",
        checkpoint=path, random_state=0,
    ).fit(X, Y)  # fmt: skip
    found = read(path)
    assert found.metric == "f1_macro"
    tried = search.cv_results_["mean_test_f1_macro"][search._rows_tried]
    np.testing.assert_allclose(found.scores, tried)


def two_scores(model, X, y):
    score = model.score(X, y)
    return {"accuracy": score, "low": -score}


@pytest.mark.parametrize(
    "kwargs", [{"refit": "low"}, {"objective": "low", "refit": False}, {"refit": False}]
)
def test_a_checkpoint_of_a_function_of_several_metrics(tmp_path, kwargs):
    path = tmp_path / "search.jsonl"
    settings = {"n_iter": 4, "cv": 2, "random_state": 0, "scoring": two_scores, **kwargs}
    search = BayesSearchCV(SVC(), SPACE, checkpoint=path, **settings).fit(X, Y)
    found = read(path)
    assert (found.metric, found.status) == (search._metric, ("complete",) * 4)
    tried = search.cv_results_[f"mean_test_{search._metric}"][search._rows_tried]
    np.testing.assert_allclose(found.scores, tried)


def test_an_older_checkpoint_of_a_function_of_several_metrics(tmp_path):
    """Its header names a metric that was never scored."""
    path = tmp_path / "search.jsonl"
    settings = {"n_iter": 4, "cv": 2, "random_state": 0, "scoring": two_scores}
    search = BayesSearchCV(SVC(), SPACE, checkpoint=path, refit="accuracy", **settings).fit(X, Y)
    header, *rest = path.read_bytes().splitlines(keepends=True)
    record = parse(header[:-1])
    record["outline"]["metric"] = "score"
    path.write_bytes(line_of(record) + b"".join(rest))
    found = read(path)
    assert (found.metric, found.status) == ("accuracy", ("complete",) * 4)
    assert search.fit(X, Y).candidate_status_ == ["complete"] * 4


def test_estimators_of_a_checkpoint_are_told_by_their_class(tmp_path):
    path = tmp_path / "search.jsonl"
    pipeline = Pipeline([("scale", StandardScaler()), ("model", SVC())])
    space = {"model": [SVC(), LogisticRegression()], "model__C": (0.1, 10.0)}
    BayesSearchCV(pipeline, space, n_iter=4, cv=2, checkpoint=path, random_state=0).fit(X, Y)
    found = read(path)
    assert {repr(value) for value in found.column("model")} == {"SVC()", "LogisticRegression()"}
    assert found.insight() is not None


def test_a_value_that_a_candidate_does_not_have():
    optimizer = Optimizer([{"a": [1, 2]}, {"b": [1, 2]}], random_state=0)
    optimizer.tell([{"a": 1}, {"b": 2}], [0.0, 1.0])
    assert read(optimizer).column("a") == [1, ABSENT]
    with pytest.raises(
        ValueError, match=r"no candidate has a parameter 'c': they have \['a', 'b'\]"
    ):
        read(optimizer).column("c")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (SVC(), ValueError, "SVC is not fitted"),
        (BayesSearchCV(SVC(), SPACE), ValueError, "BayesSearchCV is not fitted"),
        (3, TypeError, "search must be a fitted search, the path of a checkpoint, or an Optimizer"),
        (Optimizer(SPACE), ValueError, "has no candidates yet"),
        ("nowhere.jsonl", OSError, "nowhere.jsonl"),
    ],
)
def test_anything_else_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        read(given)


def test_several_are_read_by_name(fitted):
    groups = read_several({"a": [fitted, fitted.checkpoint], "b": fitted})
    assert {name: len(group) for name, group in groups.items()} == {"a": 2, "b": 1}
    assert all(isinstance(each, Found) for group in groups.values() for each in group)
    assert [*read_several(fitted)] == ["BayesSearchCV"]
    assert [*read_several([fitted, fitted])] == ["search 1", "search 2"]


def test_a_guessed_space_holds_what_it_is_made_of():
    params = [
        {"x": 1e-3, "n": 1, "k": "a", "flag": True},
        {"x": 1.0, "n": 4, "k": None, "flag": False},
        {"x": 5.0, "y": 2.0},
    ]
    space = guessed_space(params)
    assert [space.decode(space.encode(each)) for each in params] == params
    scales = {n: getattr(d, "scale", "list") for b in space.branches[:1] for n, d in b.parameters}
    assert scales == {"x": "log-uniform", "n": "uniform", "k": "list", "flag": "list"}


@pytest.mark.parametrize(
    ("scores", "rows"),
    [
        ([], []),
        ([np.nan], [-1]),
        ([1.0, np.nan, 1.0, 2.0], [0, 0, 0, 3]),
        ([np.nan, -5.0, -7.0], [-1, 1, 1]),
    ],
)
def test_best_so_far(scores, rows):
    assert best_so_far(np.array(scores, dtype=float)).tolist() == rows
