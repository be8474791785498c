from upstream_loading import load

MODULES = [
    "decomposition.tests.test_kernel_pca",
    "ensemble.tests.test_bagging",
    "ensemble.tests.test_forest",
    "ensemble.tests.test_voting",
    "ensemble.tests.test_weight_boosting",
    "feature_extraction.tests.test_text",
    "impute.tests.test_impute",
    "linear_model.tests.test_coordinate_descent",
    "linear_model.tests.test_logistic",
    "linear_model.tests.test_ridge",
    "linear_model.tests.test_sgd",
    "metrics.tests.test_regression",
    "metrics.tests.test_score_objects",
    "model_selection.tests.test_split",
    "model_selection.tests.test_validation",
    "neighbors.tests.test_kde",
    "tests.test_base",
    "tests.test_multiclass",
    "tests.test_multioutput",
    "utils.tests.test_parallel",
]
for name in MODULES:
    # Several modules have a test of the same name.
    place = name.rpartition(".test_")[2]
    globals().update({f"{key}__{place}": test for key, test in load(f"sklearn.{name}").items()})
