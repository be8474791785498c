"""Whether to believe earlier results, and what to try of them first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from skbayes.model.embedding import Source
from skbayes.model.observations import Observations
from skbayes.model.surrogate import Surrogate
from skbayes.space import Point, Space

__all__ = ["MAX_OBSERVATIONS", "SHARE_OF_BUDGET", "Transfer", "share_of_wrong"]

Floats = NDArray[np.float64]

# With fewer scores than this, no model can be said to predict them better than another.
MIN_SCORES_TO_JUDGE = 3
# With more scores of its own than this a search needs no others, and does not pay for them.
MAX_OBSERVATIONS = 200
# As the initial design, what is tried first of what is known leaves most of the budget to the
# model: one in so many points at most, and of the best points of sources at most so many.
SHARE_OF_BUDGET = 4
MAX_TRIED = 12
# Share of the differences between scores whose sign is predicted wrongly by a guess.
CHANCE = 0.5


class Transfer:
    """What a search knows from elsewhere.

    The best points of some sources are tried, those of the most believed first. If the score of one
    is the one that it had there, its source is believed for a start. From a few scores on it is
    believed as long as a model of the search and the source predicts which of two scores of the
    search is the higher one, better than a guess and no worse than a model of the search alone
    does, each score from all others. So a misleading source costs little more than the evaluation
    of its best point. A source in which no two scores differ is never believed.

    Parameters
    ----------
    space : Space
        Where the search is.
    sources : sequence of Source
        At least one.
    own : Surrogate
        Model of the search alone.
    n_iter : int or None
        Number of points that are planned, if known.
    allows : callable
        Tells whether a point may be proposed.

    Attributes
    ----------
    points : tuple of Point
        The best of each source that is inside the space and allowed.
    max_tried : int
        How many of these are tried: so many that most of the search is left to the model. Of more
        sources than that only those are believed whose best point was tried, for among many that
        mislead some would be right by chance. If more than so many share such points, the first.
    """

    def __init__(
        self,
        space: Space,
        sources: Sequence[Source],
        own: Surrogate,
        n_iter: int | None,
        allows: Callable[[Point], bool],
    ) -> None:
        self._sources = tuple(sources)
        self._own = own
        self._space = space
        self._allows = allows
        limit = MAX_TRIED if n_iter is None else n_iter // SHARE_OF_BUDGET
        self.max_tried = min(max(limit, 1), MAX_TRIED)
        self._models: dict[tuple[int, ...], Surrogate] = {}

    @cached_property
    def _best(self) -> list[Point | None]:
        return [source.best(self._allows) for source in self._sources]

    @property
    def points(self) -> tuple[Point, ...]:
        """The best points of all sources, see `Transfer`."""
        return tuple(dict.fromkeys(point for point in self._best if point is not None))

    def choose(self, observations: Observations) -> tuple[Surrogate, int]:
        """Return the model to go by, and the number of earlier results that it knows."""
        believed, model = self.believed(observations)
        return model, sum(len(self._sources[k]) for k in believed)

    def believed(self, observations: Observations) -> tuple[tuple[int, ...], Surrogate]:
        """Return the sources that are believed, and the model that knows them."""
        if not 0 < len(observations) <= MAX_OBSERVATIONS:
            return (), self._own
        judged = [*range(len(self._sources))]
        if len(judged) > self.max_tried:
            tried = (k for k in judged if self._best[k] in observations.points)
            # Each keeps some rows, however many there are.
            judged = [*islice(tried, self.max_tried)]
        believed = tuple(k for k in judged if self._is_believed(k, observations))
        return believed, self._model(believed) if believed else self._own

    def best_points(self, observations: Observations) -> tuple[Point, ...]:
        """Return the points, those of the sources that are believed most first.

        Among sources that are alike in this, and as long as nothing is known, the order is theirs.
        """
        if len(self.points) < 2 or not 0 < len(observations) <= MAX_OBSERVATIONS:
            return self.points
        doubts = {k: self._doubt(k, observations) for k in range(len(self._sources))}
        best = [self._best[k] for k in sorted(doubts, key=lambda k: doubts[k])]
        return tuple(dict.fromkeys(point for point in best if point is not None))

    def _doubt(self, k: int, observations: Observations) -> float:
        """Return how little a source is to be believed, from 0 to 1."""
        if not self._sources[k].has_spread:
            return 1.0
        if observations.n_scored < MIN_SCORES_TO_JUDGE:
            return float(not self._sources[k].has_scale_of(observations))
        try:
            return share_of_wrong(*self._model((k,)).left_out(observations))
        except np.linalg.LinAlgError:
            return 1.0

    def _model(self, chosen: tuple[int, ...]) -> Surrogate:
        if chosen not in self._models:
            self._models[chosen] = Surrogate(self._space, [self._sources[k] for k in chosen])
        return self._models[chosen]

    def _is_believed(self, k: int, observations: Observations) -> bool:
        doubt = self._doubt(k, observations)
        if observations.n_scored < MIN_SCORES_TO_JUDGE or not doubt < CHANCE:
            return doubt < CHANCE
        try:
            return doubt <= share_of_wrong(*self._own.left_out(observations))
        except np.linalg.LinAlgError:
            return False


def share_of_wrong(t: Floats, predicted: Floats) -> float:
    """Return the share of the differences between targets whose sign was predicted wrongly.

    Each pair counts with its difference, for it does not matter how near-ties are ordered.
    """
    difference = t[:, None] - t
    size = np.abs(difference)
    is_wrong = difference * (predicted[:, None] - predicted) <= 0
    if not size.any():
        return 1.0  # equal scores say nothing for a source
    return float(size[is_wrong].sum() / size.sum())
