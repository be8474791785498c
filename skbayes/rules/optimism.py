r"""What the candidate taken would score on new folds, corrected for having been chosen.

Notation
--------
=========  ======  ==============================================================================
symbol     shape   meaning
=========  ======  ==============================================================================
``y``      (n, F)  scores of n candidates on F folds, NaN where one was not run
``z``      (F,)    on each fold, the score of the candidate that the other folds choose
=========  ======  ==============================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from skbayes._digits import significant
from skbayes._numerics import MAD_TO_SD, SCORE_ROUNDING, binary_exponent, mean, own_arithmetic
from skbayes._pickles import lasting
from skbayes.rules.fold_means import partial_means

__all__ = [
    "NO_LIMITS",
    "BestScore",
    "Limits",
    "as_chosen",
    "best_score",
    "highest_means",
    "on_new_folds",
    "within",
]

# Lowest and highest possible score.
Limits = tuple[float, float]
NO_LIMITS: Limits = (-math.inf, math.inf)
# Of an interval.
COVERAGE = 0.9
# With two folds a single one would choose, and two numbers tell nothing of their spread.
MIN_FOLDS = 3
# Of what candidates that were stopped would have scored. The same scores give the same answer.
N_DRAWS, SEED = 64, 0

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
        Mean score over the folds that chose the candidate. It is too high on average, because the
        best of many candidates usually had luck.
    expected : float
        Mean score to expect on folds that did not choose the candidate. NaN if it is not known:
        with fewer than three folds, or fewer than two candidates with all folds.
    low, high : float
        Interval that contains the mean score on new folds with a probability of 90 %; NaN likewise,
        and if the scores of all folds are equal, because then nothing is known of their spread.
    n_candidates : int
        Number of candidates from which the candidate was chosen.
    n_folds : int
        Number of folds; 0 if it is not known.
    is_simplest : bool
        Whether the candidate is the simplest one within one standard error, not the best one.
    """

    reported: float = math.nan
    expected: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n_candidates: int = 0
    n_folds: int = 0
    is_simplest: bool = False

    def __repr__(self) -> str:
        told = on_new_folds(self)
        return told if math.isnan(self.expected) else f"{as_chosen(self)} {told}"


def within(best: BestScore, limits: Limits) -> BestScore:
    """Return what was found, with an interval that holds no impossible score.

    Parameters
    ----------
    best : BestScore
    limits : Limits
    """
    low, high = (float(np.clip(end, *limits)) for end in (best.low, best.high))
    return replace(best, low=low, high=high)


def as_chosen(best: BestScore) -> str:
    """Return what the candidate taken scores on the folds by which it was chosen, as a sentence.

    Parameters
    ----------
    best : BestScore
        One with folds.
    """
    # The best score may be printed beside it, and be another one.
    who = (
        f"Of {best.n_candidates} candidates, the simplest within one standard error"
        if best.is_simplest
        else f"The best of {best.n_candidates} candidates"
    )
    folds = f"the {best.n_folds} folds by which it was chosen"
    return f"{who} scores {_text(best, best.reported)} on {folds}."


def on_new_folds(best: BestScore) -> str:
    """Return what the candidate taken would score on new folds, or why not, as a sentence."""
    if not best.n_folds:
        return (
            "The score of the best candidate on new folds is not known, because some scores came "
            "without their folds. Evaluate the best candidate again, or tell the folds of each "
            "candidate."
        )
    if not math.isnan(best.expected):
        interval = (
            "the interval is not known: the scores of all folds are equal"
            if math.isnan(best.low)
            else f"90 % interval {_text(best, best.low)} to {_text(best, best.high)}"
        )
        return f"On new folds, {_text(best, best.expected)} can be expected ({interval})."
    who = "simplest candidate within one standard error" if best.is_simplest else "best candidate"
    what = (
        f"there are fewer than {MIN_FOLDS} folds"
        if best.n_folds < MIN_FOLDS
        else "fewer than two candidates have all folds"
    )
    return f"The score of the {who} on new folds is not known: {what}."


def _text(best: BestScore, number: float) -> str:
    """Return one of the scores, with two digits of the width of the interval."""
    return significant(number, 5, (best.high - best.low) / 10)


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

    A candidate that was stopped early is not taken, but it has a part in this. It was stopped for
    its luck on the folds that it was run on, and the others were not: without one of these folds
    it might have gone on. So it may be chosen where the fold that is left out was run, with the
    chance that it would have been the best on the others; see `_left_out`.

    Parameters
    ----------
    folds : sequence of n_candidates sequences of n_folds
        Scores; None or NaN for a fold that was not run, in all folds of a candidate that failed.
        A candidate without all folds is never taken.
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
    is_complete = np.isfinite(y).all(axis=1)
    y[~is_complete] = math.nan
    n = int(is_complete.sum())
    if not n:
        return BestScore(n_folds=n_folds)
    exponent = binary_exponent(y[is_complete])
    y = np.ldexp(y, -exponent)

    def in_units(number: float) -> float:
        return float(np.ldexp(number, exponent))

    # To the last bit as in the table.
    reported = max(mean(told[row]) for row in choose(y))
    if n_folds < MIN_FOLDS or n < 2:
        return BestScore(reported, n_candidates=n, n_folds=n_folds)
    # One that was stopped since it had diverged may be of another size: nobody chooses it.
    with np.errstate(over="ignore"):
        some = np.ldexp(told, -exponent)
    some[~np.isfinite(some)] = math.nan
    z = np.array([_left_out(f, some, choose) for f in range(n_folds)])
    t = float(stdtrit(n_folds - 1, 0.5 + COVERAGE / 2))
    # A few scores that are equal are no evidence that all further ones are.
    is_spread = np.ptp(z) > SCORE_ROUNDING * np.abs(z).max()
    sd = z.std(ddof=1) if is_spread else math.nan
    width = t * sd * math.sqrt(1 / n_folds + 1 / (n_folds - 1))
    expected, low, high = (in_units(z.mean() + step) for step in (0.0, -width, width))
    return BestScore(reported, expected, low, high, n, n_folds)


def _left_out(fold: int, y: Floats, choose: Choose) -> float:
    r"""Return the score on a fold of the candidate that the other folds choose.

    A candidate that was stopped after this fold lacks some of the others. With the estimate m of
    its mean over all of them, the variance v of its error, and the median and the variance of the
    candidates that have all, the mean has the distribution

    .. math:: N\Bigl(\mu + w\,(m - \mu),\ w v\Bigr), \qquad w = \frac{V}{V + v},

    from which it is drawn, and the folds that were not run are filled in. The score is the mean
    over the draws.

    Parameters
    ----------
    fold : int
        The one that is left out.
    y : ndarray of shape (n_candidates, n_folds)
    choose : callable
        As for `best_score`.

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, ch. 1: what is missing is drawn,
    for the most likely value would say that it is known.
    """
    others = np.delete(y, fold, axis=1)
    is_run = np.isfinite(others)
    known = np.isfinite(y[:, fold]) & is_run.any(axis=1)
    others[~known] = math.nan
    partial = known & ~is_run.all(axis=1)
    if not partial.any():
        return float(y[choose(others), fold].mean())
    means, errors = np.full((2, len(y)), math.nan)
    means[known], errors[known] = partial_means(others[known].tolist())
    complete = means[known & ~partial]
    centre = float(np.median(complete))
    # A candidate that has diverged says nothing of how the others differ.
    variance = (MAD_TO_SD * float(np.median(np.abs(complete - centre)))) ** 2
    v = errors[partial] ** 2
    weight = np.divide(variance, variance + v, out=np.ones_like(v), where=v > 0)
    mean, sd = centre + weight * (means[partial] - centre), np.sqrt(weight * v)
    run, told = is_run[partial], others[partial]
    n_folds, n_run, total = others.shape[1], run.sum(axis=1), np.nansum(told, axis=1)
    found = []
    for z in _normal_draws(len(mean)):
        missing = (n_folds * (mean + sd * z) - total) / (n_folds - n_run)
        others[partial] = np.where(run, told, missing[:, None])
        found.append(y[choose(others), fold].mean())
    return float(np.mean(found))


def _normal_draws(n: int) -> Floats:
    """Return draws of n normal variables, of shape (N_DRAWS, n): each has all quantiles, once."""
    rng = np.random.default_rng(SEED)
    quantiles = ndtri((np.arange(N_DRAWS) + 0.5) / N_DRAWS)
    return np.array([rng.permutation(quantiles) for _ in range(n)]).T
