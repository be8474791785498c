"""The file that a search is written to, and taken up from."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from ._compat import BaseSearchCV
from ._seeds import draw_seed
from .space import Space

if TYPE_CHECKING:
    from ._journal import Journal

__all__ = ["open_journal", "seed_of"]

# Most searches keep no journal, and should not pay for the imports: they stand in the functions.


def seed_of(search: BaseSearchCV) -> int:
    """Return the seed of a search: that of the run which it takes up, if it is drawn.

    Raises
    ------
    JournalError
        If the file is no journal.
    ValueError
        If `random_state` is no seed.
    """
    if search.checkpoint is not None and not isinstance(search.random_state, numbers.Integral):
        from ._journal import Journal

        seed = Journal.read_seed(search.checkpoint)
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
    """
    if search.checkpoint is None:
        return nullcontext()
    from ._fingerprint import fingerprint
    from ._journal import Journal
    from ._outline import outline

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
    return Journal.open(search.checkpoint, header=header)
