"""Predictions, units, refusals, and what a search hands on."""

import math
import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from skbayes import BayesSearchCV, Optimizer
from skbayes.gp import (
    Posterior,
    default_hyperparameters,
    fit_hyperparameters,
    spread_rows,
    warp,
    warp_units,
)
from skbayes.insight import Insight
from skbayes.insight.insight import half_width
from skbayes.rules import fold_noise

SQUARE = {"x": (0.0, 1.0), "y": (0.0, 1.0)}


def tell_random(space, score, n, seed=0):
    """Return an optimiser that was told the scores of random points, and the points."""
    optimizer = Optimizer(space, random_state=seed)
    uniform = np.random.default_rng(seed).random((n, len(optimizer.space.axes)))
    points = optimizer.space.points(optimizer.space.sample(uniform))
    params = [optimizer.space.decode(point) for point in dict.fromkeys(points)]
    optimizer.tell(params, [score(p) for p in params])
    return optimizer, params


def smooth(p):
    return math.sin(4 * p["x"]) + (p["y"] - 0.3) ** 2


def test_prediction_by_hand():
    optimizer, _ = tell_random(SQUARE, smooth, 12)
    insight = optimizer.insight()
    X = np.array([point.codes for point in insight.observations.points])
    y = np.array(insight.observations.scores)
    some, groups = y[spread_rows(X, 8)], np.arange(2)
    hyper = fit_hyperparameters(X, warp(y, some), groups, starts=[default_hyperparameters(2)])
    posterior = Posterior.fit(X, warp(y, some), groups, hyper)
    mean, sd = posterior.predict(np.array([[0.25, 0.75], [0.5, 0.0]]))
    centre, unit = warp_units(y, some)
    got_mean, got_sd = insight.predict([{"x": 0.25, "y": 0.75}, {"x": 0.5, "y": 0.0}])
    np.testing.assert_allclose(got_mean, centre + unit * mean, rtol=1e-9)
    np.testing.assert_allclose(got_sd, unit * sd, rtol=1e-6)
    one = insight.predict({"x": 0.25, "y": 0.75})
    assert one == (pytest.approx(got_mean[0]), pytest.approx(got_sd[0]))
    assert all(type(number) is float for number in one)


def test_predictions_are_calibrated():
    optimizer, _ = tell_random(SQUARE, smooth, 25)
    rng = np.random.default_rng(5)
    held_out = [{"x": float(a), "y": float(b)} for a, b in rng.random((200, 2))]
    mean, sd = optimizer.insight().predict(held_out)
    error = np.abs(mean - [smooth(p) for p in held_out])
    assert (error <= 2 * sd).mean() >= 0.8
    assert np.sqrt((error**2).mean()) < 0.1


def test_units_of_the_score():
    plain, params = tell_random(SQUARE, smooth, 20)
    scaled, _ = tell_random(SQUARE, lambda p: 5e6 + 1e6 * smooth(p), 20)
    a, b = plain.insight(), scaled.insight()
    (mean, sd), (scaled_mean, scaled_sd) = a.predict(params), b.predict(params)
    np.testing.assert_allclose(scaled_mean, 5e6 + 1e6 * mean, rtol=1e-5)
    np.testing.assert_allclose(scaled_sd, 1e6 * sd, rtol=1e-2)
    assert b.noise == pytest.approx(1e6 * a.noise, rel=1e-2)
    assert b.floor == pytest.approx(5e6 + 1e6 * a.floor)
    for left, right in zip(a.importances(), b.importances(), strict=True):
        assert left.name == right.name
        assert left.total == pytest.approx(right.total, abs=0.01)
    left, right = a.improvement(3, by=0.01), b.improvement(3, by=1e4)
    assert left.probability == pytest.approx(right.probability, abs=0.03)
    assert right.expected == pytest.approx(1e6 * left.expected, rel=0.1)


def test_a_disaster_is_predicted_as_the_floor():
    def score(p):
        return -1e9 if p["x"] > 0.8 else -((p["x"] - 0.3) ** 2)

    insight = tell_random(SQUARE, score, 30)[0].insight()
    assert -10 < insight.floor < -0.1
    mean, sd = insight.predict({"x": 0.95, "y": 0.5})
    assert mean == pytest.approx(insight.floor, abs=3 * sd + 0.05)


def test_a_plateau_does_not_hide_what_lies_beside_it():
    def score(p):
        return 0.9 - max(p["x"] - 0.6, 0.0)

    optimizer = Optimizer(SQUARE, random_state=0)
    for x in np.linspace(0.0, 0.55, 8):
        optimizer.tell({"x": x, "y": 0.5}, 0.9)
    for _ in range(30):
        params = optimizer.ask()
        optimizer.tell(params, score(params))
    insight = optimizer.insight()
    assert sum(each == 0.9 for each in insight.observations.scores) > 20
    mean, sd = insight.predict({"x": 0.8, "y": 0.5})
    assert abs(mean - 0.7) < 0.05
    assert sd > 1e-9
    assert insight.noise > 1e-9
    assert insight.floor < 0.75


def test_good_first_points_do_not_hide_the_rest():
    # A search may begin with what was good elsewhere, and meet the bad half of the space later.
    rng = np.random.default_rng(0)
    rows = np.concatenate([0.7 + 0.3 * rng.random((20, 2)), rng.random((12, 2))])
    params = [{"x": float(x), "y": float(y)} for x, y in rows]
    optimizer = Optimizer(SQUARE, initial_points=params, random_state=0)
    for p in optimizer.ask(len(params)):
        optimizer.tell(p, 0.4 + 0.5 / (1 + math.exp(-20 * (p["x"] - 0.4))))
    assert optimizer.insight().predict({"x": 0.2, "y": 0.5})[0] == pytest.approx(0.41, abs=0.1)


def test_of_many_scores_some_stand_for_all(monkeypatch):
    optimizer, params = tell_random(SQUARE, smooth, 90)
    exact = optimizer.insight().predict(params)[0]
    monkeypatch.setattr("skbayes.insight.insight.MAX_ROWS", 45)
    thinned = optimizer.insight()
    np.testing.assert_allclose(thinned.predict(params)[0], exact, atol=0.02)
    # The best one is kept.
    assert len(thinned._overview.fitted) in (45, 46)
    assert thinned.predict(thinned.best_params)[0] == pytest.approx(thinned.best_score, abs=0.01)


def test_failures_are_learnt_as_the_worst():
    optimizer, _ = tell_random(SQUARE, lambda p: math.nan if p["x"] > 0.7 else p["x"], 30)
    insight = optimizer.insight()
    assert insight.predict({"x": 0.9, "y": 0.5})[0] < insight.predict({"x": 0.6, "y": 0.5})[0]
    assert insight.best_params["x"] <= 0.7
    assert insight.best_score == optimizer.best_score


def test_equal_scores_beside_failures():
    optimizer, _ = tell_random(SQUARE, lambda p: math.nan if p["x"] > 0.6 else 0.5, 30)
    insight = optimizer.insight()
    assert insight.importances()["x"].total > 0.8
    assert insight.predict({"x": 0.3, "y": 0.5})[0] == 0.5
    assert math.isnan(insight.improvement().probability)
    assert insight.floor == 0.5


def test_the_answer_does_not_change_when_more_is_told():
    optimizer, params = tell_random(SQUARE, smooth, 12)
    insight = optimizer.insight()
    before = insight.predict(params)
    optimizer.tell({"x": 0.123, "y": 0.456}, 9.0)
    np.testing.assert_array_equal(insight.predict(params), before)
    assert optimizer.insight().best_score == 9.0


def test_looking_changes_no_proposal():
    asked = []
    for is_looking in (False, True):
        optimizer = Optimizer(SQUARE, random_state=3)
        for _ in range(12):
            params = optimizer.ask()
            optimizer.tell(params, smooth(params))
            if is_looking and optimizer.n_asked > 1:
                str(optimizer.insight())
        asked.append(optimizer.ask())
    assert asked[0] == asked[1]


def test_same_answers_again_and_after_a_pickle():
    insight = tell_random(SQUARE, smooth, 15)[0].insight()
    again = tell_random(SQUARE, smooth, 15)[0].insight()
    assert str(insight) == str(again) == str(pickle.loads(pickle.dumps(insight)))


@pytest.mark.parametrize("scores", [[], [1.0], [1.0, None, None]])
def test_too_few_scores(scores):
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    for score in scores:
        optimizer.tell(optimizer.ask(), score)
    n = sum(score is not None for score in scores)
    with pytest.raises(ValueError, match=f"at least 2 scores, and there are {n}") as caught:
        optimizer.insight()
    assert ("2 failures" in str(caught.value)) == (None in scores)


def test_unknown_parameters():
    insight = tell_random(SQUARE, smooth, 10)[0].insight()
    with pytest.raises(ValueError, match="not in the search space"):
        insight.predict({"x": 0.5})
    with pytest.raises(ValueError, match="not in the search space"):
        insight.predict([{"x": 0.5, "y": 0.5}, {"x": 0.5, "y": 2.0}])
    with pytest.raises(TypeError, match="dict or a list of dicts"):
        insight.predict(3)


@pytest.mark.parametrize("n", [2, 12])
def test_equal_scores(n):
    insight = tell_random(SQUARE, lambda p: 0.25, n)[0].insight()
    mean, sd = insight.predict({"x": 0.5, "y": 0.5})
    assert mean == 0.25
    assert math.isnan(sd)
    assert insight.floor == 0.25
    for importance in insight.importances():
        assert (importance.alone, importance.total) == (0.0, 0.0)
        assert importance.total_interval == (0.0, 1.0)
    gain = insight.improvement()
    assert math.isnan(gain.probability)
    assert math.isnan(gain.expected)
    assert not any(each.is_limiting for each in insight.at_bounds())
    assert "All scores are equal" in str(insight)


def test_two_branches_that_hold_the_same():
    space = [{"x": (0.0, 1.0), "k": ["a"]}, {"x": (0.0, 2.0), "k": ["a", "b"]}]
    optimizer = Optimizer(space, random_state=0)
    for _ in range(15):
        params = optimizer.ask()
        optimizer.tell(params, params["x"] + (params["k"] == "b"))
    insight = optimizer.insight()
    for point, score in zip(insight.observations.points, insight.observations.scores, strict=True):
        mean, sd = insight.predict(insight.space.decode(point))
        assert mean == pytest.approx(score, abs=4 * sd + 0.05)


def test_a_space_of_constants():
    space = [{"k": [1]}, {"m": [2]}]
    optimizer = Optimizer(space, random_state=0)
    for params in optimizer.ask(2):
        optimizer.tell(params, float("m" in params))
    insight = optimizer.insight()
    assert [each.name for each in insight.importances()] == ["space"]
    assert insight.improvement().probability == 0.0
    assert insight.at_bounds() == ()


def test_intervals():
    optimizer, params = tell_random(SQUARE, smooth, 25)
    insight = optimizer.insight()
    rng = np.random.default_rng(5)
    held_out = [{"x": float(a), "y": float(b)} for a, b in rng.random((200, 2))]
    true = np.array([smooth(p) for p in held_out])
    inside = {}
    for level in (0.5, 0.9):
        low, high = insight.interval(held_out, level)
        inside[level] = ((low <= true) & (true <= high)).mean()
        mean, _ = insight.predict(held_out)
        np.testing.assert_allclose((low + high) / 2, mean, rtol=1e-9)
    assert 0.3 < inside[0.5] < inside[0.9]
    assert inside[0.9] > 0.84
    one = insight.interval(held_out[0])
    assert one == (pytest.approx(low[0]), pytest.approx(high[0]))
    assert all(type(number) is float for number in one)
    # Half of a Student distribution with two degrees of freedom is within 0.816, 0.9 within 2.92.
    assert half_width(0.5) == pytest.approx(0.6745, abs=1e-4)
    assert half_width(0.9) == pytest.approx(0.6745 * 2.92 / 0.8165, rel=1e-3)
    for level in (0.0, 1.0, math.nan, "much"):
        with pytest.raises(ValueError, match="level must be a number between 0 and 1"):
            insight.interval(params, level)
    equal = tell_random(SQUARE, lambda p: 0.25, 12)[0].insight()
    assert all(map(math.isnan, equal.interval({"x": 0.5, "y": 0.5})))


IRIS = load_iris(return_X_y=True)


def test_of_a_search():
    search = BayesSearchCV(
        SVC(), {"C": (1e-2, 1e3, "log-uniform"), "gamma": (1e-4, 1e1, "log-uniform")},
        n_iter=12, random_state=0,
    )  # fmt: skip
    with pytest.raises(NotFittedError):
        search.insight()
    search.fit(*IRIS)
    insight = search.insight()
    assert insight.best_score == pytest.approx(search.best_score_)
    assert insight.best_params == search.best_params_
    table = search.cv_results_
    mean, sd = insight.predict(table["params"])
    is_seen = table["mean_test_score"] > insight.floor + 0.01
    error = np.abs(mean - table["mean_test_score"])[is_seen]
    assert (error <= 3 * np.hypot(sd[is_seen], 0.02)).all()
    folds = np.column_stack([table[f"split{k}_test_score"] for k in range(5)])
    assert insight.noise == fold_noise(folds)
    assert insight.improvement().by == insight.noise
    assert str(pickle.loads(pickle.dumps(search)).insight()) == str(insight)


def test_of_a_search_by_the_metric_it_followed():
    search = BayesSearchCV(
        LogisticRegression(max_iter=1000), {"C": (1e-3, 1e2, "log-uniform")},
        scoring=["accuracy", "neg_log_loss"], objective="neg_log_loss", refit=False,
        n_iter=6, random_state=0,
    ).fit(*IRIS)  # fmt: skip
    best = search.cv_results_["mean_test_neg_log_loss"].max()
    assert search.insight().best_score == pytest.approx(best)


def test_of_a_search_without_pairs_of_folds():
    X, y = IRIS
    rows = np.random.default_rng(0).permutation(len(y))
    search = BayesSearchCV(
        SVC(), {"C": (1e-2, 1e3, "log-uniform")}, cv=[(rows[50:], rows[:50])],
        n_iter=6, random_state=0,
    ).fit(X, y)  # fmt: skip
    assert search.insight().noise > 0


def test_fold_noise_by_hand():
    # The two best of four, with differences 0.1, 0.2, 0.3 to the best: variance 0.01.
    scores = [[0.9, 0.8, 0.7], [0.8, 0.6, 0.4], [0.1, 0.2, 0.1], [0.0, 0.1, 0.2]]
    assert fold_noise(scores) == pytest.approx(math.sqrt(0.01 / 3))
    for unit in (1e-200, 1e300):
        large = [[None if y is None else unit * y for y in row] for row in scores]
        assert fold_noise(large) == pytest.approx(unit * math.sqrt(0.01 / 3))
    assert fold_noise([[0.0, 0.0]] * 3) == 0.0
    # An effect of the fold that all share cancels, and a failed row does not count.
    shifted = np.add(scores, [5.0, 0.0, -5.0])
    assert fold_noise([*shifted, [math.nan] * 3]) == pytest.approx(math.sqrt(0.01 / 3))
    assert math.isnan(fold_noise([]))
    assert math.isnan(fold_noise([[0.1], [0.2]]))
    assert math.isnan(fold_noise([[0.1, 0.2], [math.nan, 0.2]]))


def test_words():
    insight = tell_random(SQUARE, smooth, 15)[0].insight()
    assert isinstance(insight, Insight)
    assert repr(insight).startswith("<Insight from 15 scores, the best ")
    text = str(insight)
    assert text.startswith("The best of 15 scores is ")
    assert "x " in text
    assert str(insight.importances()) in text
    assert "more candidates raise the best score by more than" in text


def test_intervals_of_scores_near_the_largest_float():
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    points = optimizer.ask(13)
    optimizer.tell(points, [(1.7e308, -1.7e308, 0.0)[i % 3] for i in range(13)])
    low, high = optimizer.insight().interval(points)
    assert np.isfinite([low, high]).all()
    assert (low < high).all()
