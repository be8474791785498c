"""The numbers that words, and values with a meaning of their own, stand for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skbayes.known.classes import library_names
from skbayes.known.facts import Facts

__all__ = ["COUNTED", "number_of"]

Number = Callable[[Facts], float | int | None]

NO_LIMIT = math.inf


@dataclass(frozen=True, slots=True)
class Word:
    """One value of a parameter, and the number that it stands for.

    Parameters
    ----------
    classes : tuple of str
        Names of the estimators; their subclasses are meant too.
    parameter : str
    value : str or int or None
        None also means a parameter that is not set and that the estimator does not list.
    number : callable
        Returns the number, an int if it is a count; None if it is not known.
    source : str
        Where the meaning is said.
    """

    classes: tuple[str, ...]
    parameter: str
    value: Any
    number: Number
    source: str


def _inverse_of_features(seen: Facts) -> float | None:
    return 1 / seen.n_columns if seen.n_columns else None


def _scale(seen: Facts) -> float | None:
    return 1.0 if seen.x_variance == 0 else seen.gamma_scale


def _sqrt(seen: Facts) -> int | None:
    return max(1, math.isqrt(seen.n_columns)) if seen.n_columns else None


def _log2(seen: Facts) -> int | None:
    return max(1, int(math.log2(seen.n_columns))) if seen.n_columns else None


def _all_features(seen: Facts) -> int | float:
    return seen.n_columns or 1.0


def _most_features(seen: Facts) -> float:
    return seen.n_columns or NO_LIMIT


def _all_samples(seen: Facts) -> int | float:
    return seen.n_samples or 1.0


def _smaller_side(seen: Facts) -> float:
    return min(seen.n_samples or NO_LIMIT, seen.n_columns or NO_LIMIT)


def _no_more_than(n: int) -> Number:
    return lambda seen: min(n, seen.n_samples) if seen.n_samples else n


def _just(number: float) -> Number:
    return lambda seen: number


TREES = (
    "BaseDecisionTree",
    "BaseForest",
    "BaseGradientBoosting",
)
SVMS = ("BaseLibSVM",)
HISTOGRAMS = ("BaseHistGradientBoosting",)
BAGGED = ("BaseBagging",)
XGBOOST = ("XGBModel",)
LIGHTGBM = ("LGBMModel",)
CATBOOST = ("CatBoost",)

SVM_PAGE = "sklearn.svm.SVC, gamma"
TREE_PAGE = "sklearn.ensemble.RandomForestClassifier, max_features, max_depth, max_leaf_nodes"
HISTOGRAM_PAGE = "sklearn.ensemble.HistGradientBoostingClassifier, max_depth, max_leaf_nodes"
XGBOOST_PAGE = "xgboost.readthedocs.io, parameter.html"
LIGHTGBM_PAGE = "lightgbm.readthedocs.io, Parameters.html"
CATBOOST_PAGE = "catboost.ai, Training parameters"

# What boosters have where they are given nothing, of parameters that they do not list then.
UNSET_LIGHTGBM = {
    "path_smooth": 0.0,
    "max_bin": 255,
    "min_gain_to_split": 0.0,
    "max_delta_step": 0.0,
    "min_data_in_bin": 3,
    "feature_fraction_bynode": 1.0,
    "linear_lambda": 0.0,
    "cat_smooth": 10.0,
    "cat_l2": 10.0,
    "drop_rate": 0.1,
    "skip_drop": 0.5,
    "max_drop": 50,
    "top_rate": 0.2,
    "other_rate": 0.1,
}
UNSET_CATBOOST = {
    "iterations": 1000,
    "n_estimators": 1000,
    "depth": 6,
    "max_depth": 6,
    "l2_leaf_reg": 3.0,
    "reg_lambda": 3.0,
    "random_strength": 1.0,
    "bagging_temperature": 1.0,
    "rsm": 1.0,
    "colsample_bylevel": 1.0,
    "min_data_in_leaf": 1,
    "border_count": 254,
}

WORDS: tuple[Word, ...] = (
    Word(SVMS, "gamma", "scale", _scale, SVM_PAGE),
    Word(SVMS, "gamma", "auto", _inverse_of_features, SVM_PAGE),
    Word(SVMS, "max_iter", -1, _just(NO_LIMIT), "sklearn.svm.SVC, max_iter"),
    Word(("RBFSampler",), "gamma", "scale", _scale, "sklearn.kernel_approximation.RBFSampler"),
    Word(
        ("KernelRidge", "Nystroem", "KernelPCA"),
        "gamma",
        None,
        _inverse_of_features,
        "sklearn.metrics.pairwise.rbf_kernel, gamma",
    ),
    Word(TREES, "max_features", "sqrt", _sqrt, TREE_PAGE),
    Word(TREES, "max_features", "log2", _log2, TREE_PAGE),
    Word(TREES, "max_features", None, _all_features, TREE_PAGE),
    Word(TREES, "max_depth", None, _just(NO_LIMIT), TREE_PAGE),
    Word(TREES, "max_leaf_nodes", None, _just(NO_LIMIT), TREE_PAGE),
    Word(TREES, "max_samples", None, _all_samples, TREE_PAGE),
    Word(HISTOGRAMS, "max_depth", None, _just(NO_LIMIT), HISTOGRAM_PAGE),
    Word(HISTOGRAMS, "max_leaf_nodes", None, _just(NO_LIMIT), HISTOGRAM_PAGE),
    Word(("IsolationForest",), "max_samples", "auto", _no_more_than(256), "IsolationForest"),
    Word(BAGGED, "max_samples", None, _all_samples, "sklearn.ensemble.BaggingClassifier"),
    Word(
        ("BaseMultilayerPerceptron",),
        "batch_size",
        "auto",
        _no_more_than(200),
        "sklearn.neural_network.MLPClassifier, batch_size",
    ),
    Word(("PCA",), "n_components", None, _smaller_side, "sklearn.decomposition.PCA"),
    Word(("SelectKBest",), "k", "all", _most_features, "sklearn.feature_selection.SelectKBest"),
    Word(
        ("CountVectorizer",),
        "max_features",
        None,
        _just(NO_LIMIT),
        "sklearn.feature_extraction.text.TfidfVectorizer",
    ),
    Word(
        ("LogisticRegression",),
        "l1_ratio",
        None,
        _just(0.0),
        "sklearn.linear_model.LogisticRegression, l1_ratio",
    ),
    Word(
        ("LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis"),
        "shrinkage",
        None,
        _just(0.0),
        "sklearn.discriminant_analysis, shrinkage",
    ),
    Word(XGBOOST, "n_estimators", None, _just(100), "xgboost.XGBModel, n_estimators"),
    Word(XGBOOST, "learning_rate", None, _just(0.3), XGBOOST_PAGE),
    Word(XGBOOST, "max_depth", None, _just(6), XGBOOST_PAGE),
    Word(XGBOOST, "max_depth", 0, _just(NO_LIMIT), XGBOOST_PAGE),
    Word(XGBOOST, "max_leaves", None, _just(NO_LIMIT), XGBOOST_PAGE),
    Word(XGBOOST, "max_leaves", 0, _just(NO_LIMIT), XGBOOST_PAGE),
    Word(XGBOOST, "max_bin", None, _just(256), XGBOOST_PAGE),
    Word(XGBOOST, "min_child_weight", None, _just(1.0), XGBOOST_PAGE),
    Word(XGBOOST, "gamma", None, _just(0.0), XGBOOST_PAGE),
    Word(XGBOOST, "subsample", None, _just(1.0), XGBOOST_PAGE),
    Word(XGBOOST, "colsample_bytree", None, _just(1.0), XGBOOST_PAGE),
    Word(XGBOOST, "colsample_bylevel", None, _just(1.0), XGBOOST_PAGE),
    Word(XGBOOST, "colsample_bynode", None, _just(1.0), XGBOOST_PAGE),
    Word(XGBOOST, "reg_alpha", None, _just(0.0), XGBOOST_PAGE),
    Word(XGBOOST, "reg_lambda", None, _just(1.0), XGBOOST_PAGE),
    Word(XGBOOST, "rate_drop", None, _just(0.0), XGBOOST_PAGE),
    Word(XGBOOST, "skip_drop", None, _just(0.0), XGBOOST_PAGE),
    Word(LIGHTGBM, "max_depth", -1, _just(NO_LIMIT), LIGHTGBM_PAGE),
    *(
        Word(LIGHTGBM, name, None, _just(number), LIGHTGBM_PAGE)
        for name, number in UNSET_LIGHTGBM.items()
    ),
    *(
        Word(CATBOOST, name, None, _just(number), CATBOOST_PAGE)
        for name, number in UNSET_CATBOOST.items()
    ),
)

# Parameters of which an int is a number of features or samples, and a float a share of these.
COUNTED: dict[str, Callable[[Facts], int | None]] = {
    "max_features": lambda seen: seen.n_columns,
    "max_samples": lambda seen: seen.n_samples,
    "min_samples_leaf": lambda seen: seen.n_samples,
    "min_samples_split": lambda seen: seen.n_samples,
    "step": lambda seen: seen.n_columns,
}


def number_of(owner: Any, parameter: str, value: Any, seen: Facts) -> float | int | None:
    """Return the number that a value of a parameter stands for, None if it is not known.

    Parameters
    ----------
    owner : estimator object
        That has the parameter.
    parameter : str
    value : object
    seen : Facts
        What the estimator is fitted to.

    Examples
    --------
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> facts = Facts(n_features=30, most_features=30)
    >>> number_of(RandomForestClassifier(), "max_features", "sqrt", facts)
    5
    """
    if not (value is None or type(value) in (str, int)):
        return None
    names = library_names(owner)
    for word in WORDS:
        is_meant = type(word.value) is type(value) and word.value == value
        if is_meant and word.parameter == parameter and not names.isdisjoint(word.classes):
            return word.number(seen)
    return None
