r"""The simplest candidate that may be as good as the best one.

Notation
--------
==============  =============  ===================================================================
symbol          shape          meaning
==============  =============  ===================================================================
``y``           (n, F)         scores of n candidates on F folds
``b``           row            the best candidate
``complexity``  (n, p)         how complex a candidate is in p respects, on any scales
==============  =============  ===================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbayes._numerics import SCORE_ROUNDING, binary_exponent, own_arithmetic
from skbayes._pickles import lasting

__all__ = [
    "HIGH",
    "LOW",
    "OneStandardError",
    "one_standard_error",
    "simplest_within_one_error",
    "within_one_error",
]

# The `refit` that asks for the rule with what is known about simplicity.
NAME = "1se"
LOW, HIGH = "low", "high"
# No difference of scores is divided by less.
TINY = np.finfo(np.float64).tiny

Floats = NDArray[np.float64]


@lasting
@dataclass(frozen=True, slots=True, eq=False)
class OneStandardError:
    """Rule for `refit`: take the simplest candidate within one standard error of the best one.

    The rule takes a candidate if these conditions are true:

    - The mean score of the candidate is at most one standard error below the mean score of the
      best candidate. This is the standard error of the mean difference between both candidates
      over the folds.
    - For each parameter with a known order, the value of the candidate is at least as simple as
      the value of the best candidate. A numeric parameter without a known order may have any value.
    - No other such candidate is simpler by the first parameter. If several candidates are
      equally simple, the second parameter decides, and so on. If candidates are equally simple in
      all parameters, the highest score decides.

    If no simpler candidate is good enough, the rule takes the best candidate.

    Parameters
    ----------
    prefer : dict of str to {"low", "high"} or list, or None, default=None
        Which values give simpler models, for one or more parameters of `search_spaces`. "low": low
        values are simpler. "high": high values are simpler. A list: the values, with the simplest
        value first. The first parameter matters most. None: the parameters of which skbayes knows
        the order, such as `C` of a support vector machine. ``refit="1se"`` has the same effect as
        None.

    Raises
    ------
    TypeError, ValueError
        If `prefer` is invalid. `fit` raises an error before the first fit if `prefer` names a
        parameter that is not searched, or values that the parameter does not have. `fit` also
        raises an error if `prefer` is None and no searched parameter has a known order.

    References
    ----------
    Breiman et al. (1984), Classification and Regression Trees, section 3.4.3.

    Examples
    --------
    >>> from skbayes import OneStandardError
    >>> OneStandardError(prefer={"svc__C": "low", "svc__kernel": ["linear", "rbf"]})
    OneStandardError(prefer={'svc__C': 'low', 'svc__kernel': ['linear', 'rbf']})
    """

    prefer: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.prefer is None:
            return
        example = "prefer={'svc__C': 'low'}"
        if not isinstance(self.prefer, Mapping):
            raise TypeError(
                f"OneStandardError: prefer must be a dict such as {example}, or None, got "
                f"{self.prefer!r}."
            )
        if not self.prefer:
            raise ValueError(
                f"OneStandardError: prefer is empty. Write {example}, or None for the orders that "
                "skbayes knows."
            )
        for name, wanted in self.prefer.items():
            is_list = isinstance(wanted, list | tuple) and len(wanted) > 1
            is_word = isinstance(wanted, str) and wanted in (LOW, HIGH)
            if not isinstance(name, str) or not (is_list or is_word):
                raise ValueError(
                    f"OneStandardError: prefer[{name!r}] must be 'low', 'high', or a list of "
                    f"values with the simplest value first, got {wanted!r}."
                )
        # What is given may be changed later.
        object.__setattr__(self, "prefer", dict(self.prefer))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OneStandardError):
            return NotImplemented
        # The order matters, and dicts do not compare it.
        return self._items == other._items

    def __hash__(self) -> int:
        # Values of a list need not have a hash.
        return hash(tuple(self.prefer or ()))

    @property
    def _items(self) -> list[tuple[str, Any]] | None:
        return None if self.prefer is None else list(self.prefer.items())


def one_standard_error(refit: Any) -> OneStandardError | None:
    """Return the rule that a `refit` asks for; None if it asks for anything else.

    Raises
    ------
    TypeError
        If it is the class of the rule.
    """
    if refit is OneStandardError:
        # Like all functions it would be given the table.
        raise TypeError("refit is the class OneStandardError: write refit=OneStandardError().")
    if isinstance(refit, str) and refit == NAME:
        return OneStandardError()
    return refit if isinstance(refit, OneStandardError) else None


@own_arithmetic()
def within_one_error(folds: Floats, best: int) -> NDArray[np.bool_]:
    r"""Tell which candidates may be as good as the best one.

    With the differences :math:`d_{if} = y_{bf} - y_{if}` on the F folds, those with

    .. math::

        \bar d_i \le s_i / \sqrt F, \qquad s_i^2 = \frac{1}{F - 1} \sum_f (d_{if} - \bar d_i)^2.

    What makes a fold easy or hard for both candidates cancels. A candidate that is worse on one
    fold, and equal on the others, is at the limit: both sides are the F-th part of its difference.
    So a mean above the limit by no more than the rounding of scores is within it.

    Parameters
    ----------
    folds : ndarray of shape (n_candidates, n_folds)
        Scores y; NaN where a fold was not run, or failed. Such a candidate is not among them.
    best : int
        Row of the best candidate, which has all folds.

    Returns
    -------
    ndarray of shape (n_candidates,)
        With a single fold there is no standard error, and only equals are as good.
    """
    is_complete = np.isfinite(folds).all(axis=1)
    y = np.where(np.atleast_1d(is_complete)[:, None], folds, folds[best])
    # Differences of the largest scores would overflow, squares of the smallest underflow.
    y = np.ldexp(y, -binary_exponent(y))
    size = np.abs(y).max(axis=1)
    rounding = SCORE_ROUNDING * np.maximum(size, size[best])
    d: Floats = y[best] - y
    # Of each candidate apart: one may be far away, and another one near.
    scale = np.maximum(np.abs(d).max(axis=1), TINY)
    d /= scale[:, None]
    n_folds = d.shape[1]
    error = d.std(axis=1, ddof=1) / np.sqrt(n_folds) if n_folds > 1 else 0.0
    is_within: NDArray[np.bool_] = is_complete & (d.mean(axis=1) <= error + rounding / scale)
    return is_within


def simplest_within_one_error(folds: Floats, means: Floats, complexity: Floats, best: int) -> int:
    """Return the candidate that `OneStandardError` takes.

    Parameters
    ----------
    folds : ndarray of shape (n_candidates, n_folds)
        As for `within_one_error`.
    means : ndarray of shape (n_candidates,)
        Of the folds; NaN for a candidate without a score.
    complexity : ndarray of shape (n_candidates, n_parameters)
        The lower, the simpler. NaN where it cannot be compared with that of the best candidate.
    best : int
        Row of the best candidate, whose complexity is known.

    Returns
    -------
    int
        Its row; that of the best candidate if none is simpler, or there are no parameters.
    """
    if not complexity.shape[1]:
        return best
    # Comparisons with NaN are false.
    is_simple = (complexity <= complexity[best]).all(axis=1)
    rows = np.flatnonzero(within_one_error(folds, best) & is_simple & np.isfinite(means))
    # The last key is the first to be compared.
    keys: Sequence[Any] = [rows, -means[rows], *complexity[rows].T[::-1]]
    return int(rows[np.lexsort(keys)[0]])
