"""Searches of data sets that a portfolio was not learnt from, with it and without."""

import numpy as np

from benchmarks.portfolios.data import DataSet
from benchmarks.portfolios.families import Family, Params
from benchmarks.portfolios.learning import greedy, regrets
from benchmarks.portfolios.tables import Table, candidates
from skbayes import Optimizer

N_ITER = 32
HALF = 4  # configurations of a shorter portfolio


class Learner:
    """Learns portfolios of a family from its table.

    Parameters
    ----------
    table : Table
        Of the scores; it evaluates what it does not hold.

    Attributes
    ----------
    data_sets : list of DataSet
    candidates : list of dict
    scores : ndarray of shape (n_data_sets, n_candidates)
    present : ndarray of shape (n_data_sets,)
        Scores of the estimator's defaults.
    """

    def __init__(self, table: Table) -> None:
        self.start = table.family.start
        self.data_sets, self.candidates = table.family.data_sets(), candidates(table.family)
        self.scores = table.fill()
        self.present = np.array([table.score(d, table.family.start(d)) for d in self.data_sets])

    def portfolio(self, left_out: DataSet | None = None) -> list[Params]:
        """Return the configurations learnt from all data sets but one, best first."""
        rows = [i for i, data in enumerate(self.data_sets) if data != left_out]
        scores, present = self.scores[rows], self.present[rows]
        best = np.maximum(scores.max(axis=1), present)
        median = np.median(scores, axis=1)
        regret = regrets(np.column_stack([scores, present]), best, median)
        chosen = greedy(regret[:, :-1], np.minimum(regret[:, -1], 1.0))
        return [self.candidates[i] for i in chosen]


def arms(learner: Learner, data: DataSet) -> dict[str, list[Params]]:
    """Return what searches of a data set begin with: what the estimator has, and portfolios."""
    start, portfolio = learner.start(data), learner.portfolio(data)
    return {
        "without": [start],
        "portfolio": [start, *portfolio],
        "half": [start, *portfolio[:HALF]],
    }


def search(table: Table, data: DataSet, first: list[Params], seed: int) -> list[float]:
    """Return the scores of the candidates of a search that begins with some, in their order."""
    family: Family = table.family
    points = list(dict.fromkeys(family.parsed.encode(params) for params in first))
    optimizer = Optimizer(
        family.space,
        random_state=seed,
        n_iter=N_ITER,
        initial_points=[family.parsed.decode(point) for point in points],
    )
    scores = []
    for _ in range(N_ITER):
        params = optimizer.ask()
        scores.append(table.score(data, params))
        optimizer.tell(params, scores[-1])
    return scores
