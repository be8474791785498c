"""What candidates that had only looks bring, once a search in parts has no new candidates left.

A search of `--n-iter` candidates then fits as a whole those of them that promise most, until none
promises `skbayes.optimizer.ladder.WORTH`, in standard deviations of the scores. Each run is one
search on one foreign surface that goes on until all are fitted. The table says, for each limit: the
number of whole fits that it would have had after its last new candidate, and what they cost, as a
share of all that the search cost before, both as means over the runs; the share of runs in which
one of them was better than all before; the regret, where 0 is the best known score and 1 that of a
median random evaluation, as a mean over the surfaces; and its difference to the regret without such
fits, with an interval of 90 % for samples of surfaces and seeds.

    python -m benchmarks at_rest --surfaces ../yahpo_data
"""

import math

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.choice import add_surfaces, find_surfaces
from benchmarks.common.constants import digest, patched
from benchmarks.common.records import RESULTS, Key, Records
from benchmarks.common.runs import Run, complete
from benchmarks.common.scale import Scale, best_of
from benchmarks.common.searches import REFERENCE, records_of
from benchmarks.common.tabulate import interval, sampled, table
from benchmarks.peers.parts import Skbayes
from benchmarks.tasks import TASKS
from benchmarks.tasks.surfaces import Part
from benchmarks.tasks.task import FOREIGN, Params, own_seed

WORTH = "optimizer.ladder.WORTH"
# Those that are told apart; the last lets all candidates go on.
LIMITS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0)
NONE = math.inf


def measure(name: str, seed: int, n_iter: int) -> Key:
    """Run one search, and then fit all candidates as a whole, the best first.

    Returns
    -------
    dict
        "best" and "cost" when there were no new candidates left, "at_rest" the number of
        candidates that had only looks, and of the whole fits that followed "limits", the highest
        of `LIMITS` that allows each, "scores" and "costs".
    """
    part = Part(TASKS[name].make)
    player = Skbayes("ladder", part.space, part.shares, n_iter, own_seed(name, seed))
    best, spent, n_whole = -math.inf, 0.0, 0
    while player.n_begun < n_iter:
        params, rung = player.ask(1.0)
        score, cost = part(params, rung)
        player.tell(score, cost)
        spent += cost
        if rung is None:
            best, n_whole = max(best, score), n_whole + 1
    found: Key = {"best": best, "cost": spent, "at_rest": n_iter - n_whole}
    limits, scores, costs = [], [], []
    while (next_one := _next(player)) is not None:
        limit, (params, rung) = next_one
        score, cost = part(params, rung)
        player.tell(score, cost)
        limits.append(limit)
        scores.append(score)
        costs.append(cost)
    return {**found, "limits": limits, "scores": scores, "costs": costs}


def _next(player: Skbayes) -> tuple[float, tuple[Params, int | None]] | None:
    """Return the highest limit with which the search goes on, and what it asks for then."""
    for limit in LIMITS:
        with patched({WORTH: limit}):
            asked = player.go_on()
        if asked is not None:
            return limit, asked
    return None


def followed(line: Key, limit: float) -> int:
    """Return how many whole fits follow the last new candidate with a limit."""
    return next((i for i, each in enumerate(line["limits"]) if each < limit), len(line["limits"]))


def scale_of(name: str, runs: list[Key]) -> Scale:
    """Return how scores become regrets."""
    task = TASKS[name]
    (reference,) = records_of(REFERENCE, RESULTS).select(task=name, task_digest=task.digest)[:1]
    own = max(max([line["best"], *line["scores"]]) for line in runs)
    return Scale(task, reference, max(own, best_of(reference)))


def show(records: Records, names: list[str], n_iter: int) -> None:
    """Print the table."""
    found = {name: records.select(task=name, n_iter=n_iter, digest=digest()) for name in names}
    found = {name: runs for name, runs in found.items() if runs}
    if not found:
        return
    scales = {name: scale_of(name, runs) for name, runs in found.items()}
    everything = [line for runs in found.values() for line in runs]
    rows: dict[str, list[str]] = {}
    for limit in (NONE, *LIMITS):
        pairs = []
        for name, runs in found.items():
            best = [max([line["best"], *line["scores"][: followed(line, limit)]]) for line in runs]
            before = [line["best"] for line in runs]
            pairs.append(np.array([scales[name].regret(best), scales[name].regret(before)]))
        n_fits = [followed(line, limit) for line in everything]
        both = list(zip(everything, n_fits, strict=True))
        costs = [sum(line["costs"][:n]) / line["cost"] for line, n in both]
        is_better = [max(line["scores"][:n], default=-math.inf) > line["best"] for line, n in both]
        first, second = sampled(pairs)
        regret, before = np.mean([pair.mean(axis=1) for pair in pairs], axis=0)
        rows["none" if limit == NONE else f"{limit:g}"] = [
            f"{np.mean(n_fits):.1f}", f"{np.mean(costs):.3f}", f"{np.mean(is_better):.2f}",
            f"{regret:.4f}", f"{regret - before:+.4f} {interval(first - second)}",
        ]  # fmt: skip
    n_rest = np.mean([line["at_rest"] for line in everything])
    title = f"{len(found)} surfaces, {len(everything)} runs of {n_iter} candidates"
    columns = ["whole fits", "of the cost", "better", "regret", "difference"]
    table(f"{title}, {n_rest:.1f} of them at rest", columns, rows)


def main(words: list[str]) -> None:
    """Run what is missing, and print the table."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--only", "--seeds", "--first-seed", "--n-iter", "--jobs", "--out", "--table")
    add_surfaces(parser)
    arguments = parser.parse_args(words)
    find_surfaces(arguments)
    records = Records(arguments.out / "at_rest.jsonl")
    tasks = [task for task in TASKS.values() if task.origin == FOREIGN]
    names = [task.name for task in tasks if arguments.only in task.name]
    if not arguments.table:
        seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        runs = []
        for seed in seeds:
            for name in names:
                key = {"task": name, "seed": seed, "n_iter": arguments.n_iter, "digest": digest()}
                runs.append(Run(records, key, measure, (name, seed, arguments.n_iter)))
        complete(runs, arguments.jobs)
    show(records, names, arguments.n_iter)
