"""All parameters of all candidates, each on its own axis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skbayes.found import Found, read
from skbayes.plotting.display import Display
from skbayes.plotting.scales import Scale, scale_of
from skbayes.plotting.style import GREY, MANY, MAP, RED, axis_limits, plain, plain_names, spread
from skbayes.space import show

__all__ = ["ParallelCoordinatesDisplay"]

Floats = NDArray[np.float64]

# Where a candidate without a parameter goes through its axis, as a share of it: below the end.
ABSENT_AT = -0.12
# Lines of one category are apart, on either side by so much of the distance to the next one.
SPREAD = 0.3
# Inches of a letter, and the share of the width that the axes have, beside the colours.
LETTER, SHARE = 0.09, 0.8
MAX_TICKS = 7


class ParallelCoordinatesDisplay(Display):
    """A line for each candidate, through one axis for each parameter.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    Parameters
    ----------
    scales : sequence of Scale
        One axis for each parameter.
    values : ndarray of shape (n_candidates, n_parameters)
        Positions of the values on the axes, between 0 and 1. NaN if a candidate does not have the
        parameter.
    scores : ndarray of shape (n_candidates,)
        Scores; NaN for a failure.
    taken : int or None, default=None
        Row of the best candidate.
    score_name : str, default="score"
        Label of the colours.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : matplotlib LineCollection
        Candidates with a score, the best candidate last.
    failed_ : matplotlib LineCollection
        Candidates without a score.
    best_ : matplotlib Line2D or None
        The best candidate.
    colorbar_ : matplotlib Colorbar or None
        None if no candidate has a score.
    """

    def __init__(
        self,
        scales: Sequence[Scale],
        values: Floats,
        scores: Floats,
        *,
        taken: int | None = None,
        score_name: str = "score",
    ) -> None:
        self.scales = scales
        self.values = values
        self.scores = scores
        self.taken = taken
        self.score_name = score_name

    @classmethod
    def from_search(
        cls, search: Any, *, parameters: Sequence[str] | None = None, ax: Any = None
    ) -> Self:
        """Draw all parameters of all candidates.

        Parameters
        ----------
        search : object
            A fitted search, the path of a checkpoint, or an `Optimizer`.
        parameters : sequence of str or None, default=None
            Names of the axes, from left to right. None: all parameters with more than one value.
        ax : matplotlib Axes, default=None
            Axes to draw on. None: a new figure.

        Returns
        -------
        ParallelCoordinatesDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If the search or a parameter is invalid.
        """
        found = read(search)
        if isinstance(parameters, str):
            raise TypeError(f"parameters must be a list of names, got {show(parameters)}.")
        names = _names(found) if parameters is None else list(parameters)
        if not names:
            raise ValueError("parameters is empty: leave it out, or give names of parameters.")
        scales = [scale_of(found, name) for name in names]
        columns = [s.unit(s.positions(found.column(s.name))) for s in scales]
        return cls(
            scales,
            np.array(columns).T,
            found.shown,
            taken=found.taken,
            score_name=found.label,
        ).plot(ax=ax)

    def _size(self) -> tuple[float, float]:
        return max(6.4, 1.5 * len(self.scales) + 1.6), 4.2

    def _draw(self, ax: Any) -> None:
        n_axes = len(self.scales)
        # matplotlib may only be imported where something is drawn.
        from matplotlib.collections import LineCollection

        x = np.arange(n_axes, dtype=np.float64)
        y = self._heights()
        lines = np.stack([np.broadcast_to(x, y.shape), y], axis=2)
        if n_axes == 1:
            # A line needs two ends.
            ends = np.array([-0.15, 0.15])
            lines = np.stack([np.broadcast_to(ends, (len(y), 2)), np.repeat(y, 2, axis=1)], axis=2)
        is_known = np.isfinite(self.scores)
        is_many = len(y) > MANY
        alpha = float(np.clip(60.0 / max(len(y), 1), 0.12, 0.85))
        low, high = axis_limits(self.scores)
        order = np.argsort(np.where(is_known, self.scores, -np.inf), kind="stable")
        order = order[is_known[order]]
        self.failed_ = LineCollection(
            list(lines[~is_known]),
            colors=GREY,
            linestyles="dotted",
            linewidths=1.0,
            alpha=0.8,
            rasterized=is_many,
            zorder=1,
        )
        self.lines_ = LineCollection(
            list(lines[order]),
            cmap=MAP,
            linewidths=1.2 if not is_many else 0.6,
            alpha=alpha,
            rasterized=is_many,
            zorder=2,
        )
        self.lines_.set_array(np.clip(self.scores[order], low, high))
        self.lines_.set_clim(low, high)
        ax.add_collection(self.failed_)
        ax.add_collection(self.lines_)
        self.best_ = None
        if self.taken is not None:
            [self.best_] = ax.plot(
                *lines[self.taken].T,
                color=RED,
                linewidth=2.4,
                marker="o",
                markersize=5,
                zorder=4,
                label="best",
            )
        self._draw_axes(ax)
        self.colorbar_ = None
        if is_known.any():
            self.colorbar_ = self.figure_.colorbar(
                self.lines_, ax=ax, label=plain(self.score_name), pad=0.02
            )
            self.colorbar_.solids.set_alpha(1.0)
            self._note(self.colorbar_, low, high)
        n_failed = int((~is_known).sum())
        if n_failed:
            ax.set_title(f"dotted: {n_failed} without a score", loc="right", fontsize="small")

    def _heights(self) -> Floats:
        """Return where lines cross the axes, with those of one category side by side."""
        y = np.where(np.isnan(self.values), ABSENT_AT, self.values)
        for column, scale in enumerate(self.scales):
            n = len(scale.others)
            if scale.kind != "categories" or n < 2:
                continue
            apart = SPREAD / n * spread(len(y))
            y[:, column] += np.where(np.isnan(self.values[:, column]), 0.0, apart)
        return y

    def _draw_axes(self, ax: Any) -> None:
        for side in ("top", "right", "bottom", "left"):
            ax.spines[side].set_visible(False)
        has_absent = bool(np.isnan(self.values).any())
        ax.set(ylim=(ABSENT_AT - 0.08 if has_absent else -0.08, 1.08), yticks=[])
        ax.set_xlim(-0.25, len(self.scales) - 1 + 0.55)
        white = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8}
        for place, scale in enumerate(self.scales):
            ax.plot([place, place], [-0.03, 1.03], color="0.2", linewidth=1.0, zorder=3)
            places, texts = scale.ticks(MAX_TICKS)
            for height, text in zip(scale.unit(places).tolist(), texts, strict=True):
                ax.plot([place - 0.02, place], [height] * 2, color="0.2", linewidth=1.0, zorder=3)
                ax.text(
                    place + 0.03,
                    height,
                    plain(text),
                    fontsize="small",
                    va="center",
                    bbox=white,
                    zorder=5,
                )
            if np.isnan(self.values[:, place]).any():
                ax.text(
                    place + 0.03,
                    ABSENT_AT,
                    "not set",
                    fontsize="small",
                    va="center",
                    bbox=white,
                    style="italic",
                    zorder=5,
                )
        names = plain_names([scale.name for scale in self.scales])
        # Names that would run into their neighbours are turned.
        room = SHARE * self._size()[0] / max(len(names) - 0.2, 1.0)
        is_long = any(LETTER * (len(one) + len(other)) / 2 > room for one, other in pairwise(names))
        ax.set_xticks(range(len(names)), names, rotation=25 if is_long else 0)
        if is_long:
            for label in ax.get_xticklabels():
                label.set(ha="right", rotation_mode="anchor")
        ax.tick_params(axis="x", length=0)

    def _note(self, colorbar: Any, low: float, high: float) -> None:
        """Mark the score of the best at the colours."""
        taken = self.taken
        if taken is not None and np.isfinite(self.scores[taken]) and high > low:
            score = float(np.clip(self.scores[taken], low, high))
            colorbar.ax.axhline(score, color=RED, linewidth=2.4)


def _names(found: Found) -> list[str]:
    """Return the parameters that vary, those of all candidates first."""
    n_having = {name: sum(name in params for params in found.params) for name in found.names}
    names = [name for name in found.names if n_having[name]]
    constant = {name for params in found.params for name in params}
    return sorted(names, key=lambda name: -n_having[name]) or sorted(constant)
