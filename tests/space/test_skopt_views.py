"""What scikit-optimize's plots and clients read of dimensions and spaces."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest
import scipy.stats
from hypothesis import given

from skbayes.space import Categorical, Distribution, Integer, Real, Space, parse_space
from strategies import dimensions

UNORDERED = Categorical(["a", None, "c"])
ROW = [1.5, 3, None, 0.0]
SPACE = Space(
    [
        Real(1.0, 2.0, name="r"),
        Integer(1, 9, "log-uniform"),
        UNORDERED,
        Distribution(scipy.stats.norm(), name="n"),
    ]
)


@given(dimensions())
def test_a_dimension_is_read_as_there(dimension):
    """Transforms and their inverses, bounds and membership agree."""
    values = dimension.rvs(3, random_state=0)
    u = dimension.transform(values)
    assert u.shape == (3,)
    low, high = dimension.transformed_bounds
    assert np.all((low <= u) & (u <= high))
    again = dimension.inverse_transform(u)
    np.testing.assert_allclose(dimension.transform(again), u, atol=1e-6)
    assert dimension.size == dimension.transformed_size == 1
    assert dimension.is_constant == (dimension.n_values == 1)
    for value in values:
        assert value in dimension
        assert dimension.distance(value, value) == 0 or value != value
    assert object() not in dimension
    assert all(value in dimension for value in dimension.bounds)


def test_bounds_and_distances():
    assert Real(1.0, 2.0).bounds == (1.0, 2.0)
    assert Integer(2, 2**80).bounds == (2, 2**80)
    assert UNORDERED.bounds == ("a", None, "c")
    assert UNORDERED.transformed_bounds == (0.0, 2.0)
    assert Categorical([1]).is_constant
    assert not Real(1.0, 2.0).is_constant
    assert Real(1.0, 2.0).distance(1.25, 2.0) == 0.75
    assert UNORDERED.distance("a", None) == 1
    with pytest.raises(ValueError, match="5 is not in"):
        Real(1.0, 2.0).distance(1.0, 5)


@pytest.mark.parametrize("kind", [Real, Integer])
def test_the_argument_transform_and_the_method_get_along(kind):
    with pytest.warns(UserWarning, match="transform='normalize' makes no difference"):
        dimension = kind(1, 3, transform="normalize")
    assert dimension.transform([2]).tolist() == [0.5]
    assert copy.deepcopy(dimension) == pickle.loads(pickle.dumps(dimension)) == kind(1, 3)


@dataclasses.dataclass(frozen=True)
class Noted(Real):
    note: str = ""


@pytest.mark.parametrize("kind", [Real, Integer, Noted, lambda *values: Categorical(values)])
def test_a_changed_dimension(kind):
    changed = dataclasses.replace(kind(1, 3), name="x")
    assert (changed, changed.name) == (kind(1, 3), "x")


def test_a_space_is_a_list_of_dimensions():
    assert SPACE.n_dims == SPACE.transformed_n_dims == 4
    assert [dimension.name for dimension in SPACE] == ["r", "X_1", "X_2", "n"]
    assert SPACE["X_1"] == SPACE[1] == (1, Integer(1, 9, "log-uniform"))
    assert SPACE[["n", "r"]] == [SPACE[3], SPACE[0]]
    with pytest.raises(KeyError, match="'q' is no parameter of the space, which has 'r', 'X_1'"):
        SPACE["q"]
    assert SPACE.bounds[:3] == [(1.0, 2.0), (1, 9), ("a", None, "c")]
    assert SPACE.transformed_bounds == [(0, 1), (0, 1), (0, 2), (0, 1)]
    assert ROW in SPACE
    assert [5.0, *ROW[1:]] not in SPACE
    assert ROW[:2] not in SPACE
    assert SPACE.inverse_transform(SPACE.transform([ROW, ROW])) == [ROW, ROW]
    np.testing.assert_allclose(SPACE.transform([ROW])[0, [0, 2, 3]], [0.5, 1, 0.5])


def test_what_kinds_of_dimensions_a_space_has():
    space = parse_space({"a": [1], "b": ["x", "y"]})
    assert (space.n_constant_dimensions, space.is_categorical, space.is_real) == (1, True, False)
    assert space.is_partly_categorical
    assert SPACE.is_partly_categorical
    assert not SPACE.is_categorical
    assert Space([Real(0, 1), Distribution(scipy.stats.norm())]).is_real
    assert not Space([Real(0, 1), Integer(0, 1)]).is_real
    assert not Space([Real(0, 1), Integer(0, 1)]).is_partly_categorical
