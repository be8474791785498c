"""The table of all that is known: writes it into the page on choosing a space.

``python docs/make_table.py``
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skbayes.known.entries import Entry, Range, entries

__all__ = ["nothing_to_search", "table", "with_table"]

PAGE = Path(__file__).with_name("choosing-a-space.md")
BEGIN, END = "<!-- made by docs/make_table.py -->\n", "<!-- end -->\n"

_WORDS = {
    "n_samples": "rows of a fold",
    "n_features": "features",
    "most_features": "features",
    "n_classes": "classes",
    "n_smallest": "rows of the smallest class",
    "x_variance": "variance of X",
    "y_std": "standard deviation of y",
    "gamma_scale": 'number of `gamma="scale"`',
    "balance": "share of the smallest class",
}


def table() -> str:
    """Return a row in Markdown for each entry that has something to search.

    Sources stand below the ranges: a third column would be cut off on most screens.
    """
    rows = ["| estimator | searched, and where this comes from |", "|---|---|"]
    for entry in entries():
        if entry.space:
            names = ", ".join(f"`{name}`" for name in entry.classes)
            source = f"{entry.source}. Note: {entry.why}" if entry.why else entry.source
            rows.append(f"| {names} | {'<br>'.join([*_parameters(entry), f'*From:* {source}'])} |")
    return "\n".join(rows)


def nothing_to_search() -> str:
    """Return the names of all classes that are known to have nothing to search of their own."""
    names = sorted(name for entry in entries() if not entry.space for name in entry.classes)
    return ", ".join(f"`{name}`" for name in names)


def _parameters(entry: Entry) -> Iterator[str]:
    for name, ways in entry.space.items():
        yield f"`{name}`: " + "; or ".join(map(_way, ways))


def _way(way: Range) -> str:
    if way.values is not None:
        text = ", ".join(f"`{value!r}`" for value in way.values)
    else:
        text = f"{way.low} to {way.high}"
        text += {None: "", "uniform": ""}.get(way.scale, ", log" if way.scale else "")
    if way.times is not None:
        text += f", times the {_WORDS[way.times]}"
    bounds = [
        f"{word} {'' if share == 1 else f'{share:g} of the '}{_WORDS[name]}"
        for word, shares in (("at most", way.at_most), ("at least", way.at_least))
        for name, share in shares.items()
    ]
    if way.up_to_own:
        bounds.append("at most the number of your step")
    conditions = [
        *_listed(way.when),
        *(_quantity(name, *ends) for name, ends in way.only.items()),
        *(f"your {text}" for text in _listed(way.given)),
        *([f"scikit-learn is {way.since} or newer"] if way.since else []),
        *([f"scikit-learn is older than {way.until}"] if way.until else []),
    ]
    text = ", ".join([text, *bounds])
    return f"{text} (if {' and '.join(conditions)})" if conditions else text


def _listed(conditions: Mapping[str, tuple[Any, ...]]) -> Iterator[str]:
    for name, values in conditions.items():
        yield f"`{name}` is " + " or ".join(f"`{value!r}`" for value in values)


def _quantity(name: str, least: float, most: float) -> str:
    if name == "is_sparse":
        return "the data are sparse" if least == 1 else "the data are dense"
    if least == most:
        return f"there are {least:g} {_WORDS[name]}"
    if most == float("inf"):
        return f"there are at least {least:g} {_WORDS[name]}"
    return f"there are {least:g} to {most:g} {_WORDS[name]}"


def with_table(page: str) -> str:
    """Return a page with the table of today in the place of the one that it has."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    text = f"{table()}\n\nThese estimators have nothing to search: {nothing_to_search()}.\n"
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
