"""A report in one file: an HTML page that loads no other files."""

from __future__ import annotations

import errno
import inspect
import math
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skbayes._html import element, escaped, table
from skbayes._versions import versions
from skbayes.found import read, short
from skbayes.insight import in_percent
from skbayes.report.answers import Answers, answers, choice, effort, in_digits, n_candidates
from skbayes.report.candidates import candidates_table
from skbayes.report.pictures import pictures
from skbayes.space import has, same_value, without_addresses
from skbayes.tables import began_with_estimator

if TYPE_CHECKING:
    from skbayes.found import Found
    from skbayes.space import Space

__all__ = ["report_html", "write_report"]

# Of a setting, such as a space.
MAX_TEXT = 600


def write_report(search: Any, path: str | os.PathLike[str]) -> Path:
    """Write a report about a search in one file: answers, pictures, all candidates, settings.

    Parameters
    ----------
    search : object
        A fitted search, the path of a checkpoint, or an `Optimizer`.
    path : str or path-like
        Path of the file. An existing file is replaced.

    Returns
    -------
    pathlib.Path
        Path of the file.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    OSError
        If the file cannot be written.
    TypeError, ValueError
        If `search` is invalid.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(
            errno.ENOENT, f"the folder {str(target.parent)!r} does not exist; make it first", path
        )
    written = report_html(search)
    # Other objects of a user's own may have texts that no file can hold.
    target.write_text(written, encoding="utf-8", errors="backslashreplace")
    return target


def report_html(search: Any) -> str:
    """Return the page that `write_report` writes."""
    found = read(search)
    insight = found.insight()
    told = answers(found, insight, began_with_estimator(search))
    is_search = has(search, "get_params")
    title = _title(search, found)
    reason = getattr(search, "stop_reason_", None)
    drawn = [
        element(
            "figure",
            element("h3", escaped(each.title)),
            f'<img src="{each.source}" alt="{escaped(f"{each.title}. {each.caption}")}">',
            element("figcaption", escaped(each.caption)),
            **({"class_": "wide"} if each.is_wide else {}),
        )
        for each in pictures(found, insight)
    ]
    body = [
        element("h1", escaped(title)),
        element("p", escaped(effort(found, reason)), class_="soft"),
        *_answer(found, told, choice(search)),
        element("h2", "Pictures"),
        element("div", *drawn, class_="pictures"),
        element("h2", "Candidates"),
        element("p", "Click on the name of a column to sort the table.", class_="soft"),
        candidates_table(found),
        *_section("Search space", _space(found.space)),
        *_section("Settings", _settings(search) if is_search else []),
        *_section("Versions", _versions()),
    ]
    files = resources.files("skbayes.report")
    style = files.joinpath("page.css").read_text(encoding="utf-8")
    script = files.joinpath("page.js").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        + "\n".join(filter(None, body))
        + f"\n<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _title(search: Any, found: Found) -> str:
    estimator = getattr(search, "estimator", None)
    if estimator is None:
        return f"What {found.name} has found"
    steps = [step for _, step in getattr(estimator, "steps", ()) if hasattr(step, "fit")]
    names = [type(step).__name__ for step in steps or [estimator]]
    return f"Search of {' + '.join(names)} by {found.metric}"


def _answer(found: Found, told: Answers, chosen: str) -> list[str]:
    """Return what a reader looks for first; `chosen` is the sentence of `choice`."""
    if math.isnan(told.score):
        return [element("p", "No candidate has a score, so there is no best candidate.")]
    best, cards = told.best, []
    note = f"{found.label}, {told.standing}"
    if math.isfinite(told.error):
        note += f"; standard error {told.error:.2g}"
    cards.append((in_digits(told.score, 5, told.error), note))
    if best is not None and math.isfinite(best.expected):
        ends = () if math.isnan(best.low) else (best.low, best.high)
        expected, *interval = (
            in_digits(n, 5, (best.high - best.low) / 10) for n in (best.expected, *ends)
        )
        cards.append((expected, f"to be expected on new folds{_interval(interval)}"))
    if told.gain is not None and math.isfinite(told.gain.expected):
        expected, *interval = told.on_new_folds
        over = f"to be expected over {told.first} on new folds{_interval(interval)}"
        cards.append((expected, over))
    if math.isfinite(told.chance) and told.n_more:
        more = n_candidates(told.n_more, " more")
        verb = "raises" if told.n_more == 1 else "raise"
        note = f"probability that {more} {verb} the best score by more than its noise"
        cards.append((in_percent(told.chance), note))
    said = str(best) if best is not None else ""
    sentences = [chosen, said, told.over_first, told.more, *told.bounds]
    params: list[tuple[object, object]] = [
        (name, short(value, 200)) for name, value in told.params.items()
    ]
    head = f"The {'best parameters' if told.is_highest else 'parameters taken'}"
    return [
        element(
            "div",
            *(
                element("div", element("b", escaped(n)), element("span", escaped(s)), class_="card")
                for n, s in cards
            ),
            class_="cards",
        ),
        *_section(head, params),
        element("h2", "What that means"),
        *(element("p", escaped(sentence)) for sentence in sentences if sentence),
    ]


def _interval(ends: Sequence[str]) -> str:
    """Return the ends of an interval as a part of a sentence; "" if they are not known."""
    return f"; 90 % interval {' to '.join(ends)}" if ends else ""


def _section(head: str, rows: list[tuple[object, object]]) -> list[str]:
    """Return rows below a head; nothing if there are none."""
    return [element("h2", head), table(rows, class_="facts")] if rows else []


def _space(space: Space) -> list[tuple[object, object]]:
    """Return each parameter with all that it may be."""
    dimensions: dict[str, dict[str, None]] = {}
    for branch in space.branches:
        for name, dimension in branch.parameters:
            dimensions.setdefault(name, {})[without_addresses(repr(dimension))] = None
    return [
        (name, short(" or ".join(written), MAX_TEXT))
        for name, written in sorted(dimensions.items())
    ]


def _settings(search: Any) -> list[tuple[object, object]]:
    """Return the parameters of a search that are not at their defaults."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(type(search)).parameters.items()
    }
    params: Mapping[str, Any] = search.get_params(deep=False)
    return [
        (name, short(without_addresses(str(value)) if callable(value) else value, MAX_TEXT))
        for name, value in params.items()
        if name != "search_spaces" and not same_value(value, defaults.get(name))
    ]


def _versions() -> list[tuple[object, object]]:
    now = datetime.now().astimezone().isoformat(sep=" ", timespec="minutes")
    return [*versions().items(), ("written", now)]
