"""Searches over tables of fold scores, as the study `folds` runs them."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
N_ITER, N_FOLDS = 12, 4


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    monkeypatch.syspath_prepend(ROOT)
    rooms = ("fold_tables", "fold_searches")
    tables, searches = (importlib.import_module(f"benchmarks.common.{room}") for room in rooms)
    return tables, searches


def run(tables: Any, searches: Any, method: str) -> Any:
    """Search a table whose scores follow from the parameters, with noise in each fold."""
    empty = tables.FoldTable("svc-wine", np.empty((0, N_FOLDS)))
    u = empty.space.coordinates(empty.points)
    noise = 0.02 * np.random.default_rng(0).normal(size=(len(u), N_FOLDS))
    scores = -((u - 0.4) ** 2).sum(axis=1)[:, None] + noise
    search = searches.FoldSearch(tables.FoldTable("svc-wine", scores), 0, N_ITER)
    with tables.only_listed(search.table):
        searches.METHODS[method](search)
    return search


@pytest.mark.parametrize("method", ["racing", "turns", "resting", "promotion"])
def test_methods_leave_folds_out(searches: tuple[Any, Any], method: str) -> None:
    search, again = run(*searches, method), run(*searches, method)
    assert search.rows == again.rows
    assert search.folds == again.folds
    assert len(set(search.rows)) == N_ITER
    # All of the first ones, one at least of the others, and none but those of the table.
    n_run = [sum(fold is not None for fold in own) for own in search.folds]
    assert n_run[:5] == [N_FOLDS] * 5
    assert min(n_run) >= 1
    assert sum(n_run) < N_ITER * N_FOLDS
    for row, own in zip(search.rows, search.folds, strict=True):
        known = [fold for fold in range(N_FOLDS) if own[fold] is not None]
        assert [own[fold] for fold in known] == search.table.scores[row, known].tolist()


def test_the_full_search_leaves_none_out(searches: tuple[Any, Any]) -> None:
    search = run(*searches, "full")
    assert search.complete.tolist() == search.table.scores[search.rows].tolist()
    assert not search.resting
