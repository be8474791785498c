"""The best row, and what a callable `refit` is given."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import GridSearchCV

from skbayes import BayesSearchCV
from skbayes.rules.selection import best_row, named_metric, with_masked_scores

X = np.zeros((8, 1))
Y = np.tile([0, 1], 4)
# Means 24, 28, 32, 32. The best is the third, with deviations -8, 0, 8 of its folds. So its
# standard error is 8 / sqrt(3) = 4.6, and the second is within it.
FOLDS = np.array([[24.0, 24, 24], [27, 28, 29], [24, 32, 40], [32, 32, 32]])
NAN = math.nan


def test_the_best_row_has_a_score_if_any_has():
    # As scikit-learn ranks them: an infinite mean first, then a number that stands for a failure.
    ranks = np.array([4, 1, 3, 3, 2], dtype=np.int32)
    assert best_row(ranks, np.array([True, False, True, True, False])) == 2
    assert best_row(ranks, np.zeros(5, dtype=bool)) == 1


def test_a_search_may_name_no_metric():
    table = {"mean_test_low": [], "mean_test_high": []}
    by_function = SimpleNamespace(cv_results_=table, refit=lambda table: 0)
    assert named_metric(by_function) is None
    assert named_metric(SimpleNamespace(cv_results_=table, refit="low", objective="high")) == "high"


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


DATA = np.repeat(np.arange(3.0), 4)[:, None]
TARGET = np.tile([0, 1], 6)
SPLITS = [(np.flatnonzero(DATA[:, 0] != k), np.flatnonzero(DATA[:, 0] == k)) for k in range(3)]


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
@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
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
@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
def test_a_data_frame_of_what_a_callable_is_given():
    pd = pytest.importorskip("pandas")
    found = stopped_early(lambda table: pd.DataFrame(table)["mean_test_score"].idxmax())
    assert found.best_params_ == {"row": 0}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
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
@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
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


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
def test_a_callable_may_take_a_failed_candidate():
    """As in `GridSearchCV`: it may go by another metric, say."""
    given = {
        "estimator": Scores(1),
        "cv": 2,
        "scoring": {"a": lambda e, X, y: NAN if e.row == 2 else 1.0, "b": lambda e, X, y: e.row},
        "refit": lambda table: int(np.argmax(table["mean_test_b"])),
    }
    grid = GridSearchCV(param_grid={"row": [1, 2]}, **given).fit(X, Y)
    found = BayesSearchCV(search_spaces={"row": [1, 2]}, n_iter=2, **given).fit(X, Y)
    assert found.best_params_ == grid.best_params_ == {"row": 2}


def test_a_callable_is_given_the_table_itself_if_all_have_a_score():
    seen = []
    found = BayesSearchCV(
        Scores(1), {"row": [1, 2]}, n_iter=2, cv=2, refit=lambda table: seen.append(table) or 1
    ).fit(X, Y)
    (table,) = seen
    assert all(table[name] is column for name, column in found.cv_results_.items())
    assert found.best_index_ == 1
