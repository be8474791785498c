"""What is known of data before the fits: variances without a copy, and of odd data nothing."""

import tracemalloc

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeClassifier

from skbayes.known import Data, configurations
from skbayes.known.facts import facts_of, variance_of
from skbayes.space import parse_space

X = np.random.RandomState(0).normal(100.0, 2.0, (60_000, 10)).astype(np.float32)
RAGGED = [["a"], ["a", "b"], ["b"], ["a"]]
LABELS = np.empty(len(RAGGED), dtype=object)
LABELS[:] = RAGGED


def as_frame(X):
    return pytest.importorskip("pandas").DataFrame(X)


@pytest.mark.parametrize("container", [np.asarray, np.asfortranarray, as_frame])
def test_the_variance_is_that_of_all_numbers_and_takes_no_copy_of_them(container):
    data = container(X)
    tracemalloc.start()
    found = variance_of(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == pytest.approx(X.astype(np.float64).var(), rel=1e-12)
    assert peak < 6 * 2**20 < 2 * 8 * X.size


@pytest.mark.parametrize("values", [["a", "b"], [[1, 2], [3]], np.empty((0, 2)), [[np.inf, 1.0]]])
def test_what_has_no_variance(values):
    assert variance_of(values) is None


def test_a_frame_with_a_column_of_texts_has_no_variance():
    assert variance_of(as_frame(X).assign(text="a")) is None


def test_nothing_is_computed_that_no_configuration_needs(monkeypatch):
    monkeypatch.setattr("skbayes.known.facts.variance_of", lambda _: pytest.fail("computed"))
    data = Data(X, X[:, 0])
    for model, space in [
        (DecisionTreeClassifier(), {"max_depth": (1, 30), "min_samples_leaf": (1, 20)}),
        (Ridge(), {"alpha": (1e-3, 1e3, "log-uniform")}),
    ]:
        configurations(model, parse_space(space).branches[0], data)


@pytest.mark.parametrize("y", [RAGGED, LABELS, [tuple(each) for each in RAGGED], [{"a"}, {"b"}]])
@pytest.mark.parametrize("is_classifier", [True, False])
def test_nothing_is_known_of_labels_that_only_the_estimator_understands(y, is_classifier):
    facts = facts_of(np.zeros((len(y), 3)), y, is_classifier=is_classifier)
    assert (facts.n_classes, facts.n_smallest, facts.y_std) == (None, None, None)
