"""The score against one parameter, as candidates have it and as the model predicts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from skbayes.found import read
from skbayes.plotting.display import Display
from skbayes.plotting.scales import Scale, scale_of
from skbayes.plotting.slices import base_of, predicted, slice_of, with_others
from skbayes.plotting.style import (
    BLACK,
    GREY,
    axis_limits,
    draw_candidates,
    legend,
    mark_best,
    plain,
    side_by_side,
    tidy,
)
from skbayes.space import show

if TYPE_CHECKING:
    from skbayes.insight import Insight

__all__ = ["ParameterDisplay"]

Floats = NDArray[np.float64]

# Places along a range; an average takes longer.
N_PLACES = {"best": 60, "averaged": 30}


class ParameterDisplay(Display):
    """Scores against one parameter, with the prediction of the model.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    Parameters
    ----------
    scale : Scale
        Axis of the parameter.
    x, scores : ndarray of shape (n_candidates,)
        Values of the candidates on this axis, and their scores. NaN for a candidate without the
        parameter, and for the score of a failure.
    status : sequence of str
        Status of each candidate: "complete", "stopped", "failed" or "cut off".
    grid, mean, low, high : ndarray of shape (n_grid,)
        Values on the axis, the predicted scores, and the ends of their 90 % intervals. If a list
        has many values, only the best values and some evenly spread values. Empty arrays if there
        is no model.
    taken : int or None, default=None
        Row of the best candidate.
    model_name : str, default="predicted"
        Label of the line.
    score_name : str, default="score"
        Label of the y axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    line_ : matplotlib Line2D or ErrorbarContainer, or None
        The prediction.
    band_ : matplotlib PolyCollection or None
        The interval of the prediction.
    points_ : dict of str to matplotlib PathCollection
        Candidates by status.
    best_ : matplotlib PathCollection or None
        The best candidate.
    legend_ : matplotlib Legend or None
    """

    def __init__(
        self,
        *,
        scale: Scale,
        x: Floats,
        scores: Floats,
        status: Sequence[str],
        grid: Floats,
        mean: Floats,
        low: Floats,
        high: Floats,
        taken: int | None = None,
        model_name: str = "predicted",
        score_name: str = "score",
    ) -> None:
        self.scale = scale
        self.x = x
        self.scores = scores
        self.status = status
        self.grid = grid
        self.mean = mean
        self.low = low
        self.high = high
        self.taken = taken
        self.model_name = model_name
        self.score_name = score_name

    @classmethod
    def from_search(
        cls,
        search: Any,
        parameter: str,
        *,
        others: str = "best",
        insight: Insight | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw the scores against one parameter.

        Parameters
        ----------
        search : object
            A fitted search, the path of a checkpoint, or an `Optimizer`.
        parameter : str
            Name of the parameter.
        others : {"best", "averaged"}, default="best"
            Values of all other parameters in the prediction. "best": the values of the best
            candidate. The interval contains nine of ten new scores. "averaged": the prediction is
            the mean over other values in the space, and the interval is for this mean.
        insight : Insight or None, default=None
            Result of `search.insight()`. None: this method calls it.
        ax : matplotlib Axes, default=None
            Axes to draw on. None: a new figure.

        Returns
        -------
        ParameterDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If the search, the parameter or `others` is invalid.
        """
        if others not in N_PLACES:
            raise ValueError(f"others must be 'best' or 'averaged', got {show(others)}.")
        found = read(search)
        scale = scale_of(found, parameter)
        grid, bands = np.empty(0), (np.empty(0),) * 3
        insight = insight or found.insight()
        if insight is not None:
            base = base_of(found, (parameter,))
            cut = slice_of(found, insight, (parameter,), (scale,), base, N_PLACES[others])
            grid = cut.places[0]
            if others == "best":
                bands = predicted(cut, lambda p: (insight.predict(p)[0], *insight.interval(p)))
            else:
                bands = predicted(
                    cut, lambda p: insight.average(with_others(insight, p, parameter))
                )
        mean, low, high = bands
        return cls(
            scale=scale,
            x=scale.positions(found.column(parameter)),
            scores=found.shown,
            status=found.status,
            grid=grid,
            mean=mean,
            low=low,
            high=high,
            taken=found.taken,
            model_name="predicted, others as in the best"
            if others == "best"
            else "predicted, averaged over the others",
            score_name=found.label,
        ).plot(ax=ax)

    def _draw(self, ax: Any) -> None:
        tidy(ax)
        self.scale.apply(ax, "x")
        ax.set_ylim(*axis_limits(np.concatenate([self.scores, self.mean])))
        x = self.x
        self.line_ = self.band_ = self.best_ = None
        is_list = self.scale.kind == "categories"
        if is_list:
            x = side_by_side(x)
        if self.grid.size:
            self._draw_categories(ax) if is_list else self._draw_curve(ax)
        self.points_ = draw_candidates(ax, x, self.scores, self.status)
        taken = self.taken
        if taken is not None:
            self.best_ = mark_best(ax, x[taken], self.scores[taken], 170)
        n_without = int(np.isnan(self.x).sum())
        if n_without:
            n = len(self.x)
            ax.set_title(
                f"{n - n_without} of {n} candidates have it", loc="right", fontsize="small"
            )
        ax.set_ylabel(plain(self.score_name))
        self.legend_ = legend(ax)

    def _draw_categories(self, ax: Any) -> None:
        """Draw what the model predicts of each category."""
        ends = np.abs(np.array([self.mean - self.low, self.high - self.mean]))
        self.line_ = ax.errorbar(
            self.grid,
            self.mean,
            None if np.isnan(ends).any() else ends,
            fmt="D",
            color=BLACK,
            markersize=5,
            capsize=4,
            linewidth=1.2,
            label=self.model_name,
            zorder=4,
            markerfacecolor="white",
        )

    def _draw_curve(self, ax: Any) -> None:
        """Draw what the model predicts over the range, and of other values beside it."""
        is_range = self.grid <= self.scale.high
        for part in (is_range, ~is_range):
            if not part.any():
                continue
            [line] = ax.plot(
                self.grid[part],
                self.mean[part],
                color=BLACK,
                linewidth=1.6,
                zorder=4,
                marker="D" if part[-1] and not part.all() else None,
                linestyle="-" if part is is_range else "none",
            )
            if np.isfinite(self.low[part]).any() and part is is_range:
                self.band_ = ax.fill_between(
                    self.grid[part],
                    self.low[part],
                    self.high[part],
                    color=GREY,
                    alpha=0.2,
                    linewidth=0,
                    label="90 % interval",
                )
            if self.line_ is None:
                self.line_ = line
                line.set_label(self.model_name)
