"""From the document of a tuning job to a search."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Any

from skbayes.sagemaker.documents import (
    SHAPES,
    Node,
    check_members,
    check_repeats,
    load,
    name_foreign,
)
from skbayes.sagemaker.history import read_best, read_warm_start
from skbayes.sagemaker.metrics import Objective, read_objective, stripped
from skbayes.sagemaker.names import Names, check_maps
from skbayes.sagemaker.parts import STEP, Part, as_choice, definitions, read_part
from skbayes.sagemaker.problems import UNSUPPORTED, Report
from skbayes.sagemaker.settings import (
    read_early_stopping,
    read_limits,
    read_seed,
    read_stopping,
    read_strategy,
    whole,
)
from skbayes.search import BayesSearchCV
from skbayes.space import close_names, show

__all__ = ["from_sagemaker"]


def from_sagemaker(
    doc: Any,
    estimator: Any,
    *,
    scoring: Any = None,
    param_map: Mapping[str, str | None] | None = None,
    prefix: str = "",
    casts: Mapping[str, Any] | None = None,
    metric_map: Mapping[str, Any] | None = None,
    definition: str | None = None,
    history: Mapping[str, Any] | None = None,
    unsupported: str = "warn",
    **overrides: Any,
) -> BayesSearchCV:
    """Convert the document of a SageMaker tuning job into a search.

    The function never executes or imports anything in the document. It needs no library of
    SageMaker.

    Parameters
    ----------
    doc : dict, str, bytes or path-like
        The configuration of a tuning job, the request that creates a tuning job, or the response
        that describes a tuning job. Give a dict, a JSON text or the path of a JSON file.
    estimator : estimator, or dict of str to estimator
        The estimator to tune. The function clones the estimator, and sets the static
        hyperparameters in the clone. If there are several training job definitions, a dict has an
        estimator for the name of each definition. Then the search chooses among these estimators.
    scoring : str, callable, list, tuple or dict, default=None
        As in `BayesSearchCV`. None: the scorer that is the same as the metric of the document.
    param_map : dict of str to (str or None), default=None
        Names of hyperparameters in the document, and the names of the same parameters in the
        estimator. None as a name leaves out the hyperparameter. An example is `XGBOOST_TO_SKLEARN`.
    prefix : str, default=""
        Text before each name, such as ``"model__"`` for a step of a pipeline.
    casts : dict of str to callable, default=None
        Functions that convert texts, or the bounds of ranges, into values. Without such a function,
        the parameter decides what a text means. For example, "5" is a number if the parameter takes
        numbers.
    metric_map : dict of str to (str or callable), default=None
        Names of metrics that skbayes does not know, and their scorers.
    definition : str or None, default=None
        Name of the training job definition to use, if there are several.
    history : dict of str to object, default=None
        Names of parent tuning jobs and their results. Results are lists of training jobs, as
        `load_sagemaker_history` reads them, or anything that `warm_start_from` takes.
    unsupported : {"warn", "raise", "ignore"}, default="warn"
        What to do about settings that have no meaning here. With "warn", one warning lists all of
        them.
    **overrides
        Arguments of `BayesSearchCV`. They replace the settings of the document. "Hyperband" needs
        `resource`, unless a static hyperparameter has the name `epochs` or one of its other names.
        With ``initial_points="best"``, the search begins with the best training jobs of a response.

    Returns
    -------
    BayesSearchCV
        The search, not fitted.

    Raises
    ------
    ValueError
        If the document is invalid. The message lists all problems with their JSON paths.
    TypeError
        If `BayesSearchCV` has no argument with a name in `overrides`.

    See Also
    --------
    to_sagemaker : Convert a search into a document.
    load_sagemaker_history : Results of a tuning job.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from skbayes.sagemaker import from_sagemaker
    >>> search = from_sagemaker(
    ...     {
    ...         "Strategy": "Bayesian",
    ...         "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 1},
    ...         "ParameterRanges": {
    ...             "ContinuousParameterRanges": [
    ...                 {"Name": "C", "MinValue": "1e-2", "MaxValue": "1e3",
    ...                  "ScalingType": "Logarithmic"}
    ...             ]
    ...         },
    ...     },
    ...     SVC(),
    ... )
    >>> search.search_spaces, search.n_iter
    ({'C': Real(0.01, 1000.0, prior='log-uniform')}, 20)
    """
    _check_overrides(overrides)
    report = Report("from_sagemaker")
    report.check_choice("unsupported", unsupported, UNSUPPORTED)
    check_maps(report, param_map, prefix, casts, metric_map)
    job, config = _read_document(doc, report)
    if config is None:
        report.conclude(unsupported)
        raise AssertionError("a document that cannot be read is a problem")
    metrics = metric_map if isinstance(metric_map, Mapping) else {}
    name_foreign(job, "Job")
    is_automatic = _is_automatic(job)
    strategy = read_strategy(config, overrides, is_automatic=is_automatic)

    parts = []
    for node, own in definitions(job, estimator, definition, report):
        names = Names.of(own, param_map, prefix, casts)
        parts.append(read_part(config, node, names, strategy, overrides, is_automatic))
    arguments: dict[str, Any] = {} if strategy in (None, "bayesian") else {"strategy": strategy}
    if len(parts) == 1:
        arguments |= {"estimator": parts[0].estimator, "search_spaces": dict(parts[0].found.space)}
    elif parts:
        arguments |= as_choice(parts)
    arguments |= _resources(config, parts, overrides)
    objective = _objective(config, parts, scoring, metrics, overrides)
    combinations = _combinations(parts)
    arguments |= {"scoring": objective.scoring}
    arguments |= read_limits(config, strategy, combinations, overrides, is_automatic=is_automatic)
    if "random_state" not in overrides:
        arguments |= read_seed(config)
    if "early_stopping" not in overrides:
        arguments |= read_early_stopping(config, strategy)
    if "stopping" not in overrides:
        arguments |= read_stopping(config, objective, strategy)
    if "fit_timeout" not in overrides:
        arguments |= _fit_timeout(
            parts, overrides.get("n_jobs", arguments.get("n_jobs")), overrides
        )
    if "warm_start_from" not in overrides:
        arguments |= read_warm_start(job, parts, history, definition, objective, strategy, report)
    if isinstance(overrides.get("initial_points"), str):
        wanted, written = overrides.pop("initial_points"), overrides.get("search_spaces")
        arguments |= read_best(job, parts, wanted, written, report)
    report.conclude(unsupported)
    return BayesSearchCV(**(arguments | overrides))


def _check_overrides(overrides: Mapping[str, Any]) -> None:
    """Raise TypeError for an argument that a search does not have."""
    known = [name for name in inspect.signature(BayesSearchCV).parameters if name != "estimator"]
    for name in overrides:
        if name not in known:
            close = close_names(name, known, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise TypeError(
                f"from_sagemaker() got {name!r}, which is no argument of BayesSearchCV.{hint}"
            )


def _read_document(doc: Any, report: Report) -> tuple[Node, Node | None]:
    """Return the whole document as a job, and its configuration."""
    nothing = Node(None, "$", report)
    try:
        content = load(doc, "doc")
    except ValueError as error:
        report.problem("doc", str(error).removeprefix("doc "))
        return nothing, None
    if not isinstance(content, Mapping):
        report.problem(
            "$", f"must be an object, the document of a tuning job, got {show(content)}."
        )
        return nothing, None
    root = Node(content, "$", report)
    check_repeats(root)
    if content.keys() & {"TrainingJobSummaries"}:
        root.problem("is a list of training jobs: load_sagemaker_history reads it.")
        return nothing, None
    # What names a member of one shape only decides which it is.
    n_members = {shape: len(SHAPES[shape].keys() & content.keys()) for shape in SHAPES}
    if "HyperParameterTuningJobConfig" in content or n_members["Job"] > n_members["Config"]:
        check_members(root, "Job")
        config = root["HyperParameterTuningJobConfig"]
        if not config.is_given:
            config.problem("is missing.")
            return root, None
        return root, config
    if n_members["ParameterRanges"] > n_members["Config"]:
        # The ranges alone: what is missing is at its default.
        check_members(root, "ParameterRanges")
        wrapped = {"Strategy": "Bayesian", "ParameterRanges": content}
        return nothing, _Ranges(wrapped, "$", report)
    check_members(root, "Config")
    return nothing, root


class _Ranges(Node):
    """A configuration that is nothing but its ranges, the paths of which begin at the top."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Node:
        if name == "ParameterRanges":
            return Node(self.value[name], self.path, self.report)
        return Node.__getitem__(self, name)


def _is_automatic(job: Node) -> bool:
    mode = job["Autotune"]["Mode"]
    return mode.is_given and job.report.check_choice(mode.path, mode.value, ("Enabled",))


def _objective(
    config: Node,
    parts: Sequence[Part],
    scoring: Any,
    metric_map: Mapping[str, Any],
    given: Mapping[str, Any],
) -> Objective:
    """Return the one objective of the configuration and all training jobs."""
    general = config["HyperParameterTuningJobObjective"]
    nodes = [general, *(part.node["TuningObjective"] for part in parts)]
    first, *others = [node for node in nodes if node.is_given] or [general]
    differing = [node for node in others if _key(node) != _key(first)]
    if scoring is None and differing:
        for node in differing:
            node.problem(
                f"is another objective than {first.path}, and a search has one. Give scoring=..., "
                "or choose one training job with definition=...."
            )
        return Objective()
    return read_objective(first, scoring, metric_map, given, config.report)


def _key(objective: Node) -> tuple[Any, Any]:
    """Return what two objectives that are the same have in common."""
    name = objective["MetricName"].value
    return stripped(name) if isinstance(name, str) else name, objective["Type"].value


def _combinations(parts: Sequence[Part]) -> tuple[int, int] | None:
    """Return how many combinations a grid has in the document, and how many are searched."""
    in_document = [part.found.n_combinations or 0 for part in parts]
    if not parts or not all(in_document):
        return None
    spaces = [part.found.space.values() for part in parts]
    here = [math.prod(getattr(each, "n_values", None) or 1 for each in space) for space in spaces]
    return sum(in_document), sum(here)


def _resources(config: Node, parts: Sequence[Part], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what Hyperband shares out, which is the same for all training jobs."""
    found = [part.resources for part in parts]
    if not any(found):
        return {}
    if any(each != found[0] for each in found):
        config["StrategyConfig"].problem(
            "the training jobs have different resources, or different amounts of a resource. "
            "Choose one job with definition=..., or give resource='n_samples'."
        )
    if len(parts) > 1 and given.get("resource") is None and "resource" in found[0]:
        return {**found[0], "resource": f"{STEP}__{found[0]['resource']}"}
    return found[0]


def _fit_timeout(parts: Sequence[Part], n_jobs: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `fit_timeout`, where there are workers that can be ended."""
    nodes = [part.node["StoppingCondition"]["MaxRuntimeInSeconds"] for part in parts]
    seconds = [value for value in (whole(node, 1) for node in nodes) if value is not None]
    if not seconds:
        return {}
    if n_jobs in (None, 1) and given.get("executor") is None:
        for node in nodes:
            if node.is_given:
                node.ignore("only a fit in a worker process can be ended: give n_jobs=2 or more")
        return {}
    if len(set(seconds)) > 1:
        nodes[0].remark(
            f"the training jobs differ: the longest time, {max(seconds)} s, counts for all."
        )
    return {"fit_timeout": max(seconds)}
