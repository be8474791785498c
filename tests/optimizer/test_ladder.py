import math

import numpy as np
import pytest

from skbayes import Optimizer
from skbayes.model import MAX_OBSERVATIONS, Report, Surrogate
from skbayes.optimizer import Ladder
from skbayes.optimizer.ladder import LOOKS, N_LEARNT_FROM
from skbayes.optimizer.rungs import Rungs
from skbayes.optimizer.store import ObservationStore
from skbayes.rules import Choice, Standing
from skbayes.space import parse_space

SPACE = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
SHARES = (0.05, 0.15)


def whole(params):
    return -((params["x"] - 0.3) ** 2) - (params["y"] - 0.7) ** 2


def run(of_rung, *, n=40, n_iter=25, costs=SHARES, seconds=1.0, budget_left=None):
    """Run a ladder to its end; return the choices, the scores of the wholes, and the optimiser."""
    optimizer = Optimizer(SPACE, random_state=0, n_iter=n_iter)
    ladder = Ladder(optimizer._points, SHARES)
    points, scores, times, closed, choices = [], [], [], set(), []
    while True:
        standings = [
            Standing(i, tuple(row), False, i in closed, tuple(times[i]))
            for i, row in enumerate(scores)
        ]
        may_ask = len(points) < n_iter
        choice = ladder.choose(standings, may_ask, not may_ask, budget_left)
        if choice is None or len(choices) == n:
            return choices, optimizer
        choices.append(choice)
        index = choice.index
        if index is None:
            index = len(points)
            points.append(optimizer._points.ask_point(budget_left))
            scores.append([None, None])
            times.append([math.nan] * 3)
        params = optimizer.space.decode(points[index])
        if choice.rung is None:
            closed.add(index)
            times[index][2] = seconds
            score = whole(params)
            report = Report(score, (score,), seconds, tuple(scores[index]))
        else:
            scores[index][choice.rung] = of_rung(params, choice.rung)
            times[index][choice.rung] = seconds * costs[choice.rung]
            report = Report(math.nan, (None,), None, tuple(scores[index]))
        optimizer._points.tell_report(points[index], report)


def test_the_first_ones_are_measured_on_every_rung_and_as_a_whole():
    choices, _ = run(lambda params, rung: whole(params), n=3 * N_LEARNT_FROM)
    expected = []
    for index in range(N_LEARNT_FROM):
        expected += [Choice(None, 0), Choice(index, 1), Choice(index)]
    assert choices == expected


def test_rungs_that_tell_the_whole_are_used_and_few_wholes_needed():
    choices, optimizer = run(lambda params, rung: whole(params) + 0.1, n=200)
    after = choices[3 * N_LEARNT_FROM :]
    looks = [choice for choice in after if choice.index is None and choice.rung is not None]
    assert len(looks) >= 12
    assert optimizer.best_score > -0.01


def test_looks_keep_away_from_each_other():
    choices, optimizer = run(lambda params, rung: whole(params) + 0.1, n=60)
    begun = [choice for choice in choices if choice.index is None]
    places = np.array(
        [
            list(optimizer.space.decode(point).values())
            for point, choice in zip(optimizer._points.store.points_asked, begun, strict=True)
            if choice.rung is not None
        ][N_LEARNT_FROM:]
    )
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    nearest = (distances + 9.0 * np.eye(len(places))).min(axis=1)
    assert len(places) >= 10
    assert np.median(nearest) > 0.04


@pytest.mark.parametrize(
    "of_rung",
    [
        lambda params, rung: -whole(params),
        lambda params, rung: math.sin(1e4 * (params["x"] + 2 * params["y"])),
    ],
)
def test_rungs_that_mislead_are_left(of_rung):
    choices, optimizer = run(of_rung, n=200)
    after = choices[3 * N_LEARNT_FROM :]
    assert sum(choice.rung is not None for choice in after) <= 2
    assert optimizer.best_score > -0.01


def test_rungs_that_save_nothing_are_left():
    choices, _ = run(lambda params, rung: whole(params), n=60, costs=(1.0, 1.02))
    # The first candidate shows what they cost.
    assert all(choice.rung is None for choice in choices[3:])


def test_what_costs_too_much_is_learnt_of_the_first_one_only():
    choices, _ = run(
        lambda params, rung: whole(params), n=3 + 2 * (N_LEARNT_FROM - 1), costs=(0.15, 0.25)
    )
    expected = [Choice(None, 0), Choice(0, 1), Choice(0)]
    for index in range(1, N_LEARNT_FROM):
        expected += [Choice(None, 0), Choice(index)]
    assert choices == expected


def test_the_clock_of_quick_fits_is_not_looked_at():
    slow, _ = run(lambda params, rung: whole(params), n=60, costs=(1.0, 1.02), seconds=0.01)
    as_shares, _ = run(lambda params, rung: whole(params), n=60)
    assert slow == as_shares


def test_some_wholes_come_however_well_rungs_tell():
    choices, _ = run(lambda params, rung: whole(params), n=120, n_iter=100)
    n_wholes = n_asked = 0
    for choice in choices:
        n_wholes += choice.rung is None
        n_asked += choice.index is None
        assert n_asked - n_wholes <= LOOKS * max(n_wholes, 1)


def test_it_ends_when_nothing_is_worth_a_whole():
    choices, _ = run(lambda params, rung: whole(params), n=500)
    assert len(choices) < 100


def test_costs_are_followed_where_time_is_short():
    choices, optimizer = run(lambda params, rung: whole(params), n=60, budget_left=1.0)
    assert len(choices) > 20
    assert optimizer.best_score > -0.05


def test_share_only_points_are_no_observations():
    optimizer = Optimizer(SPACE, random_state=0)
    point = optimizer._points.ask_point()
    optimizer._points.tell_report(point, Report(math.nan, (None, None), None, (0.5,)))
    assert optimizer.pending == []
    assert optimizer.told == []
    assert np.isnan(optimizer.best_score)
    assert optimizer._points.n_complete == 0
    assert optimizer._points.ask_point() != point


def looks(order):
    """Return a store of many looks, told in an order; every tenth failed, many scores are equal."""
    space = parse_space(SPACE)
    rng = np.random.default_rng(0)
    points = space.points(rng.random((400, 2)))
    scores = np.round(rng.random(400), 1)
    scores[::10] = math.nan
    store = ObservationStore(space)
    for point in points:
        store.ask(point)
    store.tell(
        (points[i], Report(math.nan, (None,), None, (float(scores[i]), None))) for i in order
    )
    return store, np.nanmax(scores)


def test_of_many_looks_some_are_kept_whatever_the_order_told():
    store, best = looks(range(400))
    (source,) = store.rung_sources().values()
    assert len(source) == 100
    assert source.scores[0] == best
    assert np.isfinite(source.scores).all()
    other, _ = looks(np.random.default_rng(1).permutation(400))
    assert other.rung_sources()[0].points == source.points


def test_the_model_of_looks_follows_from_what_is_known_now():
    """A candidate that fails takes its look away: two models may know as many scores."""
    space = parse_space({"x": (0.0, 1.0)})
    store = ObservationStore(space)
    *whole, a, b = (space.encode({"x": x}) for x in (0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 0.4, 0.6))
    for point in (*whole, a, b):
        store.ask(point)
    store.tell((p, Report(i, (i, i), None, (i - 0.1,))) for i, p in enumerate(whole))
    store.tell([(a, Report(math.nan, (None, None), None, (2.9,)))])
    believed = Rungs(store, Surrogate(space))
    assert a in believed.surrogate()._sources[0].points
    store.tell([(a, Report(math.nan)), (b, Report(math.nan))])
    assert a not in believed.surrogate()._sources[0].points


def test_many_wholes_need_no_looks():
    store, _ = looks(range(400))
    own = Surrogate(store.space)
    believed = Rungs(store, own)
    believed.correlations = lambda: np.array([0.9, 0.0])
    assert believed.surrogate() is not own
    rng = np.random.default_rng(2)
    points = store.space.points(rng.random((MAX_OBSERVATIONS + 1, 2)))
    store.tell((point, Report(0.5, (0.5,))) for point in points)
    assert believed.surrogate() is own
