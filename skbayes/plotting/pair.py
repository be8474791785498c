"""The predicted score over two parameters, with the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from skbayes.found import read
from skbayes.plotting.display import Display
from skbayes.plotting.scales import Scale, scale_of
from skbayes.plotting.slices import base_of, predicted, slice_of
from skbayes.plotting.style import (
    BLACK,
    MANY,
    MAP,
    MARKS,
    axis_limits,
    legend,
    mark_best,
    plain,
    side_by_side,
)

if TYPE_CHECKING:
    from skbayes.insight import Insight

__all__ = ["PairDisplay"]

Floats = NDArray[np.float64]

# Places along each of two ranges.
N_PLACES = 32
# Contours that a reader can follow.
N_LEVELS = 12
LEAST = 1e200
# Width of the cell of a single number, as a share of the axis.
WIDTH = 0.1


class PairDisplay(Display):
    """The predicted score over two parameters, with the candidates.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    Parameters
    ----------
    scales : tuple of Scale
        Axes of the two parameters.
    x, y, scores : ndarray of shape (n_candidates,)
        Values of the candidates on these axes, and their scores. NaN for a candidate without the
        parameter, and for the score of a failure.
    status : sequence of str
        Status of each candidate: "complete", "stopped", "failed" or "cut off".
    grid_x : ndarray of shape (n_x,)
        Values of x for which the model predicts a score.
    grid_y : ndarray of shape (n_y,)
        Values of y for which the model predicts a score.
    mean : ndarray of shape (n_y, n_x)
        Predicted scores. Without a model, the array has no columns.
    taken : int or None, default=None
        Row of the best candidate.
    score_name : str, default="score"
        Label of the colours.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    surface_ : matplotlib ContourSet or QuadMesh, or None
    colorbar_ : matplotlib Colorbar or None
    points_ : dict of str to matplotlib PathCollection
        Candidates by status.
    best_ : matplotlib PathCollection or None
        The best candidate.
    legend_ : matplotlib Legend or None
    """

    def __init__(
        self,
        *,
        scales: tuple[Scale, Scale],
        x: Floats,
        y: Floats,
        scores: Floats,
        status: Sequence[str],
        grid_x: Floats,
        grid_y: Floats,
        mean: Floats,
        taken: int | None = None,
        score_name: str = "score",
    ) -> None:
        self.scales = scales
        self.x = x
        self.y = y
        self.scores = scores
        self.status = status
        self.grid_x = grid_x
        self.grid_y = grid_y
        self.mean = mean
        self.taken = taken
        self.score_name = score_name

    @classmethod
    def from_search(
        cls,
        search: Any,
        x: str,
        y: str,
        *,
        insight: Insight | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw the predicted score over two parameters.

        All other parameters have the values of the best candidate.

        Parameters
        ----------
        search : object
            A fitted search, the path of a checkpoint, or an `Optimizer`.
        x, y : str
            Names of the parameters.
        insight : Insight or None, default=None
            Result of `search.insight()`. None: this method calls it.
        ax : matplotlib Axes, default=None
            Axes to draw on. None: a new figure.

        Returns
        -------
        PairDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If the search or a parameter is invalid, both parameters are the same, or no candidate
            has both.
        """
        if x == y:
            raise ValueError(f"x and y must be two parameters, got {x!r} twice.")
        found = read(search)
        scales = scale_of(found, x), scale_of(found, y)
        insight = insight or found.insight()
        grid_x, grid_y, mean = np.empty(0), np.empty(0), np.empty((0, 0))
        if insight is not None:
            base = base_of(found, (x, y))
            cut = slice_of(found, insight, (x, y), scales, base, N_PLACES)
            grid_x, grid_y = cut.places
            [mean] = predicted(cut, lambda p: (insight.predict(p)[0],))
            mean = mean.reshape(len(grid_x), len(grid_y)).T
        return cls(
            scales=scales,
            x=scales[0].positions(found.column(x)),
            y=scales[1].positions(found.column(y)),
            scores=found.shown,
            status=found.status,
            grid_x=grid_x,
            grid_y=grid_y,
            mean=mean,
            taken=found.taken,
            score_name=found.label,
        ).plot(ax=ax)

    def _size(self) -> tuple[float, float]:
        return 6.4, 4.8

    def _draw(self, ax: Any) -> None:
        for scale, which in zip(self.scales, "xy", strict=True):
            scale.apply(ax, which)
        low, high = axis_limits(np.concatenate([self.scores, self.mean.ravel()]))
        self.surface_ = self.colorbar_ = self.best_ = None
        is_list = [scale.kind == "categories" for scale in self.scales]
        if np.isfinite(self.mean).any():
            self.surface_ = self._draw_surface(ax, low, high, is_list)
            self.colorbar_ = self.figure_.colorbar(
                self.surface_, ax=ax, label=f"predicted {plain(self.score_name)}"
            )
            self.colorbar_.ax.minorticks_off()
        x, y = self._apart(is_list)
        kinds = np.array(self.status, dtype=object)
        self.points_ = {}
        is_many = len(x) > MANY
        for name, (mark, _, is_filled) in MARKS.items():
            rows = (kinds == name) & np.isfinite(x) & np.isfinite(y)
            if not rows.any():
                continue
            looks = (
                {"c": "white"}
                if mark == "x"
                else {"facecolors": "white" if is_filled else "none", "edgecolors": BLACK}
            )
            if mark == "x":
                # White on black is seen on every colour.
                ax.scatter(x[rows], y[rows], s=34, marker=mark, c=BLACK, linewidths=2.6, zorder=3)
            self.points_[name] = ax.scatter(
                x[rows],
                y[rows],
                s=6 if is_many else 24,
                marker=mark,
                linewidths=1.0,
                zorder=3,
                label=f"{name} ({int(rows.sum())})",
                rasterized=is_many,
                **looks,
            )
        taken = self.taken
        if taken is not None:
            self.best_ = mark_best(ax, x[taken], y[taken], 190)
        self.legend_ = legend(ax)
        if self.legend_ is not None:
            self._shade_white_marks()

    def _draw_surface(self, ax: Any, low: float, high: float, is_list: list[bool]) -> Any:
        mean = np.clip(self.mean, low, high)
        if any(is_list) or min(mean.shape) < 2 or np.isnan(mean).any():
            return ax.pcolormesh(
                _edges(self.scales[0], self.grid_x, ax.get_xlim()),
                _edges(self.scales[1], self.grid_y, ax.get_ylim()),
                mean,
                cmap=MAP,
                vmin=low,
                vmax=high,
                rasterized=True,
                alpha=0.9,
            )
        from matplotlib.ticker import MaxNLocator

        levels = MaxNLocator(N_LEVELS).tick_values(low, high)
        ax.contour(
            self.grid_x,
            self.grid_y,
            mean,
            levels=levels,
            colors="white",
            linewidths=0.5,
            linestyles="solid",
            alpha=0.7,
        )
        # matplotlib takes -1e250 for the end of all that lies below.
        is_cut = float(np.nanmin(self.mean)) < low and levels[0] > -LEAST
        return ax.contourf(
            self.grid_x,
            self.grid_y,
            mean,
            levels=levels,
            cmap=MAP,
            extend="min" if is_cut else "neither",
        )

    def _apart(self, is_list: Sequence[bool]) -> tuple[Floats, Floats]:
        """Return places of the marks, of which none hides the others of its category."""
        x = side_by_side(self.x) if is_list[0] else self.x
        return x, side_by_side(self.y, other=True) if is_list[1] else self.y

    def _shade_white_marks(self) -> None:
        """Give marks that are white an edge that is seen on white paper."""
        for handle in self.legend_.legend_handles:
            if hasattr(handle, "set_edgecolor"):
                handle.set_edgecolor(BLACK)


def _edges(scale: Scale, places: Floats, limits: Sequence[float]) -> Floats:
    """Return the edges of the cells around places on an axis with some limits.

    matplotlib finds them for several places only: the cell of a single one would have no width.
    """
    if len(places) > 1:
        middle = (places[1:] + places[:-1]) / 2
        first, last = 2 * places[0] - middle[0], 2 * places[-1] - middle[-1]
        return np.concatenate([[first], middle, [last]])
    if scale.kind == "categories":
        return np.array([places[0] - 0.5, places[0] + 0.5])
    low, high = scale.forward(np.array(limits))
    return scale.backward(scale.forward(places[0]) + WIDTH / 2 * (high - low) * np.array([-1, 1]))
