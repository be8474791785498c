"""What portfolios are worth on splits that no search saw, beside what they are where one searched.

The best of many candidates on some folds is partly the luckiest there, the more so the more were
tried. So each search's choice after so many candidates is scored again, on three other splits of
the same rows. Three scales of regret, all with 1 at the median random candidate on the same folds:

- `searched`: the score that is searched, 0 at the best one that is known.
- `fresh`: the score on the other splits, 0 at the best one that is known there. It is lucky too.
- `fair`: the same score, where 0 is what a choice gets that all other splits, also the searched
  one, agree on: the best candidate by these, scored on the split that is left. Below 0 is luck.

More than 1 counts as 1, and less than -1 as -1.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common.records import Records
from benchmarks.common.tabulate import mean_interval, table
from benchmarks.portfolios.data import DataSet
from benchmarks.portfolios.families import FAMILIES, Params
from benchmarks.portfolios.learning import agreed, regrets
from benchmarks.portfolios.searches import AFTER, N_ITER, Learner, search
from benchmarks.portfolios.tables import Table

KEPT = Path(__file__).with_name("fresh.jsonl.gz")  # of the run that docs show
SIZES = (0, 1, 2, 3, 4, 6, 8)  # configurations that a search begins with, beside the defaults
N_RANDOM = 60
N_SCALE = 32  # random candidates that are scored on the fresh folds too
SHORT = 8  # evaluations of a search that does not go to the end
KINDS = {
    "searched": "folds that were SEARCHED, 0 at the best known",
    "fresh": "FRESH folds, 0 at the best known there",
    "fair": "FRESH folds, 0 at what the other splits choose",
}

Line = dict[str, Any]


def fresh(folder: Path, names: list[str], step: int, seed: int, to_end: int) -> None:
    """Search every so many data sets, each left out, and judge the choices on both kinds of folds.

    Of these, every `to_end`-th is searched to the end, without a portfolio and with four.
    """
    out = Records(folder / "fresh.jsonl", is_new=True)
    records = Records(folder / "fresh-searches.jsonl")
    for name in names:
        scores = Table(FAMILIES[name], folder)
        learner = Learner(scores)
        for index, data in enumerate(learner.data_sets[::step]):
            portfolio = learner.portfolio(data)
            judged: dict[str, list[Params]] = {}
            for size in SIZES:
                is_whole = size in (0, 4) and not index % to_end
                n_evaluated = N_ITER if is_whole else SHORT
                first = [learner.start(data), *portfolio[:size]]
                key = {"family": name, "data": data.name, "size": size, "seed": seed}
                judged[str(size)] = _chosen(records, scores, data, first, key, n_evaluated)
            out.add(family=name, data=data.name, seed=seed, **_regrets(learner, data, judged))


def _chosen(
    records: Records, scores: Table, data: DataSet, first: list[Params], key: Line, n_evaluated: int
) -> list[Params]:
    """Return what a search holds for the best after so many candidates, searched if need be."""
    done = [r for r in records.select(**key, first=first) if len(r["params"]) >= n_evaluated]
    if not done:
        params, _ = search(scores, data, first, key["seed"], n_evaluated)
        records.add(**key, first=first, params=params)
        done = [{"params": params}]
    tried = done[-1]["params"]
    searched = np.array([scores.score(data, params) for params in tried])
    return [tried[int(searched[:n].argmax())] for n in AFTER if n <= len(tried)]


def _regrets(learner: Learner, data: DataSet, judged: dict[str, list[Params]]) -> Line:
    """Return the regrets of choices on all scales, by what was chosen."""
    random = learner.candidates
    searched = np.array([learner.table.score(data, params) for params in random])
    judged = {
        **judged,
        "60 points": [random[int(searched[:N_RANDOM].argmax())]],
        "8 points": [random[int(searched[:SHORT].argmax())]],
        "defaults": [learner.start(data)],
    }
    listed = [*random[:N_SCALE], *(params for chosen in judged.values() for params in chosen)]
    # One column for each split, the one that is searched first.
    splits = np.array(
        [[learner.table.score(data, p), *learner.table.fresh(data, p)] for p in listed]
    )
    fresh = splits[:, 1:].mean(axis=1)
    middle = float(np.median(fresh[:N_SCALE]))
    scales = {
        "searched": (splits[:, 0], learner.table.best(data), float(np.median(searched))),
        "fresh": (fresh, float(fresh.max()), middle),
        "fair": (fresh, agreed(splits), middle),
    }
    found: Line = {}
    for label, (values, best, median) in scales.items():
        regret = regrets(values[None], np.array([best]), np.array([median]))[0, N_SCALE:]
        left = iter(np.clip(regret, -1.0, 1.0).round(4).tolist())
        found[label] = {way: [next(left) for _ in chosen] for way, chosen in judged.items()}
    return found


def kept() -> list[Line]:
    """Return the lines of the run that docs show."""
    return [json.loads(line) for line in gzip.decompress(KEPT.read_bytes()).splitlines()]


def show(lines: list[Line]) -> None:
    """Print regrets after 8 on both kinds of folds, what they are beside others, and after 32."""
    ways = [*map(str, SIZES), "60 points", "8 points", "defaults"]
    families = list(dict.fromkeys(line["family"] for line in lines))
    for kind, said in KINDS.items():
        cells, beside = {}, {}
        for family in [*families, "all"]:
            own = [line[kind] for line in lines if family in ("all", line["family"])]
            at_8 = {way: _at(own, way, 1 if way.isdigit() else 0) for way in ways}
            cells[f"{family}, {len(own)}"] = [f"{at_8[way].mean():.3f}" for way in ways]
            for size in ("4", "8"):
                sixty = at_8["60 points"]
                beside[f"{family}, {size}"] = [
                    f"{at_8[size].mean() / at_8['0'].mean():.2f}",
                    mean_interval(at_8[size] - at_8["0"]),
                    f"{(at_8[size] < sixty).mean():.2f}", f"{(at_8[size] <= sixty).mean():.2f}",
                ]  # fmt: skip
        table(f"{said}: regret after 8, by size of the portfolio", ways, cells)
        columns = ["over without", "less without", "below 60 points", "at most"]
        table(f"{said}: regret after 8", columns, beside)
        whole = [line[kind] for line in lines if len(line[kind]["4"]) == len(AFTER)]
        if whole:
            ends = {}
            for size in ("0", "4"):
                each = [_at(whole, size, i) for i in range(len(AFTER))]
                ends[f"{size}, {len(whole)} searches"] = [mean_interval(column) for column in each]
            change = [_at(whole, "4", i) - _at(whole, "0", i) for i in range(len(AFTER))]
            ends["4 less 0"] = [mean_interval(column) for column in change]
            table(f"{said}: regret after so many", [str(n) for n in AFTER], ends)


def _at(lines: list[Line], way: str, index: int) -> np.ndarray:
    return np.array([line[way][index] for line in lines])
