r"""What an evaluation costs: a regression of its logarithm.

Notation
--------
==========  ========  ============================================================================
symbol      shape     meaning
==========  ========  ============================================================================
``X``       (n, p)    feature rows
``Phi``     (n, 2p)   :math:`(X, X^2)`, centred
``c``       (n,)      logarithms of the costs
``w``       (2p,)     :math:`(\Phi^\top\Phi + \lambda I)^{-1} \Phi^\top (c - \bar c)`
``h``       (n,)      leverages, ``1 / n`` and the diagonal of
                      :math:`\Phi (\Phi^\top\Phi + \lambda I)^{-1} \Phi^\top`
==========  ========  ============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CostModel", "fit_costs"]

Floats = NDArray[np.float64]

# With fewer costs the parameters that matter are not told from those that do not.
MIN_COSTS = 10
# Share of the variance that must be explained, of costs that were left out of the fit.
MIN_R2 = 0.3
# The penalty is the one that predicts best what is left out; columns lie between 0 and 1.
PENALTIES = (0.01, 0.1, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class CostModel:
    """Logarithm of the cost as a quadratic function of feature rows, without mixed terms.

    It is held within the range of the costs that were seen: the ends of a parabola are guesses.

    Attributes
    ----------
    constant : float
    linear, quadratic : ndarray of shape (p,)
    low, high : float
        Logarithms of the lowest and of the highest cost.
    """

    constant: float
    linear: Floats
    quadratic: Floats
    low: float
    high: float

    def value(self, X: Floats, /) -> Floats:
        """Logarithm of the cost, of shape (b,), at the feature rows `X` of shape (b, p)."""
        return np.clip(self._parabola(X), self.low, self.high)

    def value_with_gradient(self, X: Floats, /) -> tuple[Floats, Floats]:
        """Values and gradients with respect to `X`, of shapes (b,) and (b, p)."""
        value = self._parabola(X)
        gradient = self.linear + 2.0 * self.quadratic * X
        gradient[(value < self.low) | (value > self.high)] = 0.0
        return np.clip(value, self.low, self.high), gradient

    def _parabola(self, X: Floats) -> Floats:
        value: Floats = self.constant + X @ self.linear + X**2 @ self.quadratic
        return value


def fit_costs(X: Floats, costs: Floats) -> CostModel | None:
    r"""Fit the logarithm of costs by ridge regression.

    The residual of an observation that is left out is :math:`r_i / (1 - h_i)`, and that of the mean
    of the others :math:`(c_i - \bar c)\,n/(n - 1)`; one minus the ratio of their sums of squares is
    the share that is explained.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Feature rows.
    costs : ndarray of shape (n,)
        Costs, not negative. One of 0 is below what the clock can tell, and taken for the lowest of
        the others.

    Returns
    -------
    CostModel or None
        None for fewer than ``MIN_COSTS``, or if no more than ``MIN_R2`` is explained.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 2nd ed.,
    eq. (3.44) and (7.64).
    """
    n = len(costs)
    if n < MIN_COSTS or not (costs > 0.0).any():
        return None
    c = np.log(np.maximum(costs, costs[costs > 0.0].min()))
    centre, centred = c.mean(), c - c.mean()
    of_mean = float((centred**2).sum()) * (n / (n - 1)) ** 2
    raw = np.concatenate([X, X**2], axis=1)
    mean = raw.mean(axis=0)
    U, d, Vt = np.linalg.svd(raw - mean, full_matrices=False)
    best, w = -np.inf, np.zeros(len(mean))
    for penalty in PENALTIES:
        shrinkage = d**2 / (d**2 + penalty)
        residual = centred - U @ (shrinkage * (U.T @ centred))
        left_out = residual / (1.0 - 1.0 / n - U**2 @ shrinkage)
        r2 = 1.0 - float((left_out**2).sum()) / of_mean if of_mean > 0.0 else 0.0
        if r2 > best:
            best, w = r2, Vt.T @ (d / (d**2 + penalty) * (U.T @ centred))
    if best <= MIN_R2:
        return None
    p = X.shape[1]
    return CostModel(float(centre - mean @ w), w[:p], w[p:], float(c.min()), float(c.max()))
