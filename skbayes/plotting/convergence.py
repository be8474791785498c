"""Each candidate with the best so far, of one search or of several."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skbayes.found import Found, best_so_far, read_several
from skbayes.plotting.display import Display
from skbayes.plotting.style import (
    BLACK,
    BLUE,
    COLORS,
    LINES,
    axis_limits,
    draw_candidates,
    legend,
    plain,
    tidy,
)
from skbayes.space import show
from skbayes.tables import warn_of_different_metrics

__all__ = ["ConvergenceDisplay", "Curve"]

Floats = NDArray[np.float64]

X_LABELS = {
    "candidates": "candidates",
    "seconds": "seconds since the start",
    "cost": "seconds of fitting and scoring",
}
# Of repetitions, as many places as a screen can show.
N_PLACES = 400
QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The best score so far of a search, or of several searches that repeat each other.

    Attributes
    ----------
    name : str
        Name of the search or searches.
    x : ndarray of shape (n,)
        Positions on the x axis, in ascending order.
    best : ndarray of shape (n,)
        Best score so far; for repeated searches, the median. NaN before the first score.
    low, high : ndarray of shape (n,)
        Best score minus and plus the standard error of the mean over the folds. For repeated
        searches, the first and the third quartile.
    n_searches : int
        Number of searches.
    """

    name: str
    x: Floats
    best: Floats
    low: Floats
    high: Floats
    n_searches: int = 1


class ConvergenceDisplay(Display):
    """The score of each candidate, and the best score so far.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    Parameters
    ----------
    curves : sequence of Curve
        One for each search, or for each name.
    x, scores : ndarray of shape (n_candidates,), default=None
        Positions of the candidates of a single search on the x axis, and their scores. The score of
        a stopped candidate is the mean over the folds that were run. NaN for a failure. None for
        several searches.
    status : sequence of str, default=()
        Status of each candidate: "complete", "stopped", "failed" or "cut off".
    x_name : str, default="candidates"
        Label of the x axis.
    score_name : str, default="score"
        Label of the y axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        Best score so far, one line for each curve.
    bands_ : list of matplotlib PolyCollection
        For a single search, the standard errors. For repeated searches, the quartiles.
    points_ : dict of str to matplotlib PathCollection
        Candidates by status.
    legend_ : matplotlib Legend or None

    Examples
    --------
    >>> from skbayes import Optimizer
    >>> from skbayes.plotting import ConvergenceDisplay
    >>> optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    >>> for _ in range(5):
    ...     params = optimizer.ask()
    ...     optimizer.tell(params, params["x"])
    >>> display = ConvergenceDisplay.from_search(optimizer)  # doctest: +SKIP
    >>> display.curves[0].best  # doctest: +SKIP
    """

    def __init__(
        self,
        curves: Sequence[Curve],
        *,
        x: Floats | None = None,
        scores: Floats | None = None,
        status: Sequence[str] = (),
        x_name: str = "candidates",
        score_name: str = "score",
    ) -> None:
        self.curves = curves
        self.x = x
        self.scores = scores
        self.status = status
        self.x_name = x_name
        self.score_name = score_name

    @classmethod
    def from_search(cls, search: Any, *, x: str = "candidates", ax: Any = None) -> Self:
        """Draw how the best score of a search has risen.

        Parameters
        ----------
        search : object, or list or dict of objects
            A fitted search, the path of a checkpoint or an `Optimizer`. A list, or a dict of names
            and searches, compares several searches. Instead of one search, a name may have a list
            of searches that repeat each other. Then the line is the median of these searches, and
            the band goes from the first to the third quartile.
        x : {"candidates", "seconds", "cost"}, default="candidates"
            The x axis. "candidates": number of candidates. "seconds": seconds since the start of
            the search. "cost": seconds of fitting and scoring, summed over all workers. For an
            `Optimizer`, the sum of the costs that were told.
        ax : matplotlib Axes, default=None
            Axes to draw on. None: a new figure.

        Returns
        -------
        ConvergenceDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If `search` or `x` is invalid, or times are not known.

        Warns
        -----
        UserWarning
            Once, if several searches have different metrics.
        """
        if x not in X_LABELS:
            raise ValueError(f"x must be one of {[*X_LABELS]}, got {show(x)}.")
        groups = read_several(search)
        curves = [_curve(name, group, x) for name, group in groups.items()]
        first = next(iter(groups.values()))[0]
        single = len(curves) == 1 and curves[0].n_searches == 1
        return cls(
            curves,
            x=_places(first, x) if single else None,
            scores=first.shown if single else None,
            status=first.status if single else (),
            x_name=X_LABELS[x],
            score_name=_label(groups),
        ).plot(ax=ax)

    def _draw(self, ax: Any) -> None:
        tidy(ax)
        is_single = len(self.curves) == 1
        known = [] if self.scores is None else [self.scores]
        known += [curve.best for curve in self.curves]
        # The last error is that of the best, which is to be seen whole.
        known += [np.array([c.low[-1], c.high[-1]]) for c in self.curves if is_single and len(c.x)]
        ax.set_ylim(*axis_limits(np.concatenate(known)))
        if not np.isfinite(np.concatenate(known)).any():
            ax.set_yticks([])
        self.points_, self.lines_, self.bands_ = {}, [], []
        if self.x is not None and self.scores is not None:
            self.points_ = draw_candidates(ax, self.x, self.scores, self.status)
        for number, curve in enumerate(self.curves):
            color = COLORS[number % len(COLORS)]
            if is_single and self.x is not None:
                color = BLACK
            label = "best so far" if is_single else plain(curve.name)
            if curve.n_searches > 1:
                label = f"{plain(curve.name)} (median of {curve.n_searches})"
            # matplotlib leaves labels out of a legend that begin so.
            label = f" {label}" if label.startswith("_") else label
            [line] = ax.plot(
                curve.x,
                curve.best,
                color=color,
                linestyle=LINES[number % len(LINES)],
                linewidth=1.8,
                drawstyle="steps-post",
                label=label,
                zorder=4,
            )
            shade = BLUE if color == BLACK else color
            self.lines_.append(line)
            # The errors of several searches, which have the same folds, would hide each other.
            if not (is_single or curve.n_searches > 1) or not np.isfinite(curve.high).any():
                continue
            band = ax.fill_between(
                curve.x, curve.low, curve.high, step="post", color=shade, alpha=0.18, linewidth=0
            )
            if curve.n_searches == 1:
                band.set_label("standard error over the folds")
            self.bands_.append(band)
        ax.set(xlabel=self.x_name, ylabel=plain(self.score_name))
        if self.x_name == X_LABELS["candidates"]:
            ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
            ax.set_xlim(0.0, max(c.x[-1] for c in self.curves if len(c.x)) + 1.0)
        else:
            ax.set_xlim(left=0.0)
        self.legend_ = legend(ax)


def _label(groups: Mapping[str, Sequence[Found]]) -> str:
    """Return what stands at the axis of the scores of all searches; warn if they differ."""
    every = [(name, found) for name, group in groups.items() for found in group]
    metrics = [(name, found.metric, found.measure) for name, found in every]
    are_different = warn_of_different_metrics("ConvergenceDisplay.from_search", metrics)
    first = every[0][1]
    shown = replace(first, metric="score") if are_different else first
    has_same_folds = all(found.n_folds == first.n_folds for _, found in every)
    return shown.label if has_same_folds else shown.metric


def _places(found: Found, x: str) -> Floats:
    """Return where the candidates stand on the x axis."""
    if x == "candidates":
        return np.arange(1.0, len(found) + 1.0)
    if x == "cost":
        if not np.isfinite(found.cost).any():
            raise ValueError(
                f"x='cost': {found.name} does not know what its evaluations cost. Give "
                "Optimizer.tell a cost, or draw x='candidates'."
            )
        return np.asarray(np.nancumsum(found.cost))
    finished = found.finished
    if not np.isfinite(finished).any():
        raise ValueError(
            f"x='seconds': {found.name} does not know when its candidates were evaluated. Give the "
            "path of its checkpoint, if it has one, or draw x='cost' or x='candidates'."
        )
    return finished


def _curve(name: str, group: Sequence[Found], x: str) -> Curve:
    """Return the curve of one search, or of repetitions."""
    single = [_one(name, found, x) for found in group]
    if len(single) == 1:
        return single[0]
    if x == "candidates":
        places = np.arange(1.0, max(curve.x[-1] for curve in single) + 1.0)
    else:
        places = np.linspace(0.0, max(curve.x[-1] for curve in single), N_PLACES)
    # A search that has ended keeps its best.
    rows = [np.searchsorted(curve.x, places, side="right") - 1 for curve in single]
    best = np.array(
        [np.where(row < 0, math.nan, c.best[row]) for c, row in zip(single, rows, strict=True)]
    )
    is_known = np.isfinite(best).all(axis=0)
    low, median, high = np.full((3, len(places)), math.nan)
    low[is_known], median[is_known], high[is_known] = np.quantile(
        best[:, is_known], QUARTILES, axis=0
    )
    return Curve(name, places, median, low, high, len(single))


def _one(name: str, found: Found, x: str) -> Curve:
    places = _places(found, x)
    order = np.argsort(places, kind="stable")
    order = order[np.isfinite(places[order])]
    rows = best_so_far(found.scores[order])
    best, error = (
        np.where(rows < 0, math.nan, values[order][rows]) for values in (found.scores, found.errors)
    )
    return Curve(name, places[order], best, best - error, best + error)
