"""The table of largest values, held against fits."""

import warnings

import numpy as np
import pytest
from sklearn.cluster import FeatureAgglomeration, KMeans
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import BaggingRegressor, IsolationForest
from sklearn.feature_selection import (
    RFE,
    SelectFromModel,
    SelectKBest,
    SequentialFeatureSelector,
    f_regression,
)
from sklearn.linear_model import OrthogonalMatchingPursuit, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer
from sklearn.svm import SVC

from skbayes.known import LARGEST, largest_of, share_inside

N_ROWS, N_FEATURES, N_CLASSES = 30, 5, 3
QUANTITIES = {
    "n_features": N_FEATURES,
    "n_features - 1": N_FEATURES - 1,
    "n_classes - 1": N_CLASSES - 1,
    "n_samples": N_ROWS,
}
X = np.abs(np.random.default_rng(0).normal(size=(N_ROWS, N_FEATURES)))
Y = X @ np.arange(1.0, N_FEATURES + 1)
LABELS = np.arange(N_ROWS) % N_CLASSES
# In others a larger value fails.
CLIPPED = {RFE, SelectKBest, SelectFromModel, IsolationForest, QuantileTransformer}
CASES = [
    *((cls(), "n_components", Y) for cls in (PCA, IncrementalPCA, TruncatedSVD, PLSRegression)),
    (LinearDiscriminantAnalysis(), "n_components", LABELS),
    (FeatureAgglomeration(), "n_clusters", Y),
    (SelectKBest(f_regression), "k", Y),
    (SelectFromModel(Ridge(), threshold=-np.inf), "max_features", Y),
    (BaggingRegressor(Ridge(), 2), "max_features", Y),
    (RFE(Ridge()), "n_features_to_select", Y),
    (SequentialFeatureSelector(Ridge(), cv=2), "n_features_to_select", Y),
    (OrthogonalMatchingPursuit(), "n_nonzero_coefs", Y),
    (KNeighborsRegressor(), "n_neighbors", Y),
    (KNeighborsClassifier(), "n_neighbors", LABELS),
    (KMeans(n_init=1), "n_clusters", Y),
    (IsolationForest(n_estimators=2, random_state=0), "max_samples", Y),
    (QuantileTransformer(), "n_quantiles", Y),
]


def outcome(estimator, y):
    fitted = estimator.fit(X, y)
    return (fitted.transform if hasattr(fitted, "transform") else fitted.predict)(X)


@pytest.mark.parametrize(
    ("estimator", "name", "y"),
    CASES,
    ids=lambda value: type(value).__name__ if value is not Y else "",
)
def test_no_value_above_the_largest_is_of_use(estimator, name, y):
    largest = min(QUANTITIES[each] for each in largest_of(estimator, name))
    best = outcome(estimator.set_params(**{name: largest}), y)
    estimator.set_params(**{name: largest + 1})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            beyond = outcome(estimator, y)
        except ValueError:
            return
    assert type(estimator) in CLIPPED
    np.testing.assert_array_equal(beyond, best)


def test_each_line_is_tested():
    assert {row.parameter for row in LARGEST} == {name for _, name, _ in CASES}
    assert len(LARGEST) == len({largest_of(*case[:2]) + case[1:2] for case in CASES})


def test_of_others_nothing_is_known():
    assert largest_of(SVC(), "C") == largest_of(PCA(), "tol") == ()
    assert largest_of(None, "k") == ()


def test_the_share_of_rows_inside():
    assert share_inside(make_pipeline(SVC())) == 1.0
    assert share_inside(BaggingRegressor()) == 0.5
    assert share_inside("passthrough") == 0.0
