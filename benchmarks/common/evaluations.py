"""Scores that are kept in files, so that what was evaluated once is not fitted again."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common.records import RESULTS
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import Objective, Params, Task


class Scores:
    """A file of scores by key.

    Two processes may use one file: each line is appended in one call, and what the other has added
    since the start is evaluated twice at worst. A line that is torn is left out.

    Parameters
    ----------
    path : Path
        Its folder is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._scores: dict[str, float] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for line in path.read_text().splitlines():
                try:
                    key, score = json.loads(line)
                except ValueError:
                    continue
                self._scores[key] = score

    def of(self, key: Any, evaluate: Callable[[], float]) -> float:
        """Return the score of a key, evaluated if it is not known."""
        name = json.dumps(key, sort_keys=True)
        if name not in self._scores:
            self._scores[name] = evaluate()
            with self._path.open("ab", buffering=0) as file:
                file.write(f"{json.dumps([name, self._scores[name]])}\n".encode())
        return self._scores[name]


def remembered(task: Task, objective: Objective) -> Objective:
    """Return the objective of a deterministic task, with its scores kept in a file."""
    scores = Scores(RESULTS / "evaluations" / f"{task.name}.{task.digest}.jsonl")

    def score(params: Params, rng: np.random.Generator) -> float:
        return scores.of(params, lambda: objective(params, rng))

    return score


@cache
def objectives(name: str) -> tuple[Objective, Objective | None]:
    """Return the objective of a task, and the one without noise if that is another."""
    task = TASKS[name]
    objective, noise_free = task.make(), task.noise_free and task.noise_free()
    if task.is_estimator and noise_free:
        noise_free = remembered(task, noise_free)
    elif task.is_estimator:
        objective = remembered(task, objective)
    return objective, noise_free
