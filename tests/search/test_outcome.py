"""How often the outcome of a search asks what does not change."""

from types import SimpleNamespace

from skbayes.search.outcome import _fold_scores


def test_a_candidate_is_asked_once_whether_it_has_failed():
    asked = []

    def has_failed(trial):
        asked.append(trial)
        return trial == 1

    objective = SimpleNamespace(has_failed=has_failed, fold_scores=lambda trial: [0.5, 0.25, None])
    scores = _fold_scores(SimpleNamespace(objective=objective), [0, 1])
    assert str(scores) == "[[0.5, 0.25, nan], [nan, nan, nan]]"
    assert asked == [0, 1]
