"""When there is a model of failures, what it says, and its gradient."""

import numpy as np
import pytest
from scipy.stats import norm

from skbayes.acquisition import LogFeasibility, fit_feasibility
from skbayes.acquisition.feasibility import LABEL_NOISE, MAX_ROWS
from skbayes.gp import Hyperparameters, Posterior

GROUPS = np.array([0, 1, 1, 1])


def rows(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.random(n), np.eye(3)[rng.integers(3, size=n)] * 0.5**0.5])


@pytest.mark.parametrize("n_failed", [0, 10])
def test_no_model_without_both_kinds(n_failed):
    assert fit_feasibility(rows(10), np.arange(10) < n_failed, GROUPS, np.ones(2)) is None


def test_one_failure_is_enough_for_a_model():
    X = np.linspace(0.0, 1.0, 5)[:, None]
    model = fit_feasibility(X, np.arange(5) == 0, np.array([0]), np.array([0.3]))
    probability = np.exp(model.value(np.array([[0.02], [0.7]])))
    assert probability[0] < 0.1
    assert probability[1] > 0.9


def test_a_category_that_fails_is_known_from_few():
    X = rows(12)
    has_failed = X[:, 1] > 0
    model = fit_feasibility(X, has_failed, GROUPS, np.array([1.0, 0.5]))
    probability = np.exp(model.value(rows(60, seed=1)))
    fails = rows(60, seed=1)[:, 1] > 0
    assert probability[fails].max() < 0.1
    assert probability[~fails].min() > 0.9


def test_far_from_all_it_is_undecided():
    X = np.zeros((6, 1))
    X[:, 0] = np.linspace(0, 0.1, 6)
    model = fit_feasibility(X, X[:, 0] > 0.05, np.array([0]), np.array([0.05]))
    assert 0.3 < np.exp(model.value(np.array([[1.0]])))[0] < 0.7


def labels(share=0.4, noise=0.1, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.random((20, 3))
    h = Hyperparameters(np.full(3, 0.5), 1.0, noise)
    return Posterior.fit(X, np.where(X[:, 0] < share, -1.0, 1.0), np.arange(3), h)


def test_feasibility_is_the_probability_of_a_positive_label():
    model = labels()
    X = np.random.default_rng(1).random((50, 3))
    mean, sd = model.predict(X)
    np.testing.assert_allclose(
        LogFeasibility(model).value(X), np.log(norm.sf(0.0, mean, np.sqrt(sd**2 + 0.1))), rtol=1e-10
    )


def test_where_all_fails_a_row_is_as_good_as_given_up_and_the_way_back_is_known():
    model = LogFeasibility(labels(share=2.0, noise=LABEL_NOISE))
    X = model.posterior.X + 1e-3
    value, gradient = model.value_with_gradient(X)
    assert np.isfinite(value).all()
    assert value.max() < np.log(1e-6)
    # From a row beside the others it rises away from them.
    beside = np.array([[1.2, 1.2, 1.2]])
    value, gradient = model.value_with_gradient(beside)
    assert model.value(beside + 0.01 * gradient / np.linalg.norm(gradient)) > value


@pytest.mark.parametrize("noise", [1e-3, 0.1, 1.0])
def test_gradient_of_feasibility(noise):
    model, X = LogFeasibility(labels(noise=noise)), np.random.default_rng(2).random((20, 3))
    value, gradient = model.value_with_gradient(X)
    np.testing.assert_allclose(value, model.value(X), rtol=1e-10)
    for k in range(3):
        e = 1e-6 * np.eye(3)[k]
        numerical = (model.value(X + e) - model.value(X - e)) / 2e-6
        np.testing.assert_allclose(gradient[:, k], numerical, rtol=1e-4, atol=1e-5)


def test_of_many_rows_some_are_used_and_failures_are_among_them():
    rng = np.random.default_rng(0)
    X = rng.random((3 * MAX_ROWS, 2))
    for share in (0.01, 0.5, 0.9):
        has_failed = rng.random(len(X)) < share
        model = fit_feasibility(X, has_failed, np.arange(2), np.ones(2))
        assert len(model.posterior.X) == MAX_ROWS
        used = (X[:, None] == model.posterior.X).all(axis=2).any(axis=1)
        n_failed = has_failed.sum()
        room = max(MAX_ROWS // 2, MAX_ROWS - (len(X) - n_failed))
        assert (used & has_failed).sum() == min(n_failed, room)
