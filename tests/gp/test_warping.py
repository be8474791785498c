"""Targets from scores: order, spacing, outliers and extremes."""

import numpy as np
import pytest

from skbayes.gp import warp, warp_units


@pytest.fixture(autouse=True)
def strict_floating_point():
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        yield


def test_by_hand():
    # Median 0, good half 0, 1, 2: MAD 1, s = 1.4826, so that -100 becomes -4.4478.
    t = warp([-100.0, -1.0, 0.0, 1.0, 2.0])
    expected = np.array([-4.4478, -1.0, 0.0, 1.0, 2.0])
    np.testing.assert_allclose(t, (expected - expected.mean()) / expected.std(), rtol=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_standardised_monotone_and_linear_on_the_good_half(seed):
    rng = np.random.default_rng(seed)
    y = rng.standard_t(1.5, size=rng.integers(2, 60))
    t = warp(y)
    assert t.mean() == pytest.approx(0.0, abs=1e-12)
    assert t.std() == pytest.approx(1.0)
    order = np.argsort(y)
    assert (np.diff(t[order]) >= 0.0).all()
    good = order[y[order] >= np.median(y)]
    ratio = np.diff(t[good]) / np.diff(y[good])
    assert (ratio > 0.0).all()
    np.testing.assert_allclose(ratio, ratio[:1].repeat(ratio.size), rtol=1e-6)


def test_invariant_to_affine_maps_and_to_the_order_of_the_scores():
    y = np.random.default_rng(0).standard_normal(20)
    np.testing.assert_allclose(warp(3.0 + 50.0 * y), warp(y), rtol=1e-10)
    shuffled = np.random.default_rng(1).permutation(20)
    np.testing.assert_allclose(warp(y[shuffled]), warp(y)[shuffled], rtol=1e-12)


def test_one_divergent_score_does_not_flatten_the_others():
    y = np.append(np.linspace(0.8, 0.9, 11), -1e12)
    t = warp(y)
    assert t[:-1].std() > 0.5
    assert t[-1] == t.min()


@pytest.mark.parametrize("y", [[], [3.0], [2.0, 2.0, 2.0], [1e300], [-1e308, -1e308]])
def test_nothing_to_tell_apart_gives_zeros(y):
    np.testing.assert_array_equal(warp(y), np.zeros(len(y)))


def test_a_failure_is_as_bad_as_a_score_can_be():
    y = np.array([0.1, 0.5, 0.7, 0.8, 0.9])
    t = warp([*y, -np.inf])
    floor = 0.7 - 3 * 1.4826 * 0.1
    expected = np.array([*y, floor])
    expected[0] = max(0.1, floor)
    np.testing.assert_allclose(t, (expected - expected.mean()) / expected.std(), rtol=1e-12)
    np.testing.assert_array_equal(warp([-np.inf, -np.inf]), [0.0, 0.0])
    assert warp([2.0, 2.0, -np.inf]).argmin() == 2


def test_flat_good_half_stays_above_the_bad_one():
    t = warp([1.0, 1.0, 1.0, 0.5])
    np.testing.assert_allclose(t, [3**-0.5, 3**-0.5, 3**-0.5, -(3**0.5)])


def test_two_scores():
    np.testing.assert_allclose(warp([0.3, 0.7]), [-1.0, 1.0])


@pytest.mark.parametrize(
    "y",
    [
        [1e300, -1e300, 0.0, 1.0],
        [1.7e308, -1.7e308],
        [1.7e308, -1.7e308, 1.6e308, 1.5e308, -1.6e308],
        [-1e300, 0.1, 0.2, 0.3, 0.4],
        [1e-300, 2e-300, 3e-300, -1e300],
        [1e-200, 3e-200, 2e-200],
    ],
)
def test_extreme_numbers(y):
    t = warp(y)
    assert np.isfinite(t).all()
    assert t.std() == pytest.approx(1.0)
    assert (np.diff(t[np.argsort(y)]) >= 0.0).all()


def test_a_huge_bad_score_leaves_small_differences_visible():
    t = warp([-1e300, 0.1, 0.2, 0.3, 0.4])
    assert (np.diff(t) > 0.1).all()


@pytest.mark.parametrize("y", [[1.0, np.nan], [np.inf, 0.0], [[1.0, 2.0]]])
def test_refused_input(y):
    with pytest.raises(ValueError, match="scores must be"):
        warp(y)


def test_units_map_targets_back():
    y = np.random.default_rng(0).standard_t(1.5, size=40)
    t = warp(y)
    centre, unit = warp_units(y)
    good = y >= np.median(y)
    np.testing.assert_allclose(centre + unit * t[good], y[good], rtol=1e-12)
    # What was drawn in reads as the limit: at least the score.
    assert (centre + unit * t >= y - 1e-12).all()
    assert t.min() == t[y.argmin()]


@pytest.mark.parametrize("y", [[3.0], [2.0, 2.0, 2.0], [-1e308, -1e308]])
def test_units_of_equal_scores(y):
    assert warp_units(y) == (pytest.approx(y[0]), 0.0)


@pytest.mark.parametrize("y", [[1.7e308, -1.7e308], [1e-200, 3e-200, 2e-200], [0.1, -1e300, 0.2]])
def test_units_of_extreme_numbers(y):
    centre, unit = warp_units(y)
    best = int(np.argmax(y))
    assert centre + unit * warp(y)[best] == pytest.approx(y[best])


@pytest.mark.parametrize("y", [[], [-np.inf]])
def test_failures_alone_have_no_unit(y):
    with pytest.raises(ValueError, match="must hold a finite one"):
        warp_units(y)


def test_units_beside_failures():
    y = np.array([0.1, 0.5, 0.7, 0.8, 0.9, -np.inf])
    centre, unit = warp_units(y)
    np.testing.assert_allclose(centre + unit * warp(y)[1:5], y[1:5])
    assert warp_units([2.0, 2.0, -np.inf]) == (2.0, 0.0)


def test_a_reference_lowers_the_limit_and_never_raises_it():
    spread, crowd = np.linspace(-10.0, 0.0, 8), np.linspace(0.9, 1.0, 30)
    y = np.concatenate([spread, crowd])
    assert np.unique(warp(y)[:8]).size == 1
    assert np.unique(warp(y, spread)[:8]).size == 8
    centre, unit = warp_units(y, spread)
    np.testing.assert_allclose(centre + unit * warp(y, spread), y, atol=1e-12)
    np.testing.assert_array_equal(warp(y, crowd), warp(y))
    np.testing.assert_array_equal(warp(y, [-np.inf]), warp(y))
    failed = warp([*y, -np.inf], [*spread, -np.inf])
    assert failed[-1] < failed[0]


def test_a_reference_of_ties_leaves_the_others_to_be_told_apart():
    plateau, slope = np.full(30, 0.9), np.linspace(0.5, 0.89, 10)
    y = np.concatenate([plateau, slope])
    assert np.unique(warp(y)).size == 2
    for reference in (y[:8], y[:35], y):
        centre, unit = warp_units(y, reference)
        np.testing.assert_allclose(centre + unit * warp(y, reference), y, atol=1e-12)
    # A disaster hides nothing all the same, be it among the reference or not.
    for reference in (y[:8], [*y[:8], -1e9]):
        assert np.ptp(warp([*y, -1e9], reference)[30:40]) > 0.1
    # And where all are equal there is nothing to tell apart.
    np.testing.assert_array_equal(warp(plateau, plateau[:8]), np.zeros(30))
