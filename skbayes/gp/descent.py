r"""Projected quasi-Newton descent in a box, for a few expensive evaluations.

Notation
--------
=======  ======  ======================================================
symbol   shape   meaning
=======  ======  ======================================================
``x``    (d,)    present point, within the bounds
``f``    scalar  value to be minimised
``g``    (d,)    gradient
``H``    (d, d)  approximation of the inverse Hessian
``s``    (d,)    step, new ``x`` minus old
``y``    (d,)    new gradient minus old
=======  ======  ======================================================
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skbayes.gp.kernels import FloatArray

__all__ = ["descend"]

# A search that needs more steps is on a plateau, where the rest decides nothing.
MAX_STEPS = 50
# Change of a value, relative to 1 or itself, and slope that are as good as none: the last digits
# of a hyper-parameter change no suggestion.
VALUE_TOLERANCE, GRADIENT_TOLERANCE = 1e-5, 1e-2
# Longest step along one coordinate, a logarithm: beyond a factor of e^2 no quadratic model holds.
MAX_STEP = 2.0
# Share of the predicted decrease that a step must reach (Armijo's condition).
ARMIJO = 1e-4
# A rejected step is cut to a third, at most so many times.
SHRINK, MAX_CUTS = 1 / 3, 12
# Cosine between step and change of the gradient below which curvature is rounding.
MIN_CURVATURE = 1e-10


def descend(
    value_and_gradient: Callable[[FloatArray], tuple[float, FloatArray]],
    start: FloatArray,
    bounds: FloatArray,
    inverse_hessian: FloatArray,
) -> tuple[FloatArray, float, FloatArray]:
    r"""Go down to a local minimum in a box.

    Coordinates that sit on a bound with the descent pointing outwards are held, and

    .. math:: x \leftarrow \mathrm{clip}(x - \lambda H g\ \text{(on the others)}),\qquad
        H \leftarrow (I - \rho s y^\top) H (I - \rho y s^\top) + \rho s s^\top

    with :math:`\rho = 1 / s^\top y`. With the matrix that the search of a similar function ended
    with, the first step is nearly a step of Newton's method.

    Parameters
    ----------
    value_and_gradient : callable
        Takes a point of shape (d,), returns value and gradient.
    start : ndarray of shape (d,)
        Where to begin; clipped to the bounds.
    bounds : ndarray of shape (d, 2)
        Lower and upper limit of each coordinate.
    inverse_hessian : ndarray of shape (d, d)
        First approximation, symmetric and positive definite.

    Returns
    -------
    x : ndarray of shape (d,)
        End point, its value never above that of the start.
    f : float
        Value there.
    inverse_hessian : ndarray of shape (d, d)
        Last approximation, symmetric and positive definite.

    References
    ----------
    Nocedal and Wright (2006), Numerical Optimization, eq. (6.17); Bertsekas (1982), Projected
    Newton methods for optimization problems with simple constraints.
    """
    low, high = bounds[:, 0], bounds[:, 1]
    x = np.clip(start, low, high)
    f, g = value_and_gradient(x)
    H = inverse_hessian
    for _ in range(MAX_STEPS):
        slope = np.where(np.where(g > 0.0, x > low, x < high), g, 0.0)
        # Written so that a gradient of NaN ends the search too.
        if not np.abs(slope).max(initial=0.0) >= GRADIENT_TOLERANCE:
            break
        # The held coordinates drop out of both sides, hence the direction is one of descent.
        p = np.where(slope == 0.0, 0.0, -(H @ slope))
        p *= min(1.0, MAX_STEP / float(np.abs(p).max()))
        for _ in range(MAX_CUTS):
            x_new = np.clip(x + p, low, high)
            s = x_new - x
            f_new, g_new = value_and_gradient(x_new)
            if f_new <= f + ARMIJO * float(g @ s):
                break
            p *= SHRINK
        else:
            break
        H = _update(H, s, g_new - g)
        gain = f - f_new
        x, f, g = x_new, f_new, g_new
        if gain <= VALUE_TOLERANCE * max(abs(f), 1.0):
            break
    return x, f, H


def _update(H: FloatArray, s: FloatArray, y: FloatArray) -> FloatArray:
    """BFGS update of the inverse Hessian; none without positive curvature along the step."""
    sy = float(s @ y)
    if not sy > MIN_CURVATURE * float(s @ s) ** 0.5 * float(y @ y) ** 0.5:
        return H
    Hy = H @ y
    # -s (H y)' - (H y) s' + (1 + y'Hy / sy) s s' = s v' + v s', over sy
    v = (0.5 * (1.0 + float(y @ Hy) / sy) * s - Hy) / sy
    outer = np.multiply.outer(s, v)
    outer += outer.T.copy()
    return H + outer
