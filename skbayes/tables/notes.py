"""What is known of each candidate beside its scores, as plain values that a search keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from skbayes._trials import Trial

__all__ = ["Note", "ended_at", "n_fits", "note_of", "notes_of_table"]

# A dict of plain values, so that pickles of it last. Its keys are those of `note_of`.
Note = dict[str, Any]


def note_of(trial: Trial, status: str, params: Mapping[str, Any]) -> Note:
    """Return what is known of a trial.

    Parameters
    ----------
    trial : Trial
    status : str
        How it ended, or that it has not.
    params : mapping

    Returns
    -------
    dict
        "index", "params", "status" and "origin"; "asked_at" and, for each fold, "folds_at", in
        seconds of search, and "folds_took", in seconds of its fit and score; "shares_at" and
        "shares_took", the same of all fits with less than the whole resource; "seconds", of all;
        "rounds", for each fold; "failure", type and first line of what the first fit that failed
        has raised, also with a share if there is no more; "has_row", whether anything was measured.
        What is not known is None.
    """
    shares = [fold for part in trial.rungs for fold in part if fold is not None]
    return {
        "index": trial.index,
        "params": dict(params),
        "status": status,
        "origin": trial.origin,
        "asked_at": trial.asked_at,
        "folds_at": [None if fold is None else fold.at for fold in trial.folds],
        "folds_took": [None if fold is None else fold.seconds for fold in trial.folds],
        "shares_at": [fold.at for fold in shares],
        "shares_took": [fold.seconds for fold in shares],
        "seconds": trial.all_seconds,
        "rounds": [None if fold is None else fold.rounds for fold in trial.folds],
        "n_folds": trial.n_scored,
        "failure": _failure(trial, status),
        "has_row": trial.has_begun,
    }


def n_fits(note: Note) -> int:
    """Return how many fits there were, those with less than the whole resource among them."""
    return int(note["n_folds"] or 0) + len(note.get("shares_at", ()))


def ended_at(notes: Sequence[Note]) -> float:
    """Return when the last fit was scored; NaN if that is not known of all fits."""
    ends = (at for note in notes for at in (*note["folds_at"], *note.get("shares_at", ())))
    times = [at for at in ends if at is not None]
    return max(times) if times and len(times) == sum(map(n_fits, notes)) else math.nan


def notes_of_table(
    table: Mapping[str, Any], rows: Sequence[int], statuses: Sequence[str], n_folds: int
) -> list[Note]:
    """Return what the results of a search tell of its candidates, where no notes were kept.

    Parameters
    ----------
    table : mapping
        `cv_results_`.
    rows : sequence of int
        Of the candidates in the order tried.
    statuses : sequence of str
        Of the rows.
    n_folds : int
        Number of folds of a complete candidate.
    """
    notes = []
    for index, row in enumerate(rows):
        seconds = float(table["mean_fit_time"][row] + table["mean_score_time"][row]) * n_folds
        is_whole = math.isfinite(seconds)
        notes.append(
            {
                **dict.fromkeys(("origin", "asked_at", "failure")),
                "index": index,
                "params": table["params"][row],
                "status": statuses[row],
                "folds_at": [None] * n_folds,
                "rounds": [None] * n_folds,
                "seconds": seconds if is_whole else None,
                "n_folds": n_folds if is_whole else None,
            }
        )
    return notes


def _failure(trial: Trial, status: str) -> str | None:
    """Return in one line why a trial has no score; None if it did not fail."""
    if status != "failed" and trial.rung is None:
        return None
    for fold, score in enumerate(trial.at(trial.rung)):
        if score is not None and score.error:
            # Shares have an order of folds of their own.
            part = f"fold {fold}" if trial.rung is None else "with a share"
            return f"{part}: {score.reason}"
    return "the scorer raised an error, or its score is not finite" if status == "failed" else None
