"""The entries of `data/`: what is known of a class of estimators, read and found.

An entry is plain data. Nothing is imported by a name that stands in it: an estimator that somebody
has made is compared with the names of its classes.
"""

from __future__ import annotations

import functools
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from skbayes.known.classes import by_class

__all__ = ["Entry", "Range", "entries", "entry_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One way to search a parameter, and when it is the right one.

    Attributes
    ----------
    low, high : float or int or None
        Both ends, included. Two ints are whole numbers.
    scale : str or None
        The prior of a range.
    values : tuple or None
        In place of a range, a choice.
    when : mapping
        The parameter exists only where each of these, of the same entry, has one of the values.
    at_most, at_least : mapping of str to float
        The ends are held to these shares of quantities of `Facts`, where those are known. A share
        of 1 in `at_most` says that no larger value is possible.
    reaches : mapping of str to float
        The lower end is not above these shares of quantities of `Facts`, where those are known.
    up_to_own : bool
        The upper end is the value that the estimator has, which has to be an int.
    times : str or None
        The ends, or the values, are multiplied by this quantity of `Facts`, where it is known.
    needs : tuple of str
        Quantities of `Facts` that have to be known.
    only : mapping of str to (float, float)
        Quantities of `Facts` that have to lie between both numbers.
    given : mapping of str to tuple
        Parameters of the estimator that have to have one of the values.
    is_last : bool
        Whether the estimator must not be a step before another one.
    since, until : str or None
        Versions of the library: the first that has it, and the first that has it no longer.
    """

    low: Any = None
    high: Any = None
    scale: str | None = None
    values: tuple[Any, ...] | None = None
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)
    at_least: Mapping[str, float] = field(default_factory=dict)
    reaches: Mapping[str, float] = field(default_factory=dict)
    up_to_own: bool = False
    times: str | None = None
    needs: tuple[str, ...] = ()
    only: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    given: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    is_last: bool = False
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of some classes of estimators.

    Attributes
    ----------
    classes : tuple of str
        Their names, or those of their bases.
    source : str
        Where the ranges come from.
    space : mapping of str to tuple of Range
        For each parameter the ways to search it: the first one counts that is right.
    package : str
        Whose classes are meant.
    why : str
        What is not to be seen from the ranges.
    features : {"same", "more", "fewer", "imputed", "other"}
        How many features a step leaves: as many as it gets, at least as many, at most as many, or
        any number. "imputed": as many, but fewer if a column has no value, and more with
        ``add_indicator``.
    n_left : str or None
        The parameter that says how many features a step leaves, where it is a whole number.
    scaled_if : tuple of str
        Parameters that all have to be true for each column to have mean 0 and variance 1 behind
        a step; of none this is not known.
    sets : mapping of str to float
        Quantities of `Facts` that are known behind a step, whatever it gets.
    inside : mapping of str to float
        What the estimators within it are fitted on, as shares of quantities of `Facts`. A share
        of 0 says that it is not known.
    leaves_out : tuple of str
        Parameters that hold an estimator which is not searched.
    unlisted : tuple of str
        Parameters that `get_params` leaves out where they are not given.
    aliases : mapping of str to tuple of str
        Other names of parameters. One that an estimator lists is searched in place of the first.
    """

    classes: tuple[str, ...]
    source: str
    space: Mapping[str, tuple[Range, ...]]
    package: str = "sklearn"
    why: str = ""
    features: str = "other"
    n_left: str | None = None
    scaled_if: tuple[str, ...] = ()
    sets: Mapping[str, float] = field(default_factory=dict)
    inside: Mapping[str, float] = field(default_factory=dict)
    leaves_out: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Return all entries, in the order of the files and of what stands in them."""
    folder = resources.files("skbayes.known") / "data"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(
        _entry(each)
        for file in files
        for each in tomllib.loads(file.read_text(encoding="utf-8"))["estimators"]
    )


def entry_of(estimator: Any) -> Entry | None:
    """Return the entry of the nearest class of an estimator; None if it is not known."""
    return by_class(_by_class(), estimator)


def holds(way: Range, entry: Entry, parameters: Mapping[str, Any]) -> bool:
    """Tell whether a way to search a parameter is right for a version and an estimator."""
    for name, values in way.given.items():
        if not any(parameters.get(name) is v or parameters.get(name) == v for v in values):
            return False
    if way.since is None and way.until is None:
        return True
    version = _version(sys.modules[entry.package].__version__)
    return (way.since is None or version >= _version(way.since)) and (
        way.until is None or version < _version(way.until)
    )


@functools.cache
def _by_class() -> Mapping[tuple[str, str], Entry]:
    return {(entry.package, name): entry for entry in entries() for name in entry.classes}


def _entry(written: Mapping[str, Any]) -> Entry:
    space = {}
    for name, ways in written.get("space", {}).items():
        space[name] = tuple(_range(way) for way in (ways if isinstance(ways, list) else [ways]))
    return Entry(**{**written, "classes": tuple(written["classes"]), "space": space})


def _range(written: Mapping[str, Any]) -> Range:
    values = dict(written)
    if "values" in values:
        values["values"] = tuple(_value(value) for value in values["values"])
    for name in ("when", "given"):
        if name in values:
            values[name] = {k: tuple(_value(v) for v in vs) for k, vs in values[name].items()}
    return Range(**values)


def _value(written: Any) -> Any:
    """Return a value of a parameter: TOML has neither None nor tuples."""
    if isinstance(written, list):
        return tuple(_value(value) for value in written)
    return None if written == "None" else written


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:2])
