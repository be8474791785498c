"""What more candidates promise."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from skbayes.found import read
from skbayes.insight import CHANCE_WORDS
from skbayes.plotting.display import Display
from skbayes.plotting.style import BLUE, say, tidy

if TYPE_CHECKING:
    from skbayes.insight import Insight

__all__ = ["GainDisplay"]

Floats = NDArray[np.float64]

NUMBERS = (1, 2, 5, 10, 20)
NOTHING = "The gain of more candidates is not known: there are fewer than two scores."
# What was said came true give or take this, see docs/decisions/promises.md.
ACCURACY = 0.1
# Characters of a line above the picture.
MAX_LINE = 72


class GainDisplay(Display):
    """The probability that more candidates improve the best score.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    Parameters
    ----------
    n : ndarray of shape (n_numbers,)
        Numbers of additional candidates.
    probability : ndarray of shape (n_numbers,)
        Probability that the best score rises by more than `by`; NaN if it is not known.
    expected : ndarray of shape (n_numbers,)
        Mean rise, in units of the score.
    by : float
        The smallest rise that counts.
    said : str
        The answer for one of the numbers, as a sentence.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    line_ : matplotlib Line2D or None
        None if no probability is known.
    band_ : matplotlib PolyCollection or None
        Area from 0.1 below to 0.1 above the line, because the probabilities are not exact. None
        if fewer than two probabilities are known.
    text_ : matplotlib Text
        The sentence.
    """

    def __init__(
        self, n: Floats, probability: Floats, expected: Floats, by: float, said: str
    ) -> None:
        self.n = n
        self.probability = probability
        self.expected = expected
        self.by = by
        self.said = said

    @classmethod
    def from_search(
        cls,
        search: Any,
        *,
        n: Sequence[int] = NUMBERS,
        by: float | None = None,
        insight: Insight | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw whether more candidates would help.

        Parameters
        ----------
        search : object
            A fitted search, the path of a checkpoint, or an `Optimizer`.
        n : sequence of int, default=(1, 2, 5, 10, 20)
            Numbers of additional candidates.
        by : float or None, default=None
            The smallest gain that counts, in units of the score. None: `Insight.noise`. A smaller
            gain may be chance.
        insight : Insight or None, default=None
            Result of `search.insight()`. None: this method calls it.
        ax : matplotlib Axes, default=None
            Axes to draw on. None: a new figure.

        Returns
        -------
        GainDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If `search` or a number is invalid.
        """
        if not len(n):
            raise ValueError("n is empty: leave it out, or give numbers of candidates.")
        insight = insight or read(search).insight()
        if insight is None:
            nothing = np.empty(0)
            return cls(nothing, nothing, nothing, math.nan, NOTHING).plot(ax=ax)
        told = insight.improvements([int(each) for each in sorted(set(n))], by)
        # Of a space with few points left, larger numbers are all the same.
        different = {gain.n: gain for gain in told}
        gains = list(different.values())
        middle = min(gains, key=lambda gain: abs(gain.n - 10))
        return cls(
            np.array([gain.n for gain in gains], dtype=np.float64),
            np.array([gain.probability for gain in gains]),
            np.array([gain.expected for gain in gains]),
            gains[0].by,
            str(middle),
        ).plot(ax=ax)

    def _size(self) -> tuple[float, float]:
        return 6.4, 3.8

    def _draw(self, ax: Any) -> None:
        self.line_ = self.band_ = None
        is_known = np.isfinite(self.probability) & (self.n > 0)
        if not is_known.any():
            self.text_ = say(ax, self.said)
            return
        tidy(ax)
        n, chance = self.n[is_known], self.probability[is_known]
        low, high = (np.clip(chance + end, 0.0, 1.0) for end in (-ACCURACY, ACCURACY))
        if len(n) > 1:
            self.band_ = ax.fill_between(n, low, high, color=BLUE, alpha=0.15, linewidth=0)
        [self.line_] = ax.plot(n, chance, color=BLUE, marker="o", linewidth=1.8)
        start = 0.0
        for number, (end, words) in enumerate(CHANCE_WORDS):
            if number % 2 == 0:
                ax.axhspan(start, end, color="0.5", alpha=0.07, linewidth=0)
            ax.text(
                1.01,
                (start + end) / 2,
                words,
                transform=ax.get_yaxis_transform(),
                va="center",
                fontsize="small",
                color="0.35",
            )
            start = end
        ax.set_xscale("log" if n.max() >= 10 * n.min() else "linear")
        ax.set_xticks(n, [f"{number:.0f}" for number in n])
        ax.set_xticks([], minor=True)
        ax.set_ylim(0.0, 1.0)
        ax.set_yticks(
            np.linspace(0.0, 1.0, 6), [f"{100 * share:.0f} %" for share in np.linspace(0, 1, 6)]
        )
        gain = f"a gain above {self.by:.3g}" if self.by > 0 or math.isnan(self.by) else "any gain"
        ax.set(xlabel="more candidates", ylabel=f"probability of {gain}")
        sentences = textwrap.fill(self.said, MAX_LINE)
        self.text_ = ax.set_title(sentences, loc="left", fontsize="small")
