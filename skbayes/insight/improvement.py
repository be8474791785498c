r"""Whether more evaluations would pay: the search played on in functions drawn from the model.

Notation
--------
=========  =============  ========================================================================
symbol     shape          meaning
=========  =============  ========================================================================
``F``      (s, c)         s functions at c rows; the first row is the incumbent
``mean``   (s, c)         posterior mean in each play, ``variance`` likewise
``R``      (s, k, c)      rows of the partial Cholesky factor after k evaluations in each play
=========  =============  ========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skbayes._compat import scrambled_sobol
from skbayes._pickles import lasting
from skbayes.acquisition import AxisTable, log_expected_improvement, perturb
from skbayes.gp import Posterior, joint
from skbayes.space import Space

__all__ = ["Gain", "candidates", "gains"]

# Plays: a probability is right to about 0.03.
N_PLAYS = 256
# As many at once as stay in the cache.
N_PLAYS_AT_ONCE = 32
# Rows that a play chooses among: those where most is expected, and some all over the space.
N_PROMISING, N_SPREAD = 200, 100
# What the promising ones are chosen from.
N_SOBOL, N_LOCAL = 1024, 512
# The best observed points, which local rows are changed copies of.
N_CENTRES = 4
# Variances of the posterior below this, in variances of the prior, are rounding.
MIN_VARIANCE = 1e-10

Floats = NDArray[np.float64]


@lasting
@dataclass(frozen=True, slots=True, repr=False)
class Gain:
    """What more evaluations would bring, as the model sees it.

    Attributes
    ----------
    n : int
        Number of evaluations.
    by : float
        The gain that counts, in units of the score.
    probability : float
        That the best of the evaluations is better than the best so far by more than `by`; NaN if
        all scores are equal, for then there is no scale to compare with.
    expected : float
        Mean gain in units of the score, 0 where nothing better is found; NaN likewise.
    """

    n: int
    by: float
    probability: float
    expected: float

    def __repr__(self) -> str:
        if np.isnan(self.probability):
            return "All scores are equal: what more evaluations would bring is not known."
        what = "evaluation gains" if self.n == 1 else "evaluations gain"
        return (
            f"{self.n} more {what} more than {self.by:.3g} with a probability of "
            f"{self.probability:.0%}; {self.expected:.3g} can be expected."
        )


def candidates(
    posterior: Posterior, space: Space, observed: Floats, best: Floats, rng: np.random.Generator
) -> Floats:
    """Coordinates among which a play chooses: promising ones, and some all over the space.

    Parameters
    ----------
    posterior : Posterior
        Model of the score.
    space : Space
        Where to look; a small finite one is taken whole.
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
    n_wanted = N_PROMISING + N_SPREAD
    known = {row.tobytes() for row in space.snap(observed)}
    if space.n_values is not None and space.n_values <= n_wanted:
        return _unknown(space.snap(space.coordinates(list(space.grid()))), known)
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


def gains(
    posterior: Posterior, incumbent: Floats, rows: Floats, n: int, rng: np.random.Generator
) -> Floats:
    r"""Gain over the incumbent after `n` evaluations, in each of many plays.

    In a play, a function is drawn from the posterior. Step by step the row of the highest
    expected improvement is evaluated, with noise, and the posterior of the play learns from it:
    with the row c and the factor R so far

    .. math::

        r = \frac{\Sigma_{c\cdot} - R_{\cdot c}^\top R}{\sqrt{v_c + \sigma_n^2}},\qquad
        \mu \leftarrow \mu + r\,\frac{y - \mu_c}{\sqrt{v_c + \sigma_n^2}},\qquad
        v \leftarrow v - r^2.

    The gain is the best of the drawn function, without noise, at the evaluated rows, less its
    value at the incumbent. That the hyper-parameters would be learnt anew is left out.

    Parameters
    ----------
    posterior : Posterior
        Model of the score.
    incumbent : ndarray of shape (1, p)
        Feature row of the best point so far.
    rows : ndarray of shape (c, p)
        Feature rows that may be evaluated, each once.
    n : int
        Number of evaluations.
    rng : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    ndarray of shape (N_PLAYS,)
        In units of the targets; 0 where nothing better is found.
    """
    mean, covariance = joint(posterior, np.concatenate([incumbent, rows]))
    # Rows next to each other make the matrix singular, where a Cholesky factor would need jitter.
    eigenvalues, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    F = mean + rng.standard_normal((N_PLAYS, len(mean))) @ root.T
    # More evaluations than there are rows cannot be made, nor their noise be held.
    noise = rng.standard_normal((N_PLAYS, min(n, len(rows))))
    n_parts = N_PLAYS // N_PLAYS_AT_ONCE
    parts = zip(np.split(F, n_parts), np.split(noise, n_parts), strict=True)
    return np.concatenate([_play(posterior, mean, covariance, *part) for part in parts])


def _play(
    posterior: Posterior, mean: Floats, covariance: Floats, F: Floats, noise: Floats
) -> Floats:
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
    gain = np.zeros(s)
    is_open = np.ones((s, c), dtype=bool)
    is_open[:, 0] = False
    for k in range(n):
        sd = np.sqrt(variances)
        # The improvement depends on the difference to the incumbent value alone.
        value, _, _ = log_expected_improvement((means - bests[:, None]).ravel(), sd.ravel(), 0.0)
        chosen = np.where(is_open, value.reshape(s, c), -np.inf).argmax(axis=1)
        is_open[play, chosen] = False
        pivot = np.sqrt(variances[play, chosen] + hyper.noise_variance)
        r = covariance[chosen]
        if k:
            r = r - np.einsum("sk,skc->sc", R[play, :k, chosen], R[:, :k])
        r = r / pivot[:, None]
        R[:, k] = r
        surprise = (F[play, chosen] + noise[:, k] - means[play, chosen]) / pivot
        means += r * surprise[:, None]
        variances = np.maximum(variances - r * r, floor)
        bests = np.maximum(bests, means[play, chosen])
        gain = np.maximum(gain, F[play, chosen] - F[:, 0])
    return gain
