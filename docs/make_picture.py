"""Make the picture of the README: a search by skbayes, beside random search and a grid.

The search of the quickstart: a scaler and an SVR on the diabetes data set, over C, gamma and
epsilon, all logarithmic. The score is the mean R2 over five folds, the same folds for all.
`BayesSearchCV` and `RandomizedSearchCV` get the same ranges and the same seeds, and no first
candidates; the grid has nine
values of C, five of gamma and five of epsilon over the same ranges, which is 225 candidates. The
lines are medians over the seeds, the bands reach from quartile to quartile.

    python -m pip install ".[docs]"
    python docs/make_picture.py --jobs 2

It takes about five minutes on one core. Every number is computed anew, nothing is kept.
"""

import argparse
import math
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from scipy.stats import loguniform
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from skbayes import BayesSearchCV

SPACE = {
    "svr__C": loguniform(1e-1, 1e4),
    "svr__gamma": loguniform(1e-4, 1e1),
    "svr__epsilon": loguniform(1e-2, 1e2),
}
GRID = {
    "svr__C": np.logspace(-1, 4, 9),
    "svr__gamma": np.logspace(-4, 1, 5),
    "svr__epsilon": np.logspace(-2, 2, 5),
}
FOLDS = KFold(5, shuffle=True, random_state=0)
SEARCHES = {"BayesSearchCV": BayesSearchCV, "random search": RandomizedSearchCV}
COLORS = {"BayesSearchCV": "#0b5cad", "random search": "#d1730c"}


def model():
    """Return the estimator, with its defaults."""
    return make_pipeline(StandardScaler(), SVR())


def best_so_far(name, n_iter, seed):
    """Return the best R2 after 1, 2, ... `n_iter` candidates."""
    X, y = load_diabetes(return_X_y=True)
    # The first candidates that are known for an SVR were learnt on these data too.
    fair = {"initial_points": []} if name == "BayesSearchCV" else {}
    search = SEARCHES[name](
        model(), SPACE, n_iter=n_iter, cv=FOLDS, random_state=seed, refit=False, **fair
    ).fit(X, y)
    return np.maximum.accumulate(search.cv_results_["mean_test_score"])


def best_of_grid(C):
    """Return the best R2 of the grid among those with this C."""
    X, y = load_diabetes(return_X_y=True)
    search = GridSearchCV(model(), {**GRID, "svr__C": [C]}, cv=FOLDS, refit=False).fit(X, y)
    return search.cv_results_["mean_test_score"].max()


def draw(curves, grid, path):
    """Draw the curves, of shape (n_seeds, n_iter) for each search, and save them."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    fig, ax = plt.subplots(figsize=(7.2, 4.0), layout="constrained")
    for name, curve in curves.items():
        low, median, high = np.quantile(curve, [0.25, 0.5, 0.75], axis=0)
        n = np.arange(1, len(median) + 1)
        ax.fill_between(n, low, high, color=COLORS[name], alpha=0.18, linewidth=0)
        ax.plot(n, median, color=COLORS[name], linewidth=2, label=name)
    n_grid = math.prod(map(len, GRID.values()))
    label = f"best of a grid of {n_grid}"
    ax.axhline(grid, color="0.25", linewidth=1.2, linestyle="--", label=label)
    final = [np.median(curve[:, -1]) for curve in curves.values()]
    top = max(grid, *final)
    ax.set(
        xlabel="candidates evaluated (number)",
        ylabel="best R2 so far (mean of 5 folds)",
        xlim=(1, len(median)),
        ylim=(top - 0.06, top + 0.006),
    )
    seeds = len(next(iter(curves.values())))
    ax.set_title(
        f"SVR on diabetes over C, gamma and epsilon: median and quartiles of {seeds} seeds",
        fontsize=11,
    )
    ax.legend(loc="lower right", frameon=False)
    ax.grid(color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    fig.savefig(path, dpi=130)


def main():
    """Run the searches, print what the picture shows, and save it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20, help="number of seeds")
    parser.add_argument("--n-iter", type=int, default=50, help="number of candidates of a search")
    parser.add_argument("--jobs", type=int, default=1, help="number of processes")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images/search.png")
    arguments = parser.parse_args()

    parallel = Parallel(arguments.jobs, verbose=1)
    grid = max(parallel(delayed(best_of_grid)(C) for C in GRID["svr__C"]))
    curves = {}
    for name in SEARCHES:
        print(name)
        runs = parallel(
            delayed(best_so_far)(name, arguments.n_iter, seed) for seed in range(arguments.seeds)
        )
        curves[name] = np.array(runs)
    print(f"grid: {grid:.4f}")
    for name, curve in curves.items():
        median = np.median(curve, axis=0)
        shown = ", ".join(
            f"{n}: {median[n - 1]:.4f}" for n in (1, 10, 20, 30, 50) if n <= len(median)
        )
        print(f"{name}: median after {shown}")
    draw(curves, grid, arguments.out)
    print(f"saved {arguments.out}")


if __name__ == "__main__":
    main()
