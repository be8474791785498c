"""Searches compute alike, whatever users tell numpy to do about underflow and other faults."""

import math
import threading
import warnings
from typing import ClassVar

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator

from skbayes import BayesSearchCV, OneStandardError, Optimizer
from skbayes._numerics import (
    binary_exponent,
    own_arithmetic,
    rescaled,
    standard_deviation,
    users_arithmetic,
)
from skbayes.callbacks import StdStopper
from skbayes.space import Distribution, Integer, Real

LARGEST = float(np.finfo(np.float64).max)

SPACES = {
    "real": {"x": (0.0, 1.0), "y": (1e-3, 1e3, "log-uniform")},
    "wide": {"x": (1e-307, 1.0, "log-uniform"), "y": (-8e307, 8e307)},
    "mixed": {"c": ["a", "b", "c"], "x": (0.0, 1.0), "i": (1, 50)},
    "branches": [{"k": ["a"], "x": (0.0, 1.0)}, {"k": ["b"], "i": (1, 20)}],
}
SCORES = {
    "plain": lambda s, i: s,
    "failures": lambda s, i: math.nan if i % 3 == 0 else s,
    "equal": lambda s, i: 0.5,
    "plateau": lambda s, i: float(round(s)),
    "huge": lambda s, i: s / 4 * LARGEST,
    "tiny": lambda s, i: s * 1e-300,
    "subnormal": lambda s, i: s * 1e-320,
    "outliers": lambda s, i: -1e300 if i % 5 == 0 else s,
    "all sizes": lambda s, i: [1e307, -1e307, 1e-308, 0.0, 1.0, 5e-324][i % 6],
}


def goodness(params):
    numbers = [
        ord(v) % 7 if isinstance(v, str) else math.log1p(min(abs(v), 50)) for v in params.values()
    ]
    return sum(math.sin(3 * number) for number in numbers)


def play(space, score, n_pending, *, has_folds=False, n=13, **parameters):
    """Return what is asked and answered while an optimiser keeps so many points pending."""
    optimizer = Optimizer(space, random_state=0, n_iter=n, **parameters)
    answers, pending = [], []
    for i in range(n):
        while len(pending) < n_pending:
            pending.append(optimizer.ask(budget_left=1 - i / n if has_folds else None))
        params = pending.pop(0)
        value = score(goodness(params), i)
        answers.append((params, optimizer._points.predict_point(optimizer.space.encode(params))))
        if has_folds:
            folds = [value, 0.9 * value, None if i % 3 == 2 else 0.7 * value]
            optimizer.tell(params, folds=folds, cost=1 + abs(goodness(params)))
        else:
            optimizer.tell(params, value)
        answers.append(optimizer.predict_cost(params))
    insight = optimizer.insight()
    answers += [optimizer.regret_bound(), insight.predict(params), str(insight)]
    return repr([answers, insight.improvement(3), insight.importances(), insight.at_bounds()])


@pytest.mark.parametrize(
    ("space", "scores", "n_pending", "has_folds"),
    [
        ("real", "plain", 1, False),
        ("wide", "plain", 4, False),
        ("mixed", "plain", 8, True),
        ("branches", "plain", 4, True),
        ("mixed", "failures", 2, True),
        ("branches", "equal", 4, False),
        ("mixed", "plateau", 1, False),
        ("real", "huge", 4, False),
        ("mixed", "tiny", 4, True),
        ("wide", "subnormal", 1, False),
        ("mixed", "subnormal", 2, True),
        ("branches", "outliers", 1, True),
        ("mixed", "all sizes", 2, False),
    ],
)
def test_no_setting_of_numpy_changes_or_ends_a_search(space, scores, n_pending, has_folds):
    with np.errstate(all="raise"):
        strict = play(SPACES[space], SCORES[scores], n_pending, has_folds=has_folds)
    with np.errstate(all="ignore"):
        assert play(SPACES[space], SCORES[scores], n_pending, has_folds=has_folds) == strict


@pytest.mark.parametrize(
    "dimension",
    [
        Real(1e-307, 1.0, prior="log-uniform"),
        Real(0.0, 1e-310),
        Integer(1, 2**200, prior="log-uniform"),
        Distribution(scipy.stats.norm(0.0, 1e-310)),
        Distribution(scipy.stats.poisson(3)),
        Distribution(scipy.stats.geom(0.001)),
    ],
    ids=repr,
)
def test_dimensions_next_to_zero_underflow_without_a_word(dimension):
    u = np.append([0.0, 1e-300, 1.0], np.random.default_rng(0).random(50))
    with np.errstate(all="raise"):
        values = dimension.from_unit(u)
        assert np.isfinite(dimension.to_unit(values)).all()
        for code in values.tolist():
            dimension.encode(dimension.decode(code))


def test_earlier_results_are_learnt_from_under_any_setting():
    earlier = Optimizer(SPACES["mixed"], random_state=1)
    for _ in range(12):
        params = earlier.ask()
        earlier.tell(params, goodness(params) * 1e-310)
    with np.errstate(all="raise"):
        play(SPACES["mixed"], SCORES["subnormal"], 2, warm_start_from=earlier)


class Recorder(BaseEstimator):
    """Its scores follow from `x` and the fold; it notes the setting of numpy it runs with."""

    settings: ClassVar = []

    def __init__(self, x=0.0, i=1, size=1.0):
        self.x, self.i, self.size = x, i, size

    def fit(self, X, y=None):
        self.settings.append(np.geterr())
        return self

    def score(self, X, y=None):
        self.settings.append(np.geterr())
        return self.size * (math.sin(5 * self.x) + self.i / 50 + int(X[0, 0]) % 7 / 7)


X = np.arange(40.0).reshape(20, 2)
SMALL_X = OneStandardError({"x": "low"})


@pytest.mark.parametrize("size", [1.0, 1e200, 1e-310])
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"early_stopping": "racing", "n_points": 4, "verbose": 2},
        {"early_stopping": "median", "refit": SMALL_X, "return_train_score": True},
    ],
    ids=["plain", "racing", "median"],
)
def test_whole_searches_and_their_users_code(parameters, size):
    settings = Recorder.settings
    settings.clear()
    stopper = StdStopper(0.0)

    def callback(result):
        settings.append(np.geterr())
        stopper(result)

    def rule(state):
        state.regret_bound()
        settings.append(np.geterr())

    def found():
        search = BayesSearchCV(
            Recorder(size=size),
            {"x": (0.0, 1.0), "i": (1, 50)},
            n_iter=12,
            cv=4,
            random_state=0,
            stopping=rule,
            **parameters,
        )
        search.fit(X, callback=callback)
        return search.best_params_, search.cv_results_["std_test_score"]

    with np.errstate(all="raise"):
        strict, expected = found(), np.geterr()
    assert settings
    assert all(setting == expected for setting in settings)
    lenient = found()
    assert lenient[0] == strict[0]
    # A candidate that was stopped early has no deviation.
    np.testing.assert_array_equal(lenient[1], strict[1])
    # Squares of small scores do not vanish, those of large ones are no infinity.
    assert all(0 < std < math.inf for std in strict[1] if not math.isnan(std))


def test_a_constraint_runs_with_the_setting_of_its_user():
    seen = []

    def is_allowed(params):
        seen.append(np.geterr()["under"])
        if len(seen) % 20 == 0:
            # A search of its own, with a constraint and a setting of its own.
            with np.errstate(all="print"):
                inner = Optimizer({"x": (0.0, 1.0)}, random_state=0, is_allowed=is_allowed_too)
                inner.ask()
        return True

    def is_allowed_too(params):
        assert np.geterr()["under"] == "print"
        return True

    with np.errstate(all="raise"):
        play(SPACES["real"], SCORES["plain"], 1, is_allowed=is_allowed)
        assert np.geterr()["under"] == "raise"
    assert set(seen) == {"raise"}
    assert len(seen) > 20


def test_own_arithmetic_hides_no_fault_and_leaves_nothing_behind():
    before = np.geterr()
    with np.errstate(all="ignore"), pytest.raises(ZeroDivisionError), own_arithmetic():
        assert np.float64(1e-300) * np.float64(1e-300) == 0.0
        for fault in (lambda: np.sqrt(np.float64(-1.0)), lambda: np.exp(np.float64(1e4))):
            with pytest.warns(RuntimeWarning):
                fault()
        with own_arithmetic(), users_arithmetic():
            assert set(np.geterr().values()) == {"ignore"}
        raise ZeroDivisionError
    assert np.geterr() == before
    with users_arithmetic():
        assert np.geterr() == before


def test_each_thread_has_a_setting_of_its_own():
    seen = []
    with np.errstate(all="raise"), own_arithmetic():
        thread = threading.Thread(target=lambda: seen.append(np.geterr()["divide"]))
        thread.start()
        thread.join()
        with users_arithmetic():
            assert np.geterr()["divide"] == "raise"
    assert seen == ["warn"]


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=8), st.integers(-900, 900))
def test_a_power_of_two_changes_no_digit_of_a_standard_deviation(numbers, exponent):
    # Digits beyond 2**-100 of the largest would be lost among the smallest floats.
    numbers = [round(number, 6) for number in numbers]
    expected = float(np.std(numbers, ddof=1))
    assert standard_deviation(numbers, ddof=1) == expected
    scaled = np.ldexp(numbers, exponent)
    assert standard_deviation(scaled, ddof=1) == float(np.ldexp(expected, exponent))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5))
def test_numbers_are_within_their_binary_exponent(numbers):
    exponent = binary_exponent(np.array(numbers))
    largest = max(map(abs, numbers), default=0.0)
    scaled = abs(float(np.ldexp(largest, -exponent)))
    assert 0.5 <= scaled < 1.0 or (largest == 0.0 and exponent == 0)


def test_what_a_model_expects_beyond_all_floats_is_the_largest():
    with np.errstate(all="raise"):
        assert rescaled([2.0, -3.0, 0.5], LARGEST).tolist() == [LARGEST, -LARGEST, LARGEST / 2]
        assert math.isnan(rescaled(math.nan, 1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rescaled(1.0, 2.0, 3.0) == 5.0


def test_a_setting_that_is_in_force_is_not_set_anew(monkeypatch):
    """Before numpy 2 that would end what other threads ignore for a while."""

    def refused(**setting):
        raise AssertionError(setting)

    monkeypatch.setattr(np, "errstate", refused)
    with own_arithmetic(), own_arithmetic():
        Real(1e-3, 1e3, "log-uniform").to_unit([1.0])
