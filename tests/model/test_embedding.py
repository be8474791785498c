"""Where earlier results lie in the space of a search, and which have no place there."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bernoulli, beta

from skbayes import Integer, Real
from skbayes.gp import warp
from skbayes.model.embedding import DISTANCE, MARGIN, MAX_SOURCE_ROWS, join, place, place_all
from skbayes.model.observations import Observations
from skbayes.space import Distribution, Point, parse_space

SPACE = parse_space(
    {
        "c": Real(1e-2, 1e2, "log-uniform"),
        "k": Integer(1, 10),
        "kind": ["a", "b", "c"],
        "fixed": [7],
    }
)


def params(**values):
    return {"c": 1.0, "k": 4, "kind": "a", "fixed": 7} | values


def placed(space, *rows):
    """Place rows with scores that fall, and one more that is always there."""
    return place(space, [(row, -float(i)) for i, row in enumerate(rows)], MAX_SOURCE_ROWS)


def test_inside_the_space_a_row_is_its_point():
    rows = [params(), params(c=3.7, k=9, kind="c")]
    source = placed(SPACE, *rows)
    assert source.points == tuple(map(SPACE.encode, rows))
    np.testing.assert_array_equal(source.coordinates, SPACE.coordinates(source.points))
    assert source.best(lambda point: True) == SPACE.encode(rows[0])


@pytest.mark.parametrize(
    ("dimension", "outside"),
    [
        (Integer(2**60, 2**60 + 3), 5),
        (Real(1e10, 1e10 * (1 + 1e-15), "log-uniform"), 1.0),
    ],
)
def test_beyond_bounds_that_floats_cannot_compare_is_no_place(dimension, outside):
    space = parse_space({"x": dimension, "y": (0.0, 1.0)})
    rows = [({"x": x, "y": y}, y) for y, x in enumerate((dimension.low, dimension.high, outside))]
    assert len(place(space, rows, MAX_SOURCE_ROWS)) == 2


def test_a_distribution_of_one_value_may_be_missing():
    space = parse_space({"x": bernoulli(1.0), "y": (0.0, 1.0)})
    source = placed(space, {"y": 0.25}, {"y": 0.5})
    assert source.points[0] == space.encode({"x": 1, "y": 0.25})


def test_scales_of_large_scores_are_compared():
    space = parse_space({"y": (0.0, 1.0)})
    rows = [({"y": 0.0}, 0.0), ({"y": 1.0}, 1e300)]
    source = place(space, rows, MAX_SOURCE_ROWS)
    points = tuple(space.encode(params) for params, _ in rows)
    assert source.has_scale_of(Observations(points, (0.0, 1e300)))
    assert not source.has_scale_of(Observations(points, (1e300, 0.0)))


@pytest.mark.parametrize(
    ("changed", "column", "expected"),
    [
        ({"c": 1e3}, 0, 1.25),
        ({"c": 1e-3}, 0, -0.25),
        ({"c": 1e30}, 0, 1 + MARGIN),
        ({"k": 12}, 1, 1.15),
        ({"k": 0}, 1, -0.05),
        ({"k": 2.5}, 1, 0.2),
    ],
)
def test_a_number_that_is_no_value_has_a_coordinate_all_the_same(changed, column, expected):
    source = placed(SPACE, params(), params(**changed))
    assert source.points[1] is None
    assert source.coordinates[1, column] == pytest.approx(expected)


def test_a_number_beyond_a_reversed_logarithm():
    space = parse_space({"m": Real(0.9, 0.999, "reverse-log-uniform")})
    source = placed(space, {"m": 0.99}, {"m": 0.0}, {"m": 0.9999}, {"m": 1.0})
    assert source.coordinates[:, 0] == pytest.approx([0.5, -0.5, 1.5])


@pytest.mark.parametrize(
    "row",
    [
        params(c=0.0),
        params(c=-1.0),
        params(c="auto"),
        params(c=math.inf),
        params(k="2"),
        params(k=10**400),
        params(kind="d"),
        params(fixed=8),
        {"c": 1.0, "k": 4, "fixed": 7},
        params(new=2),
    ],
    ids=repr,
)
def test_what_has_no_place_is_left_out(row):
    source = placed(SPACE, params(), params(k=5, new=1), row, params(k=6))
    assert len(source) == 2 + ("new" not in row)


def test_what_has_no_place_is_left_out_alone():
    source = placed(SPACE, params(), params(kind="d"), params(k=6))
    assert source.points == (SPACE.encode(params()), SPACE.encode(params(k=6)))


def test_a_parameter_that_was_the_same_throughout_does_not_matter():
    source = placed(SPACE, params(old="x"), params(k=6, old="x"), params(k=7))
    assert source.points[1] == SPACE.encode(params(k=6))
    assert len(source) == 3


def test_a_constant_of_the_space_may_be_missing():
    rows = [{"c": 1.0, "k": k, "kind": "b"} for k in (1, 2)]
    assert placed(SPACE, *rows).points[0] == SPACE.encode(rows[0] | {"fixed": 7})


def test_whole_floats_are_integers():
    """A column with gaps has made floats of them."""
    assert placed(SPACE, params(k=4.0), params(k=np.float64(5))).points[0].codes[2] == 4


def test_a_quantile_scale_ends_where_it_ends():
    space = parse_space({"x": beta(2, 3)})
    assert isinstance(space.branches[0].parameters[0][1], Distribution)
    assert len(placed(space, {"x": 0.3}, {"x": 0.7}, {"x": 1.1})) == 2


def test_rows_find_their_branch():
    space = parse_space(
        [{"model": ["a"], "x": (0.0, 1.0)}, {"model": ["b"], "y": (0, 9)}, {"model": ["c"]}]
    )
    rows = [
        {"model": "b", "y": 3},
        {"model": "a", "x": 1.5},
        {"model": "c"},
        {"model": "d"},
        {"model": "a", "y": 3},
    ]
    source = placed(space, *rows)
    assert source.points == (Point(1, (0, 3)), None, Point(2, (0,)))
    np.testing.assert_array_equal(space.features(source.coordinates)[1, 3:], [1.5, 0.5])


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "0 of 0 results are in the space"),
        ([(params(k=11), 1.0)], "1 of 1 results are in the space, with 1 different"),
        ([(params(), math.nan), (params(k=5), math.nan)], "2 of 2 .* with 0 different scores"),
        ([(params(kind="z"), 1.0), (params(kind="y"), 2.0)], "0 of .*kind='z' is not in Cat"),
        ([({"k": 1}, 1.0), (params(), math.nan)], "1 of .* in another result, 'c' is missing"),
        ([(params(new=1), 1.0), (params(new=2), 2.0)], "'new' was varied, and the search has only"),
    ],
)
def test_a_source_that_tells_nothing_is_left_out_with_one_warning(rows, reason):
    with pytest.raises(ValueError, match=reason):
        place(SPACE, rows, MAX_SOURCE_ROWS)
    useful = [(params(k=k), float(k)) for k in (1, 2)]
    with pytest.warns(
        RuntimeWarning, match="nothing can be learnt .*source 0: .*" + reason
    ) as found:
        assert len(place_all(SPACE, [rows, useful])) == 1
    assert len(found) == 1


@pytest.mark.parametrize(
    ("others", "n_scored"),
    [([], 1), ([(params(k=5), math.nan)], 1), ([(params(k=5), 1.0), ({"k": 1}, 2.0)], 2)],
)
def test_a_source_without_two_different_scores_has_a_best_point(others, n_scored):
    reason = f"no two scores differ \\({n_scored} of {1 + len(others)} results are in the space"
    with pytest.warns(RuntimeWarning, match=reason):
        [source] = place_all(SPACE, [[(params(), 1.0), *others]])
    assert source.best() == SPACE.encode(params())


def test_failures_are_the_lowest_scores():
    rows = [(params(k=k), score) for k, score in ((1, math.nan), (2, -1e9), (3, 5.0))]
    np.testing.assert_array_equal(
        place(SPACE, rows, MAX_SOURCE_ROWS).scores, [5.0, -1e9, -math.inf]
    )


def test_of_many_rows_the_best_and_a_spread_are_kept():
    rng = np.random.default_rng(0)
    scores = rng.random(1000)
    space = parse_space({"x": (0.0, 1.0)})
    source = place(space, [({"x": float(s)}, float(s)) for s in scores], MAX_SOURCE_ROWS)
    ranked = np.sort(scores)[::-1]
    half = MAX_SOURCE_ROWS // 2
    assert len(source) == MAX_SOURCE_ROWS
    np.testing.assert_array_equal(source.scores[:half], ranked[:half])
    assert source.scores[-1] == ranked[-1]
    assert (np.diff(source.scores) < 0).all()


@given(st.floats(-1e6, 1e6), st.floats(0.1, 1e3), st.floats(-1e6, 1e6))
def test_a_linear_scale_goes_on(low, width, value):
    space = parse_space({"x": Real(low, low + width)})
    source = place(space, [({"x": low}, 0.0), ({"x": value}, -1.0)], MAX_SOURCE_ROWS)
    expected = np.clip((value - low) / width, -MARGIN, 1 + MARGIN)
    assert source.coordinates[1, 0] == pytest.approx(expected, abs=1e-6)


def told(space, *pairs):
    return Observations(tuple(space.encode(p) for p, _ in pairs), tuple(s for _, s in pairs))


def test_scales_are_compared_where_points_are_in_both():
    space = parse_space({"x": (0.0, 1.0)})
    source = place(
        space, [({"x": x}, 10 * x) for x in np.linspace(0, 1, 21).tolist()], MAX_SOURCE_ROWS
    )
    assert source.has_scale_of(told(space, ({"x": 1.0}, 10.3)))
    assert not source.has_scale_of(told(space, ({"x": 1.0}, 1000.0)))
    assert not source.has_scale_of(told(space, ({"x": 1.0}, math.nan)))
    assert not source.has_scale_of(told(space, ({"x": 0.123}, 1.23)))
    assert not source.has_scale_of(told(space, ({"x": 1.0}, 10.0), ({"x": 0.0}, 10.0)))


def test_each_source_has_a_column_and_a_scale_of_its_own():
    space = parse_space({"x": (0.0, 1.0)})
    grid = np.linspace(0, 1, 9).tolist()
    alike = place(space, [({"x": x}, 10 * x) for x in grid], MAX_SOURCE_ROWS)
    other = place(space, [({"x": x}, -1e6 * x) for x in grid], MAX_SOURCE_ROWS)
    observations = told(space, ({"x": 1.0}, 10.0), ({"x": 0.3}, math.nan))
    U = space.coordinates(observations.points)
    X, t = join(space, U, observations, [alike, other])
    assert X.shape == (20, 3)
    np.testing.assert_array_equal(X[:2], [[1.0, 0, 0], [0.3, 0, 0]])
    np.testing.assert_array_equal(X[2:11, 1:], np.tile([DISTANCE, 0], (9, 1)))
    np.testing.assert_array_equal(X[11:, 1:], np.tile([0, DISTANCE], (9, 1)))
    assert t[0] == t[2]
    np.testing.assert_array_equal(t[:11], warp([10.0, -np.inf, *alike.scores]))
    np.testing.assert_array_equal(t[11:], warp(other.scores))
