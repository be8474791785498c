"""Whether a search is the same on all kinds of workers.

Fits sleep for random times, drawn anew in each run. Some are given up by racing, or measured with
a share of the rows. For each pool of workers it prints a digest of parameters, fold scores and
stopped candidates: at one number of points the digests of all pools must be equal.

    python -m benchmarks determinism
"""

import hashlib
import time

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from benchmarks.common.arguments import Arguments
from benchmarks.common.pools import workers
from skbayes import BayesSearchCV

SPACE = {"a": (0.0, 1.0), "b": (1, 50, "log-uniform"), "c": ["x", "y", None]}
KINDS = {
    "": {},
    "racing": {"early_stopping": "racing"},
    "parts": {"resource": "n_samples", "factor": 2, "min_resources": 40},
    "parts-racing": {"resource": "n_samples", "factor": 3, "early_stopping": "racing"},
    "hyperband": {"resource": "n_samples", "strategy": "hyperband"},
}
POOLS = ("loky:1", "loky:2", "loky:4", "threading:8", "dask:4")


class Delayed(ClassifierMixin, BaseEstimator):
    """A classifier that takes a random time."""

    def __init__(self, a=0.5, b=5, c="x"):
        self.a = a
        self.b = b
        self.c = c

    def fit(self, X, y):
        """Sleep."""
        time.sleep(np.random.default_rng().exponential(0.01))
        self.classes_ = np.unique(y)
        self.rows_ = float(X.sum())
        return self

    def score(self, X, y):
        """Return a bowl, with noise of the fold."""
        bump = 0.05 * np.sin(50 * self.a + self.rows_)
        return bump - (self.a - 0.3) ** 2 - 0.1 * np.log(self.b) - 0.1 * (self.c is not None)


def digest(n_jobs, n_points, kind, n_iter):
    """Return a digest of a search, and the number of folds that it ran."""
    X, y = load_iris(return_X_y=True)
    search = BayesSearchCV(
        Delayed(), SPACE, n_iter=n_iter, cv=5, n_jobs=n_jobs, n_points=n_points,
        random_state=0, refit=False, **KINDS[kind],
    ).fit(X, y)  # fmt: skip
    table = search.cv_results_
    scores = [table[f"split{fold}_test_score"].tobytes() for fold in range(5)]
    rungs = np.asarray(table.get("iter", ())).tolist()
    told = repr((table["params"], scores, search.candidate_status_, rungs))
    return hashlib.sha256(told.encode()).hexdigest()[:12], search.n_folds_run_


def main(words):
    """Print the table."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--pools", default=POOLS)
    parser.shared("--n-iter", default=30)
    arguments = parser.parse_args(words)
    found = {}
    for pool in arguments.pools:
        with workers(pool) as n_jobs:
            for n_points in (1, 3, 8):
                for kind in KINDS:
                    told, n_folds = digest(n_jobs, n_points, kind, arguments.n_iter)
                    found.setdefault((n_points, kind), set()).add(told)
                    print(
                        f"{pool:12s} n_points={n_points} {kind:12s} {n_folds:4d} folds {told}",
                        flush=True,
                    )
    print("the same" if all(len(told) == 1 for told in found.values()) else "NOT THE SAME")
