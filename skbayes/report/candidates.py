"""The table of candidates of a report, which sorts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from skbayes._html import element, escaped
from skbayes.found import ABSENT, Found, short
from skbayes.space import as_float, is_number

__all__ = ["candidates_table"]

# With more rows a page is slow, and nobody reads them.
MAX_ROWS = 3000
# Values are cut after so many letters; the whole text is shown where the mouse rests.
MAX_TEXT = 40


def candidates_table(found: Found) -> str:
    """Return the table of candidates, the best first, with a sentence if some are left out."""
    names = list(dict.fromkeys(name for params in found.params for name in params))
    columns: list[tuple[str, Sequence[Any]]] = [("#", range(1, len(found) + 1))]
    columns.append((found.metric, found.shown.tolist()))
    if np.isfinite(found.errors).any():
        columns.append(("standard error", found.errors.tolist()))
    columns.append(("status", found.status))
    if len(set(found.was_run.sum(axis=1).tolist())) > 1:
        columns.append(("folds", found.was_run.sum(axis=1).tolist()))
    if np.isfinite(found.cost).any():
        columns.append(("seconds", found.cost.tolist()))
    if any(found.proposed_by):
        columns.append(("proposed by", found.proposed_by))
    columns += [(name, found.column(name)) for name in names]
    order = np.argsort(-np.where(np.isnan(found.scores), -np.inf, found.scores), kind="stable")
    heads = [
        element("th", element("button", escaped(name), type="button"), scope="col")
        for name, _ in columns
    ]
    heads[1] = heads[1].replace("<th", '<th aria-sort="descending"', 1)
    rows = [
        element(
            "tr",
            *(_cell(values[row]) for _, values in columns),
            **({"class_": "best"} if row == found.taken else {}),
        )
        for row in order[:MAX_ROWS].tolist()
    ]
    whole = element(
        "div",
        element(
            "table",
            element("thead", element("tr", *heads)),
            element("tbody", *rows),
            class_="sortable",
        ),
        class_="scroll",
        tabindex="0",
    )
    if len(found) <= MAX_ROWS:
        return whole
    left = f"The best {MAX_ROWS} of {len(found)} candidates; the others are left out."
    return element("p", left, class_="soft") + whole


def _cell(value: Any) -> str:
    """Return a cell; one that is shown shorter than it is has the whole value to sort by."""
    if value is ABSENT or (isinstance(value, float) and math.isnan(value)):
        return "<td></td>"
    text = short(value, MAX_TEXT)
    if is_number(value):
        number = as_float(value)
        whole = repr(number) if math.isfinite(number) else ""
        return element("td", escaped(text), **({"data_v": whole} if whole != text else {}))
    whole = short(value, 10 * MAX_TEXT)
    return element("td", escaped(text), **({"title": whole} if whole != text else {}))
