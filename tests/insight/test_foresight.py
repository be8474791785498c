"""What came of the promises of the model: against predictions from the first targets alone."""

import numpy as np
import pytest
from scipy import stats

from skbayes.gp import Hyperparameters, Posterior
from skbayes.insight.foresight import GRACE, kept_promises


def posterior(t, noise_variance=0.01):
    n = len(t)
    X = np.linspace(0.0, 1.0, n)[:, None]
    hyper = Hyperparameters(np.array([0.4]), 1.0, noise_variance)
    return Posterior.fit(X, np.asarray(t), np.zeros(1, dtype=np.intp), hyper)


def test_by_hand():
    t = np.random.default_rng(3).normal(size=9)
    whole = posterior(t)
    promised = came = 0.0
    for i in range(4, 9):
        # The same constant mean as of all targets.
        X, m = whole.X, whole.constant
        r2 = (X - X.T) ** 2 / 0.4**2
        r = np.sqrt(5 * r2)
        K = (1 + r + r**2 / 3) * np.exp(-r)
        C = K + 0.01 * np.eye(9)
        weights = np.linalg.solve(C[:i, :i], C[:i, i])
        mean, sd = m + weights @ (t[:i] - m), np.sqrt(C[i, i] - weights @ C[:i, i])
        z = (mean - t[:i].max()) / sd
        promised += sd * (stats.norm.pdf(z) + z * stats.norm.cdf(z))
        came += max(t[i] - t[:i].max(), 0.0)
    expected = (came + GRACE) / (promised + GRACE)
    assert kept_promises(whole, 9) == pytest.approx(expected, rel=1e-5)


def test_what_rises_keeps_more_than_what_falls():
    t = np.linspace(-1.5, 1.5, 12)
    assert kept_promises(posterior(t), 12) > 1 > kept_promises(posterior(t[::-1]), 12)


def test_of_a_part_of_the_evaluations_nothing_is_known():
    assert kept_promises(posterior([0.0, 1.0, 0.5]), 4) == 1.0
