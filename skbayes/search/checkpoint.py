"""The file that a search is written to, and taken up from."""

from __future__ import annotations

import hashlib
import numbers
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from sklearn.utils import indexable

from skbayes._compat import BaseSearchCV
from skbayes.optimizer import draw_seed
from skbayes.space import Space

if TYPE_CHECKING:
    from skbayes.journal import Journal

__all__ = ["open_journal", "seed_of"]

# What stands for the data in the name of a file, and how many digits take its place.
DATA = "{data}"
N_DIGITS = 12

# Most searches keep no journal, and should not pay for the imports: they stand in the functions.


def path_of(search: BaseSearchCV, X: Any, y: Any) -> str:
    """Return the path of the file of a search: one for each data set, if the user says so.

    Parameters
    ----------
    search : BaseSearchCV
        With a `checkpoint`.
    X, y : array-like

    Raises
    ------
    TypeError
        If the data are part of the name, and cannot be told.
    """
    path = os.fsdecode(search.checkpoint)
    if DATA not in path:
        return path
    from skbayes.journal import data_token

    X, y = indexable(X, y)
    told = f"{data_token('X', X)} {data_token('y', y)}"
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    return path.replace(DATA, digest[:N_DIGITS])


def seed_of(search: BaseSearchCV, X: Any, y: Any) -> int:
    """Return the seed of a search: that of the run which it takes up, if it is drawn.

    Parameters
    ----------
    search : BaseSearchCV
    X, y : array-like

    Raises
    ------
    JournalError
        If the file is no journal.
    TypeError
        If the data are part of the name of the file, and cannot be told.
    ValueError
        If `random_state` is no seed.
    """
    if search.checkpoint is not None and not isinstance(search.random_state, numbers.Integral):
        from skbayes.journal import Journal

        seed = Journal.read_seed(path_of(search, X, y))
        if seed is not None:
            return seed
    return draw_seed(search.random_state)


def open_journal(
    search: BaseSearchCV,
    space: Space,
    X: Any,
    y: Any,
    params: Mapping[str, Any],
    splits: Any,
    earlier: Any,
    seed: int,
) -> AbstractContextManager[Journal | None]:
    """Open the journal of a search, to be closed on leaving; None if it keeps none.

    Parameters
    ----------
    search : BaseSearchCV
        Its settings are read.
    space : Space
    X, y : array-like
    params : mapping
        Further arguments of `fit`.
    splits : sequence of (train, test)
    earlier : list or None
        What a warm start was read to.
    seed : int
        Of a new journal.

    Raises
    ------
    JournalError, JournalLocked, OSError
        If the file cannot be used for this search; it is left as it is.
    TypeError
        If the data cannot be told.
    """
    if search.checkpoint is None:
        return nullcontext()
    from skbayes.journal import Journal, fingerprint, outline

    entries = fingerprint(
        space=space,
        estimator=search.estimator,
        X=X,
        y=y,
        splits=splits,
        scoring=search.scoring,
        random_state=search.random_state,
        fit_params=params,
        error_score=search.error_score,
        return_train_score=search.return_train_score,
        early_stopping=search.early_stopping,
        objective=search.objective,
        optimizer_kwargs=search.optimizer_kwargs,
        initial_points=search.initial_points,
        warm_start_from=earlier,
    )
    header = {"fingerprint": entries, "seed": seed, "outline": outline(space, len(splits))}
    return Journal.open(path_of(search, X, y), header=header)
