"""Joint posterior and drawn functions against the marginal posterior and each other."""

from functools import partial

import numpy as np
import pytest

from skbayes.gp import FunctionDraws, Hyperparameters, Posterior, joint

GROUPS = np.array([0, 1, 1])


def make(noise_variance=0.01, n=15, constant_noise=True):
    rng = np.random.default_rng(0)
    X = rng.random((n, 3))
    t = np.sin(5 * X[:, 0]) + X[:, 1]
    hyper = Hyperparameters(np.array([0.5, 1.0]), 1.5, noise_variance)
    scale = None if constant_noise else np.where(np.arange(n) < 3, 4.0, 1.0)
    return Posterior.fit(X, t, GROUPS, hyper, scale), np.random.default_rng(1).random((20, 3))


def make_section():
    """Return the posterior of 15 rows that also knows 12 rows of another function."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.random((27, 3)), np.repeat([0.0, 0.3], [15, 12])])
    hyper = Hyperparameters(np.array([0.5, 1.0, 0.4]), 1.5, 0.01)
    whole = Posterior.fit(X, np.sin(5 * X[:, 0]) + X[:, 1], np.append(GROUPS, 2), hyper)
    return whole.section(15, 3), np.random.default_rng(1).random((20, 3))


@pytest.mark.parametrize("made", [make, make_section])
def test_joint_agrees_with_the_marginals(made):
    posterior, X = made()
    mean, covariance = joint(posterior, X)
    expected_mean, sd = posterior.predict(X)
    np.testing.assert_allclose(mean, expected_mean, rtol=1e-12)
    np.testing.assert_allclose(np.sqrt(covariance.diagonal()), sd, rtol=1e-8)
    np.testing.assert_array_equal(covariance, covariance.T)


def test_joint_covariance_is_what_conditioning_takes_away():
    posterior, X = make()
    covariance = joint(posterior, X[:2])[1]
    after = posterior.condition_on(X[1:2]).predict(X[:1])[1][0] ** 2
    noise = posterior.hyperparameters.noise_variance
    explained = covariance[0, 1] ** 2 / (covariance[1, 1] + noise)
    assert covariance[0, 0] - explained == pytest.approx(after, rel=1e-6)


@pytest.mark.parametrize("made", [make, partial(make, constant_noise=False), make_section])
def test_functions_have_the_moments_of_the_posterior(made):
    posterior, X = made()
    values = np.concatenate(
        [FunctionDraws.draw(posterior, 400, np.random.default_rng(k))(X) for k in range(10)], axis=1
    )
    mean, covariance = joint(posterior, X)
    np.testing.assert_allclose(values.mean(axis=1), mean, atol=0.05)
    np.testing.assert_allclose(np.cov(values), covariance, atol=0.05)


def test_functions_pass_through_data_without_noise():
    posterior, _ = make(noise_variance=1e-6)
    values = FunctionDraws.draw(posterior, 8, np.random.default_rng(0))(posterior.X)
    mean = posterior.predict(posterior.X)[0]
    np.testing.assert_allclose(values, mean[:, None].repeat(8, axis=1), atol=0.01)


def test_a_function_has_one_value_at_a_row():
    posterior, X = make()
    draws = FunctionDraws.draw(posterior, 3, np.random.default_rng(0))
    np.testing.assert_allclose(draws(X)[5:7], draws(X[5:7]), rtol=1e-10)
