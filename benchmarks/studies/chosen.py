"""What the chosen candidate is worth on fresh data, and how simple it is.

Each run is a search of one of `FRESH_TASKS`, whose data are drawn anew for each seed; every
candidate is scored on fresh rows too, by the same estimators. Two tables.

**The score.** Mean errors, in standard errors of a mean over the folds, of what is said of the
score of the best candidate on fresh rows: of `best_score_` (that is its optimism), of
`insight().best`, and of what else was tried. BBC: a bootstrap of folds chooses, and the folds left
out score. TT: the best of each fold alone, beside the chosen one. Multiplier: the noise of the
folds times random numbers is added, and the best chosen anew. Model: the mean of the Gaussian
process. 1se: `insight().best` where the simplest is taken. Most of an error is that the rows of a
search are easy or hard for all candidates. The first five, which no score has chosen, show how
much: their mean error, which is 0 on average, is a control variate, with a coefficient for each
task. The columns "plain" are without that. Covered: how often the 90 % interval holds the fresh
score.

**The simplest within one standard error.** How often another candidate than the best is taken; its
size as a share, fitted to all rows of the search, and how often it is larger: leaves of trees,
weights that are not 0, norm of the weights of a ridge regression, effective degrees of freedom of a
kernel, rows over neighbours. For kernels, how often there are more support vectors, and how often a
bound of the slope of the function is larger. How often the score on fresh rows is within the
standard error of the paired differences of the best one's, and within that of the best one's own
mean; the mean loss on fresh rows, in units of the latter.
"""

import warnings
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.metrics import get_scorer
from sklearn.pipeline import Pipeline

from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import digest
from benchmarks.common.records import Key, Records
from benchmarks.common.runs import Run, complete
from benchmarks.common.tabulate import table
from benchmarks.tasks.fresh import FRESH_TASKS, N_FOLDS, FreshTask, Rows
from skbayes import BayesSearchCV, OneStandardError
from skbayes.rules import best_score

# Candidates that no score has chosen.
N_DESIGN = 5
N_DRAWS = 200


def sizes(estimator: Any, X: np.ndarray) -> dict[str, float]:
    """Return how large a fitted model is; of a kernel machine its vectors and its slope as well."""
    model = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    X = estimator[:-1].transform(X) if isinstance(estimator, Pipeline) else X
    if hasattr(model, "get_n_leaves"):
        return {"size": float(model.get_n_leaves())}
    if hasattr(model, "estimators_"):
        return {"size": float(sum(tree.get_n_leaves() for tree in model.estimators_))}
    if hasattr(model, "n_neighbors"):
        return {"size": len(X) / model.n_neighbors}
    if hasattr(model, "dual_coef_"):
        return kernel_sizes(model, X)
    if type(model).__name__ == "Ridge":
        return {"size": float(np.linalg.norm(model.coef_))}
    return {"size": float(np.count_nonzero(model.coef_))}


def kernel_sizes(model: Any, X: np.ndarray) -> dict[str, float]:
    r"""Return the sizes of a kernel machine with a Gaussian kernel.

    The size is the effective degrees of freedom of the smoother with its kernel and penalty,
    :math:`\sum_i \lambda_i / (\lambda_i + \alpha)` over the eigenvalues of the kernel matrix, with
    :math:`\alpha = 1 / (2 C)` for support vectors. The slope is a bound of that of the function:
    :math:`|f(x) - f(x')| \le \|f\| \sqrt{2 \gamma} \|x - x'\|`.
    """
    vectors = getattr(model, "support_vectors_", X)
    found = {"vectors": float(len(vectors))}
    if model.kernel != "rbf":
        return found
    gamma, a = getattr(model, "_gamma", model.gamma), np.atleast_2d(model.dual_coef_)
    K, K_vectors = (np.exp(-gamma * ((Z[:, None] - Z) ** 2).sum(axis=2)) for Z in (X, vectors))
    alpha = model.alpha if hasattr(model, "alpha") else 1 / (2 * model.C)
    eigenvalues = np.maximum(np.linalg.eigvalsh(K), 0.0)
    norm = np.sqrt(np.maximum(np.einsum("ri,ij,rj", a, K_vectors, a), 0.0))
    size = (eigenvalues / (eigenvalues + alpha)).sum()
    return found | {"size": float(size), "slope": float(np.sqrt(2 * gamma) * norm)}


def measure(name: str, seed: int, n_iter: int, n_folds: int, racing: bool, scores: bool) -> Key:
    """Search once; return the folds and the fresh scores, and what was chosen.

    The fresh scores are those of the candidates that are asked for: the design, the best, the one
    taken; NaN for the others.
    """
    warnings.simplefilter("ignore")
    task, fitted = FRESH_TASKS[name], []
    own, fresh = task.drawn(seed)
    settings = {"refit": OneStandardError(), "early_stopping": "racing" if racing else None}
    search = task.search(seed, n_iter, fitted, n_folds, **settings).fit(*own)
    found, scorer = search.cv_results_, get_scorer(task.scoring)
    held = np.array([found[f"split{k}_test_score"] for k in range(n_folds)]).T
    # One after the other, without workers: folds of a candidate, candidates in the order asked.
    ended = iter(fitted)
    estimators = [[next(ended) for _ in range(np.isfinite(row).sum())] for row in held]
    best, taken = int(found["rank_test_score"].argmin()), int(search.best_index_)
    free = np.full(len(held), np.nan)
    for row in {*range(N_DESIGN), best, taken}:
        free[row] = np.mean([scorer(each, *fresh) for each in estimators[row]])
    insight = search.insight()
    result = {
        "held": held.tolist(), "fresh": free.tolist(), "best": best, "taken": taken,
        "shift": shift(task, seed, search, held, free, own, fresh),
        "expected_of_taken": insight.best.expected,
        "model": insight.predict(found["params"][best])[0],
    }  # fmt: skip
    if scores:
        return result
    of_best = clone(search.estimator).set_params(**found["params"][best]).fit(*own)
    models = {"best": of_best, "taken": search.best_estimator_}
    return result | {
        f"{what}_of_{which}": value
        for which, model in models.items()
        for what, value in sizes(model, own[0]).items()
    }


def shift(
    task: FreshTask, seed: int, search: BayesSearchCV, held: np.ndarray, free: np.ndarray,
    own: Rows, fresh: Rows,
) -> float:  # fmt: skip
    """Return by how much the folds are too easy for the design, all of them for each candidate."""
    errors = held.mean(axis=1)[:N_DESIGN] - free[:N_DESIGN]
    scorer, splits = get_scorer(task.scoring), task.splits(seed, own, held.shape[1])
    for row in np.flatnonzero(np.isnan(errors)):
        # One that was stopped early was worse on the folds that it had: no fair sample.
        params, found = search.cv_results_["params"][row], []
        for train, test in splits:
            model = clone(task.estimator).set_params(**params)
            model.fit(own[0][train], own[1][train])
            found.append(scorer(model, own[0][test], own[1][test]) - scorer(model, *fresh))
        errors[row] = np.mean(found)
    return float(errors.mean())


def by_bootstrap(y: np.ndarray, rng: np.random.Generator) -> float:
    """Return what the folds that a bootstrap leaves out say of the candidate that it chooses."""
    scores, n_folds = [], y.shape[1]
    for _ in range(N_DRAWS):
        kept = rng.integers(n_folds, size=n_folds)
        left = np.setdiff1d(np.arange(n_folds), kept)
        if len(left):
            scores.append(y[y[:, kept].mean(axis=1).argmax(), left].mean())
    return float(np.mean(scores))


def by_multipliers(y: np.ndarray, rng: np.random.Generator) -> float:
    """Return the best mean less what noise of the size of the folds' own adds to it."""
    noise = y - y.mean(axis=1, keepdims=True)
    noise -= noise.mean(axis=0)
    n_folds = y.shape[1]
    w = rng.normal(size=(N_DRAWS, n_folds))
    w -= w.mean(axis=1, keepdims=True)
    drawn = w @ noise.T / np.sqrt(n_folds * (n_folds - 1))
    chosen = (y.mean(axis=1) + drawn).argmax(axis=1)
    return float(y.mean(axis=1).max() - drawn[np.arange(N_DRAWS), chosen].mean())


def errors(line: Key, rng: np.random.Generator) -> dict[str, float]:
    """Return the error of each estimate of a run, and what else is tabulated."""
    y, fresh, best = np.array(line["held"]), np.array(line["fresh"]), line["best"]
    found = best_score(y.tolist())
    own = y[best]
    # What does not know of racing has the candidates with all folds.
    y = y[np.isfinite(y).all(axis=1)]
    said = {
        "best_score_": float(own.mean()),
        "insight().best": found.expected,
        "BBC": by_bootstrap(y, rng),
        "TT": float(own.mean() - (y.max(axis=0) - own).mean()),
        "multiplier": by_multipliers(y, rng),
        "model": line["model"],
    }
    return {
        **{name: value - fresh[best] for name, value in said.items()},
        "plain best_score_": said["best_score_"] - fresh[best],
        "plain insight().best": said["insight().best"] - fresh[best],
        "1se": line["expected_of_taken"] - fresh[line["taken"]],
        "shift": line["shift"],
        "covered": float(found.low <= fresh[best] <= found.high),
        "unit": float(own.std(ddof=1) / np.sqrt(len(own))),
    }


def show_scores(by_task: dict[str, list[Key]], show_tasks: bool) -> None:
    """Print the table of what is said of the score."""
    rng = np.random.default_rng(0)
    cells, scaled, ratios = {}, [], []
    for name, lines in by_task.items():
        rows = [errors(line, rng) for line in lines]
        names = [each for each in rows[0] if each not in ("covered", "shift", "unit")]
        unit = np.mean([row["unit"] for row in rows])
        per_run = np.array([[row[each] for each in names] for row in rows]) / unit
        shift = np.array([row["shift"] for row in rows])
        is_plain = np.array([each.startswith("plain") for each in names])
        if len(rows) > 2:
            slope = np.cov(per_run[:, 0], shift)[0, 1] / shift.var(ddof=1)
            per_run -= np.outer(shift, np.where(is_plain, 0.0, slope))
        covered = np.mean([row["covered"] for row in rows])
        scaled.append([*per_run.mean(axis=0), covered])
        ratios.append(per_run)
        cells[name] = [f"{value:+.2f}" for value in scaled[-1][:-1]] + [f"{covered:.2f}"]
    columns = [*names, "covered"]
    means = np.mean(scaled, axis=0)
    summary = {
        "mean over tasks": [f"{value:+.3f}" for value in means[:-1]] + [f"{means[-1]:.3f}"],
        "its standard error": [
            f"{value:.3f}"
            for value in np.sqrt(
                np.sum([runs.var(axis=0, ddof=1) / len(runs) for runs in ratios], axis=0)
            )
            / len(ratios)
        ]
        + [""],
        "share of the optimism": [f"{value / means[0]:+.2f}" for value in means[:-1]] + [""],
    }
    n_runs = sum(map(len, by_task.values()))
    title = f"Errors in standard errors of the folds: {len(by_task)} tasks, {n_runs} searches"
    table(title, columns, {**(cells if show_tasks else {}), **summary})


def share(line: Key, what: str) -> float:
    """Return a size of the candidate taken as a share of the best one's; NaN if there is none."""
    best, taken = (line.get(f"{what}_of_{which}", np.nan) for which in ("best", "taken"))
    # A model without a single weight.
    return (1.0 if taken == 0 else np.inf) if best == 0 else taken / best


def show_sizes(by_task: dict[str, list[Key]]) -> None:
    """Print the table of the simplest within one standard error."""
    cells, all_rows = {}, []
    for name, lines in by_task.items():
        rows = []
        n_folds = len(lines[0]["held"][0])
        unit = np.mean([np.std(line["held"][line["best"]], ddof=1) for line in lines])
        unit /= np.sqrt(n_folds)
        for line in lines:
            y, fresh = np.array(line["held"]), np.array(line["fresh"])
            best, taken = line["best"], line["taken"]
            error = (y[best] - y[taken]).std(ddof=1) / np.sqrt(n_folds)
            own_error = y[best].std(ddof=1) / np.sqrt(n_folds)
            loss = fresh[best] - fresh[taken]
            shares = [share(line, what) for what in ("size", "vectors", "slope")]
            # Equal ones may differ in the last bits.
            larger = [np.nan if np.isnan(each) else each > 1 + 1e-9 for each in shares]
            within = [loss <= limit + 1e-12 for limit in (error, own_error)]
            rows.append([taken != best, shares[0], *larger, *within, loss / unit])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what no run has
            all_rows.append(np.nanmean(np.array(rows, dtype=float), axis=0))
        cells[name] = [f"{value:.2f}" for value in all_rows[-1]]
    cells["mean over tasks"] = [f"{value:.3f}" for value in np.nanmean(all_rows, axis=0)]
    columns = [
        "another", "size", "larger", "more vectors", "steeper", "within", "within the best's",
        "loss",
    ]  # fmt: skip
    table("The simplest within one standard error, beside the best", columns, cells)


def main(words: list[str]) -> None:
    """Run what is missing, and print the tables."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--only", "--jobs", "--out", "--table", "--tasks", "--first-seed")
    parser.shared("--seeds", default=20)
    parser.shared("--n-iter", default=20)
    parser.add_argument("--folds", type=int, default=N_FOLDS, help="number of folds")
    parser.add_argument("--racing", action="store_true", help="stop candidates early")
    parser.add_argument("--scores", action="store_true", help="no sizes of models")
    parser.add_argument("--minutes", type=float, default=np.inf, help="begin no run after these")
    arguments = parser.parse_args(words)
    records = Records(arguments.out / "chosen.jsonl")
    names = [name for name in FRESH_TASKS if arguments.only in name]
    first, n_iter = arguments.first_seed, arguments.n_iter
    kind = {"n_iter": n_iter, "folds": arguments.folds, "racing": arguments.racing}
    if arguments.table:
        lines = records.select(**kind)
    else:
        code = {"digest": digest(), "scores": arguments.scores}
        # Tasks in turn, so that a run that is stopped has as many seeds of each.
        runs = [
            Run(
                records,
                {"task": name, "seed": seed, **kind, **code},
                measure,
                (name, seed, *kind.values(), arguments.scores),
            )
            for seed in range(first, first + arguments.seeds)
            for name in names
        ]
        lines = complete(runs, arguments.jobs, arguments.minutes)
    by_task = {
        name: chosen for name in names if (chosen := [x for x in lines if x["task"] == name])
    }
    show_scores(by_task, arguments.tasks)
    sized = {name: [x for x in own if not x["scores"]] for name, own in by_task.items()}
    if any(sized.values()):
        show_sizes({name: own for name, own in sized.items() if own})
