"""Parameters that differ from a candidate in one or two, for the model to predict their scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbayes.found import Found
from skbayes.plotting.scales import Scale
from skbayes.space import Categorical

if TYPE_CHECKING:
    from skbayes.insight import Insight

__all__ = ["Slice", "base_of", "predicted", "slice_of", "with_others"]

Floats = NDArray[np.float64]

# What is averaged over, for each place.
N_OTHERS = 24
# Of a list, the most values that are looked at.
MAX_LISTED = 60
# A distribution may have no ends: these quantiles are shown.
TAIL = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """Parameters that differ from a candidate in one or two.

    Attributes
    ----------
    places : list of ndarray
        Positions along the axis of each parameter.
    params : list of dict
        All combinations, the last parameter runs fastest; None for one that there is not.
    """

    places: list[Floats]
    params: list[dict[str, Any] | None]


def base_of(found: Found, names: Sequence[str]) -> Mapping[str, Any]:
    """Return the best candidate that has some parameters.

    Raises
    ------
    ValueError
        If no candidate has all of them.
    """
    having = [row for row, params in enumerate(found.params) if all(n in params for n in names)]
    if not having:
        raise ValueError(
            f"no candidate has both {names[0]!r} and {names[-1]!r}: give two parameters that exist "
            "together."
        )
    if found.taken in having and np.isfinite(found.scores[found.taken]):
        return found.params[found.taken]
    scores = np.nan_to_num(found.scores[having], nan=-np.inf)
    return found.params[having[int(scores.argmax())]]


def slice_of(
    found: Found,
    insight: Insight,
    names: Sequence[str],
    scales: Sequence[Scale],
    base: Mapping[str, Any],
    n: int,
) -> Slice:
    """Return parameters that are those of a candidate in all but some, which go along their axes.

    Where a value has other parameters than the candidate, as another step has, they are those of
    the best candidate with this value.
    """
    own = dict(insight.space.branches[insight.space.encode(base).branch].parameters)
    listed = [
        _some_of(
            scale.others if scale.kind == "categories" else _along(own[name], n), name, found, base
        )
        for name, scale in zip(names, scales, strict=True)
    ]
    params: list[dict[str, Any] | None] = [dict(base)]
    for name, values in zip(names, listed, strict=True):
        params = [
            None if each is None else _existing(found, insight, {**each, name: value}, name)
            for each in params
            for value in values
        ]
    return Slice([s.positions(v) for s, v in zip(scales, listed, strict=True)], params)


def predicted(cut: Slice, predict: Callable[[list[dict[str, Any]]], Any]) -> Any:
    """Return what is predicted along a slice, NaN where there are no such parameters."""
    rows = [row for row, each in enumerate(cut.params) if each is not None]
    columns = predict([each for each in cut.params if each is not None])
    found = np.full((len(columns), len(cut.params)), np.nan)
    for column, values in zip(found, columns, strict=True):
        column[rows] = values
    return found


def _along(dimension: Any, n: int) -> list[Any]:
    """Return values along a dimension, evenly spaced on its scale."""
    if isinstance(dimension, Categorical):
        return dimension.inverse_transform(np.sort(dimension.to_unit(list(dimension.codes()))))
    has_ends = np.isfinite(dimension.bounds).all()
    inner = np.linspace(0.0, 1.0, n) if has_ends else np.linspace(TAIL, 1.0 - TAIL, n)
    values: list[Any] = []
    for value in dimension.inverse_transform(inner):
        if not values or value != values[-1]:
            values.append(value)
    return values


def _some_of(
    values: Sequence[Any], name: str, found: Found, base: Mapping[str, Any]
) -> Sequence[Any]:
    """Return the values, or of more than `MAX_LISTED` so many, in the same order.

    Half of these at most are that of `base` and those of the best candidates. The others are evenly
    spread over the list, so that its ends are shown too.
    """
    if len(values) <= MAX_LISTED:
        return values
    scale = Scale(name, "categories", -0.5, len(values) - 0.5, others=tuple(values))
    column = found.column(name)
    best_first = np.argsort(-found.scores, kind="stable").tolist()  # NaN comes last
    places = scale.positions([base[name], *(column[row] for row in best_first)])
    tried = dict.fromkeys(places[np.isfinite(places)].astype(int).tolist())
    kept = set(list(tried)[: MAX_LISTED // 2])
    even = np.linspace(0, len(values) - 1, MAX_LISTED - len(kept)).round().astype(int)
    return [values[place] for place in sorted(kept.union(even.tolist()))]


def _existing(
    found: Found, insight: Insight, params: dict[str, Any], name: str
) -> dict[str, Any] | None:
    """Return parameters as they are if the space has them, else those of a candidate with a value.

    That is the best candidate with the same value of the parameter; None if there is none.
    """
    try:
        insight.space.encode(params)
    except ValueError:
        scale = Scale(name, "categories", -0.5, 0.5, others=(params[name],))
        same = np.flatnonzero(scale.positions(found.column(name)) == 0.0)
        scored = [row for row in same.tolist() if np.isfinite(found.scores[row])]
        if not scored:
            return None
        return dict(found.params[max(scored, key=lambda row: float(found.scores[row]))])
    return params


def with_others(
    insight: Insight, params: Sequence[dict[str, Any]], name: str
) -> list[list[dict[str, Any]]]:
    """Return, for each, points of the space that have its value of one parameter."""
    space = insight.space
    groups = []
    for each in params:
        branch = space.encode(each).branch
        # The same others for each value of a branch, so that the line is smooth.
        rng = np.random.default_rng(0)
        dimensions = dict(space.branches[branch].parameters)
        columns = {
            other: dimension.rvs(N_OTHERS, random_state=rng)
            for other, dimension in dimensions.items()
            if other != name
        }
        groups.append(
            [
                {**{other: column[k] for other, column in columns.items()}, name: each[name]}
                for k in range(N_OTHERS)
            ]
        )
    return groups
