"""What a search needs of whatever proposes its candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from skbayes.model import Report
    from skbayes.space import Point, Space

__all__ = ["Strategy"]


class Strategy(Protocol):
    """Proposes candidates and is told their scores: `PointOptimizer`, or a `Baseline`.

    All methods are functions of the seed and of what was asked and told, never of the time.
    """

    space: Space

    def ask_point(self, budget_left: float | None = None) -> Point:
        """Propose the next point; SpaceExhausted if there is none."""

    def adopt_point(self, point: Point) -> None:
        """Count a point as proposed, as it was by an earlier run of the same search."""

    def origin_of(self, point: Point) -> str | None:
        """Return what has proposed a point: "given", "design", "model" and such; None: unknown."""

    def tell_report(self, point: Point, report: Report) -> None:
        """Take in what is told about a point."""

    def predict_point(self, point: Point) -> tuple[float, float] | None:
        """Predict mean and standard deviation of the score of a point; None if not yet."""

    def predict_cost(self, point: Point) -> float | None:
        """Predict what the evaluation of a point costs; None if not yet."""

    def regret_bound(self) -> float:
        """Return how much better the best point can be than the best one told."""

    def gain_in_sight(self) -> float:
        """Return how much better the model sees that the best point may be."""
