"""What a search makes of earlier results: believed when they help, dropped when they mislead."""

import math
import pickle

import numpy as np
import pytest

from skbayes import Optimizer
from skbayes.model import transfer as _transfer
from skbayes.model.embedding import MAX_SOURCE_ROWS, place
from skbayes.model.surrogate import Surrogate
from skbayes.space import parse_space

SPACE = {"x": (0.0, 1.0), "y": (0.0, 1.0), "kind": ["a", "b", "c"]}


def score(params):
    return (
        -4 * (params["x"] - 0.3) ** 2 - 4 * (params["y"] - 0.8) ** 2 - 0.5 * (params["kind"] != "b")
    )


def rows(n=40, function=score, seed=1000, space=SPACE):
    """Run an earlier search."""
    optimizer = Optimizer(space, n_iter=n, random_state=seed)
    return tell(optimizer, n, function).told


def tell(optimizer, n, function=score):
    for _ in range(n):
        params = optimizer.ask()
        optimizer.tell(params, function(params))
    return optimizer


def warm(source, seed=0, **kwargs):
    return Optimizer(SPACE, n_iter=40, random_state=seed, warm_start_from=source, **kwargs)


def is_believed(optimizer):
    return optimizer._points.transfer.choose(optimizer._points.store.observations())[1] > 0


@pytest.mark.parametrize("source", [None, []])
def test_without_sources_nothing_changes(source):
    cold = Optimizer(SPACE, n_iter=40, random_state=0)
    assert tell(warm(source), 15).told == tell(cold, 15).told


def test_predictions_are_those_of_the_model_that_proposes():
    """After two good scores, only earlier results say how bad the other end of the space is."""
    optimizer = tell(warm(rows()), 2)
    assert is_believed(optimizer)
    point = optimizer.space.encode({"x": 0.95, "y": 0.05, "kind": "a"})
    mean, sd = optimizer._points.predict_point(point)
    assert mean + 2 * sd < optimizer.best_score - 0.5


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_same_problem_goes_on(seed):
    """Ten evaluations beside twenty without a source, the best of the source first."""
    earlier = rows()
    optimizer = tell(warm(earlier, seed), 10)
    best_params, best = max(earlier, key=lambda row: row[1])
    assert optimizer.told[0] == (best_params, best)
    cold = tell(Optimizer(SPACE, n_iter=40, random_state=seed), 20)
    assert optimizer.best_score >= max(best, cold.best_score)
    assert optimizer.best_score > -1e-3
    assert is_believed(optimizer)


@pytest.mark.parametrize(
    "function",
    [lambda p: 5 + 1000 * score(p), lambda p: score({**p, "x": p["x"] + 0.05}) - 3],
    ids=["another unit", "another optimum and offset"],
)
def test_another_scale_does_no_harm(function):
    optimizer = tell(warm(rows(function=function)), 12)
    assert optimizer.told[0][1] > -0.1
    assert optimizer.best_score > -0.05


@pytest.mark.parametrize(
    "function",
    [
        lambda p: -score(p),
        lambda p: score({**p, "x": 1 - p["x"], "y": 1 - p["y"]}),
        lambda p: math.sin(1e6 * p["x"] + 2e6 * p["y"]),
    ],
    ids=["negated", "mirrored", "random"],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_misleading_source_costs_little(function, seed):
    optimizer = tell(warm(rows(function=function), seed), 30)
    cold = tell(Optimizer(SPACE, n_iter=40, random_state=seed), 30)
    assert optimizer.best_score > cold.best_score - 0.01


def test_one_of_several_sources_is_enough():
    sources = [rows(function=lambda p: -score(p)), rows(), rows(20, seed=1001)]
    optimizer = tell(warm(sources), 10)
    best = [score(max(source, key=lambda row: row[1])[0]) for source in sources]
    assert [s for _, s in optimizer.told[:3]] == pytest.approx(best)
    assert optimizer.best_score > -1e-3


def test_of_sources_without_two_different_scores_the_best_points_are_all_that_is_used():
    points = [{"x": x, "y": 0.5, "kind": "b"} for x in (0.125, 0.25, 0.75)]
    sources = [[(points[0], 1.0)], [(points[1], 1.0), (points[2], 1.0)]]
    with pytest.warns(RuntimeWarning, match="no two scores differ"):
        optimizer = tell(warm(sources), 4)
    assert [params for params, _ in optimizer.told[:2]] == points[:2]
    assert not is_believed(optimizer)


def test_the_results_of_a_source_are_not_told():
    optimizer = warm(rows())
    assert optimizer.told == []
    assert math.isnan(optimizer.best_score)
    with pytest.raises(ValueError, match="no score has been told"):
        _ = optimizer.best_params
    assert len(tell(optimizer, 3).told) == 3


def test_a_proposal_follows_from_sources_history_and_pending():
    earlier = rows()
    first = tell(warm(earlier, seed=3), 7)
    second = warm(list(earlier), seed=3)
    for params, value in first.told:
        assert second.ask() == params
        second.tell(params, value)
    expected = first.ask(3)
    assert second.ask(3) == expected
    copy = pickle.loads(pickle.dumps(first))
    assert copy.ask() == first.ask()


def test_given_points_come_before_those_of_a_source():
    given = {"x": 0.5, "y": 0.5, "kind": "a"}
    earlier = rows()
    optimizer = warm(earlier, initial_points=[given])
    asked = optimizer.ask(4)
    assert asked[:2] == [given, max(earlier, key=lambda row: row[1])[0]]
    assert len({repr(params) for params in asked}) == 4


def test_a_source_of_which_no_point_is_inside_is_learnt_from_too():
    wide = {**SPACE, "x": (-1.0, 2.0)}
    outside = [row for row in rows(60, space=wide) if not 0 <= row[0]["x"] <= 1]
    assert len(outside) > 5
    optimizer = warm(outside)
    assert optimizer._points.transfer.points == ()
    assert tell(optimizer, 20).best_score > -0.05


def test_the_best_point_that_is_allowed_is_tried():
    earlier = sorted(rows(), key=lambda row: -row[1])
    allowed = [params for params, _ in earlier if params["x"] < 0.25]
    assert allowed[0] != earlier[0][0]
    assert warm(earlier, is_allowed=lambda p: p["x"] < 0.25).ask() == allowed[0]


def test_a_finite_space_is_searched_to_its_end():
    space = {"x": [1, 2], "kind": ["a", "b"]}
    source = [({"x": x, "kind": kind}, x + (kind == "b")) for x in (1, 2) for kind in "ab"]
    optimizer = Optimizer(space, random_state=0, warm_start_from=source)
    tell(optimizer, 4, lambda p: p["x"] + (p["kind"] == "b"))
    assert optimizer.told[0][1] == 3


def test_failures_of_search_and_source():
    def failing(params):
        return math.nan if params["y"] > 0.9 else score(params)

    optimizer = tell(warm(rows(function=failing)), 12, failing)
    assert optimizer.best_score > -0.01
    all_failed = tell(warm(rows()), 6, lambda params: None)
    assert math.isnan(all_failed.best_score)


def test_many_observations_need_no_source(monkeypatch):
    """A source that would always be believed is not asked beyond a number of them."""
    monkeypatch.setattr(_transfer, "MAX_OBSERVATIONS", 20)
    monkeypatch.setattr(_transfer.Transfer, "_is_believed", lambda *args: True)
    optimizer = warm(rows())
    rng = np.random.default_rng(0)
    params = [{"x": float(x), "y": float(y), "kind": "b"} for x, y in rng.random((21, 2))]
    optimizer.tell(params[:-1], list(map(score, params[:-1])))
    assert is_believed(optimizer)
    optimizer.tell(params[-1], score(params[-1]))
    assert not is_believed(optimizer)


def test_how_far_a_source_is_from_the_search_is_learnt():
    """The lengthscale of its column is long for the same function, short for another."""
    space = parse_space({"x": (0.0, 1.0)})
    optimizer = Optimizer(space, random_state=0)
    grid = np.linspace(0, 1, 9).tolist()

    def f(x):
        return math.sin(6 * x)

    optimizer.tell([{"x": x} for x in grid], [f(x) for x in grid])
    lengthscales = []
    for sign in (1, -1):
        source = place(
            space, [({"x": x + 0.05}, sign * f(x + 0.05)) for x in grid[:-1]], MAX_SOURCE_ROWS
        )
        posterior, _ = Surrogate(space, [source])._fitted(
            optimizer._points.store.observations(), space
        )
        lengthscales.append(posterior.hyperparameters.lengthscales[1])
    assert lengthscales[0] > 5 * lengthscales[1]


def test_equal_scores_say_nothing_for_a_source():
    rows = [({"x": x}, x) for x in np.linspace(0, 1, 20).tolist()]
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0, warm_start_from=rows)
    for _ in range(6):
        optimizer.tell(optimizer.ask(), 0.5)
    assert optimizer._points.transfer.choose(optimizer._points.store.observations())[1] == 0


def drawn_rows(rng, function, n=5):
    """A source of a few random points."""
    space = parse_space(SPACE)
    points = space.points(space.sample(rng.random((n, len(space.axes)))))
    return [(params, function(params)) for params in map(space.decode, points)]


@pytest.mark.parametrize(("n_iter", "limit"), [(20, 5), (3, 1), (100, 12), (None, 12)])
def test_many_sources_leave_most_of_the_budget_to_the_model(n_iter, limit):
    rng = np.random.default_rng(0)
    sources = [drawn_rows(rng, score) for _ in range(30)]
    optimizer = Optimizer(SPACE, n_iter=n_iter, random_state=0, warm_start_from=sources)
    best = optimizer._points.transfer.points
    assert len(best) == 30
    for _ in range(limit + 2):
        optimizer.ask()
    assert sum(point in optimizer._points.store.asked for point in best) == limit
    # As long as nothing is known, in their order.
    assert tuple(optimizer._points.store.asked)[:limit] == best[:limit]


def test_the_sources_that_are_believed_most_are_tried_first():
    """One of thirty is of the same problem; the others mislead."""
    rng = np.random.default_rng(0)
    sources = [drawn_rows(rng, lambda params: -score(params)) for _ in range(29)]
    sources.insert(17, drawn_rows(rng, score, 10))
    optimizer = Optimizer(SPACE, n_iter=20, random_state=0, warm_start_from=sources)
    good = optimizer._points.transfer._sources[17].best(optimizer._points.allows)
    assert optimizer._points.transfer.points.index(good) == 17
    for params in (p for p, _ in drawn_rows(rng, score, 12)):
        optimizer.tell(params, score(params))
    assert (
        good in optimizer._points.transfer.best_points(optimizer._points.store.observations())[:5]
    )
    assert {*optimizer._points.transfer.best_points(optimizer._points.store.observations())} == {
        *optimizer._points.transfer.points
    }


def test_many_sources_with_one_best_point_have_no_more_rows():
    rng = np.random.default_rng(0)
    best = ({"x": 0.3, "y": 0.8, "kind": "b"}, 0.0)
    sources = [[best, *drawn_rows(rng, score, 9)] for _ in range(30)]
    optimizer = tell(Optimizer(SPACE, random_state=0, warm_start_from=sources), 1)
    assert 0 < optimizer._points.transfer.choose(optimizer._points.store.observations())[1] <= 200


def test_many_sources_share_a_number_of_rows():
    rng = np.random.default_rng(0)
    sources = [[({"x": x}, x + 0.01 * k) for x in rng.random(90).tolist()] for k in range(8)]
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0, warm_start_from=sources)
    assert [len(source) for source in optimizer._points.transfer._sources] == [25] * 8
