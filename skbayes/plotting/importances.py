"""How much each parameter matters, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from skbayes.found import read
from skbayes.plotting.display import Display
from skbayes.plotting.style import BLUE, ORANGE, legend, plain_names, say, tidy

if TYPE_CHECKING:
    from skbayes.insight import Insight

__all__ = ["ImportancesDisplay"]

Floats = NDArray[np.float64]

# More rows than this do not fit on a page.
MAX_ROWS = 20
# Letters of a name that leave room for the line below the axis.
MAX_BESIDE = 20
NOTHING = "It is not known which parameters matter: too few scores, or one value of each parameter."


class ImportancesDisplay(Display):
    """The share of the variance of the score that each parameter explains.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    Parameters
    ----------
    names : sequence of str
        Names of the parameters, with the most important parameter first.
    total : ndarray of shape (n_parameters,)
        Share of each parameter including its interactions.
    total_interval : ndarray of shape (n_parameters, 2)
        90 % intervals of these shares.
    alone : ndarray of shape (n_parameters,)
        Share of each parameter without interactions.
    alone_interval : ndarray of shape (n_parameters, 2)
        90 % intervals of these shares.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    total_, alone_ : matplotlib ErrorbarContainer or None
        None if no importance is known.
    legend_ : matplotlib Legend or None
        None if no importance is known.
    """

    def __init__(
        self,
        names: Sequence[str],
        total: Floats,
        total_interval: Floats,
        alone: Floats,
        alone_interval: Floats,
    ) -> None:
        self.names = names
        self.total = total
        self.total_interval = total_interval
        self.alone = alone
        self.alone_interval = alone_interval

    @classmethod
    def from_search(cls, search: Any, *, insight: Insight | None = None, ax: Any = None) -> Self:
        """Draw which parameters matter.

        Parameters
        ----------
        search : object
            A fitted search, the path of a checkpoint, or an `Optimizer`.
        insight : Insight or None, default=None
            Result of `search.insight()`. None: this method calls it.
        ax : matplotlib Axes, default=None
            Axes to draw on. None: a new figure.

        Returns
        -------
        ImportancesDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If `search` is invalid.
        """
        insight = insight or read(search).insight()
        importances = () if insight is None else tuple(insight.importances())
        return cls(
            [each.name for each in importances],
            np.array([each.total for each in importances]),
            np.array([each.total_interval for each in importances]).reshape(-1, 2),
            np.array([each.alone for each in importances]),
            np.array([each.alone_interval for each in importances]).reshape(-1, 2),
        ).plot(ax=ax)

    @property
    def _n_rows(self) -> int:
        return min(len(self.names), MAX_ROWS)

    def _size(self) -> tuple[float, float]:
        return 6.4, 1.7 + 0.36 * max(self._n_rows, 2)

    def _draw(self, ax: Any) -> None:
        n = self._n_rows
        self.total_ = self.alone_ = self.legend_ = None
        if not n:
            say(ax, NOTHING)
            return
        tidy(ax)
        rows = np.arange(n, dtype=np.float64)

        def draw(y: Floats, middle: Floats, ends: Floats, **looks: Any) -> Any:
            widths = np.abs(np.array([middle - ends[:, 0], ends[:, 1] - middle]))
            return ax.errorbar(middle, y, xerr=widths, linestyle="none", capsize=3, **looks)

        self.total_ = draw(
            rows - 0.14,
            self.total[:n],
            self.total_interval[:n],
            marker="o",
            color=BLUE,
            markersize=7,
            elinewidth=1.8,
            label="total",
        )
        self.alone_ = draw(
            rows + 0.14,
            self.alone[:n],
            self.alone_interval[:n],
            marker="D",
            color=ORANGE,
            markersize=5,
            markerfacecolor="white",
            elinewidth=1.2,
            label="alone",
        )
        names = plain_names(self.names[:n])
        ax.set_yticks(rows, names)
        # Long names leave the axis no room for the whole line.
        gap = " " if max(map(len, names)) <= MAX_BESIDE else "\n"
        ax.set(
            xlim=(-0.02, 1.02),
            xlabel=f"share of the variance of the score,{gap}with a 90 % interval",
        )
        ax.set_ylim(max(n, 1) - 0.5, -0.5)
        ax.grid(False, axis="y")
        if len(self.names) > n:
            ax.set_title(
                f"{len(self.names) - n} less important ones are left out",
                loc="right",
                fontsize="small",
            )
        self.legend_ = legend(ax)
