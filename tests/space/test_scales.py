"""Every scale: inverse, monotone, exact at its ends, and never beyond them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbayes.space import Real
from skbayes.space.scales import AUTO_RATIO, STEPS, Lattice, from_unit, resolve, to_unit
from strategies import reals

WIDE = [
    ("uniform", -8e307, 8e307, 1.0),
    ("uniform", 1.0, np.nextafter(1.0, 2.0), 1.0),
    ("uniform", 1e9, 1e9 + 1e-3, 1.0),
    ("log-uniform", 1e-150, 1e150, 1.0),
    ("log-uniform", 1.0, 1.7e308, 1.0),
    ("log-uniform", 5e-324, 1e-320, 1.0),
    ("log-uniform", 1e300, 1e300 * (1 + 1e-9), 1.0),
    ("reverse-log-uniform", 0.0, 1 - 1e-12, 1.0),
    ("reverse-log-uniform", -1e290, 1 - 2**-53, 1.0),
    ("reverse-log-uniform", -1e150, -1e-150, 0.0),
    ("reverse-log-uniform", 1e-20, 1e-19, 1.0),
    ("reverse-log-uniform", 0.0, 99_999.0, 1e5),
]


@pytest.mark.parametrize(("scale", "low", "high", "pole"), WIDE)
def test_the_ends_of_extreme_ranges_are_exact_and_nothing_lies_beyond(scale, low, high, pole):
    """Where the plain formulas overflow or cancel, the ends are still reached."""
    u = np.array([0.0, 1e-12, 0.25, 0.5, 0.75, 1 - 1e-12, 1.0])
    x = from_unit(u, scale, low, high, pole)
    assert x[0] == low
    assert x[-1] == high
    assert np.all((x >= low) & (x <= high))
    assert np.all(np.diff(x) >= 0)
    assert to_unit([low, high], scale, low, high, pole).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("scale", "low", "high", "pole"), WIDE)
def test_rounded_values_find_their_way_back(scale, low, high, pole):
    """x -> u -> x is the identity for every x on the lattice, even if floats are coarser."""
    steps = Lattice.of_steps()
    u = steps.unit(steps.position(np.random.default_rng(0).random(2000)))
    x = from_unit(u, scale, low, high, pole)
    again = steps.unit(steps.position(to_unit(x, scale, low, high, pole)))
    np.testing.assert_array_equal(from_unit(again, scale, low, high, pole), x)


@given(reals(), st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_real_round_trip(real, u):
    """The same law for ranges nobody picked by hand."""
    x = real.from_unit(np.array(u))
    assert np.all((x >= real.low) & (x <= real.high))
    np.testing.assert_array_equal(real.from_unit(real.to_unit(x)), x)


@pytest.mark.parametrize(
    ("scale", "formula"),
    [
        ("uniform", lambda x: (x - 0.1) / 0.8),
        ("log-uniform", lambda x: np.log(x / 0.1) / np.log(9)),
        ("reverse-log-uniform", lambda x: np.log(0.9 / (1 - x)) / np.log(9)),
    ],
)
def test_formulas(scale, formula):
    """The maps are those of the documentation."""
    x = np.linspace(0.1, 0.9, 17)
    np.testing.assert_allclose(to_unit(x, scale, 0.1, 0.9, 1.0), formula(x), atol=1e-15)
    np.testing.assert_allclose(from_unit(formula(x), scale, 0.1, 0.9, 1.0), x, atol=1e-15)


def test_values_next_to_the_pole_survive():
    """1 - 1e-12 comes back, in the middle of a range and as its end."""
    x = 1 - 1e-12
    for real in (Real(0.3, 1 - 1e-14, "reverse-log-uniform"), Real(0, x, "reverse-log-uniform")):
        assert real.from_unit(real.to_unit([x]))[0] == x
        assert real.encode(x) == x


@pytest.mark.parametrize(
    ("low", "high", "scale"),
    [
        (0.01, 1.0, "log-uniform"),
        (0.011, 1.0, "uniform"),
        (0.0, 1.0, "uniform"),
        (0.5, 0.9951, "reverse-log-uniform"),
        (0.5, 0.994, "uniform"),
        (0.49, 0.9999, "uniform"),
        (0.5, 1.0, "uniform"),
        (0.001, 0.999, "log-uniform"),
        (1e-150, 1e150, "log-uniform"),
    ],
)
def test_auto(low, high, scale):
    """The static rule, on both sides of each of its limits."""
    assert resolve("auto", low, high) == scale
    assert Real(low, high, "auto").scale == scale
    assert AUTO_RATIO == 100


def test_lattices():
    """Steps round, cells round down, both clip."""
    assert Lattice.of_steps().position([-1.0, 0.6 / STEPS, 2.0]).tolist() == [0, 1, STEPS]
    assert Lattice.of_steps(8, 1).position([0.0, 0.5, 1.0]).tolist() == [1, 4, 7]
    cells = Lattice.of_cells(4)
    assert cells.position([-1.0, 0.24, 0.25, 1.0]).tolist() == [0, 0, 1, 3]
    assert cells.unit([0, 3]).tolist() == [0.125, 0.875]
