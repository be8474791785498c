"""Descent in a box."""

import numpy as np
import pytest

from skbayes.gp.descent import descend

WIDE = np.tile([-10.0, 10.0], (3, 1))


def quadratic(A, centre):
    def value_and_gradient(x):
        g = A @ (x - centre)
        calls.append(x)
        return 0.5 * float((x - centre) @ g), g

    calls = []
    return value_and_gradient, calls


def test_finds_the_minimum_of_a_quadratic():
    A = np.diag([1.0, 30.0, 400.0]) + 0.5
    function, _ = quadratic(A, np.array([1.0, -2.0, 0.5]))
    x, f, H = descend(function, np.zeros(3), WIDE, np.eye(3))
    assert f < 1e-3
    assert np.abs(A @ (x - [1.0, -2.0, 0.5])).max() < 0.3
    np.testing.assert_array_equal(H, H.T)
    assert (np.linalg.eigvalsh(H) > 0.0).all()


def test_the_inverse_hessian_makes_it_one_step():
    A = np.diag([1.0, 30.0, 400.0]) + 0.5
    function, calls = quadratic(A, np.array([1.0, -1.5, 0.5]))
    x, _, _ = descend(function, np.zeros(3), WIDE, np.linalg.inv(A))
    np.testing.assert_allclose(x, [1.0, -1.5, 0.5], atol=1e-8)
    assert len(calls) == 2


def test_stops_at_a_bound():
    function, _ = quadratic(np.diag([1.0, 4.0, 9.0]), np.array([20.0, 0.3, -20.0]))
    x, _, _ = descend(function, np.full(3, 50.0), WIDE, np.eye(3))
    np.testing.assert_allclose(x, [10.0, 0.3, -10.0], atol=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_is_never_worse_than_the_start(seed):
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(3, 3))

    def wavy(x):
        return float(np.sin(w @ x).sum()), w.T @ np.cos(w @ x)

    start = rng.uniform(-5, 5, 3)
    x, f, _ = descend(wavy, start, WIDE, np.eye(3))
    assert f <= wavy(start)[0]
    assert (np.abs(x) <= 10.0).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_function_that_is_undefined_ends_the_search(bad):
    x, f, _ = descend(lambda x: (bad, np.full(3, np.nan)), np.ones(3), WIDE, np.eye(3))
    np.testing.assert_array_equal(x, np.ones(3))
    assert not np.isfinite(f)


def test_steps_into_where_the_function_is_undefined_are_cut():
    def barrier(x):
        if x[0] <= 0.0:
            return np.inf, np.zeros(1)
        return float(x[0] - np.log(x[0])), np.array([1.0 - 1.0 / x[0]])

    x, _, _ = descend(barrier, np.array([1.8]), WIDE[:1], np.eye(1) * 100.0)
    assert x[0] == pytest.approx(1.0, abs=0.05)


def test_no_coordinates():
    x, f, _ = descend(lambda x: (1.5, x), np.empty(0), np.empty((0, 2)), np.empty((0, 0)))
    assert x.size == 0
    assert f == 1.5
