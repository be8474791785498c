import math

import numpy as np
import pytest

from skbayes._racing import FUTILE, MATERIAL, is_below_median, is_futile
from skbayes._trials import Belief

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
    assert not is_futile(scores, rows, Belief(centre, 0.2))
    assert is_futile(scores, rows, Belief(centre - 0.3, 0.05))


def test_a_model_that_knows_nothing_changes_nothing():
    rows = complete()
    for gap in np.linspace(0.0, 0.6, 13):
        for k in range(1, F):
            scores = part(best(rows) - gap, k)
            assert is_futile(scores, rows, Belief(1e6, 1e9)) == is_futile(scores, rows, None)


def test_how_often_a_candidate_that_would_win_is_given_up():
    """Under the model of the rule each stop is wrong with a probability below its level."""
    rng = np.random.default_rng(3)
    n_wrong = n_stops = 0
    for seed in range(400):
        rows = complete(n=20, seed=seed)
        incumbent = best(rows)
        noise = 0.1 * math.sqrt(2.0) * rng.standard_normal(F)
        candidate = incumbent + 0.1 * rng.standard_normal() + noise
        for k in range(1, F):
            belief = Belief(incumbent.mean(), math.hypot(0.1, 0.1 * math.sqrt(2.0 / F)))
            if is_futile(part(candidate, k), rows, belief):
                n_stops += 1
                margin = MATERIAL * incumbent.std(ddof=1) / math.sqrt(F)
                n_wrong += candidate.mean() > incumbent.mean() + margin
                break
    assert n_stops > 100
    assert n_wrong / n_stops < 2 * FUTILE


@pytest.mark.parametrize("rule", [is_futile, is_below_median])
def test_without_enough_to_compare_with_nothing_is_given_up(rule):
    rows = complete(n=4)
    assert not rule(part(best(rows) - 9.0, 2), rows, None)
    rows = complete()
    assert not rule([None] * F, rows, None)
    assert not rule(list(best(rows) - 9.0), rows, None)


@pytest.mark.parametrize("belief", [None, Belief(0.0, 0.0), Belief(1e300, 1e-300)])
def test_equal_scores_are_no_trouble(belief):
    rows = np.full((10, F), 0.5)
    assert isinstance(is_futile([0.5, None, None, None, None], rows, belief), bool)
    rows[0, 0] = 0.4
    assert isinstance(is_futile([0.5, None, None, None, None], rows, belief), bool)


def test_the_median_rule_compares_running_means():
    rows = np.arange(7.0)[:, None] + np.array([0.0, 10.0, 0.0, 0.0, 0.0])
    assert not is_below_median([3.0, None, None, None, None], rows)
    assert is_below_median([2.9, None, None, None, None], rows)
    # After two folds the median of the others is 8.
    assert not is_below_median([6.0, 10.0, None, None, None], rows)
    assert is_below_median([6.0, 9.9, None, None, None], rows)
