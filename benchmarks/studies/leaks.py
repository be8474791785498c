"""What is left behind by many searches in one process.

After some searches that warm everything up, it runs more of them: in this process, on threads, and
on processes, in turn; some with racing, a journal, a fit that fails, or an exception that ends the
search. Every tenth of the way it prints open files, threads, child processes, temporary files and
the memory of this process (MiB). They may grow at first, and must not go on growing.

    python -m benchmarks leaks --searches 500
"""

import contextlib
import gc
import os
import tempfile
import threading
import warnings
from pathlib import Path

import joblib
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from benchmarks.common.arguments import Arguments
from skbayes import BayesSearchCV
from skbayes.workers.processes import end_idle

X, Y = load_iris(return_X_y=True)
SPACE = {"a": (0.0, 1.0), "b": (1, 50, "log-uniform"), "c": ["x", "y", None]}
POOLS = (("threading", 1), ("threading", 3), ("loky", 2))


class Model(ClassifierMixin, BaseEstimator):
    """A classifier that costs nothing, and fails for some parameters."""

    def __init__(self, a=0.5, b=5, c="x", fails=False):
        self.a = a
        self.b = b
        self.c = c
        self.fails = fails

    def fit(self, X, y):
        """Note the data."""
        if self.fails and self.a > 0.8:
            raise ValueError("too much")
        self.classes_ = np.unique(y)
        self.rows_ = float(X.sum())
        return self

    def score(self, X, y):
        """Return a bowl, with noise of the fold."""
        return 0.01 * np.sin(50 * self.a + self.rows_) - (self.a - 0.3) ** 2 - np.log(self.b)


def search(number, folder):
    """Run one search, of a kind that follows from its number."""
    backend, n_jobs = POOLS[number % len(POOLS)]
    path = folder / f"{number}.journal" if number % 4 == 0 else None
    settings = {
        "n_iter": 8,
        "cv": 3,
        "random_state": number,
        "checkpoint": path,
        "early_stopping": "racing" if number % 2 else None,
    }
    with joblib.parallel_config(backend, n_jobs=n_jobs):
        model = BayesSearchCV(Model(fails=number % 5 == 0), SPACE, **settings)

        def interrupt(view):
            if number % 7 == 0 and len(view.func_vals) == 4:
                raise RuntimeError("enough")

        with contextlib.suppress(RuntimeError):
            model.fit(X, Y, callback=interrupt)
    if path is not None:
        path.unlink()


def state():
    """Return what is open: files, threads, children, temporary files, MiB of memory."""
    gc.collect()
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    status = Path("/proc/self/status").read_text()
    memory = int(status.split("VmRSS:")[1].split()[0]) / 1024
    files = len(os.listdir("/proc/self/fd"))
    # Semaphores and mapped arrays bear the number of their process.
    shared = [name for name in os.listdir("/dev/shm") if str(os.getpid()) in name]
    temporary = len(os.listdir(tempfile.gettempdir())) + len(shared)
    return files, threading.active_count(), len(children), temporary, memory


def main(words):
    """Print the table."""
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--searches", type=int, default=500)
    arguments = parser.parse_args(words)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as name:
        # Other programs have temporary files of their own.
        tempfile.tempdir = name
        folder = Path(name, "journals")
        folder.mkdir()
        print("searches  files  threads  children  temporary  memory")
        for number in range(arguments.searches + 1):
            if number % max(1, arguments.searches // 10) == 0:
                files, n_threads, n_children, temporary, memory = state()
                print(
                    f"{number:8d}  {files:5d}  {n_threads:7d}  {n_children:8d}  {temporary:9d}  "
                    f"{memory:6.0f}",
                    flush=True,
                )
            search(number, folder)
        end_idle()
        files, n_threads, n_children, temporary, memory = state()
        print(
            f"   ended  {files:5d}  {n_threads:7d}  {n_children:8d}  {temporary:9d}  {memory:6.0f}"
        )
