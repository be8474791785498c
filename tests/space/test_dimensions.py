"""Real and Categorical: codes, coordinates, draws, and what they refuse."""

import copy
import json
import pickle

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import Ridge

from skbayes.space import Categorical, Integer, Real
from strategies import Elementwise, Hostile, dimensions

SCALES = [
    Real(-3, 5),
    Real(1e-6, 1e3, "log-uniform"),
    Real(0, 0.9999, "reverse-log-uniform"),
    Real(-50, 4.99, "reverse-log-uniform", pole=5),
    Real(-8e307, 8e307),
    Real(1e-150, 1e150, "log-uniform"),
    Real(0.9, 0.99999, "auto"),
    Integer(0, 10**9),
    Integer(0, 10**30),
    Integer(-(2**63), 2**63),
]


@pytest.mark.parametrize("dimension", SCALES, ids=repr)
def test_coordinates_of_draws_are_uniform(dimension):
    """A Kolmogorov-Smirnov test of every scale."""
    u = dimension.to_unit(dimension.rvs(5000, random_state=0))
    assert scipy.stats.kstest(u, "uniform").pvalue > 1e-3


@given(dimensions(), st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_laws(dimension, u):
    """Codes decode to values that encode to them; coordinates lead back to their codes."""
    if not dimension.is_ordered:
        u = [np.floor(v * (dimension.n_values - 1)) for v in u]
    codes = dimension.from_unit(np.array(u))
    assert json.loads(json.dumps(codes.tolist())) == codes.tolist()
    for code in codes.tolist():
        assert dimension.encode(dimension.decode(code)) == code
    unit = dimension.to_unit(codes)
    assert np.all((unit >= 0) & (unit <= (1 if dimension.is_ordered else dimension.n_values)))
    assert dimension.from_unit(unit).tolist() == codes.tolist()
    if dimension.lattice is not None:
        lattice = dimension.lattice
        snapped = lattice.unit(lattice.position(np.array(u)))
        assert dimension.from_unit(snapped).tolist() == codes.tolist()


def test_a_real_number_is_decoded_without_looking_at_its_type(monkeypatch):
    """A proposal under a constraint may decode a hundred thousand points."""
    monkeypatch.setattr(Real, "find_code", None)
    numbers = [Real(0, 3).decode(code) for code in (0.5, 1, np.float64(3.0))]
    assert numbers == [0.5, 1.0, 3.0]
    assert {type(number) for number in numbers} == {float}
    for code in (-0.1, 3.1, np.nan):
        with pytest.raises(ValueError, match=r"is not in Real\(0\.0, 3\.0\)"):
            Real(0, 3).decode(code)


@given(dimensions(), st.integers(0, 2**32 - 1))
def test_draws(dimension, seed):
    """The same seed draws the same values, all of them in the dimension."""
    values = dimension.rvs(5, random_state=seed)
    codes = [dimension.encode(value) for value in values]
    assert [dimension.encode(v) for v in dimension.rvs(5, random_state=seed)] == codes
    rng = np.random.RandomState(seed)
    dimension.encode(dimension.rvs(random_state=rng))
    dimension.encode(dimension.rvs(random_state=np.random.default_rng(seed)))


@given(dimensions())
def test_equality_and_hash_are_harmless(dimension):
    """Equal to itself, whatever its categories do; frozen."""
    assert dimension == dimension
    assert dimension != Real(0.123, 0.456)
    assert dimension != "dimension"
    assert isinstance(hash(dimension), int)
    assert isinstance(repr(dimension), str)
    with pytest.raises((AttributeError, TypeError)):
        dimension.n_values = 3


@pytest.mark.parametrize("dimension", [*SCALES, Categorical(["a", None, 1])], ids=repr)
def test_copies_are_equal(dimension):
    """Through pickle and deepcopy, which `clone` uses."""
    for twin in (pickle.loads(pickle.dumps(dimension)), copy.deepcopy(dimension)):
        assert twin == dimension
        assert hash(twin) == hash(dimension)
        assert twin.rvs(3, random_state=1) == dimension.rvs(3, random_state=1)


def test_real_keeps_what_users_give():
    """Native floats, exactly; 2**-32 is the grid of proposals only."""
    real = Real(np.float32(0.25), np.int64(3))
    assert (type(real.low), type(real.high)) == (float, float)
    assert real.encode(0.1 + 0.2) == 0.1 + 0.2
    assert type(real.encode(np.int64(2))) is float
    assert type(real.rvs(random_state=0)) is float
    assert real == Real(0.25, 3.0)
    assert real.n_values is None
    near = real.from_unit(np.array([0.3, 0.3 + 1e-12]))
    assert near[0] == near[1]


@pytest.mark.parametrize("value", [0.0, 3.5, np.nan, np.inf, "1", None, True, 10**400, [1], 1j])
def test_real_refuses(value):
    """Everything that is no number within the bounds."""
    with pytest.raises(ValueError, match="is not in"):
        Real(0.5, 3).encode(value)


def test_repr_shows_the_resolved_scale():
    """For "auto" only, and nothing that is at its default."""
    assert repr(Real(0, 1)) == "Real(0.0, 1.0)"
    assert repr(Real(1, 100, "log-uniform")) == "Real(1.0, 100.0, prior='log-uniform')"
    assert repr(Real(1, 100, "auto")).endswith("prior='auto', scale='log-uniform')")
    assert repr(Real(0, 1, "auto")).endswith("prior='auto', scale='uniform')")
    assert repr(Real(0, 1, "reverse-log-uniform", pole=2)).endswith("-uniform', pole=2.0)")
    assert repr(Categorical(["a"], ordered=True)) == "Categorical(['a'], ordered=True)"


BAD_REAL = [
    ((10, 1), {}, ValueError, ["Real(10, 1)", "low < high", "low=10", "Swap"]),
    ((1, 1), {}, ValueError, ["Real(1, 1)", "low < high", "[1.0]"]),
    ((np.nan, 1), {}, ValueError, ["Real(nan, 1)", "finite", "low=nan"]),
    ((0, np.inf), {}, ValueError, ["finite", "high=inf", "worth trying"]),
    ((0, 10**400), {}, ValueError, ["finite", "high="]),
    (("0", 1), {}, TypeError, ["Real('0', 1)", "numbers", "low='0'", "str"]),
    ((0, True), {}, TypeError, ["numbers", "high=True", "bool"]),
    ((None, 1), {}, TypeError, ["low=None"]),
    ((0, 1j), {}, TypeError, ["high=1j", "complex"]),
    ((0, np.array([1, 2])), {}, TypeError, ["high=array", "ndarray"]),
    ((0, 10, "log-uniform"), {}, ValueError, ["Real(0, 10, prior='log-uniform')", "got 0"]),
    ((-1, 10, "log-uniform"), {}, ValueError, ["needs low > 0, got -1"]),
    ((0, 1, "reverse-log-uniform"), {}, ValueError, ["high < pole", "high=1", "pole=1.0"]),
    ((0, 5, "reverse-log-uniform"), {"pole": 4}, ValueError, ["high < pole", "pole=4"]),
    ((-1e308, 1, "reverse-log-uniform"), {"pole": 1e308}, ValueError, ["Raise low"]),
    ((-1e308, 1e308), {}, ValueError, ["too far apart", "Raise low"]),
    ((1e-300, 1e300, "log-uniform"), {}, ValueError, ["too far apart", "Raise low"]),
    ((0, 1), {"pole": 2}, ValueError, ["pole=2", "reverse-log-uniform", "Leave pole out"]),
    ((0, 1), {"pole": "x"}, TypeError, ["pole='x'"]),
    ((0, 1), {"pole": np.inf}, ValueError, ["pole=inf", "finite"]),
    ((0, 1, "log"), {}, ValueError, ["prior", "'log'", "Did you mean 'log-uniform'?", "'auto'"]),
    ((0, 1, "loguniform"), {}, ValueError, ["Did you mean 'log-uniform'?"]),
    ((0, 1, 10), {}, TypeError, ["string as prior", "got 10"]),
    ((0, 1, np.array(["uniform"])), {}, TypeError, ["string as prior"]),
]


@pytest.mark.parametrize(("args", "kwargs", "error", "fragments"), BAD_REAL)
def test_bad_reals(args, kwargs, error, fragments):
    """Each says what was given, what is allowed, and what to do."""
    with pytest.raises(error) as caught:
        Real(*args, **kwargs)
    assert [f for f in fragments if f not in str(caught.value)] == []


OPAQUE = [
    [None, 1, "x", True, 1.5],
    [(1,), (1, 2), (1, (2, 3))],
    [[1], [1, 2], {"a": 1}, {1, 2}],
    [np.arange(2), np.arange(3), np.eye(2)],
    [Ridge(), Ridge(alpha=2), Ridge],
    [RBF(1.0), RBF(2.0)],
    [len, np.log1p, lambda x: x],
    [Hostile(), Hostile(), Elementwise()],
    [float("nan"), None, float("inf")],
    [1, True, 1.0],
    [np.datetime64(1, "ns"), np.datetime64(2, "ns")],
]


@pytest.mark.parametrize("values", OPAQUE, ids=lambda v: type(v[0]).__name__)
@pytest.mark.parametrize("ordered", [None, True])
def test_opaque_categories(values, ordered):
    """Every object comes back as itself, found by its index."""
    categorical = Categorical(values, ordered=ordered)
    assert categorical.n_values == len(values)
    for code, value in enumerate(values):
        assert categorical.encode(value) == code
        assert categorical.decode(code) is value
    drawn = categorical.rvs(50, random_state=0)
    assert {id(v) for v in drawn} == {id(v) for v in values}
    assert categorical == Categorical(list(values), ordered=ordered)
    assert hash(categorical) == hash(Categorical(tuple(values), ordered=ordered))


def test_categories_are_found_by_content():
    """Identity, then the same type, then the same number."""
    categorical = Categorical([1, 1.0, True, Ridge(alpha=3), np.arange(2)])
    fresh = [1, float("1"), True, Ridge(alpha=3), np.arange(2)]
    assert [categorical.encode(value) for value in fresh] == [0, 1, 2, 3, 4]
    assert categorical.encode(np.float64(1)) == 1
    assert Categorical([0.5, 1]).encode(1.0) == 1
    assert Categorical([Hostile(), "a"]).encode("a") == 1


@pytest.mark.parametrize("value", [2, "A", None, Hostile(), Elementwise(), Ridge()])
def test_categorical_refuses(value):
    """A value that is in the list neither by identity nor by content."""
    with pytest.raises(ValueError, match="is not in Categorical"):
        Categorical(["a", 1, Ridge(alpha=5), Hostile(), Elementwise()]).encode(value)


@pytest.mark.parametrize("code", [-1, 2, 0.5])
def test_categorical_refuses_codes(code):
    """An index that a journal of another space might hold."""
    with pytest.raises(ValueError, match="not an index"):
        Categorical(["a", "b"]).decode(code)


@pytest.mark.parametrize(
    ("values", "is_ordered"),
    [
        ([1, 2, 3], True),
        ([0.1, 1, 10], True),
        ([np.int64(1), np.float64(2), 3], True),
        ([1, 2], False),
        ([1, 2, "3"], False),
        ([1, 2, True], False),
        ([1, 2, None], False),
        ([1, 2, float("inf")], False),
        ([1, 2, float("nan")], False),
        ([1, 1, 2], False),
    ],
)
def test_numbers_are_ordered(values, is_ordered):
    """From three distinct finite numbers on."""
    assert Categorical(values).is_ordered is is_ordered
    assert Categorical(values, ordered=True).is_ordered
    assert not Categorical(values, ordered=False).is_ordered


def test_numbers_are_ordered_by_size_and_kept_as_written():
    """The coordinate is the rank, the code the place in the list."""
    categorical = Categorical([30, 10, 100])
    assert categorical.categories == (30, 10, 100)
    assert categorical.to_unit([1, 0, 2]).tolist() == [0.5 / 3, 1.5 / 3, 2.5 / 3]
    assert categorical.from_unit(np.array([0.0, 0.5, 1.0])).tolist() == [1, 0, 2]
    written = Categorical([30, 10, 100], ordered=True)
    assert written.to_unit([0, 1, 2]).tolist() == [0.5 / 3, 1.5 / 3, 2.5 / 3]
    assert written != categorical


def test_duplicates_are_dropped_type_strictly():
    """Builtin scalars only; nothing else is compared."""
    assert Categorical([1, 1, 2, 1.0, True, 1, "a", "a"]).categories == (1, 2, 1.0, True, "a")
    nan = Categorical([float("nan"), float("nan"), None, None])
    assert nan.n_values == 2
    assert Categorical([[1], [1]]).n_values == 2
    twin = Hostile()
    assert Categorical([twin, twin]).n_values == 2


def test_equality_of_categories():
    """By identity, builtin scalars by type and value."""
    ridge = Ridge()
    assert Categorical([ridge, "a"]) == Categorical([ridge, "a"])
    assert Categorical([Ridge()]) != Categorical([Ridge()])
    assert Categorical([1, "a"]) != Categorical([1.0, "a"])
    assert Categorical([1, "a"]) != Categorical([True, "a"])
    assert Categorical(["a", "b"]) != Categorical(["b", "a"])
    assert Categorical([1, 2, 3]) == Categorical([1, 2, 3], ordered=True)
    assert Categorical([1, 2, 3]) != Categorical([1, 2, 3], ordered=False)


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "fragments"),
    [
        (("abc",), {}, TypeError, ["Categorical", "'abc'", "list with one element"]),
        ((3,), {}, TypeError, ["got 3", "list with one element"]),
        ((None,), {}, TypeError, ["got None"]),
        (({"a", "b"},), {}, TypeError, ["set"]),
        (({"a": 1},), {}, TypeError, ["dict"]),
        (([],), {}, ValueError, ["no values", "[]"]),
        ((np.eye(2),), {}, ValueError, ["one-dimensional", "(2, 2)"]),
        ((np.array(3),), {}, ValueError, ["one-dimensional", "()"]),
        ((["a"],), {"ordered": "yes"}, TypeError, ["ordered='yes'", "True, False or None"]),
    ],
)
def test_bad_categoricals(args, kwargs, error, fragments):
    """Each says what was given, what is allowed, and what to do."""
    with pytest.raises(error) as caught:
        Categorical(*args, **kwargs)
    assert [f for f in fragments if f not in str(caught.value)] == []
