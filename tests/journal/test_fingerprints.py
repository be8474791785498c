"""The fingerprint: equal for the same search, another for each that differs."""

import math
from threading import Lock

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import scipy.stats
from hypothesis import given
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold, ShuffleSplit, check_cv
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from skbayes.journal.fingerprints import MAX_LENGTH, fingerprint
from skbayes.journal.tokens import data_token
from skbayes.space import Categorical, Integer, Real, parse_space
from strategies import spaces

X = np.arange(24.0).reshape(12, 2)
Y = np.arange(12) % 2


def fold(cv=3):
    return list(check_cv(cv).split(X, Y))


BASE = {
    "space": {"C": (0.1, 10.0), "kernel": ["rbf", "linear"]},
    "estimator": SVC(),
    "X": X,
    "y": Y,
    "splits": fold(),
    "scoring": "accuracy",
    "random_state": 0,
    "error_score": np.nan,
}


def of(**changes):
    given = {**BASE, **changes}
    data = {name: data_token(name, given.pop(name)) for name in ("X", "y")}
    given["space"] = parse_space(given["space"])
    return fingerprint(data=data, n_samples=12, **given)


def differing(**changes):
    """Return the entries that are not as in the fingerprint of `BASE`."""
    one, other = of(), of(**changes)
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def test_the_entries_bear_the_names_of_the_user():
    entries = of()
    assert entries["estimator"] == "sklearn.svm.SVC"
    assert entries["estimator.gamma"] == "'scale'"
    assert entries["search_spaces.C"] == "Real(low=0.1, high=10.0, prior='uniform', pole=1.0)"
    assert entries["search_spaces.kernel"] == (
        "Categorical(categories=tuple('rbf', 'linear'), ordered=None)"
    )
    assert entries["scoring"] == "'accuracy'"
    assert entries["error_score"] == "nan"
    assert entries["random_state"] == "0"
    assert entries["cv"].startswith("3 folds sha256:")
    assert not {"estimator.C", "estimator.kernel", "estimator.verbose"} & entries.keys()


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({}, set()),
        ({"space": {"C": (0.1, 11.0), "kernel": ["rbf", "linear"]}}, {"search_spaces.C"}),
        ({"space": {"C": (0.1, 10.0, "log-uniform"), "kernel": ["rbf", "linear"]}},
         {"search_spaces.C"}),
        ({"space": {"C": (0.1, 10.0), "kernel": ["linear", "rbf"]}}, {"search_spaces.kernel"}),
        ({"space": {"C": (0.1, 10.0), "kernel": ["rbf"]}}, {"search_spaces.kernel"}),
        ({"space": {"C": (0.1, 10.0)}},
         {"search_spaces", "search_spaces.kernel", "estimator.kernel"}),
        ({"space": [({"C": (0.1, 10.0), "kernel": ["rbf", "linear"]}, 9)]}, set()),
        ({"estimator": SVC(C=3.0, kernel="linear", verbose=True)}, set()),
        ({"estimator": SVC(gamma=0.5)}, {"estimator.gamma"}),
        ({"X": X.astype(np.float32)}, {"X"}),
        ({"X": X + (np.arange(24).reshape(12, 2) == 23)}, {"X"}),
        ({"X": X.copy(order="F")}, set()),
        ({"X": X.reshape(6, 4)}, {"X"}),
        ({"X": X.tolist()}, {"X"}),
        ({"X": pd.DataFrame(X)}, {"X"}),
        ({"y": Y[::-1]}, {"y"}),
        ({"y": None}, {"y"}),
        ({"splits": fold(KFold(3))}, set()),
        ({"splits": [(list(a), list(b)) for a, b in fold()]}, set()),
        ({"splits": fold()[::-1]}, {"cv"}),
        ({"splits": fold(4)}, {"cv"}),
        ({"splits": list(ShuffleSplit(3, random_state=0).split(X))}, {"cv"}),
        ({"scoring": None}, {"scoring"}),
        ({"scoring": ["accuracy"]}, {"scoring"}),
        ({"scoring": f1_score}, {"scoring"}),
        ({"error_score": 0}, {"error_score"}),
        ({"error_score": float("nan")}, set()),
        ({"random_state": 1}, {"random_state"}),
        ({"random_state": np.int64(0)}, set()),
        ({"random_state": None}, {"random_state"}),
        ({"fit_params": {}}, set()),
        ({"fit_params": {"sample_weight": np.ones(12)}}, {"fit_params.sample_weight"}),
        ({"return_train_score": True}, {"return_train_score"}),
    ],
)  # fmt: skip
def test_what_differs_is_named(changes, keys):
    assert differing(**changes) == keys


def test_seeds_that_are_drawn_are_alike():
    assert of(random_state=None) == of(random_state=np.random.RandomState(3))


# Estimators within estimators.


def parts(estimator, *searched):
    space = parse_space([{name: [1, 2] for name in names} for names in searched] or {"x": [1]})
    entries = fingerprint(
        space=space, estimator=estimator, data={}, n_samples=0, splits=[], random_state=0
    )
    return {k.partition(".")[2]: v for k, v in entries.items() if k.startswith("estimator.")}


def test_each_parameter_of_each_part_is_told_once():
    pipe = make_pipeline(StandardScaler(), SVC(C=3))
    found = parts(pipe)
    leaves = {
        name
        for name, value in pipe.get_params().items()
        if not hasattr(value, "get_params") and name.split("__")[-1] not in ("memory", "verbose")
    }
    assert found.keys() == leaves
    assert found["svc__C"] == "3"


@pytest.mark.parametrize(
    ("one", "other", "searched", "is_same"),
    [
        (make_pipeline(SVC(C=1)), make_pipeline(SVC(C=2)), ["svc__C"], True),
        (make_pipeline(SVC(C=1)), make_pipeline(SVC(C=2)), ["svc__gamma"], False),
        (Pipeline([("m", SVC(C=1))]), Pipeline([("m", SVR(C=2))]), ["m"], True),
        (Pipeline([("m", SVC(C=1))]), Pipeline([("m", SVR(C=1))]), ["m__C"], False),
        (Pipeline([("m", SVC())]), Pipeline([("n", SVC())]), ["x"], False),
        (Pipeline([("m", SVC())]), Pipeline([("m", SVC(verbose=True))], memory="d"), ["x"], True),
        (Pipeline([("a", "passthrough"), ("m", SVC())]), Pipeline([("a", None), ("m", SVC())]),
         ["m__C"], False),
        (ColumnTransformer([("a", SVC(C=1), [0])]), ColumnTransformer([("a", SVC(C=1), [1])]),
         ["a__C"], False),
        (ColumnTransformer([("a", SVC(C=1), [0])]), ColumnTransformer([("a", SVC(C=2), [0])]),
         ["a__C"], True),
        (VotingClassifier([("a", SVC(C=1))], n_jobs=2), VotingClassifier([("a", SVC(C=1))]),
         ["x"], True),
        (VotingClassifier([("a", SVC(C=1))]), VotingClassifier([("a", SVC(C=2))]), ["x"], False),
    ],
)  # fmt: skip
def test_parts_that_are_not_searched_count(one, other, searched, is_same):
    assert (parts(one, searched) == parts(other, searched)) is is_same


def test_a_parameter_that_some_branches_leave_alone_counts():
    one, other = SVC(C=1), SVC(C=2)
    assert parts(one, ["C"], ["C", "gamma"]) == parts(other, ["C"], ["C", "gamma"])
    assert parts(one, ["C"], ["gamma"]) != parts(other, ["C"], ["gamma"])


class Holder(BaseEstimator):
    def __init__(self, models=None):
        self.models = models


def test_estimators_where_get_params_does_not_look_count():
    assert parts(Holder([SVC(C=1)])) != parts(Holder([SVC(C=2)]))
    assert parts(Holder({"a": SVC(C=1)})) != parts(Holder({"a": SVC(C=2)}))
    assert parts(Holder([SVC(C=1, verbose=True)])) == parts(Holder([SVC(C=1)]))


# Spaces.


@given(spaces())
def test_any_space_has_a_fingerprint(space):
    entries = fingerprint(
        space=space, estimator=SVC(), data={}, n_samples=0, splits=[], random_state=0
    )
    assert all(isinstance(text, str) for text in entries.values())
    longest = MAX_LENGTH // 2 + len("... sha256:") + 64
    assert max(map(len, entries.values())) <= max(MAX_LENGTH, longest)
    n_parameters = sum(len(branch.names) for branch in space.branches)
    found = [key for key in entries if key.startswith("search_spaces")]
    assert len(found) == n_parameters + len(space.branches)


class Power(scipy.stats.rv_continuous):
    """A distribution of a user's own."""

    def _cdf(self, x, k):
        return (x / self.b) ** k


class Even(scipy.stats.rv_discrete):
    """Another, which is discrete."""

    def _pmf(self, k):
        return 1.0 / (self.b + 1) + 0.0 * k


def histogram(values, scale=2):
    return scipy.stats.rv_histogram(np.histogram(values, bins=4))(scale=scale)


@pytest.mark.parametrize(
    "written",
    [
        [(1, 9), (1, 9, "log-uniform"), (1.0, 9.0), (1, 10), [1, 9], [1.0, 9.0], ["1", "9"],
         [True, 9], [9, 1], Categorical([1, 9], ordered=True), Integer(1, 2**70),
         Integer(1, 2**70 + 1), Real(0.1, 0.9), Real(0.1, math.nextafter(0.9, 0)),
         Real(0.1, 0.9, "reverse-log-uniform"), Real(0.1, 0.9, "reverse-log-uniform", pole=2)],
        [[SVC, SVR], [SVC(), SVR()], [SVC(C=2), SVR()], [len, max], [np.sin, np.cos],
         [(1, 2), (3,)], [[1, 2], [3]], [np.arange(3), None], [np.arange(4), None],
         [np.arange(3.0), None], [None, np.nan], [{"a": 1}, {}], [{"a": 2}, {}]],
        [scipy.stats.norm(), scipy.stats.norm(1), scipy.stats.norm(scale=2), scipy.stats.expon(),
         scipy.stats.poisson(4), scipy.stats.poisson(5), scipy.stats.lognorm(1),
         scipy.stats.rv_discrete(values=([1, 2], [0.5, 0.5]))(),
         scipy.stats.rv_discrete(values=([1, 2], [0.4, 0.6]))(),
         scipy.stats.rv_discrete(values=([1, 3], [0.5, 0.5]))(),
         histogram([1, 2, 3]), histogram([1, 2, 4]), histogram([1, 2, 4], 1),
         Power(a=0, b=1)(2), Power(a=0, b=1)(3), Power(a=0, b=0.5)(2), Even(b=3)(), Even(b=4)()],
    ],
)  # fmt: skip
def test_spaces_that_differ_have_other_fingerprints(written):
    tokens = [of(space={"a": values})["search_spaces.a"] for values in written]
    assert len(set(tokens)) == len(written)
    assert tokens == [of(space={"a": values})["search_spaces.a"] for values in written]


def test_branches_are_told_apart():
    entries = of(space=[{"C": [1, 2]}, {"C": [1, 2, 3]}])
    assert entries["search_spaces[0].C"] != entries["search_spaces[1].C"]


# Data, and what else a fit is given.


@pytest.mark.parametrize("name", ["X", "y", "sample_weight"])
def test_data_that_cannot_be_told_are_refused_by_name(name):
    locks = np.array([Lock() for _ in range(12)])
    data = {"fit_params": {"sample_weight": locks}} if name == "sample_weight" else {name: locks}
    with pytest.raises(TypeError, match=rf"checkpoint: {name} holds an object of type .*lock"):
        of(**data)


def test_what_a_fit_is_given_beside_data_is_trusted():
    given = {"fit_params": {"callbacks": [Lock()], "file": Lock(), "names": {"a": Lock()}}}
    assert of(**given) == of(**given)


def test_long_entries_end_in_a_digest():
    one, other = of(scoring="a" * 1000), of(scoring="a" * 999 + "b")
    assert one["scoring"] != other["scoring"]
    assert len(one["scoring"]) < MAX_LENGTH


# What is fitted before the search


def fitted(shift):
    return StandardScaler().fit(X + shift)


def test_what_a_frozen_part_was_fitted_to_counts():
    def differing_keys(one, other):
        one, other = (of(estimator=make_pipeline(each, SVC())) for each in (one, other))
        return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}

    def frozen(shift):
        return FrozenEstimator(fitted(shift))

    key = "estimator.frozenestimator__estimator"
    assert differing_keys(frozen(0), frozen(0)) == set()
    assert differing_keys(frozen(0), frozen(1)) == {key}
    # One that the search fits is told by its parameters.
    assert differing_keys(fitted(0), fitted(1)) == set()
