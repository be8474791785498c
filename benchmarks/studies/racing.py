"""What giving up candidates after some folds saves, and what it costs.

Searches of real estimators, all folds of every candidate against `early_stopping`, same seeds. For
5 and 10 folds it prints: folds run, as a share of those of the full search; difference of the
final full cross-validation score, in standard errors of the folds, with a 95 % interval over
tasks and seeds, and what it would be if candidates that were given up counted with all folds,
which leaves what the model has lost; improvements lost, candidates given up whose mean over all
folds would have beaten the best one at that time, as a share of those given up; folds after which
the full search's final score is reached, as a share of its folds, median.

Scores are kept in `results/racing/`: what was evaluated once is not fitted again, and no time
is measured.

    python -m benchmarks racing --rules racing median
"""

import warnings
from itertools import product

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import KFold, StratifiedKFold

from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import digest, patched, read
from benchmarks.common.evaluations import Scores
from benchmarks.common.records import RESULTS, Records
from benchmarks.common.runs import Run, complete
from benchmarks.tasks.quick import TASKS, data
from skbayes import BayesSearchCV


class Kept(BaseEstimator):
    """An estimator of row numbers that fits only what no earlier run has fitted."""

    scores: Scores  # one for the process

    def __init__(self, task="", n_splits=5, estimator=None):
        self.task = task
        self.n_splits = n_splits
        self.estimator = estimator

    def fit(self, rows, y=None):
        """Note the rows."""
        self.train_ = rows[:, 0]
        return self

    def score(self, rows, y=None):
        """Return the score, fitting the estimator if it is not known."""
        test = rows[:, 0]
        params = self.estimator.get_params()
        searched = {name: params[name] for name in TASKS[self.task][2]}
        key = [searched, int(test[0]), len(test), self.n_splits]
        return Kept.scores.of(key, lambda: self.fitted_score(test))

    def fitted_score(self, test):
        """Return the score of the estimator, fitted."""
        X, y = data(self.task)
        fitted = clone(self.estimator).fit(X[self.train_], y[self.train_])
        return float(fitted.score(X[test], y[test]))


def search(name, n_splits, n_iter, seed, rule):
    """Return the table of a search: scores of the folds, NaN where they were not run."""
    _, estimator, space = TASKS[name]
    X, y = data(name)
    is_class = np.issubdtype(y.dtype, np.integer)
    cv = (StratifiedKFold if is_class else KFold)(n_splits, shuffle=True, random_state=0)
    splits = list(cv.split(X, y))
    rows = np.arange(len(y))[:, None]
    found = BayesSearchCV(
        Kept(name, n_splits, estimator),
        {f"estimator__{key}": value for key, value in space.items()},
        n_iter=n_iter,
        cv=splits,
        random_state=seed,
        refit=False,
        initial_points=[],
        early_stopping=rule,
    ).fit(rows, y)
    table = found.cv_results_
    scores = np.array([table[f"split{i}_test_score"] for i in range(n_splits)]).T
    given_up = np.isnan(scores).any(axis=1)
    full = scores.copy()
    for i in np.flatnonzero(given_up):
        kept = clone(Kept(name, n_splits, estimator)).set_params(**table["params"][i])
        for fold, (train, test) in enumerate(splits):
            full[i, fold] = clone(kept).fit(rows[train]).score(rows[test])
    return scores, full


def run(name, n_splits, n_iter, seeds, rules):
    """Return rows of figures, one for each seed and rule."""
    warnings.simplefilter("ignore")
    rows = []
    Kept.scores = Scores(RESULTS / "racing" / f"{name}.jsonl")
    for seed in range(seeds):
        full, _ = search(name, n_splits, n_iter, seed, None)
        means = full.mean(axis=1)
        # Of the best candidate; of all, if its folds happen to have one score.
        spread = full.std(axis=1, ddof=1)
        noise = (spread[means.argmax()] or np.median(spread)) / np.sqrt(n_splits)
        for rule, values in rules:
            with patched(values):
                scores, true = search(name, n_splits, n_iter, seed, rule)
            mean = scores.mean(axis=1)
            best = np.fmax.accumulate(np.nan_to_num(mean, nan=-np.inf))
            given_up = np.isnan(mean)
            before = np.concatenate([[-np.inf], best[:-1]])
            lost = given_up & (true.mean(axis=1) > before)
            n_run = np.isfinite(scores).sum(axis=1).cumsum()
            reached = best >= means.max()
            rows.append(
                {
                    "task": name, "folds": n_splits, "seed": seed, "rule": str((rule, values)),
                    "share": n_run[-1] / full.size,
                    "difference": (best[-1] - means.max()) / noise,
                    "all": (true.mean(axis=1).max() - means.max()) / noise,
                    "given_up": int(given_up.sum()), "lost": int(lost.sum()),
                    "reached": n_run[reached.argmax()] / full.size if reached.any() else np.inf,
                }
            )  # fmt: skip
    return {"rows": rows}


def main(words):
    """Run what is asked for and print the table."""
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--rules", nargs="+", default=["racing", "median"])
    parser.shared("--set", help="constants of one more run of the last rule")
    parser.shared("--seeds", "--only", "--jobs", "--out")
    parser.shared("--n-iter", default=40)
    parser.add_argument("--folds", nargs="+", type=int, default=[5, 10])
    arguments = parser.parse_args(words)
    rules = [(rule, {}) for rule in arguments.rules]
    if arguments.set:
        rules.append((arguments.rules[-1], read(arguments.set)))
    names = [name for name in TASKS if arguments.only in name]
    records = Records(arguments.out / "racing.jsonl")
    runs = []
    for folds, name in product(arguments.folds, names):
        size = {"folds": folds, "n_iter": arguments.n_iter, "n_seeds": arguments.seeds}
        key = {"task": name, **size, "rules": str(rules), "digest": digest(arguments.set)}
        call = (name, folds, arguments.n_iter, arguments.seeds, rules)
        runs.append(Run(records, key, run, call))
    report([row for line in complete(runs, arguments.jobs) for row in line["rows"]])


def report(rows):
    """Print a line for each number of folds and rule, and for each task."""
    for folds in sorted({row["folds"] for row in rows}):
        for rule in dict.fromkeys(row["rule"] for row in rows):
            chosen = [r for r in rows if r["folds"] == folds and r["rule"] == rule]
            tasks = sorted({r["task"] for r in chosen})
            by_task = {t: [r for r in chosen if r["task"] == t] for t in tasks}
            differences = [np.array([r["difference"] for r in by_task[t]]) for t in tasks]
            rng = np.random.default_rng(0)
            means = []
            for _ in range(2000):
                picked = rng.choice(len(tasks), len(tasks))
                means.append(
                    np.mean(
                        [rng.choice(differences[i], len(differences[i])).mean() for i in picked]
                    )
                )
            low, high = np.quantile(means, [0.025, 0.975])
            given_up = sum(r["given_up"] for r in chosen)
            lost = sum(r["lost"] for r in chosen)
            share = np.mean([r["share"] for r in chosen])
            reached = np.median([r["reached"] for r in chosen])
            mean, of_all = np.mean([d.mean() for d in differences]), [r["all"] for r in chosen]
            print(
                f"{folds} folds, {rule}: {share:.3f} of the folds, difference {mean:+.3f} "
                f"({low:+.3f} {high:+.3f}) standard errors, {np.mean(of_all):+.3f} with those "
                f"given up; {lost} of {given_up} given up would have been better, reached after "
                f"{reached:.2f}"
            )
            for task in tasks:
                share = np.mean([r["share"] for r in by_task[task]])
                difference = np.mean([r["difference"] for r in by_task[task]])
                print(f"    {task:20s} {share:.2f} {difference:+.2f}")
