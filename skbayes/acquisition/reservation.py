r"""What a first look at a candidate is worth, before it is paid for in full.

Notation
--------
==================  =======================================================================
symbol              meaning
==================  =======================================================================
``m``, ``s``        mean of the score less the best known one, and its standard deviation
``rho``             correlation of what the look shows with the score
``c``               cost of the look; that of the full measurement is 1
``EI(m, s)``        expected improvement, :math:`s\,(\phi(m/s) + \tfrac ms\,\Phi(m/s))`
``lam``             price: what else the cost of 1 would gain
==================  =======================================================================
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from skbayes.acquisition.functions import log_expected_improvement

__all__ = ["expected_improvement", "look_worth"]

Floats = NDArray[np.float64]

# Nodes of the quadrature over what a look may show: twice as many change no third digit.
N_NODES = 32
# Halvings of the interval of the price: it is known to a millionth then.
N_HALVINGS = 40


def expected_improvement(m: Floats, s: Floats) -> Floats:
    """Return the expected positive part of normal variables of these means and deviations."""
    shape = np.broadcast_shapes(np.shape(m), np.shape(s))
    m, s = (np.broadcast_to(np.asarray(x, dtype=np.float64), shape).ravel() for x in (m, s))
    # A deviation below the last digit of the mean changes nothing, and none has no logarithm.
    is_sure = s <= np.finfo(np.float64).eps * np.abs(m)
    sd = np.where(is_sure, 1.0, s)
    expected = np.exp(log_expected_improvement(np.where(is_sure, 0.0, m), sd, 0.0)[0])
    return np.where(is_sure, np.maximum(m, 0.0), expected).reshape(shape)


def look_worth(m: float, s: float, rho: float, c: float) -> float:
    r"""Return the price at which a look, and the full measurement if it then pays, just pay.

    A look moves the mean by a normal variable of standard deviation :math:`\rho s` and leaves
    :math:`s \sqrt{1 - \rho^2}`. The price solves

    .. math::

        E\bigl[\bigl(\mathrm{EI}(m + \rho s Z,\ s\sqrt{1 - \rho^2}) - \lambda\bigr)^+\bigr]
        = \lambda\,c .

    A full measurement without a look has the price :math:`\mathrm{EI}(m, s)`, so the larger of the
    two says what to do; and the largest of all candidates, which comes first.

    Parameters
    ----------
    m : float
    s : float
        At least 0.
    rho : float
        Between 0 and 1.
    c : float
        Above 0.

    Returns
    -------
    float
        In units of the score per cost of a full measurement, at least 0.

    References
    ----------
    Weitzman (1979), Optimal search for the best alternative, Econometrica 47, eq. (7): the
    reservation price of a closed box.

    Examples
    --------
    >>> bool(look_worth(0.0, 1.0, 1.0, 0.1) > expected_improvement(0.0, 1.0))  # cheap, tells all
    True
    >>> bool(look_worth(0.0, 1.0, 0.1, 0.1) > expected_improvement(0.0, 1.0))  # tells nothing
    False
    """
    if not s > 0.0:
        return 0.0
    nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
    weights = weights / weights.sum()
    gains = expected_improvement(
        m + rho * s * nodes, np.full(N_NODES, s * math.sqrt(max(0.0, 1.0 - rho * rho)))
    )
    low, high = 0.0, float(gains.max())
    for _ in range(N_HALVINGS):
        price = 0.5 * (low + high)
        if float(weights @ np.maximum(gains - price, 0.0)) > price * c:
            low = price
        else:
            high = price
    return low
