"""Whole searches of the live tasks: those of skbayes, scikit-learn and Optuna."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import get_scorer
from sklearn.model_selection import HalvingRandomSearchCV, RandomizedSearchCV

from benchmarks.tasks.live import FACTOR, N_SAMPLES, LiveTask
from benchmarks.tasks.task import Params
from skbayes import BayesSearchCV
from skbayes.space import Integer, Real

PLAIN = "plain"
# More than any search comes to: its cost ends it.
MANY = 10_000
# Seeds of one kind of search and those of another do not meet.
OTHER_SEED = 1_000


@dataclass
class Watch:
    """The clocks of a search, and when each fold of a candidate was scored.

    Attributes
    ----------
    names : list of str
        Of the parameters that are searched.
    most : float
        CPU seconds that the search may take.
    notes : list of (str, float, float, float)
        Of each score: the parameters, the score, CPU and wall seconds.
    """

    names: list[str]
    most: float
    notes: list[tuple[str, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._start = time.process_time(), time.perf_counter()

    def read(self) -> tuple[float, float]:
        """Return CPU and wall seconds since the beginning."""
        return time.process_time() - self._start[0], time.perf_counter() - self._start[1]

    @property
    def is_over(self) -> bool:
        """Whether the search has cost what it may."""
        return self.read()[0] > self.most

    def scorer(self, scoring: str) -> Callable[..., float]:
        """Return a scorer that notes when it is called."""
        scorer = get_scorer(scoring)

        def noting(estimator: Any, X: Any, y: Any) -> float:
            score = float(scorer(estimator, X, y))
            params = estimator.get_params()
            self.notes.append((self.text({n: params[n] for n in self.names}), score, *self.read()))
            return score

        return noting

    def text(self, params: Params) -> str:
        """Return what parameters are told apart by."""
        return repr([params[name] for name in self.names])

    def completed(self, results: Params, is_whole: np.ndarray, n_folds: int) -> "list[Complete]":
        """Return the complete candidates of a table of results.

        The last fold of one is the last score that was noted of its parameters, and is the same as
        in the table.
        """
        found = []
        for row in np.flatnonzero(is_whole):
            folds = np.array([results[f"split{k}_test_score"][row] for k in range(n_folds)])
            if not np.isfinite(folds).all():
                continue
            params = results["params"][row]
            of_row = (self.text(params), folds[-1])
            cpu, wall = next(note[2:] for note in reversed(self.notes) if note[:2] == of_row)
            found.append(Complete(params, float(folds.mean()), cpu, wall))
        return found


@dataclass(frozen=True)
class Complete:
    """A candidate with the whole resource on all folds: its mean score, and when it had that."""

    params: Params
    score: float
    cpu: float
    wall: float


@dataclass(frozen=True)
class Problem:
    """A task with its data, and how much of it a search may do."""

    task: LiveTask
    seed: int
    scale: float
    n_iter: int
    n_folds: int
    most: float
    own: tuple[Any, np.ndarray]

    @property
    def estimator(self) -> Any:
        """The estimator, with the whole of its resource."""
        return self.task.estimator(self.seed)

    @property
    def folds(self) -> Any:
        """The splitter."""
        return self.task.folds(self.seed, self.n_folds)

    @property
    def dimensions(self) -> Params:
        """The space as objects that can be drawn from, for searches that know no tuples."""
        return {
            name: _dimension(values) if isinstance(values, tuple) else values
            for name, values in self.task.space.items()
        }


def _dimension(values: tuple[Any, ...]) -> Any:
    is_whole = isinstance(values[0], int) and isinstance(values[1], int)
    return (Integer if is_whole else Real)(*values)


def by_skbayes(problem: Problem, watch: Watch, **settings: Any) -> list[Complete]:
    """Run a search of skbayes."""
    search = BayesSearchCV(
        problem.estimator,
        problem.task.space,
        scoring=watch.scorer(problem.task.scoring),
        cv=problem.folds,
        refit=False,
        **{"random_state": problem.seed} | settings,
    ).fit(*problem.own)
    found = search.cv_results_
    is_whole = np.ones(len(found["params"]), dtype=bool)
    if search.resource is not None:
        is_whole = found["n_resources"] == search.n_resources_[-1]
    return watch.completed(found, is_whole, problem.n_folds)


def plain(problem: Problem, watch: Watch) -> list[Complete]:
    """Search with whole fits."""
    return by_skbayes(problem, watch, n_iter=problem.n_iter)


def plain_again(problem: Problem, watch: Watch) -> list[Complete]:
    """Search with whole fits and another seed, for as long as it may cost."""
    return by_skbayes(
        problem,
        watch,
        n_iter=MANY,
        stopping=lambda state: "cost" if watch.is_over else None,
        random_state=problem.seed + OTHER_SEED,
    )


def in_parts(problem: Problem, watch: Watch, **settings: Any) -> list[Complete]:
    """Search with a resource, until the cost is what it may be."""
    amounts = problem.task.amounts(problem.scale)
    return by_skbayes(
        problem,
        watch,
        n_iter=MANY,
        resource=problem.task.resource,
        min_resources=amounts[0],
        max_resources=amounts[-1],
        factor=FACTOR,
        stopping=lambda state: "cost" if watch.is_over else None,
        **settings,
    )


def by_random(problem: Problem, watch: Watch) -> list[Complete]:
    """Evaluate random candidates."""
    search = RandomizedSearchCV(
        problem.estimator,
        problem.dimensions,
        n_iter=round(problem.most * problem.n_iter),
        scoring=watch.scorer(problem.task.scoring),
        cv=problem.folds,
        random_state=problem.seed,
        refit=False,
    ).fit(*problem.own)
    found = search.cv_results_
    return watch.completed(found, np.ones(len(found["params"]), dtype=bool), problem.n_folds)


def by_halving(problem: Problem, watch: Watch) -> list[Complete]:
    """Halve random candidates, again and again."""
    amounts = problem.task.amounts(problem.scale)
    complete_ones = []
    for again in range(MANY):
        if watch.is_over:
            break
        # Of each repetition the scores are its own: the same parameters do not come back.
        search = HalvingRandomSearchCV(
            problem.estimator,
            problem.dimensions,
            resource=problem.task.resource,
            min_resources=amounts[0],
            max_resources=amounts[-1],
            factor=FACTOR,
            scoring=watch.scorer(problem.task.scoring),
            cv=problem.folds,
            random_state=1000 * problem.seed + again,
            refit=False,
        ).fit(*problem.own)
        found = search.cv_results_
        is_whole = found["n_resources"] == amounts[-1]
        complete_ones += watch.completed(found, is_whole, problem.n_folds)
    return complete_ones


def by_optuna(problem: Problem, watch: Watch) -> list[Complete]:
    """Have Optuna prune candidates on the rungs."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    task, (X, y), amounts = problem.task, problem.own, problem.task.amounts(problem.scale)
    scorer, splits = get_scorer(task.scoring), list(problem.folds.split(*problem.own))
    orders = [np.random.default_rng(problem.seed).permutation(train) for train, _ in splits]
    complete_ones: list[Complete] = []

    def suggested(trial: Any, name: str, values: Any) -> Any:
        if isinstance(values, list):
            return trial.suggest_categorical(name, values)
        low, high, *prior = values
        is_whole = isinstance(low, int) and isinstance(high, int)
        suggest = trial.suggest_int if is_whole else trial.suggest_float
        return suggest(name, low, high, log=bool(prior))

    def objective(trial: Any) -> float:
        params = {name: suggested(trial, name, values) for name, values in task.space.items()}
        score = math.nan
        for amount in amounts:
            scores = []
            for (_, test), order in zip(splits, orders, strict=True):
                model, rows = clone(problem.estimator).set_params(**params), order
                if task.resource == N_SAMPLES:
                    rows = order[: round(len(order) * amount / amounts[-1])]
                else:
                    model.set_params(**{task.resource: amount})
                try:
                    scores.append(scorer(model.fit(X[rows], y[rows]), X[test], y[test]))
                except ValueError:  # more components than rows, say
                    raise optuna.TrialPruned from None
            score = float(np.mean(scores))
            trial.report(score, amount)
            if amount < amounts[-1] and trial.should_prune():
                raise optuna.TrialPruned
        complete_ones.append(Complete(params, score, *watch.read()))
        return score

    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=problem.seed),
        pruner=optuna.pruners.HyperbandPruner(amounts[0], amounts[-1], FACTOR),
    )
    stops = [lambda study, _: study.stop() if watch.is_over else None]
    study.optimize(objective, n_trials=MANY, callbacks=stops)
    return complete_ones


METHODS: dict[str, Callable[[Problem, Watch], list[Complete]]] = {
    PLAIN: plain,
    "again": plain_again,
    "parts": in_parts,
    "hyperband": partial(in_parts, strategy="hyperband"),
    "halving": by_halving,
    "random": by_random,
    "optuna": by_optuna,
}
