"""The pictures of a report, as data that stand in the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from skbayes.found import Found
from skbayes.plotting import (
    ConvergenceDisplay,
    FoldsDisplay,
    GainDisplay,
    ImportancesDisplay,
    PairDisplay,
    ParallelCoordinatesDisplay,
    ParameterDisplay,
    TimelineDisplay,
)

if TYPE_CHECKING:
    from skbayes.insight import Insight

__all__ = ["Picture", "pictures"]

# Lines stay sharp at any size; but a picture of many marks is smaller as pixels.
MAX_SVG = 60_000
DPI, N_COLORS = 110, 96
# Of so many parameters the dependence is drawn.
N_PARAMETERS = 3
# Of so many axes a line can be followed.
MAX_AXES = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what it shows.

    Attributes
    ----------
    title, caption : str
        What it shows, and how it is read.
    source : str
        The picture itself, as an address that begins with ``data:``.
    is_wide : bool
        Whether it needs the whole width.
    """

    title: str
    caption: str
    source: str
    is_wide: bool = False


def pictures(found: Found, insight: Insight | None) -> Iterator[Picture]:
    """Yield the pictures that a search has something to show in.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    yield _drawn(
        "How the best score has risen",
        "Each mark is a candidate. The line is the best score so far, the band its standard error.",
        lambda ax: ConvergenceDisplay.from_search(found, ax=ax),
        (6.4, 4.0),
    )
    names: list[str] = []
    taken = "best candidate" if found.is_highest_taken else "candidate taken"
    if insight is not None:
        display = None

        def importances(ax: Any) -> None:
            nonlocal display
            display = ImportancesDisplay.from_search(found, insight=insight, ax=ax)

        n = max(2, min(len(found.names), 20))
        yield _drawn(
            "Which parameters matter",
            "The share of the variance of the score over the whole space that a parameter "
            "explains. Alone: by itself. Total: also together with other parameters.",
            importances,
            (6.4, max(4.0, 1.7 + 0.36 * n)),
        )
        if display is not None:
            known = {name for params in found.params for name in params}
            names = [name for name in display.names if name in known]
        for name in names[:N_PARAMETERS]:
            yield _drawn(
                f"The score and {name}",
                "The line is the predicted score. All other parameters have the values of the "
                f"{taken}. The band contains nine of ten new scores.",
                partial(_draw_parameter, found, name, insight),
                (6.4, 4.0),
            )
        pair = _pair(found, names)
        if pair:
            yield _drawn(
                f"{pair[0]} and {pair[1]} together",
                f"Light colours are good scores. The star is the {taken}. All other parameters "
                "have its values.",
                lambda ax: PairDisplay.from_search(found, *pair, insight=insight, ax=ax),
                (6.4, 4.4),
            )
    axes = [name for name in [*names, *found.names] if any(name in p for p in found.params)]
    axes = list(dict.fromkeys(axes))[:MAX_AXES]
    if len(axes) > 1:
        yield _drawn(
            "What good candidates have in common",
            f"Each line is a candidate. Light lines have good scores. The thick line is the "
            f"{taken}.",
            lambda ax: ParallelCoordinatesDisplay.from_search(found, parameters=axes, ax=ax),
            (max(6.4, 1.5 * len(axes) + 1.6), 4.2),
            is_wide=len(axes) > 3,
        )
    if found.n_folds > 1:
        yield _drawn(
            "What was measured",
            "The score of each candidate on each fold. A hatched fold was not run.",
            lambda ax: FoldsDisplay.from_search(found, ax=ax),
            (9.0, 1.8 + 0.3 * min(found.n_folds, 12)),
            is_wide=True,
        )
    if (np.isfinite(found.begun) & np.isfinite(found.ended)).any():
        yield _drawn(
            "When it was measured",
            "A bar for each fold; bars in several rows were evaluated at the same time.",
            lambda ax: TimelineDisplay.from_search(found, ax=ax),
            (9.0, 3.0),
            is_wide=True,
        )
    if insight is not None:
        yield _drawn(
            "Whether more candidates would help",
            "The probability that the best score rises by more than the noise of the scores.",
            lambda ax: GainDisplay.from_search(found, insight=insight, ax=ax),
            (6.4, 3.8),
        )


def _draw_parameter(found: Found, name: str, insight: Insight, ax: Any) -> None:
    ParameterDisplay.from_search(found, name, insight=insight, ax=ax)


def _as_pixels(figure: Any) -> io.BytesIO:
    """Return a figure as PNG with few colours, which is a third of the size."""
    # matplotlib needs it as well.
    from PIL import Image

    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    with Image.open(drawn) as image:
        few = image.convert("RGB").quantize(N_COLORS, dither=Image.Dither.NONE)
    data = io.BytesIO()
    few.save(data, format="png", optimize=True)
    return data


def _pair(found: Found, names: list[str]) -> tuple[str, str] | None:
    """Return the two most important parameters that candidates have together."""
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            if any(one in params and other in params for params in found.params):
                return one, other
    return None


def _drawn(
    title: str,
    caption: str,
    draw: Callable[[Any], Any],
    size: tuple[float, float],
    *,
    is_wide: bool = False,
) -> Picture:
    """Draw on a figure of its own, which no window knows."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            "report() draws with matplotlib, which is not installed. Install it with "
            "python -m pip install matplotlib."
        ) from error
    # What users have set for pictures of their own may be unreadable here, as white on black.
    with mpl.rc_context(
        {**mpl.rcParamsDefault, "backend": mpl.get_backend(), "svg.hashsalt": title}
    ):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.subplots())
        data, kind = io.BytesIO(), "svg+xml"
        figure.savefig(data, format="svg", metadata={"Date": None}, dpi=DPI)
        if len(data.getvalue()) > MAX_SVG:
            data, kind = _as_pixels(figure), "png"
    written = base64.b64encode(data.getvalue()).decode("ascii")
    return Picture(title, caption, f"data:image/{kind};base64,{written}", is_wide)
