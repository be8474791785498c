"""The best so far: its arrays, of one search and of several."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

from pictures import told
from skbayes import Optimizer
from skbayes.plotting import ConvergenceDisplay
from skbayes.plotting.style import axis_limits

NAN = np.nan


def of_scores(scores, costs=None, folds=None):
    optimizer = Optimizer({"x": (0, len(scores))}, random_state=0)
    for i, score in enumerate(scores):
        told = {"folds": folds[i]} if folds else {"score": score}
        optimizer.tell({"x": i}, cost=costs[i] if costs else None, **told)
    return optimizer


def test_best_so_far_by_hand():
    display = ConvergenceDisplay.from_search(of_scores([None, 1.0, 0.5, 1.0, 3.0, None]))
    [curve] = display.curves
    np.testing.assert_array_equal(curve.x, [1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(curve.best, [NAN, 1, 1, 1, 3, 3])
    np.testing.assert_array_equal(display.scores, [NAN, 1, 0.5, 1, 3, NAN])
    assert display.status == ("failed", "complete", "complete", "complete", "complete", "failed")
    assert np.isnan(curve.low).all()


def test_the_error_is_that_of_the_best_so_far():
    folds = [[1.0, 3.0], [0.0, 0.0], [4.0, 4.0], [9.0, None]]
    display = ConvergenceDisplay.from_search(of_scores([0] * 4, folds=folds))
    [curve] = display.curves
    np.testing.assert_array_equal(curve.best, [2, 2, 4, 4])
    np.testing.assert_allclose(curve.high - curve.best, [1, 1, 0, 0])
    np.testing.assert_allclose(curve.best - curve.low, [1, 1, 0, 0])
    # Of one that was stopped early, the mean over the folds that were run.
    np.testing.assert_array_equal(display.scores, [2, 0, 4, 9])
    assert display.status[-1] == "stopped"
    assert display.score_name == "score (mean of 2 folds)"


def test_costs_add_up():
    search = of_scores([1.0, 2.0, None], costs=[2.0, 0.5, 1.5])
    display = ConvergenceDisplay.from_search(search, x="cost")
    np.testing.assert_array_equal(display.curves[0].x, [2.0, 2.5, 4.0])
    np.testing.assert_array_equal(display.x, [2.0, 2.5, 4.0])


def test_repetitions_are_a_median_between_quartiles():
    runs = [of_scores([0.0, 1.0]), of_scores([0.0, 2.0, 2.0]), of_scores([3.0, 0.0, 9.0])]
    display = ConvergenceDisplay.from_search({"ours": runs, "other": of_scores([1.0])})
    ours, other = display.curves
    assert (ours.name, ours.n_searches, other.n_searches) == ("ours", 3, 1)
    # The first has ended after two, and keeps its best.
    np.testing.assert_array_equal(ours.best, [0, 2, 2])
    np.testing.assert_array_equal(ours.low, [0, 1.5, 1.5])
    np.testing.assert_array_equal(ours.high, [1.5, 2.5, 5.5])
    assert [line.get_label() for line in display.lines_] == ["ours (median of 3)", "other"]
    assert display.lines_[0].get_linestyle() != display.lines_[1].get_linestyle()
    assert display.points_ == {}


def test_a_list_of_searches_is_compared():
    display = ConvergenceDisplay.from_search([told(4), told(6)])
    assert [curve.name for curve in display.curves] == ["search 1", "search 2"]
    assert [len(curve.x) for curve in display.curves] == [4, 6]


def test_several_searches_share_what_stands_at_the_axis():
    X, y = load_iris(return_X_y=True)
    grids = {
        (scoring, cv): GridSearchCV(SVC(), {"C": [0.1, 1.0]}, scoring=scoring, cv=cv).fit(X, y)
        for scoring, cv in ((None, 2), ("accuracy", 3), ("f1_macro", 2), ("accuracy", 2))
    }
    own, three, other, named = grids.values()
    # The score of a classifier is its accuracy, and that of an Optimizer is not known.
    for searches, label in (
        ([own, named], "score (mean of 2 folds)"),
        ([three, own], "accuracy"),
        ([own, told(4)], "score"),
    ):
        assert ConvergenceDisplay.from_search(searches).score_name == label
    with pytest.warns(UserWarning, match=r"from_search: .* 'accuracy' of 'a', 'f1_macro' of 'b'"):
        display = ConvergenceDisplay.from_search({"a": [named, named], "b": other})
    assert display.ax_.get_ylabel() == "score (mean of 2 folds)"


def test_artists_are_kept_by_status():
    display = ConvergenceDisplay.from_search(of_scores([None, 1.0, 2.0, -50.0, 1.5, 1.7, 1.2]))
    assert len(display.points_["failed"].get_offsets()) == 1
    assert len(display.points_["complete"].get_offsets()) == 5
    # A disaster does not hide all other differences.
    assert len(display.points_["below"].get_offsets()) == 1
    assert display.ax_.get_ylim()[0] > -10


@pytest.mark.parametrize(
    ("scores", "low", "high"),
    [
        ([], 0.0, 1.0),
        ([NAN, np.inf], 0.0, 1.0),
        ([0.0, 0.0], -1e-3, 1e-3),
        ([2.0, 2.0], 1.9, 2.1),
        ([0.0, 1.0], -0.08, 1.08),
        # The quartile is 0: no further below than twice the way from there to the best.
        ([-100.0, 0.0, 0.0, 0.0, 1.0], -2.24, 1.24),
    ],
)
def test_limits_of_scores(scores, low, high):
    np.testing.assert_allclose(axis_limits(np.array(scores, dtype=float)), (low, high))
