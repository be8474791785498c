"""Whether a search that is killed again and again loses anything.

Searches with a journal are killed with SIGKILL at random instants and started again until they end.
It prints the number of kills, resumes that failed, folds that were evaluated again although the
journal held them, other folds that were (those in hand at a kill), and whether parameters, scores
and statuses equal those of the same search uninterrupted.

    python -m benchmarks kills
    python -m benchmarks kills --kills 60 --searches 10 --kinds parts hyperband
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold

from benchmarks.common.arguments import Arguments

N_ITER, N_FOLDS = 30, 4
ROUNDS = {None: 9, 0: 1, 1: 3}  # of the whole, and of the rungs below
KINDS = {
    "None": {},
    "racing": {"early_stopping": "racing"},
    "parts": {"resource": "rounds"},
    "hyperband": {"resource": "rounds", "strategy": "hyperband"},
}


class Logged(ClassifierMixin, BaseEstimator):
    """A classifier that notes each evaluation in a file."""

    def __init__(self, a=0.5, b=0.5, c="x", rounds=ROUNDS[None], log=""):
        self.a = a
        self.b = b
        self.c = c
        self.rounds = rounds
        self.log = log

    def fit(self, X, y):
        """Sleep a little."""
        self.classes_ = np.unique(y)
        self.rows_ = float(X.sum())
        time.sleep((0.02 + 0.06 * self.a) * self.rounds / ROUNDS[None])
        return self

    def score(self, X, y):
        """Note the evaluation, and return a bowl with a bump for each fold."""
        line = json.dumps([self.a, self.b, self.c, self.rounds, self.rows_])
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)
        bump = 0.02 * np.sin(50 * self.a + self.rows_)
        return bump - (self.a - 0.3) ** 2 - (self.b - 0.7) ** 2 - 0.1 * (self.c != "y")


def search(folder, kind, seed):
    """Run or resume a search; write its results when it ends."""
    from skbayes import BayesSearchCV

    n_jobs, rule = kind
    X, y = load_iris(return_X_y=True)
    found = BayesSearchCV(
        Logged(log=str(folder / "log")),
        {"a": (0.0, 1.0), "b": (0.0, 1.0), "c": ["x", "y", "z"]},
        n_iter=N_ITER, cv=N_FOLDS, n_jobs=n_jobs, refit=False,
        random_state=seed, checkpoint=folder / "journal", **KINDS[rule],
    ).fit(X, y)  # fmt: skip
    table = found.cv_results_
    scores = [table[f"split{i}_test_score"].tolist() for i in range(N_FOLDS)]
    result = [table["params"], scores, found.candidate_status_]
    for row in result[0]:
        row.pop("log", None)
    (folder / "result").write_text(json.dumps(result))


def journalled(path):
    """Return the evaluations whose score a journal holds, as `Logged` notes them."""
    if not path.exists():
        return set()
    X, y = load_iris(return_X_y=True)
    sums = [float(X[train].sum()) for train, _ in StratifiedKFold(N_FOLDS).split(X, y)]
    asked, folds = {}, set()
    # A torn last line is no record.
    for line in path.read_bytes().split(b"\n")[:-1]:
        record = json.loads(line[9:])
        if record["k"] == "ask":
            a, b, c = record["p"]
            asked[record["i"]] = [a, b, "xyz"[c]]
        elif record["k"] == "fold":
            rounds = ROUNDS[record.get("g")]
            folds.add(json.dumps([*asked[record["i"]], rounds, sums[record["f"]]]))
    return folds


def evaluated(folder):
    """Return how often each (parameters, fold) was evaluated."""
    path = folder / "log"
    return Counter(path.read_text().splitlines()) if path.exists() else Counter()


def main(words):
    """Kill, resume, count."""
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--searches", type=int, default=20)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=["None", "racing"])
    parser.add_argument("--child", nargs=4)
    arguments = parser.parse_args(words)
    warnings.simplefilter("ignore")
    if arguments.child:
        folder, n_jobs, rule, seed = arguments.child
        search(Path(folder), (int(n_jobs), rule), int(seed))
        return
    rng = random.Random(0)
    kinds = [(n_jobs, rule) for n_jobs in (2, 1) for rule in arguments.kinds]
    total = Counter()
    for number in range(arguments.searches):
        kind = kinds[number % len(kinds)]
        with tempfile.TemporaryDirectory() as name:
            total += one(Path(name), kind, number, rng, arguments)
        print(f"search {number + 1}: {dict(total)}", flush=True)


def one(folder, kind, seed, rng, arguments):
    """Return the counts of one search."""
    counts = Counter()
    plain, killed = folder / "plain", folder / "killed"
    results = []
    for place, n_kills in ((plain, 0), (killed, -(-arguments.kills // arguments.searches))):
        place.mkdir()
        command = [
            sys.executable,
            "-m",
            "benchmarks",
            "kills",
            "--child",
            str(place),
            *map(str, kind),
        ]
        known, before = set(), Counter()
        while not (place / "result").exists():
            child = subprocess.Popen([*command, str(seed)], stderr=subprocess.PIPE)
            with contextlib.suppress(subprocess.TimeoutExpired):
                # Anywhere between the start of the interpreter and the end of the search.
                child.wait(timeout=rng.uniform(0.8, 4.0) if n_kills > 0 else 300)
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
                counts["kills"] += 1
                n_kills -= 1
            elif child.returncode != 0:
                counts["failed resumes"] += 1
                print(child.stderr.read().decode()[-2000:], flush=True)
                return counts
            child.wait()
            child.stderr.close()
            # Workers that outlive the search by a moment note what they had in hand.
            time.sleep(0.3)
            now = evaluated(place)
            counts["journalled again"] += sum((now - before)[fold] for fold in known)
            known, before = journalled(place / "journal"), now
            assert known <= set(now)
        results.append((place / "result").read_text())
        again = evaluated(place)
        # An evaluation that had not been written down when the process died is done again.
        counts["evaluations again"] += sum(again.values()) - len(again)
        counts["folds"] += len(again)
    counts["equal"] += results[0] == results[1]
    counts["different"] += results[0] != results[1]
    return counts
