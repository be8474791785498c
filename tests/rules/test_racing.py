import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import t as student

from skbayes._trials import Prediction
from skbayes.rules.racing import LEAST_GAIN, is_below_median, is_futile, student_improvement

F = 5


def complete(n=12, effect=1.0, spread=0.1, seed=0):
    """Return scores of candidates on folds that differ much from each other."""
    rng = np.random.default_rng(seed)
    folds = effect * rng.standard_normal(F)
    return folds + 0.3 * rng.standard_normal((n, 1)) + spread * rng.standard_normal((n, F))


def part(row, k):
    return [*row[:k], *[None] * (F - k)]


def best(rows):
    return rows[rows.mean(axis=1).argmax()]


def test_a_hopeless_candidate_is_given_up_after_a_fold():
    rows = complete()
    assert is_futile(part(best(rows) - 2.0, 1), rows, None)


def test_one_that_leads_is_not():
    rows = complete()
    for k in range(1, F):
        assert not is_futile(part(best(rows) + 0.05, k), rows, None)


def test_folds_that_are_hard_for_all_do_not_matter():
    rows = complete(effect=50.0)
    candidate = best(rows) - 0.5
    shift = np.array([100.0, -100.0, 30.0, 0.0, 7.0])
    for k in range(1, F):
        assert is_futile(part(candidate, k), rows, None) == is_futile(
            part(candidate + shift, k), rows + shift, None
        )


def test_the_model_and_the_folds_add_up():
    rows = complete()
    scores = part(best(rows) - 0.12, 1)
    centre = best(rows).mean()
    assert not is_futile(scores, rows, None)
    assert not is_futile(scores, rows, Prediction(centre, 0.2))
    assert is_futile(scores, rows, Prediction(centre - 0.3, 0.05))


def test_a_model_that_knows_nothing_changes_nothing():
    rows = complete()
    for gap in np.linspace(0.0, 0.6, 13):
        for k in range(1, F):
            scores = part(best(rows) - gap, k)
            assert is_futile(scores, rows, Prediction(1e6, 1e9)) == is_futile(scores, rows, None)


def test_what_is_lost_by_giving_up_is_what_the_rule_allows():
    """Under the model of the rule, each stop costs less than its worth in expectation."""
    rng = np.random.default_rng(3)
    losses, worths = [], []
    for seed in range(600):
        rows = complete(n=20, effect=0.3, seed=seed)
        incumbent = best(rows)
        noise = 0.1 * math.sqrt(2.0) * rng.standard_normal(F)
        candidate = incumbent + 0.1 * rng.standard_normal() + noise
        prediction = Prediction(incumbent.mean(), math.hypot(0.1, 0.1 * math.sqrt(2.0 / F)))
        for k in range(1, F):
            if is_futile(part(candidate, k), rows, prediction):
                losses.append(max(0.0, candidate.mean() - incumbent.mean()))
                worths.append(LEAST_GAIN * incumbent.std(ddof=1) / math.sqrt(F))
                break
    assert len(losses) > 100
    error = np.std(losses) / math.sqrt(len(losses))
    assert np.mean(losses) < np.mean(worths) + 2 * error


@pytest.mark.parametrize("nu", [1.5, 4.0, 12.0])
@pytest.mark.parametrize("z", [-30.0, -2.0, 0.0, 0.7, 20.0])
def test_the_expected_improvement_of_a_student_variable(z, nu):
    expected = quad(lambda x: x * student.pdf(x - z, nu), 0.0, np.inf, limit=500)[0]
    assert student_improvement(z, nu) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("rule", [is_futile, is_below_median])
def test_without_enough_to_compare_with_nothing_is_stopped_early(rule):
    rows = complete(n=4)
    assert not rule(part(best(rows) - 9.0, 2), rows, None)
    rows = complete()
    assert not rule([None] * F, rows, None)
    assert not rule(list(best(rows) - 9.0), rows, None)


@pytest.mark.parametrize("prediction", [None, Prediction(0.0, 0.0), Prediction(1e300, 1e-300)])
def test_equal_scores_are_no_trouble(prediction):
    rows = np.full((10, F), 0.5)
    assert isinstance(is_futile([0.5, None, None, None, None], rows, prediction), bool)
    rows[0, 0] = 0.4
    assert isinstance(is_futile([0.5, None, None, None, None], rows, prediction), bool)


def test_the_median_rule_compares_running_means():
    rows = np.arange(7.0)[:, None] + np.array([0.0, 10.0, 0.0, 0.0, 0.0])
    assert not is_below_median([3.0, None, None, None, None], rows)
    assert is_below_median([2.9, None, None, None, None], rows)
    # After two folds the median of the others is 8.
    assert not is_below_median([6.0, 10.0, None, None, None], rows)
    assert is_below_median([6.0, 9.9, None, None, None], rows)


FINITE = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1.0, -1.0, 5e-324, 1e-200, 1e-160, 1e160, -1e200, 1.7e308, -1.7e308]),
)


@st.composite
def raced(draw, numbers=FINITE):
    """Return scores of a candidate that was run on some folds, complete rows, and a prediction."""
    n, n_folds = draw(st.integers(5, 8)), draw(st.integers(2, 5))
    row = st.lists(numbers, min_size=n_folds, max_size=n_folds)
    rows = np.array(draw(st.lists(row, min_size=n, max_size=n)))
    k = draw(st.integers(1, n_folds - 1))
    scores = [*draw(row)[:k], *[None] * (n_folds - k)]
    prediction = st.builds(Prediction, numbers, numbers.map(abs))
    return scores, rows, draw(st.none() | prediction)


@given(raced())
def test_all_finite_scores_can_be_raced(race):
    for setting in ("raise", "warn"):
        with np.errstate(all=setting):
            assert is_futile(*race) in (True, False)
            assert is_below_median(*race) in (True, False)


@given(raced(st.integers(-1000, 1000).map(float)), st.integers(-900, 1000))
def test_the_size_of_scores_does_not_matter(race, exponent):
    scores, rows, prediction = race
    scaled = [None if score is None else math.ldexp(score, exponent) for score in scores]
    of_scaled = prediction and Prediction(
        math.ldexp(prediction.mean, exponent), math.ldexp(prediction.sd, exponent)
    )
    of_rows = np.ldexp(rows, exponent)
    assert is_futile(scaled, of_rows, of_scaled) == is_futile(scores, rows, prediction)
    assert is_below_median(scaled, of_rows) == is_below_median(scores, rows)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(4, 2000))
def test_the_improvement_of_any_finite_number_is_one(z, nu):
    value = student_improvement(z, nu)
    assert math.isfinite(value)
    # That of the better of two, of which one is known to be 0, is not less than that of either.
    assert value >= max(z, 0.0) - 1e-12 * abs(z) - 1e-12


@pytest.mark.parametrize("z", [-1e200, -1e154, -1e100])
def test_nothing_is_expected_from_far_below(z):
    assert student_improvement(z, 4) == pytest.approx(0.0, abs=1e-280)


def test_a_certain_belief_outweighs_the_folds():
    rows = complete()
    scores = part(best(rows) - 0.12, 1)
    assert not is_futile(scores, rows, Prediction(best(rows).mean() + 1.0, 0.0))
    assert is_futile(scores, rows, Prediction(best(rows).mean() - 1e-3, 0.0))
