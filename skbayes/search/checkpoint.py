"""The file that a search is written to, and taken up from."""

from __future__ import annotations

import hashlib
import math
import numbers
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from sklearn.exceptions import NotFittedError

from skbayes._compat import BaseSearchCV
from skbayes._trials import Asked
from skbayes._warnings import unsaid
from skbayes.engine import n_samples
from skbayes.exceptions import JournalError, JournalMismatch
from skbayes.known import AUTO, written_spaces
from skbayes.optimizer import draw_seed
from skbayes.search.conditions import space_of
from skbayes.search.results import results_table
from skbayes.space import Point, Space, show

if TYPE_CHECKING:
    from skbayes.journal import Journal, Recorded

__all__ = ["Checkpoint", "recorded"]

# What stands for the data in the name of a file, and how many digits take its place.
DATA = "{data}"
N_DIGITS = 12

# What must be as it was when a search goes on, beside its space, its folds and its data.
SETTINGS = (
    "estimator",
    "scoring",
    "random_state",
    "error_score",
    "return_train_score",
    "early_stopping",
    "objective",
    "optimizer_kwargs",
    "initial_points",
    "strategy",
    "is_allowed",
)
# The same of a search in parts: of others there is no word of them.
OF_PARTS = ("resource", "min_resources", "max_resources", "factor")

# Most searches keep no journal, and should not pay for the imports: they stand in the functions.


def recorded(search: Any) -> tuple[list[Any], dict[str, Any], list[int | None]]:
    """Return what the file of a search says of its candidates, as `trials_table` takes it.

    It may be in use by a search that runs. Whether a candidate without all folds still runs, was
    stopped early or cut off is not in it: unless it has failed, its status is "unfinished".

    Raises
    ------
    NotFittedError
        If the search keeps no such file, or there is none yet.
    JournalError
        If the file is no journal, damaged, or of another space.
    """
    path = None if search.checkpoint is None else os.fsdecode(search.checkpoint)
    if path is None or DATA in path or not os.path.isfile(path):
        where = "" if path is None else f", and there is no file {path!r}"
        raise NotFittedError(
            f"The search is not fitted{where}: trials() shows the candidates of a fitted search, "
            "or the candidates in the file of its checkpoint."
        )
    from skbayes.journal import read_trials
    from skbayes.tables import note_of

    found = read_trials(path)
    params = _params(search, found, path)
    notes = []
    for trial, values in zip(found.trials, params, strict=True):
        status = "complete" if trial.n_scored == found.n_folds else "unfinished"
        notes.append(
            note_of(trial, "failed" if trial.has_failed_by(found.metric) else status, values)
        )
    begun = [trial for trial in found.trials if trial.has_begun]
    table = {}
    if begun:
        scored = [fold for trial in begun for fold in trial.folds if fold is not None]
        table = results_table(
            begun,
            [params[trial.index] for trial in begun],
            metrics=found.metrics,
            error_score=search.error_score if search.error_score != "raise" else math.nan,
            has_train_scores=all(fold.train is not None or fold.error for fold in scored),
            amounts=found.amounts,
        )
    row_of = {trial.index: row for row, trial in enumerate(begun)}
    return notes, table, [row_of.get(trial.index) for trial in found.trials]


def _params(search: Any, found: Recorded, path: str) -> list[dict[str, Any]]:
    """Return the parameters of the candidates in the file of a search."""
    points = [trial.point for trial in found.trials]
    if isinstance(search.search_spaces, str) and search.search_spaces == AUTO:
        # The space depends on the data, which are not at hand: the file says what was evaluated.
        known = _auto_categories(search)
        return [found.params(point, known) for point in points]
    try:
        space = space_of(written_spaces(search), search.estimator, found.seed)
        return [space.decode(point) for point in points]
    except (TypeError, ValueError) as error:
        raise JournalError(
            path, f"it was written by a search of another space ({type(error).__name__}: {error})."
        ) from None


def _auto_categories(search: Any) -> dict[str, dict[str, Any]]:
    """Return by name and token the values of the lists in an "auto" space, such as tuples."""
    from skbayes.journal import known_categories

    with unsaid():
        try:
            return known_categories(space_of(written_spaces(search), search.estimator, 0))
        except ValueError:  # without the data there may be nothing to search
            return {}


class Checkpoint:
    """The file of a search. The data are read once, and only if the file needs them.

    Parameters
    ----------
    search : BaseSearchCV
    X, y : array-like
        As `indexable` returns them.
    """

    def __init__(self, search: BaseSearchCV, X: Any, y: Any) -> None:
        self._search = search
        self._data = {"X": X, "y": y}

    @cached_property
    def _tokens(self) -> dict[str, str]:
        from skbayes.journal import data_token

        return {name: data_token(name, value) for name, value in self._data.items()}

    @cached_property
    def _path(self) -> str:
        """One for each data set, if the user says so."""
        path = os.fsdecode(self._search.checkpoint)
        if DATA not in path:
            return path
        told = " ".join(self._tokens.values())
        digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        return path.replace(DATA, digest[:N_DIGITS])

    @property
    def _settings(self) -> tuple[str, ...]:
        return SETTINGS if self._search.resource is None else (*SETTINGS, *OF_PARTS)

    def seed(self) -> int:
        """Return the seed of the search: that of the run which it takes up, if it is drawn.

        Raises
        ------
        JournalError
            If the file is no journal, or damaged.
        TypeError
            If the data are part of the name of the file, and cannot be told.
        ValueError
            If `random_state` is no seed.
        """
        search = self._search
        is_drawn = not isinstance(search.random_state, numbers.Integral)
        if is_drawn and search.checkpoint is not None and os.path.isfile(self._path):
            from skbayes.journal import Journal

            header, _ = Journal.read(self._path)
            return int(header["seed"])
        return draw_seed(search.random_state)

    def open(
        self,
        space: Space,
        params: Mapping[str, Any],
        splits: Any,
        earlier: Any,
        seed: int,
        metric: str,
        amounts: Sequence[int],
        allows: Callable[[Point], bool],
    ) -> AbstractContextManager[Journal | None]:
        """Open the journal of the search, to be closed on leaving; None if it keeps none.

        `params` are further arguments of `fit`, `earlier` is what a warm start was read to,
        `metric` is the one that the search follows, as its table calls it, or "" if it is not known
        yet, `amounts` are those of the resource, and `allows` tells whether a point may be
        evaluated.

        Raises
        ------
        JournalError, JournalLocked, OSError
            If the file cannot be used for this search; none of its results change.
        TypeError
            If the data cannot be told.
        """
        if self._search.checkpoint is None:
            return nullcontext()
        from skbayes.journal import Journal, deciding_library, fingerprint, outline

        entries = fingerprint(
            space=space,
            data=self._tokens,
            n_samples=n_samples(self._data["X"]),
            splits=splits,
            fit_params=params,
            warm_start_from=earlier,
            **{name: getattr(self._search, name) for name in self._settings},
        )
        of_search = outline(space, len(splits), metric, amounts)
        header = {"fingerprint": entries, "seed": seed, "outline": of_search}
        library_of = partial(deciding_library, self._search.estimator)
        journal = Journal.open(self._path, header=header, library_of=library_of)
        try:
            _check_allowed(journal, space, allows)
        except BaseException:
            journal.close()
            raise
        return journal


def _check_allowed(journal: Journal, space: Space, allows: Callable[[Point], bool]) -> None:
    """Raise JournalMismatch if a candidate in the file is not allowed: functions change."""
    for event in journal.events:
        if isinstance(event, Asked) and not allows(event.point):
            raise JournalMismatch(
                journal.path,
                f"its candidate {event.index + 1}, {show(space.decode(event.point))}, is refused "
                "by is_allowed, which was another function when the file was written. Give the "
                "earlier is_allowed again to continue this search, or name another file to begin "
                "a new one.",
                ("is_allowed",),
            )
