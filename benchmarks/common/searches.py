"""Searches of one optimiser on one task, and the random evaluations that they are measured by."""

import math
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.common import constants
from benchmarks.common.constants import patched
from benchmarks.common.evaluations import objectives
from benchmarks.common.records import Records, kept
from benchmarks.common.runs import Run
from benchmarks.peers import make_peer, version
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import Params, Task, own_seed

REFERENCE = "reference"
REFERENCE_SEED = 10**6
LIBRARY = "skbayes"


@dataclass(frozen=True, eq=False)
class Variant:
    """A method, or skbayes as it is not by default.

    Attributes
    ----------
    label : str
        Name of its records.
    method : str
    settings : tuple of str
        Constants that have other values, as they are written on a command line.
    values : dict
        The same as values.
    n_pending : int
        Number of evaluations under way at each ask.
    has_own_seeds : bool
        Whether each task has seeds of its own; the label must say so, the key does not.
    """

    label: str
    method: str = LIBRARY
    settings: tuple[str, ...] = ()
    values: Params = field(default_factory=dict)
    n_pending: int = 0
    has_own_seeds: bool = False

    @property
    def digest(self) -> str:
        """What the proposals depend on beside the task."""
        pending = (f"pending={self.n_pending}",) if self.n_pending else ()
        return digest(self.method, self.settings + pending)


def search(
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
    return constants.digest(settings) if method == LIBRARY else version(method)


def records_of(label: str, folder: Path) -> Records:
    """Return the records of a method or variant."""
    return Records(folder / "regret" / f"{label}.jsonl", kept(label))


def references(tasks: Iterable[Task], folder: Path) -> Iterator[Run]:
    """Yield the random evaluations of each task."""
    records = records_of(REFERENCE, folder)
    for task in tasks:
        key = {"task": task.name, "task_digest": task.digest, "n": task.n_reference}
        yield Run(records, key, refer, (task.name,))


def searches(
    variants: Iterable[Variant], tasks: list[Task], seeds: range, n_iter: int, folder: Path
) -> Iterator[Run]:
    """Yield the searches of each variant, all tasks with one seed before the next seed."""
    files = {variant: records_of(variant.label, folder) for variant in variants}
    for seed in seeds:
        for variant, records in files.items():
            for task in tasks:
                key = {
                    "task": task.name,
                    "task_digest": task.digest,
                    "method": variant.label,
                    "seed": seed,
                    "n_iter": n_iter,
                    "digest": variant.digest,
                }
                if variant.n_pending:
                    key["pending"] = variant.n_pending
                used = own_seed(task.name, seed) if variant.has_own_seeds else seed
                own = variant.values, variant.n_pending
                yield Run(records, key, search, (task.name, variant.method, used, n_iter, *own))
