"""What a document may not say: each problem with its place, all of them in one error."""

import copy

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

import tuning_jobs as jobs
from skbayes import BayesSearchCV
from skbayes.sagemaker import from_sagemaker, load_sagemaker_history


def ranged(*entries, kind="Continuous", **changes):
    return jobs.config(ParameterRanges=jobs.ranges(*entries, kind=kind), **changes)


def listed(name, *values, **changes):
    return ranged({"Name": name, "Values": list(values)}, kind="Categorical", **changes)


def limits(**changes):
    return jobs.config(ResourceLimits={"MaxParallelTrainingJobs": 1} | changes)


def objective(name, kind="Maximize"):
    return jobs.config(HyperParameterTuningJobObjective={"MetricName": name, "Type": kind})


def criteria(**members):
    return jobs.config(TuningJobCompletionCriteria=members)


def statics(**values):
    return jobs.request(TrainingJobDefinition=jobs.definition(StaticHyperParameters=values))


def warm(*parents, kind="TransferLearning"):
    listed = [{"HyperParameterTuningJobName": parent} for parent in parents]
    made = {"WarmStartType": kind, "ParentHyperParameterTuningJobs": listed}
    return jobs.request(WarmStartConfig=made)


def two(**changes):
    objective = {"Type": "Maximize", "MetricName": "validation:accuracy"}
    own = {"TuningObjective": objective, "HyperParameterRanges": jobs.config()["ParameterRanges"]}
    config = jobs.config(HyperParameterTuningJobObjective=None, ParameterRanges=None)
    names = {"TrainingJobDefinition": None, "HyperParameterTuningJobConfig": config}
    definitions = [
        jobs.definition(DefinitionName=name, **copy.deepcopy(own)) for name in ("one", "two")
    ]
    return jobs.request(**names) | {"TrainingJobDefinitions": definitions} | changes


C = ("C", "0.1", "10")
FLOATS = "ParameterRanges.ContinuousParameterRanges[0]"
INTS = "ParameterRanges.IntegerParameterRanges[0]"
LISTS = "ParameterRanges.CategoricalParameterRanges[0]"

REFUSALS = {
    # Numbers.
    "nan": (ranged(jobs.number("C", "nan", "1")), f"$.{FLOATS}.MinValue", "number"),
    "inf": (ranged(jobs.number("C", "1", "inf")), f"$.{FLOATS}.MaxValue", "number"),
    "not finite": (ranged(jobs.number("C", 1, float("inf"))), f"$.{FLOATS}.MaxValue", "finite"),
    "underscore": (ranged(jobs.number("C", "1_0", "20")), f"$.{FLOATS}.MinValue", "'1_0'"),
    "hexadecimal": (ranged(jobs.number("C", "0x1", "20")), f"$.{FLOATS}.MinValue", "'0x1'"),
    "blank": (ranged(jobs.number("C", " ", "20")), f"$.{FLOATS}.MinValue", "number"),
    "blank inside": (ranged(jobs.number("C", "1 0", "20")), f"$.{FLOATS}.MinValue", "number"),
    "no digit": (ranged(jobs.number("C", ".", "20")), f"$.{FLOATS}.MinValue", "number"),
    "other digits": (ranged(jobs.number("C", "\u0661", "20")), f"$.{FLOATS}.MinValue", "number"),
    "boolean": (ranged(jobs.number("C", True, "20")), f"$.{FLOATS}.MinValue", "number"),
    "huge": (ranged(jobs.number("C", "1", "1e999999999")), f"$.{FLOATS}.MaxValue", "floats"),
    "beyond floats": (ranged(jobs.number("C", "1", "9e308")), f"$.{FLOATS}.MaxValue", "finite"),
    "huge exponent": (
        ranged(jobs.number("C", "1", "1e" + "9" * 40)),
        f"$.{FLOATS}.MaxValue",
        "floats",
    ),
    "huge whole": (
        ranged(jobs.number("degree", "1", "1e999999999"), kind="Integer"),
        f"$.{INTS}.MaxValue",
        "floats",
    ),
    "fraction": (
        ranged(jobs.number("degree", "1.5", "3"), kind="Integer"),
        f"$.{INTS}.MinValue",
        "whole number, got '1.5'",
    ),
    "fraction of a number": (
        ranged(jobs.number("degree", 1, 2.5), kind="Integer"),
        f"$.{INTS}.MaxValue",
        "whole",
    ),
    "swapped": (ranged(jobs.number("C", "2", "1")), f"$.{FLOATS}", "Swap"),
    "swapped beyond digits of floats": (
        ranged(jobs.number("C", "0.10000000000000000001", "0.1")),
        f"$.{FLOATS}",
        "Swap",
    ),
    "too wide": (ranged(jobs.number("C", "-1e308", "1e308")), f"$.{FLOATS}", "too far apart"),
    # Scales.
    "scale": (ranged(jobs.number(*C, "Log")), f"$.{FLOATS}.ScalingType", "'Logarithmic'"),
    "case of a scale": (
        ranged(jobs.number(*C, "logarithmic")),
        f"$.{FLOATS}.ScalingType",
        "Did you mean 'Logarithmic'",
    ),
    "log of 0": (
        ranged(jobs.number("C", "0", "1", "Logarithmic")),
        f"$.{FLOATS}.MinValue",
        "above 0",
    ),
    "reversed log of 1": (
        ranged(jobs.number("tol", "0", "1", "ReverseLogarithmic")),
        f"$.{FLOATS}.MaxValue",
        "< 1",
    ),
    "reversed log below 0": (
        ranged(jobs.number("tol", "-0.1", "0.5", "ReverseLogarithmic")),
        f"$.{FLOATS}.MinValue",
        "0 <=",
    ),
    "reversed log of whole numbers": (
        ranged(jobs.number("degree", "0", "5", "ReverseLogarithmic"), kind="Integer"),
        f"$.{INTS}.ScalingType",
        "ContinuousParameterRanges only",
    ),
    # Ranges.
    "unknown name": (ranged(jobs.number("Gama", "0", "1")), f"$.{FLOATS}.Name", "'gamma'"),
    "no name": (
        ranged({"MinValue": "0", "MaxValue": "1"}),
        f"$.{FLOATS}.Name",
        "is missing",
    ),
    "name that is no text": (ranged(jobs.number(3, "0", "1")), f"$.{FLOATS}.Name", "name"),
    "no bound": (ranged({"Name": "C", "MinValue": "0"}), f"$.{FLOATS}.MaxValue", "is missing"),
    "the same name twice": (
        ranged(jobs.number(*C), jobs.number(*C)),
        "$.ParameterRanges.ContinuousParameterRanges[1].Name",
        "already",
    ),
    "name in two lists": (
        jobs.config(
            ParameterRanges=jobs.ranges(jobs.number(*C))
            | jobs.ranges({"Name": "C", "Values": ["1"]}, kind="Categorical")
        ),
        f"$.{LISTS}.Name",
        "already",
    ),
    "no numbers": (
        ranged(jobs.number("kernel", "0", "1")),
        f"$.{FLOATS}",
        "takes no numbers",
    ),
    "fractions of whole numbers": (
        ranged(jobs.number("degree", "1", "5")),
        f"$.{FLOATS}",
        "whole numbers only",
    ),
    "equal values": (listed("C", "1", "1.0"), f"$.{LISTS}.Values[1]", "Leave one"),
    "equal words": (listed("shrinking", "True", "true"), f"$.{LISTS}.Values[1]", "Leave one"),
    "quoted and not": (listed("kernel", "rbf", '"rbf"'), f"$.{LISTS}.Values[1]", "Leave one"),
    "no values": (listed("kernel"), f"$.{LISTS}.Values", "at least one"),
    "values that are no list": (
        ranged({"Name": "kernel", "Values": "rbf"}, kind="Categorical"),
        f"$.{LISTS}.Values",
        "list",
    ),
    "value that is no text": (listed("kernel", ["rbf"]), f"$.{LISTS}.Values[0]", "text"),
    "too many": (
        ranged(*(jobs.number(f"p{i}", "0", "1") for i in range(31))),
        "$.ParameterRanges",
        "31 ranges",
    ),
    "nothing": (jobs.config(ParameterRanges=None), "$.ParameterRanges", "no ranges"),
    "empty lists": (ranged(), "$.ParameterRanges", "no ranges"),
    "automatic": (
        jobs.config(ParameterRanges={"AutoParameters": [{"Name": "C", "ValueHint": "1"}]}),
        "$.ParameterRanges.AutoParameters[0]",
        "Autotune",
    ),
    # Members.
    "unknown member": (
        jobs.config() | {"ParameterRange": {}},
        "$.ParameterRange",
        "did you mean 'ParameterRanges'",
    ),
    "unknown member of a range": (
        ranged(jobs.number(*C) | {"Scaling": "Linear"}),
        f"$.{FLOATS}.Scaling",
        "no member",
    ),
    "unknown limit": (limits(MaxNumberOfTrainingJob=3), "$.ResourceLimits.MaxNumberOf", "did you"),
    "unknown member of the request": (
        jobs.request() | {"TrainingJobDefiniton": {}},
        "$.TrainingJobDefiniton",
        "did you mean",
    ),
    "unknown member of the definition": (
        jobs.request(TrainingJobDefinition=jobs.definition(StaticHyperParameter={})),
        "$.TrainingJobDefinition.StaticHyperParameter",
        "did you mean 'StaticHyperParameters'",
    ),
    "unknown criterion": (criteria(Target=1), "$.TuningJobCompletionCriteria.Target", "there are"),
    "list for an object": (jobs.config(ParameterRanges=[]), "$.ParameterRanges", "an object"),
    "object for a list": (
        jobs.config(ParameterRanges={"IntegerParameterRanges": {}}),
        "$.ParameterRanges.IntegerParameterRanges",
        "a list",
    ),
    "null for a range": (ranged(None), f"$.{FLOATS}", "null"),
    # Settings.
    "strategy": (jobs.config(Strategy="Tpe"), "$.Strategy", "'Hyperband', got 'Tpe'"),
    "case of a strategy": (jobs.config(Strategy="GRID"), "$.Strategy", "'Grid'"),
    "no strategy": (jobs.config(Strategy=None), "$.Strategy", "missing"),
    "grid of numbers": (ranged(jobs.number(*C), Strategy="Grid"), f"$.{FLOATS}", "lists"),
    "grid of another size": (
        listed("kernel", "rbf", "linear", "poly", Strategy="Grid"),
        "$.ResourceLimits.MaxNumberOfTrainingJobs",
        "is 12, and the grid has 3",
    ),
    "no limit": (limits(), "$.ResourceLimits.MaxNumberOfTrainingJobs", "n_iter"),
    "no jobs": (limits(MaxNumberOfTrainingJobs=0), "$.ResourceLimits.MaxNumber", "at least 1"),
    "part of a job": (limits(MaxNumberOfTrainingJobs=2.5), "$.ResourceLimits.Max", "whole"),
    "jobs that are no number": (limits(MaxNumberOfTrainingJobs="ten"), "$.Resou", "a number"),
    "no workers": (
        limits(MaxNumberOfTrainingJobs=3, MaxParallelTrainingJobs=0),
        "$.ResourceLimits.MaxParallelTrainingJobs",
        "at least 1",
    ),
    "no time": (limits(MaxRuntimeInSeconds=0), "$.ResourceLimits.MaxRuntime", "at least 1"),
    "negative seed": (jobs.config(RandomSeed=-1), "$.RandomSeed", "from 0"),
    "large seed": (jobs.config(RandomSeed=2**32), "$.RandomSeed", "4294967295"),
    "early stopping": (
        jobs.config(TrainingJobEarlyStoppingType="On"),
        "$.TrainingJobEarlyStoppingType",
        "'Off' or 'Auto'",
    ),
    "target": (criteria(TargetObjectiveMetricValue="good"), "$.TuningJobCom", "number"),
    "patience": (
        criteria(BestObjectiveNotImproving={"MaxNumberOfTrainingJobsNotImproving": 0}),
        "$.TuningJobCompletionCriteria.BestObjectiveNotImproving.MaxNumberOf",
        "at least 1",
    ),
    "convergence": (
        criteria(ConvergenceDetected={"CompleteOnConvergence": True}),
        "$.TuningJobCompletionCriteria.ConvergenceDetected.CompleteOnConvergence",
        "'Enabled'",
    ),
    # Metrics.
    "metric": (objective("validation:mine"), "$.HyperParameterTuningJobObjective.M", "scoring="),
    "almost a metric": (objective("acuracy"), "$.HyperParameterTuningJobObj", "'accuracy'"),
    "map": (objective("validation:map"), "$.HyperParameterTuningJobObj", "rankings"),
    "ndcg": (objective("ndcg@5"), "$.HyperParameterTuningJobObj", "rankings"),
    "loss of an algorithm": (objective("test:objective_loss"), "$.HyperParameterTun", "itself"),
    "top k": (objective("top_k_accuracy_5"), "$.HyperParameterTuningJobObj", "needs a k"),
    "direction": (objective("multi_logloss"), "$.HyperParameterTuningJobObjective.Type", "Minim"),
    "direction of an accuracy": (
        objective("accuracy", "Minimize"),
        "$.HyperParameterTuningJobObjective.Type",
        "'Maximize'",
    ),
    "kind of direction": (objective("auc", "max"), "$.HyperParameterTuningJobObjective.Type", "or"),
    "objective that is no object": (
        jobs.config(HyperParameterTuningJobObjective="accuracy"),
        "$.HyperParameterTuningJobObjective",
        "must be an object",
    ),
    "no name of a metric": (objective(None), "$.HyperParameterTuningJobObjective.Me", "missing"),
    # Training jobs.
    "tuned and static": (
        statics(C="1"),
        "$.TrainingJobDefinition.StaticHyperParameters.C",
        "range as well",
    ),
    "statics that are no object": (
        jobs.request(TrainingJobDefinition=jobs.definition(StaticHyperParameters=["C"])),
        "$.TrainingJobDefinition.StaticHyperParameters",
        "object",
    ),
    "another objective": (
        jobs.request(
            TrainingJobDefinition=jobs.definition(
                TuningObjective={"Type": "Maximize", "MetricName": "auc"}
            )
        ),
        "$.TrainingJobDefinition.TuningObjective",
        "another objective",
    ),
    "time of a job": (
        jobs.request(
            TrainingJobDefinition=jobs.definition(StoppingCondition={"MaxRuntimeInSeconds": -1})
        ),
        "$.TrainingJobDefinition.StoppingCondition.MaxRuntimeInSeconds",
        "at least 1",
    ),
    "several": (two(), "$.TrainingJobDefinitions", "definition="),
    "one and several": (
        two(TrainingJobDefinition=jobs.definition()),
        "$.TrainingJobDefinitions",
        "is given, and so is",
    ),
    "autotune": (
        jobs.request(Autotune={"Mode": "On"}),
        "$.Autotune.Mode",
        "'Enabled'",
    ),
    # Parents.
    "no parents": (warm(), "$.WarmStartConfig.ParentHyperParameterTuningJobs", "at least one"),
    "kind of warm start": (
        warm("a", kind="Same"),
        "$.WarmStartConfig.WarmStartType",
        "'TransferLearning'",
    ),
    "parent without a name": (
        warm(None),
        "$.WarmStartConfig.ParentHyperParameterTuningJobs[0].HyperParameterTuningJobName",
        "missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(case):
    document, place, text = REFUSALS[case]
    with pytest.raises(ValueError, match="from_sagemaker: ") as caught:
        from_sagemaker(document, SVC())
    lines = str(caught.value).splitlines()[1:]
    assert any(line.startswith(f"- {place}") and text in line for line in lines), lines
    # The rest of the document is right, and not complained of.
    if case not in ("several", "one and several", "unknown limit", "no time"):
        assert len(lines) == (31 if case == "too many" else 0) + 1, lines


OF_ARGUMENTS = {
    "unsupported": ({"unsupported": "maybe"}, "unsupported: must be 'warn'"),
    "param_map": ({"param_map": ["C"]}, "param_map: must be a dict"),
    "entry of param_map": ({"param_map": {"C": 3}}, r"param_map\['C'\]: must be a name"),
    "prefix": ({"prefix": None}, "prefix: must be a text"),
    "casts": ({"casts": {"C": "int"}}, r"casts\['C'\]: must be a function"),
    "metric_map": ({"metric_map": {"a": 3}}, r"metric_map\['a'\]: must be"),
    "history without parents": ({"history": {"a": []}}, r"history\['a'\]: the document has no"),
    "history": ({"history": []}, "history: must be a dict"),
    "definition": ({"definition": "a"}, "definition: 'a' is no training job definition"),
    "initial_points": ({"initial_points": "all"}, "initial_points: must be 'best'"),
    "no best": ({"initial_points": "best"}, "names no BestTrainingJob"),
    "a cast that raises": ({"casts": {"kernel": int}}, r"raised ValueError"),
    "a cast of bounds": ({"casts": {"C": str}}, r"casts\['C'\] must make numbers"),
}


@pytest.mark.parametrize("case", OF_ARGUMENTS)
def test_refusals_of_arguments(case):
    keywords, message = OF_ARGUMENTS[case]
    with pytest.raises(ValueError, match=message):
        from_sagemaker(jobs.config(), SVC(), **keywords)


@pytest.mark.parametrize("estimator", [SVC, 3, None, {"a": SVC()}, {}])
def test_what_is_no_estimator(estimator):
    with pytest.raises(ValueError, match="estimator"):
        from_sagemaker(jobs.config(), estimator)


def test_an_argument_that_no_search_has():
    with pytest.raises(TypeError, match=r"'n_itr'.*Did you mean 'n_iter'"):
        from_sagemaker(jobs.config(), SVC(), n_itr=3)


def test_two_names_for_one_parameter():
    document = ranged(jobs.number(*C), jobs.number("cost", "1", "2"))
    with pytest.raises(ValueError, match=r"\[1\].Name: 'cost' is 'C', as 'C' is"):
        from_sagemaker(document, SVC(), param_map={"cost": "C"})
    document = statics(tol="1", tolerance="2")
    with pytest.raises(ValueError, match=r"Parameters.tolerance: 'tolerance' is 'tol', as"):
        from_sagemaker(document, SVC(), param_map={"tolerance": "tol"})


def test_an_unknown_name_hints_at_the_step():
    with pytest.raises(ValueError, match=r"Did you mean 'svc__C'.*param_map") as caught:
        from_sagemaker(jobs.config(), make_pipeline(SVC()))
    assert "'svc__kernel'" in str(caught.value)


def test_all_problems_are_in_one_error_and_nothing_is_said_beside():
    document = jobs.request(
        HyperParameterTuningJobConfig=jobs.config(
            Strategy="bayesian",
            RandomSeed=-1,
            ResourceLimits={"MaxNumberOfTrainingJobs": -5, "MaxParallelTrainingJobs": 1},
            ParameterRanges=jobs.ranges(jobs.number("C", "x", "1"), jobs.number("D", "2", "1")),
        ),
    )
    with pytest.raises(ValueError, match="6 problems") as caught:
        from_sagemaker(document, SVC())
    head, *lines = str(caught.value).splitlines()
    assert head == "from_sagemaker: 6 problems:"
    assert len(lines) == 6
    config = "- $.HyperParameterTuningJobConfig."
    assert all(line.startswith(config) for line in lines)


@pytest.mark.parametrize(
    ("changes", "statics", "keywords", "places"),
    [
        ({"MinResource": 10, "MaxResource": 9}, {}, {"resource": "max_iter"}, [""]),
        ({"MinResource": 10}, {"max_iter": "9"}, {"resource": "max_iter"}, [""]),
        ({"MinResource": 10, "MaxResource": 9}, {}, {"resource": "n_samples"}, [""]),
        ({"MinResource": 0, "MaxResource": 9}, {}, {"resource": "max_iter"}, [".MinResource"]),
        ({"MaxResource": "x"}, {}, {"resource": "max_iter"}, [".MaxResource"]),
        ({"MaxResource": 9}, {}, {}, [""]),
        ({"MaxResource": 9}, {"epochs": "9"}, {"param_map": {"epochs": None}}, [""]),
        ({}, {}, {"resource": "max_iter"}, [".MaxResource"]),
        ({}, {}, {}, ["", ".MaxResource"]),
        ({}, {"epochs": "9"}, {}, ["epochs"]),
        ({}, {"n-epochs": "x"}, {"resource": "max_iter"}, ["['n-epochs']"]),
        ({}, {"epochs": "0"}, {"param_map": {"epochs": "max_iter"}}, ["epochs"]),
    ],
)
def test_hyperband_that_cannot_be_shared_out(changes, statics, keywords, places):
    strategy = {"HyperbandStrategyConfig": changes}
    document = jobs.request(
        HyperParameterTuningJobConfig=jobs.config(Strategy="Hyperband", StrategyConfig=strategy),
        TrainingJobDefinition=jobs.definition(StaticHyperParameters=statics),
    )
    with pytest.raises(ValueError, match="from_sagemaker") as caught:
        from_sagemaker(document, SVC(), **keywords)
    own = "$.HyperParameterTuningJobConfig.StrategyConfig.HyperbandStrategyConfig"
    lines = str(caught.value).splitlines()[1:]
    for line, place in zip(lines, places, strict=True):
        path = f"$.TrainingJobDefinition.StaticHyperParameters.{place}".replace(".[", "[")
        if not place or place.startswith("."):
            path = own + place
        assert line.startswith(f"- {path}: ")


def test_hyperband_needs_one_resource_for_all_training_jobs():
    document = two()
    document["HyperParameterTuningJobConfig"]["Strategy"] = "Hyperband"
    for definition, n_epochs in zip(document["TrainingJobDefinitions"], "98", strict=True):
        definition["StaticHyperParameters"] = {"epochs": n_epochs}
    with pytest.raises(
        ValueError, match=r"StrategyConfig: the training jobs have different resources"
    ):
        from_sagemaker(document, {"one": SVC(), "two": SVC()}, param_map={"epochs": "max_iter"})


def test_hyperband_with_early_stopping():
    document = jobs.config(Strategy="Hyperband", TrainingJobEarlyStoppingType="Auto")
    with pytest.raises(ValueError, match=r"StoppingType: must be 'Off' with Strategy 'Hyperband'"):
        from_sagemaker(document, SVC(), resource="max_iter")


def test_hyperband_settings_of_another_strategy():
    document = jobs.config(StrategyConfig={"HyperbandStrategyConfig": {"MinResource": 1}})
    with pytest.raises(
        ValueError, match=r"HyperbandStrategyConfig: is only for Strategy 'Hyperband'"
    ):
        from_sagemaker(document, SVC())


def test_objectives_that_differ():
    document = jobs.changed(
        two(), ["TrainingJobDefinitions", 1, "TuningObjective", "MetricName"], "auc"
    )
    estimators = {"one": SVC(), "two": SVC()}
    with pytest.raises(ValueError, match=r"Definitions\[1\].TuningObjective: is another obj"):
        from_sagemaker(document, estimators)
    search = from_sagemaker(document, estimators, scoring="f1_macro", unsupported="ignore")
    assert search.scoring == "f1_macro"


@pytest.mark.parametrize(
    ("estimator", "keywords", "message"),
    [
        ({"one": SVC()}, {}, "nothing for the training job definition 'two'"),
        ({"one": SVC(), "two": SVC(), "to": SVC()}, {}, r"estimator\['to'\]: is no training"),
        (SVC(), {"definition": "three"}, "'three' is no training job definition: there is 'one', "),
    ],
)
def test_names_of_training_jobs(estimator, keywords, message):
    with pytest.raises(ValueError, match=message):
        from_sagemaker(two(), estimator, **keywords)


def test_parents_that_are_none():
    with pytest.raises(ValueError, match=r"history\['b'\]: is no parent: there is 'a'"):
        from_sagemaker(warm("a"), SVC(), history={"b": []})


def test_problems_of_a_parent_have_their_place():
    job = jobs.training_job(1, {"Gama": "1"}, 0.5)
    with pytest.raises(ValueError, match=r"history\['a'\]: \$\.\.Gama: SVC has"):
        from_sagemaker(warm("a"), SVC(), history={"a": [job, job]})


def test_a_hint_that_is_no_number():
    config = jobs.config(
        ParameterRanges={
            "AutoParameters": [
                {"Name": "random_state", "ValueHint": "x"},
                {"Name": "verbose", "ValueHint": "0"},
            ]
        }
    )
    document = jobs.request(
        HyperParameterTuningJobConfig=config,
        TrainingJobDefinition=None,
        Autotune={"Mode": "Enabled"},
    )
    with pytest.raises(ValueError, match="Write a range for") as caught:
        from_sagemaker(document, RandomForestClassifier())
    assert len(str(caught.value).splitlines()) == 3


def test_a_range_for_whole_numbers_only_can_be_cast():
    document = ranged(jobs.number("degree", "1", "5"))
    assert isinstance(from_sagemaker(document, SVC(), casts={"degree": int}), BayesSearchCV)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, r"\$.TrainingJobSummaries: is missing"),
        ({"TrainingJobSummaries": 3}, r"\$.TrainingJobSummaries: must be a list"),
        ([3], r"\$\[0\]: must be a training job"),
        ("[", "is no JSON"),
        (3, "doc: must be"),
        ([{}], r"\$\[0\].TrainingJobStatus: is missing"),
        ([jobs.training_job(1, None, 0.5)], r"\$\[0\].TunedHyperParameters: is missing"),
        ([jobs.training_job(1, {"C": ["1"]}, 0.5)], r"\$\[0\].TunedHyperParameters.C: must be"),
        ([jobs.training_job(1, {"D": "1"}, 0.5)], "has no parameter 'D'"),
        ([jobs.training_job(1, {"C": "1"}, "high")], r"Metric.Value: must be a number"),
    ],
)
def test_lists_of_training_jobs(document, message):
    with pytest.raises(ValueError, match=message):
        load_sagemaker_history(document, SVC())


def test_the_size_of_a_grid_is_told_beside_other_problems():
    document = listed("kernel", "rbf", "linear", Strategy="Grid", RandomSeed=-1)
    document["HyperParameterTuningJobObjective"] = {"Type": "Maximize", "MetricName": "mine"}
    with pytest.raises(ValueError, match="3 problems") as caught:
        from_sagemaker(document, SVC())
    assert "is 12, and the grid has 2" in str(caught.value)
