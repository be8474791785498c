"""What came of the promises of the model: against predictions from the first targets alone."""

import numpy as np
import pytest
from scipy import stats

from skbayes.gp import Hyperparameters, Posterior
from skbayes.insight.foresight import GRACE, kept_promises


def posterior(t, earlier=()):
    n, m = len(t), len(earlier)
    x = np.concatenate([np.linspace(0.0, 1.0, n), np.linspace(0.0, 1.0, m)])
    X = np.column_stack([x, np.repeat([0.0, 0.3], [n, m])])
    hyper = Hyperparameters(np.array([0.4, 0.5]), 1.0, 0.01)
    return Posterior.fit(X, np.array([*t, *earlier]), np.arange(2), hyper).section(n, 1)


@pytest.mark.parametrize("n_earlier", [0, 5])
def test_by_hand(n_earlier):
    """Results of other searches, which come last, change nothing but the constant mean."""
    rng = np.random.default_rng(3)
    t = rng.normal(size=9)
    whole = posterior(t, rng.normal(size=n_earlier))
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
