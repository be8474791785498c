"""Whether to believe earlier results, and what to try of them first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ._observations import Observations
from ._placement import Source
from .space import Point, Space

if TYPE_CHECKING:
    from ._surrogate import Surrogate

__all__ = ["Transfer"]

Floats = NDArray[np.float64]

# With fewer scores than this, no model can be said to foretell them better than another.
MIN_SCORES_TO_JUDGE = 3
# With more scores of its own than this a search needs no others, and does not pay for them.
MAX_OBSERVATIONS = 200
# Share of the differences between scores whose sign is foretold wrongly by a guess.
CHANCE = 0.5


class Transfer:
    """What a search knows from elsewhere.

    The best point of each source is tried. If its score is the one that it had there, the source
    is believed for a start. From a few scores on it is believed as long as a model of the search
    and the source foretells which of two scores of the search is the higher one, better than a
    guess and no worse than a model of the search alone does, each score from all others. So a
    misleading source costs little more than the evaluation of its best point.

    Parameters
    ----------
    space : Space
        Where the search is.
    sources : sequence of Source
        At least one.
    own : Surrogate
        Model of the search alone.
    surrogate : callable
        Makes a model of the search and some sources.

    Attributes
    ----------
    points : tuple of Point
        The best of each source, as far as it is inside the space.
    """

    def __init__(
        self,
        space: Space,
        sources: Sequence[Source],
        own: Surrogate,
        surrogate: Callable[[Space, Sequence[Source]], Surrogate],
    ) -> None:
        self._sources = tuple(sources)
        self._own = own
        self._space = space
        self._make = surrogate
        best = [source.best for source in sources]
        self.points: tuple[Point, ...] = tuple(dict.fromkeys(p for p in best if p is not None))
        self._models: dict[tuple[int, ...], Surrogate] = {}

    def choose(self, observations: Observations) -> tuple[Surrogate, int]:
        """Return the model to go by, and the number of earlier results that it knows."""
        if not 0 < len(observations) <= MAX_OBSERVATIONS:
            return self._own, 0
        believed = tuple(k for k in range(len(self._sources)) if self._is_believed(k, observations))
        if not believed:
            return self._own, 0
        return self._model(believed), sum(len(self._sources[k]) for k in believed)

    def _model(self, chosen: tuple[int, ...]) -> Surrogate:
        if chosen not in self._models:
            self._models[chosen] = self._make(self._space, [self._sources[k] for k in chosen])
        return self._models[chosen]

    def _is_believed(self, k: int, observations: Observations) -> bool:
        source = self._sources[k]
        if observations.n_scored < MIN_SCORES_TO_JUDGE:
            return source.has_scale_of(observations)
        try:
            wrong = _share_of_wrong(*self._model((k,)).left_out(observations))
            own = _share_of_wrong(*self._own.left_out(observations))
        except np.linalg.LinAlgError:
            return False
        return wrong < CHANCE and wrong <= own


def _share_of_wrong(t: Floats, foretold: Floats) -> float:
    """Return the share of the differences between targets whose sign was foretold wrongly.

    Each pair counts with its difference, for it does not matter how near-ties are ordered.
    """
    difference = t[:, None] - t
    size = np.abs(difference)
    is_wrong = difference * (foretold[:, None] - foretold) <= 0
    if not size.any():
        return 1.0  # equal scores say nothing for a source
    return float(size[is_wrong].sum() / size.sum())
