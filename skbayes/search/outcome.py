"""What a search has come to: its results on the estimator, and which candidate is taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbayes._compat import select_best_index, warn_or_raise_about_fit_failures
from skbayes._interrupts import interrupts_wait
from skbayes._numerics import own_arithmetic
from skbayes._output import say
from skbayes._trials import Scored, Trial
from skbayes.rules import (
    best_row,
    best_score,
    highest_means,
    simplest_within_one_error,
    with_masked_scores,
    within,
)
from skbayes.search.results import warn_of_scores
from skbayes.space import show

if TYPE_CHECKING:
    from skbayes.engine import Engine
    from skbayes.journal import Journal
    from skbayes.search.run import Run

__all__ = ["COPIED", "conclude", "set_as_ended", "trials_of"]

# Why a copy has ended that was made while its search was running.
COPIED = "copied while running"

# Attributes of a fitted search that tell of its best candidate.
OF_THE_BEST = (
    "best_index_",
    "best_score_",
    "best_params_",
    "best_estimator_",
    "refit_time_",
    "feature_names_in_",
)


def conclude(search: Any, run: Run, engine: Engine) -> None:
    """Set what was found, the refit aside; go on with what has ended the search early.

    Raises
    ------
    ValueError
        If every fit failed, no candidate has a score, or `refit` takes one with folds that were
        not run.
    BaseException
        What has ended the search: an interrupt, or what a callback, say, has raised.
    """
    early = engine.error
    is_at_first = all(trial.status == "cut off" for trial in engine.history.trials)
    if early is not None and engine.stop_reason == "error" and is_at_first:
        # Most often the settings are wrong. As in other searches, such a `fit` changes nothing.
        raise early
    # A second Ctrl-C, directly after the first one, must not end what keeps the results.
    with nullcontext() if early is None else interrupts_wait():
        try:
            _set_results(search, run, engine)
        except Exception as error:
            # Of a `refit` that is not made for so few candidates, say: what ended the search is
            # what the caller waits for.
            if early is None:
                raise
            raise early from error
        if early is not None:
            raise early


def set_as_ended(copy: Any, run: Run, engine: Engine) -> None:
    """Set on a copy of a search that runs what the search would have if it were interrupted now.

    A function for `refit` is not called: it may be made for all candidates, and a callback that
    pickles a search must not end it.
    """
    trials = engine.trials_as_ended
    rows = _set_found(copy, run, engine, trials, COPIED)
    if _has_best(copy, run) and _is_any_complete(trials) and not callable(copy.refit):
        _select(copy, run, rows)


def trials_of(search: Any) -> dict[str, list[Any]]:
    """Return the table of a search with a row for each candidate, in the order proposed.

    While it runs, of all candidates so far. Of one that is not fitted, of what its checkpoint
    holds.

    Raises
    ------
    NotFittedError
        If there is nothing to tell of yet.
    """
    from skbayes.tables import notes_of_table, trials_table

    view = search.__dict__.get("_so_far")
    if view is not None:
        return trials_table(*view.candidates())
    if "_notes" not in search.__dict__ and "cv_results_" not in search.__dict__:
        from skbayes.search.checkpoint import recorded

        return trials_table(*recorded(search))
    table = search.__dict__.get("cv_results_", {})
    tried: list[int] = search._rows_tried if table else []
    # Older pickles have no notes.
    notes = search.__dict__.get("_notes")
    if notes is None:
        notes = notes_of_table(table, tried, search.candidate_status_, search.n_splits_)
        return trials_table(notes, table, tried)
    rows = iter(search.__dict__.get("_rows_begun", tried))
    return trials_table(notes, table, [next(rows) if note["has_row"] else None for note in notes])


def _set_results(search: Any, run: Run, engine: Engine) -> None:
    """Set what was found; raise ValueError where `conclude` does."""
    rows = _set_found(search, run, engine, engine.history.trials, engine.stop_reason)
    if rows:
        if search.verbose > 0 and math.isfinite(search._best.expected):
            say(str(search._best))
        if search.verbose > 0 and engine.said_of_shares:
            say(engine.said_of_shares)
        # Last, for warnings may be errors, and what was searched is not to be lost.
        _warn_of_failures(search, rows, engine.journal)
    has_best = _has_best(search, run)
    if _is_any_complete(rows):
        if has_best:
            _select(search, run, rows)
    elif engine.error is None and (has_best or not rows):
        raise ValueError(_why_there_is_no_best(engine.stop_reason, has_results=bool(rows)))


def _set_found(
    search: Any, run: Run, engine: Engine, trials: Sequence[Trial], stop_reason: str | None
) -> list[Trial]:
    """Set all that does not depend on which candidate is taken; return the trials by row."""
    search.stop_reason_ = stop_reason
    # One that was proposed when the time was over has nothing to show.
    begun = [trial for trial in trials if trial.has_begun]
    if begun or "cv_results_" not in search.__dict__:
        # Else what is known is known of an earlier fit.
        search._notes = run.notes(trials)
    rows = run.in_row_order(begun)
    if begun:
        _keep(search, run, begun, rows)
        search.fits_spent_ = engine.fits_spent
    return rows


def _has_best(search: Any, run: Run) -> bool:
    """Whether a search chooses a best candidate."""
    return bool(search.refit) or not run.objective.is_multimetric


def _is_any_complete(trials: Sequence[Trial]) -> bool:
    """Whether a trial is complete, and not every fit with the whole resource has failed."""
    # Some fits with a share were good if all with the whole resource have failed.
    folds = [fold for trial in trials for fold in trial.folds if fold is not None]
    is_fitted = any(fold.error is None for fold in folds)
    return is_fitted and any(trial.status == "complete" for trial in trials)


def _why_there_is_no_best(stop_reason: str | None, *, has_results: bool) -> str:
    if stop_reason == "max_time":
        remedy = "raise max_time, or use fewer folds"
    elif has_results:
        # A candidate without a score in its first folds is stopped early.
        remedy = "each candidate has a failed fit, or a score that is not finite"
    else:
        remedy = "no allowed candidate was found. Check what is_allowed or space_constraint returns"
    results = "What was evaluated is in cv_results_." if has_results else "Nothing was evaluated."
    return (
        f"The search ended ({stop_reason}) before all folds of any candidate had a score, so there "
        f"is no best one: {remedy}. {results}"
    )


def _keep(search: Any, run: Run, trials: Sequence[Trial], rows: Sequence[Trial]) -> None:
    """Set what was searched.

    `trials` are in the order tried, which is what the model goes by; `rows` are the same in the
    order of the table.
    """
    for name in OF_THE_BEST:
        # An earlier fit may have had more luck, which says nothing of this one.
        search.__dict__.pop(name, None)
    search.n_splits_ = run.n_folds
    search.multimetric_ = run.objective.is_multimetric
    search.scorer_ = run.scorers
    search._metric = run.objective.metric or "score"
    search.cv_results_ = run.table(rows)
    search.candidate_status_ = [run.objective.status(trial) for trial in rows]
    row_of = {trial.index: row for row, trial in enumerate(rows)}
    # What was measured with a share only has nothing to say of whole scores.
    whole = [trial for trial in trials if trial.n_scored]
    search._rows_begun = [row_of[trial.index] for trial in trials]
    search._rows_tried = [row_of[trial.index] for trial in whole]
    parts = [fold for trial in trials for part in (trial.folds, *trial.rungs) for fold in part]
    search.n_folds_run_ = sum(fold is not None for fold in parts)
    # One of an earlier fit with a resource would be none of this one.
    search.__dict__.pop("n_resources_", None)
    if run.resources is not None:
        search.n_resources_ = [*run.resources.all_amounts]
    search._begins_with_estimator = run.is_estimator(trials[0])
    search._smallest_fold = run.smallest_fold
    search._learnt_from = run.learnt_from(whole)
    scores = _fold_scores(run, rows)
    search._limits = run.limits(scores)
    best = within(best_score(scores, _choice(run, rows)), search._limits)
    search._best = replace(best, is_simplest=run.preferences is not None)


def _warn_of_failures(search: Any, rows: Sequence[Trial], journal: Journal | None) -> None:
    """Warn once of the fits that failed, and of scores that are not finite.

    A fit with a share counts only for a candidate that has no other: a candidate may fail with few
    rows, and not with all of them.

    Raises
    ------
    ValueError
        If every fit failed.
    """
    parts = [part for t in rows for part in ((t.folds,) if t.n_scored else t.rungs)]
    folds = [fold for part in parts for fold in part if fold is not None]
    errors = [fold.error for fold in folds]
    if journal is not None:
        # Trials hold the very objects that were read.
        known = {id(event.score) for event in journal.events if isinstance(event, Scored)}
        read = [fold.error is not None and id(fold) in known for fold in folds]
        n_failed = sum(error is not None for error in errors)
        said = (
            f"\n{sum(read)} of {n_failed} failures, including this failure, were read from the "
            f"checkpoint {journal.path!r}. The search does not evaluate candidates of this file "
            "again. If the cause of the failures is gone, name another file to evaluate them again."
        )
        errors = [
            f"{error}{said}" if is_read else error
            for error, is_read in zip(errors, read, strict=True)
        ]
    warn_or_raise_about_fit_failures([{"fit_error": error} for error in errors], search.error_score)
    warn_of_scores(search.cv_results_, rows)


def _select(search: Any, run: Run, rows: Sequence[Trial]) -> None:
    """Set which candidate is taken: one without a score only if none has one."""
    table, metric = search.cv_results_, run.refit_metric
    has_score = {
        name: np.array([math.isfinite(run.objective.score(trial, name)) for trial in rows])
        for name in run.objective.metrics
    }
    if callable(search.refit):
        row = select_best_index(search, metric, with_masked_scores(table, has_score))
        _check_taken(search, row, rows[row])
    else:
        row = best_row(table[f"rank_test_{metric}"], has_score[metric])
        if run.preferences is not None and has_score[metric].any():
            row = int(_choice(run, rows)(np.array(_fold_scores(run, rows)))[0])
    search.best_index_ = row
    if not callable(search.refit):
        search.best_score_ = table[f"mean_test_{metric}"][row]
    search.best_params_ = table["params"][row]


def _fold_scores(run: Run, rows: Sequence[Trial]) -> list[list[float]]:
    """Return the scores of the folds, NaN in all of a candidate without a score."""
    scores = []
    for trial in rows:
        folds = run.objective.fold_scores(trial)
        # Asked once for each candidate: the answer looks at all folds.
        has_failed = run.objective.has_failed(trial)
        scores.append([math.nan if fold is None or has_failed else fold for fold in folds])
    return scores


def _choice(run: Run, rows: Sequence[Trial]) -> Callable[[NDArray[np.float64]], NDArray[np.intp]]:
    """Return by what rule candidates are taken, given the scores of folds: all, or some of them."""
    preferences = run.preferences
    if preferences is None:
        return highest_means
    points = [trial.point for trial in rows]

    # This decodes all points. Many sets of folds have few different best candidates.
    @cache
    def complexity_beside(best: int) -> NDArray[np.float64]:
        return preferences.complexity(points, points[best])

    @own_arithmetic()
    def simplest(folds: NDArray[np.float64]) -> NDArray[np.intp]:
        means = folds.mean(axis=1)
        best = int(np.nanargmax(means))
        return np.array([simplest_within_one_error(folds, means, complexity_beside(best), best)])

    return simplest


def _check_taken(search: Any, row: int, trial: Trial) -> None:
    """Raise ValueError if a fold of the candidate that `refit` took was not run.

    One that has failed may be taken, as in `GridSearchCV`: a function may go by another metric.
    """
    if None in trial.folds:
        raise ValueError(
            f"refit={show(search.refit)} returned {row}, the row of a candidate that is "
            f"{search.candidate_status_[row]!r} after {trial.n_scored} of {search.n_splits_} folds "
            "(candidate_status_) and has no mean score. The means of such rows are masked in the "
            "table that the function gets, and their ranks are the last. So "
            "np.argmax(table['mean_test_score']) is the best of the other rows. cv_results_ has "
            "all scores of this search."
        )
