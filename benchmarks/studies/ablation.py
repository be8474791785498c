"""What each tuned constant is worth: the search with another value of it, on many tasks.

The tasks are those of `regret`, by default all that others wrote and all of this project, less a
few slow ones, with a table for each origin; the seeds and the regret are its. Two variants share
tasks, seeds and mostly initial designs, so the difference to the first one is the figure to read:
below zero the variant is better. Its interval holds 90 % of bootstrap samples of tasks and seeds.
`won:lost` counts the tasks on which the variant is better, or worse, by more than 0.005 after the
last evaluation. The records are kept in `results/ablation/`: what was stopped is taken up.

    python -m benchmarks ablation --jobs 2
    python -m benchmarks ablation --set gp.fitting.LOG_NOISE_VARIANCE=-4,1
    python -m benchmarks ablation --variants noise
"""

from typing import Any

from benchmarks.common import constants
from benchmarks.common.arguments import Arguments
from benchmarks.common.choice import add_choice, chosen
from benchmarks.common.results import Results, difference, read
from benchmarks.common.runs import complete
from benchmarks.common.searches import Variant, references, searches
from benchmarks.common.tabulate import TIE, interval, mean_interval
from benchmarks.tasks import require
from benchmarks.tasks.task import FOREIGN, OWN

# An evaluation of these takes as long as dozens of proposals.
SLOW = ("svc-classes-noisy", "sgd-rare-noisy", "models-classes-flat")
FIRST = "as it is"
BUDGETS = (8, 16, 32, 64)


# Constants as they are, and other values of each.
VARIANTS: dict[str, dict[str, Any]] = {
    FIRST: {},
    "no proposal asks for more": {"optimizer.criterion.AMBITIONS": (0.0,)},
    "every third one does": {"optimizer.criterion.AMBITIONS": (0.0, 0.0, 1.0)},
    "every one, a third as much": {"optimizer.criterion.AMBITIONS": (0.33,)},
    "every second, twice as much": {"optimizer.criterion.AMBITIONS": (0.0, 2.0)},
    "two points more in the design": {"optimizer.design.MARGIN": 4, "optimizer.design.MIN_SIZE": 7},
    "five points in the design": {"optimizer.design.MAX_SIZE": 5},
    "noise N(-4, 1)": {"gp.fitting.LOG_NOISE_VARIANCE": (-4.0, 1.0)},
    "lengthscale N(-0.7, 1)": {"gp.fitting.LOG_LENGTHSCALE": (-0.7, 1.0)},
    "lengthscale N(0, 2)": {"gp.fitting.LOG_LENGTHSCALE": (0.0, 2.0)},
    "winsor limit 6": {"gp.warping.N_SCALES": 6.0},
    "0.1 lengthscales apart": {"optimizer.proposer.MIN_DISTANCE": 0.1},
    "noise N(-10, 3)": {"gp.fitting.LOG_NOISE_VARIANCE": (-10.0, 3.0)},
    "lengthscale N(0, 0.5)": {"gp.fitting.LOG_LENGTHSCALE": (0.0, 0.5)},
    "no fit begins at the mode of the prior": {"model.surrogate.LAST_ANCHOR": 0},
    "refitted after 12 % more": {"model.surrogate.REFIT_SHARE": 0.12},
    "no least scale of bad scores": {"gp.warping.RANGE_SHARE": 0.0},
    # As if 256 observations and 1000 of them were a half of what there is.
    "fitted to 32 points": {"gp.fitting.MAX_FIT_POINTS": 32},
    "a model of 32 points": {"model.surrogate.MAX_ROWS": 32},
    "a model of 32 points, near the best one": {
        "model.surrogate.MAX_ROWS": 32,
        "gp.subset.N_CENTRES": 1,
    },
    "a model of 32 points, none near the best": {
        "model.surrogate.MAX_ROWS": 32,
        "gp.subset.NEAR_SHARE": 0.0,
    },
    "a model of 32 points, all near the best": {
        "model.surrogate.MAX_ROWS": 32,
        "gp.subset.NEAR_SHARE": 1.0,
    },
}


def main(words: list[str]) -> None:
    """Do what is missing, and print a row for each variant."""
    parser = Arguments(__doc__, __name__)
    add_choice(parser)
    parser.set_defaults(origin=(FOREIGN, OWN))
    parser.shared("--seeds", "--jobs", "--out")
    parser.shared("--n-iter", choices=BUDGETS)
    parser.add_argument("--variants", default="", help="variants whose name holds this")
    parser.shared("--set", help="a variant of your own, in place of those")
    arguments = parser.parse_args(words)
    tasks = [task for task in chosen(arguments) if task.name not in SLOW]
    require(tasks)
    values = {label: each for label, each in VARIANTS.items() if arguments.variants in label}
    if arguments.set:
        values = {", ".join(arguments.set): constants.read(arguments.set)}
    values = {FIRST: {}, **values}
    variants = [
        Variant(
            label, settings=tuple(constants.written(*item) for item in each.items()), values=each
        )
        for label, each in values.items()
    ]
    folder = arguments.out / "ablation"
    n_iter = arguments.n_iter
    budgets = [n for n in BUDGETS if n <= n_iter]
    seeds = range(arguments.seeds)
    runs = [*references(tasks, folder), *searches(variants, tasks, seeds, n_iter, folder)]
    complete(runs, arguments.jobs)

    for origin in arguments.origin:
        of_origin = [task for task in tasks if task.origin == origin]
        print_table(read(folder / "regret", list(values), n_iter, of_origin), origin, budgets)


def print_table(results: Results, origin: str, budgets: list[int]) -> None:
    """Print a row for each variant, on the tasks of one origin."""
    if not results.tasks:
        return
    n_seeds = max(len(task) for task in results.regrets[FIRST])
    print(f"\n{len(results.tasks)} tasks, {origin}, {n_seeds} seeds; regret, less is better\n")
    names = "".join(f"| after {n} | difference " for n in budgets)
    print(f"| variant {names}| won:lost |\n|{'---|' * (2 * len(budgets) + 2)}")
    for label in results.regrets:
        cells = []
        for n in budgets:
            per_task, samples = difference(results, label, FIRST, n)
            cells += [f"{results.at(label, n).mean():.3f}"]
            cells += [f"{per_task.mean():+.3f} {interval(samples)}"]
        won, lost = (per_task < -TIE).sum(), (per_task > TIE).sum()
        print(f"| {label} | {' | '.join(cells)} | {won}:{lost} |")
    last = budgets[-1]
    print(f"\n{FIRST}, after {last}: {mean_interval(results.at(FIRST, last))}")
