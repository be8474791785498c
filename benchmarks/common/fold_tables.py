"""Tables of fold scores: what a search over a finite list of candidates looks up.

A table holds the scores of all folds of some hundred candidates of a task, made once. A search
over it proposes candidates of the list alone, and needs no fit.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from benchmarks.common.constants import patched
from benchmarks.tasks.quick import GAMMA, TASKS, C, scaled
from skbayes._compat import scrambled_sobol
from skbayes.acquisition import Acquisition
from skbayes.space import Point, Space, parse_space

N_CANDIDATES = 320
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
        """The space."""
        return parse_space(TABLED[self.name][2])

    @cached_property
    def points(self) -> list[Point]:
        """The candidates."""
        return candidates(self.space)

    @cached_property
    def rows(self) -> dict[Point, int]:
        """Row of each candidate."""
        return {point: row for row, point in enumerate(self.points)}


def candidates(space: Space) -> list[Point]:
    """Return the candidates of a table: a scrambled Sobol sequence."""
    uniform = scrambled_sobol(2 * N_CANDIDATES, len(space.axes), np.random.default_rng(0))
    return list(dict.fromkeys(space.points(space.sample(uniform))))[:N_CANDIDATES]


def load_table(folder: Path, name: str, n_folds: int) -> FoldTable:
    """Return a table; what a file does not hold is fitted, and written."""
    path = folder / f"{name}-{n_folds}.npz"
    if path.exists():
        with np.load(path) as found:
            return FoldTable(name, found["scores"])
    space, (X, y) = parse_space(TABLED[name][2]), scaled(TABLED[name][0])
    kind = StratifiedKFold if np.issubdtype(y.dtype, np.integer) else KFold
    splits = list(kind(n_folds, shuffle=True, random_state=0).split(X, y))
    scores = []
    for point in candidates(space):
        model = clone(TABLED[name][1]).set_params(**space.decode(point))
        scores.append(
            [model.fit(X[train], y[train]).score(X[test], y[test]) for train, test in splits]
        )
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, scores=np.array(scores))
    return FoldTable(name, np.array(scores))


def _best_of_list(
    listed: Sequence[Point],
    acquisition: Acquisition,
    space: Space,
    *,
    is_allowed: Callable[[Point], bool],
    **_: Any,
) -> Point | None:
    """Take the place of the maximiser: the best of a list."""
    value = acquisition.value(space.features(space.coordinates(listed)))
    order = np.argsort(-np.nan_to_num(value, nan=-np.inf), kind="stable")
    return next((listed[row] for row in order if is_allowed(listed[row])), None)


@contextmanager
def only_listed(table: FoldTable) -> Iterator[None]:
    """Have optimisers propose candidates of a table alone."""
    with patched({"optimizer.proposer.maximise": partial(_best_of_list, table.points)}):
        yield
