"""`search_spaces="auto"`: the space that is known of an estimator, for the data of a search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skbayes.known.aliases import other_names
from skbayes.known.spaces import suggested
from skbayes.space import Conditional, show

__all__ = ["AUTO", "described", "written_spaces"]

AUTO = "auto"


def written_spaces(search: Any, X: Any = None, y: Any = None, n_rows: int | None = None) -> Any:
    """Return the spaces of a search as a user would write them.

    The space that is known of an estimator is without the resource, which the search itself sets.
    It is one for training folds of at least `n_rows` rows; None: of half of the data.

    Raises
    ------
    ValueError
        If they are a word that has no meaning, if nothing is known of the estimator, or if it has
        nothing to search.
    """
    written = search.search_spaces
    if not isinstance(written, str):
        return written
    if written != AUTO:
        raise ValueError(
            f"search_spaces={written!r} is not a known word: write a dict of parameters and "
            f"their values, or search_spaces={AUTO!r} for the space that suggest_space returns."
        )
    try:
        found = suggested(search.estimator, X, y, n_rows)
    except (TypeError, ValueError) as error:
        raise type(error)(f"search_spaces={AUTO!r}: {error}") from None
    if search.resource is not None:
        for name in (search.resource, *other_names(search.estimator, search.resource)):
            found.pop(name, None)
    if not found:
        raise ValueError(
            f"search_spaces={AUTO!r}: {type(search.estimator).__name__} has no parameters that "
            "skbayes would search. Fit the estimator as it is, or write a dict of the parameters "
            "that you want to search."
        )
    return found


def described(written: Mapping[str, Any]) -> str:
    """Return a line for each parameter of a space, with what is searched."""
    lines = []
    for name, value in written.items():
        condition = ""
        if isinstance(value, Conditional):
            needs = [f"{setter} in {show(list(values))}" for setter, values in value.when.items()]
            value, condition = value.values, f" if {' and '.join(needs)}"
        lines.append(f"  {name}: {show(value)}{condition}")
    return "\n".join(lines)
