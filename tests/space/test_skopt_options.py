"""Dimensions and spaces written as scikit-optimize's are."""

import copy
import inspect
import pickle
import warnings

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - it enables the next one
from sklearn.model_selection import HalvingRandomSearchCV, ParameterSampler
from sklearn.svm import SVC

from skbayes import Space
from skbayes.space import Categorical, Distribution, Integer, Real, check_dimension, parse_space

X, Y = load_iris(return_X_y=True)


@pytest.mark.parametrize("kind", [Real, Integer, Categorical])
def test_arguments_stand_in_their_order(kind):
    theirs = getattr(pytest.importorskip("skopt.space"), kind.__name__)
    names = list(inspect.signature(theirs).parameters)
    parameters = inspect.signature(kind).parameters
    assert list(parameters)[: len(names)] == names
    kinds = [parameter.kind.name for parameter in parameters.values()]
    assert kinds[: len(names)] == ["POSITIONAL_OR_KEYWORD"] * len(names)
    assert set(kinds[len(names) :]) <= {"KEYWORD_ONLY"}


def test_what_changes_nothing_is_taken():
    plain = Real(0.1, 10, "log-uniform")
    for dtype in (float, "float", "float32", np.float64, np.float16):
        assert Real(0.1, 10, "log-uniform", 2, None, "C", dtype) == plain
    for dtype in (int, "int64", np.int32, "uint8"):
        assert Integer(1, 9, "uniform", 2, name="n", dtype=dtype) == Integer(1, 9)
    assert Categorical(["a", "b"], [0.5, 0.5], name="c") == Categorical(["a", "b"])
    assert Categorical(["a", "b"], prior=None) == Categorical(["a", "b"])
    assert hash(Real(0, 1, name="C")) == hash(Real(0, 1))
    dimension = Real(0.1, 10, "log-uniform", 2, dtype="float32")
    assert (dimension.base, dimension.dtype, dimension.name) == (2, "float32", None)


def test_names_are_kept_and_are_no_part_of_the_dimension():
    for dimension in (
        Real(0, 1, name="x"),
        Integer(0, 1, name="x"),
        Categorical(["a", "b"], name="x"),
        Distribution(stats.norm(), name="x"),
    ):
        for twin in (dimension, copy.deepcopy(dimension), pickle.loads(pickle.dumps(dimension))):
            assert twin.name == "x"
            assert twin == dimension
        assert "name" not in repr(dimension)
    assert parse_space({"C": Real(0, 1, name="other")}).branches[0].names == ("C",)


NUMBERS, CATEGORIES = ("identity", "normalize"), ("identity", "string", "label", "onehot")


@pytest.mark.parametrize(
    ("make", "transform"),
    [(lambda t: Real(0, 1, transform=t), t) for t in NUMBERS]
    + [(lambda t: Integer(0, 9, transform=t), t) for t in NUMBERS]
    + [(lambda t: Categorical(["a", "b"], transform=t), t) for t in CATEGORIES],
)
def test_a_transform_makes_no_difference_and_says_so(make, transform):
    with pytest.warns(UserWarning, match=f"transform='{transform}' makes no differ") as caught:
        dimension = make(transform)
    assert [each.filename for each in caught] == [__file__]
    assert dimension == make(None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        copy.deepcopy(dimension)


def test_probabilities_are_not_dropped_silently():
    with pytest.warns(
        UserWarning, match=r"\[0.2, 0.8\] of the categories have no effect"
    ) as caught:
        assert Categorical(["a", "b"], [0.2, 0.8]) == Categorical(["a", "b"])
    assert [each.filename for each in caught] == [__file__]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Real(0, 1, base=1), ValueError, "Real.0, 1.* base, got base=1"),
        (lambda: Real(0, 1, base="e"), ValueError, "base='e'"),
        (lambda: Integer(1, 9, base=-2), ValueError, "base=-2"),
        (lambda: Real(0, 1, dtype=int), ValueError, "floats.*Use Integer"),
        (lambda: Real(0, 1, dtype=None), ValueError, "dtype=None"),
        (lambda: Integer(1, 9, dtype=float), ValueError, "ints.*Use Real"),
        (lambda: Integer(1, 9, dtype="integral"), ValueError, "'integral'"),
        (lambda: Categorical(["a", "b"], "uniform"), ValueError, "one probability for each"),
        (lambda: Real(0, 1, name=3), TypeError, "name=3"),
        (lambda: Categorical(["a"], name=3), TypeError, "name=3"),
        (lambda: Distribution(stats.norm(), name=3), TypeError, "name=3"),
    ],
)
def test_mistakes(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_check_dimension():
    assert check_dimension((1, 10)) == Integer(1, 10)
    assert check_dimension((1.0, 10, "log-uniform", 2)) == Real(1, 10, "log-uniform")
    assert check_dimension([1, 10]) == Categorical([1, 10])
    dimension = Real(0, 1)
    assert check_dimension(dimension) is dimension
    with pytest.warns(UserWarning, match="check_dimension: transform='normalize'"):
        check_dimension((0, 1), transform="normalize")
    with pytest.raises(TypeError, match="dimension needs to be a list"):
        check_dimension(3)


def test_a_space_of_dimensions():
    dimensions = [Real(0, 1, name="z"), Integer(1, 5), Categorical(["a", "b"], name="c")]
    space = Space(dimensions)
    assert space.dimension_names == ["z", "X_1", "c"]
    assert space.dimensions == dimensions
    assert [dimension.name for dimension in space.dimensions] == space.dimension_names
    assert dimensions[1].name is None
    rows = space.rvs(200, random_state=0)
    assert rows == space.rvs(200, random_state=np.random.RandomState(0))
    for z, n, c in rows:
        space.encode({"z": z, "X_1": n, "c": c})
    assert {n for _, n, _ in rows} == {1, 2, 3, 4, 5}
    assert space.distance([0.25, 1, "a"], [0.5, 3, "b"]) == 3.25
    assert len(space.rvs()) == 1


def test_rows_of_several_branches():
    space = parse_space([{"a": (1, 3), "c": stats.norm()}, {"b": ["x"], "a": (10, 90)}])
    assert space.dimension_names == ["a", "b", "c"]
    assert space.dimensions[0] == Integer(1, 3)
    assert space.row({"b": "x", "a": 20}) == [20, "x", None]
    kinds = {(b is None, c is None) for _, b, c in space.rvs(50, random_state=0)}
    assert kinds == {(True, False), (False, True)}
    assert space.distance([1, None, 0.5], [1, "x", None]) == 2.0


@pytest.mark.parametrize(
    ("dimensions", "error", "message"),
    [
        ([(1, 10)], TypeError, r"Write check_dimension\(\(1, 10\)\), or a dictionary"),
        ([Real(0, 1), "a"], TypeError, "got 'a'"),
        ([Real(0, 1, name="a"), Real(0, 2, name="a")], ValueError, "'a' twice"),
        ([], ValueError, "at least one"),
    ],
)
def test_mistakes_in_a_space_of_dimensions(dimensions, error, message):
    with pytest.raises(error, match=message):
        Space(dimensions)


DRAWN = {
    "C": Real(0.1, 10, "log-uniform", name="other"),
    "degree": Integer(2, 4),
    "kernel": Categorical(["rbf", "poly"]),
}


def test_scikit_learns_searches_draw_from_dimensions():
    drawn = list(ParameterSampler(DRAWN, 20, random_state=0))
    assert drawn == list(ParameterSampler(DRAWN, 20, random_state=0))
    space = parse_space(DRAWN)
    for params in drawn:
        space.encode(params)
        assert [type(params[name]) for name in sorted(params)] == [float, int, str]
    search = HalvingRandomSearchCV(SVC(), DRAWN, n_candidates=6, factor=2, random_state=0, cv=3)
    assert search.fit(X, Y).best_params_ in search.cv_results_["params"]
