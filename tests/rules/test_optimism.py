"""What the best candidate would score on new folds: by hand, its laws, and of a search."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from skbayes import BayesSearchCV, OneStandardError, Optimizer
from skbayes.rules import BestScore, best_score, on_new_folds

NAN = math.nan


def test_by_hand():
    # The second is the best. Without its last fold the first is, without the others it is itself.
    folds = [[0.6, 0.6, 0.6], [0.5, 0.6, 1.0], [NAN, NAN, NAN], [None, None, None]]
    found = best_score(folds)
    z = np.array([0.5, 0.6, 0.6])
    width = stats.t.ppf(0.95, 2) * z.std(ddof=1) * math.sqrt(1 / 3 + 1 / 2)
    assert found.reported == pytest.approx(0.7)
    assert found.expected == pytest.approx(z.mean())
    assert (found.low, found.high) == pytest.approx((z.mean() - width, z.mean() + width))
    assert (found.n_candidates, found.n_folds) == (2, 3)
    assert str(found).startswith(
        "The best of 2 candidates scores 0.7 on the 3 folds by which it was chosen. On new folds, "
        "0.56667 can be expected (90 % interval "
    )


def test_by_hand_with_one_that_was_stopped():
    folds = [[0.6, 0.6, 0.6], [0.5, 0.6, 1.0], [0.4, 0.9, None]]
    found = best_score(folds)

    def chance(m, v, means):
        # Of the third to be the best of three where a fold is left out.
        scale = (1.4826 * (means[1] - means[0]) / 2) ** 2
        w = scale / (scale + v)
        mean = np.mean(means) + w * (m - np.mean(means))
        return stats.norm.sf(max(means), mean, math.sqrt(w * v))

    # Of the two that are complete it is known how hard the other two folds are: by .1 harder and
    # easier than their mean where the first is left out, by .125 where the second is. The errors
    # have variances of .04 and .0625, of which half is of the fold that is not known, and half of
    # that more since effects are from two candidates.
    first = chance(0.9 + 0.1, 0.04 / 2 * 1.5, [0.6, 0.8])
    second = chance(0.4 + 0.125, 0.0625 / 2 * 1.5, [0.6, 0.75])
    z = [first * 0.4 + (1 - first) * 0.5, second * 0.9 + (1 - second) * 0.6, 0.6]
    assert found.expected == pytest.approx(np.mean(z), abs=0.002)
    assert found.n_candidates == 2
    # One that has diverged so far that it is stopped changes nothing.
    for huge in (-1e25, -1e300, -1.7e308):
        small = [[1e-3 * y for y in each] for each in folds[:2]]
        assert best_score([*small, [huge, huge, None]]).expected == pytest.approx(
            best_score(small).expected
        )
    # A fold that it alone was run on tells nothing of the others.
    assert best_score([*folds[:2], [9.0, None, None]]) == best_score(folds[:2])


def test_ties_count_alike():
    # The last fold is left out, and both are as good on the first two.
    assert best_score([[0.1, 0.2, 0.3], [0.2, 0.1, 0.6]]).expected == pytest.approx(
        np.mean([0.2, 0.1, 0.45])
    )


def test_one_that_diverged_hides_no_differences():
    folds = [[0.6, 0.6, 0.6], [0.5, 0.6, 1.0]]
    found = best_score([*folds, [-1e25, -2e25, -1e25]])
    assert found.expected == pytest.approx(best_score(folds).expected)
    assert found.high == pytest.approx(best_score(folds).high)


@pytest.mark.parametrize("score", [1.0, 0.0, -0.1])
def test_equal_scores_are_no_evidence_that_all_others_are_equal(score):
    # Sums of other orders differ in the last bits.
    found = best_score([[score, score * (1 + 2e-16), score], [score - 1, score - 2, score - 3]])
    assert (found.expected, math.isnan(found.low)) == (pytest.approx(score), True)
    assert str(found).endswith(
        f"On new folds, {score:g} can be expected (the interval is not known: the scores of all "
        "folds are equal)."
    )


def test_of_equals_what_the_table_has_is_reported():
    # Sums of other orders, and the last bits of the means differ.
    folds = [[0.3, 0.2, 0.1], [0.1, 0.2, 0.3]]
    assert np.mean(folds[0]) < np.mean(folds[1])
    assert best_score(folds).reported == np.mean(folds, axis=1).max()


@pytest.mark.parametrize(
    ("folds", "match"),
    [
        ([], "some scores came without their folds"),
        ([(), ()], "some scores came without their folds"),
        ([(), (0.1, 0.2, 0.3)], "some scores came without their folds"),
        ([[0.1, 0.2], [0.2, 0.3]], "fewer than 3 folds"),
        ([[0.1, 0.2, 0.3]], "fewer than two candidates"),
        ([[0.1, 0.2, 0.3], [NAN, 0.2, 0.3]], "fewer than two candidates"),
        ([[NAN, 0.2, 0.3]], "fewer than two candidates"),
    ],
)
def test_what_is_not_known(folds, match):
    found = best_score(folds)
    assert math.isnan(found.expected)
    assert math.isnan(found.low)
    assert match in str(found)


@given(st.integers(0, 2**32 - 1), st.integers(2, 20), st.integers(3, 10))
def test_laws(seed, n, n_folds):
    """No more than is reported, and in units of the score.

    The candidate that the other folds choose is on them no worse than the best one, and on all of
    them no better: so on the fold that is left out it is no better.
    """
    folds = np.random.default_rng(seed).normal(size=(n, n_folds))
    found = best_score(folds.tolist())
    assert found.low <= found.expected <= found.reported + 1e-12
    moved = best_score((3 - 0.0 + 2 * folds).tolist())
    assert moved.expected == pytest.approx(3 + 2 * found.expected)
    assert moved.high == pytest.approx(3 + 2 * found.high)
    permuted = best_score(folds[::-1, ::-1].tolist())
    assert permuted.expected == pytest.approx(found.expected)


@given(st.integers(0, 2**32 - 1), st.integers(3, 20), st.integers(3, 10))
def test_laws_with_candidates_that_were_stopped(seed, n, n_folds):
    rng = np.random.default_rng(seed)
    folds = rng.normal(size=(n, n_folds))
    stopped = folds.copy()
    stopped[2:][rng.integers(1, n_folds + 1, n - 2)[:, None] <= np.arange(n_folds)] = NAN
    found = best_score(stopped.tolist())
    assert found.low <= found.expected <= found.high
    assert found.n_candidates == np.isfinite(stopped).all(axis=1).sum()
    moved = best_score((3 + 2 * stopped).tolist())
    assert moved.expected == pytest.approx(3 + 2 * found.expected)
    assert moved.high == pytest.approx(3 + 2 * found.high)
    # One that was stopped and is worse by far is never chosen.
    worse = [*(folds[0, :-1] - 1e6).tolist(), None]
    assert best_score([*stopped.tolist(), worse]).expected == pytest.approx(found.expected)


def test_those_that_were_stopped_are_no_luck_of_the_others():
    """Many searches whose candidates are alike, and stopped if their first fold has bad luck."""
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(100):
        folds = rng.normal(size=(20, 4)) + 0.3 * rng.normal(size=(20, 1))
        folds[5:][folds[5:, 0] < 0.5, 1:] = NAN
        complete = folds[np.isfinite(folds).all(axis=1)]
        stopped_later = folds.copy()
        stopped_later[5:, 1] = np.where(np.isnan(folds[5:, 1]), rng.normal(size=15), folds[5:, 1])
        errors.append([best_score(each.tolist()).expected for each in (complete, stopped_later)])
    of_complete, of_all = np.mean(errors, axis=0)
    assert of_complete > 0.25
    assert of_all < 0.6 * of_complete


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_scores_of_any_size(size):
    folds = np.random.default_rng(0).normal(size=(9, 5))
    folds[6:, 3:] = NAN
    found, plain = best_score((size * folds).tolist()), best_score(folds.tolist())
    assert found.expected == pytest.approx(size * plain.expected)
    assert found.high == pytest.approx(size * plain.high)


def test_of_noise_nothing_is_expected():
    """The mean of many draws, where all candidates are worth 0."""
    rng = np.random.default_rng(0)
    found = [best_score(rng.normal(size=(20, 5)).tolist()) for _ in range(400)]
    assert np.mean([each.reported for each in found]) > 0.7
    assert abs(np.mean([each.expected for each in found])) < 0.1


X, Y = make_classification(60, 6, flip_y=0.3, random_state=0)
SPACE = {"C": (1e-2, 1e2, "log-uniform"), "gamma": (1e-3, 1e1, "log-uniform")}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"refit": "1se"},
        {"refit": False},
        {"early_stopping": "racing"},
        {"scoring": ["roc_auc", "accuracy"], "refit": "accuracy"},
        {"scoring": ["roc_auc", "accuracy"], "refit": OneStandardError(), "objective": "accuracy"},
    ],
)
def test_of_a_search(settings, capsys, tmp_path):
    def fitted(n_iter, **others):
        return BayesSearchCV(SVC(), SPACE, n_iter=n_iter, random_state=0, **settings, **others).fit(
            X, Y
        )

    found = fitted(8, verbose=1)
    best = found.insight().best
    assert capsys.readouterr().out.splitlines()[-1] == str(best)
    # Each sentence on a line of its own.
    assert f"\n{on_new_folds(best)}\n" in str(found.insight())
    if found.refit:
        assert best.reported == found.best_score_
    assert best.n_folds == 5
    assert best.n_candidates == found.candidate_status_.count("complete")
    # The report gives the highest score too, which that of the simplest candidate need not be.
    is_simplest = isinstance(found.refit, OneStandardError) or found.refit == "1se"
    assert str(best).startswith(
        f"Of {best.n_candidates} candidates, the simplest within one standard error scores "
        if is_simplest
        else f"The best of {best.n_candidates} candidates scores "
    )
    if not is_simplest:
        assert best.expected <= best.reported
    # After pickling, and from a checkpoint.
    assert pickle.loads(pickle.dumps(found)).insight().best == best
    path = tmp_path / "search.jsonl"
    fitted(4, checkpoint=path)
    assert fitted(8, checkpoint=path).insight().best == best


def test_of_a_search_with_failures():
    class Fails(LogisticRegression):
        def fit(self, X, y):
            if self.C > 1:
                raise ValueError("cannot be fitted")
            return super().fit(X, y)

    with pytest.warns(Warning, match="fits failed"):
        found = BayesSearchCV(
            Fails(), {"C": [0.1, 1.0, 2.0]}, n_iter=3, error_score=9.0, random_state=0
        ).fit(X, Y)
    best = found.insight().best
    assert best.n_candidates == 2
    assert best.reported == found.best_score_ < 1


def test_of_an_optimizer():
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    rng = np.random.default_rng(0)
    folds = [rng.normal(size=4).tolist() for _ in range(5)]
    for each in folds:
        optimizer.tell(optimizer.ask(), folds=each)
    optimizer.tell(optimizer.ask(), None)
    optimizer.tell(optimizer.ask(), folds=[9.0, None, None, None])
    assert optimizer.insight().best == best_score(folds)
    assert best_score(folds).n_candidates == 5
    optimizer.tell(optimizer.ask(), 0.5)
    assert optimizer.insight().best == BestScore()
