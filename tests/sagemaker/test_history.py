"""Training jobs of an earlier tuning job, as results to learn from."""

import json
import math

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

import tuning_jobs as jobs
from skbayes import BayesSearchCV
from skbayes.sagemaker import from_sagemaker, load_sagemaker_history


def job(number, value, status="Completed", kind="Maximize", metric="validation:auc", **params):
    """A training job with a metric of its own."""
    made = jobs.training_job(number, params, value, status)
    if value is not None:
        final = {"Type": kind, "MetricName": metric, "Value": value}
        final = {name: each for name, each in final.items() if each is not None}
        made["FinalHyperParameterTuningJobObjectiveMetric"] = final
    return made


JOBS = [
    job(1, 0.9, C="1.0", kernel='"rbf"'),
    job(2, 0.7, "Stopped", C="1e-1", kernel="linear"),
    job(3, None, "Failed", C="5", kernel="linear"),
    job(4, None, "Stopped", C="6", kernel="linear"),
    job(5, None, "InProgress", C="7", kernel="linear"),
    job(6, None, "Completed", C="8", kernel="linear"),
    job(7, 0.5, "Stopping", C="9", kernel="linear"),
    job(8, math.nan, "Completed", C="10", kernel="linear"),
]

TABLE = {
    "params": [
        {"C": 1.0, "kernel": "rbf"},
        {"C": 0.1, "kernel": "linear"},
        {"C": 5.0, "kernel": "linear"},
        {"C": 10.0, "kernel": "linear"},
    ],
    "score": [0.9, 0.7, math.nan, math.nan],
    "status": ["complete", "complete", "failed", "failed"],
    "name": ["svc-001", "svc-002", "svc-003", "svc-008"],
}


# A list of jobs that are not all ended says so.
LEFT_OUT = r"\$: left out, as they .* Failed: svc-005 \('InProgress'\); svc-007 \('Stopping'\)\."


NO_VALUE = r"\$: left out, as their objective has no value: svc-004, svc-006\."


def pages(entries):
    return [{"TrainingJobSummaries": entries[:3]}, {"TrainingJobSummaries": entries[3:]}]


@pytest.mark.parametrize(
    "form",
    [
        lambda entries: entries,
        lambda entries: {"TrainingJobSummaries": entries, "ResponseMetadata": {}},
        pages,
        lambda entries: json.dumps(entries, default=str),
        lambda entries: json.dumps({"TrainingJobSummaries": entries}, default=str).encode(),
    ],
)
def test_forms(form):
    with pytest.warns(UserWarning, match=rf"{LEFT_OUT}\n- {NO_VALUE}"):
        found = load_sagemaker_history(form(JOBS), SVC())
    np.testing.assert_equal(found, TABLE)
    assert [type(params["C"]) for params in found["params"]] == [float] * 4


def test_a_file(tmp_path):
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps(JOBS, default=str))
    with pytest.warns(UserWarning, match=LEFT_OUT):
        np.testing.assert_equal(load_sagemaker_history(path, SVC()), TABLE)


def row(number, value, status="Completed", **params):
    """A row of the table that the SDK makes of a tuning job."""
    return {
        **params,
        "TrainingJobName": f"svc-{number:03}",
        "TrainingJobStatus": status,
        "FinalObjectiveValue": value,
        "TrainingStartTime": "2024-01-01 10:00:00",
        "TrainingElapsedTimeSeconds": 60.0,
    }


def test_rows_of_the_table_of_the_sdk():
    rows = [
        row(1, 0.5, C=1.0, kernel='"rbf"', degree=math.nan),
        row(2, math.nan, "Stopped", C=2.0, kernel="poly", degree=3.0),
        row(3, math.nan, "Failed", C=3.0, kernel="poly", degree=3.0),
    ]
    with pytest.raises(ValueError, match=r"1 problem:\n- objective_type: is missing"):
        load_sagemaker_history(rows, SVC())
    with pytest.warns(UserWarning, match="no value: svc-002"):
        found = load_sagemaker_history(rows, SVC(), objective_type="Minimize")
    expected = {
        "params": [{"C": 1.0, "kernel": "rbf"}, {"C": 3.0, "kernel": "poly", "degree": 3}],
        "score": [-0.5, math.nan],
        "status": ["complete", "failed"],
        "name": ["svc-001", "svc-003"],
    }
    np.testing.assert_equal(found, expected)


def test_rows_of_a_parent_have_the_metric_of_the_document():
    objective = {"Type": "Minimize", "MetricName": "validation:error"}
    document = {
        "HyperParameterTuningJobConfig": jobs.config(HyperParameterTuningJobObjective=objective),
        "WarmStartConfig": {
            "WarmStartType": "TransferLearning",
            "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "a"}],
        },
    }
    search = from_sagemaker(document, SVC(), history={"a": [row(1, 0.25, C=1.0)]})
    assert search.warm_start_from[0]["score"] == [0.75]


def test_descriptions_of_training_jobs():
    described = {
        "TrainingJobName": "svc-001",
        "TrainingJobStatus": "Completed",
        "HyperParameters": {"C": "1", "_tuning_objective_metric": "validation:error"},
        "FinalMetricDataList": [
            {"MetricName": "validation:auc", "Value": 0.5},
            {"MetricName": "validation:error", "Value": 0.25},
        ],
    }
    found = load_sagemaker_history([described], SVC())
    assert (found["params"], found["score"]) == ([{"C": 1.0}], [0.75])
    del described["HyperParameters"]["_tuning_objective_metric"]
    with pytest.raises(ValueError, match="several metrics, validation:auc, validation:error,"):
        load_sagemaker_history([described], SVC())
    del described["FinalMetricDataList"][0]
    assert load_sagemaker_history([described], SVC())["score"] == [0.75]


def test_a_list_without_a_result_says_what_is_expected():
    entry = {"TrainingJobName": "a", "TrainingJobStatus": "Completed", "Value": 0.5}
    with pytest.warns(UserWarning, match=r"no value: a\.\n.*no training job .*TunedHyper"):
        load_sagemaker_history([entry], SVC())


@pytest.mark.parametrize("kind", ["Minimize", None])
def test_what_was_minimised_is_negated(kind):
    entry = job(1, 0.25, kind=kind, metric="validation:rmse", C="1")
    assert load_sagemaker_history([entry], SVC())["score"] == [-0.25]


def test_an_error_rate_is_one_minus_the_accuracy():
    entry = job(1, 0.25, kind="Minimize", metric="validation:error", C="1")
    assert load_sagemaker_history([entry], SVC())["score"] == [0.75]


def test_a_direction_that_nobody_knows():
    entry = job(1, 0.25, kind=None, metric="mine", C="1")
    with pytest.raises(
        ValueError, match=r"Metric.Type: is missing, and 'mine' is not a known metric"
    ):
        load_sagemaker_history([entry], SVC())
    found = load_sagemaker_history([entry], SVC(), objective_type="Minimize")
    assert found["score"] == [-0.25]
    with pytest.raises(ValueError, match="objective_type: must be 'Maximize' or 'Minimize'"):
        load_sagemaker_history([entry], SVC(), objective_type="max")


def test_several_metrics():
    first = job(1, 0.5, C="1")
    for second, listed in (
        (job(2, 0.5, metric="f1", C="2"), "Maximize validation:auc, Maximize f1"),
        (job(2, 0.5, kind="Minimize", C="2"), "Maximize validation:auc, Minimize validation:auc"),
    ):
        with pytest.raises(ValueError, match=f"several objectives, {listed}"):
            load_sagemaker_history([first, second], SVC())


def test_names_and_casts():
    entry = job(1, 0.5, cost="1", depth="3", sagemaker_program='"a.py"')
    found = load_sagemaker_history(
        [entry],
        make_pipeline(SVC()),
        param_map={"cost": "C", "depth": None},
        prefix="svc__",
        casts={"cost": lambda text: float(text) / 2},
    )
    assert found["params"] == [{"svc__C": 0.5}]


def test_one_training_job_definition():
    entries = [
        job(1, 0.5, n_estimators="10") | {"TrainingJobDefinitionName": "forest"},
        job(2, 0.5, C="1") | {"TrainingJobDefinitionName": "svc"},
    ]
    found = load_sagemaker_history(entries, RandomForestClassifier(), definition="forest")
    assert found["params"] == [{"n_estimators": 10}]


def test_pages_that_are_missing_are_remarked_on():
    document = {"TrainingJobSummaries": JOBS, "NextToken": "abc"}
    for doc in (document, [document]):
        with pytest.warns(UserWarning, match="the service has more training jobs"):
            load_sagemaker_history(doc, SVC())


def test_one_sentence_for_what_all_jobs_have_wrong():
    entries = [job(i, 0.5, Gama="1") for i in range(20)]
    with pytest.raises(ValueError, match="1 problem:"):
        load_sagemaker_history(entries, SVC())


def test_a_search_learns_from_it():
    entries = [job(i, 0.9 - 0.1 * i, C=str(10.0 / 10**i)) for i in range(5)]
    history = load_sagemaker_history(entries, SVC())
    X, y = load_iris(return_X_y=True)
    space = {"C": (1e-4, 1e2, "log-uniform")}
    search = BayesSearchCV(SVC(), space, n_iter=3, cv=3, random_state=0, warm_start_from=history)
    search.fit(X, y)
    # The present parameters, then the best of the history.
    assert [params["C"] for params in search.cv_results_["params"][:2]] == [1.0, 10.0]


@pytest.mark.parametrize("entry", JOBS[:5])
def test_the_jobs_are_of_the_service(entry):
    pytest.importorskip("botocore")
    from services import faults

    document = {"TrainingJobSummaries": [entry]}
    assert faults(document, "ListTrainingJobsForHyperParameterTuningJobResponse") == []
