"""Documents of tuning jobs as the service and its libraries write them."""

from __future__ import annotations

import copy
import datetime

ROLE = "arn:aws:iam::123456789012:role/tuner"
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:"
UTC = datetime.UTC


def config(**changes):
    """A configuration of an SVC; a member that is None is left out."""
    made = {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {
            "Type": "Maximize",
            "MetricName": "validation:accuracy",
        },
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 12, "MaxParallelTrainingJobs": 1},
        "ParameterRanges": {
            "IntegerParameterRanges": [],
            "ContinuousParameterRanges": [
                {
                    "Name": "C",
                    "MinValue": "1e-2",
                    "MaxValue": "1e3",
                    "ScalingType": "Logarithmic",
                }
            ],
            "CategoricalParameterRanges": [{"Name": "kernel", "Values": ["rbf", "linear"]}],
        },
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def definition(**changes):
    """A training job definition with all that the service asks for."""
    made = {
        "StaticHyperParameters": {"class_weight": "balanced", "shrinking": "False"},
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def request(**changes):
    """A request that creates a tuning job."""
    made = {
        "HyperParameterTuningJobName": "svc-tuning",
        "HyperParameterTuningJobConfig": config(),
        "TrainingJobDefinition": definition(),
        "Tags": [{"Key": "team", "Value": "a"}],
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def response(**changes):
    """A response that describes a tuning job, with dates as the library gives them."""
    when = datetime.datetime(2024, 5, 17, 12, 30, tzinfo=UTC)
    made = request(Tags=None) | {
        "HyperParameterTuningJobArn": f"{ARN}hyper-parameter-tuning-job/svc-tuning",
        "HyperParameterTuningJobStatus": "Completed",
        "CreationTime": when,
        "HyperParameterTuningEndTime": when,
        "LastModifiedTime": when,
        "TrainingJobStatusCounters": {"Completed": 12, "Stopped": 0},
        "ObjectiveStatusCounters": {"Succeeded": 12, "Pending": 0, "Failed": 0},
        "BestTrainingJob": training_job(7, {"C": "31.5", "kernel": '"rbf"'}, 0.96),
        "TuningJobCompletionDetails": {"NumberOfTrainingJobsObjectiveNotImproving": 4},
        "ConsumedResources": {"RuntimeInSeconds": 5000},
    }
    made = made | changes
    return {name: value for name, value in made.items() if value is not None}


def with_metadata(document):
    """A response as the library returns it."""
    return document | {"ResponseMetadata": {"RequestId": "1", "HTTPStatusCode": 200}}


def training_job(number, params, value=None, status="Completed", **changes):
    """An entry of the list of training jobs."""
    made = {
        "TrainingJobName": f"svc-{number:03}",
        "TrainingJobArn": f"{ARN}training-job/svc-{number:03}",
        "CreationTime": datetime.datetime(2024, 5, 17, tzinfo=UTC),
        "TrainingJobStatus": status,
        "TunedHyperParameters": params,
    }
    if value is not None:
        made["FinalHyperParameterTuningJobObjectiveMetric"] = {
            "Type": "Maximize",
            "MetricName": "validation:accuracy",
            "Value": value,
        }
    return made | changes


def ranges(*entries, kind="Continuous"):
    """Ranges of one kind."""
    return {f"{kind}ParameterRanges": list(entries)}


def number(name, low, high, scale=None):
    """A range of numbers."""
    made = {"Name": name, "MinValue": low, "MaxValue": high}
    return made if scale is None else made | {"ScalingType": scale}


def changed(document, path, value):
    """A copy of a document with another value at a path of names and places."""
    made = copy.deepcopy(document)
    *way, last = path
    at = made
    for step in way:
        at = at[step]
    at[last] = value
    return made
