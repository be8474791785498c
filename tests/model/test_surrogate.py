"""When the model is fitted, to what, and what it says to hard input."""

import numpy as np
import pytest

from skbayes import Optimizer
from skbayes.gp import FunctionDraws, Hyperparameters, joint, kernels
from skbayes.model import surrogate as _surrogate
from skbayes.model.embedding import MAX_SOURCE_ROWS, place
from skbayes.model.observations import Observations
from skbayes.model.reports import read_report
from skbayes.model.surrogate import FIRST_ANCHOR, REFIT_SHARE, Surrogate, fitted_sizes
from skbayes.space import parse_space

SPACE = {"x": (0.0, 1.0), "y": (0.0, 1.0), "kind": ["a", "b", "c"]}


def told(n, score=lambda u: -((u[0] - 0.3) ** 2) - (u[1] - 0.6) ** 2, seed=0):
    rng = np.random.default_rng(seed)
    optimizer = Optimizer(SPACE, random_state=seed)
    U = rng.random((n, 2))
    params = [{"x": float(x), "y": float(y), "kind": "abc"[i % 3]} for i, (x, y) in enumerate(U)]
    optimizer.tell(params, [score(u) for u in U])
    return optimizer


@pytest.mark.parametrize("n", [*range(1, 130), 255, 256, 1000, 1023, 4096, 9999])
def test_a_fit_is_recent_and_few_fits_lead_to_it(n):
    sizes = fitted_sizes(n)
    assert n - max(1, REFIT_SHARE * n) < sizes[-1] <= n
    assert sizes == sorted(set(sizes))
    assert len(sizes) <= 2 * np.log2(n) + 1
    assert sizes[0] <= FIRST_ANCHOR


@pytest.mark.parametrize("n", range(1, 600))
def test_one_observation_more_needs_one_fit_more(n):
    assert set(fitted_sizes(n + 1)[:-1]) <= set(fitted_sizes(n))


def test_hyperparameters_do_not_depend_on_earlier_calls():
    """Fits to fewer observations are the first links of the same chain, kept or made anew."""
    observations = told(45)._points.store.observations()
    space = parse_space(SPACE)
    gradual = Surrogate(space)
    for n in [3, 20, 41, 17, 44, 45]:
        gradual.posterior(observations.first(n))
    other = Observations(observations.points, observations.scores[:30] + (0.0,) * 15)
    gradual.posterior(other)
    at_once = Surrogate(space).posterior(observations)
    again = gradual.posterior(observations)
    np.testing.assert_array_equal(again.whitener, at_once.whitener)
    np.testing.assert_array_equal(again.alpha, at_once.alpha)


@pytest.mark.parametrize("n", [130, 320])
def test_a_new_optimiser_goes_on_alike_between_refits(n):
    first, second = told(n), told(n)
    for _ in range(3):
        params = first.ask()
        first.tell(params, 0.0)
        second._points.store.asked[second.space.encode(params)] = len(second._points.store.asked)
        second.tell(params, 0.0)
    assert first.ask() == second.ask()


def test_a_local_model_beyond_many_observations(monkeypatch):
    monkeypatch.setattr(_surrogate, "MAX_ROWS", 60)
    optimizer = told(150)
    posterior = optimizer._points.surrogate.posterior(optimizer._points.store.observations())
    assert posterior.alpha.size == 60
    params = optimizer.ask()
    assert abs(params["x"] - 0.3) < 0.1
    assert abs(params["y"] - 0.6) < 0.1


@pytest.mark.parametrize(
    ("n", "score"),
    [
        (10_000, lambda u: 0.5),
        (2000, lambda u: -((u[0] - 0.3) ** 2)),
        (60, lambda u: 1e300 * (u[0] - 0.5)),
        (60, lambda u: 1e300),
        (60, lambda u: 1e-300 * u[0]),
        (60, lambda u: float(u[0] > 0.5)),
        (300, lambda u: np.sin(1e6 * u[0])),
    ],
    ids=["equal", "many", "huge", "huge equal", "tiny", "two values", "white noise"],
)
def test_scores_of_every_kind_give_new_points(n, score):
    optimizer = told(n, score)
    known = set(optimizer._points.store.scores)
    points = [optimizer.space.encode(params) for params in optimizer.ask(2)]
    assert len({*points}) == 2
    assert not known & {*points}


@pytest.mark.parametrize("score", [0.0, 1e300, None])
def test_one_observation_is_enough_to_go_on(score):
    optimizer = Optimizer(SPACE, n_initial_points=1, random_state=0)
    optimizer.tell(optimizer.ask(), score)
    assert optimizer.ask() != optimizer.ask()
    space = parse_space(SPACE)
    observations = Observations((space.encode({"x": 0.5, "y": 0.5, "kind": "a"}),), (score or 0.0,))
    mean, sd = Surrogate(space).posterior(observations).predict(np.full((4, space.n_columns), 0.2))
    np.testing.assert_allclose(mean, 0.0, atol=1e-12)
    assert (sd > 0.0).all()


def test_points_that_are_next_to_equal():
    """Hundreds of rows at distances of rounding, with scores that contradict each other."""
    optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=0)
    for i in range(300):
        optimizer.tell({"x": 0.5 + 1e-15 * i, "y": 0.5}, float(i % 2))
    params = optimizer.ask()
    assert max(abs(params["x"] - 0.5), abs(params["y"] - 0.5)) > 1e-3


@pytest.mark.parametrize("lengthscale", [5e-3, 1e3])
@pytest.mark.parametrize("noise", [1e-6, 1.0])
def test_hyperparameters_at_their_bounds(monkeypatch, lengthscale, noise):
    extreme = Hyperparameters(np.full(3, lengthscale), 100.0, noise)
    monkeypatch.setattr(_surrogate, "fit_hyperparameters", lambda *args, **kwargs: extreme)
    optimizer = told(200)
    params = optimizer.ask()
    assert optimizer.space.encode(params) not in optimizer._points.store.scores


def test_acquisition_values_that_are_all_equal(monkeypatch):
    monkeypatch.setattr("skbayes.acquisition.LogEI.value", lambda self, X: np.zeros(len(X)))
    monkeypatch.setattr(
        "skbayes.acquisition.LogEI.value_with_gradient",
        lambda self, X: (np.zeros(len(X)), np.zeros(X.shape)),
    )
    optimizer = told(40)
    assert len({str(params) for params in optimizer.ask(3)}) == 3


def test_a_factorisation_that_fails_at_first_gets_more_jitter(monkeypatch):
    real, calls = kernels.dpotrf, []

    def weak(C, **kwargs):
        calls.append(C[0, 0])
        return (C, 1) if len(calls) % 3 else real(C, **kwargs)

    monkeypatch.setattr(kernels, "dpotrf", weak)
    optimizer = told(40)
    params = optimizer.ask()
    assert len(calls) > 3
    assert optimizer.space.encode(params) not in optimizer._points.store.scores


def test_a_factorisation_that_always_fails_is_told_and_the_search_goes_on(monkeypatch):
    monkeypatch.setattr(kernels, "dpotrf", lambda C, **kwargs: (C, 1))
    optimizer = told(40)
    with pytest.warns(RuntimeWarning, match="not positive definite.* far from all known points"):
        params = optimizer.ask()
    assert optimizer.space.encode(params) not in optimizer._points.store.scores


def test_failures_are_bad_scores_that_are_not_sure():
    """Next to one the mean is lower than without it, yet not as low as that of a bad score."""
    optimizer = told(20)
    near = {"x": 0.31, "y": 0.6, "kind": "a"}
    observations = optimizer._points.store.observations()
    worst = min(observations.scores)
    x = optimizer.space.features(
        optimizer.space.coordinates([optimizer.space.encode({**near, "x": 0.3})])
    )

    def mean(*more):
        point = optimizer.space.encode(near)
        with_more = Observations(
            observations.points + (point,) * len(more), observations.scores + more
        )
        centre, unit = with_more.units(range(20))
        return centre + unit * optimizer._points.surrogate.posterior(with_more).predict(x)[0][0]

    assert mean(worst) < mean(np.nan) < mean()


def test_the_units_of_targets_that_are_joined_with_a_source():
    space = parse_space({"x": (0.0, 1.0)})
    rows = [({"x": i / 19}, -((i / 19 - 0.4) ** 2)) for i in range(20)]
    observations = Observations.of(
        [(space.encode(params), read_report(score)) for params, score in rows[6:10]]
    )
    surrogate = Surrogate(space, [place(space, rows, MAX_SOURCE_ROWS)])
    t, _ = surrogate.left_out(observations)
    differences = np.ptp(observations.scores), np.ptp(t)
    centre, unit = surrogate.units(observations)
    assert unit == pytest.approx(differences[0] / differences[1])
    assert unit > 3 * observations.units()[1]
    np.testing.assert_allclose(centre + unit * t, observations.scores)
    assert Surrogate(space).units(observations) == observations.units()


def test_a_model_with_a_source_has_joint_moments():
    optimizer = told(12)
    rows = [(params, score + 0.01) for params, score in told(20, seed=1).told]
    observations, space = optimizer._points.store.observations(), optimizer.space
    posterior = Surrogate(space, [place(space, rows, MAX_SOURCE_ROWS)]).posterior(observations)
    X = space.features(space.sample(np.random.default_rng(2).random((9, 3))))
    mean, covariance = joint(posterior, X)
    moments = mean, np.sqrt(covariance.diagonal())
    np.testing.assert_allclose(moments, posterior.predict(X), rtol=1e-6)
    draws = FunctionDraws.draw(posterior, 500, np.random.default_rng(3))
    np.testing.assert_allclose(draws(X).mean(axis=1), mean, atol=0.1)


LONG = {"a": [f"a{i}" for i in range(400)], "b": list("xyz"), "c": (0.0, 1.0)}


def long_observations(n, seed=0):
    """Random points of a space with a long list."""
    space, rng = parse_space(LONG), np.random.default_rng(seed)
    points = space.points(space.sample(rng.random((n, len(space.axes)))))
    scores = [space.decode(p)["c"] + 0.1 * rng.random() for p in points]
    return space, Observations(tuple(dict.fromkeys(points)), tuple(scores))


@pytest.mark.parametrize("has_source", [False, True])
def test_long_lists_are_predicted_from_few_columns_as_from_all(has_source):
    space, observations = long_observations(30)
    _, earlier = long_observations(20, seed=1)
    rows = [(space.decode(p), s) for p, s in zip(earlier.points, earlier.scores, strict=True)]
    surrogate = Surrogate(space, [place(space, rows, MAX_SOURCE_ROWS)] if has_source else [])
    few = surrogate.focused(space.coordinates(observations.points))
    assert few.n_columns < 60 < space.n_columns
    U = space.sample(np.random.default_rng(2).random((200, 3)))
    U[:30] = space.coordinates(observations.points)
    moments = [surrogate.posterior(observations, s).predict(s.features(U)) for s in (space, few)]
    np.testing.assert_allclose(*moments, rtol=1e-8)


def test_hyperparameters_of_long_lists_do_not_depend_on_later_observations():
    """A search that is taken up again fits the first ones when it knows the later ones already."""
    space, observations = long_observations(40)
    gradual = Surrogate(space)
    for n in range(5, 41):
        gradual.posterior(observations.first(n))
    at_once = Surrogate(space).posterior(observations)
    np.testing.assert_array_equal(gradual.posterior(observations).alpha, at_once.alpha)
