"""Searches over tables of fold scores, by ask and tell, that may leave folds out.

Each method is a function of a `FoldSearch`, which counts the folds that are run. A candidate is
complete if all of its folds were run, and only complete ones can be best.
"""

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.common.fold_tables import FoldTable
from skbayes._numerics import computing
from skbayes._trials import Prediction
from skbayes.model import MEAN, read_report
from skbayes.optimizer import PointOptimizer
from skbayes.rules.racing import expected_gain, is_futile

N_FIRST = 5  # what a search begins with, drawn from the list
# Complete candidates before any fold is left out, as in `rules.racing`.
MIN_COMPLETE = 5
# A candidate goes on if so much is to be expected of it, in standard errors of the best score.
WORTH = 0.04


class FoldSearch:
    """A search over a table in progress.

    Parameters
    ----------
    table : FoldTable
    seed : int
        Of the proposals, and of the candidates to begin with.
    n_iter : int

    Attributes
    ----------
    folds : list of list
        Scores of each candidate, None for a fold that was not run.
    rows : list of int
        Row of each candidate in the table.
    """

    def __init__(self, table: FoldTable, seed: int, n_iter: int) -> None:
        self.table, self.seed, self.n_iter = table, seed, n_iter
        rng = np.random.default_rng([seed, table.n_folds])
        first = rng.choice(len(table.points), N_FIRST, replace=False)
        self._optimizer = PointOptimizer(
            table.space,
            n_iter=n_iter,
            random_state=seed,
            initial_points=[table.space.decode(table.points[row]) for row in first],
        )
        self.folds: list[list[float | None]] = []
        self.rows: list[int] = []

    def ask(self) -> tuple[int, Prediction | None]:
        """Return the number of a new candidate, and what the model predicts of it."""
        point = self._optimizer.ask_point()
        self.rows.append(self.table.rows[point])
        self.folds.append([None] * self.table.n_folds)
        predicted = self._optimizer.predict_point(point)
        return len(self.rows) - 1, None if predicted is None else Prediction(*predicted)

    def run(self, index: int, turn: int = 0) -> bool:
        """Run the next fold of a candidate, from number `turn` on; return whether others are left.

        The model is told of a candidate that is complete.
        """
        own, n_folds = self.folds[index], self.table.n_folds
        fold = next(k % n_folds for k in range(turn, turn + n_folds) if own[k % n_folds] is None)
        own[fold] = float(self.table.scores[self.rows[index], fold])
        if None in own:
            return True
        self.tell(index)
        return False

    def tell(self, index: int) -> None:
        """Tell the model what is known of a candidate."""
        point = self.table.points[self.rows[index]]
        self._optimizer.tell_report(point, read_report(MEAN, self.folds[index], None))

    @property
    def complete(self) -> np.ndarray:
        """Scores of the complete candidates, of shape (n, n_folds)."""
        rows = [own for own in self.folds if None not in own]
        return np.array(rows, dtype=float).reshape(-1, self.table.n_folds)

    @property
    def resting(self) -> list[int]:
        """The candidates that are not complete."""
        return [index for index, own in enumerate(self.folds) if None in own]

    def predictions(self) -> list[Prediction]:
        """Return what the model predicts of the mean of each candidate from all others."""
        optimizer = self._optimizer
        observations, surrogate = optimizer.store.observations(), optimizer.surrogate
        with computing():
            coordinates = optimizer.space.coordinates(observations.points)
            posterior, t = surrogate._fitted(observations, optimizer.space.focused(coordinates))
            precision = np.einsum("ij,ij->j", posterior.whitener, posterior.whitener)
            mean = t - posterior.alpha / precision
            variance = np.maximum(
                1.0 / precision - observations.extra_noise(),
                posterior.hyperparameters.noise_variance,
            )
            centre, scale = observations.units()
        found = dict(zip(observations.points, zip(mean, variance, strict=True), strict=True))
        return [
            Prediction(centre + scale * m, scale * math.sqrt(v))
            for m, v in (found[self.table.points[row]] for row in self.rows)
        ]

    def worth(self, index: int, prediction: Prediction | None) -> float:
        """Return the improvement to be expected of a candidate, in standard errors of the best."""
        gain, error = expected_gain(self.folds[index], self.complete, prediction)
        return gain / error if error else math.inf

    def go_on(self, index: int, prediction: Prediction | None, worth: float) -> None:
        """Run folds of a candidate as long as it is worth them, one at least."""
        while self.run(index, turn=index):
            if len(self.complete) >= MIN_COMPLETE and self.worth(index, prediction) < worth:
                self.tell(index)
                return

    def resume(self, worth: float) -> bool:
        """Go on with the resting candidate that is worth most; tell whether there is one."""
        resting = self.resting
        if not resting or len(self.complete) < MIN_COMPLETE:
            return False
        predictions = self.predictions()
        worths = [self.worth(index, predictions[index]) for index in resting]
        if max(worths) < worth:
            return False
        index = resting[int(np.argmax(worths))]
        self.go_on(index, predictions[index], worth)
        return True


def full(search: FoldSearch) -> None:
    """Run all folds."""
    for _ in range(search.n_iter):
        index, _ = search.ask()
        while search.run(index):
            pass


def racing(search: FoldSearch, by_turns: bool = False) -> None:
    """Do as ``early_stopping="racing"``; by turns: candidate i begins with fold i."""
    for _ in range(search.n_iter):
        index, prediction = search.ask()
        while search.run(index, index if by_turns else 0):
            if is_futile(search.folds[index], search.complete, prediction):
                search.tell(index)
                break


def racing_by_turns(search: FoldSearch) -> None:
    """Do as `racing`, and begin with another fold each time."""
    racing(search, by_turns=True)


def resting(search: FoldSearch, worth: float = WORTH) -> None:
    """Have candidates rest that are worth no fold now, and go on with those that are one again.

    Those that rest are judged anew, by all that is known, before each new candidate and at the end.
    """
    for _ in range(search.n_iter):
        while search.resume(worth):
            pass
        index, prediction = search.ask()
        search.go_on(index, prediction, worth)
    while search.resume(worth):
        pass


def promotion(search: FoldSearch) -> None:
    """Run one fold of each candidate but the first, and promote the best at the end."""
    for _ in range(search.n_iter):
        index, prediction = search.ask()
        search.go_on(index, prediction, math.inf)
    while search.resume(WORTH):
        pass


METHODS: dict[str, Callable[[FoldSearch], None]] = {
    "full": full, "racing": racing, "turns": racing_by_turns, "resting": resting,
    "resting-0.1": partial(resting, worth=0.1), "promotion": promotion,
}  # fmt: skip
