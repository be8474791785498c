"""Stopping rules: pure functions of a state, against their definitions."""

import math
import pickle
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import Ridge

from skbayes import BayesSearchCV, Converged, Optimizer, Patience, SearchState, TargetScore
from skbayes.callbacks import DeltaYStopper, VerboseCallback
from skbayes.rules.stopping import parse_stopping, reason_to_stop

NAN = math.nan
SCORES = st.lists(
    st.one_of(st.just(NAN), st.integers(-8, 8).map(lambda k: k / 4)), max_size=25
).map(tuple)
RULES = [TargetScore(0.5), Patience(3), Patience(5, 0.01, relative=True), Converged(), Converged(1)]


def never():
    pytest.fail("a bound was computed")


def state(scores, noise=NAN, bound=never):
    return SearchState(tuple(scores), 50, noise, bound)


# TargetScore


@given(SCORES, st.integers(-8, 8).map(lambda k: k / 4))
def test_target_score(scores, target):
    reason = TargetScore(target)(state(scores))
    assert (reason is not None) == any(score >= target for score in scores)


def test_target_score_names_the_score():
    reason = TargetScore(0.9)(state([0.5, NAN, 0.9, 0.95]))
    assert reason == "TargetScore(score=0.9): a candidate has the score 0.9."


# Patience


def has_improved(scores, n, min_improvement, relative):
    """Whether the last n raised the best score enough, from a running best."""
    best, history = -math.inf, []
    for score in scores:
        if not math.isnan(score):
            best = max(best, score)
        history.append(best)
    if len(history) <= n or history[-n - 1] == -math.inf:
        return True
    before = history[-n - 1]
    return history[-1] - before > min_improvement * (abs(before) if relative else 1)


@given(SCORES, st.integers(1, 6), st.sampled_from([0.0, 0.25, 1.0]), st.booleans())
def test_patience(scores, n, min_improvement, relative):
    reason = Patience(n, min_improvement, relative)(state(scores))
    assert (reason is None) == has_improved(scores, n, min_improvement, relative)


@pytest.mark.parametrize(
    ("scores", "rule", "stops"),
    [
        # A best score of 0: a share of it is 0, so any improvement counts and a tie does not.
        ([0.0, -1.0, 1e-9], Patience(2, 0.01, relative=True), False),
        ([0.0, -1.0, 0.0], Patience(2, 0.01, relative=True), True),
        # One per cent of a negative score is one of its absolute value.
        ([-100.0, -99.5], Patience(1, 0.01, relative=True), True),
        ([-100.0, -98.5], Patience(1, 0.01, relative=True), False),
        # Small steps count together.
        ([1.0, 1.004, 1.008, 1.012], Patience(3, 0.01), False),
        ([1.0, 1.004, 1.008, 1.012], Patience(2, 0.01), True),
        # Failures are candidates that have brought nothing; of nothing but failures none is best.
        ([1.0, NAN, NAN], Patience(2), True),
        ([NAN, NAN, NAN], Patience(2), False),
        ([NAN, NAN, 1.0], Patience(2), False),
    ],
)
def test_patience_by_hand(scores, rule, stops):
    assert (rule(state(scores)) is not None) == stops


def test_a_mean_that_rounding_put_below_the_target_reaches_it():
    mean = sum([0.7] * 3) / 3
    assert mean < 0.7
    assert TargetScore(0.7)(state([mean])) is not None


@pytest.mark.parametrize(
    ("scores", "rule"),
    [
        ([0.7, math.nextafter(0.7, 1.0)], Patience(1)),
        ([-1e9, math.nextafter(-1e9, 0.0)], Patience(1)),
        # 0.8 - 0.7 is more than 0.1.
        ([0.7, 0.8], Patience(1, 0.1)),
        ([0.7] * 20 + [0.8] * 5, Converged(1.0, patience=5)),
    ],
)
def test_a_rise_by_rounding_is_none(scores, rule):
    assert rule(state(scores, bound=lambda: 0.0)) is not None


# Converged


@given(SCORES, st.sampled_from([0.9, 1.0, 1.1, NAN]), st.integers(1, 6), st.integers(1, 12))
def test_converged(scores, bound, patience, min_candidates):
    rule = Converged(patience=patience, min_candidates=min_candidates)
    reason = rule(state(scores, 1.0, lambda: bound))
    expected = (
        bound <= 1.0
        and len(scores) >= min_candidates
        and not has_improved(scores, patience, 0.1, False)
    )
    assert (reason is not None) == expected


@given(SCORES, st.sampled_from([0.9, 1.0, 1.1, NAN]))
def test_converged_takes_the_bound_where_no_gain_is_in_sight(scores, value):
    rule = Converged(patience=2, min_candidates=3)
    by_bound = rule(state(scores, 1.0, lambda: value))
    assert by_bound == rule(SearchState(tuple(scores), 50, 1.0, never, lambda: value))


@pytest.mark.parametrize("scores", [[1.0] * 19, [1.0] * 25 + [1.2] + [1.0] * 19, [NAN] * 30])
def test_converged_asks_for_a_bound_only_if_it_matters(scores):
    assert Converged()(state(scores, 1.0, never)) is None


def test_a_tenth_of_what_does_not_matter_is_no_progress():
    rule = Converged(0.1, patience=8)
    assert rule(state([1.0] * 15 + [1.009] * 5, NAN, lambda: 0.05)) is not None
    assert rule(state([1.0] * 15 + [1.011] * 5, NAN, lambda: 0.05)) is None


def test_the_reason_of_converged():
    reason = Converged()(state([0.5] * 21, 0.02, lambda: 0.0123))
    assert "the model expects a gain of at most 0.0123" in reason
    assert "a gain below 0.02 does not matter" in reason
    assert "the last 20 candidates have hardly raised" in reason


@pytest.mark.parametrize(
    ("rule", "noise", "best", "threshold"),
    [
        (Converged(), 0.3, 5.0, 0.3),
        (Converged(0.2), 0.3, 5.0, 0.2),
        (Converged(0.01, relative=True), 0.3, -50.0, 0.5),
    ],
)
def test_the_threshold_of_converged(rule, noise, best, threshold):
    scores = [best] + [best - 1] * 30
    assert rule(state(scores, noise, lambda: 0.99 * threshold)) is not None
    assert rule(state(scores, noise, lambda: 1.01 * threshold)) is None


@pytest.mark.parametrize("noise", [NAN, 0.0])
def test_converged_without_noise_never_stops(noise):
    assert Converged()(state([1.0] * 40, noise, never)) is None


@pytest.mark.parametrize("best", [0.0, NAN])
def test_a_share_of_nothing_never_stops(best):
    assert Converged(0.01, relative=True)(state([best] * 40, 1.0, never)) is None


def test_one_fold_has_no_noise_to_compare_with():
    search = BayesSearchCV(
        Ridge(), {"alpha": (0.1, 1.0)}, n_iter=2, cv=[([0, 1, 2, 3], [4, 5])], stopping=Converged()
    )
    X, y = np.arange(6.0)[:, None], np.arange(6.0)
    with pytest.raises(ValueError, match=r"not known with a single fold. Give the smallest gain"):
        search.fit(X, y)
    assert not hasattr(search, "cv_results_")
    search.set_params(stopping=[Patience(9), Converged(0.01)]).fit(X, y)
    assert len(search.cv_results_["params"]) == 2


def bumps(params):
    x, y = params["x"] - 0.3, params["y"] - 0.6
    return math.cos(7 * x) * math.cos(5 * y) - x * x - y * y


@pytest.mark.parametrize("seed", range(3))
def test_a_search_that_has_converged_stops(seed):
    optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=seed)
    rule, scores = Converged(0.02), []
    for _ in range(60):
        params = optimizer.ask()
        scores.append(bumps(params))
        optimizer.tell(params, scores[-1])
        if rule(SearchState(tuple(scores), 60, NAN, never, optimizer.gain_in_sight)):
            break
    assert 20 <= len(scores) < 60
    assert 1 - optimizer.best_score < 0.02
    # One that is taken up there by a new optimizer stops at the same place, asked only there.
    resumed = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=seed)
    for params, score in optimizer.told:
        resumed.ask()
        resumed.tell(params, score)
    assert rule(SearchState(tuple(scores), 60, NAN, never, resumed.gain_in_sight)) is not None


# All rules


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_a_rule_is_a_value(rule):
    assert pickle.loads(pickle.dumps(rule)) == rule
    assert hash(rule) == hash(pickle.loads(pickle.dumps(rule)))
    assert eval(repr(rule)) == rule
    with pytest.raises(FrozenInstanceError):
        setattr(rule, fields(rule)[0].name, 1)


class Search(BaseEstimator):
    def __init__(self, stopping=None):
        self.stopping = stopping


@pytest.mark.parametrize("stopping", [*RULES, [Patience(3), TargetScore(1.0)]], ids=repr)
def test_a_clone_of_a_search_has_its_rules(stopping):
    assert clone(Search(stopping)).stopping == stopping


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_nothing_to_say_of_an_empty_search(rule):
    assert rule(state([], 1.0)) is None
    assert rule(state([NAN] * 40, 1.0, lambda: NAN)) is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TargetScore(10**400), "TargetScore: score must be a finite number, got 1000"),
        (lambda: Patience(2, 10**400), "Patience: min_improvement must be a .* at least 0, got 10"),
        (lambda: TargetScore("0.9"), "TargetScore: score must be a finite number, got '0.9'"),
        (lambda: TargetScore(NAN), "TargetScore: score must be a finite number, got nan"),
        (lambda: TargetScore(True), "TargetScore: score must be a finite number, got True"),
        (lambda: Patience(0), "Patience: n must be an int of at least 1, got 0"),
        (lambda: Patience(2.0), "Patience: n must be an int of at least 1, got 2.0"),
        (lambda: Patience(True), "Patience: n must be an int of at least 1, got True"),
        (lambda: Patience(2, -0.1), "Patience: min_improvement must be a .* at least 0, got -0.1"),
        (lambda: Patience(2, NAN), "Patience: min_improvement must be a .* at least 0, got nan"),
        (lambda: Patience(2, 0.1, 1), "Patience: relative must be True or False, got 1"),
        (lambda: Converged(0.0), "Converged: min_improvement must be .* above 0, or None"),
        (lambda: Converged(math.inf), "Converged: min_improvement must be .* above 0, or None"),
        (lambda: Converged(relative=True), "Converged: relative=True needs a min_improvement"),
        (lambda: Converged(relative="x"), "Converged: relative must be True or False, got 'x'"),
        (lambda: Converged(patience=0), "Converged: patience must be an int of at"),
        (lambda: Converged(min_candidates=0), "Converged: min_candidates must be an int of at"),
    ],
)
def test_bad_parameters(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_numpy_numbers_are_numbers():
    assert Patience(np.int64(3), np.float64(0.1)) == Patience(3, 0.1)
    assert TargetScore(np.float64(0.5)) == TargetScore(0.5)


# Parsing


def test_parse():
    def own(state):
        return None

    assert parse_stopping(None) == ()
    assert parse_stopping([]) == ()
    assert parse_stopping(own) == (own,)
    assert parse_stopping(Patience(3)) == (Patience(3),)
    assert parse_stopping([TargetScore(1), own]) == (TargetScore(1), own)


@pytest.mark.parametrize(
    "value", ["regret", 5, True, {}, [Patience(3), "x"], [None], [[Patience(3)]]]
)
def test_parse_refuses_what_is_no_rule(value):
    with pytest.raises(TypeError, match=r"stopping must be a stopping rule such as Patience\(20\)"):
        parse_stopping(value)


@pytest.mark.parametrize("value", [Patience, [TargetScore(1.0), Converged]])
def test_parse_refuses_a_class(value):
    with pytest.raises(TypeError, match=r"stopping has the class .*: give an object"):
        parse_stopping(value)


def test_the_first_reason_counts():
    rules = [Patience(9), lambda state: "enough", TargetScore(0.0)]
    assert reason_to_stop(rules, state([1.0])) == "enough"
    assert reason_to_stop(rules[:1], state([1.0])) is None
    assert reason_to_stop([], state([1.0])) is None


def test_an_empty_text_is_no_reason():
    assert reason_to_stop([lambda state: ""], state([1.0])) is None
    assert reason_to_stop([lambda state: "", lambda state: "enough"], state([1.0])) == "enough"


@pytest.mark.parametrize("answer", [True, False, 0, 1.5])
def test_a_reason_is_a_text(answer):
    with pytest.raises(TypeError, match=f"returned {answer}: it must return the reason"):
        reason_to_stop([lambda state: answer], state([1.0]))


# Numpy's numbers


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint64, np.int64])
def test_integers_of_numpy_are_integers(kind):
    assert Patience(kind(5)) == Patience(5)
    assert repr(Patience(kind(5), kind(1))) == repr(Patience(5, 1))
    assert repr(TargetScore(kind(1))) == repr(TargetScore(1))
    converged = Converged(kind(1), np.True_, kind(3), kind(4))
    assert repr(converged) == repr(Converged(1, True, 3, 4))
    assert Patience(kind(5))(state([0.0] * 4)) is None
    assert Patience(kind(5))(state([0.0] * 5 + [1.0])) is None
    assert Patience(kind(5))(state([0.0] * 6)) is not None
    assert Converged(1, patience=kind(3))(state([0.0] * 18 + [2.0] * 3, bound=never)) is None


def test_short_floats_of_numpy_are_compared_as_floats():
    # Of 16 bits each, the two would be equal.
    assert TargetScore(np.float16(0.5))(state([0.49999])) is None


# Taken for rules, or given as something else


@pytest.mark.parametrize("callback", [DeltaYStopper(0.1), VerboseCallback(3)])
def test_a_callback_is_no_rule(callback):
    with pytest.raises(TypeError, match=r"is a callback: write fit\(X, y, callback=\.\.\.\)"):
        parse_stopping([callback])
