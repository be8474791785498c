"""What is known of data before the fits: variances without a copy, and of odd data nothing."""

import math
import tracemalloc

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.feature_selection import RFE, SelectKBest, VarianceThreshold
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

from skbayes.known import Data, configurations
from skbayes.known.facts import facts_of, variance_of
from skbayes.known.sight import after
from skbayes.space import parse_space

X = np.random.RandomState(0).normal(100.0, 2.0, (60_000, 10)).astype(np.float32)
RAGGED = [["a"], ["a", "b"], ["b"], ["a"]]
LABELS = np.empty(len(RAGGED), dtype=object)
LABELS[:] = RAGGED


# The first column has holes, and the last one has no value. The others have few values.
HOLES = np.random.RandomState(0).randint(0, 9, (40, 6)).astype(float)
HOLES[::4, 0] = HOLES[:, 5] = np.nan
TARGET = HOLES[:, 1]


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


def left_by(step, data):
    """Return what a step leaves of data, and what is known of it as it is, and in a search."""
    facts = facts_of(data, TARGET, is_classifier=False)
    known = [after(step, facts, is_searched=is_searched) for is_searched in (False, True)]
    return clone(step).fit_transform(data, TARGET), *known


@pytest.mark.parametrize(
    ("step", "is_exact"),
    [
        (SimpleImputer(), True),
        (SimpleImputer(keep_empty_features=True), True),
        (SimpleImputer(add_indicator=True), False),
        (KNNImputer(), True),
        (make_pipeline(StandardScaler(), "passthrough", SimpleImputer()), True),
        (make_pipeline(SimpleImputer(), PCA(3)), True),
        (make_pipeline(SimpleImputer(), PCA(3, whiten=True)), True),
        (make_pipeline(SimpleImputer(), PCA(0.5)), False),
        (make_pipeline(SimpleImputer(), IncrementalPCA(2)), True),
        (make_pipeline(SimpleImputer(), TruncatedSVD(2)), True),
        (make_pipeline(SimpleImputer(), SelectKBest(k=4)), True),
        (make_pipeline(SimpleImputer(), RFE(Ridge(), n_features_to_select=2)), True),
        (make_pipeline(SimpleImputer(), VarianceThreshold(7.0)), False),
        (make_pipeline(VarianceThreshold(7.0), SimpleImputer()), False),
        (make_pipeline(SimpleImputer(), PolynomialFeatures()), False),
        (make_pipeline(SimpleImputer(), OneHotEncoder(sparse_output=False)), False),
        (make_pipeline(SimpleImputer(), PowerTransformer()), True),
        (make_pipeline(SimpleImputer(), StandardScaler(with_std=False)), True),
    ],
)
@pytest.mark.parametrize("container", [np.asarray, as_frame])
@pytest.mark.filterwarnings("ignore")  # scikit-learn says that a column has no value
def test_what_is_known_behind_a_step_is_what_it_leaves(step, is_exact, container):
    left, as_it_is, searched = left_by(step, container(HOLES))
    assert as_it_is.n_columns == (left.shape[1] if is_exact else None)
    for known in (as_it_is, searched):
        assert (known.n_features or 0) <= left.shape[1] <= (known.most_features or math.inf)
        assert known.x_variance is None or known.x_variance == pytest.approx(left.var(), rel=0.03)


@pytest.mark.filterwarnings("ignore")
def test_what_a_search_varies_is_not_known_in_a_space():
    for step in (PCA(3, whiten=True), SelectKBest(k=4), SimpleImputer()):
        _, as_it_is, searched = left_by(make_pipeline(SimpleImputer(), MinMaxScaler(), step), HOLES)
        assert as_it_is.n_columns is not None
        assert searched.n_columns is searched.variance is None
