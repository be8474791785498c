import math
import traceback

import pytest

from skbayes._trials import Asked, Closed, FoldScore, History, Scored
from skbayes.space import Point

POINT = Point(0, (1.5, 2))


def fold(score, error=None):
    return FoldScore({} if error else {"score": score}, None, 0.1, 0.01, error)


def raised(error):
    try:
        raise error
    except type(error):
        return traceback.format_exc()


def caused():
    try:
        raise KeyError("cause")
    except KeyError as error:
        try:
            raise Odd("this\nand that") from error
        except Odd:
            return traceback.format_exc()


class Odd(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, ""),
        ("  ", ""),
        (raised(ValueError("Input X contains NaN.\nSee https://example.org\nHint: fill")),
         "ValueError: Input X contains NaN."),
        (raised(ValueError("\n\n  deep\nin it")), "ValueError: deep"),
        (raised(Odd("a: b")), "Odd: a: b"),
        (raised(Odd()), "Odd"),
        (caused(), "Odd: this"),
        ("FitTimeout: a fit took longer.\nMore of it", "FitTimeout: a fit took longer."),
        ("something odd. And more: of it", "something odd. And more: of it"),
    ],
)  # fmt: skip
def test_the_reason_is_the_first_line_of_the_error(error, reason):
    assert fold(0, error).reason == reason


def apply(*events, n_folds=2):
    history = History(n_folds)
    for event in events:
        history.apply(event)
    return history


def test_events_are_folded_into_trials():
    history = apply(
        Asked(0, POINT),
        Asked(1, POINT),
        Scored(1, 1, fold(0.5)),
        Scored(1, 0, fold(1.0)),
        Closed(1),
    )
    assert [trial.is_closed for trial in history.trials] == [False, True]
    assert history.trials[1].mean("score") == 0.75
    assert math.isnan(history.trials[0].mean("score"))


def test_the_order_of_scores_does_not_matter():
    scores = [Scored(0, 0, fold(0.25)), Scored(0, 1, fold(0.75))]
    one = apply(Asked(0, POINT), *scores)
    other = apply(Asked(0, POINT), *reversed(scores))
    assert one.trials == other.trials


def test_trials_are_values():
    history = apply(Asked(0, POINT))
    before = history.trials[0]
    history.apply(Scored(0, 0, fold(0.5)))
    assert before.folds == (None, None)
    with pytest.raises(AttributeError):
        before.status = "complete"


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (Asked(0, POINT), "next trial is number 1"),
        (Asked(5, POINT), "next trial is number 1"),
        (Scored(0, 0, fold(1.0)), "has a score already"),
        (Scored(3, 0, fold(1.0)), "there are 1 trials"),
        (Scored(0, 2, fold(1.0)), "there are 2 folds"),
        (Scored(0, -1, fold(1.0)), "there are 2 folds"),
        (Closed(-1), "there are 1 trials"),
    ],
)
def test_events_that_cannot_follow_are_refused(event, message):
    history = apply(Asked(0, POINT), Scored(0, 0, fold(0.5)))
    with pytest.raises(ValueError, match=message):
        history.apply(event)


def test_a_closed_trial_takes_nothing_more():
    history = apply(Asked(0, POINT), Closed(0))
    with pytest.raises(ValueError, match="is closed"):
        history.apply(Scored(0, 0, fold(0.5)))
    with pytest.raises(ValueError, match="is closed"):
        history.apply(Closed(0))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_not_finite_makes_the_mean_nan(bad):
    history = apply(Asked(0, POINT), Scored(0, 0, fold(0.5)), Scored(0, 1, fold(bad)))
    assert math.isnan(history.trials[0].mean("score"))


def test_a_failed_fold_makes_a_failed_trial():
    history = apply(Asked(0, POINT), Scored(0, 0, fold(0.5)), Scored(0, 1, fold(0, "Traceback")))
    assert history.trials[0].has_failed
    assert math.isnan(history.trials[0].mean("score"))


def test_a_rung_is_scored_beside_the_whole():
    history = History(2, 1)
    history.apply(Asked(0, POINT))
    score = FoldScore({"score": 0.5}, None, 1.0, 0.5)
    history.apply(Scored(0, 1, score, 0))
    trial = history.trials[0]
    assert (trial.rung, trial.has_begun, trial.n_scored) == (0, True, 0)
    assert (trial.seconds, trial.all_seconds) == (0.0, 1.5)
    history.apply(Scored(0, 1, score))
    trial = history.trials[0]
    assert (trial.rung, trial.at(0), trial.at(None)) == (None, (None, score), (None, score))
    with pytest.raises(ValueError, match="has a score already"):
        history.apply(Scored(0, 1, score, 0))
    with pytest.raises(ValueError, match="there are 1 rungs"):
        history.apply(Scored(0, 0, score, 1))
    events = [Asked(0, POINT), Scored(0, 1, score, 0), Scored(0, 1, score)]
    assert History.of(events, 2).trials == history.trials
