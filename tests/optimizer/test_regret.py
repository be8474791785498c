"""The regret bound against brute force, against the truth, and its laws."""

import math

import numpy as np
import pytest

from skbayes import Optimizer

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
    """Return the bound from its definition, over the rows `U` alone."""
    space, observations = optimizer.space, optimizer._store.observations()
    posterior = optimizer._surrogate.posterior(observations)
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
    assert optimizer.regret_bound() == pytest.approx(by_brute_force(optimizer, U), rel=1e-12)


@pytest.mark.parametrize("n", [6, 12, 30])
def test_a_mixed_space_against_many_points(n):
    optimizer = run(SPACE, score, n, random_state=1)
    U = optimizer.space.sample(np.random.default_rng(0).random((20_000, 3)))
    expected = by_brute_force(optimizer, U)
    # The maximiser finds what 20 000 points do not, and loses nothing but its last steps.
    assert 0.99 * expected <= optimizer.regret_bound() <= 1.5 * expected


def test_it_holds_and_shrinks():
    held, last = [], []
    for seed in range(3):
        optimizer = Optimizer(SPACE, random_state=seed)
        for n in range(1, 36):
            params = optimizer.ask()
            optimizer.tell(params, score(params))
            if n >= 12 and n % 3 == 0:
                held.append(optimizer.regret_bound() >= 0.3 - optimizer.best_score)
        last.append(optimizer.regret_bound())
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
    plain, scaled = (optimizer.regret_bound() for optimizer in optimizers)
    assert scaled == pytest.approx(factor * plain, rel=1e-3)


def test_it_follows_from_what_was_told():
    """It is a function of the seed and what was told: no call leaves a trace in another."""
    optimizer, bounds = Optimizer(SPACE, random_state=2), {}
    for n in range(24):
        params = optimizer.ask()
        optimizer.tell(params, None if n in (3, 9) else score(params))
        bounds[n + 1] = optimizer.regret_bound()
    for n in (5, 12, 24):
        fresh = Optimizer(SPACE, random_state=2)
        for params, value in optimizer.told[:n]:
            assert fresh.ask() == params
            fresh.tell(params, value)
        assert fresh.regret_bound() == fresh.regret_bound() == bounds[n]


def test_the_order_of_telling_does_not_matter():
    first, second = (Optimizer(SPACE, random_state=5) for _ in range(2))
    batches = [optimizer.ask(10) for optimizer in (first, second)]
    for params in batches[0]:
        first.tell(params, score(params))
    for params in reversed(batches[1]):
        second.tell(params, score(params))
    assert first.regret_bound() == second.regret_bound()


def test_it_changes_no_proposal():
    silent = run(SPACE, score, 15, random_state=4)
    asked = Optimizer(SPACE, random_state=4)
    for _ in range(15):
        params = asked.ask()
        asked.regret_bound()
        asked.tell(params, score(params))
        asked.regret_bound()
    assert asked.told == silent.told


def test_pending_points_are_not_known():
    optimizer = run(SPACE, score, 12, random_state=6)
    bound = optimizer.regret_bound()
    optimizer.ask(3)
    assert optimizer.regret_bound() == bound


def test_an_earlier_search_lowers_it():
    source = run(SPACE, score, 40, random_state=7)
    cold = run(SPACE, score, 8, random_state=8)
    warm = run(SPACE, score, 8, random_state=8, warm_start_from=source)
    assert warm.regret_bound() < cold.regret_bound()


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
    assert math.isnan(optimizer.regret_bound())


def test_scores_as_large_as_floats():
    optimizer = Optimizer(SPACE, random_state=0)
    for value in (1.7e308, -1.7e308, 1e308, -1e308, 0.0):
        optimizer.tell(optimizer.ask(), value)
    assert optimizer.regret_bound() >= 0


def test_unknown_without_a_model(monkeypatch):
    def fail(*args):
        raise np.linalg.LinAlgError("not positive definite")

    optimizer = run(SPACE, score, 6, random_state=0)
    monkeypatch.setattr(optimizer._surrogate, "posterior", fail)
    assert math.isnan(optimizer.regret_bound())
