"""Rows of a fit, of earlier results and of a local model."""

import numpy as np
import pytest

from skbayes.gp import Hyperparameters, Posterior, best_and_spaced, local_rows, spread_rows
from skbayes.gp.fitting import MAX_FIT_POINTS
from skbayes.gp.subset import N_CENTRES
from skbayes.model import rows_of_each

H = Hyperparameters(np.array([0.3, 0.3]), 1.0, 1e-4)
GROUPS = np.array([0, 1])


def problem(n, seed=0):
    X = np.random.default_rng(seed).random((n, 2))
    return X, -((X - 0.7) ** 2).sum(axis=1)


def test_the_best_half_is_kept_and_the_rest_is_spread():
    t = np.random.default_rng(0).standard_normal(1000)
    rows = best_and_spaced(t, 256)
    assert rows.size == np.unique(rows).size == 256
    ranks = np.argsort(np.argsort(-t))[rows]
    np.testing.assert_array_equal(ranks[:128], np.arange(128))
    assert ranks[-1] == 999
    assert 1 <= np.diff(ranks).min() <= np.diff(ranks).max() <= 8
    assert np.unique(best_and_spaced(t[:257], 256)).size == 256
    np.testing.assert_array_equal(best_and_spaced(t[:5], 5), np.argsort(-t[:5]))


def spaced_from_the_best_half(t, n):
    """Ranks counted from the end of the best half, as fits had them."""
    order = np.argsort(-t, kind="stable")
    rest = order[n // 2 :]
    spaced = np.linspace(0, rest.size - 1, n - n // 2).round().astype(np.intp)
    return np.concatenate([order[: n // 2], rest[spaced]])


def spaced_from_the_best(t, n):
    """Ranks counted from the best row, as earlier results had them."""
    order = np.argsort(-t, kind="stable")
    ranks = np.linspace(n // 2, order.size - 1, n - n // 2).round().astype(np.intp)
    return np.concatenate([order[: n // 2], order[ranks]])


@pytest.mark.parametrize(
    ("before", "sizes"),
    [
        (spaced_from_the_best_half, [MAX_FIT_POINTS]),
        (spaced_from_the_best, sorted({rows_of_each(n) for n in range(1, 40)})),
    ],
)
def test_fits_and_earlier_results_keep_the_rows_that_they_kept(before, sizes):
    rng = np.random.default_rng(0)
    for n_rows in sizes:
        for n in range(n_rows + 1, n_rows + 700):
            # Few different targets, so that there are ties, and failures.
            t = np.append(rng.integers(0, 50, n - 1).astype(float), -np.inf)
            np.testing.assert_array_equal(best_and_spaced(t, n_rows), before(t, n_rows))


def test_all_rows_if_they_are_few():
    X, t = problem(20)
    np.testing.assert_array_equal(local_rows(X, t, GROUPS, H, 20), np.arange(20))


def test_the_best_their_neighbours_and_a_spread():
    X, t = problem(2000)
    rows = local_rows(X, t, GROUPS, H, 200)
    assert rows.size == np.unique(rows).size == 200
    assert set(np.argsort(-t)[:N_CENTRES]) <= set(rows)
    distance = np.linalg.norm(X - X[t.argmax()], axis=1)
    assert set(np.argsort(distance)[:20]) <= set(rows)
    # No place of the square is far from all rows.
    nearest = np.linalg.norm(X[:, None] - X[rows], axis=2).min(axis=1)
    assert nearest.max() < 0.2


def test_lengthscales_measure_the_distance():
    X, t = problem(2000)
    long = Hyperparameters(np.array([0.05, 50.0]), 1.0, 1e-4)
    rows = local_rows(X, t, GROUPS, long, 100)
    apart = np.abs(X[rows] - X[t.argmax()])
    near = np.argsort(apart[:, 0])[:50]
    assert apart[near, 0].max() < 0.1
    assert apart[near, 1].max() > 0.3


def test_the_local_model_agrees_with_the_whole_one_near_the_best():
    X, t = problem(1200)
    rows = local_rows(X, t, GROUPS, H, 400)
    new = X[t.argmax()] + 0.03 * np.random.default_rng(1).standard_normal((50, 2))
    whole, local = Posterior.fit(X, t, GROUPS, H), Posterior.fit(X[rows], t[rows], GROUPS, H)
    np.testing.assert_allclose(local.predict(new)[0], whole.predict(new)[0], atol=1e-3)
    np.testing.assert_allclose(local.predict(new)[1], whole.predict(new)[1], atol=2e-3)


def test_rows_in_one_place():
    X = np.full((300, 2), 0.5)
    rows = local_rows(X, np.zeros(300), GROUPS, H, 100)
    assert np.unique(rows).size == 100


def test_spread_rows_stand_for_the_whole_space():
    # A crowd in one corner, and few rows elsewhere: each of these is taken, and one of the crowd.
    rng = np.random.default_rng(0)
    corners = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Z = np.concatenate([0.01 * rng.random((40, 2)), corners])
    rows = spread_rows(Z, 4)
    np.testing.assert_array_equal(rows, [0, 40, 41, 42])
    np.testing.assert_array_equal(spread_rows(Z[:3], 8), np.arange(3))
    # Equal rows are as far from each other as can be, and each is taken once.
    np.testing.assert_array_equal(spread_rows(np.zeros((5, 2)), 3), [0, 1, 2])
