import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skbayes.acquisition import LogInterior
from skbayes.acquisition.interior import DENSITY_AT_ENDS

PRIOR = LogInterior(np.array([0, 2]))
rows = hnp.arrays(np.float64, (5, 4), elements=st.floats(0, 1))


@given(rows)
def test_the_middle_is_the_highest_and_other_columns_do_not_matter(X):
    value = PRIOR.value(X)
    assert (value <= 1e-12).all()
    assert (value >= 2 * np.log(DENSITY_AT_ENDS) - 1e-12).all()
    X[:, [1, 3]] = 0.7
    np.testing.assert_array_equal(PRIOR.value(X), value)
    X[:, [0, 2]] = 0.5
    np.testing.assert_allclose(PRIOR.value(X), 0.0, atol=1e-12)


@given(rows)
def test_it_falls_towards_the_ends_and_both_alike(X):
    nearer = X.copy()
    nearer[:, 0] = 0.5 + 0.5 * (X[:, 0] - 0.5)
    assert (PRIOR.value(nearer) >= PRIOR.value(X)).all()
    mirrored = 1.0 - X
    np.testing.assert_allclose(PRIOR.value(mirrored), PRIOR.value(X), atol=1e-9)


def test_gradient_against_differences():
    X = np.random.default_rng(0).uniform(0.02, 0.98, (6, 4))
    value, gradient = PRIOR.value_with_gradient(X)
    np.testing.assert_array_equal(value, PRIOR.value(X))
    for j in range(4):
        step = np.zeros(4)
        step[j] = 1e-6
        slope = (PRIOR.value(X + step) - PRIOR.value(X - step)) / 2e-6
        assert gradient[:, j] == pytest.approx(slope, rel=1e-5, abs=1e-8)
