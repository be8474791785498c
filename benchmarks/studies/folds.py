"""What leaving folds out saves, and what it costs, over tables of fold scores.

Sixteen estimators and data sets, with the scores of all folds of 320 candidates, made once: folder
`--tables`. Each search proposes 40 candidates of such a list. For 5 and 10 folds it prints the
share of the folds that was run, and by how much the final complete score differs from that of the
search with all folds and the same seed, in standard errors of the mean over the folds, with a 95 %
interval over tasks and seeds; and what that would be if all candidates counted with all of their
folds, which leaves what the model has lost. The methods, all by ask and tell:

- `full`: all folds;
- `racing`: as ``early_stopping="racing"``; `turns`: the same, but candidate i begins with fold i;
- `resting`: candidates rest where a fold is worth too little, and those that rest are judged anew
  by all that is known before each new candidate, and at the end; `resting-0.1`: with 0.1 standard
  errors as what a candidate has to be worth;
- `promotion`: one fold of each candidate, and at the end the others of those that are worth them;
- `fcvopt`: fractional cross-validation with half of the folds (Yerramilli and Apley 2025), which
  needs `fcvopt`.

    python -m benchmarks folds --tables DIR --methods full racing turns
"""

from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import digest, patched, read
from benchmarks.common.fold_peer import by_fcvopt
from benchmarks.common.fold_searches import METHODS as OWN
from benchmarks.common.fold_searches import FoldSearch
from benchmarks.common.fold_tables import TABLED, load_table, only_listed
from benchmarks.common.records import RESULTS, Key, Records
from benchmarks.common.runs import Run, complete
from benchmarks.common.tabulate import table

FULL = "full"
METHODS = OWN | {"fcvopt": by_fcvopt}
N_BOOTSTRAP = 4000


def measure(
    folder: Path, name: str, n_folds: int, n_iter: int, seeds: list[int], method: str,
    constants: list[str],
) -> Key:  # fmt: skip
    """Search a table once with each seed."""
    of_task = load_table(folder, name, n_folds)
    found: Key = {"n_run": [], "final": [], "all": []}
    for seed in seeds:
        search = FoldSearch(of_task, seed, n_iter)
        with patched(read(constants)), only_listed(of_task):
            METHODS[method](search)
        n_run = sum(fold is not None for own in search.folds for fold in own)
        true = of_task.scores[search.rows].mean(axis=1)
        found["n_run"].append(n_run)
        found["final"].append(float(search.complete.mean(axis=1).max()))
        found["all"].append(float(true.max()))
    return found


def unit(scores: np.ndarray) -> float:
    """Return the standard error of the mean over folds of the best candidate of a table.

    Of a typical one, if its folds happen to have one score.
    """
    spread = scores.std(axis=1, ddof=1)
    own = spread[scores.mean(axis=1).argmax()] or np.median(spread)
    return float(own / np.sqrt(scores.shape[1]))


def interval(by_task: list[np.ndarray]) -> tuple[float, float]:
    """Return the ends of the interval of a mean over tasks, and over the seeds of each."""
    rng = np.random.default_rng(0)
    means = []
    for _ in range(N_BOOTSTRAP):
        tasks = rng.integers(len(by_task), size=len(by_task))
        drawn = [by_task[i][rng.integers(len(by_task[i]), size=len(by_task[i]))] for i in tasks]
        means.append(np.mean([each.mean() for each in drawn]))
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def show(folder: Path, lines: list[Key], n_iter: int, show_tasks: bool) -> None:
    """Print the tables."""
    columns = ["tasks", "searches", "folds run", "difference", "95 %", "with all folds", "worse"]
    for n_folds in sorted({line["folds"] for line in lines}):
        of_folds = [line for line in lines if line["folds"] == n_folds]
        full = {line["task"]: line for line in of_folds if line["method"] == FULL}
        rows: dict[str, list[str]] = {}
        for method in dict.fromkeys(line["method"] for line in of_folds):
            shares, differences, of_all = [], [], []
            for line in of_folds:
                name = line["task"]
                if line["method"] != method or name not in full:
                    continue
                n = len(line["final"])
                scale = unit(load_table(folder, name, n_folds).scores)
                before = np.array(full[name]["final"][:n])
                shares.append(np.mean(line["n_run"]) / (n_iter * n_folds))
                differences.append((np.array(line["final"]) - before) / scale)
                of_all.append((np.mean(line["all"]) - before.mean()) / scale)
                if show_tasks:
                    rows[f"  {method} {name}"] = [
                        "", str(n), f"{shares[-1]:.3f}", f"{differences[-1].mean():+.3f}", "",
                        f"{of_all[-1]:+.3f}", "",
                    ]  # fmt: skip
            if not shares:
                continue
            low, high = interval(differences)
            every = np.concatenate(differences)
            rows[method] = [
                str(len(shares)), str(len(every)), f"{np.mean(shares):.3f}",
                f"{np.mean([d.mean() for d in differences]):+.3f}", f"({low:+.3f} {high:+.3f})",
                f"{np.mean(of_all):+.3f}", f"{np.mean(every < -1e-9):.2f}",
            ]  # fmt: skip
        table(f"{n_folds} folds, {n_iter} candidates", columns, rows)


def main(words: list[str]) -> None:
    """Run what is missing, and print the tables."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--only", "--jobs", "--out", "--tasks", "--set", "--seeds", "--first-seed")
    parser.shared("--n-iter", default=40)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(OWN))
    parser.add_argument("--folds", nargs="+", type=int, default=[5, 10])
    parser.add_argument("--tables", type=Path, default=RESULTS / "folds", help="folder of these")
    parser.add_argument("--make", action="store_true", help="make the tables, and search nothing")
    arguments = parser.parse_args(words)
    names = [name for name in TABLED if arguments.only in name]
    records = Records(arguments.out / "folds.jsonl")
    seeds = list(range(arguments.first_seed, arguments.first_seed + arguments.seeds))
    runs = []
    for method, folds, name in product(arguments.methods, arguments.folds, names):
        if arguments.make:
            load_table(arguments.tables, name, folds)
            continue
        n_iter, own = arguments.n_iter, [] if method == FULL else arguments.set
        key = {
            "task": name, "folds": folds, "method": method, "n_iter": n_iter, "seeds": seeds,
            "set": own, "digest": digest(own),
        }  # fmt: skip
        call = (arguments.tables, name, folds, n_iter, seeds, method, own)
        runs.append(Run(records, key, measure, call))
    if runs:
        lines = complete(runs, arguments.jobs)
        show(arguments.tables, lines, arguments.n_iter, arguments.tasks)
