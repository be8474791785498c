"""The training jobs that a document defines: their estimators, ranges and static values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skbayes._compat import declares, owner_of
from skbayes._warnings import unsaid
from skbayes.sagemaker.documents import Node, is_list, name_foreign
from skbayes.sagemaker.jobs import is_of_sdk
from skbayes.sagemaker.names import Names, check_estimator
from skbayes.sagemaker.problems import Report
from skbayes.sagemaker.ranges import Found, cut, read_ranges
from skbayes.sagemaker.settings import read_hyperband
from skbayes.space import (
    Categorical,
    Conditional,
    Dimension,
    Integer,
    Real,
    check_dimension,
    is_number,
    show,
)

__all__ = ["STEP", "Part", "as_choice", "definitions", "read_part"]

# The step of a pipeline that is a choice among several training job definitions.
STEP = "model"


@dataclass(slots=True)
class Part:
    """A training job definition, or the lack of one, with its estimator.

    Attributes
    ----------
    node : Node
    names : Names
    estimator : estimator
        A clone with the static hyperparameters.
    found : Found
    resources : dict of str to object
        What Hyperband shares out.
    """

    node: Node
    names: Names
    estimator: Any
    found: Found
    resources: Mapping[str, Any]


def definitions(
    job: Node, estimator: Any, definition: str | None, report: Report
) -> list[tuple[Node, Any]]:
    """Return the training job definitions to read, each with its estimator."""
    single, several = job["TrainingJobDefinition"], job["TrainingJobDefinitions"]
    if single.is_given and several.is_given:
        several.problem("is given, and so is TrainingJobDefinition. Leave one of them out.")
    nodes = several.entries() or [single]
    known = [_name(node) for node in nodes]
    listed = ", ".join(repr(name) for name in known if name is not None) or "none"
    if len(nodes) > 1:
        for node, name in zip(nodes, known, strict=True):
            if not node["DefinitionName"].is_given:
                node["DefinitionName"].problem("is missing.")
            elif name is None or known.count(name) > 1:
                node["DefinitionName"].problem("must be a text that no other definition has.")
    if definition is not None:
        nodes = [node for node, name in zip(nodes, known, strict=True) if name == definition]
        if not nodes:
            report.problem(
                "definition",
                f"{show(definition)} is no training job definition: there is {listed}.",
            )
            return []
    elif len(nodes) > 1 and not isinstance(estimator, Mapping):
        several.problem(
            f"has {len(nodes)} training jobs: {listed}. Choose one with definition=..., or give "
            "estimator={name: ...} with an estimator for each."
        )
        return []
    if not isinstance(estimator, Mapping):
        return [(nodes[0], estimator)] if check_estimator(report, estimator) else []
    if not nodes[0].is_given:
        report.problem(
            "estimator",
            "is a dict, and the document has no training job definitions to choose from.",
        )
        return []
    for name in estimator:
        if name not in known:
            report.problem(
                f"estimator[{name!r}]", f"is no training job definition: there is {listed}."
            )
    found = []
    for node in nodes:
        name = _name(node)
        if name not in estimator:
            report.problem("estimator", f"has nothing for the training job definition {name!r}.")
        elif check_estimator(report, estimator[name], f"estimator[{name!r}]"):
            found.append((node, estimator[name]))
    return found


def _name(definition: Node) -> str | None:
    """Return the name of a training job definition; None for what is none."""
    name = definition["DefinitionName"].value
    return name if isinstance(name, str) else None


def read_part(
    config: Node,
    node: Node,
    names: Names,
    strategy: str | None,
    given: Mapping[str, Any],
    is_automatic: bool,
) -> Part:
    """Read the ranges and the static hyperparameters of a training job."""
    name_foreign(node, "Definition")
    name_foreign(node["StoppingCondition"], "StoppingCondition")
    lists = [config["ParameterRanges"], node["HyperParameterRanges"]]
    resources, consumed = read_hyperband(config, node["StaticHyperParameters"], names, given)
    if "search_spaces" in given:
        found = Found()
    else:
        found = read_ranges(lists, names, is_grid=strategy == "grid")
    estimator = _with_statics(node["StaticHyperParameters"], names, found, consumed)
    if "search_spaces" not in given:
        _read_automatic(lists, names, found, is_automatic)
    return Part(node, names, estimator, found, resources)


def _read_automatic(lists: Sequence[Node], names: Names, found: Found, is_automatic: bool) -> None:
    """Add what is left to the service, or note that there is nothing to search."""
    entries = [entry for node in lists for entry in node["AutoParameters"].entries()]
    if not is_automatic:
        for entry in entries:
            entry.problem("needs Autotune, with which the service chooses the range. Give a range.")
        if not found.n_ranges and not entries and all(map(_is_sound, lists)):
            lists[0].problem(
                "has no ranges, so there is nothing to tune. Give some, or search_spaces=...."
            )
        return
    if entries:
        _add_automatic(lists, names, found, _suggested(names.estimator))
    elif not found.n_ranges:
        suggested = _suggested(names.estimator)
        if not suggested:
            lists[0].problem(
                f"has no ranges, and none are known for {type(names.estimator).__name__}. Give "
                "some, or search_spaces=...."
            )
        kept = {n: v for n, v in suggested.items() if n not in found.names.values()}
        found.space.update(kept)


def _is_sound(ranges: Node) -> bool:
    """Whether lists of ranges are what they should be; what is not has been noted."""
    if not ranges.is_given:
        return True
    lists = [member for _, member in ranges.members()]
    return isinstance(ranges.value, Mapping) and all(is_list(each.value) for each in lists)


def _suggested(estimator: Any) -> Mapping[str, Any]:
    """Return the space that is known for an estimator; an empty one if none is."""
    from skbayes.known import suggest_space

    try:
        with unsaid():
            suggested: Any = suggest_space(estimator)
    except (TypeError, ValueError):
        return {}
    return suggested if isinstance(suggested, Mapping) else {}


def _with_statics(node: Node, names: Names, found: Found, consumed: str | None) -> Any:
    """Return a clone of the estimator with the static hyperparameters of a training job."""
    if node.is_given and not isinstance(node.value, Mapping):
        node.problem(f"must be an object, got {show(node.value)}.")
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name, member in node.members():
        if is_of_sdk(name):
            continue
        target = names.target(name)
        if name in found.names or (target is not None and target in found.names.values()):
            member.problem(f"{name!r} has a range as well. Leave one of them out.")
            continue
        if target is None or name == consumed:
            found.names.setdefault(name, None)
            continue
        if target in values:
            member.problem(
                f"{name!r} is {target!r}, as {origin[target]!r} is. Leave one of them out."
            )
            continue
        if target not in names.known:
            member.ignore(f"{type(names.estimator).__name__} has no parameter {target!r}")
            continue
        try:
            values[target], origin[target] = names.value(name, member), name
        except ValueError as error:
            member.problem(str(error))
    found.names.update({name: target for target, name in origin.items()})
    estimator = clone(names.estimator)
    if not values:
        return estimator
    try:
        return estimator.set_params(**values)
    except Exception as error:  # each library refuses in its own way
        node.problem(f"cannot be set: {error}")
        return estimator


def as_choice(parts: Sequence[Part]) -> dict[str, Any]:
    """Return a pipeline of one step, and a space for each estimator that it may be."""
    spaces = [
        {STEP: Categorical([part.estimator])}
        | {f"{STEP}__{name}": values for name, values in part.found.space.items()}
        for part in parts
    ]
    return {"estimator": Pipeline([(STEP, parts[0].estimator)]), "search_spaces": spaces}


def _add_automatic(
    lists: Sequence[Node], names: Names, found: Found, suggested: Mapping[str, Any]
) -> None:
    """Add the ranges of parameters that the document leaves to the service.

    A range that is suggested for the estimator is taken, unless it leaves out the value that the
    document hints at. Else it spans a decade on either side of the hint.

    Parameters
    ----------
    lists : sequence of Node
        Objects with a list of automatic parameters.
    names : Names
    found : Found
        What is searched already; it grows.
    suggested : mapping of str to object
        What is suggested for the estimator, by name.
    """
    for entry in (entry for node in lists for entry in node["AutoParameters"].entries()):
        claimed = found.claim(entry, names)
        if claimed is None:
            continue
        name, target = claimed
        hint: Any = None
        if entry["ValueHint"].is_given:
            try:
                hint = names.value(name, entry["ValueHint"])
            except ValueError as error:
                entry["ValueHint"].problem(str(error))
                continue
        written = suggested.get(target)
        values = written.values if isinstance(written, Conditional) else written
        if written is not None and (hint is None or _holds(values, hint)):
            found.space[target] = written
            continue
        try:
            found.space[target] = _around(hint, names, name, target)
        except ValueError as error:
            entry.problem(str(error))
    for target, written in found.space.items():
        if isinstance(written, Conditional):
            found.space[target] = _within(written, found.space)


def _within(conditional: Conditional, space: Mapping[str, Any]) -> Any:
    """Return a condition on the choices that are searched; the values alone if there are none."""
    when = {
        choice: [value for value in values if _holds(space.get(choice), value, may_be_text=True)]
        for choice, values in conditional.when.items()
    }
    return Conditional(conditional.values, when) if all(when.values()) else conditional.values


def _holds(written: Any, value: Any, *, may_be_text: bool = False) -> bool:
    """Whether what is written for a parameter holds a value; a hint that is no number is none."""
    if written is None or isinstance(written, Conditional):
        return False
    try:
        return not (may_be_text or is_number(value)) or value in check_dimension(written)
    except (TypeError, ValueError):
        return False


def _around(hint: Any, names: Names, name: str, target: str) -> Dimension:
    """Return a decade on either side of a number, cut to what a parameter takes."""
    if not (is_number(hint) and hint > 0):
        text = "there is no hint" if hint is None else f"the hint {show(hint)} is no number above 0"
        raise ValueError(
            f"no range is known for {target!r} of {type(names.estimator).__name__}, and {text}. "
            f"Write a range for {name!r} in ContinuousParameterRanges or IntegerParameterRanges, "
            "and take it out of AutoParameters."
        )
    owner, own = owner_of(names.estimator, target)
    is_whole = type(hint) is int
    low, high = (max(1, hint // 10), hint * 10) if is_whole else (hint / 10, hint * 10)
    if declares(owner, own):
        low, high = (cut(owner, own, hint, bound) for bound in (low, high))
    if not low < high:
        raise ValueError(
            f"no range around the hint {hint!r} has values that {target!r} takes. Write a range "
            f"for {name!r} in ContinuousParameterRanges or IntegerParameterRanges, and take it out "
            "of AutoParameters."
        )
    return Integer(low, high, "log-uniform") if is_whole else Real(low, high, "log-uniform")
