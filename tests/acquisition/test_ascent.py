"""Batched projected BFGS on functions whose maxima are known."""

import numpy as np
import pytest

from skbayes.acquisition.ascent import ascend as ascend_and_learn

# Enough for each start to arrive.
MAX_CALLS = 30


def nothing_learnt(start):
    """What is known of the curvature before a first ascent."""
    n, d = start.shape
    return np.zeros((n, d, d))


def ascend(function, start, scale, is_free, max_calls=MAX_CALLS):
    """End points alone, of an ascent that begins with nothing learnt."""
    return ascend_and_learn(function, start, scale, is_free, max_calls, nothing_learnt(start))[0]


def quadratic(centre, hessian):
    """Concave quadratic function of rows, with its gradient."""

    def function(x, rows):
        d = x - centre
        return -0.5 * np.einsum("ij,jk,ik->i", d, hessian, d), -d @ hessian

    return function


def test_finds_an_interior_maximum_from_every_start():
    rng = np.random.default_rng(0)
    centre = rng.uniform(0.2, 0.8, 5)
    A = rng.standard_normal((5, 5))
    hessian = A @ A.T + np.eye(5)
    start = rng.random((8, 5))
    end = ascend(quadratic(centre, hessian), start, np.ones(5), np.ones((8, 5), dtype=bool))
    np.testing.assert_allclose(end, np.tile(centre, (8, 1)), atol=0.01)


def test_stops_at_the_bounds():
    centre = np.array([1.5, 0.5, -0.3])
    hessian = np.diag([1.0, 3.0, 2.0])
    start = np.random.default_rng(0).random((4, 3))
    end = ascend(quadratic(centre, hessian), start, np.full(3, 0.3), np.ones((4, 3), dtype=bool))
    np.testing.assert_allclose(end, np.tile([1.0, 0.5, 0.0], (4, 1)), atol=0.01)
    np.testing.assert_array_equal(end[:, 0], 1.0)
    np.testing.assert_array_equal(end[:, 2], 0.0)


def test_correlated_maximum_on_a_bound():
    # With x0 held at 1 the best x1 is where the gradient along the bound vanishes.
    hessian = np.array([[2.0, 1.2], [1.2, 1.0]])
    centre = np.array([1.2, 0.2])
    end = ascend(
        quadratic(centre, hessian), np.array([[0.1, 0.9]]), np.ones(2), np.ones((1, 2), dtype=bool)
    )
    np.testing.assert_allclose(end, [[1.0, 0.2 + 1.2 * 0.2]], atol=0.01)


def test_a_narrow_ridge():
    def function(x, rows):
        a, b = x[:, 0] - 0.7, x[:, 1] - x[:, 0] ** 2
        value = -(a**2) - 50.0 * b**2
        gradient = np.stack([-2 * a + 200.0 * b * x[:, 0], -100.0 * b], axis=1)
        return value, gradient

    start = np.array([[0.1, 0.9], [0.9, 0.1], [0.2, 0.0]])
    end = ascend(function, start, np.ones(2), np.ones((3, 2), dtype=bool))
    assert (function(end, None)[0] > -1e-3).all()


def test_frozen_coordinates_stay_exactly():
    start = np.random.default_rng(0).random((3, 4))
    is_free = np.array([[1, 1, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0]], dtype=bool)
    end = ascend(quadratic(np.full(4, 0.5), np.eye(4)), start, np.full(4, 0.7), is_free)
    np.testing.assert_array_equal(end[~is_free], start[~is_free])
    np.testing.assert_allclose(end[is_free], 0.5, atol=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_never_worse_than_the_start_in_the_box_and_few_calls(seed):
    rng = np.random.default_rng(seed)
    frequency, phase = rng.uniform(5, 40, 4), rng.uniform(0, 6, 4)
    calls = []

    def function(x, rows):
        assert x.shape == (rows.size, 4)
        assert (x >= 0.0).all()
        assert (x <= 1.0).all()
        calls.append(rows)
        inner = frequency * x + phase
        return np.sin(inner).sum(axis=1), frequency * np.cos(inner)

    start = rng.random((6, 4))
    scale = rng.uniform(0.05, 1.0, 4)
    end = ascend(function, start, scale, np.ones((6, 4), dtype=bool))
    assert len(calls) <= MAX_CALLS + 1
    before, after = function(start, np.arange(6))[0], function(end, np.arange(6))[0]
    assert (after >= before - 1e-12).all()
    assert after.mean() > before.mean() + 0.5


def test_starts_do_not_influence_each_other():
    rng = np.random.default_rng(0)
    function = quadratic(np.array([0.3, 0.6]), np.array([[3.0, 1.0], [1.0, 2.0]]))
    start, is_free = rng.random((4, 2)), np.ones((4, 2), dtype=bool)
    together = ascend(function, start, np.ones(2), is_free)
    for i in range(4):
        alone = ascend(function, start[i : i + 1], np.ones(2), is_free[:1])
        np.testing.assert_allclose(together[i], alone[0], atol=1e-12)


def test_undefined_values_are_not_entered():
    def function(x, rows):
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.log(0.5 - x[:, 0])
        return value + 4.0 * x[:, 0], (4.0 - 1.0 / (0.5 - x[:, 0]))[:, None]

    end = ascend(function, np.array([[0.0]]), np.ones(1), np.ones((1, 1), dtype=bool))
    assert end[0, 0] == pytest.approx(0.25, abs=0.01)


def test_flat_function_and_nothing_to_move():
    def flat(x, rows):
        return np.zeros(len(x)), np.zeros_like(x)

    start = np.random.default_rng(0).random((2, 3))
    np.testing.assert_array_equal(ascend(flat, start, np.ones(3), np.ones((2, 3), bool)), start)
    assert ascend(flat, np.empty((2, 0)), np.empty(0), np.empty((2, 0), bool)).shape == (2, 0)
    assert ascend(flat, np.empty((0, 3)), np.ones(3), np.empty((0, 3), bool)).shape == (0, 3)


@pytest.mark.parametrize("max_calls", [0, 1, 5])
def test_makes_no_more_calls_than_asked_for(max_calls):
    calls = []
    function = quadratic(np.full(3, 0.5), np.diag([1.0, 10.0, 100.0]))

    def counted(x, rows):
        calls.append(len(x))
        return function(x, rows)

    start = np.random.default_rng(0).random((4, 3))
    free = np.ones((4, 3), dtype=bool)
    end = ascend(counted, start, np.ones(3), free, max_calls)
    assert len(calls) <= max_calls + 1
    assert (function(end, None)[0] >= function(start, None)[0]).all()


def test_goes_on_with_what_it_has_learnt():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((6, 6))
    hessian = A @ A.T + 0.1 * np.eye(6)
    function = quadratic(np.full(6, 0.5), hessian)
    start, is_free = rng.random((4, 6)), np.ones((4, 6), dtype=bool)
    blank = nothing_learnt(start)
    half, learnt = ascend_and_learn(function, start, np.ones(6), is_free, 8, blank)
    assert learnt.any(axis=(1, 2)).all()
    np.testing.assert_allclose(learnt, learnt.transpose(0, 2, 1), atol=1e-9)
    informed, _ = ascend_and_learn(function, half, np.ones(6), is_free, 8, learnt)
    uninformed, _ = ascend_and_learn(function, half, np.ones(6), is_free, 8, blank)
    gain = function(informed, None)[0] - function(uninformed, None)[0]
    assert np.median(gain) > 0.0
    # Nothing to learn without a step.
    _, nothing = ascend_and_learn(function, start, np.ones(6), is_free, 0, blank)
    np.testing.assert_array_equal(nothing, 0.0)
