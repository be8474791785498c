"""Draw the mean regret of several optimisers against the number of evaluations.

The picture of the README. It takes the records of `regret`, and the runs that all of the optimisers
have done, as `tables` does: the mean is over the tasks, and for each task over the seeds. The
regret is explained there. Nothing is measured here.

    python -m benchmarks regret --methods skbayes random --origin foreign --surfaces DIR
    python -m benchmarks curves --origin foreign --to docs/images/search.png

It needs matplotlib (`python -m pip install ".[plotting]"`).
"""

from pathlib import Path

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.choice import add_choice, chosen
from benchmarks.common.results import read

# Name, colour and style of each line: the style tells it apart on paper without colours.
SHOWN = {
    "skbayes": ("skbayes", "#0b5cad", "-"),
    "optuna-gp": ("Optuna, GPSampler", "#2a9d6f", "--"),
    "skopt": ("scikit-optimize", "#8a4fbf", "-."),
    "optuna-tpe": ("Optuna, TPESampler", "#c8553d", (0, (5, 2, 1, 2, 1, 2))),
    "random": ("random search", "0.45", ":"),
}
PRINTED = (1, 4, 8, 16, 32, 64, 100)


def draw(curves: dict[str, np.ndarray], n_tasks: int, n_seeds: str, path: Path) -> None:
    """Draw the curves, each of shape (n_iter,), and save them."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    fig, ax = plt.subplots(figsize=(7.2, 4.0), layout="constrained")
    n_iter = max(map(len, curves.values()))
    for method, curve in curves.items():
        name, color, style = SHOWN.get(method, (method, None, "-"))
        width = 2.4 if method == "skbayes" else 1.6
        n = np.arange(1, len(curve) + 1)
        ax.plot(n, curve, color=color, linestyle=style, linewidth=width, label=name)
    ax.set(
        xlabel="candidates evaluated (number)",
        ylabel="regret of the best so far (mean)",
        xlim=(1, n_iter),
        ylim=(0, None),
    )
    ax.set_title(f"mean of {n_tasks} tasks, {n_seeds} seeds each: lower is better", fontsize=11)
    ax.legend(frameon=False)
    ax.grid(color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    fig.savefig(path, dpi=130)


def main(words: list[str]) -> None:
    """Draw the picture, and print some of its numbers."""
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--methods", nargs="+", default=list(SHOWN), help="methods and labels")
    add_choice(parser)
    parser.add_argument("--to", type=Path, required=True, help="file of the picture")
    parser.shared("--n-iter", "--out")
    arguments = parser.parse_args(words)

    results = read(arguments.out / "regret", arguments.methods, arguments.n_iter, chosen(arguments))
    if missing := set(arguments.methods) - set(results.regrets):
        parser.error(f"no searches of {', '.join(sorted(missing))}: run `regret` first.")
    if not results.tasks:
        parser.error("there is no task that all of these methods have done: run `regret` first.")
    curves = {
        method: np.mean([task.mean(axis=0) for task in regrets], axis=0)
        for method, regrets in results.regrets.items()
    }
    numbers = {len(task) for task in results.regrets[arguments.methods[0]]}
    n_seeds = f"{min(numbers)} to {max(numbers)}" if len(numbers) > 1 else str(numbers.pop())
    for method, curve in curves.items():
        shown = ", ".join(f"{n}: {curve[n - 1]:.3f}" for n in PRINTED if n <= len(curve))
        print(f"{method}: mean regret after {shown}")
    draw(curves, len(results.tasks), n_seeds, arguments.to)
    print(f"saved {arguments.to}: {len(results.tasks)} tasks, {n_seeds} seeds")
