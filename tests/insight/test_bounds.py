"""Best values at the ends of their ranges."""

import math

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from skbayes import Categorical, Optimizer, Real
from skbayes.insight.bounds import gain_beyond


def insight_of(space, score, n=20):
    optimizer = Optimizer(space, random_state=0)
    for _ in range(n):
        params = optimizer.ask()
        optimizer.tell(params, score(params))
    return optimizer.insight()


def test_rising_to_the_upper_bound():
    space = {"C": (1e-2, 1e4, "log-uniform"), "x": (0.0, 1.0)}
    insight = insight_of(space, lambda p: math.log10(p["C"]) - (p["x"] - 0.5) ** 2)
    (found,) = insight.at_bounds()
    assert (found.name, found.side, found.bound) == ("C", "upper", 1e4)
    assert found.value == insight.best_params["C"]
    assert found.is_limiting
    # A tenth of six decades, at a slope of 1.
    assert found.rise == pytest.approx(0.6, abs=0.1)
    assert str(found).endswith(
        "is at the upper bound 1e+04 and the score still rises: try a wider range."
    )


def test_rising_to_the_lower_bound():
    (found,) = insight_of({"x": (-3.0, 1.0)}, lambda p: -p["x"], 10).at_bounds()
    assert (found.side, found.bound, found.is_limiting) == ("lower", -3.0, True)


def test_inside():
    assert insight_of({"x": (0.0, 1.0)}, lambda p: -((p["x"] - 0.3) ** 2)).at_bounds() == ()


def test_two_per_cent_of_the_scale():
    def told(x):
        optimizer = Optimizer({"x": (1.0, 100.0, "log-uniform")}, random_state=0)
        optimizer.tell([{"x": x}, {"x": 10.0}, {"x": 20.0}], [1.0, 0.5, 0.6])
        return [found.side for found in optimizer.insight().at_bounds()]

    assert told(100.0**0.985) == ["upper"]
    assert told(100.0**0.975) == []
    assert told(100.0**0.015) == ["lower"]
    assert told(100.0**0.025) == []


def test_at_a_bound_without_rising():
    optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=0)
    # Best by a hair at the end of a ridge that falls towards it.
    rows = [(i / 10, j / 4) for i in range(10) for j in range(5)]
    optimizer.tell(
        [{"x": x, "y": y} for x, y in rows], [-abs(x - 0.7) - (y - 0.5) ** 2 for x, y in rows]
    )
    optimizer.tell({"x": 1.0, "y": 0.5}, 0.001)
    optimizer.tell({"x": 0.98, "y": 0.5}, -0.28)
    optimizer.tell({"x": 0.9, "y": 0.45}, -0.2)
    optimizer.tell({"x": 0.8, "y": 0.55}, -0.1)
    (found,) = optimizer.insight().at_bounds()
    assert not found.is_limiting
    assert str(found).endswith("but the score does not clearly rise towards it.")


def test_whole_numbers():
    (found,) = insight_of({"n": (1, 7)}, lambda p: p["n"], 7).at_bounds()
    assert (found.value, found.bound, found.side) == (7, 7, "upper")
    assert type(found.value) is type(found.bound) is int
    assert found.is_limiting
    assert insight_of({"n": (1, 7)}, lambda p: -abs(p["n"] - 6), 7).at_bounds() == ()
    (found,) = insight_of({"n": (1, 1000)}, lambda p: -abs(p["n"] - 990), 25).at_bounds()
    assert found.bound == 1000


def test_lists_of_numbers():
    space = {"alpha": [0.1, 1.0, 10.0, 100.0], "x": (0.0, 1.0)}
    (found,) = insight_of(space, lambda p: math.log(p["alpha"]) - (p["x"] - 0.4) ** 2).at_bounds()
    assert (found.name, found.value, found.bound) == ("alpha", 100.0, 100.0)
    assert found.is_limiting


@pytest.mark.parametrize(
    "dimension",
    [
        [0, 1],
        ["a", "b", "c"],
        Categorical(["small", "medium", "large"], ordered=True),
        (1, 2),
        scipy.stats.norm(),
    ],
)
def test_what_has_no_bounds(dimension):
    optimizer = Optimizer({"k": dimension, "x": Real(0.0, 1.0)}, random_state=0)
    for i in range(6):
        optimizer.tell(optimizer.ask(), float(i))
    assert "k" not in [found.name for found in optimizer.insight().at_bounds()]


def test_the_branch_of_the_best():
    space = [{"m": ["a"], "c": (0.0, 1.0)}, {"m": ["b"], "c": (0.0, 5.0), "d": (0.0, 1.0)}]
    insight = insight_of(space, lambda p: p["c"] - 9 * (p["m"] == "a"), 25)
    assert insight.best_params["m"] == "b"
    assert "c" in [found.name for found in insight.at_bounds()]
    assert next(found for found in insight.at_bounds() if found.name == "c").bound == 5.0


@given(top=st.floats(0.0, 5.0), height=st.floats(0.1, 10.0))
def test_what_a_parabola_gains_beyond_the_bound(top, height):
    at = [-height * (x - top) ** 2 for x in (0.0, -1.0, -2.0)]
    assert gain_beyond(*at) == pytest.approx(height * top**2, abs=1e-9)


def test_what_does_not_flatten_has_no_end():
    assert gain_beyond(2.0, 1.0, 0.0) == math.inf
    assert gain_beyond(4.0, 1.0, 0.0) == math.inf
    assert gain_beyond(0.0, 1.0, 3.0) == 0.0


def test_a_score_that_flattens_before_the_bound_is_no_reason_to_go_beyond():
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    xs = [i / 20 for i in range(21)]
    optimizer.tell([{"x": x} for x in xs], [-((x - 1.0) ** 2) for x in xs])
    (found,) = optimizer.insight().at_bounds()
    assert found.rise > 0
    assert found.probability > 0.9
    assert not found.is_limiting
    assert str(found).endswith("but the score flattens: a wider range would bring little.")
