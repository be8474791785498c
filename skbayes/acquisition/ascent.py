r"""Projected quasi-Newton ascent in a box, many starts at once.

Notation
--------
==========  ============  ========================================================================
symbol      shape         meaning
==========  ============  ========================================================================
``x``       (b, d)        coordinates in the unit box, one row per start
``w``       (b, d)        scaled coordinates, ``x / scale``, in the box [0, ``upper``]
``f``       (b,)          values to be maximised
``g``       (b, d)        gradients with respect to ``w``, 0 for frozen coordinates
``H``       (b, d, d)     approximations of the inverse Hessian of ``-f``, one per start
``p``       (b, d)        search directions
``length``  (b,)          step lengths along ``p``
==========  ============  ========================================================================
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["ascend"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]
ValueAndGradient = Callable[[FloatArray, IntArray], tuple[FloatArray, FloatArray]]

# First step, in scaled units: a tenth of a lengthscale is surely inside the same basin.
FIRST_STEP = 0.1
# Share of the predicted gain that a step must reach (Armijo's condition).
ARMIJO = 1e-4
# A rejected step is cut to a quarter: few calls, as every call serves all starts anyway.
SHRINK = 0.25
# Shorter than this a step is given up.
MIN_LENGTH = 1e-3
# A start is done when a step gains less; 0.003 % of an improvement decides nothing.
MIN_GAIN = 3e-5
# Square of the cosine between step and change of the gradient below which curvature is rounding:
# the cosine is that of the descent in `skbayes.gp`, and its square needs no roots.
MIN_SQUARED_COSINE = 1e-20


def ascend(
    value_and_gradient: ValueAndGradient,
    start: FloatArray,
    scale: FloatArray,
    is_free: BoolArray,
    max_calls: int,
    inverse_hessian: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    r"""Climb from every start to a local maximum in the unit box.

    Every start has a BFGS matrix of its own; all starts share each call of the function, be it a
    fresh step of one or a shortened step of another. Coordinates that sit on a bound with the
    gradient pointing outwards are held, and

    .. math:: p = H g\ \text{(on the others)},\qquad
        w \leftarrow \mathrm{clip}(w + \lambda p),\qquad
        H \leftarrow (I - \rho s y^\top) H (I - \rho y s^\top) + \rho s s^\top

    with :math:`s = w_\mathrm{new} - w`, :math:`y = g - g_\mathrm{new}`,
    :math:`\rho = 1 / s^\top y`. The first matrix after a restart is a multiple of the identity.

    Parameters
    ----------
    value_and_gradient : callable
        Takes coordinates of shape (k, d) and the indices of their starts, of shape (k,); returns
        values of shape (k,) and gradients of shape (k, d).
    start : ndarray of shape (b, d)
        Starts in [0, 1].
    scale : ndarray of shape (d,)
        Typical length of each coordinate, > 0.
    is_free : ndarray of bool of shape (b, d)
        False where a coordinate of a start stays as it is.
    max_calls : int
        Largest number of calls of the function after the first.
    inverse_hessian : ndarray of shape (b, d, d)
        What an ascent that ended at the starts has learnt of the curvature; 0 for a start of which
        nothing is known.

    Returns
    -------
    end : ndarray of shape (b, d)
        End points in [0, 1], never worse than the starts.
    inverse_hessian : ndarray of shape (b, d, d)
        The matrices they were reached with, 0 where nothing has been learnt.

    References
    ----------
    Nocedal and Wright (2006), Numerical Optimization, eq. (6.17), (6.20); Bertsekas (1982),
    Projected Newton methods for optimization problems with simple constraints.
    """
    n_starts, n_coordinates = start.shape
    H = inverse_hessian
    if not (n_starts and n_coordinates):
        return start.copy(), H
    upper = 1.0 / scale
    end = start / scale
    # The arrays below hold the running starts only; `index` says which ones they are.
    index: IntArray = np.arange(n_starts)
    mask: FloatArray = is_free * scale
    w = end.copy()
    f, g = value_and_gradient(start, index)
    g = g * mask
    H_end = H.copy()
    # H is 0 before the first step with positive curvature, and means nothing after a restart.
    is_fresh: BoolArray = ~np.logical_or.reduce(H != 0.0, axis=(1, 2))
    length: FloatArray = np.ones(n_starts)
    p, is_running = _directions(w, g, H, is_fresh, upper)

    for _ in range(max_calls):
        if not is_running.all():
            end[index], H_end[index] = w, np.where(is_fresh[:, None, None], 0.0, H)
            if not is_running.any():
                break
            index, mask, H = index[is_running], mask[is_running], H[is_running]
            w, f, g, p = w[is_running], f[is_running], g[is_running], p[is_running]
            is_fresh, length = is_fresh[is_running], length[is_running]
        trial = np.minimum(np.maximum(w + length[:, None] * p, 0.0), upper)
        f_trial, g_trial = value_and_gradient(np.minimum(trial * scale, 1.0), index)
        g_trial = g_trial * mask
        s = trial - w
        predicted = np.einsum("ij,ij->i", g, s)
        gain = f_trial - f
        # A comparison with NaN is false: a step to where the function is undefined is rejected.
        is_accepted = (gain >= ARMIJO * predicted) & (predicted > 0.0)
        H, is_fresh = _update(H, s, g - g_trial, is_fresh, is_accepted)
        if is_accepted.all():
            w, f, g, length = trial, f_trial, g_trial, np.ones(index.size)
            can_go_on = gain >= MIN_GAIN
        else:
            w = np.where(is_accepted[:, None], trial, w)
            g = np.where(is_accepted[:, None], g_trial, g)
            f = np.where(is_accepted, f_trial, f)
            length = np.where(is_accepted, 1.0, length * SHRINK)
            is_stuck = length < MIN_LENGTH
            can_go_on = np.where(is_accepted, gain >= MIN_GAIN, ~(is_stuck & is_fresh))
            # A direction from a poor matrix gets one more chance as steepest ascent.
            is_fresh = is_fresh | is_stuck
            length = np.where(is_stuck, 1.0, length)
        # For a start that stayed this is the same direction again.
        p, is_running = _directions(w, g, H, is_fresh, upper)
        is_running &= can_go_on
    end[index], H_end[index] = w, np.where(is_fresh[:, None, None], 0.0, H)
    return np.where(is_free, np.minimum(end * scale, 1.0), start), H_end


def _directions(
    w: FloatArray, g: FloatArray, H: FloatArray, is_fresh: BoolArray, upper: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Ascent directions on the coordinates that can move, and whether there is one."""
    can_leave = np.where(g < 0.0, w > 0.0, w < upper)
    projected = g * can_leave
    p = (H @ projected[:, :, None])[:, :, 0] * can_leave
    is_steepest = is_fresh | (np.einsum("ij,ij->i", p, projected) <= 0.0)
    if is_steepest.any():
        norm = np.sqrt(np.einsum("ij,ij->i", projected, projected))
        steepest = projected * (FIRST_STEP / np.where(norm > 0.0, norm, 1.0))[:, None]
        p = np.where(is_steepest[:, None], steepest, p)
    can_move: BoolArray = np.logical_or.reduce(p != 0.0, axis=1)
    return p, can_move


def _update(
    H: FloatArray, s: FloatArray, y: FloatArray, is_fresh: BoolArray, is_accepted: BoolArray
) -> tuple[FloatArray, BoolArray]:
    """BFGS update of inverse Hessians, and which of them are fresh still.

    Without an accepted step, or without positive curvature along it, a matrix stays as it is.
    """
    sy = np.einsum("ij,ij->i", s, y)
    yy = np.einsum("ij,ij->i", y, y)
    ss = np.einsum("ij,ij->i", s, s)
    is_updated = is_accepted & (sy * sy > MIN_SQUARED_COSINE * yy * ss) & (sy > 0.0)
    if not is_updated.all():
        if not is_updated.any():
            return H, is_fresh
        sy, yy = np.where(is_updated, sy, 1.0), np.where(is_updated, yy, 1.0)
    old = H
    if is_fresh.any():
        first = (sy / yy)[:, None, None] * np.eye(s.shape[1])
        H = np.where(is_fresh[:, None, None], first, H)
    rho = 1.0 / sy
    Hy = (H @ y[:, :, None])[:, :, 0]
    # -s (H y)' - (H y) s' + (1 + y'Hy rho) s s' = s v' + v s'
    weight = 0.5 * (1.0 + rho * np.einsum("ij,ij->i", y, Hy))
    v = (weight[:, None] * s - Hy) * rho[:, None]
    outer = s[:, :, None] * v[:, None, :]
    H = H + outer + outer.transpose(0, 2, 1)
    if not is_updated.all():
        H = np.where(is_updated[:, None, None], H, old)
    return H, is_fresh & ~is_updated
