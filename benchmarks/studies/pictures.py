"""Seconds that pictures and the report of a long search take, and their sizes.

The search is random: 1000 candidates of a quick regressor with six parameters of all kinds, five
folds each, some of which fail. Each repeat computes and draws all pictures anew, into memory, as a
script saves them; so each fits its models itself, as for a user who wants this picture only. The
limits are those of the project: two seconds for a picture, 1.5 MB for the report.

How to read the table: medians over the repeats, of CPU time, which other work on the machine
disturbs less, and of wall time.

    python -m benchmarks pictures
    python -m benchmarks pictures --n-iter 10000 --repeats 1
"""

import io
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

from benchmarks.common.arguments import Arguments
from benchmarks.common.records import Records
from skbayes import BayesSearchCV

SPACE = {
    "rate": (1e-4, 1.0, "log-uniform"),
    "depth": (1, 30),
    "share": (0.1, 1.0),
    "kind": ["one", "two", "three"],
    "penalty": (1e-6, 1e2, "log-uniform"),
    "size": [8, 16, 32, 64],
}


class Quick(RegressorMixin, BaseEstimator):
    """A formula of its parameters, with some noise of its folds; a corner of the space fails."""

    def __init__(
        self,
        rate: float = 0.1,
        depth: int = 6,
        share: float = 1.0,
        kind: str = "one",
        penalty: float = 1.0,
        size: int = 16,
    ) -> None:
        self.rate = rate
        self.depth = depth
        self.share = share
        self.kind = kind
        self.penalty = penalty
        self.size = size

    def fit(self, X: Any, y: Any) -> "Quick":
        """Take a little noise from the rows of the fold."""
        if self.rate > 0.5 and self.depth > 25:
            raise ValueError("too deep for this rate")
        self.noise_ = float(np.mean(X))
        return self

    def score(self, X: Any, y: Any) -> float:
        """Return a smooth function of the parameters."""
        far = (np.log10(self.rate) + 2) ** 2 / 4 + (self.depth / 30 - 0.4) ** 2
        far += 0.1 * np.sin(3 * np.log10(self.penalty)) + 0.2 * (self.kind == "two")
        return float(1 - far - 0.1 * (self.share - 0.7) ** 2 + 0.02 * self.noise_)


def pictures(search: BayesSearchCV) -> dict[str, Callable[[], Any]]:
    """Return what draws each picture, by name."""
    from skbayes import plotting

    drawn = {
        "convergence": plotting.ConvergenceDisplay,
        "importances": plotting.ImportancesDisplay,
        "parallel": plotting.ParallelCoordinatesDisplay,
        "folds": plotting.FoldsDisplay,
        "timeline": plotting.TimelineDisplay,
        "gain": plotting.GainDisplay,
    }
    draw = {name: partial(each.from_search, search) for name, each in drawn.items()}
    of_one, of_two = plotting.ParameterDisplay.from_search, plotting.PairDisplay.from_search
    draw["parameter"] = partial(of_one, search, "rate")
    draw["parameter, averaged"] = partial(of_one, search, "rate", others="averaged")
    draw["pair"] = partial(of_two, search, "rate", "depth")
    return draw


def main(words: list[str]) -> None:
    """Search, draw, and print the table."""
    parser = Arguments(__doc__, __name__)
    parser.shared("--n-iter", default=1000, help="number of candidates")
    parser.shared("--repeats", "--out")
    arguments = parser.parse_args(words)
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise SystemExit("pictures needs matplotlib: pip install matplotlib") from error
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 2)), rng.normal(size=50)
    search = BayesSearchCV(
        Quick(), SPACE, n_iter=arguments.n_iter, strategy="random", random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that some fits fail
        search.fit(X, y)

    # What a machine takes to draw something changes: nothing is taken from earlier records.
    records = Records(arguments.out / "pictures.jsonl", is_new=True)

    def measure(name: str, act: Callable[[], Any]) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        size = act()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        records.add(name=name, wall=wall, cpu=cpu, bytes=size)

    def drawn(draw: Callable[[], Any]) -> int:
        file = io.BytesIO()
        draw().figure_.savefig(file, format="png")
        plt.close("all")
        return len(file.getvalue())

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        # Whoever draws the first picture pays for the imports, once.
        drawn(pictures(search)["convergence"])
        for _ in range(arguments.repeats):
            for name, draw in pictures(search).items():
                measure(name, partial(drawn, draw))
            measure("report", lambda: search.report(path).stat().st_size)

    results = records.select()
    print(f"{arguments.n_iter} candidates, median of {arguments.repeats}\n")
    print(f"{'picture':22s}{'CPU s':>8s}{'wall s':>8s}{'kB':>8s}")
    for name in dict.fromkeys(result["name"] for result in results):
        of_name = [result for result in results if result["name"] == name]
        cpu, wall = (float(np.median([r[key] for r in of_name])) for key in ("cpu", "wall"))
        print(f"{name:22s}{cpu:8.2f}{wall:8.2f}{of_name[0]['bytes'] / 1e3:8.0f}")
