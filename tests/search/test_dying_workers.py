"""Searches whose workers die, hang, or live on a cluster."""

import os
import signal
import time

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning

from skbayes import BayesSearchCV, FitTimeout, WorkerDied

X, Y = load_iris(return_X_y=True)
SPACE = {"a": (0.0, 1.0)}
POINTS = [{"a": value} for value in (0.1, 0.9, 0.3, 0.6)]


class Deadly(ClassifierMixin, BaseEstimator):
    """A classifier that kills its process, or hangs, above a value of its parameter."""

    def __init__(self, a=0.5, limit=2.0, marker=None, seconds=0.0):
        self.a = a
        self.limit = limit
        self.marker = marker
        self.seconds = seconds

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.a > self.limit:
            if self.seconds:
                time.sleep(self.seconds)
            elif self.marker is None:
                os.kill(os.getpid(), signal.SIGKILL)
            elif not os.path.exists(self.marker):
                with open(self.marker, "w"):
                    os.kill(os.getpid(), signal.SIGKILL)
        return self

    def score(self, X, y):
        return 1.0 - self.a


def search(estimator, **kwargs):
    return BayesSearchCV(
        estimator,
        SPACE,
        n_iter=8,
        cv=3,
        n_jobs=2,
        random_state=0,
        refit=False,
        initial_points=POINTS,
        **kwargs,
    )


def test_a_worker_that_dies_once_costs_nothing(tmp_path):
    plain = search(Deadly()).fit(X, Y)
    found = search(Deadly(limit=0.8, marker=str(tmp_path / "dead"))).fit(X, Y)
    assert (tmp_path / "dead").exists()
    assert found.candidate_status_ == ["complete"] * 8
    assert found.cv_results_["params"] == plain.cv_results_["params"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_a_candidate_that_kills_its_workers_is_the_only_one_to_fail():
    with pytest.warns(FitFailedWarning, match="worker process died"):
        found = search(Deadly(limit=0.8), early_stopping="racing").fit(X, Y)
    failed = [params["a"] > 0.8 for params in found.cv_results_["params"]]
    assert sum(failed) >= 1
    assert [status == "failed" for status in found.candidate_status_] == failed
    # The same process can search again.
    assert search(Deadly()).fit(X, Y).candidate_status_ == ["complete"] * 8


def test_a_dead_worker_is_raised_if_failures_are():
    with pytest.raises(WorkerDied, match="worker process died"):
        search(Deadly(limit=0.8), error_score="raise").fit(X, Y)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_a_fit_that_hangs_fails_alone():
    estimator = Deadly(limit=0.8, seconds=600.0)
    with pytest.warns(FitFailedWarning, match="fit_timeout"):
        found = search(estimator, fit_timeout=2.0, early_stopping="median").fit(X, Y)
    failed = [params["a"] > 0.8 for params in found.cv_results_["params"]]
    assert [status == "failed" for status in found.candidate_status_] == failed
    with pytest.raises(FitTimeout, match="fit_timeout=2"):
        search(estimator, fit_timeout=2.0, error_score="raise").fit(X, Y)


def test_a_timeout_that_cannot_be_kept_is_refused():
    with pytest.raises(ValueError, match=r"fit_timeout=1\.0 needs workers"):
        search(Deadly(), fit_timeout=1.0).set_params(n_jobs=1).fit(X, Y)


@pytest.mark.slow
def test_a_cluster_goes_through_the_same_candidates():
    distributed = pytest.importorskip("distributed")
    joblib = pytest.importorskip("joblib")
    kwargs = {"n_points": 2, "early_stopping": "racing"}
    expected = search(Deadly(), **kwargs).set_params(n_jobs=1).fit(X, Y)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
        joblib.parallel_backend("dask"),
    ):
        found = search(Deadly(), **kwargs).fit(X, Y)
    assert found.cv_results_["params"] == expected.cv_results_["params"]
    assert found.candidate_status_ == expected.candidate_status_
