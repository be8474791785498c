"""How all pictures look: colours and marks that are told apart by everybody, and in grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "COLORS",
    "LINES",
    "MARKS",
    "axes_for",
    "axis_limits",
    "draw_candidates",
    "legend",
    "mark_best",
    "plain",
    "plain_names",
    "say",
    "side_by_side",
    "spread",
    "tidy",
]

Floats = NDArray[np.float64]

# Okabe and Ito (2008), Color universal design: told apart by the colour-blind; black comes last.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY, BLACK = "#CC79A7", "#56B4E9", "#767676", "#000000"
COLORS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK)
# Where there is no colour, lines differ by their dashes.
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)), (0, (1, 1)))
# Dark for low scores, light for high ones, also in grey.
MAP = "viridis"

# For each status the shape, the colour, and whether the shape is filled.
MARKS: Mapping[str, tuple[str, str, bool]] = {
    "complete": ("o", BLUE, True),
    "stopped": ("v", ORANGE, False),
    "failed": ("x", RED, True),
    "cut off": ("s", GREY, False),
}
TOLD = {"stopped": "stopped early", "cut off": "cut off by the end"}

# Of the mark of a candidate, in square points; of many candidates a quarter of it.
AREA = 26.0
# With more marks than this a picture is made of pixels where it would be too large as lines.
MANY = 2000
# Letters of the name of a parameter; of a longer one the end is shown.
MAX_NAME = 40
# Below the lower quartile by so many times the distance from it to the best: another picture.
WHISKER = 2.0
# Scores that differ by less, relative to their size, are drawn as equal.
EQUAL = 1e-12
# Candidates of one category stand side by side, within this distance of its place.
SPREAD = 0.22
# Steps of a sequence that fills a square evenly: Roberts (2018), from the root of x**3 = x + 1.
STEPS = (0.7548776662466927, 0.5698402909980532)
# Where marks without a score stand, as a share of the height.
BOTTOM = 0.025


def axes_for(ax: Any, size: tuple[float, float] = (6.4, 4.0)) -> tuple[Any, Any]:
    """Return the figure and the axes to draw on; new ones where `ax` is None.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax.figure, ax
    figure, new = pyplot().subplots(figsize=size, layout="constrained")
    return figure, new


def pyplot() -> Any:
    """Return `matplotlib.pyplot`; ImportError that says how to install it."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            "skbayes.plotting draws with matplotlib, which is not installed. Install it with "
            "python -m pip install matplotlib."
        ) from error
    return pyplot


def plain(text: str) -> str:
    """Return a text that matplotlib writes as it is, and takes for no formula if it has dollars."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("$", r"\$")


def plain_names(names: Sequence[str]) -> list[str]:
    """Return names of parameters as `plain` texts, cut at the left if that tells them apart.

    The parameter stands at the end of a name, behind the steps of a pipeline.
    """
    cut = [name if len(name) <= MAX_NAME else f"...{name[3 - MAX_NAME :]}" for name in names]
    return [plain(name) for name in (cut if len(set(cut)) == len(set(names)) else names)]


def axis_limits(scores: Floats) -> tuple[float, float]:
    """Return between which scores an axis shows them: all but what lies far below most.

    Parameters
    ----------
    scores : ndarray
        NaN and infinities are left out.
    """
    known = scores[np.isfinite(scores)]
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    quartile = float(np.quantile(known, 0.25))
    low = max(low, quartile - WHISKER * (high - quartile)) if high > quartile else low
    if high - low <= EQUAL * max(abs(high), abs(low)):
        half = max(0.05 * abs(high), 1e-3 if high == 0 else 0.0)
        return low - half, high + half
    room = 0.08 * (high - low)
    return low - room, high + room


def draw_candidates(ax: Any, x: Floats, shown: Floats, status: Sequence[str]) -> dict[str, Any]:
    """Draw a mark for each candidate, by status; those without a score at the lower end.

    Parameters
    ----------
    ax : matplotlib Axes
        Its limits are set: marks below the lower one become arrows.
    x : ndarray of shape (n,)
    shown : ndarray of shape (n,)
        Scores, or means of some folds; NaN for a failure.
    status : sequence of str

    Returns
    -------
    dict of str to matplotlib PathCollection
        By status, and "below" for those that lie below the axes.
    """
    kinds = np.array(status, dtype=object)
    bottom, top = ax.get_ylim()
    at_bottom = bottom + BOTTOM * (top - bottom)
    is_many = len(x) > MANY
    drawn: dict[str, Any] = {}
    below: list[Floats] = []
    for name, (mark, color, is_filled) in MARKS.items():
        rows = (kinds == name) & np.isfinite(x)
        if not rows.any():
            continue
        y = shown[rows]
        is_below = ~(y >= bottom)
        label = f"{TOLD.get(name, name)} ({int(rows.sum())})"
        looks: dict[str, Any] = (
            {"c": color}
            if mark == "x"
            else {
                "facecolors": color if is_filled else "none",
                "edgecolors": "white" if is_filled else color,
            }
        )
        seen = ~is_below | np.isnan(y)
        drawn[name] = ax.scatter(
            x[rows][seen],
            np.where(is_below, at_bottom, y)[seen],
            s=AREA / 4 if is_many else AREA,
            marker=mark,
            linewidths=1.2 if not is_filled or mark == "x" else 0.4,
            label=label,
            zorder=3,
            rasterized=is_many,
            alpha=0.9,
            **looks,
        )
        below.append(x[rows][~seen])
    lower = np.concatenate([*below, np.empty(0)])
    if lower.size:
        drawn["below"] = ax.scatter(
            lower,
            np.full(lower.size, at_bottom),
            s=AREA,
            marker="$\u2193$",
            c=GREY,
            linewidths=0.4,
            label=f"below this axis ({lower.size})",
            zorder=2,
            rasterized=is_many,
        )
    return drawn


def side_by_side(x: Floats, *, other: bool = False) -> Floats:
    """Return places around their categories, so that marks of one do not hide each other.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Places of categories.
    other : bool, default=False
        Whether it is the other one of two axes.
    """
    return np.asarray(x + SPREAD * spread(len(x), other=other))


def spread(n: int, *, other: bool = False) -> Floats:
    """Return numbers between -1 and 1, of shape (n,), of which neighbours lie far apart."""
    turns = (np.arange(n) * STEPS[int(other)]) % 1.0
    return np.asarray(2.0 * turns - 1.0)


def mark_best(ax: Any, x: float, y: float, size: float) -> Any:
    """Draw a star at the candidate that is taken; None where it has no place."""
    if not (np.isfinite(x) and np.isfinite(y)):
        return None
    looks: dict[str, Any] = {"c": RED, "edgecolors": "white", "linewidths": 0.9, "zorder": 5}
    return ax.scatter(x, y, s=size, marker="*", label="best", **looks)


def legend(ax: Any) -> Any:
    """Say what marks and lines are: below axes that have a figure of their own, else inside.

    Parameters
    ----------
    ax : matplotlib Axes

    Returns
    -------
    matplotlib Legend or None
        None if there is nothing to say.
    """
    handles, labels = ax.get_legend_handles_labels()
    if not handles:
        return None
    place = ax.get_subplotspec()
    is_alone = place is not None and place.get_gridspec().get_geometry() == (1, 1)
    # Only the constrained layout makes room outside of axes.
    if is_alone and getattr(ax.figure.get_layout_engine(), "colorbar_gridspec", True) is False:
        columns = min(len(labels), 3 if max(map(len, labels)) > 18 else 4)
        looks = {"loc": "outside lower center", "ncols": columns, "frameon": False}
        return ax.figure.legend(handles, labels, fontsize="small", **looks)
    # To look for the best place takes long where there are many marks.
    is_many = sum(len(c.get_offsets()) for c in ax.collections) > MANY
    return ax.legend(fontsize="small", loc="lower right" if is_many else "best")


def tidy(ax: Any) -> None:
    """Take away lines that say nothing, and add a faint grid."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.grid(True, color="0.9", linewidth=0.7)
    ax.set_axisbelow(True)


def say(ax: Any, text: str) -> Any:
    """Write a sentence in the middle of axes that have nothing else to show."""
    ax.set(xticks=[], yticks=[])
    return ax.text(
        0.5, 0.5, text, ha="center", va="center", wrap=True, transform=ax.transAxes, color="0.25"
    )
