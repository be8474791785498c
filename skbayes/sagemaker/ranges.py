"""Ranges of a document, as the dimensions of a search space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skbayes._compat import declares, number_types, owner_of, takes_value, tells_ints_from_floats
from skbayes.sagemaker.documents import RANGE_LISTS, Node, is_list
from skbayes.sagemaker.names import Names, apply
from skbayes.sagemaker.values import read_number, read_real, read_whole
from skbayes.space import (
    Categorical,
    Dimension,
    Integer,
    Real,
    is_number,
    native,
    same_value,
    show,
)

__all__ = ["MOST_RANGES", "SCALES", "Found", "cut", "read_ranges"]

# "Auto", which is what a range without a scale has, is resolved by the bounds.
SCALES = {
    "Auto": "auto",
    "Linear": "uniform",
    "Logarithmic": "log-uniform",
    "ReverseLogarithmic": "reverse-log-uniform",
}

# More are refused by the service.
MOST_RANGES = 30


@dataclass(slots=True)
class Found:
    """What the ranges of one training job are.

    Attributes
    ----------
    space : dict of str to object
        By the names of the estimator.
    names : dict of str to (str or None)
        Names of the estimator by those of the document; None for what is dropped.
    n_combinations : int or None
        Number of combinations of all lists of the document, also of those that are dropped; None
        if there are other ranges, or lists that are none.
    n_ranges : int
        Number of ranges in the document.
    """

    space: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str | None] = field(default_factory=dict)
    n_combinations: int | None = 1
    n_ranges: int = 0

    def claim(self, node: Node, names: Names) -> tuple[str, str] | None:
        """Return the name of a range here and in the document; None if it is not to be read.

        It is noted as a problem if it is no name, is there twice, or the estimator lacks it.
        """
        name = name_of(node)
        if name is None:
            return None
        target = names.target(name)
        if name in self.names or (target is not None and target in self.names.values()):
            other = next(n for n in self.names if n == name or names.target(n) == target)
            is_same = other == name
            text = "has a range already" if is_same else f"is {target!r}, as {other!r} is"
            node["Name"].problem(f"{name!r} {text}. Leave one of them out.")
            return None
        self.names[name] = target
        if target is None:
            return None
        if target not in names.known:
            node["Name"].problem(names.unknown(name))
            return None
        return name, target


def name_of(node: Node) -> str | None:
    """Return the name of a range, or None with a problem noted."""
    name = node["Name"].value
    if isinstance(name, str) and name:
        return name
    # That it is missing has been noted.
    if name is not None:
        node["Name"].problem(f"must be the name of a parameter, got {show(name)}.")
    return None


def read_ranges(lists: Sequence[Node], names: Names, *, is_grid: bool) -> Found:
    """Read the ranges of one training job.

    Parameters
    ----------
    lists : sequence of Node
        Objects with lists of ranges; those without a value count for nothing.
    names : Names
    is_grid : bool
        Whether ranges of numbers are refused.
    """
    found = Found()
    for node in lists:
        for kind in RANGE_LISTS:
            for entry in node[kind].entries():
                found.n_ranges += 1
                if isinstance(entry.value, Mapping):
                    _read(entry, kind, names, found, is_grid)
    if found.n_ranges > MOST_RANGES:
        places = [node for node in lists if node.is_given]
        places[0].problem(
            f"has {found.n_ranges} ranges in all, and the service takes {MOST_RANGES} at most. "
            "Leave some out, or give their parameters a value."
        )
    return found


def _read(entry: Node, kind: str, names: Names, found: Found, is_grid: bool) -> None:
    claimed = found.claim(entry, names)
    dimension: Dimension | None
    if kind == "CategoricalParameterRanges":
        values = entry["Values"].value
        n_values = len(values) if is_list(values) else 0
        found.n_combinations = (found.n_combinations or 0) * n_values or None
        dimension = _categories(entry["Values"], names, claimed and claimed[0])
    else:
        found.n_combinations = None
        if is_grid:
            entry.problem(
                "a grid has lists of values only, and this is a range of numbers. Write its "
                "values as CategoricalParameterRanges, or give strategy='bayesian'."
            )
        dimension = _numbers(entry, kind, names, claimed)
    if claimed is not None and dimension is not None:
        found.space[claimed[1]] = dimension


def _categories(node: Node, names: Names, name: str | None) -> Categorical | None:
    if not node.is_given:
        return None
    if not is_list(node.value) or not node.value:
        node.problem(f"must be a list with at least one value, got {show(node.value)}.")
        return None
    if name is None:
        return None
    values: list[Any] = []
    n_bad = 0
    for entry in node.entries():
        try:
            value = names.value(name, entry)
        except ValueError as error:
            entry.problem(str(error))
            n_bad += 1
            continue
        if any(_is_twin(value, other, names, name) for other in values):
            entry.problem(
                f"{show(entry.value)} is {value!r}, as another value of {name!r} is. Leave one of "
                f"them out, or say with casts={{{name!r}: ...}} what they are."
            )
            n_bad += 1
        else:
            values.append(value)
    return None if n_bad else Categorical(values)


def _is_twin(value: Any, other: Any, names: Names, name: str) -> bool:
    """Whether two values are the same to a parameter: 1 and 1.0 are, unless these are shares."""
    if not same_value(value, other):
        return False
    target = names.target(name) or name
    return type(value) is type(other) or not tells_ints_from_floats(names.estimator, target)


def _numbers(
    entry: Node, kind: str, names: Names, claimed: tuple[str, str] | None
) -> Dimension | None:
    is_whole = kind == "IntegerParameterRanges"
    scale = entry["ScalingType"]
    has_scale = not scale.is_given or entry.report.check_choice(
        scale.path, scale.value, tuple(SCALES)
    )
    prior = SCALES[scale.value if has_scale and scale.is_given else "Auto"]
    bounds: list[Any] = []
    for name in ("MinValue", "MaxValue"):
        if not entry[name].is_given:
            continue
        try:
            number = read_number(entry[name].value)
            value = read_whole(entry[name].value) if is_whole else read_real(entry[name].value)
        except ValueError as error:
            entry[name].problem(str(error))
            continue
        bounds.append((number, value))
    if prior == "reverse-log-uniform" and is_whole:
        scale.problem("'ReverseLogarithmic' is for ContinuousParameterRanges only.")
        return None
    if len(bounds) < 2:
        return None
    (exact_low, low), (exact_high, high) = bounds
    if exact_low > exact_high:
        entry.problem(f"MinValue {low!r} is above MaxValue {high!r}. Swap them.")
        return None
    if prior == "log-uniform" and low <= 0:
        entry["MinValue"].problem(
            f"'Logarithmic' needs a MinValue above 0, got {low!r}. Raise it, or use 'Linear'."
        )
        return None
    if prior == "reverse-log-uniform" and not 0 <= low <= high < 1:
        wrong = "MinValue" if low < 0 else "MaxValue"
        entry[wrong].problem(
            "'ReverseLogarithmic' needs 0 <= MinValue and MaxValue < 1, got "
            f"{low!r} and {high!r}. Move the bound, or use another scale."
        )
        return None
    if claimed is None or not has_scale:
        return None
    try:
        return _dimension(entry, names, claimed, low, high, prior)
    except ValueError as error:
        entry.problem(str(error))
        return None


def _dimension(
    entry: Node, names: Names, claimed: tuple[str, str], low: Any, high: Any, prior: str
) -> Dimension:
    """Return the dimension of a range; ValueError if the parameter cannot have it."""
    name, target = claimed
    function = names.caster(name)
    if function is not None:
        low, high = (native(apply(function, bound)) for bound in (low, high))
        if not (is_number(low) and is_number(high)):
            raise ValueError(
                f"casts[{name!r}] must make numbers of the bounds of a range, got {show(low)} and "
                f"{show(high)}."
            )
        if low > high:
            raise ValueError(f"casts[{name!r}] makes {low!r} and {high!r} of the bounds.")
    else:
        check_numbers(names, name, target, low, high)
        taken = _taken(entry, names, target, low, high)
        if taken != (low, high):
            # What is "auto" follows from the bounds of the document.
            made = Integer if type(low) is int else Real
            prior = made(low, high, prior).scale
            low, high = taken
    if low == high:
        entry.remark(f"MinValue is MaxValue: {target!r} is {low!r} for every candidate.")
        return Categorical([low])
    if type(low) is int and type(high) is int:
        return Integer(low, high, prior)
    return Real(float(low), float(high), prior)


def _taken(entry: Node, names: Names, target: str, low: Any, high: Any) -> tuple[Any, Any]:
    """Return the bounds, each as the nearest value that a parameter is declared to take."""
    owner, own = owner_of(names.estimator, target)
    inside = [v for v in _tried(low, high) if declares(owner, own) and takes_value(owner, own, v)]
    if not inside:
        return low, high
    bounds = []
    for member, bound in (("MinValue", low), ("MaxValue", high)):
        nearest = cut(owner, own, inside[0], bound)
        if nearest != bound:
            entry[member].remark(
                f"{target!r} does not take {bound!r}. The search uses {nearest!r}, the nearest "
                "value that it takes."
            )
        bounds.append(nearest)
    return bounds[0], bounds[1]


def _tried(low: Any, high: Any) -> list[Any]:
    """Return values of a range: the bounds and the middle."""
    return [low, high, (low + high) // 2 if type(low) is int else low / 2 + high / 2]


def check_numbers(names: Names, name: str, target: str, low: Any, high: Any) -> None:
    """Raise ValueError if a parameter takes no numbers, or no fractions of a range of these."""
    owner, own = owner_of(names.estimator, target)
    remedy = f"or say with casts={{{name!r}: ...}} what to make of it."
    whole = f"takes whole numbers only: use IntegerParameterRanges, {remedy}"
    is_real = type(low) is float or type(high) is float
    if not declares(owner, own):
        present = names.known[target]
        if isinstance(present, bool):
            raise ValueError(
                f"{target!r} is {present!r} now, and takes no range: use a list, {remedy}"
            )
        # A library that declares nothing has defaults of the right type.
        if is_real and isinstance(present, int):
            raise ValueError(f"{target!r} is {present!r} now, and {whole}")
        return
    types = number_types(owner, own)
    tried = _tried(low, high)
    if any(takes_value(owner, own, value) for value in tried):
        return
    if is_real and (
        types == ["Integral"] or any(takes_value(owner, own, int(value)) for value in tried)
    ):
        raise ValueError(f"{target!r} {whole}")
    # A range of which the parameter takes nothing is the estimator's to refuse.
    if not types:
        raise ValueError(f"{target!r} takes no numbers: use CategoricalParameterRanges, {remedy}")


def cut(owner: Any, name: str, inside: Any, bound: Any) -> Any:
    """Return the bound, or the value nearest to it that a parameter is declared to take."""
    if takes_value(owner, name, bound) or not takes_value(owner, name, inside):
        return bound
    outside = bound
    # What is taken is an interval: halve until two neighbours are left.
    for _ in range(200):
        middle = (inside + outside) // 2 if type(inside) is int else inside / 2 + outside / 2
        if middle in (inside, outside):
            break
        if takes_value(owner, name, middle):
            inside = middle
        else:
            outside = middle
    return inside
