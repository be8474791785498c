"""Tables of what searches said of themselves, beside what came true."""

import math
from collections.abc import Iterator

import numpy as np

from benchmarks.common.promised import N_ITER, ORIGINS, STAGES, cases
from benchmarks.common.records import Key, select
from benchmarks.common.tabulate import table
from benchmarks.tasks.task import HALVES

KINDS = ("any", "noise", "1 %")
LEVELS = (0.5, 0.9)
MIN_COUNT = 40  # statements of a bin that is judged


def show_stops(lines: list[Key]) -> None:
    """Print what `Converged()` ended, and what was left to gain."""
    cells = {}
    for origin in (*ORIGINS, "all"):
        own = [r for r in lines if origin in ("all", cases()[r["case"]].origin)]
        ended = [line for line in own if line["n"] < N_ITER]
        if ended:
            idle = [line["n"] < N_ITER for line in own if line["is_idle"]]
            cells[origin] = [
                str(len(own)),
                str(len(ended)),
                f"{np.mean([line['n'] for line in own]):.0f}",
                f"{np.mean([line['left'] > 1 for line in ended]):.3f}",
                f"{np.mean(idle):.2f}",
            ]
    columns = ["searches", "ended", "evaluations", "lost > 1 noise", "of idle ones ended"]
    table(f"Converged(), of {N_ITER} evaluations", columns, cells)


def show(lines: list[Key]) -> None:
    """Print the tables of what was said."""
    kinds = {n: {"origin": c.origin, "half": c.task.half} for n, c in cases().items()}
    rows = [{**row, **kinds[line["case"]]} for line in lines for row in line["rows"]]
    every = [{**gain, **row} for row in rows for gain in row["gains"]]
    every = [gain for gain in every if math.isfinite(gain["said"])]
    groups = {o: select(every, origin=o) for o in ORIGINS} | {"all": every}
    groups |= {f"after {n}": select(every, n=n) for n in STAGES}
    groups |= {f"gain: {kind}": select(every, kind=kind) for kind in KINDS}
    groups = {name: group for name, group in groups.items() if group}
    print(f"\n{len(lines)} searches of {len({line['case'] for line in lines})} cases")
    table(
        "improvement: said less happened (statements), by what was said",
        [f"{k / 10:.1f}-" for k in range(10)],
        {name: [*reliability(group)] for name, group in groups.items()},
    )
    table(
        "improvement: said, happened; Brier score over that of the frequency, past alone; gains",
        ["statements", "said", "happened", "Brier", "of past", "expected", "true"],
        {name: summary(group) for name, group in groups.items()},
    )
    cells = {}
    for origin in ORIGINS:
        for where in ("random", "near", "next"):
            found = [
                r["inside"][where] for r in rows if r["origin"] == origin and where in r["inside"]
            ]
            if found:
                count = sum(each["count"] for each in found)
                cells[f"{origin}, {where}"] = [
                    str(count),
                    *(f"{sum(e[f'in {level}'] for e in found) / count:.3f}" for level in LEVELS),
                    f"{np.nanmedian([each['width 0.9'] for each in found]):.2f}",
                ]
    table("interval: share of the scores inside", ["scores", "50 %", "90 %", "width"], cells)
    regrets = [{**row["regret"], **row} for row in rows if "regret" in row]
    regrets = [r for r in regrets if r["left"] is not None and math.isfinite(r["left"])]
    groups = {origin: select(regrets, origin=origin) for origin in ORIGINS} | {"all": regrets}
    groups |= {f"after {n}": select(regrets, n=n) for n in STAGES}
    groups |= {half: select(regrets, half=half) for half in HALVES}
    columns = ["states", "known", "holds", "below 0.1", "in sight holds"]
    table("regret bound", columns, {name: bounds(group) for name, group in groups.items() if group})


def bounds(group: list[Key]) -> list[str]:
    """Return the cells of a row of regret bounds."""
    keys = ("bound", "in_sight", "left", "range")
    bound, in_sight, left, width = (np.array([r[k] for r in group], dtype=float) for k in keys)
    known, seen = np.isfinite(bound), np.isfinite(in_sight)
    return [
        str(len(group)),
        f"{known.mean():.2f}",
        f"{(left <= bound)[known].mean():.3f}" if known.any() else "",
        f"{(bound < 0.1 * width).mean():.2f}",
        f"{(left <= in_sight)[seen].mean():.2f}" if seen.any() else "",
    ]


def reliability(group: list[Key]) -> Iterator[str]:
    """Yield for each bin what was said less what happened; in brackets if it is of a few."""
    said, happened = (
        np.array([g[key] for g in group], dtype=float) for key in ("said", "happened")
    )
    bins = np.minimum((10 * said).astype(int), 9)
    for k in range(10):
        own = bins == k
        if not own.any():
            yield ""
            continue
        text = f"{(said - happened)[own].mean():+.2f} ({own.sum()})"
        yield text if own.sum() >= MIN_COUNT else f"[{text}]"


def summary(group: list[Key]) -> list[str]:
    """Return the cells of a row."""
    keys = ("said", "happened", "past", "expected", "gained")
    said, happened, past, expected, gained = (
        np.array([g[key] for g in group], dtype=float) for key in keys
    )
    base = float(happened.var()) or math.nan
    return [
        str(len(group)),
        *(f"{each.mean():.3f}" for each in (said, happened)),
        *(f"{((each - happened) ** 2).mean() / base:.2f}" for each in (said, past)),
        *(f"{each.mean():.2f}" for each in (expected, gained)),
    ]


def show_shares(lines: list[Key]) -> None:
    """Print how many indices lie in their intervals."""
    cells = {}
    for origin in ORIGINS:
        own = [line for line in lines if cases()[line["case"]].origin == origin]
        for n in STAGES:
            found = [row for line in own for row in line["rows"] if row["n"] == n]
            if found:
                share, width = (np.mean([row[key] for row in found]) for key in ("in", "width"))
                cells[f"{origin}, after {n}"] = [str(len(found)), f"{share:.2f}", f"{width:.2f}"]
    table("importances: total indices inside of 90 %", ["indices", "inside", "width"], cells)
