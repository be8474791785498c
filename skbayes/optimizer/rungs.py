"""What candidates have shown with less than the whole resource, as earlier results of a search."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from skbayes.model import MAX_OBSERVATIONS, Surrogate, share_of_wrong
from skbayes.optimizer.store import ObservationStore
from skbayes.space import Point

__all__ = ["Rungs"]

# Before anything is known of a rung, it is taken to order so many of ten pairs of candidates
# wrongly, with the weight of so many candidates.
PRIOR_WRONG, PRIOR_WEIGHT = 0.3, 2.0
# Rungs whose scores are less correlated with those of the whole are not looked at: what they say of
# a region would outweigh what is true there.
MIN_CORRELATION = 0.7


class Rungs:
    """How well scores on rungs predict whole scores, and the model of both.

    Candidates with both scores say how well a rung predicts: by the pairs of candidates that it
    orders wrongly. The scores of a rung that is believed are those of another search in the same
    space, on fewer rows or with fewer rounds; the model is that of a warm start, which learns how
    far a source is from the search.

    Parameters
    ----------
    store : ObservationStore
        What was told; it changes.
    own : Surrogate
        Model of whole scores alone.
    """

    def __init__(self, store: ObservationStore, own: Surrogate) -> None:
        self._store, self._own = store, own
        # The latest model, and the sources that it knows.
        self._key: list[tuple[tuple[Point | None, ...], list[float]]] = []
        self._model = own

    def correlations(self) -> NDArray[np.float64]:
        r"""Return the correlation of each rung with the whole, of shape (n_rungs,), at least 0.

        Of normal variables with the correlation :math:`\rho`, a share :math:`\arccos(\rho) / \pi`
        of pairs is ordered differently by both. The share d that m candidates have, each pair with
        its difference of the whole, is drawn to a prior one, :math:`(m d + \nu d_0) / (m + \nu)`.

        A rung with less than ``MIN_CORRELATION`` is not believed at all, and has 0.
        """
        found = []
        for pairs in self._store.rung_pairs():
            m = len(pairs)
            rung, whole = np.array(pairs).reshape(m, 2).T
            wrong = share_of_wrong(whole, rung) if m > 1 else PRIOR_WRONG
            drawn = (m * wrong + PRIOR_WEIGHT * PRIOR_WRONG) / (m + PRIOR_WEIGHT)
            correlation = math.cos(math.pi * drawn)
            found.append(correlation if correlation >= MIN_CORRELATION else 0.0)
        return np.array(found)

    def surrogate(self) -> Surrogate:
        """Return the model to go by: of whole scores and those of the rungs that are believed."""
        # As with earlier results, many scores of whole fits need no others.
        is_long = self._store.n_whole > MAX_OBSERVATIONS
        sources = {} if is_long else self._store.rung_sources()
        believed = [
            sources[rung]
            for rung, correlation in enumerate(self.correlations())
            if correlation and rung in sources
        ]
        key = [(source.points, source.scores.tolist()) for source in believed]
        if key != self._key:
            self._key = key
            self._model = Surrogate(self._store.space, believed) if believed else self._own
        return self._model
