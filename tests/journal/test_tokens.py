"""The fingerprint: equal for the same search, another for each that differs."""

import functools
import hashlib
import math
import os
import subprocess
import sys
from collections import OrderedDict, UserDict, UserList, deque
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePosixPath
from threading import Lock
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import scipy.stats
from hypothesis import given
from sklearn.base import BaseEstimator, clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, fbeta_score, make_scorer
from sklearn.model_selection import KFold, ShuffleSplit, check_cv
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from skbayes.journal.fingerprints import MAX_LENGTH, fingerprint
from skbayes.journal.tokens import data_token, token
from skbayes.space import Categorical, Integer, Real, parse_space
from strategies import Hostile, spaces

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


def test_scorers_and_functions_count_by_name_and_settings():
    scorings = [
        None, "f1", f1_score, fbeta_score, make_scorer(f1_score), make_scorer(fbeta_score, beta=1),
        make_scorer(fbeta_score, beta=2), make_scorer(f1_score, greater_is_better=False),
        {"a": "f1"}, {"a": make_scorer(f1_score)}, ["f1", "accuracy"], ("f1", "accuracy"),
        functools.partial(fbeta_score, beta=1), functools.partial(fbeta_score, beta=2),
    ]  # fmt: skip
    tokens = [token(scoring) for scoring in scorings]
    assert len(set(tokens)) == len(scorings)
    assert token(make_scorer(fbeta_score, beta=2)) == tokens[6]


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
         scipy.stats.rv_discrete(values=([1, 3], [0.5, 0.5]))()],
    ],
)  # fmt: skip
def test_spaces_that_differ_have_other_fingerprints(written):
    tokens = [of(space={"a": values})["search_spaces.a"] for values in written]
    assert len(set(tokens)) == len(written)
    assert tokens == [of(space={"a": values})["search_spaces.a"] for values in written]


def test_branches_are_told_apart():
    entries = of(space=[{"C": [1, 2]}, {"C": [1, 2, 3]}])
    assert entries["search_spaces[0].C"] != entries["search_spaces[1].C"]


# Data.


def csr(**kwargs):
    return scipy.sparse.csr_matrix(X, **kwargs)


FRAME = pd.DataFrame(
    {"a": [1, 2, 3], "b": ["x", None, "z"], "c": pd.Categorical(["u", "v", "u"]), "d": [1.5, 2, 3]}
)


@pytest.mark.parametrize(
    "data",
    [
        [X, X.T, X[:, :1], X[::-1], X.astype(int), X > 3, X.astype(">f8"), X.astype(object)],
        [np.array(["a", "b"]), np.array(["a", "b"], dtype=object), np.array(["ab", ""]),
         np.array(["a", None], dtype=object), np.array([["a"], ["b"]]), ["a", "b"], ("a", "b"),
         ["ab", ""], ["a, b"], ["a', 'b"], [["a"], ["b"]], "ab"],
        [csr(), csr(dtype=np.float32), csr().tocsc(), csr().tocoo(), csr()[:, :1], csr() * 2,
         scipy.sparse.csr_array(X * [0, 1]), X],
        [FRAME, FRAME[["b", "a", "c", "d"]], FRAME.rename(columns={"a": "A"}), FRAME.iloc[::-1],
         FRAME.astype({"a": "int8"}), FRAME.astype({"c": str}), FRAME.fillna({"b": "y"}),
         FRAME.assign(c=pd.Categorical(["u", "w", "u"])), FRAME[["a"]], FRAME["a"], FRAME["c"],
         FRAME.rename(columns={"a": 0}), FRAME.assign(d=[1.5, 2, 4]),
         FRAME.assign(d=pd.array([1, 2, None]))],
        [pd.Series(pd.to_datetime(["2020", "2021"])), pd.Series(pd.to_datetime(["2020", "2022"])),
         pd.Series(pd.to_datetime(["2020", "2021"], utc=True)),
         pd.Series(pd.to_datetime(["2020", "2022"], utc=True)), pd.Series(["2020", "2021"])],
    ],
)  # fmt: skip
def test_data_that_differ_have_other_tokens(data):
    tokens = [token(value) for value in data]
    assert len(set(tokens)) == len(data)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (X, X.copy(order="F")),
        (X, np.repeat(X, 2, axis=0)[::2]),
        (FRAME, FRAME.copy()),
        (FRAME, FRAME.set_index(pd.Index([7, 8, 9]))),
        (csr(), csr().copy()),
        (np.float64(0.5), 0.5),
        (np.str_("a"), "a"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (SVC(C=2), clone(SVC(C=2, verbose=True))),
    ],
)
def test_data_that_are_the_same_have_the_same_token(one, other):
    assert token(one) == token(other)


def test_large_arrays_are_read_in_pieces(monkeypatch):
    tall, wide = np.arange(3000.0).reshape(1000, 3), np.arange(3000.0).reshape(3, 1000)
    expected = [token(tall), token(wide)]
    for size in (1, 100, 24, 10**9):
        monkeypatch.setattr("skbayes.journal.tokens.CHUNK", size)
        assert [token(tall), token(np.asfortranarray(wide))] == expected


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), ()])
def test_empty_arrays_have_a_token(shape):
    assert str(shape) in token(np.zeros(shape))


def test_frames_of_polars():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert token(frame) == token(frame.clone())
    assert token(frame) != token(frame.with_columns(b=polars.Series(["x", "z"])))


def arrow(*, last=3, gap=None):
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.table(
        {"n": [2**60, 2**60 + last, gap], "f": [0.5, gap, math.nan], "t": ["x", None, "z"],
         "l": [[1], [], [2, 3]], "d": pyarrow.array(["u", "v", "u"]).dictionary_encode()}
    )  # fmt: skip


@pytest.mark.parametrize("part", [lambda t: t, lambda t: t.to_batches()[0], lambda t: t["n"]])
def test_frames_of_arrow(part):
    pyarrow = pytest.importorskip("pyarrow")
    pieces = pyarrow.concat_tables([arrow()[:1], arrow()[1:]])
    assert data_token("X", part(arrow())) == data_token("X", part(arrow()))
    assert token(pieces) == token(arrow())
    assert token(part(arrow())) != token(part(arrow(last=4)))
    assert token(part(arrow())) != token(part(arrow(gap=0)))
    assert token(pyarrow.table({"f": [1.0, None]})) != token(pyarrow.table({"f": [1.0, math.nan]}))


def of_objects(*values):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


class Dataset:
    """A list of a user's own, which compares by identity."""

    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return self.rows[index]


@pytest.mark.parametrize(
    ("make", "one", "other"),
    [
        (lambda v: pd.DataFrame({"a": pd.PeriodIndex(v, freq="M")}), ["2020-01"], ["2020-02"]),
        (lambda v: pd.DataFrame({"a": pd.IntervalIndex.from_breaks(v)}), [0, 1], [0, 2]),
        (lambda v: pd.Series(pd.cut([0.5], v)), [0, 1], [0, 2]),
        (lambda v: pd.Series([None, v], dtype="Int64"), 2**60, 2**60 + 1),
        (lambda v: pd.DataFrame({"a": of_objects(v)}), Fraction(1, 3), Fraction(1, 4)),
        (lambda v: of_objects(UUID(int=v), v), 1, 2),
        (lambda v: of_objects(pd.NA, UserList([v])), 1, 2),
        (lambda v: UserList([[v]]), 1, 2),
        (lambda v: deque([v]), 1, 2),
        (lambda v: OrderedDict(a=UserDict(b=v)), 1, 2),
        (lambda v: bytearray([v]), 1, 2),
        (lambda v: of_objects({"a", "b", Fraction(v)}), 1, 2),
        (lambda v: Dataset([v, Dataset([v])]), 1, 2),
        (lambda v: np.ma.array([1, 2], mask=[False, v]), False, True),
        (lambda v: np.array([0, v], dtype=np.longdouble) / 3, 1, 2),
        (lambda v: np.longdouble(1) + np.finfo(np.longdouble).eps * np.array([v]), 0, 1),
        (lambda v: scipy.sparse.csr_matrix(([v], ([0], [1])), (2, 2)), 1, 2),
    ],
)  # fmt: skip
def test_data_are_told_by_their_content(make, one, other):
    assert data_token("X", make(one)) == data_token("X", make(one))
    assert data_token("X", make(one)) != data_token("X", make(other))


def padded(dtype, fill):
    """An array of ones whose bytes were all `fill` before."""
    array = np.full(4 * np.dtype(dtype).itemsize, fill, dtype=np.uint8).view(dtype)
    set_to_one(array)
    return array


def set_to_one(array):
    for name in array.dtype.names or ():
        set_to_one(array[name])
    if not array.dtype.names:
        array[...] = 1


@pytest.mark.parametrize(
    "dtype",
    [
        np.dtype([("a", "i1"), ("b", "f8")], align=True),
        np.dtype([("a", "i1"), ("b", "f8", (2,))], align=True),
        np.dtype([("s", np.dtype([("a", "i1"), ("b", "i4")], align=True)), ("c", "f8")]),
        np.longdouble,
        np.clongdouble,
    ],
)
def test_bytes_that_hold_nothing_do_not_count(dtype):
    one, other = padded(dtype, 0), padded(dtype, 255)
    assert token(one) == token(other)
    assert token(one) != token(np.zeros_like(one))


def test_packed_records_have_the_token_that_they_had():
    packed = np.array([(1, 0.5)], dtype=[("a", "i1"), ("b", "f8")])
    digest = hashlib.sha256(packed.tobytes()).hexdigest()
    assert token(packed) == f"<array {packed.dtype} (1,) sha256:{digest}>"


def test_sparse_data_in_another_order_are_the_same():
    ordered = scipy.sparse.csr_matrix(np.array([[1.0, 2.0], [0.0, 3.0]]))
    mixed = scipy.sparse.csr_matrix(
        (np.array([2.0, 1.0, 3.0]), np.array([1, 0, 1]), np.array([0, 2, 3])), shape=(2, 2)
    )
    assert token(mixed) == token(ordered)
    assert mixed.indices.tolist() == [1, 0, 1]


@pytest.mark.parametrize("name", ["X", "y", "sample_weight"])
def test_data_that_cannot_be_told_are_refused_by_name(name):
    locks = of_objects(*(Lock() for _ in range(12)))
    data = {"fit_params": {"sample_weight": locks}} if name == "sample_weight" else {name: locks}
    with pytest.raises(TypeError, match=rf"checkpoint: {name} holds an object of type .*lock"):
        of(**data)


def test_what_a_fit_is_given_beside_data_is_trusted():
    given = {"fit_params": {"callbacks": [Lock()], "file": Lock(), "names": {"a": Lock()}}}
    assert of(**given) == of(**given)


# Values.


class Colour(Enum):
    RED = 1
    BLUE = 2


class Opaque:
    def __init__(self):
        self.content = object()


def test_known_values_are_told_by_content():
    values = [
        1, 1.0, True, "1", b"1", 1j, None, -0.0, 0.0, math.nan, math.inf, 2**64, 2**64 + 1,
        2**20000, 2**20000 + 1, (1,), [1], {1}, frozenset({1}), {1: 1}, range(3), range(4),
        slice(3), Colour.RED, Colour.BLUE, date(2020, 1, 1), date(2020, 1, 2), Decimal("1.0"),
        Decimal("1.00"), PurePosixPath("a"), PurePosixPath("b"), "a", int, len, SVC, SVC(),
        functools.partial(int, base=3), functools.partial(int, base=4), np.datetime64("2020"),
        Fraction(1, 3), Fraction(1, 4), UUID(int=1), UUID(int=2), UserList([1]), UserList([2]),
        np.datetime64("2021"), np.add, lambda: 0,
    ]  # fmt: skip
    tokens = [token(value) for value in values]
    assert len(set(tokens)) == len(values)


def test_private_modules_are_not_named():
    assert token(SVC) == "<sklearn.svm.SVC>"
    assert token(f1_score) == "<sklearn.metrics.f1_score>"


def test_other_objects_are_told_by_their_type():
    assert token(Opaque()) == token(Opaque()) == f"<{__name__}.Opaque object>"
    assert token(np.random.RandomState(0)) == token(np.random.RandomState(1))


def test_objects_that_refuse_to_be_looked_at():
    assert token(Hostile()).endswith("Hostile object>")
    assert token([Hostile(), 1]) != token([Hostile(), 2])

    class Raising:
        def get_params(self, deep=True):
            raise RuntimeError

    assert token(Raising()).endswith("Raising object>")


def test_lists_that_hold_themselves():
    endless = [1]
    endless += [endless, endless]
    assert token(endless) == "list(1, <list object>, <list object>)"


def test_long_entries_end_in_a_digest():
    one, other = of(scoring="a" * 1000), of(scoring="a" * 999 + "b")
    assert one["scoring"] != other["scoring"]
    assert len(one["scoring"]) < MAX_LENGTH


# Stability.

CODE = """
import numpy as np, scipy.stats
from sklearn.svm import SVC
from collections import UserList
from fractions import Fraction
from skbayes.journal.tokens import data_token, token
class Thing: pass
class Bag:
    def __init__(self, *things): self.things = set(things)
print(data_token("X", [Bag("a", "b", "c", Fraction(1, 3)), UserList([{"x", "y"}]), Thing()]))
print(*map(token, [{"a", "b", "c", "d"}, {"a": Thing(), "b": lambda: 0}, object(), SVC(C=2),
    np.array(["a", Thing()], dtype=object), scipy.stats.norm(3), np.arange(3)]), sep="\\n")
"""


def test_tokens_are_the_same_in_every_process():
    runs = [
        subprocess.run(
            [sys.executable, "-c", CODE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert " at 0x" not in runs[0]


def test_tokens_are_the_same_in_every_version():
    """A journal that was begun with an earlier version is to be continued."""
    assert token(np.arange(3, dtype="<f8")) == (
        "<array float64 (3,) "
        "sha256:b0c45303f7f11848cb5e6e5b2af2fb2aecd0b72c28748b88b583ab6bb76df174>"
    )
    assert token([1, "a", None, (0.1, {"b": LogisticRegression})]) == (
        "list(1, 'a', None, tuple(0.1, dict('b': <sklearn.linear_model.LogisticRegression>)))"
    )


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


def test_frozen_values_of_a_space_count_by_what_they_were_fitted_to():
    assert token([FrozenEstimator(fitted(0))]) == token([FrozenEstimator(fitted(0))])
    assert token([FrozenEstimator(fitted(0))]) != token([FrozenEstimator(fitted(1))])
    assert token([fitted(0)]) == token([fitted(1)])


def test_a_frozen_model_may_be_asked():
    model = FrozenEstimator(KNeighborsClassifier(algorithm="kd_tree", n_jobs=1).fit(X, Y))
    before = token(model)
    model.predict(X)
    model.estimator.set_params(n_jobs=2)
    assert token(model) == before


def test_functions_without_a_name_of_their_own_are_no_data():
    def made(number):
        return lambda: number

    for functions in ([made(0)] * 3, np.array([made(1)] * 3, dtype=object)):
        with pytest.raises(TypeError, match="X holds an object of type function"):
            data_token("X", functions)
    assert data_token("X", [np.mean, len]) == data_token("X", [np.mean, len])
