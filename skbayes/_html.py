"""HTML that is safe to write: every text is escaped, and nothing is read from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Sequence

__all__ = ["element", "escaped", "spark", "table"]

# A small picture of the best score so far, without any library.
SPARK_WIDTH, SPARK_HEIGHT, SPARK_ROOM = 240, 56, 4
# Notebooks centre heads and put values to the right.
LEFT = "text-align: left"
# As many marks as such a picture has room for.
SPARK_MARKS = 400


def escaped(value: object) -> str:
    """Return a text that HTML shows as it is, also in an attribute."""
    return html.escape(str(value), quote=True)


def element(tag: str, *inner: str, **attributes: str) -> str:
    """Return an element around HTML that is safe already.

    Parameters
    ----------
    tag : str
    *inner : str
        HTML.
    **attributes : str
        Their values, which are escaped. A line below becomes a hyphen, the last one is left out.
    """
    told = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{told}>{''.join(inner)}</{tag}>"


def table(rows: Sequence[tuple[object, object]], **attributes: str) -> str:
    """Return a table of names and values."""
    lines = [
        element(
            "tr",
            element("th", escaped(name), scope="row", style=LEFT),
            element("td", escaped(value), style=LEFT),
        )
        for name, value in rows
    ]
    return element("table", element("tbody", *lines), **attributes)


def spark(scores: Sequence[float], best: Sequence[float], *, label: str) -> str:
    """Return a small picture: a mark for each score, and a line for the best so far.

    Parameters
    ----------
    scores, best : sequence of float of one length
        NaN where there is none.
    label : str
        What it shows, for those who do not see it.
    """
    known = sorted(score for score in scores if score == score)
    if len(known) < 2:
        return ""
    # One disaster shall not hide all other differences.
    low, high = known[len(known) // 10], known[-1]
    step = max(1, -(-len(scores) // SPARK_MARKS))
    width = (SPARK_WIDTH - 2 * SPARK_ROOM) / max(len(scores) - 1, 1)

    def place(index: int, score: float) -> tuple[str, str]:
        share = (max(score, low) - low) / (high - low) if high > low else 0.5
        height = SPARK_HEIGHT - SPARK_ROOM - share * (SPARK_HEIGHT - 2 * SPARK_ROOM)
        return f"{SPARK_ROOM + index * width:.1f}", f"{height:.1f}"

    marks = [
        element("circle", cx=x, cy=y, r="1.6", fill="currentColor", fill_opacity="0.45")
        for i in range(0, len(scores), step)
        if scores[i] == scores[i]
        for x, y in [place(i, scores[i])]
    ]
    corners: list[str] = []
    for i, score in enumerate(best):
        is_corner = i == len(best) - 1 or score != best[i - 1] or not i
        if score == score and is_corner:
            x, y = place(i, score)
            corners += [f"{x},{corners[-1].split(',')[1]}"] if corners else []
            corners.append(f"{x},{y}")
    line = element(
        "polyline", points=" ".join(corners), fill="none", stroke="currentColor", stroke_width="1.6"
    )
    return element(
        "svg",
        *marks,
        line,
        role="img",
        aria_label=label,
        viewBox=f"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}",
        width=str(SPARK_WIDTH),
        height=str(SPARK_HEIGHT),
    )
