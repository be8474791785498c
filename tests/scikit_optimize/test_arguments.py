"""What is written for scikit-optimize: read, or told what happens instead, or refused."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import skbayes
from skbayes import Categorical, Real
from skbayes.scikit_optimize.arguments import (
    CONSTRAINT,
    INITIAL,
    OPTIONS,
    joined_fit_params,
    read_optimizer_kwargs,
    warn_of_differences,
)

# What is seen in code for scikit-optimize, and a word of what the warning says; None: no warning.
SEEN = [
    ("base_estimator", "GP", None),
    ("base_estimator", "gp", None),
    ("base_estimator", "RF", "Gaussian process"),
    ("base_estimator", "et", "Gaussian process"),
    ("base_estimator", "GBRT", "Gaussian process"),
    ("base_estimator", "dummy", "Gaussian process"),
    ("base_estimator", Ridge(), "Gaussian process"),
    ("initial_point_generator", "sobol", None),
    ("initial_point_generator", "lhs", "Sobol"),
    ("initial_point_generator", "random", "Sobol"),
    ("acq_func", "EI", None),
    ("acq_func", "gp_hedge", "expected improvement"),
    ("acq_func", "LCB", "expected improvement"),
    ("acq_func", "EIps", "expected improvement"),
    ("acq_func_kwargs", {"xi": 0.01, "kappa": 1.96}, "has no options"),
    ("acq_func_kwargs", None, None),
    ("acq_optimizer", "auto", None),
    ("acq_optimizer", "sampling", "maximised"),
    ("acq_optimizer_kwargs", {"n_points": 1000}, "maximiser"),
    ("n_jobs", 1, None),
    ("n_jobs", -1, "n_jobs of BayesSearchCV"),
    ("random_state", 7, "random_state of BayesSearchCV"),
    ("avoid_duplicates", True, None),
    ("avoid_duplicates", False, "twice"),
    ("model_queue_size", 1, "insight"),
]


@pytest.mark.parametrize(("name", "value", "told"), SEEN)
def test_each_option_is_followed_or_told_of_once(name, value, told):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert read_optimizer_kwargs({name: value}) == {}
    messages = [str(each.message) for each in caught]
    if told is None:
        assert messages == []
    else:
        assert len(messages) == 1
        assert f"optimizer_kwargs: {name}=" in messages[0]
        assert told in messages[0]


def test_all_options_are_seen():
    assert {name for name, _, _ in SEEN} == set(OPTIONS)


@pytest.mark.parametrize("name", INITIAL)
def test_initial_points(name):
    assert read_optimizer_kwargs({name: np.int64(6)}) == {"n_initial_points": 6}
    assert read_optimizer_kwargs({name: None}) == {}
    for wrong in (0, 2.5, True, "10"):
        with pytest.raises(ValueError, match=f"{name} must be an int of at least 1"):
            read_optimizer_kwargs({name: wrong})


def test_a_constraint_gets_values_in_the_order_of_names():
    ours = read_optimizer_kwargs({CONSTRAINT: lambda x: x == [1, "x"]})["is_allowed"]
    assert ours({"b": "x", "a": 1})
    assert not ours({"b": 1, "a": "x"})
    assert read_optimizer_kwargs({CONSTRAINT: None}) == {"is_allowed": None}
    with pytest.raises(ValueError, match="space_constraint must be a function"):
        read_optimizer_kwargs({CONSTRAINT: "a < b"})


@pytest.mark.parametrize("name", ["n_initial", "acq_fun", 3])
def test_an_unknown_option_is_refused_with_those_that_are_known(name):
    with pytest.raises(ValueError, match="no option") as caught:
        read_optimizer_kwargs({name: 1})
    for known in (*OPTIONS, *INITIAL, CONSTRAINT):
        assert known in str(caught.value)


def test_no_options():
    assert read_optimizer_kwargs(None) == read_optimizer_kwargs({}) == {}


def search(spaces=None, **changed):
    said = {"optimizer_kwargs": None, "fit_params": None, "iid": "deprecated", "n_iter": 20}
    return SimpleNamespace(search_spaces=spaces or {}, **{**said, **changed})


def test_fit_has_the_last_word_over_the_constructor():
    assert joined_fit_params(search(), {"a": 1}) == {"a": 1}
    given = {"a": 1, "b": 2}
    with pytest.warns(FutureWarning, match=r"fit\(X, y, a=..., b=...\)"):
        assert joined_fit_params(search(fit_params=given), {"b": 3}) == {"a": 1, "b": 3}
    assert given == {"a": 1, "b": 2}


FROM_THERE = [{"optimizer_kwargs": {}}, {"fit_params": {}}]


@pytest.mark.parametrize("values", [[1, 10], [0.5, 1], np.array([1, 10]), [np.int64(1), 10]])
def test_two_numbers_are_told_of_to_those_who_come_from_there(values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_differences(search({"C": values}))
    for said in FROM_THERE:
        for spaces in ({"C": values}, [({"C": values}, 5)]):
            with pytest.warns(UserWarning, match=r"'C': \[.*two values.*for a range") as caught:
                warn_of_differences(search(spaces, **said))
            assert len(caught) == 1


@pytest.mark.parametrize(
    "values",
    [[1, 10, 100], [True, False], ["a", "b"], (1, 10), [1], Categorical([1, 10]), np.eye(2), None],
)
def test_nothing_is_said_of_what_means_the_same(values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for said in FROM_THERE:
            warn_of_differences(search({"C": values}, **said))


def test_one_warning_names_all_lists_of_two_numbers():
    spaces = [{"a": [1, 2], "b": [3, 4, 5]}, {"c": [0.5, 6]}]
    with pytest.warns(UserWarning, match=r"'a': \[1, 2\], 'c': \[0.5, 6\]: a list"):
        warn_of_differences(search([(space, 3) for space in spaces], optimizer_kwargs={}))


def test_the_total_is_told_of_where_several_spaces_share_it():
    spaces = [{"C": (0, 1)}, ({"C": (2, 3)}, 7), {"C": (4, 5)}]
    with pytest.warns(UserWarning, match=r"n_iter=20 .* all 2 dicts .*\[\(dict, 20\), ...\]"):
        warn_of_differences(search(spaces, optimizer_kwargs={}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_differences(search(spaces))
        warn_of_differences(search(spaces[:2], optimizer_kwargs={}))


def test_their_dimensions_say_who_comes_from_there():
    theirs = pytest.importorskip("skopt.space")
    with pytest.warns(UserWarning, match="'degree'"):
        warn_of_differences(search({"C": theirs.Real(0, 1), "degree": [1, 8]}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_differences(search({"C": Real(0, 1), "degree": [1, 8]}))


@pytest.mark.parametrize("spaces", [None, "C", 3, [()], [("a",)], [(1, 2)], [None], [{3: [1, 2]}]])
def test_malformed_spaces_are_left_to_others(spaces):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warn_of_differences(search(spaces, optimizer_kwargs={}))


@pytest.mark.parametrize("value", [True, False])
def test_iid(value):
    with pytest.warns(UserWarning, match="iid is ignored"):
        warn_of_differences(search(iid=value))


def test_functions_that_minimise_say_what_to_write():
    from skbayes import gp_minimize

    with pytest.raises(NotImplementedError, match=r"no gp_minimize.*skopt.*skbayes\.Optimizer"):
        gp_minimize(lambda x: x[0], [(0.0, 1.0)])


def test_pickles_are_refused_with_the_safe_way(tmp_path):
    path = tmp_path / "result.pkl"
    for call in (lambda: skbayes.dump({}, path), lambda: skbayes.load(path)):
        with pytest.raises(NotImplementedError, match=r"joblib.*checkpoint=|checkpoint=.*joblib"):
            call()
    assert not path.exists()
