import numpy as np

from skbayes.gp import Hyperparameters, Posterior, leave_one_out


def test_against_leaving_each_row_out():
    """With the constant of all rows, for that is what the formula keeps."""
    rng = np.random.default_rng(0)
    X, t = rng.random((9, 2)), rng.standard_normal(9)
    groups, h = np.array([0, 1]), Hyperparameters(np.array([0.5, 0.8]), 1.3, 0.05)
    posterior = Posterior.fit(X, t, groups, h)
    predicted = leave_one_out(posterior, t[:6])
    assert predicted.shape == (6,)
    for i in range(6):
        others = np.delete(np.arange(9), i)
        K = posterior.cholesky @ posterior.cholesky.T
        weights = np.linalg.solve(K[np.ix_(others, others)], t[others] - posterior.constant)
        expected = posterior.constant + K[i, others] @ weights
        np.testing.assert_allclose(predicted[i], expected, rtol=1e-9)
