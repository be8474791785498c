"""What a search in parts costs until it is as good as one with whole fits.

The foreign surfaces have a fidelity, epochs of a network or a share of the rows, and the time of
each evaluation. For each surface the target is the median over the seeds of the best score that the
plain search has after 64 whole evaluations, and 1 is the median cost of these. The tables say at
which cost a whole evaluation first reached the target: the median of all runs, the share of runs
where it was at most a quarter, and the share where it was above 1, or not reached within `--most`;
and the mean over the surfaces of the logarithm of the cost, less that of plain searches, with an
interval of 90 %, where a target that was not reached counts as `--most`.
The methods:

- `plain`: the search as it is with whole fits;
- `cost`: the same, told what evaluations cost and that `--most` may be spent, as with `max_time`;
- `ladder`: new candidates begin with a share, and the model says which go on; `ladder-cost`: told
  the same as `cost`;
- `hyperband`, `random`: brackets of successive halving of random candidates, and random candidates
  with whole fits;
- `optuna`, `dehb`: Optuna's TPE with its Hyperband pruner, and brackets of differential evolution.
  Each part is a fit of its own to them too.

    python -m benchmarks parts --methods plain cost --surfaces DIR
    python -m benchmarks parts --methods ladder ladder-cost hyperband random optuna --surfaces DIR
    python -m benchmarks parts --methods ladder --set optimizer.ladder.LOOKS=3 --surfaces DIR
    python -m benchmarks parts --table --tasks

With `--set`, all methods but `plain` run with other values of constants, under names of their own.
Then the last column compares each with the same method as it is.
"""

import math

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.choice import add_surfaces, find_surfaces
from benchmarks.common.constants import digest, read, under
from benchmarks.common.records import Key, Records
from benchmarks.common.runs import Run, complete
from benchmarks.common.tabulate import mean_interval, table
from benchmarks.peers.parts import PEERS, make_player
from benchmarks.tasks import TASKS
from benchmarks.tasks.surfaces import Part
from benchmarks.tasks.task import FOREIGN, FOREIGN_FAMILIES, own_seed

PLAIN = "plain"
METHODS = (PLAIN, "cost", "ladder", "ladder-cost", "hyperband", "random", *PEERS)
N_ITER = 64
QUARTER = 0.25
NOT_REACHED = math.inf


def measure(name: str, method: str, seed: int, target: float, most: float) -> Key:
    """Run one search until a whole evaluation reaches the target, or the cost is `most`.

    Returns
    -------
    dict
        "scores" and "costs" of the whole evaluations, the costs those of all until then; "parts",
        the number of evaluations with less.
    """
    part = Part(TASKS[name].make)
    player = make_player(method, part.space, part.shares, N_ITER, own_seed(name, seed))
    spent, n_parts, scores, costs = 0.0, 0, [], []
    while spent < most and not (method == PLAIN and len(scores) == N_ITER):
        params, rung = player.ask(1.0 - spent / most)
        score, cost = part(params, rung)
        spent += cost
        if rung is None:
            scores.append(score)
            costs.append(spent)
            if score >= target:
                break
        else:
            n_parts += 1
        player.tell(score, cost)
    return {"scores": scores, "costs": costs, "parts": n_parts}


def goal(lines: list[Key]) -> tuple[float, float]:
    """Return the score that is to be reached, and the cost of plain searches until then."""
    best = [max(line["scores"][:N_ITER]) for line in lines]
    return float(np.median(best)), float(np.median([line["costs"][N_ITER - 1] for line in lines]))


def ratio(line: Key, target: float, cost: float) -> float:
    """Return the cost of a search until the target, over that of plain ones."""
    pairs = zip(line["scores"], line["costs"], strict=True)
    return next((spent / cost for score, spent in pairs if score >= target), NOT_REACHED)


def show(records: Records, names: list[str], show_tasks: bool, most: float) -> None:
    """Print the tables."""
    goals = {
        name: goal(lines) for name in names if (lines := records.select(task=name, method=PLAIN))
    }
    variants = sorted({line["method"] for line in records.select()} - set(METHODS))
    runs: dict[str, dict[str, list[float]]] = {
        method: {
            name: [ratio(line, *aim) for line in lines]
            for name, aim in goals.items()
            if (lines := records.select(task=name, method=method))
        }
        for method in (*METHODS, *variants)
    }
    rows: dict[str, list[str]] = {}
    for method, found in runs.items():
        for family in (*FOREIGN_FAMILIES, ""):
            of = [name for name in found if not family or TASKS[name].family == family]
            if of:
                ratios = np.array([each for name in of for each in found[name]])
                base = method.partition(" ")[0]
                rows[f"{method}, {family or 'all'}"] = [
                    str(len(of)), str(len(ratios)), f"{np.median(ratios):.2f}",
                    f"{np.mean(ratios <= QUARTER):.2f}", f"{np.mean(ratios > 1):.2f}",
                    log_ratio(found, runs[PLAIN], of, most),
                    log_ratio(found, runs[base], of, most) if base != method else "",
                ]  # fmt: skip
        if show_tasks:
            rows |= {
                f"  {method} {name}": ["", "", f"{np.median(each):.2f}", "", "", ""]
                for name, each in found.items()
            }
    columns = ["surfaces", "runs", "median", "at most .25", "above 1", "log ratio to whole fits"]
    columns += ["to the same as it is"]
    table("cost until the target, 1 is that of 64 whole evaluations", columns, rows)


def log_ratio(
    found: dict[str, list[float]], base: dict[str, list[float]], of: list[str], most: float
) -> str:
    """Return the mean difference of logarithms to another method on some surfaces."""
    both = [name for name in of if name in base]
    logs = [log_mean(found[name], most) - log_mean(base[name], most) for name in both]
    return mean_interval(np.array(logs)) if len(both) > 1 else ""


def log_mean(ratios: list[float], most: float) -> float:
    """Return the mean logarithm of costs; one that was not reached counts as `most`."""
    return float(np.mean(np.log(np.minimum(ratios, most))))


def main(words: list[str]) -> None:
    """Run what is missing, and print the tables."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--only", "--jobs", "--out", "--table", "--tasks", "--first-seed")
    parser.shared("--seeds", default=3)
    parser.shared("--set", help="other values of constants, for all methods but `plain`")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--most", type=float, default=1.2, help="cost at which a search ends")
    parser.add_argument("--minutes", type=float, default=np.inf, help="begin no run after these")
    add_surfaces(parser)
    arguments = parser.parse_args(words)
    find_surfaces(arguments)
    records = Records(arguments.out / "parts.jsonl")
    tasks = [task for task in TASKS.values() if task.origin == FOREIGN]
    names = [task.name for task in tasks if arguments.only in task.name]
    if not arguments.table:
        seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        values, suffix = read(arguments.set), "".join(f" {each}" for each in sorted(arguments.set))
        for is_plain in (True, False):
            runs = []
            for seed in seeds:
                for name in names:
                    plain = records.select(task=name, method=PLAIN)
                    target, cost = (math.inf, math.inf) if is_plain else goal(plain)
                    for method in arguments.methods:
                        if (method == PLAIN) == is_plain:
                            label = method if is_plain else method + suffix
                            key = {"task": name, "method": label, "seed": seed, "digest": digest()}
                            most = math.inf if is_plain else arguments.most * cost
                            run = measure, name, method, seed, target, most
                            changed = {} if is_plain else values
                            runs.append(Run(records, key, under, (changed, *run)))
            complete(runs, arguments.jobs, arguments.minutes)
    show(records, names, arguments.tasks, arguments.most)
