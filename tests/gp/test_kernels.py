"""Kernel matrices, their derivative parts and their factorisation."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.gaussian_process.kernels import Matern

from skbayes.gp import kernels
from skbayes.gp.kernels import (
    factorise,
    matern52,
    matern52_values,
    scale,
    squared_distances,
    triangular_inverse,
)


def rows(n, p, seed=0):
    return np.random.default_rng(seed).random((n, p))


def test_scale_divides_each_column_by_the_lengthscale_of_its_group():
    X = np.array([[2.0, 3.0, 4.0]])
    Z = scale(X, np.array([2.0, 0.5]), np.array([0, 1, 1]))
    np.testing.assert_allclose(Z, [[1.0, 6.0, 8.0]])


def test_squared_distances():
    Z, other = rows(7, 3), rows(4, 3, seed=1)
    np.testing.assert_allclose(squared_distances(Z, other), cdist(Z, other, "sqeuclidean"))
    D2 = squared_distances(Z)
    np.testing.assert_allclose(D2, cdist(Z, Z, "sqeuclidean"), atol=1e-15)
    assert (np.diag(D2) == 0.0).all()


def test_squared_distances_of_close_rows_are_not_negative():
    Z = 1e3 + 1e-9 * rows(50, 4)
    assert (squared_distances(Z) >= 0.0).all()
    assert (squared_distances(Z, Z.copy()) >= 0.0).all()


def test_squared_distances_without_columns_are_zero():
    assert (squared_distances(np.empty((3, 0))) == 0.0).all()


def test_matern_by_hand():
    # At distance 1: (1 + sqrt 5 + 5/3) exp(-sqrt 5), and P = 5/3 (1 + sqrt 5) exp(-sqrt 5).
    K, P = matern52(np.array([[0.0, 1.0]]), 2.0)
    a = 5.0**0.5
    np.testing.assert_allclose(K, [[2.0, 2.0 * (1 + a + 5 / 3) * np.exp(-a)]], rtol=1e-15)
    np.testing.assert_allclose(P, [[10 / 3, 10 / 3 * (1 + a) * np.exp(-a)]], rtol=1e-15)


def test_matern_against_scikit_learn_across_blocks():
    Z = rows(300, 3) * 4.0
    K, _ = matern52(squared_distances(Z), 1.7)
    np.testing.assert_allclose(K, 1.7 * Matern(nu=2.5)(Z), rtol=1e-10, atol=1e-14)


def test_matern_without_derivatives_is_the_same():
    D2 = squared_distances(rows(300, 3) * 4.0)
    K, _ = matern52(D2.copy(), 1.7)
    np.testing.assert_allclose(matern52_values(D2, 1.7), K, rtol=1e-13)


def test_matern_gradient_against_finite_differences():
    z, other = rows(1, 3)[0], rows(6, 3, seed=1)
    _, P = matern52(squared_distances(z[None], other), 1.3)
    gradient = -P[0][:, None] * (z - other)
    step = 1e-6
    for k in range(3):
        up, down = z.copy(), z.copy()
        up[k] += step
        down[k] -= step
        K_up, _ = matern52(squared_distances(up[None], other), 1.3)
        K_down, _ = matern52(squared_distances(down[None], other), 1.3)
        numerical = (K_up - K_down)[0] / (2 * step)
        np.testing.assert_allclose(gradient[:, k], numerical, atol=1e-8)


def test_tied_one_hot_columns_are_a_hamming_distance():
    codes = np.array([0, 1, 2, 1])
    X = np.eye(3)[codes] / 2**0.5
    Z = scale(X, np.array([0.7]), np.zeros(3, dtype=int))
    expected = (codes[:, None] != codes) / 0.7**2
    np.testing.assert_allclose(squared_distances(Z), expected, atol=1e-15)


def test_factor_and_inverse():
    K, _ = matern52(squared_distances(rows(20, 3)), 1.5)
    noise = np.linspace(0.01, 0.1, 20)
    before = K.copy()
    L = factorise(K, noise, 1.5)
    np.testing.assert_array_equal(K, before)
    C = K + np.diag(noise + 1.5e-10)
    np.testing.assert_allclose(L @ L.T, C, atol=1e-13)
    assert (np.triu(L, 1) == 0.0).all()
    before = L.copy()
    L_inverse = triangular_inverse(L)
    np.testing.assert_array_equal(L, before)
    np.testing.assert_allclose(L_inverse @ L, np.eye(20), atol=1e-12)
    assert (np.triu(L_inverse, 1) == 0.0).all()


def test_jitter_grows_only_when_needed():
    K = np.ones((3, 3))
    K[0, 0] -= 1e-7
    K[0, 1] = K[1, 0] = 1.0 + 1e-8
    L = factorise(K, np.zeros(3), 1.0)
    jitter = np.diag(L @ L.T - K)
    assert (jitter > 1e-9).all()
    assert (jitter < 1e-5).all()
    well = factorise(np.eye(2), np.zeros(2), 1.0)
    np.testing.assert_allclose(np.diag(well) ** 2, 1.0 + kernels.JITTER, rtol=1e-15)


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_a_matrix_that_is_not_positive_definite_is_refused(bad):
    with pytest.raises(np.linalg.LinAlgError, match="2 points"):
        factorise(np.diag([1.0, bad]), np.zeros(2), 1.0)
