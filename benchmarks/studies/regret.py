"""How near to the best known score an optimiser comes, after so many evaluations.

Each run is one optimiser (see `peers.py`) on one task (see `tasks.py`) with one seed: ask,
evaluate, tell, `--n-iter` times. The records are JSON lines in `results/regret/`, one file a
method: a second run of the script takes up where the first was stopped. A record is done again when
the task, the library's version or, for skbayes, its code has changed. Scores of deterministic
estimators are kept in `results/evaluations/`, one file a task, so that what was evaluated once is
not fitted again; CPU time is that of ask and tell only.

`--origin foreign` runs the tasks whose spaces others wrote, `told` those whose conditions are told
on top, `own` the others; the first two need data, see `tasks_surfaces.py` and `--surfaces`.

`--label` runs skbayes under a name of its own, `--set` with other values of its constants. Tasks
come in two halves: choose on one, confirm on the other. `--pending` is the search with that many
other evaluations under way whenever it asks, as with several workers of one speed.

    python -m benchmarks regret --methods skbayes random --seeds 3 --origin own
    python -m benchmarks regret --origin foreign --surfaces ../yahpo_data
    python -m benchmarks regret --label noisier --set gp.fitting.LOG_NOISE_VARIANCE=-4,1
    python -m benchmarks regret --label pending-4 --pending 4
    python -m benchmarks tables

The records of the peers lie in `records/` and count as done; `--keep` adds to them.
"""

import argparse
import hashlib
import importlib.util
import json
import math
import multiprocessing
import time
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.common import constants
from benchmarks.common.constants import patched
from benchmarks.common.records import RESULTS, Key, Records, keep, kept
from benchmarks.peers import METHODS, make_peer, version
from benchmarks.tasks import TASKS, add_choice, chosen, require
from benchmarks.tasks.task import Objective, Params, Task

REFERENCE = "reference"
REFERENCE_SEED = 10**6
LIBRARY = "skbayes"


class Evaluations:
    """The scores of a deterministic task, kept in a file.

    Two processes may use one file: each line is appended in one call, and what the other has added
    since the start is evaluated twice at worst. A line that is torn is left out.
    """

    def __init__(self, task: Task, objective: Objective) -> None:
        self._objective = objective
        self._path = RESULTS / "evaluations" / f"{task.name}.{task.digest}.jsonl"
        self._scores: dict[str, float] = {}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                try:
                    key, score = json.loads(line)
                except ValueError:
                    continue
                self._scores[key] = score

    def __call__(self, params: Params, rng: np.random.Generator) -> float:
        """Return the score."""
        key = json.dumps(params, sort_keys=True)
        if key not in self._scores:
            self._scores[key] = self._objective(params, rng)
            with self._path.open("ab", buffering=0) as file:
                file.write(f"{json.dumps([key, self._scores[key]])}\n".encode())
        return self._scores[key]


@cache
def objectives(name: str) -> tuple[Objective, Objective | None]:
    """Return the objective of a task, and the one without noise if that is another."""
    task = TASKS[name]
    objective, noise_free = task.make(), task.noise_free and task.noise_free()
    if task.is_estimator and noise_free:
        noise_free = Evaluations(task, noise_free)
    elif task.is_estimator:
        objective = Evaluations(task, objective)
    return objective, noise_free


def run(
    name: str, method: str, seed: int, n_iter: int, values: Params, n_pending: int = 0
) -> Params:
    """Run one optimiser on one task, evaluating in the order asked, `n_pending` behind.

    Returns
    -------
    dict
        The scores; for a noisy task the noise-free score of the best evaluation so far as `found`;
        and the CPU seconds of each ask with its tell.
    """
    warnings.simplefilter("ignore")
    objective, noise_free = objectives(name)
    scores: list[float] = []
    found: list[float] = []
    seconds: list[float] = []
    asked: deque[Params] = deque()
    with patched(values):
        peer = make_peer(method, TASKS[name], n_iter, seed)
        for index in range(n_iter):
            start = time.process_time()
            while len(asked) <= min(n_pending, n_iter - index - 1):
                asked.append(peer.ask())
            params = asked.popleft()
            ready = time.process_time()
            score = objective(params, np.random.default_rng([seed, index]))
            evaluated = time.process_time()
            peer.tell(params, score)
            seconds.append(round(time.process_time() - evaluated + ready - start, 4))
            if noise_free:
                is_best = score > max(filter(math.isfinite, scores), default=-math.inf)
                before = found[-1] if found else math.nan
                found.append(noise_free(params, _no_rng()) if is_best else before)
            scores.append(score)
    return {"scores": scores, **({"found": found} if noise_free else {}), "seconds": seconds}


def _no_rng() -> np.random.Generator:
    return np.random.default_rng(0)


def refer(name: str) -> Params:
    """Evaluate random parameters: what is easy, and what a median evaluation gives.

    The noise-free scores stand beside the others for a noisy task, the best score known beside
    those of a task that has its own way to look for it.
    """
    warnings.simplefilter("ignore")
    task = TASKS[name]
    if task.refer:
        return task.refer(REFERENCE_SEED)
    objective, noise_free = task.make(), task.noise_free and task.noise_free()
    rng = np.random.default_rng(REFERENCE_SEED)
    sample = [task.sample(rng) for _ in range(task.n_reference)]
    scores = [
        objective(params, np.random.default_rng([REFERENCE_SEED, index]))
        for index, params in enumerate(sample)
    ]
    result: Params = {"scores": scores}
    if noise_free:
        result["found"] = [noise_free(params, _no_rng()) for params in sample]
    return result


@cache
def digest(method: str, settings: tuple[str, ...]) -> str:
    """Return what the proposals of a method depend on beside the task."""
    if method != LIBRARY:
        return version(method)
    spec = importlib.util.find_spec(LIBRARY)
    if spec is None or spec.origin is None:
        raise SystemExit("skbayes is not installed: run `python -m pip install -e .`.")
    paths = sorted(Path(spec.origin).parent.rglob("*.py"))
    code = "".join(path.read_text(encoding="utf-8") for path in paths)
    return hashlib.sha256(repr((code, sorted(settings))).encode()).hexdigest()[:12]


def records_of(label: str, folder: Path) -> Records:
    """Return the records of a method or variant."""
    return Records(folder / "regret" / f"{label}.jsonl", kept(label))


def wanted(
    variants: list[tuple[str, str, tuple[str, ...], Key]],
    tasks: list[Task],
    seeds: range,
    n_iter: int,
) -> Iterator[tuple[str, str, Key]]:
    """Yield label, method and key of each run, all tasks with one seed before the next seed.

    Parameters
    ----------
    variants : list of (label, method, settings, extra)
        The settings are what its proposals depend on, the extra items are those of the key.
    tasks : list of Task
    seeds : range
    n_iter : int
    """
    for task in tasks:
        key = {"task": task.name, "task_digest": task.digest, "n": task.n_reference}
        yield REFERENCE, REFERENCE, key
    for seed in seeds:
        for label, method, settings, extra in variants:
            for task in tasks:
                key = {
                    "task": task.name,
                    "task_digest": task.digest,
                    "method": label,
                    "seed": seed,
                    "n_iter": n_iter,
                    "digest": digest(method, settings),
                }
                yield label, method, {**key, **extra}


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--methods", nargs="+", default=[LIBRARY, "random"], choices=list(METHODS))
    parser.add_argument("--seeds", type=int, default=10, help="number of seeds")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--n-iter", type=int, default=64, help="evaluations of a run")
    add_choice(parser)
    parser.add_argument("--jobs", type=int, default=1, help="number of processes")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--label", help="name of a variant of skbayes")
    parser.add_argument(
        "--set", action="append", default=[], metavar="MODULE.NAME=VALUE",
        help="a constant of the variant, as ablation.py takes it",
    )  # fmt: skip
    parser.add_argument("--pending", type=int, default=0, help="evaluations under way at each ask")
    parser.add_argument(
        "--keep", action="store_true", help="add the peers' records to `records/` at the end"
    )
    parser.add_argument("--minutes", type=float, default=math.inf, help="start no run after these")
    arguments = parser.parse_args(words)
    if (arguments.set or arguments.pending) and not arguments.label:
        parser.error("--set and --pending need --label, the name under which the variant is kept.")
    if arguments.label in METHODS or arguments.label == REFERENCE:
        parser.error(f"--label {arguments.label} is the name of a method: choose another.")
    return arguments


def main(words: list[str]) -> None:
    """Do what is missing."""
    arguments = parse_arguments(words)
    tasks = chosen(arguments)
    require(tasks)
    variants: list[tuple[str, str, tuple[str, ...], Key]] = []
    for method in arguments.methods:
        if method != LIBRARY or not arguments.label:
            variants.append((method, method, (), {}))
            continue
        settings, extra = tuple(arguments.set), {}
        if arguments.pending:
            settings += (f"pending={arguments.pending}",)
            extra = {"pending": arguments.pending}
        variants.append((arguments.label, method, settings, extra))
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    runs = list(wanted(variants, tasks, seeds, arguments.n_iter))
    values = {arguments.label: constants.read(arguments.set)}
    complete(runs, values, arguments.out, arguments.jobs, arguments.minutes)
    if arguments.keep:
        for label in {REFERENCE, *arguments.methods} - {LIBRARY}:
            print(f"{label}: {keep(label, records_of(label, arguments.out).path)} records")


def complete(
    runs: list[tuple[str, str, Key]],
    values: dict[str, Params],
    folder: Path,
    n_jobs: int,
    minutes: float = math.inf,
) -> None:
    """Do those of the runs that have no record.

    Parameters
    ----------
    runs : list of (label, method, key)
    values : dict of dict
        Constants of the labels that have some of their own.
    folder : Path
        Where `regret/` is.
    n_jobs : int
        Number of processes.
    minutes : float
        No run is started after these.
    """
    files = {label: records_of(label, folder) for label, _, _ in runs}
    missing = [entry for entry in runs if not files[entry[0]].select(**entry[2])]
    failed: list[str] = []
    start = time.perf_counter()
    # Processes of their own, not forks: the number of threads is set as they start.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(n_jobs, mp_context=context) as pool:
        futures = {}
        for label, method, key in missing:
            name = key["task"]
            if method == REFERENCE:
                future = pool.submit(refer, name)
            else:
                own = values.get(label, {})
                behind = key.get("pending", 0)
                future = pool.submit(run, name, method, key["seed"], key["n_iter"], own, behind)
            futures[future] = label, key
        for n_done, future in enumerate(as_completed(futures), 1):
            label, key = futures[future]
            if future.cancelled():
                continue
            elapsed = time.perf_counter() - start
            head = f"{n_done}/{len(missing)} {elapsed:5.0f} s  {key['task']} {label}"
            try:
                result = future.result()
            except Exception as error:  # an optimiser that cannot do a task: the others go on
                failed.append(f"{head} {key.get('seed', '')}: {error!r}")
                print(f"FAILED {failed[-1]}", flush=True)
                continue
            files[label].add(**key, **result)
            best = max(filter(math.isfinite, result["scores"]), default=math.nan)
            mean = 1e3 * float(np.mean(result.get("seconds", [0.0])))
            print(f"{head} {key.get('seed', '')}: {best:.5g}, {mean:.0f} ms each", flush=True)
            if elapsed > 60 * minutes:
                for waiting in futures:  # those that run already are recorded
                    waiting.cancel()
    if failed:
        raise SystemExit("\n".join([f"{len(failed)} runs failed:", *failed]))
