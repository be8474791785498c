"""How often the outcome of a search asks what does not change."""

from types import SimpleNamespace

import numpy as np

from skbayes.search.outcome import _choice, _fold_scores


def test_a_candidate_is_asked_once_whether_it_has_failed():
    asked = []

    def has_failed(trial):
        asked.append(trial)
        return trial == 1

    objective = SimpleNamespace(has_failed=has_failed, fold_scores=lambda trial: [0.5, 0.25, None])
    scores = _fold_scores(SimpleNamespace(objective=objective), [0, 1])
    assert str(scores) == "[[0.5, 0.25, nan], [nan, nan, nan]]"
    assert asked == [0, 1]


def test_the_complexity_beside_a_candidate_is_found_once():
    asked = []

    def complexity(points, best):
        asked.append(best)
        return np.array([[1.0], [2.0], [3.0]])

    run = SimpleNamespace(preferences=SimpleNamespace(complexity=complexity))
    choose = _choice(run, [SimpleNamespace(point=name) for name in "abc"])
    tables = [np.array([[0.5], [0.7], [0.9]]), np.array([[0.5], [0.9], [0.7]])]
    assert [choose(folds).tolist() for folds in [*tables, *tables]] == [[2], [1], [2], [1]]
    assert asked == ["c", "b"]
