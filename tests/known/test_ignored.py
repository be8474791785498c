"""Each line of the table of ignored parameters holds: fits that differ in one of them are equal."""

import contextlib
import importlib
import warnings
from collections.abc import Iterator
from functools import cache
from inspect import signature
from typing import Any

import numpy as np
import pytest
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import all_estimators

from skbayes.known import IGNORED

BOOSTERS = (
    ("lightgbm", "LGBMClassifier"),
    ("lightgbm", "LGBMRegressor"),
    ("xgboost", "XGBClassifier"),
    ("xgboost", "XGBRegressor"),
)
# Two values of each parameter.
PAIRS: dict[str, tuple[Any, Any]] = {
    "gamma": (0.02, 0.7),
    "degree": (2, 4),
    "coef0": (0.0, 1.5),
    "n_neighbors": (3, 9),
    "p": (1, 3),
    "l1_ratio": (0.1, 0.9),
    "C": (0.01, 10.0),
    "alpha": (0.05, 0.8),
    "eta0": (0.001, 0.1),
    "power_t": (0.1, 0.9),
    "epsilon": (1e-8, 0.3),
    "validation_fraction": (0.1, 0.4),
    "learning_rate_init": (1e-4, 0.1),
    "batch_size": (5, 20),
    "early_stopping": (False, True),
    "n_iter_no_change": (1, 20),
    "max_fun": (2, 1000),
    "learning_rate": ("constant", "invscaling"),
    "leaf_size": (2, 40),
    "intercept_scaling": (0.1, 9.0),
    "shuffle": (False, True),
    "quantile": (0.1, 0.9),
    "max_delta_step": (0.1, 5.0),
    "max_bin": (4, 64),
    "grow_policy": ("depthwise", "lossguide"),
    "tree_method": ("hist", "approx"),
    "num_parallel_tree": (1, 3),
    "one_drop": (False, True),
    "sample_type": ("uniform", "weighted"),
    "normalize_type": ("tree", "forest"),
    "uniform_drop": (False, True),
    "xgboost_dart_mode": (False, True),
    "learning_decay": (0.6, 0.9),
    "learning_offset": (5.0, 50.0),
    "max_iter": (1, 40),
    "momentum": (0.1, 0.9),
    "nesterovs_momentum": (False, True),
    "beta_1": (0.1, 0.9),
    "beta_2": (0.5, 0.999),
    "tol": (1e-9, 0.5),
    "max_depth": (1, 6),
    "max_leaves": (2, 8),
    "min_child_weight": (0.5, 20.0),
    "subsample": (0.5, 1.0),
    "colsample_bytree": (0.3, 1.0),
    "colsample_bylevel": (0.3, 1.0),
    "colsample_bynode": (0.3, 1.0),
    "rate_drop": (0.1, 0.9),
    "drop_rate": (0.1, 0.9),
    "skip_drop": (0.0, 0.5),
    "max_drop": (1, 30),
    "iterated_power": (0, 6),
    "n_oversamples": (2, 12),
    "n_iter": (1, 9),
    "fill_value": (-1.0, 7.0),
    "smooth_idf": (False, True),
    "stop_words": (None, ["aa"]),
    "token_pattern": (r"(?u)\b\w+\b", r"(?u)\b\w\w\w+\b"),
}
# What keeps fits short, or makes a parameter count where it does.
OTHERS = {
    "random_state": 0, "max_iter": 30, "n_estimators": 12, "hidden_layer_sizes": (4,),
    "n_components": 2, "verbosity": 0, "n_features": 32, "n_jobs": 1, "gamma": 0.5, "radius": 0.8,
}  # fmt: skip


@cache
def all_classes() -> list[type]:
    listed = [cls for _, cls in all_estimators()]
    for package, name in BOOSTERS:
        try:
            listed.append(getattr(importlib.import_module(package), name))
        except ImportError:
            continue
    return listed


def classes(line: Any) -> Iterator[type]:
    """Yield the classes of scikit-learn, and of the boosters that are installed, of a line."""
    for cls in all_classes():
        names = {base.__name__ for base in cls.__mro__}
        if not names.isdisjoint(line.classes.split()) and line.setter in parameters_of(cls):
            yield cls


def parameters_of(cls: type) -> set[str]:
    """Return the parameters that a class takes: boosters take those of their bases as well."""
    bases = cls.__mro__ if cls.__name__.startswith(("XGB", "LGBM")) else (cls,)
    return {name for base in bases for name in signature(base.__init__).parameters}


def pair_of(line: Any) -> tuple[Any, Any]:
    """Return two values of the parameter of a line."""
    is_step = line.parameter == "learning_rate" and line.classes == "LGBMModel"
    return (0.05, 0.5) if is_step else PAIRS[line.parameter]


def data_for(cls: type, setter: str, value: Any) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    X = rng.random((60, 5))
    if value == "precomputed":
        X = X @ X.T
    y = 1 + (3 * X[:, 0] + X[:, 1] + 0.3 * rng.standard_normal(60) > 2)
    if "Vectorizer" in cls.__name__:
        return [" ".join(rng.choice(["aa", "b", "ccc", "dddd"], 5)) for _ in range(20)], y[:20]
    if cls.__name__ == "SimpleImputer":
        X[rng.random(X.shape) < 0.2] = np.nan
    return X, y


def seen(cls: type, params: dict[str, Any], X: Any, y: Any) -> list[Any]:
    """Return all that a fitted estimator says of its data."""
    others = {n: v for n, v in OTHERS.items() if n in parameters_of(cls) - params.keys()}
    if cls.__name__ == "LinearDiscriminantAnalysis":
        others["n_components"] = 1
    if "LGBM" in cls.__name__:
        others["verbose"] = -1
    if params.get("boosting_type") == "rf":
        others |= {"subsample": 0.5, "subsample_freq": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fits that are cut short, and of what is ignored
        fitted = clone(cls(**others)).set_params(**params).fit(X, y)
        found = []
        for name in ("predict", "decision_function", "predict_proba", "transform", "kneighbors"):
            with contextlib.suppress(AttributeError, NotImplementedError):
                result = getattr(fitted, name)(X)
                found.append(result.toarray() if issparse(result) else np.asarray(result))
    return [*found, getattr(fitted, "negative_outlier_factor_", np.zeros(1))]


def equal(a: list[Any], b: list[Any]) -> bool:
    return all(np.array_equal(x, y, equal_nan=True) for x, y in zip(a, b, strict=True))


CASES = [
    pytest.param(
        line, value, id=f"{line.classes.split()[0]}-{line.parameter}-{line.setter}={value}"
    )
    for line in IGNORED
    for value in line.values
]


@pytest.mark.parametrize(("line", "value"), CASES)
def test_fits_that_differ_in_it_are_equal(line: Any, value: Any) -> None:
    n_compared = 0
    for cls in classes(line):
        X, y = data_for(cls, line.setter, value)
        found = []
        for each in pair_of(line):
            try:
                found.append(seen(cls, {line.setter: value, line.parameter: each}, X, y))
            except (ValueError, NotFittedError, AttributeError):
                break  # a value that this class, or this version of it, does not take
        if len(found) == 2 and len(found[0]) > 1:
            assert equal(*found), cls
            n_compared += 1
    if not n_compared and line.classes == "XGBModel":
        pytest.skip("XGBoost is not installed")
    assert n_compared
