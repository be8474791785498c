"""An insight as a notebook shows it: the report that is printed, with bars for the importances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skbayes._html import element, escaped, table
from skbayes.insight.bounds import AtBound
from skbayes.insight.importances import SHARES, Importance, Importances
from skbayes.insight.improvement import Gain
from skbayes.space import show

__all__ = ["insight_html"]

# Width of a bar that stands for all of the variance, in pixels.
WIDTH = 160
# More parameters than this are no short form.
MAX_ROWS = 12


def insight_html(
    best_params: Mapping[str, Any],
    of_best: Sequence[str],
    found: Importances,
    gain: Gain,
    bounds: Sequence[AtBound],
) -> str:
    """Return an insight as a piece of HTML, with sentences about its best candidate."""
    head, *told = of_best
    params = [(name, _text(value)) for name, value in best_params.items()]
    rows = [_row(each) for each in list(found)[:MAX_ROWS]]
    left = f" (the first {MAX_ROWS} of {len(found)})" if len(found) > MAX_ROWS else ""
    shares = f"{SHARES}, alone and together with other parameters, with a 90 % interval{left}:"
    return element(
        "div",
        element("p", element("b", escaped(head))),
        table(params),
        *(element("p", escaped(sentence)) for sentence in told),
        element("p", escaped(shares)) if rows else "",
        element("table", element("tbody", *rows)) if rows else "",
        element("p", escaped(gain)),
        *(element("p", escaped(each)) for each in bounds),
        class_="skbayes-insight",
    )


def _row(each: Importance) -> str:
    low, high = each.total_interval
    bar = element(
        "svg",
        element("rect", width=str(WIDTH), height="10", fill="currentColor", fill_opacity="0.08"),
        element("rect", width=f"{WIDTH * each.total:.1f}", height="10", fill="#0072B2"),
        element(
            "path",
            d=f"M{WIDTH * low:.1f} 5H{WIDTH * high:.1f}",
            stroke="currentColor",
            stroke_width="1.5",
        ),
        width=str(WIDTH),
        height="10",
        role="img",
        aria_label=f"{each.total:.2f}",
    )
    told = f"{each.total:.2f} ({low:.2f} to {high:.2f})"
    return element(
        "tr",
        element("th", escaped(each.name), scope="row", style="text-align: left"),
        element("td", bar),
        element("td", escaped(told), style="text-align: left"),
    )


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else show(value)
