"""The seed of a search, and the streams of random numbers that follow from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from skbayes.space import is_integer

__all__ = [
    "DESIGN",
    "PROPOSAL",
    "RANDOM",
    "REGRET",
    "ROWS",
    "draw_seed",
    "stream",
]

# What random numbers are for: the first entry of the key of a stream, see `stream`. Keys that have
# the same first entry differ in their length: of RANDOM there is always a second entry, of ROWS
# never. With other numbers here the same seed would give another search.
DESIGN, PROPOSAL, REGRET, RANDOM, ROWS = 0, 1, 2, 3, 3


def stream(seed: int, *key: int) -> np.random.Generator:
    """Return a source of random numbers; those of different keys are independent.

    Parameters
    ----------
    seed : int
        Of the search.
    *key : int
        What the numbers are for, one of the constants above, and for which of several uses.

    Returns
    -------
    numpy.random.Generator
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


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
