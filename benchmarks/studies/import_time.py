"""Milliseconds that `import skbayes` adds to `import sklearn.model_selection`.

Each repeat is a new process that imports scikit-learn's module first, then skbayes. One process
goes before, so that byte code is written and files are in memory.

How to read the table: medians over the processes, with the quartiles behind them; wall time, and
CPU time, which other work on the machine disturbs less. The last line names what skbayes brought
in that scikit-learn had not.

    python -m benchmarks import_time --repeats 25
"""

import json
import subprocess
import sys

import numpy as np

from benchmarks.common.arguments import Arguments
from benchmarks.common.records import Records

CODE = """
import json, sys, time
def now(): return time.perf_counter(), time.process_time()
start = now()
import sklearn.model_selection
middle = now()
before = set(sys.modules)
import skbayes
end = now()
new = [name for name in sys.modules if name not in before]
print(json.dumps({
    "sklearn_wall_ms": 1e3 * (middle[0] - start[0]), "sklearn_cpu_ms": 1e3 * (middle[1] - start[1]),
    "skbayes_wall_ms": 1e3 * (end[0] - middle[0]), "skbayes_cpu_ms": 1e3 * (end[1] - middle[1]),
    "new": sorted({".".join(name.split(".")[:2]) for name in new if name[:7] != "skbayes"}),
}))
"""


def main(words: list[str]) -> None:
    """Measure, and print the table."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--repeats", default=15, help="number of processes")
    parser.shared("--out")
    arguments = parser.parse_args(words)

    # What a machine takes to import something changes: nothing is taken from earlier records.
    records = Records(arguments.out / "import_time.jsonl", is_new=True)
    for repeat in range(arguments.repeats + 1):
        run = subprocess.run([sys.executable, "-c", CODE], stdout=subprocess.PIPE, check=True)
        if repeat:
            records.add(**json.loads(run.stdout))
    results = records.select()
    print(f"import, ms, over {arguments.repeats} processes: median (quartiles)\n")
    for name, label in {"sklearn": "sklearn.model_selection", "skbayes": "then skbayes"}.items():
        line = f"{label:26s}"
        for clock in ("wall", "cpu"):
            times = [result[f"{name}_{clock}_ms"] for result in results]
            low, median, high = np.quantile(times, [0.25, 0.5, 0.75])
            line += f"  {clock} {median:7.1f} ({low:7.1f} to {high:7.1f})"
        print(line)
    print(f"\nnew beside skbayes: {', '.join(results[0]['new']) or 'nothing'}")
