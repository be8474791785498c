"""From a search, or its space, to a document of the service."""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Sequence
from typing import Any

import joblib

from skbayes.known import written_spaces
from skbayes.rules import Converged, Patience, TargetScore, parse_stopping
from skbayes.sagemaker.metrics import Metric, metric_of_scorer, steering_scorer, table_entry
from skbayes.sagemaker.problems import Report
from skbayes.sagemaker.ranges import MOST_RANGES, SCALES
from skbayes.sagemaker.settings import (
    EARLY_STOPPING,
    FACTOR,
    LARGEST_SEED,
    MIN_IMPROVEMENT,
    MOST_JOBS,
    STRATEGIES,
    write_hyperband,
)
from skbayes.sagemaker.values import as_text, unquoted
from skbayes.search import BayesSearchCV, space_of
from skbayes.space import Categorical, Dimension, Integer, Real, Space, native, parse_space, show

__all__ = ["SageMakerDocument", "to_sagemaker"]

KINDS = ("ParameterRanges", "HyperParameterTuningJobConfig")

# What the service takes: characters of a text, values of a list, static and tuned parameters.
LONGEST_TEXT, MOST_VALUES, MOST_PARAMETERS = 256, 30, 100
# Seconds of a tuning job, jobs without a gain, and jobs at once without asking for more.
SHORTEST, LONGEST, LEAST_PATIENCE, MOST_AT_ONCE = 120, 15_768_000, 3, 10

SCALING_TYPES = {prior: scale for scale, prior in SCALES.items()}


class SageMakerDocument(dict[str, Any]):
    """A dict that `json.dumps` can write as a document of SageMaker.

    Attributes
    ----------
    static : dict of str to str
        Parameters with only one value, for ``StaticHyperParameters`` of the training job.
    """

    static: dict[str, str]


def to_sagemaker(
    search_or_space: Any,
    *,
    kind: str = "ParameterRanges",
    metric_name: str | None = None,
) -> SageMakerDocument:
    """Convert a space, or the settings of a search, into a SageMaker document.

    Parameters
    ----------
    search_or_space : BayesSearchCV, Space, dict or list
        A search or a space. The search does not have to be fitted. For a space, the settings are
        the defaults of a search.
    kind : {"ParameterRanges", "HyperParameterTuningJobConfig"}, default="ParameterRanges"
        Kind of the document.
    metric_name : str or None, default=None
        Name of the objective, such as "validation:auc". None: the name of the scorer. If the
        estimator itself computes the score, there is no name.

    Returns
    -------
    dict
        Document for `json.dumps`. Its attribute `static` has the parameters with only one value, as
        texts.

    Raises
    ------
    ValueError
        If something cannot be written in this form. The message lists all problems.

    See Also
    --------
    from_sagemaker : Convert a document into a search.

    Examples
    --------
    >>> from skbayes import Integer, Real
    >>> from skbayes.sagemaker import to_sagemaker
    >>> written = to_sagemaker({"max_depth": Integer(2, 8), "criterion": ["gini"]})
    >>> written["IntegerParameterRanges"]
    [{'Name': 'max_depth', 'MinValue': '2', 'MaxValue': '8', 'ScalingType': 'Linear'}]
    >>> written.static
    {'criterion': 'gini'}
    """
    report = Report("to_sagemaker")
    report.check_choice("kind", kind, KINDS)
    if metric_name is not None and (
        not isinstance(metric_name, str) or table_entry(metric_name) is None
    ):
        report.problem("metric_name", f"{show(metric_name)} is not a known metric.")
        metric_name = None
    is_search = isinstance(search_or_space, BayesSearchCV)
    search = search_or_space if is_search else BayesSearchCV(None, search_or_space)
    strategy = search.strategy
    parameters, n_iter = _branch(search, is_search, report)
    ranges, static = _ranges(parameters, strategy, report)
    document = SageMakerDocument(ranges)
    if kind == KINDS[1]:
        n_combinations = math.prod(len(r["Values"]) for r in ranges["CategoricalParameterRanges"])
        n_iter = n_combinations if strategy == "grid" else int(n_iter or search.n_iter)
        config = _config(search, strategy, n_iter, metric_name, report)
        document = SageMakerDocument(config | {"ParameterRanges": ranges})
    document.static = static
    report.conclude("warn")
    return document


def _branch(
    search: Any, is_search: bool, report: Report
) -> tuple[Sequence[tuple[str, Dimension]], int | None]:
    """Return the parameters of a space, which may have one branch only, and its own number."""
    try:
        if is_search:
            space: Space = space_of(written_spaces(search), search.estimator, 0)
        else:
            space = parse_space(search.search_spaces)
    except (TypeError, ValueError) as error:
        report.problem("search_spaces", str(error))
        return (), None
    if len(space.branches) > 1:
        report.problem(
            "search_spaces",
            "has several dicts, or parameters that exist for some candidates only. SageMaker has "
            "no form for these. Write a document for each dict, without conditions.",
        )
        return (), None
    [branch] = space.branches
    return branch.parameters, branch.n_iter


def _ranges(
    parameters: Sequence[tuple[str, Dimension]], strategy: str, report: Report
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, str]]:
    """Return the lists of ranges, and parameters with one value."""
    numeric: dict[type, list[dict[str, Any]]] = {Integer: [], Real: []}
    listed: list[dict[str, Any]] = []
    static: dict[str, str] = {}
    for name, dimension in parameters:
        place = f"search_spaces[{name!r}]"
        if len(name) > LONGEST_TEXT:
            report.problem(place, f"the name is longer than {LONGEST_TEXT} characters.")
        if isinstance(dimension, Categorical):
            values = _texts(place, dimension, report)
            if dimension.n_values == 1:
                static.update(dict.fromkeys([name] * len(values), *values))
            else:
                listed.append({"Name": name, "Values": values})
        elif isinstance(dimension, Integer | Real):
            if strategy == "grid":
                report.problem(
                    place,
                    f"{dimension!r} is a range, and a grid of SageMaker has only lists. Write the "
                    "values as a list.",
                )
            numeric[type(dimension)].append(_range(place, name, dimension, report))
        else:
            report.problem(
                place,
                f"{dimension!r} cannot be written for SageMaker, which has only ranges of numbers "
                "and lists.",
            )
    n_ranges = len(listed) + sum(map(len, numeric.values()))
    if n_ranges > MOST_RANGES:
        report.problem(
            "search_spaces", f"has {n_ranges} parameters, and the service takes {MOST_RANGES}."
        )
    elif n_ranges + len(static) > MOST_PARAMETERS:
        report.problem(
            "search_spaces",
            f"has {n_ranges + len(static)} parameters, including parameters with one value, and "
            f"the service takes {MOST_PARAMETERS}.",
        )
    ranges = {
        "IntegerParameterRanges": numeric[Integer],
        "ContinuousParameterRanges": numeric[Real],
        "CategoricalParameterRanges": listed,
    }
    return ranges, static


def _range(place: str, name: str, dimension: Integer | Real, report: Report) -> dict[str, str]:
    low, high, prior = dimension.low, dimension.high, dimension.prior
    if prior == "reverse-log-uniform":
        pole = getattr(dimension, "pole", 1.0)
        if pole != 1.0 or low < 0:
            report.problem(
                place,
                f"{dimension!r} cannot be written for SageMaker: this scale needs pole=1 and "
                "low >= 0.",
            )
    low_text, high_text = (
        str(bound) if isinstance(dimension, Integer) else repr(bound) for bound in (low, high)
    )
    if max(len(low_text), len(high_text)) > LONGEST_TEXT:
        report.problem(place, f"a bound is longer than {LONGEST_TEXT} characters.")
    return {
        "Name": name,
        "MinValue": low_text,
        "MaxValue": high_text,
        "ScalingType": SCALING_TYPES[prior],
    }


def _texts(place: str, dimension: Categorical, report: Report) -> list[str]:
    """Return the values of a list as texts."""
    if dimension.n_values > MOST_VALUES:
        report.problem(
            place, f"has {dimension.n_values} values, and the service takes {MOST_VALUES}."
        )
    texts: list[str] = []
    for value in dimension.categories:
        try:
            text = _text(value)
        except ValueError as error:
            report.problem(place, f"{show(value)} {error}")
            continue
        if text in texts:
            report.problem(place, f"two of its values are {text!r} as text. Leave one of them out.")
        texts.append(text)
    return texts


def _text(value: Any) -> str:
    """Return a value as text; ValueError with the reason if it has none."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("is not a finite number, so it cannot be written for SageMaker.")
    if not (value is None or type(value) in (bool, int, float, str)):
        raise ValueError(
            "is not a str, number, bool or None, so it cannot be written for SageMaker."
        )
    if isinstance(value, bool):
        return str(value).lower()
    text = as_text(value)
    # A text that looks quoted would lose its quotes on the way back.
    if isinstance(value, str) and unquoted(text) != text:
        text = json.dumps(text)
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"is longer than {LONGEST_TEXT} characters.")
    return text


def _config(
    search: Any, strategy: str, n_iter: int, metric_name: str | None, report: Report
) -> dict[str, Any]:
    """Return what a document says beside the ranges."""
    names = {own: name for name, own in STRATEGIES.items()}
    if strategy not in names:
        report.problem("strategy", f"must be one of {', '.join(names)}, got {show(strategy)}.")
    config: dict[str, Any] = {"Strategy": names.get(strategy, "Bayesian")}
    if strategy == "hyperband":
        shares = write_hyperband(search, report)
        if shares:
            config["StrategyConfig"] = {"HyperbandStrategyConfig": shares}
    metric = _metric(search, metric_name, report)
    if metric is not None:
        name, entry = metric
        config["HyperParameterTuningJobObjective"] = {"Type": entry.type, "MetricName": name}
    config["ResourceLimits"] = _limits(search, n_iter, report)
    config["TrainingJobEarlyStoppingType"] = _early_stopping(search, strategy, report)
    criteria = _criteria(search, None if metric is None else metric[1], report)
    if criteria:
        config["TuningJobCompletionCriteria"] = criteria
    seed = native(search.random_state)
    if isinstance(seed, int) and not isinstance(seed, bool):
        if not 0 <= seed <= LARGEST_SEED:
            report.problem("random_state", f"must be from 0 to {LARGEST_SEED}, got {seed}.")
        config["RandomSeed"] = seed
    left_out = {
        "random_state": seed is not None and not isinstance(seed, int),
        "is_allowed": search.is_allowed is not None,
        "initial_points": bool(search.initial_points),
        "warm_start_from": search.warm_start_from is not None,
        "resource": strategy != "hyperband" and search.resource is not None,
        "factor": strategy == "hyperband" and search.factor != FACTOR,
        "max_fits": search.max_fits is not None,
    }
    for argument, is_left in left_out.items():
        if is_left:
            report.remark(argument, "cannot be written in this document, and is left out.")
    return config


def _early_stopping(search: Any, strategy: str, report: Report) -> str:
    rule = search.early_stopping
    if rule is not None and strategy == "hyperband":
        report.remark(
            "early_stopping",
            f"{rule!r} is left out: with Hyperband, SageMaker takes no other early stopping.",
        )
        return "Off"
    if rule not in EARLY_STOPPING.values():
        report.remark("early_stopping", f"{rule!r} becomes the rule of the median.")
    return "Off" if rule is None else "Auto"


def _metric(search: Any, metric_name: str | None, report: Report) -> tuple[str, Metric] | None:
    """Return the name of the objective and what it is; None if the document is to have none."""
    scoring = steering_scorer(search.scoring, vars(search))
    if metric_name is not None:
        entry = table_entry(metric_name)
        if entry is not None and isinstance(scoring, str) and scoring != entry.scoring:
            report.problem(
                "metric_name", f"{metric_name!r} is {entry.scoring!r}, and scoring is {scoring!r}."
            )
        return None if entry is None else (metric_name, entry)
    if scoring is None:
        return None
    name = metric_of_scorer(scoring) if isinstance(scoring, str) else None
    entry = None if name is None else table_entry(name)
    if name is None or entry is None:
        report.problem(
            "scoring",
            f"no name of a metric is known for {show(scoring)}. Give metric_name=....",
        )
        return None
    return name, entry


def _limits(search: Any, n_iter: int, report: Report) -> dict[str, int]:
    n_jobs = joblib.effective_n_jobs(native(search.n_jobs))
    limits = {"MaxNumberOfTrainingJobs": n_iter, "MaxParallelTrainingJobs": n_jobs}
    if n_jobs > MOST_AT_ONCE:
        report.remark(
            "n_jobs", f"{n_jobs} jobs at the same time are above the quota, {MOST_AT_ONCE}."
        )
    if n_iter > MOST_JOBS["bayesian"]:
        report.remark("n_iter", f"{n_iter} jobs are above the quota, {MOST_JOBS['bayesian']}.")
    if search.max_time is not None:
        seconds = math.floor(search.max_time)
        if not SHORTEST <= seconds <= LONGEST:
            report.problem(
                "max_time",
                f"must be from {SHORTEST} to {LONGEST} seconds in SageMaker, got "
                f"{search.max_time!r}.",
            )
        limits["MaxRuntimeInSeconds"] = seconds
    return limits


def _criteria(search: Any, metric: Metric | None, report: Report) -> dict[str, Any]:
    """Return the criteria of completion that the rules of a search are."""
    criteria: dict[str, Any] = {}
    try:
        rules: Sequence[Any] = parse_stopping(search.stopping)
    except TypeError as error:
        report.problem("stopping", str(error))
        return {}
    for rule in rules:
        key = ""
        value: Any = None
        if isinstance(rule, TargetScore):
            key, value = "TargetObjectiveMetricValue", _value(rule.score, metric)
        elif isinstance(rule, Patience):
            key = "BestObjectiveNotImproving"
            value = {"MaxNumberOfTrainingJobsNotImproving": rule.n}
            if rule.n < LEAST_PATIENCE:
                report.problem(
                    "stopping", f"{rule!r}: n must be at least {LEAST_PATIENCE} in SageMaker."
                )
            if (rule.min_improvement, rule.relative) != (MIN_IMPROVEMENT, True):
                report.remark("stopping", f"{rule!r}: in SageMaker, the improvement is always 1 %.")
        elif isinstance(rule, Converged):
            key, value = "ConvergenceDetected", {"CompleteOnConvergence": "Enabled"}
        if not key:
            report.remark("stopping", f"{show(rule)} is left out: SageMaker has no such rule.")
        elif key in criteria:
            report.problem("stopping", f"has two rules that become {key}. Leave one out.")
        else:
            criteria[key] = value
    return criteria


def _value(score: numbers.Real | float, metric: Metric | None) -> float:
    """Return the value of the service that is a score."""
    value = float(score)
    if metric is None:
        return value
    if metric.is_share:
        return 1.0 - value
    return -value if metric.type == "Minimize" else value
