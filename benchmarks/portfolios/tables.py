"""What random candidates score on all data sets: lines of JSON, each added as it is known."""

import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common.records import Records
from benchmarks.portfolios.data import DataSet
from benchmarks.portfolios.families import Family, Params, score
from skbayes._compat import scrambled_sobol

SEED = 7
# Splits that no search sees. What was chosen on the folds that are searched is judged on these.
FRESH = (1, 2, 3)


def candidates(family: Family) -> list[Params]:
    """Return the random candidates, the same for all data sets: a scrambled Sobol sequence."""
    space = family.parsed
    uniform = scrambled_sobol(2 * family.n_candidates, len(space.axes), np.random.default_rng(SEED))
    points = dict.fromkeys(space.points(space.sample(uniform)))
    return [space.decode(point) for point in list(points)[: family.n_candidates]]


class Table:
    """Scores of a family, kept in a file.

    Parameters
    ----------
    family : Family
    folder : Path
    """

    def __init__(self, family: Family, folder: Path) -> None:
        self.family = family
        self._records = Records(folder / f"{family.name}.jsonl")
        self._known: dict[tuple[str, str], float] = {}
        self._seconds: dict[tuple[str, str], float] = {}
        for line in self._records.select():
            key = line["data"], _text(line["params"])
            self._known[key], self._seconds[key] = line["score"], line["seconds"]
        self._fresh_records = Records(folder / f"{family.name}-fresh.jsonl")
        self._fresh: dict[tuple[str, str], list[float]] = {
            (line["data"], _text(line["params"])): line["scores"]
            for line in self._fresh_records.select()
        }

    def score(self, data: DataSet, params: Params) -> float:
        """Return a score, evaluated if it is not known."""
        key = data.name, _text(params)
        if key not in self._known:
            started = time.perf_counter()
            value = score(self.family, data, params)
            seconds = round(time.perf_counter() - started, 4)
            self._records.add(data=data.name, params=params, score=value, seconds=seconds)
            self._known[key], self._seconds[key] = value, seconds
        return self._known[key]

    def fresh(self, data: DataSet, params: Params) -> list[float]:
        """Return the scores on splits that no search sees, evaluated if they are not known."""
        key = data.name, _text(params)
        if key not in self._fresh:
            self._fresh[key] = [score(self.family, data, params, seed) for seed in FRESH]
            self._fresh_records.add(data=data.name, params=params, scores=self._fresh[key])
        return self._fresh[key]

    def best(self, data: DataSet) -> float:
        """Return the best score that is known, of a table or of a search."""
        return max(value for (name, _), value in self._known.items() if name == data.name)

    def slowness(self) -> np.ndarray:
        """Return how much longer each random candidate takes than others, typically."""
        listed = [_text(params) for params in candidates(self.family)]
        seconds = np.array(
            [[self._seconds[d.name, text] for text in listed] for d in self.family.data_sets()]
        )
        ratios: np.ndarray = seconds / np.median(seconds, axis=1, keepdims=True)
        return np.median(ratios, axis=0)

    def fill(self) -> np.ndarray:
        """Return the scores of the random candidates, of shape (n_data_sets, n_candidates)."""
        listed = candidates(self.family)
        return np.array([[self.score(d, p) for p in listed] for d in self.family.data_sets()])


def _text(params: dict[str, Any]) -> str:
    return repr(sorted(params.items()))
