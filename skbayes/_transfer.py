"""Whether to believe earlier results, and what to try of them first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ._observations import Observations
from ._placement import Source, joint_units
from .space import Point, Space

if TYPE_CHECKING:
    from ._surrogate import Surrogate

__all__ = ["Transfer"]

Floats = NDArray[np.float64]

# With fewer scores than this, no model can be said to foretell them better than another.
MIN_SCORES_TO_JUDGE = 3
# With more scores of its own than this a search needs no others, and does not pay for them.
MAX_OBSERVATIONS = 200
# Points of a source that are tried before anything is known of it.
N_TRIED = 2
# The second of them is apart from the first by this much in a coordinate: were they neighbours,
# one score would tell both.
APART = 0.25
# Stands for the unit of scores that are all equal.
TINY_UNIT = 1e-290
# A score is drawn in by the warp if it is not on its line, up to rounding.
ON_LINE = 1e-6


class Transfer:
    """What a search knows from elsewhere.

    Each source is on probation: a model of the search and the source is believed if it foretells
    the scores of the search at least as well as a model of the search alone does. So a misleading
    source costs the few points that show it.

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
        self._models: dict[tuple[int, ...], Surrogate] = {}

    def points_to_try(self, observations: Observations) -> list[Point]:
        """Return the points of the sources that are evaluated before all others.

        They are the best of each; and, of those that are on another scale than the search as far
        as is known, another good one elsewhere, for which the score of the best says little.
        """
        tried = [_best_points(source) for source in self._sources]
        first = [points[0] for points in tried if points]
        second = [
            point
            for points, source in zip(tried, self._sources, strict=True)
            if not source.has_scale_of(observations)
            for point in points[1:]
        ]
        return first + second

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
        joint = self._model((k,))
        try:
            gain = _foretold(joint, joint_units(observations, [source]), observations)
            gain -= _foretold(self._own, observations.units(), observations)
        except np.linalg.LinAlgError:
            return False
        return bool(np.nansum(gain) >= 0)


def _foretold(model: Surrogate, units: tuple[float, float], observations: Observations) -> Floats:
    """Return the log density of each score given all others, NaN where the warp drew it in."""
    centre, unit = units
    t, density = model.left_out(observations)
    y = np.array(observations.scores)
    is_linear = np.abs(centre + unit * t - y) <= ON_LINE * unit
    return np.where(is_linear, density - np.log(max(unit, TINY_UNIT)), np.nan)


def _best_points(source: Source) -> list[Point]:
    """Return the best point of a source that is inside the space, and a good one apart from it."""
    rows = [
        row
        for row in range(len(source))
        if source.points[row] is not None and np.isfinite(source.scores[row])
    ]
    chosen = rows[:1]
    for row in rows[1 : max(1, len(rows) // 2)]:
        if len(chosen) == N_TRIED:
            break
        distance = np.abs(source.X[chosen] - source.X[row]).max(axis=1)
        if distance.min() >= APART:
            chosen.append(row)
    return [point for row in chosen if (point := source.points[row]) is not None]
