"""The gain in sight against brute force, the regret bound against the truth, and their laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbayes import Optimizer
from skbayes.model import Observations, Report
from skbayes.optimizer.regret import regret_bound

SPACE = {"x": (0.0, 1.0), "k": (1, 9), "kind": ["a", "b"]}


def score(params):
    bonus = 0.3 if params["kind"] == "b" else 0.0
    return bonus - (params["x"] - 0.7) ** 2 - 0.02 * (params["k"] - 4) ** 2


def run(space, function, n, **kwargs):
    optimizer = Optimizer(space, **kwargs)
    for _ in range(n):
        params = optimizer.ask()
        optimizer.tell(params, function(params))
    return optimizer


def by_brute_force(optimizer, U):
    """Return the gain in sight from its definition, over the rows `U` alone."""
    space, observations = optimizer.space, optimizer._points.store.observations()
    posterior = optimizer._points.surrogate.posterior(observations)
    mean, sd = posterior.predict(space.features(space.snap(U)))
    is_scored = np.isfinite(observations.scores)
    X = space.features(space.coordinates(observations.points))
    mean_told, sd_told = posterior.predict(X[is_scored])
    highest = max((mean + 2 * sd).max(), (mean_told + 2 * sd_told).max())
    return observations.units()[1] * (highest - (mean_told - 2 * sd_told).max())


def test_a_finite_space_against_its_definition():
    space = {"i": (1, 40), "j": (1, 40)}
    optimizer = run(space, lambda p: -((p["i"] - 30) ** 2) - p["j"], 14, random_state=0)
    U = optimizer.space.coordinates(list(optimizer.space.grid()))
    assert optimizer.gain_in_sight() == pytest.approx(by_brute_force(optimizer, U), rel=1e-12)


@pytest.mark.parametrize("n", [6, 12, 30])
def test_a_mixed_space_against_many_points(n):
    optimizer = run(SPACE, score, n, random_state=1)
    U = optimizer.space.sample(np.random.default_rng(0).random((20_000, 3)))
    expected = by_brute_force(optimizer, U)
    # The maximiser finds what 20 000 points do not, and loses nothing but its last steps.
    assert 0.99 * expected <= optimizer.gain_in_sight() <= 1.5 * expected


def test_it_holds_and_shrinks():
    held, last = [], []
    for seed in range(3):
        optimizer = Optimizer(SPACE, random_state=seed)
        for n in range(1, 36):
            params = optimizer.ask()
            optimizer.tell(params, score(params))
            if n >= 12 and n % 3 == 0:
                held.append(optimizer.gain_in_sight() >= 0.3 - optimizer.best_score)
        last.append(optimizer.gain_in_sight())
    assert np.mean(held) > 0.95
    assert max(last) < 0.02  # of a range of 1.3


@pytest.mark.parametrize(("factor", "shift"), [(1e-6, 0.0), (40.0, -7.0), (1e9, 1e9)])
def test_units_are_those_of_the_score(factor, shift):
    rng = np.random.default_rng(3)
    optimizers = [Optimizer(SPACE, random_state=0) for _ in range(2)]
    for u in rng.random((12, 2)):
        params = {"x": u[0], "k": int(1 + 9 * u[1]), "kind": "a"}
        optimizers[0].tell(params, score(params))
        optimizers[1].tell(params, factor * score(params) + shift)
    plain, scaled = (optimizer.gain_in_sight() for optimizer in optimizers)
    assert scaled == pytest.approx(factor * plain, rel=1e-3)


def test_it_follows_from_what_was_told():
    """It is a function of the seed and what was told: no call leaves a trace in another."""
    optimizer, bounds = Optimizer(SPACE, random_state=2), {}
    for n in range(24):
        params = optimizer.ask()
        optimizer.tell(params, None if n in (3, 9) else score(params))
        bounds[n + 1] = optimizer.gain_in_sight()
    for n in (5, 12, 24):
        fresh = Optimizer(SPACE, random_state=2)
        for params, value in optimizer.told[:n]:
            assert fresh.ask() == params
            fresh.tell(params, value)
        assert fresh.gain_in_sight() == fresh.gain_in_sight() == bounds[n]


def test_the_order_of_telling_does_not_matter():
    first, second = (Optimizer(SPACE, random_state=5) for _ in range(2))
    batches = [optimizer.ask(10) for optimizer in (first, second)]
    for params in batches[0]:
        first.tell(params, score(params))
    for params in reversed(batches[1]):
        second.tell(params, score(params))
    assert first.gain_in_sight() == second.gain_in_sight()


def test_it_changes_no_proposal():
    silent = run(SPACE, score, 15, random_state=4)
    asked = Optimizer(SPACE, random_state=4)
    for _ in range(15):
        params = asked.ask()
        asked.gain_in_sight()
        asked.tell(params, score(params))
        asked.gain_in_sight()
    assert asked.told == silent.told


def test_pending_points_are_not_known():
    optimizer = run(SPACE, score, 12, random_state=6)
    bound = optimizer.gain_in_sight()
    optimizer.ask(3)
    assert optimizer.gain_in_sight() == bound


def test_an_earlier_search_lowers_it():
    source = run(SPACE, score, 40, random_state=7)
    cold = run(SPACE, score, 8, random_state=8)
    warm = run(SPACE, score, 8, random_state=8, warm_start_from=source)
    assert warm.gain_in_sight() < cold.gain_in_sight()


@pytest.mark.parametrize(
    "scores",
    [
        [],
        [1.0],
        [None, None, None],
        [None, 1.0, None],
        [1.0, 1.0, 1.0, 1.0],
        [0.2, 0.9, 0.9, 0.9, 0.9],
    ],
)
def test_unknown_without_a_scale(scores):
    optimizer = Optimizer(SPACE, random_state=0)
    for value in scores:
        optimizer.tell(optimizer.ask(), value)
    assert math.isnan(optimizer.gain_in_sight())
    assert math.isnan(optimizer.regret_bound())


def test_scores_as_large_as_floats():
    optimizer = Optimizer(SPACE, random_state=0)
    for value in (1.7e308, -1.7e308, 1e308, -1e308, 0.0):
        optimizer.tell(optimizer.ask(), value)
    assert optimizer.gain_in_sight() >= 0
    assert math.isnan(optimizer.regret_bound())


def test_unknown_without_a_model(monkeypatch):
    def fail(*args):
        raise np.linalg.LinAlgError("not positive definite")

    optimizer = run(SPACE, score, 6, random_state=0)
    monkeypatch.setattr(optimizer._points.surrogate, "posterior", fail)
    assert math.isnan(optimizer.gain_in_sight())
    assert math.isnan(optimizer.regret_bound())
    points = optimizer._points.points_asked[:2]
    assert optimizer._points.predict_point(points[0]) is None
    mean, sd, _ = optimizer._points.prospects(points)
    assert (*mean, *sd) == (0.0, 0.0, 1.0, 1.0)


# The bound


def observed(scores):
    """Return observations with these scores, in this order."""
    optimizer = Optimizer({"i": (0, 99)}, random_state=0)
    points = [optimizer.space.encode({"i": i}) for i in range(len(scores))]
    reports = [Report(score) for score in scores]
    return Observations.of(list(zip(points, reports, strict=True)))


SCORES = st.lists(st.one_of(st.just(math.nan), st.integers(-8, 8).map(float)), max_size=30)


@given(SCORES, st.one_of(st.just(math.nan), st.integers(0, 40).map(lambda k: k / 8)))
def test_the_bound_is_above_all_that_was_seen_or_is_not_known(scores, in_sight):
    bound = regret_bound(observed(scores), in_sight)
    known = [score for score in scores if not math.isnan(score)]
    if math.isnan(bound):
        return
    assert len(known) >= 12
    assert in_sight <= bound < max(known) - min(known)
    n = len(scores)
    # As much as the last three quarters have gained may come again.
    assert bound >= max(known) - np.nanmax(scores[: n // 4])


@given(st.permutations(range(16)), st.integers(0, 10))
def test_more_in_sight_is_no_smaller_bound(scores, in_sight):
    observations = observed([float(score) for score in scores])
    less, more = (regret_bound(observations, g / 8) for g in (in_sight, in_sight + 1))
    assert math.isnan(more) or less < more


def test_by_hand():
    scores = [0.0, 2.0, 1.0, *[1.0] * 8, 3.0]
    assert math.isnan(regret_bound(observed(scores), 0.2))  # 5 * 0.2 + 2 * 1 is the range
    scores[0] = -4.0
    assert regret_bound(observed(scores), 0.2) == pytest.approx(3.0)
    assert math.isnan(regret_bound(observed(scores[1:]), 0.2))  # of 11 scores


def spike(params):
    """Return a score that rises by one for each factor of ten in the squared distance."""
    d2 = (params["x"] - 0.37) ** 2 + (params["y"] - 0.61) ** 2 + (params["z"] - 0.22) ** 2
    return -math.log10(1e-3 + d2)


def test_it_holds_where_the_model_sees_too_little():
    seen, early, later = [], [], []
    for seed in range(12):
        optimizer = Optimizer(dict.fromkeys("xyz", (0.0, 1.0)), random_state=seed)
        for n in range(1, 41):
            params = optimizer.ask()
            optimizer.tell(params, spike(params))
            if n >= 12 and n % 7 == 5:
                left, bound = 3.0 - optimizer.best_score, optimizer.regret_bound()
                seen.append(left <= optimizer.gain_in_sight())
                if not math.isnan(bound):
                    (early if n == 12 else later).append(left <= bound)
    # What the model sees is no bound here: most often there is none, and where there is it holds.
    # Not after 12 scores, the fewest that it is stated of: few searches have one then, which may
    # be wrong (2 of 40 searches).
    assert np.mean(seen) < 0.8
    assert len(early) <= 2
    assert len(later) >= 5
    assert all(later)
