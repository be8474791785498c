"""What it is worth to know which parameters an estimator ignores for some values of others.

A search in a flat space with that knowledge, beside one without it: the same seeds, the same
first points. The regret is 0 at the best score that any of the searches, or the reference, has
found, and 1 at the median of random evaluations. Below zero, a difference says that the knowledge
helps; intervals hold 90 % of bootstrap samples of tasks and seeds. The tasks:

- `xgboost`: 16 surfaces that others measured, in their flat space of 14 parameters; what is
  ignored there is what their data say;
- `estimators`: classes of scikit-learn on its data sets, in flat spaces as people write them; what
  is ignored is what a search finds in its own table.

    python -m benchmarks ignored --surfaces DIR
    python -m benchmarks ignored --table --tasks
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.svm import SVC, SVR

from benchmarks.common.arguments import Arguments
from benchmarks.common.choice import add_surfaces, find_surfaces
from benchmarks.common.constants import digest
from benchmarks.common.records import Key, Records
from benchmarks.common.runs import Run, complete
from benchmarks.common.tabulate import interval, sampled, table
from benchmarks.tasks import TASKS
from benchmarks.tasks.models import ACCURACY, R2, C, Validated
from benchmarks.tasks.surfaces import XGBOOST, read, read_conditions
from benchmarks.tasks.task import FLAT, LOG, Objective, own_seed
from skbayes import Optimizer
from skbayes.search.conditions import space_of
from skbayes.search.counting import counting
from skbayes.space import Space, parse_space

BUDGETS = (8, 16, 32, 64)
N_REFERENCE = 200
REFERENCE = "reference"
METHODS = ("known", "unknown")
GROUPS = ("xgboost", "estimators")

KERNEL: dict[str, Any] = {
    "kernel": ["linear", "rbf", "poly", "sigmoid"],
    "gamma": (1e-4, 10.0, LOG),
    "degree": (2, 5),
    "coef0": (0.0, 2.0),
}
DESCENT: dict[str, Any] = {
    "penalty": ["l2", "l1", "elasticnet"],
    "alpha": (1e-6, 1.0, LOG),
    "l1_ratio": (0.0, 1.0),
    "learning_rate": ["optimal", "constant", "invscaling", "adaptive"],
    "eta0": (1e-4, 1.0, LOG),
    "power_t": (0.1, 0.9),
}
NETWORK: dict[str, Any] = {
    "solver": ["adam", "sgd", "lbfgs"],
    "activation": ["relu", "tanh"],
    "alpha": (1e-6, 10.0, LOG),
    "learning_rate_init": (1e-4, 1.0, LOG),
    "learning_rate": ["constant", "invscaling", "adaptive"],
    "power_t": (0.1, 0.9),
    "momentum": (0.0, 0.99),
    "batch_size": (16, 128, LOG),
    "beta_1": (0.5, 0.99),
}
NEIGHBORS: dict[str, Any] = {
    "n_neighbors": (1, 50),
    "weights": ["uniform", "distance"],
    "metric": ["euclidean", "manhattan", "chebyshev", "cosine", "minkowski"],
    "p": (1.0, 6.0),
}
CLASSES = {"loss": ["hinge", "log_loss", "modified_huber", "perceptron"]}
LOSSES = {"loss": ["squared_error", "huber", "epsilon_insensitive"], "epsilon": (1e-3, 1.0, LOG)}
SHORT = (("max_iter", 60),)
SHORTER = (("max_iter", 15), ("hidden_layer_sizes", (20,)))


@dataclass(frozen=True)
class Case:
    """A flat space and an objective, of an estimator or a surface."""

    group: str
    written: dict[str, Any]
    make: Callable[[], Objective]
    estimator: Any = None

    def space(self, is_known: bool) -> Space:
        """Return the space, with or without what is ignored."""
        space = parse_space(self.written)
        if not is_known:
            return space
        if self.estimator is not None:
            return counting(space_of(self.written, self.estimator, 0), self.estimator)
        dimensions: dict[str, Any] = dict(space.branches[0].parameters)
        counts = {
            name: {s: frozenset(map(dimensions[s].encode, values)) for s, values in of}
            for name, of in read_conditions(read(XGBOOST)[0]).items()
        }
        return Space((replace(space.branches[0], counts=counts),))


def of_estimator(data: str, cls: Any, scoring: str, space: dict[str, Any], fixed: Any = ()) -> Case:
    """Return a task whose objective is the score of a class."""
    return Case("estimators", space, Validated(data, cls, scoring, fixed=fixed), cls(**dict(fixed)))


def estimators() -> dict[str, Case]:
    """Return the tasks of estimators, on data sets of scikit-learn."""
    limit = (("max_iter", 3000),)
    penalty = {"C": C}
    return {
        "svc-breast": of_estimator("breast", SVC, ACCURACY, {**KERNEL, **penalty}, limit),
        "svc-digits": of_estimator("digits", SVC, ACCURACY, {**KERNEL, **penalty}, limit),
        "svr-diabetes": of_estimator("diabetes", SVR, R2, {**KERNEL, **penalty}, limit),
        "ridge-diabetes": of_estimator(
            "diabetes", KernelRidge, R2, {**KERNEL, "alpha": (1e-4, 100.0, LOG)}
        ),
        "sgd-breast": of_estimator("breast", SGDClassifier, ACCURACY, DESCENT | CLASSES, SHORT),
        "sgd-digits": of_estimator("digits", SGDClassifier, ACCURACY, DESCENT | CLASSES, SHORT),
        "sgd-diabetes": of_estimator("diabetes", SGDRegressor, R2, DESCENT | LOSSES, SHORT),
        "mlp-digits": of_estimator("digits", MLPClassifier, ACCURACY, NETWORK, SHORTER),
        "mlp-diabetes": of_estimator("diabetes", MLPRegressor, R2, NETWORK, SHORTER),
        "knn-breast": of_estimator("breast", KNeighborsClassifier, ACCURACY, NEIGHBORS),
        "knn-digits": of_estimator("digits", KNeighborsClassifier, ACCURACY, NEIGHBORS),
        "knn-diabetes": of_estimator("diabetes", KNeighborsRegressor, R2, NEIGHBORS),
    }


def cases() -> dict[str, Case]:
    """Return all tasks; the spaces of surfaces need their data."""
    flat = [name for name in TASKS if name.startswith(XGBOOST.family) and name.endswith(FLAT)]
    return {
        **{name: Case("xgboost", TASKS[name].space, TASKS[name].make) for name in flat},
        **estimators(),
    }


def measure(name: str, method: str, seed: int, n_iter: int) -> Key:
    """Return the scores of a search, or of random evaluations."""
    case = cases()[name]
    objective, scores = case.make(), []
    # Each task has seeds of its own: those of one space would share their first points.
    seed = own_seed(name, seed)
    space = case.space(method == "known")
    optimizer = Optimizer(space, random_state=seed, n_iter=n_iter)
    rows = space.rvs(n_iter, random_state=seed) if method == REFERENCE else []
    for index in range(n_iter):
        params = dict(zip(space.dimension_names, rows[index], strict=True)) if rows else None
        asked = optimizer.ask() if params is None else params
        score = objective(asked, np.random.default_rng([seed, index]))
        scores.append(score)
        if params is None:
            optimizer.tell(asked, score)
    return {"scores": scores}


def found(line: Key) -> np.ndarray:
    """Return the best score so far."""
    return np.maximum.accumulate(np.nan_to_num(line["scores"], nan=-np.inf))


def show(records: Records, names: list[str], show_tasks: bool) -> None:
    """Print the regrets of both, and their difference."""
    pairs: dict[str, dict[str, np.ndarray]] = {group: {} for group in GROUPS}
    for name in names:
        lines = {m: records.select(task=name, method=m) for m in (*METHODS, REFERENCE)}
        seeds = sorted(set.intersection(*({e["seed"] for e in lines[m]} for m in METHODS)))
        if not seeds or not lines[REFERENCE]:
            continue
        best = max(found(line)[-1] for of in lines.values() for line in of)
        random = np.nan_to_num(lines[REFERENCE][0]["scores"], nan=-np.inf)
        middle = float(np.median(random))
        of_seed = [{line["seed"]: found(line) for line in lines[m]} for m in METHODS]
        regrets = [[(best - of[s]) / (best - middle) for s in seeds] for of in of_seed]
        # A search whose first evaluations fail is as bad as can be.
        pairs[cases()[name].group][name] = np.minimum(np.array(regrets), 1.5)
    rows: dict[str, list[str]] = {}
    for group, of_task in pairs.items():
        for title, chosen in {group: list(of_task), **{n: [n] for n in of_task}}.items():
            if chosen and (title == group or show_tasks):
                rows[title] = [str(len(chosen)), str(sum(of_task[n].shape[1] for n in chosen))]
                rows[title] += [cell(of_task, chosen, n - 1) for n in BUDGETS]
    columns = ["tasks", "runs", *(f"after {n}" for n in BUDGETS)]
    table("regret with the knowledge / without it, and the difference", columns, rows)


def cell(of_task: dict[str, np.ndarray], names: list[str], last: int) -> str:
    """Return both regrets after some evaluations, and the difference with its interval."""
    of_budget = [of_task[name][:, :, min(last, of_task[name].shape[2] - 1)] for name in names]
    known, unknown = np.mean([each.mean(axis=1) for each in of_budget], axis=0)
    differences = np.subtract(*sampled(of_budget))
    return f"{known:.3f} / {unknown:.3f} {known - unknown:+.3f} {interval(differences)}"


def main(words: list[str]) -> None:
    """Run what is missing, and print the table."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--only", "--jobs", "--out", "--table", "--tasks", "--seeds", "--first-seed")
    add_surfaces(parser)
    arguments = parser.parse_args(words)
    find_surfaces(arguments)
    records = Records(arguments.out / "ignored.jsonl")
    names = [name for name in cases() if arguments.only in name]
    if not arguments.table:
        seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        runs = []
        for name in names:
            key = {"task": name, "method": REFERENCE, "seed": 0}
            runs.append(Run(records, key, measure, (name, REFERENCE, 0, N_REFERENCE)))
        for seed in seeds:
            for name in names:
                for method in METHODS:
                    key = {"task": name, "method": method, "seed": seed, "digest": digest()}
                    runs.append(Run(records, key, measure, (name, method, seed, max(BUDGETS))))
        complete(runs, arguments.jobs)
    show(records, names, arguments.tasks)
