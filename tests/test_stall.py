"""A search that has stalled looks elsewhere in turns; one that has not never does."""

import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbayes import Optimizer
from skbayes import _optimizer as module
from skbayes._design import random_points
from skbayes._stall import PATIENCE, SHARE, has_stalled
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


def test_the_largest_numbers():
    big = sys.float_info.max
    assert has_stalled([-big] * 5 + [big] * 9, N_FIRST, 0.0)


def rippled(params):
    """Return scores of a plateau with ripples, and nothing beside it."""
    x, y = params["x"], params["y"]
    return 0.9 + 0.001 * math.sin(20 * x) * math.sin(20 * y) if x < 0.4 else 0.0


@pytest.mark.parametrize("seed", range(4))
def test_every_second_point_leaves_a_plateau(seed):
    """Of 20 random points 12 lie beside it, 7 to 16 with a probability of 0.98."""
    optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=seed, n_iter=80)
    points = []
    for _ in range(60):
        points.append(optimizer.ask())
        optimizer.tell(points[-1], rippled(points[-1]))
    beside = np.array([params["x"] >= 0.4 for params in points[20:]])
    assert 7 <= beside[::2].sum() <= 16
    assert beside[1::2].sum() <= 3


def test_random_points_are_cheap_while_costs_matter():
    def mean_beside(budget_left):
        optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=0, n_iter=80)
        beside = []
        for n in range(60):
            params = optimizer.ask(budget_left=budget_left)
            score = rippled(params)
            optimizer.tell(params, score, cost=math.exp(6 * params["y"]))
            if n >= 20 and score == 0.0:
                beside.append(params["y"])
        return np.mean(beside)

    assert mean_beside(None) > 0.4
    assert mean_beside(1.0) < 0.3


def test_random_points_are_drawn_as_dense_as_is_wanted():
    space = parse_space({"x": (0.0, 1.0)})
    rng = np.random.default_rng(0)

    def log_density(X):
        return np.where(X[:, 0] < 0.5, math.log(4.0), 0.0)

    drawn = [next(iter(random_points(space, [0], rng, log_density))) for _ in range(500)]
    below = np.mean([space.decode(point)["x"] < 0.5 for point in drawn])
    assert 0.72 < below < 0.86  # of an endless sample 0.8


def test_while_there_is_a_gain_all_proposals_are_the_models(monkeypatch):
    def asked(every):
        monkeypatch.setattr(module, "RANDOM_EVERY", every)
        optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=0, n_iter=20)
        points = []
        for _ in range(15):
            points.append(optimizer.ask())
            optimizer.tell(points[-1], -((points[-1]["x"] - 0.3) ** 2) - points[-1]["y"])
        return points

    assert asked(2) == asked(sys.maxsize)


def test_random_points_are_new_and_allowed():
    """A small space, most of it forbidden, with equal scores but one: it is gone through whole."""
    space = {"i": (0, 9), "kind": list("ab")}
    optimizer = Optimizer(space, random_state=0, is_allowed=lambda p: p["i"] % 2 == 0, n_iter=30)
    points = []
    for n in range(10):
        points.append(optimizer.ask())
        optimizer.tell(points[-1], float(n == 1))
    assert len({(p["i"], p["kind"]) for p in points}) == 10
    assert all(p["i"] % 2 == 0 for p in points)
