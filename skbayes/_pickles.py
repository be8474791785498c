"""Pickles that outlive the code: classes by names that last, fields by their own names.

By itself Python writes down the module that a class is defined in, and of a frozen dataclass with
slots the values of its fields in a row. Once a module has moved such a pickle cannot be read, and
once a field was added it is misread without an error. A class that is made `lasting` is written as
``restore(name, format)`` instead, with the values of its fields by name. What follows from these
is not written, but worked out anew.
"""

from __future__ import annotations

import copyreg
import dataclasses
import importlib
import inspect
import typing
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any, TypeVar

__all__ = ["HOMES", "lasting", "restore"]

C = TypeVar("C", bound=type)

# To be raised when the fields of a class get another meaning: what an older skbayes cannot read
# is then refused there. A field that is new, with a default, needs nothing.
FORMAT = 1

# The names that stand in pickles, for ever, and the door that each class is imported through. Files
# of a room can move; whoever takes a private class to another room changes its line.
HOMES = {
    "AtBound": "skbayes.insight",
    "BayesSearchCV": "skbayes",
    "BestScore": "skbayes.rules",
    "Branch": "skbayes.space",
    "Categorical": "skbayes.space",
    "Conditional": "skbayes.space",
    "Converged": "skbayes",
    "Distribution": "skbayes.space",
    "Gain": "skbayes.insight",
    "Hyperparameters": "skbayes.gp",
    "Importance": "skbayes.insight",
    "Importances": "skbayes.insight",
    "Insight": "skbayes.insight",
    "Integer": "skbayes.space",
    "Observations": "skbayes.model",
    "OneStandardError": "skbayes",
    "Optimizer": "skbayes",
    "Patience": "skbayes",
    "Point": "skbayes.space",
    "Posterior": "skbayes.gp",
    "Real": "skbayes.space",
    "Report": "skbayes.model",
    "SearchView": "skbayes.search",
    "Source": "skbayes.model",
    "Space": "skbayes.space",
    "SearchState": "skbayes",
    "TargetScore": "skbayes",
}

# Names that classes had before, which stand in older pickles.
RENAMED = {"Standing": "SearchState"}

_REMEDY = "Load the pickle with the version of skbayes that wrote it, or with a newer version."


def lasting(cls: C) -> C:
    """Make a class one whose pickles last. Its name must be in `HOMES`.

    It says that it is of the module that others import it from, the door of its room. A dataclass
    is written as the fields that its constructor takes: they are put back, missing ones with their
    defaults, and `__post_init__` does the rest. Other classes are written as their state, by their
    own ``__getstate__`` and ``__setstate__`` if they have them.
    """
    methods: dict[str, Callable[..., Any]] = {"__reduce__": _reduced(cls)}
    if dataclasses.is_dataclass(cls):
        methods |= {"__getstate__": _fields, "__setstate__": _set_fields}
        # They are texts, which are read in the module that the class says it is of.
        cls.__annotations__ = typing.get_type_hints(cls)
    cls.__module__ = HOMES[cls.__name__]
    for name, method in methods.items():
        setattr(cls, name, method)
    return cls


def restore(name: str, format: int) -> Any:
    """Return an object of one of skbayes' classes, to be given its state. Pickles call it.

    Raises
    ------
    UnpicklingError
        If this skbayes does not know the class, or the format.
    """
    name = RENAMED.get(name, name)
    if name not in HOMES or format > FORMAT:
        raise UnpicklingError(
            f"This pickle was written by a newer version of skbayes: it has {name} in format "
            f"{format}. The installed version reads formats up to {FORMAT}. {_REMEDY}"
        )
    cls = getattr(importlib.import_module(HOMES[name]), name)
    return cls.__new__(cls)


# It is pickled as a function of the package, which stays.
restore.__module__, restore.__name__, restore.__qualname__ = "skbayes", "_restore", "_restore"


def _reduced(cls: type) -> Callable[[Any], tuple[Any, ...]]:
    """Return the ``__reduce__`` of a class; a class that a user derives from it goes by itself."""

    def __reduce__(self: Any) -> tuple[Any, ...]:
        state = self.__getstate__()
        if type(self) is not cls:
            return copyreg.__newobj__, (type(self),), state  # type: ignore[attr-defined]
        return restore, (cls.__name__, FORMAT), state

    return __reduce__


def _fields(self: Any) -> dict[str, Any]:
    """Return the fields by name, and what a class that a user derives may hold beside them."""
    state = {each.name: getattr(self, each.name) for each in dataclasses.fields(self) if each.init}
    return state | getattr(self, "__dict__", {})


def _set_fields(self: Any, state: Any) -> None:
    """Put back what `_fields` returned.

    Fields that comparisons leave out decide nothing: they have their defaults while the others are
    read, for some would be warned about once more.
    """
    name = type(self).__name__
    state = dict(state)
    late = {}
    for each in dataclasses.fields(self):
        if not each.init:
            continue
        default = each.default
        if default is dataclasses.MISSING and each.default_factory is not dataclasses.MISSING:
            default = each.default_factory()
        value = state.pop(each.name, default)
        if value is dataclasses.MISSING:
            raise UnpicklingError(f"This pickle has {name} without {each.name}. {_REMEDY}")
        if not each.compare and default is not dataclasses.MISSING:
            late[each.name] = value
            value = default
        object.__setattr__(self, each.name, value)
    if state and not hasattr(self, "__dict__"):
        raise UnpicklingError(
            "This pickle was written by a newer version of skbayes: in the installed version, "
            f"{name} has no {', '.join(state)}. {_REMEDY}"
        )
    if hasattr(self, "__post_init__"):
        # Arguments that are no fields have left nothing behind.
        self.__post_init__(*(None for _ in inspect.signature(self.__post_init__).parameters))
    for key, value in (late | state).items():
        object.__setattr__(self, key, value)
