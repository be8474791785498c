"""Where evaluations fail: a regression on labels that shares the lengthscales of the scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from skbayes.acquisition.functions import LOG_SQRT_2PI
from skbayes.gp import Hyperparameters, Posterior

__all__ = ["LogFeasibility", "fit_feasibility"]

FloatArray = NDArray[np.float64]

# Labels are 1 and -1, and an evaluation that failed fails again. With more noise a row next to a
# failure keeps a chance that a large improvement outweighs.
LABEL_NOISE = 3e-3
# More rows than this are not all used: half of them may be failures, evenly spaced in time.
MAX_ROWS = 500


def fit_feasibility(
    X: FloatArray,
    has_failed: NDArray[np.bool_],
    groups: NDArray[np.intp],
    lengthscales: FloatArray,
) -> LogFeasibility | None:
    """Return a model of where evaluations fail; None if none did, or all.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Feature rows.
    has_failed : ndarray of shape (n,)
        Whether the evaluation gave no score.
    groups : ndarray of shape (p,)
        Lengthscale group of each column.
    lengthscales : ndarray of shape (n_groups,)
        Those of the model of the scores: failures are too few to learn others from.

    Returns
    -------
    LogFeasibility or None
    """
    if has_failed.all() or not has_failed.any():
        return None
    if len(has_failed) > MAX_ROWS:
        failed, others = np.flatnonzero(has_failed), np.flatnonzero(~has_failed)
        failed = _spaced(failed, max(MAX_ROWS // 2, MAX_ROWS - len(others)))
        rows = np.sort(np.concatenate([failed, _spaced(others, MAX_ROWS - len(failed))]))
        X, has_failed = X[rows], has_failed[rows]
    labels = np.where(has_failed, -1.0, 1.0)
    kernel = Hyperparameters(lengthscales, 1.0, LABEL_NOISE)
    return LogFeasibility(Posterior.fit(X, labels, groups, kernel))


def _spaced(rows: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """At most `n` of the rows, evenly spaced, the first and the last among them."""
    if len(rows) <= n:
        return rows
    chosen: NDArray[np.intp] = rows[np.linspace(0, len(rows) - 1, n).round().astype(np.intp)]
    return chosen


@dataclass(frozen=True, slots=True, eq=False)
class LogFeasibility:
    r"""Logarithm of the probability that an evaluation does not fail.

    With the posterior of a regression on labels, 1 for an evaluation that gave a score and -1 for
    one that failed,

    .. math::

        \ln\Phi(z),\qquad z = \frac{\mu}{\sqrt{\sigma^2 + \sigma_n^2}},\qquad
        \nabla\ln\Phi(z) = \frac{\phi(z)}{\Phi(z)}\,
        \frac{\nabla\mu - z\,(\sigma/t)\,\nabla\sigma}{t},\qquad t^2 = \sigma^2 + \sigma_n^2.

    Attributes
    ----------
    posterior : Posterior
        Model of the labels.

    References
    ----------
    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, sect. 6.5 (labels as
    targets of a regression) and eq. (3.82) (a normal variable within a cumulative normal).
    """

    posterior: Posterior

    def value(self, X: FloatArray, /) -> FloatArray:
        """Values, below 0 everywhere, at feature rows."""
        mean, sd = self.posterior.predict(X)
        value: FloatArray = log_ndtr(mean / self._spread(sd))
        return value

    def value_with_gradient(self, X: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Values and gradients at feature rows."""
        mean, sd, pullback = self.posterior.predict_with_pullback(X)
        t = self._spread(sd)
        z = mean / t
        value = log_ndtr(z)
        slope = np.exp(-0.5 * z * z - LOG_SQRT_2PI - value) / t
        return value, pullback(slope, -slope * z * sd / t)

    def _spread(self, sd: FloatArray) -> FloatArray:
        return np.sqrt(sd * sd + self.posterior.hyperparameters.noise_variance)
