"""Which rows to keep when there are more than an exact posterior can have, or a fit needs.

Notation
--------
======  ======  =========================================
symbol  shape   meaning
======  ======  =========================================
``Z``   (n, p)  feature rows in lengthscales
``t``   (n,)    targets, higher is better
======  ======  =========================================
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skbayes.gp.kernels import FloatArray, Hyperparameters, IntArray, scale, squared_distances

__all__ = ["best_and_spaced", "local_rows", "spread_rows"]

# Rows whose surroundings are modelled in full, the best ones.
N_CENTRES = 5
# Share of the rows next to them; the others are spread over the space.
NEAR_SHARE = 0.5


def best_and_spaced(t: FloatArray, n_rows: int) -> NDArray[np.intp]:
    """Rows that show where the targets are high, and how they fall from there to the worst.

    Half of them are the best, the others are evenly spaced by rank and end with the worst. Ties go
    to the first row.

    Parameters
    ----------
    t : ndarray of shape (n,)
        Targets; minus infinity ranks last.
    n_rows : int
        Number of rows to keep, at least 3.

    Returns
    -------
    ndarray of shape (min(n, n_rows),)
        Row indices, best first.
    """
    order = np.argsort(-t, kind="stable")
    if order.size <= n_rows:
        return order
    n_best = n_rows // 2
    # Between two ranks the even one is taken. If they were counted from another row, it might be
    # the other one, and the same search would learn from other rows.
    ranks = np.linspace(n_best, order.size - 1, n_rows - n_best).round().astype(np.intp)
    return np.concatenate([order[:n_best], order[ranks]])


def local_rows(
    X: FloatArray,
    t: FloatArray,
    groups: IntArray,
    hyperparameters: Hyperparameters,
    n_rows: int,
) -> NDArray[np.intp]:
    """Rows that decide where a score better than the best may be.

    Half of them are nearest to one of the best rows, in lengthscales: what the model says there
    is what it would say with all rows. The others are those farthest from all rows chosen before,
    one after the other, so that what has been explored elsewhere does not look unknown. Everything
    is deterministic; ties go to the first row.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Feature rows.
    t : ndarray of shape (n,)
        Targets.
    groups : ndarray of shape (p,)
        Lengthscale group of each column.
    hyperparameters : Hyperparameters
        Their lengthscales measure distances.
    n_rows : int
        Number of rows to keep.

    Returns
    -------
    ndarray of shape (min(n, n_rows),)
        Row indices, ascending.
    """
    n = t.size
    if n <= n_rows:
        return np.arange(n)
    Z = scale(X, hyperparameters.lengthscales, groups)
    order = np.argsort(-t, kind="stable")
    from_centres = squared_distances(Z[order[:N_CENTRES]], Z).min(axis=0)
    is_kept = np.zeros(n, dtype=np.bool_)
    is_kept[np.argsort(from_centres, kind="stable")[: int(NEAR_SHARE * n_rows)]] = True
    return _spread(Z, is_kept, n_rows)


def spread_rows(Z: FloatArray, n_rows: int) -> NDArray[np.intp]:
    """Rows that stand for all of the space that rows were seen of, wherever most of them crowd.

    They are the first row, and those farthest from all chosen before, one after the other. Ties go
    to the first row.

    Parameters
    ----------
    Z : ndarray of shape (n, p)
        Feature rows, in units in which all features count alike.
    n_rows : int
        Number of rows to keep, at least 1.

    Returns
    -------
    ndarray of shape (min(n, n_rows),)
        Row indices, ascending.
    """
    if len(Z) <= n_rows:
        return np.arange(len(Z))
    return _spread(Z, np.arange(len(Z)) == 0, n_rows)


def _spread(Z: FloatArray, is_kept: NDArray[np.bool_], n_rows: int) -> NDArray[np.intp]:
    """Rows that are kept, and those farthest from all before, ascending, until there are enough."""
    square = np.einsum("ij,ij->i", Z, Z)
    distance = np.full(len(Z), np.inf)
    kept = np.flatnonzero(is_kept)
    for block in np.array_split(kept, max(1, kept.size // N_CENTRES)):
        np.minimum(distance, squared_distances(Z[block], Z, square).min(axis=0), out=distance)
    # A kept row must not be chosen again, not even where all distances are 0.
    distance[kept] = -1.0
    is_kept = is_kept.copy()
    for _ in range(n_rows - kept.size):
        row = int(distance.argmax())
        is_kept[row] = True
        np.minimum(distance, square + square[row] - 2.0 * (Z @ Z[row]), out=distance)
        distance[row] = -1.0
    return np.flatnonzero(is_kept)
