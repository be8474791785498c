"""Chances from the past, against records of random sequences."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbayes.insight.past import chance_of_rise, expected_rises, pooled

probabilities = st.floats(0.001, 0.999)


def test_rises_expected_by_hand():
    # Of sqrt(40 / x) / x from 10 to 40: 2 sqrt(40) (1 / sqrt(10) - 1 / sqrt(40)).
    assert expected_rises(10, 40) == pytest.approx(2.0)
    # The rate of a random search, 1 / x, at 40.
    assert expected_rises(40, 40.001) == pytest.approx(math.log(40.001 / 40), rel=1e-3)


def test_chance_by_hand():
    # Of the later half, the 6th and the 8th are rises of more than 0.5, the 7th is of less.
    scores = [0.0, 1.0, 0.5, math.nan, 2.0, 2.4, 3.0, 0.0]
    seen, coming = expected_rises(4, 8), expected_rises(8, 12)
    assert chance_of_rise(scores, 4, 0.5) == pytest.approx(
        1 - ((1 + seen) / (1 + seen + coming)) ** 3
    )
    assert chance_of_rise(scores, 4, 5.0) == pytest.approx(1 - (1 + seen) / (1 + seen + coming))


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
