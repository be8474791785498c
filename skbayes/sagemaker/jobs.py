"""One training job in each form in which the service and its libraries write it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from skbayes.sagemaker.documents import Node, is_list
from skbayes.sagemaker.problems import below
from skbayes.sagemaker.values import unquoted
from skbayes.space import native, show

__all__ = ["MEMBERS", "called", "is_job_list", "is_of_sdk", "result_of", "training_jobs"]

JOBS = "TrainingJobSummaries"

# The value of a training job in a row of the table that the service's library makes, and the
# columns of this table that are no parameters.
VALUE = "FinalObjectiveValue"
COLUMNS = (
    VALUE,
    "TrainingJobName",
    "TrainingJobStatus",
    "TrainingJobDefinitionName",
    "TrainingStartTime",
    "TrainingEndTime",
    "TrainingElapsedTimeSeconds",
)

# The parameter in which the service notes what a training job is tuned for.
TUNED_FOR = "_tuning_objective_metric"

MEMBERS = (
    "A job needs TrainingJobStatus, TunedHyperParameters and "
    "FinalHyperParameterTuningJobObjectiveMetric with a Value; or HyperParameters and "
    f"FinalMetricDataList; or its parameters beside {VALUE}."
)


def is_job_list(content: Any) -> bool:
    """Whether what was read is a list of training jobs, in one of its forms."""
    if isinstance(content, Mapping):
        return JOBS in content
    entries: Sequence[Any] = content if is_list(content) else ()
    return bool(entries) and all(
        isinstance(each, Mapping) and (JOBS in each or "TrainingJobStatus" in each)
        for each in entries
    )


def training_jobs(node: Node) -> list[Node]:
    """Return the training jobs of a document, of which several pages may have been joined."""
    if isinstance(node.value, Mapping):
        jobs = node[JOBS]
        if not is_list(jobs.value):
            jobs.problem("is missing." if not jobs.is_given else "must be a list.")
        return jobs.entries()
    if not is_list(node.value):
        node.problem(f"must be a list of training jobs, got {show(node.value)}.")
    found: list[Node] = []
    for entry in node.entries():
        is_page = isinstance(entry.value, Mapping) and JOBS in entry.value
        found += training_jobs(entry) if is_page else [entry]
    return found


def result_of(job: Node, metric_name: str | None) -> tuple[Node, Node]:
    """Return the objective of a training job, with its value, and its parameters."""
    if VALUE in job.value:  # a row of a table, with NaN where it has nothing
        row = {name: value for name, value in job.value.items() if not _is_gap(value)}
        objective = {"MetricName": metric_name, "Value": row.get(VALUE)}
        params = {name: value for name, value in row.items() if name not in COLUMNS}
        place = below(job.path, VALUE)
        return Node(objective, place, job.report), Node(params, job.path, job.report)
    if "HyperParameters" in job.value:
        given, metrics = job["HyperParameters"], job["FinalMetricDataList"]
        tuned_for = given[TUNED_FOR].value
        wanted = unquoted(tuned_for) if isinstance(tuned_for, str) else metric_name
        listed = {each["MetricName"].value: each for each in metrics.entries()}
        if wanted is None and len(listed) > 1:
            metrics.problem(
                f"has several metrics, {', '.join(map(str, listed))}, and it is not known which "
                "one was tuned. Leave the others out."
            )
        nothing = Node(None, metrics.path, job.report)
        if wanted in listed or len(listed) != 1:
            return listed.get(wanted, nothing), given
        return next(iter(listed.values())), given
    return job["FinalHyperParameterTuningJobObjectiveMetric"], job["TunedHyperParameters"]


def _is_gap(value: Any) -> bool:
    value = native(value)
    return isinstance(value, float) and math.isnan(value)


def called(job: Node) -> str:
    """Return the name of a training job, or its place if it has none."""
    name = job["TrainingJobName"].value
    return name if isinstance(name, str) else job.path


def is_of_sdk(name: str) -> bool:
    """Whether a hyperparameter is one that the service's own libraries add."""
    return name == TUNED_FOR or name.startswith("sagemaker_")
