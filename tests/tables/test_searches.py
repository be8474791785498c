"""What is read of a fitted search, whoever has made it."""

import math
from types import SimpleNamespace

import pytest

from skbayes.tables import (
    followed_metric,
    kept_notes,
    learnt_from,
    rows_begun,
    taken_by,
    written_metric,
)
from skbayes.tables.searches import choosing_metric, rows_tried

TABLE = {"params": [{}, {}, {}], "mean_test_low": [], "mean_test_high": []}
SINGLE = {"params": [], "mean_fit_time": [], "mean_test_score": []}


@pytest.mark.parametrize(
    ("table", "attributes", "expected"),
    [
        (TABLE, {"_metric": "high", "refit": "low"}, "high"),
        (TABLE, {"refit": "high"}, "high"),
        (TABLE, {"objective": "high", "refit": "low"}, "high"),
        (TABLE, {"refit": False}, "low"),
        (TABLE, {"refit": lambda table: 0}, "low"),
        (SINGLE, {"refit": True}, "score"),
        (SINGLE, {"_metric": "score", "refit": "accuracy"}, "score"),
    ],
)
def test_the_metric_that_a_search_followed(table, attributes, expected):
    assert followed_metric(SimpleNamespace(cv_results_=table, **attributes)) == expected


@pytest.mark.parametrize(
    ("attributes", "metric", "taken"),
    [
        ({"_metric": "high", "refit": "low", "best_index_": 1}, "low", ("low", 0.5)),
        ({"_metric": "high", "refit": "low", "best_index_": 0}, "low", None),
        ({"_metric": "high", "refit": "high", "best_index_": 1}, "high", None),
        ({"_metric": "high", "refit": "1se", "best_index_": 1}, "high", None),
        ({"_metric": "high", "refit": False}, "high", None),
    ],
)
def test_the_metric_that_chose_the_best_candidate(attributes, metric, taken):
    table = {"mean_test_low": [math.nan, 0.5], "mean_test_high": [0.1, 0.2]}
    search = SimpleNamespace(cv_results_=table, **attributes)
    assert choosing_metric(search) == metric
    assert taken_by(search) == taken


def scorer(estimator, X, y):
    return 0.0


@pytest.mark.parametrize(
    ("scoring", "metric", "expected"),
    [
        ("f1", "score", "f1"),
        (None, "score", "score"),
        (["f1", "recall"], "recall", "recall"),
        (scorer, "score", "scorer"),
    ],
)
def test_a_metric_is_named_as_it_was_written(scoring, metric, expected):
    assert written_metric(SimpleNamespace(scoring=scoring), metric) == expected


def test_a_search_that_keeps_nothing():
    search = SimpleNamespace(cv_results_=TABLE)
    assert kept_notes(search) == []
    assert learnt_from(search) is None
    assert rows_tried(search) == rows_begun(search) == [0, 1, 2]
    search._rows_tried = [2, 0]
    assert rows_tried(search) == rows_begun(search) == [2, 0]
    search._rows_begun = [2, 1, 0]
    assert rows_tried(search) == [2, 0]
    assert rows_begun(search) == [2, 1, 0]
