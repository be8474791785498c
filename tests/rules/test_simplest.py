"""The rule by hand, its laws, and the object that asks for it."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.svm import SVC

from skbayes import BayesSearchCV, OneStandardError
from skbayes.rules import one_standard_error, simplest_within_one_error
from skbayes.rules.simplest import within_one_error

NAN = math.nan
# Means 24, 28, 32, 32. The differences of the third to the second are -3, 4, 11 on the folds: 4 on
# average, with a standard error of 7 / sqrt(3) = 4.04.
FOLDS = np.array([[24.0, 24, 24], [27, 28, 29], [24, 32, 40], [32, 32, 32]])


def taken(folds, complexity, best):
    folds = np.array(folds, dtype=float)
    complexity = np.array(complexity, dtype=float).reshape(len(folds), -1)
    return simplest_within_one_error(folds, folds.mean(axis=1), complexity, best)


@pytest.mark.parametrize(
    ("folds", "best", "expected"),
    [
        (FOLDS, 2, [False, True, True, True]),
        # The best by the same mean, whose folds do not vary: the differences do.
        (FOLDS, 3, [False, False, True, True]),
        # Paired: each fold is as much worse, and that is no chance.
        ([[0.1, 0.5, 0.9], [0.2, 0.6, 1.0]], 1, [False, True]),
        # Equal on all folds, and without any.
        ([[0.5, 0.7], [0.5, 0.7], [NAN, NAN], [0.5, NAN]], 0, [True, True, False, False]),
        # A single fold has no error.
        ([[0.8], [0.9], [0.9]], 1, [False, True, True]),
        # Squares and differences that floats have no size for.
        ([[-1e308, 1e308], [1.1e308, 1e308]], 1, [True, True]),
        ([[1.0e-200, 1.0e-200], [1.0e-200, 1.1e-200]], 1, [True, True]),
        ([[-1e300, -1e300], [1.00e-200, 1.0e-200], [1.0e-200, 1.1e-200]], 2, [False, True, True]),
    ],
)
def test_within_one_error_by_hand(folds, best, expected):
    assert within_one_error(np.array(folds, dtype=float), best).tolist() == expected


@pytest.mark.parametrize(("score", "loss"), [(0.9, 0.1), (-1000.3, 0.02), (1.0, 30.0), (0.0, 0.1)])
def test_a_candidate_that_is_worse_on_one_fold_is_within_one_error(score, loss):
    """Its mean difference and the error are both the F-th part of the loss.

    With 30 folds and a loss of 30, the mean score is 0, which is no size to measure rounding by.
    """
    for n_folds in range(2, 31):
        folds = np.full((n_folds + 1, n_folds), score)
        folds[1:] -= loss * np.eye(n_folds)
        assert within_one_error(folds, 0).all()
        # One that is also a little worse on another fold is beyond the limit.
        folds[1:, 0] -= 1e-3 * loss
        assert not within_one_error(folds, 0)[2:].any()


def test_a_candidate_with_the_scores_of_the_best_but_for_rounding_is_within_one_error():
    assert within_one_error(np.array([[0.7] * 5, [math.nextafter(0.7, 0.0)] * 5]), 0).all()


@pytest.mark.parametrize(
    ("complexity", "expected"),
    [
        ([1, 2, 3, 4], 1),  # the first is simpler, and too bad
        ([4, 3, 2, 1], 3),
        ([1, 3, 3, 3], 2),  # of equals the best, and of these the first
        ([1, NAN, 3, NAN], 2),  # what cannot be compared is not taken
        ([[1, 1], [2, 9], [3, 3], [3, 2]], 3),  # the second is less simple in one respect
        ([[1, 1], [2, 3], [3, 3], [3, 2]], 1),  # the first respect decides
        ([math.inf] * 4, 2),
        (np.zeros((4, 0)), 2),
    ],
)
def test_the_simplest_by_hand(complexity, expected):
    complexity = np.array(complexity, dtype=float).reshape(4, -1)
    assert simplest_within_one_error(FOLDS, FOLDS.mean(axis=1), complexity, 2) == expected


def test_a_candidate_without_a_score_is_not_taken():
    # A number that stands for a failure may be in all folds.
    means = np.where([False, True, False, False], NAN, FOLDS.mean(axis=1))
    assert simplest_within_one_error(FOLDS, means, np.array([[1.0], [2], [3], [4]]), 2) == 2


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.integers(2, 6), st.integers(1, 3))
def test_laws(seed, n, n_folds, p):
    """The one taken is within the error, nowhere less simple, and the order of rows is no matter.

    It is a choice among a set that depends on the best alone, by keys that all differ.
    """
    rng = np.random.default_rng(seed)
    folds, complexity = rng.normal(size=(n, n_folds)), rng.normal(size=(n, p))
    best = int(folds.mean(axis=1).argmax())
    row = taken(folds, complexity, best)
    assert within_one_error(folds, best)[row]
    assert (complexity[row] <= complexity[best]).all()
    order = rng.permutation(n)
    again = taken(folds[order], complexity[order], int(np.flatnonzero(order == best)[0]))
    assert order[again] == row
    # Neither scales of scores nor of complexity matter.
    assert taken(4 * folds - 1, np.exp(complexity), best) == row


def test_the_object():
    given = {"a": "low", "b": ["x", "y"]}
    rule = OneStandardError(given)
    given["c"] = "high"
    assert repr(rule) == "OneStandardError(prefer={'a': 'low', 'b': ['x', 'y']})"
    assert rule == OneStandardError({"a": "low", "b": ["x", "y"]})
    assert rule != OneStandardError({"b": ["x", "y"], "a": "low"})
    assert rule != "1se"
    assert hash(rule) == hash(OneStandardError({"a": "low", "b": ["x", "y"]}))
    for same in (copy.deepcopy(rule), pickle.loads(pickle.dumps(rule)), clone(rule, safe=False)):
        assert same == rule
    search = clone(BayesSearchCV(None, {}, refit=rule))
    assert search.refit == rule
    with pytest.raises(AttributeError):
        rule.prefer = None
    assert one_standard_error("1se") == OneStandardError()
    assert one_standard_error(rule) is rule
    assert one_standard_error(True) is one_standard_error("accuracy") is None


@pytest.mark.parametrize(
    ("prefer", "error", "match"),
    [
        ("low", TypeError, "must be a dict such as"),
        ({}, ValueError, "prefer is empty"),
        ({"C": "small"}, ValueError, r"prefer\['C'\] must be 'low', 'high', or a list"),
        ({"C": ["linear"]}, ValueError, "a list of values with the simplest value first"),
        ({"C": np.array(["a", "b"])}, ValueError, "a list of values with the simplest value first"),
        ({3: "low"}, ValueError, r"prefer\[3\]"),
    ],
)
def test_what_is_refused(prefer, error, match):
    with pytest.raises(error, match=match):
        OneStandardError(prefer)


def test_the_class_is_no_rule():
    with pytest.raises(TypeError, match=r"write refit=OneStandardError\(\)"):
        BayesSearchCV(SVC(), {"C": [1, 2]}, n_iter=2, refit=OneStandardError).fit([[0]], [0])
