"""Pickles outlive the code: no module that may move stands in them, and fields go by names."""

import copy
import dataclasses
import importlib
import math
import pickle
import pickletools
import subprocess
import sys
import typing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import skbayes
from skbayes import (
    BayesSearchCV,
    Categorical,
    Converged,
    Integer,
    Optimizer,
    Patience,
    Real,
    SearchState,
    Space,
    TargetScore,
    callbacks,
)
from skbayes._pickles import FORMAT, HOMES
from skbayes.exceptions import (
    FitTimeout,
    JournalLocked,
    JournalMismatch,
    NoWorkers,
    SpaceExhausted,
    WorkerDied,
)
from skbayes.insight import AtBound
from skbayes.model.reports import Report
from skbayes.space import Branch, Distribution, Point, parse_space

DATA = Path(__file__).parent / "data"

# Where users import from, and what all other classes of ours are made by.
DOORS = {"skbayes.callbacks", "skbayes.exceptions"}
RESTORE = ("skbayes", "_restore")

X = np.random.default_rng(0).normal(size=(24, 3))
Y = X @ [1.0, 2.0, 0.0] + 0.1 * np.random.default_rng(1).normal(size=24)


class Slope(BaseEstimator):
    """An estimator that no library versions."""

    def __init__(self, a=0.0, kind="x"):
        self.a, self.kind = a, kind

    def fit(self, X, y):
        self.n_features_in_ = X.shape[1]
        return self

    def score(self, X, y):
        return -((self.a - 0.3) ** 2)


def optimizer() -> Optimizer:
    """One that was asked and told everything that it can be."""
    earlier = [({"x": 0.1 * k, "k": "ab"[k % 2], "n": k + 1}, 0.1 * k) for k in range(5)]
    made = Optimizer(
        {"x": (0.0, 1.0), "k": ["a", "b", None], "n": (1, 90, "log-uniform")},
        n_iter=20,
        initial_points=[{"x": 0.5, "k": None, "n": 7}],
        random_state=0,
        warm_start_from=earlier,
    )
    for index in range(6):
        params = made.ask()
        folds = [params["x"], None] if index == 2 else [params["x"], params["x"] + 0.01]
        made.tell(params, folds=folds, cost=0.1)
    made.tell(made.ask(), None)
    made.tell({"x": 1.0, "k": "a", "n": 3}, 2.0)
    made.ask()
    return made


def search(**settings) -> BayesSearchCV:
    space = {"a": (0.0, 1.0), "kind": ["x", "y", "z"]}
    return BayesSearchCV(Slope(), space, n_iter=6, cv=2, random_state=0, **settings)


def lasting_things() -> dict:
    """What stays readable for ever; nothing in it is of a library that versions its own."""
    told = optimizer()
    insight = told.insight()
    fitted = search(stopping=[Patience(9)]).fit(X, Y)
    del fitted.scorer_  # of scikit-learn's own
    branches = [{"a": (1, 9), "b": ["u", None, 3]}, {"a": (0.1, 9.0, "log-uniform")}]
    return {
        "space": parse_space(branches),
        "dimensions": [
            Real(0.5, 0.99, "reverse-log-uniform", pole=2.0, name="r"),
            Integer(1, 2**70, "auto"),
            Categorical([1, 10, 100], name="c"),
            Categorical(["lo", "hi"], ordered=True),
        ],
        "optimizer": told,
        "insight": insight,
        "importances": insight.importances(),
        "gain": insight.improvement(2),
        "bounds": insight.at_bounds(),
        "rules": [TargetScore(0.5), Patience(3, 0.1, relative=True), Converged(patience=8)],
        "standing": SearchState((0.5, math.nan), 9, 0.25, float),
        "search": fitted,
        "errors": [
            SpaceExhausted(3),
            WorkerDied("it died"),
            FitTimeout(2.0, "here"),
            JournalLocked("file", 17, "node"),
            JournalMismatch("file", "it differs", ("X", "y")),
        ],
        "callbacks": [
            callbacks.DeltaYStopper(0.1, 3),
            callbacks.ThresholdStopper(0.5),
            callbacks.TimerCallback(),
        ],
    }


def found_globals(data: bytes) -> set[tuple[str, str]]:
    """Names of the globals of ours that a pickle holds."""
    found, texts, memo = set(), [], []
    for op, argument, _ in pickletools.genops(data):
        if "UNICODE" in op.name:
            texts.append(argument)
        elif op.name == "MEMOIZE":
            memo.append(texts[-1] if texts else None)
        elif op.name in ("BINGET", "LONG_BINGET"):
            texts.append(memo[argument])
        elif op.name == "STACK_GLOBAL":
            found.add((texts[-2], texts[-1]))
    return {each for each in found if str(each[0]).split(".")[0] == "skbayes"}


def fitted_searches() -> dict:
    pipe = Pipeline([("scale", StandardScaler()), ("model", Ridge())])
    space = {
        "scale": [StandardScaler(), MinMaxScaler(), None],
        "model__alpha": scipy.stats.expon(scale=2.0),
        "model__tol": Real(1e-6, 1e-2, "log-uniform"),
        "model__max_iter": Integer(10, 100),
    }
    views = []
    first = BayesSearchCV(
        pipe, space, n_iter=6, cv=3, random_state=0, stopping=[Patience(50)], error_score=0.0
    ).fit(X, Y, callback=[callbacks.TimerCallback(), views.append])
    warm = clone(first).set_params(warm_start_from=first, early_stopping="racing").fit(X, Y)
    spaces = [{"alpha": (0.1, 1.0)}, {"solver": ["svd", "lsqr"]}]
    branches = BayesSearchCV(Ridge(), spaces, n_iter=4, cv=2, random_state=0).fit(X, Y)
    return {
        "view": views[-1],
        "first": first,
        "warm": warm,
        "branches": branches,
        "result": branches.optimizer_results_,
    }


def test_no_module_that_may_move_is_named():
    discrete = Distribution(scipy.stats.poisson(3))
    things = {**lasting_things(), **fitted_searches(), "discrete": discrete}
    for name, thing in things.items():
        found = found_globals(pickle.dumps(thing, protocol=4))
        assert all(each == RESTORE or each[0] in DOORS for each in found), (name, found)
    assert skbayes._restore.__module__ == "skbayes"


def test_every_home_is_an_address():
    for name, home in HOMES.items():
        cls = getattr(importlib.import_module(home), name)
        assert cls.__name__ == name
        assert isinstance(cls, type)
        assert "._" in home or cls.__module__ == home


def test_public_classes_say_where_they_are_imported_from():
    for door in ("skbayes", "skbayes.space", "skbayes.insight", "skbayes.callbacks"):
        module = importlib.import_module(door)
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, type) and name in HOMES:
                assert getattr(importlib.import_module(thing.__module__), name) is thing


@pytest.mark.parametrize("cls", [Real, Categorical, Space, Branch, SearchState, Converged])
def test_annotations_can_be_read(cls):
    hints = typing.get_type_hints(cls)
    assert hints.keys() >= {field.name for field in dataclasses.fields(cls)}


# Read for ever.


class Unpickler(pickle.Unpickler):
    """Finds what is defined here, wherever this file may be."""

    def find_class(self, module, name):
        return globals()[name] if module == "test_pickles" else super().find_class(module, name)


def write() -> None:
    """Write the file: with the oldest numpy, whose names the newer ones know."""
    (DATA / "pickles-v1.pkl").write_bytes(pickle.dumps(lasting_things(), protocol=4))


def test_what_was_written_once_is_read_for_ever():
    with open(DATA / "pickles-v1.pkl", "rb") as file:
        things = Unpickler(file).load()
    now = lasting_things()
    assert things.keys() <= now.keys()
    for name in ("space", "dimensions", "rules"):
        assert things[name] == now[name]
        assert repr(things[name]) == repr(now[name])
    assert things["dimensions"][0].name == "r"
    assert things["standing"].best_score == 0.5
    assert [str(error) for error in things["errors"]] == [str(error) for error in now["errors"]]
    assert [vars(error) for error in things["errors"]] == [vars(error) for error in now["errors"]]
    told = things["optimizer"]
    assert told.n_asked == 8
    assert len(told.pending) == 1
    assert len(told.told) == 7  # one of eight lacks a fold
    assert told.best_score == max(score for _, score in told.told if not math.isnan(score))
    told.tell(told.ask(), 0.25)
    insight = things["insight"]
    assert insight.best_score == told.best_score
    names = {each.name for each in things["importances"]}
    assert {each.name for each in insight.importances()} == names == {"k", "n", "x"}
    assert 0 <= things["gain"].probability <= 1
    assert insight.improvement(2).n == things["gain"].n == 2
    assert [type(each) for each in things["bounds"]] == [AtBound]
    found = things["search"]
    assert found.best_params_ == found.cv_results_["params"][found.best_index_]
    assert found.insight().best_score == found.best_score_
    assert len(clone(found).fit(X, Y).cv_results_["params"]) == 6
    assert things["callbacks"][0].n_best == 3


def test_another_process_needs_no_import():
    code = (
        "import pickle, sys\n"
        "told = pickle.loads(sys.stdin.buffer.read())\n"
        "print(told.n_asked, type(told).__module__)"
    )
    data = pickle.dumps(optimizer())
    run = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert run.stdout.decode().split() == ["8", "skbayes"]


# By name.

LEFT_OUT = object()


def with_state(thing, **changes):
    """Return what becomes of an object if its pickle has other fields."""
    make, arguments, state = thing.__reduce__()
    state = {name: value for name, value in (state | changes).items() if value is not LEFT_OUT}
    made = make(*arguments)
    made.__setstate__(state)
    return made


@pytest.mark.parametrize(
    ("thing", "changes", "expected"),
    [
        (Real(0.1, 0.9), {"prior": "log-uniform"}, Real(0.1, 0.9, "log-uniform")),
        (Real(0.1, 0.9, "log-uniform"), {"prior": LEFT_OUT}, Real(0.1, 0.9)),
        (Integer(1, 9), {"high": 2**80}, Integer(1, 2**80)),
        (Categorical([1, 2, 3]), {"categories": (3, 1, 2)}, Categorical([3, 1, 2])),
        (Patience(3, 0.5), {"min_improvement": LEFT_OUT}, Patience(3)),
        (Report(0.5, (0.5,), 1.0), {"folds": LEFT_OUT, "cost": LEFT_OUT}, Report(0.5)),
        (Point(0, (1,)), {"codes": (2, 3)}, Point(0, (2, 3))),
    ],
)
def test_what_follows_is_worked_out_and_what_is_missing_has_its_default(thing, changes, expected):
    made = with_state(thing, **changes)
    assert made == expected
    assert [getattr(made, f.name) for f in dataclasses.fields(made) if f.name[0] != "_"] == [
        getattr(expected, f.name) for f in dataclasses.fields(made) if f.name[0] != "_"
    ]


def test_a_space_is_worked_out_anew():
    space = parse_space({"a": (1, 9), "b": ["u", "v"]})
    made = with_state(space, branches=parse_space({"c": (0.0, 1.0)}).branches)
    assert [axis.name for axis in made.axes] == ["c"]
    assert made.features([[0.25]]).tolist() == [[0.25]]


@pytest.mark.parametrize(
    ("thing", "changes", "message"),
    [
        (Real(0.1, 0.9), {"high": LEFT_OUT}, "has Real without high"),
        (Real(0.1, 0.9), {"colour": 3}, "newer version of skbayes: .* Real has no colour"),
    ],
)
def test_fields_that_cannot_be_read(thing, changes, message):
    with pytest.raises(pickle.UnpicklingError, match=message):
        with_state(thing, **changes)


@pytest.mark.parametrize(("name", "format"), [("Real", FORMAT + 1), ("Ideal", 1), ("os", 1)])
def test_pickles_of_a_newer_version(name, format):
    with pytest.raises(
        pickle.UnpicklingError, match=f"newer version of skbayes: it has {name} in format"
    ):
        skbayes._restore(name, format)


def test_nothing_is_warned_about_twice():
    with pytest.warns(UserWarning, match="makes no difference"):
        dimension = Real(0.0, 1.0, transform="normalize", name="x")
    with pytest.warns(UserWarning, match="have no effect"):
        odds = Categorical(["a", "b"], prior=[0.25, 0.75])
    for twin in (pickle.loads(pickle.dumps(dimension)), copy.deepcopy(dimension)):
        assert (twin.name, twin) == ("x", dimension)
    assert pickle.loads(pickle.dumps(odds)).prior == [0.25, 0.75]


class Narrow(Real):
    """A dimension of a user's own, with something beside the fields."""


def test_classes_that_users_derive():
    made = Narrow(0.0, 1.0)
    object.__setattr__(made, "note", "mine")
    for twin in (pickle.loads(pickle.dumps(made)), copy.copy(made)):
        assert type(twin) is Narrow
        assert (twin.low, twin.scale, twin.note) == (0.0, "uniform", "mine")


def test_notes_of_exceptions_are_kept():
    for error in (
        SpaceExhausted(3), FitTimeout(1.0, "here"), NoWorkers(1.0), WorkerDied("so")
    ):  # fmt: skip
        error.add_note("in the worker")
        twin = pickle.loads(pickle.dumps(error))
        assert twin.__notes__ == ["in the worker"]
        assert str(twin) == str(error)


# Optimizers and searches.


def test_an_optimizer_goes_on_as_if_it_had_not_been_away():
    one = optimizer()
    for twin in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), copy.copy(one)):
        assert str(twin.told) == str(one.told)  # one of them has failed: NaN
        assert twin.pending == one.pending
        assert twin.ask() == copy.deepcopy(one).ask()
        assert twin.n_asked == one.n_asked + 1


def test_a_parameter_that_is_younger_than_the_pickle_has_its_default():
    state = search(refit=False).__getstate__()
    del state["objective"], state["n_points"]
    made = skbayes._restore("BayesSearchCV", 1)
    made.__setstate__(state)
    assert made.get_params() == {**made.get_params(), "objective": None, "n_points": None}
    assert made.refit is False


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, clone])
def test_copies_run_on_the_same_workers(copied):
    with ThreadPoolExecutor(1) as executor:
        one = search(executor=executor, stopping=[Patience(3)]).fit(X, Y)
        twin = copied(one)
        assert twin.executor is executor
        assert twin.get_params()["executor"] is executor
        assert twin.fit(X, Y).cv_results_["params"] == one.cv_results_["params"]
        assert copied(Pipeline([("search", one)])).steps[0][1].executor is executor


def test_a_deep_copy_is_deep():
    one = search().fit(X, Y)
    twin = copy.deepcopy(one)
    twin.search_spaces["a"] = (0.0, 2.0)
    twin.cv_results_["params"].clear()
    assert one.search_spaces["a"] == (0.0, 1.0)
    assert len(one.cv_results_["params"]) == 6


def test_workers_stay_where_they_are():
    with ThreadPoolExecutor(1) as executor:
        assert pickle.loads(pickle.dumps(search(executor=executor))).executor is None
