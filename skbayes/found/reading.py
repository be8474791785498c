"""Reads what was found: from a fitted search, the file of a checkpoint, or an `Optimizer`."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbayes.found.found import Found
from skbayes.found.spaces import guessed_space, is_known, written_space
from skbayes.known import score_limits
from skbayes.rules import NO_LIMITS, Limits, best_score, fold_noise, highest_row, within
from skbayes.space import Space, has, show
from skbayes.tables import (
    followed_metric,
    kept_notes,
    learnt_from,
    measure,
    note_of,
    own_params,
    rows_begun,
    written_metric,
)

if TYPE_CHECKING:
    from skbayes.insight import Insight
    from skbayes.model import Report
    from skbayes.space import Point

__all__ = ["read", "read_several"]

ACCEPTED = "a fitted search, the path of a checkpoint, or an Optimizer that was told scores"

# The token of an estimator.
TOKEN = re.compile(r"(?:\w+\.)*(\w+): dict\(")

Floats = NDArray[np.float64]


def read(search: Any, name: str | None = None) -> Found:
    """Read the candidates of one search.

    Parameters
    ----------
    search : object
        A fitted `BayesSearchCV` or another of scikit-learn's searches, the path of a checkpoint,
        an `Optimizer`, or a `Found`.
    name : str or None, default=None
        What it is called in a legend. None: by its class or file.

    Raises
    ------
    TypeError, ValueError
        If it is none of these, or holds no candidate.
    JournalError, OSError
        If a file cannot be read.
    """
    if isinstance(search, Found):
        return search
    if isinstance(search, type):
        raise TypeError(f"search must be {ACCEPTED}; got the class {search.__name__}.")
    if isinstance(search, str | os.PathLike):
        found = _read_file(search, name)
    elif has(search, "cv_results_"):
        found = _read_search(search, name or type(search).__name__)
    elif has(search, "told") and has(search, "reports"):
        found = _read_optimizer(search, name or type(search).__name__)
    elif has(search, "fit") and has(search, "get_params"):
        raise ValueError(f"{type(search).__name__} is not fitted: call fit first.")
    else:
        raise TypeError(f"search must be {ACCEPTED}; got {show(search)}.")
    if not len(found):
        raise ValueError(f"{found.name} has no candidates yet, so there is nothing to draw.")
    return found


def read_several(searches: Any) -> dict[str, list[Found]]:
    """Read one search, or several: a list, or a dict of names with a search or a list of these.

    Returns
    -------
    dict of str to list of Found
        Searches of one name are repetitions of each other.
    """
    if isinstance(searches, Mapping) and not has(searches, "cv_results_"):
        named = {
            str(name): list(each) if isinstance(each, list | tuple) else [each]
            for name, each in searches.items()
        }
    elif isinstance(searches, list | tuple):
        named = {f"search {i}": [each] for i, each in enumerate(searches, start=1)}
    else:
        found = read(searches)
        return {found.name: [found]}
    if not named or not all(named.values()):
        raise ValueError(f"there is no search to draw: give {ACCEPTED}, or several.")
    return {name: [read(each, name) for each in group] for name, group in named.items()}


def _read_search(search: Any, name: str) -> Found:
    """Read a fitted search: what everybody can see of one here, all else in `tables`."""
    table = search.cv_results_
    metric = followed_metric(search)
    written_as = written_metric(search, metric)
    learnt = learnt_from(search)
    params = [dict(each) for each in table["params"]]
    # Of each row, where a candidate may have several.
    candidates: NDArray[np.intp] | None = None
    if learnt is None:
        if "iter" in table:
            # Searches that halve write the amount among the parameters of each row.
            amount = getattr(search, "resource", None)
            params = [{k: v for k, v in each.items() if k != amount} for each in params]
        written = written_space(search, params)
        space = guessed_space(params) if written is None else written
        order, is_whole, candidates = _rows_of_others(table, [*map(space.encode, params)])
    else:
        space = written = learnt[0]
        params = [own_params(each, space) for each in params]
        order = rows_begun(search)
        is_whole = np.ones(len(order), dtype=bool)
    params = [params[row] for row in order]
    n = len(table["params"])
    n_folds = int(getattr(search, "n_splits_", 0))
    cells = [table[f"split{k}_test_{metric}"] for k in range(n_folds)]
    folds = np.array(cells, dtype=np.float64).reshape(n_folds, n).T[order]
    folds[~is_whole] = math.nan
    scores = np.asarray(table[f"mean_test_{metric}"], dtype=np.float64)[order]
    status = _statuses(search, order, scores, is_whole)
    is_complete = np.array([each == "complete" for each in status])
    has_failed = np.array([each == "failed" for each in status])
    was_run = np.isfinite(folds) | has_failed[:, None]
    # Infinite scores are those of a failure, which no axis can show.
    scores = np.where(is_complete & np.isfinite(scores), scores, math.nan)
    best = getattr(search, "best_index_", None)
    scoring, of_many = getattr(search, "scoring", None), metric if metric != "score" else None
    limits = score_limits(scoring, of_many, getattr(search, "estimator", None), space, folds)
    notes = [note for note in kept_notes(search) if note["has_row"]]
    n = len(order)
    if len(notes) == n:
        was_run = np.array([[at is not None for at in note["folds_at"]] for note in notes])
        cost = np.array([note["seconds"] for note in notes], dtype=np.float64)
        fits = _fits(notes, was_run)
    else:
        notes = [{}] * n
        cost, fits = _spent(table, order, candidates, was_run)
    return Found(
        name=name,
        metric=written_as,
        measure=measure(search, written_as),
        space=space,
        params=tuple(params),
        status=tuple(status),
        scores=scores,
        folds=folds,
        was_run=was_run,
        fits=fits,
        cost=cost,
        **_times(notes, cost, was_run),
        taken=order.index(int(best)) if best in order else highest_row(scores),
        learn=cache(
            lambda: (
                _learn(space, params, scores, folds, limits, is_guess=written is None)
                if learnt is None
                else search.insight()
            )
        ),
    )


def _statuses(
    search: Any, order: Sequence[int], scores: Floats, is_whole: NDArray[np.bool_]
) -> list[str]:
    """Return what became of each candidate; of searches that do not say so, by the scores."""
    told = getattr(search, "candidate_status_", None)
    if told is not None:
        return [told[row] for row in order]
    return [
        "failed" if not math.isfinite(score) else "complete" if whole else "stopped"
        for score, whole in zip(scores, is_whole, strict=True)
    ]


def _rows_of_others(
    table: Mapping[str, Any], points: Sequence[Point]
) -> tuple[list[int], NDArray[np.bool_], NDArray[np.intp]]:
    """Return a row for each candidate of a search of scikit-learn, and whether it is comparable.

    A search that halves has a row for each amount of a candidate: that of the largest one counts,
    the first one of a candidate that was drawn twice, and only the largest amount of all can be
    compared. Returned last is the candidate of each row of the table.
    """
    if "iter" not in table:
        return [*range(len(points))], np.ones(len(points), dtype=bool), np.arange(len(points))
    iterations = np.asarray(table["iter"])
    last: dict[Point, int] = {}
    for row, point in enumerate(points):
        if point not in last or iterations[row] > iterations[last[point]]:
            last[point] = row
    order = [*last.values()]
    place = {point: candidate for candidate, point in enumerate(last)}
    candidates = np.array([place[point] for point in points])
    return order, iterations[order] == iterations.max(), candidates


def _times(
    notes: Sequence[Mapping[str, Any]], cost: Floats, was_run: NDArray[np.bool_]
) -> dict[str, Any]:
    """Return what notes of candidates tell of when folds were evaluated, and who proposed them.

    Older notes have only the end of each fold: all folds of a candidate are taken to take as long.
    """
    n_shares = max((len(note.get("shares_at", ())) for note in notes), default=0)
    n_fits = was_run.shape[1] + n_shares
    ended = np.full((len(notes), n_fits), math.nan)
    lengths = np.tile((cost / np.maximum(was_run.sum(axis=1), 1))[:, None], n_fits)
    for row, note in enumerate(notes):
        for place, kind in ((0, "folds"), (was_run.shape[1], "shares")):
            for array, what in ((ended, "at"), (lengths, "took")):
                told = note.get(f"{kind}_{what}", ())
                array[row, place : place + len(told)] = [math.nan if x is None else x for x in told]
    return {
        "begun": ended - lengths,
        "ended": ended,
        "proposed_by": tuple(note.get("origin") or "" for note in notes),
    }


def _fits(notes: Sequence[Mapping[str, Any]], was_run: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the number of fits of each candidate: of its folds, and of those with shares."""
    n_shares = [len(note.get("shares_at", ())) for note in notes]
    return np.asarray(was_run.sum(axis=1) + np.array(n_shares, dtype=np.intp))


def _spent(
    table: Mapping[str, Any],
    order: Sequence[int],
    candidates: NDArray[np.intp] | None,
    was_run: NDArray[np.bool_],
) -> tuple[Floats, NDArray[np.intp]]:
    """Return the seconds and the number of fits of each candidate, from the means over its folds.

    With the candidate of each row, all rows of a candidate count, also those that cannot be
    compared. The mean is not known of a candidate without some folds: these are taken to take as
    long as those of others.
    """
    seconds = np.asarray(table["mean_fit_time"] + table["mean_score_time"], dtype=np.float64)
    if candidates is not None:
        n_folds = was_run.shape[1]
        cost = np.bincount(candidates, weights=seconds * max(n_folds, 1))
        return np.asarray(cost), np.bincount(candidates) * n_folds
    seconds = seconds[order]
    known = seconds[np.isfinite(seconds)]
    usual = float(np.median(known)) if known.size else math.nan
    n_fits = was_run.sum(axis=1)
    return np.where(np.isfinite(seconds), seconds, usual) * np.maximum(n_fits, 1), n_fits


def _read_optimizer(optimizer: Any, name: str) -> Found:
    told: list[tuple[Point, Report]] = optimizer.reports
    n, n_folds = len(told), max((len(report.folds) for _, report in told), default=0)
    folds = np.full((n, n_folds), math.nan)
    for row, (_, report) in enumerate(told):
        folds[row, : len(report.folds)] = [
            math.nan if fold is None else fold for fold in report.folds
        ]
    scores = np.array([report.score for _, report in told], dtype=np.float64)
    unknown = np.full((n, n_folds), math.nan)
    return Found(
        name=name,
        metric="score",
        measure=None,
        space=optimizer.space,
        params=tuple(optimizer.space.decode(point) for point, _ in told),
        status=tuple(
            "failed" if r.has_failed else "stopped" if r.is_partial else "complete" for _, r in told
        ),
        scores=scores,
        folds=folds,
        was_run=np.isfinite(folds),
        fits=np.isfinite(folds).sum(axis=1),
        cost=np.array([math.nan if r.cost is None else r.cost for _, r in told], dtype=np.float64),
        begun=unknown,
        ended=unknown,
        proposed_by=("",) * n,
        taken=highest_row(scores),
        learn=cache(optimizer.insight),
    )


def _read_file(path: str | os.PathLike[str], name: str | None) -> Found:
    # Most pictures are drawn of a search that is at hand, and should not pay for the import.
    from skbayes.journal import read_trials

    recorded = read_trials(path)
    trials = [trial for trial in recorded.trials if trial.has_begun]
    n, n_folds = len(trials), recorded.n_folds
    metric = recorded.metric
    folds = np.full((n, n_folds), math.nan)
    for row, trial in enumerate(trials):
        for k, fold in enumerate(trial.folds):
            if fold is not None:
                score = fold.test.get(metric, math.nan)
                folds[row, k] = score if math.isfinite(score) else math.nan
    was_run = np.array([[fold is not None for fold in t.folds] for t in trials], dtype=bool)
    was_run = was_run.reshape(n, n_folds)
    is_failed = np.array([trial.has_failed_by(metric) for trial in trials], dtype=bool)
    is_complete = was_run.all(axis=1) & ~is_failed
    scores = np.array([t.mean(metric) for t in trials], dtype=np.float64)
    scores = np.where(is_complete, scores, math.nan)
    named = {
        name: {token: Named(token) for token in tokens}
        for name, tokens in recorded.stand_ins.items()
    }
    params = [recorded.params(trial.point, named) for trial in trials]
    lists = [recorded.categories(index, named) for index in range(len(recorded.branches))]
    space = guessed_space(params, lists)
    incomplete = "stopped" if recorded.stops_early else "cut off"
    cost = np.array([trial.all_seconds for trial in trials], dtype=np.float64)
    notes = [note_of(trial, "", {}) for trial in trials]
    return Found(
        name=name or os.path.basename(os.fspath(path)),
        metric=metric,
        # A file calls any single metric so.
        measure=None if metric == "score" else metric,
        space=space,
        params=tuple(params),
        status=tuple(
            "complete" if complete else "failed" if failed else incomplete
            for complete, failed in zip(is_complete, is_failed, strict=True)
        ),
        scores=scores,
        folds=folds,
        was_run=was_run,
        fits=_fits(notes, was_run),
        cost=cost,
        **_times(notes, cost, was_run),
        taken=highest_row(scores),
        learn=cache(lambda: _learn(space, params, scores, folds, is_guess=not is_known(lists))),
    )


class Named:
    """An object of which only the token is known, that stands in a checkpoint.

    Parameters
    ----------
    token : str
        Of an estimator, it begins with the class.
    """

    def __init__(self, token: str) -> None:
        is_estimator = TOKEN.match(token)
        self._text = f"{is_estimator[1]}()" if is_estimator else token

    def __repr__(self) -> str:
        return self._text


def _learn(
    space: Space,
    params: Sequence[Mapping[str, Any]],
    scores: Floats,
    folds: Floats,
    limits: Limits = NO_LIMITS,
    *,
    is_guess: bool,
) -> Insight:
    """Fit the models to candidates of which only a table is known."""
    from skbayes.insight import Insight
    from skbayes.model import Observations, Surrogate, read_report

    reports: dict[Point, Report] = {}
    for each, score in zip(params, scores.tolist(), strict=True):
        point = space.encode(each)
        # One that is tried twice, as by a random search, is the first time what it is.
        reports.setdefault(point, read_report(score))
    complete = folds[np.isfinite(scores)]
    best = within(best_score(complete.tolist()), limits) if complete.size else None
    return Insight.learn(
        space,
        Observations.of([*reports.items()]),
        Surrogate(space),
        noise=fold_noise(complete.tolist()),
        best=best,
        limits=limits,
        is_guess=is_guess,
    )
