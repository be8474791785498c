"""`refit="1se"`: the rule by hand, and in a search."""

import math

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import accuracy_score, make_scorer

from skbayes import BayesSearchCV
from skbayes._numerics import standard_deviation
from skbayes.rules.selection import best_row, earliest_within_one_error, with_masked_scores

X = np.zeros((8, 1))
Y = np.tile([0, 1], 4)
# Means 24, 28, 32, 32. The best is the third, with deviations -8, 0, 8 of its folds. So its
# standard error is 8 / sqrt(3) = 4.6, and the second is within it.
FOLDS = np.array([[24.0, 24, 24], [27, 28, 29], [24, 32, 40], [32, 32, 32]])
NAN = math.nan


def chosen(folds):
    folds = np.array(folds, dtype=float)
    deviations = [standard_deviation(row) if np.isfinite(row).all() else NAN for row in folds]
    return earliest_within_one_error(folds.mean(axis=1), np.array(deviations), folds.shape[1])


@pytest.mark.parametrize(
    ("folds", "row"),
    [
        (FOLDS, 1),
        (FOLDS[::-1], 0),
        # Without the noise of the best there is nothing to be excused by.
        ([[0.79, 0.79], [0.8, 0.8]], 1),
        # Equal means: the earliest.
        ([[0.1, 0.1], [0.8, 0.8], [0.8, 0.8]], 1),
        # Squares of large scores, and of small ones, are of no size that floats have.
        ([[-1e300, -1e300], [1e200, 1.1e200]], 1),
        ([[1.04e-200, 1.04e-200], [1e-200, 1.1e-200]], 0),
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
        "mean_test_a": np.array([math.inf, 0.5]),
        "std_test_a": np.array([NAN, 0.1]),
        "mean_test_b": np.array([0.5, 0.7]),
    }
    has_score = {"a": np.array([False, True]), "b": np.array([True, True])}
    masked = with_masked_scores(table, has_score)
    assert list(masked) == list(table)
    assert np.argmax(masked["mean_test_a"]) == np.argmin(masked["std_test_a"]) == 1
    assert np.nanargmax(np.asarray(masked["mean_test_a"])) == 1
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


# Callables, which are given means that are none as masked ones.


def stopped_early(refit):
    return BayesSearchCV(
        Stopped(),
        {"row": list(range(12))},
        n_iter=12,
        cv=SPLITS,
        refit=refit,
        early_stopping="median",
        initial_points=[{"row": row} for row in range(12)],
        random_state=0,
    ).fit(DATA, TARGET)


class Stopped(Scores):
    """Scores that fall with the parameter, so that later ones are stopped early; the last fails."""

    def fit(self, X, y):
        if self.row == 11:
            raise ValueError("cannot be fitted")
        return self

    def score(self, X, y):
        return 1.0 - self.row / 100 + X[0, 0] / 1000


def within_one_error(table):
    """As in scikit-learn's example of a callable refit."""
    best = np.argmax(table["mean_test_score"])
    threshold = table["mean_test_score"][best] - table["std_test_score"][best]
    rows = np.flatnonzero(table["mean_test_score"] >= threshold)
    return rows[table["param_row"][rows].argmax()]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.parametrize(
    "take",
    [
        lambda table: np.argmax(table["mean_test_score"]),
        lambda table: table["mean_test_score"].argmax(),
        lambda table: np.nanargmax(table["mean_test_score"]),
        lambda table: np.argmin(-table["mean_test_score"]),
        lambda table: np.argsort(-table["mean_test_score"])[0],
        lambda table: table["rank_test_score"].argmin(),
        lambda table: max(range(12), key=lambda row: table["mean_test_score"][row]),
        within_one_error,
    ],
)
def test_a_callable_takes_no_candidate_that_was_stopped(take):
    found = stopped_early(take)
    assert "stopped" in found.candidate_status_
    assert "failed" in found.candidate_status_
    assert found.best_params_ == {"row": 0}
    assert found.best_estimator_.row == 0
    # The table of the search is as it would be without a callable.
    assert not np.ma.isMaskedArray(found.cv_results_["mean_test_score"])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_a_data_frame_of_what_a_callable_is_given():
    pd = pytest.importorskip("pandas")
    found = stopped_early(lambda table: pd.DataFrame(table)["mean_test_score"].idxmax())
    assert found.best_params_ == {"row": 0}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.parametrize("of", ["mean_test_score", "split2_test_score"])
def test_a_stopped_candidate_is_refused_by_name(of):
    taken, tables = [], []

    def first_without(table):
        """Take the first NaN, which is what `np.argmax` takes without a mask."""
        tables.append(table)
        taken.append(int(np.argmax(np.asarray(table[of]))))
        return taken[-1]

    with pytest.raises(ValueError, match=r"refit=.*masked.*rank") as caught:
        stopped_early(first_without)
    assert f"returned {taken[0]}, the row of a candidate that is 'stopped' after 1 of 3" in str(
        caught.value
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_what_was_searched_is_kept_when_a_row_is_refused():
    search = BayesSearchCV(
        Stopped(),
        {"row": list(range(12))},
        n_iter=12,
        cv=SPLITS,
        refit=lambda table: int(np.isnan(np.asarray(table["mean_test_score"])).argmax()),
        early_stopping="median",
        initial_points=[{"row": row} for row in range(12)],
        random_state=0,
    )
    with pytest.raises(ValueError, match="has no mean score"):
        search.fit(DATA, TARGET)
    assert len(search.cv_results_["params"]) == 12
    assert not hasattr(search, "best_index_")
    assert not hasattr(search, "best_params_")


def test_a_callable_is_given_the_table_itself_if_all_have_a_score():
    seen = []
    found = BayesSearchCV(
        Scores(1), {"row": [1, 2]}, n_iter=2, cv=2, refit=lambda table: seen.append(table) or 1
    ).fit(X, Y)
    (table,) = seen
    assert all(table[name] is column for name, column in found.cv_results_.items())
    assert found.best_index_ == 1
