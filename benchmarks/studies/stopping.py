"""What stopping rules save, and what they lose.

Searches of 64 evaluations with five folds each, or as many as the task has. Synthetic tasks get
noise in each fold such that the mean of the folds has a standard deviation of 1 % or 5 % of the
distance from the median score of the space to the best; those of estimators have real folds. Every
rule sees the same searches, candidate by candidate. A row is a rule, or with `--tasks` a rule on a
task; each holds means over the searches that it stopped, which are counted first:

- `stopped`: share of the searches that the rule stopped before their end;
- `n`: evaluations used over all searches, those that were not stopped included;
- `left`: how much better the best known score is than the candidate that is best at the stop, by
  the score without noise, in units of the noise of the folds at the stop (`fold_noise`): the mean,
  the median and the 90 % quantile. Two good candidates differ by 1 by chance;
- `at the end`: the same for the searches that were stopped, had they gone on to 64;
- `lost`: share of the stopped searches that would have gained more than the noise until 64;
- `lost %`: what those of estimators would have gained, in per cent of the absolute value of the
  best score: the mean, and the 90 % quantile in brackets.

    python -m benchmarks stopping --seeds 5
    python -m benchmarks stopping --table --tasks
    python -m benchmarks stopping --set optimizer.regret.N_SD=1.0 --label one-sd
"""

import math
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import digest, read, under
from benchmarks.common.folds import levels, noisy_folds, real_folds
from benchmarks.common.records import Key, Records, newest
from benchmarks.common.runs import Run, complete
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import Params
from skbayes import Converged, Optimizer, Patience, SearchState, StoppingRule
from skbayes.rules import fold_noise

SYNTHETIC = (
    "wave", "branin", "hartmann3", "hartmann6", "ridge-2", "ridge-4", "bowl-log-5",
    "bowl-integers-4", "fails-nan", "ackley-3", "cliff-4", "plateaus-6", "mixed-3", "mixed-6",
    "branches-3",
)  # fmt: skip
REAL = (
    "svc-breast", "knn-classes", "svr-diabetes", "kernel-friedman2", "logistic-rare",
    "nusvc-rare", "tree-classes", "polynomial-friedman3",
)  # fmt: skip
NOISES = (0.01, 0.05)
N_ITER = 64
# Before, no rule asks what the model sees.
FIRST_BOUND = 18


@dataclass(frozen=True)
class LowInARow:
    """Stop when the gain in sight is below the noise for n candidates in a row, as in the paper."""

    n: int

    def of(self, record: Key) -> StoppingRule:
        """Return the rule for a search: it looks at earlier gains, which a state does not have."""
        bounds, noise, first = record["bounds"], record["noise"], Converged().min_candidates

        def rule(standing: SearchState) -> str | None:
            n = len(standing.scores)
            recent = range(n - self.n, n)
            low = n - self.n + 1 >= first and all(bounds[k] <= noise[n - 1] for k in recent)
            return "low" if low else None

        return rule


RULES: dict[str, StoppingRule | LowInARow] = {
    "Converged()": Converged(),
    "Converged(1 %)": Converged(0.01, relative=True),
    "patience=1": Converged(patience=1),
    "patience=4": Converged(patience=4),
    "patience=8": Converged(patience=8),
    "patience=12": Converged(patience=12),
    "min_candidates=30": Converged(min_candidates=30),
    "LowInARow(3)": LowInARow(3),
    "Patience(10)": Patience(10),
    "Patience(15)": Patience(15),
    "Patience(20)": Patience(20),
    "Patience(20, 1 %)": Patience(20, 0.01, relative=True),
}


def run(name: str, noise: float, seed: int) -> Params:
    """Search to the end, and return what rules and tables need to know of each evaluation."""
    task, (best, median) = TASKS[name], levels(name)
    if task.is_estimator:
        evaluate = real_folds(task.make)
    else:
        evaluate = noisy_folds(task, noise * (best - median))
    optimizer = Optimizer(task.space, n_iter=N_ITER, random_state=seed)
    folds: list[list[float]] = []
    record: Params = {"scores": [], "true": [], "noise": [], "bounds": []}
    ask, bound = 0.0, 0.0
    for index in range(N_ITER):
        start = time.process_time()
        params = optimizer.ask()
        ask += time.process_time() - start
        scores, true = evaluate(params, np.random.default_rng([seed, index]))
        if not np.isfinite(scores).all():
            scores, true = [math.nan] * len(scores), math.nan
        optimizer.tell(params, folds=scores)
        folds.append(scores)
        start = time.process_time()
        value = optimizer.gain_in_sight() if index + 1 >= FIRST_BOUND else math.nan
        bound += time.process_time() - start
        for key, entry in (
            ("scores", float(np.mean(scores))),
            ("true", float(true)),
            ("noise", fold_noise(folds)),
            ("bounds", value),
        ):
            record[key].append(entry)
    n_bounds = N_ITER - FIRST_BOUND + 1
    return {
        **record,
        "ms_ask": round(1e3 * ask / N_ITER, 2),
        "ms_bound": round(1e3 * bound / n_bounds, 2),
    }


@dataclass(frozen=True)
class End:
    """How a search stood when a rule stopped it, or at its end."""

    n: int
    left: float
    left_at_end: float
    lost_share: float

    @property
    def is_stopped(self) -> bool:
        """Whether a rule stopped it."""
        return self.n < N_ITER


def end_of(record: Key, rule: StoppingRule | LowInARow, highest: float) -> End:
    """Return where a rule ends a search."""

    def state_after(n: int) -> SearchState:
        scores, noise = tuple(record["scores"][:n]), record["noise"][n - 1]
        # What the model sees: the records call it a bound, as it was once.
        return SearchState(scores, N_ITER, noise, lambda: float(record["bounds"][n - 1]))

    if isinstance(rule, LowInARow):
        rule = rule.of(record)
    n = next((n for n in range(1, N_ITER) if rule(state_after(n))), N_ITER)
    true = [record["true"][int(np.nanargmax(record["scores"][:k]))] for k in (n, N_ITER)]
    noise = record["noise"][n - 1]
    left, at_end = ((highest - score) / noise for score in true)
    share = (true[1] - true[0]) / abs(highest) if record["task"] in REAL else math.nan
    return End(n, left, at_end, share)


def row(label: str, ends: list[End]) -> str:
    """Return a row of the table."""
    used = np.mean([end.n for end in ends])
    stopped = [end for end in ends if end.is_stopped]
    start = f"| {label} | {len(ends)} | {len(stopped) / len(ends):.2f} | {used:.1f} |"
    if not stopped:
        return f"{start} | | | | | |"
    left = np.array([end.left for end in stopped])
    at_end = np.array([end.left_at_end for end in stopped])
    shares = [100 * end.lost_share for end in stopped if not math.isnan(end.lost_share)]
    lost = f"{np.mean(shares):.2f} ({np.quantile(shares, 0.9):.2f})" if shares else ""
    return (
        f"{start} {left.mean():.2f} | {np.median(left):.2f} | {np.quantile(left, 0.9):.2f} | "
        f"{at_end.mean():.2f} | {np.mean(left - at_end > 1):.2f} | {lost} |"
    )


def table(records: list[Key], with_tasks: bool) -> Iterator[str]:
    """Yield the lines of the tables."""
    highest = {name: levels(name)[0] for name in {record["task"] for record in records}}
    for record in records:
        highest[record["task"]] = max(highest[record["task"]], np.nanmax(record["true"]))
    head = "| searches | stopped | n | left | median | 90 % | at the end | lost | lost % |"
    rules = "|---" * 10 + "|"
    by_rule = {
        label: {
            (r["task"], r["noise_level"], r["seed"]): end_of(r, rule, highest[r["task"]])
            for r in records
        }
        for label, rule in RULES.items()
    }
    groups = {
        "all": ((*SYNTHETIC, *REAL), (*NOISES, 0.0)),
        **{f"synthetic, {noise:.0%}": (SYNTHETIC, (noise,)) for noise in NOISES},
        "estimators": (REAL, (0.0,)),
    }
    for title, (names, noise) in groups.items():
        yield from ("", f"| {title} {head}", rules)
        for label, ends in by_rule.items():
            chosen = [e for key, e in ends.items() if key[0] in names and key[1] in noise]
            if chosen:
                yield row(label, chosen)
    if with_tasks:
        yield from ("", f"| Converged() {head}", rules)
        for name, noise in dict.fromkeys((r["task"], r["noise_level"]) for r in records):
            ends = [e for key, e in by_rule["Converged()"].items() if key[:2] == (name, noise)]
            yield row(f"{name}{f', {noise:.0%}' if noise else ''}", ends)
    asks, bounds = ([r[key] for r in records] for key in ("ms_ask", "ms_bound"))
    yield ""
    yield (
        f"CPU milliseconds: {np.mean(asks):.1f} an ask, {np.mean(bounds):.1f} a gain in sight "
        f"after {FIRST_BOUND} evaluations and more."
    )


def main(words: list[str]) -> None:
    """Run the searches that are missing, and print the tables."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--seeds", default=5)
    parser.shared("--only", "--jobs", "--out", "--table", "--tasks")
    parser.shared("--set", help="other values of constants; under a label of its own")
    parser.shared("--label", default="stopping")
    arguments = parser.parse_args(words)
    warnings.simplefilter("ignore")
    records = Records(arguments.out / f"{arguments.label}.jsonl")
    searches = [(name, noise) for name in SYNTHETIC for noise in NOISES]
    searches += [(name, 0.0) for name in REAL]
    if not arguments.table:
        code, values = digest(arguments.set), read(arguments.set)
        runs = []
        for seed in range(arguments.seeds):
            for name, noise in searches:
                if arguments.only in name:
                    key = {"task": name, "noise_level": noise, "seed": seed, "digest": code}
                    runs.append(Run(records, key, under, (values, run, name, noise, seed)))
        complete(runs, arguments.jobs)
    chosen = [line for line in newest(records.select()) if arguments.only in line["task"]]
    if not chosen:
        raise SystemExit("there are no records yet: leave --table out.")
    print(*table(chosen, arguments.tasks), sep="\n")
