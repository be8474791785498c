"""Estimators whose first configurations are learnt, each with its space, the same for all data.

What good values depend on is taken out: `UNITS` says by what a value is multiplied before the
estimator gets it. So `gamma` is a multiple of what ``gamma="scale"`` stands for, and `C` of a
regressor one of the standard deviation of y.

What a longer fit makes better, at a price (the number of trees of a forest), is not searched.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import StandardScaler

from benchmarks.portfolios.data import DATA_SETS, DataSet
from skbayes.space import Space, parse_space

LOG = "log-uniform"
N_FOLDS = 3
N_TREES = 40  # of a forest, which is not searched
MAX_CLASSES = 8  # of the data that boosted trees learn from: they grow a tree for each
Params = dict[str, Any]


@dataclass(frozen=True)
class Family:
    """An estimator, or a classifier and a regressor that are tuned alike.

    Parameters
    ----------
    name : str
    classifier, regressor : str
        Their dotted names; "" if there is none.
    space : dict
    n_candidates : int
        Random candidates of a table.
    present : callable
        The estimator's own defaults for X, y and whether this is classification.
    units : dict, default={}
        Parameters with the unit of their values: "scale" or "sd".
    fixed : dict, default={}
    is_scaled : bool, default=False
        Whether the features are standardised first.
    is_slow : bool, default=False
        Whether to take every second data set only, of few classes.
    step : int, default=1
        Of these, every so many are taken.
    """

    name: str
    classifier: str
    regressor: str
    space: Params
    n_candidates: int
    present: Callable[[np.ndarray, np.ndarray, bool], Params]
    units: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    is_scaled: bool = False
    is_slow: bool = False
    step: int = 1

    @property
    def parsed(self) -> Space:
        """The space."""
        return parse_space(self.space)

    def data_sets(self) -> list[DataSet]:
        """Return the data sets that it learns from."""
        fit = [d for d in DATA_SETS if (self.classifier if d.is_class else self.regressor)]
        if not self.is_slow:
            return fit
        few = [d for d in fit if not d.is_class or len(np.unique(d.load()[1])) <= MAX_CLASSES]
        classes, others = ([d for d in few if d.is_class is kind] for kind in (True, False))
        return [*classes[::2], *others[: 2 * len(others) : 2], *others[1:2]][:: self.step]

    def build(self, params: Params, X: np.ndarray, y: np.ndarray, is_class: bool) -> BaseEstimator:
        """Return the estimator with parameters in their units."""
        module, _, name = (self.classifier if is_class else self.regressor).rpartition(".")
        cls = getattr(import_module(module), name)
        own = {
            name: value * unit(self.units[name], X, y) if name in self.units else value
            for name, value in params.items()
        }
        model = cls(**self.fixed)
        usual = {"random_state": 0, "n_jobs": 1}
        fixed = {name: value for name, value in usual.items() if name in model.get_params()}
        return model.set_params(**fixed, **own)

    def start(self, data: DataSet) -> Params:
        """Return the estimator's defaults in units, or the nearest place of the space."""
        X, y = data.load()
        now = self.present(X, y, data.is_class)
        for name, value in now.items():
            if name in self.units:
                value /= unit(self.units[name], X, y)
            written = self.space[name]
            if isinstance(written, tuple):
                kind = type(written[0])
                now[name] = kind(min(max(value, written[0]), written[1]))
        return now


def unit(name: str, X: np.ndarray, y: np.ndarray) -> float:
    """Return by what a value is multiplied; features count as standardised."""
    return float(np.std(y)) if name == "sd" else 1 / X.shape[1]


@cache
def folds(data: DataSet, is_scaled: bool, seed: int = 0) -> list[tuple[np.ndarray, ...]]:
    """Return the folds of a split, the same for all: X and y to fit, X and y to score."""
    X, y = data.load()
    kind = StratifiedKFold if data.is_class else KFold
    found = []
    for train, test in kind(N_FOLDS, shuffle=True, random_state=seed).split(X, y):
        scale = StandardScaler().fit(X[train]).transform if is_scaled else np.asarray
        found.append((scale(X[train]), y[train], scale(X[test]), y[test]))
    return found


def score(family: Family, data: DataSet, params: Params, seed: int = 0) -> float:
    """Return the mean over folds of the accuracy, or of R²; -inf if a fit fails.

    `seed` is that of the split: 0 is the one that is searched.
    """
    X, y = data.load()
    model = family.build(params, X, y, data.is_class)
    try:
        with config_context(assume_finite=True, skip_parameter_validation=True):
            return float(np.mean([
                model.fit(X_train, y_train).score(X_test, y_test)
                for X_train, y_train, X_test, y_test in folds(data, family.is_scaled, seed)
            ]))  # fmt: skip
    except ValueError:
        return -math.inf


def _forest(X: np.ndarray, y: np.ndarray, is_class: bool) -> Params:
    share = math.sqrt(X.shape[1]) / X.shape[1] if is_class else 1.0
    return {"max_features": share, "min_samples_leaf": 1}


def _families() -> Iterator[Family]:
    linear, svm = "sklearn.linear_model.", "sklearn.svm."
    ensemble = "sklearn.ensemble."
    yield Family(
        "Ridge", linear + "RidgeClassifier", linear + "Ridge",
        {"alpha": (1e-4, 1e5, LOG)}, 64, lambda X, y, c: {"alpha": 1.0}, is_scaled=True,
    )  # fmt: skip
    yield Family(
        "KNeighbors", "sklearn.neighbors.KNeighborsClassifier",
        "sklearn.neighbors.KNeighborsRegressor",
        {"n_neighbors": (1, 80, LOG), "weights": ["uniform", "distance"], "p": [1, 2]}, 64,
        lambda X, y, c: {"n_neighbors": 5, "weights": "uniform", "p": 2}, is_scaled=True,
    )  # fmt: skip
    yield Family(
        "DecisionTree", "sklearn.tree.DecisionTreeClassifier",
        "sklearn.tree.DecisionTreeRegressor",
        {"max_depth": (1, 30, LOG), "min_samples_leaf": (1, 60, LOG), "max_features": (0.1, 1.0)},
        96, lambda X, y, c: {"max_depth": 30, "min_samples_leaf": 1, "max_features": 1.0},
    )  # fmt: skip
    yield Family(
        "SVC", svm + "SVC", "", {"C": (1e-2, 1e4, LOG), "gamma": (1e-3, 1e2, LOG)}, 96,
        lambda X, y, c: {"C": 1.0, "gamma": 1 / X.shape[1]}, {"gamma": "scale"},
        {"max_iter": 20_000}, is_scaled=True,
    )  # fmt: skip
    yield Family(
        "SVR", "", svm + "SVR",
        {"C": (1e-2, 1e4, LOG), "gamma": (1e-3, 1e2, LOG), "epsilon": (1e-3, 1.0, LOG)}, 96,
        lambda X, y, c: {"C": 1.0, "gamma": 1 / X.shape[1], "epsilon": 0.1},
        {"gamma": "scale", "C": "sd", "epsilon": "sd"}, {"max_iter": 20_000}, is_scaled=True,
    )  # fmt: skip
    yield Family(
        "ElasticNet", "", linear + "ElasticNet",
        {"alpha": (1e-5, 1.0, LOG), "l1_ratio": (0.01, 1.0)}, 64,
        lambda X, y, c: {"alpha": 1.0, "l1_ratio": 0.5}, {"alpha": "sd"}, is_scaled=True,
    )  # fmt: skip
    yield Family(
        "LogisticRegression", linear + "LogisticRegression", "", {"C": (1e-4, 1e4, LOG)}, 64,
        lambda X, y, c: {"C": 1.0}, fixed={"max_iter": 150}, is_scaled=True,
    )  # fmt: skip
    yield Family(
        "LinearSVC", svm + "LinearSVC", "", {"C": (1e-4, 1e3, LOG)}, 64,
        lambda X, y, c: {"C": 1.0}, fixed={"dual": False}, is_scaled=True,
    )  # fmt: skip
    yield Family(
        "KernelRidge", "", "sklearn.kernel_ridge.KernelRidge",
        {"alpha": (1e-4, 1e2, LOG), "gamma": (1e-3, 1e2, LOG)}, 64,
        lambda X, y, c: {"alpha": 1.0, "gamma": 1 / X.shape[1]}, {"gamma": "scale"},
        {"kernel": "rbf"}, is_scaled=True,
    )  # fmt: skip
    yield Family(
        "ExtraTrees", ensemble + "ExtraTreesClassifier", ensemble + "ExtraTreesRegressor",
        {"max_features": (0.05, 1.0), "min_samples_leaf": (1, 30, LOG), "bootstrap": [False, True]},
        64, lambda X, y, c: {**_forest(X, y, c), "bootstrap": False},
        fixed={"n_estimators": N_TREES}, is_slow=True,
    )  # fmt: skip
    yield Family(
        "RandomForest", ensemble + "RandomForestClassifier", ensemble + "RandomForestRegressor",
        {"max_features": (0.05, 1.0), "min_samples_leaf": (1, 30, LOG), "max_samples": (0.3, 1.0)},
        64, lambda X, y, c: {**_forest(X, y, c), "max_samples": 1.0},
        fixed={"n_estimators": N_TREES}, is_slow=True,
    )  # fmt: skip
    yield Family(
        "LightGBM", "lightgbm.LGBMClassifier", "lightgbm.LGBMRegressor",
        {
            "n_estimators": (20, 300, LOG), "learning_rate": (0.01, 0.5, LOG),
            "num_leaves": (2, 63, LOG), "min_child_samples": (2, 60, LOG),
            "reg_lambda": (1e-3, 100.0, LOG), "colsample_bytree": (0.2, 1.0),
        },
        64,
        lambda X, y, c: {
            "n_estimators": 100, "learning_rate": 0.1, "num_leaves": 31, "min_child_samples": 20,
            "reg_lambda": 0.0, "colsample_bytree": 1.0,
        },
        fixed={"verbosity": -1}, is_slow=True,
    )  # fmt: skip
    yield Family(
        "XGBoost", "xgboost.XGBClassifier", "xgboost.XGBRegressor",
        {
            "n_estimators": (20, 300, LOG), "learning_rate": (0.01, 0.5, LOG),
            "max_depth": (1, 10), "min_child_weight": (0.5, 32.0, LOG),
            "reg_lambda": (1e-3, 100.0, LOG), "subsample": (0.4, 1.0),
            "colsample_bytree": (0.2, 1.0),
        },
        40,
        lambda X, y, c: {
            "n_estimators": 100, "learning_rate": 0.3, "max_depth": 6, "min_child_weight": 1.0,
            "reg_lambda": 1.0, "subsample": 1.0, "colsample_bytree": 1.0,
        },
        is_slow=True, step=2,
    )  # fmt: skip


FAMILIES = {family.name: family for family in _families()}
