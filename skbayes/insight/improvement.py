r"""Whether more candidates would pay: the search played on in functions drawn from the model.

What the plays gain is pooled with how often the best score has risen so far, see `past`.

Notation
--------
=========  =============  ========================================================================
symbol     shape          meaning
=========  =============  ========================================================================
``F``      (s, c)         s functions at c rows
``mean``   (s, c)         posterior mean in each play, ``variance`` likewise
``R``      (s, k, c)      rows of the partial Cholesky factor after k evaluations in each play
=========  =============  ========================================================================
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbayes._compat import scrambled_sobol
from skbayes._numerics import rescaled
from skbayes._pickles import lasting
from skbayes.acquisition import AMBITIONS, AxisTable, log_expected_improvement, perturb
from skbayes.gp import Posterior, joint
from skbayes.insight.past import ROUNDING, chance_of_rise, least_step, pooled
from skbayes.space import Space

__all__ = ["MIN_SCORES", "N_CANDIDATES", "Gain", "candidates", "gains", "in_percent", "outlook"]

# Plays: a probability is right to about 0.03.
N_PLAYS = 256
# As many at once as stay in the cache.
N_PLAYS_AT_ONCE = 32
# Rows that a play chooses among: those where most is expected, and some all over the space.
N_PROMISING, N_SPREAD = 200, 100
N_CANDIDATES = N_PROMISING + N_SPREAD
# What the promising ones are chosen from.
N_SOBOL, N_LOCAL = 1024, 512
# The best observed points, which local rows are changed copies of.
N_CENTRES = 4
# With fewer scores nobody has checked that what is said comes true.
MIN_SCORES = 12
# Words for chances up to these, as reports on the climate have them: Mastrandrea et al. (2010),
# guidance note of the IPCC on uncertainties, table 1. A chance that is right to a tenth, see
# docs/decisions/promises.md, has no finer ones.
CHANCE_WORDS = (
    (0.1, "very unlikely"),
    (0.33, "unlikely"),
    (0.66, "about as likely as not"),
    (0.9, "likely"),
    (1.0, "very likely"),
)
# Chances nearer than this to 0 and 1 would be printed as none and as certainty.
LEAST_SHOWN = 0.005
# Gains at which the chance is computed, to sum up what can be expected: quantiles of those of the
# plays, and so far beyond the largest of these, in units, as the odds need to fall to nothing.
SHARES_OF_PLAYS = np.linspace(0.0, 1.0, 40)
BEYOND, N_BEYOND = (0.01, 8.0), 12
# Variances of the posterior below this, in variances of the prior, are rounding.
MIN_VARIANCE = 1e-10

Floats = NDArray[np.float64]


@lasting
@dataclass(frozen=True, slots=True, repr=False)
class Gain:
    """What more candidates would bring. Printing it shows a sentence.

    Attributes
    ----------
    n : int
        Number of candidates: the number in the call, or the number of points that are left.
    by : float
        The smallest gain that counts, in units of the score.
    probability : float
        Probability that the best score rises by more than `by`. NaN if it is not known: with fewer
        than 12 scores, or if all scores are equal, because then the scores have no scale.
    expected : float
        Mean gain in units of the score. If the further candidates have no better score, the gain
        is 0. NaN if the mean gain is not known, as above.
    n_missing : int
        Number of additional scores that are needed before `probability` is known.
    is_exhausted : bool
        Whether all points of the space have been evaluated, so that no gain is possible.
    is_last : bool
        Whether the candidates are all points that are left in a finite space.
    is_noise : bool
        Whether `by` is the noise of the scores, which is the default.
    is_guess : bool
        Whether the gain is not known because the search space is not known. This is so if only the
        evaluated candidates are known.
    """

    n: int
    by: float
    probability: float
    expected: float
    n_missing: int = 0
    is_exhausted: bool = False
    is_last: bool = False
    is_noise: bool = False
    is_guess: bool = False

    @property
    def _in_words(self) -> str:
        return next(words for most, words in CHANCE_WORDS if self.probability <= most)

    def __repr__(self) -> str:
        if self.is_exhausted:
            return "All points of the space have been evaluated: no gain is possible."
        if self.is_guess:
            return (
                "The gain of more candidates is not known, because the search space is not known."
            )
        if self.n_missing > self.n and self.is_last:
            return (
                "The gain of the points that are left is not known: there are fewer than "
                f"{MIN_SCORES} scores."
            )
        if self.n_missing:
            # A candidate that is stopped early brings none.
            scores = "score" if self.n_missing == 1 else "scores"
            return (
                "The gain of more candidates is not known yet. It will be known after "
                f"{self.n_missing} more {scores}."
            )
        if np.isnan(self.probability):
            return "All scores are equal, so the gain of more candidates is not known."
        noun, verb = ("candidate", "raises") if self.n == 1 else ("candidates", "raise")
        left = " (all that are left)" if self.is_last else ""
        level = f"{self.by:.3g}"
        more = f" by more than {level}" if self.by else ""
        noise = ""
        if self.by and self.is_noise:
            noise = f" The noise of the scores is {level}: a smaller gain may be chance."
        return (
            f"{self.n} more {noun}{left} {verb} the best score{more} with a probability of "
            f"{in_percent(self.probability)}: {self._in_words}. "
            f"The mean gain is {self.expected:.3g}.{noise}"
        )


def in_percent(probability: float) -> str:
    """Return a probability as text; one that is neither 0 nor 1 is not rounded to these.

    Examples
    --------
    >>> in_percent(0.052), in_percent(0.001), in_percent(1.0)
    ('5 %', 'below 1 %', '100 %')
    """
    if 0 < probability < LEAST_SHOWN:
        return "below 1 %"
    if 1 - LEAST_SHOWN < probability < 1:
        return "above 99 %"
    return f"{100 * probability:.0f} %"


def candidates(
    posterior: Posterior, space: Space, observed: Floats, best: Floats, rng: np.random.Generator
) -> Floats:
    """Coordinates among which a play chooses: promising ones, and some all over the space.

    Parameters
    ----------
    posterior : Posterior
        Model of the score.
    space : Space
        Where to look; all of it where few points are left.
    observed : ndarray of shape (n, n_axes)
        Coordinates that are known and left out.
    best : ndarray of shape (k, n_axes)
        Coordinates of the best observed points.
    rng : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    ndarray of shape (c, n_axes)
        Distinct and snapped; empty if all points of the space are known.
    """
    known = {row.tobytes() for row in space.snap(observed)}
    # What a sequence happens to hit of a space that is nearly used up may all be known.
    if space.n_values is not None and space.n_values <= N_CANDIDATES + len(known):
        # One of those that several branches have.
        points = [point for point in space.grid() if space.twins(point)[0] == point]
        return _unknown(space.snap(space.coordinates(points)), known)
    spread = space.sample(scrambled_sobol(N_SOBOL, len(space.axes), rng))
    table = AxisTable.of(
        space, posterior.hyperparameters.lengthscales, np.arange(len(space.branches))
    )
    local = space.snap(perturb(best[:N_CENTRES], N_LOCAL, table, space, rng))
    U = _unknown(np.concatenate([spread, local]), known)
    mean, sd = posterior.predict(space.features(U))
    value = log_expected_improvement(mean, sd, float(posterior.fitted.max()))[0]
    order = np.argsort(-value, kind="stable")
    # The first of a Sobol sequence are themselves spread, and in `order` they come as they may.
    rest = np.sort(order[N_PROMISING:])[:N_SPREAD]
    return np.asarray(U[np.concatenate([order[:N_PROMISING], rest])])


def _unknown(U: Floats, known: set[bytes]) -> Floats:
    """Rows that are not known, each once."""
    first: dict[bytes, int] = {}
    for i, row in enumerate(U):
        first.setdefault(row.tobytes(), i)
    return U[[i for key, i in first.items() if key not in known]]


def outlook(
    gain: Floats,
    scores: Sequence[float],
    m: int,
    by: float,
    unit: float,
    *,
    is_open: bool,
    most: float = math.inf,
    kept: float = 1.0,
) -> tuple[float, float]:
    r"""Chance of a gain and the expected gain: those of plays, pooled with the past.

    .. math:: E = \int_0^\infty P(b)\,db

    with P the chance of more than b. Beyond the largest gain of the plays its odds fall to the e-th
    part with each unit. Where scores are on a grid, gains of plays are rounded to its steps, and
    more than b means the next step above b.

    Parameters
    ----------
    gain : ndarray of shape (N_PLAYS,)
        Gains of plays, in units of the score.
    scores : sequence of float
        All that there are, in the order of the evaluations.
    m : int
        Number of evaluations to come.
    by : float
        The gain that counts.
    unit : float
        Score difference of one unit of the targets, above 0.
    is_open : bool
        Whether there is more to find than plays have seen. If not, what no play gains is
        impossible.
    most : float, default=inf
        The largest gain that is possible, for the score has an upper limit.
    kept : float, default=1.0
        What has come of what the model promised, as a share.

    Returns
    -------
    probability, expected : float
    """
    step = least_step(scores)
    if step > most * (1.0 + ROUNDING):
        step = 0.0  # better scores may lie nearer to each other than those that there are
    if step:
        # Half a step and more becomes a whole one.
        gain = step * np.floor(gain / step + 0.5)
    largest = float(gain.max())

    def rounded(level: Any) -> Any:
        return step * np.floor(level / step + ROUNDING) if step else level

    def chance(level: float) -> float:
        if level >= most:
            return 0.0
        level = float(rounded(level))
        if level >= largest and not is_open:
            return 0.0
        # So many plays say no more than that it is rare, or nearly certain.
        share = (float((gain > level).sum()) + 0.5) / (len(gain) + 1)
        beyond = max(level - largest, 0.0) / unit
        return pooled(chance_of_rise(scores, m, level), share, beyond, kept)

    # The past has fewer rises above any gain at all than above none, however small it is.
    first = step or ROUNDING * unit
    beyond = rescaled(np.geomspace(*BEYOND, N_BEYOND), unit, largest) if is_open else ()
    levels = np.concatenate([[0.0, first], np.quantile(gain, SHARES_OF_PLAYS), beyond])
    levels = np.unique(rounded(np.minimum(levels, most)))
    chances = np.array([chance(level) for level in levels.tolist()])
    expected = float(np.diff(levels) @ (0.5 * chances[1:] + 0.5 * chances[:-1]))
    # On a grid the chance is that of its lower end all along each step.
    expected += step * float(chances[0] - chances[-1]) / 2
    probability = chance(by)
    # A few levels may leave out a little of what this inequality of Markov grants.
    return probability, max(expected, by * probability)


def gains(
    posterior: Posterior,
    best: float,
    rows: Floats,
    n: int,
    turn: int,
    rng: np.random.Generator,
) -> Floats:
    r"""Gain over the best target after 1 to `n` evaluations, in each of many plays.

    In a play, a function is drawn from the posterior. Step by step the row of the highest
    expected improvement is evaluated, with noise, and the posterior of the play learns from it:
    with the row c and the factor R so far

    .. math::

        r = \frac{\Sigma_{c\cdot} - R_{\cdot c}^\top R}{\sqrt{v_c + \sigma_n^2}},\qquad
        \mu \leftarrow \mu + r\,\frac{y - \mu_c}{\sqrt{v_c + \sigma_n^2}},\qquad
        v \leftarrow v - r^2.

    As in the search, the improvement is in turns that over the best mean and that over so much
    more as the model is uncertain. The gain is what a user sees: the best of the evaluations, with
    their noise, less the best target. That the hyper-parameters would be learnt anew is left out.

    Parameters
    ----------
    posterior : Posterior
        Model of the score.
    best : float
        The best target so far.
    rows : ndarray of shape (c, p)
        Feature rows that may be evaluated, each once; the last ones, up to ``N_SPREAD``, are from
        all over the space.
    n : int
        Number of evaluations; no more than there are rows.
    turn : int
        Number of the first of them.
    rng : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    ndarray of shape (n, N_PLAYS)
        In units of the targets; 0 where nothing better is found. The first rows are the same,
        however many there are.
    """
    mean, covariance = joint(posterior, rows)
    # Rows next to each other make the matrix singular, where a Cholesky factor would need jitter.
    eigenvalues, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    F = mean + rng.standard_normal((N_PLAYS, len(mean))) @ root.T
    noise = rng.standard_normal((n, N_PLAYS)).T
    n_parts = N_PLAYS // N_PLAYS_AT_ONCE
    parts = zip(np.split(F, n_parts), np.split(noise, n_parts), strict=True)
    found = [_play(posterior, mean, covariance, turn, *part) for part in parts]
    return np.maximum(np.concatenate(found, axis=1) - best, 0.0)


def _play(
    posterior: Posterior,
    mean: Floats,
    covariance: Floats,
    turn: int,
    F: Floats,
    noise: Floats,
) -> Floats:
    """Return the best target so far of each play, after each evaluation: of shape (n, s)."""
    hyper = posterior.hyperparameters
    noise = noise * np.sqrt(hyper.noise_variance)
    floor = MIN_VARIANCE * hyper.signal_variance
    s, c = F.shape
    n = noise.shape[1]
    play = np.arange(s)
    means = np.tile(mean, (s, 1))
    variances = np.tile(np.maximum(covariance.diagonal(), floor), (s, 1))
    R = np.empty((s, n, c))
    bests = np.full(s, float(posterior.fitted.max()))
    found = np.empty((n, s))
    is_open = np.ones((s, c), dtype=bool)
    for k in range(n):
        sd = np.sqrt(variances)
        share = AMBITIONS[(turn + k) % len(AMBITIONS)]
        aims = bests + share * np.sqrt(variances[:, -N_SPREAD:].mean(axis=1))
        # The improvement depends on the difference to the incumbent value alone.
        value, _, _ = log_expected_improvement((means - aims[:, None]).ravel(), sd.ravel(), 0.0)
        chosen = np.where(is_open, value.reshape(s, c), -np.inf).argmax(axis=1)
        is_open[play, chosen] = False
        pivot = np.sqrt(variances[play, chosen] + hyper.noise_variance)
        r = covariance[chosen]
        if k:
            r = r - np.einsum("sk,skc->sc", R[play, :k, chosen], R[:, :k])
        r = r / pivot[:, None]
        R[:, k] = r
        target = F[play, chosen] + noise[:, k]
        means += r * ((target - means[play, chosen]) / pivot)[:, None]
        variances = np.maximum(variances - r * r, floor)
        bests = np.maximum(bests, means[play, chosen])
        found[k] = target
    return np.maximum.accumulate(found)
