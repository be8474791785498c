"""Chances from the past, against records of random sequences."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbayes.insight.past import chance_of_rise, expected_rises, least_step, pooled

probabilities = st.floats(0.001, 0.999)


def test_rises_expected_by_hand():
    # Of sqrt(100 / x) / x from 25 to 100: 2 sqrt(100) (1 / sqrt(25) - 1 / sqrt(100)).
    assert expected_rises(25, 100) == pytest.approx(2.0)
    # The rate of a random search, 1 / x, at 100.
    assert expected_rises(100, 100.001) == pytest.approx(math.log(100.001 / 100), rel=1e-3)


def test_chance_by_hand():
    # Of the later half, the 6th and the 8th are rises of more than 0.5, the 7th is of less.
    scores = [0.0, 1.0, 0.5, math.nan, 2.0, 2.4, 3.0, 0.0]
    seen, coming = expected_rises(4, 8), expected_rises(8, 12)
    # The better half, 3, 2.4, 2 and 1, is worse than the best by .9 on average.
    for by, n_rises in ((0.5, 2), (5.0, 0)):
        share = (1 + by / 0.9) ** -2
        assert chance_of_rise(scores, 4, by) == pytest.approx(
            1 - ((4 + share * seen) / (4 + share * (seen + coming))) ** (4 + n_rises)
        )


def test_of_half_that_share_the_best_a_larger_one_may_come():
    scores = [0.9] * 8 + [0.5] * 4
    assert 0 < chance_of_rise(scores, 10, 0.01) < 0.01
    assert chance_of_rise(scores, 10, 0.0) > 0.1


def test_chances_know_no_unit():
    scores = np.random.default_rng(0).normal(size=30)
    chance = chance_of_rise(scores.tolist(), 10, 0.1)
    for size in (1e-200, 1e200, 1e307):
        assert chance_of_rise((size * scores).tolist(), 10, 0.1 * size) == pytest.approx(chance)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=40), st.integers(1, 50), st.floats(0, 3))
def test_more_evaluations_and_a_smaller_gain_are_more_probable(scores, m, by):
    chance = chance_of_rise(scores, m, by)
    assert 0 < chance < 1
    assert chance_of_rise(scores, m + 1, by) > chance
    for more in (0.1, 0.5, 1.0):
        assert chance_of_rise(scores, m, by + more) <= chance


@given(probabilities, probabilities)
def test_the_pool_lies_on_the_side_of_what_it_is_given(past, model):
    pool = pooled(past, model)
    assert 0 < pool < 1
    assert (pool >= past) == (model >= 0.5) or pool == pytest.approx(past)
    assert pooled(past, 0.5) == pytest.approx(past)
    assert pooled(past, model, 1.0) < pool
    # What the model promised and kept counts as much as its odds.
    odds = model / (1 - model)
    assert pooled(past, odds / (odds + 0.5), kept=0.5) == pytest.approx(pool)


@pytest.mark.parametrize(
    ("scores", "step"),
    [
        ([0.90, 0.92, 0.92, 0.94, 0.90, 0.30, math.nan], 0.02),
        # Values of the better half count: the poor ones are from elsewhere.
        ([0.9, 0.9, 0.8, 0.8, 0.7, 0.1, 0.11, 0.12], 0.1),
        # Sums of other orders differ in the last bits.
        ([0.1 + 0.2, 0.3, 0.3, 0.2, 0.2], 0.1),
        ([0.1, 0.2, 0.3, 0.4], 0.0),
        # Two that are equal may be the same candidate but for a parameter that does nothing.
        ([0.9, 0.9, 0.7, 0.51, 0.2], 0.0),
        ([0.9, 0.9, 0.9], 0.0),
        ([0.9], 0.0),
        ([], 0.0),
    ],
)
def test_the_step_of_scores_on_a_grid(scores, step):
    assert least_step(scores) == pytest.approx(step)


def test_a_huge_bad_score_makes_no_grid_of_the_others():
    scores = [0.1, 0.31, 0.42, 0.56, 0.57, 0.71, -1e28, -3e27]
    assert least_step(scores) == 0.0
    # Nor a mean that should be 0.
    assert least_step([0.2, 0.2, 1e-17, 0.0, -1e-17, -0.2, -0.2, 0.0, 0.0]) == pytest.approx(0.2)
    assert least_step([0.90, 0.92, 0.92, 0.94, 0.94, -1e28]) == pytest.approx(0.02)
