"""The best candidate fitted after all: after an interrupt, and with ``refit=False``."""

import copy
import itertools
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV

X, Y = load_iris(return_X_y=True)
SPACE = {"C": (1e-2, 1e2, "log-uniform")}


class Interrupted(SVC):
    """Is interrupted in one of its fits, counted over all copies."""

    n_fits, last = 0, 10**9

    def fit(self, X, y, sample_weight=None):
        Interrupted.n_fits += 1
        if Interrupted.n_fits > self.last:
            raise KeyboardInterrupt
        return super().fit(X, y, sample_weight)


def test_the_refit_takes_no_negative_time_if_the_clock_is_set_back(monkeypatch):
    clock = itertools.count(1e9, -60.0)
    monkeypatch.setattr("time.time", lambda: next(clock))
    search = BayesSearchCV(SVC(), SPACE, n_iter=2, cv=2, random_state=0).fit(X, Y)
    assert search.refit_time_ > 0


def interrupted(monkeypatch, last, search=None, **kwargs):
    """Return a search that was interrupted after a number of fits."""
    monkeypatch.setattr(Interrupted, "n_fits", 0)
    monkeypatch.setattr(Interrupted, "last", last)
    if search is None:
        search = BayesSearchCV(Interrupted(), SPACE, n_iter=9, cv=3, random_state=0, **kwargs)
    with pytest.raises(KeyboardInterrupt):
        search.fit(X, Y)
    monkeypatch.setattr(Interrupted, "last", 10**9)
    return search


def test_after_an_interrupt(monkeypatch):
    search = interrupted(monkeypatch, 10)
    assert search.stop_reason_ == "interrupted"
    with pytest.raises(
        AttributeError, match=r"\(interrupted\) before the refit.*refit_best\(X, y\)"
    ):
        search.predict(X)
    assert not hasattr(search, "best_estimator_")
    assert search.refit_best(X, Y) is search
    assert search.best_params_["C"] == search.best_estimator_.C
    expected = SVC(**search.best_params_).fit(X, Y).predict(X)
    np.testing.assert_array_equal(search.predict(X), expected)
    assert search.score(X, Y) == np.mean(expected == Y)
    assert search.classes_.tolist() == [0, 1, 2]
    assert search.n_features_in_ == 4
    assert search.refit_time_ > 0
    assert search.trials(as_frame=False)["status"] == ["complete"] * 3 + ["cut off"]


def test_it_goes_on_without_a_checkpoint(monkeypatch):
    search = interrupted(monkeypatch, 14)
    longer = clone(search).set_params(warm_start_from=search).fit(X, Y)
    assert len(longer.cv_results_["params"]) == 9
    assert search.best_params_ in longer.cv_results_["params"][:2]
    # The candidate that was cut off has not failed.
    complete = [row for row, s in enumerate(search.candidate_status_) if s == "complete"]
    pairs = [
        (search.cv_results_["params"][k], search.cv_results_["mean_test_score"][k])
        for k in complete
    ]
    other = clone(search).set_params(warm_start_from=pairs).fit(X, Y)
    assert other.cv_results_["params"] == longer.cv_results_["params"]


@pytest.mark.parametrize("last", [0, 2])
def test_an_interrupt_before_the_first_candidate_is_complete(monkeypatch, last):
    search = interrupted(monkeypatch, last)
    assert search.stop_reason_ == "interrupted"
    table = search.trials(as_frame=False)
    assert table["status"] == ["cut off"]
    assert table["n_folds"] == [last]
    assert table["param_C"] == [1.0]
    with pytest.raises(AttributeError, match=r"no candidate was chosen.*interrupted"):
        search.best_params_  # noqa: B018 - that reading it raises is what is tested
    error, match = (
        (ValueError, "No candidate has a score") if last else (NotFittedError, "call fit")
    )
    with pytest.raises(error, match=match):
        search.refit_best(X, Y)
    assert repr(search)
    assert search._repr_html_()
    assert len(pickle.loads(pickle.dumps(search)).trials(as_frame=False)["status"]) == 1
    assert search.fit(X, Y).best_score_ > 0.9
    assert search.trials(as_frame=False)["status"] == ["complete"] * 9


def test_an_interrupt_before_anything_leaves_the_earlier_fit(monkeypatch):
    search = BayesSearchCV(Interrupted(), SPACE, n_iter=3, cv=3, random_state=0).fit(X, Y)
    before = search.trials(as_frame=False)
    interrupted(monkeypatch, 0, search)
    assert search.trials(as_frame=False)["mean_test_score"] == before["mean_test_score"]
    assert search.predict(X).shape == Y.shape


def test_without_refit():
    search = BayesSearchCV(SVC(), SPACE, n_iter=4, cv=3, refit=False, random_state=0)
    assert not hasattr(search, "predict")
    search.fit(X, Y)
    assert not hasattr(search, "predict")
    how = r"`refit=False`.*call refit_best\(X, y\)"
    for name in ("score", "best_estimator_"):
        with pytest.raises(AttributeError, match=how):
            search.score(X, Y) if name == "score" else getattr(search, name)
    with pytest.raises(AttributeError) as found:
        search.predict(X)
    # As in scikit-learn, what is missing is said first, and why below.
    assert re.search(how, str(found.value.__cause__))
    search.refit_best(X, Y)
    np.testing.assert_array_equal(
        search.predict(X), SVC(**search.best_params_).fit(X, Y).predict(X)
    )
    assert search.decision_function(X).shape == (150, 3)
    assert search.score(X, Y) > 0.9
    assert not hasattr(search, "transform")
    assert search.refit is False
    twin = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(twin.predict(X), search.predict(X))
    assert not hasattr(search.fit(X, Y), "predict")


def test_of_several_metrics_the_one_that_was_followed():
    metrics = {"acc": "accuracy", "small": lambda model, X, y: -model.C}
    search = BayesSearchCV(
        SVC(),
        SPACE,
        n_iter=6,
        cv=3,
        refit=False,
        scoring=metrics,
        objective="small",
        random_state=0,
    ).fit(X, Y)
    with pytest.raises(AttributeError, match=r"several metrics.*refit=False.*refit_best\(X, y\)"):
        search.best_params_  # noqa: B018 - that reading it raises is what is tested
    search.refit_best(X, Y)
    assert search.best_params_["C"] == min(params["C"] for params in search.cv_results_["params"])
    assert search.best_score_ == search.cv_results_["mean_test_small"].max()
    assert search.score(X, Y) == -search.best_params_["C"]


def test_arguments_of_fit_and_names_of_features():
    frame = pd.DataFrame(X, columns=list("abcd"))
    weight = np.linspace(0.1, 1.0, len(Y))
    settings = {"n_iter": 3, "cv": 3, "random_state": 0}
    search = BayesSearchCV(LogisticRegression(max_iter=500), SPACE, refit=False, **settings)
    search.fit(frame, Y, sample_weight=weight).refit_best(frame, Y, sample_weight=weight)
    whole = clone(search).set_params(refit=True).fit(frame, Y, sample_weight=weight)
    np.testing.assert_array_equal(search.best_estimator_.coef_, whole.best_estimator_.coef_)
    assert search.feature_names_in_.tolist() == list("abcd")


def test_steps_of_a_space_are_not_fitted():
    from sklearn.pipeline import make_pipeline

    scaler = StandardScaler()
    search = BayesSearchCV(
        make_pipeline("passthrough", SVC()), {"passthrough": [scaler]}, n_iter=1, cv=2, refit=False
    ).fit(X, Y)
    search.refit_best(X, Y)
    assert not hasattr(scaler, "mean_")
    assert hasattr(search.best_estimator_[0], "mean_")


def test_too_early():
    search = BayesSearchCV(SVC(), SPACE, n_iter=2, cv=2)
    with pytest.raises(NotFittedError, match="call fit first"):
        search.refit_best(X, Y)
    with pytest.raises(NotFittedError, match="when the search has ended"):
        search.fit(X, Y, callback=lambda view: search.refit_best(X, Y))


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda search: pickle.loads(pickle.dumps(search))]
)
def test_a_copy_that_a_callback_makes_is_like_a_search_that_was_interrupted(copied):
    search = BayesSearchCV(SVC(), SPACE, n_iter=5, cv=2, n_points=2, random_state=0)
    copies = []
    search.fit(X, Y, callback=lambda view: copies.append(copied(search)))
    assert search.trials(as_frame=False)["status"] == ["complete"] * 5
    twin = copies[2]
    assert twin.trials(as_frame=False)["status"] == ["complete"] * 3 + ["cut off"]
    assert twin.stop_reason_ == "copied while running"
    assert twin.best_params_ == twin.insight().best_params
    twin.refit_best(X, Y)
    np.testing.assert_array_equal(twin.predict(X), SVC(**twin.best_params_).fit(X, Y).predict(X))


def test_a_callback_can_copy_a_search_whose_refit_takes_all_candidates():
    search = BayesSearchCV(SVC(), SPACE, n_iter=3, cv=2, refit=lambda table: 2, random_state=0)
    copies = []
    search.fit(X, Y, callback=lambda view: copies.append(copy.deepcopy(search)))
    assert search.best_index_ == 2
    with pytest.raises(AttributeError, match=r"no candidate was chosen.*copied while running"):
        copies[1].best_params_  # noqa: B018 - that reading it raises is what is tested
    assert copies[1].refit_best(X, Y).predict(X).shape == Y.shape
