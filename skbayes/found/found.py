"""What was found: the candidates of a search as arrays, whatever they were read from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbayes._numerics import same_score
from skbayes.space import Space, same_value

if TYPE_CHECKING:
    from skbayes.insight import Insight
    from skbayes.space import Dimension

__all__ = ["ABSENT", "Found", "best_so_far"]

Floats = NDArray[np.float64]


def best_so_far(scores: Sequence[float] | Floats) -> NDArray[np.intp]:
    """Return the row of the best score so far, the first one for ties; -1 as long as none has one.

    Parameters
    ----------
    scores : array-like of shape (n,)
        NaN for a candidate without one.
    """
    values = np.where(np.isnan(scores), -np.inf, scores)
    highest = np.maximum.accumulate(values) if len(values) else values
    is_new = np.isfinite(values) & (values > np.concatenate([[-np.inf], highest[:-1]]))
    rows = np.where(is_new, np.arange(len(values)), -1)
    return np.maximum.accumulate(rows) if len(rows) else rows


class _Absent:
    """Stands where a candidate has no such parameter."""

    def __repr__(self) -> str:
        return "not set"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The candidates of a search in the order tried: what every picture is drawn from.

    Attributes
    ----------
    name : str
        What the search is called in a legend.
    metric : str
        What the score is called on an axis.
    measure : str or None
        What the score is, to compare it with those of other searches; None if that is not known.
    space : Space
        The space of the candidates. If only the candidates are known, it is made from them.
    params : tuple of dict
        Parameters as they were written.
    status : tuple of str
        "complete", "stopped", "failed" or "cut off".
    scores : ndarray of shape (n_candidates,)
        Mean score; NaN for a candidate that is not complete.
    folds : ndarray of shape (n_candidates, n_folds)
        Scores of the folds; NaN for one that was not run, or has failed. No columns if unknown.
    was_run : ndarray of shape (n_candidates, n_folds)
        Whether a fold was run, failures included.
    fits : ndarray of shape (n_candidates,)
        Number of fits of folds, as far as is known; with less than the whole resource too.
    cost : ndarray of shape (n_candidates,)
        Seconds that fitting and scoring took, or what an `Optimizer` was told; NaN if unknown.
    begun, ended : ndarray of shape (n_candidates, n_fits)
        Seconds since the start of the search, of the folds and then of all fits with less than the
        whole resource; NaN if unknown.
    proposed_by : tuple of str
        Who proposed each candidate; empty texts if that is not known.
    taken : int or None
        Row of the candidate that the search takes for the best; None if there is none.
    learn : callable
        Returns the `Insight` of the search.
    """

    name: str
    metric: str
    measure: str | None
    space: Space
    params: tuple[Mapping[str, Any], ...]
    status: tuple[str, ...]
    scores: Floats
    folds: Floats
    was_run: NDArray[np.bool_]
    fits: NDArray[np.intp]
    cost: Floats
    begun: Floats
    ended: Floats
    proposed_by: tuple[str, ...]
    taken: int | None
    learn: Callable[[], Insight]

    def __len__(self) -> int:
        return len(self.params)

    @property
    def n_fits(self) -> int:
        """Number of fits of all candidates."""
        return int(self.fits.sum())

    @property
    def n_scored(self) -> int:
        """Number of candidates with a score."""
        return int(np.isfinite(self.scores).sum())

    @property
    def is_highest_taken(self) -> bool:
        """Whether the candidate taken has the highest score.

        It may have a lower one with another metric, with ``refit="1se"`` or a function as `refit`.
        """
        if self.taken is None or not math.isfinite(self.scores[self.taken]):
            return False
        return same_score(self.scores[self.taken], np.nanmax(self.scores))

    @property
    def n_folds(self) -> int:
        """Number of folds; 0 if they are not known."""
        return int(self.folds.shape[1])

    @property
    def label(self) -> str:
        """What stands at an axis of scores."""
        if self.n_folds > 1:
            return f"{self.metric} (mean of {self.n_folds} folds)"
        return self.metric

    @property
    def partial(self) -> Floats:
        """Mean over the folds that were run, of candidates that are not complete; else NaN."""
        means = np.full(len(self), math.nan)
        for row, status in enumerate(self.status):
            run = self.folds[row][np.isfinite(self.folds[row])]
            if status in ("stopped", "cut off") and run.size:
                means[row] = run.mean()
        return means

    @property
    def shown(self) -> Floats:
        """Scores; of a candidate that is not complete, the mean over the folds that were run."""
        return np.where(np.isnan(self.scores), self.partial, self.scores)

    @property
    def errors(self) -> Floats:
        """Standard errors of the means over the folds; NaN with fewer than two folds."""
        if self.n_folds < 2:
            return np.full(len(self), math.nan)
        # Infinite scores have no deviation.
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(self.folds.std(axis=1, ddof=1) / math.sqrt(self.n_folds))

    @property
    def finished(self) -> Floats:
        """Seconds from the start of the search to the end of a candidate; NaN if unknown."""
        last = np.where(np.isnan(self.ended), -np.inf, self.ended).max(axis=1, initial=-np.inf)
        return np.where(np.isfinite(last), last, math.nan)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters that have more than one value, in the order of the names.

        One that has another value in each branch is among them.
        """
        dimensions: dict[str, list[Dimension]] = {}
        for branch in self.space.branches:
            for name, dimension in branch.parameters:
                dimensions.setdefault(name, []).append(dimension)
        return tuple(
            name
            for name, of_name in sorted(dimensions.items())
            if any(d.n_values != 1 for d in of_name)
            or not all(same_value(d.bounds[0], of_name[0].bounds[0]) for d in of_name)
        )

    def insight(self) -> Insight | None:
        """Return what the search has learnt; None with fewer than two scores."""
        return self.learn() if self.n_scored > 1 else None

    def column(self, name: str) -> list[Any]:
        """Return the value of a parameter for each candidate; `ABSENT` where it does not exist.

        Raises
        ------
        ValueError
            If no candidate has it.
        """
        column = [params.get(name, ABSENT) for params in self.params]
        if all(value is ABSENT for value in column):
            known = sorted({name for params in self.params for name in params})
            raise ValueError(f"no candidate has a parameter {name!r}: they have {known}.")
        return column
