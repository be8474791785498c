"""Which values of the parameters that people tune make simpler models: a table with its reasons.

One place to add another: a line of `SIMPLICITY`. A model is simple if its function is smooth or
flat, or if it has few parts: leaves, weights, features, trees. What only says how well or how fast
a model is fitted (`tol`, `max_iter` of a solver, `shrinking`), or makes it smaller in one way and
larger in another (`nu`, `min_impurity_decrease` beside weights), is not in the table.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from skbayes.known.classes import library_names
from skbayes.rules import HIGH, LOW

__all__ = ["SIMPLICITY", "Known", "simplicity_of"]


class Known(NamedTuple):
    """A parameter of some classes, and which values of it make simpler models.

    Attributes
    ----------
    parameter : str
    simple : {"low", "high"}
    classes : str
        Names of the classes, or of their bases, with spaces between.
    reason : str
    no_limit : tuple, default=(None,)
        Values that stand for no limit, or no penalty: the least simple one.
    """

    parameter: str
    simple: str
    classes: str
    reason: str
    no_limit: tuple[Any, ...] = (None,)


# scikit-learn's base of decision trees, and of forests of them.
_TREES = "BaseDecisionTree BaseForest BaseGradientBoosting BaseHistGradientBoosting"
_XGB, _LGBM = "XGBModel", "LGBMModel"
_KERNEL_MACHINES = "SVC NuSVC SVR NuSVR OneClassSVM"
_SGD = "BaseSGD"

# In the order in which they are compared within one estimator: what says most of the size first.
SIMPLICITY = (
    # Trees.
    Known("max_leaf_nodes", LOW, _TREES, "no tree has more leaves"),
    Known("num_leaves", LOW, _LGBM, "no tree has more leaves"),
    Known("max_leaves", LOW, _XGB, "no tree has more leaves", (None, 0)),
    Known("max_depth", LOW, _TREES, "a tree of less depth is the upper part of a deeper one"),
    Known("max_depth", LOW, _XGB, "a tree of less depth has fewer leaves", (None, 0)),
    Known("max_depth", LOW, _LGBM, "a tree of less depth has fewer leaves", (None, 0, -1)),
    Known("depth", LOW, "CatBoost", "a tree of less depth has fewer leaves"),
    Known("ccp_alpha", HIGH, _TREES, "pruned by more, a tree is a subtree of itself"),
    Known("min_samples_leaf", HIGH, _TREES, "n rows make at most n / min_samples_leaf leaves"),
    Known("min_child_samples", HIGH, _LGBM, "n rows make fewer leaves"),
    Known("min_child_weight", HIGH, f"{_XGB} {_LGBM}", "leaves of little weight are not made"),
    Known("min_samples_split", HIGH, _TREES, "smaller nodes stay leaves"),
    Known("min_weight_fraction_leaf", HIGH, _TREES, "leaves of little weight are not made"),
    Known("min_impurity_decrease", HIGH, _TREES, "splits that gain less are not made"),
    Known("gamma", HIGH, _XGB, "splits that gain less are not made"),
    Known("min_split_gain", HIGH, _LGBM, "splits that gain less are not made"),
    # Ensembles: the parts add up.
    Known(
        "n_estimators",
        LOW,
        f"BaseForest BaseGradientBoosting BaseBagging BaseWeightBoosting {_XGB} {_LGBM}",
        "fewer models, and fewer leaves in all",
    ),
    Known("max_iter", LOW, "BaseHistGradientBoosting", "fewer trees, and fewer leaves in all"),
    Known("iterations", LOW, "CatBoost", "fewer trees, and fewer leaves in all"),
    Known(
        "learning_rate",
        LOW,
        f"BaseGradientBoosting BaseHistGradientBoosting BaseWeightBoosting {_XGB} {_LGBM} CatBoost",
        "each tree changes the function by less",
    ),
    Known("l2_regularization", HIGH, "BaseHistGradientBoosting", "the values of leaves shrink"),
    Known("reg_lambda", HIGH, f"{_XGB} {_LGBM}", "the values of leaves shrink"),
    Known("reg_alpha", HIGH, f"{_XGB} {_LGBM}", "the values of leaves shrink, many to 0"),
    Known("l2_leaf_reg", HIGH, "CatBoost", "the values of leaves shrink"),
    # Kernels. With less C the function is flatter, never steeper; the margin is wider, so that
    # more rows are support vectors, and the model takes more memory.
    Known("gamma", LOW, f"{_KERNEL_MACHINES} KernelRidge", "the kernel is wider"),
    Known("degree", LOW, f"{_KERNEL_MACHINES} KernelRidge", "a polynomial of lower degree"),
    Known("C", LOW, "SVC SVR NuSVR", "the norm of the function falls with it"),
    Known("epsilon", HIGH, "SVR LinearSVR", "rows within epsilon are no support vectors"),
    Known("gamma", LOW, "RBFSampler Nystroem", "the kernel is wider"),
    # Linear models.
    Known(
        "C",
        LOW,
        "LogisticRegression LinearSVC LinearSVR PassiveAggressiveClassifier "
        "PassiveAggressiveRegressor",
        "the weights shrink, those under an l1 penalty to 0",
    ),
    Known(
        "alpha",
        HIGH,
        f"Ridge RidgeClassifier Lasso ElasticNet LassoLars Lars MultiTaskLasso "
        f"MultiTaskElasticNet {_SGD} HuberRegressor QuantileRegressor Perceptron "
        "_GeneralizedLinearRegressor",
        "the weights shrink, those under an l1 penalty to 0",
    ),
    Known(
        "l1_ratio",
        HIGH,
        f"ElasticNet MultiTaskElasticNet LogisticRegression {_SGD} Perceptron",
        "more of the penalty makes weights 0",
    ),
    Known("n_nonzero_coefs", LOW, "Lars OrthogonalMatchingPursuit", "fewer weights are not 0"),
    Known("alpha", HIGH, "KernelRidge BaseMultilayerPerceptron", "the weights shrink"),
    Known("alpha", HIGH, "GaussianProcessRegressor", "more of the target is noise"),
    Known("shrinkage", HIGH, "LinearDiscriminantAnalysis", "the covariance is nearer to a sphere"),
    Known("reg_param", HIGH, "QuadraticDiscriminantAnalysis", "covariances are nearer to a sphere"),
    # Averages.
    Known("n_neighbors", HIGH, "KNeighborsMixin", "each prediction is an average of more rows"),
    Known("radius", HIGH, "RadiusNeighborsMixin", "each prediction is an average of more rows"),
    Known("alpha", HIGH, "_BaseDiscreteNB", "all classes are nearer to each other"),
    Known("var_smoothing", HIGH, "GaussianNB", "all classes are nearer to each other"),
    # What comes before a model, and parts of a whole.
    Known(
        "n_components",
        LOW,
        "_BasePCA TruncatedSVD FastICA NMF FactorAnalysis DictionaryLearning Nystroem RBFSampler "
        "KernelPCA _PLS LinearDiscriminantAnalysis BaseMixture LatentDirichletAllocation "
        "BaseRandomProjection",
        "the model after it has fewer inputs, or there are fewer parts",
    ),
    Known("n_clusters", LOW, "_BaseKMeans FeatureAgglomeration", "there are fewer parts"),
    Known("k", LOW, "SelectKBest", "the model after it has fewer inputs", (None, "all")),
    Known("percentile", LOW, "SelectPercentile", "the model after it has fewer inputs"),
    Known("n_features_to_select", LOW, "RFE", "the model after it has fewer inputs"),
    Known("max_features", LOW, "SelectFromModel CountVectorizer", "there are fewer inputs"),
    Known("min_df", HIGH, "CountVectorizer", "the model after it has fewer inputs"),
    Known("max_categories", LOW, "_BaseEncoder", "the model after it has fewer inputs"),
    Known("degree", LOW, "PolynomialFeatures SplineTransformer", "there are fewer inputs"),
    Known("n_knots", LOW, "SplineTransformer", "the model after it has fewer inputs"),
    Known("n_bins", LOW, "KBinsDiscretizer", "the model after it has fewer inputs"),
)  # fmt: skip


def simplicity_of(owner: Any, parameter: str) -> Known | None:
    """Return the line of the table for a parameter of an estimator, its own; None without one."""
    names = library_names(owner)
    lines = (row for row in SIMPLICITY if row.parameter == parameter)
    return next((row for row in lines if not names.isdisjoint(row.classes.split())), None)
