"""What scikit-learn's searches promise besides their results, which the other files compare.

The drop-in as a whole is tested by scikit-learn's own tests, in tests/upstream.
"""

import inspect
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags
from sklearn.utils.fixes import parse_version

from skbayes import BayesSearchCV

X, Y = make_classification(n_samples=60, n_features=4, random_state=0)
IS_OLD = parse_version(sklearn.__version__) < parse_version("1.7")


class Picky(ClassifierMixin, BaseEstimator):
    """Does what its parameter says."""

    def __init__(self, value="well"):
        self.value = value

    def fit(self, X, y):
        if self.value == "fails":
            raise ValueError("cannot be fitted")
        if self.value == "warns":
            warnings.warn("take care", RuntimeWarning, stacklevel=2)
        if self.value == "looks" and not sklearn.get_config()["assume_finite"]:
            raise ValueError("the configuration is not known here")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        if self.value == "predicts not":
            raise ValueError("cannot predict")
        return np.full(len(X), self.classes_[0])


def both(estimator, grid, **kwargs):
    """Return a grid search and ours, over the same candidates in the same order."""
    [(name, values)] = grid.items()
    points = [{name: value} for value in values]
    return (
        GridSearchCV(estimator, grid, **kwargs),
        BayesSearchCV(estimator, grid, n_iter=len(points), initial_points=points, **kwargs),
    )


ESTIMATORS = [
    SVC(),
    SVC(kernel="precomputed"),
    Ridge(),
    KMeans(),
    LinearDiscriminantAnalysis(),
    KNeighborsClassifier(metric="precomputed"),
    make_pipeline(StandardScaler(), LogisticRegression()),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_same_tags_as_grid_search(estimator):
    assert get_tags(BayesSearchCV(estimator, {})) == get_tags(GridSearchCV(estimator, {}))


def test_same_routing_as_grid_search():
    with sklearn.config_context(enable_metadata_routing=True):
        estimator = DecisionTreeClassifier().set_fit_request(sample_weight=True)
        router, expected = (
            str(search.get_metadata_routing()).replace(repr(search), "the search")
            for search in both(estimator, {"max_depth": [1, 2]}, cv=GroupKFold(2))
        )
    assert router == expected
    assert "sample_weight" in router


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("error_score", [np.nan, 0.25])
@pytest.mark.parametrize(
    "values", [["well", "fails", "warns"], ["well", "predicts not"], ["fails", "predicts not"]]
)
def test_same_warnings_as_grid_search(values, error_score, n_jobs):
    """Word for word and as often, the tracebacks aside."""
    texts = []
    for search in both(
        Picky(),
        {"value": values},
        cv=2,
        scoring=["accuracy", "f1"],
        refit=False,
        error_score=error_score,
        return_train_score=True,
        n_jobs=n_jobs,
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            search.fit(X, Y)
        lines = [
            line
            for record in caught
            for line in str(record.message).splitlines()
            if not line.startswith("  ")
        ]
        texts.append([[record.category.__name__ for record in caught], lines])
    assert texts[0] == texts[1]


def test_all_fits_fail_with_a_callable_of_several_metrics():
    messages = []
    for search in both(
        Picky(),
        {"value": ["fails"]},
        cv=3,
        scoring=lambda estimator, X, y: {"a": 1.0},
        refit=False,
        error_score=0.1,
    ):
        with pytest.raises(ValueError, match="All the 3 fits failed") as caught:
            search.fit(X, Y)
        messages.append(
            [line for line in str(caught.value).splitlines() if not line.startswith("  ")]
        )
    assert messages[0] == messages[1]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_configuration_in_the_workers(n_jobs):
    _, search = both(Picky(), {"value": ["looks"]}, cv=2, n_jobs=n_jobs, error_score="raise")
    with sklearn.config_context(assume_finite=True):
        search.fit(X, Y)


@pytest.mark.parametrize(
    "n_jobs",
    [
        1,
        pytest.param(
            2,
            marks=pytest.mark.skipif(IS_OLD, reason="warning filters travel from 1.7 on"),
        ),
    ],
)
def test_warning_filters_in_the_workers(n_jobs):
    for search in both(Picky(), {"value": ["well", "warns"]}, cv=2, n_jobs=n_jobs, refit=False):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", message="take care")
            search.fit(X, Y)
        np.testing.assert_array_equal(np.isnan(search.cv_results_["mean_test_score"]), [0, 1])


def test_polars_input():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(X, schema=[f"f{i}" for i in range(X.shape[1])])
    weight = pl.Series(np.arange(len(Y)) % 3 + 1.0)
    theirs, ours = (
        search.fit(frame, pl.Series(Y), sample_weight=weight)
        for search in both(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]}, cv=3)
    )
    for name in ("mean_test_score", "split2_test_score"):
        np.testing.assert_array_equal(ours.cv_results_[name], theirs.cv_results_[name])
    np.testing.assert_array_equal(ours.feature_names_in_, frame.columns)
    np.testing.assert_array_equal(ours.predict(frame), theirs.predict(frame))


ARRAY_API = """
import array_api_strict as xp, numpy as np, sklearn
from sklearn.datasets import make_classification
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from skbayes import BayesSearchCV
X, y = make_classification(n_samples=60, n_features=4, random_state=0)
search = BayesSearchCV(
    LinearDiscriminantAnalysis(), {"tol": (1e-7, 1e-2, "log-uniform")}, n_iter=3, cv=2,
    random_state=0, error_score="raise",
)
expected = search.fit(X, y).cv_results_
with sklearn.config_context(array_api_dispatch=True):
    search.fit(xp.asarray(X), xp.asarray(y))
    labels = search.predict(xp.asarray(X))
    assert labels.__array_namespace__().__name__ == "array_api_strict"
    assert search.score(xp.asarray(X), xp.asarray(y)) > 0.5
for key in ("split0_test_score", "mean_test_score"):
    np.testing.assert_allclose(search.cv_results_[key], expected[key])
    assert type(search.cv_results_[key]) is np.ndarray
"""


def test_array_api_input():
    pytest.importorskip("array_api_strict")
    # scikit-learn's own condition.
    pytest.importorskip("scipy", minversion="1.14")
    # scipy reads the variable when it is imported.
    env = {**os.environ, "SCIPY_ARRAY_API": "1"}
    run = subprocess.run(
        [sys.executable, "-c", ARRAY_API], env=env, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", ["param_grid", "param_distributions"])
def test_the_names_of_other_searches_lead_to_ours(name):
    space = {"C": [1.0, 10.0]}
    for keywords in ({name: space}, {name: space, "search_spaces": space}):
        with pytest.raises(TypeError, match=f"no argument '{name}': write search_spaces="):
            BayesSearchCV(SVC(), **keywords)


def test_the_signature_is_that_of_the_constructor():
    parameters = inspect.signature(BayesSearchCV).parameters
    assert [*parameters][:2] == ["estimator", "search_spaces"]
    assert set(parameters) == set(BayesSearchCV(SVC(), {}).get_params(deep=False))
    assert {each.kind.name for each in parameters.values()} == {
        "POSITIONAL_OR_KEYWORD",
        "KEYWORD_ONLY",
    }
    with pytest.raises(TypeError, match="unexpected keyword argument 'n_candidates'"):
        BayesSearchCV(SVC(), {}, n_candidates=3)
