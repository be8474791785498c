"""What `Optimizer` makes of folds, failures and costs."""

import math
import pickle

import numpy as np
import pytest

from skbayes import BayesSearchCV, Optimizer
from skbayes.optimizer import PointOptimizer

PLANE = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
EFFECTS = (-0.3, 0.1, 0.2)


def plane_folds(params):
    mean = -((params["x"] - 0.3) ** 2) - (params["y"] - 0.6) ** 2
    return [mean + effect for effect in EFFECTS]


def told(n=12, seed=0, **kwargs):
    optimizer = Optimizer(PLANE, random_state=seed, **kwargs)
    for _ in range(n):
        params = optimizer.ask()
        optimizer.tell(params, folds=plane_folds(params))
    return optimizer


# Folds


def test_folds_of_complete_points_are_their_mean():
    by_folds, by_score = Optimizer(PLANE, random_state=0), Optimizer(PLANE, random_state=0)
    for _ in range(15):
        params = by_folds.ask()
        assert by_score.ask() == params
        folds = plane_folds(params)
        by_folds.tell(params, folds=folds)
        by_score.tell(params, float(np.average(folds)))
        assert by_folds.best_score == by_score.best_score


def test_a_point_in_part_is_known_but_never_the_best():
    optimizer = told()
    best = optimizer.best_params
    params = optimizer.ask()
    optimizer.tell(params, folds=[100.0, None, None])
    assert params not in optimizer.pending
    assert optimizer.best_params == best
    assert all(optimizer.ask() != params for _ in range(5))
    optimizer.tell(params, folds=[100.0, None, 101.0])
    assert optimizer.best_params == best
    optimizer.tell(params, folds=[100.0, 99.0, 101.0])
    assert optimizer.best_params == params
    assert optimizer.best_score == 100.0
    with pytest.raises(ValueError, match=r"told before, with the score 100\.0"):
        optimizer.tell(params, folds=[100.0, 99.0, 101.0])


def test_a_point_in_part_is_judged_by_the_folds_of_the_others():
    """The easiest fold alone would make any point the best one; less its effect, it does not."""
    optimizer = told()
    params = {"x": 0.7, "y": 0.4}  # not so bad that its score is drawn in
    optimizer.tell(params, folds=[None, None, plane_folds(params)[2]])
    x = optimizer.space.features(optimizer.space.coordinates([optimizer.space.encode(params)]))
    posterior = optimizer._points.surrogate.posterior(optimizer._points.store.observations())
    center, unit = optimizer._points.store.observations().units()
    mean, _ = posterior.predict(x)
    assert center + unit * mean[0] == pytest.approx(np.mean(plane_folds(params)), abs=0.1)


def test_less_is_known_of_a_point_in_part_than_of_a_complete_one():
    rng = np.random.default_rng(0)

    def sd(n_run):
        optimizer = Optimizer(PLANE, random_state=0)
        for _ in range(12):
            params = {"x": rng.random(), "y": rng.random()}
            noisy = [y + 0.1 * rng.standard_normal() for y in plane_folds(params)]
            optimizer.tell(params, folds=noisy)
        optimizer.tell({"x": 0.5, "y": 0.5}, folds=[0.0] * n_run + [None] * (3 - n_run))
        return optimizer._points.store.observations().extra_noise()[
            optimizer._points.store.observations().points.index(
                optimizer.space.encode({"x": 0.5, "y": 0.5})
            )
        ]

    one, two, three = map(sd, (1, 2, 3))
    assert one > two > three == 0.0


def test_points_in_part_only():
    """Fold effects are not known yet, and the search goes on from what there is."""
    distances = []
    for seed in range(4):
        optimizer = Optimizer(PLANE, random_state=seed)
        for _ in range(25):
            params = optimizer.ask()
            optimizer.tell(params, folds=[*plane_folds(params)[:2], None])
            distances.append(math.hypot(params["x"] - 0.3, params["y"] - 0.6))
    assert math.isnan(optimizer.best_score)
    with pytest.raises(ValueError, match="at least 2 scores, and there are 0: evaluate"):
        optimizer.insight()
    # Random points are 0.42 away on average.
    assert np.mean(np.reshape(distances, (4, 25))[:, 10:]) < 0.35


def test_stopped_candidates_cost_a_search_little():
    """With a third of the folds of poor points the best point is found all the same."""
    for seed in range(3):
        optimizer = Optimizer(PLANE, random_state=seed)
        for k in range(30):
            params = optimizer.ask()
            folds = plane_folds(params)
            is_poor = k > 8 and np.mean(folds) < optimizer.best_score
            optimizer.tell(params, folds=[folds[0], None, None] if is_poor else folds)
        assert optimizer.best_score > -1e-3
        assert optimizer.insight().best_score == optimizer.best_score


def test_the_order_of_telling_parts_does_not_matter():
    first, second = told(), told()
    params = first.ask(3)
    second.ask(3)
    parts = [[0.1, None, None], [0.1, 0.2, None], [None, 0.1, -0.4]]
    first.tell(params, folds=parts)
    for i in (2, 0, 1):
        second.tell(params[i], folds=[parts[i][0], None, None] if i != 2 else parts[i])
        if i != 2:
            second.tell(params[i], folds=parts[i])
    assert pickle.loads(pickle.dumps(first)).ask() == second.ask()


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({}, "tell a score, or folds"),
        ({"folds": [0.1, 0.2]}, "has 2 entries, and other points were told with 3"),
        ({"score": 0.5, "folds": [0.1, 0.2, 0.3]}, "is not the mean"),
        ({"score": 0.2, "cost": -1}, "cost must be a finite number of at least 0"),
        ({"score": "median"}, "a score must be a number"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(keywords, message):
    optimizer = told()
    params = optimizer.ask(2)
    with pytest.raises((ValueError, TypeError), match=message):
        optimizer.tell(params[0], **keywords)
    many = {name: [0.5 if name == "score" else None, value] for name, value in keywords.items()}
    with pytest.raises((ValueError, TypeError), match=message):
        optimizer.tell(params, **{"score": [0.5, "mean"], **many})
    assert optimizer.pending == params


def test_several_with_folds_and_costs():
    optimizer = Optimizer(PLANE, random_state=0)
    params = optimizer.ask(3)
    with pytest.raises(ValueError, match="has 2 entries, and other points were told with 3"):
        optimizer.tell(params, folds=[[0.1, 0.2, 0.3], [0.1, 0.2], [0.1, 0.2, 0.3]])
    with pytest.raises(ValueError, match="3 points need a list of 3 folds"):
        optimizer.tell(params, folds=[[0.1, 0.2, 0.3]])
    with pytest.raises(ValueError, match="3 points need a list of 3 costs"):
        optimizer.tell(params, [1, 2, 3], cost=1.0)
    with pytest.raises(ValueError, match="each point once"):
        optimizer.tell([params[0]] * 2, [1.0, 2.0])
    optimizer.tell(params, folds=np.arange(9.0).reshape(3, 3), cost=[1.0, None, 2.0])
    assert optimizer.best_score == 7.0
    assert optimizer.predict_cost(params[0]) == 1.5


def test_a_search_tells_folds_and_costs(monkeypatch):
    from sklearn.datasets import load_iris
    from sklearn.tree import DecisionTreeClassifier

    reports = {}
    tell = PointOptimizer.tell_report

    def spy(self, point, report):
        reports[point] = report
        tell(self, point, report)

    monkeypatch.setattr(PointOptimizer, "tell_report", spy)
    search = BayesSearchCV(
        DecisionTreeClassifier(random_state=0),
        {"max_depth": (1, 9), "min_samples_leaf": (1, 40)},
        n_iter=8,
        cv=4,
        random_state=0,
    ).fit(*load_iris(return_X_y=True))
    table = search.cv_results_
    for i, report in enumerate(reports.values()):
        assert report.folds == tuple(table[f"split{fold}_test_score"][i] for fold in range(4))
        assert report.score == pytest.approx(table["mean_test_score"][i], rel=1e-15)
        times = table["mean_fit_time"][i] + table["mean_score_time"][i]
        assert report.cost == pytest.approx(4 * times)
    assert len(reports) == 8


# Failures


def failures(space, fails, score, n, seed):
    """Return which of `n` evaluations failed, and the best score."""
    optimizer = Optimizer(space, random_state=seed)
    failed = []
    for _ in range(n):
        params = optimizer.ask()
        failed.append(fails(params))
        optimizer.tell(params, None if failed[-1] else score(params))
    return failed, optimizer.best_score


@pytest.mark.slow
def test_combinations_of_categories_that_fail_are_avoided():
    space = {"penalty": ["l1", "l2", "none"], "solver": list("abcde"), "C": (1e-4, 1e4, "log-uniform")}  # fmt: skip  # noqa: E501

    def fails(params):
        return params["penalty"] == "l1" and params["solver"] in "abc"

    def score(params):
        return -0.1 * math.log10(params["C"]) ** 2 + 0.5 * (params["penalty"] == "l1")

    early, late, bests = [], [], []
    for seed in range(24):
        failed, best = failures(space, fails, score, 40, seed)
        bests.append(best)
        early.append(np.mean(failed[10:30]))
        late.append(np.mean(failed[-20:]))
    # The best score, 0.5, is among the others of the same penalty; elsewhere it is 0. Of many seeds
    # four in five find it.
    assert np.median(bests) > 0.49
    # Of all points a fifth fails, and of those of that penalty three fifths. Once 0.5 is found
    # there is more to hope for where nothing is known but failures than anywhere else.
    assert np.mean(early) < 0.3
    assert np.mean(late) < 0.4


# Costs

COSTLY = {"x": (0.0, 1.0), "y": (0.0, 1.0), "kind": ["a", "b", "c"]}


def cost_of(params):
    return math.exp(4 * params["x"])


def with_costs(n=15, seed=0, cost=cost_of, score=lambda p: -((p["y"] - 0.5) ** 2)):
    optimizer = Optimizer(COSTLY, random_state=seed)
    for _ in range(n):
        params = optimizer.ask()
        optimizer.tell(params, score(params), cost=cost(params))
    return optimizer


def test_costs_do_not_steer_without_a_budget():
    plain = Optimizer(COSTLY, random_state=0)
    costly = Optimizer(COSTLY, random_state=0)
    for _ in range(15):
        params = plain.ask()
        assert costly.ask() == params
        plain.tell(params, params["y"])
        costly.tell(params, params["y"], cost=cost_of(params))
    assert costly.ask(budget_left=0.0) == plain.ask()


def test_the_cheap_ones_are_preferred_the_more_so_the_more_is_left():
    mean_x = {
        left: np.mean([with_costs(seed=seed).ask(budget_left=left)["x"] for seed in range(8)])
        for left in (None, 1.0)
    }
    assert mean_x[1.0] < mean_x[None] - 0.1


def test_costs_that_do_not_follow_from_the_point_do_not_steer():
    rng = np.random.default_rng(0)
    optimizer = with_costs(n=40, cost=lambda p: math.exp(3 * rng.standard_normal()))
    assert optimizer._points.store.cost_model(optimizer.space)[0] is None
    assert pickle.loads(pickle.dumps(optimizer)).ask(budget_left=1.0) == optimizer.ask()


@pytest.mark.parametrize("left", [1.1, math.nan, "1", 1j])
def test_the_share_of_the_budget_is_checked(left):
    optimizer = Optimizer(COSTLY, random_state=0)
    with pytest.raises(ValueError, match="budget_left must be a fraction of at most 1"):
        optimizer.ask(budget_left=left)
    assert optimizer.n_asked == 0


def test_predicted_costs():
    optimizer = Optimizer(COSTLY, random_state=0)
    params = {"x": 0.5, "y": 0.5, "kind": "a"}
    assert optimizer.predict_cost(params) is None
    optimizer.tell({**params, "x": 0.1}, None, cost=1e6)
    assert optimizer.predict_cost(params) is None
    optimizer.tell({**params, "x": 0.2}, folds=[0.1, None], cost=3.0)
    assert optimizer.predict_cost(params) == 6.0
    for x in np.linspace(0, 1, 15):
        each = {"x": float(x), "y": float(x * 7 % 1), "kind": "abc"[int(x * 14) % 3]}
        optimizer.tell(each, 0.0, cost=cost_of(each))
    assert optimizer.predict_cost(params) == pytest.approx(cost_of(params), rel=0.3)
    with pytest.raises(ValueError, match="x"):
        optimizer.predict_cost({"x": 2.0, "y": 0.5, "kind": "a"})


def test_a_budget_may_be_overrun():
    optimizer = with_costs()
    again = pickle.loads(pickle.dumps(optimizer))
    assert optimizer.ask(budget_left=-0.3) == again.ask(budget_left=0.0)


def test_the_order_of_telling_does_not_matter_to_costs():
    rng = np.random.default_rng(0)
    points = [{"x": float(x), "y": float(y), "kind": "a"} for x, y in rng.random((14, 2))]
    costs = np.exp(rng.standard_normal(14)).tolist()
    proposals = []
    for order in (range(14), reversed(range(14)), rng.permutation(14)):
        optimizer = Optimizer(COSTLY, random_state=0)
        for i in order:
            optimizer.tell(points[i], points[i]["y"], cost=100 ** points[i]["x"] * costs[i] ** 0.1)
        proposals.append(optimizer.ask(budget_left=1.0))
    assert proposals[0] == proposals[1] == proposals[2]


def test_a_point_in_part_is_nothing_to_start_from():
    optimizer = told()
    optimizer.tell({"x": 0.9, "y": 0.9}, folds=[1.0, None, None])
    assert len(optimizer.told) == 12


def test_a_batch_may_name_the_mean():
    optimizer = told()
    points = optimizer.ask(2)
    optimizer.tell(points, "".join(["me", "an"]), folds=[plane_folds(params) for params in points])
    assert not optimizer.pending
