"""The tables of all that is known: writes them into the pages on spaces and on choosing one.

``python docs/make_table.py``
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from skbayes.known import IGNORED, Ignored
from skbayes.known.entries import Entry, Range, entries

__all__ = ["PAGES", "ignored", "known", "meant", "with_table"]

BEGIN, END = "<!-- made by docs/make_table.py -->\n", "<!-- end -->\n"

# Who is meant by the names of bases.
_MEANT = {
    "BaseLabelPropagation": "LabelPropagation LabelSpreading",
    "KNeighborsMixin": "KNeighborsClassifier KNeighborsRegressor",
    "RadiusNeighborsMixin": "RadiusNeighborsClassifier RadiusNeighborsRegressor",
    "BaseMultilayerPerceptron": "MLPClassifier MLPRegressor",
    "BaseGradientBoosting": "GradientBoostingClassifier GradientBoostingRegressor",
    "BaseHistGradientBoosting": "HistGradientBoostingClassifier HistGradientBoostingRegressor",
    "XGBModel": "XGBClassifier XGBRegressor",
    "LGBMModel": "LGBMClassifier LGBMRegressor",
    "CatBoost": "CatBoostClassifier CatBoostRegressor",
}
_WORDS = {
    "n_samples": "rows of a fold",
    "n_features": "features",
    "most_features": "features",
    "n_classes": "classes",
    "n_smallest": "rows of the smallest class",
    "x_variance": "variance of X",
    "y_std": "standard deviation of y",
    "column_variance": "variance of a column of X",
    "xy_std": "standard deviations of y and of a column of X",
    "gamma_scale": 'number of `gamma="scale"`',
    "balance": "share of the smallest class",
}


def known() -> str:
    """Return the table of all entries, and the names of those that have nothing to search."""
    return f"{_table()}\n\nThese estimators have nothing to search: {_nothing_to_search()}.\n"


def ignored() -> str:
    """Return a row in Markdown for the classes that ignore a parameter."""
    rows = ["| estimator | ignores |", "|---|---|"]
    for classes, lines in groupby(sorted(IGNORED, key=_place), key=lambda line: line.classes):
        names = meant(classes.split())
        of: dict[str, list[str]] = {}
        for line in lines:
            (condition,) = _listed({line.setter: line.values})
            of.setdefault(condition, []).append(line.parameter)
        cells = [f"{_quoted(parameters)} if {condition}" for condition, parameters in of.items()]
        rows.append(f"| {_quoted(names)} | {'<br>'.join(cells)} |")
    return "\n".join(rows) + "\n"


def meant(names: Iterable[str]) -> list[str]:
    """Return the names that readers look for, in place of those of bases."""
    return " ".join(_MEANT.get(name, name) for name in names).split()


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _place(line: Ignored) -> int:
    """Return where the first line of the same classes stands."""
    return next(i for i, other in enumerate(IGNORED) if other.classes == line.classes)


def _table() -> str:
    """Return a row in Markdown for each entry that has something to search.

    Sources stand below the ranges: a third column would be cut off on most screens.
    """
    rows = ["| estimator | searched, and where this comes from |", "|---|---|"]
    for entry in entries():
        if entry.space:
            names = _quoted(meant(entry.classes))
            source = f"{entry.source}. Note: {entry.why}" if entry.why else entry.source
            rows.append(f"| {names} | {'<br>'.join([*_parameters(entry), f'*From:* {source}'])} |")
    return "\n".join(rows)


def _nothing_to_search() -> str:
    """Return the names of all classes that are known to have nothing to search of their own."""
    names = sorted(name for entry in entries() if not entry.space for name in entry.classes)
    return _quoted(names)


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
        f"{word} {_part(share, name)}"
        for word, shares in (
            ("at most", way.at_most),
            ("at least", way.at_least),
            ("with a lower end of at most", way.reaches),
        )
        for name, share in shares.items()
    ]
    if way.up_to_own:
        bounds.append("at most the value that your estimator has")
    conditions = [
        *_listed(way.when),
        *(_quantity(name, *ends) for name, ends in way.only.items()),
        *(f"your {text}" for text in _listed(way.given)),
        *([f"scikit-learn is {way.since} or newer"] if way.since else []),
        *([f"scikit-learn is older than {way.until}"] if way.until else []),
    ]
    text = ", ".join([text, *bounds])
    return f"{text} (if {' and '.join(conditions)})" if conditions else text


def _part(share: float, name: str) -> str:
    """Return a share of a quantity, in words."""
    noun = _WORDS[name]
    if share != 1:
        return f"{share:g} of the {noun}"
    is_count = noun.partition(" ")[0] in ("rows", "features", "classes")
    return f"the number of {noun}" if is_count else f"the {noun}"


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


def with_table(page: str, table: str) -> str:
    """Return a page with the table of today in the place of the one that it has."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


PAGES = {"choosing-a-space.md": known, "spaces.md": ignored}

if __name__ == "__main__":
    for name, table in PAGES.items():
        path = Path(__file__).with_name(name)
        path.write_text(with_table(path.read_text("utf-8"), table()), "utf-8")
