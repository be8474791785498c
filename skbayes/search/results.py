"""`cv_results_`: the table of a search, with the keys, types and order of scikit-learn's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.ma import MaskedArray
from numpy.typing import NDArray
from scipy.stats import rankdata

from skbayes._trials import FoldScore, Trial
from skbayes._warnings import warn
from skbayes.search.conditions import as_written
from skbayes.space import Categorical, Point, Space

__all__ = ["grid_of_lists", "in_row_order", "results_table", "warn_of_scores"]


def in_row_order(trials: Sequence[Trial], space: Space, search_spaces: Any) -> list[Trial]:
    """Return trials in the order of the rows of their table.

    That is the order asked; or `ParameterGrid`'s, as soon as each point of a space of lists is
    among them: a search that exhausts a grid is a grid search. A point of several dicts, which is
    evaluated once, has the place of the first. There is no such grid with dimensions that are no
    lists, or with parameters that exist for some values of a step only.
    """
    is_seen = space.n_values is not None and space.n_values <= len(trials) * len(space.branches)
    grid = grid_of_lists(space, search_spaces) if is_seen else None
    if grid is None:
        return list(trials)
    known = {twin: trial for trial in trials for twin in space.twins(trial.point)}
    rows: dict[int, Trial] = {}
    for point in grid:
        if point not in known:
            return list(trials)
        rows.setdefault(known[point].index, known[point])
    return list(rows.values())


def grid_of_lists(space: Space, search_spaces: Any) -> Iterator[Point] | None:
    """Return all points dict by dict, the last parameter runs fastest, each along its list.

    None if a branch is not a whole dict, or a dimension no list.
    """
    if len({branch.number for branch in space.branches}) < len(space.branches):
        return None
    grids: list[Iterator[tuple[float | int, ...]]] = []
    for branch in space.branches:
        written = as_written(search_spaces, branch.number)
        lists = []
        for name, dimension in branch.parameters:
            values, is_list = written.get(name), isinstance(dimension, Categorical)
            # A range becomes a dimension of integers, as two numbers do, which are no list.
            if not (is_list or isinstance(values, range)):
                return None
            falls = isinstance(values, range) and values.step < 0 and not is_list
            lists.append(list(dimension.codes())[:: -1 if falls else 1])
        grids.append(product(*lists))
    return (Point(branch, codes) for branch, grid in enumerate(grids) for codes in grid)


def results_table(
    trials: Sequence[Trial],
    params: Sequence[Mapping[str, Any]],
    *,
    metrics: Sequence[str],
    error_score: float,
    has_train_scores: bool,
    amounts: Sequence[int] = (),
) -> dict[str, Any]:
    """Return the table of the trials, one row each.

    Parameters
    ----------
    trials : sequence of Trial
        In the order of the rows.
    params : sequence of mapping
        Parameters of each trial.
    metrics : sequence of str
        Names of the scores.
    error_score : float
        Score of a fold whose fit or scoring failed. A fold that was not evaluated holds NaN.
    has_train_scores : bool
        Whether there are columns of training scores.
    amounts : sequence of int, default=()
        Of the resource that a candidate may have been given less of, the whole last.

    Returns
    -------
    dict
        Times, masked parameter columns, ``params``, and the scores of each metric by split with
        mean, standard deviation (population) and rank.
    """
    fold_numbers = range(len(trials[0].folds))

    def column(value: Any) -> NDArray[np.float64]:
        cells = [[value(trial.folds[fold]) for fold in fold_numbers] for trial in trials]
        return np.array(cells, dtype=np.float64)

    table: dict[str, Any] = {}
    if amounts:
        n_rungs = len(amounts) - 1
        rungs = [n_rungs if trial.rung is None else trial.rung for trial in trials]
        table["iter"] = np.array(rungs)
        table["n_resources"] = np.array(amounts)[rungs]
    for name in ("fit_time", "score_time"):
        cells = column(lambda fold, name=name: np.nan if fold is None else getattr(fold, name))
        table[f"mean_{name}"], table[f"std_{name}"] = _mean_and_std(cells)
    table.update(_parameter_columns(params))
    table["params"] = [dict(row) for row in params]
    for metric in metrics:
        for part in ("test", "train") if has_train_scores else ("test",):

            def score(fold: FoldScore | None, metric: str = metric, part: str = part) -> float:
                if fold is None:
                    return np.nan
                scores = getattr(fold, part) or {}
                return float(scores.get(metric, error_score))

            _add_scores(table, f"{part}_{metric}", column(score), has_rank=part == "test")
    return table


def warn_of_scores(table: Mapping[str, Any], trials: Sequence[Trial]) -> None:
    """Warn, as scikit-learn does, of scores in the table of some trials that are not finite.

    A candidate that was stopped early has no mean, and nothing is wrong with it if the folds that
    were run have finite scores.
    """
    was_run = np.array([[fold is not None for fold in trial.folds] for trial in trials])
    for name, means in table.items():
        if not name.startswith(("mean_test_", "mean_train_")):
            continue
        column = name.removeprefix("mean_")
        scores = np.array([table[f"split{fold}_{column}"] for fold in range(was_run.shape[1])]).T
        # Finite scores near the largest float have no mean.
        if not (np.isfinite(scores[was_run]).all() and np.isfinite(means[was_run.all(1)]).all()):
            part = name.split("_")[1]
            warn(f"One or more of the {part} scores are non-finite: {means}")


def _mean_and_std(cells: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # Infinite scores are possible, and means beyond all floats; they have no deviation, without a
    # warning about it. A power of two changes no digit, and keeps squares within the floats.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        means = np.average(cells, axis=1)
        exponents = np.frexp(np.abs(cells).max(axis=1))[1]
        y = np.ldexp(cells, -exponents[:, None]) - np.ldexp(means, -exponents)[:, None]
        stds = np.ldexp(np.sqrt(np.average(y**2, axis=1)), exponents)
    return means, stds


def _add_scores(
    table: dict[str, Any], name: str, cells: NDArray[np.float64], *, has_rank: bool
) -> None:
    for split in range(cells.shape[1]):
        table[f"split{split}_{name}"] = cells[:, split]
    means, stds = _mean_and_std(cells)
    table[f"mean_{name}"], table[f"std_{name}"] = means, stds
    if has_rank:
        table[f"rank_{name}"] = _ranks(means)


def _ranks(means: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return ranks from 1, the lowest of each tie; NaN ranks last."""
    if np.isnan(means).all():
        return np.ones(len(means), dtype=np.int32)
    # Infinite means become the largest numbers: older versions of scipy cannot rank them.
    known = np.nan_to_num(means, nan=np.nanmin(means) - 1)
    return rankdata(-known, method="min").astype(np.int32, copy=False)


def _parameter_columns(params: Sequence[Mapping[str, Any]]) -> dict[str, MaskedArray[Any, Any]]:
    """Return one masked column for each parameter, masked where a row has no such parameter.

    The type of a column is that of its values where numpy finds a single one for them, and
    `object` for text, sequences and anything mixed.
    """
    values: dict[str, dict[int, Any]] = {}
    for row, candidate in enumerate(params):
        for name, value in candidate.items():
            values.setdefault(name, {})[row] = value
    columns = {}
    for name, by_row in values.items():
        data = np.zeros(len(params), dtype=_column_type(list(by_row.values())))
        is_absent = np.ones(len(params), dtype=bool)
        for row, value in by_row.items():
            data[row] = value
            is_absent[row] = False
        columns[f"param_{name}"] = MaskedArray(data, mask=is_absent)
    return columns


def _column_type(values: list[Any]) -> np.dtype[Any]:
    """Return what numpy infers for plain scalars, and `object` for text and all else."""
    # Anything but a plain scalar is opaque: numpy would look into sequences, or ask objects to
    # convert themselves.
    if not all(
        isinstance(value, bool | int | float | complex | bytes | np.generic) for value in values
    ):
        return np.dtype(object)
    inferred = np.array(values).dtype
    return np.dtype(object) if inferred.kind == "U" else inferred
