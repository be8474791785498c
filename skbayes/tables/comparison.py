"""Several searches, or the spaces of one, side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError

from skbayes._warnings import warn
from skbayes.rules import highest_row
from skbayes.space import has, show
from skbayes.tables.branches import branch_labels
from skbayes.tables.notes import ended_at, n_fits
from skbayes.tables.searches import (
    choosing_metric,
    kept_notes,
    learnt_from,
    measure,
    own_params,
    rows_begun,
    rows_tried,
    written_metric,
)
from skbayes.tables.trials import as_frame as framed

__all__ = ["compare", "warn_of_different_metrics"]


def compare(searches: Any, *others: Any, by_space: bool = False, as_frame: bool = True) -> Any:
    """Return a table with the results and the costs of several searches.

    Only compare scores of searches with the same metric and the same folds.

    Parameters
    ----------
    searches : dict of str to search, list of searches, or search
        Fitted searches: `BayesSearchCV`, `GridSearchCV` or any other search of scikit-learn. In a
        list, the name of a search is its position.
    *others
        Not allowed: give several searches as one list or dict.
    by_space : bool, default=False
        Whether each space has its own row. The spaces are the dicts of a list. If a searched step
        has several models with different parameters, each model has its own row too.
    as_frame : bool, default=True
        Whether to return a data frame of pandas. With False, return a dict of lists.

    Returns
    -------
    DataFrame or dict of str to list
        A row for each search, or for each space. An unknown value is an empty cell. The columns
        are:

        - ``search``: the name of the search;
        - ``space``: the space, with ``by_space=True``;
        - ``metric``: the name of the scoring by which the search chose its best candidate: the
          one that `refit` names, or else the one that the search optimised. "score" means the
          method `score` of the estimator;
        - ``best_score``: the mean score of the candidate that the search chose. With
          ``by_space=True``, the highest mean score of each space without this candidate;
        - ``candidates``: the number of candidates;
        - ``fits``: the number of fits of folds, without the refit;
        - ``fit_seconds``: the time of all fits and scores, summed over all workers;
        - ``seconds``: the time from the start of `fit` to the last score;
        - ``stop_reason``: why the search ended;
        - ``best_params``: the parameters of the candidate with this score.

    Raises
    ------
    TypeError
        If an object is not a search, or several searches are not in a list or dict.
    NotFittedError
        If a search is not fitted.
    ImportError
        If `as_frame` is True and pandas is not installed.

    Warns
    -----
    UserWarning
        Once, if the metrics differ.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.svm import SVC
    >>> from skbayes import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> grid = GridSearchCV(SVC(), {"C": [0.1, 1, 10]}).fit(X, y)
    >>> table = compare({"grid": grid}, as_frame=False)
    >>> table["search"], table["candidates"], table["fits"]
    (['grid'], [3], [15])
    """
    if others:
        raise TypeError(
            f"compare takes one list or dict of searches, got {1 + len(others)} arguments: write "
            "compare([first, second]), or compare({'name': first, 'other name': second})."
        )
    rows, named = [], _named(searches)
    for name, search in named:
        _check(name, search)
    warn_of_different_metrics("compare", [_metric(name, search) for name, search in named])
    for name, search in named:
        rows += _by_space(name, search) if by_space else [_row(name, search)]
    names = ("search", "space") if by_space else ("search",)
    columns = {column: [row[column] for row in rows] for column in (*names, *VALUES)}
    return framed(columns, "compare()") if as_frame else columns


VALUES = (
    *("metric", "best_score", "candidates", "fits", "fit_seconds", "seconds", "stop_reason"),
    "best_params",
)


def _named(searches: Any) -> list[tuple[str, Any]]:
    if isinstance(searches, Mapping):
        return [(str(name), search) for name, search in searches.items()]
    if isinstance(searches, Sequence) and not isinstance(searches, str):
        return [(str(place), search) for place, search in enumerate(searches)]
    return [(type(searches).__name__, searches)]


def _check(name: str, search: Any) -> None:
    if has(search, "cv_results_"):
        return
    if has(search, "fit") and has(search, "get_params") and not isinstance(search, type):
        raise NotFittedError(f"compare: the search {name!r} is not fitted: call fit first.")
    raise TypeError(
        f"compare needs fitted searches, as {{'name': search}} or a list; {name!r} is "
        f"{show(search)} of type {type(search).__name__}."
    )


def _row(name: str, search: Any) -> dict[str, Any]:
    table = search.cv_results_
    metric = choosing_metric(search)
    means = np.asarray(table[f"mean_test_{metric}"], dtype=float)
    every = np.ones(len(means), dtype=bool)
    best = _best_row(search, means, every, every)
    notes = kept_notes(search)
    n_splits = getattr(search, "n_splits_", None)
    fits = getattr(search, "n_folds_run_", None)
    if fits is None and n_splits is not None:
        fits = len(means) * int(n_splits)
    return {
        "search": name,
        "metric": written_metric(search, metric),
        "best_score": math.nan if best is None else float(means[best]),
        "candidates": _n_candidates(search),
        "fits": fits,
        "fit_seconds": _fit_seconds(table, notes, n_splits),
        "seconds": ended_at(notes),
        "stop_reason": getattr(search, "stop_reason_", None),
        "best_params": None if best is None else dict(table["params"][best]),
    }


def _n_candidates(search: Any) -> int:
    """Return the number of candidates; a search that halves has a row for each of their rounds."""
    in_rounds = getattr(search, "n_candidates_", None)
    return len(search.cv_results_["params"]) if in_rounds is None else int(in_rounds[0])


def _by_space(name: str, search: Any) -> list[dict[str, Any]]:
    """Return a row for each branch of the space of a search; of another search, one for all."""
    learnt = learnt_from(search)
    if learnt is None:
        return [{**_row(name, search), "space": "all"}]
    space, observations, _ = learnt
    table = search.cv_results_
    metric = choosing_metric(search)
    means = np.asarray(table[f"mean_test_{metric}"], dtype=float)
    tried = rows_tried(search)
    # Of candidates that only have scores of shares, the space says which branch they are of.
    found_in = [space.find(own_params(each, space), lambda _: False) for each in table["params"]]
    branch_of = np.array([point.branch for point in found_in])
    branch_of[tried] = [point.branch for point in observations.points]
    has_score = np.zeros(len(means), dtype=bool)
    has_score[tried] = np.isfinite(observations.scores)
    noted = [note for note in kept_notes(search) if note["has_row"]]
    notes = dict(zip(rows_begun(search), noted, strict=False))
    found = []
    for index, label in enumerate(branch_labels(space)):
        is_own = branch_of == index
        own = np.flatnonzero(is_own).tolist()
        best = _best_row(search, means, is_own, has_score)
        mine = [notes[row] for row in own] if notes else []
        found.append(
            {
                "search": name,
                "space": label,
                "metric": written_metric(search, metric),
                "best_score": math.nan if best is None else float(means[best]),
                "candidates": len(own),
                "fits": sum(map(n_fits, mine)) if notes else None,
                "fit_seconds": math.fsum(note["seconds"] for note in mine) if notes else math.nan,
                "seconds": math.nan,
                "stop_reason": getattr(search, "stop_reason_", None),
                "best_params": None if best is None else dict(table["params"][best]),
            }
        )
    return found


def _best_row(
    search: Any,
    means: NDArray[np.float64],
    is_own: NDArray[np.bool_],
    has_score: NDArray[np.bool_],
) -> int | None:
    """Return the best row of a part of a table: the one that the search took if it is in the part.

    What ``refit="1se"`` or a function takes need not have the highest score.
    """
    taken = getattr(search, "best_index_", None)
    if taken is None or not is_own[taken]:
        return highest_row(np.where(is_own & has_score, means, np.nan))
    return int(taken) if math.isfinite(means[taken]) else None


def warn_of_different_metrics(caller: str, metrics: Sequence[tuple[str, str, str | None]]) -> bool:
    """Warn once if the scores of several searches are of different metrics.

    Parameters
    ----------
    caller : str
        What puts the searches side by side.
    metrics : sequence of (str, str, str or None)
        For each search its name, its metric as it was written, and what that measures; None if the
        latter is not known.

    Returns
    -------
    bool
        Whether they are different.
    """
    are_different = len({measured for *_, measured in metrics} - {None}) > 1
    if are_different:
        pairs = dict.fromkeys((name, metric) for name, metric, _ in metrics)
        told = ", ".join(f"{metric!r} of {name!r}" for name, metric in pairs)
        warn(
            f"{caller}: the searches have different metrics: {told}. Their scores cannot be "
            "compared. Give all searches the same scoring. With several metrics, also give them "
            "the same refit and objective."
        )
    return are_different


def _metric(name: str, search: Any) -> tuple[str, str, str]:
    metric = written_metric(search, choosing_metric(search))
    return name, metric, measure(search, metric)


def _fit_seconds(table: Any, notes: Sequence[Any], n_splits: int | None) -> float:
    if notes:
        return math.fsum(note["seconds"] for note in notes)
    if n_splits is None:
        return math.nan
    return float(np.nansum(table["mean_fit_time"] + table["mean_score_time"])) * int(n_splits)
