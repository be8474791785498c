"""What more evaluations would bring, against what they bring, and against direct sampling."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier

from skbayes import BayesSearchCV, Optimizer
from skbayes.gp import Hyperparameters, Posterior, joint
from skbayes.insight import improvement
from skbayes.insight.improvement import candidates, gains, outlook
from skbayes.optimizer import criterion
from skbayes.space import parse_space

SQUARE = {"x": (0.0, 1.0), "y": (0.0, 1.0)}


def smooth(p):
    return -((p["x"] - 0.4) ** 2) - (p["y"] - 0.7) ** 2


def searched(space, score, n, seed=0):
    optimizer = Optimizer(space, random_state=seed)
    for _ in range(n):
        params = optimizer.ask()
        optimizer.tell(params, score(params))
    return optimizer


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_high_at_the_start_and_low_at_the_end(seed):
    start = searched(SQUARE, smooth, 12, seed).insight()
    end = searched(SQUARE, smooth, 40, seed).insight()
    assert end.improvement(10, by=0.005).probability < 0.1
    assert end.improvement(10).expected < 1e-3
    assert start.improvement(10, by=0.0).probability > 0.4


def test_of_few_scores_nothing_is_said():
    gain = searched(SQUARE, smooth, 11).insight().improvement()
    assert math.isnan(gain.probability)
    assert math.isnan(gain.expected)
    assert gain.n_missing == 1
    assert str(gain).endswith("is not known yet. It will be known after 1 more score.")
    assert searched(SQUARE, smooth, 12).insight().improvement().n_missing == 0


def test_plays_take_turns_as_the_search_does():
    assert improvement.AMBITIONS == criterion.AMBITIONS


def test_plays_begin_with_the_turn_of_the_next_proposal(monkeypatch):
    turns = []

    def noting(*args):
        turns.append(args[4])
        return gains(*args)

    monkeypatch.setattr("skbayes.insight.insight.gains", noting)
    optimizer = searched(SQUARE, smooth, 12)
    optimizer.ask()
    optimizer.insight().improvement(1)
    assert turns == [optimizer.n_asked] == [13]


@pytest.mark.slow
def test_what_comes_about_was_said_to_be_more_probable():
    """How near the numbers are to frequencies is measured by a benchmark, on many tasks."""
    space = dict.fromkeys("abcd", (0.0, 1.0))

    def bumpy(p):
        waves = (math.sin(6 * x + k) + 0.5 * math.cos(9 * x) for k, x in enumerate(p.values()))
        return sum(waves) - sum((x - 0.5) ** 2 for x in p.values())

    said, happened = [], []
    for seed in range(10):
        optimizer = Optimizer(space, random_state=seed)
        promised = {}
        for k in range(46):
            if k in (12, 18, 25, 40):
                promised[k + 5] = optimizer.best_score
                said.append(optimizer.insight().improvement(5, by=0.05).probability)
            params = optimizer.ask()
            optimizer.tell(params, bumpy(params))
            if k + 1 in promised:
                happened.append(optimizer.best_score - promised[k + 1] > 0.05)
    said, happened = np.array(said), np.array(happened)
    assert 0.2 < happened.mean() < 0.8
    assert said[happened].mean() > said[~happened].mean() + 0.1
    # A search that has found what there is is told so.
    assert said[3::4].mean() < happened[3::4].mean() + 0.15


def test_more_evaluations_and_a_smaller_gain_are_more_probable():
    insight = searched(SQUARE, smooth, 12).insight()
    by_n = [insight.improvement(n, by=0.01).probability for n in (1, 3, 10)]
    assert by_n == sorted(by_n)
    by_gain = [insight.improvement(3, by=by).probability for by in (0.0, 0.01, 0.1, 10.0)]
    assert by_gain == sorted(by_gain, reverse=True)
    assert by_gain[-1] < 1e-6


def small_posterior(noise_variance):
    X = np.array([[0.1], [0.5], [0.6]])
    t = np.array([0.0, 1.0, 0.5])
    return Posterior.fit(
        X, t, np.zeros(1, int), Hyperparameters(np.ones(1) / 3, 1.0, noise_variance)
    )


@pytest.mark.parametrize("noise_variance", [1e-6, 0.05])
def test_all_rows_evaluated_is_the_maximum_of_a_joint_draw(noise_variance):
    """After as many steps as there are rows, the order of the steps does not matter."""
    posterior = small_posterior(noise_variance)
    rows = np.array([[0.0], [0.3], [0.45], [0.9], [1.0]])
    *_, played = gains(posterior, 1.0, rows, 5, 0, np.random.default_rng(0))
    mean, covariance = joint(posterior, rows)
    covariance += noise_variance * np.eye(5)
    Y = np.random.default_rng(1).multivariate_normal(mean, covariance, size=20_000)
    direct = np.maximum(Y.max(axis=1) - 1.0, 0.0)
    assert played.mean() == pytest.approx(direct.mean(), abs=0.15 * direct.std() + 0.01)
    assert (played > 0.2).mean() == pytest.approx((direct > 0.2).mean(), abs=0.1)


def test_one_step_goes_to_the_highest_expected_improvement():
    posterior = small_posterior(1e-6)
    # Beside the known middle there is nothing to win; at the end there may be.
    rows = np.array([[0.55], [0.3]])
    [played] = gains(posterior, 1.0, rows, 1, 0, np.random.default_rng(0))
    mean, covariance = joint(posterior, rows)
    F = np.random.default_rng(1).multivariate_normal(mean, covariance, size=20_000)
    direct = np.maximum(F - 1.0, 0.0).mean(axis=0)
    assert played.mean() == pytest.approx(direct.max(), rel=0.25)


def test_a_longer_play_begins_as_a_shorter_one():
    posterior = small_posterior(0.01)
    rows = np.linspace(0.0, 1.0, 8)[:, None]
    long, short = (gains(posterior, 1.0, rows, n, 3, np.random.default_rng(0)) for n in (8, 3))
    np.testing.assert_array_equal(long[:3], short)
    assert (np.diff(long, axis=0) >= 0.0).all()
    assert long[-1].mean() > short[0].mean()


@pytest.mark.parametrize("space", [SQUARE, {"x": list(range(20))}], ids=["open", "20 points"])
def test_several_numbers_are_told_as_one_by_one(space):
    optimizer = searched(space, lambda p: -((p["x"] - 0.4) ** 2), 14)
    insight = optimizer.insight()
    numbers = [10, 1, 3]
    together = insight.improvements(numbers, by=0.01)
    assert together == tuple(insight.improvement(n, by=0.01) for n in numbers)
    assert [gain.n for gain in together] == [6 if "y" not in space else 10, 1, 3]
    assert insight.improvements([]) == ()


def test_a_play_learns_what_the_posterior_would():
    """The recursion of the means and variances agrees with fits to the same values."""
    posterior = small_posterior(0.01)
    X = np.random.default_rng(0).random((6, 1))
    before = posterior.condition_on(X[:2])
    covariance = joint(posterior, X)[1]
    pivot = covariance[:2, :2] + 0.01 * np.eye(2)
    left = covariance - covariance[:, :2] @ np.linalg.solve(pivot, covariance[:2])
    np.testing.assert_allclose(joint(before, X)[1], left, atol=1e-6)


def test_candidates_are_new_distinct_and_of_the_space():
    space = parse_space(
        [{"x": (0.0, 1.0), "n": (1, 40), "k": ["a", "b"]}, {"c": (1e-3, 1e3, "log-uniform")}]
    )
    U = space.sample(np.random.default_rng(0).random((20, len(space.axes))))
    X = space.features(U)
    hyper = Hyperparameters(np.full(len(space.axes), 0.7), 1.0, 1e-4)
    posterior = Posterior.fit(X, np.sin(5 * X.sum(axis=1)), space.groups, hyper)
    found = candidates(posterior, space, U, U[:5], np.random.default_rng(0))
    assert 250 <= len(found) <= 300
    np.testing.assert_array_equal(space.snap(found), found)
    points = space.points(found)
    assert len(set(points)) == len(points)
    assert not set(points) & set(space.points(U))
    assert {point.branch for point in points} == {0, 1}


def test_a_finite_space_is_seen_whole():
    space = {"a": [1, 2, 3], "b": ["u", "v", "w", "x", "y"]}
    optimizer = Optimizer(space, random_state=0)
    for _ in range(13):
        params = optimizer.ask()
        optimizer.tell(params, params["a"] + (params["b"] == "v"))
    insight = optimizer.insight()
    # Two are left: what more evaluations would bring takes no more memory either.
    for n in (50, 10**9, 10**30):
        assert insight.improvement(n) == insight.improvement(2)
        assert (insight.improvement(n).n, insight.improvement(n).is_last) == (2, True)
    assert not insight.improvement(1).is_last
    assert str(insight.improvement()).startswith("2 more candidates (all that are left) raise ")
    assert insight.improvement(2, by=100.0).probability == 0.0
    for params in optimizer.ask(2):
        optimizer.tell(params, params["a"] + (params["b"] == "v"))
    assert optimizer.insight().improvement().probability == 0.0


def test_half_of_the_scores_tied_at_the_best():
    """To the search all others are the same then; the answer is in units of the score."""
    optimizer = searched(SQUARE, lambda p: min(smooth(p), -0.1), 30)
    insight = optimizer.insight()
    assert sum(score == -0.1 for score in insight.observations.scores) > 15
    assert insight.noise > 1e-6
    assert insight.improvement(by=0.1).probability < 0.3


@pytest.mark.parametrize("n", [0, 2.0, True, "3"])
def test_refused_numbers(n):
    with pytest.raises(ValueError, match="n must be an int of at least 1"):
        searched(SQUARE, smooth, 4).insight().improvement(n)


@pytest.mark.parametrize(
    "by", [-1.0, math.nan, math.inf, 10**400, "much"], ids=lambda by: str(by)[:5]
)
def test_refused_gains(by):
    with pytest.raises(ValueError, match="by must be a number of at least 0"):
        searched(SQUARE, smooth, 4).insight().improvement(by=by)


def test_words():
    insight = searched(SQUARE, smooth, 12).insight()
    begins = "more candidate raises the best score by more than 0.5 with a probability of "
    assert str(insight.improvement(1, by=0.5)).startswith(f"1 {begins}")
    begins = "more candidates raise the best score by more than 0.5 with a probability of "
    assert str(insight.improvement(4, by=0.5)).startswith(f"4 {begins}")
    begins = "4 more candidates raise the best score with a probability of "
    assert str(insight.improvement(4, by=0)).startswith(begins)


def test_what_is_not_noise_by_default_is_not_called_so():
    insight = searched(SQUARE, smooth, 12).insight()
    noise = f"The noise of the scores is {insight.noise:.3g}: a smaller gain may be chance."
    assert str(insight.improvement(4)).endswith(noise)
    assert "noise" not in str(insight.improvement(4, by=insight.noise))


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "0 %: very unlikely."),
        (0.004, "below 1 %: very unlikely."),
        (0.1, "10 %: very unlikely."),
        (0.2, "20 %: unlikely."),
        (0.5, "50 %: about as likely as not."),
        (0.8, "80 %: likely."),
        (0.996, "above 99 %: very likely."),
        (1.0, "100 %: very likely."),
    ],
)
def test_words_for_a_chance(probability, words):
    text = str(improvement.Gain(10, 0.01, probability, 0.02))
    assert f" with a probability of {words} The mean gain is 0.02." in text


def test_a_large_finite_space_is_not_used_up_before_its_last_point():
    """What a sequence hits of it may all be known before."""
    space = {"a": list(range(50)), "b": list(range(50))}
    optimizer = Optimizer(space, random_state=0)
    every = [{"a": a, "b": b} for a in range(50) for b in range(50)]
    np.random.default_rng(0).shuffle(every)
    optimizer.tell(every[:-3], [p["a"] * 0.1 + p["b"] % 7 for p in every[:-3]])
    gain = optimizer.insight().improvement()
    assert (gain.n, gain.is_last, gain.is_exhausted) == (3, True, False)
    assert math.isfinite(gain.probability)


def test_of_a_small_space_nothing_may_ever_be_known():
    optimizer = Optimizer({"x": list(range(6))}, random_state=0)
    for _ in range(4):
        params = optimizer.ask()
        optimizer.tell(params, params["x"] ** 2.0)
    gain = optimizer.insight().improvement()
    assert (gain.n, gain.n_missing) == (2, 8)
    assert str(gain).endswith("is not known: there are fewer than 12 scores.")


def test_no_gain_beyond_what_is_possible():
    optimizer = searched(SQUARE, lambda p: 1.0 + smooth(p) / 10, 20)
    insight = optimizer.insight()
    limited = dataclasses.replace(insight, limits=(0.0, 1.0))
    most = 1.0 - insight.highest_score
    assert limited.improvement(by=1.01 * most).probability == 0.0
    assert 0.0 <= limited.improvement().expected <= min(most, insight.improvement().expected)


def test_of_a_space_that_is_used_up_there_is_nothing_to_gain():
    optimizer = Optimizer({"x": [1, 2, 3]}, random_state=0)
    for _ in range(3):
        params = optimizer.ask()
        optimizer.tell(params, float(params["x"]))
    gain = optimizer.insight().improvement()
    assert (gain.probability, gain.expected) == (0.0, 0.0)
    assert str(gain).startswith("All points of the space have been evaluated")


def test_of_scores_on_a_grid_gains_are_whole_steps():
    scores = [0.90, 0.92, 0.92, 0.94, 0.90, 0.94] * 3
    # A third of the plays would gain less than half a step, a third less than a whole one.
    gain = np.repeat([0.005, 0.015, 0.025], 4)
    chance = {by: outlook(gain, scores, 10, by, 0.1, is_open=True)[0] for by in (0.0, 0.012)}
    rounded = np.repeat([0.0, 0.02, 0.02], 4)
    for by, said in chance.items():
        assert said == pytest.approx(outlook(rounded, scores, 10, by, 0.1, is_open=True)[0])
    # No grid, and all plays gain something.
    apart = [score + 1e-4 * i for i, score in enumerate(scores)]
    assert outlook(gain, apart, 10, 0.0, 0.1, is_open=True)[0] > chance[0.0]


@given(
    scores=st.lists(st.floats(-1.0, 1.0), min_size=12, max_size=30),
    digits=st.sampled_from([1, 2, 15]),
    # Half of the least float there is would be 0.
    gain=st.lists(st.floats(0.0, 0.5).map(lambda g: round(g, 12)), min_size=8, max_size=8),
    by=st.floats(0.0, 1.0),
    unit=st.floats(1e-3, 1.0),
    is_open=st.booleans(),
    # The smallest one is less than a step of the grids.
    most=st.sampled_from([1e-3, 2.0]),
)
def test_the_mean_gain_agrees_with_the_chance(scores, digits, gain, by, unit, is_open, most):
    scores = np.round(scores, digits).tolist()
    told = {"scores": scores, "m": 10, "unit": unit, "is_open": is_open, "most": most}
    gain = np.minimum(gain, most)
    chance, expected = outlook(gain, by=most * by, **told)
    any_gain, same = outlook(gain, by=0.0, **told)
    # Sums of a few levels leave out a little.
    assert 0.0 <= expected - same <= 0.02
    assert 0.0 <= chance <= any_gain <= 1.0
    # Markov's inequality.
    assert most * by * chance <= expected
    assert 0.0 <= expected <= most * any_gain + 1e-9
    assert (expected > 0.0) == (any_gain > 0.0)


def test_of_scores_on_a_grid_less_than_a_step_is_any_gain():
    scores = [0.90, 0.905, 0.91, *[0.915] * 10]
    chances = [
        outlook(np.zeros(8), scores, 10, by, 0.005, is_open=True)[0] for by in (0, 1e-9, 0.004)
    ]
    assert chances[0] == chances[1] == chances[2]
    assert outlook(np.zeros(8), scores, 10, 0.006, 0.005, is_open=True)[0] < chances[0]


def test_a_step_beyond_the_limit_is_no_step():
    # The second best score is further from the best one than the limit is.
    scores = [0.5, 0.7, 0.7, 0.9, 0.9, 0.9] * 2
    gain = np.full(256, 0.05)
    chance, expected = outlook(gain, scores, 10, 0.04, 0.1, is_open=True, most=0.1)
    assert 0.0 < 0.04 * chance <= expected <= 0.1 * chance + 0.04


def test_what_several_branches_have_is_left_once():
    spaces = [{"x": list(range(12))}, {"x": list(range(14))}]
    optimizer = Optimizer(spaces, random_state=0)
    told = [optimizer.ask() for _ in range(13)]
    for params in told:
        optimizer.tell(params, params["x"] ** 0.5)
    gain = optimizer.insight().improvement()
    assert (gain.n, gain.is_last, gain.is_exhausted) == (1, True, False)
    params = optimizer.ask()
    assert params not in told
    optimizer.tell(params, 0.0)
    assert optimizer.insight().improvement().is_exhausted


@pytest.mark.filterwarnings("ignore:The total space of parameters 14")
def test_of_a_space_that_a_function_narrows_nothing_is_left_when_all_is_evaluated():
    X, y = load_iris(return_X_y=True)
    search = BayesSearchCV(
        KNeighborsClassifier(),
        {"n_neighbors": list(range(1, 31))},
        n_iter=40,
        cv=3,
        is_allowed=lambda params: params["n_neighbors"] < 15,
        random_state=0,
    ).fit(X, y)
    assert len(search.candidate_status_) == 14
    assert search.insight().improvement().is_exhausted


def test_where_nothing_is_left_equal_scores_are_no_riddle():
    optimizer = Optimizer({"x": [1, 2, 3]}, random_state=0)
    for _ in range(3):
        optimizer.tell(optimizer.ask(), 1.0)
    assert optimizer.insight().improvement().is_exhausted
