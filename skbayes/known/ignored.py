"""Which parameters an estimator ignores for some values of others: a table, and what follows of it.

One place to add another: a line of `IGNORED`. A line is right if fits that differ in the parameter
only are equal; the tests fit each line. A parameter that is refused in place of being ignored, such
as `max_samples` of a forest without `bootstrap`, is none: its failures teach the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from skbayes.known.classes import library_names

__all__ = ["IGNORED", "Ignored", "ignored_by"]


class Ignored(NamedTuple):
    """A parameter of some classes, and for which values of another one it is ignored.

    Attributes
    ----------
    parameter : str
    setter : str
        The other parameter.
    values : tuple
        Its values for which the parameter is ignored. For any other value it counts.
    classes : str
        Names of the classes, or of their bases, with spaces between.
    """

    parameter: str
    setter: str
    values: tuple[Any, ...]
    classes: str


_KERNEL_MACHINES = "SVC NuSVC SVR NuSVR OneClassSVM"
_KERNELS = "KernelRidge Nystroem KernelPCA"
_NOT_POLYNOMIAL = ("linear", "rbf", "laplacian", "sigmoid", "cosine", "chi2", "additive_chi2")
_NO_CONSTANT = tuple(name for name in _NOT_POLYNOMIAL if name != "sigmoid")
_NEIGHBORS = "KNeighborsMixin RadiusNeighborsMixin"
_OTHER_METRICS = ("euclidean", "l2", "manhattan", "l1", "cityblock", "chebyshev", "cosine")
_SGD = "SGDClassifier SGDRegressor"
_OTHER_LOSSES = (
    "hinge",
    "log_loss",
    "modified_huber",
    "squared_hinge",
    "perceptron",
    "squared_error",
)
_MLP = "BaseMultilayerPerceptron"

_LOGISTIC = "LogisticRegression"
_XGB = "XGBModel"
_LGBM = "LGBMModel"


def _each(names: str, setter: str, values: tuple[Any, ...], classes: str) -> list[Ignored]:
    """Return a line for each parameter of some that are ignored alike."""
    return [Ignored(name, setter, values, classes) for name in names.split()]


IGNORED = (
    # Kernels.
    Ignored("gamma", "kernel", ("linear", "precomputed"), _KERNEL_MACHINES),
    Ignored("degree", "kernel", ("linear", "rbf", "sigmoid", "precomputed"), _KERNEL_MACHINES),
    Ignored("coef0", "kernel", ("linear", "rbf", "precomputed"), _KERNEL_MACHINES),
    Ignored("gamma", "kernel", ("linear", "cosine", "additive_chi2"), _KERNELS),
    Ignored("degree", "kernel", _NOT_POLYNOMIAL, _KERNELS),
    Ignored("coef0", "kernel", _NO_CONSTANT, _KERNELS),
    Ignored("gamma", "kernel", ("knn",), "BaseLabelPropagation"),
    Ignored("n_neighbors", "kernel", ("rbf",), "BaseLabelPropagation"),
    # Distances.
    Ignored("p", "metric", _OTHER_METRICS, _NEIGHBORS),
    Ignored("leaf_size", "algorithm", ("brute",), _NEIGHBORS),
    # Linear models.
    Ignored("l1_ratio", "penalty", ("l1", "l2", None), f"{_LOGISTIC} {_SGD} Perceptron"),
    Ignored("C", "penalty", (None,), _LOGISTIC),
    Ignored(
        "intercept_scaling",
        "solver",
        ("lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"),
        _LOGISTIC,
    ),
    # For SGD "optimal" steps depend on alpha.
    Ignored("alpha", "penalty", (None,), "Perceptron"),
    Ignored("eta0", "learning_rate", ("optimal",), _SGD),
    Ignored("power_t", "learning_rate", ("optimal", "constant", "adaptive"), _SGD),
    Ignored("epsilon", "loss", _OTHER_LOSSES, _SGD),
    Ignored("validation_fraction", "early_stopping", (False,), f"{_SGD} Perceptron"),
    *_each("tol max_iter", "solver", ("svd", "cholesky"), "Ridge RidgeClassifier"),
    Ignored("tol", "solver", ("lsqr", "eigen"), "LinearDiscriminantAnalysis"),
    # Networks.
    *_each(
        "learning_rate_init batch_size early_stopping n_iter_no_change validation_fraction shuffle",
        "solver",
        ("lbfgs",),
        _MLP,
    ),
    *_each("learning_rate momentum nesterovs_momentum power_t", "solver", ("lbfgs", "adam"), _MLP),
    *_each("beta_1 beta_2 epsilon", "solver", ("lbfgs", "sgd"), _MLP),
    Ignored("max_fun", "solver", ("sgd", "adam"), _MLP),
    Ignored("power_t", "learning_rate", ("constant", "adaptive"), _MLP),
    Ignored("validation_fraction", "early_stopping", (False,), _MLP),
    # Trees.
    Ignored("alpha", "loss", ("squared_error", "absolute_error"), "GradientBoostingRegressor"),
    *_each("validation_fraction tol", "n_iter_no_change", (None,), "BaseGradientBoosting"),
    *_each(
        "n_iter_no_change validation_fraction tol",
        "early_stopping",
        (False,),
        "BaseHistGradientBoosting",
    ),
    Ignored(
        "quantile",
        "loss",
        ("squared_error", "absolute_error", "gamma", "poisson"),
        "HistGradientBoostingRegressor",
    ),
    # XGBoost.
    *_each(
        "max_depth max_leaves max_delta_step max_bin min_child_weight gamma subsample "
        "colsample_bytree colsample_bylevel colsample_bynode grow_policy tree_method "
        "num_parallel_tree",
        "booster",
        ("gblinear",),
        _XGB,
    ),
    *_each(
        "rate_drop skip_drop one_drop sample_type normalize_type",
        "booster",
        ("gblinear", "gbtree", None),
        _XGB,
    ),
    # LightGBM.
    *_each(
        "drop_rate skip_drop max_drop uniform_drop xgboost_dart_mode",
        "boosting_type",
        ("gbdt", "rf", "goss"),
        _LGBM,
    ),
    Ignored("learning_rate", "boosting_type", ("rf",), _LGBM),
    Ignored("subsample", "subsample_freq", (0,), _LGBM),
    # Steps before a model, and parts of one.
    Ignored("tol", "svd_solver", ("full", "covariance_eigh", "randomized"), "PCA"),
    *_each(
        "iterated_power n_oversamples", "svd_solver", ("full", "covariance_eigh", "arpack"), "PCA"
    ),
    *_each("n_iter n_oversamples", "algorithm", ("arpack",), "TruncatedSVD"),
    Ignored("tol", "algorithm", ("randomized",), "TruncatedSVD"),
    *_each(
        "learning_decay learning_offset batch_size",
        "learning_method",
        ("batch",),
        "LatentDirichletAllocation",
    ),
    Ignored("fill_value", "strategy", ("mean", "median", "most_frequent"), "SimpleImputer"),
    Ignored("smooth_idf", "use_idf", (False,), "TfidfTransformer TfidfVectorizer"),
    *_each(
        "stop_words token_pattern",
        "analyzer",
        ("char", "char_wb"),
        "CountVectorizer HashingVectorizer",
    ),
)


def ignored_by(owner: Any, parameter: str) -> Iterator[Ignored]:
    """Yield the lines of the table for a parameter of an estimator, its own.

    A class of the user's own may read what the class that it inherits from ignores: it has none.
    """
    names = library_names(owner, derived=False)
    for line in IGNORED:
        if line.parameter == parameter and not names.isdisjoint(line.classes.split()):
            yield line
