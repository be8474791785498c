"""What each tuned constant is worth: the search with another value of it, on many small tasks.

The tasks are kept apart from those of `quality.py`: tables of cross-validated scores of support
vectors, kernel ridge and elastic nets on a dense grid of two logarithmic parameters, and trees and
neighbours with mixed parameters that are evaluated as they are asked for. The tables are computed
once, within ten minutes on one core, and kept beside the results.

For each variant, over 10 seeds a task: the regret after 16 and 30 candidates, 0 for the best of 225
(a grid, or random ones where there are more than two parameters) and 1 for the median of these;
negative is better than the best of 225. `holds` counts the tasks whose median over the seeds is
within 0.001 of the best of 225. The intervals are of the mean over tasks and seeds, from 2000
bootstrap samples of the tasks; two variants share tasks and initial designs, so `difference` to the
first variant is the figure to read.

    python benchmarks/ablation.py
    python benchmarks/ablation.py --set gp.fitting.LOG_NOISE_VARIANCE=-4,1
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy is imported

import argparse
import importlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from records import RESULTS
from skbayes import Optimizer
from skbayes.space import parse_space

N_ITER, N_EARLY, N_GRID, N_TABLE = 30, 16, 15, 48
LOG = "log-uniform"
KERNEL = {"C": (1e-2, 1e4, LOG), "gamma": (1e-5, 1e1, LOG)}
RIDGE = {"alpha": (1e-6, 1e2, LOG), "gamma": (1e-5, 1e1, LOG)}
TREE = {
    "max_depth": (1, 20),
    "min_samples_leaf": (1, 50, LOG),
    "ccp_alpha": (1e-6, 1e-1, LOG),
    "criterion": ["gini", "entropy"],
    "max_features": (0.1, 1.0),
}
NEIGHBOURS = {
    "n_neighbors": (1, 60, LOG),
    "p": (1.0, 5.0),
    "weights": ["uniform", "distance"],
}


def no_discount(sd: np.ndarray, noise_sd: float) -> tuple[np.ndarray, np.ndarray]:
    """Take the place of the discount that the expected improvement has for noise."""
    return np.zeros_like(sd), np.zeros_like(sd)


# Constants as they are, and other values of each.
VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no discount for noise": {"acquisition.functions.log_discount": no_discount},
    "noise N(-4, 1)": {"gp.fitting.LOG_NOISE_VARIANCE": (-4.0, 1.0)},
    "lengthscale N(-0.7, 1)": {"gp.fitting.LOG_LENGTHSCALE": (-0.7, 1.0)},
    "lengthscale N(0, 0.5)": {"gp.fitting.LOG_LENGTHSCALE": (0.0, 0.5)},
    "design d + 2": {"_optimizer.DESIGN_MARGIN": 2},
    "design d + 5": {"_optimizer.DESIGN_MARGIN": 5},
    "0.1 lengthscales apart": {"_optimizer.MIN_DISTANCE": 0.1},
}


def classes(n_rows: int, n_features: int, n_informative: int, seed: int, **kwargs: Any) -> Any:
    """Return a classification problem with wrong labels."""
    kwargs = {"flip_y": 0.1, "class_sep": 0.7, **kwargs}
    return datasets.make_classification(
        n_rows, n_features, n_informative=n_informative, n_redundant=0, random_state=seed, **kwargs
    )


def some(data: Any, n_rows: int) -> Any:
    """Return rows drawn once."""
    rows = np.random.RandomState(0).permutation(len(data[0]))[:n_rows]
    return data[0][rows], data[1][rows]


def standard(data: Any) -> Any:
    """Return the data with a standardised target."""
    return data[0], (data[1] - data[1].mean()) / data[1].std()


BREAST = datasets.load_breast_cancer
TASKS: dict[str, tuple[Callable[[], Any], type, dict[str, Any], str | None]] = {
    "iris/svc": (lambda: datasets.load_iris(return_X_y=True), SVC, KERNEL, None),
    "classes1/svc": (lambda: classes(200, 8, 4, 1), SVC, KERNEL, None),
    "classes1/auc": (lambda: classes(200, 8, 4, 1), SVC, KERNEL, "roc_auc"),
    "classes2/svc": (
        lambda: classes(240, 20, 5, 2, flip_y=0.02, n_classes=3, class_sep=1.0),
        SVC,
        KERNEL,
        None,
    ),
    "moons/svc": (lambda: datasets.make_moons(200, noise=0.3, random_state=0), SVC, KERNEL, None),
    "digits/svc": (lambda: some(datasets.load_digits(return_X_y=True), 250), SVC, KERNEL, None),
    "breast/auc": (lambda: BREAST(return_X_y=True), SVC, KERNEL, "roc_auc"),
    "friedman1/svr": (
        lambda: datasets.make_friedman1(150, noise=1.0, random_state=0),
        SVR,
        KERNEL,
        None,
    ),
    "friedman2/svr": (
        lambda: standard(datasets.make_friedman2(150, noise=60, random_state=0)),
        SVR,
        KERNEL,
        None,
    ),
    "friedman3/ridge": (
        lambda: standard(datasets.make_friedman3(150, noise=0.1, random_state=0)),
        KernelRidge,
        RIDGE,
        None,
    ),
    "diabetes/ridge": (
        lambda: standard(some(datasets.load_diabetes(return_X_y=True), 200)),
        KernelRidge,
        RIDGE,
        None,
    ),
    "linear/elastic": (
        lambda: datasets.make_regression(80, 40, n_informative=8, noise=40, random_state=0),
        ElasticNet,
        {"alpha": (1e-4, 1e2, LOG), "l1_ratio": (0.05, 1.0)},
        None,
    ),
    "classes1/tree": (lambda: classes(300, 8, 4, 1), DecisionTreeClassifier, TREE, None),
    "breast/tree": (lambda: BREAST(return_X_y=True), DecisionTreeClassifier, TREE, None),
    "iris/neighbours": (
        lambda: datasets.load_iris(return_X_y=True),
        KNeighborsClassifier,
        NEIGHBOURS,
        None,
    ),
}

Objective = Callable[[dict[str, Any]], float]


def live(name: str) -> Objective:
    """Return the mean score over five folds as a function of the parameters, remembered."""
    load, model, _, scoring = TASKS[name]
    X, y = load()
    is_classifier = getattr(model(), "_estimator_type", None) == "classifier" or issubclass(
        model, SVC | DecisionTreeClassifier | KNeighborsClassifier
    )
    cv = (StratifiedKFold if is_classifier else KFold)(5, shuffle=True, random_state=0)
    fixed = {"random_state": 0} if model is DecisionTreeClassifier else {}

    @cache
    def score(items: tuple[tuple[str, Any], ...]) -> float:
        estimator = make_pipeline(StandardScaler(), model(**dict(items), **fixed))
        return float(np.mean(cross_val_score(estimator, X, y, cv=cv, scoring=scoring)))

    return lambda params: score(tuple(sorted(params.items())))


@cache
def objective(name: str) -> Objective:
    """Return the score as a function of the parameters: a table's, for two real parameters.

    Accuracies are read from the nearest cell, other scores interpolated.
    """
    _, model, written, scoring = TASKS[name]
    space = parse_space(written)
    if len(space.axes) != 2:
        return live(name)
    path = RESULTS / f"table_{name.replace('/', '_')}.npy"
    if not path.exists():
        side = np.arange(N_TABLE) / (N_TABLE - 1)
        score = live(name)
        points = space.points(list(product(side, side)))
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, [score(space.decode(point)) for point in points])
    table = np.load(path).reshape(N_TABLE, N_TABLE)
    is_stepped = model is SVC and scoring is None

    def read(params: dict[str, Any]) -> float:
        u = space.coordinates([space.encode(params)])[0] * (N_TABLE - 1)
        if is_stepped:
            return float(table[tuple(np.rint(u).astype(int))])
        i = np.minimum(u.astype(int), N_TABLE - 2)
        a, b = u - i
        cell = table[i[0] : i[0] + 2, i[1] : i[1] + 2]
        return float(np.array([1 - a, a]) @ cell @ np.array([1 - b, b]))

    return read


@cache
def reference(name: str) -> tuple[float, float]:
    """Return the best and the median of 225 candidates."""
    space = parse_space(TASKS[name][2])
    side = np.arange(N_GRID) / (N_GRID - 1)
    if len(space.axes) == 2:
        coordinates = np.array(list(product(side, side)))
    else:
        coordinates = space.sample(np.random.RandomState(225).rand(N_GRID**2, len(space.axes)))
    scores = [objective(name)(space.decode(point)) for point in space.points(coordinates)]
    return max(scores), float(np.median(scores))


@contextmanager
def patched(constants: dict[str, Any]) -> Iterator[None]:
    """Give constants of the package other values, named as ``module.NAME``."""
    before = []
    for path, value in constants.items():
        module_name, name = path.rsplit(".", 1)
        module = importlib.import_module(f"skbayes.{module_name}")
        before.append((module, name, getattr(module, name)))
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def search(name: str, seed: int) -> tuple[float, float, float]:
    """Return the best after some and after all candidates, less the best of 225; and a scale."""
    optimizer = Optimizer(TASKS[name][2], n_iter=N_ITER, random_state=seed)
    scores = []
    for _ in range(N_ITER):
        params = optimizer.ask()
        scores.append(objective(name)(params))
        optimizer.tell(params, scores[-1])
    best, median = reference(name)
    return max(scores[:N_EARLY]) - best, max(scores) - best, best - median


def evaluate(constants: dict[str, Any], seeds: range, names: list[str]) -> np.ndarray:
    """Return what `search` gives for each task and seed."""
    with patched(constants):
        return np.array([[search(name, seed) for seed in seeds] for name in names])


def interval(per_task: np.ndarray) -> str:
    """Return the mean and its 95 % interval over tasks."""
    rng = np.random.default_rng(0)
    means = per_task[rng.integers(len(per_task), size=(2000, len(per_task)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{per_task.mean():+.4f} ({low:+.4f} to {high:+.4f})"


def number(text: str) -> Any:
    """Return an int, a float or a tuple of floats."""
    values = [float(part) for part in text.split(",")]
    if len(values) > 1:
        return tuple(values)
    return int(values[0]) if values[0].is_integer() and "." not in text else values[0]


def main() -> None:
    """Print a row for each variant."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", default="", help="tasks whose name holds this")
    parser.add_argument(
        "--set", action="append", metavar="MODULE.NAME=VALUE", help="a variant of your own"
    )
    arguments = parser.parse_args()
    names = [name for name in TASKS if arguments.only in name]
    variants = VARIANTS
    if arguments.set:
        own = dict(entry.split("=", 1) for entry in arguments.set)
        variants = {
            "as it is": {},
            ", ".join(arguments.set): {path: number(value) for path, value in own.items()},
        }
    warnings.simplefilter("ignore")  # solvers that stop early are a part of the surfaces
    print(f"{len(names)} tasks, {arguments.seeds} seeds; regret, less is better\n")
    print(f"{'':28s}after {N_EARLY:<8d}after {N_ITER} (95 %)                 holds   difference")
    first = None
    for label, constants in variants.items():
        results = evaluate(constants, range(arguments.seeds), names)
        regret = -results[:, :, :2] / results[:, :, 2:]
        per_task = regret[:, :, 1].mean(axis=1)
        first = per_task if first is None else first
        holds = (np.median(results[:, :, 1], axis=1) >= -1e-3).sum()
        print(
            f"{label:28s}{regret[:, :, 0].mean():+.4f}       {interval(per_task)}   "
            f"{holds:2d}/{len(names)}   {interval(per_task - first)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
