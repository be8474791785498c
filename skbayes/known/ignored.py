"""Which parameters an estimator ignores for some values of others: a table, and what follows of it.

One place to add another: a line of `IGNORED`. A line is right if fits that differ in the parameter
only are equal; the tests fit each line. A parameter that is refused in place of being ignored, such
as `max_samples` of a forest without `bootstrap`, is none: its failures teach the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from skbayes.known.sight import class_keys

__all__ = ["IGNORED", "Ignored", "ignored_by"]


class Ignored(NamedTuple):
    """A parameter of some classes, and for which values of another one it is ignored.

    Attributes
    ----------
    parameter : str
    setter : str
        The other parameter.
    values : tuple
        Its values for which the parameter is ignored. Values that are not known count as others.
    classes : str
        Names of the classes, or of their bases, with spaces between.
    """

    parameter: str
    setter: str
    values: tuple[Any, ...]
    classes: str


# Whose classes are meant by the names.
LIBRARIES = ("sklearn", "xgboost", "lightgbm")

_KERNEL_MACHINES = "SVC NuSVC SVR NuSVR OneClassSVM"
_KERNELS = "KernelRidge Nystroem KernelPCA"
_NOT_POLYNOMIAL = ("linear", "rbf", "laplacian", "sigmoid", "cosine", "chi2", "additive_chi2")
_NO_CONSTANT = tuple(name for name in _NOT_POLYNOMIAL if name != "sigmoid")
_NEIGHBORS = "KNeighborsMixin RadiusNeighborsMixin"
_SGD = "SGDClassifier SGDRegressor"
_MLP = "BaseMultilayerPerceptron"

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
    Ignored(
        "p",
        "metric",
        ("euclidean", "l2", "manhattan", "l1", "cityblock", "chebyshev", "cosine"),
        _NEIGHBORS,
    ),
    # Linear models.
    Ignored("l1_ratio", "penalty", ("l1", "l2", None), f"LogisticRegression {_SGD} Perceptron"),
    Ignored("C", "penalty", (None,), "LogisticRegression"),
    Ignored("alpha", "penalty", (None,), "Perceptron SGDRegressor"),
    Ignored("eta0", "learning_rate", ("optimal",), _SGD),
    Ignored("power_t", "learning_rate", ("optimal", "constant", "adaptive"), _SGD),
    Ignored(
        "epsilon",
        "loss",
        ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron", "squared_error"),
        _SGD,
    ),
    Ignored("validation_fraction", "early_stopping", (False,), f"{_SGD} Perceptron"),
    # Networks.
    Ignored("learning_rate_init", "solver", ("lbfgs",), _MLP),
    Ignored("batch_size", "solver", ("lbfgs",), _MLP),
    Ignored("early_stopping", "solver", ("lbfgs",), _MLP),
    Ignored("n_iter_no_change", "solver", ("lbfgs",), _MLP),
    Ignored("max_fun", "solver", ("sgd", "adam"), _MLP),
    *(
        Ignored(name, "solver", ("lbfgs", "adam"), _MLP)
        for name in ("learning_rate", "momentum", "nesterovs_momentum", "power_t")
    ),
    Ignored("power_t", "learning_rate", ("constant", "adaptive"), _MLP),
    *(
        Ignored(name, "solver", ("lbfgs", "sgd"), _MLP)
        for name in ("beta_1", "beta_2", "epsilon")
    ),
    Ignored("validation_fraction", "solver", ("lbfgs",), _MLP),
    Ignored("validation_fraction", "early_stopping", (False,), _MLP),
    # Trees.
    Ignored("alpha", "loss", ("squared_error", "absolute_error"), "GradientBoostingRegressor"),
    Ignored("validation_fraction", "n_iter_no_change", (None,), "BaseGradientBoosting"),
    *(
        Ignored(name, "early_stopping", (False,), "BaseHistGradientBoosting")
        for name in ("n_iter_no_change", "validation_fraction", "tol")
    ),
    # XGBoost.
    *(
        Ignored(name, "booster", ("gblinear",), "XGBModel")
        for name in (
            "max_depth", "max_leaves", "min_child_weight", "gamma", "subsample",
            "colsample_bytree", "colsample_bylevel", "colsample_bynode", "rate_drop", "skip_drop",
        )
    ),
    *(
        Ignored(name, "booster", (None, "gbtree"), "XGBModel")
        for name in ("rate_drop", "skip_drop")
    ),
    # LightGBM.
    *(
        Ignored(name, "boosting_type", ("gbdt", "goss"), "LGBMModel")
        for name in ("drop_rate", "skip_drop", "max_drop")
    ),
    # Steps before a model.
    Ignored("tol", "svd_solver", ("full", "covariance_eigh", "randomized"), "PCA"),
    Ignored("iterated_power", "svd_solver", ("full", "covariance_eigh", "arpack"), "PCA"),
    Ignored("n_oversamples", "svd_solver", ("full", "covariance_eigh", "arpack"), "PCA"),
    Ignored("n_iter", "algorithm", ("arpack",), "TruncatedSVD"),
    Ignored("n_oversamples", "algorithm", ("arpack",), "TruncatedSVD"),
    Ignored("tol", "algorithm", ("randomized",), "TruncatedSVD"),
    Ignored("fill_value", "strategy", ("mean", "median", "most_frequent"), "SimpleImputer"),
    Ignored("smooth_idf", "use_idf", (False,), "TfidfTransformer TfidfVectorizer"),
    Ignored("stop_words", "analyzer", ("char", "char_wb"), "CountVectorizer HashingVectorizer"),
    Ignored("token_pattern", "analyzer", ("char", "char_wb"), "CountVectorizer HashingVectorizer"),
)  # fmt: skip


def ignored_by(owner: Any, parameter: str) -> Iterator[Ignored]:
    """Yield the lines of the table for a parameter of an estimator, its own."""
    names = {name for package, name in class_keys(owner) if package in LIBRARIES}
    for line in IGNORED:
        if line.parameter == parameter and not names.isdisjoint(line.classes.split()):
            yield line
