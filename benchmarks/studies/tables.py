"""Print what the records of `regret` say.

How to read it. The regret of a run is 0 at the best score known for the task (of all records, the
reference, and the optimum where there is one) and 1 at the median of random evaluations, clipped to
0 and 1.5; that of a noisy task is measured without noise, at the best evaluation so far. A run that
had failures only has 1.5; failures are the lowest scores of the reference. All methods are compared
on the same runs: the tasks, and for each the seeds, that all of them have done with the newest
digest in their file. Tasks whose spaces others wrote have tables of their own, which come first.

- Intervals hold 90 % of bootstrap samples: of tasks for a mean, of tasks and seeds for a
  difference.
- `rank`: mean over the runs, 1 is the best, ties share.
- `x random`: how many random evaluations have the same expected regret, over the number of
  evaluations; geometric mean over tasks, each at most 10 000. The expectation is exact up to a
  third of the reference; beyond, it goes on as the power of the number that its last decade shows.
- `worst tenth`: regret less the expected one of random, in the tenth of the tasks where the
  difference is largest. These are the tasks with bad luck too: random search with as many seeds,
  the first row, is above zero itself. In the table after it the tasks are chosen by half of the
  seeds, and measured by the other half (mean of many divisions), which is zero for random search,
  with the standard deviation that is given.
- Won and lost: tasks whose mean regret differs by more than 0.005.

    python -m benchmarks tables
    python -m benchmarks tables --n-iter 100 --pairs
    python -m benchmarks tables --methods skbayes optuna-gp --half confirm --tasks
"""

import math
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from benchmarks.common.arguments import Arguments
from benchmarks.common.choice import add_choice, chosen
from benchmarks.common.records import labels
from benchmarks.common.results import Results, difference, paired, read
from benchmarks.common.tabulate import TIE, interval, mean_interval, ratio, table
from benchmarks.tasks.task import (
    ALL_FAMILIES,
    BAYESMARK,
    FOREIGN,
    HALVES,
    ORIGINS,
    OWN,
    TOLD,
    Task,
)

BUDGETS = (8, 16, 32, 64, 100)
N_DIVISIONS = 500  # of the seeds into halves
N_SUITES = 100  # of searches of random points, for their mean and standard deviation
MAX_RATIO = 1e4
DRAWN = "(random)"  # row of searches drawn from the reference, not of the runs of random search
TITLES = {
    FOREIGN: "SPACES OF OTHERS",
    BAYESMARK: "SPACES OF BAYESMARK",
    TOLD: "SPACES OF OTHERS, CONDITIONS TOLD",
    OWN: "SPACES OF THIS PROJECT",
}


def print_regrets(results: Results, budgets: list[int]) -> None:
    """Print mean regrets: of all tasks, of the halves, and of the families."""
    methods = list(results.regrets)
    halves = {"all tasks": HALVES, **{f"half {half!r}": (half,) for half in HALVES}}
    columns = [f"n={n}" for n in budgets]
    for title, of_title in halves.items():
        mask = np.array([task.half in of_title for task in results.tasks])
        if mask.any():
            rows = {m: [mean_interval(results.at(m, n)[mask]) for n in budgets] for m in methods}
            table(f"mean regret, {title} ({mask.sum()})", columns, rows)
    groups = {f: np.array([t.family == f for t in results.tasks]) for f in ALL_FAMILIES}
    estimators = np.array([task.is_estimator for task in results.tasks])
    if estimators.any():
        groups |= {"estimators": estimators, "functions": ~estimators}
    groups = {name: mask for name, mask in groups.items() if mask.any()}
    for n in budgets:
        rows = {
            m: [f"{results.at(m, n)[mask].mean():.3f}" for mask in groups.values()] for m in methods
        }
        columns = [f"{name} ({mask.sum()})" for name, mask in groups.items()]
        table(f"mean regret by family, n={n}", columns, rows)


def print_comparisons(results: Results, budgets: list[int], against: str) -> None:
    """Print ranks, random equivalents, paired differences, worst tasks and CPU time."""
    methods = list(results.regrets)
    columns = [f"n={n}" for n in budgets]
    ranks = {}
    for n in budgets:
        regrets = np.array(
            [np.concatenate([task[:, n - 1] for task in results.regrets[m]]) for m in methods]
        )
        ranks[n] = rankdata(np.round(regrets, 6), axis=0).mean(axis=1)
    rows = {m: [f"{ranks[n][i]:.2f}" for n in budgets] for i, m in enumerate(methods)}
    table("mean rank", columns, rows)

    rows = {}
    for method in methods:
        rows[method] = []
        for n in budgets:
            pairs = zip(results.scales, results.at(method, n), strict=True)
            ratios = [min(scale.n_random(regret) / n, MAX_RATIO) for scale, regret in pairs]
            rows[method].append(f"{np.exp(np.mean(np.log(ratios))):.1f}")
    table("x random", columns, rows)

    if against in methods:
        rows = {}
        for method in [m for m in methods if m != against]:
            rows[method] = []
            for n in budgets:
                per_task, samples = difference(results, against, method, n)
                won, lost = (per_task < -TIE).sum(), (per_task > TIE).sum()
                text = f"{per_task.mean():+.3f} {interval(samples)} {won:2d}:{lost:2d}"
                rows[method].append(text)
        table(f"{against} less the other: below zero {against} is better; won:lost", columns, rows)

        rows = {
            method: [ratio(paired(results, method, against, n)) for n in budgets] for method in rows
        }
        table(f"regret over that of {against}", columns, rows)

    print_worst(results, budgets)

    rows = {
        m: [f"{ms[:, max(0, n - 8) : n].mean():.1f}" for n in budgets] + [f"{ms.mean():.1f}"]
        for m, ms in results.milliseconds.items()
    }
    table("CPU ms of ask and tell, the eight before n", [*columns, "whole run"], rows)


def worst_tenth(chosen_by: np.ndarray, measured: np.ndarray) -> float:
    """Return the mean of the second over the tenth of the tasks where the first is largest.

    Both have a row for each task; of several columns, each on its own, the mean is returned.
    """
    rows = np.argsort(chosen_by, axis=0)[-max(1, len(chosen_by) // 10) :]
    return float(np.take_along_axis(measured, rows, axis=0).mean())


def worst_by_other_seeds(regrets: list[np.ndarray], random: np.ndarray) -> float:
    """Return the worst tenth less random, chosen by one half of the seeds, by the other half.

    One array of shape (n_seeds,) a task; NaN if a task has one seed only.
    """
    if min(map(len, regrets)) < 2:
        return math.nan
    rng = np.random.default_rng(0)
    orders = [rng.permuted(np.tile(task, (N_DIVISIONS, 1)), axis=1) for task in regrets]
    halves = [np.array_split(order, 2, axis=1) for order in orders]
    means = np.array([[half.mean(axis=1) for half in task] for task in halves])
    return worst_tenth(*np.moveaxis(means - random[:, None, None], 1, 0))


def print_worst(results: Results, budgets: list[int]) -> None:
    """Print the regret less that of random search where that is largest."""
    columns = [f"n={n}" for n in budgets]
    rng = np.random.default_rng(0)
    sizes = [len(task) for task in next(iter(results.regrets.values()))]
    own: dict[str, list[str]] = {method: [] for method in (DRAWN, *results.regrets)}
    other: dict[str, list[str]] = {method: [] for method in own}
    for n in budgets:
        random = np.array([scale.of_random(n) for scale in results.scales])
        suites = [
            [scale.draw_random(n, k, rng) for scale, k in zip(results.scales, sizes, strict=True)]
            for _ in range(N_SUITES)
        ]
        less = [np.array([task.mean() for task in suite]) - random for suite in suites]
        own[DRAWN].append(f"{np.mean([worst_tenth(each, each) for each in less]):+.3f}")
        spread = np.std([worst_by_other_seeds(suite, random) for suite in suites])
        other[DRAWN].append(f"0 +-{spread:.3f}")
        for method, regrets in results.regrets.items():
            each = results.at(method, n) - random
            own[method].append(f"{worst_tenth(each, each):+.3f}")
            by_others = worst_by_other_seeds([task[:, n - 1] for task in regrets], random)
            other[method].append(f"{by_others:+.3f}")
    table("worst tenth of tasks, less random", columns, own)
    table("the same, chosen by other seeds", columns, other)


def print_tasks(results: Results, n: int) -> None:
    """Print the mean regret of each task."""
    methods = list(results.regrets)
    rows = {}
    for i, (task, scale) in enumerate(zip(results.tasks, results.scales, strict=True)):
        cells = [f"{results.at(m, n)[i]:.3f}" for m in methods]
        numbers = [f"{scale.of_random(n):.3f}", f"{scale.best:.5g}", f"{scale.median:.5g}"]
        rows[task.name] = [task.family, task.half, str(task.n_dimensions), *cells, *numbers]
    columns = ["family", "half", "dims", *methods, "E random", "best", "median"]
    table(f"mean regret of each task, n={n}", columns, rows)


def print_pairs(
    folder: Path, against: str, peers: list[str], n_iter: int, tasks: list[Task]
) -> None:
    """Print one method beside each of the others, on the runs that both have done."""
    budgets = [n for n in BUDGETS if n <= n_iter]
    heads = "".join(f" after {n} | difference |" for n in budgets)
    rows = []
    for peer in peers:
        results = read(folder, [against, peer], n_iter, tasks)
        if set(results.regrets) != {against, peer} or not results.tasks:
            continue
        cells = []
        for n in budgets:
            per_task, samples = difference(results, against, peer, n)
            own, other = results.at(against, n).mean(), results.at(peer, n).mean()
            cells += [f"{own:.3f} / {other:.3f}", f"{per_task.mean():+.3f} {interval(samples)}"]
        won, lost = (per_task < -TIE).sum(), (per_task > TIE).sum()
        last = [np.concatenate([r[:, -1] for r in results.regrets[m]]) for m in (against, peer)]
        rank = rankdata(np.round(np.array(last), 6), axis=0).mean(axis=1)
        n_runs = len(results.milliseconds[peer])
        rows.append(
            f"| {peer} | {len(results.tasks)}, {n_runs} | {' | '.join(cells)} | {won}:{lost} | "
            f"{rank[0]:.2f} / {rank[1]:.2f} |"
        )
    if rows:
        print(f"\n{TITLES[tasks[0].origin]}\n")
        print(f"| other | tasks, runs |{heads} won:lost | rank |")
        print(f"|{'---|' * (2 * len(budgets) + 4)}", *rows, sep="\n")


def main(words: list[str]) -> None:
    """Print the tables."""
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--methods", nargs="+", help="methods and labels; all by default")
    add_choice(parser)
    parser.shared("--n-iter", "--tasks", "--out")
    parser.add_argument("--against", default="skbayes", help="method of the paired differences")
    parser.add_argument(
        "--pairs", action="store_true", help="each method beside that one, on their common runs"
    )
    arguments = parser.parse_args(words)

    folder = arguments.out / "regret"
    known = [label for label in labels(folder) if label != "reference"]
    methods = arguments.methods or known
    if unknown := set(methods) - set(known):
        parser.error(f"no records of {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
    origins = {origin: [t for t in chosen(arguments) if t.origin == origin] for origin in ORIGINS}
    n_iter = arguments.n_iter
    if arguments.pairs:
        peers = [method for method in methods if method != arguments.against]
        for tasks in origins.values():
            print_pairs(folder, arguments.against, peers, n_iter, tasks)
        return
    results = {origin: read(folder, methods, n_iter, tasks) for origin, tasks in origins.items()}
    if not any(each.tasks for each in results.values()):
        parser.error("there is no task that all of these methods have done: run `regret` first.")
    budgets = [n for n in BUDGETS if n <= n_iter]
    for origin, each in results.items():
        if not each.tasks:
            continue
        n_runs = len(next(iter(each.milliseconds.values())))
        of_all = f"{len(each.tasks)} of {len(origins[origin])}"
        print(f"\n{TITLES[origin]}: {of_all} tasks, {n_runs} runs of each method")
        print_regrets(each, budgets)
        print_comparisons(each, budgets, arguments.against)
        if arguments.tasks:
            print_tasks(each, n_iter)
