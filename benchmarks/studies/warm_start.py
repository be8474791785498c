"""What a warm start is worth, and what a misleading one costs.

A source is an earlier search with another seed: on the same problem (40 evaluations, or 10), on the
problem with its scores negated, on its mirror image (each parameter from the other end of its
range), or with random scores; or on the problem with its scores in another unit. A warm search then
has the problem itself; a cold one has it without a source. Regret is that of `tables`: 0 is the
best known, 1 the median of random evaluations. The tables say:

- `the same problem`: the best after n evaluations of a warm search, with a source of 40 or the 10
  best of these, beside a cold one after 2 n; and after 30 with the 10 best of 40, or with a source
  of 10, beside a cold one after 40, 60 and 80.
- `after n evaluations`: the regret over that of a cold search, of the means over the tasks and of
  each family; 1.10 is a tenth more. The interval holds 90 % of bootstrap samples of tasks and
  seeds, both searches of a sample having the same.

    python -m benchmarks warm_start --seeds 10
    python -m benchmarks warm_start --table --tasks
    python -m benchmarks warm_start --label sure --set optimizer.proposer.PROBE_EVERY=1000000000
"""

import itertools
import math
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import constants
from benchmarks.common.arguments import Arguments
from benchmarks.common.evaluations import objectives
from benchmarks.common.records import Key, Records, newest
from benchmarks.common.results import lines
from benchmarks.common.runs import Run, complete
from benchmarks.common.scale import Scale, best_of, found
from benchmarks.common.searches import REFERENCE, records_of, references
from benchmarks.common.tabulate import TIE, interval, ratio, sampled, table
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import FAMILIES, Objective, Params, Task, from_unit, to_unit
from skbayes import Optimizer

# Some of each family, of both halves, whose evaluations are cheap.
NAMES = (
    "svc-breast", "tree-classes", "bowl-4-noise-20", "hartmann3-noise-20", "branches-3",
    "branches-6", "categories-5^6", "mixed-6", "ridge-10", "hartmann6", "ridge-4", "fails-nan",
    "cliff-4",
)  # fmt: skip
N_SOURCE, N_SMALL, N_ITER = 40, 10, 80
COLD = "cold"
# Of each variant: the transformation of the source, its evaluations, and those of its own.
VARIANTS: dict[str, tuple[str, int, int]] = {
    COLD: ("", 0, N_ITER),
    "same-40": ("same", N_SOURCE, 20),
    "same-10": ("same", N_SMALL, 30),
    "best-10": ("best", N_SOURCE, 30),
    "negated": ("negated", N_SOURCE, 64),
    "mirrored": ("mirrored", N_SOURCE, 64),
    "random": ("random", N_SOURCE, 64),
    "rescaled": ("rescaled", N_SOURCE, 64),
}
MISLEADING = ("negated", "mirrored", "random")
SOURCE_SEED = 1000


def mirrored(task: Task, params: Params) -> Params:
    """Return parameters with each from the other end of its range."""
    for branch in task.branches:
        if branch.keys() == params.keys() and all(
            not isinstance(w, list) or params[name] in w for name, w in branch.items()
        ):
            # The upper edge belongs to the last cell of an integer or a list.
            return {
                name: from_unit(w, _other_end(w, to_unit(w, params[name])))
                for name, w in branch.items()
            }
    raise ValueError(f"{params} is in no branch of {task.name}.")


def _other_end(written: Any, u: float) -> float:
    return (
        (1 - u) * (len(written) - 1) / len(written) + 1e-9 if isinstance(written, list) else 1 - u
    )


def source_of(task: Task, kind: str, n: int, seed: int) -> list[tuple[Params, float]]:
    """Run an earlier search, and return its parameters and scores."""
    objective, _ = objectives(task.name)
    draws = np.random.default_rng([SOURCE_SEED, seed])
    kinds: dict[str, Objective] = {
        "same": objective,
        "best": objective,
        "negated": lambda params, rng: -objective(params, rng),
        "mirrored": lambda params, rng: objective(mirrored(task, params), rng),
        "rescaled": lambda params, rng: 3 + 100 * objective(params, rng),
        "random": lambda params, rng: float(draws.normal()),
    }
    optimizer = Optimizer(task.space, n_iter=n, random_state=SOURCE_SEED + seed)
    rows = []
    for index in range(n):
        params = optimizer.ask()
        score = kinds[kind](params, np.random.default_rng([SOURCE_SEED + seed, index]))
        optimizer.tell(params, score)
        rows.append((params, score))
    if kind == "best":
        rows.sort(key=lambda row: -row[1] if math.isfinite(row[1]) else math.inf)
        return rows[:N_SMALL]
    return rows


def run(name: str, variant: str, seed: int, n_iter: int) -> Params:
    """Run one search; see `searches.search` for the result."""
    task = TASKS[name]
    objective, noise_free = objectives(name)
    kind, n_source, _ = VARIANTS[variant]
    source = source_of(task, kind, n_source, seed) if n_source else None
    optimizer = Optimizer(task.space, n_iter=N_ITER, random_state=seed, warm_start_from=source)
    scores: list[float] = []
    true: list[float] = []
    seconds: list[float] = []
    for index in range(n_iter):
        start = time.process_time()
        params = optimizer.ask()
        seconds.append(round(time.process_time() - start, 5))
        score = objective(params, np.random.default_rng([seed, index]))
        optimizer.tell(params, score)
        if noise_free:
            is_best = score > max(filter(math.isfinite, scores), default=-math.inf)
            before = true[-1] if true else math.nan
            true.append(noise_free(params, np.random.default_rng(0)) if is_best else before)
        scores.append(score)
    return {"scores": scores, **({"found": true} if noise_free else {}), "seconds": seconds}


def regrets_of(folder: Path, records: list[Key]) -> dict[str, dict[str, dict[int, np.ndarray]]]:
    """Return the regret curves by variant, task and seed."""
    references = {
        line["task"]: line
        for line in lines(records_of(REFERENCE, folder).path)
        if line["task_digest"] == TASKS[line["task"]].digest
    }
    highest = dict.fromkeys(NAMES, -math.inf)
    for line in records:
        highest[line["task"]] = max(highest[line["task"]], best_of(line))
    curves: dict[str, dict[str, dict[int, np.ndarray]]] = {}
    scales = {n: Scale(TASKS[n], references[n], highest[n]) for n in {r["task"] for r in records}}
    for line in records:
        regret = scales[line["task"]].regret(found(line))
        of_task = curves.setdefault(line["variant"], {}).setdefault(line["task"], {})
        of_task[line["seed"]] = regret
    return curves


def paired(
    curves: dict[str, dict[str, dict[int, np.ndarray]]], variant: str, n: int, n_cold: int
) -> dict[str, np.ndarray]:
    """Return for each task the regrets of the seeds that both have, of shape (2, n_seeds)."""
    pairs = {}
    for name in NAMES:
        warm, cold = curves[variant].get(name, {}), curves[COLD].get(name, {})
        seeds = sorted(
            s for s in warm.keys() & cold.keys() if n <= len(warm[s]) and n_cold <= len(cold[s])
        )
        if seeds:
            rows = [[warm[s][n - 1] for s in seeds], [cold[s][n_cold - 1] for s in seeds]]
            pairs[name] = np.array(rows)
    return pairs


def print_tables(folder: Path, records: list[Key]) -> None:
    """Print what the records say."""
    curves = regrets_of(folder, records)
    comparisons = [
        *((variant, n, 2 * n) for variant in ("same-40", "best-10") for n in (5, 10, 20)),
        *((variant, 30, n) for variant in ("best-10", "same-10") for n in (40, 60, 80)),
    ]
    comparisons = [each for each in comparisons if each[0] in curves]
    rows = {}
    for variant, n, n_cold in comparisons:
        pairs = paired(curves, variant, n, n_cold)
        if not pairs:
            continue
        regrets = list(pairs.values())
        warm, cold = np.array([pair.mean(axis=1) for pair in regrets]).T
        won, lost = (warm < cold - TIE).sum(), (warm > cold + TIE).sum()
        label = f"{variant} after {n}, cold after {n_cold}"
        less = interval(np.subtract(*sampled(regrets)))
        cells = [f"{warm.mean():.3f}", f"{cold.mean():.3f}", less, f"{won}:{lost}"]
        rows[label] = [*cells, str(sum(pair.shape[1] for pair in regrets))]
    table("the same problem", ["warm", "cold", "difference (90 %)", "won:lost", "runs"], rows)

    for n in (16, 32, 64):
        rows = {}
        columns = ["regret", "cold", "ratio (90 %)", *FAMILIES]
        for variant in [v for v in ("same-40", "rescaled", *MISLEADING) if v in curves]:
            pairs = paired(curves, variant, n, n)
            if not pairs:
                continue
            means = {name: pair.mean(axis=1) for name, pair in pairs.items()}
            warm, cold = np.mean(list(means.values()), axis=0)
            cells = [f"{warm:.3f}", f"{cold:.3f}", ratio(list(pairs.values()))]
            for family in FAMILIES:
                of_family = [m for name, m in means.items() if TASKS[name].family == family]
                a, b = np.mean(of_family, axis=0) if of_family else (math.nan, math.nan)
                cells.append(f"{a:.3f}/{b:.3f}")
            rows[variant] = cells
        if rows:
            table(f"after {n} evaluations; warm/cold of each family", columns, rows)

    rows = {}
    for variant in curves:
        ms = np.array([r["seconds"][:30] for r in records if r["variant"] == variant])
        rows[variant] = [f"{1e3 * ms[:, a:b].mean():.1f}" for a, b in ((0, 10), (10, 20), (20, 30))]
    table("CPU ms of an ask", ["1 to 10", "11 to 20", "21 to 30"], rows)


def print_tasks(folder: Path, records: list[Key], variant: str, n: int, n_cold: int) -> None:
    """Print each task."""
    pairs = paired(regrets_of(folder, records), variant, n, n_cold)
    rows = {
        name: [TASKS[name].half, *(f"{v:.3f}" for v in pair.mean(axis=1))]
        for name, pair in pairs.items()
    }
    table(f"{variant} after {n}, cold after {n_cold}", ["half", "warm", "cold"], rows)


def main(words: list[str]) -> None:
    """Do what is missing, and print the tables."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--seeds", "--first-seed", "--only", "--jobs", "--out", "--table", "--tasks")
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS))
    parser.add_argument("--limit", type=int, default=N_ITER, help="evaluations of a run at most")
    parser.shared("--set", help="other values of constants; under a label of its own")
    parser.shared("--label", default="warm_start")
    arguments = parser.parse_args(words)
    warnings.simplefilter("ignore")

    names = [name for name in NAMES if arguments.only in name]
    records = Records(arguments.out / f"{arguments.label}.jsonl")
    if not arguments.table:
        code, values = constants.digest(arguments.set), constants.read(arguments.set)
        runs = [*references([TASKS[name] for name in names], arguments.out)]
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
            for name, variant in itertools.product(names, arguments.variants):
                n_iter = min(arguments.limit, VARIANTS[variant][2])
                key = {"task": name, "task_digest": TASKS[name].digest, "variant": variant}
                key |= {"seed": seed, "n_iter": n_iter, "digest": code}
                own = values, run, name, variant, seed, n_iter
                runs.append(Run(records, key, constants.under, own))
        complete(runs, arguments.jobs)
    # What the newest code gave; of two runs with one seed, the longer has the shorter in it.
    everything = newest(records.select())
    if not everything:
        raise SystemExit(f"there are no records yet: --only takes {', '.join(NAMES)}.")
    chosen: dict[tuple[Any, ...], Key] = {}
    for line in sorted(everything, key=lambda r: r["n_iter"]):
        if line["variant"] in arguments.variants and line["task"] in names:
            chosen[line["task"], line["variant"], line["seed"]] = line
    print_tables(arguments.out, list(chosen.values()))
    if arguments.tasks:
        for variant, n, n_cold in (
            ("same-40", 10, 20), ("same-10", 30, 80), *((v, 32, 32) for v in MISLEADING),
        ):  # fmt: skip
            if variant in arguments.variants:
                print_tasks(arguments.out, list(chosen.values()), variant, n, n_cold)
