"""The objective, its gradient, and what the searches find."""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from skbayes.gp import (
    Hyperparameters,
    best_and_spaced,
    default_hyperparameters,
    fit_hyperparameters,
    fitting,
)
from skbayes.gp.fitting import profiled_weights
from skbayes.gp.kernels import factorise, matern52, scale, squared_distances


def problem(n=25, seed=0):
    """Two ordered columns and a category of three values, in three groups."""
    rng = np.random.default_rng(seed)
    X = rng.random((n, 5))
    X[:, 2:] = np.eye(3)[rng.integers(3, size=n)] / 2**0.5
    t = np.sin(5 * X[:, 0]) + X[:, 2] + 0.1 * rng.standard_normal(n)
    return X, (t - t.mean()) / t.std(), np.array([0, 1, 2, 2, 2])


def to_log(h):
    return np.log([*h.lengthscales, h.noise_variance])


def negative_log_posterior(theta, X, t, groups, extra_noise=0.0):
    extra, prior = np.full(t.shape, extra_noise), fitting._log_prior(theta.size - 1)
    return fitting._negative_log_posterior(theta, X, t, groups, extra, *prior)


def objective(h, X, t, groups):
    return negative_log_posterior(to_log(h), X, t, groups)[0]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weighted", [False, True])
def test_gradient_against_central_differences(seed, weighted):
    X, t, groups = problem(seed=seed)
    rng = np.random.default_rng(seed)
    theta = rng.normal([0.0, 0.0, 0.0, -3.0], 0.7)
    extra_noise = rng.uniform(0.0, 0.5, t.size) if weighted else 0.0
    _, gradient = negative_log_posterior(theta, X, t, groups, extra_noise)
    step = 1e-5
    for k in range(theta.size):
        e = step * np.eye(theta.size)[k]
        up, _ = negative_log_posterior(theta + e, X, t, groups, extra_noise)
        down, _ = negative_log_posterior(theta - e, X, t, groups, extra_noise)
        assert gradient[k] == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-6)


def test_gradient_with_many_groups_and_duplicate_rows():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.random((8, 20)), 2, axis=0)
    t, groups = rng.standard_normal(16), np.arange(20)
    theta = np.append(np.full(20, 0.3), -4.0)
    _, gradient = negative_log_posterior(theta, X, t, groups)
    direction = rng.standard_normal(21)
    up, _ = negative_log_posterior(theta + 1e-5 * direction, X, t, groups)
    down, _ = negative_log_posterior(theta - 1e-5 * direction, X, t, groups)
    assert gradient @ direction == pytest.approx((up - down) / 2e-5, rel=1e-6)


def test_value_against_scikit_learn():
    X, t, groups = problem()
    theta = np.array([-0.5, 0.4, 0.1, -3.0])
    ls, sn2 = np.exp(theta[:3])[groups], np.exp(-3.0)
    K, _ = matern52(squared_distances(scale(X, np.exp(theta[:3]), groups)), 1.0)
    m, _ = profiled_weights(factorise(K, np.full(t.size, sn2), 1.0), t)
    kernel = Matern(ls, nu=2.5)
    model = GaussianProcessRegressor(kernel, alpha=sn2 + 1e-10, optimizer=None).fit(X, t - m)
    likelihood = model.log_marginal_likelihood_value_ + 0.5 * t.size * np.log(2 * np.pi)
    penalty = 0.5 * (np.sum(theta[:3] ** 2) + ((theta[3] + 8.0) / 2.0) ** 2)
    value, _ = negative_log_posterior(theta, X, t, groups)
    assert value == pytest.approx(penalty - likelihood, rel=1e-10)


def test_mean_maximises_the_likelihood():
    X, t, groups = problem()
    K, _ = matern52(squared_distances(scale(X, np.ones(3), groups)), 1.0)
    C = K + 0.1 * np.eye(t.size)
    m, alpha = profiled_weights(factorise(K, np.full(t.size, 0.1), 1.0), t)
    weights = np.linalg.solve(C, np.ones(t.size))
    assert m == pytest.approx(weights @ t / weights.sum(), rel=1e-8)
    np.testing.assert_allclose(C @ alpha, t - m, atol=1e-8)
    assert alpha.sum() == pytest.approx(0.0, abs=1e-10)


def test_default_is_the_mode_of_the_prior():
    h = default_hyperparameters(4)
    np.testing.assert_allclose(h.lengthscales, 1.0)
    assert h.noise_variance == pytest.approx(np.exp(-8.0))
    np.testing.assert_allclose(default_hyperparameters(60).lengthscales, 1.0)
    assert default_hyperparameters(0).lengthscales.shape == (0,)


def test_finds_smooth_and_irrelevant_axes():
    rng = np.random.default_rng(0)
    X = rng.random((80, 4))
    y = np.sin(9 * X[:, 0]) + 0.8 * X[:, 1]
    t = (y - y.mean()) / y.std()
    h = fit_hyperparameters(X, t, np.arange(4), starts=[default_hyperparameters(4)])
    assert 0.1 < h.lengthscales[0] < 1.2
    assert h.lengthscales[0] < h.lengthscales[1]
    assert (h.lengthscales[2:] > 2 * h.lengthscales[1]).all()
    assert h.noise_variance < 1e-2


def test_the_signal_has_the_variance_of_the_targets():
    X, t, groups = problem()
    assert default_hyperparameters(3).signal_variance == 1.0
    start = Hyperparameters(np.full(3, 0.3), 7.0, 0.1)  # as an older pickle may have it
    alone = fit_hyperparameters(X, t, groups, starts=[Hyperparameters(np.full(3, 0.3), 1.0, 0.1)])
    h = fit_hyperparameters(X, t, groups, starts=[start])
    assert h.signal_variance == 1.0
    np.testing.assert_array_equal(h.lengthscales, alone.lengthscales)


def test_curvature_of_an_older_pickle_is_that_of_what_is_fitted_now():
    H = np.arange(25.0).reshape(5, 5)
    h = Hyperparameters(np.ones(3), 2.0, 0.1, H)
    np.testing.assert_array_equal(h.inverse_hessian, H[[0, 1, 2, 4]][:, [0, 1, 2, 4]])
    again = Hyperparameters(np.ones(3), 2.0, 0.1, h.inverse_hessian)
    np.testing.assert_array_equal(again.inverse_hessian, h.inverse_hessian)


def test_finds_the_noise():
    rng = np.random.default_rng(0)
    X = rng.random((120, 2))
    t = np.sin(4 * X[:, 0]) + 0.5 * rng.standard_normal(120)
    t = (t - t.mean()) / t.std()
    h = fit_hyperparameters(X, t, np.arange(2), starts=[default_hyperparameters(2)])
    assert 0.2 < h.noise_variance < 0.8


def test_end_point_is_stationary_or_at_a_bound():
    X, t, groups = problem(60)
    h = fit_hyperparameters(X, t, groups, starts=[default_hyperparameters(3)])
    _, gradient = negative_log_posterior(to_log(h), X, t, groups)
    assert np.abs(gradient).max() < 0.05


@pytest.mark.parametrize("seed", range(5))
def test_a_further_start_never_makes_it_worse(seed):
    X, t, groups = problem(15, seed)
    rng = np.random.default_rng(seed)
    starts = [Hyperparameters(rng.lognormal(0, 1, 3), 1.0, rng.lognormal(-4)) for _ in range(4)]
    values = [
        objective(fit_hyperparameters(X, t, groups, starts=starts[: k + 1]), X, t, groups)
        for k in range(4)
    ]
    assert (np.diff(values) <= 1e-9).all()
    assert values[0] <= objective(starts[0], X, t, groups)


def test_deterministic_and_within_bounds_from_absurd_starts():
    X, t, groups = problem()
    start = Hyperparameters(np.array([0.0, 1e9, 1e-9]), 1.0, 0.0)
    first, second = (fit_hyperparameters(X, t, groups, starts=[start]) for _ in range(2))
    np.testing.assert_array_equal(first.lengthscales, second.lengthscales)
    assert (first.lengthscales >= 5e-3 * (1 - 1e-9)).all()
    assert (first.lengthscales <= 1e3 * (1 + 1e-9)).all()
    assert 1e-6 * (1 - 1e-9) <= first.noise_variance <= 1.0 + 1e-9


@pytest.mark.parametrize(
    ("X", "t"),
    [
        (np.array([[0.3, 0.7]]), np.array([0.0])),
        (np.full((6, 2), 0.5), np.array([-1.0, 1.0, -1.0, 1.0, 0.0, 0.0])),
        (np.random.default_rng(0).random((9, 2)), np.zeros(9)),
        (np.repeat(np.random.default_rng(0).random((1, 2)), 300, axis=0), np.zeros(300)),
    ],
    ids=["one row", "one place", "constant targets", "many in one place"],
)
def test_degenerate_data(X, t):
    h = fit_hyperparameters(X, t, np.arange(2), starts=[default_hyperparameters(2)])
    assert np.isfinite(to_log(h)).all()


def test_no_columns():
    X = np.empty((4, 0))
    groups = np.empty(0, dtype=int)
    t = np.array([-1.0, 1.0, 0.0, 0.0])
    h = fit_hyperparameters(X, t, groups, starts=[default_hyperparameters(0)])
    assert h.lengthscales.shape == (0,)
    assert h.noise_variance > 0.1


def test_failed_factorisation_is_a_large_finite_value(monkeypatch):
    def fail(*args):
        raise np.linalg.LinAlgError

    monkeypatch.setattr(fitting, "factorise", fail)
    X, t, groups = problem()
    value, gradient = negative_log_posterior(np.zeros(4), X, t, groups)
    assert value == fitting.FAILED
    assert (gradient == 0.0).all()
    start = Hyperparameters(np.full(3, 0.3), 1.0, 0.1)
    h = fit_hyperparameters(X, t, groups, starts=[start])
    assert to_log(h) == pytest.approx(to_log(default_hyperparameters(3)))


def test_a_start_that_fails_gives_way_to_the_next(monkeypatch):
    X, t, groups = problem()
    real = fitting.factorise

    def fail_for_little_noise(K, noise, signal_variance):
        if noise[0] < 5e-6:
            raise np.linalg.LinAlgError
        return real(K, noise, signal_variance)

    monkeypatch.setattr(fitting, "factorise", fail_for_little_noise)
    bad = Hyperparameters(np.full(3, 0.3), 1.0, 1e-6)
    good = default_hyperparameters(3)
    h = fit_hyperparameters(X, t, groups, starts=[bad, good])
    alone = fit_hyperparameters(X, t, groups, starts=[good])
    np.testing.assert_array_equal(h.lengthscales, alone.lengthscales)


def test_beyond_the_cap_the_fit_uses_the_subset():
    X, t, groups = problem(300)
    rows = best_and_spaced(t, fitting.MAX_FIT_POINTS)
    start = default_hyperparameters(3)
    whole = fit_hyperparameters(X, t, groups, extra_noise=np.zeros(300), starts=[start])
    part = fit_hyperparameters(X[rows], t[rows], groups, starts=[start])
    np.testing.assert_array_equal(whole.lengthscales, part.lengthscales)


def test_refused_input():
    X, t, groups = problem()
    start = [default_hyperparameters(3)]
    with pytest.raises(ValueError, match="starts"):
        fit_hyperparameters(X, t, groups, starts=[])
    with pytest.raises(ValueError, match="n >= 1"):
        fit_hyperparameters(X, t[:-1], groups, starts=start)
    with pytest.raises(ValueError, match="n >= 1"):
        fit_hyperparameters(X[:0], t[:0], groups, starts=start)
    with pytest.raises(ValueError, match="groups"):
        fit_hyperparameters(X, t, groups + 1, starts=start)
    with pytest.raises(ValueError, match="finite"):
        fit_hyperparameters(X, np.where(t == t.max(), np.nan, t), groups, starts=start)
