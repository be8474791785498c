"""What each setting of a document becomes."""

import warnings

import pytest
from scipy.stats import bernoulli
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import make_scorer, zero_one_loss
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import tuning_jobs as jobs
from skbayes import BayesSearchCV, Converged, Patience, TargetScore
from skbayes.sagemaker import XGBOOST_TO_SKLEARN, from_sagemaker
from skbayes.space import Categorical, Distribution, Integer, Real


class Plain(BaseEstimator):
    """Declares nothing; the present values tell what texts stand for."""

    def __init__(self, n=3, rate=0.5, is_on=True, kind="a", anything=None):
        self.n, self.rate, self.is_on, self.kind, self.anything = n, rate, is_on, kind, anything


def read(document, estimator=None, **keywords):
    keywords = {"unsupported": "ignore"} | keywords
    return from_sagemaker(document, SVC() if estimator is None else estimator, **keywords)


def tuned(estimator, entry, kind="Continuous", **keywords):
    """Read the dimension of the one range of a document."""
    document = jobs.config(ParameterRanges=jobs.ranges(entry, kind=kind))
    [dimension] = read(document, estimator, **keywords).search_spaces.values()
    return dimension


def listed(estimator, name, *values, **keywords):
    entry = {"Name": name, "Values": list(values)}
    return tuned(estimator, entry, "Categorical", **keywords).categories


# Ranges and scales.


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (None, Real(0.01, 0.9, "auto")),
        ("Auto", Real(0.01, 0.9, "auto")),
        ("Linear", Real(0.01, 0.9)),
        ("Logarithmic", Real(0.01, 0.9, "log-uniform")),
        ("ReverseLogarithmic", Real(0.01, 0.9, "reverse-log-uniform", pole=1.0)),
    ],
)
def test_scales_of_real_numbers(scale, expected):
    assert tuned(SVC(), jobs.number("tol", "0.01", "0.9", scale)) == expected


@pytest.mark.parametrize(
    ("scale", "prior"),
    [(None, "auto"), ("Auto", "auto"), ("Linear", "uniform"), ("Logarithmic", "log-uniform")],
)
def test_scales_of_whole_numbers(scale, prior):
    dimension = tuned(SVC(), jobs.number("degree", "1", "1e3", scale), "Integer")
    assert dimension == Integer(1, 1000, prior)


def test_a_reversed_logarithm_keeps_what_is_next_to_one():
    text = "0.999999999999"
    assert text == repr(1 - 1e-12)
    dimension = tuned(SVC(), jobs.number("tol", "0.5", text, "ReverseLogarithmic"))
    assert dimension.high == 1 - 1e-12
    assert 1 - dimension.from_unit([0.5])[0] == pytest.approx(0.5**0.5 * 1e-6, rel=1e-3)


@pytest.mark.parametrize(
    ("entry", "kind", "member", "expected"),
    [
        (jobs.number("min_samples_leaf", "0.25", "2"), "Continuous", "MaxValue", (0.25, 1.0)),
        (jobs.number("n_estimators", "0", "1000"), "Integer", "MinValue", (1, 1000)),
    ],
)
def test_a_bound_that_the_parameter_does_not_take_is_cut(entry, kind, member, expected):
    path = rf"\$\.ParameterRanges\.{kind}ParameterRanges\[0\]\.{member}"
    with pytest.warns(UserWarning, match=f"{path}: .* does not take .*nearest value"):
        dimension = tuned(RandomForestClassifier(), entry, kind)
    assert (dimension.low, dimension.high) == pytest.approx(expected)
    assert dimension.scale == "uniform"


def test_a_range_that_begins_where_the_values_of_the_parameter_do_runs():
    document = jobs.config(ParameterRanges=jobs.ranges(jobs.number("eta", "0", "1")))
    with pytest.warns(UserWarning, match="'learning_rate' does not take 0.0"):
        search = read(document, HistGradientBoostingClassifier(), param_map=XGBOOST_TO_SKLEARN)
    dimension = search.search_spaces["learning_rate"]
    assert 0 < dimension.low < 1e-9
    assert dimension.scale == "uniform"
    HistGradientBoostingClassifier(learning_rate=dimension.low, max_iter=2).fit(
        *load_iris(return_X_y=True)
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        (" 5\t", 5),
        ("+5", 5),
        ("1e3", 1000),
        ("1E+3", 1000),
        ("5.0", 5),
        ("5000e-3", 5),
        ("0.5e1", 5),
        ("4294967295", 4294967295),
        ("9007199254740993", 9007199254740993),
        (5, 5),
        (5.0, 5),
    ],
)
def test_whole_numbers_are_exact(text, value):
    assert tuned(Plain(), jobs.number("n", "-1", text), "Integer") == Integer(-1, value, "auto")


def test_one_value_is_a_constant():
    with pytest.warns(UserWarning, match=r"IntegerParameterRanges\[0\]: MinValue is MaxValue"):
        dimension = tuned(SVC(), jobs.number("degree", "3", "3.0"), "Integer")
    assert dimension == Categorical([3])


def test_thirty_ranges():
    names = [f"p{i}" for i in range(30)]
    estimator = type("Many", (Plain,), {"get_params": lambda s, deep=True: dict.fromkeys(names)})
    entries = [jobs.number(name, "0", "1") for name in names]
    document = jobs.config(ParameterRanges=jobs.ranges(*entries))

    def clone_of(self):
        return self

    estimator.__sklearn_clone__ = clone_of
    assert len(read(document, estimator()).search_spaces) == 30


# Texts.


@pytest.mark.parametrize(
    ("estimator", "name", "texts", "expected"),
    [
        (SVC(), "gamma", ["scale", "auto", "0.01"], ["scale", "auto", 0.01]),
        (SVC(), "C", ["1", "10"], [1.0, 10.0]),
        (SVC(), "shrinking", ["True", "false"], [True, False]),
        (SVC(), "shrinking", ["1", "0"], [True, False]),
        (SVC(), "class_weight", ["null", "balanced"], [None, "balanced"]),
        (SVC(), "kernel", ['"rbf"', "linear"], ["rbf", "linear"]),
        (SVC(), "kernel", ["rbf", "made up"], ["rbf", "made up"]),
        (RandomForestClassifier(), "max_depth", ["None", "3", "1e1"], [None, 3, 10]),
        (RandomForestClassifier(), "max_depth", [3, 10.0, None], [3, 10, None]),
        (RandomForestClassifier(), "max_features", ["sqrt", "1", "1.0"], ["sqrt", 1, 1.0]),
        (RandomForestClassifier(), "max_features", ["5.0", "0.5"], [5, 0.5]),
        (RandomForestClassifier(), "min_samples_leaf", ["1", "0.1"], [1, 0.1]),
        (RandomForestClassifier(), "oob_score", ["true", "False"], [True, False]),
        (HistGradientBoostingClassifier(), "early_stopping", ["auto", "true"], ["auto", True]),
        (MLPClassifier(), "hidden_layer_sizes", ['"64"', "128"], [64, 128]),
        (MLPClassifier(), "solver", ['"adam"', '"sgd"'], ["adam", "sgd"]),
        (LogisticRegression(), "C", [0.1, "1"], [0.1, 1.0]),
        (Plain(), "n", ["3", "4.0", "none"], [3, 4, None]),
        (Plain(), "rate", ["1", "0.5"], [1.0, 0.5]),
        (Plain(), "is_on", ["true", "0"], [True, False]),
        (Plain(), "kind", ["a", "64", "True"], ["a", "64", "True"]),
        (Plain(), "anything", ["a", "64", "0.5", "true", "null"], ["a", 64, 0.5, True, None]),
        (Plain(), "anything", ["", " ", "1_0", "nan", "0x1"], ["", " ", "1_0", "nan", "0x1"]),
    ],
)  # fmt: skip
def test_what_texts_stand_for(estimator, name, texts, expected):
    found = listed(estimator, name, *texts)
    assert [(type(v), v) for v in found] == [(type(v), v) for v in expected]


def test_casts_come_first():
    casts = {"hidden_layer_sizes": lambda text: tuple(map(int, text.split(",")))}
    found = listed(MLPClassifier(), "hidden_layer_sizes", '"64,32"', "8", casts=casts)
    assert found == ((64, 32), (8,))
    model = make_pipeline(StandardScaler(), SVC())
    for name in ("C", "svc__C"):
        assert listed(model, "C", "1", prefix="svc__", casts={name: int}) == (1,)


def test_a_cast_makes_a_real_range_one_of_whole_numbers():
    entry = jobs.number("n_estimators", "10", "100.0", "Logarithmic")
    dimension = tuned(RandomForestClassifier(), entry, casts={"n_estimators": int})
    assert dimension == Integer(10, 100, "log-uniform")
    entry = jobs.number("n", "1", "10", "Linear")
    assert tuned(Plain(), entry, "Integer", casts={"n": float}) == Real(1.0, 10.0)


# Names.


def test_names_are_mapped_and_then_prefixed():
    entries = [
        jobs.number("eta", "0.01", "0.3", "Logarithmic"),
        jobs.number("lambda", "0.01", "10", "Logarithmic"),
        jobs.number("gamma", "0", "5"),
    ]
    found = jobs.ranges(*entries) | jobs.ranges(
        jobs.number("num_round", "10", "100"), kind="Integer"
    )
    document = jobs.request(
        HyperParameterTuningJobConfig=jobs.config(ParameterRanges=found),
        TrainingJobDefinition=jobs.definition(
            StaticHyperParameters={"max_bin": "128", "seed": "7", "alpha": "1", "eval": "x"}
        ),
    )
    model = make_pipeline(StandardScaler(), HistGradientBoostingClassifier())
    step = "histgradientboostingclassifier__"
    mapped = XGBOOST_TO_SKLEARN | {"gamma": None, "alpha": None, "eval": None}
    search = read(document, model, param_map=mapped, prefix=step)
    assert search.search_spaces == {
        f"{step}learning_rate": Real(0.01, 0.3, "log-uniform"),
        f"{step}l2_regularization": Real(0.01, 10.0, "log-uniform"),
        f"{step}max_iter": Integer(10, 100, "auto"),
    }
    assert search.estimator[-1].max_bins == 128
    assert search.estimator[-1].random_state == 7


def test_all_names_of_the_offered_map_exist():
    known = HistGradientBoostingClassifier().get_params()
    assert set(XGBOOST_TO_SKLEARN.values()) <= known.keys()


def test_what_the_libraries_of_the_service_add_is_left_out_without_a_word():
    statics = {
        "_tuning_objective_metric": "validation:accuracy",
        "sagemaker_program": '"train.py"',
        "sagemaker_region": '"eu-west-1"',
        "tol": '"0.01"',
    }
    document = jobs.request(TrainingJobDefinition=jobs.definition(StaticHyperParameters=statics))
    with pytest.warns(UserWarning, match="ignored") as caught:
        search = from_sagemaker(document, SVC())
    assert search.estimator.tol == 0.01
    assert "sagemaker_" not in str(caught[0].message)
    assert "_tuning" not in str(caught[0].message)


# What has no meaning here.


def test_one_warning_names_all_that_is_ignored():
    document = jobs.request(
        TrainingJobDefinition=jobs.definition(
            StaticHyperParameters={"unknown": "1"},
            RetryStrategy={"MaximumRetryAttempts": 3},
            Environment={"A": "b"},
            StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90},
        ),
    )
    with pytest.warns(UserWarning, match="ignored") as caught:
        from_sagemaker(document, SVC())
    [warning] = caught
    assert warning.filename == __file__
    definition = "$.TrainingJobDefinition"
    for path in (
        "$.HyperParameterTuningJobName",
        "$.Tags",
        f"{definition}.AlgorithmSpecification",
        f"{definition}.RoleArn",
        f"{definition}.OutputDataConfig",
        f"{definition}.ResourceConfig",
        f"{definition}.RetryStrategy",
        f"{definition}.Environment",
        f"{definition}.StaticHyperParameters.unknown",
        f"{definition}.StoppingCondition.MaxWaitTimeInSeconds",
    ):
        assert path in str(warning.message)
    with pytest.raises(ValueError, match=r"\$.Tags: is not supported here"):
        from_sagemaker(document, SVC(), unsupported="raise")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        from_sagemaker(document, SVC(), unsupported="ignore")


def test_results_are_ignored_without_a_word():
    with pytest.warns(UserWarning, match="ignored") as caught:
        from_sagemaker(jobs.with_metadata(jobs.response()), SVC())
    for name in ("Status", "Time", "Counters", "ConsumedResources", "Details", "Metadata", "Best"):
        assert name not in str(caught[0].message)


def test_a_document_without_anything_foreign_says_nothing():
    assert isinstance(from_sagemaker(jobs.config(), SVC()), BayesSearchCV)


# Settings.


@pytest.mark.parametrize(
    ("name", "scoring", "estimator"),
    [
        ("validation:accuracy", "accuracy", SVC()),
        ("test:auc", "roc_auc", SVC()),
        ("validation:macro_f_beta", "f1_macro", SVC()),
        ("macro_precision", "precision_macro", SVC()),
        ("average_precision", "average_precision", SVC()),
        ("validation:aucpr", "average_precision", SVC()),
    ],
)
def test_metrics_that_are_maximised(name, scoring, estimator):
    objective = {"Type": "Maximize", "MetricName": name}
    document = jobs.config(HyperParameterTuningJobObjective=objective)
    assert read(document, estimator).scoring == scoring


@pytest.mark.parametrize(
    ("name", "scoring", "target"),
    [
        ("validation:rmse", "neg_root_mean_squared_error", -0.25),
        ("test:RMSE", "neg_root_mean_squared_error", -0.25),
        ("l2", "neg_mean_squared_error", -0.25),
        ("absolute_loss", "neg_mean_absolute_error", -0.25),
        ("validation:logloss", "neg_log_loss", -0.25),
        ("validation:error", "accuracy", 0.75),
        ("merror", "accuracy", 0.75),
    ],
)
def test_metrics_that_are_minimised(name, scoring, target):
    document = jobs.config(
        HyperParameterTuningJobObjective={"Type": "Minimize", "MetricName": name},
        TuningJobCompletionCriteria={"TargetObjectiveMetricValue": 0.25},
    )
    search = read(document)
    assert search.scoring == scoring
    assert search.stopping == [TargetScore(target)]


def test_scores_of_training_data_are_remarked_on():
    objective = {"Type": "Maximize", "MetricName": "train:accuracy"}
    with pytest.warns(UserWarning, match="training data"):
        read(jobs.config(HyperParameterTuningJobObjective=objective))


def test_a_scorer_for_a_metric_that_is_not_known():
    objective = {"Type": "Minimize", "MetricName": "validation:mine"}
    document = jobs.config(
        HyperParameterTuningJobObjective=objective,
        TuningJobCompletionCriteria={"TargetObjectiveMetricValue": 2},
    )
    for keywords in (
        {"scoring": "f1_macro"},
        {"metric_map": {"validation:mine": "f1_macro"}},
        {"metric_map": {"mine": "f1_macro"}},
    ):
        search = read(document, **keywords)
        assert (search.scoring, search.stopping) == ("f1_macro", [TargetScore(-2.0)])


@pytest.mark.parametrize(
    "keywords",
    [
        {"scoring": "roc_auc"},
        {"scoring": ["neg_log_loss", "roc_auc"], "refit": "roc_auc"},
        {"metric_map": {"logloss": "roc_auc"}},
    ],
)
def test_a_target_of_another_metric_is_left_out(keywords):
    document = jobs.config(
        HyperParameterTuningJobObjective={"Type": "Minimize", "MetricName": "validation:logloss"},
        TuningJobCompletionCriteria={"TargetObjectiveMetricValue": 0.01},
    )
    said = r"MetricValue \(it is a value of 'validation:logloss', and scoring is another metric"
    with pytest.warns(UserWarning, match=said):
        search = read(document, unsupported="warn", **keywords)
    assert search.stopping is None


@pytest.mark.parametrize("scoring", ["accuracy", {"mine": "accuracy", "other": "roc_auc"}])
def test_a_target_is_one_of_the_metric_that_steers(scoring):
    document = jobs.config(
        HyperParameterTuningJobObjective={"Type": "Minimize", "MetricName": "validation:error"},
        TuningJobCompletionCriteria={"TargetObjectiveMetricValue": 0.25},
    )
    assert read(document, scoring=scoring, refit=False).stopping == [TargetScore(0.75)]


def test_a_wrong_direction_is_overruled_by_a_scorer():
    objective = {"Type": "Maximize", "MetricName": "binary_logloss"}
    document = jobs.config(
        HyperParameterTuningJobObjective=objective,
        TuningJobCompletionCriteria={"TargetObjectiveMetricValue": 0.3},
    )
    search = read(document, scoring="neg_log_loss")
    assert search.stopping == [TargetScore(-0.3)]


def test_no_objective_is_the_score_of_the_estimator():
    assert read(jobs.config(HyperParameterTuningJobObjective=None)).scoring is None


def test_criteria_of_completion():
    criteria = {
        "TargetObjectiveMetricValue": 0.99,
        "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 5},
        "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"},
    }
    search = read(jobs.config(TuningJobCompletionCriteria=criteria))
    assert search.stopping == [
        TargetScore(0.99),
        Patience(5, 0.01, relative=True),
        Converged(0.01, relative=True),
    ]
    criteria = {
        "BestObjectiveNotImproving": {},
        "ConvergenceDetected": {"CompleteOnConvergence": "Disabled"},
    }
    assert read(jobs.config(TuningJobCompletionCriteria=criteria)).stopping is None


def test_patience_with_hyperband_is_told_what_counts():
    criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 5}}
    strategy = {"HyperbandStrategyConfig": {"MaxResource": 9}}
    document = jobs.config(
        Strategy="Hyperband", StrategyConfig=strategy, TuningJobCompletionCriteria=criteria
    )
    with pytest.warns(UserWarning, match=r"NotImproving: counts only .* the whole resource\."):
        search = read(document, resource="max_iter")
    assert search.stopping == [Patience(5, 0.01, relative=True)]


def test_limits(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    limits = {"MaxParallelTrainingJobs": 4, "MaxRuntimeInSeconds": 90}
    search = read(jobs.config(ResourceLimits=limits))
    assert (search.n_jobs, search.max_time, search.n_iter) == (4, 90, 750)
    with pytest.warns(UserWarning, match="5 jobs on 4 processors"):
        search = read(jobs.config(ResourceLimits=limits | {"MaxParallelTrainingJobs": 5}))
    assert search.n_jobs == 5


@pytest.mark.parametrize(("text", "rule"), [("Auto", "median"), ("Off", None)])
def test_early_stopping(text, rule):
    assert read(jobs.config(TrainingJobEarlyStoppingType=text)).early_stopping == rule


def test_seed():
    assert read(jobs.config(RandomSeed=2**32 - 1)).random_state == 2**32 - 1


def test_the_time_of_a_training_job_is_that_of_a_fit_where_fits_can_be_ended():
    assert read(jobs.request()).fit_timeout is None
    with pytest.warns(UserWarning, match=r"MaxRuntimeInSeconds \(only a fit in a worker process"):
        read(jobs.request(), unsupported="warn")
    assert read(jobs.request(), n_jobs=2).fit_timeout == 3600
    document = jobs.changed(
        jobs.request(),
        ["HyperParameterTuningJobConfig", "ResourceLimits", "MaxParallelTrainingJobs"],
        2,
    )
    assert read(document).fit_timeout == 3600
    assert read(document, fit_timeout=5).fit_timeout == 5


def test_explicit_arguments_come_first():
    document = jobs.config(
        Strategy="wrong",
        RandomSeed=-1,
        TrainingJobEarlyStoppingType="wrong",
        TuningJobCompletionCriteria={"TargetObjectiveMetricValue": "wrong"},
        ResourceLimits={
            "MaxNumberOfTrainingJobs": 0,
            "MaxParallelTrainingJobs": 0,
            "MaxRuntimeInSeconds": 0,
        },
    )
    given = {
        "strategy": "bayesian",
        "random_state": 3,
        "early_stopping": "racing",
        "stopping": None,
        "n_iter": 5,
        "n_jobs": 2,
        "max_time": 7.5,
        "cv": 3,
    }
    params = read(document, **given).get_params(deep=False)
    assert {name: params[name] for name in given} == given
    space = {"C": (0.1, 1.0)}
    search = read(jobs.config(ParameterRanges=None), search_spaces=space)
    assert search.search_spaces == space


@pytest.mark.parametrize("strategy", ["Random", "Grid"])
def test_strategies(strategy):
    values = {"Name": "kernel", "Values": ["rbf", "linear"]}, {"Name": "degree", "Values": ["2"]}
    document = jobs.config(
        Strategy=strategy,
        ParameterRanges=jobs.ranges(*values, kind="Categorical"),
        ResourceLimits={"MaxParallelTrainingJobs": 1, "MaxRuntimeInSeconds": 500},
    )
    search = read(document)
    assert search.strategy == strategy.lower()
    assert search.n_iter == (2 if strategy == "Grid" else 10_000)


def test_a_grid_that_leaves_a_parameter_out():
    values = {"Name": "kernel", "Values": ["rbf", "linear"]}, {"Name": "eta", "Values": ["1", "2"]}
    document = jobs.config(
        Strategy="Grid",
        ParameterRanges=jobs.ranges(*values, kind="Categorical"),
        ResourceLimits={"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 4},
    )
    assert read(document, param_map={"eta": None}).n_iter == 2


# Several training jobs.


def several(**changes):
    small = jobs.ranges(jobs.number("alpha", "0.1", "10"))
    definitions = [
        jobs.definition(
            DefinitionName="svc",
            TuningObjective={"Type": "Maximize", "MetricName": "validation:accuracy"},
            HyperParameterRanges=jobs.config()["ParameterRanges"],
        ),
        jobs.definition(
            DefinitionName="ridge",
            TuningObjective={"Type": "Maximize", "MetricName": "accuracy"},
            HyperParameterRanges=small,
            StaticHyperParameters={"fit_intercept": "false"},
        ),
    ]
    config = jobs.config(HyperParameterTuningJobObjective=None, ParameterRanges=None)
    made = jobs.request(TrainingJobDefinition=None, HyperParameterTuningJobConfig=config)
    return made | {"TrainingJobDefinitions": definitions} | changes


def test_one_of_several_training_jobs():
    search = read(several(), Ridge(), definition="ridge")
    assert search.search_spaces == {"alpha": Real(0.1, 10.0, "auto")}
    assert search.estimator.fit_intercept is False
    assert search.scoring == "accuracy"


def test_all_of_several_training_jobs():
    search = read(several(), {"svc": SVC(), "ridge": Ridge()})
    first, second = search.search_spaces
    assert first.keys() == {"model", "model__C", "model__kernel"}
    assert second.keys() == {"model", "model__alpha"}
    assert first["model"].categories[0].class_weight == "balanced"
    assert second["model"].categories[0].fit_intercept is False


def test_a_list_of_one_training_job():
    document = several()
    document["TrainingJobDefinitions"].pop()
    assert set(read(document).search_spaces) == {"C", "kernel"}


# Autotune.


def automatic(*parameters, **changes):
    ranges = {"AutoParameters": [{"Name": n, "ValueHint": h} for n, h in parameters]}
    config = jobs.config(ParameterRanges=ranges)
    made = jobs.request(HyperParameterTuningJobConfig=config, Autotune={"Mode": "Enabled"})
    definition = jobs.definition(StaticHyperParameters=None)
    return made | {"TrainingJobDefinition": definition} | changes


def test_a_range_that_is_known_serves_a_parameter_left_to_the_service():
    found = read(automatic(("C", "1.0")), SVC()).search_spaces
    assert found.keys() == {"C"}
    assert found["C"] == suggested(SVC())["C"]


def test_a_limit_of_time_alone_leaves_the_number_of_jobs_to_the_service():
    document = automatic(("C", "1.0"))
    limits = {"MaxParallelTrainingJobs": 1, "MaxRuntimeInSeconds": 90}
    document["HyperParameterTuningJobConfig"]["ResourceLimits"] = limits
    assert read(document, SVC()).n_iter == 750


def suggested(estimator):
    from skbayes.known import suggest_space

    return suggest_space(estimator)


def test_a_hint_serves_where_no_range_is_known():
    found = read(automatic(("n", "30"), ("rate", "0.5")), Plain()).search_spaces
    assert found == {"n": Integer(3, 300, "log-uniform"), "rate": Real(0.05, 5.0, "log-uniform")}


def test_a_hint_is_cut_to_what_a_parameter_takes():
    document = automatic(("validation_fraction", "0.5"))
    found = read(document, MLPClassifier()).search_spaces["validation_fraction"]
    assert found.low == 0.05
    assert 0.999 < found.high < 1


def test_a_hint_outside_of_the_known_range_is_believed():
    hint = 1e9
    found = read(automatic(("C", str(hint))), SVC()).search_spaces
    assert found == {"C": Real(hint / 10, hint * 10, "log-uniform")}


def test_nothing_named_is_all_that_is_known():
    document = automatic(TrainingJobDefinition=jobs.definition(StaticHyperParameters={"C": "1"}))
    found = read(document, SVC()).search_spaces
    expected = suggested(SVC())
    assert found.keys() == expected.keys() - {"C"}


# Warm start.

PARENTS = {
    "WarmStartType": "TransferLearning",
    "ParentHyperParameterTuningJobs": [
        {"HyperParameterTuningJobName": "first"},
        {"HyperParameterTuningJobName": "second"},
    ],
}


def test_parents_without_results_are_named():
    with pytest.warns(UserWarning, match=r"history=\{'second'"):
        search = from_sagemaker(jobs.request(WarmStartConfig=PARENTS), SVC())
    assert search.warm_start_from is None


def test_parents_with_results():
    job = jobs.training_job(1, {"C": '"2.0"', "kernel": "rbf"}, 0.9)
    earlier = BayesSearchCV(SVC(), {"C": [1]})
    history = {"first": {"TrainingJobSummaries": [job]}, "second": earlier}
    search = read(jobs.request(WarmStartConfig=PARENTS), history=history)
    table, other = search.warm_start_from
    assert other is earlier
    assert table["params"] == [{"C": 2.0, "kernel": "rbf"}]
    assert table["score"] == [0.9]


def test_parents_with_an_error_rate():
    """Its values are those of the scorer, or of one that the user gave for the rate itself."""
    rate = {"Type": "Minimize", "MetricName": "validation:error"}
    job = jobs.training_job(1, {"C": "2.0"}) | {
        "FinalHyperParameterTuningJobObjectiveMetric": rate | {"Value": 0.25}
    }
    config = jobs.config(HyperParameterTuningJobObjective=rate)
    document = jobs.request(HyperParameterTuningJobConfig=config, WarmStartConfig=PARENTS)
    own = make_scorer(zero_one_loss, greater_is_better=False)
    for scoring, score in ((None, 0.75), (own, -0.25)):
        [table] = read(document, history={"first": [job]}, scoring=scoring).warm_start_from
        assert table["score"] == [score]


def test_the_best_training_jobs_come_first_if_wanted():
    best = jobs.training_job(3, {"C": "10", "kernel": "linear"}, 0.9)
    document = jobs.response(OverallBestTrainingJob=best)
    assert read(document).initial_points is None
    assert read(document, initial_points="best").initial_points == [
        {"C": 31.5, "kernel": "rbf"},
        {"C": 10.0, "kernel": "linear"},
    ]
    outside = jobs.training_job(3, {"C": "1e6", "kernel": "linear"}, 0.9)
    with pytest.warns(UserWarning, match=r"OverallBestTrainingJob: lies outside"):
        search = read(jobs.response(OverallBestTrainingJob=outside), initial_points="best")
    assert len(search.initial_points) == 1
    space = {"C": (1.0, 100.0)}
    search = read(document, initial_points="best", search_spaces=space)
    assert search.initial_points == [{"C": 31.5}, {"C": 10.0}]
    space = {"C": (1.0, 100.0), "degree": Distribution(bernoulli(1.0))}
    search = read(document, initial_points="best", search_spaces=space)
    assert search.initial_points[0] == {"C": 31.5, "degree": 1}


def test_parents_have_no_use_where_nothing_is_learnt():
    config = jobs.config(Strategy="Random")
    document = jobs.request(HyperParameterTuningJobConfig=config, WarmStartConfig=PARENTS)
    with pytest.warns(UserWarning, match=r"WarmStartConfig \(strategy='random' learns nothing"):
        search = from_sagemaker(document, SVC(), history={"first": []})
    assert search.warm_start_from is None


# It searches.


HYPERBAND = {"strategy": "hyperband", "resource": "max_iter"}


@pytest.mark.parametrize(
    ("changes", "statics", "keywords", "expected"),
    [
        # The static parameter that the service takes for epochs is what is shared out.
        ({}, {"epochs": "27"}, {}, {"max_resources": 27}),
        ({}, {"n-epochs": '"27"'}, {}, {"max_resources": 27}),
        ({"MinResource": 3}, {"num_epochs": 27}, {}, {"min_resources": 3, "max_resources": 27}),
        ({"MaxResource": 9}, {"epochs": "27"}, {}, {"max_resources": 9}),
        # Or what the keyword names.
        ({"MaxResource": 9}, {}, {"resource": "max_iter"}, {"max_resources": 9}),
        ({}, {"max_iter": "9"}, {"resource": "max_iter"}, {"max_resources": 9}),
        ({}, {}, {"resource": "max_iter", "max_resources": 9}, {"max_resources": 9}),
        (
            {"MinResource": 1, "MaxResource": 9},
            {},
            {"resource": "max_iter", "min_resources": 2, "factor": 2},
            {"min_resources": 2, "max_resources": 9, "factor": 2},
        ),
        # A number of epochs is none of rows.
        (
            {"MinResource": 1, "MaxResource": 9},
            {"epochs": "9"},
            {"resource": "n_samples"},
            {"resource": "n_samples", "max_iter": 9},
        ),
        ({}, {}, {"resource": "n_samples"}, {"resource": "n_samples"}),
        # Another strategy makes nothing of it.
        (
            {"MinResource": 1},
            {"epochs": "9"},
            {"strategy": "random"},
            {"strategy": "random", "resource": None, "max_iter": 9},
        ),
    ],
)
def test_hyperband(changes, statics, keywords, expected):
    strategy = {"HyperbandStrategyConfig": changes} if changes else None
    document = jobs.request(
        HyperParameterTuningJobConfig=jobs.config(Strategy="Hyperband", StrategyConfig=strategy),
        TrainingJobDefinition=jobs.definition(StaticHyperParameters=statics),
    )
    names = dict.fromkeys(["epochs", "n-epochs", "num_epochs"], "max_iter")
    search = read(document, SVC(), param_map=names, **keywords)
    default = BayesSearchCV(SVC(), {})
    expected = HYPERBAND | expected
    found = {name: getattr(search, name, None) for name in expected if name != "max_iter"}
    assert found | {"max_iter": search.estimator.max_iter} == {"max_iter": -1} | expected
    for name in {"min_resources", "max_resources", "factor"} - expected.keys():
        assert getattr(search, name) == getattr(default, name)


def test_what_hyperband_leaves_of_a_document_is_said():
    config = jobs.config(
        Strategy="Hyperband", StrategyConfig={"HyperbandStrategyConfig": {"MaxResource": 9}}
    )
    with pytest.warns(UserWarning, match=r"MaxResource \(it is not a number of rows: give max_res"):
        from_sagemaker(config, SVC(), resource="n_samples")
    with pytest.warns(UserWarning, match=r"HyperbandStrategyConfig \(strategy='random' is given"):
        from_sagemaker(config, SVC(), strategy="random")


def test_hyperband_over_several_training_jobs():
    document = several()
    document["HyperParameterTuningJobConfig"]["Strategy"] = "Hyperband"
    for definition in document["TrainingJobDefinitions"]:
        definition["StaticHyperParameters"] = {"epochs": "9"}
    estimators = {"svc": SVC(), "ridge": LogisticRegression()}
    names = {"epochs": "max_iter", "alpha": "C"}
    search = read(document, estimators, param_map=names, n_iter=9, random_state=0, cv=3)
    assert (search.resource, search.max_resources) == ("model__max_iter", 9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so few iterations do not converge
        search.fit(*load_iris(return_X_y=True))
    assert search.best_params_["model__max_iter"] == 9


@pytest.mark.filterwarnings("ignore:from_sagemaker")
def test_searches_run():
    X, y = load_iris(return_X_y=True)
    job = jobs.training_job(1, {"C": "2.0", "kernel": "rbf"}, 0.9)
    document = jobs.request(WarmStartConfig=PARENTS)
    worse = jobs.training_job(2, {"C": "0.1", "kernel": "linear"}, 0.8, "Stopped")
    failed = jobs.training_job(3, {"C": "0.2", "kernel": "linear"}, status="Failed")
    history = {"first": [job, worse, failed], "second": [worse, job]}
    search = read(document, history=history, n_iter=4, cv=3, random_state=0).fit(X, y)
    assert search.best_score_ > 0.9
    search = read(several(), {"svc": SVC(), "ridge": LogisticRegression()}, n_iter=4, cv=3,
                  param_map={"alpha": "C"}, random_state=0).fit(X, y)  # fmt: skip
    assert search.best_score_ > 0.8


def test_the_best_training_job_of_a_space_that_is_left_to_the_service():
    best = jobs.training_job(3, {"C": "10", "kernel": "poly", "degree": "3"}, 0.9)
    parameters = [("C", "1"), ("kernel", "rbf"), ("degree", "3")]
    document = automatic(*parameters, BestTrainingJob=best)
    search = read(document, initial_points="best")
    assert search.initial_points == [{"C": 10.0, "kernel": "poly", "degree": 3}]
    best["TunedHyperParameters"]["kernel"] = "rbf"
    search = read(document, initial_points="best")
    assert search.initial_points == [{"C": 10.0, "kernel": "rbf"}]


@pytest.mark.parametrize("strategy", ["Random", "Grid"])
def test_other_strategies_run(strategy):
    X, y = load_iris(return_X_y=True)
    values = {"Name": "kernel", "Values": ["rbf", "linear"]}, {"Name": "C", "Values": ["1", "2"]}
    document = jobs.config(
        Strategy=strategy,
        RandomSeed=0,
        ParameterRanges=jobs.ranges(*values, kind="Categorical"),
        ResourceLimits={"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 4},
    )
    search = read(document, cv=3).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
