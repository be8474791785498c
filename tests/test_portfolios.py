"""How portfolios are learnt: regrets, the greedy choice, and the data they come from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from benchmarks.portfolios.data import DATA_SETS
from benchmarks.portfolios.learning import (
    MIN_GAIN,
    MIN_SPREAD,
    agreed,
    greedy,
    regrets,
    smoothed,
)
from benchmarks.portfolios.written import OF_SURFACES, mixed

tables = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=7), elements=st.floats(0, 2))


def test_regret_is_0_at_the_best_and_1_at_the_median():
    found = regrets(np.array([[0.9, 0.7, 0.5]]), np.array([0.9]), np.array([0.7]))
    np.testing.assert_allclose(found, [[0.0, 1.0, 2.0]])


def test_differences_that_are_noise_are_not_blown_up():
    found = regrets(np.array([[0.9, 0.8999]]), np.array([0.9]), np.array([0.8999]))
    np.testing.assert_allclose(found, [[0.0, 1e-4 / MIN_SPREAD]])


@pytest.mark.parametrize(
    ("regret", "present", "chosen"),
    [
        # The first is the best alone; the second helps where it is bad, though it is worst.
        ([[0.1, 0.2, 1.0], [0.1, 0.2, 1.0], [0.9, 0.8, 0.0]], None, [0, 2]),
        # What the defaults do well needs no other.
        ([[0.0, 0.9], [0.5, 0.4]], [1.0, 0.0], [0]),
        ([[0.0, 0.9], [0.5, 0.4]], [1.0, 1.0], [0, 1]),
        # More than 1 counts as 1: one data set does not decide.
        ([[0.1, 0.3], [0.1, 0.3], [9.0, 0.9]], None, [0, 1]),
    ],
)
def test_each_helps_where_those_before_are_bad(regret, present, chosen):
    found = greedy(np.array(regret), None if present is None else np.array(present))
    assert found == chosen


def test_a_lucky_candidate_among_bad_ones_is_not_the_best():
    places = np.linspace(0, 1, 41)[:, None]
    regret = np.abs(places.T - 0.7)
    regret[0, 4] = 0.0  # at 0.1
    assert greedy(regret)[0] == 4
    assert abs(places[greedy(smoothed(regret, places, 1))[0], 0] - 0.7) < 0.05


def test_far_candidates_do_not_count():
    regret = np.array([[0.2, 5.0, 0.9]])
    found = smoothed(regret, np.array([[0.0], [1.0], [9.0]]), 1)
    np.testing.assert_allclose(found, [[0.2, 1.0, 0.9]])


def test_of_two_origins_the_wide_one_comes_first_and_the_other_is_filled():
    wide = [{**OF_SURFACES.none, "booster": "gbtree", "eta": 0.1 * n} for n in range(1, 7)]
    found = mixed([{"learning_rate": 0.02, "max_depth": 3}] * 5, wide)
    assert found == [*wide[:4], *[{**OF_SURFACES.none, "eta": 0.02, "max_depth": 3}] * 4]


def test_a_choice_is_judged_where_it_was_not_made():
    # By the first and third split the first candidate is best, by the first and second the second.
    splits = np.array([[0.6, 0.1, 0.9], [0.5, 0.8, 0.2], [0.0, 0.5, 0.5]])
    assert agreed(splits) == pytest.approx((0.1 + 0.2) / 2)


def test_the_luck_of_the_best_of_many_is_no_merit():
    splits = np.random.default_rng(0).normal(0.7, 0.1, size=(64, 4))
    assert splits[:, 1:].mean(axis=1).max() > 0.8
    assert abs(np.mean([agreed(splits[i : i + 16]) for i in range(0, 64, 16)]) - 0.7) < 0.05


@given(tables)
def test_no_other_candidate_would_help_more(regret):
    chosen, capped = greedy(regret), np.minimum(regret, 1.0)
    assert len(set(chosen)) == len(chosen)
    for n in range(1, len(chosen)):
        best = capped[:, chosen[:n]].min(axis=1)
        means = [np.minimum(best, column).mean() for column in capped.T]
        assert means[chosen[n]] == min(means)
        assert means[chosen[n]] <= best.mean() - MIN_GAIN


def test_most_of_the_data_are_real_and_none_is_there_twice():
    assert len({data.name for data in DATA_SETS}) == len(DATA_SETS) >= 40
    assert sum(data.is_real for data in DATA_SETS) >= 0.75 * len(DATA_SETS)
