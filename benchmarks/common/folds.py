"""Objectives that give the scores of folds: real estimators, and functions with noise."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline

from benchmarks.common.records import kept
from benchmarks.common.searches import REFERENCE
from benchmarks.tasks import TASKS
from benchmarks.tasks.models import ACCURACY, AUC, FAILURES, LOG_LOSS, SCALERS, Validated, rows
from benchmarks.tasks.task import Params, Task

N_FOLDS = 5

# From parameters to the scores of the folds, and the score without noise.
Folds = Callable[[Params, np.random.Generator], tuple[list[float], float]]


def real_folds(make: Validated) -> Folds:
    """Return what evaluates an estimator: the scores of its folds, and their mean."""
    X, y = rows(make.data)
    scorer, is_classified = get_scorer(make.scoring), make.scoring in (ACCURACY, AUC, LOG_LOSS)
    splitter = StratifiedKFold if is_classified else KFold
    splits = list(splitter(make.n_splits, shuffle=True, random_state=0).split(X, y))

    def evaluate(params: Params, rng: np.random.Generator) -> tuple[list[float], float]:
        estimator = make_pipeline(SCALERS[make.scaler](), make.build(**dict(make.fixed), **params))
        names = [name for name in estimator.get_params() if name.endswith("random_state")]
        estimator.set_params(**dict.fromkeys(names, 0))
        try:
            scores = [
                float(scorer(estimator.fit(X[train], y[train]), X[test], y[test]))
                for train, test in splits
            ]
        except FAILURES:
            scores = [math.nan] * len(splits)
        return scores, float(np.mean(scores))

    return evaluate


def noisy_folds(task: Task, sd: float) -> Folds:
    """Return what evaluates a function: scores of folds with noise, and the score without it."""
    objective = task.make()

    def evaluate(params: Params, rng: np.random.Generator) -> tuple[list[float], float]:
        score = objective(params, rng)
        noise = sd * math.sqrt(N_FOLDS) * rng.normal(size=N_FOLDS)
        return (score + noise).tolist(), score

    return evaluate


@cache
def levels(name: str) -> tuple[float, float]:
    """Return the best score of a task, of a sample if it is not known, and the median score."""
    task = TASKS[name]
    for line in kept(REFERENCE):
        if line["task"] == name and line["task_digest"] == task.digest:
            scores = np.array(line["scores"], dtype=np.float64)
            best = max(np.nanmax(scores), line.get("best", -np.inf))
            best = best if task.optimum is None else task.optimum
            return float(best), float(np.nanmedian(scores))
    command = f"python -m benchmarks regret --methods skbayes --seeds 0 --only {name} --keep"
    raise SystemExit(f"{name} has no random reference: run `{command}` first.")
