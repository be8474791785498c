"""Tasks with the search spaces of Bayesmark, which others wrote for estimators of scikit-learn.

Nine estimators, each with the ranges and the fixed settings that Bayesmark gives it, on data sets
that come with scikit-learn. Ranges that Bayesmark has on a logit scale are ranges of the logit
here, so that all optimisers see that scale.

Other than in Bayesmark, seeds are fixed, folds are shuffled once, no rows are held back, and the
data set `digits` is left out, where one evaluation of a network takes many seconds. What
scikit-learn has no more is written as it says: `normalize` scales the features, and a linear
classifier of several classes is one of one class against the rest.

Source: https://github.com/uber/bayesmark, `bayesmark/sklearn_funcs.py` (Apache 2.0).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from benchmarks.tasks.models import LOG_LOSS, MSE, WHOLE, validated
from benchmarks.tasks.task import BAYESMARK, LOG, Params, Task

LOGIT = "logit_"  # before the names of parameters that are given as logits
CLASSES = ("breast", "iris", "wine")
NUMBERS = ("diabetes",)


def logit(low: float, high: float) -> tuple[float, float]:
    """Return a range of the logit."""
    return math.log(low / (1 - low)), math.log(high / (1 - high))


def built(model: Callable[..., Any], **params: Any) -> Any:
    """Return an estimator; logits among its parameters become what they are logits of."""
    values = {
        name.removeprefix(LOGIT): 1 / (1 + math.exp(-value)) if name.startswith(LOGIT) else value
        for name, value in params.items()
    }
    return model(**values)


def normalized(regressor: Callable[..., Any], normalize: bool, **params: Any) -> Any:
    """Return a linear regression of features that may be scaled."""
    return make_pipeline(StandardScaler() if normalize else "passthrough", regressor(**params))


def one_against_rest(**params: Any) -> Any:
    """Return a linear classifier."""
    return OneVsRestClassifier(LogisticRegression(solver="liblinear", **params))


NEIGHBOURS: Params = {"n_neighbors": (1, 25), "p": (1, 4)}
SUPPORT: Params = {"C": (1.0, 1e3, LOG), "gamma": (1e-4, 1e-3, LOG), "tol": (1e-5, 1e-1, LOG)}
TREES: Params = {
    "max_depth": (1, 15),
    "logit_min_samples_split": logit(0.01, 0.99),
    "logit_min_samples_leaf": logit(0.01, 0.49),
    "logit_min_weight_fraction_leaf": logit(0.01, 0.49),
    "logit_max_features": logit(0.01, 0.99),
    "min_impurity_decrease": (0.0, 0.5),
}
NETWORK: Params = {
    "hidden_layer_sizes": (50, 200),
    "alpha": (1e-5, 1e1, LOG),
    "batch_size": (10, 250),
    "learning_rate_init": (1e-5, 1e-1, LOG),
    "tol": (1e-5, 1e-1, LOG),
    "logit_validation_fraction": logit(0.1, 0.9),
}
ADAM: Params = {
    **NETWORK,
    "logit_beta_1": logit(0.5, 0.99),
    "logit_beta_2": logit(0.9, 1 - 1e-6),
    "epsilon": (1e-9, 1e-6, LOG),
}
SGD: Params = {
    **NETWORK,
    "logit_power_t": logit(0.1, 0.9),
    "logit_momentum": logit(0.001, 0.999),
}
BOOSTED: Params = {"n_estimators": (10, 100), "learning_rate": (1e-4, 1e1, LOG)}
LINEAR: Params = {"C": (1e-2, 1e2, LOG), "intercept_scaling": (1e-2, 1e2, LOG)}
RIDGE: Params = {
    "alpha": (1e-2, 1e2, LOG),
    "fit_intercept": [False, True],
    "normalize": [False, True],
    "max_iter": (10, 5000, LOG),
    "tol": (1e-4, 1e-1, LOG),
}
LASSO: Params = {**RIDGE, "tol": (1e-5, 1e-1, LOG), "positive": [False, True]}
STOPPED: Params = {"early_stopping": True}
STEPS: Params = {**STOPPED, "solver": "sgd", "learning_rate": "invscaling"}

# Name; classifier, what it is given beside its parameters, and space; the same of the regressor.
MODELS: tuple[tuple[str, tuple[Any, Params, Params], tuple[Any, Params, Params]], ...] = (
    ("knn", (KNeighborsClassifier, {}, NEIGHBOURS), (KNeighborsRegressor, {}, NEIGHBOURS)),
    ("svm", (SVC, {"probability": True}, SUPPORT), (SVR, {}, SUPPORT)),
    ("tree", (DecisionTreeClassifier, {}, TREES), (DecisionTreeRegressor, {}, TREES)),
    (
        "forest",
        (RandomForestClassifier, {"n_estimators": 10}, TREES),
        (RandomForestRegressor, {"n_estimators": 10}, TREES),
    ),
    ("adam", (MLPClassifier, STOPPED, ADAM), (MLPRegressor, STOPPED, ADAM)),
    ("sgd", (MLPClassifier, STEPS, SGD), (MLPRegressor, {**STEPS, "activation": "tanh"}, SGD)),
    ("ada", (AdaBoostClassifier, {}, BOOSTED), (AdaBoostRegressor, {}, BOOSTED)),
    (
        "lasso",
        (one_against_rest, {"l1_ratio": 1.0}, LINEAR),
        (normalized, {"regressor": Lasso}, LASSO),
    ),
    (
        "linear",
        (one_against_rest, {"l1_ratio": 0.0}, LINEAR),
        (normalized, {"regressor": Ridge}, RIDGE),
    ),
)


def bayesmark() -> Iterator[Task]:
    """Yield each estimator on each data set."""
    for name, of_classes, of_numbers in MODELS:
        cases = ((CLASSES, LOG_LOSS, of_classes), (NUMBERS, MSE, of_numbers))
        for data_sets, scoring, (model, fixed, space) in cases:
            for data in data_sets:
                task = validated(
                    f"bayesmark-{name}-{data}",
                    f"{data}{WHOLE}",
                    built,
                    scoring,
                    space,
                    name,
                    fixed=(("model", model), *fixed.items()),
                    scaler="none",
                )
                yield replace(task, origin=BAYESMARK)


BAYESMARK_TASKS = list(bayesmark())
