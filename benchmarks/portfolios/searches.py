"""Searches of data sets that a portfolio was not learnt from, with it and without."""

import numpy as np

from benchmarks.portfolios.data import DataSet
from benchmarks.portfolios.families import Family, Params
from benchmarks.portfolios.learning import greedy, regrets, smoothed
from benchmarks.portfolios.tables import Table, candidates
from skbayes import Optimizer

N_ITER = 32
AFTER = (4, 8, 16, 32)  # candidates, after which a search is looked at
# So many times as long as the median candidate is too long for what every search begins with: a
# support vector machine with much C may need an hour where its default needs a second.
MAX_SLOWNESS = 3.0


class Learner:
    """Learns portfolios of a family from its table.

    Parameters
    ----------
    table : Table
        Of the scores; it evaluates what it does not hold.

    Attributes
    ----------
    table : Table
    data_sets : list of DataSet
    candidates : list of dict
    scores : ndarray of shape (n_data_sets, n_candidates)
    present : ndarray of shape (n_data_sets,)
        Scores of the estimator's defaults.
    """

    def __init__(self, table: Table) -> None:
        self.table, self.start = table, table.family.start
        self.data_sets, self.candidates = table.family.data_sets(), candidates(table.family)
        self._space = table.family.parsed
        points = [self._space.encode(params) for params in self.candidates]
        self._features = self._space.features(self._space.coordinates(points))
        self.scores = table.fill()
        self._is_slow = table.slowness() > MAX_SLOWNESS
        self.present = np.array([table.score(d, table.family.start(d)) for d in self.data_sets])

    def portfolio(self, left_out: DataSet | None = None) -> list[Params]:
        """Return the configurations learnt from all data sets but one, best first."""
        rows = [i for i, data in enumerate(self.data_sets) if data != left_out]
        scores, present = self.scores[rows], self.present[rows]
        best = np.maximum(scores.max(axis=1), present)
        median = np.median(scores, axis=1)
        regret = regrets(np.column_stack([scores, present]), best, median)
        smooth = smoothed(regret[:, :-1], self._features, len(self._space.ordered_columns))
        smooth[:, self._is_slow] = 1.0
        chosen = greedy(smooth, np.minimum(regret[:, -1], 1.0))
        return [self.candidates[i] for i in chosen]


def arms(learner: Learner, data: DataSet) -> dict[str, list[Params]]:
    """Return what searches of a data set begin with: what the estimator has, and portfolios."""
    start, portfolio = learner.start(data), learner.portfolio(data)
    return {
        "without": [start],
        "portfolio": [start, *portfolio],
        "four": [start, *portfolio[:4]],
    }


def search(
    table: Table, data: DataSet, first: list[Params], seed: int, n_evaluated: int = N_ITER
) -> tuple[list[Params], list[float]]:
    """Return the first candidates of a search that begins with some, and their scores."""
    family: Family = table.family
    points = list(dict.fromkeys(family.parsed.encode(params) for params in first))
    optimizer = Optimizer(
        family.space,
        random_state=seed,
        n_iter=N_ITER,
        initial_points=[family.parsed.decode(point) for point in points],
    )
    tried, scores = [], []
    for _ in range(n_evaluated):
        params = optimizer.ask()
        scores.append(table.score(data, params))
        optimizer.tell(params, scores[-1])
        tried.append(params)
    return tried, scores
