"""Every form in which earlier results are given, and what is said of anything else."""

import math
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from skbayes import Optimizer
from skbayes.model.sources import read_sources

PAIRS = [({"a": 1, "b": "x"}, 0.5), ({"a": 2, "b": None}, math.nan), ({"a": 3, "b": "x"}, 0.75)]
TABLE = {"params": [p for p, _ in PAIRS], "mean_test_score": np.array([s for _, s in PAIRS])}


class Frame:
    """The least that a data frame of any library does."""

    def __init__(self, columns):
        self._columns = columns
        self.columns = list(columns)

    def __getitem__(self, name):
        return self._columns[name]


class Fitted:
    """Any search: all that counts are its results."""

    def __init__(self, table, **attributes):
        self.cv_results_ = table
        self.__dict__.update(attributes)


def assert_same(rows, expected=PAIRS):
    assert [dict(params) for params, _ in rows] == [params for params, _ in expected]
    np.testing.assert_array_equal([score for _, score in rows], [score for _, score in expected])


@pytest.mark.parametrize(
    "source",
    [
        PAIRS,
        tuple(PAIRS),
        [list(pair) for pair in PAIRS],
        (pair for pair in PAIRS),
        [({"a": 1, "b": "x"}, 0.5), ({"a": 2, "b": None}, None), ({"a": 3, "b": "x"}, 0.75)],
        TABLE,
        Frame(TABLE),
        Fitted(TABLE),
        Frame({"param_a": [1, 2, 3], "param_b": ["x", None, "x"], "score": [0.5, math.nan, 0.75]}),
    ],
    ids=lambda source: type(source).__name__,
)
def test_one_source_in_each_form(source):
    (rows,) = read_sources(source)
    assert_same(rows)


def test_several_sources():
    first, second, third = read_sources([TABLE, PAIRS[:1], Fitted(TABLE)])
    assert_same(first)
    assert_same(second, PAIRS[:1])
    assert_same(third)


def test_nothing():
    assert read_sources(None) == []
    assert read_sources([]) == []
    assert read_sources([[]]) == [[]]


def test_a_file_is_read_by_whoever_can():
    two = {"params": [{"a": 1}], "mean_test_f1": [0.1], "mean_test_auc": [0.2]}
    tables = {"a": TABLE, "b": two}
    (rows,) = read_sources("a", read_file=tables.__getitem__)
    assert_same(rows)
    first, second = read_sources(["a", "b"], "auc", tables.__getitem__)
    assert_same(first)
    assert_same(second, [({"a": 1}, 0.2)])
    with pytest.raises(ValueError, match=r"warm_start_from 'b' has several scores"):
        read_sources("b", read_file=tables.__getitem__)


def test_an_optimizer_gives_what_it_was_told():
    optimizer = Optimizer({"a": (0.0, 1.0)}, random_state=0)
    optimizer.tell([{"a": 0.5}, {"a": 0.25}], [1.0, None])
    optimizer.ask()
    (rows,) = read_sources(optimizer)
    assert_same(rows, [({"a": 0.5}, 1.0), ({"a": 0.25}, math.nan)])


def test_a_search_of_scikit_learn():
    X, y = np.arange(20.0)[:, None], np.arange(20) % 2
    grid = [{"max_depth": [1, 2]}, {"criterion": ["entropy"]}]
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), grid, cv=2).fit(X, y)
    expected = [{"max_depth": 1}, {"max_depth": 2}, {"criterion": "entropy"}]
    for source in (search, search.cv_results_):
        (rows,) = read_sources(source)
        assert [params for params, _ in rows] == expected
    without = {name: c for name, c in search.cv_results_.items() if name != "params"}
    (rows,) = read_sources(without)
    assert [params for params, _ in rows] == expected


def test_columns_of_a_file_take_the_place_of_params_that_became_text():
    table = {
        "params": ["{'a': 1}", "{'b': 2.0}"],
        "param_a": [1.0, math.nan],
        "param_b": [math.nan, 2.0],
        "mean_test_score": [1, 2],
    }
    (rows,) = read_sources(Frame(table))
    assert_same(rows, [({"a": 1.0}, 1.0), ({"b": 2.0}, 2.0)])


def test_the_metric_is_that_of_the_search_or_the_present_one():
    table = {"params": [{"a": 1}], "mean_test_f1": [0.1], "mean_test_auc": [0.2]}
    assert read_sources(table, "auc")[0][0][1] == 0.2
    assert read_sources(Fitted(table, refit="f1"), "auc")[0][0][1] == 0.1
    assert read_sources(Fitted(table, refit="f1", objective="auc"))[0][0][1] == 0.2
    assert read_sources(Fitted(table, refit=False, _metric="f1"), "auc")[0][0][1] == 0.1
    assert read_sources({"params": [{"a": 1}], "mean_test_f1": [0.1]}, "auc")[0][0][1] == 0.1
    with pytest.raises(ValueError, match=r"several scores, .*Keep only the scores"):
        read_sources(table)


@pytest.mark.parametrize(
    ("source", "error", "match"),
    [
        ("search.jsonl", TypeError, "takes no path here, got .*pandas.read_csv"),
        (Path("search.jsonl"), TypeError, "takes no path here"),
        (3, TypeError, "warm_start_from must be a fitted search.*got 3 of type int"),
        ([TABLE, 3], TypeError, r"warm_start_from\[1\] must be a fitted search"),
        ([TABLE, "file"], TypeError, r"warm_start_from\[1\] takes no path here.*got 'file'"),
        ([({"a": 1}, 0.5), ({"a": 2},)], TypeError, r"warm_start_from\[1\] must be a pair"),
        ([({"a": 1}, "good")], TypeError, r"the score in warm_start_from\[0\] must be a number"),
        ([({"a": 1}, 10**400)], ValueError, "is too large for a float"),
        (GridSearchCV(DecisionTreeClassifier(), {}), ValueError, "fit it first"),
        ({"params": [{"a": 1}]}, ValueError, "needs a column of scores"),
        ({"score": [1.0]}, ValueError, "needs a column 'params'"),
        ({"params": [{"a": 1}], "score": [1.0, 2.0]}, ValueError, "1 parameters and 2 scores"),
        ({"params": [{"a": 1}], "score": 1.0}, TypeError, "column 'score'.* must be a list"),
    ],
)
def test_anything_else_is_refused(source, error, match):
    with pytest.raises(error, match=match):
        read_sources(source)


@pytest.mark.parametrize(
    ("status", "score"),
    [
        *((word, 0.25) for word in ("complete", "COMPLETE", "Completed", "FINISHED")),
        *((word, 0.25) for word in ("", None, math.nan)),
        *((word, math.nan) for word in ("failed", "FAIL")),
        *((word, None) for word in ("stopped", "cut off", "running", "unfinished", "PRUNED")),
    ],
)
def test_the_status_decides_whether_a_score_counts(status, score):
    params = [{"x": 1.0}, {"x": 2.0}]
    [rows] = read_sources({"params": params, "score": [0.5, 0.25], "status": ["complete", status]})
    assert_same(rows, [(params[0], 0.5)] + ([] if score is None else [(params[1], score)]))


def test_rows_of_an_unknown_status_are_left_out_with_a_warning():
    table = {"params": [{"x": 1.0}] * 3, "score": [0.5] * 3, "status": ["complete", "error", 3]}
    with pytest.warns(UserWarning, match="2 of 3 results are left out.* status='error'"):
        [rows] = read_sources(table)
    assert_same(rows, [({"x": 1.0}, 0.5)])


def test_a_frame_with_nullable_columns():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "param_a": [3, None, 5],
            "param_b": ["x", "y", None],
            "score": [0.5, None, 0.75],
            "status": ["complete", None, None],
        }
    )
    [rows] = read_sources(frame.convert_dtypes())
    assert_same(rows, [({"a": 3, "b": "x"}, 0.5), ({"b": "y"}, math.nan), ({"a": 5}, 0.75)])


@pytest.mark.parametrize("has_shares", [False, True])
@pytest.mark.parametrize("form", [dict, Frame])
def test_a_table_without_statuses_shows_which_folds_were_not_run(form, has_shares):
    """A row without a mean time, and with a score on some fold, is unfinished."""
    table = {
        "params": [{"x": float(i)} for i in range(5)],
        "mean_fit_time": [0.1, 0.1, math.nan, math.nan, ""],
        "split0_test_score": [0.5, math.nan, 0.25, math.nan, "0.5"],
        "split1_test_score": [0.5, 0.5, math.nan, math.nan, None],
        "mean_test_score": [0.5, math.nan, math.nan, math.nan, math.nan],
    }
    if has_shares:
        table["n_resources"] = [9, 9, 9, 3, 9]
    [rows] = read_sources(form(table))
    # Without shares, the row without any score has failed on its first fold.
    assert [row[0]["x"] for row in rows] == ([0.0, 1.0] if has_shares else [0.0, 1.0, 3.0])


@pytest.mark.parametrize("amounts", [[10, 10, 90, 90, None], ["10", "10.0", "90", "90", ""]])
def test_scores_with_less_of_a_resource_are_no_results(amounts):
    """Successive halving scores the rest on few rows."""
    table = {
        "params": [{"x": float(i)} for i in range(5)],
        "n_resources": amounts,
        "mean_test_score": [0.9, 0.5, 0.6, math.nan, 0.7],
    }
    [rows] = read_sources(table)
    assert [row[0]["x"] for row in rows] == [2.0, 3.0, 4.0]
