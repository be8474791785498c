"""The training jobs of an earlier tuning job, as results that a search learns from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from skbayes.sagemaker.documents import Node, check_repeats, load
from skbayes.sagemaker.jobs import MEMBERS, called, is_job_list, is_of_sdk, result_of, training_jobs
from skbayes.sagemaker.metrics import DIRECTIONS, Objective, table_entry
from skbayes.sagemaker.names import Names, check_estimator, check_maps
from skbayes.sagemaker.problems import Report, below
from skbayes.sagemaker.values import read_number
from skbayes.search import space_of
from skbayes.space import Space, native, show

__all__ = ["load_sagemaker_history", "read_best", "read_warm_start"]

WARM_STARTS = ("IdenticalDataAndAlgorithm", "TransferLearning")

# Strategies that have a use for earlier results; None is one that is not known, a problem already.
LEARNING = ("bayesian", None)

# Training jobs by their status: what they are to a search, if they have a value.
COMPLETIONS = {"Completed": "complete", "Stopped": "complete", "Failed": "failed"}


def load_sagemaker_history(
    doc: Any,
    estimator: Any,
    *,
    param_map: Mapping[str, str | None] | None = None,
    prefix: str = "",
    casts: Mapping[str, Any] | None = None,
    definition: str | None = None,
    objective_type: str | None = None,
) -> dict[str, list[Any]]:
    """Read the training jobs of a SageMaker tuning job, for `warm_start_from`.

    A completed or stopped job with a value is a result. A failed job is a failure. All other jobs
    are left out, and a warning names them.

    Parameters
    ----------
    doc : dict, list, str, bytes or path-like
        The training jobs of a tuning job, as the service lists them: the response with
        ``TrainingJobSummaries``, the list in it, or a list of responses. The list may also contain
        responses of ``describe_training_job``, or the rows of the data frame that the SageMaker
        Python SDK makes, as ``dataframe().to_dict("records")`` returns them. Give Python objects,
        a JSON text or the path of a file.
    estimator : estimator
        The estimator of the parameters. It decides what texts mean.
    param_map, prefix, casts
        As in `from_sagemaker`.
    definition : str or None, default=None
        Name of a training job definition. Jobs with another name are left out. None: all jobs are
        read.
    objective_type : {"Maximize", "Minimize"} or None, default=None
        Whether the tuning job maximised or minimised its metric, for jobs that do not have this
        information.

    Returns
    -------
    dict of list
        Table with a row for each job. `params` are the parameters. `score` is the score; higher is
        better, so minimised values are negated, and an error rate becomes an accuracy. NaN for a
        failure. `status` is "complete" or "failed". `name` is the name of the training job.

    Raises
    ------
    ValueError
        If the document is invalid. The message lists all problems with their JSON paths.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from skbayes.sagemaker import load_sagemaker_history
    >>> job = {
    ...     "TrainingJobName": "svc-001",
    ...     "TrainingJobStatus": "Completed",
    ...     "TunedHyperParameters": {"C": "10.0", "kernel": "rbf"},
    ...     "FinalHyperParameterTuningJobObjectiveMetric": {
    ...         "Type": "Minimize", "MetricName": "validation:logloss", "Value": 0.25
    ...     },
    ... }
    >>> history = load_sagemaker_history({"TrainingJobSummaries": [job]}, SVC())
    >>> history["params"], history["score"]
    ([{'C': 10.0, 'kernel': 'rbf'}], [-0.25])
    """
    report = Report("load_sagemaker_history")
    content: Any = None
    try:
        content = load(doc, "doc")
    except ValueError as error:
        report.problem("doc", str(error).removeprefix("doc "))
    check_maps(report, param_map, prefix, casts)
    if objective_type is not None:
        report.check_choice("objective_type", objective_type, DIRECTIONS)
    table: dict[str, list[Any]] = {}
    if check_estimator(report, estimator) and content is not None:
        names = Names.of(estimator, param_map, prefix, casts)
        table = read_history(Node(content, "$", report), names, definition, objective_type)
    report.conclude("warn")
    return table


def read_history(
    node: Node,
    names: Names,
    definition: str | None,
    direction: str | None,
    *,
    metric_name: str | None = None,
    has_shares: bool = True,
) -> dict[str, list[Any]]:
    """Read a list of training jobs into a table, noting what is wrong with it.

    `metric_name` is the metric of jobs that do not name it. With `has_shares` an error rate becomes
    an accuracy, as its scorer has it; else it is negated.
    """
    check_repeats(node)
    last_page = node if isinstance(node.value, Mapping) else ([node, *node.entries()])[-1]
    if last_page["NextToken"].value:
        last_page["NextToken"].remark(
            "the service has more training jobs than this response. Give a list of all responses."
        )
    table: dict[str, list[Any]] = {"params": [], "score": [], "status": [], "name": []}
    metrics: dict[tuple[str, str], Node] = {}
    others: dict[str, list[str]] = {}
    without_value: list[str] = []
    for job in training_jobs(node):
        if not isinstance(job.value, Mapping):
            job.problem(f"must be a training job, got {show(job.value)}.")
            continue
        if definition is not None and job["TrainingJobDefinitionName"].value not in (
            None,
            definition,
        ):
            continue
        status = job["TrainingJobStatus"]
        if not status.is_given:
            status.problem("is missing.")
            continue
        kind = COMPLETIONS.get(status.value) if isinstance(status.value, str) else None
        if kind is None:
            others.setdefault(show(status.value), []).append(called(job))
            continue
        metric, parameters = result_of(job, metric_name)
        if kind != "failed" and not metric["Value"].is_given:
            without_value.append(called(job))
            continue
        score = math.nan
        if kind != "failed":
            metrics.setdefault((str(metric["MetricName"].value), str(metric["Type"].value)), metric)
            found = _score(metric, direction, has_shares=has_shares)
            if found is None:
                continue
            score = found
        params = read_params(parameters, names)
        if params is not None:
            kind = "failed" if math.isnan(score) else kind
            name = job["TrainingJobName"].value
            for column, value in zip(table, (params, score, kind, name), strict=True):
                table[column].append(value)
    if others:
        listed = "; ".join(f"{', '.join(jobs)} ({status})" for status, jobs in others.items())
        node.remark(f"left out, as they are none of {', '.join(COMPLETIONS)}: {listed}.")
    if without_value:
        node.remark(f"left out, as their objective has no value: {', '.join(without_value)}.")
    if not table["params"]:
        node.remark(f"there is no training job to learn from. {MEMBERS}")
    if len(metrics) > 1:
        *_, last = metrics.values()
        listed = ", ".join(f"{kind} {name}" for name, kind in metrics)
        last.problem(
            f"the jobs have several objectives, {listed}, and a search has one metric. Read the "
            "jobs of one definition with definition=..., or leave the other jobs out."
        )
    return table


def _score(metric: Node, direction: str | None, *, has_shares: bool) -> float | None:
    """Return the value of a job as a score, NaN if it is not finite; None with a problem noted."""
    written, kind = native(metric["Value"].value), metric["Type"]
    if isinstance(written, float) and not math.isfinite(written):
        return math.nan
    try:
        value = float(read_number(written))
    except ValueError as error:
        metric["Value"].problem(str(error))
        return None
    if kind.is_given:
        if not metric.report.check_choice(kind.path, kind.value, DIRECTIONS):
            return None
        direction = kind.value
    name = metric["MetricName"].value
    known = table_entry(name) if isinstance(name, str) else None
    if direction is None:
        if name is None:
            kind.report.problem(
                "objective_type",
                "is missing, and the training jobs do not name their metric. Give 'Maximize' or "
                "'Minimize' to load_sagemaker_history.",
            )
            return None
        if known is None:
            kind.problem(
                f"is missing, and {name!r} is not a known metric. Give objective_type=...."
            )
            return None
        direction = known.type
    if direction == "Maximize":
        return value
    return 1.0 - value if has_shares and known is not None and known.is_share else -value


def read_params(node: Node, names: Names) -> dict[str, Any] | None:
    """Return the parameters of a training job; None with a problem noted."""
    if not isinstance(node.value, Mapping):
        node.problem("is missing." if not node.is_given else "must be an object.")
        return None
    params: dict[str, Any] = {}
    is_right = True
    for name, member in node.members():
        target = names.target(name)
        if target is None or is_of_sdk(name):
            continue
        if target not in names.known:
            # One sentence for all jobs.
            node.report.problem(below("$.", name), names.unknown(name))
            is_right = False
            continue
        try:
            params[target] = names.value(name, member)
        except ValueError as error:
            member.problem(str(error))
            is_right = False
    return params if is_right else None


def read_warm_start(
    job: Node,
    parts: Sequence[Any],
    history: Any,
    definition: str | None,
    objective: Objective,
    strategy: str | None,
    report: Report,
) -> dict[str, Any]:
    """Return `warm_start_from`, of the parents whose results are given."""
    if not (history is None or isinstance(history, Mapping)):
        report.problem("history", f"must be a dict by names of parents, got {show(history)}.")
        return {}
    given = dict(history or {})
    node = job["WarmStartConfig"]
    if not node.is_given:
        for name in given:
            report.problem(
                f"history[{name!r}]",
                "the document has no WarmStartConfig. Give warm_start_from=... instead.",
            )
        return {}
    kind, listed = node["WarmStartType"], node["ParentHyperParameterTuningJobs"]
    if kind.is_given:
        report.check_choice(kind.path, kind.value, WARM_STARTS)
    if listed.is_given and not listed.entries():
        listed.problem("must name at least one parent.")
    names = [parent["HyperParameterTuningJobName"] for parent in listed.entries()]
    parents = {each.value: each for each in names if isinstance(each.value, str)}
    for each in names:
        if each.is_given and not (isinstance(each.value, str) and each.value):
            each.problem(f"must be the name of a tuning job, got {show(each.value)}.")
    for name in given.keys() - parents.keys():
        report.problem(
            f"history[{name!r}]", f"is no parent: there is {', '.join(map(repr, parents))}."
        )
    if strategy not in LEARNING:
        node.ignore(f"strategy={strategy!r} learns nothing")
        return {}
    if len(parts) > 1:
        node.problem("several training jobs have no common parents. Choose one by definition=....")
        return {}
    for name, parent in parents.items():
        if name not in given:
            parent.ignore(f"give history={{{name!r}: ...}} to learn from it")
    sources = [
        _source(name, given[name], parts, definition, objective, report)
        for name in parents
        if name in given
    ]
    return {"warm_start_from": sources} if sources else {}


def _source(
    name: str,
    source: Any,
    parts: Sequence[Any],
    definition: str | None,
    objective: Objective,
    report: Report,
) -> Any:
    """Return the results of a parent: a list of training jobs is read, all else is a source."""
    try:
        content = load(source, "history")
    except ValueError:
        return source
    if not is_job_list(content) or not parts:
        return source
    own = Report("history")
    table = read_history(
        Node(content, "$", own),
        parts[0].names,
        definition,
        objective.type,
        metric_name=objective.name,
        has_shares=objective.replaced is None,
    )
    report.adopt(own, f"history[{name!r}]")
    return table


def read_best(
    job: Node, parts: Sequence[Any], wanted: str, written: Any, report: Report
) -> dict[str, Any]:
    """Return `initial_points`, the best training jobs that a response names.

    `written` is the user's own space, or None for that of the document.
    """
    if wanted != "best":
        report.problem("initial_points", f"must be 'best' or a list of dicts, got {show(wanted)}.")
        return {}
    nodes = [job[name] for name in ("BestTrainingJob", "OverallBestTrainingJob")]
    nodes = [node for node in nodes if node.is_given]
    if not nodes:
        report.problem("initial_points", "is 'best', and the document names no BestTrainingJob.")
    if len(parts) > 1:
        report.problem("initial_points", "'best' is for one training job: give definition=....")
    if report.has_problems:
        return {}
    [part] = parts
    try:
        space = space_of(part.found.space if written is None else written, part.estimator, 0)
    except (TypeError, ValueError) as error:
        report.problem("search_spaces", str(error))
        return {}
    points: list[dict[str, Any]] = []
    for node in nodes:
        read = read_params(node["TunedHyperParameters"], part.names)
        point = None if read is None else _placed(read, space)
        if read is not None and point is None:
            node.remark("lies outside of the ranges, and is not tried first.")
        if point is not None and point not in points:
            points.append(point)
    return {"initial_points": points} if points else {}


def _placed(params: Mapping[str, Any], space: Space) -> dict[str, Any] | None:
    """Return parameters with those that have one value only; None if the space lacks them."""
    for index, branch in enumerate(space.branches):
        fixed = {n: d.bounds[0] for n, d in branch.parameters if d.n_values == 1}
        point = {n: params.get(n, fixed.get(n)) for n in branch.names}
        try:
            return space.decode(space.encode(point, branch=index))
        except ValueError:
            continue
    return None
