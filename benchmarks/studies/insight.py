"""What `Optimizer.insight` says, with either of its two models, against what comes true; its time.

Four parts, each with fixed seeds:

- improvement: six functions of 2 to 6 dimensions, ten seeds each, are searched up to 60
  evaluations. After 12, 20, 35 and 50 the chance is asked for that the next ten evaluations gain
  more than a threshold of the function, a hundredth of its range or so. The table holds what was
  said, how often it happened, the mean squared difference (Brier score; that of the frequency
  alone is in brackets), and the expected and the true gain as shares of the threshold.
- bounds: a score that no longer rises towards a bound, and one that still does, 25 searches of 25
  evaluations each. The table holds how often a best point at the bound was said to be limited.
- importances: a linear function with weights 4, 2, 1 and two idle parameters after searches of 60
  evaluations. The table holds the largest error of a total index.
- time: CPU milliseconds of each question at 100 observations in ten dimensions.

"overview" is the model that tells bad scores apart, "searching" the one that the search goes by.
Each part is computed with both, whichever `Insight` takes.

    python -m benchmarks insight
    python -m benchmarks insight --seeds 2
"""

import dataclasses
import time
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import digest
from benchmarks.common.records import Key, Records, select
from benchmarks.common.runs import Run, complete
from skbayes import Optimizer
from skbayes.insight import Insight

STAGES = (12, 20, 35, 50)
N_MORE = 10
MODELS = ("overview", "searching")

Function = Callable[[np.ndarray], float]


def jitter(x: np.ndarray) -> float:
    """Return a number in [-0.5, 0.5] that follows from `x` and nothing else, like a fold's luck."""
    seed = np.frombuffer(np.round(x, 9).tobytes(), dtype=np.uint32)
    return float(np.random.default_rng(seed.tolist()).random() - 0.5)


def hartmann(x: np.ndarray) -> float:
    """Hartmann's function of six dimensions."""
    a = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
         [17, 8, 0.05, 10, 0.1, 14]]  # fmt: skip
    p = [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
         [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]  # fmt: skip
    r = (np.array(a) * (x - 1e-4 * np.array(p)) ** 2).sum(axis=1)
    return float(np.array([1.0, 1.2, 3.0, 3.2]) @ np.exp(-r))


def branin(x: np.ndarray) -> float:
    """Branin's function."""
    a, b = 15 * x[0] - 5, 15 * x[1]
    valley = (b - 5.1 / (4 * np.pi**2) * a * a + 5 / np.pi * a - 6) ** 2
    return -float(valley + 10 * (1 - 1 / (8 * np.pi)) * np.cos(a) + 10)


def ackley(x: np.ndarray) -> float:
    """Ackley's function on a cube of side 4."""
    z = 4 * (x - 0.37)
    root = np.sqrt((z**2).mean())
    return float(20 * np.exp(-0.2 * root) + np.exp(np.cos(2 * np.pi * z).mean()))


def plateau(x: np.ndarray) -> float:
    """Something like an accuracy: a ridge with a flat top, and the luck of the folds."""
    ridge = 0.5 * max(0.0, abs(x[0] - 0.6) - 0.1)
    ridge += 0.4 * max(0.0, abs(x[1] - 0.4 + 0.3 * (x[0] - 0.6)) - 0.05)
    return float(0.97 - ridge - 0.1 * (x[2] - 0.3) ** 2 + 0.006 * jitter(x))


FUNCTIONS: dict[str, tuple[int, Function, float]] = {
    "hartmann": (6, hartmann, 0.1),
    "branin": (2, branin, 1.0),
    "ackley": (4, ackley, 0.3),
    "plateau": (4, plateau, 0.004),
    "bowl": (6, lambda x: -float(((x - 0.4) ** 2).sum()), 0.01),
    "corner": (4, lambda x: float(4 * x[0] + 2 * x[1] + x[2] - (x[3] - 0.2) ** 2), 0.02),
}


def saturated(x: np.ndarray) -> float:
    """Return a score that does not change from 0.6 on."""
    return float(-0.5 * max(0.0, 0.6 - x[0]) - (x[1] - 0.4) ** 2 + 0.004 * jitter(x))


BOUNDS: dict[str, Function] = {
    "flat": saturated,
    "rising": lambda x: saturated(x) + 0.04 * float(x[0]),
}
WEIGHTS = {"x0": 16 / 21, "x1": 4 / 21, "x2": 1 / 21, "x3": 0.0, "x4": 0.0}


class Search:
    """A search of a function over a unit cube."""

    def __init__(self, d: int, function: Function, seed: int) -> None:
        self.optimizer = Optimizer({f"x{j}": (0.0, 1.0) for j in range(d)}, random_state=seed)
        self._function = function

    def run(self, n: int) -> None:
        """Evaluate `n` points."""
        for _ in range(n):
            params = self.optimizer.ask()
            x = np.array([params[f"x{j}"] for j in range(len(params))])
            self.optimizer.tell(params, self._function(x))


def with_model(insight: Insight, model: str) -> Insight:
    """Return an insight that answers everything with one of its models."""
    if model == "overview":
        return dataclasses.replace(
            insight, _searching=insight._overview, _searching_unit=insight._unit
        )
    return dataclasses.replace(insight, _overview=insight._searching, _unit=insight._searching_unit)


def measure_improvement(name: str, seed: int) -> Key:
    """Compare what is said of the next evaluations with what they bring."""
    d, function, by = FUNCTIONS[name]
    search = Search(d, function, seed)
    said = {}
    best = {}
    for n in range(STAGES[0], STAGES[-1] + N_MORE + 1):
        search.run(n - search.optimizer.n_asked)
        best[n] = search.optimizer.best_score
        if n in STAGES:
            insight = search.optimizer.insight()
            said[n] = {
                model: with_model(insight, model).improvement(N_MORE, by) for model in MODELS
            }
    rows = []
    for n, gains in said.items():
        gained = best[n + N_MORE] - best[n]
        for model, gain in gains.items():
            rows.append(
                {
                    "n": n, "model": model, "probability": gain.probability,
                    "happened": bool(gained > by), "expected": gain.expected / by,
                    "gained": gained / by,
                }
            )  # fmt: skip
    return {"rows": rows}


def measure_bounds(name: str, seed: int) -> Key:
    """Tell whether a best point at a bound is said to be limited."""
    search = Search(2, BOUNDS[name], seed)
    search.run(25)
    insight = search.optimizer.insight()
    return {
        "rows": [
            {"model": model, "is_limiting": found.is_limiting}
            for model in MODELS
            for found in with_model(insight, model).at_bounds()
            if (found.name, found.side) == ("x0", "upper")
        ]
    }


def measure_importances(seed: int) -> Key:
    """Compare total indices after a search with the true ones."""
    search = Search(5, lambda x: float(4 * x[0] + 2 * x[1] + x[2]), seed)
    search.run(60)
    insight = search.optimizer.insight()
    rows = []
    for model in MODELS:
        found = with_model(insight, model).importances()
        error = max(abs(found[name].total - share) for name, share in WEIGHTS.items())
        rows.append({"model": model, "error": error})
    return {"rows": rows}


def measure_time() -> Key:
    """Take the CPU time of each question."""
    d = 10
    optimizer = Optimizer({f"x{j}": (0.0, 1.0) for j in range(d)}, random_state=0)
    X = np.random.default_rng(0).random((100, d))
    y = -((X - 0.4) ** 2) @ np.arange(d) + 0.1 * np.random.default_rng(1).standard_normal(100)
    optimizer.tell([{f"x{j}": float(v) for j, v in enumerate(row)} for row in X], list(y))
    insight = optimizer.insight()
    params = [insight.space.decode(point) for point in insight.observations.points]
    questions: dict[str, Callable[[], object]] = {
        "insight, first": lambda: Insight.learn(
            insight.space, insight.observations, type(optimizer._points.surrogate)(insight.space)
        ),
        "insight, after an ask": optimizer.insight,
        "predict 100": lambda: insight.predict(params),
        "importances": insight.importances,
        "improvement, n=10": insight.improvement,
        "improvement, n=50": lambda: insight.improvement(50),
        "at_bounds": insight.at_bounds,
        "report": lambda: str(insight),
    }
    rows = []
    for name, ask in questions.items():
        for _ in range(5):
            start = time.process_time()
            ask()
            rows.append({"question": name, "ms": 1e3 * (time.process_time() - start)})
    return {"rows": rows}


def mean(rows: list[dict], key: str) -> float:
    """Return the mean of a column."""
    return float(np.mean([row[key] for row in rows]))


def show(lines: list[Key]) -> None:
    """Print the tables."""
    # What was measured, with the key of its run.
    flat = [{**line, **row} for line in lines for row in line["rows"]]
    print("| after | model | said | happened | Brier | expected gain | true gain |")
    print("|---|---|---|---|---|---|---|")
    for n in (*STAGES, None):
        for model in MODELS:
            rows = select(flat, part="improvement", model=model, **({"n": n} if n else {}))
            p, q = mean(rows, "probability"), mean(rows, "happened")
            brier = np.mean([(row["probability"] - row["happened"]) ** 2 for row in rows])
            print(
                f"| {n or 'all'} | {model} | {p:.2f} | {q:.2f} | {brier:.3f} ({q * (1 - q):.3f}) "
                f"| {mean(rows, 'expected'):.2f} | {mean(rows, 'gained'):.2f} |"
            )
    print("\n| towards the bound | model | best points there | said to be limited |")
    print("|---|---|---|---|")
    for name in BOUNDS:
        for model in MODELS:
            rows = select(flat, part="bounds", function=name, model=model)
            limited = sum(row["is_limiting"] for row in rows)
            print(f"| {name} | {model} | {len(rows)} | {limited} |")
    print("\n| model | largest error of an index, median | worst |\n|---|---|---|")
    for model in MODELS:
        errors = [row["error"] for row in select(flat, part="importances", model=model)]
        print(f"| {model} | {np.median(errors):.3f} | {max(errors):.3f} |")
    print("\n| question | CPU ms, median |\n|---|---|")
    questions = dict.fromkeys(row["question"] for row in select(flat, part="time"))
    for question in questions:
        times = [row["ms"] for row in select(flat, part="time", question=question)]
        print(f"| {question} | {np.median(times):.1f} |")


def main(words: list[str]) -> None:
    """Do what is missing, and print the tables."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--seeds", "--jobs", "--out", "--anew")
    arguments = parser.parse_args(words)
    records = Records(arguments.out / "insight.jsonl", is_new=arguments.anew)
    code, seeds = digest(), range(arguments.seeds)
    n_bounds = 25 if arguments.seeds >= 10 else arguments.seeds

    def run(measure: Callable[..., Key], /, **key: Any) -> Run:
        part = measure.__name__.removeprefix("measure_")
        return Run(records, {"part": part, **key, "digest": code}, measure, tuple(key.values()))

    # Times before all else, and with one process at work.
    lines = complete([run(measure_time)])
    lines += complete(
        [
            *(run(measure_importances, seed=seed) for seed in seeds),
            *(
                run(measure_bounds, function=name, seed=seed)
                for name, seed in product(BOUNDS, range(n_bounds))
            ),
            *(
                run(measure_improvement, function=name, seed=seed)
                for name, seed in product(FUNCTIONS, seeds)
            ),
        ],
        arguments.jobs,
    )
    show(lines)
