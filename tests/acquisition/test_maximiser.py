"""The maximiser against brute force, and the promises it keeps."""

from dataclasses import dataclass

import numpy as np
import pytest

from skbayes.acquisition import LogEI, maximise, maximiser
from skbayes.acquisition.surface import Restarts
from skbayes.gp import Hyperparameters, Posterior
from skbayes.space import Categorical, Integer, Point, Real, parse_space

SPACES = {
    "continuous": {"a": Real(0, 1), "b": Real(1e-3, 1e3, "log-uniform"), "c": Real(-1, 1)},
    "mixed": {
        "a": Real(0, 1),
        "b": Real(1e-5, 1.0, "log-uniform"),
        "c": Integer(1, 8),
        "d": Integer(1, 500, "log-uniform"),
        "e": Categorical(["x", "y", "z"]),
        "f": Categorical([True, False]),
    },
    "integers": {"a": Integer(0, 40), "b": Integer(1, 90), "c": Integer(0, 7)},
    "branched": [
        {"kind": Categorical(["a"]), "x": Real(0, 1), "y": Real(0, 1)},
        {"kind": Categorical(["b"]), "x": Real(0, 1), "n": Integer(1, 30)},
        {"kind": Categorical(["c"]), "c": Categorical(["p", "q", "r"]), "z": Real(0, 1)},
    ],
}


def problem(space, n=40, seed=0):
    """Acquisition, incumbents and lengthscales after `n` noisy observations."""
    rng = np.random.default_rng(seed)
    U = space.sample(rng.random((n, len(space.axes))))
    X = space.features(U)
    direction, phase = rng.standard_normal(X.shape[1]), rng.uniform(0, 3, X.shape[1])
    t = np.sin(4 * X + phase) @ direction + 0.05 * rng.standard_normal(n)
    t = (t - t.mean()) / t.std()
    lengthscales = rng.uniform(0.3, 1.2, len(space.axes))
    posterior = Posterior.fit(X, t, space.groups, Hyperparameters(lengthscales, 1.0, 0.005))
    mean, _ = posterior.predict(X)
    incumbents = U[np.argsort(-mean)[:5]]
    return LogEI(posterior, float(mean.max())), incumbents, lengthscales


def run(space, acquisition, incumbents, lengthscales, **changes):
    settings = {"rng": np.random.default_rng(0), "is_allowed": lambda point: True, **changes}
    return maximise(
        acquisition, space, incumbents=incumbents, lengthscales=lengthscales, **settings
    )


def ranked(n, *args, **changes):
    """Return the points that are asked for first, best first, if only the last may be proposed."""
    asked = []

    def is_allowed(point):
        asked.append(point)
        return len(asked) == n

    run(*args, is_allowed=is_allowed, **changes)
    return asked


def value_of(acquisition, space, points):
    return acquisition.value(space.features(space.coordinates(points)))


@dataclass(frozen=True)
class Bowl:
    """Concave function of the feature columns."""

    centre: np.ndarray

    def value(self, X):
        return -((X - self.centre) ** 2).sum(axis=1)

    def value_with_gradient(self, X):
        return self.value(X), -2.0 * (X - self.centre)


@pytest.mark.parametrize("name", SPACES)
def test_as_good_as_brute_force(name):
    space = parse_space(SPACES[name])
    shortfalls = []
    for seed in range(10):
        acquisition, incumbents, lengthscales = problem(space, seed=seed)
        rng = np.random.default_rng(100 + seed)
        point = run(space, acquisition, incumbents, lengthscales, rng=rng)
        uniform = np.random.default_rng(200 + seed).random((100_000, len(space.axes)))
        brute = acquisition.value(space.features(space.sample(uniform))).max()
        shortfalls.append(brute - value_of(acquisition, space, [point])[0])
    assert np.median(shortfalls) <= 1e-2
    assert np.mean(np.array(shortfalls) <= 1e-2) >= 0.8
    assert np.max(shortfalls) < 1.0


@pytest.mark.parametrize("name", SPACES)
def test_deterministic_snapped_distinct_and_in_order(name):
    space = parse_space(SPACES[name])
    acquisition, incumbents, lengthscales = problem(space)
    points = ranked(20, space, acquisition, incumbents, lengthscales)
    assert points == ranked(20, space, acquisition, incumbents, lengthscales)
    assert len(points) == len(set(points)) == 20
    U = space.coordinates(points)
    assert space.points(U) == points
    np.testing.assert_allclose(space.snap(U), U, rtol=1e-12)
    assert ((U[:, [axis.dimension.is_ordered for axis in space.axes]]) <= 1.0).all()
    assert (U >= 0.0).all()
    assert (np.diff(value_of(acquisition, space, points)) <= 1e-9).all()
    assert points[0] == run(space, acquisition, incumbents, lengthscales)


@pytest.mark.parametrize("name", SPACES)
def test_returns_only_what_is_allowed(name):
    space = parse_space(SPACES[name])
    acquisition, incumbents, lengthscales = problem(space)
    first = ranked(5, space, acquisition, incumbents, lengthscales)
    second = run(
        space, acquisition, incumbents, lengthscales, is_allowed=lambda point: point not in first
    )
    assert second not in first
    assert value_of(acquisition, space, [second])[0] <= value_of(acquisition, space, first)[0]
    never = run(space, acquisition, incumbents, lengthscales, is_allowed=lambda point: False)
    assert never is None
    for point in first:
        assert isinstance(point, Point)
        assert space.encode(space.decode(point), point.branch) == point


def test_maximum_of_a_bowl_and_its_bounds():
    space = parse_space({"a": Real(0, 1), "b": Real(0, 1), "c": Integer(1, 100)})
    bowl = Bowl(np.array([0.3, 1.4, 0.505]))
    point = run(space, bowl, np.empty((0, 3)), np.ones(3))
    params = space.decode(point)
    assert params["a"] == pytest.approx(0.3, abs=5e-3)
    assert params["b"] == 1.0
    assert params["c"] == 51


def test_without_incumbents():
    space = parse_space(SPACES["mixed"])
    acquisition, _, lengthscales = problem(space)
    assert run(space, acquisition, np.empty((0, 6)), lengthscales) is not None


@pytest.mark.parametrize("branches", [[0], [1], [2], [0, 2], [2, 0]])
def test_proposes_only_given_branches(branches):
    space = parse_space(SPACES["branched"])
    acquisition, incumbents, lengthscales = problem(space)
    points = ranked(30, space, acquisition, incumbents, lengthscales, branches=branches)
    assert {point.branch for point in points} <= set(branches)
    assert len(points) == 30
    assert run(space, acquisition, incumbents, lengthscales, branches=[]) is None


def test_changes_the_branch_of_its_incumbents(monkeypatch):
    # Without a pool to speak of, only changes of the incumbents can get there.
    monkeypatch.setattr(maximiser, "POOL_MAX", 1)
    space = parse_space(SPACES["branched"])
    axes = [axis.name for axis in space.axes]
    centre = np.zeros(space.n_columns)
    centre[space.axes[axes.index("z")].columns] = 0.9
    # The branch columns are one-hot / sqrt 2; a large centre makes the third branch far better.
    centre[space.axes[0].columns] = [-20.0, -20.0, 20.0]
    incumbents = space.coordinates([space.encode({"kind": "a", "x": 0.5, "y": 0.5})])
    point = run(space, Bowl(centre), incumbents, np.ones(len(axes)))
    assert space.decode(point)["kind"] == "c"
    assert space.decode(point)["z"] == pytest.approx(0.9, abs=5e-3)


@pytest.mark.parametrize(
    "written",
    [
        {"a": [1, 2, 3], "b": ["x", "y"], "c": Integer(0, 20)},
        [{"a": Integer(0, 30), "b": ["x", "y"]}, {"c": ["u", "v", "w"]}],
    ],
)
def test_small_finite_spaces_are_exact(written):
    space = parse_space(written)
    acquisition, incumbents, lengthscales = problem(space, n=12)
    grid = list(space.grid())
    value = value_of(acquisition, space, grid)
    points = ranked(len(grid) + 5, space, acquisition, incumbents, lengthscales)
    assert set(points) == set(grid)
    assert value_of(acquisition, space, points[:1])[0] == pytest.approx(value.max(), abs=1e-9)
    known = set(points[:10])
    rest = run(
        space, acquisition, incumbents, lengthscales, is_allowed=lambda point: point not in known
    )
    assert rest == points[10]
    if len(space.branches) > 1:
        points = ranked(100, space, acquisition, incumbents, lengthscales, branches=[1])
        assert sorted(point.codes for point in points) == [(0,), (1,), (2,)]


def test_larger_finite_spaces_reach_the_maximum(monkeypatch):
    space = parse_space(SPACES["integers"])
    acquisition, incumbents, lengthscales = problem(space)
    point = run(space, acquisition, incumbents, lengthscales)
    monkeypatch.setattr(maximiser, "MAX_ENUMERATED", 10**6)
    exact = run(space, acquisition, incumbents, lengthscales)
    assert point == exact


def test_constants_only():
    space = parse_space({"a": Categorical([1]), "b": ["x"]})
    posterior = Posterior.fit(
        np.empty((1, 0)),
        np.zeros(1),
        np.empty(0, dtype=int),
        Hyperparameters(np.empty(0), 1.0, 0.1),
    )
    acquisition = LogEI(posterior, 0.0)
    point = run(space, acquisition, np.empty((1, 0)), np.empty(0))
    assert space.decode(point) == {"a": 1, "b": "x"}
    never = run(space, acquisition, np.empty((1, 0)), np.empty(0), is_allowed=lambda point: False)
    assert never is None


def test_undefined_values_are_never_preferred():
    class Partly(Bowl):
        def value(self, X):
            return np.where(X[:, 0] > 0.5, np.nan, super().value(X))

    space = parse_space(SPACES["continuous"])
    points = ranked(3, space, Partly(np.full(3, 0.6)), np.empty((0, 3)), np.ones(3))
    assert (space.coordinates(points)[:, 0] <= 0.5).all()


def test_coordinates_of_inactive_axes_do_not_matter():
    space = parse_space(SPACES["branched"])
    acquisition, incumbents, lengthscales = problem(space)
    points = ranked(50, space, acquisition, incumbents, lengthscales)
    U = space.coordinates(points)
    inactive = ~space.active(U)
    ordered = np.array([axis.dimension.is_ordered for axis in space.axes])
    canonical = np.where(ordered, 0.5, 0.0)
    np.testing.assert_array_equal(U[inactive], np.broadcast_to(canonical, U.shape)[inactive])


def test_starts_are_spread_over_basins():
    rng = np.random.default_rng(0)
    near = 0.01 * rng.standard_normal((300, 2))
    Z = np.concatenate([near, near + 3.0])
    # Every candidate of the first cluster is better than any of the second, by little.
    value = -np.linalg.norm(np.concatenate([near, near]), axis=1) - np.repeat([0.0, 0.002], 300)
    rows = maximiser._spread(Z, value, share=1.0)
    assert rows[0] == value.argmax()
    assert rows[1] >= 300
    assert len(set(rows.tolist())) == len(rows)
    first = Z[rows[rows < 300]]
    distances = np.linalg.norm(first[:, None] - first, axis=2)
    assert distances[np.triu_indices(len(first), 1)].min() > maximiser.TIERS[-1][0]
    assert len(maximiser._spread(Z, value, share=0.1)) < len(rows)
    np.testing.assert_array_equal(
        maximiser._spread(np.zeros((3, 2)), np.arange(3.0), share=1.0), [2]
    )


def test_integers_are_held_once_they_are_rounded():
    class Valley(Bowl):
        """A long narrow valley across an integer and a real."""

        def value(self, X):
            return -1e4 * (X[:, 0] - X[:, 1]) ** 2 - (X[:, 0] - 0.33) ** 2

        def value_with_gradient(self, X):
            across, along = X[:, 0] - X[:, 1], X[:, 0] - 0.33
            gradient = np.stack([-2e4 * across - 2.0 * along, 2e4 * across], axis=1)
            return self.value(X), gradient

    space = parse_space({"n": Integer(1, 20), "x": Real(0, 1)})
    point = run(space, Valley(np.empty(0)), np.empty((0, 2)), np.ones(2))
    params = space.decode(point)
    assert params["n"] == 7
    assert params["x"] == pytest.approx(0.325, abs=1e-4)


def test_goes_to_the_rim_of_what_is_forbidden():
    space = parse_space({"a": Real(0, 1), "b": Real(0, 1)})
    centre = np.array([0.4, 0.6])

    def distance(point):
        return np.linalg.norm(space.coordinates([point])[0] - centre)

    settings = {"known": space.snap(centre[None]), "min_distance": 2e-3}
    point = run(space, Bowl(centre), np.empty((0, 2)), np.ones(2), **settings)
    assert 2e-3 < distance(point) < 2.5e-3


def test_the_rim_is_as_far_as_the_lengthscales_say():
    class Ridge(Bowl):
        """Nearly flat along the axis of the long lengthscale."""

        def value(self, X):
            return -1e-3 * (X[:, 0] - 0.4) ** 2 - 1e4 * (X[:, 1] - 0.6) ** 2

        def value_with_gradient(self, X):
            gradient = np.stack([-2e-3 * (X[:, 0] - 0.4), -2e4 * (X[:, 1] - 0.6)], axis=1)
            return self.value(X), gradient

    space = parse_space({"a": Real(0, 1), "b": Real(0, 1)})
    centre, lengthscales = np.array([[0.4, 0.6]]), np.array([50.0, 0.5])
    settings = {"known": space.snap(centre), "min_distance": 1e-3}
    point = run(space, Ridge(np.empty(0)), np.empty((0, 2)), lengthscales, **settings)
    # Past a short axis it would be -2.5e-3.
    assert value_of(Ridge(np.empty(0)), space, [point])[0] > -1e-4
    assert abs(space.coordinates([point])[0, 0] - 0.4) > 0.04


def test_forbidden_points_do_not_crowd_out_others():
    # The best 60 points of the space are known: what is sought is the best of the others.
    space = parse_space({"a": Integer(0, 29), "b": Integer(0, 29), "c": Integer(0, 9)})
    bowl = Bowl(np.array([0.31, 0.62, 0.47]))
    U = space.coordinates(list(space.grid()))
    value = bowl.value(space.features(U))
    order = np.argsort(-value, kind="stable")
    settings = {"known": U[order[:60]], "min_distance": 1e-3}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        point = run(space, bowl, U[order[:60]], np.ones(3), rng=rng, **settings)
        n_better = (value > value_of(bowl, space, [point])[0] + 1e-12).sum()
        assert 60 <= n_better < 65


@pytest.mark.parametrize("name", SPACES)
def test_never_worse_than_its_pool_and_keeps_its_distance(name):
    space = parse_space(SPACES[name])
    for seed in range(3):
        acquisition, incumbents, lengthscales = problem(space, seed=seed)
        evaluated = []

        class Recording:
            def value(self, X, acquisition=acquisition, evaluated=evaluated):
                evaluated.append((X.copy(), acquisition.value(X)))
                return evaluated[-1][1]

            value_with_gradient = staticmethod(acquisition.value_with_gradient)

        settings = {"known": incumbents, "min_distance": 0.1}
        point = run(space, Recording(), incumbents, lengthscales, **settings)
        X, value = (np.concatenate(each) for each in zip(*evaluated, strict=True))
        unit = 1.0 / lengthscales[space.groups]

        def distance(X, incumbents=incumbents, unit=unit):
            steps = X[:, None] * unit - space.features(incumbents) * unit
            return np.linalg.norm(steps, axis=2).min(axis=1)

        best = space.features(space.coordinates([point]))
        assert distance(best)[0] > 0.1
        is_far = distance(X) > 0.1 + 1e-6
        assert acquisition.value(best)[0] >= value[is_far].max() - 1e-9


def test_holding_axes_gives_the_inverse_hessian_of_the_others():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((3, 5, 5))
    hessian = A @ A.transpose(0, 2, 1) + np.eye(5)
    H = np.linalg.inv(hessian)
    H[1] = 0.0
    held = Restarts(rng.random((3, 5)), H).holding(np.array([1, 3])).H
    others = np.array([0, 2, 4])
    for row in (0, 2):
        expected = np.linalg.inv(hessian[row][np.ix_(others, others)])
        np.testing.assert_allclose(held[row][np.ix_(others, others)], expected, atol=1e-12)
        assert not held[row][[1, 3]].any()
    assert not held[1].any()


def test_ends_of_a_long_axis_are_neighbours():
    # Two maxima at the ends, the better one far from all incumbents and starts.
    class Saddle(Bowl):
        def value(self, X):
            return (X[:, 0] - 0.4) ** 2 - 1e3 * (X[:, 1] - 0.5) ** 2

        def value_with_gradient(self, X):
            gradient = np.stack([2 * (X[:, 0] - 0.4), -2e3 * (X[:, 1] - 0.5)], axis=1)
            return self.value(X), gradient

    space = parse_space({"a": Real(0, 1), "b": Real(0, 1)})
    incumbents = np.array([[0.1, 0.5], [0.05, 0.5]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maximiser, "POOL_MAX", 1)
        patch.setattr(maximiser, "N_LOCAL", 4)
        point = run(space, Saddle(np.empty(0)), incumbents, np.array([3.0, 0.1]))
    assert space.decode(point)["a"] == 1.0


def test_more_incumbents_make_fewer_candidates():
    space = parse_space(SPACES["continuous"])
    sizes = []

    class Counting(Bowl):
        def value(self, X):
            sizes.append(len(X))
            return super().value(X)

    rng = np.random.default_rng(0)
    for k in (200, 1000):
        run(space, Counting(np.full(3, 0.5)), rng.random((k, 3)), np.ones(3))
        sizes.append(0)
    first, second = sizes[0], sizes[sizes.index(0) + 1]
    assert second == pytest.approx(0.2 * first, abs=2)


def test_many_rows_are_evaluated_in_parts(monkeypatch):
    space = parse_space({"a": (0.0, 1.0), "b": [f"b{i}" for i in range(40)]})
    whole = run(space, *problem(space))
    monkeypatch.setattr("skbayes.acquisition.surface.MAX_ENTRIES", 500)
    sizes = []

    class Counted:
        def __init__(self, acquisition):
            self.value_with_gradient = acquisition.value_with_gradient
            self.acquisition = acquisition

        def value(self, X):
            sizes.append(X.size)
            return self.acquisition.value(X)

    acquisition, *others = problem(space)
    assert run(space, Counted(acquisition), *others) == whole
    assert max(sizes) <= 500


def test_a_long_list_among_few_columns_is_searched_as_among_all():
    space = parse_space({"a": [f"a{i}" for i in range(600)], "b": ["x", "y"]})
    whole, incumbents, lengthscales = problem(space, n=20)
    # Which points the model knows is told by the columns that are not zero.
    X, L = whole.model.X, whole.model.cholesky
    known = np.stack([X[:, axis.columns].argmax(axis=1) for axis in space.axes], axis=1)
    t = L @ L.T @ whole.model.alpha + whole.model.constant
    focused = space.focused(known)
    assert focused.n_columns < 30
    model = Posterior.fit(focused.features(known), t, focused.groups, whole.model.hyperparameters)
    few = LogEI(model, whole.best)
    # Which of the values comes first that are unknown to both is for the last bit to say.
    values = [
        value_of(whole, space, ranked(40, *each, incumbents, lengthscales))
        for each in ((space, whole), (focused, few))
    ]
    np.testing.assert_allclose(*values, rtol=1e-9)
