"""The regression of costs against brute force, and when it is believed."""

import numpy as np
import pytest

from skbayes.model import costs as _costs
from skbayes.model.costs import MIN_COSTS, MIN_R2, fit_costs


def costs_of(X, noise=0.0, seed=0):
    rng = np.random.default_rng(seed)
    return np.exp(3.0 * X[:, 0] - 2.0 * X[:, 1] ** 2 + noise * rng.standard_normal(len(X)))


def rows(n, seed=0):
    return np.random.default_rng(seed).random((n, 4))


def test_a_quadratic_is_found():
    X, new = rows(60), rows(200, seed=1)
    model = fit_costs(X, costs_of(X))
    truth = np.log(costs_of(new))
    inside = (truth > model.low) & (truth < model.high)
    np.testing.assert_allclose(model.value(new)[inside], truth[inside], atol=0.05)


def left_out_r2(X, c, penalty):
    """Fit without each row in turn, the columns centred as with all rows."""
    raw = np.concatenate([X, X**2], axis=1)
    errors = []
    for i in range(len(c)):
        keep = np.arange(len(c)) != i
        A = np.column_stack([np.ones(keep.sum()), raw[keep] - raw.mean(axis=0)])
        D = penalty * np.eye(A.shape[1])
        D[0, 0] = 0.0
        w = np.linalg.solve(A.T @ A + D, A.T @ c[keep])
        errors.append(c[i] - w[0] - (raw[i] - raw.mean(axis=0)) @ w[1:])
    of_mean = [c[i] - np.delete(c, i).mean() for i in range(len(c))]
    return 1 - np.sum(np.square(errors)) / np.sum(np.square(of_mean))


@pytest.mark.parametrize("noise", [0.5, 1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_believed_if_it_predicts_what_is_left_out(monkeypatch, noise, seed):
    monkeypatch.setattr(_costs, "PENALTIES", (0.1,))
    X = rows(15, seed)
    costs = costs_of(X, noise, seed)
    expected = left_out_r2(X, np.log(costs), 0.1)
    monkeypatch.setattr(_costs, "MIN_R2", expected + 1e-9)
    assert fit_costs(X, costs) is None
    monkeypatch.setattr(_costs, "MIN_R2", expected - 1e-9)
    assert fit_costs(X, costs) is not None


def test_costs_without_a_reason_are_not_explained():
    refused = [
        fit_costs(rows(20, s), np.exp(np.random.default_rng(s + 99).standard_normal(20))) is None
        for s in range(30)
    ]
    assert np.mean(refused) > 0.9
    assert MIN_R2 > 0


@pytest.mark.parametrize(
    "costs",
    [np.zeros(20), np.ones(20), costs_of(rows(MIN_COSTS - 1)), np.empty(0)],
    ids=["nothing", "equal", "few", "none"],
)
def test_costs_that_tell_nothing(costs):
    assert fit_costs(rows(len(costs)), costs) is None


def test_a_cost_of_zero_counts_as_the_lowest():
    X = rows(30)
    costs = costs_of(X)
    lowest = np.sort(costs)[1]
    with_zero = np.where(costs == costs.min(), 0.0, costs)
    model = fit_costs(X, with_zero)
    assert model.low == pytest.approx(np.log(lowest))
    assert np.isfinite(model.value(X)).all()


def test_the_gradient_against_central_differences():
    X = rows(30)
    model = fit_costs(X, costs_of(X, 0.3))
    new = rows(40, seed=3)
    value, gradient = model.value_with_gradient(new)
    np.testing.assert_array_equal(value, model.value(new))
    assert (value >= model.low).all()
    assert (value <= model.high).all()
    for k in range(4):
        e = 1e-6 * np.eye(4)[k]
        numerical = (model.value(new + e) - model.value(new - e)) / 2e-6
        np.testing.assert_allclose(gradient[:, k], numerical, atol=1e-6)


def test_it_is_held_within_the_costs_that_were_seen():
    X = 0.4 + 0.2 * rows(30)
    model = fit_costs(X, costs_of(X))
    ends = np.array([[1.0, 0, 0.5, 0.5], [0, 1.0, 0.5, 0.5]])
    value, gradient = model.value_with_gradient(ends)
    np.testing.assert_array_equal(value, [model.high, model.low])
    np.testing.assert_array_equal(gradient, 0.0)
