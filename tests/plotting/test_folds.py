"""Folds and times of what was evaluated, as arrays."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.svm import SVC

from skbayes import BayesSearchCV, Optimizer
from skbayes.plotting import ConvergenceDisplay, FoldsDisplay, TimelineDisplay
from skbayes.plotting.timeline import rows_for

X, Y = load_iris(return_X_y=True)


def test_folds_by_hand():
    optimizer = Optimizer({"x": (0, 9)}, random_state=0)
    optimizer.tell({"x": 1}, folds=[0.5, 0.7])
    optimizer.tell({"x": 2}, folds=[0.9, None])
    optimizer.tell({"x": 3}, folds=[0.8, 0.8])
    display = FoldsDisplay.from_search(optimizer)
    np.testing.assert_array_equal(display.folds, [[0.5, 0.7], [0.9, np.nan], [0.8, 0.8]])
    np.testing.assert_array_equal(display.was_run, [[True] * 2, [True, False], [True] * 2])
    assert display.ax_.get_title(loc="right") == "1 of 6 folds were not run (hatched)"
    assert FoldsDisplay.from_search(optimizer, order="score").order == [3, 1, 2]


def test_folds_that_have_failed_are_marked():
    search = BayesSearchCV(
        SVC(), {"C": [1.0, -1.0]}, n_iter=2, cv=2, refit=False, initial_points=[], random_state=0
    )
    with pytest.warns((FitFailedWarning, UserWarning), match="failed|non-finite"):
        search.fit(X, Y)
    display = FoldsDisplay.from_search(search)
    row = search.cv_results_["params"].index({"C": -1.0})
    assert np.isnan(display.folds[row]).all()
    assert display.was_run.all()
    np.testing.assert_array_equal(display.failed_.get_offsets()[:, 0], [row + 1] * 2)


@pytest.mark.parametrize(
    ("begun", "ended", "rows"),
    [
        ([], [], []),
        ([0.0], [1.0], [0]),
        ([0.0, 1.0, 2.0], [1.0, 2.0, 3.0], [0, 0, 0]),
        ([0.0, 0.0, 1.0, 2.0], [3.0, 1.0, 2.0, 5.0], [0, 1, 1, 1]),
        ([0.0, 0.5, 0.6], [1.0, 1.0, 1.0], [0, 1, 2]),
    ],
)
def test_no_two_bars_of_a_row_overlap(begun, ended, rows):
    found = rows_for(np.array(begun), np.array(ended))
    assert found.tolist() == rows


def test_a_checkpoint_knows_when_folds_were_evaluated(tmp_path):
    path = tmp_path / "search.jsonl"
    search = BayesSearchCV(
        SVC(), {"C": (0.1, 10.0)}, n_iter=4, cv=3, checkpoint=path, random_state=0
    ).fit(X, Y)
    display = TimelineDisplay.from_search(path)
    assert len(display.begun) == 12
    assert (display.begun < display.ended).all()
    assert (np.diff(display.begun) >= 0).all()
    assert sorted(set(display.candidates.tolist())) == [1, 2, 3, 4]
    # A single worker does one after the other.
    assert set(display.rows.tolist()) == {0}
    assert 0 < display.busy <= 1
    curve = ConvergenceDisplay.from_search(path, x="seconds").curves[0]
    assert curve.x[-1] == display.ended.max()
    of_search = TimelineDisplay.from_search(search)
    np.testing.assert_allclose(
        of_search.ended - of_search.begun, display.ended - display.begun, atol=1e-9
    )
    assert set(of_search.rows.tolist()) == {0}
