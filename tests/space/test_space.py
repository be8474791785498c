"""Points, coordinates and features of whole spaces."""

import copy
import itertools
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
import scipy.stats as ss
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from skbayes.gp.kernels import squared_distances
from skbayes.space import (
    Categorical,
    Conditional,
    Distribution,
    Point,
    Real,
    Space,
    layout,
    parse_space,
)
from strategies import spaces, units

BRANCHES = [
    {"model": ["svc"], "C": (1e-3, 1e3, "log-uniform"), "kernel": ["rbf", "poly"]},
    {"model": ["forest"], "depth": (1, 8), "C": (1e-3, 1e3, "log-uniform")},
    ({"model": ["knn"], "C": (0.0, 1.0), "k": [1, 5, 25]}, 7),
    {},
]


@st.composite
def sampled(draw):
    """A space and snapped coordinates in it."""
    space = draw(spaces())
    return space, space.sample(draw(units(len(space.axes))))


@given(sampled())
def test_points_and_coordinates_lead_to_each_other(case):
    """Snapping is idempotent, points find themselves, and are JSON."""
    space, u = case
    np.testing.assert_array_equal(space.snap(u), u)
    points = space.points(u)
    assert space.points(space.coordinates(points)) == points
    assert len(points) == len(u)
    for point in points:
        assert hash(point) == hash(Point(point.branch, tuple(point.codes)))
        branch, codes = json.loads(json.dumps([point.branch, point.codes]))
        assert Point(branch, tuple(codes)) == point


@given(sampled())
def test_params_and_points_lead_to_each_other(case):
    """Decoding gives the parameters of the branch in name order, encoding the codes again."""
    space, u = case
    for point in space.points(u):
        params = space.decode(point)
        assert list(params) == sorted(params) == list(space.branches[point.branch].names)
        assert space.encode(params, branch=point.branch) == point
        assert space.encode(params).branch <= point.branch


@given(sampled())
def test_features(case):
    """Ordered axes as they are, one-hot / sqrt(2) for others, inactive ones neutral."""
    space, u = case
    features = space.features(u)
    active = space.active(u)
    assert features.shape == (len(u), space.n_columns)
    assert np.bincount(space.groups, minlength=len(space.axes)).sum() == space.n_columns
    for j, axis in enumerate(space.axes):
        assert np.all(space.groups[axis.columns] == j)
        block = features[:, axis.columns]
        if axis.dimension.is_ordered:
            assert np.all(u[~active[:, j], j] == 0.5)
            np.testing.assert_array_equal(block[:, 0], u[:, j])
        else:
            expected = np.eye(axis.dimension.n_values)[u[:, j].astype(int)] / np.sqrt(2)
            np.testing.assert_allclose(block[active[:, j]], expected[active[:, j]])
            assert np.all(block[~active[:, j]] == 0)
            assert np.all(u[~active[:, j], j] == 0)
        if space.axes[0].name == "":
            np.testing.assert_array_equal(active[:, j], np.isin(u[:, 0], axis.branches))


@given(spaces(), st.data())
def test_snap_accepts_anything(space, data):
    """Coordinates out of bounds and between values are moved to the nearest."""
    u = data.draw(units(len(space.axes))) * 40 - 20
    u_before = u.copy()
    snapped = space.snap(u)
    np.testing.assert_array_equal(u, u_before)
    np.testing.assert_array_equal(space.snap(snapped), snapped)
    for j, axis in enumerate(space.axes):
        top = 1 if axis.dimension.is_ordered else axis.dimension.n_values - 1
        assert np.all((snapped[:, j] >= 0) & (snapped[:, j] <= top))
    assert space.points(u) == space.points(snapped)


def test_the_distance_of_categories_is_zero_or_one():
    """|| phi(a) - phi(b) ||^2 = 1[a != b]."""
    space = parse_space({"x": list("abcd"), "y": [True, False]})
    u = space.coordinates(list(space.grid()))
    features = space.features(u)
    for a, b in itertools.product(range(len(u)), repeat=2):
        distance = np.sum((features[a] - features[b]) ** 2)
        assert distance == pytest.approx(np.sum(u[a] != u[b]))


def test_axes_of_branches():
    """Equal dimensions of one name are one axis, constants are none, the branch is the first."""
    space = parse_space(BRANCHES)
    assert [(axis.name, axis.branches) for axis in space.axes] == [
        ("", (0, 1, 2, 3)),
        ("C", (0, 1)),
        ("C", (2,)),
        ("depth", (1,)),
        ("k", (2,)),
        ("kernel", (0,)),
    ]
    assert space.n_columns == 4 + 1 + 1 + 1 + 1 + 2
    assert space.groups.tolist() == [0, 0, 0, 0, 1, 2, 3, 4, 5, 5]
    assert space.axes[0].columns == slice(0, 4)
    assert space.n_values is None
    assert [branch.n_iter for branch in space.branches] == [None, None, 7, None]
    svc = space.encode({"model": "svc", "C": 1.0, "kernel": "poly"})
    assert svc == Point(0, (1.0, 1, 0))
    np.testing.assert_allclose(space.coordinates([svc]), [[0, 0.5, 0.5, 0.5, 0.5, 1]])
    assert space.active(space.coordinates([svc])).tolist() == [
        [True, True, False, False, False, True]
    ]
    assert space.decode(Point(3, ())) == {}


def test_features_ignore_what_is_inactive():
    """Also if the caller has not snapped."""
    space = parse_space(BRANCHES)
    u = np.array([[3.0, 0.1, 0.2, 0.3, 0.4, 1.0]])
    np.testing.assert_array_equal(space.features(u), space.features(space.snap(u)))


@st.composite
def counting(draw):
    """A space in which parameters do not always count, some of them in a chain, and numbers."""
    written = {
        "a": ["p", "q", "r"],
        "b": draw(st.sampled_from([["x", "y"], [1, 2, 3], [True, False]])),
        "c": draw(st.sampled_from([(0.0, 1.0), (1, 9), ["u", "v", "w"]])),
        "d": (1e-3, 1e3, "log-uniform"),
    }
    space = parse_space(draw(st.sampled_from([written, [written, {"d": written["d"]}]])))
    codes = st.frozensets(st.integers(0, 2), min_size=1)
    counts = {"b": {"a": draw(codes)}, "c": {"b": draw(codes)}, "d": {"a": draw(codes)}}
    first, *others = space.branches
    space = Space((replace(first, counts=counts), *others))
    return space, draw(units(len(space.axes)))


@given(counting())
def test_what_does_not_count_is_inactive_and_has_a_value(case):
    space, uniform = case
    u = space.sample(uniform)
    np.testing.assert_array_equal(space.snap(u), u)
    points = space.points(u)
    assert space.points(space.coordinates(points)) == points
    active, counts = space.active(u), space.branches[0].counts
    place = {axis.name: j for j, axis in enumerate(space.axes)}
    for row, point in enumerate(points):
        params = space.decode(point)
        assert set(params) == set(space.branches[point.branch].names)
        if point.branch == 0:
            codes = dict(zip(space.branches[0].names, point.codes, strict=True))
            is_b = codes["a"] in counts["b"]["a"]
            assert active[row, place["b"]] == is_b
            assert active[row, place["c"]] == (is_b and codes["b"] in counts["c"]["b"])
            assert active[row, place["d"]] == (codes["a"] in counts["d"]["a"])
    # Another value there is the same to the model, and no other value is.
    other = np.where(active, u, space.sample(uniform[::-1]))
    np.testing.assert_array_equal(space.features(other), space.features(u))


def test_a_value_that_does_not_count_stays_in_a_given_point():
    space = parse_space({"kernel": ["linear", "rbf"], "gamma": (0.0, 1.0)})
    space = Space((replace(space.branches[0], counts={"gamma": {"kernel": frozenset({1})}}),))
    params = [{"gamma": g, "kernel": k} for g in (0.1, 0.9) for k in ("linear", "rbf")]
    points = [space.encode(each) for each in params]
    assert [space.decode(point) for point in points] == params
    assert space.counting(points) == [[False, True], [True, True], [False, True], [True, True]]
    X = space.features(space.coordinates(points))
    np.testing.assert_array_equal(X[0], X[2])
    assert not np.array_equal(X[1], X[3])
    assert pickle.loads(pickle.dumps(space)).branches[0].counts == space.branches[0].counts


def test_gradient_steps_pass_through_features():
    """Ordered coordinates between values are not rounded."""
    space = parse_space({"a": (1, 4), "b": ["x", "y"]})
    np.testing.assert_allclose(space.features([[0.3, 1.0]]), [[0.3, 0, np.sqrt(0.5)]])


def test_first_branch_that_holds_the_values():
    """Overlapping branches; or the one that is asked for."""
    space = parse_space([{"a": (0, 5)}, {"a": (3, 9)}, {"a": [4]}])
    assert space.encode({"a": 4}) == Point(0, (4,))
    assert space.encode({"a": 7}) == Point(1, (7,))
    assert space.encode({"a": 4}, branch=2) == Point(2, (0,))
    with pytest.raises(ValueError, match=r"is not in the search space\. a: 4 is not in"):
        parse_space({"a": [1]}).encode({"a": 4})


def test_an_error_speaks_of_the_dict_that_is_meant():
    kernels = ["rbf", "poly"]
    space = parse_space(
        {
            "C": (0.1, 1.0),
            "kernel": kernels,
            "degree": Conditional((2, 5), when={"kernel": ["poly"]}),
        }
    )
    for params, reason in (
        ({"C": 0.5, "kernel": "rbf", "degree": 3}, "degree is not in the dict with kernel='rbf':"),
        ({"C": 0.5, "kernel": "poly"}, r"space\. degree is missing\."),
        ({"C": 2.0, "kernel": "poly", "degree": 3}, "C: 2.0 is not in Real"),
    ):
        with pytest.raises(ValueError, match=reason):
            space.encode(params)
    space = parse_space([{"kernel": [kernel], "C": (0.1, 1.0)} for kernel in kernels])
    with pytest.raises(ValueError, match=r"C: 2\.0 is not in Real"):
        space.encode({"kernel": "poly", "C": 2.0})


def test_an_error_blames_no_float_that_stands_for_an_int():
    space = parse_space({"n": (1, 10), "x": (0.0, 1.0)})
    with pytest.raises(ValueError, match=r"x: 2\.0 is not in Real"):
        space.encode({"n": 3.0, "x": 2.0})
    with pytest.raises(ValueError, match=r"The parameters must be \['n', 'x'\]"):
        space.encode({"n": 3.0})


def test_an_int_and_a_float_are_two_values():
    """Where there is no other place for a number, that of the other kind is taken."""
    space = parse_space([{"a": [1, 2]}, {"a": [1.0, 0.5]}])
    point = space.encode({"a": 1.0})
    assert point == Point(1, (0,))
    assert space.twins(point) == [point]
    assert space.encode({"a": 2.0}) == Point(0, (1,))
    space = parse_space([{"a": (1, 5)}, {"a": (0.5, 1.0)}])
    assert space.encode({"a": 1.0}) == Point(1, (1.0,))
    assert space.encode({"a": 3.0}) == Point(0, (3,))
    with pytest.raises(ValueError, match=r"a: 3\.5 is not in"):
        space.encode({"a": 3.5})


@pytest.mark.parametrize(
    ("params", "fragments"),
    [
        ({"a": 20}, ["{'a': 20}", "a: 20 is not in Integer(0, 5)"]),
        ({"b": 1}, ["['a'] or ['a', 'c']"]),
        ({}, ["['a']"]),
        ({"a": 1, "c": 1, "d": 1}, ["['a', 'c']"]),
    ],
)
def test_encode_says_why_not(params, fragments):
    """The value that is out, or the names that are due."""
    space = parse_space([{"a": (0, 5)}, {"a": (0, 5), "c": [1, 2]}])
    with pytest.raises(ValueError, match="not in the search space") as caught:
        space.encode(params)
    assert [f for f in fragments if f not in str(caught.value)] == []


@pytest.mark.parametrize("point", [Point(5, (1,)), Point(-1, (1,)), Point(0, ()), Point(0, (9,))])
def test_decode_refuses_points_of_other_spaces(point):
    """No such branch, another number of codes, a value out of bounds."""
    with pytest.raises(ValueError, match=r"Point|is not in"):
        parse_space({"a": (0, 5)}).decode(point)


def test_grid():
    """All points of a finite space, the last name fastest as in scikit-learn."""
    space = parse_space([{"b": [1, "x"], "a": (1, 3)}, {"c": [None]}, {}])
    params = [space.decode(point) for point in space.grid()]
    assert params == [
        *({"a": a, "b": b} for a in (1, 2, 3) for b in (1, "x")),
        {"c": None},
        {},
    ]
    assert space.n_values == 8
    assert len(list(parse_space({"x": ss.binom(3, 0.5)}).grid())) == 4
    endless = parse_space({"x": ss.poisson(3)})
    assert endless.n_values is None
    for space in (endless, parse_space({"a": (0.0, 1.0)})):
        with pytest.raises(ValueError, match="no finite list"):
            space.grid()


def test_sampling_is_uniform():
    """Categories and branches as often as each other, integers alike to their ends."""
    space = parse_space([{"a": list("xyz"), "b": (0, 3)}, {"c": [1, 2]}])
    u = space.sample(np.random.default_rng(0).random((6000, len(space.axes))))
    params = [space.decode(point) for point in space.points(u)]
    assert abs(sum("c" in p for p in params) / 6000 - 0.5) < 0.03
    for name, n in (("a", 3), ("b", 4)):
        values, counts = np.unique([p[name] for p in params if name in p], return_counts=True)
        assert len(values) == n
        assert ss.chisquare(counts).pvalue > 1e-3


def test_every_point_is_sampled_where_it_belongs():
    """All points of a grid can be reached from their coordinates."""
    space = parse_space([{"a": list("xyz"), "b": (0, 3)}, {"c": [1, 2, 3], "d": ss.binom(3, 0.5)}])
    points = list(space.grid())
    assert space.points(space.coordinates(points)) == points
    assert len({tuple(row) for row in space.coordinates(points)}) == space.n_values


def test_values_off_the_lattice_keep_their_coordinates():
    """A user's exact value is encoded as it is, and stays the same point."""
    space = parse_space({"a": (0.0, 1.0)})
    point = space.encode({"a": 0.1 + 1e-13})
    assert point.codes == (0.1 + 1e-13,)
    assert space.decode(point) == {"a": 0.1 + 1e-13}
    assert space.coordinates([point])[0, 0] == 0.1 + 1e-13


def _scaled(x):
    return 2 * x


def _shifted(x):
    return x + 1


class _Opaque:
    """No ``==``: a copy of it is another value."""


@pytest.mark.parametrize(
    ("a", "b", "is_same"),
    [
        ([(50,), (100,)], [(300, 300), (7,)], False),
        ([(50,), (100,)], [(50,), (100,)], True),
        ([{"a": 1}, [1]], [{"a": 1}, [2]], False),
        ([_scaled, _shifted], [_scaled, _shifted], True),
        ([_scaled, _shifted], [_shifted, _scaled], False),
        ([Ridge(1.0), None], [Ridge(1.0), None], True),
        ([Ridge(1.0), None], [Ridge(2.0), None], False),
        ([_Opaque(), 1], [_Opaque(), 1], True),
        ([[_Opaque()], 1], [[_Opaque()], 2], False),
    ],
)
def test_lists_of_one_name_are_one_axis_if_their_values_are_the_same(a, b, is_same):
    """A copy of the dicts, one by one as a clone makes it, has the same axes."""
    dicts = [{"m": ["a"], "h": a}, {"m": ["b"], "h": b}]
    for each in (dicts, list(map(copy.deepcopy, dicts))):
        branches = [axis.branches for axis in parse_space(each).axes if axis.name == "h"]
        assert branches == ([(0, 1)] if is_same else [(0,), (1,)])


def test_looking_for_a_point_in_other_branches_writes_no_text():
    shown = []

    class Value:
        def __repr__(self):
            shown.append(self)
            return "Value()"

    space = parse_space([{"a": [Value()]}, {"a": [Value()]}, {"b": [Value()]}])
    point = Point(1, (0,))
    shown.clear()
    assert space.twins(point) == [point]
    assert not shown


def test_huge_and_small_integers_in_one_column():
    """Numpy left alone would make floats of them."""
    space = parse_space({"a": (-1, 2**64)})
    points = [Point(0, (2**64,)), Point(0, (-1,)), Point(0, (2**63 + 1,))]
    np.testing.assert_allclose(space.coordinates(points)[:, 0], [1, 0, 0.5], atol=1e-9)
    assert [space.decode(point)["a"] for point in points] == [2**64, -1, 2**63 + 1]


def test_decoded_objects_are_the_users_own():
    """References, no copies."""
    ridge = Ridge()
    space = parse_space({"model": [ridge, None], "constant": [ridge]})
    decoded = space.decode(Point(0, (0, 0)))
    assert decoded["model"] is ridge
    assert decoded["constant"] is ridge


@pytest.mark.parametrize("written", [ss.bernoulli(1.0), Distribution(ss.bernoulli(1.0))])
def test_a_distribution_of_one_value_is_a_constant(written):
    space = parse_space({"n": written, "x": (0.0, 1.0)})
    [params] = map(space.decode, space.points([[0.5]]))
    assert params == {"n": 1, "x": 0.5}
    assert type(params["n"]) is int


def test_a_space_of_constants_has_no_axes():
    """Its coordinates are empty rows."""
    space = parse_space({"a": [1], "b": ["x"]})
    assert space.axes == ()
    assert space.n_columns == 0
    (point,) = space.grid()
    assert space.coordinates([point, point]).shape == (2, 0)
    assert space.points(np.empty((2, 0))) == [point, point]
    assert space.features(np.empty((3, 0))).shape == (3, 0)
    assert space.sample(np.empty((3, 0))).shape == (3, 0)
    assert space.active(np.empty((3, 0))).shape == (3, 0)


@pytest.mark.parametrize("written", [{"a": (0.0, 1.0), "b": [1, 2]}, BRANCHES, {"a": [1]}])
def test_no_rows(written):
    """An empty list of points is a matrix without rows, and the other way round."""
    space = parse_space(written)
    empty = space.coordinates([])
    assert empty.shape == (0, len(space.axes))
    assert space.points(empty) == []
    assert space.features(empty).shape == (0, space.n_columns)
    assert space.active(empty).shape == empty.shape


def test_copies():
    """Pickled and copied spaces are equal, work alike, and cannot be changed."""
    space = parse_space(BRANCHES)
    u = np.random.default_rng(0).random((20, len(space.axes)))
    for twin in (pickle.loads(pickle.dumps(space)), copy.deepcopy(space)):
        assert twin == space
        assert hash(twin) == hash(space)
        assert twin.points(twin.sample(u)) == space.points(space.sample(u))
    with pytest.raises(AttributeError):
        space.branches = ()
    with pytest.raises(ValueError, match="read-only"):
        space.groups[0] = 1


def test_spaces_are_compared_by_their_branches():
    """Equal dimensions under equal names."""
    assert parse_space({"a": (0.0, 1.0)}) == parse_space([{"a": Real(0, 1)}])
    assert parse_space({"a": (0.0, 1.0)}) != parse_space({"b": (0.0, 1.0)})
    assert parse_space({"a": [Ridge()]}) != parse_space({"a": [Ridge()]})
    assert parse_space({"a": ["x", 1]}) == parse_space({"a": Categorical(["x", 1])})
    with pytest.raises(ValueError, match="at least one branch"):
        Space(())


LONG = {
    "a": [f"a{i}" for i in range(400)],
    "b": ["x", "y", "z"],
    "c": (0.0, 1.0),
    "d": Categorical(range(300), ordered=False),
}
LONG_BRANCHES = [
    LONG,
    {"a": LONG["a"], "e": [f"e{i}" for i in range(200)]},
    {"a": ["other", *LONG["a"]]},
]


@pytest.mark.parametrize("written", [LONG, LONG_BRANCHES])
def test_long_lists_have_columns_for_what_occurs_and_the_same_distances_to_it(written):
    space = parse_space(written)
    rng = np.random.default_rng(0)
    known, others = (space.sample(rng.random((n, len(space.axes)))) for n in (20, 300))
    focused = space.focused(known)
    assert focused.n_columns <= 30 + 4 * 21
    assert len(focused.groups) == focused.n_columns
    assert focused.points(others) == space.points(others)
    np.testing.assert_array_equal(focused.coordinates(space.points(others)), others)
    X = np.concatenate([known, others])
    squares = [squared_distances(s.features(X), s.features(known)) for s in (space, focused)]
    np.testing.assert_allclose(*squares, atol=1e-12)
    # By groups too, for each has a lengthscale of its own.
    for j in range(len(space.axes)):
        squares = [
            squared_distances(s.features(X)[:, s.groups == j], s.features(known)[:, s.groups == j])
            for s in (space, focused)
        ]
        np.testing.assert_allclose(*squares, atol=1e-12)
    assert space.focused(known).n_columns == focused.focused(known).n_columns


def test_a_space_without_long_lists_has_the_columns_that_it_has():
    space = parse_space(BRANCHES)
    assert space.focused(space.sample(np.full((2, len(space.axes)), 0.5))) is space


def test_conditions_are_looked_at_for_branches_and_not_for_axes(monkeypatch):
    looked_at, chained = [], layout._chained

    def counted(counts):
        looked_at.append(counts)
        return chained(counts)

    monkeypatch.setattr(layout, "_chained", counted)
    many = {f"x{i}": (0.0, 1.0) for i in range(20)}
    space = parse_space([{"m": ["a"], "long": [f"{i}" for i in range(200)], **many}, {"m": ["b"]}])
    assert 0 < len(looked_at) <= 2 * len(space.branches)
    looked_at.clear()
    focused = space.focused(space.sample(np.full((1, len(space.axes)), 0.5)))
    assert focused is not space
    assert not looked_at
