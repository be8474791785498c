"""What a search says of itself beside what comes true: what more would bring, scores, shares.

Searches on 77 cases are stopped after 12, 25 and 50 evaluations, asked, and continued to 100 by
themselves: response surfaces of others, estimators on real data, functions; without noise, with
folds, noisy. The random points and those near the best, whose scores are predicted, are evaluated
too. The searches are kept apart from what is said (`results/promises/`): when `skbayes/insight/`
has changed, only the latter is done again, so that another way to say things is tried in minutes.

- improvement: after each stage, the chance of a gain within 10 evaluations more and within as many
  again (at most 25), for any gain, for the noise, and for a hundredth of what lies between the best
  and the median score. "past" is the chance that the search's own record has, without the model.
  The table holds what was said less what happened, with the number of statements, in ten bins; the
  Brier score as a share of that of the frequency; the expected gain over the true one.
- interval: how many scores lie in intervals of 50 % and 90 %, and how wide those of 90 % are beside
  those of a constant: the quantiles of the scores of the search.
- regret bound: in how many states one is known, how often the best score that is known is within
  it, and in how many of all states it is below a tenth of the range of the scores; beside it how
  often the best score is within the gain in sight.
- `Converged()`: searches with folds that it ends, and how many of them would have gained more than
  the noise of the folds, without that noise; an idle search gains no more after its half.
- importances: how many of the Sobol indices of the surface itself, by brute force and with scores
  below the floor as the floor, lie in the intervals; within 0.02, for neither is exact.

    python -m benchmarks promises --surfaces ../yahpo_data
    python -m benchmarks promises --table --half confirm
"""

import math
import warnings
from functools import cache
from typing import Any

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.choice import add_origins, find_surfaces
from benchmarks.common.constants import digest, patched
from benchmarks.common.folds import levels
from benchmarks.common.promise_tables import KINDS, LEVELS, show, show_shares, show_stops
from benchmarks.common.promised import N_ITER, ORIGINS, STAGES, cases, sample, search, tell
from benchmarks.common.records import Key, Records, newest
from benchmarks.common.runs import Run, complete
from benchmarks.tasks.surfaces import Surface, at
from benchmarks.tasks.task import HALVES, from_unit
from skbayes import Converged, Optimizer, SearchState
from skbayes._compat import scrambled_sobol
from skbayes.insight import Insight, insight
from skbayes.insight.past import chance_of_rise
from skbayes.rules import fold_noise

# Rooms that change neither proposals nor what `Insight` says.
BESIDE = ("rules", "search", "engine", "journal", "workers", "scikit_optimize")
N_MORE, MOST_MORE = 10, 25
N_SOBOL = 512
TOLERANCE = 0.02


def restored(record: Key, n: int) -> tuple[Optimizer, Insight]:
    """Return the search as it was after n evaluations, and what it said."""
    optimizer = Optimizer(cases()[record["case"]].task.space, random_state=record["seed"])
    folds = [[math.nan if y is None else y for y in scores] for scores in record["folds"][:n]]
    for params, scores in zip(record["params"][:n], folds, strict=True):
        optimizer._points.adopt_point(optimizer.space.encode(params))
        tell(optimizer, params, scores)
    noise = fold_noise(folds) if len(folds[0]) > 1 else math.nan
    learnt = Insight.learn(
        optimizer.space, optimizer._points.store.observations(), optimizer._points.surrogate, noise
    )
    return optimizer, learnt


def said(record: Key, points: list[Any]) -> Key:
    """Return what was said at each stage of a search, with what came true."""
    scores = np.array([np.mean(f) for f in record["folds"]], dtype=np.float64)
    true = np.array(record["true"], dtype=np.float64)
    noise = float(np.nan_to_num(np.nanstd(scores - true))) if np.isfinite(true).any() else 0.0
    best, median = levels(cases()[record["case"]].task.name)
    rows: list[Key] = []
    for n in STAGES:
        optimizer, learnt = restored(record, n)
        row: Key = {"n": n, "gains": gains(learnt, scores, n, 0.01 * (best - median))}
        followed = list(zip(record["params"][n : n + 4], scores[n : n + 4].tolist(), strict=True))
        row["inside"] = {"next": inside(learnt, followed, 0.0)}
        if np.isfinite(true).any():
            row["inside"]["random"] = inside(learnt, points, noise)
            row["inside"]["near"] = inside(learnt, record["near"][str(n)], noise)
            at_best = float(true[learnt._best_row])
            told = scores[:n][np.isfinite(scores[:n])]
            row["regret"] = {
                "bound": optimizer.regret_bound(),
                "in_sight": optimizer.gain_in_sight(),
                "left": max(best, float(np.nanmax(true))) - at_best,
                "range": float(np.ptp(told)) if len(told) else math.nan,
            }
        rows.append(row)
    return {"rows": rows}


def gains(learnt: Insight, scores: np.ndarray, n: int, unit: float) -> list[Key]:
    """Return what was said of a gain, beside the gain."""
    bests = np.fmax.accumulate(scores)
    found, play = [], insight.gains
    for m in sorted({N_MORE, min(n, MOST_MORE)}):
        kept: dict[int, Any] = {}

        def remembered(*args: Any, kept: dict[int, Any] = kept) -> Any:
            # The three gains are asked of the same plays.
            if not kept:
                kept[0] = play(*args)
            return kept[0]

        gained = float(bests[min(n + m, N_ITER) - 1] - bests[n - 1])
        with patched({"insight.insight.gains": remembered}):
            for kind, by in zip(KINDS, (0.0, None, unit), strict=True):
                gain = learnt.improvement(m, by)
                past = chance_of_rise(scores[:n].tolist(), m, np.nan_to_num(gain.by))
                found.append(
                    {
                        "m": m, "kind": kind, "said": gain.probability, "past": past,
                        "happened": bool(gained > gain.by), "expected": gain.expected / unit,
                        "gained": gained / unit,
                    }
                )  # fmt: skip
    return found


def inside(learnt: Insight, points: list[Any], noise: float) -> Key:
    """Return how many scores lie in intervals, and how wide these are."""
    params = [each for each, _ in points]
    true = np.array([math.nan if y is None else y for _, y in points], dtype=np.float64)
    true = true + noise * np.random.default_rng(0).standard_normal(len(true))
    true = np.where(np.isnan(true), learnt.floor, np.maximum(true, learnt.floor))
    told = np.array(learnt.observations.scores)
    told = np.maximum(told[np.isfinite(told)], learnt.floor)
    found: Key = {"count": len(true)}
    for level in LEVELS:
        low, high = learnt.interval(params, level)
        found[f"in {level}"] = int(((low <= true) & (true <= high)).sum())
        constant = float(np.ptp(np.quantile(told, [(1 - level) / 2, (1 + level) / 2])))
        found[f"width {level}"] = float(np.median(high - low)) / constant if constant else math.nan
    return found


@cache
def surface_values(name: str) -> tuple[list[str], np.ndarray]:
    """Return the values of a surface at A, B, and A with one column of B, for each of them."""
    task = cases()[name].task
    space, d = task.space, len(task.space)
    U = scrambled_sobol(N_SOBOL, 2 * d, np.random.default_rng(0))
    A, B = U[:, :d], U[:, d:]
    rows = [A, B, *(np.where(np.arange(d) == j, B, A) for j in range(d))]
    if isinstance(task.make, Surface):
        scores = task.make.scores()
        return list(space), np.array([at(space, scores, each) for each in rows])
    objective, rng = (task.noise_free or task.make)(), np.random.default_rng(0)
    values = [
        [
            objective({n: from_unit(w, x) for (n, w), x in zip(space.items(), u, strict=True)}, rng)
            for u in each
        ]
        for each in rows
    ]
    return list(space), np.array(values)


def shares(record: Key) -> Key:
    """Return how many of the true indices lie in the intervals at each stage."""
    names, values = surface_values(record["case"])
    rows = []
    for n in STAGES:
        _, learnt = restored(record, n)
        f = np.maximum(np.nan_to_num(values, nan=-np.inf), learnt.floor)
        variance = float(f[:2].var())
        importances = learnt.importances()
        for j, name in enumerate(names):
            if variance > 0 and name in {each.name for each in importances}:
                total = float(((f[0] - f[2 + j]) ** 2).mean() / 2 / variance)
                low, high = importances[name].total_interval
                is_in = low - TOLERANCE <= min(total, 1.0) <= high + TOLERANCE
                rows.append({"n": n, "in": is_in, "width": high - low, "total": total})
    return {"rows": rows}


def stop(record: Key) -> Key:
    """Return after how many evaluations `Converged()` ends a search, and what would have come."""
    folds = [[math.nan if y is None else y for y in scores] for scores in record["folds"]]
    scores = [float(np.mean(f)) for f in folds]
    space, rule, n = cases()[record["case"]].task.space, Converged(), 0
    optimizer = Optimizer(space, random_state=record["seed"])
    for n in range(1, N_ITER):
        optimizer._points.adopt_point(optimizer.space.encode(record["params"][n - 1]))
        tell(optimizer, record["params"][n - 1], folds[n - 1])
        noise = fold_noise(folds[:n])
        state = SearchState(
            tuple(scores[:n]), N_ITER, noise, optimizer.regret_bound, optimizer.gain_in_sight
        )
        if rule(state):
            break
    else:
        n = N_ITER
    at_end, at_stop, at_half = (
        record["true"][int(np.nanargmax(scores[:k]))] for k in (N_ITER, n, N_ITER // 2)
    )
    noise, at_50 = fold_noise(folds[:n]), fold_noise(folds[: N_ITER // 2])
    return {
        "n": n,
        "left": (at_end - at_stop) / noise if noise else math.nan,
        "is_idle": bool(at_end - at_half <= at_50),
    }


def has_shares(name: str) -> bool:
    """Tell whether indices can be had by brute force, of a space in one piece."""
    case = cases()[name]
    return case.origin != "real" and not case.noise and len(case.task.branches) == 1


def main(words: list[str]) -> None:
    """Run what is missing, and print the tables."""
    parser = Arguments(__doc__, __name__)
    add_origins(parser, ORIGINS)
    parser.add_argument("--half", choices=HALVES, help="tasks of this half only")
    parser.shared("--first-seed")
    parser.shared("--seeds", default=5)
    parser.shared("--only", "--jobs", "--out", "--table")
    arguments = parser.parse_args(words)
    find_surfaces(arguments)
    warnings.simplefilter("ignore")
    names = [
        name
        for name, case in cases().items()
        if arguments.only in name
        and case.origin in arguments.origin
        and arguments.half in (None, case.task.half)
    ]
    folder = arguments.out / "promises"
    found, samples, statements, indices, stops = (
        Records(folder / f"{name}.jsonl")
        for name in ("searches", "samples", "said", "shares", "stops")
    )
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    keys = [{"case": name, "seed": seed} for seed in seeds for name in names]
    searched = {"digest": digest(without=("insight", *BESIDE))}
    code, ruled = {"digest": digest(without=BESIDE)}, {"digest": digest(without=BESIDE[1:])}
    if not arguments.table:
        complete([Run(samples, {"case": n}, sample, (n,)) for n in names], arguments.jobs)
        complete(
            [Run(found, key | searched, search, (key["case"], key["seed"])) for key in keys],
            arguments.jobs,
        )
        runs = []
        for key in keys:
            (record,) = found.select(**key, **searched)[:1]
            (points,) = samples.select(case=key["case"])[:1]
            runs.append(Run(statements, key | code, said, (record, points["points"])))
            if len(record["folds"][0]) > 1:
                runs.append(Run(stops, key | ruled, stop, (record,)))
            if has_shares(key["case"]) and key["seed"] == 0:
                runs.append(Run(indices, key | code, shares, (record,)))
        complete(runs, arguments.jobs)
    chosen = [line for line in newest(statements.select()) if line["case"] in names]
    show(chosen)
    show_stops(
        [line for line in newest(stops.select() or [{"digest": ""}]) if line.get("case") in names]
    )
    show_shares([line for line in newest(indices.select()) if line["case"] in names])
