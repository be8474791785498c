r"""What the candidate taken would score on new folds, corrected for having been chosen.

Notation
--------
=========  ======  ==============================================================================
symbol     shape   meaning
=========  ======  ==============================================================================
``y``      (n, F)  scores of n candidates on F folds
``z``      (F,)    on each fold, the score of the candidate that the other folds choose
=========  ======  ==============================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from skbayes._numerics import binary_exponent, mean, own_arithmetic
from skbayes._pickles import lasting

__all__ = ["BestScore", "best_score", "highest_means"]

# Of an interval.
COVERAGE = 0.9
# With two folds a single one would choose, and two numbers tell nothing of their spread.
MIN_FOLDS = 3

Floats = NDArray[np.float64]
# Rows that are taken, given the scores on some of the folds: several for a tie.
Choose = Callable[[Floats], NDArray[np.intp]]


@lasting
@dataclass(frozen=True, slots=True, repr=False)
class BestScore:
    """What the candidate taken would score on new folds. Printing it gives a sentence.

    Attributes
    ----------
    reported : float
        Its mean score over the folds that it was chosen by, which is too high on average: of
        many candidates, one with good luck is the best.
    expected : float
        The mean score to be expected on folds that had no part in the choice; NaN if that is not
        known, with fewer than three folds or two candidates with all folds.
    low, high : float
        Between which that score lies, with a probability of 90 %; NaN likewise.
    n_candidates : int
        Number of candidates that it was chosen from.
    n_folds : int
        Number of folds; 0 if they are not known.
    is_simplest : bool
        Whether it is the simplest candidate within one standard error, not the best one.
    """

    reported: float = math.nan
    expected: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n_candidates: int = 0
    n_folds: int = 0
    is_simplest: bool = False

    def __repr__(self) -> str:
        if not self.n_folds:
            return (
                "What the best point would score again is not known, for not every score came with "
                "its folds: evaluate it once more, or tell the folds of each point."
            )
        # The best score may be printed beside it, and be another one.
        simplest = "simplest candidate within one standard error"
        who = simplest if self.is_simplest else "best candidate"
        if math.isnan(self.expected):
            what = (
                f"there are fewer than {MIN_FOLDS} folds"
                if self.n_folds < MIN_FOLDS
                else "fewer than two candidates have all folds"
            )
            return f"What the {who} would score on new folds is not known: {what}."
        return (
            f"The {who} scores {self.reported:.5g} on the {self.n_folds} folds by which it was "
            f"chosen among {self.n_candidates}; on new folds {self.expected:.5g} can be expected "
            f"(90 % interval {self.low:.5g} to {self.high:.5g})."
        )


def highest_means(folds: Floats) -> NDArray[np.intp]:
    """Return the rows of the highest mean."""
    means = folds.mean(axis=1)
    # Sums of other orders differ in the last bits: of a candidate and of the best one, for another
    # one that has diverged is no reason to take all for equal.
    largest = np.abs(folds).max(axis=1)
    best = np.nanargmax(means)
    rounding = 4.0 * np.spacing(np.maximum(largest, largest[best]))
    return np.flatnonzero(means >= means[best] - rounding)


@own_arithmetic()
def best_score(
    folds: Sequence[Sequence[float | None]], choose: Choose = highest_means
) -> BestScore:
    r"""Return what the candidate taken would score on new folds.

    Each fold is left out in turn. The others choose a candidate, by the same rule as all of them
    have chosen, and it is scored by the fold that had no part in this choice:

    .. math::

        z_f = \operatorname{mean}_{i \in c(y_{-f})} y_{if}, \qquad
        \bar z \pm t_{F-1}\, s_z \sqrt{\frac 1 F + \frac 1 {F - 1}} .

    Parameters
    ----------
    folds : sequence of n_candidates sequences of n_folds
        Scores; None or NaN for a fold that was not run or failed. Such candidates are never taken.
    choose : callable, default=highest_means
        Returns the rows that are taken, of an array of scores of shape (n_candidates, any number
        of folds), where candidates that cannot be taken are NaN.

    References
    ----------
    Cawley and Talbot (2010), JMLR 11, sect. 4, for why the score of the best is too high.
    Tsamardinos et al. (2018), arXiv:1708.07180, sect. 3.2, where a bootstrap chooses and the rest
    is scored: with whole folds, of which it leaves a third out, leaving out one is the finer way.
    Nadeau and Bengio (2003), Machine Learning 52, sect. 3, for the width: training parts overlap.
    """
    if len({len(each) for each in folds}) != 1 or not len(folds[0]):
        return BestScore()
    told = np.array(folds, dtype=np.float64)
    n_folds, y = told.shape[1], told.copy()
    y[~np.isfinite(y).all(axis=1)] = math.nan
    n = int(np.isfinite(y[:, 0]).sum())
    if not n:
        return BestScore(n_folds=n_folds)
    exponent = binary_exponent(y[np.isfinite(y)])
    y = np.ldexp(y, -exponent)

    def in_units(number: float) -> float:
        return float(np.ldexp(number, exponent))

    # To the last bit as in the table.
    reported = max(mean(told[row]) for row in choose(y))
    if n_folds < MIN_FOLDS or n < 2:
        return BestScore(reported, n_candidates=n, n_folds=n_folds)
    z = np.array([y[choose(np.delete(y, f, axis=1)), f].mean() for f in range(n_folds)])
    t = float(stdtrit(n_folds - 1, 0.5 + COVERAGE / 2))
    width = t * z.std(ddof=1) * math.sqrt(1 / n_folds + 1 / (n_folds - 1))
    expected, low, high = (in_units(z.mean() + step) for step in (0.0, -width, width))
    return BestScore(reported, expected, low, high, n, n_folds)
