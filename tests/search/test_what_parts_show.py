"""What tables, insight, reports and pictures make of a search that fits with shares."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

from skbayes import BayesSearchCV, compare
from skbayes.found import read
from skbayes.plotting import FoldsDisplay, PairDisplay, ParameterDisplay, TimelineDisplay
from skbayes.report.answers import effort

X, y = make_classification(200, 6, n_informative=4, random_state=0)
FOREST = RandomForestClassifier(n_estimators=9, random_state=0)
SPACE = {"max_depth": (1, 8), "min_samples_leaf": (1, 10)}


@pytest.fixture(scope="module")
def rounds():
    """A search whose resource is a parameter."""
    search = BayesSearchCV(
        FOREST, SPACE, n_iter=8, cv=3, resource="n_estimators", n_points=1, random_state=0
    )
    return search.fit(X, y)


def test_a_resource_stands_in_the_parameters_and_is_none_of_the_space(rounds, tmp_path):
    assert rounds.best_params_["n_estimators"] == 9
    insight = rounds.insight()
    with_it, _ = insight.predict(rounds.best_params_)
    without, _ = insight.predict({name: rounds.best_params_[name] for name in SPACE})
    assert with_it == without
    assert len(insight.predict(rounds.cv_results_["params"])[0]) == 8
    with pytest.raises(ValueError, match="not in the search space"):
        insight.predict({**rounds.best_params_, "max_leaf_nodes": 4})
    ParameterDisplay.from_search(rounds, "max_depth")
    PairDisplay.from_search(rounds, *SPACE)
    plt.close("all")
    assert rounds.report(tmp_path / "report.html").stat().st_size > 1000


def test_the_best_of_such_a_search_begins_another_one(rounds):
    again = BayesSearchCV(
        FOREST, SPACE, n_iter=2, cv=3, resource="n_estimators", random_state=1,
        initial_points=[rounds.best_params_], refit=False,
    ).fit(X, y)  # fmt: skip
    assert {name: again.cv_results_["params"][0][name] for name in SPACE} == {
        name: rounds.best_params_[name] for name in SPACE
    }


@pytest.mark.parametrize("strategy", ["bayesian", "hyperband"])
def test_fits_are_counted_alike_everywhere(strategy):
    spaces = [{"kernel": ["rbf"], "C": (0.1, 10.0)}, {"kernel": ["linear"], "C": (0.1, 10.0)}]
    search = BayesSearchCV(
        SVC(), spaces, n_iter=12, cv=3, resource="n_samples", random_state=0, strategy=strategy
    ).fit(X, y)
    whole = compare({"all": search}, as_frame=False)
    parts = compare({"all": search}, by_space=True, as_frame=False)
    assert whole["fits"] == [search.n_folds_run_]
    assert sum(parts["fits"]) == search.n_folds_run_
    assert sum(parts["candidates"]) == len(search.candidate_status_) == whole["candidates"][0]
    assert sum(parts["fit_seconds"]) == pytest.approx(whole["fit_seconds"][0])
    assert max(parts["best_score"]) == search.best_score_ == whole["best_score"][0]
    kernels = [params["kernel"] for params in search.cv_results_["params"]]
    assert parts["candidates"] == [kernels.count("rbf"), kernels.count("linear")]
    assert whole["best_params"] == [search.best_params_]

    timeline = TimelineDisplay.from_search(search)
    FoldsDisplay.from_search(search)
    plt.close("all")
    assert len(timeline.begun) == search.n_folds_run_
    trials = search.trials(as_frame=False)
    assert not np.isnan(trials["finished_at"]).any()
    assert whole["seconds"] == [max(trials["finished_at"])]
    assert max(trials["finished_at"]) == timeline.ended.max()
    assert f"That took {search.n_folds_run_} fits" in effort(read(search))
