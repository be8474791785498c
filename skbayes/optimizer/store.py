"""Which points were asked for, and what was told of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from skbayes.model import (
    CostModel,
    Observations,
    Report,
    Source,
    check_follows,
    fit_costs,
    rows_of_each,
)
from skbayes.rules import BestScore, best_score
from skbayes.space import Point, Space

__all__ = ["ObservationStore"]

Floats = NDArray[np.float64]

# A number and the nearest one on a lattice of 2**32 steps, of a logarithmic scale too.
ROUNDING = 1e-6
# Points measured in part that proposals keep away from: time grows with their square.
MAX_AWAITED = 100


class ObservationStore:
    """Points asked and told, and the views of them that a proposal depends on.

    Parameters
    ----------
    space : Space
        Where the points lie.

    Attributes
    ----------
    asked : dict of Point to int
        Points proposed so far, with their number.
    reports : dict of Point to Report
        What was told, asked for or not, in the order told first.
    origins : dict of Point to str
        What has proposed the points that were asked for in this process.
    n_changes : int
        How often points were asked for or told of. As long as it is the same, so is the store.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self.asked: dict[Point, int] = {}
        self.reports: dict[Point, Report] = {}
        self.origins: dict[Point, str] = {}
        self.n_changes = 0
        # What was asked or told, in all branches that have it.
        self._held: set[Point] = set()
        # What need not be proposed: these, and as the search itself would write them, whose numbers
        # lie on a lattice.
        self._seen: set[Point] = set()

    def ask(self, point: Point) -> None:
        """Note that a point has been proposed."""
        self.n_changes += 1
        self.asked[point] = len(self.asked)
        self._see([point])

    def tell(self, told: Iterable[tuple[Point, Report]]) -> None:
        """Note what was told of points: everything, or nothing if a part is contradictory.

        Raises
        ------
        ValueError
            If the number of folds is not that of other points, a point occurs twice, or a report
            may not follow the one before.
        """
        reports: dict[Point, Report] = {}
        for point, report in told:
            if point in reports:
                raise ValueError(f"tell each point once, got {self._space.decode(point)!r} twice.")
            self._check(point, report, reports)
            reports[point] = report
        self.n_changes += 1
        self._see([point for point in reports if not self.is_known(point)])
        self.reports.update(reports)

    def _see(self, points: Sequence[Point]) -> None:
        twins = [twin for point in points for twin in self._space.twins(point)]
        self._held.update(twins)
        self._seen.update(twins)
        writings = self._space.points(self._space.coordinates(twins))
        for twin, written, counts in zip(twins, writings, self._space.counting(twins), strict=True):
            # In the far tail of a distribution the search has no number near it. What does not
            # count may be anything.
            pairs = zip(twin.codes, written.codes, counts, strict=True)
            if all(_is_rounded(a, b) for a, b, is_counted in pairs if is_counted):
                self._seen.add(written)

    def _check(self, point: Point, report: Report, others: Mapping[Point, Report]) -> None:
        if report.folds:
            told = (*self.reports.values(), *others.values())
            n_folds = next((len(r.folds) for r in told if r.folds), len(report.folds))
            if len(report.folds) != n_folds:
                raise ValueError(
                    f"folds={list(report.folds)!r} has {len(report.folds)} entries, and other "
                    f"points were told with {n_folds}: give None for a fold that was not run."
                )
        if point in self.reports:
            check_follows(report, self.reports[point], repr(self._space.decode(point)))

    @property
    def pending(self) -> list[Point]:
        """Points proposed of which nothing was told."""
        return [point for point in self.asked if point not in self.reports]

    @property
    def awaited(self) -> list[Point]:
        """Points of whose whole nothing was told: pending ones, and the latest measured in part."""
        looks = [point for point, report in self.reports.items() if report.is_share]
        # What was told of several points at once has no order of its own.
        never = len(self.asked)
        looks.sort(key=lambda point: self.asked.get(point, never))
        return [*self.pending, *looks[-MAX_AWAITED:]]

    @property
    def scores(self) -> dict[Point, float]:
        """Scores told, NaN for a failure or a point evaluated in part."""
        return {point: report.score for point, report in self.reports.items()}

    @property
    def n_known(self) -> int:
        """Number of points proposed or told."""
        return len(self.asked.keys() | self.reports.keys())

    @property
    def points_asked(self) -> list[Point]:
        """Points proposed so far, in that order."""
        return list(self.asked)

    def is_known(self, point: Point) -> bool:
        """Whether a point was proposed or told."""
        return point in self.asked or point in self.reports

    def holds(self, point: Point) -> bool:
        """Whether a branch was proposed, or told, just the parameters of a point."""
        return point in self._held

    def is_new(self, point: Point) -> bool:
        """Whether no branch knows the parameters of a point, or some that differ by rounding.

        Of those that a search itself proposes: 1.0 is known, and the middle of its range may be
        0.9999999999999998; and one that differs only in what does not count is known too.
        """
        return point not in self._seen

    def open_branches(self, n_iter: int | None) -> list[int]:
        """Return the branches in which points may still be proposed.

        Parameters
        ----------
        n_iter : int or None
            Number of points that branches without a number of their own share.
        """
        branches = self._space.branches
        limits = {branch.number: branch.n_iter for branch in branches}
        if not any(limits.values()):
            return list(range(len(branches)))
        counts = dict.fromkeys(limits, 0)
        for point in self.asked:
            counts[branches[point.branch].number] += 1
        n_shared = sum(n for number, n in counts.items() if limits[number] is None)
        shared_limit = math.inf if n_iter is None else n_iter
        return [
            index
            for index, branch in enumerate(branches)
            if (
                n_shared < shared_limit
                if branch.n_iter is None
                else counts[branch.number] < branch.n_iter
            )
        ]

    def observations(self) -> Observations:
        """Return what was told, in an order that does not depend on when.

        Points that were measured with a share of the resource only are not among them.
        """
        never = len(self.asked)
        points = sorted(
            (point for point, report in self.reports.items() if not report.is_share),
            key=lambda point: (
                (1, self.asked[point], 0, ())
                if self.asked.get(point, never) < never
                else (0, 0, point.branch, point.codes)
            ),
        )
        return Observations.of([(point, self.reports[point]) for point in points])

    def cost_model(self, space: Space) -> tuple[CostModel | None, Floats]:
        """Return a model of the costs, None if they do not follow from the points, and these.

        Parameters
        ----------
        space : Space
            The same one as of the points, whose features the model predicts from.
        """
        ratios = rung_ratios(list(self.reports.values()))
        costs = {
            point: cost
            for point in self.reports
            if (cost := _whole_cost(self.reports[point], ratios)) is not None
        }
        values = np.array(list(costs.values()), dtype=np.float64)
        X = space.features(space.coordinates(list(costs)))
        return fit_costs(X, values), values

    @property
    def space(self) -> Space:
        """Where the points lie."""
        return self._space

    @property
    def n_whole(self) -> int:
        """Number of points that were measured with the whole resource, failures included."""
        return sum(not report.is_share for report in self.reports.values())

    @property
    def _n_rungs(self) -> int:
        return max((len(report.rungs) for report in self.reports.values()), default=0)

    def rung_pairs(self) -> list[list[tuple[float, float]]]:
        """Return for each rung the scores on it and with the whole of the points with both."""
        reports = [r for r in self.reports.values() if r.rungs and math.isfinite(r.score)]
        return [
            [(x, report.score) for report in reports if (x := report.rungs[rung]) is not None]
            for rung in range(self._n_rungs)
        ]

    def rung_sources(self) -> dict[int, Source]:
        """Return by rung what was measured with its share: results of a search on less.

        As earlier results have, those of a rung have a limited number of rows.
        """
        sources: dict[int, Source] = {}
        n_rows, never = rows_of_each(self._n_rungs), len(self.asked)
        # Which of equal scores are kept does not depend on who came first.
        reports = sorted(self.reports.items(), key=lambda told: self.asked.get(told[0], never))
        for rung in range(self._n_rungs):
            scored = [
                (point, score)
                for point, report in reports
                if report.rungs
                and (score := report.rungs[rung]) is not None
                and math.isfinite(score)
            ]
            if len({score for _, score in scored}) > 1:
                points = tuple(point for point, _ in scored)
                scores = np.array([score for _, score in scored])
                source = Source(self._space.coordinates(points), scores, points)
                sources[rung] = source.shortened(n_rows)
        return sources

    def best_score(self) -> BestScore:
        """Return what the best point would score on new folds; not known if none were told."""
        reports = self.reports.values()
        return best_score([report.folds for report in reports if not report.has_failed])


def rung_ratios(reports: Sequence[Report]) -> dict[int, float]:
    """Return by rung what it costs of the whole: the median of the points that have both."""
    found: dict[int, list[float]] = {}
    for report in reports:
        whole = report.full_cost
        for rung, cost in enumerate(report.rung_costs):
            if whole and cost is not None:
                found.setdefault(rung, []).append(cost / whole)
    return {rung: float(np.median(ratios)) for rung, ratios in found.items()}


def _whole_cost(report: Report, ratios: Mapping[int, float]) -> float | None:
    """Return what a point costs with all folds and the whole resource, as far as that is known."""
    if report.full_cost is not None:
        return report.full_cost
    for rung in sorted(ratios, reverse=True):
        cost = report.rung_costs[rung] if report.rung_costs else None
        if cost is not None and ratios[rung] > 0.0:
            return cost / ratios[rung]
    return None


def _is_rounded(number: float, other: float) -> bool:
    # Whole numbers may be too large for a float, and are told apart exactly.
    is_real = isinstance(number, float)
    return number == other or (is_real and math.isclose(number, other, rel_tol=ROUNDING))
