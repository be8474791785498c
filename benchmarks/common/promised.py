"""Searches that go past where their statements are asked for, of tasks of three origins."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from benchmarks.common.folds import Folds, levels, noisy_folds, real_folds
from benchmarks.common.records import Key
from benchmarks.tasks import TASKS
from benchmarks.tasks.models import Validated
from benchmarks.tasks.task import FOREIGN, Params, Task, from_unit, to_unit
from skbayes import Optimizer

ORIGINS = ("foreign", "real", "own")
STAGES = (12, 25, 50)
N_ITER = 100
# Of the random points, and of those near the best at each stage.
N_RANDOM, N_NEAR = 60, 8
N_RANDOM_REAL, N_NEAR_REAL = 40, 4
# How far near is, in unit coordinates.
NEAR = 0.05

FOREIGN_EXACT = (
    "lcbench-126025", "lcbench-126026", "lcbench-146212", "lcbench-167104", "lcbench-189865",
    "lcbench-189866", "lcbench-189908", "lcbench-34539", "xgboost-1063", "xgboost-1468",
    "xgboost-40536", "xgboost-40978", "xgboost-1461", "xgboost-1493", "xgboost-40966",
    "xgboost-42", "rpart-1457", "rpart-151", "rpart-3", "rpart-41162", "rpart-29", "rpart-1485",
    "glmnet-1067", "glmnet-41146",
)  # fmt: skip
FOREIGN_FOLDS = (
    "lcbench-167152", "lcbench-167185", "xgboost-1510", "xgboost-31", "rpart-41163", "rpart-40536",
)  # fmt: skip
REAL = (
    "svc-breast", "svr-diabetes", "nusvc-rare", "kernel-friedman2", "extra-friedman1",
    "boosting-hastie", "polynomial-friedman3", "logistic-rare", "knn-classes", "tree-classes",
    "sgd-linear", "process-roll", "lda-digits", "network-wine",
)  # fmt: skip
REAL_NOISY = ("tree-diabetes-noisy", "svc-classes-noisy")
OWN_EXACT = (
    "wave", "branin", "hartmann3", "hartmann6", "ridge-4", "bowl-log-5", "bowl-integers-4",
    "ridge-2", "fails-nan", "ackley-3", "cliff-4", "plateaus-6", "ackley-5", "steps-2", "6-of-20",
    "branches-3", "categories-5^6", "mixed-6", "mixed-3",
)  # fmt: skip
OWN_FOLDS = (
    "branin", "hartmann3", "hartmann6", "ridge-4", "bowl-log-5", "plateaus-6", "mixed-3", "cliff-4",
)  # fmt: skip
OWN_NOISY = ("bowl-4-noise-5", "hartmann3-noise-5", "bowl-4-noise-20", "hartmann3-noise-20")
# Noise of the mean over the folds, as a share of what is between the best and the median score.
FOLD_NOISE = 0.02


@dataclass(frozen=True)
class Case:
    """A task, and how it is evaluated: noise is that of the folds; 0 for those that it has."""

    task: Task
    origin: str
    noise: float = 0.0

    def evaluate(self) -> Folds:
        """Return what gives the scores of the folds, or one score, and the score without noise."""
        if self.noise:
            best, median = levels(self.task.name)
            return noisy_folds(self.task, self.noise * (best - median))
        make = self.task.make
        if isinstance(make, Validated) and not make.is_drawn:
            return real_folds(make)
        objective, exact = self.task.make(), self.task.noise_free

        def evaluate(params: Params, rng: np.random.Generator) -> tuple[list[float], float]:
            score = objective(params, rng)
            if exact is None:
                return [score], score
            return [score], math.nan if self.task.is_estimator else exact()(params, rng)

        return evaluate


@cache
def cases() -> dict[str, Case]:
    """Return all cases by name."""
    listed = []
    for origin, names, noise in (
        ("foreign", FOREIGN_EXACT, 0.0),
        ("foreign", FOREIGN_FOLDS, FOLD_NOISE),
        ("real", (*REAL, *REAL_NOISY), 0.0),
        ("own", (*OWN_EXACT, *OWN_NOISY), 0.0),
        ("own", OWN_FOLDS, FOLD_NOISE),
    ):
        for name in names:
            task = TASKS.get(name) or next(
                t for t in TASKS.values() if t.name.startswith(f"{name}-") and t.origin == FOREIGN
            )
            listed.append(Case(task, origin, noise))
    return {case.task.name + ("+folds" if case.noise else ""): case for case in listed}


def is_failure(scores: list[float]) -> bool:
    """Tell whether an evaluation failed."""
    return not bool(np.isfinite(scores).all())


def search(name: str, seed: int) -> Key:
    """Search to the end; evaluate points near what is best at each stage too."""
    case = cases()[name]
    evaluate = case.evaluate()
    optimizer = Optimizer(case.task.space, random_state=seed)
    record: dict[str, Any] = {"params": [], "folds": [], "true": [], "near": {}}
    for index in range(N_ITER):
        params = optimizer.ask()
        folds, true = evaluate(params, np.random.default_rng([seed, index]))
        tell(optimizer, params, folds)
        record["params"].append(params)
        record["folds"].append(folds)
        record["true"].append(math.nan if is_failure(folds) else true)
        if index + 1 in STAGES:
            record["near"][index + 1] = near(case, optimizer.best_params, evaluate, [seed, index])
    return record


def tell(optimizer: Optimizer, params: Params, folds: list[float]) -> None:
    """Report what an evaluation gave."""
    if is_failure(folds):
        optimizer.tell(params, None)
    elif len(folds) == 1:
        optimizer.tell(params, folds[0])
    else:
        optimizer.tell(params, folds=folds)


def near(case: Case, best: Params, evaluate: Folds, seed: list[int]) -> list[Any]:
    """Return parameters near the best ones, with their scores."""
    rng = np.random.default_rng([*seed, 1])
    branch = next(b for b in case.task.branches if fits(b, best))
    found = []
    for _ in range(N_NEAR_REAL if case.origin == "real" else N_NEAR):
        params = {
            name: best[name]
            if isinstance(written, list)
            else from_unit(
                written, float(np.clip(to_unit(written, best[name]) + NEAR * rng.normal(), 0, 1))
            )
            for name, written in branch.items()
        }
        found.append([params, evaluate(params, np.random.default_rng(seed))[1]])
    return found


def fits(branch: Params, params: Params) -> bool:
    """Tell whether parameters are of a branch."""
    return branch.keys() == params.keys() and all(
        params[name] in written for name, written in branch.items() if isinstance(written, list)
    )


def sample(name: str) -> Key:
    """Evaluate random points, the same for all seeds."""
    case = cases()[name]
    evaluate, rng = case.evaluate(), np.random.default_rng(10**6)
    size = N_RANDOM_REAL if case.origin == "real" else N_RANDOM
    points = [case.task.sample(rng) for _ in range(size)]
    return {"points": [[p, evaluate(p, np.random.default_rng(0))[1]] for p in points]}
