"""Cross-validated scores of estimators as objectives, and the pipelines with choices among them.

The score is the mean over the folds. Folds and seeds are fixed, unless a task says that they are
drawn for each evaluation. A fit that fails makes the evaluation fail: it is NaN then.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.base import is_classifier
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import AdaBoostClassifier, ExtraTreesRegressor, HistGradientBoostingClassifier
from sklearn.feature_selection import SelectPercentile
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, LogisticRegression, RidgeClassifier
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from benchmarks.tasks.task import LOG, Objective, Params, Task

C, GAMMA = (1e-2, 1e4, LOG), (1e-5, 1e1, LOG)
ACCURACY, AUC, LOG_LOSS = "accuracy", "roc_auc", "neg_log_loss"
R2, MSE = "r2", "neg_mean_squared_error"
# Random evaluations of the reference: fewer than of a function, which takes microseconds.
N_REFERENCE = 500
FAILURES = (ValueError, ArithmeticError, NotImplementedError, np.linalg.LinAlgError)
SEED_RANGE = 2**31 - 1
SCALERS: dict[str, Callable[[], Any]] = {
    "none": lambda: "passthrough",
    "standard": StandardScaler,
    "minmax": MinMaxScaler,
    "robust": RobustScaler,
    "norm": Normalizer,
}

WHOLE = "-all"  # after the name of a data set that is taken as it is

Rows = tuple[np.ndarray, np.ndarray]


def classes(n_rows: int, n_features: int, n_informative: int, seed: int, **kwargs: Any) -> Rows:
    """Return a classification problem with wrong labels."""
    kwargs = {"flip_y": 0.08, "class_sep": 0.8, **kwargs}
    return datasets.make_classification(
        n_rows, n_features, n_informative=n_informative, n_redundant=2, random_state=seed, **kwargs
    )


def some(rows: Rows, n: int) -> Rows:
    """Return rows drawn once."""
    chosen = np.random.RandomState(7).permutation(len(rows[0]))[:n]
    return rows[0][chosen], rows[1][chosen]


DATA: dict[str, Callable[[], Rows]] = {
    f"breast{WHOLE}": lambda: datasets.load_breast_cancer(return_X_y=True),
    "breast": lambda: some(datasets.load_breast_cancer(return_X_y=True), 250),
    "circles": lambda: datasets.make_circles(200, noise=0.2, factor=0.5, random_state=3),
    "classes-2": lambda: classes(250, 12, 5, 11),
    "classes-3": lambda: classes(300, 10, 6, 12, n_classes=3, class_sep=1.2),
    "classes-rare": lambda: classes(300, 15, 4, 13, weights=[0.8]),
    f"diabetes{WHOLE}": lambda: datasets.load_diabetes(return_X_y=True),
    "diabetes": lambda: some(datasets.load_diabetes(return_X_y=True), 250),
    "digits": lambda: some(datasets.load_digits(return_X_y=True), 200),
    "friedman1": lambda: datasets.make_friedman1(180, n_features=8, noise=1.0, random_state=4),
    "friedman2": lambda: datasets.make_friedman2(150, noise=50.0, random_state=5),
    "friedman3": lambda: datasets.make_friedman3(200, noise=0.15, random_state=6),
    "hastie": lambda: some(datasets.make_hastie_10_2(400, random_state=8), 250),
    f"iris{WHOLE}": lambda: datasets.load_iris(return_X_y=True),
    "linear": lambda: datasets.make_regression(
        90, 30, n_informative=10, noise=60.0, random_state=9
    ),
    "moons": lambda: datasets.make_moons(250, noise=0.3, random_state=10),
    "roll": lambda: datasets.make_swiss_roll(180, noise=0.6, random_state=14),
    f"wine{WHOLE}": lambda: datasets.load_wine(return_X_y=True),
    "wine": lambda: datasets.load_wine(return_X_y=True),
}


@cache
def rows(name: str) -> Rows:
    """Return a data set; the target of a regression has mean 0 and standard deviation 1.

    Spaces that others wrote have the data as they are.
    """
    X, y = DATA[name]()
    if len(np.unique(y)) > 20 and not name.endswith(WHOLE):
        y = (y - y.mean()) / y.std()
    return X, y


@dataclass(frozen=True)
class Validated:
    """Makes the objective of an estimator on data.

    Parameters
    ----------
    data : str
        One of `DATA`.
    build : callable
        Returns the estimator for the parameters, which are given by name.
    scoring : str
    fixed : tuple of (str, value)
        What else `build` is given.
    n_splits : int
    scaler : str
        One of `SCALERS`, before the estimator.
    is_drawn : bool
        Whether folds and seeds are drawn for each evaluation.
    n_repeats : int
        Number of cross-validations, each with its folds and seed.
    """

    data: str
    build: Callable[..., Any]
    scoring: str
    fixed: tuple[tuple[str, Any], ...] = ()
    n_splits: int = 5
    scaler: str = "standard"
    is_drawn: bool = False
    n_repeats: int = 1

    def __call__(self) -> Objective:
        """Return the objective."""
        X, y = rows(self.data)
        scorer = get_scorer(self.scoring)
        is_regression = self.scoring in ("r2", "neg_mean_squared_error")
        splitter = KFold if is_regression else StratifiedKFold

        def validate(params: Params, seed: int) -> float:
            estimator = make_pipeline(
                SCALERS[self.scaler](), self.build(**dict(self.fixed), **params)
            )
            if is_classifier(estimator) == is_regression:
                raise TypeError(f"{estimator!r} cannot have the score {self.scoring!r}.")
            names = [name for name in estimator.get_params() if name.endswith("random_state")]
            estimator.set_params(**dict.fromkeys(names, seed))
            folds = splitter(self.n_splits, shuffle=True, random_state=seed).split(X, y)
            scores = [
                scorer(estimator.fit(X[train], y[train]), X[test], y[test]) for train, test in folds
            ]
            return float(np.mean(scores))

        def objective(params: Params, rng: np.random.Generator) -> float:
            seeds = range(self.n_repeats)
            if self.is_drawn:
                seeds = rng.integers(SEED_RANGE, size=self.n_repeats).tolist()
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")  # of solvers that stop early
                try:
                    score = float(np.mean([validate(params, seed) for seed in seeds]))
                except FAILURES:
                    return np.nan
            return score if np.isfinite(score) else np.nan

        return objective


def validated(
    name: str, data: str, build: Any, scoring: str, space: Any, family: str = "real", **kwargs: Any
) -> Task:
    """Return a task without noise."""
    make = Validated(data, build, scoring, **kwargs)
    return Task(name, family, space, make, is_estimator=True, n_reference=N_REFERENCE)


def part(params: Params, prefix: str) -> Params:
    """Return the parameters that begin with a prefix, without it."""
    length = len(prefix) + 1
    return {name[length:]: value for name, value in params.items() if name[:length] == f"{prefix}_"}


def logistic(penalty: str, l1_ratio: float, **kwargs: Any) -> Any:
    """Return a logistic regression whose solver may not know the penalty."""
    ratio = {"l1": 1.0, "l2": 0.0, "elasticnet": l1_ratio}[penalty]
    return LogisticRegression(l1_ratio=ratio, **kwargs)


def network(model: Callable[..., Any], width: int, layers: int, **kwargs: Any) -> Any:
    """Return a network of equal layers."""
    return model(hidden_layer_sizes=(width,) * layers, **kwargs)


def boosted(max_depth: int, min_samples_leaf: int, **kwargs: Any) -> Any:
    """Return boosted trees."""
    tree = DecisionTreeClassifier(max_depth=max_depth, min_samples_leaf=min_samples_leaf)
    return AdaBoostClassifier(tree, **kwargs)


def process(length_scale: float, nu: float, alpha: float) -> Any:
    """Return a Gaussian process whose kernel is not fitted."""
    return GaussianProcessRegressor(Matern(length_scale, nu=nu), alpha=alpha, optimizer=None)


def polynomial(degree: int, interaction_only: bool, alpha: float, l1_ratio: float) -> Any:
    """Return an elastic net over products of features."""
    products = PolynomialFeatures(degree, interaction_only=interaction_only, include_bias=False)
    net = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, max_iter=150)
    return make_pipeline(products, StandardScaler(), net)


def choice(model: str, scaler: str, reducer: str, keep: float = 0.5, **params: Any) -> Any:
    """Return scaler, reducer and classifier; parameters of other models are ignored."""
    made = {
        "svc": SVC,
        "knn": KNeighborsClassifier,
        "ridge": RidgeClassifier,
        "tree": DecisionTreeClassifier,
        "lda": LinearDiscriminantAnalysis,
        "bayes": GaussianNB,
    }[model](**part(params, model))
    reducers = {
        "none": "passthrough",
        "pca": PCA(keep, svd_solver="full"),
        "white": PCA(keep, svd_solver="full", whiten=True),
        "best": SelectPercentile(percentile=100 * keep),
    }
    steps = [("scaler", SCALERS[scaler]()), ("reducer", reducers[reducer]), ("model", made)]
    return Pipeline(steps)


def regressor(model: str, scaler: str, degree: int = 1, **params: Any) -> Any:
    """Return scaler, products of features and regressor; parameters of other models are ignored."""
    made = {
        "svr": lambda p: SVR(max_iter=4000, **p),
        "kernel": lambda p: KernelRidge(kernel="rbf", **p),
        "net": lambda p: ElasticNet(max_iter=200, **p),
        "tree": lambda p: DecisionTreeRegressor(**p),
        "extra": lambda p: ExtraTreesRegressor(6, **p),
    }[model](part(params, model))
    products = PolynomialFeatures(degree, include_bias=False) if model == "net" else "passthrough"
    return make_pipeline(SCALERS[scaler](), products, made)


def probabilities(model: str, **params: Any) -> Any:
    """Return a classifier with probabilities; parameters of other models are ignored."""
    own = part(params, model)
    if model == "boosting":
        return HistGradientBoostingClassifier(max_iter=12, early_stopping=False, **own)
    if model == "network":
        return network(MLPClassifier, layers=1, max_iter=15, **own)
    if model == "logistic":
        return LogisticRegression(max_iter=60, **own)
    if model == "knn":
        return KNeighborsClassifier(**own)
    return DecisionTreeClassifier(**own)


def kernel_svc(kernel: str, **params: Any) -> Any:
    """Return a support vector classifier; parameters that its kernel has not are ignored."""
    return SVC(kernel=kernel, max_iter=5000, **params)
