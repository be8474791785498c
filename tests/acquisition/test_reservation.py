import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from skbayes.acquisition import expected_improvement, look_worth

MEANS = st.floats(-3, 3)
DEVIATIONS = st.floats(0.05, 3)
COSTS = st.floats(0.01, 2)


@given(m=MEANS, s=DEVIATIONS)
def test_expected_improvement_is_that_of_the_definition(m, s):
    low, high = max(0.0, m - 12 * s), max(0.0, m + 12 * s)
    expected, _ = quad(lambda x: x * norm.pdf(x, m, s), low, high)
    assert expected_improvement(m, s) == pytest.approx(expected, abs=1e-6)


def test_without_uncertainty_it_is_the_positive_part():
    assert np.array_equal(expected_improvement([-1.0, 0.0, 2.0], [0.0, 0.0, 0.0]), [0.0, 0.0, 2.0])


@pytest.mark.parametrize("m", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("s", [1e-300, 1e-12, 1e-3])
def test_with_little_uncertainty_it_is_nearly_the_positive_part(m, s):
    assert float(expected_improvement(m, s)) == pytest.approx(max(m, 0.0), abs=s)


def test_a_look_that_tells_nearly_all_is_worth_as_much_as_one_that_tells_all():
    nearly = [0.99, 0.995, 0.999, 0.9999, 0.999999, 1.0]
    prices = [look_worth(0.0, 1.0, rho, 0.1) for rho in nearly]
    assert np.diff(prices).min() > -1e-3
    assert prices[-2] == pytest.approx(prices[-1], abs=2e-3)


@given(m=MEANS, s=DEVIATIONS, rho=st.floats(0, 1), c=COSTS)
def test_the_price_solves_its_equation(m, s, rho, c):
    price = look_worth(m, s, rho, c)
    left = s * math.sqrt(max(0.0, 1 - rho**2))
    z = (np.arange(20_000) + 0.5) / 20_000
    gains = expected_improvement(m + rho * s * norm.ppf(z), np.full(z.size, left))
    gained = np.maximum(gains - price, 0.0).mean()
    assert gained == pytest.approx(price * c, abs=0.02 * s)


@given(m=MEANS, s=DEVIATIONS, c=COSTS, rhos=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_look_that_tells_more_is_worth_no_less(m, s, c, rhos):
    less, more = (look_worth(m, s, rho, c) for rho in sorted(rhos))
    assert less <= more * (1 + 1e-2) + 1e-6


@given(m=MEANS, s=DEVIATIONS, rho=st.floats(0, 1), costs=st.tuples(COSTS, COSTS))
def test_a_cheaper_look_is_worth_no_less(m, s, rho, costs):
    cheap, expensive = (look_worth(m, s, rho, c) for c in sorted(costs))
    assert expensive <= cheap + 1e-9


@given(m=MEANS, s=DEVIATIONS, c=COSTS)
def test_a_look_that_tells_nothing_is_worth_less_than_the_whole(m, s, c):
    assert look_worth(m, s, 0.0, c) <= expected_improvement(m, s) + 1e-9


def test_what_is_certain_needs_no_look():
    assert look_worth(1.0, 0.0, 0.9, 0.1) == 0.0
