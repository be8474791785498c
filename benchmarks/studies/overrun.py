"""How much of a search goes on after it has a reason to stop.

Fits sleep, and each writes down when it begins. A search is ended by `max_time`, by a rule, or by
Ctrl-C, while one, four, sixteen candidates, or as many as it likes, are open. Printed for each kind
of workers, largest over the repeats: how many folds have begun after the reason, for each worker;
and how long `fit` took after it, in folds. Neither may be above one, but for what a round trip to
the workers takes.

    python -m benchmarks overrun
    python -m benchmarks overrun --pools inline threading:4 --repeats 5
"""

import os
import signal
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from benchmarks.common.arguments import Arguments
from benchmarks.common.pools import workers
from skbayes import BayesSearchCV

REASONS = ("max_time", "rule", "Ctrl-C")
POINTS = (1, 4, 16, None)
# Seconds until there is a reason to stop: some folds in, and not at the end of one.
AFTER = 3.3


class Watched(ClassifierMixin, BaseEstimator):
    """A classifier that writes down when its fit begins, and sleeps."""

    def __init__(self, a=0.5, seconds=0.3, folder=None):
        self.a = a
        self.seconds = seconds
        self.folder = folder

    def fit(self, X, y):
        """Sleep."""
        if self.folder is not None:
            descriptor, _ = tempfile.mkstemp(prefix=f"{time.time():.6f}-", dir=self.folder)
            os.close(descriptor)
        time.sleep(self.seconds)
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        """Return the parameter."""
        return self.a


@contextmanager
def pool_of(name):
    """Yield the arguments of a search, and the number of workers."""
    kind, _, n = name.partition(":")
    if kind == "inline":
        yield {"n_jobs": 1}, 1
    elif kind == "executor":
        with ThreadPoolExecutor(int(n)) as executor:
            yield {"executor": executor}, int(n)
    else:
        with workers(name) as n_workers:
            yield {"n_jobs": n_workers}, n_workers


def run(reason, n_points, seconds, pool, n_workers):
    """Return the folds begun late, and how long the search went on, in folds, for each worker."""
    X, y = load_iris(return_X_y=True)
    moment = [np.inf]

    def rule(standing):
        if time.time() < started + AFTER * seconds:
            return None
        moment[0] = time.time()
        return "enough"

    with tempfile.TemporaryDirectory() as folder:
        search = BayesSearchCV(
            Watched(seconds=seconds, folder=folder), {"a": (0.0, 1.0)}, n_iter=200, cv=5,
            refit=False, random_state=0, n_points=n_points, **pool,
            max_time=AFTER * seconds if reason == "max_time" else None,
            stopping=rule if reason == "rule" else None,
        )  # fmt: skip
        if n_workers > 1:
            # Workers that have to start first, as after an interrupt, are not what is measured.
            BayesSearchCV(Watched(seconds=0.1), {"a": (0.0, 1.0)}, n_iter=2, cv=5, **pool).fit(X, y)
        started = time.time()
        if reason == "max_time":
            moment[0] = started + AFTER * seconds
        timer = threading.Timer(AFTER * seconds, os.kill, (os.getpid(), signal.SIGINT))
        if reason == "Ctrl-C":
            moment[0] = started + AFTER * seconds
            timer.start()
        # A search that is over before all folds of a candidate are says so.
        with suppress(KeyboardInterrupt, ValueError):
            search.fit(X, y)
        ended = time.time()
        # Those that run in workers may have more to come.
        time.sleep(2 * seconds)
        begun = [float(path.name.partition("-")[0]) for path in Path(folder).iterdir()]
    late = sum(begin > moment[0] for begin in begun)
    return late / n_workers, max(0.0, ended - moment[0]) / seconds, len(begun)


def main(words):
    """Print the table."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--pools", default=["inline", "loky:2", "threading:4", "dask:4", "executor:4"])
    parser.add_argument("--seconds", type=float, default=0.3, help="what a fold takes")
    parser.shared("--repeats", default=2)
    arguments = parser.parse_args(words)
    print("begun late for each worker / time after the reason, in folds; folds in all")
    print(f"{'workers':14s}{'reason':10s}" + "".join(f"n_points={n!s:<12s}" for n in POINTS))
    for name in arguments.pools:
        with pool_of(name) as (pool, n_workers):
            for reason in REASONS:
                row = []
                for n_points in POINTS:
                    results = [
                        run(reason, n_points, arguments.seconds, pool, n_workers)
                        for _ in range(arguments.repeats)
                    ]
                    late, after, n_folds = np.max(results, axis=0)
                    row.append(f"{late:.2f} / {after:.2f} ({n_folds:.0f})")
                print(f"{name:14s}{reason:10s}" + "".join(f"{e:21s}" for e in row), flush=True)
