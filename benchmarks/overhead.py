"""CPU time of one ask and one tell, beside skopt in the same run.

Ten dimensions: three linear and three logarithmic reals, two integers, one logarithmic integer
and one category of four. The score is a smooth function with one maximum, plus noise of a
hundredth of its range. Either optimiser is told the same n random points and their scores, and
is then taken through a few steps of ask and tell; the first of them is left out, since it may
do what the steps of a longer run share. All linear algebra has one thread.

How to read the table: the median over repeats and steps of the CPU time of one ask together with
the tell after it, in milliseconds, with the quartiles behind it. They say how far one step differs
from another; between runs on a machine with other work the median moves by about a tenth. CPU time
counts all threads of the process. skopt has its default settings, and fits its model in `tell`.
At n = 10 skbayes is at the end of its initial design of 12, so some of the steps need no model.

    python benchmarks/overhead.py
    python benchmarks/overhead.py --sizes 10 50 100 --repeats 5
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy is imported

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

import skbayes
from records import Records

LOG = "log-uniform"
SPACE = {
    "linear_0": (0.0, 1.0),
    "linear_1": (-5.0, 5.0),
    "linear_2": (10.0, 1000.0),
    "log_0": (1e-4, 1e4, LOG),
    "log_1": (1e-6, 1.0, LOG),
    "log_2": (0.01, 10.0, LOG),
    "integer_0": (1, 10),
    "integer_1": (0, 500),
    "integer_log": (1, 1000, LOG),
    "category": ["a", "b", "c", "d"],
}

Params = dict[str, Any]
Ask = Callable[[], Params]
Tell = Callable[[Params, float], None]


def unit(params: Params) -> np.ndarray:
    """Return where each parameter lies in its range."""
    coordinates = []
    for name, written in SPACE.items():
        value = params[name]
        if isinstance(written, list):
            coordinates.append(written.index(value) / (len(written) - 1))
            continue
        low, high = written[:2]
        ends = np.log([low, high]) if LOG in written else np.array([low, high])
        place = np.log(value) if LOG in written else value
        coordinates.append((place - ends[0]) / (ends[1] - ends[0]))
    return np.array(coordinates)


def score(params: Params, rng: np.random.Generator) -> float:
    """Return the score, higher is better, within about 0 and 1."""
    u = unit(params)
    weight = np.linspace(1.0, 0.1, len(u))
    return float(1 - weight @ (u - 0.35) ** 2 / weight.sum() + 0.01 * rng.normal())


def random_params(rng: np.random.Generator) -> Params:
    """Draw parameters from `SPACE`."""
    params: Params = {}
    for name, written in SPACE.items():
        if isinstance(written, list):
            params[name] = written[rng.integers(len(written))]
            continue
        low, high = written[:2]
        u = rng.random()
        value = low * (high / low) ** u if LOG in written else low + u * (high - low)
        params[name] = round(value) if isinstance(low, int) else float(value)
    return params


def with_skbayes(known: list[tuple[Params, float]], seed: int) -> tuple[Ask, Tell]:
    """Return ask and tell of skbayes, told what is known."""
    optimizer = skbayes.Optimizer(SPACE, random_state=seed)
    for params, value in known:
        optimizer.tell(params, value)
    return optimizer.ask, optimizer.tell


def with_skopt(known: list[tuple[Params, float]], seed: int) -> tuple[Ask, Tell]:
    """Return ask and tell of skopt, told what is known; it minimises."""
    import skopt

    dimensions: list[Any] = []
    for name, written in SPACE.items():
        if isinstance(written, list):
            dimensions.append(skopt.space.Categorical(written, name=name))
        else:
            kind = skopt.space.Integer if isinstance(written[0], int) else skopt.space.Real
            dimensions.append(kind(*written, name=name))
    optimizer = skopt.Optimizer(dimensions, random_state=seed)
    points = [list(params.values()) for params, _ in known]
    optimizer.tell(points, [-value for _, value in known])

    def ask() -> Params:
        return dict(zip(SPACE, optimizer.ask(), strict=True))

    def tell(params: Params, value: float) -> None:
        optimizer.tell(list(params.values()), -value)

    return ask, tell


def measure(
    start: Callable[[list[tuple[Params, float]], int], tuple[Ask, Tell]],
    n: int,
    seed: int,
    n_steps: int,
) -> list[float]:
    """Return the milliseconds of each step after the first, from `n` observations on."""
    rng = np.random.default_rng([n, seed])
    known = [(params, score(params, rng)) for params in (random_params(rng) for _ in range(n - 1))]
    ask, tell = start(known, seed)
    steps = []
    for _ in range(n_steps + 1):
        before = time.process_time()
        params = ask()
        asked = time.process_time()
        value = score(params, rng)
        again = time.process_time()
        tell(params, value)
        steps.append(1e3 * (asked - before + time.process_time() - again))
    return steps[1:]


PEERS = {"skbayes": with_skbayes, "skopt": with_skopt}


def main() -> None:
    """Measure what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 50, 100, 200])
    parser.add_argument("--repeats", type=int, default=3, help="optimisers of each size")
    parser.add_argument("--steps", type=int, default=4, help="measured steps of each")
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument(
        "--out", type=Path, help="file that keeps the results; without, all is measured now"
    )
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")

    records = Records(arguments.out) if arguments.out else None
    print(f"CPU ms of one ask + tell, d = {len(SPACE)}, one thread: median (quartiles)\n")
    print(f"{'n':>5s}" + "".join(f"{peer:>30s}" for peer in arguments.peers), flush=True)
    for n in arguments.sizes:
        line = f"{n:5d}"
        for peer in arguments.peers:
            steps: list[float] = []
            for seed in range(arguments.repeats):
                key = {"peer": peer, "n": n, "seed": seed, "n_steps": arguments.steps}
                done = records.select(**key) if records else []
                taken = done[0]["ms"] if done else measure(PEERS[peer], n, seed, arguments.steps)
                if records and not done:
                    records.add(**key, ms=taken)
                steps += taken
            low, median, high = np.quantile(steps, [0.25, 0.5, 0.75])
            line += f"{median:12.1f} ({low:6.1f} to {high:6.1f})"
        print(line, flush=True)
    versions = {"skbayes": skbayes, "numpy": np, "scikit-learn": sklearn}
    print("\n" + ", ".join(f"{name} {module.__version__}" for name, module in versions.items()))


if __name__ == "__main__":
    main()
