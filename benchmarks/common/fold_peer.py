"""A search of others that leaves folds out, over tables of fold scores."""

import logging
import tempfile
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.common.fold_searches import FoldSearch
from benchmarks.common.fold_tables import TABLED

# Folds that it runs, as a share of all; it never ends by itself. Racing runs as many.
SHARE = 0.5
MANY = 10**6


def by_fcvopt(search: FoldSearch) -> None:
    """Let fcvopt choose candidates and single folds of them, and complete the one it recommends.

    It sees the unit cube; what it proposes is moved to the nearest candidate of the table.
    """
    import torch
    from ConfigSpace import Categorical, Float
    from fcvopt.configspace import ConfigurationSpace
    from fcvopt.optimizers import FCVOpt

    torch.set_num_threads(1)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    table = search.table
    places = table.space.coordinates(table.points)
    written = TABLED[table.name][2]
    values = [sorted(set(column)) for column in places.T]
    config = ConfigurationSpace(seed=search.seed)
    config.add(
        Categorical(name, [str(k) for k in range(len(values[j]))])
        if isinstance(written[name], list)
        else Float(name, bounds=(0.0, 1.0))
        for j, name in enumerate(written)
    )
    indices: dict[int, int] = {}

    def index_of(params: Mapping[str, Any]) -> int:
        """Return the number of the candidate, a new one if its row is new."""
        at = [
            values[j][int(params[name])] if isinstance(written[name], list) else params[name]
            for j, name in enumerate(written)
        ]
        row = int(((places - np.array(at)) ** 2).sum(axis=1).argmin())
        if row not in indices:
            indices[row] = len(search.rows)
            search.rows.append(row)
            search.folds.append([None] * table.n_folds)
        return indices[row]

    def error(params: Mapping[str, Any], fold_idxs: list[int]) -> float:
        index = index_of(params)
        for fold in fold_idxs:
            search.folds[index][fold] = float(table.scores[search.rows[index], fold])
        return -float(np.mean([search.folds[index][fold] for fold in fold_idxs]))

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer = FCVOpt(
            error, config, table.n_folds, verbose=0, seed=search.seed, tracking_dir=folder,
            model_checkpoint_freq=MANY,
        )  # fmt: skip
        n_trials = round(SHARE * search.n_iter * table.n_folds)
        best = index_of(dict(optimizer.optimize(n_trials)))
        optimizer.end_run()
    while None in search.folds[best]:
        search.run(best)
