"""`refit="1se"` and `OneStandardError` in a search: what is simple, and what is taken."""

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import all_estimators

from skbayes import BayesSearchCV, OneStandardError
from skbayes.known.simplicity import SIMPLICITY, simplicity_of
from skbayes.search.conditions import with_conditions
from skbayes.search.preferences import preferences
from skbayes.space import parse_branches

X, Y = load_iris(return_X_y=True)


def resolved(estimator, space, prefer=None):
    parsed = with_conditions(parse_branches(space), estimator)
    return preferences(parsed, estimator, OneStandardError(prefer))


def names_of(estimator, space):
    """Return what is simple for each branch, in the order compared."""
    return [
        {name: each.simple for name, each in branch.items()}
        for branch in resolved(estimator, space).by_branch
    ]


@pytest.mark.parametrize(
    ("estimator", "space", "expected"),
    [
        (SVC(), {"C": (0.1, 9.0), "tol": (1e-4, 1e-2)}, {"C": "low"}),
        (
            make_pipeline(PCA(), SVR()),
            {"svr__C": (0.1, 9.0), "pca__n_components": (1, 4), "svr__epsilon": (0.1, 1.0)},
            {"svr__C": "low", "svr__epsilon": "high", "pca__n_components": "low"},
        ),
        (BaggingClassifier(SVC()), {"estimator__gamma": (0.1, 1.0)}, {"estimator__gamma": "low"}),
        (
            MultiOutputRegressor(make_pipeline(SVR())),
            {"estimator__svr__C": [0.1, 1.0, 9.0]},
            {"estimator__svr__C": "low"},
        ),
        (
            DecisionTreeClassifier(),
            {"min_samples_leaf": (1, 9), "max_depth": [1, 2, None], "ccp_alpha": [0.0, 0.1]},
            {"max_depth": "low", "ccp_alpha": "high", "min_samples_leaf": "high"},
        ),
        (
            HistGradientBoostingClassifier(),
            {"l2_regularization": (0.0, 1.0), "max_leaf_nodes": (2, 9)},
            {"max_leaf_nodes": "low", "l2_regularization": "high"},
        ),
        (KNeighborsClassifier(), {"n_neighbors": (1, 9)}, {"n_neighbors": "high"}),
        # With a single value there is nothing to compare.
        (SVC(), {"C": [1.0], "gamma": (0.1, 1.0)}, {"gamma": "low"}),
    ],
)
def test_what_is_known(estimator, space, expected):
    (found,) = names_of(estimator, space)
    assert found == expected
    assert list(found) == list(expected)


def test_what_is_known_of_the_values_of_a_step():
    pipe = Pipeline([("clf", SVC())])
    space = {
        "clf": [SVC(), DecisionTreeClassifier()],
        "clf__C": (0.1, 9.0),
        "clf__max_depth": (1, 9),
    }
    assert names_of(pipe, space) == [{"clf__C": "low"}, {"clf__max_depth": "low"}]
    spaces = [{"clf__C": [0.1, 1.0]}, {"clf__tol": [0.1, 1.0]}]
    assert names_of(pipe, spaces) == [{"clf__C": "low"}, {}]


def test_a_class_of_the_same_name_is_not_known():
    class Mine(SVC):
        pass

    impostor = type("SVC", (BaseEstimator,), {})
    assert simplicity_of(Mine(), "C").simple == "low"
    assert simplicity_of(impostor(), "C") is None
    boosted = type("XGBModel", (BaseEstimator,), {"__module__": "xgboost"})
    assert simplicity_of(type("XGBClassifier", (boosted,), {})(), "gamma").simple == "high"


def test_the_table_names_classes_and_parameters_that_exist():
    """Of scikit-learn's classes; some are younger than the oldest release."""
    bases = {base for _, cls in all_estimators() for base in cls.__mro__}
    by_name = {base.__name__: base for base in bases if base.__module__.startswith("sklearn")}
    parameters = {}
    for _, cls in all_estimators():
        for base in cls.__mro__:
            parameters.setdefault(base.__name__, set()).update(cls._get_param_names())
    for row in SIMPLICITY:
        found = [name for name in row.classes.split() if name in by_name]
        others = {"XGBModel", "LGBMModel", "CatBoost"}.intersection(row.classes.split())
        assert found or others, row
        assert others or any(row.parameter in parameters[name] for name in found), row
        assert row.simple in ("low", "high")
        assert row.reason


@pytest.mark.parametrize(
    ("estimator", "space", "prefer", "rows", "expected"),
    [
        # Another kernel is another model, unless somebody says which one is simpler.
        (
            SVC(), {"C": [1.0, 2.0, 3.0], "kernel": ["linear", "rbf"]}, None,
            [(1.0, "rbf"), (1.0, "linear"), (2.0, "rbf")], [[1], [np.nan], [2]],
        ),
        (
            SVC(), {"C": [1.0, 2.0, 3.0], "kernel": ["linear", "rbf"]},
            {"kernel": ["linear", "rbf"], "C": "high"},
            [(1.0, "rbf"), (3.0, "linear")], [[1, -1], [0, -3]],
        ),
        # No limit is the least simple; other words cannot be compared, but with themselves.
        (
            DecisionTreeClassifier(), {"max_depth": [1, 2, None]}, None,
            [(None,), (2,)], [[np.inf], [2]],
        ),
        (SelectKBest(), {"k": [1, 2, "all"]}, None, [("all",), (2,)], [[np.inf], [2]]),
        (PCA(), {"n_components": [1, "mle"]}, None, [(1,), ("mle",)], [[1], [np.nan]]),
        (PCA(), {"n_components": [1, "mle", 3]}, None, [("mle",), (3,)], [[0], [np.nan]]),
        (SVC(), {"C": ["x", 0.1]}, {"C": "high"}, [("x",), (0.1,)], [[0], [np.nan]]),
        (PCA(), {"n_components": [1, None]}, None, [(None,), (1,)], [[np.inf], [1]]),
        # One row, and a share of all rows.
        (
            DecisionTreeClassifier(), {"min_samples_leaf": [2, 9, 0.1, 0.2]}, None,
            [(2,), (9,), (0.1,)], [[-2], [-9], [np.nan]],
        ),
        # A value that the list leaves out.
        (
            SVC(), {"kernel": ["linear", "rbf", "poly"]}, {"kernel": ["linear", "rbf"]},
            [("rbf",), ("poly",), ("linear",)], [[1], [np.nan], [0]],
        ),
    ],
)  # fmt: skip
def test_complexity_by_hand(estimator, space, prefer, rows, expected):
    found = resolved(estimator, space, prefer)
    points = [found.space.encode(dict(zip(space, row, strict=True))) for row in rows]
    np.testing.assert_array_equal(found.complexity(points, points[0]), expected)


def test_candidates_of_another_space_cannot_be_compared():
    found = resolved(SVC(), [{"C": [1.0, 2.0]}, {"C": [0.1, 0.2], "kernel": ["linear"]}])
    points = [found.space.encode(p) for p in ({"C": 2.0}, {"C": 0.1, "kernel": "linear"})]
    np.testing.assert_array_equal(found.complexity(points, points[0]), [[2.0], [np.nan]])


@pytest.mark.parametrize(
    ("refit", "space", "match"),
    [
        ("1se", {"tol": (0.1, 1.0)}, r"does not know .*: 'tol'. Write .*\{'tol': 'low'\}"),
        (OneStandardError(), {"shrinking": [True, False]}, "refit=True"),
        ("1se", {"C": [1.0]}, "none, because each parameter has only one value"),
        (OneStandardError({"c": "low"}), {"C": [1, 2]}, r"prefer\['c'\].*it has 'C'"),
        (OneStandardError({"kernel": "low"}), {"kernel": ["rbf", "poly"]}, "is for numbers"),
        (OneStandardError({"C": [0.1, 1.0]}), {"C": (0.1, 1.0)}, "has a range.*'low' or 'high'"),
        (
            OneStandardError({"kernel": ["linear", "rbf"]}),
            {"kernel": ["rbf", "poly"]},
            "has 'linear', which is not a value",
        ),
    ],
)
def test_what_is_refused_before_any_fit(refit, space, match, tmp_path):
    class Unfit(SVC):
        def fit(self, *args):
            raise AssertionError("fitted")

    path = tmp_path / "search.jsonl"
    search = BayesSearchCV(Unfit(), space, n_iter=2, refit=refit, checkpoint=path)
    with pytest.raises(ValueError, match=match):
        search.fit(X, Y)
    assert not path.exists()


class Table(ClassifierMixin, BaseEstimator):
    """Scores of the folds as a table says, by `size`; the first one fails."""

    FOLDS = np.array([[np.nan] * 3, [24, 24, 24], [27, 28, 29], [24, 32, 40], [32, 32, 32]])

    def __init__(self, size=0, tol=0.0):
        self.size = size
        self.tol = tol

    def fit(self, X, y):
        if self.size == 0:
            raise ValueError("cannot be fitted")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def by_table(estimator, X, y):
    return {
        "first": Table.FOLDS[estimator.size, int(X[0, 0])],
        "second": float(estimator.size),
    }


def first_only(estimator, X, y):
    return by_table(estimator, X, y)["first"]


DATA, TARGET = np.repeat(np.arange(3.0), 4)[:, None], np.tile([0, 1], 6)
SPLITS = [(np.flatnonzero(DATA[:, 0] != k), np.flatnonzero(DATA[:, 0] == k)) for k in range(3)]


def search(**kwargs):
    kwargs = {"scoring": first_only, "refit": OneStandardError({"size": "low"}), **kwargs}
    rows = list(range(len(Table.FOLDS)))
    points = [{"size": row} for row in rows]
    return BayesSearchCV(
        Table(), {"size": rows}, n_iter=len(rows), cv=SPLITS, initial_points=points, **kwargs
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores")
@pytest.mark.parametrize(
    ("kwargs", "size", "score"),
    [
        ({}, 2, 28.0),
        ({"refit": True}, 3, 32.0),
        ({"refit": OneStandardError({"size": "high"})}, 4, 32.0),
        ({"refit": OneStandardError({"size": [4, 2, 3]})}, 4, 32.0),
        ({"error_score": 31.0}, 2, 28.0),
        # By the metric that steers the search.
        ({"scoring": by_table}, 2, 28.0),
        ({"scoring": by_table, "objective": "second"}, 4, 4.0),
        ({"scoring": by_table, "objective": "first"}, 2, 28.0),
    ],
)
def test_in_a_search(kwargs, size, score):
    fitted = clone(search(**kwargs)).fit(DATA, TARGET)
    assert fitted.best_index_ == fitted.best_params_["size"] == fitted.best_estimator_.size == size
    assert fitted.best_score_ == pytest.approx(score)
    metric = kwargs.get("objective", "first")
    expected = by_table(fitted.best_estimator_, DATA[:4], TARGET[:4])[metric]
    again = pickle.loads(pickle.dumps(fitted))
    assert fitted.score(DATA[:4], TARGET[:4]) == expected == again.score(DATA[:4], TARGET[:4])
    assert again.refit == fitted.refit


@pytest.mark.parametrize("early_stopping", [None, "racing"])
def test_the_default_takes_a_simpler_candidate_that_is_as_good(early_stopping, tmp_path):
    def made(n_iter):
        return BayesSearchCV(
            make_pipeline(StandardScaler(), LogisticRegression()),
            {"logisticregression__C": (1e-3, 1e3, "log-uniform")},
            n_iter=n_iter,
            refit="1se",
            early_stopping=early_stopping,
            checkpoint=tmp_path / "search.jsonl",
            random_state=0,
        )

    made(7).fit(X, Y)
    # From the checkpoint.
    found = made(14).fit(X, Y)
    table, name = found.cv_results_, "logisticregression__C"
    best = int(table["rank_test_score"].argmin())
    C = table[f"param_{name}"].data.astype(float)
    assert C[found.best_index_] <= C[best]
    assert found.candidate_status_[found.best_index_] == "complete"
    folds = np.array([table[f"split{k}_test_score"] for k in range(5)]).T
    difference = folds[best] - folds
    error = difference.std(axis=1, ddof=1) / np.sqrt(5)
    is_within = difference.mean(axis=1) <= error + 1e-12
    assert found.best_index_ == np.where(is_within, C, np.inf).argmin()
