"""How the scores of a task become regrets, and what random evaluations have."""

import math
from typing import Any

import numpy as np

from benchmarks.tasks.task import Task

HIGHEST = 1.5
SMALL = 1e-6  # regret that counts as none where logarithms are taken


def found(record: dict[str, Any]) -> np.ndarray:
    """Return the noise-free score of the best evaluation so far; -inf for failures only."""
    if "found" in record:
        return np.nan_to_num(record["found"], nan=-np.inf)
    return np.maximum.accumulate(np.nan_to_num(record["scores"], nan=-np.inf))


def best_of(record: dict[str, Any]) -> float:
    """Return the highest score without noise that a record holds."""
    known = record.get("best", -np.inf)
    return float(np.nanmax(record.get("found", record["scores"]), initial=known))


class Scale:
    """How scores of a task become regrets, and what random evaluations have.

    Parameters
    ----------
    task : Task
    reference : dict
        The record of the random evaluations.
    highest : float
        The best score in all records of the problem.
    """

    def __init__(self, task: Task, reference: dict[str, Any], highest: float) -> None:
        scores = np.nan_to_num(reference["scores"], nan=-np.inf)
        true = np.nan_to_num(reference.get("found", reference["scores"]), nan=-np.inf)
        optimum = -math.inf if task.optimum is None else task.optimum
        self.best = max(highest, optimum)
        median = float(np.median(true))
        self.median = median if np.isfinite(median) else float(np.median(true[np.isfinite(true)]))
        if not self.best > self.median:
            raise ValueError(f"{task.name}: half of the reference is as good as the best.")
        self._sorted = self.regret(true[np.argsort(-scores, kind="stable")])
        self._sizes = np.unique(np.geomspace(1, len(true) / 3, 60).astype(int))
        self._curve = np.minimum.accumulate([self.of_random(n) for n in self._sizes.tolist()])

    def regret(self, score: Any) -> np.ndarray:
        """Return the regret of scores."""
        return np.clip((self.best - np.asarray(score)) / (self.best - self.median), 0, HIGHEST)

    def of_random(self, n: float) -> float:
        """Return the expected regret of the best of n random evaluations."""
        left = np.linspace(1, 0, len(self._sorted) + 1) ** n
        return float((left[:-1] - left[1:]) @ self._sorted)

    def draw_random(self, n: int, size: int, rng: np.random.Generator) -> np.ndarray:
        """Return the regrets of so many runs of n random evaluations each."""
        # The lowest of n uniform numbers is the place of the best evaluation.
        places = -np.expm1(np.log1p(-rng.random(size)) / n)
        return self._sorted[(places * len(self._sorted)).astype(int)]

    def n_random(self, regret: float) -> float:
        """Return how many random evaluations have a regret."""
        level = math.log(max(regret, SMALL))
        curve, sizes = np.log(np.maximum(self._curve, SMALL)), np.log(self._sizes)
        if level >= curve[-1]:
            return float(np.exp(np.interp(-level, -curve, sizes)))
        last = sizes >= sizes[-1] - math.log(10)
        slope = min(np.polyfit(sizes[last], curve[last], 1)[0], -1e-3)
        return float(np.exp(min(sizes[-1] + (level - curve[-1]) / slope, 50.0)))
