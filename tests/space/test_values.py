"""Opaque values are shown, made native and compared without harm."""

import functools
import math
import re
from fractions import Fraction

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbayes.space import same_value
from skbayes.space.values import as_list, brief, has, is_number, native, plain_key, show
from strategies import Elementwise, Hostile

CYCLE: list = []
CYCLE.append(CYCLE)
OTHER_CYCLE: list = []
OTHER_CYCLE.append(OTHER_CYCLE)

FITTED = [Ridge().fit([[0.0], [1.0]], y) for y in ([0, 1], [1, 0])]


class Loaded(BaseEstimator):
    """Keeps what it has loaded when it is cloned."""

    def __sklearn_clone__(self):
        return self


SAME = [
    (1, 1.0),
    (1, np.int64(1)),
    (0.5, np.float32(0.5)),
    (math.nan, float("nan")),
    (Fraction(1, 2), 0.5),
    (True, np.bool_(True)),
    ("a", np.str_("a")),
    (None, None),
    (1j, 1j),
    ((1, [2, {"a": None}]), (1, [2, {"a": None}])),
    ({1, 2}, {2, 1}),
    (np.arange(3), np.arange(3)),
    (np.array([1.0, np.nan]), np.array([1.0, np.nan])),
    (np.array([None, "a"], dtype=object), np.array([None, "a"], dtype=object)),
    (Ridge(alpha=2), Ridge(alpha=2.0)),
    (make_pipeline(StandardScaler(), Ridge()), make_pipeline(StandardScaler(), Ridge())),
    tuple(FITTED),  # clones know nothing of the fits
    (FrozenEstimator(FITTED[0]), FrozenEstimator(FITTED[0])),
    (RBF(2.0), RBF(2.0)),
    (functools.partial(max, 1, key=abs), functools.partial(max, 1, key=abs)),
    (np.log1p, np.log1p),
    (Ridge, Ridge),
]

DIFFERENT = [
    (1, True),
    (0, None),
    (1, "1"),
    (np.bool_(True), 1.0),
    ("a", b"a"),
    ([1, 2], (1, 2)),
    ([1, 2], [1, 2, 3]),
    ({"a": 1}, {"a": 2}),
    ({"a": 1}, {"b": 1}),
    (np.arange(3), np.arange(4)),
    (np.arange(3), np.arange(3.0)),
    (np.arange(3), [0, 1, 2]),
    (Ridge(alpha=2), Ridge(alpha=3)),
    (RandomForestClassifier(max_features=1), RandomForestClassifier(max_features=1.0)),
    (Ridge(), Ridge),
    (Ridge(), StandardScaler()),
    tuple(map(FrozenEstimator, FITTED)),
    tuple(make_pipeline(FrozenEstimator(each)) for each in FITTED),
    (Loaded(), Loaded()),
    (StandardScaler(), StandardScaler().set_output(transform="pandas")),
    (RBF(2.0), RBF(3.0)),
    (np.log1p, np.expm1),
    (functools.partial(max, 1), functools.partial(max, 2)),
    (Hostile(), Hostile()),
    (Hostile(), 1),
    (Elementwise(), Elementwise()),
    (lambda: 1, lambda: 1),
    (CYCLE, OTHER_CYCLE),
]


def name_of(value):
    """Return what is shown of a value without its address: the same name in every process."""
    return re.sub(r" at 0x\w+", "", show(value))


@pytest.mark.parametrize(("a", "b"), SAME, ids=name_of)
def test_same(a, b):
    """Numbers by size, containers and estimators by content."""
    assert same_value(a, b)
    assert same_value(b, a)


@pytest.mark.parametrize(("a", "b"), DIFFERENT, ids=name_of)
def test_different(a, b):
    """Booleans are no numbers, types count, and what raises is different."""
    assert same_value(a, b) is False
    assert same_value(b, a) is False
    assert same_value(a, a)


def test_estimators_are_compared_down_to_their_hostile_parameters():
    """A comparison that raises inside an estimator counts as different, outside as well."""
    hostile = Hostile()
    assert same_value(Ridge(alpha=hostile), Ridge(alpha=hostile))
    assert not same_value(Ridge(alpha=hostile), Ridge(alpha=Hostile()))


@pytest.mark.parametrize(
    ("value", "kind"),
    [(np.int8(1), int), (np.float32(1), float), (np.bool_(1), bool), (np.str_("a"), str)],
)
def test_numpy_scalars_become_native(value, kind):
    """With the builtin type that JSON and estimators expect."""
    assert type(native(value)) is kind


def test_what_has_no_native_equivalent_stays():
    """`item()` of a date in nanoseconds is a bare integer: better no conversion."""
    for value in (np.datetime64(1, "ns"), np.longdouble(1), Ridge(), None):
        assert native(value) is value


def test_show():
    """Short, and for anything."""
    assert show(np.float64(0.5)) == "0.5"
    assert len(show(list(range(1000)))) < 80
    assert show(Hostile()).startswith("<Hostile instance at ")
    assert show(10**5000) == "<int object>"


def test_a_float_is_printed_as_one():
    """One feature and all features, 1 and 1.0, look different."""
    assert [brief(v) for v in (1, 1.0, -2.0, 1e9, math.inf)] == ["1", "1.0", "-2.0", "1e+09", "inf"]


def test_predicates():
    """Numbers without booleans; keys for builtin scalars only; guarded attributes."""
    assert [is_number(v) for v in (1, 1.5, np.int8(1), Fraction(1))] == [True] * 4
    assert [is_number(v) for v in (True, np.bool_(1), "1", None, 1j)] == [False] * 5
    assert plain_key(math.nan) == plain_key(float("nan"))
    assert len({plain_key(1), plain_key(1.0), plain_key(True)}) == 3
    assert plain_key(Hostile()) is None

    class Moody:
        def __getattr__(self, name):
            raise RuntimeError(name)

    assert not has(Moody(), "rvs")


def test_as_list_keeps_objects():
    """Elements of an object array are the user's own."""
    items = np.empty(2, dtype=object)
    items[0], items[1] = first, second = Hostile(), [1, 2]
    listed = as_list(items, "x")
    assert listed[0] is first
    assert listed[1] is second
    assert [type(v) for v in as_list(np.array([1, 2]), "x")] == [int, int]
    assert as_list(range(3), "x") == [0, 1, 2]


def test_as_list_takes_views_and_says_what_to_write_for_a_set():
    assert as_list({"b": 1, "a": 2}.keys(), "x") == ["b", "a"]
    with pytest.raises(TypeError, match=r"order of a set.*Write sorted\(\.\.\.\)"):
        as_list({"b", "a"}, "x")
