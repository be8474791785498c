"""Settings of a tuning job, as arguments of a search."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from skbayes.rules import N_SAMPLES, Converged, Patience, TargetScore
from skbayes.sagemaker.documents import Node
from skbayes.sagemaker.metrics import Objective
from skbayes.sagemaker.names import Names
from skbayes.sagemaker.problems import Report
from skbayes.sagemaker.values import read_real, read_whole, unquoted
from skbayes.space import has, native, show

__all__ = [
    "EARLY_STOPPING",
    "FACTOR",
    "LARGEST_SEED",
    "MIN_IMPROVEMENT",
    "MOST_JOBS",
    "STRATEGIES",
    "read_early_stopping",
    "read_hyperband",
    "read_limits",
    "read_seed",
    "read_stopping",
    "read_strategy",
    "whole",
    "write_hyperband",
]

STRATEGIES = {"Bayesian": "bayesian", "Random": "random", "Grid": "grid", "Hyperband": "hyperband"}

EARLY_STOPPING: dict[str, str | None] = {"Off": None, "Auto": "median"}

# Training jobs that the service runs at most, in all: what a limit of time alone leaves open.
MOST_JOBS = {"bayesian": 750, "random": 10_000, "hyperband": 750}

# The share of the best value that counts as an improvement, see the shape
# BestObjectiveNotImproving.
MIN_IMPROVEMENT = 0.01

LARGEST_SEED = 2**32 - 1

# The most that Hyperband shares out, and the factor of a search between two amounts: the service
# has a factor of its own.
MOST_RESOURCES, FACTOR = 20_000, 3

# What the service takes for the number of passes over the data.
EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")


def whole(node: Node, low: int, high: int | None = None) -> int | None:
    """Return a whole number of a document within bounds, or None with a problem noted."""
    if not node.is_given:
        return None
    try:
        number = read_whole(node.value)
    except ValueError as error:
        node.problem(str(error))
        return None
    if number < low or (high is not None and number > high):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        node.problem(f"must be a whole number of {bounds}, got {number}.")
        return None
    return number


def read_strategy(config: Node, given: Mapping[str, Any], *, is_automatic: bool) -> str | None:
    """Return the strategy of a search; None with a problem noted."""
    if "strategy" in given:
        return given["strategy"]  # type: ignore[no-any-return]
    node = config["Strategy"]
    if not node.is_given:
        if is_automatic:
            return "bayesian"
        node.problem(f"is missing: give one of {', '.join(STRATEGIES)}, or strategy=....")
        return None
    if not config.report.check_choice(node.path, node.value, tuple(STRATEGIES)):
        return None
    return STRATEGIES[node.value]


def read_hyperband(
    config: Node, statics: Node, names: Names, given: Mapping[str, Any]
) -> tuple[dict[str, Any], str | None]:
    """Return what Hyperband shares out, and the static parameter that becomes its maximum.

    Returns
    -------
    arguments : dict
        `resource`, `min_resources` and `max_resources`, as far as they are known.
    consumed : str or None
        Name of the static parameter, as in the document.
    """
    own = config["StrategyConfig"]["HyperbandStrategyConfig"]
    if config["Strategy"].value != "Hyperband":
        if own.is_given:
            own.problem(
                "is only for Strategy 'Hyperband', and the Strategy is "
                f"{show(config['Strategy'].value)}. Leave one of them out."
            )
        return {}, None
    if "strategy" in given and given["strategy"] != "hyperband":
        if own.is_given:
            own.ignore(f"strategy={given['strategy']!r} is given")
        return {}, None
    low, high = (whole(own[name], 1) for name in ("MinResource", "MaxResource"))
    resource = given.get("resource")
    static = _shared_out(statics, names, resource)
    if static is not None and not own["MaxResource"].is_given:
        high = _whole_text(statics[static])
    if low is not None and high is not None and low > high:
        own.problem(f"MinResource {low} is above MaxResource {high}.")
    if resource == N_SAMPLES:
        # The document does not say how many rows a pass over the data has.
        for name, argument in (("MinResource", "min_resources"), ("MaxResource", "max_resources")):
            if own[name].is_given and argument not in given:
                own[name].ignore(f"it is not a number of rows: give {argument}=...")
        return {}, None
    if resource is None and static is not None:
        resource = names.target(static)
        if resource not in names.known:
            statics[static].problem(f"{names.unknown(static)} Or give resource=....")
    if resource is None:
        own.problem(
            f"the resource is not known: give resource=..., or one of {', '.join(EPOCHS)} as a "
            "static hyperparameter."
        )
    has_whole = own["MaxResource"].is_given or static is not None or "max_resources" in given
    if not has_whole:
        own["MaxResource"].problem(
            "is missing: give MaxResource, max_resources=..., or one of "
            f"{', '.join(EPOCHS)} as a static hyperparameter."
        )
    found = {"resource": resource, "min_resources": low, "max_resources": high}
    return {name: value for name, value in found.items() if value is not None}, static


def _shared_out(statics: Node, names: Names, resource: str | None) -> str | None:
    """Return the static parameter whose value is the whole of a resource; None if there is none."""
    given = [name for name, _ in statics.members()]
    targets = {name: target for name in given if (target := names.target(name)) is not None}
    if resource is None:
        return next((name for name in targets if name in EPOCHS), None)
    same = [name for name, target in targets.items() if target == resource]
    # What the estimator does not have can only be meant for the resource.
    foreign = [name for name in targets if name in EPOCHS and targets[name] not in names.known]
    return next(iter(same + foreign), None)


def _whole_text(node: Node) -> int | None:
    """Return a whole number of at least 1, quoted once more perhaps, or None with a problem."""
    value = unquoted(node.value) if isinstance(node.value, str) else node.value
    return whole(Node(value, node.path, node.report), 1)


def write_hyperband(search: Any, report: Report) -> dict[str, int]:
    """Return the smallest and the whole amount of a resource, words for the smallest left out."""
    resource = search.resource
    if resource is None or resource == N_SAMPLES:
        report.problem(
            "resource",
            f"{resource!r} cannot be written for SageMaker: its Hyperband needs rounds or "
            "iterations. Give a parameter such as 'max_iter', or write strategy='random'.",
        )
        return {}
    high = native(search.max_resources)
    if high == "auto":
        high = native(_params(search.estimator).get(resource))
    if not isinstance(high, int) or isinstance(high, bool):
        report.problem(
            "max_resources",
            f"'auto' takes the value that the estimator has, and {resource}={show(high)} is no "
            "whole number. Give max_resources=....",
        )
        return {}
    if not 1 <= high <= MOST_RESOURCES:
        report.problem(
            "max_resources", f"must be from 1 to {MOST_RESOURCES} in SageMaker, got {high}."
        )
    low = native(search.min_resources)
    if isinstance(low, str):
        return {"MaxResource": high}
    if low > high:
        report.problem("min_resources", f"{low} is above max_resources, {high}.")
    return {"MinResource": int(low), "MaxResource": high}


def _params(estimator: Any) -> Mapping[str, Any]:
    return estimator.get_params(deep=True) if has(estimator, "get_params") else {}


def read_limits(
    config: Node,
    strategy: str | None,
    combinations: tuple[int, int] | None,
    given: Mapping[str, Any],
    *,
    is_automatic: bool,
) -> dict[str, Any]:
    """Return `n_iter`, `n_jobs` and `max_time`.

    Parameters
    ----------
    config : Node
    strategy : str or None
        None if it is not known.
    combinations : (int, int) or None
        Of a grid, the numbers of combinations in the document and of those that are searched;
        None if it is not known.
    given : mapping
        Arguments that are not to be read.
    is_automatic : bool
        Whether the service would choose what is missing.
    """
    limits, found = config["ResourceLimits"], dict[str, Any]()
    if "max_time" not in given:
        seconds = whole(limits["MaxRuntimeInSeconds"], 1)
        if seconds is not None:
            found["max_time"] = seconds
    if "n_jobs" not in given:
        n_jobs = whole(limits["MaxParallelTrainingJobs"], 1)
        n_cores = os.cpu_count() or 1
        if n_jobs is not None:
            found["n_jobs"] = n_jobs
            if n_jobs > n_cores:
                limits["MaxParallelTrainingJobs"].remark(
                    f"{n_jobs} jobs on {n_cores} processors slow each other down. Give n_jobs=-1 "
                    "for as many as there are processors."
                )
    if "n_iter" in given:
        return found
    node = limits["MaxNumberOfTrainingJobs"]
    n_iter = whole(node, 1)
    if strategy == "grid":
        if combinations is None:
            return found
        in_document, here = combinations
        if n_iter is not None and n_iter != in_document:
            node.problem(
                f"is {n_iter}, and the grid has {in_document} combinations. A grid tries all: make "
                "the numbers equal, or leave this one out."
            )
        found["n_iter"] = here
    elif n_iter is not None:
        found["n_iter"] = n_iter
    elif not node.is_given:
        has_clock = limits["MaxRuntimeInSeconds"].is_given or given.get("max_time") is not None
        if has_clock:
            found["n_iter"] = MOST_JOBS.get(str(strategy), MOST_JOBS["bayesian"])
        elif not is_automatic:
            node.problem("is missing, and so is MaxRuntimeInSeconds: give one, or n_iter=....")
    return found


def read_seed(config: Node) -> dict[str, Any]:
    """Return `random_state`, if the document has a seed."""
    seed = whole(config["RandomSeed"], 0, LARGEST_SEED)
    return {} if seed is None else {"random_state": seed}


def read_early_stopping(config: Node, strategy: str | None) -> dict[str, Any]:
    """Return `early_stopping`, if the document says something of it."""
    node = config["TrainingJobEarlyStoppingType"]
    choices = tuple(EARLY_STOPPING)
    if not node.is_given or not config.report.check_choice(node.path, node.value, choices):
        return {}
    if node.value == "Auto" and strategy == "hyperband":
        node.problem("must be 'Off' with Strategy 'Hyperband', which stops jobs itself.")
    return {"early_stopping": EARLY_STOPPING[node.value]}


def read_stopping(config: Node, objective: Objective, strategy: str | None) -> dict[str, Any]:
    """Return `stopping`, if the document has criteria of completion that are on."""
    criteria, rules = config["TuningJobCompletionCriteria"], list[Callable[..., Any]]()
    target = criteria["TargetObjectiveMetricValue"]
    if target.is_given:
        try:
            rule = TargetScore(objective.score(read_real(target.value)))
        except ValueError as error:
            target.problem(str(error))
        else:
            if objective.replaced is None:
                rules.append(rule)
            else:
                target.ignore(
                    f"it is a value of {objective.replaced!r}, and scoring is another metric: give "
                    "stopping=TargetScore(...)"
                )
    patience = criteria["BestObjectiveNotImproving"]["MaxNumberOfTrainingJobsNotImproving"]
    n_jobs = whole(patience, 1)
    if n_jobs is not None:
        if strategy == "hyperband":
            patience.remark(
                "counts only candidates that are evaluated with the whole resource. With Hyperband "
                "these are few, so the search may end later than the tuning job."
            )
        rules.append(Patience(n_jobs, MIN_IMPROVEMENT, relative=True))
    switch = criteria["ConvergenceDetected"]["CompleteOnConvergence"]
    if (
        switch.is_given
        and config.report.check_choice(switch.path, switch.value, ("Disabled", "Enabled"))
        and switch.value == "Enabled"
    ):
        rules.append(Converged(MIN_IMPROVEMENT, relative=True))
    return {"stopping": rules} if rules else {}
