"""Documents: read from an object, a text or a file, and held against the table of their members.

A member of a document has one of four fates: it is read, by the shape that it names (``"[...]"``
for a list of it) or as a plain value; it means nothing here; or it is a result of the service and
no setting. Source of the table: the shapes ``CreateHyperParameterTuningJobRequest`` and
``DescribeHyperParameterTuningJobResponse`` of the service model "sagemaker", version 2017-07-24,
against which the tests hold it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from skbayes.sagemaker.problems import Report, below
from skbayes.space import close_names, show

__all__ = [
    "RANGE_LISTS",
    "SHAPES",
    "Node",
    "check_members",
    "check_repeats",
    "is_list",
    "load",
    "name_foreign",
]

# Read as it is: a text, a number, or an object of free names.
VALUE = "value"
# A setting without a meaning on one's own machine.
FOREIGN = "foreign"
# What the service reports of a job.
RESULT = "result"

_RANGES = {
    "IntegerParameterRanges": "[NumberRange]",
    "ContinuousParameterRanges": "[NumberRange]",
    "CategoricalParameterRanges": "[CategoricalRange]",
    "AutoParameters": "[AutoParameter]",
}

SHAPES: dict[str, dict[str, str]] = {
    "Job": {
        "HyperParameterTuningJobName": FOREIGN,
        "HyperParameterTuningJobArn": FOREIGN,
        "HyperParameterTuningJobConfig": "Config",
        "TrainingJobDefinition": "Definition",
        "TrainingJobDefinitions": "[Definition]",
        "WarmStartConfig": "WarmStart",
        "Autotune": "Autotune",
        "Tags": FOREIGN,
        "BestTrainingJob": RESULT,
        "OverallBestTrainingJob": RESULT,
        "HyperParameterTuningJobStatus": RESULT,
        "CreationTime": RESULT,
        "HyperParameterTuningEndTime": RESULT,
        "LastModifiedTime": RESULT,
        "TrainingJobStatusCounters": RESULT,
        "ObjectiveStatusCounters": RESULT,
        "FailureReason": RESULT,
        "TuningJobCompletionDetails": RESULT,
        "ConsumedResources": RESULT,
        "ResponseMetadata": RESULT,
    },
    "Config": {
        "Strategy": VALUE,
        "StrategyConfig": "StrategyConfig",
        "HyperParameterTuningJobObjective": "Objective",
        "ResourceLimits": "ResourceLimits",
        "ParameterRanges": "ParameterRanges",
        "TrainingJobEarlyStoppingType": VALUE,
        "TuningJobCompletionCriteria": "CompletionCriteria",
        "RandomSeed": VALUE,
    },
    "StrategyConfig": {"HyperbandStrategyConfig": "HyperbandConfig"},
    "HyperbandConfig": {"MinResource": VALUE, "MaxResource": VALUE},
    "Objective": {"Type": VALUE, "MetricName": VALUE},
    "ResourceLimits": {
        "MaxNumberOfTrainingJobs": VALUE,
        "MaxParallelTrainingJobs": VALUE,
        "MaxRuntimeInSeconds": VALUE,
    },
    "ParameterRanges": _RANGES,
    "NumberRange": {"Name": VALUE, "MinValue": VALUE, "MaxValue": VALUE, "ScalingType": VALUE},
    "CategoricalRange": {"Name": VALUE, "Values": VALUE},
    "AutoParameter": {"Name": VALUE, "ValueHint": VALUE},
    "CompletionCriteria": {
        "TargetObjectiveMetricValue": VALUE,
        "BestObjectiveNotImproving": "NotImproving",
        "ConvergenceDetected": "Convergence",
    },
    "NotImproving": {"MaxNumberOfTrainingJobsNotImproving": VALUE},
    "Convergence": {"CompleteOnConvergence": VALUE},
    "Definition": {
        "DefinitionName": VALUE,
        "TuningObjective": "Objective",
        "HyperParameterRanges": "ParameterRanges",
        "StaticHyperParameters": VALUE,
        "StoppingCondition": "StoppingCondition",
        "AlgorithmSpecification": FOREIGN,
        "RoleArn": FOREIGN,
        "InputDataConfig": FOREIGN,
        "VpcConfig": FOREIGN,
        "OutputDataConfig": FOREIGN,
        "ResourceConfig": FOREIGN,
        "HyperParameterTuningResourceConfig": FOREIGN,
        "EnableNetworkIsolation": FOREIGN,
        "EnableInterContainerTrafficEncryption": FOREIGN,
        "EnableManagedSpotTraining": FOREIGN,
        "CheckpointConfig": FOREIGN,
        "RetryStrategy": FOREIGN,
        "Environment": FOREIGN,
    },
    "StoppingCondition": {
        "MaxRuntimeInSeconds": VALUE,
        "MaxWaitTimeInSeconds": FOREIGN,
        "MaxPendingTimeInSeconds": FOREIGN,
    },
    "WarmStart": {"ParentHyperParameterTuningJobs": "[Parent]", "WarmStartType": VALUE},
    "Parent": {"HyperParameterTuningJobName": VALUE},
    "Autotune": {"Mode": VALUE},
}

# What must be there for a document to mean something here; the service asks for more.
REQUIRED: dict[str, tuple[str, ...]] = {
    "NumberRange": ("Name", "MinValue", "MaxValue"),
    "CategoricalRange": ("Name", "Values"),
    "AutoParameter": ("Name",),
    "Objective": ("Type", "MetricName"),
    "WarmStart": ("ParentHyperParameterTuningJobs", "WarmStartType"),
    "Parent": ("HyperParameterTuningJobName",),
    "Autotune": ("Mode",),
}

RANGE_LISTS = tuple(name for name in _RANGES if name != "AutoParameters")

ACCEPTED = "a dict, JSON text, or the path of a JSON file"


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its names it had twice."""

    repeated: tuple[str, ...] = ()

    @classmethod
    def of(cls, pairs: list[tuple[str, Any]]) -> _Object:
        made = cls(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            made.repeated = tuple(dict.fromkeys(n for n in names if names.count(n) > 1))
        return made


@dataclass(frozen=True, slots=True)
class Node:
    """A place of a document. A member that is absent, or null, has the value None.

    Parameters
    ----------
    value : object
    path : str
        JSON path of the place.
    report : Report
        Where problems go.
    """

    value: Any
    path: str
    report: Report

    def __getitem__(self, name: str) -> Node:
        value = self.value.get(name) if isinstance(self.value, Mapping) else None
        return Node(value, below(self.path, name), self.report)

    @property
    def is_given(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def entries(self) -> list[Node]:
        """Entries of a list; none of what is no list."""
        if not is_list(self.value):
            return []
        return [Node(v, below(self.path, i), self.report) for i, v in enumerate(self.value)]

    def members(self) -> Iterator[tuple[str, Node]]:
        """Yield the members of an object that have a value, with their names."""
        if isinstance(self.value, Mapping):
            for name, value in self.value.items():
                if value is not None and isinstance(name, str):
                    yield name, self[name]

    def problem(self, text: str) -> None:
        """Note what is wrong with this place."""
        self.report.problem(self.path, text)

    def ignore(self, why: str = "") -> None:
        """Note that this place is ignored."""
        self.report.ignore(self.path, why)

    def remark(self, text: str) -> None:
        """Note what is to be known of this place."""
        self.report.remark(self.path, text)


def is_list(value: Any) -> bool:
    """Whether a value is what JSON calls an array."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def looks_like_text(doc: str) -> bool:
    """Whether a string is JSON text, and not the path of a file."""
    return doc.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def load(doc: Any, what: str) -> Any:
    """Return the content of a document in any of its forms; numbers of a text are exact.

    Parameters
    ----------
    doc : dict, list, str, bytes or path-like
    what : str
        How messages call it.

    Raises
    ------
    ValueError
        If it is none of these, cannot be read, or is no JSON.
    """
    if isinstance(doc, Mapping) or is_list(doc):
        return doc
    if isinstance(doc, bytes | bytearray):
        return _parse(bytes(doc), what)
    if isinstance(doc, str) and looks_like_text(doc):
        return _parse(doc.lstrip("\ufeff"), what)
    if not isinstance(doc, str | os.PathLike):
        raise ValueError(
            f"{what} must be {ACCEPTED}, got {show(doc)} of type {type(doc).__name__}."
        )
    try:
        content = Path(os.fspath(doc)).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(
            f"{what}={show(doc)} is no JSON text, and no file that can be read: {reason}."
        ) from error
    return _parse(content, f"{what}, the file {os.fspath(doc)!r},")


def _parse(text: str | bytes, what: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_Object.of, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"{what} is no JSON: {error}.") from error


def check_members(node: Node, shape: str) -> None:
    """Note members that a shape does not have, and values of another kind, here and below."""
    if not node.is_given:
        return
    if shape.startswith("["):
        if not is_list(node.value):
            node.problem(f"must be a list, got {show(node.value)}.")
        for entry in node.entries():
            if entry.value is None:
                entry.problem("must be an object, got null.")
            check_members(entry, shape.strip("[]"))
        return
    known = SHAPES.get(shape)
    if known is None:
        return
    if not isinstance(node.value, Mapping):
        node.problem(f"must be an object, got {show(node.value)}.")
        return
    for name in node.value:
        if name in known:
            check_members(node[name], known[name])
            continue
        close = close_names(str(name), known, n=1, cutoff=0.7)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}."
        node.report.problem(below(node.path, str(name)), f"is no member of {shape}; {hint}")
    for name in REQUIRED.get(shape, ()):
        if not node[name].is_given:
            node[name].problem("is missing.")


def check_repeats(node: Node) -> None:
    """Note names that an object of a JSON text has twice, here and below."""
    for name in getattr(node.value, "repeated", ()):
        node[name].problem("is there twice.")
    for _, member in node.members():
        check_repeats(member)
    for entry in node.entries():
        check_repeats(entry)


def name_foreign(node: Node, shape: str) -> None:
    """Note members without a meaning here as ignored, not looking into what has one."""
    for name, member in node.members():
        is_empty = isinstance(member.value, str | Mapping | Sequence) and not member.value
        if SHAPES[shape].get(name) == FOREIGN and not is_empty:
            member.ignore()
