"""Metrics: what a document names, and the scorer that is the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skbayes.sagemaker.documents import Node
from skbayes.sagemaker.problems import Report
from skbayes.space import close_names, show

__all__ = [
    "DIRECTIONS",
    "Metric",
    "Objective",
    "metric_of_scorer",
    "read_objective",
    "steering_scorer",
    "table_entry",
]

DIRECTIONS = ("Maximize", "Minimize")
PREFIXES = ("validation:", "test:", "train:")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of the service that a scorer of scikit-learn computes too.

    Attributes
    ----------
    scoring : str
        Name of the scorer.
    type : {"Maximize", "Minimize"}
        What the service does with the metric.
    is_share : bool
        Whether the score is one minus the metric, as of an error rate; else a metric that is
        minimised is negated.
    """

    scoring: str
    type: str
    is_share: bool = False


def _named(names: str, *rest: Any) -> dict[str, Metric]:
    return dict.fromkeys(names.split(), Metric(*rest))


# The first name of a line is the one to export.
TABLE: dict[str, Metric] = {
    **_named("accuracy multiclass_accuracy binary_classification_accuracy", "accuracy", "Maximize"),
    **_named("error merror binary_error multi_error", "accuracy", "Minimize", True),
    **_named("auc roc_auc_score", "roc_auc", "Maximize"),
    **_named("logloss mlogloss binary_logloss multi_logloss", "neg_log_loss", "Minimize"),
    **_named("f1 binary_f_beta", "f1", "Maximize"),
    **_named("macro_f_beta", "f1_macro", "Maximize"),
    **_named("macro_precision", "precision_macro", "Maximize"),
    **_named("macro_recall", "recall_macro", "Maximize"),
    **_named("precision", "precision", "Maximize"),
    **_named("recall", "recall", "Maximize"),
    **_named("average_precision aucpr", "average_precision", "Maximize"),
    **_named("rmse", "neg_root_mean_squared_error", "Minimize"),
    **_named("mse l2", "neg_mean_squared_error", "Minimize"),
    **_named("mae l1 absolute_loss", "neg_mean_absolute_error", "Minimize"),
}

# What has no scorer of the same meaning, and why.
REASONS = {
    r"map(@.*)?": "the mean average precision of rankings needs the query of each row",
    r"n?dcg(@.*)?": "the gain of rankings needs the query of each row",
    r".*objective_loss": "it is the loss that an algorithm of the service minimises itself",
    r"top[-_]?k.*|.*top_k.*|.*_at_k.*": "it needs a k: make a scorer of "
    "sklearn.metrics.top_k_accuracy_score",
}


@dataclass(frozen=True, slots=True)
class Objective:
    """What a search maximises, and how values of the service become its scores.

    Attributes
    ----------
    scoring : object
        For `BayesSearchCV`; None for the estimator's own score.
    sign : int
        -1 where the service minimises what is a score only when negated.
    is_share : bool
        Whether the score is one minus the metric.
    type : str or None
        What the document says.
    replaced : str or None
        The metric of the document where `scoring` is another one. Values of it are no scores.
    name : str or None
        The metric of the document.
    """

    scoring: Any = None
    sign: int = 1
    is_share: bool = False
    type: str | None = None
    replaced: str | None = None
    name: str | None = None

    def score(self, value: float) -> float:
        """Score of a value of the service."""
        return 1.0 - value if self.is_share else self.sign * value


def stripped(name: str) -> str:
    """Name of a metric without the channel that it was computed on."""
    prefix = next((p for p in PREFIXES if name.startswith(p)), "")
    return name.removeprefix(prefix)


def table_entry(name: str) -> Metric | None:
    """Return the metric that a name stands for, with or without its channel, in any case."""
    return TABLE.get(stripped(name).lower())


def metric_of_scorer(scoring: str) -> str | None:
    """Name of the metric that a scorer computes, as a document has it; None if there is none."""
    found = next((name for name, metric in TABLE.items() if metric.scoring == scoring), None)
    return None if found is None else f"validation:{found}"


def steering_scorer(scoring: Any, given: Mapping[str, Any]) -> Any:
    """Return the scorer that a search with several metrics maximises; else what is given.

    Parameters
    ----------
    scoring : object
        As in `BayesSearchCV`.
    given : mapping
        Arguments of `BayesSearchCV`, of which `objective` and `refit` name a metric.
    """
    if not isinstance(scoring, list | tuple | set | Mapping):
        return scoring
    name = given.get("objective") or given.get("refit")
    if not isinstance(name, str):
        name = next(iter(scoring), None)
    return scoring.get(name) if isinstance(scoring, Mapping) else name


def read_objective(
    node: Node, scoring: Any, metric_map: Any, given: Mapping[str, Any], report: Report
) -> Objective:
    """Return the objective of a document, for which `scoring` decides if it is given.

    Parameters
    ----------
    node : Node
        The objective, which may be absent.
    scoring : object
        The user's, or None.
    metric_map : mapping of str to (str or callable)
    given : mapping
        The user's other arguments of the search.
    report : Report
    """
    name, direction = node["MetricName"].value, node["Type"].value
    if not isinstance(node.value, Mapping):
        return Objective(scoring)
    is_name = isinstance(name, str) and bool(name)
    if scoring is None and not is_name:
        text = "is missing." if name is None else f"must be the name of a metric, got {show(name)}."
        node["MetricName"].problem(text)
    if direction is None and scoring is None:
        node["Type"].problem("is missing: 'Maximize' or 'Minimize'.")
    elif direction is not None and not report.check_choice(
        node["Type"].path, direction, DIRECTIONS
    ):
        return Objective(scoring)
    known = table_entry(name) if is_name else None
    own = scoring
    if own is None and is_name:
        own = metric_map.get(name, metric_map.get(stripped(name)))
    if is_name and name.startswith("train:"):
        node["MetricName"].remark(
            f"{name!r} is a score on the training data. The search uses scores on test folds."
        )
    if own is None:
        if not is_name or not _is_usable(node, name, known, direction):
            return Objective()
        assert known is not None
        own = known.scoring
    # What is known of the metric says more than the direction, which files have wrong.
    minimises = (known.type if known is not None else direction) == "Minimize"
    is_same = known is not None and steering_scorer(own, given) == known.scoring
    is_share = known is not None and known.is_share and is_same
    # The scorer for a metric that is not known here is the user's word for that metric.
    replaced = None if known is None or is_same else name
    return Objective(
        own, -1 if minimises else 1, is_share, direction, replaced, name if is_name else None
    )


def _is_usable(node: Node, name: str, known: Metric | None, direction: Any) -> bool:
    """Tell whether a metric has a scorer, and note a problem if not."""
    remedy = "Give scoring=..., or metric_map={" + repr(name) + ": ...}."
    if known is None:
        bare = stripped(name).lower()
        reason = next((why for of, why in REASONS.items() if re.fullmatch(of, bare)), None)
        if reason is not None:
            node["MetricName"].problem(f"{name!r} has no scorer: {reason}. {remedy}")
            return False
        close = close_names(bare, TABLE, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        node["MetricName"].problem(f"{name!r} is not a known metric.{hint} {remedy}")
        return False
    if direction is not None and direction != known.type:
        node["Type"].problem(
            f"the right Type for {name!r} is {known.type!r}, and the document has {direction!r}. "
            f"Correct the Type, or give scoring={known.scoring!r}."
        )
        return False
    return True
