"""When there is a model of failures, and what it says."""

import numpy as np
import pytest

from skbayes._feasibility import MIN_FAILURES, feasibility

GROUPS = np.array([0, 1, 1, 1])


def rows(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.random(n), np.eye(3)[rng.integers(3, size=n)] * 0.5**0.5])


@pytest.mark.parametrize("n_failed", [0, MIN_FAILURES - 1, 10])
def test_no_model_without_both_kinds(n_failed):
    assert feasibility(rows(10), np.arange(10) < n_failed, GROUPS, np.ones(2)) is None


def test_a_category_that_fails_is_known_from_few():
    X = rows(12)
    has_failed = X[:, 1] > 0
    model = feasibility(X, has_failed, GROUPS, np.array([1.0, 0.5]))
    probability = np.exp(model.value(rows(60, seed=1)))
    fails = rows(60, seed=1)[:, 1] > 0
    assert probability[fails].max() < 0.1
    assert probability[~fails].min() > 0.9


def test_far_from_all_it_is_undecided():
    X = np.zeros((6, 1))
    X[:, 0] = np.linspace(0, 0.1, 6)
    model = feasibility(X, X[:, 0] > 0.05, np.array([0]), np.array([0.05]))
    assert 0.3 < np.exp(model.value(np.array([[1.0]])))[0] < 0.7
