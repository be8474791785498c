"""Tasks of estimators whose parameters are choices: pipelines, models and grids of lists.

Pipelines with choices are here twice: as a list of branches, and flat, with the parameters of all
models always there.
"""

from collections.abc import Iterator
from typing import Any

from sklearn.neighbors import KNeighborsRegressor
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

from benchmarks.tasks.models import (
    ACCURACY,
    AUC,
    GAMMA,
    LOG_LOSS,
    MSE,
    R2,
    C,
    choice,
    kernel_svc,
    probabilities,
    regressor,
    validated,
)
from benchmarks.tasks.task import FLAT, LOG, Task, flat

SCALER = ["none", "standard", "minmax", "robust"]
KEEP = {"reducer": ["none", "pca", "white", "best"], "keep": (0.1, 0.95)}
CHOICE_DIGITS: Any = [
    {"model": ["svc"], "svc_C": C, "svc_gamma": GAMMA},
    {"model": ["knn"], "knn_n_neighbors": (1, 30, LOG), "knn_p": (1.0, 4.0)},
    {"model": ["ridge"], "ridge_alpha": (1e-4, 1e4, LOG)},
    {"model": ["tree"], "tree_max_depth": (1, 20, LOG), "tree_ccp_alpha": (1e-6, 0.1, LOG)},
]
CHOICE_DIGITS = [{**branch, "scaler": SCALER, **KEEP} for branch in CHOICE_DIGITS]
CHOICE_REGRESSION: Any = [
    {"model": ["svr"], "svr_C": C, "svr_gamma": GAMMA, "svr_epsilon": (1e-3, 1.0, LOG)},
    {"model": ["kernel"], "kernel_alpha": (1e-6, 1e2, LOG), "kernel_gamma": GAMMA},
    {
        "model": ["net"],
        "degree": (1, 3),
        "net_alpha": (1e-4, 1e1, LOG),
        "net_l1_ratio": (0.01, 1.0),
    },
    {
        "model": ["extra"],
        "extra_max_depth": (1, 20, LOG),
        "extra_min_samples_leaf": (1, 30, LOG),
        "extra_max_features": (0.1, 1.0),
    },
]
CHOICE_REGRESSION = [{**branch, "scaler": SCALER} for branch in CHOICE_REGRESSION]
CHOICE_KERNEL: Any = [
    {"kernel": ["linear"], "C": C},
    {"kernel": ["rbf"], "C": C, "gamma": GAMMA},
    {"kernel": ["poly"], "C": C, "gamma": GAMMA, "degree": (2, 5), "coef0": (0.0, 3.0)},
    {"kernel": ["sigmoid"], "C": C, "gamma": GAMMA, "coef0": (0.0, 3.0)},
]
CHOICE_PROBABILITIES: Any = [
    {
        "model": ["boosting"],
        "boosting_learning_rate": (0.01, 1.0, LOG),
        "boosting_max_leaf_nodes": (2, 31, LOG),
        "boosting_l2_regularization": (1e-6, 1e2, LOG),
    },
    {
        "model": ["network"],
        "network_width": (2, 32, LOG),
        "network_alpha": (1e-6, 1e2, LOG),
        "network_learning_rate_init": (1e-4, 1.0, LOG),
        "network_activation": ["relu", "tanh"],
    },
    {"model": ["logistic"], "logistic_C": (1e-4, 1e4, LOG)},
    {
        "model": ["knn"],
        "knn_n_neighbors": (2, 80, LOG),
        "knn_p": (1.0, 5.0),
        "knn_weights": ["uniform", "distance"],
    },
]


def choices() -> Iterator[Task]:
    """Yield the tasks with a choice of models: as branches, and flat."""
    kinds: list[tuple[str, str, Any, str, Any, dict[str, Any]]] = [
        ("pipeline-digits", "digits", choice, ACCURACY, CHOICE_DIGITS, {"n_splits": 3}),
        ("models-friedman1", "friedman1", regressor, R2, CHOICE_REGRESSION, {}),
        ("models-classes", "classes-2", probabilities, LOG_LOSS, CHOICE_PROBABILITIES, {}),
        ("kernels-moons", "moons", kernel_svc, AUC, CHOICE_KERNEL, {}),
    ]
    for name, data, build, scoring, space, kwargs in kinds:
        kwargs = {**kwargs, "scaler": "none" if "scaler" in space[0] else "standard"}
        yield validated(name, data, build, scoring, space, "conditional", **kwargs)
        whole = flat(space)
        family = "many-dimensions" if len(whole) >= 10 else "real"
        yield validated(name + FLAT, data, build, scoring, whole, family, **kwargs)


def grids() -> Iterator[Task]:
    """Yield the tasks of lists only."""
    space: Any = {
        "C": [0.01, 0.1, 1, 3, 10, 30, 100, 1000],
        "gamma": ["scale", 1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1],
        "kernel": ["rbf", "poly", "sigmoid"],
        "coef0": [0.0, 0.5, 1.0, 3.0],
        "class_weight": [None, "balanced"],
        "shrinking": [False, True],
    }
    fixed: Any = (("max_iter", 5000),)
    yield validated("grid-svc", "classes-3", SVC, ACCURACY, space, "categorical", fixed=fixed)
    space = {
        "model": ["svc", "knn", "ridge", "tree", "lda", "bayes"],
        "scaler": ["none", "standard", "minmax", "robust", "norm"],
        "reducer": ["none", "pca", "white", "best"],
        "keep": [0.2, 0.4, 0.6, 0.8, 0.95],
    }
    yield validated("grid-pipeline", "wine", choice, ACCURACY, space, "categorical", scaler="none")
    space = {
        "criterion": ["squared_error", "friedman_mse", "absolute_error"],
        "splitter": ["best", "random"],
        "max_depth": [None, 1, 2, 3, 4, 5, 7, 10],
        "min_samples_leaf": [1, 2, 5, 10, 20, 40],
        "max_features": [None, "sqrt", 0.3, 0.5, 0.7],
        "ccp_alpha": [0.0, 1e-3, 3e-3, 1e-2, 3e-2, 0.1],
    }
    yield validated(
        "grid-tree", "friedman1", DecisionTreeRegressor, MSE, space, "categorical", scaler="none"
    )
    space = {
        "n_neighbors": [1, 2, 3, 5, 8, 12, 20, 30, 50, 80],
        "metric": ["euclidean", "manhattan", "chebyshev", "cosine", "canberra", "braycurtis"],
        "weights": ["uniform", "distance"],
        "algorithm": ["auto", "brute", "kd_tree"],
    }
    yield validated("grid-knn", "diabetes", KNeighborsRegressor, R2, space, "categorical")


CHOICES = [*choices(), *grids()]
