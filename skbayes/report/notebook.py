"""The short form of a fitted search, which a notebook shows above scikit-learn's own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skbayes._html import element, escaped, spark, table
from skbayes.found import best_so_far, read, short
from skbayes.report.answers import choice, effort, in_digits, standing
from skbayes.rules import on_new_folds
from skbayes.tables import kept_best

__all__ = ["short_form"]

# Of a value, such as an estimator.
MAX_TEXT = 100


def short_form(search: Any) -> str:
    """Return what a fitted search has found, as a piece of HTML; nothing is fitted for it.

    Parameters
    ----------
    search : BayesSearchCV
    """
    found = read(search)
    reason = getattr(search, "stop_reason_", None)
    parts = []
    taken = found.taken
    if taken is not None and math.isfinite(found.scores[taken]):
        score, error = float(found.scores[taken]), float(found.errors[taken])
        told = f"{found.metric} {in_digits(score, 5, error)}"
        told += f" ± {error:.2g}" if math.isfinite(error) else ""
        parts.append(element("p", element("b", escaped(told)), f" is {escaped(standing(found))}"))
        parts.append(table([(n, short(v, MAX_TEXT)) for n, v in found.params[taken].items()]))
        if chosen_by := choice(search):
            parts.append(element("p", escaped(chosen_by)))
        rows = best_so_far(found.scores)
        best = np.where(rows < 0, math.nan, found.scores[rows])
        label = "score of each candidate, and the best so far"
        parts.append(element("p", spark(found.scores.tolist(), best.tolist(), label=label)))
    chosen = kept_best(search)
    # It is about the highest score by the metric that steers, or about the simplest candidate.
    if chosen is not None and not (found.is_highest_taken or chosen.is_simplest):
        chosen = None
    if chosen is not None and math.isfinite(chosen.expected):
        parts.append(element("p", escaped(on_new_folds(chosen))))
    parts.append(element("p", escaped(effort(found, reason))))
    hint = "More: insight(), report(&quot;report.html&quot;), skbayes.plotting."
    parts.append(element("p", hint))
    return element("div", *parts, class_="skbayes-short", style="margin: 0 0 .75em")
