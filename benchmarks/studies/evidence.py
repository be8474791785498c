"""What failures, costs and folds told to `Optimizer` are worth to a search.

Three parts, each with fixed seeds. A regret is 0 at the optimum and 1 at the median of random
points; it is measured without noise. The tables of docs/decisions/failures-and-costs.md are of
these three kinds.

- failures: the functions of `tasks/failing.py`, and `fails-nan` with its twin `fails-worst`, which
  has the worst score in place of failures. The table holds the mean regret, clipped to 1.5, after
  16, 32 and 64 evaluations, and how many of all failed; below, what failing costs, as a ratio.
  With `--set` a cell is "variant / as it is", and the difference, "as it is" less the variant, has
  an interval of 90 % of bootstrap samples of tasks and seeds: below zero "as it is" is better.
- costs: the cost varies by a factor of 100 along the coordinate in which the optimum lies farthest
  from the middle, and is low (cheap) or high (dear) at that end. The budget is that of 15 or 30
  points of mean cost; no search goes beyond 150 evaluations. The table holds the mean regret, with
  the mean number of evaluations, when costs are ignored, when they are weighed by the share of the
  budget that is left (cooled), and for improvement per cost throughout; and for how many seeds
  cooling was better than ignoring.
- folds: a search of 200 folds, five to a candidate, with effects of the folds and noise, both in
  standard deviations of the function. Half of the noise is a smooth function of the point. Once
  eight candidates are complete, one that is behind the best by 1.64 standard errors is stopped. The
  table holds the mean regret of the best complete candidate, with the mean number of candidates,
  for five ways to tell of those that were stopped.

    python -m benchmarks evidence
    python -m benchmarks evidence --what folds --seeds 6
    python -m benchmarks evidence --what failures --set acquisition.feasibility.LABEL_NOISE=0.1
"""

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import digest, read, under
from benchmarks.common.records import Key, Records, select
from benchmarks.common.results import Results, difference
from benchmarks.common.runs import Run, complete
from benchmarks.common.scale import Scale, found
from benchmarks.common.searches import REFERENCE_SEED
from benchmarks.common.tabulate import interval, table
from benchmarks.tasks import TASKS
from benchmarks.tasks.failing import FAILING
from benchmarks.tasks.functions import N_SAMPLE, Function, bowl, hartmann
from benchmarks.tasks.synthetic import ranges, unit
from benchmarks.tasks.task import Params, Task
from skbayes import Optimizer

NAN, WORST = "fails-nan", "fails-worst"
TASKS_THAT_FAIL = [TASKS[NAN], TASKS[WORST], *FAILING]
N_ITER = 64
STAGES = (16, 32, 64)
AS_IT_IS, VARIANT = "as it is", "variant"

N_MEAN_COSTS = (15, 30)
COST_RATIO = 100.0
MAX_EVALUATIONS = 150
N_COSTS = 1000  # points that say what a mean cost is
IGNORED, COOLED, PER_COST = "ignored", "cooled", "per cost throughout"

N_FOLDS = 5
BUDGET_OF_FOLDS = 200
MIN_COMPLETE = 8  # before anything is stopped
N_ERRORS = 1.64
NOISE_AND_EFFECT = ((0.05, 0.5), (0.2, 0.5), (0.2, 0.1))
NO_STOPPING, IN_PART, PAIRED = "no stopping", "told in part", "told as best + mean difference"
PLAIN_MEAN, FAILED = "told as plain mean", "told as failed"
# The key of a run, and what it calls.
Case = tuple[Key, Callable[..., Params], tuple[Any, ...]]
WAYS = (NO_STOPPING, IN_PART, PAIRED, PLAIN_MEAN, FAILED)


@dataclass(frozen=True)
class Problem:
    """A function on a unit cube, half of whose axes are logarithmic.

    Attributes
    ----------
    name : str
    n_dimensions : int
    function : callable
    top : float
        Its highest value.
    """

    name: str
    n_dimensions: int
    function: Function
    top: float

    @cached_property
    def space(self) -> Params:
        """The space, as skbayes takes it."""
        return ranges(self.n_dimensions, self.n_dimensions // 2)

    @cached_property
    def cube(self) -> np.ndarray:
        """Coordinates of a sample."""
        return np.random.default_rng(0).random((N_SAMPLE, self.n_dimensions))

    @cached_property
    def values(self) -> np.ndarray:
        """Values of the sample."""
        return np.array([self.function(u) for u in self.cube])

    def regret(self, value: float) -> float:
        """Return the regret of a value; infinite for none."""
        return float((self.top - value) / (self.top - np.median(self.values)))


BOWL = Problem("bowl of 4", 4, bowl(4)(7), 0.0)
HARTMANN_3 = Problem("Hartmann 3", 3, hartmann(3)(7), 3.86279)
WITH_COSTS = (BOWL, HARTMANN_3, Problem("Hartmann 6", 6, hartmann(6)(7), 3.32237))
WITH_FOLDS = (HARTMANN_3, Problem("Hartmann 6", 6, hartmann(6)(4), 3.32237), BOWL)


def search_that_fails(name: str, seed: int) -> Params:
    """Return the scores of a search, in the order asked; NaN for failures."""
    task = next(task for task in TASKS_THAT_FAIL if task.name == name)
    objective, rng = task.make(), np.random.default_rng(seed)
    optimizer = Optimizer(task.space, n_iter=N_ITER, random_state=seed)
    scores = []
    for _ in range(N_ITER):
        params = optimizer.ask()
        scores.append(float(objective(params, rng)))
        optimizer.tell(params, scores[-1])
    return {"scores": scores}


def failures(names: str, n_seeds: int, values: dict[str, Params]) -> Iterator[Case]:
    """Yield searches of functions that fail, of each variant of the constants."""
    for task in TASKS_THAT_FAIL:
        for seed in range(n_seeds if names in task.name else 0):
            for variant, own in values.items():
                key = {"variant": variant, "task": task.name, "seed": seed}
                yield key, under, (own, search_that_fails, task.name, seed)


def scale_of(task: Task) -> Scale:
    """Return how scores become regrets, by random evaluations."""
    objective, rng = task.make(), np.random.default_rng(REFERENCE_SEED)
    sample = [objective(task.sample(rng), rng) for _ in range(task.n_reference)]
    return Scale(task, {"scores": sample}, -math.inf)


def show_failures(lines: list[Key]) -> None:
    """Print regrets and numbers of failures."""
    variants = list(dict.fromkeys(line["variant"] for line in lines))
    names = {line["task"] for line in lines}
    tasks = [task for task in TASKS_THAT_FAIL if task.name in names]
    scales = [scale_of(task) for task in tasks]
    regrets: dict[str, list[np.ndarray]] = {variant: [] for variant in variants}
    failures: dict[str, list[float]] = {variant: [] for variant in variants}
    for variant in variants:
        for task, scale in zip(tasks, scales, strict=True):
            own = select(lines, variant=variant, task=task.name)
            regrets[variant].append(np.array([scale.regret(found(line)) for line in own]))
            failures[variant].append(float(np.mean([np.isnan(r["scores"]).sum() for r in own])))
    results = Results(tasks, scales, regrets, {})
    means = {n: np.array([results.at(variant, n) for variant in variants]) for n in STAGES}
    rows = {
        task.name: [
            *(joined(means[n][:, i], ".4f") for n in STAGES),
            joined([failures[variant][i] for variant in variants], ".1f"),
        ]
        for i, task in enumerate(tasks)
    }
    rows["mean"] = [*(joined(means[n].mean(axis=1), ".4f") for n in STAGES), ""]
    if {NAN, WORST} <= names:
        nan, worst = ([task.name for task in tasks].index(name) for name in (NAN, WORST))
        ratios = [means[n][:, nan] / means[n][:, worst] for n in STAGES]
        rows[f"{NAN} over {WORST}"] = [*(joined(ratio, ".2f") for ratio in ratios), ""]
    if VARIANT in variants:
        rows["difference of the means"] = []
        for n in STAGES:
            per_task, samples = difference(results, AS_IT_IS, VARIANT, n)
            rows["difference of the means"].append(f"{per_task.mean():+.3f} {interval(samples)}")
        rows["difference of the means"].append("")
    columns = [*(f"after {n}" for n in STAGES), f"failures of {N_ITER}"]
    table(f"functions that fail: mean regret, {' / '.join(variants)}", columns, rows)


def joined(values: np.ndarray | list[float], form: str) -> str:
    """Return a cell with a number for each variant."""
    return " / ".join(format(float(value), form) for value in values)


def cost_function(problem: Problem, *, is_dear: bool) -> Function:
    """Return a cost of 1 to 100 that rises towards the side of the optimum, or away from it."""
    best = problem.cube[problem.values.argmax()]
    axis = int(np.abs(best - 0.5).argmax())
    rises = (best[axis] > 0.5) == is_dear
    return lambda u: float(COST_RATIO ** (u[axis] if rises else 1 - u[axis]))


def search_with_costs(number: int, where: str, n_mean: int, mode: str, seed: int) -> Params:
    """Return the regret and the number of evaluations within the budget."""
    problem = WITH_COSTS[number]
    cost = cost_function(problem, is_dear=where == "dear")
    budget = n_mean * float(np.mean([cost(u) for u in problem.cube[:N_COSTS]]))
    optimizer = Optimizer(problem.space, random_state=seed)
    spent, best = 0.0, -math.inf
    for n in range(MAX_EVALUATIONS):
        share = {IGNORED: None, COOLED: 1 - spent / budget, PER_COST: 1.0}[mode]
        params = optimizer.ask(budget_left=share)
        u = unit(problem.space, params)
        if spent + cost(u) > budget:
            return {"regret": problem.regret(best), "n": n}
        spent += cost(u)
        score = problem.function(u)
        best = max(best, score)
        optimizer.tell(params, score, cost=cost(u))
    return {"regret": problem.regret(best), "n": MAX_EVALUATIONS}


def costs(n_seeds: int) -> Iterator[Case]:
    """Yield searches within a fixed total cost."""
    for number, where, n_mean, way, seed in product(
        range(len(WITH_COSTS)), ("cheap", "dear"), N_MEAN_COSTS, (IGNORED, COOLED, PER_COST),
        range(n_seeds),
    ):  # fmt: skip
        case = f"{WITH_COSTS[number].name}, {where}, {n_mean}"
        key = {"case": case, "way": way, "seed": seed}
        yield key, search_with_costs, (number, where, n_mean, way, seed)


def folds_of(
    problem: Problem, seed: int, noise: float, effect: float
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the scores by fold as a function of the point: value, effects and noise.

    Half of the variance of the noise is that of waves over the cube, half that of a number that
    belongs to the point.
    """
    rng = np.random.default_rng(seed)
    waves, phases = rng.standard_normal((N_FOLDS, problem.n_dimensions)), 6 * rng.random(N_FOLDS)
    unit_of_noise = float(problem.values.std())
    effects = effect * unit_of_noise * rng.standard_normal(N_FOLDS)
    effects -= effects.mean()

    def scores(u: np.ndarray) -> np.ndarray:
        own = np.random.default_rng([seed, int(1e9 * u[0]) % 2**31]).standard_normal(N_FOLDS)
        wave = np.sin(4 * waves @ u + phases)
        return problem.function(u) + effects + noise * unit_of_noise * (wave + own) / math.sqrt(2)

    return scores


def n_run(scores: np.ndarray, best: np.ndarray, sd: float) -> int:
    """Return the number of folds after which a candidate is behind; all if it never is."""
    for k in range(1, N_FOLDS):
        error = sd * math.sqrt(2 * (1 / k - 1 / N_FOLDS))
        if (scores[:k] - best[:k]).mean() < -N_ERRORS * error:
            return k
    return N_FOLDS


def told(way: str, scores: np.ndarray, best: np.ndarray, k: int) -> Params:
    """Return what is told of a candidate that was stopped after k folds."""
    if way == IN_PART:
        return {"folds": [*scores[:k], *[None] * (N_FOLDS - k)]}
    if way == PAIRED:
        return {"score": float(best.mean() + (scores[:k] - best[:k]).mean())}
    return {"score": float(scores[:k].mean()) if way == PLAIN_MEAN else None}


def search_with_folds(number: int, noise: float, effect: float, way: str, seed: int) -> Params:
    """Return the regret of the best complete candidate, and the number of candidates."""
    problem = WITH_FOLDS[number]
    scores_at = folds_of(problem, seed, noise, effect)
    sd = noise * float(problem.values.std())
    optimizer = Optimizer(problem.space, random_state=seed)
    best, value = np.full(N_FOLDS, -math.inf), -math.inf
    n_spent = n_candidates = n_complete = 0
    while n_spent < BUDGET_OF_FOLDS:
        params = optimizer.ask()
        u = unit(problem.space, params)
        scores, k = scores_at(u), N_FOLDS
        if way != NO_STOPPING and n_complete >= MIN_COMPLETE:
            k = n_run(scores, best, sd)
        n_spent += k
        n_candidates += 1
        if k < N_FOLDS:
            optimizer.tell(params, **told(way, scores, best, k))
            continue
        n_complete += 1
        if scores.mean() > best.mean():
            best, value = scores, problem.function(u)
        optimizer.tell(params, folds=list(scores))
    return {"regret": problem.regret(value), "n": n_candidates}


def folds(n_seeds: int) -> Iterator[Case]:
    """Yield searches within a number of folds."""
    for number, (noise, effect), way, seed in product(
        range(len(WITH_FOLDS)), NOISE_AND_EFFECT, WAYS, range(n_seeds)
    ):
        key = {"case": f"{WITH_FOLDS[number].name}, {noise} and {effect}", "way": way, "seed": seed}
        yield key, search_with_folds, (number, noise, effect, way, seed)


def show_ways(lines: list[Key], title: str, *, is_cooled: bool) -> None:
    """Print mean regrets, and in brackets the mean number of evaluations."""
    cases, ways = (list(dict.fromkeys(line[key] for line in lines)) for key in ("case", "way"))
    rows, regrets = {}, {}
    for case in cases:
        own = [select(lines, case=case, way=way) for way in ways]
        regrets[case] = np.array([[line["regret"] for line in each] for each in own])
        numbers = [np.mean([line["n"] for line in each]) for each in own]
        rows[case] = [
            f"{regret:.4f} ({n:.0f})"
            for regret, n in zip(regrets[case].mean(axis=1), numbers, strict=True)
        ]
        if is_cooled:
            better = int((regrets[case][1] < regrets[case][0]).sum())
            rows[case].append(f"{better} of {regrets[case].shape[1]}")
    means = np.mean([regret.mean(axis=1) for regret in regrets.values()], axis=0)
    rows["mean"] = [f"{mean:.4f}" for mean in means] + [""] * is_cooled
    table(title, ways + ["cooling better"] * is_cooled, rows)


def main(words: list[str]) -> None:
    """Do what is missing, and print the tables."""
    parts = ("failures", "costs", "folds")
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--what", nargs="+", default=list(parts), choices=parts)
    parser.shared("--seeds", "--jobs", "--out")
    parser.shared("--only", help="failing functions whose name holds this")
    parser.shared("--set", help="a variant that is set beside the code as it is, for failures")
    arguments = parser.parse_args(words)
    if arguments.set and arguments.what != ["failures"]:
        parser.error("--set needs --what failures: the other parts have no variants.")
    if "failures" in arguments.what and not any(
        arguments.only in task.name for task in TASKS_THAT_FAIL
    ):
        names = ", ".join(task.name for task in TASKS_THAT_FAIL)
        parser.error(f"--only {arguments.only}: no function has this in its name; it is {names}.")
    warnings.simplefilter("ignore")
    values = {AS_IT_IS: {}}
    if arguments.set:
        values = {VARIANT: read(arguments.set), **values}
    settings = {VARIANT: arguments.set}
    for part in arguments.what:
        cases = {
            "failures": failures(arguments.only, arguments.seeds, values),
            "costs": costs(arguments.seeds),
            "folds": folds(arguments.seeds),
        }[part]
        records = Records(arguments.out / f"evidence-{part}.jsonl")
        lines = complete(
            [
                Run(records, {**key, "digest": digest(settings.get(key.get("variant"), ()))}, *call)
                for key, *call in cases
            ],
            arguments.jobs,
        )
        if part == "failures":
            show_failures(lines)
        elif part == "costs":
            title = "a fixed total cost: mean regret (evaluations)"
            show_ways(lines, title, is_cooled=True)
        else:
            show_ways(lines, "200 folds: mean regret (candidates)", is_cooled=False)
