"""Tasks whose objective is the cross-validated score of a scikit-learn estimator.

Small data and small models, so that an evaluation takes some milliseconds; the surfaces have what
larger ones have: plateaus of accuracies, steps of trees, solvers that fail or diverge, parameters
that matter in some places only.

Noisy tasks have new folds and seeds for each evaluation; what a point is worth
is its mean over `N_REPEATS` others, the same for all points.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.svm import SVC, SVR, NuSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from benchmarks.tasks.models import (
    ACCURACY,
    AUC,
    GAMMA,
    LOG_LOSS,
    MSE,
    R2,
    C,
    boosted,
    logistic,
    network,
    polynomial,
    process,
    validated,
)
from benchmarks.tasks.task import LOG, Task

N_REPEATS = 10
N_REFERENCE_NOISY = 200  # random evaluations of the reference, each repeated


def noisy(name: str, data: str, build: Any, scoring: str, space: Any, **kwargs: Any) -> Task:
    """Return a task whose folds and seeds are drawn anew for each evaluation."""
    task = validated(name, data, build, scoring, space, "noisy", **kwargs)
    make: Any = task.make
    return replace(
        task,
        make=replace(make, is_drawn=True),
        noise_free=replace(make, n_repeats=N_REPEATS),
        n_reference=N_REFERENCE_NOISY,
    )


def single_models() -> Iterator[Task]:
    """Yield the tasks of one model."""
    yield validated("svc-breast", "breast", SVC, ACCURACY, {"C": C, "gamma": GAMMA})
    space: Any = {"C": C, "gamma": GAMMA, "epsilon": (1e-3, 1.0, LOG)}
    yield validated("svr-diabetes", "diabetes", SVR, R2, space, fixed=(("max_iter", 4000),))
    space = {
        "nu": (0.01, 0.6),
        "gamma": GAMMA,
        "kernel": ["rbf", "poly", "sigmoid"],
        "degree": (2, 4),
        "coef0": (0.0, 2.0),
    }
    yield validated(
        "nusvc-rare", "classes-rare", NuSVC, ACCURACY, space, fixed=(("max_iter", 5000),)
    )
    space = {
        "alpha": (1e-6, 1e2, LOG),
        "gamma": (1e-4, 1e1, LOG),
        "kernel": ["rbf", "laplacian", "polynomial"],
        "degree": (2, 5),
        "coef0": (0.0, 3.0),
    }
    yield validated("kernel-friedman2", "friedman2", KernelRidge, MSE, space)
    space = {
        "n_estimators": (2, 10),
        "max_depth": (1, 15, LOG),
        "min_samples_leaf": (1, 30, LOG),
        "max_features": (0.1, 1.0),
        "criterion": ["gini", "entropy"],
        "class_weight": [None, "balanced"],
    }
    yield validated(
        "forest-hastie", "hastie", RandomForestClassifier, AUC, space, n_splits=3, scaler="none"
    )
    space = {
        "n_estimators": (2, 10),
        "max_depth": (2, 20, LOG),
        "min_samples_split": (2, 30, LOG),
        "max_features": (0.1, 1.0),
        "bootstrap": [False, True],
    }
    yield validated(
        "extra-friedman1", "friedman1", ExtraTreesRegressor, R2, space, n_splits=3, scaler="none"
    )
    space = {
        "learning_rate": (0.01, 1.0, LOG),
        "max_iter": (4, 16, LOG),
        "max_leaf_nodes": (2, 31, LOG),
        "min_samples_leaf": (2, 40, LOG),
        "l2_regularization": (1e-6, 1e2, LOG),
        "max_features": (0.1, 1.0),
    }
    fixed: Any = (("early_stopping", False),)
    model: Any = HistGradientBoostingClassifier
    yield validated("boosting-hastie", "hastie", model, LOG_LOSS, space, fixed=fixed, n_splits=3)
    space = {
        "learning_rate": (0.01, 1.0, LOG),
        "n_estimators": (4, 20, LOG),
        "max_depth": (1, 6),
        "subsample": (0.3, 1.0),
        "max_features": (0.1, 1.0),
        "min_samples_leaf": (1, 30, LOG),
        "loss": ["squared_error", "huber"],
    }
    yield validated(
        "boosting-diabetes", "diabetes", GradientBoostingRegressor, R2, space, n_splits=3
    )
    space = {
        "width": (2, 32, LOG),
        "layers": (1, 3),
        "alpha": (1e-6, 1e1, LOG),
        "learning_rate_init": (1e-4, 1.0, LOG),
        "solver": ["adam", "sgd", "lbfgs"],
        "activation": ["relu", "tanh", "logistic"],
        "batch_size": (16, 128, LOG),
        "beta_1": (0.5, 0.99),
    }
    fixed = (("model", MLPClassifier), ("max_iter", 8))
    yield validated("network-wine", "wine", network, LOG_LOSS, space, fixed=fixed, n_splits=3)
    space = {
        "loss": ["hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron"],
        "penalty": ["l2", "l1", "elasticnet"],
        "alpha": (1e-6, 1.0, LOG),
        "l1_ratio": (0.0, 1.0),
        "learning_rate": ["optimal", "constant", "invscaling", "adaptive"],
        "eta0": (1e-4, 10.0, LOG),
        "power_t": (0.1, 0.9),
        "average": [False, True],
    }
    yield validated(
        "sgd-breast", "breast", SGDClassifier, ACCURACY, space, fixed=(("max_iter", 20),)
    )
    space = {
        "degree": [1, 2, 3],
        "interaction_only": [False, True],
        "alpha": (1e-4, 1e1, LOG),
        "l1_ratio": (0.01, 1.0),
    }
    yield validated("polynomial-friedman3", "friedman3", polynomial, MSE, space)
    space = {
        "penalty": ["l1", "l2", "elasticnet"],
        "solver": ["lbfgs", "liblinear", "newton-cg", "saga"],
        "C": (1e-4, 1e4, LOG),
        "l1_ratio": (0.05, 0.95),
        "class_weight": [None, "balanced"],
    }
    yield validated(
        "logistic-rare", "classes-rare", logistic, LOG_LOSS, space, fixed=(("max_iter", 40),)
    )
    space = {"n_neighbors": (1, 60, LOG), "p": (1.0, 6.0), "weights": ["uniform", "distance"]}
    yield validated("knn-classes", "classes-3", KNeighborsClassifier, ACCURACY, space)
    space = {
        "max_depth": (1, 20, LOG),
        "min_samples_leaf": (1, 50, LOG),
        "ccp_alpha": (1e-6, 1e-1, LOG),
        "criterion": ["gini", "entropy"],
        "max_features": (0.1, 1.0),
        "splitter": ["best", "random"],
    }
    yield validated("tree-classes", "classes-3", DecisionTreeClassifier, ACCURACY, space)
    space = {
        "loss": ["squared_error", "huber", "epsilon_insensitive"],
        "penalty": ["l2", "l1", "elasticnet"],
        "alpha": (1e-6, 1e1, LOG),
        "learning_rate": ["constant", "invscaling", "adaptive"],
        "eta0": (1e-5, 10.0, LOG),
        "epsilon": (1e-3, 1.0, LOG),
    }
    yield validated("sgd-linear", "linear", SGDRegressor, MSE, space, fixed=(("max_iter", 30),))
    space = {
        "solver": ["svd", "lsqr", "eigen"],
        "shrinkage": [None, "auto", 0.001, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1.0],
        "tol": (1e-8, 1.0, LOG),
        "n_components": (1, 8),
    }
    yield validated("lda-digits", "digits", LinearDiscriminantAnalysis, LOG_LOSS, space)
    space = {
        "width": (2, 40, LOG),
        "layers": (1, 2),
        "alpha": (1e-6, 1e2, LOG),
        "learning_rate_init": (1e-4, 3.0, LOG),
        "solver": ["adam", "sgd"],
        "activation": ["relu", "tanh", "identity"],
        "momentum": (0.1, 0.99),
    }
    fixed = (("model", MLPRegressor), ("max_iter", 25))
    yield validated("network-roll", "roll", network, MSE, space, fixed=fixed, n_splits=3)
    space = {"length_scale": (0.01, 100.0, LOG), "nu": [0.5, 1.5, 2.5], "alpha": (1e-9, 10.0, LOG)}
    yield validated("process-roll", "roll", process, R2, space)
    space = {
        "n_estimators": (2, 8),
        "learning_rate": (0.01, 4.0, LOG),
        "max_depth": (1, 6),
        "min_samples_leaf": (1, 20, LOG),
    }
    yield validated(
        "adaboost-circles", "circles", boosted, LOG_LOSS, space, n_splits=3, scaler="none"
    )


def noisy_models() -> Iterator[Task]:
    """Yield the tasks with folds and seeds drawn for each evaluation."""
    space: Any = {"C": C, "gamma": GAMMA}
    yield noisy("svc-classes-noisy", "classes-2", SVC, ACCURACY, space)
    space = {
        "max_depth": (1, 15, LOG),
        "min_samples_leaf": (1, 40, LOG),
        "max_features": (0.1, 1.0),
        "ccp_alpha": (1e-5, 1.0, LOG),
    }
    yield noisy("tree-diabetes-noisy", "diabetes", DecisionTreeRegressor, R2, space)
    space = {
        "loss": ["hinge", "log_loss", "modified_huber"],
        "alpha": (1e-6, 1.0, LOG),
        "eta0": (1e-4, 10.0, LOG),
        "learning_rate": ["optimal", "constant", "adaptive"],
        "l1_ratio": (0.0, 1.0),
    }
    fixed: Any = (("penalty", "elasticnet"), ("max_iter", 10))
    yield noisy("sgd-rare-noisy", "classes-rare", SGDClassifier, AUC, space, fixed=fixed)
    space = {
        "n_estimators": (2, 8),
        "max_depth": (1, 12, LOG),
        "max_features": (0.1, 1.0),
        "min_samples_leaf": (1, 20, LOG),
        "bootstrap": [False, True],
    }
    yield noisy("extra-friedman3-noisy", "friedman3", ExtraTreesRegressor, R2, space, n_splits=3)


REAL = [*single_models(), *noisy_models()]
