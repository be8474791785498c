"""What a search in parts costs on real fits until it is as good as one with whole fits.

Each run is a search of one of `LIVE_TASKS`, in one process and on one thread. Two clocks are noted
whenever a candidate is complete, on all folds with the whole resource: CPU time of the process, and
wall time, which is that of all who share the machine. Outside of the clocks each candidate that
was the best one so far is fitted to all rows of the search, and scored on fresh ones: that is what
a user would have, had the search ended there.

The target is the fresh score of the best candidate of the plain search at its end, on the same
rows and folds. 1 is what the plain search costs in all. The first table says at which cost the best
candidate so far first had the target: the median over the seeds. Infinite: not within `--most`.
The second says by how much the last fresh score within `--most` is above the target, in per cent of
the size of that; minus infinite: no candidate was complete by then. The methods:

- `plain`: `BayesSearchCV` with whole fits, `--n-iter` candidates;
- `again`: the same with another seed, for as long as it may cost: what luck of the seed makes of
  the same search, as `plain` reaches its own last score by itself;
- `parts`: `BayesSearchCV` with a `resource`, for as long as it may cost, and `hyperband`: with that
  strategy;
- `random`: `RandomizedSearchCV`, and `halving`: `HalvingRandomSearchCV` with the same rungs, again
  and again with other seeds;
- `optuna`: its Parzen estimator and its Hyperband pruner, told of the mean over the folds on each
  rung. It needs `optuna`.

    python -m benchmarks live --n-iter 16 --methods plain parts
    python -m benchmarks live --scale 0.01 --n-iter 16 --seeds 3
    python -m benchmarks live --scale 0.01 --n-iter 16 --table --clock wall
"""

import importlib.metadata
import math
import time
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.metrics import get_scorer

from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import digest
from benchmarks.common.records import Key, Records, newest, select
from benchmarks.common.runs import Run, complete
from benchmarks.common.tabulate import table
from benchmarks.peers.live import METHODS, PLAIN, Problem, Watch
from benchmarks.tasks.live import LIVE_TASKS

CLOCKS = ("cpu", "wall")
THIRD = 1 / 3
NOT_REACHED = math.inf


def version(method: str) -> str:
    """Return what the candidates of a method depend on beside the task."""
    if method in ("halving", "random", "optuna"):
        library = "optuna" if method == "optuna" else "scikit-learn"
        return importlib.metadata.version(library)
    return digest()


def measure(
    name: str, method: str, seed: int, scale: float, n_iter: int, n_folds: int, most: float,
    seconds: float,
) -> Key:  # fmt: skip
    """Search once, and score on fresh rows whatever was the best so far.

    Parameters
    ----------
    name, method : str
    seed : int
    scale : float
    n_iter, n_folds : int
    most : float
        What the search may cost, in costs of the plain one.
    seconds : float
        CPU time of the plain search; infinite for that one.

    Returns
    -------
    dict
        "cpu", "wall", "scores" and "fresh" of those that were the best, in the order of time; the
        number of all that were "complete"; the clocks at the end, "cpu_in_all" and "wall_in_all".
    """
    warnings.simplefilter("ignore")
    task = LIVE_TASKS[name]
    own, fresh = task.drawn(seed, scale)
    problem = Problem(task, seed, scale, n_iter, n_folds, most, own)
    watch = Watch(list(task.space), most * seconds)
    completed = sorted(METHODS[method](problem, watch), key=lambda each: each.cpu)
    cpu, wall = watch.read()
    scorer, best, scores = get_scorer(task.scoring), [], []
    for each in completed:
        if not best or each.score > best[-1].score:
            best.append(each)
            model = clone(problem.estimator).set_params(**each.params).fit(*own)
            scores.append(scorer(model, *fresh))
    return {
        "scores": [each.score for each in best],
        "fresh": scores,
        "cpu": [each.cpu for each in best],
        "wall": [each.wall for each in best],
        "complete": len(completed),
        "cpu_in_all": cpu,
        "wall_in_all": wall,
    }


def ratio(line: Key, reference: Key, clock: str, most: float, tolerance: float) -> float:
    """Return the cost until the target over that of the plain search."""
    target = reference["fresh"][-1] - tolerance * abs(reference["fresh"][-1])
    for spent, score in zip(line[clock], line["fresh"], strict=True):
        cost = spent / reference[f"{clock}_in_all"]
        if score >= target and cost <= most:
            return float(cost)
    return NOT_REACHED


def above(line: Key, reference: Key, clock: str, most: float) -> float:
    """Return by how much the last fresh score is above the target, as a share of that."""
    costs = np.array(line[clock]) / reference[f"{clock}_in_all"]
    of_time = [score for score, cost in zip(line["fresh"], costs, strict=True) if cost <= most]
    target = reference["fresh"][-1]
    return float((of_time[-1] - target) / abs(target)) if of_time else -math.inf


def show(lines: list[Key], methods: Iterable[str], clock: str, most: float, off: float) -> None:
    """Print the tables."""
    lines = [
        line
        for method in METHODS
        for name in LIVE_TASKS
        if (found := select(lines, method=method, task=name))
        for line in newest(found)
    ]
    methods = [method for method in methods if select(lines, method=method)]
    references = {(line["task"], line["seed"]): line for line in select(lines, method=PLAIN)}
    costs: dict[str, list[str]] = {}
    ends: dict[str, list[str]] = {}
    medians: dict[str, list[float]] = {method: [] for method in methods}
    for name in LIVE_TASKS:
        plain_ones = [line for (task, _), line in references.items() if task == name]
        if not plain_ones:
            continue
        seconds = [line["cpu_in_all"] / line["n_iter"] / line["folds"] for line in plain_ones]
        head = [str(len(plain_ones)), f"{np.median(seconds):.2f}"]
        costs[name], ends[name] = [*head], [*head]
        for method in methods:
            pairs = [
                (line, references[name, line["seed"]])
                for line in select(lines, method=method, task=name)
                if (name, line["seed"]) in references
            ]
            if not pairs:
                costs[name].append("")
                ends[name].append("")
                continue
            found = float(np.median([ratio(*pair, clock, most, off) for pair in pairs]))
            medians[method].append(found)
            costs[name].append(f"{found:.2f}")
            end = np.median([above(*pair, clock, most) for pair in pairs])
            ends[name].append(f"{100 * end:+.2f}")
    for title, says in {
        "median": lambda found: f"{np.median(found):.2f}",
        "at most a third": lambda found: f"{sum(r <= THIRD for r in found)} of {len(found)}",
        f"above {most:g}": lambda found: f"{sum(r > most for r in found)} of {len(found)}",
    }.items():
        costs[title] = ["", "", *(says(found) if found else "" for found in medians.values())]
    columns = ["seeds", "s a fit", *methods]
    table(f"{clock} time until the target; 1 is that of the plain search", columns, costs)
    table("the last score above the target, in per cent of that", columns, ends)


def kind(name: str, arguments: Any) -> Key:
    """Return what the runs of a task have in common."""
    scale = LIVE_TASKS[name].scale if arguments.scale is None else arguments.scale
    return {"scale": scale, "n_iter": arguments.n_iter, "folds": arguments.folds}


def run(records: Records, names: list[str], seeds: range, arguments: Any) -> None:
    """Do what is missing; what is compared runs at about the same time, as machines are shared."""
    deadline = time.perf_counter() + 60 * arguments.minutes
    failed = []
    for seed in seeds:
        for name in names:
            of_task = kind(name, arguments)
            first, *others = [PLAIN, *(each for each in arguments.methods if each != PLAIN)]
            seconds = math.inf
            for methods in ([first], others):
                runs = []
                for method in methods:
                    key = {"task": name, "method": method, "seed": seed, **of_task}
                    key |= {"digest": version(method)}
                    if method != PLAIN:
                        key |= {"most": arguments.most}
                    own = (*of_task.values(), arguments.most)
                    runs.append(Run(records, key, measure, (name, method, seed, *own, seconds)))
                try:
                    found = complete(runs, minutes=(deadline - time.perf_counter()) / 60)
                except SystemExit as error:
                    failed.append(str(error))
                    break
                if methods == [first] and found:
                    seconds = found[0]["cpu_in_all"]
            if time.perf_counter() > deadline:
                return
    if failed:
        raise SystemExit("\n".join(failed))


def main(words: list[str]) -> None:
    """Run what is missing, and print the tables."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--only", "--out", "--table", "--first-seed")
    parser.shared("--seeds", default=5)
    parser.shared("--n-iter", default=20, help="candidates of the plain search")
    parser.add_argument("--folds", type=int, default=3, help="number of folds")
    parser.add_argument(
        "--scale", type=float, help="share of the rows; each task has one of its own"
    )
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--most", type=float, default=1.2, help="cost at which a search ends")
    parser.add_argument("--minutes", type=float, default=np.inf, help="begin no run after these")
    parser.add_argument("--clock", choices=CLOCKS, default=CLOCKS[0], help="of the first table")
    parser.add_argument(
        "--tolerance", type=float, default=0.0, help="share of the target that it is lowered by"
    )
    arguments = parser.parse_args(words)
    records = Records(arguments.out / "live.jsonl")
    if not arguments.table:
        tasks = {name: task for name, task in LIVE_TASKS.items() if arguments.only in name}
        absent = [name for name, task in tasks.items() if not task.is_there]
        if absent:
            print(f"left out, as what they need is not installed: {', '.join(absent)}")
        seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        run(records, [name for name in tasks if name not in absent], seeds, arguments)
    lines = [
        line for name in LIVE_TASKS for line in records.select(task=name, **kind(name, arguments))
    ]
    show(lines, arguments.methods, arguments.clock, arguments.most, arguments.tolerance)
