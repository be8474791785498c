"""`warm_start_from` of a search."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skbayes import BayesSearchCV, Optimizer
from skbayes.model import read_sources

X, Y = load_iris(return_X_y=True)
SPACE = {"C": (1e-2, 1e3, "log-uniform"), "gamma": (1e-4, 10.0, "log-uniform")}
GRID = {"C": [0.1, 10.0, 1e5], "gamma": [1e-3, 0.1, 1.0]}


def search(source, **kwargs):
    kwargs = {"n_iter": 6, "cv": 3, "random_state": 0, "initial_points": [], **kwargs}
    return BayesSearchCV(SVC(), SPACE, warm_start_from=source, **kwargs)


def earlier(kind=BayesSearchCV, **kwargs):
    if kind is GridSearchCV:
        return GridSearchCV(SVC(), GRID, cv=3, **kwargs).fit(X, Y)
    if kind is RandomizedSearchCV:
        return RandomizedSearchCV(SVC(), GRID, n_iter=5, cv=3, random_state=0, **kwargs).fit(X, Y)
    return BayesSearchCV(SVC(), SPACE, n_iter=10, cv=3, random_state=5, **kwargs).fit(X, Y)


def params_of(model):
    return model.fit(X, Y).cv_results_["params"]


def inside(params):
    return params["C"] <= 1e3


@pytest.mark.parametrize("kind", [BayesSearchCV, GridSearchCV, RandomizedSearchCV])
def test_the_best_of_an_earlier_search_comes_first(kind):
    source = earlier(kind)
    table = source.cv_results_
    order = np.argsort(-table["mean_test_score"], kind="stable")
    best = next(table["params"][i] for i in order if inside(table["params"][i]))
    for given in (source, table, list(zip(table["params"], table["mean_test_score"], strict=True))):
        asked = params_of(search(given))
        assert asked[0] == best
        assert len(asked) == 6
    assert asked != params_of(search(None))


@pytest.mark.parametrize(
    "kwargs",
    [{"resource": "n_samples", "strategy": "hyperband"}, {"early_stopping": "median", "cv": 5}],
)
def test_what_has_not_all_folds_is_no_failure_in_the_table_alone(kwargs):
    settings = {"n_iter": 12, "cv": 3, "random_state": 5, **kwargs}
    source = BayesSearchCV(SVC(), SPACE, **settings).fit(X, Y)
    assert "stopped" in source.candidate_status_
    table = source.cv_results_
    n_complete = int(np.isfinite(table["mean_test_score"]).sum())
    for given in (source, table, source.trials(as_frame=False)):
        [rows] = read_sources(given)
        assert len(rows) == n_complete
        assert all(np.isfinite(score) for _, score in rows)


def test_the_present_parameters_come_before():
    source = earlier()
    asked = params_of(search(source, initial_points=[{"C": 1.0, "gamma": 1.0}]))
    assert asked[:2] == [{"C": 1.0, "gamma": 1.0}, source.best_params_]


def test_an_optimizer_is_a_source():
    optimizer = Optimizer(SPACE, random_state=0)
    optimizer.tell([{"C": 5.0, "gamma": 0.1}, {"C": 1.0, "gamma": 5.0}], [2.0, 1.0])
    assert params_of(search(optimizer))[0] == {"C": 5.0, "gamma": 0.1}


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro"])
def test_a_search_with_one_metric_finds_it_among_several(metric, tmp_path):
    many = earlier(scoring=["accuracy", "f1_macro"], refit="accuracy")
    frame = pytest.importorskip("pandas").DataFrame(many.cv_results_)
    many.trials().to_csv(tmp_path / "trials.csv", index=False)
    one = frame[["params", f"mean_test_{metric}"]].to_dict("list")
    expected = params_of(search(one, scoring=metric))
    assert expected != params_of(search(None, scoring=metric))
    for source in (many.cv_results_, frame, many.trials(), str(tmp_path / "trials.csv")):
        assert params_of(search(source, scoring=metric)) == expected


def test_the_metric_of_the_search_is_read():
    metrics = {"accuracy": "accuracy", "f1": lambda model, X, y: -model.C}
    source = earlier(scoring=metrics, refit=False).cv_results_
    both = {"scoring": metrics, "refit": False}
    for metric in metrics:
        best = source["params"][int(np.nanargmax(source[f"mean_test_{metric}"]))]
        assert params_of(search(source, objective=metric, **both))[0] == best
    with pytest.raises(ValueError, match="several scores"):
        search(source).fit(X, Y)


@pytest.mark.parametrize(
    "kwargs", [{"refit": "low"}, {"objective": "low", "refit": False}, {"refit": False}]
)
def test_the_metric_of_a_function_is_read(tmp_path, kwargs):
    path = tmp_path / "search.jsonl"

    def scores(model, X, y):
        return {"accuracy": model.score(X, y), "low": -model.C}

    source = earlier(scoring=scores, checkpoint=path, **kwargs)
    followed = "low" if len(kwargs) > 1 or kwargs["refit"] else "accuracy"
    table = source.cv_results_
    best = table["params"][int(np.argmax(table[f"mean_test_{followed}"]))]
    # A table alone does not tell which metric was followed: the present search has to name it.
    tables = [table, source.trials(as_frame=False)] if followed == "low" else []
    for given in (source, path, *tables):
        assert params_of(search(given, n_iter=1, scoring=scores, **kwargs))[0] == best


@pytest.mark.parametrize("source", ["journal.jsonl", 3, SVC(), {"a": [1]}])
def test_a_malformed_source_is_an_error_before_any_fit(source):
    class Never(SVC):
        def fit(self, X, y):
            raise AssertionError("fitted")

    model = BayesSearchCV(Never(), SPACE, warm_start_from=source)
    with pytest.raises((TypeError, ValueError, OSError), match="warm_start_from"):
        model.fit(X, Y)


def test_useless_rows_are_one_warning():
    with pytest.warns(RuntimeWarning, match=r"'alpha' was varied") as found:
        model = search([({"alpha": 1.0}, 0.5), ({"alpha": 2.0}, 0.75)]).fit(X, Y)
    assert len(found) == 1
    assert model.cv_results_["params"] == params_of(search(None))


def test_clone_keeps_what_the_source_has_learnt():
    source = earlier()
    model = search(source)
    copy = clone(model)
    assert copy.warm_start_from is source
    assert not hasattr(copy, "cv_results_")
    assert params_of(copy) == params_of(model)
    nested = clone(make_pipeline(model))
    assert nested[-1].warm_start_from is source
    listed = [source, source.cv_results_]
    assert clone(search(listed)).warm_start_from is listed


def test_inside_cross_validation_the_source_is_known():
    source = earlier()
    scores = cross_validate(search(source), X, Y, cv=2, return_estimator=True)
    for model in scores["estimator"]:
        assert model.cv_results_["params"][0] == source.best_params_


def test_a_search_with_a_source_pickles_and_goes_on():
    first = search(earlier()).fit(X, Y)
    copy = pickle.loads(pickle.dumps(first))
    assert params_of(copy) == first.cv_results_["params"]
    second = search(first, n_iter=3)
    assert params_of(second)[0] == first.best_params_


def test_several_points_at_once():
    asked = params_of(search(earlier(), n_points=3))
    assert len({tuple(params.values()) for params in asked}) == 6


def test_a_search_is_no_source_of_itself():
    search = BayesSearchCV(SVC(), {"C": (0.1, 10.0)}, n_iter=3, cv=2).fit(X, Y)
    search.set_params(warm_start_from=search)
    with pytest.raises(ValueError, match="warm_start_from is the search itself"):
        search.fit(X, Y)
    search.set_params(warm_start_from=search.cv_results_).fit(X, Y)


def test_the_parameters_of_a_source_are_none_of_the_search():
    source = BayesSearchCV(SVC(), {"C": (0.1, 10.0)}, n_iter=3, cv=2)
    search = BayesSearchCV(SVC(), {"C": (0.1, 10.0)}, warm_start_from=source)
    params = search.get_params()
    assert params["warm_start_from"] is source
    assert "estimator__C" in params
    assert not [name for name in params if name.startswith("warm_start_from__")]
