"""Predictions, their gradients, and conditioning on pending rows."""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from skbayes.gp import Hyperparameters, Posterior

H = Hyperparameters(np.array([0.4, 0.9, 0.6]), 1.4, 0.02)
GROUPS = np.array([0, 1, 2, 2, 2])
A = 5.0**0.5


def problem(n=30, seed=0):
    """Two ordered columns and a category of three values, in three groups."""
    rng = np.random.default_rng(seed)
    X = rng.random((n, 5))
    X[:, 2:] = np.eye(3)[rng.integers(3, size=n)] / 2**0.5
    return X, rng.standard_normal(n)


def posterior(n=30, seed=0, extra_noise=None):
    X, t = problem(n, seed)
    return Posterior.fit(X, t, GROUPS, H, extra_noise)


def test_one_row_by_hand():
    # The mean is the target everywhere; the variance at distance 1 lengthscale is 1 - k^2 / 1.25.
    h = Hyperparameters(np.array([0.5]), 1.0, 0.25)
    model = Posterior.fit(np.array([[0.25]]), np.array([0.7]), np.array([0]), h)
    mean, sd = model.predict(np.array([[0.25], [0.75]]))
    np.testing.assert_allclose(mean, 0.7)
    k = (1 + A + 5 / 3) * np.exp(-A)
    np.testing.assert_allclose(sd**2, [1 - 1 / 1.25, 1 - k**2 / 1.25], rtol=1e-8)


def test_two_rows_by_hand():
    # By symmetry m = 0 and alpha = +-1 / (1 + sn2 - k), so the mean vanishes half way.
    h = Hyperparameters(np.array([1.0]), 1.0, 0.1)
    model = Posterior.fit(np.array([[0.0], [1.0]]), np.array([-1.0, 1.0]), np.array([0]), h)
    k = (1 + A + 5 / 3) * np.exp(-A)
    mean, sd = model.predict(np.array([[0.0], [0.5], [1.0]]))
    np.testing.assert_allclose(mean, np.array([-1, 0, 1]) * (1 - k) / (1.1 - k), atol=1e-8)
    half = (1 + A / 2 + 5 / 12) * np.exp(-A / 2)
    assert sd[1] ** 2 == pytest.approx(1 - 2 * half**2 / (1.1 + k), rel=1e-8)


@pytest.mark.parametrize("weighted", [False, True])
def test_against_scikit_learn(weighted):
    X, t = problem()
    extra = np.random.default_rng(1).uniform(0.0, 0.5, t.size) if weighted else np.zeros(t.size)
    model = Posterior.fit(X, t, GROUPS, H, extra if weighted else None)
    kernel = ConstantKernel(H.signal_variance) * Matern(H.lengthscales[GROUPS], nu=2.5)
    reference = GaussianProcessRegressor(
        kernel, alpha=H.noise_variance + extra + 1e-10 * H.signal_variance, optimizer=None
    ).fit(X, t - model.constant)
    new, _ = problem(300, seed=5)
    mean, sd = model.predict(new)
    reference_mean, reference_sd = reference.predict(new, return_std=True)
    np.testing.assert_allclose(mean, reference_mean + model.constant, atol=1e-9)
    np.testing.assert_allclose(sd, reference_sd, rtol=1e-8)


def with_gradient(model, X):
    """Return mean, sd and the gradients of both."""
    mean, sd, pullback = model.predict_with_pullback(X)
    one, none = np.ones(len(X)), np.zeros(len(X))
    return mean, sd, pullback(one, none), pullback(none, one)


def test_fields_are_consistent():
    model = posterior()
    C = model.cholesky @ model.cholesky.T
    np.testing.assert_allclose(model.whitener.T @ model.whitener @ C, np.eye(30), atol=1e-9)
    assert model.alpha.sum() == pytest.approx(0.0, abs=1e-10)


def test_gradients_against_central_differences():
    model = posterior()
    new, _ = problem(9, seed=3)
    mean, sd, d_mean, d_sd = with_gradient(model, new)
    np.testing.assert_allclose(mean, model.predict(new)[0], rtol=1e-12)
    np.testing.assert_allclose(sd, model.predict(new)[1], rtol=1e-12)
    step = 1e-5
    for k in range(new.shape[1]):
        e = step * np.eye(new.shape[1])[k]
        (up_mean, up_sd), (down_mean, down_sd) = model.predict(new + e), model.predict(new - e)
        np.testing.assert_allclose(d_mean[:, k], (up_mean - down_mean) / (2 * step), atol=1e-8)
        np.testing.assert_allclose(d_sd[:, k], (up_sd - down_sd) / (2 * step), atol=1e-8)


def test_duplicate_rows_average():
    X, t = problem(10)
    h = Hyperparameters(H.lengthscales, H.signal_variance, 1e-6)
    doubled = Posterior.fit(np.tile(X, (2, 1)), np.append(t + 0.1, t - 0.1), GROUPS, h)
    single = Posterior.fit(X, t, GROUPS, Hyperparameters(H.lengthscales, 1.4, 0.5e-6))
    new, _ = problem(20, seed=2)
    np.testing.assert_allclose(doubled.predict(new)[0], single.predict(new)[0], atol=1e-4)
    np.testing.assert_allclose(doubled.predict(new)[1], single.predict(new)[1], atol=1e-4)


def test_standard_deviation_is_positive_at_observed_rows():
    X = np.repeat(problem(5)[0], 40, axis=0)
    h = Hyperparameters(np.full(3, 1e3), 100.0, 1e-6)
    model = Posterior.fit(X, np.zeros(200), GROUPS, h)
    mean, sd, d_mean, d_sd = with_gradient(model, X)
    assert (sd > 0.0).all()
    assert (model.predict(X)[1] > 0.0).all()
    assert np.isfinite(d_sd).all()
    assert np.isfinite(d_mean).all()
    np.testing.assert_allclose(mean, 0.0, atol=1e-6)


def test_constant_targets_give_a_constant_mean():
    X, _ = problem()
    mean, _ = Posterior.fit(X, np.full(30, 0.3), GROUPS, H).predict(problem(5, 7)[0])
    np.testing.assert_allclose(mean, 0.3, rtol=1e-12)


def test_no_columns():
    h = Hyperparameters(np.empty(0), 1.0, 0.1)
    model = Posterior.fit(np.empty((3, 0)), np.array([1.0, 2.0, 3.0]), np.empty(0, dtype=int), h)
    mean, sd, d_mean, d_sd = with_gradient(model, np.empty((2, 0)))
    np.testing.assert_allclose(mean, 2.0)
    assert d_mean.shape == d_sd.shape == (2, 0)
    assert (sd < 0.2).all()


def test_no_rows_to_predict():
    mean, sd = posterior().predict(np.empty((0, 5)))
    assert mean.shape == sd.shape == (0,)
    assert with_gradient(posterior(), np.empty((0, 5)))[2].shape == (0, 5)


@pytest.mark.parametrize("kind", ["new", "observed", "repeated"])
def test_condition_on_equals_a_fit_that_believes_the_mean(kind):
    rng = np.random.default_rng(1)
    X, t = problem()
    extra = rng.uniform(0.0, 0.5, t.size)
    model = Posterior.fit(X, t, GROUPS, H, extra)
    new, _ = problem(4, seed=8)
    pending = {"new": new, "observed": X[:3], "repeated": np.repeat(new[:1], 3, axis=0)}[kind]
    fast = model.condition_on(pending)
    slow = Posterior.fit(
        np.concatenate([X, pending]),
        np.concatenate([t, model.predict(pending)[0]]),
        GROUPS,
        H,
        np.concatenate([extra, np.zeros(len(pending))]),
    )
    assert fast.constant == pytest.approx(slow.constant, abs=1e-10)
    np.testing.assert_allclose(fast.alpha, slow.alpha, atol=1e-8)
    np.testing.assert_allclose(fast.cholesky, slow.cholesky, atol=1e-10)
    np.testing.assert_allclose(fast.whitener, slow.whitener, atol=1e-7)
    test_rows, _ = problem(50, seed=9)
    for a, b in zip(with_gradient(fast, test_rows), with_gradient(slow, test_rows), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-8)


def test_condition_on_keeps_the_mean_and_shrinks_the_standard_deviation():
    model = posterior()
    pending, _ = problem(3, seed=8)
    after = model.condition_on(pending)
    new, _ = problem(50, seed=9)
    np.testing.assert_allclose(after.predict(new)[0], model.predict(new)[0], atol=1e-10)
    assert (after.predict(new)[1] <= model.predict(new)[1] + 1e-12).all()
    assert (after.predict(pending)[1] < 0.15).all()


def test_condition_on_can_be_repeated():
    model = posterior()
    pending, _ = problem(4, seed=8)
    stepwise = model
    for row in pending:
        stepwise = stepwise.condition_on(row[None])
    at_once = model.condition_on(pending)
    np.testing.assert_allclose(stepwise.whitener, at_once.whitener, atol=1e-8)
    np.testing.assert_array_equal(stepwise.X, at_once.X)


def test_refused_input():
    X, t = problem()
    with pytest.raises(ValueError, match="groups"):
        Posterior.fit(X[:, :3], t, GROUPS, H)
    with pytest.raises(ValueError, match="finite"):
        Posterior.fit(np.where(X > 0.9, np.inf, X), t, GROUPS, H)


def test_a_section_is_the_posterior_at_rows_that_are_zero_in_the_other_columns():
    X, t = problem(24)
    X = np.column_stack([X, np.zeros((24, 2))])
    X[10:17, 5], X[17:, 6] = 0.3, 0.3
    groups = np.append(GROUPS, [3, 4])
    h = Hyperparameters(np.append(H.lengthscales, [0.8, 0.1]), 1.4, 0.02)
    whole = Posterior.fit(X, t, groups, h)
    section = whole.section(10, 5)
    new = problem(7, seed=3)[0]
    padded = np.column_stack([new, np.zeros((7, 2))])
    assert section.fitted.shape == (10,)
    np.testing.assert_array_equal(section.X, X[:10, :5])
    np.testing.assert_array_equal(section.hyperparameters.lengthscales, H.lengthscales)
    for conditioned in (section, section.condition_on(new[:3])):
        other = whole if conditioned is section else whole.condition_on(padded[:3])
        mean, sd, d_mean, d_sd = with_gradient(other, padded)
        for found, expected in zip(
            with_gradient(conditioned, new),
            (mean, sd, d_mean[:, :5], d_sd[:, :5]),
            strict=True,
        ):
            np.testing.assert_allclose(found, expected, atol=1e-10)
        np.testing.assert_allclose(conditioned.predict(new), other.predict(padded), atol=1e-10)
    assert section.condition_on(new[:3]).fitted.shape == (13,)


def test_a_section_of_all_columns_is_the_posterior():
    model = posterior()
    section = model.section(30, 5)
    new = problem(5, seed=3)[0]
    np.testing.assert_array_equal(section.predict(new), model.predict(new))
