"""Callbacks, and the view of a search that they get."""

import math
import pickle

import numpy as np
import pytest
from scipy.optimize import OptimizeResult

from skbayes import Converged, Patience, SearchState, TargetScore
from skbayes.search.view import SearchView, as_rule, parse_callbacks
from skbayes.space import parse_space

SPACE = parse_space({"b": (0.0, 5.0), "a": ["x", "y", "z"]})
PARAMS = [{"b": 2.0, "a": "x"}, {"a": "y", "b": 1.0}, {"b": 0.5, "a": "z"}, {"b": 4.0, "a": "x"}]
SCORES = (0.5, math.nan, 0.75, 0.75)


class Source:
    """Makes views, and counts what of them is read."""

    def __init__(self):
        self.read = []

    def params(self):
        self.read.append("params")
        return PARAMS

    def table(self):
        self.read.append("table")
        return {"mean_test_score": np.array(SCORES)}

    def view(self, scores=SCORES):
        return SearchView(scores, self.params, self.table, SPACE, {"random_state": 3})


def state(scores=SCORES):
    return SearchState(tuple(scores), 10, math.nan, lambda: math.nan)


def test_names_of_scikit_learn():
    view = Source().view()
    assert (view.best_index_, view.best_score_) == (2, 0.75)
    assert view.best_params_ == {"a": "z", "b": 0.5}
    assert list(view.cv_results_) == ["mean_test_score"]
    assert repr(view) == "<SearchView of 4 candidates, the best 0.75>"


def test_names_of_scikit_optimize():
    view = Source().view()
    np.testing.assert_array_equal(view.func_vals, [-0.5, np.inf, -0.75, -0.75])
    assert view.fun == -0.75
    assert view.x_iters == [["x", 2.0], ["y", 1.0], ["z", 0.5], ["x", 4.0]]
    assert view.x == ["z", 0.5]
    assert view.models == []
    assert view.space is SPACE
    assert view.random_state == 3
    assert view.specs == {"function": "BayesSearchCV", "args": {"random_state": 3}}


def test_results_of_scikit_optimize_are_dicts():
    view = Source().view()
    assert list(view) == [
        "x", "fun", "func_vals", "x_iters", "models", "space", "specs", "random_state"
    ]  # fmt: skip
    assert all(view[name] is getattr(view, name) for name in ("func_vals", "x_iters", "space"))
    assert view["fun"] == view.get("fun") == -0.75
    assert "fun" in view
    assert "log_time" not in view
    with pytest.raises(KeyError, match="best_score_"):
        view["best_score_"]
    assert OptimizeResult(**view).x == ["z", 0.5]
    assert view != Source().view()
    assert len({view, view, Source().view()}) == 2


def test_without_candidates():
    view = SearchView((), list, dict, SPACE, {"random_state": None})
    assert (view.x, view.fun, view.x_iters, view.func_vals.tolist()) == (None, math.inf, [], [])


def test_rows_of_several_spaces_have_all_parameters():
    space = parse_space([{"a": ["x"], "c": (1, 3)}, {"a": ["x"], "b": (0.0, 1.0)}])
    params = [{"a": "x", "c": 2}, {"a": "x", "b": 0.5}]
    view = SearchView((0.1, 0.2), lambda: params, dict, space, {})
    assert view.x_iters == [["x", None, 2], ["x", 0.5, None]]
    assert [dimension.name for dimension in view.space.dimensions] == ["a", "b", "c"]
    assert view.space.distance(*view.x_iters) == 2.0


def test_nothing_is_made_before_it_is_read_or_twice():
    source = Source()
    view = source.view()
    assert view.best_score_ + view.fun == 0.0
    assert source.read == []
    assert view.best_params_ is view.best_params_
    assert view.x == view.x
    assert source.read == ["params"]
    assert view.cv_results_ is view.cv_results_
    assert source.read == ["params", "table"]


def test_a_pickled_view_stands_alone():
    view = pickle.loads(pickle.dumps(Source().view()))
    assert (view.best_index_, view.best_score_, view.best_params_) == (2, 0.75, PARAMS[2])
    assert list(view.cv_results_) == ["mean_test_score"]
    assert view.x_iters == Source().view().x_iters
    assert view.specs == Source().view().specs


def test_without_any_score():
    """The first row stands for the best, as it does in scikit-learn."""
    view = Source().view((math.nan, math.nan))
    assert view.best_index_ == 0
    assert math.isnan(view.best_score_)
    assert view.best_params_ == PARAMS[0]
    assert view.fun == math.inf


def test_all_are_called_with_the_same_view():
    source, seen = Source(), []
    callbacks = [seen.append, lambda view: seen.append(view) or True, seen.append]
    reason = as_rule(callbacks, source.view)(state())
    assert reason == "the callback <lambda> returned True."
    assert len(seen) == 3
    assert seen[0] is seen[1] is seen[2]
    assert source.read == []


@pytest.mark.parametrize(
    ("answer", "stops"), [(None, False), (False, False), (0, False), (1, True), (np.True_, True)]
)
def test_a_true_value_stops(answer, stops):
    run = as_rule([lambda view: answer], Source().view)
    assert (run(state()) is not None) == stops


def test_the_error_of_a_callback_is_raised():
    with pytest.raises(ZeroDivisionError):
        as_rule([lambda view: 1 / 0], Source().view)(state())


def test_parse():
    assert parse_callbacks(None) == ()
    assert parse_callbacks(print) == (print,)
    assert parse_callbacks([print, len]) == (print, len)
    with pytest.raises(TypeError, match="callback must be a function of the search so far"):
        parse_callbacks("print")
    with pytest.raises(TypeError, match="callback has the class int"):
        parse_callbacks(int)


def test_callbacks_of_scikit_optimize(capsys):
    callbacks = pytest.importorskip("skopt.callbacks")

    def stops(callback, scores):
        make = as_rule([callback], lambda: Source().view(scores))
        return make(state(scores)) is not None

    assert stops(callbacks.DeltaYStopper(0.1, n_best=2), SCORES)
    assert not stops(callbacks.DeltaYStopper(0.1, n_best=3), SCORES)
    assert stops(callbacks.HollowIterationsStopper(1), SCORES)
    assert not stops(callbacks.HollowIterationsStopper(2), SCORES)
    assert stops(callbacks.ThresholdStopper(-0.7), SCORES)
    assert not stops(callbacks.ThresholdStopper(-0.8), SCORES)
    assert not stops(callbacks.DeadlineStopper(60.0), SCORES)
    assert not stops(callbacks.TimerCallback(), SCORES)
    assert not stops(callbacks.VerboseCallback(10), SCORES)
    assert "Current minimum: -0.7500" in capsys.readouterr().out


@pytest.mark.parametrize("rule", [Patience(2), TargetScore(0.5), Converged(0.1)])
def test_a_rule_is_no_callback(rule):
    with pytest.raises(TypeError, match=r"is a stopping rule: write BayesSearchCV\(..., stopping="):
        parse_callbacks([print, rule])


def test_an_answer_that_is_neither_true_nor_false_is_refused_by_name():
    def losses(view):
        return view.func_vals

    with pytest.raises(TypeError, match="the callback losses returned ndarray"):
        as_rule([losses], Source().view)(state())
