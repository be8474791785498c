"""The seed from which everything random in a search is derived."""

from __future__ import annotations

import numbers
from typing import Any

from sklearn.utils import check_random_state

__all__ = ["draw_seed", "is_integer"]


def draw_seed(random_state: Any) -> int:
    """Return the seed of a search: an int as it is, else one drawn from `random_state`.

    Raises
    ------
    ValueError
        If `random_state` is negative, or neither an int, a RandomState nor None.
    """
    if is_integer(random_state) and random_state >= 0:
        return int(random_state)
    try:
        return int(check_random_state(random_state).randint(2**31))
    except ValueError:
        raise ValueError(
            "random_state must be an int of at least 0, a numpy RandomState or None, "
            f"got {random_state!r}."
        ) from None


def is_integer(value: Any) -> bool:
    """Whether a value is an int, builtin or numpy, and no boolean."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
