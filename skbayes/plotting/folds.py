"""What was measured of each candidate: the scores of its folds, and those that were spared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skbayes.found import read
from skbayes.plotting.display import Display
from skbayes.plotting.style import MANY, MAP, RED, axis_limits, plain
from skbayes.space import show

__all__ = ["FoldsDisplay"]

Floats = NDArray[np.float64]

ORDERS = ("tried", "score")


class FoldsDisplay(Display):
    """The score of each candidate on each fold.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    Parameters
    ----------
    folds : ndarray of shape (n_candidates, n_folds)
        Scores; NaN for a fold that was not run or failed.
    was_run : ndarray of shape (n_candidates, n_folds)
        Whether a fold was run, including folds that failed.
    order : sequence of int
        Number of each candidate, from 1, in the order in which candidates were tried.
    order_name : str, default="candidates, in the order tried"
        Label of the x axis.
    score_name : str, default="score"
        Label of the colours.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    image_ : matplotlib AxesImage
    failed_ : matplotlib PathCollection or None
        Folds that failed.
    colorbar_ : matplotlib Colorbar
    """

    def __init__(
        self,
        folds: Floats,
        was_run: NDArray[np.bool_],
        order: Sequence[int],
        *,
        order_name: str = "candidates, in the order tried",
        score_name: str = "score",
    ) -> None:
        self.folds = folds
        self.was_run = was_run
        self.order = order
        self.order_name = order_name
        self.score_name = score_name

    @classmethod
    def from_search(cls, search: Any, *, order: str = "tried", ax: Any = None) -> Self:
        """Draw which folds of each candidate were run, and their scores.

        Parameters
        ----------
        search : object
            A fitted search, the path of a checkpoint, or an `Optimizer` with scores by fold.
        order : {"tried", "score"}, default="tried"
            Order of the candidates, from left to right. "tried": as they were tried. "score": the
            best candidate first, and candidates without a score last.
        ax : matplotlib Axes, default=None
            Axes to draw on. None: a new figure.

        Returns
        -------
        FoldsDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If `search` or `order` is invalid, or folds are not known.
        """
        if order not in ORDERS:
            raise ValueError(f"order must be 'tried' or 'score', got {show(order)}.")
        found = read(search)
        if not found.n_folds:
            raise ValueError(
                f"{found.name} has only mean scores, and no scores of folds. In a loop of your "
                "own, call tell(params, folds=[...])."
            )
        rows = np.arange(len(found))
        if order == "score":
            rows = np.argsort(
                -np.where(np.isnan(found.scores), -np.inf, found.scores), kind="stable"
            )
        names = {
            "tried": "candidates, in the order tried",
            "score": "rank of the candidate, the best first",
        }
        return cls(
            found.folds[rows],
            found.was_run[rows],
            (rows + 1).tolist(),
            order_name=names[order],
            score_name=found.metric,
        ).plot(ax=ax)

    def _size(self) -> tuple[float, float]:
        return 7.2, 1.6 + 0.32 * min(max(self.folds.shape[1], 2), 12)

    def _draw(self, ax: Any) -> None:
        n, n_folds = self.folds.shape
        low, high = axis_limits(self.folds)
        cells = np.ma.masked_invalid(np.clip(self.folds.T, low, high))
        self.image_ = ax.imshow(
            cells,
            cmap=MAP,
            vmin=low,
            vmax=high,
            aspect="auto",
            interpolation="nearest",
            extent=(0.5, n + 0.5, n_folds + 0.5, 0.5),
        )
        # What was not run is no score: also in grey it looks like none.
        ax.patch.set(facecolor="white", edgecolor="0.75", hatch="////")
        has_failed = self.was_run & np.isnan(self.folds)
        self.failed_ = None
        if has_failed.any():
            rows, columns = np.nonzero(has_failed)
            self.failed_ = ax.scatter(
                rows + 1,
                columns + 1,
                marker="x",
                c=RED,
                s=22 if n <= MANY else 4,
                linewidths=1.2,
                rasterized=n > MANY,
                label="failed",
            )
        ax.set(xlabel=self.order_name, ylabel="fold")
        ax.yaxis.get_major_locator().set_params(integer=True)
        ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        if n_folds <= 12:
            ax.set_yticks(range(1, n_folds + 1))
        if n <= 60 and n > 1:
            ax.set_xticks(np.arange(0.5, n + 1), minor=True)
            ax.set_yticks(np.arange(0.5, n_folds + 1), minor=True)
            ax.grid(which="minor", color="white", linewidth=0.8)
            ax.tick_params(which="minor", length=0)
        self.colorbar_ = self.figure_.colorbar(
            self.image_, ax=ax, label=plain(self.score_name), pad=0.02
        )
        n_spared = int((~self.was_run).sum())
        said = [f"{n_spared} of {n * n_folds} folds were not run (hatched)"] if n_spared else []
        said += [f"{int(has_failed.sum())} failed (x)"] if has_failed.any() else []
        if said:
            ax.set_title(", ".join(said), loc="right", fontsize="small")
