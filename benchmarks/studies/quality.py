"""Quality of 30 candidates, beside a grid of 225 and beside random search.

On four data sets of scikit-learn, three models each:

- ``svm``: SVC or SVR behind a scaler, over (C, gamma), both logarithmic;
- ``elastic``: an elastic net behind a scaler, over strength (logarithmic) and l1_ratio. For
  classes it is the logistic regression with that penalty, whose C is the inverse of alpha: a
  convex problem, solved far enough that the score is a smooth function of both;
- ``boosting``: histogram gradient boosting over five mixed parameters.

For each pair, the mean score (accuracy or R2) over 5 folds, the same folds for all:

- **best of 225**: the best of a full grid, 15 per axis; for boosting of 225 random candidates;
- **skbayes**: the best of `BayesSearchCV` with 30 candidates, for each of 10 seeds;
- **random**: the best of `RandomizedSearchCV` with 30 candidates of the same dimensions, for
  each of the seeds.

How to read the table: `median` is over the seeds, with the quartiles behind it; `diff` is the
median minus the best of 225; `holds` says that it is at least -0.001; `seeds` counts the seeds
for which that holds. With ten seeds the median of all possible seeds lies between the second
lowest and the second highest score with a probability of 98 %: that is `interval`, given as
difference to the best of 225 too. The folds are fixed, so nothing here speaks of other data: the
score of one held-out row is 0.0056 of accuracy on wine and 0.0018 on breast cancer, and a
difference below that is one of ties.

The logistic regression and the boosting see 600 rows of digits, drawn once with equal classes,
which keeps the whole script below 25 minutes on two cores. Each search runs in a process with one
thread. Results are kept: a second run takes up where the first was stopped, and searches by
skbayes are repeated when its code has changed, docstrings included.

    python -m benchmarks quality --jobs 2
    python -m benchmarks quality --only wine --seeds 3
"""

import hashlib
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import sklearn
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import ElasticNet, LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    ParameterSampler,
    RandomizedSearchCV,
    StratifiedKFold,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

import skbayes
from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import source
from benchmarks.common.records import Key, Records
from benchmarks.common.runs import Run, complete

N_ITER = 30
N_PER_AXIS = 15
N_REFERENCE = N_PER_AXIS**2
N_CHUNK = 25  # candidates of the reference that one process takes at a time
N_PARTS = -(-N_REFERENCE // N_CHUNK)
TOLERANCE = 0.001
FOLD_SEED = 0
REFERENCE_SEED = 225
N_ROWS_OF_SLOW_MODELS = 600

LOG = "log-uniform"
LABELS = {"bayes": "skbayes", "random": "random"}

Space = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """A data set, a model, and the space to search; tuples are ranges, lists are values."""

    data: str
    model: str
    space: Space

    @property
    def name(self) -> str:
        """How the task is called in the table and on the command line."""
        return f"{self.data}/{self.model}"

    @property
    def is_regression(self) -> bool:
        """Whether the score is R2, not accuracy."""
        return self.data == "diabetes"

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the data."""
        load = {
            "breast_cancer": datasets.load_breast_cancer,
            "diabetes": datasets.load_diabetes,
            "digits": datasets.load_digits,
            "wine": datasets.load_wine,
        }[self.data]
        X, y = load(return_X_y=True)
        if self.data == "digits" and self.model != "svm":
            X, _, y, _ = train_test_split(
                X, y, train_size=N_ROWS_OF_SLOW_MODELS, stratify=y, random_state=FOLD_SEED
            )
        return X, y

    def folds(self) -> Any:
        """Return the splitter."""
        kind = KFold if self.is_regression else StratifiedKFold
        return kind(5, shuffle=True, random_state=FOLD_SEED)

    def estimator(self) -> Any:
        """Return the estimator, its own seed fixed."""
        if self.model == "svm":
            return make_pipeline(StandardScaler(), SVR() if self.is_regression else SVC())
        if self.model == "elastic":
            if self.is_regression:
                return make_pipeline(StandardScaler(), ElasticNet())
            # From scikit-learn 1.8 on, l1_ratio alone says which penalty it is.
            version = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
            penalty = {"penalty": "elasticnet"} if version < (1, 8) else {}
            model = LogisticRegression(
                solver="saga", l1_ratio=0.5, tol=1e-3, max_iter=100, random_state=0, **penalty
            )
            return make_pipeline(StandardScaler(), model)
        if self.is_regression:
            return HistGradientBoostingRegressor(early_stopping=False, random_state=0)
        return HistGradientBoostingClassifier(early_stopping=False, random_state=0)

    def dimensions(self) -> Space:
        """Return the space in dimensions that have `rvs`."""
        return {name: _dimension(written) for name, written in self.space.items()}

    def reference(self) -> list[dict[str, Any]]:
        """Return the candidates of the grid; for boosting, random ones."""
        if self.model == "boosting":
            sampler = ParameterSampler(self.dimensions(), N_REFERENCE, random_state=REFERENCE_SEED)
            return list(sampler)
        axes = [
            (np.geomspace if LOG in written else np.linspace)(*written[:2], N_PER_AXIS).tolist()
            for written in self.space.values()
        ]
        return [dict(zip(self.space, values, strict=True)) for values in product(*axes)]


def _dimension(written: Any) -> Any:
    if isinstance(written, list):
        return skbayes.Categorical(written)
    kind = skbayes.Integer if isinstance(written[0], int) else skbayes.Real
    return kind(*written)


def _tasks() -> Iterator[Task]:
    boosting = {
        "learning_rate": (0.02, 0.5, LOG),
        "max_iter": (8, 64, LOG),
        "max_leaf_nodes": (3, 16),
        "max_features": (0.1, 1.0),
        "interaction_cst": [None, "pairwise", "no_interactions"],
    }
    for data in ("digits", "breast_cancer", "wine", "diabetes"):
        is_regression = data == "diabetes"
        svm = "svr" if is_regression else "svc"
        space = {f"{svm}__C": (1e-2, 1e4, LOG), f"{svm}__gamma": (1e-5, 1e1, LOG)}
        yield Task(data, "svm", space)
        elastic = "elasticnet" if is_regression else "logisticregression"
        strength = "alpha" if is_regression else "C"
        space = {f"{elastic}__{strength}": (1e-3, 1e2, LOG), f"{elastic}__l1_ratio": (0.0, 1.0)}
        yield Task(data, "elastic", space)
        yield Task(data, "boosting", boosting)


TASKS = {task.name: task for task in _tasks()}


def evaluate(name: str, method: str, seed: int) -> dict[str, Any]:
    """Run one search, or one part of the reference; `seed` is the number of the part there."""
    task = TASKS[name]
    X, y = task.rows()
    shared = {"cv": task.folds(), "refit": False, "n_jobs": 1}
    drawn = {"n_iter": N_ITER, "random_state": seed}
    estimator = task.estimator()
    if method == "reference":
        part = task.reference()[seed * N_CHUNK : (seed + 1) * N_CHUNK]
        grid = [{name: [value] for name, value in params.items()} for params in part]
        search = GridSearchCV(estimator, grid, **shared)
    elif method == "random":
        search = RandomizedSearchCV(estimator, task.dimensions(), **drawn, **shared)
    else:
        # The first candidates that are known were learnt on some of these data too.
        shared["initial_points"] = []
        search = skbayes.BayesSearchCV(estimator, task.space, **drawn, **shared)
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of iterations that did not converge
        search.fit(X, y)
    seconds = time.perf_counter() - start
    results = search.cv_results_
    in_fits = 5 * float(results["mean_fit_time"].sum() + results["mean_score_time"].sum())
    return {
        "scores": results["mean_test_score"].tolist(),
        "best_params": results["params"][int(np.nanargmax(results["mean_test_score"]))],
        "seconds": seconds,
        "seconds_beside_fits": seconds - in_fits,
    }


def record_key(task: Task, method: str, seed: int) -> Key:
    """Return what identifies one run: task, method, seed, and what its scores depend on.

    That is the estimator, the data and the candidates; for skbayes, its code stands for these.
    """
    if method == "bayes":
        candidates: Any = (task.space, source())
    elif method == "random":
        candidates = list(ParameterSampler(task.dimensions(), N_ITER, random_state=seed))
    else:
        candidates = task.reference()
    parts = (candidates, task.estimator(), N_ROWS_OF_SLOW_MODELS, sklearn.__version__)
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
    return {"task": task.name, "method": method, "seed": seed, "digest": digest}


def keys(tasks: list[Task], methods: list[str], n_seeds: int) -> Iterator[Key]:
    """Yield the keys of all runs that are wanted."""
    for task in tasks:
        for method in methods:
            for seed in range(N_PARTS if method == "reference" else n_seeds):
                yield record_key(task, method, seed)


def best_scores(records: Records, task: Task, method: str, n_seeds: int) -> list[float]:
    """Return the best score of each run that is done."""
    wanted = keys([task], [method], n_seeds)
    return [max(line["scores"]) for key in wanted for line in records.select(**key)[:1]]


def print_table(records: Records, tasks: list[Task], n_seeds: int) -> None:
    """Print what is known so far."""
    print(f"\nbest mean score over 5 folds, of {N_ITER} candidates\n")
    print(
        f"{'task':22s}{'best of 225':>11s}  {'search':8s}{'median':>7s}  {'quartiles':16s}"
        f"{'diff':>8s}  {'interval':20s}{'seeds':>5s}  holds"
    )
    held = []
    for task in tasks:
        parts = best_scores(records, task, "reference", n_seeds)
        if len(parts) < N_PARTS:
            print(f"{task.name:22s}{'not run':>11s}")
            continue
        reference = max(parts)
        for method in ("bayes", "random"):
            head = f"{task.name:22s}{reference:11.4f}" if method == "bayes" else " " * 33
            best = np.sort(best_scores(records, task, method, n_seeds))
            if not len(best):
                print(f"{head}  {LABELS[method]:8s}not run")
                continue
            low, median, high = np.quantile(best, [0.25, 0.5, 0.75])
            diff = best - reference
            cut = 1 if len(best) >= 9 else 0  # second from either end: 98 % for ten
            is_held = bool(median - reference >= -TOLERANCE)
            if method == "bayes":
                held.append(is_held)
            print(
                f"{head}  {LABELS[method]:8s}{median:7.4f}  {f'{low:.4f} {high:.4f}':16s}"
                f"{median - reference:+8.4f}  {f'{diff[cut]:+.4f} to {diff[-1 - cut]:+.4f}':20s}"
                f"{f'{np.sum(diff >= -TOLERANCE)}/{len(best)}':>5s}  {'yes' if is_held else 'no'}"
            )
    print(f"\nskbayes holds in {sum(held)} of {len(held)} tasks")
    done = [r for k in keys(tasks, ["bayes"], n_seeds) for r in records.select(**k)]
    if done:
        beside = np.median([r["seconds_beside_fits"] / N_ITER for r in done])
        print(f"beside the fits it takes {1e3 * beside:.0f} ms of wall time for each candidate")


def main(words: list[str]) -> None:
    """Do what is missing, and print the table."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--seeds", "--jobs", "--out")
    parser.shared("--only", help="tasks whose name holds this, as 'wine/svm'")
    parser.add_argument(
        "--methods", nargs="+", default=["reference", "bayes", "random"],
        choices=["reference", "bayes", "random"], help="what is run",
    )  # fmt: skip
    arguments = parser.parse_args(words)

    tasks = [task for name, task in TASKS.items() if arguments.only in name]
    records = Records(arguments.out / "quality.jsonl")
    complete(
        [
            Run(records, key, evaluate, (key["task"], key["method"], key["seed"]))
            for key in keys(tasks, arguments.methods, arguments.seeds)
        ],
        arguments.jobs,
    )
    print_table(records, tasks, arguments.seeds)
