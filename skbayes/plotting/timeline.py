"""When each fold was evaluated, and how many at the same time."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skbayes.found import read
from skbayes.plotting.display import Display
from skbayes.plotting.style import GREY, MANY, MARKS, legend, tidy

__all__ = ["TimelineDisplay"]

Floats = NDArray[np.float64]

# Height of a bar, of the distance between two rows.
HEIGHT = 0.72
# Clocks of two processes may differ by this share of the whole time.
TOLERANCE = 1e-3
# Numbers are written on as many bars as have room for them.
MAX_NUMBERS = 80


class TimelineDisplay(Display):
    """A bar for each fold, from its start to its end.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    The search does not store which worker ran a fold. Each bar is in the first free row. So the
    number of rows is the number of folds that ran at the same time. A fold ends when the search
    gets its score. If folds are short, two bars may overlap although the folds ran one after the
    other.

    Parameters
    ----------
    begun, ended : ndarray of shape (n_bars,)
        Start and end of each fold, in seconds since the start of the search.
    rows : ndarray of shape (n_bars,)
        Row of each bar, from 0.
    candidates : ndarray of shape (n_bars,)
        Number of the candidate, from 1.
    status : sequence of str
        Status of the candidate of each bar.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    bars_ : dict of str to matplotlib PolyCollection
        Bars by status.
    legend_ : matplotlib Legend or None
    """

    def __init__(
        self,
        begun: Floats,
        ended: Floats,
        rows: NDArray[np.intp],
        candidates: NDArray[np.intp],
        status: Sequence[str],
    ) -> None:
        self.begun = begun
        self.ended = ended
        self.rows = rows
        self.candidates = candidates
        self.status = status

    @classmethod
    def from_search(cls, search: Any, *, ax: Any = None) -> Self:
        """Draw when each fold was evaluated.

        Parameters
        ----------
        search : object
            The path of a checkpoint, or a search that knows when its folds were evaluated.
        ax : matplotlib Axes, default=None
            Axes to draw on. None: a new figure.

        Returns
        -------
        TimelineDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If `search` is invalid, or times are not known.
        """
        found = read(search)
        candidates, folds = np.nonzero(np.isfinite(found.begun) & np.isfinite(found.ended))
        if not len(candidates):
            raise ValueError(
                f"{found.name} does not know when its folds were evaluated. Give a fitted search "
                "of skbayes, or the path of its checkpoint."
            )
        begun, ended = found.begun[candidates, folds], found.ended[candidates, folds]
        order = np.lexsort((candidates, ended, begun))
        begun, ended, candidates = begun[order], ended[order], candidates[order]
        return cls(
            begun,
            ended,
            rows_for(begun, ended),
            candidates + 1,
            [found.status[candidate] for candidate in candidates],
        ).plot(ax=ax)

    @property
    def busy(self) -> float:
        """Fraction of the time in which the rows have bars, from the first start to the end."""
        whole = float(self.ended.max() - self.begun.min()) * self._n_rows
        return float((self.ended - self.begun).sum()) / whole if whole > 0 else 1.0

    @property
    def _n_rows(self) -> int:
        return int(self.rows.max()) + 1

    def _size(self) -> tuple[float, float]:
        return 7.2, 1.5 + 0.4 * min(max(self._n_rows, 2), 16)

    def _draw(self, ax: Any) -> None:
        # matplotlib may only be imported where something is drawn.
        from matplotlib.collections import PolyCollection
        from matplotlib.colors import to_rgba

        tidy(ax)
        kinds = np.array(self.status, dtype=object)
        self.bars_ = {}
        is_many = len(kinds) > MANY
        for status, (_, color, _) in MARKS.items():
            chosen = np.flatnonzero(kinds == status)
            if not chosen.size:
                continue
            left, right = self.begun[chosen], self.ended[chosen]
            low = self.rows[chosen] + 1 - HEIGHT / 2
            corners = [
                np.stack([each, low + up], axis=1)
                for each, up in ((left, 0.0), (right, 0.0), (right, HEIGHT), (left, HEIGHT))
            ]
            is_odd = self.candidates[chosen] % 2 == 1
            shades = [to_rgba(color, 0.9 if odd else 0.55) for odd in is_odd.tolist()]
            self.bars_[status] = PolyCollection(
                list(np.stack(corners, axis=1)),
                facecolors=shades,
                edgecolors="white",
                linewidths=0.0 if is_many else 0.6,
                rasterized=is_many,
                zorder=2,
                label=f"{status} ({len(set(self.candidates[chosen].tolist()))})",
                hatch={"stopped": "///", "failed": "xxx"}.get(status),
            )
            ax.add_collection(self.bars_[status])
        first, last = min(0.0, float(self.begun.min())), float(self.ended.max())
        room = 0.01 * (last - first or 1.0)
        ax.set_xlim(first - room, last + room)
        ax.set_ylim(self._n_rows + 0.6, 0.4)
        ax.set(xlabel="seconds since the start", ylabel="folds at the same time")
        ax.yaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        ax.set_title(f"busy {100 * self.busy:.0f} % of the time", loc="right", fontsize="small")
        self._number(ax, last - first)
        self.legend_ = legend(ax)

    def _number(self, ax: Any, length: float) -> None:
        """Write the numbers of candidates on bars that are wide enough."""
        wide = np.flatnonzero(self.ended - self.begun > 0.035 * length)
        if wide.size > MAX_NUMBERS:
            return
        for bar in wide.tolist():
            ax.text(
                (self.begun[bar] + self.ended[bar]) / 2,
                self.rows[bar] + 1,
                str(self.candidates[bar]),
                ha="center",
                va="center",
                fontsize="x-small",
                color="white" if self.status[bar] != "cut off" else GREY,
                zorder=3,
                bbox={"facecolor": "0.2", "edgecolor": "none", "alpha": 0.55, "pad": 0.8},
            )


def rows_for(begun: Floats, ended: Floats) -> NDArray[np.intp]:
    """Return a row for each bar, the first one that is free, so that no two overlap.

    Parameters
    ----------
    begun : ndarray of shape (n,)
        Ascending.
    ended : ndarray of shape (n,)
    """
    if not len(begun):
        return np.empty(0, dtype=np.intp)
    slack = TOLERANCE * float(ended.max() - begun.min())
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    rows = np.empty(len(begun), dtype=np.intp)
    for bar, (start, end) in enumerate(zip(begun.tolist(), ended.tolist(), strict=True)):
        while busy and busy[0][0] <= start + slack:
            heapq.heappush(free, heapq.heappop(busy)[1])
        row = heapq.heappop(free) if free else len(busy)
        heapq.heappush(busy, (end, row))
        rows[bar] = row
    return rows
