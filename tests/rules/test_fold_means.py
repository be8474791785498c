"""Estimates of means from some folds, against worked numbers and simulated candidates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbayes.rules.fold_means import partial_means


def simulated(seed, n_complete, n_partial, n_folds, n_run, *, sd=0.02, effect=0.1):
    """Fold scores of candidates of the same quality range, and the means over all folds."""
    rng = np.random.default_rng(seed)
    n = n_complete + n_partial
    y = rng.uniform(0.7, 0.75, (n, 1)) + effect * rng.standard_normal(n_folds)
    y = y + sd * rng.standard_normal((n, n_folds))
    folds = [list(row) for row in y]
    for row in folds[n_complete:]:
        row[n_run:] = [None] * (n_folds - n_run)
    return folds, y.mean(axis=1)


def test_complete_candidates_are_what_they_are():
    folds, means = simulated(0, 6, 0, 5, 5)
    mean, sd = partial_means(folds)
    np.testing.assert_allclose(mean, means, rtol=1e-14)
    np.testing.assert_array_equal(sd, 0.0)


def test_what_is_common_to_a_fold_is_taken_off():
    # Fold effects are -1, 0 and 1; the residuals of the first two are +-0.1, 0 and -+0.1.
    folds = [[0.1, 1.0, 1.9], [-0.1, 1.0, 2.1], [4.0, None, None], [4.0, None, 6.3]]
    mean, sd = partial_means(folds)
    np.testing.assert_allclose(mean, [1.0, 1.0, 5.0, 5.15])
    # s2 = 4 * 0.01 / ((2 - 1) (3 - 1)), times 1 / k - 1 / 3, times 1 + 1 / 2.
    np.testing.assert_allclose(sd**2, [0, 0, 0.02 * 2 / 3 * 1.5, 0.02 / 6 * 1.5], atol=1e-15)


def test_poor_candidates_say_nothing_about_the_effects():
    good = [[0.8, 0.9], [0.81, 0.91], [0.82, 0.92], [0.83, 0.93]]
    poor = [[0.5, 0.5], [0.5, 0.4], [0.5, 0.2], [0.3, 0.3]]
    mean, sd = partial_means([*good, *poor, [0.85, None]])
    assert mean[-1] == pytest.approx(0.9)
    assert sd[-1] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("n_run", [1, 2, 4])
@pytest.mark.parametrize("n_complete", [4, 30])
def test_the_error_is_as_large_as_it_says(n_run, n_complete):
    z = []
    for seed in range(100):
        folds, means = simulated(seed, n_complete, 20, 5, n_run)
        mean, sd = partial_means(folds)
        z += list((mean - means)[n_complete:] / sd[n_complete:])
    assert 0.85 < np.std(z) < 1.2


def test_without_complete_candidates_the_effects_are_part_of_the_noise():
    z = []
    for seed in range(200):
        folds, means = simulated(seed, 0, 10, 5, 2)
        mean, sd = partial_means(folds)
        np.testing.assert_allclose(mean, [np.mean(row[:2]) for row in folds])
        z += list((mean - means) / sd)
    # Two folds of five give a variance with one degree of freedom, whose effects are shared.
    assert 0.7 < np.sqrt(np.median(np.square(z))) / 0.67 < 2.0


def test_single_folds_only():
    mean, sd = partial_means([[0.5, None], [0.7, None]])
    np.testing.assert_allclose(mean, [0.5, 0.7])
    np.testing.assert_allclose(sd, np.sqrt(0.02 * 0.5))
    mean, sd = partial_means([[None, 0.7]])
    assert (mean[0], sd[0]) == (0.7, 0.0)


@given(st.integers(0, 50), st.sampled_from([1e-305, 1e-8, 1e9, 1e303]))
def test_units_do_not_matter(seed, unit):
    folds, _ = simulated(seed, 5, 3, 4, 2)
    mean, sd = partial_means(folds)
    scaled = [[None if y is None else y * unit for y in row] for row in folds]
    scaled_mean, scaled_sd = partial_means(scaled)
    np.testing.assert_allclose(scaled_mean, mean * unit, rtol=1e-9)
    np.testing.assert_allclose(scaled_sd, sd * unit, rtol=1e-6)


@given(st.integers(0, 50), st.lists(st.floats(-1, 1), min_size=4, max_size=4))
def test_an_easier_fold_changes_no_comparison(seed, shift):
    """Every estimate moves by the mean of the shifts, however many folds were run."""
    folds, _ = simulated(seed, 5, 3, 4, 2)
    mean, sd = partial_means(folds)
    shifted = [
        [None if y is None else y + s for y, s in zip(row, shift, strict=True)] for row in folds
    ]
    shifted_mean, shifted_sd = partial_means(shifted)
    np.testing.assert_allclose(shifted_mean, mean + np.mean(shift), atol=1e-12)
    np.testing.assert_allclose(shifted_sd, sd, atol=1e-9)


def test_scores_that_are_all_zero():
    mean, sd = partial_means([[0.0, 0.0], [0.0, None]])
    np.testing.assert_array_equal([*mean, *sd], 0.0)


def test_means_beyond_all_floats_are_the_largest():
    folds = [(-9e307, 9e307), (-9e307, 9e307), (-1.7e308, 1.7e308), (9e307, None), (1.7e308, None)]
    mean, sd = partial_means(folds)
    assert np.isfinite(mean).all()
    assert np.isfinite(sd).all()
    assert mean[-1] == np.finfo(float).max
