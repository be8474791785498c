"""Runs of a study: what has a record is done, the others are run, here or in processes."""

import math
import multiprocessing
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.common.records import Key, Records


@dataclass(frozen=True)
class Run:
    """What is run once, and where its record belongs.

    Attributes
    ----------
    records : Records
    key : dict
        What the result depends on: a record that holds these items is that of the run.
    function : callable
        Returns what the record holds beside the key; other processes must find it by its name.
    arguments : tuple
        What it is called with.
    """

    records: Records
    key: Key
    function: Callable[..., Key]
    arguments: tuple[Any, ...]

    def __str__(self) -> str:
        """Return the key, less what no reader needs."""
        hidden = ("digest", "task_digest", "set")
        return " ".join(str(item) for name, item in self.key.items() if name not in hidden)


def complete(runs: Iterable[Run], n_jobs: int = 1, minutes: float = math.inf) -> list[Key]:
    """Do those of the runs that have no record, and return the records of all.

    One that fails does not stop the others; SystemExit says at the end which ones failed.

    Parameters
    ----------
    runs : iterable of Run
    n_jobs : int, default=1
        Number of processes; one is this process.
    minutes : float, default=inf
        No run is started after these.

    Returns
    -------
    list of dict
        In the order of the runs, without those that were not started.
    """
    runs = list(runs)
    missing = [run for run in runs if not run.records.select(**run.key)]
    failed = []
    start = time.perf_counter()
    for n_done, (run, result) in enumerate(_results(missing, n_jobs, start + 60 * minutes), 1):
        head = f"{n_done}/{len(missing)} {time.perf_counter() - start:5.0f} s  {run}"
        try:
            found = result()
        except Exception as error:  # an optimiser that cannot do a task: the others go on
            failed.append(f"{head}: {error!r}")
            print(f"FAILED {failed[-1]}", flush=True)
            continue
        run.records.add(**run.key, **found)
        scores = [score for score in found.get("scores", []) if math.isfinite(score)]
        print(f"{head}{f': {max(scores):.5g}' if scores else ''}", flush=True)
    if failed:
        head = f"{len(failed)} of {len(missing)} runs failed:"
        raise SystemExit("\n".join([head, *failed]))
    return [line for run in runs for line in run.records.select(**run.key)[:1]]


def _results(
    runs: list[Run], n_jobs: int, deadline: float
) -> Iterator[tuple[Run, Callable[[], Key]]]:
    """Yield each run with what returns its result, as they come."""
    if n_jobs == 1:
        for run in runs:
            yield run, partial(run.function, *run.arguments)
            if time.perf_counter() > deadline:
                return
        return
    # Processes of their own, not forks: the number of threads is set as they start.
    context = multiprocessing.get_context("spawn")
    quiet = {"initializer": warnings.simplefilter, "initargs": ("ignore",)}
    with ProcessPoolExecutor(n_jobs, context, **quiet) as pool:
        futures = {pool.submit(run.function, *run.arguments): run for run in runs}
        for future in as_completed(futures):
            if not future.cancelled():
                yield futures[future], future.result
            if time.perf_counter() > deadline:
                for waiting in futures:  # those that run already are recorded
                    waiting.cancel()
