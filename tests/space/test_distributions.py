"""Scipy's distributions: as ranges where they are, on their quantiles otherwise."""

import copy
import pickle

import numpy as np
import pytest
import scipy.stats as ss

from skbayes.space import Categorical, Distribution, Integer, Real, parse_space
from skbayes.space.distributions import from_scipy


@pytest.mark.parametrize(
    ("frozen", "dimension"),
    [
        (ss.uniform(), Real(0, 1)),
        (ss.uniform(2, 3), Real(2, 5)),
        (ss.uniform(loc=-1, scale=np.float64(2)), Real(-1, 1)),
        (ss.loguniform(1e-3, 1e3), Real(1e-3, 1e3, "log-uniform")),
        (ss.reciprocal(a=1e-3, b=1e3), Real(1e-3, 1e3, "log-uniform")),
        (ss.loguniform(1, 10, scale=2), Real(2, 20, "log-uniform")),
        (ss.randint(1, 11), Integer(1, 10)),
        (ss.randint(low=1, high=np.int64(11), loc=5), Integer(6, 15)),
        (ss.randint(1.0, 11.0), Integer(1, 10)),
        (ss.randint(3, 4), Categorical([3])),
    ],
    ids=lambda v: "" if isinstance(v, Real | Integer | Categorical) else v.dist.name,
)
def test_ranges_are_recognised(frozen, dimension):
    """Positional or by keyword, shifted and stretched."""
    assert from_scipy(frozen) == dimension
    low, high = (float(bound) for bound in frozen.support())
    ends = dimension.from_unit(np.array([0.0, 1.0]))
    if not isinstance(dimension, Categorical):
        np.testing.assert_allclose(ends.astype(float), [low, high])


@pytest.mark.parametrize(
    "frozen",
    [ss.loguniform(1, 10, loc=1), ss.norm(), ss.binom(5, 0.5), ss.expon()],
    ids=lambda frozen: frozen.dist.name,
)
def test_the_rest_becomes_a_distribution(frozen):
    """A shifted log-uniform is no range of ours."""
    dimension = from_scipy(frozen)
    assert isinstance(dimension, Distribution)
    assert dimension.frozen is frozen


CONTINUOUS = [
    ss.norm(3, 0.1),
    ss.expon(scale=10),
    ss.beta(0.5, 0.5),
    ss.gamma(0.01),
    ss.cauchy(),
    ss.t(3),
    ss.lognorm(2.0),
    ss.truncnorm(-1, 2),
    ss.rv_histogram(np.histogram([1, 2, 2, 5], bins=8))(),
]


@pytest.mark.parametrize("frozen", CONTINUOUS, ids=lambda frozen: frozen.dist.name)
def test_continuous(frozen):
    """Finite everywhere, native floats, draws that follow the distribution."""
    dimension = Distribution(frozen)
    assert dimension.n_values is None
    assert dimension.is_ordered
    x = dimension.from_unit(np.array([0.0, 0.5, 1.0]))
    assert np.all(np.isfinite(x))
    assert x[1] == pytest.approx(float(frozen.median()))
    draws = dimension.rvs(1500, random_state=0)
    assert {type(v) for v in draws} == {float}
    assert ss.kstest(dimension.to_unit(draws), "uniform").pvalue > 1e-3
    assert dimension.from_unit(dimension.to_unit(draws)).tolist() == draws
    with pytest.raises(ValueError, match="no finite list"):
        dimension.codes()


DISCRETE = [
    (ss.binom(4, 0.3), 5),
    (ss.bernoulli(0.25), 2),
    (ss.hypergeom(20, 7, 12), 8),
    (ss.rv_discrete(values=([1, 5, 9], [0.2, 0.3, 0.5]))(), 3),
    (ss.rv_discrete(values=([9, 1, 5], [0.2, 0.3, 0.5]))(loc=2), 3),
    (ss.rv_discrete(values=([0.5, 2, 3], [0.2, 0.3, 0.5]))(), 3),
    (ss.binom(4, 1.0), 1),
    (ss.poisson(3), None),
    (ss.geom(0.2), None),
    (ss.dlaplace(0.8), None),
    (ss.nbinom(5, 0.1, loc=-3), None),
    (ss.binom(10**6, 0.5), None),
]


@pytest.mark.parametrize(("frozen", "n_values"), DISCRETE, ids=lambda v: str(v)[:12])
def test_discrete(frozen, n_values):
    """Cells as wide as the masses; codes that lead back to themselves."""
    dimension = Distribution(frozen)
    assert dimension.n_values == n_values
    draws = dimension.rvs(2000, random_state=0)
    assert [dimension.encode(v) for v in draws] == draws
    assert dimension.from_unit(dimension.to_unit(draws)).tolist() == draws
    values, counts = np.unique(draws, return_counts=True)
    np.testing.assert_allclose(counts / 2000, frozen.pmf(values), atol=0.04)
    is_whole = all(value == int(value) for value in values)
    assert {type(v) for v in draws} == {int if is_whole else float}
    if n_values is not None:
        codes = list(dimension.codes())
        assert codes == sorted(codes)
        assert len(codes) == n_values
        masses = frozen.pmf(codes)
        np.testing.assert_allclose(
            dimension.to_unit(codes), np.cumsum(masses) - masses / 2, atol=1e-9
        )
    else:
        with pytest.raises(ValueError, match="no finite list"):
            dimension.codes()


def test_values_in_the_tails_are_members():
    """Beyond what is proposed, but within the support."""
    normal = Distribution(ss.norm())
    assert normal.encode(50) == 50.0
    assert 0 < normal.to_unit([50.0])[0] < 1
    poisson = Distribution(ss.poisson(1))
    assert poisson.encode(np.int64(30)) == 30
    assert 0 < poisson.to_unit([30])[0] < 1


@pytest.mark.parametrize(
    ("frozen", "value"),
    [
        (ss.expon(), -1),
        (ss.expon(), np.inf),
        (ss.expon(), np.nan),
        (ss.norm(), "0"),
        (ss.norm(), True),
        (ss.norm(), None),
        (ss.binom(4, 0.5), 5),
        (ss.binom(4, 0.5), 2.0),
        (ss.binom(4, 0.5), 2.5),
        (ss.poisson(3), -1),
        (ss.poisson(3), 2.5),
        (ss.rv_discrete(values=([1, 5, 9], [0.2, 0.3, 0.5]))(), 4),
    ],
)
def test_refuses(frozen, value):
    """What has no probability, or another type."""
    with pytest.raises(ValueError, match="is not in Distribution"):
        Distribution(frozen).encode(value)


def test_equality_is_that_of_the_distribution():
    """However its parameters were written."""
    assert Distribution(ss.norm(0, 1)) == Distribution(ss.norm(loc=0))
    assert hash(Distribution(ss.norm(0, 1))) == hash(Distribution(ss.norm(loc=0)))
    assert Distribution(ss.norm(0, 1)) != Distribution(ss.norm(0, 2))
    assert Distribution(ss.norm()) != Distribution(ss.logistic())
    one = ss.rv_discrete(values=([1, 2], [0.5, 0.5]))()
    other = ss.rv_discrete(values=([1, 2], [0.501, 0.499]))()
    assert Distribution(one) != Distribution(other)
    assert Distribution(one) != ss.norm()


def test_names():
    """One that scipy does not define is told by its class and its bounds."""
    assert repr(Distribution(ss.norm(0, scale=2))) == "Distribution(norm(loc=0, scale=2))"
    of_data = Distribution(ss.rv_histogram(np.histogram([1, 5], bins=8))(scale=2))
    assert repr(of_data) == "Distribution(rv_histogram(scale=2) from 2.0 to 10.0)"


def test_quantiles_that_scipy_cannot_find_are_left_out():
    """Numerical inversion gives up in far tails; the search stays within reach."""
    dimension = Distribution(ss.norminvgauss(1.25, 0.5))
    low, high = dimension.from_unit(np.array([0.0, 1.0]))
    assert -5 < low < -3
    assert 8 < high < 10


@pytest.mark.parametrize("frozen", [CONTINUOUS[0], CONTINUOUS[-1], DISCRETE[0][0], DISCRETE[3][0]])
def test_copies_are_equal(frozen):
    """Through pickle and deepcopy."""
    dimension = Distribution(frozen)
    for twin in (pickle.loads(pickle.dumps(dimension)), copy.deepcopy(dimension)):
        assert twin == dimension
        assert twin.rvs(3, random_state=0) == dimension.rvs(3, random_state=0)


@pytest.mark.parametrize(
    ("frozen", "fragments"),
    [
        (ss.uniform(1, 0), ["uniform(loc=1, scale=0)", "low < high", "low=1"]),
        (ss.uniform(1, -2), ["uniform(loc=1, scale=-2)", "high=-1"]),
        (ss.uniform(0, np.inf), ["finite bounds", "high=inf"]),
        (ss.loguniform(2, 2), ["loguniform(a=2, b=2)", "low < high"]),
        (ss.loguniform(-1, 2), ["low > 0"]),
        (ss.randint(5, 5), ["randint(low=5, high=5)", "low < high"]),
        (ss.norm(0, 0), ["norm(loc=0, scale=0)", "finite quantiles", "scale must be positive"]),
        (ss.norm(0, -1), ["norm(loc=0, scale=-1)", "finite quantiles"]),
        (ss.beta(-1, 1), ["beta(a=-1, b=1)", "finite quantiles"]),
        (ss.norm(np.nan), ["finite quantiles", "nan"]),
        (ss.norm([0, 1], 1), ["one number", "2 at once"]),
        (ss.norm(1e30, 1e-9), ["more than one value", "[1e+30]"]),
        (ss.randint(0.5, 3.5), ["randint(low=0.5, high=3.5)", "finite quantiles"]),
        (ss.zipf(1.5), ["finite mean", "range (low, high)"]),
        (ss.zipf(0.5), ["finite quantiles", "scale must be positive"]),
    ],
    ids=lambda v: "" if isinstance(v, list) else v.dist.name,
)
def test_bad_distributions(frozen, fragments):
    """A ValueError that shows the call and a way out."""
    with pytest.raises(ValueError, match=r"\w+\(.*\)") as caught:
        from_scipy(frozen)
    if not all(fragment in str(caught.value) for fragment in fragments):
        pytest.fail(str(caught.value))


@pytest.mark.parametrize("value", [ss.norm, 3, None, "norm"])
def test_only_frozen_distributions(value):
    """A TypeError for anything else."""
    with pytest.raises(TypeError, match="needs a frozen scipy distribution"):
        Distribution(value)


@pytest.mark.parametrize("frozen", [ss.binom(10_000, 0.3), ss.betabinom(5_000, 2, 3)])
def test_thousands_of_values_are_listed(frozen):
    dimension = Distribution(frozen)
    k = frozen.ppf([0.01, 0.3, 0.5, 0.99]).astype(int)
    assert set(k.tolist()) <= set(dimension.codes())
    expected = (frozen.cdf(k) + frozen.cdf(k - 1)) / 2
    np.testing.assert_allclose(dimension.to_unit(k), expected, atol=1e-5)
    np.testing.assert_array_equal(dimension.from_unit(dimension.to_unit(k)), k)


def test_masses_that_scipy_cannot_tell_come_from_the_distribution_function(monkeypatch):
    frozen = ss.binom(20, 0.3)
    expected = Distribution(frozen).to_unit(range(21))
    monkeypatch.setattr(frozen, "pmf", lambda x: np.ones(len(x)))
    np.testing.assert_allclose(Distribution(frozen).to_unit(range(21)), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("frozen", "value"),
    [
        (ss.poisson(3), 2**70),
        (ss.poisson(1e9), 2**70),
        (ss.poisson(3), -(2**70)),
        (ss.poisson(3), 10**400),
        (ss.norm(), -(10**400)),
        (ss.lognorm(1.0), -(2**70)),
    ],
)
def test_an_int_of_any_size_that_is_no_value_is_refused_as_such(frozen, value):
    with pytest.raises(ValueError, match="is not in Distribution"):
        Distribution(frozen).encode(value)


def test_a_long_int_may_be_a_value():
    assert Distribution(ss.norm()).encode(2**70) == 2.0**70


def test_long_ints_in_another_dictionary_are_none_of_its_values():
    space = parse_space([{"a": (0, 2**70)}, {"a": ss.poisson(3)}])
    point = space.encode({"a": 2**69}, branch=0)
    assert space.twins(point) == [point]
    assert len(space.twins(space.encode({"a": 3}, branch=0))) == 2
