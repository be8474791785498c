"""What a failed candidate is: one meaning for the model, the status, the line and the best."""

import math
import re
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin

from skbayes import BayesSearchCV, OneStandardError
from skbayes._trials import FoldScore, Trial
from skbayes.engine.objective import Objective
from skbayes.space import Point

NAN, INF = math.nan, math.inf
X = np.arange(24.0)[:, None]
Y = np.arange(24) % 2

FOLDS = st.one_of(
    st.none(),
    st.just(FoldScore({}, None, 0.0, 0.0, "a traceback")),
    st.just(FoldScore({}, None, 0.0, 0.0)),
    st.sampled_from([0.5, 0.0, NAN, INF, -INF, 1.7e308]).map(
        lambda score: FoldScore({"score": score}, None, 0.0, 0.0)
    ),
)


@given(st.lists(FOLDS, min_size=1, max_size=4).filter(any))
def test_the_model_and_the_status_agree(folds):
    objective = Objective(BayesSearchCV(None, {}), None)
    is_complete = None not in folds
    trial = Trial(0, Point(0, ()), tuple(folds), None, "complete" if is_complete else "stopped")
    report, status = objective.report(trial), objective.status(trial)
    assert objective.has_failed(trial) == report.has_failed == (status == "failed")
    assert (status == "complete") == math.isfinite(report.score)
    assert report.score == objective.score(trial) or math.isnan(report.score)
    assert (status == "stopped") == report.is_partial


class Careful(ClassifierMixin, BaseEstimator):
    def __init__(self, value=0):
        self.value = value

    def fit(self, X, y):
        if self.value == 5:
            raise ValueError("cannot be fitted")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def odd_scores(estimator, X, y):
    """Give scores of all kinds: those of values above 1 are none."""
    if estimator.value == 6:
        raise ValueError("no score for this")
    return [0.25, 0.5, NAN, INF, -INF, 0.0, 0.0, 1.7e308][estimator.value]


def search(**kwargs):
    kwargs = {"n_iter": 8, "cv": 2, "random_state": 0, "scoring": odd_scores, **kwargs}
    # In this order, so that each of the two with a score is complete before others can stop it.
    kwargs["initial_points"] = [{"value": value} for value in range(8)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        callback = kwargs.pop("callback", None)
        return BayesSearchCV(Careful(), {"value": list(range(8))}, **kwargs).fit(
            X, Y, callback=callback
        )


@pytest.mark.parametrize("early_stopping", [None, "racing", "median"])
@pytest.mark.parametrize("error_score", [NAN, 9.0, -9.0])
def test_a_failed_candidate_is_the_same_everywhere(early_stopping, error_score, capsys):
    seen = []
    found = search(
        early_stopping=early_stopping,
        error_score=error_score,
        verbose=1,
        callback=lambda view: seen.append((view.best_score_, view.fun)),
    )
    lines = capsys.readouterr().out.splitlines()
    values = np.array([row["value"] for row in found.cv_results_["params"]])
    failed = np.array(found.candidate_status_) == "failed"
    np.testing.assert_array_equal(failed, values > 1)
    assert sum(" failed" in line for line in lines) == failed.sum() == 6
    has_part = [bool(re.search(r"failed after 1 of 2 folds", line)) for line in lines]
    # Whether two scores are too large to be summed is known after both.
    assert sum(has_part) == (5 if early_stopping else 0)
    _, observations, _ = found._learnt_from
    assert observations.has_failed.sum() == 6
    assert found.best_params_ == {"value": 1} == found.insight().best_params
    assert found.best_score_ == 0.5 == found.insight().best_score
    assert seen[-1] == (0.5, -0.5)
    assert "best 0.5 (" in [line for line in lines if "best" in line][-1]


@pytest.mark.parametrize("refit", [True, OneStandardError({"value": "high"})])
def test_the_table_has_the_columns_of_grid_search_all_the_same(refit):
    """Only the best is another one than an infinite mean, which ranks first there too."""
    found = search(refit=refit)
    table = found.cv_results_
    assert table["mean_test_score"][table["rank_test_score"].argmin()] == INF
    assert found.best_score_ == 0.5


def test_without_any_score_the_best_is_what_grid_search_takes():
    found = search(scoring=lambda *args: NAN, refit=True)
    assert set(found.candidate_status_) == {"failed"}
    assert found.best_index_ == 0
    assert math.isnan(found.best_score_)


def test_each_metric_has_failures_of_its_own():
    scoring = {"a": odd_scores, "b": "accuracy"}
    by_a = search(scoring=scoring, refit="a", objective="a")
    assert by_a.candidate_status_.count("failed") == 6
    # The best by a metric needs a score of this one only.
    by_b = search(scoring=scoring, refit="b", objective="a")
    assert by_b.candidate_status_ == by_a.candidate_status_
    assert by_b.best_index_ == 0
    steered_by_b = search(scoring=scoring, refit="b")
    assert steered_by_b.candidate_status_.count("failed") == 1


def test_a_function_returns_the_same_metrics_for_each_fold():
    """Else the table would hold scores that nobody has computed."""

    def by_class(estimator, X, y):
        return {"all": 0.5, **{f"class {each}": 0.5 for each in np.unique(y)}}

    message = r"same metrics for each fold.*missing metrics \['class 0'\].*\['class 1'\].*NaN"
    sorted_folds = [(np.arange(24), np.flatnonzero(each == Y)) for each in (0, 1)]
    with pytest.raises(ValueError, match=message):
        search(scoring=by_class, refit="all", cv=sorted_folds, error_score=0)


def test_what_was_found_before_a_fold_with_other_metrics_is_kept():
    def odd_metrics(estimator, X, y):
        if estimator.value == 1:
            raise ValueError("no score for this")
        return {"a": 0.5, **({"b": 0.5} if estimator.value < 2 else {})}

    found = BayesSearchCV(
        Careful(),
        {"value": list(range(8))},
        n_iter=8,
        cv=2,
        scoring=odd_metrics,
        refit="a",
        error_score=0,
        initial_points=[{"value": value} for value in range(8)],
    )
    with pytest.raises(ValueError, match="same metrics"), pytest.warns(UserWarning, match="failed"):
        found.fit(X, Y)
    assert found.stop_reason_ == "error"
    assert found.candidate_status_[:2] == ["complete", "failed"]


def test_a_dict_of_one_metric_is_multimetric_also_if_it_is_called_score(tmp_path):
    """As in `GridSearchCV`, and the same when the scores are read from a checkpoint."""

    def named(estimator, X, y):
        return {"score": 0.5}

    kwargs = {"scoring": named, "refit": "score", "checkpoint": tmp_path / "file"}
    for found in (search(**kwargs), search(**kwargs)):
        assert found.multimetric_
        assert found.score(X, Y) == 0.5
