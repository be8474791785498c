"""How busy a search keeps its workers, when fits take very different times.

Fits sleep: lognormal times, sigma 1, mean `--mean` seconds, a function of the parameters, or with
`--times folds` of the parameters and the fold. The ideal is the sum of all these times over the
number of workers. For each pool of workers it prints wall time over the ideal: of the search as it
is by default (deterministic), of the asynchronous one, and of batches of as many candidates as the
default has open, each batch waiting for its last fold. Proposals count. A machine with other work
makes all figures worse. Then wall time, and how far below the optimum of a function of six
dimensions the best score is, mean over the repeats.

`--simulate` prints what the default costs with windows of other widths, without any proposals.

    python -m benchmarks workers
    python -m benchmarks workers --pools threading:8 --n-iter 40 --repeats 3
    python -m benchmarks workers --times folds
    python -m benchmarks workers --pools threading:1 threading:4 --mean 0.2 --repeats 10
    python -m benchmarks workers --simulate
"""

import heapq
import time

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold

from benchmarks.common.arguments import Arguments
from benchmarks.common.pools import workers
from benchmarks.tasks.functions import hartmann
from skbayes import BayesSearchCV, Optimizer, Patience

SPACE = dict.fromkeys("abcdef", (0.0, 1.0))
OPTIMUM = 3.32237
N_FOLDS = 5
SIGMA = 1.0


class Sleeper(ClassifierMixin, BaseEstimator):
    """A classifier that sleeps for a time that follows from its parameters, and from the fold."""

    def __init__(self, a=0.5, b=0.5, c=0.5, d=0.5, e=0.5, f=0.5, mean=0.5, by_fold=False):
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.e = e
        self.f = f
        self.mean = mean
        self.by_fold = by_fold

    def fit(self, X, y):
        """Sleep."""
        self.classes_ = np.unique(y)
        time.sleep(self.seconds(float(X.sum())))
        return self

    def seconds(self, fold):
        """Return how long."""
        told = (*self.point(), fold if self.by_fold else 0.0)
        numbers = [int(1e6 * value) for value in told]
        normal = np.random.default_rng(numbers).standard_normal()
        return self.mean * float(np.exp(SIGMA * normal - SIGMA**2 / 2))

    def score(self, X, y):
        """Return Hartmann's function."""
        return float(hartmann(6)(7)(np.array(self.point())))

    def point(self):
        """Return the six numbers."""
        return self.a, self.b, self.c, self.d, self.e, self.f


def fit_one(estimator, X, y, train, test):
    """Return the score of a fold."""
    return estimator.fit(X[train], y[train]).score(X[test], y[test])


def batches(X, y, splits, n_iter, n_points, seed, **sleep):
    """Search in batches; return the parameters and the best score."""
    optimizer = Optimizer(SPACE, n_iter=n_iter, random_state=seed)
    found = []
    while len(found) < n_iter:
        batch = optimizer.ask(min(n_points, n_iter - len(found)))
        scores = Parallel()(
            delayed(fit_one)(Sleeper(**params, **sleep), X, y, *split)
            for params in batch
            for split in splits
        )
        optimizer.tell(batch, np.mean(np.reshape(scores, (-1, N_FOLDS)), axis=1).tolist())
        found += batch
    return found, optimizer.best_score


def simulated(seconds, n_workers, window):
    """Return wall time over the ideal, where fold i waits for all up to fold i - window."""
    free = [0.0] * n_workers
    taken_in = []
    for i, each in enumerate(seconds):
        start = heapq.heappop(free)
        if i >= window:
            start = max(start, taken_in[i - window])
        heapq.heappush(free, start + each)
        taken_in.append(max(taken_in[-1] if taken_in else 0.0, start + each))
    return taken_in[-1] / (sum(seconds) / n_workers)


def simulate(n_iter, n_seeds=200):
    """Print what windows of several widths cost, without proposals or processes."""
    widths = (1, 2, 3, 4, 5, 6, 8)
    print("window, folds for each worker " + "".join(f"{width:6d}" for width in widths))
    for times in ("candidates", "folds"):
        for n_workers in (2, 4, 8, 16):
            row = []
            for width in widths:
                ratios = []
                for seed in range(n_seeds):
                    size = (n_iter, 1 if times == "candidates" else N_FOLDS)
                    normal = np.random.default_rng(seed).standard_normal(size)
                    normal = np.broadcast_to(normal, (n_iter, N_FOLDS)).ravel()
                    seconds = np.exp(SIGMA * normal).tolist()
                    ratios.append(simulated(seconds, n_workers, width * n_workers))
                row.append(np.median(ratios))
            print(f"{n_workers:2d} workers, {times:10s}       " + "".join(f"{r:6.2f}" for r in row))


def main(words):
    """Print the table."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--pools", default=["loky:2", "threading:8", "dask:8"])
    parser.shared("--n-iter", default=60)
    parser.add_argument("--mean", type=float, default=0.5)
    parser.shared("--repeats", default=1)
    parser.add_argument("--times", choices=["candidates", "folds"], default="candidates")
    parser.add_argument(
        "--rule", action="store_true", help="with a rule, under which workers hold no fold ahead"
    )
    parser.add_argument("--simulate", action="store_true", help="what other windows would cost")
    arguments = parser.parse_args(words)
    if arguments.simulate:
        simulate(arguments.n_iter)
        return
    sleep = {"mean": arguments.mean, "by_fold": arguments.times == "folds"}
    X, y = load_iris(return_X_y=True)
    splits = list(StratifiedKFold(N_FOLDS, shuffle=True, random_state=0).split(X, y))
    sums = [float(X[train].sum()) for train, _ in splits]
    print("wall time over the ideal")
    for pool in arguments.pools:
        with workers(pool) as n_workers:
            n_points = 1 + -(-3 * n_workers // N_FOLDS)
            for kind in ("deterministic", "asynchronous", "batches"):
                ratios, best, walls = [], [], []
                for seed in range(arguments.repeats):
                    started = time.perf_counter()
                    if kind == "batches":
                        size = (arguments.n_iter, n_points, seed)
                        params, score = batches(X, y, splits, *size, **sleep)
                    else:
                        search = BayesSearchCV(
                            Sleeper(**sleep), SPACE, n_iter=arguments.n_iter,
                            cv=splits, refit=False, random_state=seed, initial_points=[],
                            asynchronous=kind == "asynchronous", n_jobs=n_workers,
                            stopping=Patience(10**6) if arguments.rule else None,
                        ).fit(X, y)  # fmt: skip
                        params, score = search.cv_results_["params"], search.best_score_
                    wall = time.perf_counter() - started
                    work = sum(
                        Sleeper(**each, **sleep).seconds(fold) for each in params for fold in sums
                    )
                    ratios.append(wall / (work / n_workers))
                    best.append(score)
                    walls.append(wall)
                print(
                    f"{pool:14s} {kind:14s} {np.median(ratios):.3f}  {np.median(walls):6.1f} s, "
                    f"regret {OPTIMUM - np.mean(best):.2g}",
                    flush=True,
                )
