"""Integer: cells of equal right, at any size."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from skbayes.space import Integer
from strategies import integers


def test_both_ends_are_as_likely_as_the_middle():
    """Each integer owns a cell of equal width on the linear scale."""
    counts = np.bincount(Integer(0, 4).rvs(20_000, random_state=0))
    assert scipy.stats.chisquare(counts).pvalue > 1e-3
    np.testing.assert_allclose(Integer(-1, 3).to_unit(range(-1, 4)), [0.1, 0.3, 0.5, 0.7, 0.9])


def test_log_cells():
    """Integer k owns [k - 1/2, k + 1/2] on the logarithm, in draws and in coordinates."""
    integer = Integer(1, 8, "log-uniform")
    edges = np.log(np.arange(1, 10) - 0.5)
    edges = (edges - edges[0]) / (edges[-1] - edges[0])
    np.testing.assert_allclose(integer.to_unit(range(1, 9)), (edges[:-1] + edges[1:]) / 2)
    for k in range(8):
        inside = integer.from_unit(np.array([edges[k] + 1e-9, edges[k + 1] - 1e-9]))
        assert inside.tolist() == [k + 1, k + 1]
    counts = np.bincount(integer.rvs(20_000, random_state=0))[1:]
    assert scipy.stats.chisquare(counts, 20_000 * np.diff(edges)).pvalue > 1e-3


@pytest.mark.parametrize("high", [10**6, 10**12, 10**40])
def test_coordinates_of_log_draws_are_uniform(high):
    """Beyond the cells of the smallest integers, which are visibly wide."""
    u = Integer(1000, 1000 * high, "log-uniform")
    assert scipy.stats.kstest(u.to_unit(u.rvs(3000, random_state=0)), "uniform").pvalue > 1e-3


@given(integers(), st.data())
def test_any_integer_has_its_code_and_close_coordinate(integer, data):
    """Exact codes at any size; exact coordinates up to 2**48 integers."""
    k = data.draw(st.integers(integer.low, integer.high))
    assert integer.encode(k) == k
    assert integer.decode(k) == k
    assert type(integer.decode(k)) is int
    u = integer.to_unit([k])
    assert 0 <= u[0] <= 1
    if integer.high < 2**33 and integer.low > -(2**33):
        assert integer.from_unit(u).tolist() == [k]


@given(integers())
def test_the_ends_are_reached(integer):
    """As native ints, exactly."""
    ends = integer.from_unit(np.array([0.0, 1.0])).tolist()
    assert ends == [integer.low, integer.high]
    assert [type(end) for end in ends] == [int, int]


@pytest.mark.parametrize("low", [2**53 - 10, 2**63 - 5, 2**64, -(2**70), 10**30])
@pytest.mark.parametrize("prior", ["uniform", "auto"])
def test_few_integers_far_out_are_all_exact(low, prior):
    """Neither 2**53 nor 2**63 is a limit."""
    integer = Integer(low, low + 10, prior)
    ks = list(range(low, low + 11))
    assert integer.from_unit(integer.to_unit(ks)).tolist() == ks
    assert integer.n_values == 11
    assert list(integer.codes()) == ks


@pytest.mark.parametrize(
    "integer",
    [
        Integer(1, 2**80, "log-uniform"),
        Integer(1, 10**300, "log-uniform"),
        Integer(2**60, 2**61, "log-uniform"),
        Integer(2**1000, 2**1000 + 5, "log-uniform"),
        Integer(-(10**300), 10**300),
        Integer(0, 2**53),
    ],
    ids=["2**80", "10**300", "2**60", "narrow", "linear", "2**53"],
)
def test_proposals_are_stable(integer):
    """Where doubles cannot tell integers apart, proposals still lead back to themselves."""
    u = np.random.default_rng(0).random(500)
    k = integer.from_unit(u)
    np.testing.assert_allclose(integer.to_unit(k), u, atol=0.5 if integer.n_values < 10 else 0.02)
    assert integer.from_unit(integer.to_unit(k)).tolist() == k.tolist()


def test_auto():
    """Two decades make a logarithm."""
    assert Integer(1, 100, "auto").scale == "log-uniform"
    assert Integer(1, 99, "auto").scale == "uniform"
    assert Integer(0, 1000, "auto").scale == "uniform"
    assert repr(Integer(1, 100, "auto")) == "Integer(1, 100, prior='auto', scale='log-uniform')"
    assert repr(Integer(0, 3)) == "Integer(0, 3)"


@pytest.mark.parametrize("value", [0, 6, 3.0, True, "3", None, np.nan, np.float64(3)])
def test_integer_refuses(value):
    """A float is another value to an estimator: `max_features=1.0` is not 1."""
    with pytest.raises(ValueError, match="is not in Integer"):
        Integer(1, 5).encode(value)


@pytest.mark.parametrize("bounds", [(np.int8(1), np.uint64(5)), (1.0, 5e0), (np.float32(1), 5)])
def test_whole_bounds_become_ints(bounds):
    integer = Integer(*bounds)
    assert repr(integer) == "Integer(1, 5)"
    assert (type(integer.low), type(integer.high)) == (int, int)


def test_numpy_integers_become_native():
    integer = Integer(1, 5)
    assert type(integer.encode(np.int32(3))) is int
    with pytest.raises(ValueError, match="is not in"):
        integer.decode(2.5)


@pytest.mark.parametrize(
    ("args", "error", "fragments"),
    [
        ((10, 1), ValueError, ["Integer(10, 1)", "low < high", "low=10", "Swap"]),
        ((3, 3), ValueError, ["low < high", "Write [3]"]),
        ((1.2, 5.0), TypeError, ["Integer(1.2, 5.0)", "low=1.2", "Write 1", "Real"]),
        ((1, 2.5), TypeError, ["high=2.5", "Real"]),
        ((1, np.float64(4.5)), TypeError, ["high=4.5"]),
        ((1, np.inf), ValueError, ["finite", "high=inf"]),
        ((1, 10**400), ValueError, ["finite", "high="]),
        ((-(2**1023), 2**1023), ValueError, ["Integer(-", "too far apart", "Raise low, or lower"]),
        ((1, 2**1023, "log-uniform"), ValueError, ["too far apart"]),
        ((1, 2**1023, "auto"), ValueError, ["too far apart"]),
        ((np.nan, 3), ValueError, ["finite", "low=nan"]),
        (("1", 3), TypeError, ["low='1'", "str"]),
        ((False, 3), TypeError, ["low=False", "bool"]),
        ((None, 3), TypeError, ["low=None"]),
        ((0, 9, "log-uniform"), ValueError, ["Integer(0, 9, prior='log-uniform')", "got 0"]),
        ((1, 9, "reverse-log-uniform"), ValueError, ["'uniform', 'log-uniform', 'auto', got"]),
        ((1, 9, "log_uniform"), ValueError, ["'log_uniform'", "Did you mean 'log-uniform'?"]),
        ((1, 9, None), TypeError, ["string as prior", "None"]),
    ],
)
def test_bad_integers(args, error, fragments):
    """Each says what was given, what is allowed, and what to do."""
    with pytest.raises(error) as caught:
        Integer(*args)
    assert [f for f in fragments if f not in str(caught.value)] == []
