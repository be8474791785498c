"""Numbers as texts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbayes._digits import beside, significant


@pytest.mark.parametrize(
    ("number", "least", "text"),
    [
        (0.973333, 0.018, "0.97333"),
        (1.0, 0.018, "1"),
        (-250311.24, math.nan, "-2.5031e+05"),
        (-250311.24, 0.0, "-2.5031e+05"),
        (-250311.24, 30.0, "-2.5031e+05"),
        (-250311.24, 1.8, "-250311"),
        (-1e9 + 0.0324, 0.012, "-999999999.97"),
        (1.0 - 3.406e-11, 3.6e-12, "0.999999999966"),
        # That is rounding, or no number.
        (1.0 / 3.0, 1e-17, "0.33333"),
        (1.0 / 3.0, math.inf, "0.33333"),
        (0.0, 1e-3, "0"),
        (math.nan, 1e-3, "nan"),
    ],
)
def test_digits_go_on_to_the_least_difference_that_matters(number, least, text):
    assert significant(number, 5, least) == text


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(number=FLOATS, other=FLOATS | st.integers(-5, 5))
def test_a_text_stays_on_its_side_of_another_number(number, other):
    told = float(beside(number, other, 4))
    assert (told > other, told < other) == (number > other, number < other)


@given(number=FLOATS, step=st.integers(-3, 3))
def test_neighbours_are_told_apart(number, step):
    other = float(np.nextafter(number, number + step))
    assert (beside(number, other, 4) == beside(other, other, 4)) == (number == other)
