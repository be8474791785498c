"""Expected improvement against quadrature, in all its branches."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import log_ndtr

from skbayes.acquisition import (
    LogEI,
    UpperConfidenceBound,
    WeightedSum,
    log_expected_improvement,
)
from skbayes.gp import Fantasies, Hyperparameters, Posterior


def value(z, sd=1.0):
    z = np.atleast_1d(np.asarray(z, dtype=float))
    return log_expected_improvement(sd * z, np.full_like(z, sd), 0.0)[0]


def reference(z):
    r"""ln h(z) without cancellation, from :math:`h(z) = \phi(z) \int_0^\infty u e^{zu - u^2/2} du`.

    The substitution u = v / max(1, -z) keeps the integrand of order one however far z is.
    """
    unit = max(1.0, -z)
    peak = max(0.0, z)
    integral, _ = quad(
        lambda v: (
            (v / unit**2) * np.exp((z - peak) * v / unit - 0.5 * (v / unit) ** 2 + peak * v)
            if z <= 0
            else v * np.exp(-0.5 * (v - z) ** 2 + 0.5 * z * z)
        ),
        0.0,
        60.0,
        points=[min(59.0, 1.0 + peak)],
        epsabs=0.0,
        epsrel=1e-12,
        limit=200,
    )
    return -0.5 * z * z - 0.5 * np.log(2 * np.pi) + np.log(integral)


def series(z, n_terms):
    """ln h(z) for z << 0 from the asymptotic series of the Mills ratio, in exact arithmetic."""
    w = 1 / Fraction(z) ** 2
    total, term = Fraction(0), Fraction(1)
    for k in range(1, n_terms + 1):
        # 1 + z r = w - 3 w^2 + 15 w^3 - ...
        term = w if k == 1 else -term * w * (2 * k - 1)
        total += term
    return -0.5 * z * z - 0.5 * np.log(2 * np.pi) + np.log(float(total))


def test_by_hand():
    # h(0) = phi(0) = 1 / sqrt(2 pi), and h(z) -> z.
    assert value(0.0)[0] == pytest.approx(-0.5 * np.log(2 * np.pi), rel=1e-15)
    assert value(30.0)[0] == pytest.approx(np.log(30.0), rel=1e-15)
    assert value(0.0, sd=0.1)[0] == pytest.approx(np.log(0.1) - 0.5 * np.log(2 * np.pi))


@pytest.mark.parametrize("z", [10.0, 6.0, 3.0, 1.0, 0.1, -0.5, -0.999, -1.0, -1.001, -2.0, -5.0])
def test_against_quadrature(z):
    assert value(z)[0] == pytest.approx(reference(z), rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("z", [-8.0, -30.0, -100.0, -900.0])
def test_against_quadrature_in_the_tail(z):
    # Up to z = -1e3 the sum 1 + z r has an absolute error of 1e-16 against a value of z^-2.
    assert value(z)[0] == pytest.approx(reference(z), rel=1e-12, abs=1e-15 * z * z)


@pytest.mark.parametrize("z", [-100.0, -500.0, -999.9, -1000.1, -1e4, -1e5])
def test_against_the_series_far_out(z):
    assert value(z)[0] == pytest.approx(series(z, 6), rel=1e-12)


def test_from_the_normal_distribution_function():
    # h' = Phi, so that differences of h are integrals of Phi: an independent check of the middle.
    z = np.linspace(-3.0, 3.0, 13)
    for low, high in pairwise(z):
        integral, _ = quad(lambda u: np.exp(log_ndtr(u)), low, high, epsrel=1e-12)
        h = np.exp(value([low, high]))
        assert h[1] - h[0] == pytest.approx(integral, rel=1e-10)


def test_monotone_and_clean_over_the_whole_range():
    z = np.concatenate([-np.logspace(5, -3, 4001), np.logspace(-3, 1, 2001)])
    with np.errstate(all="raise", under="ignore"):
        v, d_mean, d_sd = log_expected_improvement(z, np.ones_like(z), 0.0)
    assert np.isfinite(v).all()
    assert (np.diff(v) > 0.0).all()
    assert (d_mean > 0.0).all()
    assert (d_sd > 0.0).all()
    assert np.isfinite(d_sd).all()


@pytest.mark.parametrize("z", [8.0, 1.5, 0.0, -0.9, -1.1, -3.0, -20.0, -300.0, -2e3, -1e5])
def test_gradients_against_central_differences(z):
    sd, best = 0.3, 0.2
    mean = best + z * sd

    def at(mean, sd):
        return log_expected_improvement(np.array([mean]), np.array([sd]), best)

    _, d_mean, d_sd = at(mean, sd)
    step = 1e-5 * sd
    up, down = at(mean + step, sd)[0][0], at(mean - step, sd)[0][0]
    assert d_mean[0] == pytest.approx((up - down) / (2 * step), rel=1e-4)
    up, down = at(mean, sd + step)[0][0], at(mean, sd - step)[0][0]
    assert d_sd[0] == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("sd", [0.0, -1.0, np.nan])
def test_a_standard_deviation_must_be_positive(sd):
    with pytest.raises(ValueError, match="sd must be positive"):
        log_expected_improvement(np.zeros(2), np.array([1.0, sd]), 0.0)


def test_acquisition_of_a_posterior():
    rng = np.random.default_rng(0)
    X, t = rng.random((12, 3)), rng.standard_normal(12)
    h = Hyperparameters(np.full(3, 0.5), 1.0, 0.01)
    model = Posterior.fit(X, t, np.arange(3), h)
    acquisition = LogEI(model, best=float(model.predict(X)[0].max()))
    new = rng.random((6, 3))
    mean, sd = model.predict(new)
    expected = log_expected_improvement(mean, sd, acquisition.best)[0]
    np.testing.assert_allclose(acquisition.value(new), expected, rtol=1e-12)
    assert_gradient(acquisition, new)


def test_acquisition_of_fantasies_is_the_mean_of_theirs():
    rng = np.random.default_rng(0)
    X, t = rng.random((12, 3)), rng.standard_normal(12)
    h = Hyperparameters(np.full(3, 0.5), 1.0, 0.01)
    posterior = Posterior.fit(X, t, np.arange(3), h)
    fantasies = Fantasies.draw(posterior, rng.random((2, 3)), rng.standard_normal((2, 4)))
    acquisition = LogEI(fantasies, fantasies.best)
    new = rng.random((6, 3))
    mean, sd = fantasies.predict(new)
    each = [
        log_expected_improvement(mean[s], sd, fantasies.best[s, 0])[0]
        for s in range(len(fantasies.best))
    ]
    expected = np.log(np.mean(np.exp(each), axis=0))
    np.testing.assert_allclose(acquisition.value(new), expected, rtol=1e-10)
    assert_gradient(acquisition, new)


def assert_gradient(acquisition, X):
    """Hold values and gradients at rows against each other."""
    value, gradient = acquisition.value_with_gradient(X)
    np.testing.assert_allclose(value, acquisition.value(X), rtol=1e-10)
    for k in range(X.shape[1]):
        e = 1e-6 * np.eye(X.shape[1])[k]
        numerical = (acquisition.value(X + e) - acquisition.value(X - e)) / 2e-6
        np.testing.assert_allclose(gradient[:, k], numerical, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_sd", [2.0, 0.5, -1.0])
def test_confidence_bound(n_sd):
    rng = np.random.default_rng(0)
    h = Hyperparameters(np.full(3, 0.5), 1.0, 0.1)
    model = Posterior.fit(rng.random((20, 3)), rng.standard_normal(20), np.arange(3), h)
    acquisition, X = UpperConfidenceBound(model, n_sd), rng.random((6, 3))
    mean, sd = model.predict(X)
    np.testing.assert_allclose(acquisition.value(X), mean + n_sd * sd, rtol=1e-12)
    assert_gradient(acquisition, X)


def test_a_weighted_sum():
    rng = np.random.default_rng(0)
    h = Hyperparameters(np.full(3, 0.5), 1.0, 0.1)
    model = Posterior.fit(rng.random((20, 3)), rng.standard_normal(20), np.arange(3), h)
    first, second = LogEI(model, best=0.3), LogEI(model, best=0.8)
    total = WeightedSum(((1.0, first), (-0.4, second)))
    X = np.random.default_rng(2).random((20, 3))
    np.testing.assert_allclose(total.value(X), first.value(X) - 0.4 * second.value(X))
    assert_gradient(total, X)
