"""scikit-learn's own test modules, as they are installed, with its searches replaced by ours."""

from __future__ import annotations

import functools
import importlib
import sys
import types
import warnings
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import sklearn.model_selection
from upstream_exclusions import exclusions
from upstream_searches import SEARCHES, Adapter

__all__ = ["load", "make_reiterable", "module_of", "uses_search"]

# What was loaded: a module may be there once for each set of searches.
LOADED: list[types.ModuleType] = []

# Where scikit-learn makes an instance of every estimator, by the names of the classes.
INSTANCES = "sklearn.utils._test_common.instance_generator"


def load(name: str, searches: Mapping[str, type] = SEARCHES) -> dict[str, Any]:
    """Import the test module `name` with `searches` in place of scikit-learn's own.

    Returns
    -------
    dict
        The tests of the module that make a search, by name.

    Raises
    ------
    ValueError
        If there are none, or one is excluded that there is not.
    """
    # Both may have been imported before, by another test module.
    for anew in (name, INSTANCES):
        sys.modules.pop(anew, None)
    with warnings.catch_warnings():
        # About estimators that the tests of all estimators cannot make.
        warnings.simplefilter("ignore")
        with mock.patch.multiple(sklearn.model_selection, **searches):
            module = importlib.import_module(name)
        LOADED.append(module)
        sys.modules.pop(INSTANCES, None)
        tests = {key: test for key, test in vars(module).items() if _is_wanted(key, test)}
    if not tests:
        raise ValueError(f"No test of {name} makes a search any more.")
    unknown = exclusions(name).keys() - tests.keys()
    if unknown:
        raise ValueError(f"{name} has no {', '.join(sorted(unknown))}: nothing to be excluded.")
    return tests


def module_of(test: Any) -> types.ModuleType | None:
    """Return the module that a test was loaded from, None for tests of our own."""
    names = getattr(test, "__globals__", None)
    return next((module for module in LOADED if vars(module) is names), None)


def _is_wanted(name: str, test: Any) -> bool:
    if not name.startswith("test") or not isinstance(test, types.FunctionType):
        return False
    return uses_search(test) or uses_search(make_reiterable(test))


def make_reiterable(test: types.FunctionType) -> list[Any]:
    """Return the values of the parametrizations of `test`, made lists in place.

    pytest deprecates those that can be read only once.
    """
    found = []
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            names, values = (*mark.args, *mark.kwargs.values())[:2]
            if len(mark.args) == 2 and not isinstance(values, list | tuple):
                values = list(values)
                object.__setattr__(mark, "args", (names, values))
            found.append(values)
    return found


def uses_search(thing: Any) -> bool:
    """Tell whether a test, or one of its parameters, has to do with a search of ours."""
    return any(
        isinstance(part, Adapter) or (isinstance(part, type) and issubclass(part, Adapter))
        for part in _parts(thing, set())
    )


def _parts(thing: Any, seen: set[int]) -> Iterator[Any]:
    """Yield `thing`, what it holds, and what the functions in it name."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    yield thing
    inner: Any = ()
    if isinstance(thing, Mapping):
        inner = thing.values()
    elif isinstance(thing, list | tuple | set):
        inner = thing
    elif isinstance(thing, functools.partial):
        inner = (thing.func, *thing.args, *thing.keywords.values())
    elif isinstance(thing, types.FunctionType):
        inner = [
            value
            for name in _names(thing.__code__)
            if (value := thing.__globals__.get(name)) is not None
            and not isinstance(value, types.ModuleType)
            and getattr(value, "__module__", thing.__module__)
            in (thing.__module__, "upstream_searches")
        ] + [cell.cell_contents for cell in thing.__closure__ or ()]
    elif not isinstance(thing, type | types.ModuleType) and hasattr(thing, "__dict__"):
        inner = vars(thing).values()
    for part in inner:
        yield from _parts(part, seen)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
