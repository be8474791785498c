"""Candidates that fail between the setting of their parameters and the fit: none ends a search."""

import math
import threading
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV

X, Y = load_iris(return_X_y=True)


class Synonyms(ClassifierMixin, BaseEstimator):
    """Its tags cannot be told when two parameters mean the same thing."""

    def __init__(self, depth=None, max_depth=None):
        self.depth = depth
        self.max_depth = max_depth

    def __sklearn_tags__(self):
        if self.depth is not None and self.max_depth is not None:
            raise ValueError("only one of depth and max_depth")
        return super().__sklearn_tags__()

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class Tagless:
    """What has no tags is no estimator, and a wrapper cannot tell its own."""

    def get_params(self, deep=True):
        return {}

    def set_params(self):
        return self


class Unpicklable:
    """A value that stays in its process."""

    def __init__(self):
        self.lock = threading.Lock()

    def __repr__(self):
        return "Unpicklable()"


class Unreadable:
    """A value that can be sent, and cannot be read."""

    def __repr__(self):
        return "Unreadable()"

    def __reduce__(self):
        return _refuse, ()


def _refuse():
    raise RuntimeError("not to be read")


class Takes(ClassifierMixin, BaseEstimator):
    """Takes any value."""

    def __init__(self, value=0):
        self.value = value

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


TAGLESS = Tagless()
# The estimator, the space, and the values with which it fails before it is fitted.
CASES = {
    "kernel": (SVC(), {"kernel": ["linear", "precomputed", "rbf"]}, {"precomputed"}),
    "metric": (
        make_pipeline(StandardScaler(), KNeighborsClassifier()),
        {"kneighborsclassifier__metric": ["euclidean", "precomputed", "manhattan"]},
        {"precomputed"},
    ),
    "tags": (Synonyms(depth=2), {"max_depth": [None, 3, 4]}, {3, 4}),
    "nested": (
        GridSearchCV(SVC(), {"C": [1, 10]}, cv=2),
        {"estimator__kernel": ["linear", "precomputed"]},
        {"precomputed"},
    ),
    "one-vs-rest": (
        OneVsRestClassifier(SVC()),
        {"estimator__kernel": ["linear", "precomputed"]},
        {"precomputed"},
    ),
    "no tags": (OneVsRestClassifier(SVC()), {"estimator": [SVC(), TAGLESS]}, {TAGLESS}),
}


def failing(fitted, values):
    """Return for each row whether its value is one of those that fail."""
    return [
        any(any(value is bad or value == bad for bad in values) for value in params.values())
        for params in fitted.cv_results_["params"]
    ]


def check(fitted, values, error_score=np.nan):
    is_failing = failing(fitted, values)
    assert any(is_failing)
    assert not all(is_failing)
    means = fitted.cv_results_["mean_test_score"]
    for is_bad, status, mean in zip(is_failing, fitted.candidate_status_, means, strict=True):
        assert status == ("failed" if is_bad else "complete")
        assert mean == (pytest.approx(error_score, nan_ok=True) if is_bad else mean)
        assert math.isfinite(mean) or is_bad
    assert not is_failing[fitted.best_index_]


@pytest.mark.parametrize("error_score", [np.nan, 0.0])
@pytest.mark.parametrize("case", CASES)
def test_a_candidate_that_fails_before_its_fit_is_a_failed_one(case, error_score, tmp_path):
    estimator, space, bad = CASES[case]
    kwargs = {
        "n_iter": 10,
        "cv": 2,
        "random_state": 0,
        "error_score": error_score,
        "checkpoint": tmp_path / "journal",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = BayesSearchCV(estimator, space, **kwargs).fit(X, Y)
        again = BayesSearchCV(estimator, space, **kwargs).fit(X, Y)
    check(first, bad, error_score)
    # From the file, where nothing is evaluated again.
    check(again, bad, error_score)
    assert again.cv_results_["params"] == first.cv_results_["params"]


def test_its_error_is_raised_if_that_is_wanted():
    search = BayesSearchCV(
        SVC(), {"kernel": ["precomputed", "rbf"]}, n_iter=2, cv=2, error_score="raise"
    )
    with (
        warnings.catch_warnings(),
        pytest.raises(ValueError, match="square kernel matrix") as caught,
    ):
        warnings.simplefilter("ignore")
        search.fit(X, Y)
    assert "kernel='precomputed'" in "".join(caught.value.__notes__)


def test_the_reason_is_told_when_all_fail():
    search = BayesSearchCV(SVC(), {"kernel": ["precomputed"]}, n_iter=1, cv=2)
    with warnings.catch_warnings(), pytest.raises(ValueError, match="square kernel matrix"):
        warnings.simplefilter("ignore")
        search.fit(X, Y)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("kind", [Unpicklable, Unreadable])
def test_a_value_that_cannot_be_sent_to_a_worker_is_a_failed_candidate(kind, n_jobs):
    """In this process, where nothing is sent, the locks of one cannot be copied either."""
    value = kind()
    search = BayesSearchCV(
        Takes(), {"value": [1, value, 2]}, n_iter=3, cv=2, random_state=0, n_jobs=n_jobs
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", FitFailedWarning)
        search.fit(X, Y)
    check(search, {value})


def test_an_estimator_that_cannot_be_sent_is_an_error():
    """Nothing could be evaluated; the error is that of the process pool."""
    search = BayesSearchCV(
        Takes(Unpicklable()), {"value": [1, 2]}, n_iter=2, cv=2, n_jobs=2, initial_points=[]
    )
    with pytest.raises(Exception, match=r"(?i)pickle"):
        search.fit(X, Y)
