"""Tokens: equal for the same value in any process, another for each that differs."""

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
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import scipy.stats
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, fbeta_score, make_scorer
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes.journal.tokens import data_token, token
from strategies import Hostile

X = np.arange(24.0).reshape(12, 2)
Y = np.arange(12) % 2


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


# Values.


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


def test_distributions_of_scipy_are_told_by_their_parameters():
    """Files of searches hold these texts."""
    assert token(scipy.stats.norm(1, scale=2)) == (
        "scipy.stats.norm_gen: dict('loc': 1, 'points': list(), 'scale': 2)"
    )


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
