"""Whether the best point lies at an end of the space, and whether to go beyond it."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from skbayes._digits import beside
from skbayes._pickles import lasting
from skbayes.gp import Posterior, joint
from skbayes.space import Categorical, Integer, Point, Real, Space

__all__ = ["AtBound", "at_bounds"]

# This share of a range, on its scale, is at the bound.
MARGIN = 0.02
# The score at the bound is compared with the one this far inside, at least two values further in.
STEP = 0.1
# So sure must the model be of a rise before it is advised to widen a bound.
SURE = 0.9
# A score that flattens has little to give beyond the bound: in units of the noise, more than this.
WORTH = 1.0
# With fewer scores the model takes chance for a rise: of 160 searches with 2 to 5 scores, 33 were
# advised to widen a range, 20 of them rightly; of 120 with 6, 7 or 8 scores, 36, all rightly. With
# 8 scores the advice comes twice as often as with 7. On surfaces of others and real estimators the
# advice is rare with so few, and does no harm. See docs/decisions/promises.md.
MIN_SCORES = 8
# Of fewer values every one is at a bound, or every one but one.
MIN_VALUES = 3
SIDES = ("lower", "upper")
WHOSE = {
    "best": "the best value {}",
    "taken": "the value {} of the simplest candidate",
    "highest": "the value {} of the highest score",
}
# Digits of a number at least.
N_DIGITS = 4
# Rounding may leave nothing of the variance of a difference, or less.
TINY_VARIANCE = 1e-14


@lasting
@dataclass(frozen=True, slots=True, repr=False)
class AtBound:
    """A parameter whose value in the best candidate is at a bound. Printing it shows a sentence.

    Attributes
    ----------
    name : str
        Name of the parameter.
    value : int or float
        Value of the parameter.
    bound : int or float
        End of the range, or of the list of numbers.
    side : {"lower", "upper"}
        Which end this is.
    rise : float
        Predicted score at the bound, minus the predicted score a tenth of the range inside of the
        bound. In a short range of whole numbers or a list, two values inside of the bound. All
        other parameters are as in the best point.
    probability : float
        Probability that `rise` is positive, as the model predicts.
    beyond : float
        Predicted rise of the score beyond the bound, if the score follows a parabola, in units of
        `Insight.noise`. Infinite if the score does not flatten.
    whose : {"best", "taken", "highest"}
        Which candidate has the value. "best" is the best candidate. If the simplest candidate
        within one standard error was taken and is another candidate, "taken" is this candidate, and
        "highest" is the candidate with the highest score.
    is_last : bool or None
        Whether the estimator takes no values beyond the bound, as far as this is known. None if the
        data limit the parameter, and the limit is not known.
    n_missing : int
        Number of additional scores that are needed before `is_limiting` may be true.
    """

    name: str
    value: Any
    bound: Any
    side: str
    rise: float
    probability: float
    beyond: float = math.inf
    whose: str = "best"
    is_last: bool | None = False
    n_missing: int = 0

    @property
    def is_limiting(self) -> bool:
        """Whether the score rises with a probability of 90 %, and also rises beyond the bound.

        False if the estimator may take no values beyond the bound, or with fewer than 8 scores.
        """
        return self.is_last is False and not self.n_missing and self._is_rising_beyond

    @property
    def _is_rising_beyond(self) -> bool:
        return self.probability >= SURE and self.beyond > WORTH

    def __repr__(self) -> str:
        value, bound = (beside(n, self.bound, N_DIGITS) for n in (self.value, self.bound))
        where = "at" if self.value == self.bound else "near"
        whose = WHOSE[self.whose].format(value)
        place = f"{self.name}: {whose} is {where} the {self.side} bound {bound}"
        if self.is_last:
            further = "lower" if self.side == "lower" else "higher"
            return f"{place}, and the estimator takes no {further} value."
        if self.n_missing:
            scores = "score" if self.n_missing == 1 else "scores"
            return (
                f"{place}. What a wider range would bring is not known yet. It will be known after "
                f"{self.n_missing} more {scores}."
            )
        if self.is_limiting:
            return f"{place} and the score still rises: try a wider range."
        if self._is_rising_beyond:
            return (
                f"{place} and the score still rises, but it is not known whether the data allow a "
                "higher value."
            )
        if self.probability >= SURE:
            return f"{place}, but the score flattens: a wider range would bring little."
        return f"{place}, but the score does not clearly rise towards it."


def at_bounds(
    posterior: Posterior,
    space: Space,
    point: Point,
    unit: float,
    noise: float,
    last: Collection[tuple[int, str, str]] = (),
    unsure: Collection[tuple[int, str, str]] = (),
    n_scored: int = MIN_SCORES,
) -> tuple[AtBound, ...]:
    r"""Parameters of a point that lie at a bound.

    The rise is the mean of :math:`f(x_\mathrm{bound}) - f(x_\mathrm{inside})`, and its probability
    that of this difference, which is normal, to be positive. How much is left beyond the bound is
    read off the parabola through the means at the bound and at one and two steps h inside of it,

    .. math::

        \frac{s^2}{2\kappa},\qquad s = \frac{3 f_0 - 4 f_1 + f_2}{2h},\qquad
        \kappa = \frac{2 f_1 - f_0 - f_2}{h^2}.

    Parameters
    ----------
    posterior : Posterior
        Model of the score.
    space : Space
        Where the point is.
    point : Point
        The best one.
    unit : float
        Score difference of one unit of the targets.
    noise : float
        Score difference that means nothing; NaN if there is no scale.
    last : collection of tuple, default=()
        Index of the branch, name and side of the bounds beyond which the estimator takes nothing.
    unsure : collection of tuple, default=()
        Those of parameters that the data limit, where the limit is not known.
    n_scored : int, default=8
        Number of scores that the model knows.

    Returns
    -------
    tuple of AtBound
        In the order of the names. Ranges and ordered lists of numbers are looked at;
        other distributions have tails, and categories no ends.
    """
    found = []
    start = space.coordinates([point])[0]
    (is_active,) = space.active([start])
    places = {axis.name: j for j, axis in enumerate(space.axes) if point.branch in axis.branches}
    for (name, dimension), code in zip(
        space.branches[point.branch].parameters, point.codes, strict=True
    ):
        if not (_has_bounds(dimension) and is_active[places[name]]):
            continue
        ends = dimension.from_unit(np.array([0.0, 1.0]))
        u_ends = dimension.to_unit(ends)
        distances = np.abs(u_ends - start[places[name]])
        end = int(distances.argmin())
        margin = MARGIN if dimension.n_values is None or dimension.n_values > 1 / MARGIN else 1e-9
        if distances[end] > margin:
            continue
        step = STEP / 2 if dimension.n_values is None else max(STEP / 2, 1 / dimension.n_values)
        rows = np.tile(start, (3, 1))
        rows[:, places[name]] = u_ends[end] + np.arange(3) * (-step if end else step)
        rise, probability, top = _rise(posterior, space.features(rows))
        beyond = top * unit / noise if noise > 0 else math.inf
        best, bound = dimension.decode(code), dimension.decode(ends.tolist()[end])
        # A list of the user's own order may begin with its highest number.
        side = SIDES[int(bound > dimension.decode(ends.tolist()[1 - end]))]
        end_of = (point.branch, name, side)
        is_last = True if end_of in last else None if end_of in unsure else False
        told = (rise * unit, probability, beyond)
        n_missing = max(MIN_SCORES - n_scored, 0)
        found.append(AtBound(name, best, bound, side, *told, is_last=is_last, n_missing=n_missing))
    return tuple(found)


def _has_bounds(dimension: Any) -> bool:
    if dimension.n_values is not None and dimension.n_values < MIN_VALUES:
        return False
    if isinstance(dimension, Categorical):
        numbers = list(dimension.categories)
        if not (dimension.is_ordered and {*map(type, numbers)} <= {int, float}):
            return False
        return sorted(numbers) in (numbers, numbers[::-1])
    return isinstance(dimension, Integer | Real)


def _rise(posterior: Posterior, X: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean of the first row less the last, its probability to be positive, and what is beyond."""
    mean, covariance = joint(posterior, X)
    rise = float(mean[0] - mean[2])
    variance = float(covariance[0, 0] + covariance[2, 2] - 2 * covariance[0, 2])
    probability = float(ndtr(rise / math.sqrt(max(variance, TINY_VARIANCE))))
    return rise, probability, gain_beyond(*mean.tolist())


def gain_beyond(bound: float, inside: float, further: float) -> float:
    """Return how far a parabola rises beyond a bound, from its values there and further inside.

    The distances between the three are equal.
    """
    slope = (3 * bound - 4 * inside + further) / 2
    curvature = 2 * inside - bound - further
    if slope <= 0:
        return 0.0
    return slope**2 / (2 * curvature) if curvature > 0 else math.inf
