"""Searches whose workers die, hang, or live on a cluster."""

import os
import signal
import threading
import time

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning

from pools import Growing, Leaving
from skbayes import BayesSearchCV, FitTimeout, NoWorkers, WorkerDied
from skbayes.workers import pool as _pool

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
        found = search(estimator, fit_timeout=5.0, early_stopping="median").fit(X, Y)
    failed = [params["a"] > 0.8 for params in found.cv_results_["params"]]
    assert [status == "failed" for status in found.candidate_status_] == failed
    with pytest.raises(FitTimeout, match="fit_timeout=5"):
        search(estimator, fit_timeout=5.0, error_score="raise").fit(X, Y)


# Filters of warnings belong to all threads, and one that leaves `catch_warnings` may put back those
# of before another's: so the test itself changes none while there are threads.
@pytest.mark.filterwarnings("ignore:One or more of the test scores")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.parametrize("deadly", [{}, {"seconds": 600.0}], ids=["death", "timeout"])
def test_what_dies_in_one_search_is_no_matter_to_another(deadly):
    """Nor to what else uses joblib at the same time, in another thread."""
    expected = search(Deadly()).fit(X, Y).cv_results_
    found, others, is_over = [], [], threading.Event()

    def again(run, results):
        while not is_over.is_set():
            results.append(run())

    threads = [
        threading.Thread(target=again, args=(lambda: search(Deadly()).fit(X, Y), found)),
        threading.Thread(target=again, args=(sums_by_joblib, others)),
    ]
    for thread in threads:
        thread.start()
    few = {"n_iter": 3, "cv": 2, "initial_points": POINTS[:3]}
    other = search(Deadly(limit=0.8, **deadly), fit_timeout=1.0 if deadly else None)
    try:
        other.set_params(**few).fit(X, Y)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert other.candidate_status_[1] == "failed"
    assert found
    for each in found:
        assert each.candidate_status_ == ["complete"] * 8
        for name in ("params", "mean_test_score"):
            assert list(each.cv_results_[name]) == list(expected[name])
    assert all(sums == [6] * 4 for sums in others)


def sums_by_joblib():
    with joblib.parallel_backend("loky", n_jobs=2):
        return joblib.Parallel()(joblib.delayed(sum)([1, 2, 3]) for _ in range(4))


def test_a_timeout_that_cannot_be_kept_is_refused():
    with pytest.raises(ValueError, match=r"fit_timeout=1\.0 needs two or more worker"):
        search(Deadly(), fit_timeout=1.0).set_params(n_jobs=1).fit(X, Y)


@pytest.mark.slow
def test_a_cluster_goes_through_the_same_candidates():
    distributed = pytest.importorskip("distributed")
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


def test_a_cluster_that_grows_is_used(monkeypatch):
    workers = Growing(6)
    monkeypatch.setattr(_pool, "open_workers", lambda n_jobs, executor: workers)
    found = search(Deadly()).set_params(n_iter=12).fit(X, Y)
    assert found.candidate_status_ == ["complete"] * 12
    assert workers.n_running[0] == 1
    # At the end there are fewer folds than workers.
    assert workers.n_running[2:4] == [6, 6]


# Clusters whose workers leave: seven folds are scored, of three each.


@pytest.fixture
def leaving(monkeypatch):
    monkeypatch.setattr(_pool, "open_workers", lambda n_jobs, executor: Leaving(7))


@pytest.mark.parametrize("refit", [True, False])
def test_a_search_without_workers_keeps_what_it_found(leaving, monkeypatch, refit):
    monkeypatch.setattr(_pool, "_WITHOUT_WORKERS", 0.01)
    found = search(Deadly()).set_params(refit=refit)
    with (
        pytest.warns(UserWarning, match="no worker"),
        pytest.raises(NoWorkers, match="has had no worker"),
    ):
        found.fit(X, Y)
    assert found.stop_reason_ == "no_workers"
    assert found.candidate_status_ == ["complete", "complete", "cut off"]
    assert found.best_params_ == POINTS[0]
    assert not hasattr(found, "best_estimator_")


def test_a_search_without_workers_that_found_nothing_says_why(monkeypatch):
    monkeypatch.setattr(_pool, "open_workers", lambda n_jobs, executor: Leaving(0))
    monkeypatch.setattr(_pool, "_WITHOUT_WORKERS", 0.01)
    with pytest.warns(UserWarning, match="no worker"), pytest.raises(NoWorkers):
        search(Deadly()).fit(X, Y)


def test_max_time_ends_the_wait_for_workers(leaving):
    with pytest.warns(UserWarning, match="no worker"):
        found = search(Deadly(), max_time=2.0).fit(X, Y)
    assert found.stop_reason_ == "max_time"
    assert found.candidate_status_[:2] == ["complete", "complete"]
