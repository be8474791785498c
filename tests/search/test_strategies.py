"""Grid and random search under the class: which candidates, in which order, and what is refused."""

import functools
import pickle
import warnings
from itertools import pairwise

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import ParameterGrid

from skbayes import BayesSearchCV, Conditional
from skbayes.exceptions import SpaceExhausted
from skbayes.optimizer import PointOptimizer, random_search
from skbayes.space import Categorical, Integer, parse_space
from strategies import spaces

X, Y = np.arange(12.0)[:, None], np.arange(12) % 2
RANGES = {"a": (0.0, 1.0), "b": (1, 100, "log-uniform"), "c": ["x", "y", None]}
LISTS = {"a": [0.3, 0.1, 0.2], "b": [2, 1], "c": ["x", None]}


class Plain(ClassifierMixin, BaseEstimator):
    """Scores a function of its parameters, or fails."""

    def __init__(self, a=0.5, b=5, c="x"):
        self.a = a
        self.b = b
        self.c = c

    def fit(self, X, y):
        if self.c == "fails":
            raise ValueError("as it must")
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return -((self.a - 0.3) ** 2) - 0.01 * self.b + 1e-3 * X.sum()


def searched(space, **kwargs):
    kwargs = {"cv": 3, "random_state": 0, "refit": False, **kwargs}
    return BayesSearchCV(Plain(), space, **kwargs).fit(X, Y)


def params_of(search):
    return search.cv_results_["params"]


def asked(space, n, *, seed=0, **kwargs):
    """Return what random search proposes, at most `n`."""
    ledger = PointOptimizer(space, random_state=seed, n_iter=n, **kwargs)
    strategy, points = random_search(ledger, seed), []
    for _ in range(n):
        try:
            points.append(strategy.ask_point())
        except SpaceExhausted:
            break
    return points


# Random search


@given(spaces(), st.integers(0, 2**31))
@settings(max_examples=20, deadline=None)
def test_random_search_repeats_nothing_and_finds_all_of_a_finite_space(space, seed):
    points = asked(space, 40, seed=seed)
    # Parameters that two branches hold are one candidate.
    twins = [twin for point in points for twin in space.twins(point)]
    assert len(set(twins)) == len(twins)
    if len(points) < 40:
        assert space.n_values is not None
        assert set(space.grid()) == set(twins)


def test_random_search_has_the_same_candidates_whatever_runs_them():
    first = searched(RANGES, strategy="random", n_iter=20)
    for kwargs in ({"n_jobs": 2}, {"n_points": 4}, {"error_score": 0.0}):
        assert params_of(searched(RANGES, strategy="random", n_iter=20, **kwargs)) == params_of(
            first
        )
    longer = params_of(searched(RANGES, strategy="random", n_iter=30))
    assert longer[:20] == params_of(first)
    other = searched(RANGES, strategy="random", n_iter=20, random_state=1)
    assert params_of(other) != params_of(first)


def test_random_search_follows_scales_and_distributions():
    space = parse_space(
        {
            "log": (1e-4, 1e4, "log-uniform"),
            "normal": scipy.stats.norm(3, 2),
            "list": ["a", "b", "c", "d"],
            "ints": (1, 10),
        }
    )
    rows = [space.decode(point) for point in asked(space, 256)]
    logs = np.log10([row["log"] for row in rows])
    assert scipy.stats.kstest(logs, scipy.stats.uniform(-4, 8).cdf).statistic < 0.02
    normal = [row["normal"] for row in rows]
    assert scipy.stats.kstest(normal, scipy.stats.norm(3, 2).cdf).statistic < 0.02
    for name, n in (("list", 4), ("ints", 10)):
        counts = np.unique([row[name] for row in rows], return_counts=True)[1]
        assert len(counts) == n
        assert abs(counts - 256 / n).max() <= 2


def test_the_first_candidates_are_spread_more_evenly_than_independent_ones():
    points = asked(parse_space({"x": (0.0, 1.0)}), 64)
    gaps = [b - a for a, b in pairwise(sorted(point.codes[0] for point in points))]
    assert max(gaps) < 2 / 64


def test_dicts_are_equally_likely_and_so_are_the_values_that_conditions_divide():
    space = parse_space(
        [
            {"a": (0.0, 1.0)},
            {
                "kernel": ["linear", "rbf", "poly", "sigmoid"],
                "gamma": Conditional((0.0, 1.0), when={"kernel": ["rbf", "poly", "sigmoid"]}),
                "degree": Conditional((0.0, 5.0), when={"kernel": ["poly"]}),
                "b": (0.0, 1.0),
            },
        ]
    )
    rows = [space.decode(point) for point in asked(space, 512)]
    kernels = [row.get("kernel") for row in rows]
    assert abs(kernels.count(None) - 256) <= 2
    for kernel in ("linear", "rbf", "poly", "sigmoid"):
        assert abs(kernels.count(kernel) - 64) <= 8


def test_dicts_with_a_number_of_their_own_get_it():
    search = searched([({"a": (0.0, 1.0)}, 3), {"b": (1, 50)}], strategy="random", n_iter=6)
    assert sum("a" in params for params in params_of(search)) == 3
    assert len(params_of(search)) == 9


def test_random_search_of_a_finite_space_is_its_grid():
    search = searched(LISTS, strategy="random", n_iter=12)
    assert params_of(search) == list(ParameterGrid(LISTS))
    with pytest.warns(UserWarning, match="smaller than the 13 candidates"):
        assert len(params_of(searched(LISTS, strategy="random", n_iter=13))) == 12


def test_rare_points_of_a_finite_space_are_found():
    """Where a distribution hardly ever comes to, the list of the points does."""
    space = parse_space({"a": Integer(1, 3000, "log-uniform")})
    assert len(asked(space, 5000)) == 3000


def test_failing_candidates_do_not_end_a_random_search():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = searched({**RANGES, "c": ["x", "fails"]}, strategy="random", n_iter=8)
    assert {"complete", "failed"} == set(search.candidate_status_)


def test_initial_points_come_first_and_the_estimator_as_it_is_only_if_given():
    point = {"a": 0.5, "b": 5, "c": "x"}
    assert params_of(searched(RANGES, strategy="random", n_iter=3))[0] != point
    given_ = searched(RANGES, strategy="random", n_iter=3, initial_points=[point])
    assert params_of(given_)[0] == point
    assert params_of(given_)[1:] == params_of(searched(RANGES, strategy="random", n_iter=2))


# Grid search


def test_grid_search_evaluates_in_the_order_of_the_grid():
    lists = [LISTS, {"a": [1.0], "b": range(5, 1, -2)}]
    seen = []
    search = BayesSearchCV(Plain(), lists, strategy="grid", cv=3, n_jobs=1)
    search.fit(X, Y, callback=lambda search: seen.append(search.cv_results_["params"][-1]))
    assert seen == params_of(search) == list(ParameterGrid(lists))


def test_ranges_of_ints_are_finite():
    search = searched({"b": (1, 4), "c": ["x", None]}, strategy="grid")
    assert params_of(search) == list(ParameterGrid({"b": [1, 2, 3, 4], "c": ["x", None]}))


def test_n_iter_limits_a_grid_unless_it_is_the_default():
    lists = {"a": np.linspace(0, 1, 60)}
    assert len(params_of(searched(lists, strategy="grid"))) == 60
    some = searched(lists, strategy="grid", n_iter=7)
    assert params_of(some) == list(ParameterGrid(lists))[:7]
    assert some.total_iterations == 7
    assert BayesSearchCV(Plain(), lists, strategy="grid").total_iterations == 60


@pytest.mark.parametrize(
    ("space", "name"),
    [
        ({"a": (0.0, 1.0), "b": [1, 2]}, r"search_spaces\['a'\]"),
        ([{"b": [1]}, {"a": scipy.stats.norm()}], r"search_spaces\[1\]\['a'\]"),
        ({"b": (1, 2**60)}, r"search_spaces\['b'\]"),
    ],
)
def test_a_space_without_an_end_is_no_grid(space, name):
    with pytest.raises(ValueError, match=rf"{name}: strategy='grid' needs a finite.*as a list"):
        searched(space, strategy="grid")


def test_a_grid_of_what_is_known_says_where_the_dict_is():
    with pytest.raises(ValueError, match=r"'alpha'.*Take the dict of suggest_space, and write the"):
        BayesSearchCV(Ridge(), "auto", strategy="grid", cv=2).fit(X, X[:, 0])


def test_a_large_grid_is_announced():
    def stop(search):
        return True

    search = BayesSearchCV(Plain(), {"b": (1, 20_000)}, strategy="grid", cv=2)
    with pytest.warns(UserWarning, match="the grid has 20000 candidates"):
        search.fit(X, Y, callback=stop)
    assert search.cv_results_["params"] == [{"b": 1}]


# Both


@pytest.mark.parametrize("strategy", ["random", "grid"])
def test_racing_warm_start_insight_and_stopping(strategy):
    lists = {"a": list(np.linspace(0, 1, 6)), "b": [1, 60, 80]}
    plain = searched(lists, strategy=strategy, n_iter=18)
    assert plain.insight().best.expected <= plain.best_score_
    raced = searched(lists, strategy=strategy, n_iter=18, early_stopping="racing")
    assert raced.n_folds_run_ < plain.n_folds_run_
    assert raced.best_score_ == pytest.approx(plain.best_score_)
    with pytest.raises(
        ValueError, match=f"strategy='{strategy}' does not learn from scores.*warm_start_from"
    ):
        searched(lists, strategy=strategy, warm_start_from=plain)
    with pytest.warns(UserWarning, match="n_initial_points has no effect"):
        searched(lists, strategy=strategy, optimizer_kwargs={"n_initial_points": 2}, n_iter=12)
    again = pickle.loads(pickle.dumps(plain))
    assert again.strategy == strategy


def test_unknown_strategies_are_refused():
    with pytest.raises(ValueError, match=r"'strategy' parameter.*Got 'halving'"):
        searched(LISTS, strategy="halving")


# Constraints


def sums_up(params):
    return params["a"] + params["b"] / 100 <= 0.5


@pytest.mark.parametrize("strategy", ["bayesian", "random"])
def test_only_what_is_allowed_is_evaluated(strategy, capsys):
    search = searched(RANGES, strategy=strategy, is_allowed=sums_up, n_iter=15, verbose=1)
    assert all(map(sums_up, params_of(search)))
    assert len(params_of(search)) == 15
    assert "each of at most 15 candidates" in capsys.readouterr().out


def test_what_is_not_allowed_is_no_part_of_a_grid(capsys):
    search = searched(LISTS, strategy="grid", is_allowed=lambda p: p["a"] * p["b"] < 0.5, verbose=1)
    expected = [p for p in ParameterGrid(LISTS) if p["a"] * p["b"] < 0.5]
    assert params_of(search) == expected
    assert f"each of {len(expected)} candidates, totalling" in capsys.readouterr().out
    limited = searched(
        [(LISTS, 4), {"b": [1, 2, 3]}], strategy="grid", is_allowed=lambda p: p["b"] > 1
    )
    assert len(params_of(limited)) == 4 + 2


def test_a_grid_that_is_too_large_to_be_listed_is_asked_about_as_it_goes(monkeypatch, capsys):
    monkeypatch.setattr("skbayes.search.candidates.MAX_LISTED", 11)
    with pytest.warns(UserWarning, match="after 4 of 12 candidates: no further allowed candidate"):
        search = searched(LISTS, strategy="grid", is_allowed=lambda p: p["a"] < 0.2, verbose=1)
    assert params_of(search) == [p for p in ParameterGrid(LISTS) if p["a"] < 0.2]
    assert "at most 12 candidates" in capsys.readouterr().out


@pytest.mark.parametrize("strategy", ["bayesian", "random"])
def test_a_finite_space_ends_with_the_last_that_is_allowed(strategy):
    with pytest.warns(UserWarning, match="after 4 of 12 candidates: no further allowed candidate"):
        search = searched(LISTS, strategy=strategy, is_allowed=lambda p: p["a"] < 0.2, n_iter=12)
    assert search.stop_reason_ == "exhausted"
    assert len(params_of(search)) == 4


@pytest.mark.parametrize("strategy", ["bayesian", "random", "grid"])
@pytest.mark.parametrize(
    ("spaces", "settings", "n", "told"),
    [
        (LISTS, {}, 12, "12 is smaller"),
        (LISTS, {"is_allowed": lambda p: p["a"] < 0.2}, 4,
         "4 (without 8 that are not allowed) is smaller"),
        ([{"a": [0.1, 0.2]}, {"a": [0.2, 0.3, 0.4]}], {}, 4,
         "4 (without 1 that two dicts have) is smaller"),
        ([{"a": [0.1, 0.2]}, {"a": [0.2, 0.3, 0.4]}], {"is_allowed": lambda p: p["a"] < 0.4}, 3,
         "3 (without 1 that are not allowed and 1 that two dicts have) is smaller"),
    ],
)  # fmt: skip
def test_a_space_that_is_too_small_is_told_once(strategy, spaces, settings, n, told, capsys):
    with pytest.warns(UserWarning, match="The total space") as caught:
        search = searched(spaces, strategy=strategy, n_iter=20, verbose=1, **settings)
    [message] = [str(each.message) for each in caught]
    assert message.startswith(f"The total space of parameters {told} than the 20 candidates")
    assert message.endswith(f"Each of the {n} is evaluated once.")
    assert len(params_of(search)) == n
    assert f"for each of {n} candidates, totalling" in capsys.readouterr().out


def test_both_constraints_hold():
    options = {"space_constraint": lambda values: values[1] == 2}
    lists = {**LISTS, "b": [3, 2, 1]}
    search = searched(
        lists, strategy="grid", is_allowed=lambda p: p["a"] < 0.2, optimizer_kwargs=options
    )
    assert params_of(search) == [{"a": 0.1, "b": 2, "c": c} for c in ("x", None)]


@pytest.mark.parametrize(
    ("strategy", "space"), [("bayesian", RANGES), ("random", RANGES), ("grid", LISTS)]
)
def test_a_function_that_allows_nothing_ends_with_one_error(strategy, space):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match="is_allowed"):
            searched(space, strategy=strategy, is_allowed=lambda params: False)


@pytest.mark.parametrize(
    ("strategy", "space"), [("bayesian", RANGES), ("random", RANGES), ("grid", LISTS)]
)
def test_what_the_function_raises_is_told(strategy, space):
    def typo(params):
        return params["A"] < 1

    with pytest.raises(ValueError, match=r"is_allowed.*KeyError: 'A', for \{'a'"):
        searched(space, strategy=strategy, is_allowed=typo)


def test_a_point_to_begin_with_must_be_allowed():
    points = [{"a": 0.1, "b": 1, "c": "x"}, {"a": 0.9, "b": 1, "c": "x"}]
    with pytest.raises(ValueError, match=r"initial_points\[1\]: is_allowed refuses .*0\.9"):
        searched(RANGES, initial_points=points, is_allowed=sums_up)


def test_the_estimator_as_it_is_is_left_out_if_it_is_not_allowed():
    search = searched(RANGES, is_allowed=lambda p: p["a"] < 0.5, n_iter=4)
    assert params_of(search)[0] != {"a": 0.5, "b": 5, "c": "x"}


@pytest.mark.parametrize("value", ["a < 1", 3, True])
def test_a_constraint_is_a_function(value):
    with pytest.raises(ValueError, match="'is_allowed' parameter"):
        searched(RANGES, is_allowed=value)


def test_a_constraint_is_cloned_and_pickled_with_the_search():
    search = BayesSearchCV(Plain(), LISTS, is_allowed=sums_up)
    assert clone(search).is_allowed is sums_up
    assert pickle.loads(pickle.dumps(search)).is_allowed is sums_up
    bound = functools.partial(sums_up)
    assert clone(BayesSearchCV(Plain(), LISTS, is_allowed=bound)).is_allowed.func is sums_up


def test_categories_are_told_apart_where_numbers_differ_by_rounding():
    lists = {"a": Categorical([0.1 + 0.2, 0.3])}
    assert len(params_of(searched(lists, strategy="grid"))) == 2
