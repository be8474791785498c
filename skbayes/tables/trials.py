"""The table of the candidates of a search: a row for each, whatever became of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from skbayes.tables.notes import Note, ended_at

__all__ = ["MEAN_TEST", "as_frame", "trials_table"]

# What the names of columns with mean scores begin with, in `cv_results_` and in this table.
MEAN_TEST = "mean_test_"

# What of `cv_results_` stands in the table as it is, means first.
SCORES = (MEAN_TEST, "std_test_", "rank_test_", "split", "mean_train_", "std_train_")


def trials_table(
    notes: Sequence[Note], table: Mapping[str, Any], rows: Sequence[int | None]
) -> dict[str, list[Any]]:
    """Return the table of candidates as a dict of lists, in the order proposed.

    Parameters
    ----------
    notes : sequence of Note
        One for each candidate.
    table : mapping
        `cv_results_` of those that have a row there.
    rows : sequence of (int or None)
        The row of each; None for one that has none.

    Returns
    -------
    dict of str to list
        What is not known is None, and NaN where numbers stand. A parameter that a candidate does
        not have is NaN.
    """
    columns: dict[str, list[Any]] = {
        "candidate": [note["index"] + 1 for note in notes],
        "status": [note["status"] for note in notes],
        "proposed_by": [note["origin"] for note in notes],
    }
    names = [name for start in SCORES for name in table if name.startswith(start)]
    is_first = [name for name in names if not name.startswith("split")]
    columns |= {name: _cells(table, name, rows) for name in is_first}
    params = [note["params"] for note in notes]
    for name in dict.fromkeys(name for each in params for name in each):
        columns[f"param_{name}"] = [each.get(name, math.nan) for each in params]
    if "n_resources" in table:
        amounts = table["n_resources"]
        columns["n_resources"] = [None if row is None else int(amounts[row]) for row in rows]
    columns["n_folds"] = [note["n_folds"] for note in notes]
    columns["seconds"] = [_number(note["seconds"]) for note in notes]
    columns["proposed_at"] = [_number(note["asked_at"]) for note in notes]
    columns["finished_at"] = [_finished_at(note) for note in notes]
    rounds = [_mean(note["rounds"]) for note in notes]
    if not all(map(math.isnan, rounds)):
        columns["mean_rounds"] = rounds
    columns["failure"] = [note["failure"] for note in notes]
    columns |= {name: _cells(table, name, rows) for name in names if name.startswith("split")}
    columns["row"] = list(rows)
    return columns


def as_frame(columns: Mapping[str, Sequence[Any]], what: str) -> Any:
    """Return columns as a data frame of pandas, in which parameters are as they were written.

    Parameters
    ----------
    columns : mapping of str to sequence
    what : str
        What was called, for the error.

    Raises
    ------
    ImportError
        If pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            f"{what} returns a pandas DataFrame, and pandas is not installed: install it, or write "
            "as_frame=False for a dict of lists."
        ) from error
    return pd.DataFrame({name: _series(pd, values) for name, values in columns.items()})


def _series(pd: Any, values: Sequence[Any]) -> Any:
    """Return a column: of numbers of one type, or of objects, which pandas leaves as they are."""
    types = {type(value) for value in values}
    # Integers of any length are possible, which no array holds.
    is_short = all(abs(value) < 2**63 for value in values if type(value) is int)
    if len(types) == 1 and types <= {int, float, bool} and is_short:
        return pd.Series(list(values))
    if types <= {int, type(None)} and int in types and is_short:
        return pd.Series(list(values), dtype="Int64")
    column = pd.Series([None] * len(values), dtype=object)
    for index, value in enumerate(values):
        column.iat[index] = value
    return column


def _finished_at(note: Note) -> float:
    """Return when the last fit was scored; NaN if the candidate is not closed."""
    if note["status"] in ("running", "unfinished"):
        return math.nan
    return ended_at([note])


def _mean(rounds: Sequence[int | None]) -> float:
    known = [each for each in rounds if each is not None]
    return sum(known) / len(known) if known else math.nan


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _cells(table: Mapping[str, Any], name: str, rows: Sequence[int | None]) -> list[Any]:
    """Return a column of scores; what has no row has NaN, and no rank."""
    values = table[name]
    if name.startswith("rank"):
        return [None if row is None else int(values[row]) for row in rows]
    return [math.nan if row is None else float(values[row]) for row in rows]
