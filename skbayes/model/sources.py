"""Earlier results in every form that a warm start takes, read as pairs of parameters and score."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress
from typing import Any

import numpy as np

from skbayes._warnings import warn
from skbayes.model.reports import is_missing, read_score
from skbayes.rules import named_metric
from skbayes.space import has, show

__all__ = ["Row", "read_sources"]

# Parameters with their score; NaN for a failure.
Row = tuple[Mapping[str, Any], float]
# Makes a table of the file with a name.
ReadFile = Callable[[str], Mapping[str, Any]]

ACCEPTED = (
    "a fitted search, its cv_results_, a data frame of them, an Optimizer, the path of a "
    "checkpoint or of a CSV file, a list of (params, score) pairs, or a list of these"
)
SCORE_PREFIX = "mean_test_"
# What became of a candidate, in lower case: words of this package, Optuna, MLflow and SageMaker.
COMPLETE = frozenset({"complete", "completed", "finished"})
FAILED = frozenset({"failed", "fail"})
# Not evaluated on all folds.
UNMEASURED = frozenset({"stopped", "cut off", "running", "unfinished", "pruned", "waiting"})
# What the score may be called in a table that is not one of cv_results_.
SCORE_NAMES = ("mean_test_score", "score", "mean_score", "value")


def read_sources(
    given: Any, metric: str | None = None, read_file: ReadFile | None = None
) -> list[list[Row]]:
    """Read what a warm start was given.

    Parameters
    ----------
    given : object
        One source or a list of sources: an object with `cv_results_` or `told`, a mapping or
        data frame of columns, the path of a file, or pairs of parameters and score. None is no
        source.
    metric : str, optional
        The metric to read where a table has several.
    read_file : callable, optional
        Makes a table of a path. None: paths are refused.

    Returns
    -------
    list of list of (params, score)
        A list for each source, in the order given; NaN is a failure.

    Raises
    ------
    TypeError
        If something is none of these.
    OSError
        If a file cannot be read.
    ValueError
        If a search is not fitted, or a table lacks parameters or a score.
    """
    what = "warm_start_from"
    if given is None:
        return []
    if _is_one(given) or not isinstance(given, Iterable):
        return [_read(given, what, metric, read_file)]
    entries = list(given)
    if any(map(_is_pair, entries)):
        return [_read_pairs(entries, what)]
    return [_read(entry, f"{what}[{i}]", metric, read_file) for i, entry in enumerate(entries)]


def _read(source: Any, what: str, metric: str | None, read_file: ReadFile | None) -> list[Row]:
    """Read one source that may not be a list of sources."""
    if isinstance(source, str | os.PathLike) and read_file is not None:
        path = os.fspath(source)
        try:
            table = read_file(path)
        except OSError as error:
            text = f"{what} names a file that cannot be read: {error.strerror or error}"
            raise OSError(error.errno, text, path) from error
        return _read_table(table, f"{what} {path!r}", metric)
    if has(source, "told"):
        return _read_pairs(source.told, what)
    if has(source, "cv_results_"):
        metric = named_metric(source) or metric
        statuses = getattr(source, "candidate_status_", None)
        return _read_table(source.cv_results_, f"{what}.cv_results_", metric, statuses)
    if _is_table(source):
        return _read_table(source, what, metric)
    if has(source, "get_params") and has(source, "fit"):
        raise ValueError(
            f"{what} is a {type(source).__name__} without cv_results_: fit it first. If it is a "
            "clone of a fitted search, give the cv_results_ of that search."
        )
    is_text = isinstance(source, str | bytes | os.PathLike)
    if is_text or not isinstance(source, Iterable):
        if is_text and read_file is None:
            raise TypeError(
                f"{what} takes no path here, got {show(source)}: read the file, for example with "
                "pandas.read_csv, and give the table. Only BayesSearchCV takes paths."
            )
        raise TypeError(
            f"{what} must be {ACCEPTED}; got {show(source)} of type {type(source).__name__}."
        )
    return _read_pairs(list(source), what)


def _is_one(given: Any) -> bool:
    """Whether something that can be iterated over is one source, and no list of them."""
    is_search = has(given, "told") or has(given, "cv_results_")
    return is_search or _is_table(given) or isinstance(given, str | bytes | os.PathLike)


def _is_table(source: Any) -> bool:
    # A data frame, of whichever library, has named columns that it gives when indexed by them.
    return isinstance(source, Mapping) or (has(source, "columns") and has(source, "__getitem__"))


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, tuple | list) and len(entry) == 2 and isinstance(entry[0], Mapping)


def _read_pairs(entries: Sequence[Any], what: str) -> list[Row]:
    rows = []
    for i, entry in enumerate(entries):
        if not _is_pair(entry):
            raise TypeError(
                f"{what}[{i}] must be a pair of parameters and score, ({{name: value}}, number), "
                f"got {show(entry)}."
            )
        rows.append((entry[0], read_score(entry[1], f"the score in {what}[{i}]")))
    return rows


def _read_table(
    table: Any, what: str, metric: str | None, statuses: Sequence[Any] | None = None
) -> list[Row]:
    """Read columns by name: `params` or `param_*`, a score, and the status if there is one."""
    names = [str(name) for name in (table if isinstance(table, Mapping) else table.columns)]
    if statuses is None and "status" in names:
        statuses = _column(table, "status")
    score_name = _score_column(names, what, metric)
    scores = [
        read_score(score, f"{what}[{score_name!r}][{i}]")
        for i, score in enumerate(_column(table, score_name))
    ]
    rows: list[Mapping[str, Any]] = []
    if "params" in names:
        rows = list(_column(table, "params"))
    # A table that went through a file has text in `params`, and its values in the other columns.
    if not rows or not all(isinstance(params, Mapping) for params in rows):
        prefix = "param_"
        parameters = [name for name in names if name.startswith(prefix)]
        if not parameters and scores:
            raise ValueError(
                f"{what} needs a column 'params' of dicts, or a column 'param_<name>' for each "
                f"parameter; it has {names}."
            )
        columns = {name.removeprefix(prefix): _column(table, name) for name in parameters}
        rows = [
            {name: cells[i] for name, cells in columns.items() if _is_value(cells[i])}
            for i in range(len(scores))
        ]
    if len(rows) != len(scores):
        raise ValueError(f"{what} has {len(rows)} parameters and {len(scores)} scores.")
    read = list(zip(rows, scores, strict=True))
    if statuses is None:
        statuses = _statuses(table, names, score_name)
    if len(statuses) != len(read):
        statuses = [""] * len(read)
    has_most = _has_most(table, names, len(read))
    return _measured(list(compress(read, has_most)), list(compress(statuses, has_most)), what)


def _measured(rows: Sequence[Row], statuses: Sequence[Any], what: str) -> list[Row]:
    """Return the rows that are complete, or have failed and so have no score.

    The score decides where a row has no status.
    """
    kept: list[Row] = []
    unknown: list[Any] = []
    for (params, score), status in zip(rows, statuses, strict=True):
        word = _word(status)
        if word in FAILED:
            kept.append((params, math.nan))
        elif word in COMPLETE or not word:
            kept.append((params, score))
        elif word not in UNMEASURED:
            unknown.append(status)
    if unknown:
        warn(
            f"{what}: {len(unknown)} of {len(rows)} results are left out. The first of them has "
            f"status={show(unknown[0])}, which is not known. Write 'complete' or 'failed', or "
            "leave out the column 'status'."
        )
    return kept


def _word(status: Any) -> str:
    if isinstance(status, str):
        return status.strip().lower()
    return "" if _is_empty(status) else show(status)


def _has_most(table: Any, names: Sequence[str], n_rows: int) -> list[bool]:
    """Return which rows were measured with the most of a resource, of which others had less.

    The scores of successive halving, as scikit-learn has it, are scores on few rows for the others.
    A row without a number stays.
    """
    if "n_resources" not in names:
        return [True] * n_rows
    amounts = [
        float(cell) if _is_number(cell) else math.inf for cell in _column(table, "n_resources")
    ]
    most = max(filter(math.isfinite, amounts), default=math.inf)
    return [amount >= most for amount in amounts]


def _statuses(table: Any, names: Sequence[str], score_name: str) -> list[str]:
    """Return which rows of `cv_results_` are unfinished; nothing for another table.

    A fold that was not run has no time, so the mean time is NaN. A candidate that failed on its
    first fold may have no time either, and has no score on any fold. A candidate that was evaluated
    with shares of a resource only looks the same.
    """
    if "mean_fit_time" not in names:
        return []
    times = [_is_number(time) for time in _column(table, "mean_fit_time")]
    of_split = score_name.removeprefix("mean")
    splits = [name for name in names if name.startswith("split") and name.endswith(of_split)]
    columns = [map(_is_number, _column(table, name)) for name in splits]
    has_score = map(any, zip(*columns, strict=True)) if columns else [False] * len(times)
    has_shares = "n_resources" in names
    return [
        "unfinished" if not has_time and (has_shares or scored) else ""
        for has_time, scored in zip(times, has_score, strict=True)
    ]


def _column(table: Any, name: str) -> list[Any]:
    values = table[name]
    if not isinstance(values, Iterable) or isinstance(values, str | bytes):
        raise TypeError(f"column {name!r} of warm_start_from must be a list, got {show(values)}.")
    return list(values)


def _score_column(names: list[str], what: str, metric: str | None) -> str:
    wanted: tuple[str, ...] = () if metric is None else (f"{SCORE_PREFIX}{metric}",)
    for name in (*wanted, *SCORE_NAMES):
        if name in names:
            return name
    scores = [name for name in names if name.startswith(SCORE_PREFIX)]
    if len(scores) == 1:
        return scores[0]
    if scores:
        raise ValueError(
            f"{what} has several scores, {scores}, and none of them is for the metric that the "
            "search optimises. Keep only the scores from which the search is to learn."
        )
    raise ValueError(
        f"{what} needs a column of scores, 'mean_test_score' or 'score'; it has {names}. Rename "
        "the column of the scores to 'score'."
    )


def _is_number(cell: Any) -> bool:
    """Whether a cell of a column has a finite number, which is a text if it comes from a file."""
    try:
        return not _is_empty(cell) and math.isfinite(float(cell))
    except (TypeError, ValueError):
        return False


def _is_value(cell: Any) -> bool:
    """Whether a cell says that the row has the parameter, be it with the value None."""
    return cell is None or not _is_empty(cell)


def _is_empty(cell: Any) -> bool:
    return is_missing(cell) or (isinstance(cell, float | np.floating) and math.isnan(cell))
