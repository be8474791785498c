"""How much better the best point of a space may be than the best one observed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from skbayes._numerics import rescaled
from skbayes.acquisition import UpperConfidenceBound, maximise
from skbayes.model import Observations
from skbayes.optimizer.seeds import REGRET, stream
from skbayes.space import Space

if TYPE_CHECKING:
    from skbayes.gp import Posterior

__all__ = ["gain_in_sight", "regret_bound"]

# Of a confidence bound, in standard deviations: a single one holds with a probability of 0.98.
N_SD = 2.0
# Next to the range of the scores, a unit of the targets that is no more than rounding.
TIED = 1e-9
# In one of three states more than the gain in sight is left: the model takes its shape for known,
# and knows nothing of peaks where it has no scores. Five times as much, and twice what was gained
# lately, is enough in 95 % of the states where that is known, after each number of evaluations
# and on tasks of each origin. Both were chosen on all tasks, see `python -m benchmarks promises`.
N_IN_SIGHT = 5.0
# That is what is left if the best score is reached as a power of the number of evaluations, n^-0.3.
N_RISES = 2.0
# Where the gains that count begin, as a share of the scores: the last three quarters.
START = 0.25
# With fewer nothing was checked.
MIN_SCORES = 12


def regret_bound(observations: Observations, in_sight: float) -> float:
    r"""Return an upper bound of the regret of a search, or NaN if it is not known yet.

    .. math::

        5 g + 2 \bigl(\max_{i \le n} y_i - \max_{i \le n/4} y_i\bigr)

    with the gain g that is in sight and the scores :math:`y_i` in the order asked. Scores that were
    told of points never asked for are the first.

    Parameters
    ----------
    observations : Observations
        What is known.
    in_sight : float
        Of `gain_in_sight`.

    Returns
    -------
    float
        In units of the score, at least 0. NaN with fewer than 12 scores, if the gain in sight is
        not known, and if the bound is no smaller than the range of the scores: then it says less
        than these do.
    """
    # Python's floats, which overflow to an infinity without a warning.
    scores: list[float] = np.array(observations.scores, dtype=np.float64).tolist()
    known = [score for score in scores if math.isfinite(score)]
    first = [s for s in scores[: max(int(len(scores) * START), 1)] if math.isfinite(s)]
    if len(known) < MIN_SCORES or not first:
        return math.nan
    bound = N_IN_SIGHT * in_sight + N_RISES * (max(known) - max(first))
    return bound if bound < max(known) - min(known) else math.nan


def gain_in_sight(
    observations: Observations,
    space: Space,
    posterior: Posterior,
    units: tuple[float, float],
    seed: int,
) -> float:
    r"""Return how much better the model sees that the best point may be than the best one told.

    .. math::

        \max_{x} \bigl(\mu(x) + 2\sigma(x)\bigr) - \max_{i} \bigl(\mu(x_i) - 2\sigma(x_i)\bigr)

    with x over the whole space and :math:`x_i` the points with a score.

    Parameters
    ----------
    observations : Observations
        What is known, with at least one score.
    space : Space
        Where the best point may be, with the features that the posterior predicts from.
    posterior : Posterior
        The model of the scores.
    units : (float, float)
        The score at target 0 and the score difference of one unit of the targets.
    seed : int
        Of the maximisation: the result is a function of it and the observations.

    Returns
    -------
    float
        In units of the score, at least 0. NaN as long as the scores that there are have no scale:
        half of them are the best.

    References
    ----------
    Makarova et al. (2022), Automatic termination for hyperparameter optimization,
    arXiv:2104.08166, sect. 3: the bound of the simple regret, for minimisation.
    """
    scores = np.array(observations.scores, dtype=np.float64)
    is_scored = np.isfinite(scores)
    _, unit = units
    # A range of all floats would overflow, an eighth of it does not.
    if not unit / 8 > TIED * float(np.ptp(scores[is_scored] / 8)):
        return math.nan
    U = space.coordinates(observations.points)
    X = space.features(U)
    upper = UpperConfidenceBound(posterior, N_SD)
    lower = UpperConfidenceBound(posterior, -N_SD)
    found = maximise(
        upper,
        space,
        rng=stream(seed, REGRET, len(observations)),
        incumbents=U[np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")],
        lengthscales=posterior.hyperparameters.lengthscales,
        # Evaluated ones too: what they are worth is not known exactly either.
        is_allowed=lambda point: True,
    )
    best = [] if found is None else [found]
    rows = np.concatenate([space.features(space.coordinates(best)), X])
    gain = upper.value(rows).max() - lower.value(X[is_scored]).max()
    return float(rescaled(gain, unit))
