"""A search that has stalled looks elsewhere in turns; one that has not never does."""

import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from skbayes import Optimizer
from skbayes.gp import Posterior, default_hyperparameters
from skbayes.optimizer import proposer as module
from skbayes.optimizer.criterion import expected_improvement
from skbayes.optimizer.design import Design, random_points
from skbayes.optimizer.stagnation import PATIENCE, SHARE, has_stalled
from skbayes.space import parse_space

N_FIRST = 5
BEGUN = [0.0, 0.1, 0.2, 0.3, 0.4, 1.2]  # a gain of one over the median of the first five
SETTLED = [*BEGUN, *[0.5] * PATIENCE]


@pytest.mark.parametrize(
    ("scores", "promise", "expected"),
    [
        (SETTLED, 0.0, True),
        (SETTLED, SHARE, True),
        (SETTLED, 1.01 * SHARE, False),
        (SETTLED[:-1], 0.0, False),
        ([*SETTLED[:-1], 1.2 + 0.5 * SHARE], 0.0, True),
        ([*SETTLED[:-1], 1.2 + 2 * SHARE], 0.0, False),
        ([*BEGUN, *[math.nan] * PATIENCE], 0.0, True),
        ([math.nan] * 20, 0.0, False),
        ([math.nan] * 19 + [1.0], 0.0, False),
        ([1.0] * 20, 0.0, False),
        ([1.0, *[0.0] * 19], 0.0, True),
        ([0.0] * 4 + [1.0] * 16, 0.0, True),
        ([math.nan] * 5 + [0.0, 1.0] + [0.5] * 20, 0.0, True),
        ([], 0.0, False),
    ],
)
def test_stalled(scores, promise, expected):
    assert has_stalled(scores, N_FIRST, promise) is expected


@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=40),
    st.integers(0, 100),
    st.integers(-30, 30),
    st.integers(-1000, 1000),
)
def test_neither_unit_nor_zero_of_the_scores_matters(scores, promise, exponent, shift):
    unit = 2.0**exponent
    moved = [unit * (score + shift) for score in scores]
    assert has_stalled(scores, N_FIRST, promise) == has_stalled(moved, N_FIRST, unit * promise)


@given(st.lists(st.floats(allow_infinity=False), max_size=30))
def test_any_scores_have_an_answer(scores):
    assert has_stalled(scores, N_FIRST, math.inf) is False
    assert has_stalled(scores, N_FIRST, 0.0) in (True, False)


@pytest.mark.parametrize("unit", [2.0**1020, 2.0**-1020])
@pytest.mark.parametrize(
    ("scores", "promise"),
    [
        ([8.0] * 4 + [12.0] + [0.0] * 9, 0.0),
        ([-12.0] * 4 + [-6.0] * 4 + [12.0] * 4, 6.0),
        ([-12.0] * 4 + [12.0] * 10, 0.0),
        ([-12.0] * 4 + [12.0] * 10, 0.125),
    ],
)
def test_the_largest_and_the_smallest_numbers(scores, promise, unit):
    moved = [unit * score for score in scores]
    assert has_stalled(scores, 4, promise) == has_stalled(moved, 4, unit * promise)


def test_points_that_were_never_asked_for_are_no_evaluations_without_a_gain():
    assert has_stalled(SETTLED, N_FIRST, 0.0)
    assert not has_stalled(SETTLED, N_FIRST, 0.0, n_given=len(BEGUN) + 1)
    assert has_stalled(SETTLED, N_FIRST, 0.0, n_given=len(BEGUN) - 1)


def test_what_is_known_beforehand_stalls_no_search(monkeypatch):
    def first(every):
        monkeypatch.setattr(module, "RANDOM_EVERY", every)
        optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
        for i in range(40):  # better and better, and in the order of x the best comes early
            optimizer.tell({"x": ((7 * i + 3) % 40) / 40}, i / 40)
        return optimizer.ask()

    assert first(2) == first(sys.maxsize)


def rippled(params):
    """Return scores of a plateau with ripples, and nothing beside it."""
    x, y = params["x"], params["y"]
    return 0.9 + 0.001 * math.sin(20 * x) * math.sin(20 * y) if x < 0.4 else 0.0


@pytest.mark.parametrize("seed", range(4))
def test_every_second_point_leaves_a_plateau(seed):
    """Of 20 random points 12 lie beside it, 6 to 18 with a probability of 0.998."""
    optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=seed, n_iter=80)
    points = []
    for _ in range(60):
        points.append(optimizer.ask())
        optimizer.tell(points[-1], rippled(points[-1]))
    beside = np.array([params["x"] >= 0.4 for params in points[20:]])
    assert 6 <= beside[::2].sum() <= 18
    assert beside[1::2].sum() <= 3


@pytest.fixture
def looks(monkeypatch):
    """Return a list to which each look elsewhere adds its branches and what may fail.

    The search counts as stalled all the time: when one does depends on the last bit of a sum.
    """
    calls = []
    monkeypatch.setattr(module, "has_stalled", lambda *args: True)

    def spy(space, branches, rng, feasible):
        calls.append((branches, feasible))
        return random_points(space, branches, rng, feasible)

    monkeypatch.setattr(module, "random_points", spy)
    return calls


def search(space, score, n):
    optimizer = Optimizer(space, random_state=0, n_iter=80)
    for _ in range(n):
        params = optimizer.ask()
        optimizer.tell(params, score(params), cost=math.exp(6 * params["y"]))
    return optimizer


SQUARE = {"x": (0.0, 1.0), "y": (0.0, 1.0)}


def test_while_costs_matter_the_model_has_all_turns(looks):
    """What is proposed is worth its cost: that it promises little says nothing of the rest."""
    optimizer = search(SQUARE, rippled, 20)
    assert looks
    looks.clear()
    assert optimizer._store.cost_model(optimizer.space)[0] is not None
    optimizer.ask(4)
    assert len(looks) == 2
    looks.clear()
    for _ in range(4):
        optimizer.ask(budget_left=1.0)
    assert not looks


def test_random_points_avoid_what_fails(looks):
    optimizer = search(SQUARE, lambda p: None if p["y"] > 0.5 else rippled(p), 30)
    _, feasible = looks[-1]
    points = [optimizer.space.encode(params) for params, _ in optimizer.told]
    value = feasible.value(optimizer.space.features(optimizer.space.coordinates(points)))
    has_failed = np.array([params["y"] > 0.5 for params, _ in optimizer.told])
    assert value[has_failed].mean() < value[~has_failed].mean() - 1.0


def test_a_point_that_is_awaited_and_promises_much_is_a_reason_to_wait(monkeypatch):
    promises = []

    def spy(scores, n_first, promise, n_given):
        promises.append(promise)
        return False

    monkeypatch.setattr(module, "has_stalled", spy)
    optimizer = search(SQUARE, lambda p: -((p["x"] - 0.3) ** 2) - (p["y"] - 0.6) ** 2, 16)
    optimizer.ask(6)
    # The third and the fifth of the batch know what the first promises.
    assert np.diff(promises[-3:]).min() >= -1e-6 * promises[-3]


@pytest.mark.parametrize("n_branches", [1, 6])
def test_branches_leave_the_model_its_turns(looks, n_branches):
    """The design of six branches has its turns at other numbers than that of one.

    After it, random points take every second turn and no other.
    """
    axes = dict.fromkeys("xyz", (0.0, 1.0))
    optimizer = Optimizer([{"b": [b], **axes} for b in range(n_branches)], random_state=0)
    turns = []
    for _ in range(30):
        looks.clear()
        params = optimizer.ask()
        optimizer.tell(params, params["x"])
        turns.append(len(looks))
        assert all(branches == list(range(n_branches)) for branches, _ in looks)
    end = Design(optimizer.space, 0, None).size
    assert turns[:end] == [0] * end
    assert turns[end:] == [int(n % 2 == 0) for n in range(end, 30)]


def test_random_points_come_from_all_branches():
    space = parse_space([{"x": (0.0, 1.0)}, {"y": (0.0, 1.0)}, {"z": (0.0, 1.0)}])
    drawn = random_points(space, [0, 2], np.random.default_rng(0))
    assert {point.branch for point in drawn} == {0, 2}


def test_what_is_expected_of_the_best_point_and_of_one_far_away():
    X, y = np.array([[0.0], [0.1], [0.2]]), np.array([-1.0, 0.0, 1.0])
    hyperparameters = default_hyperparameters(1)
    posterior = Posterior.fit(X, y, np.zeros(1, dtype=np.intp), hyperparameters)
    mean, sd = posterior.predict(np.array([[0.25], [9.0]]))
    z = (mean - posterior.best) / sd
    expected = sd * (norm.pdf(z) + z * norm.cdf(z))
    found = expected_improvement(posterior, np.array([[0.25], [9.0]]))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_random_points_are_drawn_as_dense_as_they_are_likely_not_to_fail():
    space = parse_space({"x": (0.0, 1.0)})
    rng = np.random.default_rng(0)

    class Feasible:
        def value(self, X):
            return np.where(X[:, 0] < 0.5, math.log(0.8), math.log(0.2))

    drawn = [next(iter(random_points(space, [0], rng, Feasible()))) for _ in range(500)]
    below = np.mean([space.decode(point)["x"] < 0.5 for point in drawn])
    assert 0.72 < below < 0.86  # of an endless sample 0.8


def test_while_there_is_a_gain_all_proposals_are_the_models(monkeypatch):
    def asked(every):
        monkeypatch.setattr(module, "RANDOM_EVERY", every)
        optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=0, n_iter=20)
        points = []
        for n in range(15):  # each is better than all before, whichever it is
            points.append(optimizer.ask())
            optimizer.tell(points[-1], n + points[-1]["x"])
        return points

    assert asked(2) == asked(sys.maxsize)


def test_random_points_are_new_and_allowed(looks):
    """A space of which a tenth is allowed is gone through whole."""
    space = {"i": (0, 99), "kind": list("ab")}
    optimizer = Optimizer(space, random_state=0, is_allowed=lambda p: p["i"] % 10 == 0, n_iter=30)
    points = []
    for n in range(20):
        points.append(optimizer.ask())
        optimizer.tell(points[-1], float(n == 1))
    assert len(looks) >= 2
    assert len({(p["i"], p["kind"]) for p in points}) == 20
    assert all(p["i"] % 10 == 0 for p in points)
