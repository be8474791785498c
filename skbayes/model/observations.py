"""What an optimiser has been told, in an order that does not depend on when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes._pickles import lasting
from skbayes.gp import warp, warp_units
from skbayes.model.reports import Report
from skbayes.rules import partial_means
from skbayes.space import Point

__all__ = ["Observations"]

Floats = NDArray[np.float64]

# In units of the targets, whose standard deviation is 1: with so much noise nothing is learnt.
MAX_NOISE_SD = 100.0


@lasting
@dataclass(frozen=True, slots=True)
class Observations:
    """Points with their scores, in an order that does not depend on when they were told.

    Attributes
    ----------
    points : tuple of Point
        First the points that were not proposed, sorted. Then the other points, in the order in
        which they were proposed.
    scores : tuple of float
        Higher is better; NaN for a point that failed, or with missing folds.
    folds : tuple of tuple, default=()
        Scores of the folds of each point; None for a fold that was not run. An empty tuple for a
        point that failed or whose folds are not known. If no point has missing folds, `folds` is
        empty, because the folds of complete points are only used together with those of incomplete
        points.
    """

    points: tuple[Point, ...]
    scores: tuple[float, ...]
    folds: tuple[tuple[float | None, ...], ...] = ()

    @classmethod
    def of(cls, reports: Sequence[tuple[Point, Report]]) -> Observations:
        """Make observations of what was told about points; folds only where they matter."""
        is_partial = any(report.is_partial for _, report in reports)
        return cls(
            tuple(point for point, _ in reports),
            tuple(report.score for _, report in reports),
            tuple(report.folds for _, report in reports) if is_partial else (),
        )

    def __len__(self) -> int:
        return len(self.points)

    @property
    def n_scored(self) -> int:
        """Number of points with a score."""
        return sum(map(math.isfinite, self.scores))

    @property
    def has_failed(self) -> NDArray[np.bool_]:
        """Whether a point failed, of shape (n,)."""
        has_failed = np.isnan(np.array(self.scores, dtype=np.float64))
        has_failed[self._partial] = False
        return has_failed

    def first(self, n: int) -> Observations:
        """Return the first `n` of them."""
        return Observations(self.points[:n], self.scores[:n], self.folds[:n])

    def targets(self, reference: ArrayLike = ()) -> Floats:
        """Return what a surrogate is fitted to, of shape (n,): warped scores and failures.

        Parameters
        ----------
        reference : array-like of int, default=()
            Rows that stand for the whole space: their bad scores are told apart, however the
            others crowd at the optimum.
        """
        scores, _ = self.estimates()
        return warp(scores, scores[_rows(reference)])

    def extra_noise(self, reference: ArrayLike = (), others: Sequence[Floats] = ()) -> Floats:
        """Return the variance of each target due to folds that were not run, of shape (n,).

        In squared units of the targets, and 0 for a complete point or a failure.

        Parameters
        ----------
        reference : array-like of int, default=()
            As for `targets`.
        others : sequence of ndarray, default=()
            Scores that become targets together with these.
        """
        scores, sd = self.estimates()
        if not sd.any():
            return sd
        _, unit = warp_units(np.concatenate([scores, *others]), scores[_rows(reference)])
        # The smallest units are those of scores whose quotient would overflow.
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            relative = np.where(sd > 0.0, sd / unit, 0.0)
        noise: Floats = np.minimum(relative, MAX_NOISE_SD) ** 2
        return noise

    def units(self, reference: ArrayLike = ()) -> tuple[float, float]:
        """Return the score at target 0 and the score difference of one unit of the targets.

        At least one point must have a score. The difference is 0 if all scores are equal.
        """
        scores, _ = self.estimates()
        return warp_units(scores, scores[_rows(reference)])

    @property
    def _partial(self) -> list[int]:
        return [i for i, folds in enumerate(self.folds) if None in folds]

    def estimates(self) -> tuple[Floats, Floats]:
        """Return scores, minus infinity for failures, and the standard errors of these."""
        scores, sd = np.array(self.scores, dtype=np.float64), np.zeros(len(self))
        if partial := self._partial:
            known = [i for i, folds in enumerate(self.folds) if folds]
            means, errors = partial_means([self.folds[i] for i in known])
            of_row = {i: row for row, i in enumerate(known)}
            rows = [of_row[i] for i in partial]
            scores[partial], sd[partial] = means[rows], errors[rows]
        return np.where(np.isnan(scores), -np.inf, scores), sd


def _rows(reference: ArrayLike) -> NDArray[np.intp]:
    return np.asarray(reference, dtype=np.intp)
