"""`refit="1se"`: the rule by hand, and in a search."""

import math

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import accuracy_score, make_scorer

from skbayes import BayesSearchCV
from skbayes._selection import best_row, earliest_within_one_error, with_masked_scores

X = np.zeros((8, 1))
Y = np.tile([0, 1], 4)
# Means 24, 28, 32, 32. The best is the third, with deviations -8, 0, 8 of its folds. So its
# standard error is 8 / sqrt(3) = 4.6, and the second is within it.
FOLDS = np.array([[24.0, 24, 24], [27, 28, 29], [24, 32, 40], [32, 32, 32]])
NAN = math.nan


def chosen(folds):
    folds = np.array(folds, dtype=float)
    return earliest_within_one_error(folds.mean(axis=1), folds.std(axis=1), folds.shape[1])


@pytest.mark.parametrize(
    ("folds", "row"),
    [
        (FOLDS, 1),
        (FOLDS[::-1], 0),
        # Without the noise of the best there is nothing to be excused by.
        ([[0.79, 0.79], [0.8, 0.8]], 1),
        # Equal means: the earliest.
        ([[0.1, 0.1], [0.8, 0.8], [0.8, 0.8]], 1),
        # The error of the best counts, not that of the others.
        ([[0.0, 1.0], [0.8, 0.8]], 1),
        # Candidates that failed, or were given up.
        ([[NAN, NAN], [0.5, NAN], [0.75, 0.76], [0.7, 0.9]], 2),
        # No standard error is known.
        ([[0.1], [0.9], [0.8]], 1),
    ],
)
def test_the_rule_by_hand(folds, row):
    assert chosen(folds) == row


def test_the_best_row_has_a_score_if_any_has():
    # As scikit-learn ranks them: an infinite mean first, then a number that stands for a failure.
    ranks = np.array([4, 1, 3, 3, 2], dtype=np.int32)
    assert best_row(ranks, np.array([True, False, True, True, False])) == 2
    assert best_row(ranks, np.zeros(5, dtype=bool)) == 1


def test_means_that_are_none_are_masked():
    table = {
        "params": [{}, {}],
        "mean_test_a": np.array([NAN, 0.5]),
        "std_test_a": np.array([NAN, 0.1]),
        "mean_test_b": np.array([0.5, 0.7]),
    }
    has_score = {"a": np.array([False, True]), "b": np.array([True, True])}
    masked = with_masked_scores(table, has_score)
    assert list(masked) == list(table)
    assert np.argmax(masked["mean_test_a"]) == np.argmin(masked["std_test_a"]) == 1
    assert masked["mean_test_b"] is table["mean_test_b"]
    assert not np.ma.isMaskedArray(table["mean_test_a"])


FOLDS_WITH_FAILURE = np.vstack([np.full(3, NAN), FOLDS])


class Scores(ClassifierMixin, BaseEstimator):
    """Scores as the table says, one row for each candidate and one column for each fold."""

    def __init__(self, row=0):
        self.row = row

    def fit(self, X, y):
        if np.isnan(FOLDS_WITH_FAILURE[self.row]).all():
            raise ValueError("cannot be fitted")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def two_metrics(estimator, X, y):
    """Return the table as "first", and as "second" one by which the last row is alone."""
    value = FOLDS_WITH_FAILURE[estimator.row, int(X[0, 0])]
    return {"first": value, "second": float(estimator.row)}


DATA = np.repeat(np.arange(3.0), 4)[:, None]
TARGET = np.tile([0, 1], 6)
SPLITS = [(np.flatnonzero(DATA[:, 0] != k), np.flatnonzero(DATA[:, 0] == k)) for k in range(3)]


def search(**kwargs):
    rows = list(range(len(FOLDS_WITH_FAILURE)))
    kwargs = {"scoring": lambda *args: two_metrics(*args)["first"], "refit": "1se", **kwargs}
    return BayesSearchCV(
        Scores(),
        {"row": rows},
        n_iter=len(rows),
        cv=SPLITS,
        initial_points=[{"row": row} for row in rows],
        **kwargs,
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores")
@pytest.mark.parametrize(
    ("kwargs", "row", "score"),
    [
        ({}, 2, 28.0),
        ({"refit": True}, 3, 32.0),
        ({"scoring": two_metrics}, 2, 28.0),
        ({"scoring": two_metrics, "objective": "second"}, 4, 4.0),
        ({"scoring": two_metrics, "objective": "first"}, 2, 28.0),
    ],
)
def test_in_a_search(kwargs, row, score):
    fitted = search(**kwargs).fit(DATA, TARGET)
    assert fitted.best_index_ == fitted.best_params_["row"] == fitted.best_estimator_.row == row
    assert fitted.best_score_ == pytest.approx(score)
    metric = kwargs.get("objective", "first")
    expected = two_metrics(fitted.best_estimator_, DATA[:4], TARGET[:4])[metric]
    assert fitted.score(DATA[:4], TARGET[:4]) == expected


@pytest.mark.parametrize("scoring", [["accuracy", "f1_macro"], {"a": make_scorer(accuracy_score)}])
def test_scorers_by_name(scoring):
    model = BayesSearchCV(Scores(1), {"row": [1, 2]}, n_iter=2, cv=2, scoring=scoring, refit="1se")
    model = clone(model).fit(X, Y)
    assert model.best_index_ == 0
    assert model.score(X, Y) == accuracy_score(Y, np.zeros(len(Y)))
    assert model.refit == "1se"
