"""What a journal costs: seconds to load it, bytes, and milliseconds for each record.

A search of `--candidates` with five folds and eight parameters is written, once waiting for the
disk as a search does (at most every 50 ms), once at each record, and read back in a new process.

How to read it: "load" is wall time and CPU time of opening the file, "memory" what Python
has allocated for it at the most. "append" is the wall time of one record: median,
99th percentile and mean, without a wait (`write only`), as in a search whose folds take no time
(`normal`), and `full`. The records of a real search lie further apart than 50 ms, so each of
them waits once: the column `full` is what a record costs there, and what it costs by itself is
`write only`. The folder matters: the disk is that of `--folder`.

    python -m benchmarks journal
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np

from benchmarks.common.arguments import Arguments
from skbayes._trials import Asked, FoldScore, Scored
from skbayes.journal import Journal, journal
from skbayes.space import Point

HEADER = {"fingerprint": {"X": "sha256:0"}, "seed": 0}
N_FOLDS = 5


def search(n_candidates: int) -> list[Asked | Scored]:
    """Return the events of a search."""
    rng = np.random.default_rng(0)
    events: list[Asked | Scored] = []
    for i in range(n_candidates):
        codes = (*rng.random(4).tolist(), *rng.integers(0, 1000, 4).tolist())
        events.append(Asked(i, Point(0, codes)))
        for fold in range(N_FOLDS):
            test, train, fit_time, score_time = rng.random(4).tolist()
            score = FoldScore({"score": test}, {"score": train}, fit_time, score_time)
            events.append(Scored(i, fold, score))
    return events


def append_times(path: Path, events: list[Asked | Scored], interval: float) -> np.ndarray:
    """Write a journal with a wait after so many seconds; return the seconds of each record."""
    times = []
    journal.SYNC_INTERVAL = interval
    with Journal.open(path, header=HEADER) as opened:
        for event in events:
            start = time.perf_counter()
            opened.append(event, elapsed=1.0)
            times.append(time.perf_counter() - start)
    return np.array(times)


def load(path: str) -> dict[str, float]:
    """Open a journal, and return what that took; once more to see the memory, which is slow."""
    wall, cpu = time.perf_counter(), time.process_time()
    Journal.open(path, header=HEADER).close()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    tracemalloc.start()
    Journal.open(path, header=HEADER).close()
    return {"wall": wall, "cpu": cpu, "memory": tracemalloc.get_traced_memory()[1] / 1e6}


def main(words: list[str]) -> None:
    """Measure, and print the figures."""
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--full", type=int, default=500, help="records written with a wait each")
    parser.add_argument("--folder", type=Path, help="where the files are written")
    parser.add_argument("--load", help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.load:
        print(json.dumps(load(arguments.load)))
        return
    events = search(arguments.candidates)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        times = {"normal": append_times(Path(folder, "normal"), events, journal.SYNC_INTERVAL)}
        times["full"] = append_times(Path(folder, "full"), events[: arguments.full], -1.0)
        times["write only"] = append_times(Path(folder, "none"), events, math.inf)
        path = Path(folder, "normal")
        size = path.stat().st_size
        command = [sys.executable, "-m", "benchmarks", "journal", "--load", str(path)]
        runs = [
            json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            for _ in range(5)
        ]
    print(f"{arguments.candidates} candidates, {N_FOLDS} folds: {len(events)} records\n")
    print(f"size    {size / 1e6:8.1f} MB, {size / len(events):.0f} bytes a record")
    for name in ("wall", "cpu"):
        values = [run[name] for run in runs]
        print(
            f"load    {np.median(values):8.2f} s {name}, {max(values):.2f} at most of {len(runs)}"
        )
    print(f"memory  {max(run['memory'] for run in runs):8.0f} MB\n")
    print("append, ms     median      p99     mean  records")
    for name, seconds in times.items():
        ms = 1e3 * seconds
        row = f"{np.median(ms):10.4f} {np.quantile(ms, 0.99):8.3f} {ms.mean():8.4f}"
        print(f"{name:10s} {row} {len(ms):8d}")
