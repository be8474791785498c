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

import pytest
import sklearn.model_selection
from upstream_exclusions import exclusions
from upstream_searches import SEARCHES, Adapter

__all__ = ["load", "uses_search"]


def load(name: str, searches: Mapping[str, type] = SEARCHES) -> dict[str, Any]:
    """Import the test module `name` with `searches` in place of scikit-learn's own.

    Returns
    -------
    dict
        The tests of the module that make a search, by name.

    Raises
    ------
    ValueError
        If one is excluded that there is not.
    """
    # It may have been imported before, by another test module.
    sys.modules.pop(name, None)
    with warnings.catch_warnings():
        # About estimators that the tests of all estimators cannot make.
        warnings.simplefilter("ignore")
        with mock.patch.multiple(sklearn.model_selection, **searches):
            module = importlib.import_module(name)
        tests = {key: test for key, test in vars(module).items() if _is_wanted(key, test)}
    unknown = exclusions(name).keys() - tests.keys()
    if unknown:
        raise ValueError(f"{name} has no {', '.join(sorted(unknown))}: nothing to be excluded.")
    return tests


def _is_wanted(name: str, test: Any) -> bool:
    if not name.startswith("test") or not isinstance(test, types.FunctionType):
        return False
    marks = getattr(test, "pytestmark", [])
    values = [_reiterable(mark) for mark in marks if mark.name == "parametrize"]
    return uses_search(test) or uses_search(values)


def _reiterable(mark: pytest.Mark) -> Any:
    """Return the values of a parametrization, made a list in place if they can be read once."""
    names, values = (*mark.args, mark.kwargs.get("argvalues"))[:2]
    if not isinstance(values, list | tuple):
        values = list(values)
        object.__setattr__(mark, "args", (names, values))
    return values


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
