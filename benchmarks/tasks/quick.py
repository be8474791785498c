"""Estimators of scikit-learn with few rows of its data: quick tasks for studies of folds."""

from functools import cache, partial

import numpy as np
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_wine,
    make_classification,
    make_friedman1,
    make_moons,
)
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor, RandomForestClassifier
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, LogisticRegression, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

N_ROWS = 400
C, GAMMA = (1e-3, 1e3, "log-uniform"), (1e-4, 1e1, "log-uniform")


TASKS = {
    "svc-digits": (load_digits, SVC(max_iter=20_000), {"C": C, "gamma": GAMMA}),
    "svc-breast": (load_breast_cancer, SVC(max_iter=20_000),
                   {"C": C, "gamma": GAMMA, "kernel": ["rbf", "poly"]}),
    "svc-moons": (partial(make_moons, 400, noise=0.35, random_state=0), SVC(max_iter=20_000),
                  {"C": C, "gamma": GAMMA, "kernel": ["rbf", "sigmoid", "poly"],
                   "coef0": (0.0, 2.0)}),
    "knn-wine": (load_wine, KNeighborsClassifier(),
                 {"n_neighbors": (1, 40), "p": (1.0, 4.0), "weights": ["uniform", "distance"]}),
    "knn-digits": (load_digits, KNeighborsClassifier(),
                   {"n_neighbors": (1, 30), "p": (1.0, 4.0), "weights": ["uniform", "distance"]}),
    "logistic-classes": (
        partial(make_classification, 400, 30, n_informative=6, flip_y=0.1, random_state=0),
        LogisticRegression(solver="liblinear", max_iter=300),
        {"C": C, "fit_intercept": [True, False], "intercept_scaling": (0.1, 10.0, "log-uniform")}),
    "tree-breast": (load_breast_cancer, DecisionTreeClassifier(random_state=0),
                    {"max_depth": (1, 12), "min_samples_leaf": (1, 40, "log-uniform"),
                     "max_features": (0.1, 1.0), "ccp_alpha": (1e-5, 0.1, "log-uniform")}),
    "forest-wine": (load_wine, RandomForestClassifier(15, random_state=0),
                    {"max_depth": (1, 10), "min_samples_leaf": (1, 20, "log-uniform"),
                     "max_features": (0.1, 1.0)}),
    "sgd-digits": (load_digits, SGDClassifier(random_state=0, max_iter=50, tol=None),
                   {"alpha": (1e-6, 1e0, "log-uniform"), "l1_ratio": (0.0, 1.0),
                    "loss": ["hinge", "log_loss", "modified_huber"]}),
    "network-wine": (load_wine, MLPClassifier((16,), max_iter=60, random_state=0),
                     {"alpha": (1e-6, 1e1, "log-uniform"),
                      "learning_rate_init": (1e-4, 1e-1, "log-uniform"),
                      "activation": ["relu", "tanh"]}),
    "net-diabetes": (load_diabetes, ElasticNet(max_iter=5000),
                     {"alpha": (1e-4, 1e1, "log-uniform"), "l1_ratio": (0.05, 1.0)}),
    "svr-diabetes": (load_diabetes, SVR(max_iter=20_000),
                     {"C": (1e-2, 1e3, "log-uniform"), "gamma": GAMMA,
                      "epsilon": (1e-2, 1e2, "log-uniform")}),
    "ridge-friedman1": (partial(make_friedman1, 250, noise=1.0, random_state=0),
                        KernelRidge(kernel="rbf"),
                        {"alpha": (1e-5, 1e1, "log-uniform"), "gamma": GAMMA}),
    "boosting-diabetes": (load_diabetes, GradientBoostingRegressor(n_estimators=30, random_state=0),
                          {"learning_rate": (0.01, 1.0, "log-uniform"), "max_depth": (1, 6),
                           "min_samples_leaf": (1, 40, "log-uniform"), "subsample": (0.3, 1.0)}),
    "trees-friedman1": (partial(make_friedman1, 250, noise=1.0, random_state=0),
                        ExtraTreesRegressor(15, random_state=0),
                        {"max_depth": (1, 15), "min_samples_leaf": (1, 20, "log-uniform"),
                         "max_features": (0.1, 1.0)}),
    "tree-diabetes": (load_diabetes, DecisionTreeRegressor(random_state=0),
                      {"max_depth": (1, 12), "min_samples_leaf": (1, 60, "log-uniform"),
                       "max_features": (0.1, 1.0)}),
}  # fmt: skip


@cache
def data(name):
    """Return X, scaled, and y of a task."""
    return scaled(TASKS[name][0])


def scaled(load):
    """Return X, scaled, and y of what a function loads."""
    X, y = load() if isinstance(load, partial) else load(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(y))[:N_ROWS]
    return StandardScaler().fit_transform(X[rows]), y[rows]
