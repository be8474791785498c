"""Values of a space found by the texts that stand for them in a file, and the files."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping
from typing import Any

from skbayes._warnings import warn
from skbayes.space import Categorical, Space, brief, is_number, without_addresses
from skbayes.tables.trials import MEAN_TEST

__all__ = ["find_values", "read_csv"]

PARAMETER = "param_"
# Columns of numbers in the tables of searches; all others but parameters are left as texts.
NUMBERS = ("mean_", "std_", "rank_", "split", "score", "value")

# Columns that may hold the score, beside those of a metric.
SCORES = ("score", "mean_score", "value")

# What spreadsheets write instead of commas.
OTHER_SEPARATORS = (";", "\t")


def read_csv(path: str | os.PathLike[str], space: Space, what: str) -> dict[str, list[Any]]:
    """Read the results of a search from a CSV file, as `search.trials().to_csv(path)` writes it.

    Values are found in the space by the text that is written for them: nothing is evaluated. A row
    with a value that cannot be found, or without a value that the space needs, is left out.

    Parameters
    ----------
    path : str or path-like
    space : Space
        Where the values are looked for.
    what : str
        What the file is called in a warning.

    Returns
    -------
    dict of str to list
        A column "params" of dicts, and the other columns of the file.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not in UTF-8, or is no table with a line of names.

    Warns
    -----
    UserWarning
        Once, if rows are left out.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            names = next(reader, None)
            numbered = [(line, reader.line_num) for line in reader]
        if names is None:
            raise ValueError("it is empty")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{what} is not in UTF-8. Save it as UTF-8, or give warm_start_from the data frame of "
            "pandas.read_csv(path, encoding=...), with encoding='cp1252', for example."
        ) from error
    except (ValueError, csv.Error) as error:
        raise ValueError(
            f"{what} is no CSV file with a line of names: write it with "
            "search.trials().to_csv(path)."
        ) from error
    lines = [(line, number) for line, number in numbered if line]
    other = next((sign for sign in OTHER_SEPARATORS if len(names) == 1 and sign in names[0]), None)
    if other is not None:
        raise ValueError(
            f"{what} has {other!r} between its cells, and must have commas. Numbers have a point, "
            f"as in 0.5. pandas.read_csv reads the file with sep={other!r}, and decimal=',' if "
            "needed: give its data frame to warm_start_from."
        )
    if any(len(line) != len(names) for line, _ in lines):
        raise ValueError(f"{what} has lines with more or fewer cells than its first line.")
    places = {n.removeprefix(PARAMETER): k for k, n in enumerate(names) if n.startswith(PARAMETER)}
    searched = [f"{PARAMETER}{name}" for branch in space.branches for name, _ in branch.parameters]
    if lines and searched and not places:
        raise ValueError(
            f"{what} needs a column 'param_<name>' for each parameter that is searched, such as "
            f"{searched[0]!r}; it has {names}. Rename its columns."
        )
    rows: list[tuple[dict[str, Any], list[str]]] = []
    left_out: list[str] = []
    for line, number in lines:
        _check_scores(names, line, f"{what}, line {number}")
        given = {name: line[k] for name, k in places.items() if line[k]}
        params, unknown = find_values(space, given)
        if unknown:
            left_out.append(_said_of_text(*next(iter(unknown.items())), given))
        elif lacking := _lacking(space, params):
            left_out.append(
                f"no value for {lacking!r}. Write a value for each parameter of search_spaces."
            )
        else:
            rows.append((params, line))
    if left_out:
        warn(
            f"{what}: {len(left_out)} of {len(lines)} results are left out. The first of them has "
            f"{left_out[0]}"
        )
    columns: dict[str, list[Any]] = {
        name: [_cell(name, line[k]) for _, line in rows]
        for k, name in enumerate(names)
        if not name.startswith(PARAMETER) and name not in ("", "params")
    }
    if places or not lines:
        columns["params"] = [params for params, _ in rows]
    return columns


def _check_scores(names: list[str], line: list[str], where: str) -> None:
    """Refuse a line with a text for a score, which says nothing of what the score was."""
    for name, text in zip(names, line, strict=True):
        is_score = name.startswith(MEAN_TEST) or name in SCORES
        if is_score and text and _number(text) is None:
            raise ValueError(
                f"{where}, column {name!r}: {brief(text)} is not a number. Write a number with a "
                "point, such as 0.5, or leave the cell empty if the candidate failed."
            )


def _said_of_text(name: str, n_values: int, given: Mapping[str, str]) -> str:
    """Return why the text of a parameter is that of no value, and what to change."""
    text = f"{name}={brief(given[name])}, and"
    if n_values:
        return (
            f"{text} {n_values} values of {name!r} in search_spaces are printed like this. Keep "
            "only one of these values in search_spaces, or give warm_start_from pairs of "
            "parameters and score with the values themselves."
        )
    return (
        f"{text} no value of {name!r} in search_spaces is printed like this. Write a value of "
        "search_spaces as str(value) prints it, or add the missing value to search_spaces."
    )


def find_values(space: Space, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """Return parameters with values of a space in the place of their texts.

    A text that is a value itself stays, and so does all that is no text, or of no parameter of the
    space. Cells of a file are empty for None and for NaN: where parameters are missing that may be
    None, or else NaN, they are that if a branch has just these parameters then.

    Returns
    -------
    params : dict of str to object
    unknown : dict of str to int
        For each whose text is that of no value, or of several: of how many.
    """
    params: dict[str, Any] = {}
    unknown: dict[str, int] = {}
    for name, value in given.items():
        dimensions = [d for b in space.branches for n, d in b.parameters if n == name]
        params[name] = value
        if dimensions and isinstance(value, str):
            found = _found(dimensions, value)
            if len(found) == 1:
                params[name] = found[0]
            else:
                unknown[name] = len(found)
    return params if unknown else _with_empty(space, params), unknown


def _found(dimensions: Iterable[Any], text: str) -> list[Any]:
    """Return the values of some dimensions that a text can stand for."""
    found: dict[int, Any] = {}
    is_open = False
    for dimension in dimensions:
        if isinstance(dimension, Categorical):
            found |= {
                id(value): value for value in dimension.categories if _stands_for(text, value)
            }
        else:
            is_open = True
    same = {repr(value) if is_number(value) else id(value): value for value in found.values()}
    if not same and is_open and (number := _number(text)) is not None:
        return [number]
    return list(same.values())


def _stands_for(text: str, value: Any) -> bool:
    """Whether a text is how a value is written, by itself or in a column of numbers."""
    if isinstance(value, str):
        return text == value
    if is_number(value):
        return bool(_number(text) == value)
    try:
        return _words(text) in (_words(str(value)), _words(repr(value)))
    except Exception:  # of an object whose text cannot be made
        return False


def _words(text: str) -> str:
    # Estimators break their lines where they are shown, by the width of what stands before them.
    # The texts of functions hold where they lie in memory, which is elsewhere in each process.
    return "".join(without_addresses(text).split())


def _number(text: str) -> float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def _with_empty(space: Space, params: dict[str, Any]) -> dict[str, Any]:
    """Return parameters with the values for which cells of a file are empty."""
    for branch in space.branches:
        missing = [(n, d) for n, d in branch.parameters if n not in params]
        if not missing and params.keys() <= set(branch.names):
            return params
    for index, branch in enumerate(space.branches):
        empty = {n: _empty(d) for n, d in branch.parameters if n not in params}
        if all(empty.values()):
            filled = params | {name: value for name, [value] in empty.items()}
            try:
                space.encode({n: filled[n] for n in branch.names}, branch=index)
            except ValueError:
                continue
            return filled
    return params


def _empty(dimension: Any) -> list[Any]:
    """Return the value for which a cell is empty: None, or NaN if a list has no None."""
    values = dimension.categories if isinstance(dimension, Categorical) else ()
    nones = [value for value in values if value is None]
    return nones or [value for value in values if is_number(value) and value != value]


def _lacking(space: Space, params: Mapping[str, Any]) -> str | None:
    """Return a parameter that is missing in each branch; None if some branch has all of its own."""
    lacking = [
        [name for name, d in branch.parameters if name not in params and d.n_values != 1]
        for branch in space.branches
    ]
    fewest = min(lacking, key=len)
    return fewest[0] if fewest else None


def _cell(name: str, text: str) -> Any:
    """Return a cell: a number in a column of numbers, where none is NaN."""
    if not name.startswith(NUMBERS):
        return text
    if not text:
        return math.nan
    number = _number(text)
    return text if number is None else number
