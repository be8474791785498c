"""Earlier results placed in a search space, and their scores beside those of a search."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbayes._pickles import lasting
from skbayes._warnings import warn
from skbayes.gp import best_and_spaced, warp, warp_units
from skbayes.space import (
    Dimension,
    Integer,
    Point,
    Real,
    Space,
    code_of,
    is_number,
    native,
    same_value,
    show,
)

if TYPE_CHECKING:
    from skbayes.model.observations import Observations
    from skbayes.model.sources import Row

__all__ = ["Source", "join", "on_one_scale", "place", "place_all", "rows_of_each", "scores_alike"]

Floats = NDArray[np.float64]

# Results of one source that are used: more would cost more than they tell.
MAX_SOURCE_ROWS = 100
# The same of all sources together; each keeps some.
MAX_ALL_ROWS, MIN_ROWS = 200, 10
# Values beyond the range of a dimension are placed at most so many ranges beyond it: with the
# lengthscales of the model, anything further tells nothing about what is inside.
MARGIN = 1.0
# Distance of a source from the search at a lengthscale of 1, the mode of its prior: a correlation
# of 0.93. At two standard deviations of the prior it is 0.1 and 0.999.
DISTANCE = 0.3
# A source is on the scale of the search if the scores of points in both differ by no more than
# this share of the standard deviation of its scores.
SAME_SCALE = 0.25

_ADVICE = (
    "A result needs a value for each parameter of the search, and no other parameter that was "
    "varied. Its values must be in the lists of the search. At least two results of a source need "
    "different scores."
)


@lasting
@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Earlier results that have a place in the space of a search.

    Attributes
    ----------
    coordinates : ndarray of shape (n, n_axes)
        Best first; those of values beyond the range lie outside of [0, 1].
    scores : ndarray of shape (n,)
        Higher is better; minus infinity for a failure.
    points : tuple of (Point or None)
        The points of the rows that lie inside the space.
    """

    coordinates: Floats
    scores: Floats
    points: tuple[Point | None, ...]

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def has_spread(self) -> bool:
        """Whether two scores differ; if not, a model learns nothing from the rows."""
        return len(set(self.scores[np.isfinite(self.scores)].tolist())) > 1

    def best(self, allows: Callable[[Point], bool] = lambda point: True) -> Point | None:
        """Return the best point that is inside the space and allowed; None if there is none."""
        for point, score in zip(self.points, self.scores.tolist(), strict=True):
            if point is not None and math.isfinite(score) and allows(point):
                return point
        return None

    def shortened(self, n_rows: int) -> Source:
        """Return the best rows, and of the rest some evenly by rank; best first."""
        order = best_and_spaced(self.scores, n_rows)
        points = tuple(self.points[i] for i in order)
        return Source(self.coordinates[order], self.scores[order], points)

    def has_scale_of(self, observations: Observations) -> bool:
        """Whether points that are in both have much the same scores in both."""
        earlier = dict(zip(self.points, self.scores.tolist(), strict=True))
        differences = [
            score - earlier[point]
            for point, score in zip(observations.points, observations.scores, strict=True)
            if math.isfinite(score) and math.isfinite(earlier.get(point, math.nan))
        ]
        if not differences:
            return False
        _, unit = warp_units(self.scores)
        # Squares of large differences would overflow.
        return math.hypot(*differences) <= SAME_SCALE * unit * math.sqrt(len(differences))


def place(space: Space, rows: Sequence[Row], n_rows: int) -> Source:
    """Place earlier results in a space.

    Those that lack a parameter, or have one too many that was varied, or a value that has no
    place are left out. Of many, the best are kept, and of the rest some evenly by rank.

    Parameters
    ----------
    space : Space
        Where the search is.
    rows : sequence of (params, score)
        NaN scores are failures.
    n_rows : int
        How many are kept at most.

    Returns
    -------
    Source

    Raises
    ------
    ValueError
        If nothing is of use: no two scores differ, and no point with a score is in the space.
    """
    constants = _constants(rows)
    coordinates, points, scores, reasons = [], [], [], []
    for params, score in rows:
        reason = ""
        for branch in range(len(space.branches)):
            u = _coordinates(space, branch, params, constants)
            if isinstance(u, list):
                coordinates.append(u)
                points.append(_point(space, branch, params))
                scores.append(-math.inf if math.isnan(score) else score)
                break
            reason = reason or u
        else:
            reasons.append(reason)
    y = np.array(scores)
    source = Source(np.array(coordinates), y, tuple(points))
    if not source.has_spread and source.best() is None:
        text = f"{len(scores)} of {len(rows)} results are in the space"
        if scores:
            n_scores = len(set(y[np.isfinite(y)].tolist()))
            text += f", with {n_scores} different score{'' if n_scores == 1 else 's'}"
        raise ValueError(text + (f"; in another result, {reasons[0]}" if reasons else ""))
    return source.shortened(n_rows)


def place_all(space: Space, sources: Sequence[Sequence[Row]]) -> list[Source]:
    """Place sources in a space, with a warning about those from which no model can learn."""
    placed, reasons, flat = [], [], []
    n_rows = rows_of_each(len(sources))
    for i, rows in enumerate(sources):
        name = f"source {i}: " if len(sources) > 1 else ""
        try:
            source = place(space, rows, n_rows)
        except ValueError as error:
            reasons.append(f"{name}{error}")
            continue
        placed.append(source)
        if not source.has_spread:
            n_scored = np.isfinite(source.scores).sum()
            flat.append(f"{name}{n_scored} of {len(rows)} results are in the space with a score")
    if reasons:
        warn(
            f"warm_start_from: nothing can be learnt ({'; '.join(reasons)}). The search starts "
            f"without these results. {_ADVICE}",
            RuntimeWarning,
        )
    if flat:
        warn(
            f"warm_start_from: no two scores differ ({'; '.join(flat)}). The search evaluates the "
            f"best candidate, and makes no other use of these results. {_ADVICE}",
            RuntimeWarning,
        )
    return placed


def rows_of_each(n_sources: int) -> int:
    """Return how many rows each of so many sources may have."""
    return min(MAX_SOURCE_ROWS, max(MIN_ROWS, MAX_ALL_ROWS // max(n_sources, 1)))


def join(
    space: Space, U: Floats, observations: Observations, sources: Sequence[Source]
) -> tuple[Floats, Floats]:
    r"""Rows and targets of one model of a search and its sources.

    Each source has a column more, in which its rows are ``DISTANCE`` and all others 0. The
    lengthscale :math:`\ell_s` of that column is how far the source is from the search,

    .. math:: \operatorname{corr}(f(x), f_s(x)) = k(\mathtt{DISTANCE} / \ell_s),

    and is learnt from the data. Scores are standardised for each source on its own; those of
    sources on the scale of the search, together with the search.

    Parameters
    ----------
    space : Space
        Whose features the rows have.
    U : ndarray of shape (n, n_axes)
        Coordinates of the observations.
    observations : Observations
        What was told.
    sources : sequence of Source

    Returns
    -------
    X : ndarray of shape (n + sum of the sources' rows, n_columns + n_sources)
        Rows of the observations, then those of each source.
    t : ndarray of the same length
        Targets.
    """
    n, p = len(U), space.n_columns
    together = warp(on_one_scale(observations, sources))
    targets = [together[:n]]
    first = n
    for source in sources:
        if source.has_scale_of(observations):
            targets.append(together[first : first + len(source)])
            first += len(source)
        else:
            targets.append(warp(source.scores))
    t = np.concatenate(targets)
    joined = np.zeros((t.size, p + len(sources)))
    joined[:n, :p] = space.features(U)
    first = n
    for k, source in enumerate(sources):
        last = first + len(source)
        joined[first:last, :p] = space.features(source.coordinates)
        joined[first:last, p + k] = DISTANCE
        first = last
    return joined, t


def scores_alike(observations: Observations, sources: Sequence[Source]) -> list[Floats]:
    """Scores of the sources that are on the scale of the observations."""
    return [source.scores for source in sources if source.has_scale_of(observations)]


def on_one_scale(observations: Observations, sources: Sequence[Source]) -> Floats:
    """Return scores of observations, then of sources on their scale; -inf for failures."""
    scores, _ = observations.estimates()
    return np.concatenate([scores, *scores_alike(observations, sources)])


def _constants(rows: Sequence[Row]) -> set[str]:
    """Names whose value is the same wherever it is set."""
    first: dict[str, Any] = {}
    varied: set[str] = set()
    for params, _ in rows:
        for name, value in params.items():
            if not same_value(first.setdefault(name, value), value):
                varied.add(name)
    return first.keys() - varied


def _point(space: Space, branch: int, params: Mapping[str, Any]) -> Point | None:
    """Return the point of parameters, of which some may be too many or too few."""
    own = {}
    try:
        for name, dimension in space.branches[branch].parameters:
            is_given = name in params
            own[name] = (
                params[name] if is_given else dimension.decode(next(iter(dimension.codes())))
            )
        return space.encode(own, branch=branch)
    except ValueError:
        return None


def _coordinates(
    space: Space, branch: int, params: Mapping[str, Any], constants: Set[str]
) -> list[float] | str:
    """Return the coordinates of parameters in a branch, or why they have no place there."""
    parameters = dict(space.branches[branch].parameters)
    if foreign := sorted(params.keys() - constants - parameters.keys()):
        return f"{foreign[0]!r} was varied, and the search has only {list(parameters)}"
    units = {}
    for name, dimension in parameters.items():
        is_given = name in params
        if not is_given and dimension.n_values != 1:
            return f"{name!r} is missing"
        unit = _unit(dimension, params[name]) if is_given else 0.0
        if unit is None:
            return f"{name}={show(params[name])} is not in {dimension!r}"
        units[name] = unit
    # What an inactive axis holds does not matter to the features.
    return [
        float(branch) if not axis.name else units[axis.name] if branch in axis.branches else 0.0
        for axis in space.axes
    ]


def _unit(dimension: Dimension, value: Any) -> float | None:
    """Return the coordinate of a value, also of a number beyond the range of a dimension."""
    try:
        code = code_of(dimension, value)
        if code is not None:
            return float(dimension.to_unit([code])[0])
    except (TypeError, ValueError):
        pass
    if not isinstance(dimension, Real | Integer) or not is_number(value):
        return None
    try:
        low, high = float(dimension.low), float(dimension.high)
        x = float(native(value))
    except OverflowError:
        return None
    if isinstance(dimension, Integer):
        low, high = low - 0.5, high + 0.5
    pole = getattr(dimension, "pole", 1.0)
    u, v, w = (_on_scale(each, dimension.scale, pole) for each in (x, low, high))
    # The bounds may differ by less than a float can hold, or by more.
    if not (math.isfinite(u) and 0 < w - v < math.inf):
        return None
    return min(max((u - v) / (w - v), -MARGIN), 1.0 + MARGIN)


def _on_scale(x: float, scale: str, pole: float) -> float:
    """Return a number on a scale, NaN if it has no place there."""
    if scale == "uniform":
        return x
    is_reversed = scale == "reverse-log-uniform"
    distance = pole - x if is_reversed else x
    if not 0 < distance < math.inf:
        return math.nan
    return -math.log(distance) if is_reversed else math.log(distance)
