"""Searches whose space is cut on one side, and the same ones continued beyond a bound."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from benchmarks.common.folds import N_FOLDS, Folds, real_folds
from benchmarks.common.promised import FOREIGN_EXACT, FOREIGN_FOLDS, cases, is_failure, tell
from benchmarks.common.records import Key
from benchmarks.tasks.models import ACCURACY, AUC, GAMMA, LOG_LOSS, R2, C, Validated
from benchmarks.tasks.task import LOG, Params, from_unit, to_unit
from skbayes import Optimizer
from skbayes.exceptions import SpaceExhausted

# Candidates after the question.
N_MORE = 20
# Sides whose widening is tried: those that the best point is near, in unit coordinates, and one
# that is drawn.
NEAR = 0.05
# What is left of the range that is cut; a best value of the whole one is in it, or it is not.
LEFT = (0.3, 0.9)
# How far the best value of a function of our own is from the bound, to either side of it.
FAR = 0.3
FACTOR = 10.0
NOISE = 0.02
SIDES = ("lower", "upper")

NO_LIMIT = (1e-12, 1e12)
MAX_ITER = (("max_iter", 4000),)
DEPTH, LEAF = {"max_depth": (2, 10)}, {"min_samples_leaf": (2, 30, LOG)}
NEIGHBORS: Params = {"n_neighbors": (2, 30), "p": (1.0, 3.0)}
SVM: Params = {"C": C, "gamma": GAMMA}
KERNEL: Params = {"alpha": (1e-4, 1e1, LOG), "gamma": (1e-4, 1e0, LOG)}
NET: Params = {"alpha": (1e-3, 1e1, LOG), "l1_ratio": (0.1, 0.9)}
LOGISTIC: Params = {"C": (1e-3, 1e3, LOG)}
# Where an estimator ends, whatever the range.
LIMITS = {
    "max_depth": (1, 40), "min_samples_leaf": (1, 60), "n_neighbors": (1, 110),
    "l1_ratio": (0.0, 1.0), "p": (1.0, 20.0),
}  # fmt: skip

svc, svr, net = (partial(Validated, build=each, fixed=MAX_ITER) for each in (SVC, SVR, ElasticNet))
REAL: dict[str, tuple[Validated, Params]] = {
    "svc-breast": (svc("breast", scoring=ACCURACY), SVM),
    "svc-classes": (svc("classes-3", scoring=ACCURACY), SVM),
    "svc-moons": (svc("moons", scoring=AUC), SVM),
    "svr-diabetes": (svr("diabetes", scoring=R2), SVM | {"epsilon": (1e-3, 1.0, LOG)}),
    "svr-friedman1": (svr("friedman1", scoring=R2), SVM),
    "kernel-friedman2": (Validated("friedman2", partial(KernelRidge, kernel="rbf"), R2), KERNEL),
    "kernel-roll": (Validated("roll", partial(KernelRidge, kernel="rbf"), R2), KERNEL),
    "net-diabetes": (net("diabetes", scoring=R2), NET),
    "net-linear": (net("linear", scoring=R2), NET),
    "ridge-linear": (Validated("linear", Ridge, R2), {"alpha": (1e-2, 1e4, LOG)}),
    "logistic-rare": (Validated("classes-rare", LogisticRegression, LOG_LOSS), LOGISTIC),
    "logistic-breast": (Validated("breast", LogisticRegression, AUC), LOGISTIC),
    "tree-classes": (Validated("classes-3", DecisionTreeClassifier, ACCURACY), DEPTH | LEAF),
    "tree-diabetes": (Validated("diabetes", DecisionTreeRegressor, R2), DEPTH | LEAF),
    "tree-friedman1": (Validated("friedman1", DecisionTreeRegressor, R2), DEPTH | LEAF),
    "knn-classes": (Validated("classes-3", KNeighborsClassifier, ACCURACY), NEIGHBORS),
    "knn-moons": (Validated("moons", KNeighborsClassifier, LOG_LOSS), NEIGHBORS),
    "knn-friedman1": (Validated("friedman1", KNeighborsRegressor, R2), NEIGHBORS),
}


def bowl(z: np.ndarray) -> float:
    """Fall with the square of the distance."""
    return -float(z @ z)


def valley(z: np.ndarray) -> float:
    """Fall slowly along a ridge that is oblique."""
    return -float(4 * z.sum() ** 2 + 0.3 * z @ z)


# Of the distance from the best point; the first coordinate is the one that is cut, its axis points
# out of the range.
OWN: dict[str, Callable[[np.ndarray], float]] = {
    "bowl": bowl,
    "cone": lambda z: -float(np.sqrt(z @ z)),
    "valley": valley,
    "waves": lambda z: bowl(z) + 0.05 * float(np.cos(12 * z).sum()),
    "plateau": lambda z: -float(np.maximum(np.abs(z) - 0.3, 0.0).sum()),
    "steps": lambda z: round(10 * bowl(z)) / 10,
    "saturating": lambda z: bowl(z[1:]) - math.exp(min(-4 * z[0], 50.0)),
    "cliff": lambda z: bowl(z[1:]) + (float(z[0]) if z[0] <= 0 else -1.0),
    "noisy bowl": bowl,
    "noisy cone": lambda z: -float(np.sqrt(z @ z)),
    "noisy saturating": lambda z: bowl(z[1:]) - math.exp(min(-4 * z[0], 50.0)),
}
OWN_SPACE: Params = {"x": (0.0, 1.0), "y": (0.0, 1.0), "z": (1e-3, 1e1, LOG)}


@dataclass(frozen=True)
class Cut:
    """A task whose space is too narrow, or nearly so.

    Attributes
    ----------
    space : dict
        What the search is given.
    limits : dict
        How far each range can be widened; no further than other people's surfaces are known.
    name, side : str
        Which bound was cut.
    evaluate : callable
    """

    space: Params
    limits: Params
    name: str
    side: str
    evaluate: Folds


def names() -> dict[str, str]:
    """Return the origin of each case by name."""
    foreign = [
        name
        for name, case in cases().items()
        if case.origin == "foreign" and name.startswith((*FOREIGN_EXACT, *FOREIGN_FOLDS))
    ]
    return (
        dict.fromkeys(foreign, "foreign") | dict.fromkeys(REAL, "real") | dict.fromkeys(OWN, "own")
    )


def cut(case: str, seed: int) -> Cut:
    """Return a case with one bound drawn and moved."""
    rng = np.random.default_rng([seed, *case.encode()])
    if case in OWN:
        name, side = str(rng.choice(list(OWN_SPACE))), SIDES[rng.integers(2)]
        limits = {n: (-9.0, 10.0) if LOG not in w else NO_LIMIT for n, w in OWN_SPACE.items()}
        return Cut(OWN_SPACE, limits, name, side, own(case, name, side, rng))
    if case in REAL:
        make, space = REAL[case]
        limits = {n: LIMITS.get(n, NO_LIMIT) for n in space}
        evaluate, is_cut = real_folds(make), bool(rng.integers(2))
    else:
        space = cases()[case].task.space
        limits = {n: w[:2] for n, w in space.items() if isinstance(w, tuple)}
        evaluate, is_cut = cases()[case].evaluate(), True
    name, side = str(rng.choice(list(limits))), SIDES[rng.integers(2)]
    if is_cut:
        left = float(rng.uniform(*LEFT))
        low, high = space[name][:2]
        end = from_unit(space[name], left if side == "upper" else 1.0 - left)
        ends = (low, end) if side == "upper" else (end, high)
        if ends[0] < ends[1]:
            space = space | {name: (*ends, *space[name][2:])}
    return Cut(space, limits, name, side, evaluate)


def own(case: str, name: str, side: str, rng: np.random.Generator) -> Folds:
    """Return what evaluates a function of our own, its best point within or beyond a bound."""
    order = [name, *(n for n in OWN_SPACE if n != name)]
    best = dict(zip(order, rng.uniform(0.2, 0.8, len(order)), strict=True))
    sign = 1.0 if side == "upper" else -1.0
    best[name] = (side == "upper") + sign * float(rng.uniform(-FAR, FAR))
    noise = NOISE if case.startswith("noisy") else 0.0

    def evaluate(params: Params, rng: np.random.Generator) -> tuple[list[float], float]:
        z = np.array([to_unit(OWN_SPACE[n], params[n]) - best[n] for n in order])
        z[0] *= sign
        score = OWN[case](z)
        if not noise:
            return [score], score
        return (score + noise * math.sqrt(N_FOLDS) * rng.normal(size=N_FOLDS)).tolist(), score

    return evaluate


def widened(written: Any, side: str, limits: tuple[Any, Any]) -> Any:
    """Return a range with one end moved by a factor of ten, or by its width if it is linear."""
    low, high = written[:2]
    if LOG in written:
        ends = (low / FACTOR, high) if side == "lower" else (low, high * FACTOR)
    else:
        ends = (low - (high - low), high) if side == "lower" else (low, high + (high - low))
    kind: Any = type(low)
    ends = (max(kind(ends[0]), limits[0]), min(kind(ends[1]), limits[1]))
    return (*ends, *written[2:])


def search(case: str, seed: int, n_iter: int) -> Key:
    """Search a space, then go on in it, and in spaces with one bound widened."""
    task = cut(case, seed)
    record: dict[str, Any] = {"name": task.name, "side": task.side, "params": [], "folds": []}
    record["true"] = []
    go_on(task, task.space, record, seed, n_iter)
    told = {key: list(record[key]) for key in ("params", "folds", "true")}
    best = record["params"][best_of(record)]
    sides = []
    for name in task.limits:
        u = to_unit(task.space[name], best[name])
        for side, distance in zip(SIDES, (u, 1 - u), strict=True):
            space = task.space | {name: widened(task.space[name], side, task.limits[name])}
            is_drawn = (name, side) == (task.name, task.side)
            is_near = distance <= NEAR or best[name] in task.space[name][:2]
            if space != task.space and (is_drawn or is_near):
                more = {key: list(value) for key, value in told.items()}
                go_on(task, space, more, seed, N_MORE)
                sides.append([name, side, more["true"][best_of(more)]])
    more = {key: list(value) for key, value in told.items()}
    go_on(task, task.space, more, seed, N_MORE)
    return record | {"sides": sides, "old": more["true"][best_of(more)]}


def best_of(record: Key) -> int:
    """Return the row with the best score as it was told."""
    scores = [math.nan if is_failure(folds) else float(np.mean(folds)) for folds in record["folds"]]
    return int(np.nanargmax(scores))


def go_on(task: Cut, space: Params, record: Key, seed: int, n: int) -> None:
    """Evaluate n points more."""
    optimizer = Optimizer(space, random_state=seed)
    for params, folds in zip(record["params"], record["folds"], strict=True):
        optimizer._points.adopt_point(optimizer.space.encode(params))
        tell(optimizer, params, folds)
    for _ in range(n):
        try:
            params = optimizer.ask()
        except SpaceExhausted:
            return
        folds, true = task.evaluate(params, np.random.default_rng([seed, len(record["params"])]))
        tell(optimizer, params, folds)
        record["params"].append(params)
        record["folds"].append(folds)
        record["true"].append(math.nan if is_failure(folds) else true)
