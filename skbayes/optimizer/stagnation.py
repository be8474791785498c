"""When a search has stalled: its best score does not rise, and its model expects it to stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skbayes.gp import HEADROOM

__all__ = ["has_stalled"]

# What counts as a gain: this share of what the search has gained over the scores that it began
# with. With a third of it a search that has settled for a plateau with ripples is not stalled.
SHARE = 0.01
# So many evaluations without a gain. Functions with many steps to their optimum rest in between.
PATIENCE = 8


def has_stalled(scores: Sequence[float], n_first: int, promise: float, n_given: int = 0) -> bool:
    """Whether neither the latest scores nor the next one that the model wants are a gain.

    Parameters
    ----------
    scores : sequence of float
        In the order asked, higher is better; NaN for a failure or a point evaluated in part.
    n_first : int
        The median of so many first ones, failures left out, is what the search began with.
    promise : float
        Expected improvement of the model's next point, in units of the scores.
    n_given : int, default=0
        So many of the first were never asked for, and their order says nothing: they are what the
        search began with, and no evaluations without a gain.

    Returns
    -------
    bool
        False as long as no score is above that median, or there are too few.
    """
    # Differences of the largest finite numbers stay finite after it.
    y = HEADROOM * np.asarray(scores, dtype=np.float64)
    before = y[:-PATIENCE]
    before = before[np.isfinite(before)]
    if len(y) - n_given <= PATIENCE or not before.size:
        return False
    best = float(np.nanmax(y))
    began = y[np.isfinite(y)][: max(n_first, n_given)]
    gain = SHARE * (best - float(np.median(began)))
    rise = best - float(before.max())
    return bool(gain > 0.0 and rise <= gain and HEADROOM * promise <= gain)
