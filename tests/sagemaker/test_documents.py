"""The nine kinds of document: three shapes, each as an object, as text and as a file."""

import json
from decimal import Decimal

import pytest
from sklearn.svm import SVC

import tuning_jobs as jobs
from skbayes.sagemaker import from_sagemaker
from skbayes.sagemaker.documents import FOREIGN, RESULT, SHAPES, VALUE
from skbayes.space import Categorical, Real

SHAPED = {"config": jobs.config, "request": jobs.request, "response": jobs.response}

SPACE = {"C": Real(0.01, 1000.0, "log-uniform"), "kernel": Categorical(["rbf", "linear"])}


def as_text(document):
    return json.dumps(document, default=str)


def as_path(document, folder):
    path = folder / "job.json"
    path.write_text(as_text(document), encoding="utf-8")
    return path


FORMS = {
    "object": lambda document, folder: document,
    "text": lambda document, folder: as_text(document),
    "indented text": lambda document, folder: "\n  " + json.dumps(document, default=str, indent=2),
    "bytes": lambda document, folder: as_text(document).encode(),
    "bytes with a mark": lambda document, folder: as_text(document).encode("utf-8-sig"),
    "path": as_path,
    "name of a file": lambda document, folder: str(as_path(document, folder)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", SHAPED)
def test_each_shape_in_each_form(shape, form, tmp_path):
    document = FORMS[form](SHAPED[shape](), tmp_path)
    search = from_sagemaker(document, SVC(), unsupported="ignore")
    assert search.search_spaces == SPACE
    assert (search.n_iter, search.n_jobs, search.scoring) == (12, 1, "accuracy")
    has_statics = shape != "config"
    assert search.estimator.class_weight == ("balanced" if has_statics else None)
    assert search.estimator.shrinking is (not has_statics)


def test_a_response_has_metadata_and_nothing_is_changed_in_it():
    document = jobs.with_metadata(jobs.response())
    before = repr(document)
    estimator = SVC()
    search = from_sagemaker(document, estimator, unsupported="ignore")
    assert repr(document) == before
    assert estimator.get_params() == SVC().get_params()
    assert search.estimator is not estimator


def test_order_of_keys_does_not_matter():
    def reversed_(value):
        if isinstance(value, dict):
            return {k: reversed_(v) for k, v in reversed(value.items())}
        return [reversed_(v) for v in value] if isinstance(value, list) else value

    first = from_sagemaker(jobs.response(), SVC(), unsupported="ignore")
    second = from_sagemaker(reversed_(jobs.response()), SVC(), unsupported="ignore")
    assert repr(first.get_params()) == repr(second.get_params())


def test_the_ranges_alone():
    document = jobs.config()["ParameterRanges"]
    search = from_sagemaker(document, SVC(), n_iter=7)
    assert (search.search_spaces, search.n_iter) == (SPACE, 7)


def test_ranges_of_the_training_job():
    config = jobs.config(ParameterRanges=None)
    definition = jobs.definition(HyperParameterRanges=jobs.config()["ParameterRanges"])
    document = jobs.request(HyperParameterTuningJobConfig=config, TrainingJobDefinition=definition)
    assert from_sagemaker(document, SVC(), unsupported="ignore").search_spaces == SPACE


def test_absent_and_null_are_the_same():
    document = jobs.config(RandomSeed=1) | {"RandomSeed": None, "StrategyConfig": None}
    assert from_sagemaker(document, SVC()).random_state is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (3, "doc: must be a dict, JSON text"),
        (None, "doc: must be a dict, JSON text"),
        ([jobs.config()], r"\$: must be an object"),
        ("[]", r"\$: must be an object"),
        ('{"Strategy": ', "is no JSON"),
        ("no_such_file.json", "no file that can be read"),
        ("a\0b", "no file that can be read"),
        (b"\xff\xfe\xfa", "is no JSON"),
        ("{" * 100_000, "is no JSON"),
        ('{"RandomSeed": ' + "9" * 5000 + "}", "is no JSON"),
        ({"TrainingJobSummaries": []}, "load_sagemaker_history"),
        (
            {"HyperParameterTuningJobName": "a", "TrainingJobDefinition": jobs.definition()},
            r"\$.HyperParameterTuningJobConfig: is missing",
        ),
        ({}, r"\$.Strategy: is missing"),
    ],
)
def test_what_is_no_document(document, message):
    with pytest.raises(ValueError, match=message):
        from_sagemaker(document, SVC())


def test_a_name_that_is_there_twice_in_a_text():
    text = as_text(jobs.config()).replace('"Strategy":', '"Strategy": "Random", "Strategy":', 1)
    with pytest.raises(ValueError, match=r"\$.Strategy: is there twice"):
        from_sagemaker(text, SVC())


def test_numbers_of_a_text_are_exact():
    text = as_text(jobs.config(ParameterRanges=jobs.ranges(jobs.number("C", 0.1, 1e2))))
    assert from_sagemaker(text, SVC()).search_spaces == {"C": Real(0.1, 100.0, "auto")}
    document = jobs.config(ParameterRanges=jobs.ranges(jobs.number("C", Decimal("0.1"), 100)))
    assert from_sagemaker(document, SVC()).search_spaces == {"C": Real(0.1, 100.0, "auto")}


def members(model, shape):
    return set(model.shape_for(shape).members)


OF_THE_SERVICE = {
    "Config": "HyperParameterTuningJobConfig",
    "StrategyConfig": "HyperParameterTuningJobStrategyConfig",
    "HyperbandConfig": "HyperbandStrategyConfig",
    "Objective": "HyperParameterTuningJobObjective",
    "ResourceLimits": "ResourceLimits",
    "ParameterRanges": "ParameterRanges",
    "NumberRange": "IntegerParameterRange",
    "CategoricalRange": "CategoricalParameterRange",
    "AutoParameter": "AutoParameter",
    "CompletionCriteria": "TuningJobCompletionCriteria",
    "NotImproving": "BestObjectiveNotImproving",
    "Convergence": "ConvergenceDetected",
    "Definition": "HyperParameterTrainingJobDefinition",
    "StoppingCondition": "StoppingCondition",
    "WarmStart": "HyperParameterTuningJobWarmStartConfig",
    "Parent": "ParentHyperParameterTuningJob",
    "Autotune": "Autotune",
}


def test_the_table_is_closed():
    assert set(SHAPES) == {"Job", *OF_THE_SERVICE}
    named = {fate.strip("[]") for shape in SHAPES.values() for fate in shape.values()}
    assert named - {FOREIGN, RESULT, VALUE} == set(OF_THE_SERVICE)


@pytest.mark.parametrize("shape", [*OF_THE_SERVICE, "Job"])
def test_the_table_is_that_of_the_service(shape):
    pytest.importorskip("botocore")
    from services import model

    if shape == "Job":
        expected = members(model(), "CreateHyperParameterTuningJobRequest")
        expected |= members(model(), "DescribeHyperParameterTuningJobResponse")
        expected.add("ResponseMetadata")
    else:
        expected = members(model(), OF_THE_SERVICE[shape])
    assert set(SHAPES[shape]) == expected


@pytest.mark.parametrize(
    ("document", "shape"),
    [
        (jobs.config(), "HyperParameterTuningJobConfig"),
        (jobs.request(), "CreateHyperParameterTuningJobRequest"),
        (jobs.response(), "DescribeHyperParameterTuningJobResponse"),
    ],
)
def test_the_documents_of_these_tests_are_of_the_service(document, shape):
    pytest.importorskip("botocore")
    from services import faults

    assert faults(document, shape) == []
