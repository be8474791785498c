"""What is said where the simplest candidate is taken, and is not that of the highest score."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

from skbayes import BayesSearchCV, Optimizer
from skbayes.insight import Insight
from skbayes.model import Surrogate

DATA = load_diabetes(return_X_y=True)


def fitted(n_iter=12, space=None, **settings):
    return BayesSearchCV(
        Ridge(), space or {"alpha": (1e-3, 1e2, "log-uniform")},
        n_iter=n_iter, cv=3, random_state=0, refit="1se", **settings,
    ).fit(*DATA)  # fmt: skip


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"early_stopping": "racing"},
        {"scoring": ["r2", "neg_mean_absolute_error"], "objective": "neg_mean_absolute_error"},
    ],
)
def test_the_candidate_taken_is_the_one_that_is_spoken_of(settings, tmp_path):
    search = fitted(checkpoint=tmp_path / "search.jsonl", **settings)
    insight = search.insight()
    metric = settings.get("objective", "score")
    means = search.cv_results_[f"mean_test_{metric}"]
    best = int(search.cv_results_[f"rank_test_{metric}"].argmin())
    is_another = search.best_index_ != best
    assert is_another or settings
    assert insight.best_params == search.best_params_
    assert insight.best_score == pytest.approx(search.best_score_, rel=1e-12)
    assert insight.highest_score == pytest.approx(np.nanmax(means), rel=1e-12)
    assert insight.best.reported == search.best_score_
    first, second = str(insight).splitlines()[:2]
    assert first.endswith(f"{means[best]:.5g}.")
    assert second.startswith(
        "Taken: the simplest candidate within one standard error. Its score is "
        f"{search.best_score_:.5g}: alpha="
        if is_another
        else "Taken: its candidate. No simpler candidate is within one standard error."
    )
    resumed = fitted(checkpoint=tmp_path / "search.jsonl", **settings)
    for again in (pickle.loads(pickle.dumps(search)), resumed):
        assert str(again.insight()) == str(insight)


def test_bounds_are_those_of_the_candidate_taken():
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    for x in np.linspace(0.0, 1.0, 9).tolist():
        optimizer.tell({"x": x}, x)
    observations = optimizer.insight().observations
    order = np.argsort(observations.scores)

    def learnt(taken):
        space = optimizer.space
        return Insight.learn(space, observations, Surrogate(space), taken_row=int(taken))

    taken, highest = learnt(order[0]).at_bounds()
    assert (taken.whose, taken.side, taken.is_limiting) == ("taken", "lower", False)
    assert (highest.whose, highest.side, highest.is_limiting) == ("highest", "upper", True)
    assert str(taken).startswith("x: the value 0 of the simplest candidate is at the lower bound")
    assert str(highest).startswith("x: the value 1 of the highest score is at the upper bound 1 ")
    (found,) = learnt(order[4]).at_bounds()
    assert found == highest
    (found,) = learnt(order[-1]).at_bounds()
    assert (found.whose, learnt(order[-1]).best_params) == ("best", {"x": 1.0})


def test_the_best_one_may_be_the_simplest():
    insight = fitted(space={"alpha": [1.0, 0.01, 1e3]}, n_iter=3).insight()
    assert insight.best_params == {"alpha": 1.0} or insight.best_score == insight.highest_score
    assert "Taken: its candidate. No simpler candidate is within one standard error" in str(insight)
