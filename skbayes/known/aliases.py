"""Other names of a parameter, by which some boosters take the same value."""

from __future__ import annotations

import inspect
from typing import Any

from skbayes.known.entries import entry_of
from skbayes.space import same_value

__all__ = ["other_names"]


def other_names(estimator: Any, name: str) -> dict[str, Any]:
    """Return the other names of a parameter, with the values that the estimator has by them.

    Parameters
    ----------
    estimator : estimator
    name : str
        Parameter of the estimator, or of an estimator inside it, as in `get_params`.

    Returns
    -------
    dict of str to object
        None for a name by which nothing is set, or only the default.
    """
    params = estimator.get_params(deep=True)
    path, separator, own = name.rpartition("__")
    owner = params.get(path) if path else estimator
    entry = entry_of(owner)
    found = {}
    for first, others in entry.aliases.items() if entry is not None else ():
        names = (first, *others)
        for other in names if own in names else ():
            if other != own:
                value = params.get(f"{path}{separator}{other}")
                listed = inspect.signature(type(owner)).parameters.get(other)
                is_default = listed is not None and same_value(value, listed.default)
                found[f"{path}{separator}{other}"] = None if is_default else value
    return found
