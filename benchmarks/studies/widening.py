"""Whether it pays to widen a bound when a search says so, and when it does not.

Searches of 20 candidates (`--n-iter`) in spaces that are cut on one side, or not: response surfaces
of others, estimators on real data, functions of our own whose best point is within or beyond the
bound. Each is asked for `at_bounds`, then continued for 20 candidates: in its own space, and with
one bound moved by a factor of ten (by the width of the range if that is linear), as far as the
surface is known or the estimator allows. Bounds that are tried: those that the best point is near,
and the one that was cut. Searches are kept apart from what is said of them.

It helped if the best candidate of the wider space is better than that of the old one by more than
`insight().noise`, and by more than a hundredth of what lies between the best and the median of
these scores; scores without noise, where they are known. "Found better" compares with the best
of them instead: more candidates in the old space may find that too. With fewer candidates than the
search wants for this advice, "widen it" is what it would say otherwise.

    python -m benchmarks widening --surfaces ../yahpo_data
"""

import math
import warnings

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.choice import add_origins, find_surfaces
from benchmarks.common.constants import digest
from benchmarks.common.promised import ORIGINS, tell
from benchmarks.common.records import Key, Records, newest, select
from benchmarks.common.runs import Run, complete
from benchmarks.common.tabulate import table
from benchmarks.common.widened import best_of, cut, names, search
from skbayes import Optimizer
from skbayes.insight import Insight
from skbayes.rules import fold_noise

BESIDE = ("rules", "search", "engine", "journal", "workers", "scikit_optimize")
KINDS = ("widen it", "at the bound", "not at it")  # said, silent, and nothing to say
UNIT = 0.01


def learnt(record: Key) -> Insight:
    """Return what the search had learnt before it was continued."""
    optimizer = Optimizer(cut(record["case"], record["seed"]).space, random_state=record["seed"])
    folds = [[math.nan if y is None else y for y in scores] for scores in record["folds"]]
    for params, scores in zip(record["params"], folds, strict=True):
        optimizer._points.adopt_point(optimizer.space.encode(params))
        tell(optimizer, params, scores)
    noise = fold_noise(folds) if len(folds[0]) > 1 else math.nan
    observations = optimizer._points.store.observations()
    return Insight.learn(optimizer.space, observations, optimizer._points.surrogate, noise)


def said(record: Key) -> Key:
    """Return what was said of each bound that was tried, with what widening it brought."""
    insight = learnt(record)
    found = {(each.name, each.side): each for each in insight.at_bounds()}
    scores = np.array(insight.observations.scores)
    unit = UNIT * float(np.nanmax(scores) - np.nanmedian(scores))
    by = max(unit, float(np.nan_to_num(insight.noise)))
    now = record["true"][best_of(record)]
    rows = []
    for name, side, best in record["sides"]:
        each = found.get((name, side))
        is_advised = each is not None and each.is_last is False and each._is_rising_beyond
        rows.append(
            {
                "kind": KINDS[2 if each is None else 0 if is_advised else 1],
                "over old": (best - record["old"]) / by if by else 0.0,
                "over now": (best - now) / by if by else 0.0,
                "name": name, "side": side,
            }
        )  # fmt: skip
    return {"rows": rows}


def show(lines: list[Key]) -> None:
    """Print what became of what was said."""
    origins = names()
    rows = [{**row, "origin": origins[line["case"]]} for line in lines for row in line["rows"]]
    print(f"\n{len(lines)} searches of {len({line['case'] for line in lines})} cases")
    cells = {}
    for kind in KINDS:
        for origin in (*ORIGINS, "all"):
            own = (
                select(rows, kind=kind)
                if origin == "all"
                else select(rows, kind=kind, origin=origin)
            )
            if own:
                gained, since = (
                    np.array([row[k] for row in own]) for k in ("over old", "over now")
                )
                shares = (gained > 1, np.abs(gained) <= 1, gained < -1, gained > 0, since > 1)
                cells[f"{kind}, {origin}"] = [str(len(own)), *(f"{s.mean():.2f}" for s in shares)]
    columns = ["bounds", "helped", "same", "harmed", "better at all", "found better"]
    table("what was said, and what widening brought beside the old space", columns, cells)


def main(words: list[str]) -> None:
    """Run what is missing, and print the table."""
    parser = Arguments(__doc__, __name__)
    add_origins(parser, ORIGINS)
    parser.shared("--seeds", default=5)
    parser.shared("--n-iter", default=20, help="candidates before the question")
    parser.shared("--first-seed", "--only", "--jobs", "--out", "--table")
    arguments = parser.parse_args(words)
    find_surfaces(arguments)
    warnings.simplefilter("ignore")
    chosen = [
        name
        for name, origin in names().items()
        if arguments.only in name and origin in arguments.origin
    ]
    found, statements = (
        Records(arguments.out / "widening" / f"{name}.jsonl") for name in ("searches", "said")
    )
    first = arguments.first_seed
    keys = [
        {"case": name, "seed": seed, "n_iter": arguments.n_iter}
        for seed in range(first, first + arguments.seeds)
        for name in chosen
    ]
    searched, code = {"digest": digest(without=("insight", *BESIDE))}, {"digest": digest()}
    if not arguments.table:
        complete(
            [
                Run(found, key | searched, search, (key["case"], key["seed"], key["n_iter"]))
                for key in keys
            ],
            arguments.jobs,
        )
        runs = [
            Run(statements, key | code, said, (found.select(**key, **searched)[0],)) for key in keys
        ]
        complete(runs, arguments.jobs)
    lines = newest(statements.select() or [{"digest": ""}])
    asked = select(lines, n_iter=arguments.n_iter)
    show([line for line in asked if line.get("case") in chosen])
