"""Models with other hyper-parameters: the same data, a spread that scores make narrower."""

import numpy as np
import pytest

from skbayes.gp import Hyperparameters, Posterior, default_hyperparameters, fit_hyperparameters
from skbayes.insight.plausible import plausible


def fitted(n, seed=0):
    X = np.random.default_rng(seed).random((n, 2))
    t = np.sin(5 * X[:, 0])
    t = (t - t.mean()) / t.std()
    groups = np.arange(2)
    hyper = fit_hyperparameters(X, t, groups, starts=[default_hyperparameters(2)])
    return Posterior.fit(X, t, groups, hyper, np.linspace(0.0, 0.1, n)), t


def test_of_the_same_data():
    posterior, t = fitted(12)
    models = plausible(posterior, 8, np.random.default_rng(0))
    assert len(models) == 8
    assert models[0] is posterior
    again = Posterior.fit(
        posterior.X, t, posterior.groups, models[3].hyperparameters, np.linspace(0.0, 0.1, 12)
    )
    np.testing.assert_allclose(models[3].fitted, again.fitted, atol=1e-4)


def spread(posterior):
    models = plausible(posterior, 40, np.random.default_rng(1))
    return np.std([np.log(model.hyperparameters.lengthscales) for model in models], axis=0)


def test_what_is_known_varies_less():
    few, many = spread(fitted(6)[0]), spread(fitted(60)[0])
    # That of the axis that matters becomes known.
    assert many[0] < 0.8 * few[0]
    assert (few < 2.0).all()


def test_without_curvature_there_is_one():
    posterior, t = fitted(8)
    hyper = posterior.hyperparameters
    plain = Hyperparameters(hyper.lengthscales, hyper.signal_variance, hyper.noise_variance)
    posterior = Posterior.fit(posterior.X, t, posterior.groups, plain)
    assert plausible(posterior, 8, np.random.default_rng(0)) == [posterior]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_in_it_is_beyond_computing(seed):
    for model in plausible(fitted(10, seed)[0], 16, np.random.default_rng(seed)):
        assert np.isfinite(model.fitted).all()
