import numpy as np
import pytest

from skbayes.gp import Fantasies, Hyperparameters, Posterior, joint

GROUPS = np.array([0, 1, 1])
H = Hyperparameters(np.array([0.4, 0.7]), 1.3, 0.05)


def problem(n=20, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.random((n, 3))
    return X, np.sin(6.0 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.1 * rng.standard_normal(n)


@pytest.fixture
def posterior():
    return Posterior.fit(*problem(), GROUPS, H)


@pytest.mark.parametrize("kind", ["new", "observed", "repeated"])
def test_each_fantasy_is_the_posterior_given_its_targets(posterior, kind):
    X, t = problem()
    new, _ = problem(4, seed=1)
    pending = {"new": new, "observed": X[:3], "repeated": np.repeat(new[:1], 3, axis=0)}[kind]
    normals = np.random.default_rng(2).standard_normal((len(pending), 5))
    fantasies = Fantasies.draw(posterior, pending, normals)
    # The targets that the samples stand for, from the covariance alone.
    mean, covariance = joint(posterior, pending)
    noise = H.noise_variance + 1e-10 * H.signal_variance
    factor = np.linalg.cholesky(covariance + noise * np.eye(len(pending)))
    rows, test_rows = np.concatenate([X, pending]), problem(30, seed=3)[0]
    prior = Posterior.fit(rows, np.zeros(len(rows)), GROUPS, H)
    C = prior.cholesky @ prior.cholesky.T
    found, sd = fantasies.predict(test_rows)
    for s, column in enumerate(normals.T):
        targets = np.concatenate([t, mean + factor @ column]) - posterior.constant
        weights = np.linalg.solve(C, targets)
        own = posterior.constant + C @ weights - noise * weights
        assert fantasies.best[s, 0] == pytest.approx(own.max(), abs=1e-8)
        K = prior.predict(test_rows, weights[None])[0][0]
        np.testing.assert_allclose(found[s], posterior.constant + K, atol=1e-8)
    np.testing.assert_allclose(sd, prior.predict(test_rows)[1], atol=1e-8)


def test_fantasies_have_the_moments_of_the_posterior(posterior):
    pending = problem(3, seed=1)[0]
    normals = np.random.default_rng(2).standard_normal((3, 40000))
    mean, sd = Fantasies.draw(posterior, pending, normals).predict(pending)
    expected, expected_sd = posterior.predict(pending)
    np.testing.assert_allclose(mean.mean(axis=0), expected, atol=0.02)
    # What is not known before is known after, or differs between the fantasies.
    np.testing.assert_allclose(mean.var(axis=0) + sd**2, expected_sd**2, rtol=0.05)


def test_the_pullback_against_central_differences(posterior):
    normals = np.random.default_rng(2).standard_normal((3, 4))
    fantasies = Fantasies.draw(posterior, problem(3, seed=1)[0], normals)
    X = problem(6, seed=4)[0]
    rng = np.random.default_rng(5)
    by_mean, by_sd = rng.standard_normal((4, 6)), rng.standard_normal(6)
    mean, sd, pullback = fantasies.predict_with_pullback(X)
    np.testing.assert_allclose(mean, fantasies.predict(X)[0], rtol=1e-10)
    np.testing.assert_allclose(sd, fantasies.predict(X)[1], rtol=1e-10)
    gradient = pullback(by_mean, by_sd)

    def function(X):
        mean, sd = fantasies.predict(X)
        return (by_mean * mean).sum(axis=0) + by_sd * sd

    for k in range(3):
        e = 1e-6 * np.eye(3)[k]
        numerical = (function(X + e) - function(X - e)) / 2e-6
        np.testing.assert_allclose(gradient[:, k], numerical, atol=1e-6)
    # Nothing that a pullback is given or has used is changed by it.
    np.testing.assert_array_equal(gradient, pullback(by_mean, by_sd))
