r"""How much of the variance of the score over a space each parameter explains.

Notation
--------
==============  ==============  ===============================================================
symbol          shape           meaning
==============  ==============  ===============================================================
``A``, ``B``    (N, n_axes)     independent uniform numbers, from one Sobol sequence
``AB``          (N, n_axes)     ``A`` with the axes of one parameter from ``B``
``f``           (N, s)          s draws of the score
``V``           (s,)            variance of each draw over the space
==============  ==============  ===============================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skbayes._compat import scrambled_sobol
from skbayes._pickles import lasting
from skbayes.gp import FunctionDraws, Posterior
from skbayes.insight.plausible import plausible
from skbayes.space import Space
from skbayes.tables import choice_name

__all__ = ["SHARES", "Importance", "Importances", "importances"]

# Points of the Sobol sequence: the indices of one function are exact to about 0.01.
N_POINTS = 512
N_DRAWS = 64
# As many models as are drawn from, each with other hyper-parameters.
N_MODELS = 8
# The interval that is given, and the share of the draws outside of it on either side.
LEVEL = 0.9
TAIL = (1 - LEVEL) / 2
# The ends of an interval are so much further from the middle than those of the draws: of a Student
# distribution with two degrees of freedom, not of a normal one, as the errors of predictions are.
STRETCH = 1.47
# A draw that varies less than this over the space, in variances of the targets, is flat.
FLAT = 1e-12
SHARES = (
    "How much each parameter matters: its share of the variance of the score over the search space"
)
TWO_SHARES = (
    "(alone: by the parameter itself; total: also together with other parameters; each with a 90 % "
    "interval)"
)

Floats = NDArray[np.float64]


@lasting
@dataclass(frozen=True, slots=True)
class Importance:
    """Shares of the variance of the score that one parameter explains.

    Attributes
    ----------
    name : str
        Name of the parameter. The choice between several spaces also counts as a parameter. Its
        name is the name of the searched step, such as "model". Without such a step, it is "space".
    alone : float
        Share that the parameter explains alone, without interactions: the first-order Sobol index.
    alone_interval : tuple of float
        90 % interval for `alone`: see docs/decisions/promises.md.
    total : float
        Share that the parameter explains including its interactions: the total Sobol index.
    total_interval : tuple of float
        90 % interval for `total`.
    """

    name: str
    alone: float
    alone_interval: tuple[float, float]
    total: float
    total_interval: tuple[float, float]


@lasting
@dataclass(frozen=True, slots=True, repr=False)
class Importances:
    """The importance of each parameter, the largest total first. Printing it shows a table.

    Attributes
    ----------
    parameters : tuple of Importance
        Importances of all parameters with more than one value. ``importances["name"]`` returns the
        importance of one parameter.
    """

    parameters: tuple[Importance, ...]

    def __iter__(self) -> Iterator[Importance]:
        return iter(self.parameters)

    def __len__(self) -> int:
        return len(self.parameters)

    def __getitem__(self, name: str) -> Importance:
        found = {importance.name: importance for importance in self.parameters}
        if name not in found:
            raise KeyError(f"{name!r} has no importance: the parameters that vary are {[*found]}.")
        return found[name]

    def __repr__(self) -> str:
        if not self.parameters:
            return "No parameter has more than one value."
        width = max(len("parameter"), *(len(importance.name) for importance in self.parameters))
        lines = [SHARES, f"{TWO_SHARES}:", f"{'parameter':<{width}}  {'alone':<19}  total"]
        for each in self.parameters:
            alone = _share(each.alone, each.alone_interval)
            total = _share(each.total, each.total_interval)
            lines.append(f"{each.name:<{width}}  {alone}  {total}")
        return "\n".join(lines)


def _share(value: float, interval: tuple[float, float]) -> str:
    return f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"


def importances(posterior: Posterior, space: Space, rng: np.random.Generator) -> Importances:
    r"""Sobol indices of functions drawn from plausible posteriors: their median, and an interval.

    The points are uniform over the space on its scales, a list of spaces with equal shares. With
    the factors i, which are the parameters, and for each draw

    .. math::

        S_i = \frac1{N V} \sum_j f(B)_j\,\bigl(f(AB_i)_j - f(A)_j\bigr),\qquad
        T_i = \frac1{2 N V} \sum_j \bigl(f(A)_j - f(AB_i)_j\bigr)^2.

    A parameter that a branch does not have has no effect there: coordinates are snapped after
    the exchange. All axes of one name are one factor.

    Parameters
    ----------
    posterior : Posterior
        Model of the score; indices do not depend on its units.
    space : Space
        Where it was learnt.
    rng : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    Importances
        The largest total first.

    References
    ----------
    Saltelli et al. (2010), Variance based sensitivity analysis of model output, Computer Physics
    Communications 181, table 2, (b) and (f), the latter of Jansen (1999); Marrel et al. (2009),
    Calculations of Sobol indices for the Gaussian process metamodel, sect. 3, on random indices.
    """
    factors: dict[str, list[int]] = {}
    choice = choice_name(space)
    for j, axis in enumerate(space.axes):
        factors.setdefault(axis.name or choice, []).append(j)
    if not factors:
        return Importances(())
    n_axes = len(space.axes)
    uniform = scrambled_sobol(N_POINTS, 2 * n_axes, rng)
    models = plausible(posterior, N_MODELS, rng)
    draws = [FunctionDraws.draw(model, N_DRAWS // len(models), rng) for model in models]

    def values(u: Floats) -> Floats:
        X = space.features(space.sample(u))
        return np.concatenate([draw(X) for draw in draws], axis=1)

    A, B = uniform[:, :n_axes], uniform[:, n_axes:]
    f_A, f_B = values(A), values(B)
    both = np.concatenate([f_A, f_B])
    # Without its mean, the estimate of a small index does not carry the error of that of a large.
    f_B -= both.mean(axis=0)
    V = np.maximum(both.var(axis=0), FLAT)
    found = []
    for name, columns in factors.items():
        AB = A.copy()
        AB[:, columns] = B[:, columns]
        difference = values(AB) - f_A
        total = np.einsum("js,js->s", difference, difference) / (2 * N_POINTS * V)
        alone = np.einsum("js,js->s", f_B, difference) / (N_POINTS * V)
        # Sampling errors take small indices beyond what an index can be.
        total = np.minimum(total, 1.0)
        found.append(_importance(name, np.clip(alone, 0.0, total), total))
    return Importances(tuple(sorted(found, key=lambda each: -each.total)))


def unknown_importances(names: Sequence[str]) -> Importances:
    """Return what is known where all scores are equal: no effect was seen, any may be there."""
    return Importances(tuple(Importance(n, 0.0, (0.0, 1.0), 0.0, (0.0, 1.0)) for n in names))


def _importance(name: str, alone: Floats, total: Floats) -> Importance:
    quantiles = np.quantile([alone, total], (TAIL, 0.5, 1 - TAIL), axis=1)
    ends = quantiles[1] + STRETCH * (quantiles - quantiles[1])
    (low, _, high), (total_low, _, total_high) = np.clip(ends.T, 0.0, 1.0).tolist()
    middle, total_middle = quantiles[1].tolist()
    return Importance(name, middle, (low, high), total_middle, (total_low, total_high))
