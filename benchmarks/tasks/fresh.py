"""Searches whose candidates can be scored on fresh data, which tells what a score is worth.

A task draws a few rows of a data set for each seed. The search has these; the other rows, up to
`MAX_FRESH`, are fresh. The estimators of the folds, fitted to as many rows as a new fold would
give them, are scored on both: on their held-out fold, and on the fresh rows. The mean of the
latter over the folds is what a candidate is truly worth, up to the noise of many rows.

Some rows of a real data set that are drawn make the others a little worse, and the fewer others
there are the more so. So real data sets give at most a fifth of their rows; generated ones are
large.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.base import is_classifier
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge, SGDClassifier
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from benchmarks.tasks.task import LOG
from skbayes import BayesSearchCV

N_FOLDS = 5
MAX_FRESH = 500
N_POOL = 3000

C, GAMMA, ALPHA = (1e-2, 1e3, LOG), (1e-4, 1e1, LOG), (1e-4, 1e2, LOG)
LEAF = (1, 30, LOG)

Rows = tuple[np.ndarray, np.ndarray]


def _standardised(X: np.ndarray, y: np.ndarray) -> Rows:
    return X, (y - y.mean()) / y.std()


POOLS: dict[str, Callable[[], Rows]] = {
    "breast": partial(datasets.load_breast_cancer, return_X_y=True),
    "digits": partial(datasets.load_digits, return_X_y=True),
    "diabetes": lambda: _standardised(*datasets.load_diabetes(return_X_y=True)),
    "classes": lambda: datasets.make_classification(
        N_POOL, 12, n_informative=5, n_redundant=2, flip_y=0.08, class_sep=0.8, random_state=11
    ),
    "three": lambda: datasets.make_classification(
        N_POOL, 10, n_informative=6, n_classes=3, class_sep=1.2, random_state=12
    ),
    "noise": lambda: datasets.make_classification(
        N_POOL, 20, n_informative=2, n_redundant=0, flip_y=0.4, class_sep=0.5, random_state=13
    ),
    "moons": partial(datasets.make_moons, N_POOL, noise=0.35, random_state=10),
    "hastie": partial(datasets.make_hastie_10_2, N_POOL, random_state=8),
    "friedman1": lambda: _standardised(
        *datasets.make_friedman1(N_POOL, n_features=8, noise=1.0, random_state=4)
    ),
    "friedman2": lambda: _standardised(
        *datasets.make_friedman2(N_POOL, noise=50.0, random_state=5)
    ),
    "linear": lambda: _standardised(
        *datasets.make_regression(N_POOL, 30, n_informative=8, noise=60.0, random_state=9)
    ),
}


@cache
def pool(name: str) -> Rows:
    """Return all rows of a data set."""
    return POOLS[name]()


@dataclass(frozen=True)
class FreshTask:
    """An estimator, its space, and data of which a search sees a part.

    Attributes
    ----------
    data : str
        One of `POOLS`.
    n_rows : int
        That a search has.
    estimator : estimator
    space : dict
    scoring : str
        One whose mean over small folds is that over many rows: an r2 of few rows is too low.
    """

    data: str
    n_rows: int
    estimator: Any
    space: dict[str, Any]
    scoring: str

    def drawn(self, seed: int) -> tuple[Rows, Rows]:
        """Return the rows of the search, and the fresh ones."""
        X, y = pool(self.data)
        order = np.random.default_rng(seed).permutation(len(y))
        own, fresh = order[: self.n_rows], order[self.n_rows : self.n_rows + MAX_FRESH]
        return (X[own], y[own]), (X[fresh], y[fresh])

    def search(
        self, seed: int, n_iter: int, fitted: list[Any], n_folds: int = N_FOLDS, **settings: Any
    ) -> BayesSearchCV:
        """Return a search that adds each fitted estimator to a list, in the order of the folds."""
        scorer = get_scorer(self.scoring)

        def keeping(estimator: Any, X: np.ndarray, y: np.ndarray) -> float:
            fitted.append(estimator)
            return float(scorer(estimator, X, y))

        folds = StratifiedKFold if is_classifier(self.estimator) else KFold
        return BayesSearchCV(
            self.estimator,
            self.space,
            n_iter=n_iter,
            scoring=keeping,
            cv=folds(n_folds, shuffle=True, random_state=seed),
            random_state=seed,
            # Those that are known were learnt on some of these data.
            **{"initial_points": [], **settings},
        )

    def splits(self, seed: int, rows: Rows, n_folds: int) -> list[Any]:
        """Return the folds of a search."""
        return list(self.search(seed, 1, [], n_folds).cv.split(*rows))


def _scaled(estimator: Any, *before: Any) -> Any:
    return make_pipeline(StandardScaler(), *before, estimator)


def _named(step: str, **space: Any) -> dict[str, Any]:
    return {f"{step}__{name}": values for name, values in space.items()}


_TREE = {"max_depth": (1, 12), "min_samples_leaf": LEAF, "ccp_alpha": (1e-5, 0.1, LOG)}
_FOREST = {"max_depth": (1, 10), "min_samples_leaf": (1, 20, LOG), "max_features": (0.1, 1.0)}

FRESH_TASKS: dict[str, FreshTask] = {
    "tree-breast": FreshTask(
        "breast", 110, DecisionTreeClassifier(random_state=0), _TREE, "accuracy"
    ),
    "tree-classes": FreshTask(
        "classes", 120, DecisionTreeClassifier(random_state=0), _TREE, "roc_auc"
    ),
    "tree-friedman1": FreshTask(
        "friedman1",
        120,
        DecisionTreeRegressor(random_state=0),
        {"max_leaf_nodes": (2, 60, LOG), "min_samples_leaf": LEAF},
        "neg_mean_squared_error",
    ),
    "tree-diabetes": FreshTask(
        "diabetes",
        88,
        DecisionTreeRegressor(random_state=0),
        {"max_depth": (1, 10), "min_samples_split": (2, 40, LOG)},
        "neg_mean_squared_error",
    ),
    "trees-friedman1": FreshTask(
        "friedman1", 100, ExtraTreesRegressor(6, random_state=0), _FOREST, "neg_mean_squared_error"
    ),
    "lasso-linear": FreshTask(
        "linear", 80, Lasso(max_iter=3000), {"alpha": (1e-3, 1.0, LOG)}, "neg_mean_squared_error"
    ),
    "net-diabetes": FreshTask(
        "diabetes",
        88,
        _scaled(ElasticNet(max_iter=3000)),
        _named("elasticnet", alpha=(1e-3, 1e1, LOG), l1_ratio=(0.05, 1.0)),
        "neg_mean_squared_error",
    ),
    "ridge-linear": FreshTask(
        "linear", 60, Ridge(), {"alpha": (1e-2, 1e4, LOG)}, "neg_mean_squared_error"
    ),
    "logistic-noise": FreshTask(
        "noise",
        100,
        _scaled(LogisticRegression(solver="liblinear", l1_ratio=1.0)),
        _named("logisticregression", C=C),
        "accuracy",
    ),
    "logistic-three": FreshTask(
        "three",
        100,
        _scaled(LogisticRegression(max_iter=300), PCA()),
        {"pca__n_components": (1, 10), "logisticregression__C": (1e-3, 1e3, LOG)},
        "neg_log_loss",
    ),
    "sgd-breast": FreshTask(
        "breast",
        100,
        _scaled(SGDClassifier(random_state=0, max_iter=30, tol=None, penalty="elasticnet")),
        _named("sgdclassifier", alpha=(1e-6, 1.0, LOG), l1_ratio=(0.0, 1.0)),
        "accuracy",
    ),
    "svc-moons": FreshTask("moons", 100, SVC(), {"C": C, "gamma": (1e-2, 1e2, LOG)}, "accuracy"),
    "svc-breast": FreshTask(
        "breast", 100, _scaled(SVC()), _named("svc", C=C, gamma=GAMMA), "accuracy"
    ),
    "svc-noise": FreshTask(
        "noise", 100, SVC(), {"C": C, "gamma": GAMMA, "kernel": ["rbf", "sigmoid"]}, "accuracy"
    ),
    "svc-hastie": FreshTask("hastie", 120, SVC(), {"C": C, "gamma": GAMMA}, "accuracy"),
    "svr-friedman1": FreshTask(
        "friedman1",
        100,
        _scaled(SVR(max_iter=20_000)),
        _named("svr", C=C, gamma=GAMMA, epsilon=(1e-2, 1.0, LOG)),
        "neg_mean_squared_error",
    ),
    "svr-diabetes": FreshTask(
        "diabetes",
        88,
        _scaled(SVR(max_iter=20_000)),
        _named("svr", C=C, gamma=GAMMA, epsilon=(1e-2, 1.0, LOG)),
        "neg_mean_absolute_error",
    ),
    "kernel-friedman2": FreshTask(
        "friedman2",
        100,
        _scaled(KernelRidge(kernel="rbf")),
        _named("kernelridge", alpha=ALPHA, gamma=GAMMA),
        "neg_mean_squared_error",
    ),
    "neighbors-digits": FreshTask(
        "digits",
        150,
        KNeighborsClassifier(),
        {"n_neighbors": (1, 30), "weights": ["uniform", "distance"]},
        "accuracy",
    ),
    "neighbors-noise": FreshTask(
        "noise", 100, KNeighborsClassifier(), {"n_neighbors": (1, 40), "p": (1.0, 4.0)}, "accuracy"
    ),
    "neighbors-friedman1": FreshTask(
        "friedman1",
        100,
        KNeighborsRegressor(),
        {"n_neighbors": (1, 40), "p": (1.0, 4.0)},
        "neg_mean_squared_error",
    ),
}
