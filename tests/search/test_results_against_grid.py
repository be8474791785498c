"""Every column of `cv_results_`, against `GridSearchCV` on a grid that both exhaust."""

import warnings

import numpy as np
import pytest
import scipy.sparse
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as hs
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_classification, make_regression
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.feature_selection import SelectFromModel
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, LeaveOneGroupOut
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbayes import BayesSearchCV

X, Y = make_classification(n_samples=90, n_features=6, n_informative=4, n_classes=3, random_state=0)
WEIGHTS = np.random.RandomState(0).uniform(0.1, 2, len(Y))
GROUPS = np.arange(len(Y)) % 5
TREE = DecisionTreeClassifier(random_state=0)
TREE_GRID = {"max_depth": [1, 2, None], "criterion": ["gini", "entropy"]}
# Fitted before the search, on rows that differ.
FROZEN = [FrozenEstimator(PCA(2).fit(X[:45])), FrozenEstimator(PCA(2).fit(X[45:]))]
TREES = [FrozenEstimator(clone(TREE).fit(X[i:], Y[i:])) for i in (0, 60)]


class Fussy(ClassifierMixin, BaseEstimator):
    """Fails to fit, or to predict, for some of its parameters."""

    def __init__(self, value=0):
        self.value = value

    def fit(self, X, y):
        if self.value in (1, 3):
            raise ValueError(f"cannot fit {self.value}")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        if self.value == 4:
            raise ValueError("cannot predict")
        return np.full(len(X), self.classes_[self.value % len(self.classes_)])


def native(value):
    """Numbers of an array reach the estimator as Python's own: the one intended difference."""
    return value.item() if isinstance(value, np.generic) else value


def key_of(params):
    return repr([(name, native(value)) for name, value in sorted(params.items())])


def fitted(estimator, grid, X, y, fit_params, *, strategy="bayesian", **kwargs):
    """Return both searches, fitted, and the warnings of each."""
    searches, caught = [], []
    for search in (
        GridSearchCV(estimator, grid, **kwargs),
        BayesSearchCV(
            estimator,
            grid,
            n_iter=50 if strategy == "grid" else 40,
            strategy=strategy,
            random_state=0,
            **kwargs,
        ),
    ):
        with warnings.catch_warnings(record=True) as records:
            warnings.simplefilter("always")
            search.fit(X, y, **fit_params)
        searches.append(search)
        caught.append([record for record in records if "total space" not in str(record.message)])
    return searches, caught


def assert_same_results(grid, ours):
    """Compare the tables, row by row."""
    theirs, table = grid.cv_results_, ours.cv_results_
    assert set(theirs) == set(table)
    rows = theirs["params"], table["params"]
    assert len(rows[0]) == len(rows[1])
    assert [key_of(row) for row in rows[0]] == [key_of(row) for row in rows[1]]
    for one, other in zip(*rows, strict=True):
        assert {k: type(native(v)) for k, v in one.items()} == {
            k: type(v) for k, v in other.items()
        }
    for name in theirs.keys() - {"params"}:
        column, mine = theirs[name], table[name]
        assert type(mine) is type(column), name
        assert mine.dtype == column.dtype, name
        assert mine.shape == column.shape, name
        if name.endswith("_time"):
            assert np.isfinite(mine).all(), name
        elif name.startswith("param_"):
            np.testing.assert_array_equal(mine.mask, column.mask, err_msg=name)
            assert list(map(repr, mine.tolist())) == list(map(repr, column.tolist()))
        else:
            np.testing.assert_array_equal(mine, column, err_msg=name)


def assert_same_best(grid, ours):
    for name in ("best_score_", "best_index_", "n_splits_", "multimetric_"):
        assert hasattr(grid, name) == hasattr(ours, name), name
        if hasattr(grid, name):
            assert getattr(grid, name) == getattr(ours, name), name
    assert hasattr(grid, "best_params_") == hasattr(ours, "best_params_")
    assert hasattr(grid, "best_estimator_") == hasattr(ours, "best_estimator_")
    if hasattr(grid, "best_params_"):
        assert key_of(ours.best_params_) == key_of(grid.best_params_)


CASES = {
    "classifier": (TREE, TREE_GRID, {}, {}),
    "numbers": (SVC(), {"C": [0.1, 1, 10], "shrinking": [True, False]}, {}, {}),
    "integers": (TREE, {"max_depth": [1, 2, 3], "min_samples_split": range(2, 5)}, {}, {}),
    "falling integers": (
        TREE,
        {"max_depth": range(3, 0, -1), "min_samples_split": range(20, 5, -5)},
        {},
        {},
    ),
    "arrays": (SVC(), {"C": np.logspace(-1, 1, 3), "degree": np.array([2, 3])}, {}, {}),
    "several spaces": (
        SVC(),
        [{"kernel": ["linear"], "C": [1, 10]}, {"kernel": ["rbf"], "gamma": [0.1, "scale"]}],
        {},
        {},
    ),
    "three spaces": (
        SVC(),
        [{"C": [10, 1]}, {"kernel": ["poly"], "degree": range(3, 0, -1)}, {"gamma": [1.0, 0.1]}],
        {},
        {},
    ),
    "ties": (DummyClassifier(), {"random_state": [3, 1, 2], "constant": [0, 1]}, {}, {}),
    "constants": (SVC(), {"C": [2.0], "kernel": ["linear"]}, {}, {}),
    "nothing to search": (TREE, {}, {}, {}),
    "train scores": (TREE, TREE_GRID, {"return_train_score": True}, {}),
    "two metrics": (
        TREE,
        TREE_GRID,
        {"scoring": ["accuracy", "f1_macro"], "refit": "f1_macro", "return_train_score": True},
        {},
    ),
    "dict of metrics": (
        TREE,
        TREE_GRID,
        {"scoring": {"a": "accuracy", "b": make_scorer(f1_score, average="macro")}, "refit": False},
        {},
    ),
    "callable metrics": (
        TREE,
        TREE_GRID,
        {
            "scoring": lambda e, X, y: {"x": accuracy_score(y, e.predict(X)), "y": 1.0},
            "refit": "x",
        },
        {},
    ),
    "callable metric": (TREE, TREE_GRID, {"scoring": lambda e, X, y: 0.5 + len(X) / 100}, {}),
    "callable refit": (TREE, TREE_GRID, {"refit": lambda table: 0}, {}),
    "scorer name": (TREE, TREE_GRID, {"scoring": "f1_macro", "refit": "anything"}, {}),
    "no refit": (TREE, TREE_GRID, {"refit": False}, {}),
    "some fits fail": (Fussy(), {"value": [0, 1, 2, 3]}, {}, {}),
    "failures count as zero": (Fussy(), {"value": [0, 1, 2, 3]}, {"error_score": 0.0}, {}),
    "failures with train scores": (
        Fussy(),
        {"value": [0, 1, 2]},
        {"return_train_score": True, "scoring": ["accuracy", "f1_macro"], "refit": "accuracy"},
        {},
    ),
    "failures with callable metrics": (
        Fussy(),
        {"value": [1, 0, 2]},
        {
            "scoring": lambda e, X, y: {"x": accuracy_score(y, e.predict(X)), "y": 1.0},
            "refit": "x",
            "error_score": -1,
        },
        {},
    ),
    "some scorings fail": (Fussy(), {"value": [0, 4, 2]}, {}, {}),
    "groups": (TREE, TREE_GRID, {"cv": GroupKFold(5)}, {"groups": GROUPS}),
    "leave one group out": (TREE, TREE_GRID, {"cv": LeaveOneGroupOut()}, {"groups": GROUPS}),
    "sample weights": (TREE, TREE_GRID, {}, {"sample_weight": WEIGHTS}),
    "generator of splits": (
        TREE,
        TREE_GRID,
        {"cv": list(KFold(3, shuffle=True, random_state=1).split(X))},
        {},
    ),
    "one split": (TREE, TREE_GRID, {"cv": [(np.arange(60), np.arange(60, 90))]}, {}),
    "pipeline of estimators": (
        make_pipeline(StandardScaler(), SVC()),
        {"standardscaler": [StandardScaler(), MinMaxScaler(), "passthrough"], "svc__C": [1, 10]},
        {},
        {},
    ),
    "estimators that are fitted": (
        Pipeline([("reduce", PCA(2)), ("classify", SVC())]),
        [
            {"reduce": [FROZEN[0]]},
            {"reduce": FROZEN[1:]},
            *({"reduce": [SelectFromModel(tree, prefit=True)]} for tree in TREES),
        ],
        {},
        {},
    ),
    "ints and floats in two spaces": (
        TREE,
        [{"max_features": [1, 2]}, {"max_features": [0.5, 1.0]}],
        {},
        {},
    ),
    "tuples and None": (
        DummyClassifier(strategy="constant", constant=0),
        {"constant": [0, 1, 2], "random_state": [None, 1]},
        {},
        {},
    ),
}


@pytest.mark.parametrize("strategy", ["bayesian", "random", "grid"])
@pytest.mark.parametrize("name", CASES)
def test_same_table_as_grid_search(name, strategy):
    estimator, grid, kwargs, fit_params = CASES[name]
    kwargs = {"cv": 3, "strategy": strategy, **kwargs}
    (theirs, ours), caught = fitted(estimator, grid, X, Y, fit_params, **kwargs)
    assert_same_results(theirs, ours)
    assert_same_best(theirs, ours)
    categories = [sorted({record.category.__name__ for record in records}) for records in caught]
    assert categories[0] == categories[1]
    failures = [
        [str(r.message).split("\n")[1] for r in records if "Fit" in r.category.__name__]
        for records in caught
    ]
    assert failures[0] == failures[1]


class Keeps(ClassifierMixin, BaseEstimator):
    """Takes any values, and scores by a digest of them."""

    def __init__(self, a=None, b=None, c=None, place=None):
        self.a = a
        self.b = b
        self.c = c
        self.place = place

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        # Few values, so that there are ties.
        return len(repr((self.a, self.b, self.c))) % 3 + round(X[0, 0] * 1e3) % 2


VALUES = hs.one_of(
    hs.integers(-3, 3),
    hs.floats(-2, 2).map(lambda x: round(x, 2) + 0.001),
    hs.sampled_from(["x", "yy", None, True, (1, 2), "0"]),
)
LISTS = hs.dictionaries(
    hs.sampled_from(["a", "b", "c"]),
    hs.lists(
        VALUES,
        min_size=1,
        max_size=3,
        unique_by=lambda x: repr(native(x * 1.0 if type(x) in (int, bool) else x)),
    ),
)


@given(hs.lists(LISTS, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_any_grid_has_the_table_of_grid_search(lists):
    """But for candidates that are in it twice, which are evaluated once."""
    grid = [{**each, "place": [i]} for i, each in enumerate(lists)]
    theirs = GridSearchCV(Keeps(), grid, cv=2).fit(X, Y)
    ours = BayesSearchCV(Keeps(), grid, cv=2, strategy="grid").fit(X, Y)
    assert_same_results(theirs, ours)
    assert_same_best(theirs, ours)


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "csr_array"])
def test_sparse_input(kind):
    (theirs, ours), _ = fitted(
        LogisticRegression(),
        {"C": [0.1, 1]},
        getattr(scipy.sparse, f"{kind}")(X)
        if kind == "csr_array"
        else getattr(scipy.sparse, f"{kind}_matrix")(X),
        Y,
        {},
        cv=3,
    )
    assert_same_results(theirs, ours)


def test_pandas_input():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=[f"f{i}" for i in range(X.shape[1])])
    (theirs, ours), _ = fitted(
        TREE, TREE_GRID, frame, pd.Series(Y), {"sample_weight": pd.Series(WEIGHTS)}, cv=3
    )
    assert_same_results(theirs, ours)
    np.testing.assert_array_equal(ours.feature_names_in_, theirs.feature_names_in_)
    assert ours.predict(frame.tail(5)).shape == (5,)


@pytest.mark.parametrize("container", [list, lambda X: X.reshape(-1, 2, 3), lambda X: X[:, None]])
def test_input_is_handed_on_as_it_is(container):
    seen = []

    class Looks(Fussy):
        def fit(self, X, y):
            seen.append((type(X), np.ndim(X)))
            return super().fit(X, y)

    data = container(X)
    fitted(Looks(), {"value": [0, 2]}, data, list(Y), {}, cv=3)
    assert set(seen) == {(type(data), np.ndim(data))}


def test_precomputed_kernels_are_cut_on_both_sides():
    kernel = X @ X.T
    (theirs, ours), _ = fitted(SVC(kernel="precomputed"), {"C": [0.1, 1]}, kernel, Y, {}, cv=3)
    assert_same_results(theirs, ours)


def test_regression_with_two_targets():
    data, target = make_regression(n_samples=60, n_features=4, n_targets=2, random_state=0)
    (theirs, ours), _ = fitted(Ridge(), {"alpha": [0.1, 1.0]}, data, target, {}, cv=3)
    assert_same_results(theirs, ours)


def test_without_a_target():
    from sklearn.neighbors import KernelDensity

    (theirs, ours), _ = fitted(KernelDensity(), {"bandwidth": [0.5, 1.0]}, X, None, {}, cv=3)
    assert_same_results(theirs, ours)


@pytest.mark.parametrize("is_routing", [False, True])
def test_metadata_is_routed_alike(is_routing):
    with sklearn.config_context(enable_metadata_routing=is_routing):
        tree = DecisionTreeClassifier(random_state=0)
        scorer = make_scorer(accuracy_score)
        if is_routing:
            tree.set_fit_request(sample_weight=True)
            scorer.set_score_request(sample_weight=True)
        (theirs, ours), _ = fitted(
            tree,
            TREE_GRID,
            X,
            Y,
            {"sample_weight": WEIGHTS, "groups": GROUPS},
            cv=GroupKFold(3),
            scoring=scorer,
        )
        assert_same_results(theirs, ours)
        if is_routing:
            weighted = ours.score(X, Y, sample_weight=WEIGHTS)
            assert weighted == theirs.best_estimator_.score(X, Y, sample_weight=WEIGHTS)


def test_metadata_that_nobody_asked_for_is_an_error():
    from sklearn.exceptions import UnsetMetadataPassedError

    with sklearn.config_context(enable_metadata_routing=True):
        search = BayesSearchCV(DecisionTreeClassifier(), TREE_GRID)
        with pytest.raises(UnsetMetadataPassedError):
            search.fit(X, Y, sample_weight=WEIGHTS)
