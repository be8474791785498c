"""Targets of what was told, complete, in part and failed."""

import math

import numpy as np
import pytest

from skbayes.gp import warp
from skbayes.model.observations import MAX_NOISE_SD, Observations
from skbayes.model.reports import Report
from skbayes.space import Point

NAN = math.nan
COMPLETE = [Report(0.5, (0.4, 0.6)), Report(0.7, (0.6, 0.8)), Report(0.6, (0.52, 0.68))]


def observed(*reports):
    return Observations.of([(Point(0, (i,)), report) for i, report in enumerate(reports)])


def test_complete_points_have_no_noise_of_their_own_and_their_folds_do_not_matter():
    observations = observed(*COMPLETE, Report(NAN))
    assert observations == Observations(observations.points, (0.5, 0.7, 0.6, NAN))
    assert observations.n_scored == 3
    np.testing.assert_array_equal(observations.has_failed, [False, False, False, True])
    np.testing.assert_array_equal(observations.targets(), warp([0.5, 0.7, 0.6, -np.inf]))
    np.testing.assert_array_equal(observations.extra_noise(), 0.0)


def test_a_point_in_part_is_neither_scored_nor_failed():
    observations = observed(*COMPLETE, Report(NAN), Report(NAN, (0.55, None)), Report(0.3))
    assert observations.n_scored == 4
    np.testing.assert_array_equal(observations.has_failed, np.arange(6) == 3)
    # The first fold is lower than the mean by 0.1, 0.1 and 0.08.
    estimate = 0.55 + (0.1 + 0.1 + 0.08) / 3
    scores = [0.5, 0.7, 0.6, -np.inf, estimate, 0.3]
    np.testing.assert_allclose(observations.targets(), warp(scores))
    noise = observations.extra_noise()
    np.testing.assert_array_equal(noise[[0, 1, 2, 3, 5]], 0.0)
    # The standard error is in units of the targets, as the scores are.
    unit = observations.units()[1]
    residual = np.array([0.1, 0.1, 0.08]) - 0.28 / 3
    s2 = 2 * (residual**2).sum() / 2
    assert noise[4] * unit**2 == pytest.approx(s2 * 0.5 * (1 + 1 / 3))


def test_the_first_ones_know_nothing_of_the_others():
    reports = [*COMPLETE, Report(NAN, (0.55, None)), *COMPLETE]
    assert observed(*reports).first(4) == observed(*reports[:4])
    assert observed(*reports).first(3).targets() == pytest.approx(observed(*COMPLETE).targets())


def test_the_order_of_the_scores_is_kept_in_any_unit():
    for unit in (1e-300, 1.0, 1e300):
        reports = [Report(r.score * unit, tuple(f * unit for f in r.folds)) for r in COMPLETE]
        observations = observed(*reports, Report(NAN, (0.75 * unit, None)))
        assert observations.targets().argmax() == 3
        noise = observations.extra_noise()
        assert 0 < noise[3] < MAX_NOISE_SD**2


def test_noise_beyond_all_measure_is_bounded():
    folds = [(0.0, 0.0), (1e-6, 1e-6), (0.5, -0.5 + 2e-6)]
    reports = [Report(sum(f) / 2, f) for f in folds]
    noise = observed(*reports, Report(NAN, (1e-6, None))).extra_noise()
    assert noise.max() <= MAX_NOISE_SD**2
    equal = observed(Report(0.5, (0.0, 1.0)), Report(NAN, (0.5, None)))
    np.testing.assert_array_equal(equal.extra_noise(), [0.0, MAX_NOISE_SD**2])


def test_parts_only():
    observations = observed(Report(NAN, (0.5, None)), Report(NAN, (0.7, None)))
    assert observations.n_scored == 0
    np.testing.assert_allclose(observations.targets(), [-1.0, 1.0])
    # s2 = 0.02 is the variance between them, a unit 0.1.
    np.testing.assert_allclose(observations.extra_noise(), 0.02 * 0.5 / 0.01)
