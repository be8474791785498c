"""When a search has stalled: its best score does not rise, and its model expects it to stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["has_stalled"]

# What counts as a gain: this share of what the search has gained over the scores that it began
# with. With a third of it a search that has settled for a plateau with ripples is not stalled.
SHARE = 0.01
# So many evaluations without a gain. Functions with many steps to their optimum rest in between.
PATIENCE = 8


def has_stalled(scores: Sequence[float], n_first: int, promise: float) -> bool:
    """Whether neither the latest scores nor the next one that the model wants are a gain.

    Parameters
    ----------
    scores : sequence of float
        In the order asked, higher is better; NaN for a failure or a point evaluated in part.
    n_first : int
        The median of so many first ones is what the search began with.
    promise : float
        Expected improvement of the model's next point, in units of the scores.

    Returns
    -------
    bool
        False as long as no score is above that median, or there are too few.
    """
    y = np.asarray(scores, dtype=np.float64)
    first = y[:n_first]
    first = first[np.isfinite(first)]
    if len(y) <= PATIENCE or not first.size:
        return False
    # Each of two numbers may be the largest that there is.
    with np.errstate(over="ignore", invalid="ignore"):
        gain = SHARE * (np.nanmax(y) - np.median(first))
        before = y[:-PATIENCE]
        rise = np.nanmax(y) - np.nanmax(before) if np.isfinite(before).any() else np.inf
    return bool(gain > 0.0 and rise <= gain and promise <= gain)
