"""Tables of fold scores: what a search over a finite list of candidates looks up.

A table holds the scores of all folds of some hundred candidates of a task, made once. A search
over it proposes candidates of the list alone: what it decides is its own, and no fit is needed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from benchmarks.common.constants import patched
from benchmarks.studies.racing import GAMMA, TASKS, C, scaled
from skbayes import BayesSearchCV
from skbayes._compat import scrambled_sobol
from skbayes.acquisition import Acquisition
from skbayes.space import Point, Space, parse_space

N_CANDIDATES = 320
N_FIRST = 5  # what a search begins with, drawn from the list
# Those of the study `racing` whose fits take some milliseconds, and others that do.
SLOW = ("forest-wine", "sgd-digits", "network-wine", "boosting-diabetes")
TABLED = {name: task for name, task in TASKS.items() if name not in SLOW} | {
    "knn-breast": (load_breast_cancer, KNeighborsClassifier(), TASKS["knn-wine"][2]),
    "tree-digits": (load_digits, DecisionTreeClassifier(random_state=0), TASKS["tree-breast"][2]),
    "svr-friedman1": (TASKS["ridge-friedman1"][0], SVR(max_iter=20_000), TASKS["svr-diabetes"][2]),
    "svc-wine": (load_wine, SVC(max_iter=20_000), {"C": C, "gamma": GAMMA}),
}


@dataclass(frozen=True, eq=False)
class FoldTable:
    """Scores of the folds of the candidates of a task.

    Attributes
    ----------
    name : str
        Of the task.
    scores : ndarray of shape (n_candidates, n_folds)
        Finite.
    """

    name: str
    scores: np.ndarray

    @property
    def n_folds(self) -> int:
        """Number of folds."""
        return self.scores.shape[1]

    @cached_property
    def space(self) -> Space:
        """The space, as a search of `Listed` sees it."""
        return parse_space(listed_space(self.name))

    @cached_property
    def points(self) -> list[Point]:
        """The candidates."""
        return candidates(self.space)

    @cached_property
    def rows(self) -> dict[tuple[Any, ...], int]:
        """Row of each candidate, by its values."""
        return {values(self.space.decode(p)): row for row, p in enumerate(self.points)}


def listed_space(name: str) -> dict[str, Any]:
    """Return the space of a task, for the estimator in a `Listed`."""
    return {f"estimator__{key}": value for key, value in TABLED[name][2].items()}


def candidates(space: Space) -> list[Point]:
    """Return the candidates of a table: a scrambled Sobol sequence."""
    uniform = scrambled_sobol(2 * N_CANDIDATES, len(space.axes), np.random.default_rng(0))
    return list(dict.fromkeys(space.points(space.sample(uniform))))[:N_CANDIDATES]


def values(params: dict[str, Any]) -> tuple[Any, ...]:
    """Return what tells candidates apart."""
    return tuple(params[name] for name in sorted(params))


def load_table(folder: Path, name: str, n_folds: int) -> FoldTable:
    """Return a table; what a file does not hold is fitted, and written."""
    path = folder / f"{name}-{n_folds}.npz"
    if path.exists():
        with np.load(path) as found:
            return FoldTable(name, found["scores"])
    space, (X, y) = parse_space(listed_space(name)), scaled(TABLED[name][0])
    kind = StratifiedKFold if np.issubdtype(y.dtype, np.integer) else KFold
    splits = list(kind(n_folds, shuffle=True, random_state=0).split(X, y))
    scores = []
    for point in candidates(space):
        own = {key.partition("__")[2]: value for key, value in space.decode(point).items()}
        model = clone(TABLED[name][1]).set_params(**own)
        scores.append(
            [model.fit(X[train], y[train]).score(X[test], y[test]) for train, test in splits]
        )
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, scores=np.array(scores))
    return FoldTable(name, np.array(scores))


class Listed(BaseEstimator):
    """An estimator whose score is that of a table; a row of the data is the number of a fold."""

    table: FoldTable  # one for the process

    def __init__(self, estimator: Any = None) -> None:
        self.estimator = estimator

    def fit(self, X: np.ndarray, y: Any = None) -> "Listed":
        """Learn nothing."""
        self.is_fitted_ = True
        return self

    def score(self, X: np.ndarray, y: Any = None) -> float:
        """Return the score of the table."""
        params = self.get_params()
        key = tuple(params[name] for name in sorted(listed_space(Listed.table.name)))
        return float(Listed.table.scores[Listed.table.rows[key], int(X[0, 0])])


def _best_of_list(
    listed: Sequence[Point],
    acquisition: Acquisition,
    space: Space,
    *,
    is_allowed: Callable[[Point], bool],
    n_best: int = 1,
    **_: Any,
) -> list[Point]:
    """Take the place of the maximiser: the best of a list."""
    value = acquisition.value(space.features(space.coordinates(listed)))
    order = np.argsort(-np.nan_to_num(value, nan=-np.inf), kind="stable")
    allowed = (listed[row] for row in order if is_allowed(listed[row]))
    return [point for point, _ in zip(allowed, range(n_best), strict=False)]


def replay(table: FoldTable, n_iter: int, seed: int, **settings: Any) -> np.ndarray:
    """Return the fold scores of a search over a table, NaN where a fold was not run.

    Parameters
    ----------
    table : FoldTable
    n_iter : int
    seed : int
        Of the search, and of the candidates that it begins with.
    **settings
        Of the search.

    Returns
    -------
    scores : ndarray of shape (n_iter, n_folds)
    rows : ndarray of shape (n_iter,)
        Of the table.
    """
    n_folds = table.n_folds
    Listed.table = table
    rng = np.random.default_rng([seed, n_folds])
    first = rng.choice(len(table.points), N_FIRST, replace=False)
    X = np.arange(n_folds)[:, None]
    search = BayesSearchCV(
        Listed(TABLED[table.name][1]),
        listed_space(table.name),
        n_iter=n_iter,
        cv=[(np.delete(np.arange(n_folds), fold), [fold]) for fold in range(n_folds)],
        random_state=seed,
        refit=False,
        initial_points=[table.space.decode(table.points[row]) for row in first],
        **settings,
    )
    with patched({"optimizer.proposer.maximise": partial(_best_of_list, table.points)}):
        found = search.fit(X).cv_results_
    scores = np.array([found[f"split{fold}_test_score"] for fold in range(n_folds)]).T
    return scores, np.array([table.rows[values(params)] for params in found["params"]])
