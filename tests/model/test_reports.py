"""What may be told of a point, and what is said of the rest."""

import math

import numpy as np
import pytest

from skbayes.model.reports import MEAN, Report, check_follows, read_report, read_reports

NAN, INF = math.nan, math.inf


def test_a_score_alone():
    assert read_report(0.5) == Report(0.5)
    assert read_report(np.float32(0.5), None, 3) == Report(0.5, (), 3.0)


@pytest.mark.parametrize("score", [None, NAN, INF, -INF])
@pytest.mark.parametrize("folds", [None, [0.5, 0.6], [0.5, None], [None, None], [NAN, 0.5]])
def test_a_failure_whatever_its_folds(score, folds):
    report = read_report(score, folds, 2.0)
    assert report.has_failed
    assert not report.is_partial
    assert report.full_cost is None


@pytest.mark.parametrize("folds", [[0.5, NAN], [NAN, None], (INF, 0.5), np.array([0.5, NAN])])
def test_a_failed_fold_is_a_failure(folds):
    assert read_report(MEAN, folds).has_failed


def test_what_stands_for_none_elsewhere_is_none():
    missing = [np.ma.masked, pytest.importorskip("pandas").NA]
    for value in missing:
        assert read_report(value, None, value).has_failed
        assert read_report(MEAN, [0.5, value]) == read_report(MEAN, [0.5, None])


def test_columns_of_a_data_frame_are_lists():
    pd = pytest.importorskip("pandas")
    scores, costs = pd.Series([0.5, None, 0.25]), pd.Series([1, 2, 3], index=[7, 8, 9])
    reports = read_reports(3, scores, None, costs)
    assert reports == read_reports(3, [0.5, None, 0.25], None, [1, 2, 3])
    assert read_report(MEAN, scores[::2]) == read_report(MEAN, [0.5, 0.25])


@pytest.mark.parametrize("scores", [np.array(0.5), [0.5], "ab", {1: 0.5, 2: 0.5}, None])
def test_scores_that_are_not_one_for_each_point(scores):
    with pytest.raises(ValueError, match="2 points need a list of 2 scores"):
        read_reports(2, scores)


def test_the_mean_of_folds():
    folds = [0.1, 0.2, 0.3]
    report = read_report(MEAN, folds, 6.0)
    # Bit for bit what a table gives for the same folds.
    assert report == Report(float(np.average(folds)), (0.1, 0.2, 0.3), 6.0)
    assert read_report(0.2, folds) == Report(0.2, (0.1, 0.2, 0.3))
    assert report.full_cost == 6.0


@pytest.mark.parametrize("score", [np.True_, np.array(1.0), np.float32(1.0), True])
def test_single_numbers_of_other_libraries(score):
    assert read_report(score).score == 1.0


def test_some_folds():
    report = read_report(MEAN, [0.1, None, 0.3], 4.0)
    assert report.is_partial
    assert not report.has_failed
    assert math.isnan(report.score)
    assert report.full_cost == 6.0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("0.5",), TypeError, "a score must be a number or None, got '0.5'"),
        ((1j,), TypeError, "a score must be a number"),
        (([0.5],), TypeError, "a score must be a number"),
        ((10**400,), ValueError, "a score is too large for a float"),
        ((MEAN,), ValueError, "tell a score, or folds"),
        ((MEAN, "abc"), TypeError, "folds must be a list"),
        ((MEAN, 0.5), TypeError, "folds must be a list"),
        ((MEAN, {0.5}), TypeError, "folds must be a list"),
        ((MEAN, ["a", 0.5]), TypeError, "a fold must be a number or None, got 'a'"),
        ((MEAN, [1j]), TypeError, "a fold must be a number"),
        ((MEAN, [[0.5]]), TypeError, "a fold must be a number"),
        ((MEAN, []), ValueError, "score of at least one"),
        ((MEAN, [None, None]), ValueError, "score of at least one"),
        ((MEAN, [1e308, 1e308]), ValueError, "too large"),
        ((0.5, [0.1, 0.2]), ValueError, "score=0.5 is not the mean"),
        ((0.5, [0.5, None]), ValueError, "has no score"),
        ((0.5, [0.5, NAN]), ValueError, "with a failed fold"),
        (
            (0.5, None, -1.0),
            ValueError,
            "cost must be a finite number of at least 0, or None, got -1.0",
        ),
        ((0.5, None, NAN), ValueError, "cost must be a finite number"),
        ((0.5, None, INF), ValueError, "cost must be a finite number"),
        ((0.5, None, "1 s"), TypeError, "a cost must be a number or None, got '1 s'"),
        ((0.5, None, 1j), TypeError, "a cost must be a number"),
    ],
)
def test_bad_reports(arguments, error, message):
    with pytest.raises(error, match=message):
        read_report(*arguments)


@pytest.mark.parametrize(
    ("folds", "later"),
    [
        ([0.1, None, None], [0.1, 0.2, None]),
        ([0.1, None, None], [0.1, None, 0.3]),
        ([0.1, None, 0.3], [0.1, 0.2, 0.3]),
        ([0.1, None], [0.1, None]),
        ([0.1, None], [0.1, NAN]),
    ],
)
def test_folds_may_be_added(folds, later):
    check_follows(read_report(MEAN, later), read_report(MEAN, folds), "p")


@pytest.mark.parametrize(
    ("before", "later", "message"),
    [
        (Report(0.5), Report(0.5), r"p has been told before, with the score 0\.5"),
        (Report(NAN), Report(0.5), "told before"),
        (Report(0.5, (0.4, 0.6)), Report(0.5, (0.4, 0.6)), "told before"),
        (Report(NAN, (0.4, None)), Report(0.5), "with all of its folds"),
        (Report(NAN, (0.4, None)), Report(0.6, (0.5, 0.7)), "only add scores of other folds"),
        (Report(NAN, (0.4, None)), Report(NAN, (None, 0.7)), "only add scores of other folds"),
    ],
)
def test_what_may_not_follow(before, later, message):
    with pytest.raises(ValueError, match=message):
        check_follows(later, before, "p")
