"""CPU time of one ask and one tell, beside skopt and Optuna in the same run.

Ten dimensions: three linear and two logarithmic reals, two integers and three categories of four,
two and three; then thirty, three of each; then long lists of unordered values, one of 1000, 3000
and 10 000, and two of 1000 beside a real, with skopt as the only peer but for the longest. The
score is a smooth function with one maximum, plus noise of a hundredth of its range. Each optimiser
is told random points and their scores, and is then taken through steps of ask and tell, half of
them before there are n observations. The mean over the steps is the measure: what is done at some
of them only, like the fit of hyper-parameters, has its share. The first step is left out, since it
does what the steps of a longer run share; so is a short search before all else, which does what a
process does once. All linear algebra has one thread. `--anew` measures again what has records
already.

How to read the table: milliseconds of CPU time, the median of the repeats, with their range
behind it. CPU time counts all threads of the process; on a machine with other work it is up to a
third more than on an idle one. The peers have their default settings, skopt fits its model in
`tell`; they are measured at `--peer-sizes`, for fewer steps, as they would take minutes elsewhere.
`gp` and `tpe` are samplers of Optuna.

    python -m benchmarks overhead
    python -m benchmarks overhead --sizes 50 100 --repeats 7 --peers skbayes
"""

import importlib.util
import time
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import sklearn

import skbayes
from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import digest
from benchmarks.common.records import Records
from benchmarks.common.runs import Run, complete
from benchmarks.common.tabulate import table

LOG = "log-uniform"


def make_space(n_copies: int) -> dict[str, Any]:
    """Return a space of ten dimensions for each copy."""
    space: dict[str, Any] = {}
    for copy in range(n_copies):
        space |= {
            f"linear_{copy}_0": (0.0, 1.0),
            f"linear_{copy}_1": (-5.0, 5.0),
            f"linear_{copy}_2": (10.0, 1000.0),
            f"log_{copy}_0": (1e-4, 1e4, LOG),
            f"log_{copy}_1": (1e-6, 1.0, LOG),
            f"integer_{copy}_0": (1, 10),
            f"integer_{copy}_1": (1, 500),
            f"category_{copy}_0": ["a", "b", "c", "d"],
            f"category_{copy}_1": ["a", "b"],
            f"category_{copy}_2": ["a", "b", "c"],
        }
    return space


def make_list(n_values: int) -> list[str]:
    """Return unordered values."""
    return [f"v{i}" for i in range(n_values)]


LISTS: dict[str, dict[str, Any]] = {
    "1 x 1000": {"a": make_list(1000)},
    "1 x 3000": {"a": make_list(3000)},
    "1 x 10000": {"a": make_list(10_000)},
    "2 x 1000": {"a": make_list(1000), "b": make_list(1000), "linear": (0.0, 1.0)},
}
SPACES = {"10": make_space(1), "30": make_space(3), **LISTS}
WIDE_SIZE = 100
LIST_SIZES = (20, 100)
# skopt needs minutes for more observations, and others for fewer; for the longest list it needs
# more than 20 GB of memory.
PEERS_OF_LISTS = {("skopt", name, 20) for name in LISTS if name != "1 x 10000"}

Params = dict[str, Any]
Ask = Callable[[], Params]
Tell = Callable[[Params, float], None]
Known = list[tuple[Params, float]]


def unit(space: Params, params: Params) -> np.ndarray:
    """Return where each parameter lies in its range."""
    coordinates = []
    for name, written in space.items():
        value = params[name]
        if isinstance(written, list):
            coordinates.append(written.index(value) / (len(written) - 1))
            continue
        low, high = written[:2]
        ends = np.log([low, high]) if LOG in written else np.array([low, high])
        place = np.log(value) if LOG in written else value
        coordinates.append((place - ends[0]) / (ends[1] - ends[0]))
    return np.array(coordinates)


def score(space: Params, params: Params, rng: np.random.Generator) -> float:
    """Return the score, higher is better, within about 0 and 1."""
    u = unit(space, params)
    weight = np.linspace(1.0, 0.1, len(u))
    return float(1 - weight @ (u - 0.35) ** 2 / weight.sum() + 0.01 * rng.normal())


def random_params(space: Params, rng: np.random.Generator) -> Params:
    """Draw parameters from a space."""
    params: Params = {}
    for name, written in space.items():
        if isinstance(written, list):
            params[name] = written[rng.integers(len(written))]
            continue
        low, high = written[:2]
        u = rng.random()
        value = low * (high / low) ** u if LOG in written else low + u * (high - low)
        params[name] = round(value) if isinstance(low, int) else float(value)
    return params


def with_skbayes(space: Params, known: Known, seed: int) -> tuple[Ask, Tell]:
    """Return ask and tell of skbayes, told what is known."""
    optimizer = skbayes.Optimizer(space, random_state=seed)
    for params, value in known:
        optimizer.tell(params, value)
    return optimizer.ask, optimizer.tell


def with_skopt(space: Params, known: Known, seed: int) -> tuple[Ask, Tell]:
    """Return ask and tell of skopt, told what is known; it minimises."""
    import skopt

    dimensions: list[Any] = []
    for name, written in space.items():
        if isinstance(written, list):
            dimensions.append(skopt.space.Categorical(written, name=name))
        else:
            kind = skopt.space.Integer if isinstance(written[0], int) else skopt.space.Real
            dimensions.append(kind(*written, name=name))
    optimizer = skopt.Optimizer(dimensions, random_state=seed)
    points = [list(params.values()) for params, _ in known]
    optimizer.tell(points, [-value for _, value in known])

    def ask() -> Params:
        return dict(zip(space, optimizer.ask(), strict=True))

    def tell(params: Params, value: float) -> None:
        optimizer.tell(list(params.values()), -value)

    return ask, tell


def with_optuna(sampler: str, space: Params, known: Known, seed: int) -> tuple[Ask, Tell]:
    """Return ask and tell of a sampler of Optuna, told what is known."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    distributions: Params = {}
    for name, written in space.items():
        if isinstance(written, list):
            distributions[name] = optuna.distributions.CategoricalDistribution(written)
        else:
            kind = "Int" if isinstance(written[0], int) else "Float"
            make = getattr(optuna.distributions, f"{kind}Distribution")
            distributions[name] = make(*written[:2], log=LOG in written)
    study = optuna.create_study(
        direction="maximize", sampler=getattr(optuna.samplers, sampler)(seed=seed)
    )
    for params, value in known:
        study.add_trial(
            optuna.trial.create_trial(params=params, distributions=distributions, value=value)
        )
    asked: list[Any] = []

    def ask() -> Params:
        asked.append(study.ask(distributions))
        return dict(asked[-1].params)

    def tell(params: Params, value: float) -> None:
        study.tell(asked[-1], value)

    return ask, tell


def with_gp(space: Params, known: Known, seed: int) -> tuple[Ask, Tell]:
    """Return ask and tell of Optuna's Gaussian process."""
    return with_optuna("GPSampler", space, known, seed)


def with_tpe(space: Params, known: Known, seed: int) -> tuple[Ask, Tell]:
    """Return ask and tell of Optuna's Parzen estimator."""
    return with_optuna("TPESampler", space, known, seed)


PEERS = {"skbayes": with_skbayes, "skopt": with_skopt, "gp": with_gp, "tpe": with_tpe}
NEEDS = {"skbayes": ["skbayes"], "skopt": ["skopt"], "gp": ["optuna", "torch"], "tpe": ["optuna"]}
# The peers' fewer steps and repeats.
PEER_STEPS, PEER_REPEATS = 4, 1


def measure(peer: str, space: Params, n: int, seed: int, n_steps: int) -> float:
    """Return the mean milliseconds of the steps after the first, around `n` observations."""
    rng = np.random.default_rng([n, seed])
    known: Known = []
    while len(known) < n - 1 - n_steps // 2:
        params = random_params(space, rng)
        if all(params != other for other, _ in known):
            known.append((params, score(space, params, rng)))
    ask, tell = PEERS[peer](space, known, seed)
    steps = []
    for _ in range(n_steps + 1):
        before = time.process_time()
        params = ask()
        asked = time.process_time()
        value = score(space, params, rng)
        again = time.process_time()
        tell(params, value)
        steps.append(1e3 * (asked - before + time.process_time() - again))
    return float(np.mean(steps[1:]))


def time_of(peer: str, d: str, n: int, seed: int, n_steps: int) -> Params:
    """Return the milliseconds of `measure`, after a short search of each peer in a process."""
    warm_up(peer)
    return {"ms": measure(peer, SPACES[d], n, seed, n_steps)}


@cache
def warm_up(peer: str) -> None:
    """Do what a process does once."""
    measure(peer, SPACES["10"], 15, 0, 2)


def main(words: list[str]) -> None:
    """Measure what is missing, and print the table."""
    parser = Arguments(__doc__, __name__)
    sizes = [20, 50, 100, 200, 500, 1000, 2000]
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes)
    parser.add_argument("--peer-sizes", type=int, nargs="+", default=[20, 50, 100])
    parser.shared("--repeats", help="optimisers of each size")
    parser.add_argument("--steps", type=int, default=20, help="measured steps of each, at least")
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--no-wide", action="store_true", help="leave out 30 dimensions")
    parser.add_argument("--no-lists", action="store_true", help="leave out long lists")
    parser.shared("--out", "--anew")
    arguments = parser.parse_args(words)
    warnings.simplefilter("ignore")
    peers = [peer for peer in arguments.peers if all(map(importlib.util.find_spec, NEEDS[peer]))]
    sizes_of = [("10", n) for n in arguments.sizes]
    if not arguments.no_wide:
        sizes_of.append(("30", WIDE_SIZE))
    if not arguments.no_lists:
        sizes_of += [(name, n) for name in LISTS for n in LIST_SIZES]

    records = Records(arguments.out / "overhead.jsonl", is_new=arguments.anew)
    versions = {"skbayes": skbayes, "numpy": np, "scikit-learn": sklearn}
    written = ", ".join(f"{name} {module.__version__}" for name, module in versions.items())
    rows = {}
    for d, n in sizes_of:
        cells = rows[f"{d}, {n}"] = []
        for peer in peers:
            is_own = peer == "skbayes"
            if not is_own and (
                n not in arguments.peer_sizes or (d in LISTS and (peer, d, n) not in PEERS_OF_LISTS)
            ):
                cells.append("-")
                continue
            # No fewer than the observations from one refit to the next.
            n_steps = max(arguments.steps, n // 25) if is_own else PEER_STEPS
            of_what = {"versions": written, "digest": digest() if is_own else ""}
            runs = []
            for seed in range(arguments.repeats if is_own else PEER_REPEATS):
                key = {"peer": peer, "d": d, "n": n, "seed": seed, "n_steps": n_steps}
                runs.append(Run(records, {**key, **of_what}, time_of, tuple(key.values())))
            ms = [line["ms"] for line in complete(runs)]
            cells.append(f"{np.median(ms):.1f} ({min(ms):.1f} to {max(ms):.1f})")
    table("CPU ms of one ask + tell, one thread: median of the repeats (their range)", peers, rows)
    print(f"\n{written}")
