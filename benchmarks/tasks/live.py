"""Estimators whose fits take seconds to a minute, with made data: what a search in parts is for.

At the scale of its own a whole fit of a task takes about 2 s on one core, at the scale 1 up to 60.
At a smaller one data have that share of the rows, but so many that a fit takes a tenth of a second
or more; the space and the resource are the same. All data are made, as many as are wanted, so that
fresh rows are of the same kind; those of a text are words of a seeded vocabulary.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.datasets import make_classification, make_friedman1
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks.tasks.task import LOG

N_SAMPLES = "n_samples"
FACTOR = 3
N_RUNGS = 4
# Numbers of rows are multiples of this, so that all methods have the same rungs: scikit-learn's
# halving searches multiply the smallest, and others divide the whole.
ROWS = FACTOR**N_RUNGS
MIN_FRESH, MAX_FRESH = 4_000, 20_000
# Of fewer rows nobody would make a share: classes are missing, and there are more features.
MIN_SHARE = 200

LOG_LOSS, AUC, MSE = "neg_log_loss", "roc_auc", "neg_mean_squared_error"

Rows = tuple[Any, np.ndarray]
Make = Callable[[int, int], Rows]


@dataclass(frozen=True)
class LiveTask:
    """An estimator with its data, its space, and what it may be given less of.

    Attributes
    ----------
    make : callable
        Returns X and y of so many rows, for a seed.
    n_rows : int
        That a search has at the scale 1.
    least : int
        That it has at any scale.
    scale : float
        At which a whole fit takes about 2 s, the mean over a first design.
    estimator : callable
        Returns the estimator for a seed; it has the whole of its resource.
    space : dict
        As tuples and lists.
    scoring : str
    resource : str
    whole : int
        Of the resource if it is a parameter.
    needs : str
        A library beside scikit-learn that has to be there.
    """

    make: Make
    n_rows: int
    least: int
    scale: float
    estimator: Callable[[int], Any]
    space: dict[str, Any]
    scoring: str
    resource: str = N_SAMPLES
    whole: int = 0
    needs: str = ""

    @property
    def is_there(self) -> bool:
        """Whether the library that it needs is installed."""
        return not self.needs or importlib.util.find_spec(self.needs) is not None

    def rows(self, scale: float) -> int:
        """Return the number of rows of a search."""
        return ROWS * round(max(self.least, self.n_rows * scale) / ROWS)

    def drawn(self, seed: int, scale: float) -> tuple[Rows, Rows]:
        """Return the rows of a search, and fresh ones."""
        n = self.rows(scale)
        n_fresh = min(max(n, MIN_FRESH), MAX_FRESH)
        X, y = self.make(n + n_fresh, seed)
        return (X[:n], y[:n]), (X[n:], y[n:])

    def amounts(self, scale: float) -> list[int]:
        """Return what the rungs take of the resource, the whole last."""
        is_rows = self.resource == N_SAMPLES
        whole = self.rows(scale) if is_rows else self.whole
        amounts = [whole // FACTOR**k for k in range(N_RUNGS, -1, -1)]
        return [amount for amount in amounts if not is_rows or amount >= MIN_SHARE]

    def folds(self, seed: int, n_folds: int) -> Any:
        """Return the splitter of a search."""
        splitter = StratifiedKFold if is_classifier(self.estimator(seed)) else KFold
        return splitter(n_folds, shuffle=True, random_state=seed)


def classes(n_features: int, n_informative: int, n_classes: int, flip: float) -> Make:
    """Return what makes clusters of classes, in an order without meaning."""

    def make(n_rows: int, seed: int) -> Rows:
        return make_classification(
            n_rows,
            n_features,
            n_informative=n_informative,
            n_redundant=n_features // 6,
            n_classes=n_classes,
            n_clusters_per_class=6,
            flip_y=flip,
            random_state=seed,
        )

    return make


def friedman(n_rows: int, seed: int) -> Rows:
    """Return rows of a smooth function of five features of fifteen, with noise."""
    return make_friedman1(n_rows, 15, noise=2.0, random_state=seed)


N_WORDS, N_TOPICS, MEAN_LENGTH = 20_000, 6, 60
# Of the words of a document, the share that its topic chooses.
OF_TOPIC = 0.12


def texts(n_rows: int, seed: int) -> Rows:
    """Return documents of words, and their topics.

    Words are as frequent as in languages, the k-th in proportion to 1 / k. A topic has words that
    it prefers, some of which others prefer too.
    """
    rng = np.random.default_rng(seed)
    y = rng.integers(N_TOPICS, size=n_rows)
    common = 1.0 / np.arange(1, N_WORDS + 1)
    cumulated = np.cumsum(common / common.sum())
    vocabulary = np.array([f"w{k}" for k in range(N_WORDS)])
    favourites = rng.integers(50, N_WORDS, size=(N_TOPICS, 1500))
    lengths = 5 + rng.poisson(MEAN_LENGTH, size=n_rows)
    total = int(lengths.sum())
    words = np.minimum(np.searchsorted(cumulated, rng.random(total)), N_WORDS - 1)
    topics = np.repeat(y, lengths)
    is_of_topic = rng.random(total) < OF_TOPIC
    # The first of them are the most frequent ones.
    place = (favourites.shape[1] * rng.random(total) ** 3).astype(int)
    words[is_of_topic] = favourites[topics[is_of_topic], place[is_of_topic]]
    ends = np.cumsum(lengths)[:-1]
    X = np.array([" ".join(each) for each in np.split(vocabulary[words], ends)], dtype=object)
    wrong = rng.random(n_rows) < 0.05
    y[wrong] = rng.integers(N_TOPICS, size=int(wrong.sum()))
    return X, y


def _boosting(seed: int) -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_estimators=162, random_state=seed, n_jobs=1, verbose=-1)


def _network(seed: int) -> Any:
    return make_pipeline(
        StandardScaler(), MLPClassifier((64,), max_iter=81, tol=0.0, random_state=seed)
    )


def _text(seed: int) -> Any:
    return make_pipeline(
        TfidfVectorizer(),
        SGDClassifier(loss="log_loss", penalty="elasticnet", tol=1e-4, random_state=seed),
    )


def _kernel(seed: int) -> Any:
    return make_pipeline(
        StandardScaler(),
        PCA(20, random_state=seed),
        Nystroem(gamma=0.05, n_components=200, random_state=seed),
        LogisticRegression(max_iter=200),
    )


LEAVES, LEAF, RATE = (4, 255, LOG), (2, 200, LOG), (0.005, 0.5, LOG)

LIVE_TASKS: dict[str, LiveTask] = {
    "hist-rows": LiveTask(
        classes(30, 12, 2, 0.05),
        200_000,
        2_000,
        0.45,
        lambda seed: HistGradientBoostingClassifier(early_stopping=False, random_state=seed),
        {
            "learning_rate": RATE,
            "max_leaf_nodes": LEAVES,
            "min_samples_leaf": LEAF,
            "l2_regularization": (1e-6, 1e3, LOG),
            "max_iter": (20, 150, LOG),
        },
        LOG_LOSS,
    ),
    "hist-rounds": LiveTask(
        friedman,
        200_000,
        2_000,
        0.5,
        lambda seed: HistGradientBoostingRegressor(
            max_iter=162, early_stopping=False, random_state=seed
        ),
        {
            "learning_rate": RATE,
            "max_leaf_nodes": LEAVES,
            "min_samples_leaf": LEAF,
            "l2_regularization": (1e-6, 1e3, LOG),
            "max_features": (0.2, 1.0),
        },
        MSE,
        "max_iter",
        162,
    ),
    "lightgbm-rounds": LiveTask(
        classes(30, 12, 2, 0.05),
        200_000,
        2_000,
        0.4,
        _boosting,
        {
            "learning_rate": RATE,
            "num_leaves": LEAVES,
            "min_child_samples": LEAF,
            "reg_lambda": (1e-6, 1e3, LOG),
            "colsample_bytree": (0.2, 1.0),
        },
        LOG_LOSS,
        "n_estimators",
        162,
        needs="lightgbm",
    ),
    "forest-trees": LiveTask(
        classes(20, 8, 4, 0.1),
        40_000,
        800,
        0.25,
        lambda seed: RandomForestClassifier(81, random_state=seed),
        {
            "max_features": (0.05, 1.0),
            "min_samples_leaf": (1, 50, LOG),
            "max_depth": (3, 30),
            "max_samples": (0.1, 1.0),
        },
        LOG_LOSS,
        "n_estimators",
        81,
    ),
    "network-epochs": LiveTask(
        classes(30, 12, 5, 0.05),
        20_000,
        1_200,
        0.35,
        _network,
        {
            "mlpclassifier__alpha": (1e-6, 10.0, LOG),
            "mlpclassifier__learning_rate_init": (1e-4, 0.1, LOG),
            "mlpclassifier__batch_size": (32, 512, LOG),
            "mlpclassifier__activation": ["relu", "tanh", "logistic"],
        },
        LOG_LOSS,
        "mlpclassifier__max_iter",
        81,
    ),
    "svc-rows": LiveTask(
        classes(15, 8, 2, 0.05),
        10_000,
        2_500,
        1.0,
        lambda seed: make_pipeline(StandardScaler(), SVC()),
        {"svc__C": (1e-3, 1e3, LOG), "svc__gamma": (1e-4, 10.0, LOG)},
        AUC,
    ),
    "text-rows": LiveTask(
        texts,
        60_000,
        2_000,
        0.38,
        _text,
        {
            "tfidfvectorizer__sublinear_tf": [False, True],
            "tfidfvectorizer__min_df": (1, 30, LOG),
            "tfidfvectorizer__max_df": (0.05, 1.0),
            "sgdclassifier__alpha": (1e-7, 1e-2, LOG),
            "sgdclassifier__l1_ratio": (0.0, 1.0),
        },
        LOG_LOSS,
    ),
    "pca-rows": LiveTask(
        classes(60, 12, 4, 0.05),
        60_000,
        5_000,
        0.6,
        _kernel,
        {
            "pca__n_components": (2, 60),
            "pca__whiten": [False, True],
            "nystroem__gamma": (1e-4, 1.0, LOG),
            "logisticregression__C": (1e-3, 1e3, LOG),
        },
        LOG_LOSS,
    ),
}
