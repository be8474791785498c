"""Searches as they run: in what order, how long, and how they end."""

import math
import threading
import time
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning

from skbayes import BayesSearchCV, Patience, TargetScore
from skbayes._trials import FoldScore
from skbayes.engine import budget as _budget
from skbayes.engine.evaluation import Evaluation

X, Y = load_iris(return_X_y=True)
SPACE = {"a": (0.0, 1.0), "b": (0.0, 1.0), "c": ["x", "y", "z"]}


class Surface(ClassifierMixin, BaseEstimator):
    """A classifier whose score follows from its parameters and the fold, after some time."""

    def __init__(self, a=0.5, b=0.5, c="x", seconds=0.0, fails_above=2.0):
        self.a = a
        self.b = b
        self.c = c
        self.seconds = seconds
        self.fails_above = fails_above

    def fit(self, X, y):
        if self.a > self.fails_above:
            raise ValueError("too much of a")
        self.classes_ = np.unique(y)
        # Longer for some than for others, so that nothing ends in the order in which it began.
        time.sleep(self.seconds * (1 + 7 * ((self.a * 1000) % 1)))
        self.rows_ = float(X.sum())
        return self

    def score(self, X, y):
        wiggle = 0.02 * math.sin(50 * self.a + self.rows_) + 0.1 * math.sin(self.rows_)
        return wiggle - (self.a - 0.3) ** 2 - (self.b - 0.7) ** 2 - 0.1 * (self.c != "y")


def search(estimator=None, *, n_iter=16, cv=4, random_state=0, **kwargs):
    return BayesSearchCV(
        Surface() if estimator is None else estimator,
        SPACE,
        n_iter=n_iter,
        cv=cv,
        random_state=random_state,
        refit=False,
        **kwargs,
    )


def fold_scores(fitted):
    table = fitted.cv_results_
    return np.array([table[f"split{i}_test_score"] for i in range(fitted.n_splits_)]).T


@pytest.mark.parametrize("early_stopping", [None, "racing", "median"])
@pytest.mark.parametrize("n_points", [1, 3])
def test_timing_and_workers_change_nothing(early_stopping, n_points):
    kwargs = {"n_points": n_points, "early_stopping": early_stopping, "n_iter": 20}
    expected = search(**kwargs).fit(X, Y)
    for backend, n_jobs in (("threading", 8), ("threading", 2), ("loky", 2)):
        with joblib.parallel_backend(backend, n_jobs=n_jobs):
            found = search(Surface(seconds=0.003), **kwargs).fit(X, Y)
        assert found.cv_results_["params"] == expected.cv_results_["params"]
        np.testing.assert_array_equal(fold_scores(found), fold_scores(expected))
        assert found.candidate_status_ == expected.candidate_status_


def test_one_worker_and_one_point_at_a_time_are_alike():
    one = search().fit(X, Y)
    assert one.cv_results_["params"] == search(n_points=1).fit(X, Y).cv_results_["params"]


def test_a_fold_costs_the_loop_no_look_at_the_others(monkeypatch):
    looks, n_folds = [], 40
    monkeypatch.setattr(
        FoldScore, "seconds", property(lambda fold: looks.append(fold) or fold.fit_time)
    )
    search(n_iter=2, cv=n_folds).fit(X, Y)
    assert len(looks) <= 8 * 2 * n_folds


def test_a_line_adds_up_no_fits_of_earlier_candidates(monkeypatch):
    shares, share = [], Evaluation.share
    monkeypatch.setattr(
        Evaluation, "share", lambda self, rung: shares.append(rung) or share(self, rung)
    )
    search(n_iter=20, verbose=1, strategy="random").fit(X, Y)
    assert len(shares) <= 6 * 20 * 4


@pytest.mark.parametrize("early_stopping", [None, "racing"])
def test_asynchronous_searches_evaluate_every_candidate(early_stopping):
    with joblib.parallel_backend("threading", n_jobs=4):
        found = search(
            Surface(seconds=0.003), asynchronous=True, early_stopping=early_stopping, n_iter=30
        ).fit(X, Y)
    assert len(found.candidate_status_) == 30
    assert set(found.candidate_status_) <= {"complete", "stopped"}
    assert found.best_score_ > -0.05


class Waiting(Surface):
    """The first fold of each of three candidates ends when many others have ended."""

    seen = ()
    are_many = threading.Event()

    def fit(self, X, y):
        is_long = self.a in (0.125, 0.25, 0.375) and self.a not in Waiting.seen
        Waiting.seen = (*Waiting.seen, self.a)
        if len(Waiting.seen) >= 60:
            Waiting.are_many.set()
        if is_long and not Waiting.are_many.wait(timeout=120):
            raise RuntimeError("nobody else had work")
        return super().fit(X, y)


@pytest.mark.parametrize("early_stopping", [None, "racing"])
def test_long_folds_keep_no_worker_from_other_candidates(early_stopping):
    Waiting.seen = ()
    Waiting.are_many.clear()
    first = [{"a": a, "b": 0.5, "c": "x"} for a in (0.125, 0.25, 0.375)]
    with joblib.parallel_backend("threading", n_jobs=6):
        found = search(
            Waiting(),
            asynchronous=True,
            early_stopping=early_stopping,
            n_iter=60,
            initial_points=first,
        ).fit(X, Y)
    assert "failed" not in found.candidate_status_


@pytest.mark.parametrize("rule", ["racing", "median"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_early_stopping_spares_folds(rule, n_jobs):
    with joblib.parallel_backend("threading", n_jobs=n_jobs):
        found = search(early_stopping=rule, n_iter=30, cv=5).fit(X, Y)
    scores = fold_scores(found)
    is_run = np.isfinite(scores)
    assert found.n_folds_run_ == is_run.sum() < scores.size
    is_stopped = np.array(found.candidate_status_) == "stopped"
    np.testing.assert_array_equal(is_stopped, ~is_run.all(axis=1))
    # The folds that were run are the first ones, and at least one.
    assert is_run[:, 0].all()
    assert (np.diff(is_run.astype(int), axis=1) <= 0).all()
    assert np.isnan(found.cv_results_["mean_test_score"][is_stopped]).all()
    assert not is_stopped[found.best_index_]
    ranks = found.cv_results_["rank_test_score"]
    assert ranks[is_stopped].min() > ranks[~is_stopped].max()
    assert found.stop_reason_ == "n_iter"


def test_a_failed_fold_spares_the_others_only_with_early_stopping():
    estimator = Surface(fails_above=0.6)
    with (
        pytest.warns(FitFailedWarning, match="fits failed"),
        pytest.warns(UserWarning, match="non-finite"),
    ):
        every = search(estimator).fit(X, Y)
    assert every.n_folds_run_ == 16 * 4
    with (
        pytest.warns(FitFailedWarning, match="fits failed"),
        pytest.warns(UserWarning, match="non-finite"),
    ):
        spared = search(estimator, early_stopping="racing").fit(X, Y)
    failed = np.array(spared.candidate_status_) == "failed"
    assert failed.any()
    assert np.isnan(fold_scores(spared)[failed][:, 1:]).all()
    assert spared.best_params_["a"] <= 0.6


def test_the_time_that_is_allowed_is_kept():
    estimator = Surface(seconds=0.01)
    started = time.monotonic()
    found = search(estimator, n_iter=10_000, max_time=1.5).fit(X, Y)
    # A fold takes 0.08 s at most, and all of them an hour.
    assert 1.0 < time.monotonic() - started < 30.0
    assert found.stop_reason_ == "max_time"
    assert found.candidate_status_.count("cut off") <= 1
    assert found.candidate_status_[found.best_index_] == "complete"


class Slow(Surface):
    """Takes a thousand seconds of a clock that stands still otherwise."""

    now = 0.0

    def fit(self, X, y):
        Slow.now += 1000.0
        return super().fit(X, y)


def test_time_that_is_not_enough_for_one_candidate_is_an_error(monkeypatch):
    monkeypatch.setattr(Slow, "now", 0.0)
    monkeypatch.setattr(_budget, "time", SimpleNamespace(monotonic=lambda: Slow.now))
    unfit = search(Slow(), max_time=900.0)
    with pytest.raises(ValueError, match=r"max_time.* before all folds.*raise max_time"):
        unfit.fit(X, Y)
    assert unfit.candidate_status_ == ["cut off"]
    assert math.isfinite(unfit.cv_results_["split0_test_score"][0])


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_rules_end_a_search(n_jobs):
    with joblib.parallel_backend("threading", n_jobs=n_jobs):
        found = search(stopping=[Patience(100), TargetScore(-0.1)], n_iter=60, n_points=2).fit(X, Y)
    means = found.cv_results_["mean_test_score"]
    reached = np.flatnonzero(means >= -0.1)
    assert reached.size
    assert found.stop_reason_.startswith("TargetScore")
    # One more may have been open.
    assert len(means) <= reached[0] + 2


def test_callbacks_see_each_candidate_and_may_end_the_search():
    seen = []

    def callback(view):
        seen.append((len(view.cv_results_["params"]), view.best_score_, view.best_params_))
        return len(seen) == 5

    found = search().fit(X, Y, callback=[callback])
    assert [n for n, _, _ in seen] == [1, 2, 3, 4, 5]
    # Added up in two orders.
    assert seen[-1][1] == pytest.approx(found.best_score_, rel=1e-14)
    assert seen[-1][2] == found.best_params_
    assert "callback" in found.stop_reason_


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"early_stopping": "race"}, ValueError, "early_stopping"),
        ({"max_time": 0}, ValueError, "max_time"),
        ({"max_time": "1h"}, ValueError, "max_time"),
        ({"stopping": 5}, TypeError, "stopping"),
        ({"stopping": Patience}, TypeError, "give an object"),
        ({"asynchronous": 2}, ValueError, "asynchronous"),
    ],
)
def test_bad_arguments(kwargs, error, message):
    with pytest.raises(error, match=message):
        search(**kwargs).fit(X, Y)


def test_a_callback_that_is_none():
    with pytest.raises(TypeError, match="callback"):
        search().fit(X, Y, callback="print")
