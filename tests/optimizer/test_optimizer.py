import math
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import threadpoolctl
from scipy.stats import kstest, norm, poisson
from threadpoolctl import LibController, threadpool_info, threadpool_limits

from skbayes import Categorical, Integer, Optimizer, Real, SpaceExhausted, _numerics
from skbayes._compat import set_threads
from skbayes._numerics import OneThread
from skbayes.acquisition import maximise
from skbayes.optimizer.design import Design
from skbayes.space import Branch, Distribution, Space, parse_space

MIXED = {
    "x": Real(-2.0, 2.0),
    "c": Real(1e-4, 1e2, "log-uniform"),
    "k": Integer(1, 30),
    "kind": Categorical(["a", None, (1, 2)]),
}
BRANCHES = [
    {"model": ["linear"], "c": (1e-3, 1e3, "log-uniform")},
    {"model": ["forest"], "n": (1, 100), "depth": [1, 2, None]},
]


def mixed_score(params):
    return (
        -((params["x"] - 0.5) ** 2)
        - 0.2 * (math.log10(params["c"]) - 1) ** 2
        - 0.01 * (params["k"] - 7) ** 2
        + (params["kind"] is None)
    )


def branch_score(params):
    if params["model"] == "linear":
        return -((math.log10(params["c"]) - 1) ** 2)
    return 1 - ((params["n"] - 60) / 50) ** 2 - (params["depth"] is not None)


def run(space, score, n, **kwargs):
    optimizer = Optimizer(space, **kwargs)
    asked = []
    for _ in range(n):
        asked.append(optimizer.ask())
        optimizer.tell(asked[-1], score(asked[-1]))
    return optimizer, asked


PROBLEMS = {
    "one real": ({"x": (-5.0, 5.0)}, lambda p: -((p["x"] - 3.3) ** 2), 15, -1e-3),
    "log scale": (
        {"x": (1e-6, 1e6, "log-uniform")},
        lambda p: -((math.log10(p["x"]) - 2.5) ** 2),
        15,
        -1e-3,
    ),
    "integers": (
        {"i": (0, 100), "j": (0, 100)},
        lambda p: -abs(p["i"] - 80) - abs(p["j"] - 11),
        35,
        -4,
    ),
    "mixed": (MIXED, mixed_score, 40, 0.95),
    "categories": (
        {name: list("abcd") for name in "pqrs"},
        lambda p: sum(value == "c" for value in p.values()),
        40,
        4,
    ),
    "branches": (BRANCHES, branch_score, 35, 0.98),
    "plateaus": (
        {"x": (0.0, 1.0), "y": (0.0, 1.0)},
        lambda p: round(-4 * (p["x"] - 0.7) ** 2 - 4 * (p["y"] - 0.2) ** 2, 1),
        30,
        0,
    ),
    "heavy tails": (
        {"x": (0.0, 1.0), "y": (0.0, 1.0)},
        lambda p: -((p["x"] - 0.7) ** 2) - (p["y"] - 0.2) ** 2 - 1e12 * (p["x"] > 0.8),
        30,
        -1e-2,
    ),
    "failures": (
        {"x": (0.0, 1.0), "y": (0.0, 1.0)},
        lambda p: math.nan if p["x"] > 0.5 else p["x"] - (p["y"] - 0.2) ** 2,
        30,
        0.4,
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_finds_good_points(name, seed):
    space, score, n, bar = PROBLEMS[name]
    optimizer, _ = run(space, score, n, random_state=seed, n_iter=n)
    assert optimizer.best_score >= bar


def test_a_proposal_follows_from_seed_index_history_and_pending():
    """A new optimiser that is told the same, in any order and at any time, goes on alike."""
    first, asked = run(MIXED, mixed_score, 14, random_state=3)
    second = Optimizer(MIXED, random_state=3)
    for params in asked:
        assert second.ask() == params
        second.tell(params, mixed_score(params))
    third = Optimizer(MIXED, random_state=3)
    for point in first._points.store.asked:
        third._points.store.asked[point] = len(third._points.store.asked)
    for params in reversed(asked):
        third.tell(params, mixed_score(params))
    expected = first.ask(3)
    assert second.ask(3) == expected
    assert third.ask(3) == expected


def test_the_order_of_telling_does_not_matter():
    rng = np.random.default_rng(0)
    points = [{"x": float(x), "y": int(y)} for x, y in zip(rng.random(12), range(12), strict=True)]
    proposals = []
    for order in (range(12), reversed(range(12)), rng.permutation(12)):
        optimizer = Optimizer({"x": (0.0, 1.0), "y": (0, 11)}, random_state=0)
        for i in order:
            optimizer.tell(points[i], points[i]["x"])
        proposals.append(optimizer.ask(2))
    assert proposals[0] == proposals[1] == proposals[2]


def test_pickling_in_the_middle_changes_nothing():
    optimizer, _ = run(MIXED, mixed_score, 10, random_state=0)
    copy = pickle.loads(pickle.dumps(optimizer))
    assert copy.ask(2) == optimizer.ask(2)


@pytest.fixture
def n_maximised(monkeypatch):
    """Count how often the maximiser runs: the list grows by one each time."""
    calls = []

    def counted(*args, **kwargs):
        calls.append(None)
        return maximise(*args, **kwargs)

    monkeypatch.setattr("skbayes.optimizer.proposer.maximise", counted)
    return lambda: len(calls)


def test_a_point_that_was_previewed_is_not_looked_for_again(n_maximised):
    optimizer, _ = run(MIXED, mixed_score, 12, random_state=0)
    other = pickle.loads(pickle.dumps(optimizer))
    n = n_maximised()
    point = optimizer._points.preview_point()
    assert point == optimizer._points.preview_point() == optimizer._points.ask_point()
    assert n_maximised() == n + 1
    assert optimizer._points.origin_of(point) == "model"
    assert other._points.ask_point() == point
    assert other._points.ask_point() == optimizer._points.ask_point() != point


@pytest.mark.parametrize(
    "change",
    [
        lambda optimizer: optimizer.ask(),
        lambda optimizer: optimizer.tell(optimizer.pending[0], 0.5),
        lambda optimizer: optimizer.tell(optimizer.pending[0], folds=[0.5, None]),
        lambda optimizer: optimizer.tell({"x": 1.0, "c": 1.0, "k": 3, "kind": None}, 0.5, cost=2.0),
        lambda optimizer: optimizer._points.adopt_point(optimizer._points.preview_point()),
        lambda optimizer: optimizer._points.adopt_if_due(
            optimizer._points.preview_point(), is_given=True
        ),
    ],
)
def test_a_preview_holds_until_something_is_asked_or_told(n_maximised, change):
    optimizer, _ = run(MIXED, mixed_score, 12, random_state=0)
    optimizer.ask()
    optimizer._points.preview_point()
    change(optimizer)
    n = n_maximised()
    fresh = pickle.loads(pickle.dumps(optimizer))
    assert optimizer._points.preview_point() == fresh._points.ask_point()
    # Neither of them goes by what was kept: a copy has nothing that was.
    assert n_maximised() == n + 2


def test_a_preview_is_for_a_share_of_the_budget(n_maximised):
    optimizer = Optimizer(MIXED, random_state=0)
    for _ in range(12):
        params = optimizer.ask()
        optimizer.tell(params, mixed_score(params), cost=params["k"])
    fresh = pickle.loads(pickle.dumps(optimizer))
    n = n_maximised()
    optimizer._points.preview_point()
    assert optimizer._points.ask_point(0.9) == fresh._points.ask_point(0.9)
    assert n_maximised() == n + 3


def test_rows_of_a_table_may_have_floats_for_ints():
    optimizer = Optimizer({"n": (1, 10)}, random_state=0)
    optimizer.tell({"n": np.float64(3.0)}, 0.5)
    assert repr(optimizer.best_params) == "{'n': 3}"


@pytest.mark.parametrize("params", [[0.5, "a", 3], "abc"])
def test_points_that_are_no_dicts_are_refused(params):
    optimizer = Optimizer(MIXED, random_state=0)
    with pytest.raises(TypeError, match=r"params must be a dict of names and values, .* got "):
        optimizer.tell(params, 0.5)


def test_seeds_differ_and_random_states_advance():
    rng = np.random.RandomState(0)
    optimizers = [Optimizer(MIXED, random_state=seed) for seed in (0, 1, rng, rng)]
    assert [optimizer.ask()["x"] for optimizer in optimizers] == pytest.approx([0.0] * 4, abs=1e-6)
    assert len({optimizer.ask()["x"] for optimizer in optimizers}) == 4


def test_pending_points_are_respected():
    optimizer, _ = run(MIXED, mixed_score, 10, random_state=0)
    batch = optimizer.ask(6)
    assert optimizer.pending == batch
    assert len({repr(params) for params in batch}) == 6
    xs = sorted(params["x"] for params in batch)
    assert max(xs) - min(xs) > 1e-3
    for params in reversed(batch):
        optimizer.tell(params, mixed_score(params))
    assert optimizer.pending == []


def test_asking_ahead_of_all_scores_covers_the_space():
    xs = [params["x"] for params in Optimizer({"x": (0.0, 1.0)}, random_state=0).ask(64)]
    assert kstest(xs, "uniform").pvalue > 0.05
    assert len(set(xs)) == 64


@pytest.mark.parametrize(
    ("space", "size"),
    [
        ({"a": [1, 2, 3], "b": ["x", "y"]}, 6),
        ({"a": (1, 7)}, 7),
        ([{"a": [1, 2]}, {"b": [1, 2, 3]}], 5),
        ({"a": ["only"]}, 1),
        ({}, 1),
    ],
)
@pytest.mark.parametrize("is_failing", [False, True])
def test_a_finite_space_is_exhausted_without_repeats(space, size, is_failing):
    optimizer = Optimizer(space, random_state=0)
    seen = []
    for _ in range(size):
        seen.append(optimizer.ask())
        optimizer.tell(seen[-1], math.nan if is_failing else len(seen) % 3)
    assert len({repr(params) for params in seen}) == size
    with pytest.raises(SpaceExhausted, match=rf"proposed so far: {size}\)") as caught:
        optimizer.ask()
    assert caught.value.n_asked == size
    assert pickle.loads(pickle.dumps(caught.value)).n_asked == size


@pytest.mark.parametrize(
    ("space", "settings", "message"),
    [
        (
            {"a": [1, 2]},
            {},
            r"holds no further candidate \(proposed so far: 2\).* Widen the space, or ask",
        ),
        (
            [({"a": (0.0, 1.0)}, 1), ({"a": (2.0, 3.0)}, 1)],
            {},
            "no dict .* has candidates left .*: 2.*Raise",
        ),
        ([({"a": (0.0, 1.0)}, 1), {"b": (2.0, 3.0)}], {"n_iter": 1}, "no dict.*: 2.*Raise n_iter"),
        (
            [({"a": (0.0, 1.0)}, 1), {"b": [2]}],
            {},
            "no dict of the space has candidates left .*: 2",
        ),
        (
            {"a": (0.0, 1.0)},
            {"is_allowed": lambda p: p["a"] == 0.5, "initial_points": [{"a": 0.5}]},
            "no further allowed candidate was found .*: 1.* Let is_allowed allow more",
        ),
    ],
)
def test_why_no_candidate_is_left(space, settings, message):
    optimizer = Optimizer(space, random_state=0, **settings)
    with pytest.raises(SpaceExhausted, match=message):
        optimizer.ask(3)


def test_a_large_finite_space_is_exhausted_too():
    space = {"a": (1, 60), "b": (1, 50)}
    optimizer = Optimizer(space, random_state=0)
    for a in range(1, 61):
        for b in range(1, 51):
            if (a, b) not in {(3, 4), (60, 50)}:
                optimizer.tell({"a": a, "b": b}, None)
    assert {tuple(params.values()) for params in optimizer.ask(2)} == {(3, 4), (60, 50)}
    with pytest.raises(SpaceExhausted):
        optimizer.ask()


def test_the_last_of_a_finite_branch_are_found_beside_an_infinite_one():
    values = [i / 1000 for i in range(300)]
    optimizer = Optimizer([({"x": (0.0, 0.5)}, 2), ({"k": values}, 300)], random_state=0)
    for value in values[4:]:
        optimizer.tell({"k": value}, None)
    asked = optimizer.ask(6)
    assert sorted(params["k"] for params in asked if "k" in params) == values[:4]
    with pytest.raises(SpaceExhausted):
        optimizer.ask()


def test_nothing_is_proposed_twice_on_a_plateau():
    _, asked = run({"i": (0, 40), "c": ["a", "b"]}, lambda p: 1.0, 60, random_state=0)
    assert len({repr(params) for params in asked}) == 60


def test_given_points_come_first_and_once():
    given = [{"x": 0.25, "y": 3}, {"x": 0.5, "y": 4}, {"x": 0.25, "y": 3}]
    optimizer = Optimizer({"x": (0.0, 1.0), "y": (0, 9)}, initial_points=given, random_state=0)
    assert optimizer.ask(2) == given[:2]
    assert optimizer.ask() not in given


def test_given_points_must_be_points_of_the_space():
    space = {"x": (0.0, 1.0)}
    with pytest.raises(TypeError, match="list of dicts"):
        Optimizer(space, initial_points={"x": 0.5})
    with pytest.raises(TypeError, match="dict of parameters, got 3"):
        Optimizer(space, initial_points=[3])
    with pytest.raises(ValueError, match="x"):
        Optimizer(space, initial_points=[{"x": 2.0}])


def test_points_that_were_never_asked_are_welcome():
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    for x in np.linspace(0, 1, 12):
        optimizer.tell({"x": float(x)}, -((x - 0.37) ** 2))
    assert abs(optimizer.ask()["x"] - 0.37) < 0.05
    assert optimizer.n_asked == 1


def test_branches_share_one_budget_and_each_is_tried():
    _, asked = run(BRANCHES, branch_score, 20, random_state=0, n_iter=20)
    models = [params["model"] for params in asked]
    assert set(models[:4]) == {"linear", "forest"}
    assert models.count("forest") > models.count("linear")
    assert all(("c" in params) == (params["model"] == "linear") for params in asked)


def test_branches_with_a_number_get_exactly_that():
    space = [(BRANCHES[0], 7), (BRANCHES[1], 4)]
    optimizer, asked = run(space, branch_score, 11, random_state=0)
    models = [params["model"] for params in asked]
    assert (models.count("linear"), models.count("forest")) == (7, 4)
    with pytest.raises(SpaceExhausted):
        optimizer.ask()


@pytest.mark.parametrize("prior", ["uniform", "log-uniform"])
def test_more_integers_than_floats_can_count(prior):
    optimizer, asked = run(
        {"n": Integer(1, 10**300, prior), "x": (0.0, 1.0)}, lambda p: p["x"], 16, random_state=0
    )
    assert all(1 <= params["n"] <= 10**300 for params in asked)
    assert optimizer.best_score > 0.95


def test_branches_made_by_hand_keep_their_numbers():
    parsed = parse_space([(BRANCHES[0], 7), (BRANCHES[1], 4)])
    made = Space(tuple(Branch(each.parameters, each.n_iter) for each in parsed.branches))
    assert made == parsed
    _, asked = run(made, branch_score, 11, random_state=0)
    models = [params["model"] for params in asked]
    assert (models.count("linear"), models.count("forest")) == (7, 4)


@pytest.mark.parametrize(
    ("score", "share"),
    [
        (lambda p: -((p["x"] - 0.2) ** 2) - (p["y"] - 0.3) ** 2, 0.45),
        # The best score is had all along an edge: then what fails is all that is left to learn, and
        # proposals that ask for more take it for no worse than the rest.
        pytest.param(lambda p: -p["y"], 0.6, marks=pytest.mark.slow),
    ],
    ids=["inside", "edge"],
)
def test_failed_points_are_avoided(score, share):
    """The half of the space that fails gets less than half, if there is something to gain."""
    late = []
    for seed in range(12):
        _, asked = run(
            {"x": (0.0, 1.0), "y": (0.0, 1.0)},
            lambda p: None if p["x"] > 0.5 else score(p),
            25,
            random_state=seed,
        )
        late += [params["x"] > 0.5 for params in asked[10:]]
    assert np.mean(late) < share


def test_all_failures_keep_exploring():
    optimizer, asked = run({"x": (0.0, 1.0)}, lambda p: None, 20, random_state=0)
    xs = np.sort([params["x"] for params in asked])
    assert np.diff(xs).max() < 0.2
    assert math.isnan(optimizer.best_score)
    with pytest.raises(ValueError, match="all 20 evaluations failed"):
        optimizer.best_params  # noqa: B018 - a property that raises


@pytest.mark.parametrize("score", [0.0, 1e300, -1e300, 5e-324])
def test_scores_of_any_size(score):
    optimizer = Optimizer({"x": (0.0, 1.0), "y": (1, 9)}, random_state=0)
    for i in range(12):
        params = optimizer.ask()
        optimizer.tell(params, score if i % 2 else 1.0)
    assert 0 <= optimizer.ask()["x"] <= 1


@pytest.mark.parametrize("bad", ["0.5", [0.5], {"score": 1}, 1j])
def test_a_score_must_be_a_number(bad):
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    with pytest.raises(TypeError, match="a score must be a number or None"):
        optimizer.tell(optimizer.ask(), bad)


@pytest.mark.parametrize("params", [{}, {"y": 1.0}, {"x": 2.0}, {"x": "a"}, {"x": 0.5, "y": 1}])
def test_parameters_outside_the_space_are_refused(params):
    with pytest.raises(ValueError, match=r"x|y"):
        Optimizer({"x": (0.0, 1.0)}).tell(params, 1.0)


@pytest.mark.parametrize("how", ["given", "told", "learnt elsewhere"])
def test_numbers_that_differ_by_rounding_are_not_proposed(how):
    # The middle of these ranges is 1 and 0.1, but for the last bits.
    space = {"c": (1e-3, 1e3, "log-uniform"), "gamma": (1e-4, 1e2, "log-uniform")}
    middle = {"c": 1.0, "gamma": 0.1}
    settings = {
        "given": {"initial_points": [middle]},
        "told": {},
        "learnt elsewhere": {"warm_start_from": [(middle, 1.0), ({"c": 5.0, "gamma": 9.0}, 0.0)]},
    }[how]
    optimizer = Optimizer(space, random_state=0, **settings)
    if how == "told":
        optimizer.tell(middle, 0.0)
    else:
        assert optimizer.ask() == middle
    for _ in range(8):
        params = optimizer.ask()
        assert not all(math.isclose(params[name], middle[name]) for name in space)


def test_a_known_point_is_known_in_all_branches_that_hold_it():
    space = [{"c": (10.0**-k, 10.0**k, "log-uniform")} for k in (3, 2, 4)]
    for given in ([], [{"c": 1.0}]):
        optimizer = Optimizer(space, random_state=0, initial_points=given)
        asked = [optimizer.ask()["c"] for _ in range(8)]
        assert [math.isclose(c, 1.0) for c in asked] == [True] + 7 * [False]


def test_close_points_that_were_given_are_all_asked():
    given = [{"x": 1e-6}, {"x": 1e-5}, {"x": 0.0}]
    optimizer = Optimizer({"x": (0.0, 1e6)}, random_state=0, initial_points=given)
    assert [optimizer.ask() for _ in given] == given


def test_a_constraint_that_leaves_nothing_of_much_ends_in_time():
    given = [{"a": 1, "b": 1, "c": c} for c in (1, 2)]
    optimizer = Optimizer(
        dict.fromkeys("abc", (1, 1000)),
        random_state=0,
        initial_points=given,
        is_allowed=lambda p: p["a"] == p["b"] == 1 and p["c"] < 3,
    )
    assert [optimizer.ask(), optimizer.ask()] == given
    # Of a thousand million points.
    with pytest.raises(SpaceExhausted):
        optimizer.ask()


def test_given_points_of_a_branch_that_is_full_are_found_by_another():
    space = [({"c": [1, 2]}, 1), {"c": [1, 2, 3]}]
    given = [{"c": 1}, {"c": 2}]
    optimizer = Optimizer(space, n_iter=3, random_state=0, initial_points=given)
    assert sorted(optimizer.ask()["c"] for _ in range(3)) == [1, 2, 3]


def test_a_point_far_in_a_tail_stands_for_no_other():
    space = {"k": poisson(1e-3)}
    optimizer = Optimizer(space, random_state=0, initial_points=[{"k": 20}])
    asked = {optimizer.ask()["k"] for _ in range(3)}
    assert asked == {0, 1, 20}


def blas_threads():
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def can_be_two():
    """Whether there is a library of linear algebra whose number of threads can be set to two."""
    with threadpool_limits(2, user_api="blas"):
        return blas_threads() == {2}


needs_two = pytest.mark.skipif(not can_be_two(), reason="no number of threads can be set to two")


def in_a_thread(function):
    """Return what a function returns in another thread."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(function).result()


def points_of_a_search():
    """Return points of which the later ones come from models with matrices of some size."""
    space = {"x": (0.0, 1.0), "y": (1e-3, 1e3, "log-uniform"), "c": ["a", "b"]}
    optimizer, points = Optimizer(space, random_state=0), []
    for i in range(40):
        points.append(optimizer.ask())
        optimizer.tell(points[-1], math.sin(5 * points[-1]["x"]) + i % 3 / 10)
    return points


@needs_two
def test_a_search_is_the_same_in_another_thread():
    """Sums of several threads of linear algebra are rounded otherwise."""
    with threadpool_limits(2, user_api="blas"):
        of_main = points_of_a_search()
        assert in_a_thread(points_of_a_search) == of_main


@needs_two
def test_each_thread_computes_with_one_thread_of_linear_algebra():
    """Also where another one has the control that threadpoolctl gives to one of them."""

    def inside():
        with OneThread():
            return blas_threads()

    with threadpool_limits(2, user_api="blas"):
        assert in_a_thread(inside) == {1}
        with OneThread():
            assert in_a_thread(inside) == {1}
            assert blas_threads() == {1}
        assert blas_threads() == {2}


@needs_two
def test_the_last_use_ends_the_limit_in_whichever_thread():
    begun, may_end = threading.Event(), threading.Event()

    def first():
        with OneThread():
            begun.set()
            assert may_end.wait(60)

    with threadpool_limits(2, user_api="blas"), ThreadPoolExecutor(2) as executor:
        of_first = executor.submit(first)
        assert begun.wait(60)
        with OneThread():
            may_end.set()
            of_first.result()
            assert blas_threads() == {1}
        assert blas_threads() == {2}


@needs_two
def test_after_a_proposal_limits_of_users_work_in_other_threads():
    def limited():
        with threadpool_limits(2, user_api="blas"):
            return blas_threads()

    before = blas_threads()
    Optimizer({"x": (0.0, 1.0)}, random_state=0).ask()
    assert in_a_thread(limited) == {2}
    assert blas_threads() == before


class OfMkl(LibController):
    """A library that has a number of threads for each thread that calls it."""

    user_api, internal_api, filepath = "blas", "mkl", "made up"

    def __init__(self):
        self._numbers = threading.local()

    def get_num_threads(self):
        return getattr(self._numbers, "number", 4)

    @property
    def num_threads(self):
        return self.get_num_threads()

    def set_num_threads(self, num_threads):
        self._numbers.number = num_threads

    def get_version(self):
        return None


class OfOpenMP(OfMkl):
    """An OpenBLAS of threadpoolctl 3.8, whose number is set whoever has control."""

    internal_api, threading_layer = "openblas", "openmp"

    def set_num_threads(self, num_threads):
        raise AssertionError("this does nothing in some threads")

    def _real_set_num_threads(self, num_threads):
        self._numbers.number = num_threads


@pytest.mark.parametrize("kind", [OfMkl, OfOpenMP])
def test_where_each_thread_has_a_number_of_its_own_each_sets_it(monkeypatch, kind):
    library, begun, may_end = kind(), threading.Event(), threading.Event()
    monkeypatch.setattr(_numerics, "_blas", lambda: (library,))
    monkeypatch.setattr(threadpoolctl, "__version__", "3.7.0")

    def inside():
        with OneThread(), OneThread():
            begun.set()
            assert may_end.wait(60)
            during = library.num_threads
        return during, library.num_threads

    with ThreadPoolExecutor(1) as executor:
        other = executor.submit(inside)
        assert begun.wait(60)
        with OneThread():
            assert library.num_threads == 1
        assert library.num_threads == 4
        may_end.set()
        assert other.result() == (1, 4)


@needs_two
def test_what_a_fit_takes_for_the_number_of_the_process_is_not_left_behind():
    """It limits linear algebra too, begins during a proposal and ends after it."""

    def set_all(number):
        for library in _numerics._blas():
            set_threads(library, number)

    with threadpool_limits(2, user_api="blas"):
        with OneThread.numbers_kept():
            with OneThread():
                (of_fit,) = in_a_thread(blas_threads)
            set_all(of_fit)
            assert blas_threads() == {1}
        assert blas_threads() == {2}
        # Another search is at a proposal: its end brings the number back.
        with OneThread():
            with OneThread.numbers_kept():
                pass
            assert blas_threads() == {1}
        assert blas_threads() == {2}


@needs_two
def test_an_interrupt_leaves_no_limit_of_threads_behind():
    with threadpool_limits(2, user_api="blas"):
        # As if it had come between entering and the body.
        OneThread().__enter__()
        assert blas_threads() == {1}
        Optimizer(MIXED, random_state=0).ask()
        assert blas_threads() == {2}


@needs_two
def test_a_proposal_inside_another_leaves_its_limit():
    with threadpool_limits(2, user_api="blas"):
        with OneThread():
            with OneThread():
                assert blas_threads() == {1}
            assert blas_threads() == {1}
        assert blas_threads() == {2}


def test_telling_twice_is_refused():
    optimizer = Optimizer({"x": (0.0, 1.0)})
    optimizer.tell({"x": 0.5}, 1.0)
    with pytest.raises(ValueError, match=r"told before, with the score 1\.0"):
        optimizer.tell({"x": 0.5}, 2.0)


def test_several_are_told_at_once():
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    optimizer.tell(optimizer.ask(3), [0.1, 0.3, None])
    assert optimizer.best_score == 0.3
    with pytest.raises(ValueError, match=r"2 points need a list of 2 scores, got \[0\.1\]"):
        optimizer.tell(optimizer.ask(2), [0.1])
    with pytest.raises(ValueError, match="1 points need a list of 1 scores"):
        optimizer.tell(optimizer.ask(1), 0.1)


@pytest.mark.parametrize("name", ["n_iter", "n_initial_points"])
@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "3"])
def test_counts_are_checked(name, bad):
    with pytest.raises(ValueError, match=f"{name} must be an int"):
        Optimizer({"x": (0.0, 1.0)}, **{name: bad})


@pytest.mark.parametrize("bad", [0, -1, 2.5, True])
def test_the_number_to_ask_for_is_checked(bad):
    with pytest.raises(ValueError, match="n must be an int"):
        Optimizer({"x": (0.0, 1.0)}).ask(bad)


def test_refits_are_skipped_between_steps_for_many_observations():
    rng = np.random.default_rng(0)
    optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=0)
    for x, y in rng.random((155, 2)):
        optimizer.tell({"x": float(x), "y": float(y)}, -((x - 0.3) ** 2) - (y - 0.6) ** 2)
    params = optimizer.ask()
    assert abs(params["x"] - 0.3) < 0.05
    assert abs(params["y"] - 0.6) < 0.05
    assert max(optimizer._points.surrogate._cache) == 152


@needs_two
def test_the_thread_limit_of_the_process_comes_back():
    """Also when several threads propose at the same time."""

    def go(seed):
        run(MIXED, mixed_score, 10, random_state=seed)

    threads = [threading.Thread(target=go, args=(seed,)) for seed in range(4)]
    with threadpool_limits(2, user_api="blas"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert blas_threads() == {2}


class RecordingLock:
    """Lock that counts how often it is taken."""

    def __init__(self):
        self.n_taken = 0

    def __enter__(self):
        self.n_taken += 1

    def __exit__(self, *_):
        pass


PARAMS = {"x": 0.0, "c": 1.0, "k": 3, "kind": "a"}
READERS = {
    "told": (),
    "pending": (),
    "reports": (),
    "best_score": (),
    "best_params": (),
    "predict_cost": (PARAMS,),
    "gain_in_sight": (),
    "regret_bound": (),
    "insight": (),
    "__getstate__": (),
}


def test_the_public_face_is_what_has_been_listed():
    """The next test leaves out what reads nothing that changes, or takes the lock by the way."""
    public = {name for name in vars(Optimizer) if not name.startswith("_")}
    assert public == {*READERS, "n_asked", "space", "ask", "tell"} - {"__getstate__"}


@pytest.mark.parametrize("name", READERS)
def test_what_reads_waits_for_what_writes(name):
    """Else a dict might change its size while one thread reads it and another one tells."""
    optimizer, _ = run(MIXED, mixed_score, 6, random_state=0)
    optimizer._lock = lock = RecordingLock()
    found = getattr(optimizer, name)
    if callable(found):
        found(*READERS[name])
    assert lock.n_taken


def test_several_are_told_all_or_none():
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    points = optimizer.ask(3)
    with pytest.raises(TypeError, match="must be a number"):
        optimizer.tell(points, [1.0, "x", 2.0])
    assert optimizer.pending == points
    optimizer.tell(points, [1.0, 1.5, 2.0])
    for bad in (None, 3):
        with pytest.raises(TypeError, match="dict of names and values, or a list"):
            optimizer.tell(bad, 1.0)


def test_a_score_beyond_all_floats():
    with pytest.raises(ValueError, match="is too large for a float"):
        Optimizer({"x": (0.0, 1.0)}).tell({"x": 0.5}, 10**400)


def test_other_branches_are_searched_once_for_each_point(monkeypatch):
    counted, twins = [], Space.twins
    monkeypatch.setattr(Space, "twins", lambda *args: counted.append(args) or twins(*args))
    space, given = [{"a": [i]} for i in range(20)], [{"a": i} for i in range(20)]
    optimizer = Optimizer(space, initial_points=given, random_state=0)
    for _ in given:
        optimizer.ask()
    assert len(counted) == 20


def test_branches_that_overlap_share_their_candidates():
    optimizer = Optimizer([{"x": [1, 2]}, {"x": [2, 3]}, {"y": [2]}], random_state=0)
    asked = [optimizer.ask() for _ in range(4)]
    assert sorted(map(str, asked)) == ["{'x': 1}", "{'x': 2}", "{'x': 3}", "{'y': 2}"]
    with pytest.raises(SpaceExhausted):
        optimizer.ask()
    for params in asked:
        optimizer.tell(params, 0.0)
    assert not optimizer.pending
    with pytest.raises(ValueError, match="told before"):
        optimizer.tell({"x": 2}, 1.0)


def test_the_design_begins_in_the_middle_of_each_branch_and_spreads_in_all_of_them():
    optimizer = Optimizer(BRANCHES, random_state=0, n_initial_points=16)
    asked = optimizer.ask(16)
    assert asked[0] == {"model": "linear", "c": pytest.approx(1.0)}
    assert asked[1]["model"] == "forest"
    assert asked[1]["n"] in (50, 51)
    for name, branch in (("c", "linear"), ("n", "forest")):
        values = [params[name] for params in asked if params["model"] == branch]
        assert len(values) == 8
        assert len(set(values)) >= 7


def test_the_middle_follows_given_points():
    given = [{"x": 0.2, "y": 0.9}, {"x": 0.8, "y": 0.1}]
    space = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
    optimizer = Optimizer(space, initial_points=given, random_state=0)
    assert optimizer.ask(2) == given
    assert list(optimizer.ask().values()) == pytest.approx([0.5, 0.5], abs=1e-6)


def test_each_branch_has_its_share_of_the_design_beside_points_never_asked_for():
    space = [{"branch": [k], "x": (0.0, 1.0)} for k in range(4)]
    optimizer = Optimizer(space, random_state=0, n_iter=40)
    for x in (0.1, 0.4, 0.9):
        optimizer.tell({"branch": 0, "x": x}, x)
    asked = []
    for _ in range(12):
        asked.append(optimizer.ask())
        optimizer.tell(asked[-1], asked[-1]["x"])
    assert {params["branch"] for params in asked} == {0, 1, 2, 3}


def test_the_design_comes_first_and_the_model_from_then_on():
    space = dict.fromkeys("abcdef", (0.0, 1.0))
    plan = Optimizer(space, random_state=0, n_initial_points=20).ask(20)
    _, asked = run(space, lambda p: -sum((x - 0.7) ** 2 for x in p.values()), 20, random_state=0)
    assert asked[:5] == plan[:5]
    assert not any(params in plan for params in asked[5:])


@pytest.mark.parametrize(("n_dimensions", "size"), [(1, 5), (7, 5), (8, 6), (14, 9), (30, 12)])
def test_the_design_is_short(n_dimensions, size):
    space = {f"x{i}": (0.0, 1.0) for i in range(n_dimensions)}
    assert Design(parse_space(space), 0, None).size == size
    branches = parse_space([space | {"b": [i]} for i in range(15)])
    assert Design(branches, 0, None).size == 15


def test_no_more_points_of_the_design_are_decoded_than_are_asked_for(monkeypatch):
    """Quantiles of a distribution without a formula for them take long."""
    decoded = []
    from_unit = Distribution.from_unit

    def counted(self, u):
        decoded.extend(u)
        return from_unit(self, u)

    monkeypatch.setattr(Distribution, "from_unit", counted)
    optimizer = Optimizer({"x": norm(), "y": (0.0, 1.0)}, random_state=0)
    for _ in range(4):
        params = optimizer.ask()
        optimizer.tell(params, params["y"])
    assert len(decoded) < 10


def test_a_batch_that_is_asked_before_any_score_is_spread_by_the_design():
    space = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
    batch = Optimizer(space, random_state=0).ask(20)
    one_by_one = Optimizer(space, random_state=0, n_initial_points=20)
    assert batch == [one_by_one.ask() for _ in range(20)]


def constrained(space, is_allowed, score, n, **settings):
    """Return an optimiser after `n` evaluations, none of which is refused."""
    optimizer = Optimizer(space, random_state=0, is_allowed=is_allowed, **settings)
    for _ in range(n):
        params = optimizer.ask()
        assert is_allowed(params)
        optimizer.tell(params, score(params))
    return optimizer


def test_initial_points_must_be_allowed():
    points = [{"x": 0.25}, {"x": 0.75}]
    with pytest.raises(ValueError, match=r"initial_points\[1\]: is_allowed refuses .*0\.75"):
        Optimizer({"x": (0.0, 1.0)}, initial_points=points, is_allowed=lambda p: p["x"] < 0.5)


def test_the_best_of_what_is_allowed_is_found():
    """The peak is forbidden; the best allowed point lies on the border, at (0.5, 0.5)."""
    optimizer = constrained(
        {"a": (0.0, 1.0), "b": (0.0, 1.0)},
        lambda params: params["a"] + params["b"] <= 1.0,
        lambda params: -((params["a"] - 0.7) ** 2) - (params["b"] - 0.7) ** 2,
        30,
    )
    assert optimizer.best_score > -0.083


def test_a_small_allowed_part_is_found():
    optimizer = constrained(
        {"a": (0.0, 1.0), "b": (0.0, 1.0)},
        lambda params: abs(params["a"] - params["b"]) < 0.002,
        lambda params: params["a"],
        6,
    )
    assert optimizer.n_asked == 6


def test_all_that_is_allowed_of_a_finite_space_is_proposed_and_no_more():
    optimizer = constrained(
        {"a": (1, 9), "b": ["x", "y"]}, lambda params: params["a"] % 3 == 0, len, 6
    )
    assert {params["a"] for params, _ in optimizer.told} == {3, 6, 9}
    with pytest.raises(SpaceExhausted):
        optimizer.ask()
    nothing = Optimizer({"a": (0.0, 1.0)}, is_allowed=lambda params: False, random_state=0)
    with pytest.raises(SpaceExhausted):
        nothing.ask()


def test_a_constraint_that_allows_all_changes_nothing():
    plain, free = (
        Optimizer({"a": (0.0, 1.0), "b": (1, 9)}, random_state=3, is_allowed=is_allowed)
        for is_allowed in (None, lambda params: True)
    )
    for _ in range(10):
        params = plain.ask()
        assert free.ask() == params
        for optimizer in (plain, free):
            optimizer.tell(params, params["a"] * params["b"])


def test_known_points_are_prepared_once_for_all_random_ones(monkeypatch):
    monkeypatch.setattr("skbayes.optimizer.proposer.N_FAR", 3)
    optimizer = Optimizer({"x": (0.0, 1.0)}, is_allowed=lambda p: p["x"] == 0.3, random_state=0)
    optimizer.tell({"x": 0.3}, 1.0)
    prepared, focused = [], Space.focused

    def counted(space, coordinates):
        prepared.append(coordinates)
        return focused(space, coordinates)

    monkeypatch.setattr(Space, "focused", counted)
    with pytest.raises(SpaceExhausted):
        optimizer.ask()
    assert len(prepared) == 1


def test_a_constraint_is_a_function():
    with pytest.raises(TypeError, match="is_allowed must be a function or None, got 'a < 1'"):
        Optimizer({"a": (0.0, 1.0)}, is_allowed="a < 1")


def test_no_step_of_a_search_has_a_column_for_each_value_of_a_long_list(monkeypatch):
    widths = []
    features = Space.features

    def recorded(self, coordinates):
        X = features(self, coordinates)
        widths.append(X.shape[1])
        return X

    monkeypatch.setattr(Space, "features", recorded)
    space = {"a": [f"a{i}" for i in range(5000)], "b": [f"b{i}" for i in range(700)], "c": (0, 9)}
    earlier = [({"a": f"a{i}", "b": f"b{i}", "c": i}, float(i)) for i in range(10)]
    optimizer = Optimizer(space, random_state=0, warm_start_from=earlier)
    for i in range(14):
        optimizer.ask()  # stays pending
        params = optimizer.ask(budget_left=0.5)
        score = math.nan if i % 5 == 4 else params["c"] - 0.1 * i
        optimizer.tell(params, score, cost=1.0 + params["c"])
    optimizer.predict_cost(params)
    optimizer._points.predict_point(optimizer.space.encode(params))
    optimizer.regret_bound()
    assert widths
    # Of each list what was told, what is pending, what the source holds, and all others.
    assert max(widths) <= 2 * (2 * 14 + 10 + 1) + 1


@pytest.mark.parametrize("kind", [np.uint8, np.int8])
def test_integers_of_numpy_are_integers(kind):
    """Those of few bits overflow where a builtin one is negative, or large, for a moment."""
    space = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
    asked = []
    for number in (int, kind):
        optimizer = Optimizer(
            space, n_iter=number(100), n_initial_points=number(12), random_state=0
        )
        for _ in range(8):
            params = optimizer.ask()
            optimizer.tell(params, params["x"])
        asked.append(optimizer.told)
    assert asked[0] == asked[1]


def test_threads_that_ask_at_the_same_time_get_different_points():
    barrier = threading.Barrier(4)

    def is_allowed(params):
        time.sleep(0.001)
        return True

    optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, is_allowed=is_allowed, random_state=0)

    def ask_and_tell():
        barrier.wait(timeout=30)
        for _ in range(3):
            params = optimizer.ask()
            optimizer.tell(params, params["x"])

    threads = [threading.Thread(target=ask_and_tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(optimizer.told) == optimizer.n_asked == 12
