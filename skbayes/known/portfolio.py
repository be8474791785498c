"""First configurations that were good on other data: which of them a space holds.

`portfolios.toml` holds at most eight for an estimator, best first, each the one that helps most
where those before it are bad. XGBoost has two such lists of four, one for spaces of many parameters
and one for others. ``python -m benchmarks portfolios --write`` makes the file.

A value there may be a multiple of a number of the data: `scale` is what ``gamma="scale"`` stands
for, and `sd` the standard deviation of y. A value that a space does not hold moves to the nearest
one that it holds, if that is near on the scale on which the configurations were learnt. What
is not searched has to be near what the estimator has. Else the configuration is left out: it would
be another one, of which nothing is known.
"""

from __future__ import annotations

import functools
import math
import numbers
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from skbayes.known.classes import by_class, class_keys
from skbayes.known.entries import entry_of
from skbayes.known.facts import Facts
from skbayes.known.sight import Data
from skbayes.known.words import number_of
from skbayes.space import Branch, Categorical, Dimension, has, is_number, same_value

__all__ = ["Portfolio", "configurations", "portfolio_of", "portfolios"]

# How far a value may be from the one that was learnt, as a share of the range it was learnt in:
# one that has to move since the space does not hold it, or that stays what the estimator has. A
# list of C with a value for each power of ten has one as near, and so have most lists of depths.
NEAR = 0.2

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What is known of the values of a parameter, beside the values.

    Attributes
    ----------
    low, high : float or None
        The range that was learnt in; None for a choice.
    log : bool
        Whether ratios count.
    unit : {"scale", "sd", "features"} or None
        What a value is a multiple of. "features": a share of them.
    none : float or None
        The number that None stands for, in the unit.
    """

    low: float | None = None
    high: float | None = None
    log: bool = False
    unit: str | None = None
    none: float | None = None

    def distance(self, a: float, b: float) -> float:
        """Return the distance of two numbers, as a share of the range."""
        low, high = self.low or 0.0, self.high or 1.0
        if self.log:
            if min(a, b) <= 0:
                return 0.0 if a == b else math.inf
            a, b, low, high = (math.log(value) for value in (a, b, low, high))
        return abs(a - b) / (high - low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """First configurations of some classes of estimators.

    Attributes
    ----------
    classes : tuple of str
    package : str
        Whose classes are meant.
    parameters : mapping of str to Parameter
    configurations : tuple of mapping
        Best first.
    fixed : mapping
        What all of them need.
    """

    classes: tuple[str, ...]
    package: str
    parameters: Mapping[str, Parameter]
    configurations: tuple[Values, ...]
    fixed: Values


@functools.cache
def portfolios() -> tuple[Portfolio, ...]:
    """Return all portfolios, as the file has them."""
    text = (resources.files("skbayes.known") / "portfolios.toml").read_text(encoding="utf-8")
    return tuple(
        Portfolio(
            classes=tuple(each["classes"]),
            package=each["package"],
            parameters={name: Parameter(**known) for name, known in each["parameters"].items()},
            configurations=tuple(each["configurations"]),
            fixed=each.get("fixed", {}),
        )
        for each in tomllib.loads(text)["portfolios"]
    )


@functools.cache
def _by_class() -> Mapping[tuple[str, str], Portfolio]:
    return {(each.package, name): each for each in portfolios() for name in each.classes}


def portfolio_of(estimator: Any) -> Portfolio | None:
    """Return the portfolio of an estimator's class or of a base of it; None if there is none.

    A class that has a space of its own does not share the portfolio of a base.
    """
    found, entry = by_class(_by_class(), estimator), entry_of(estimator)
    names = [name for _, name in class_keys(estimator)]
    if found is None or entry is None:
        return found
    owner = next(name for name in names if name in (*found.classes, *entry.classes))
    return found if owner in found.classes else None


def configurations(
    estimator: Any, branch: Branch, data: Data, present: Values | None = None
) -> list[dict[str, Any]]:
    """Return the first configurations that a branch of a space holds, best first.

    Parameters
    ----------
    estimator : estimator
        With the constants of the branch set. It may be a pipeline, or anything else that holds
        one estimator with a portfolio.
    branch : Branch
    data : Data
        What the units of some values are computed from.
    present : mapping or None
        A point of the branch, which has the values that the portfolio says nothing of. None: what
        the estimator has, or the middle of a range and the first of a list.

    Returns
    -------
    list of dict
        Values of all parameters of the branch; none if there is no portfolio for it.
    """
    owner = _owner(estimator, branch)
    if owner is None:
        return []
    prefix, model, portfolio = owner
    now = {**_middle(branch, estimator), **(present or {})}
    found: list[dict[str, Any]] = []
    seen = data.seen_by(estimator, prefix + next(iter(portfolio.parameters)))
    # Behind a step that hides them: the number of features of the search, and the variance 1,
    # since most models of known scale are given that.
    n = seen.n_columns or data.facts.n_features
    seen = replace(seen, n_features=n, most_features=n, variance=seen.variance or (lambda: 1.0))
    units = _Units(model, seen, data if _gets_target(estimator, prefix) else Data(None))
    for values in portfolio.configurations:
        held = _held(values, portfolio, prefix, model, branch, units)
        if held is not None and not any(_is_same({**now, **held}, other) for other in found):
            found.append({**now, **held})
    return found


def _owner(estimator: Any, branch: Branch) -> tuple[str, Any, Portfolio] | None:
    """Return the one estimator of which a portfolio speaks of what is searched, and its prefix."""
    parts = {"": estimator, **estimator.get_params(deep=True)}
    found = []
    for prefix, part in parts.items():
        if isinstance(part, type) or not has(part, "get_params"):
            continue
        portfolio = portfolio_of(part)
        before = f"{prefix}__" if prefix else ""
        if portfolio is not None and any(
            f"{before}{name}" in branch.names and not _is_constant(branch, f"{before}{name}")
            for name in portfolio.parameters
        ):
            found.append((before, part, portfolio))
    return found[0] if len(found) == 1 else None


def _gets_target(estimator: Any, prefix: str) -> bool:
    """Whether a part is fitted to the target of the search, and not to one of another scale."""
    parts = {"": estimator, **estimator.get_params(deep=True)}
    names = prefix.split("__")[:-1]
    around = [entry_of(parts["__".join(names[:depth])]) for depth in range(len(names))]
    return all(entry is None or entry.inside.get("y_std") != 0.0 for entry in around)


def _is_constant(branch: Branch, name: str) -> bool:
    return dict(branch.parameters)[name].is_constant


def _held(
    values: Values, portfolio: Portfolio, prefix: str, model: Any, branch: Branch, units: _Units
) -> dict[str, Any] | None:
    """Return the values of a configuration that are searched; None if the branch has it not."""
    searched, now = dict(branch.parameters), model.get_params(deep=False)
    held = {}
    for name, value in {**portfolio.fixed, **values}.items():
        parameter = portfolio.parameters.get(name, Parameter())
        if name not in now:
            continue  # of another version, or another class of the same portfolio
        dimension = searched.get(prefix + name)
        if dimension is None:
            if not _is_close(name, parameter, value, now[name], units):
                return None
            continue
        nearest = _nearest(name, parameter, value, dimension, units)
        if nearest is None:
            return None
        held[prefix + name] = nearest[0]
    return held


def _is_close(name: str, parameter: Parameter, value: Any, now: Any, units: _Units) -> bool:
    if parameter.low is None:
        return same_value(now, value)
    number = units.number(now, name, parameter)
    return number is not None and parameter.distance(number, value) <= NEAR


def _nearest(
    name: str, parameter: Parameter, value: Any, dimension: Dimension, units: _Units
) -> tuple[Any] | None:
    """Return the value of a dimension that is nearest to one that was learnt, if it is near."""
    if parameter.low is None:
        return _encoded(dimension, value)
    listed: list[Any]
    if isinstance(dimension, Categorical):
        listed = list(dimension.bounds)
    else:
        factor = units.factor(parameter.unit)
        if factor is None:
            return None
        is_whole = isinstance(dimension.bounds[0], int)
        if parameter.unit == "features" and not is_whole:
            factor = 1.0  # a share itself
        low, high = dimension.bounds
        wanted = round(value * factor) if is_whole else value * factor
        listed = [min(max(wanted, low), high)]
    in_units = [(units.number(each, name, parameter), each) for each in listed]
    near = [(parameter.distance(n, value), i) for i, (n, _) in enumerate(in_units) if n is not None]
    # To round is not to move: of few whole numbers, none may be near.
    slack = 0.0
    if not isinstance(dimension, Categorical) and isinstance(listed[0], int):
        slack = parameter.distance(max(value, 0.5), max(value, 0.5) + 0.5)
    if not near or min(near)[0] > NEAR + slack:
        return None
    return _encoded(dimension, listed[min(near)[1]])


def _encoded(dimension: Dimension, value: Any) -> tuple[Any] | None:
    try:
        return (dimension.decode(dimension.encode(value)),)
    except (TypeError, ValueError):
        return None


def _middle(branch: Branch, estimator: Any) -> dict[str, Any]:
    """Return a point: what the estimator has, or the middle of a range, the first of a list."""
    now = estimator.get_params(deep=True)
    values = {}
    for name, dimension in branch.parameters:
        own = _encoded(dimension, now[name]) if name in now else None
        if own is None:
            # The coordinate of the first of a list without an order is 0.
            own = (dimension.inverse_transform([0.5 if dimension.is_ordered else 0.0])[0],)
        values[name] = own[0]
    return values


def _is_same(a: Values, b: Values) -> bool:
    return all(same_value(value, b[name]) for name, value in a.items())


@dataclass(frozen=True, slots=True)
class _Units:
    """Numbers of the data that values are multiples of.

    Attributes
    ----------
    model : estimator object
        Whose values they are.
    seen : Facts
        What it is fitted to.
    data : Data
        Whose target it is fitted to.
    """

    model: Any
    seen: Facts
    data: Data

    def factor(self, unit: str | None) -> float | None:
        """Return what a unit is; None if the data do not tell."""
        if unit is None:
            return 1.0
        if unit == "sd":
            return self.data.y_std
        if unit == "features":
            return self.seen.n_columns
        return self.seen.gamma_scale

    def number(self, value: Any, name: str, parameter: Parameter) -> float | None:
        """Return a value of a parameter as a number in its unit; None if it is none."""
        if value is None:
            return parameter.none
        factor = self.factor(parameter.unit)
        if isinstance(value, str):
            value = number_of(self.model, name, value, self.seen)
        if factor is None or not is_number(value):
            return None
        is_share = parameter.unit == "features" and not isinstance(value, numbers.Integral)
        return float(value) if is_share else float(value) / factor
