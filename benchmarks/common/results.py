"""Regrets of all methods, from the records of their searches."""

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common.records import kept, labels, newest
from benchmarks.common.scale import Scale, best_of, found
from benchmarks.common.tabulate import sampled
from benchmarks.peers import METHODS
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import Task

# It plans for the number of evaluations; of all others, a longer run begins like a shorter one.
PLANNING = ("smac",)


@cache
def lines(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file and those kept, less a torn line; they are read once."""
    whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
    return [*kept(path.stem), *(json.loads(line) for line in whole.splitlines())]


def shortened(record: dict[str, Any], n_iter: int) -> dict[str, Any]:
    """Return a record with its first evaluations only."""
    series = ("scores", "found", "seconds")
    return {**record, **{name: record[name][:n_iter] for name in series if name in record}}


@dataclass
class Results:
    """Regrets of all methods on the runs that all have done.

    Attributes
    ----------
    tasks : list of Task
    scales : list of Scale
    regrets : dict of str to list of ndarray of shape (n_seeds, n_iter)
        For each method, one array a task.
    milliseconds : dict of str to ndarray of shape (n_runs, n_iter)
        CPU time of ask and tell.
    """

    tasks: list[Task]
    scales: list[Scale]
    regrets: dict[str, list[np.ndarray]]
    milliseconds: dict[str, np.ndarray]

    def at(self, method: str, n: int) -> np.ndarray:
        """Return the mean regret of each task after n evaluations."""
        return np.array([regret[:, n - 1].mean() for regret in self.regrets[method]])


def read(folder: Path, methods: list[str], n_iter: int, tasks: list[Task]) -> Results:
    """Read the records."""
    wanted = {task.name: task.digest for task in tasks}
    # Of all tasks: the best score of a problem may be that of a twin which is not asked for.
    digests = {task.name: task.digest for task in TASKS.values()}
    references = {
        line["task"]: line
        for line in lines(folder / "reference.jsonl")
        if digests.get(line["task"]) == line["task_digest"]
    }
    problems = {task.name: task.problem for task in TASKS.values()}
    highest = dict.fromkeys(problems.values(), -math.inf)
    runs: dict[str, dict[tuple[str, int], dict[str, Any]]] = {}
    for label in labels(folder):
        records = lines(folder / f"{label}.jsonl")
        for line in records:
            if digests.get(line["task"]) == line["task_digest"]:
                problem = problems[line["task"]]
                highest[problem] = max(highest[problem], best_of(line))
        if label in methods:
            may_be_longer = label in METHODS and label not in PLANNING
            runs[label] = {
                (line["task"], line["seed"]): shortened(line, n_iter)
                for line in newest(records)
                if (line["n_iter"] >= n_iter if may_be_longer else line["n_iter"] == n_iter)
                and wanted.get(line["task"]) == line["task_digest"]
            }
    # A method without any run of this length is left out, not all the others with it.
    methods = [method for method in methods if runs.get(method)]
    common = set.intersection(*(set(runs[method]) for method in methods)) if methods else set()
    seeds = {task.name: sorted(s for name, s in common if name == task.name) for task in tasks}
    kept = [task for task in tasks if seeds[task.name] and task.name in references]
    scales = [Scale(task, references[task.name], highest[task.problem]) for task in kept]
    regrets: dict[str, list[np.ndarray]] = {}
    milliseconds = {}
    for method in methods:
        of_tasks = [[runs[method][task.name, s] for s in seeds[task.name]] for task in kept]
        regrets[method] = [
            np.array([scale.regret(found(line)) for line in of_task])
            for scale, of_task in zip(scales, of_tasks, strict=True)
        ]
        milliseconds[method] = np.array(
            [1e3 * np.array(line["seconds"]) for each in of_tasks for line in each]
        )
    return Results(kept, scales, regrets, milliseconds)


def paired(results: Results, first: str, second: str, n: int) -> list[np.ndarray]:
    """Return the regrets of two methods after n, of shape (2, n_seeds), for each task."""
    both = zip(results.regrets[first], results.regrets[second], strict=True)
    return [np.array([a[:, n - 1], b[:, n - 1]]) for a, b in both]


def difference(results: Results, first: str, second: str, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean difference of each task, and bootstrap samples of their mean."""
    pairs = paired(results, first, second, n)
    of_first, of_second = sampled(pairs)
    return np.array([(a - b).mean() for a, b in pairs]), of_first - of_second
