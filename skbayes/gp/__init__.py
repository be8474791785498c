"""Exact Gaussian-process regression on plain matrices.

The package sees feature matrices, targets and column groups only; spaces and scores live elsewhere.
"""

from skbayes.gp.draws import FunctionDraws, joint
from skbayes.gp.fantasies import Fantasies
from skbayes.gp.fitting import (
    MAX_FIT_POINTS,
    NOISE_VARIANCE_BOUNDS,
    default_hyperparameters,
    fit_hyperparameters,
)
from skbayes.gp.kernels import Hyperparameters, squared_distances
from skbayes.gp.loo import leave_one_out
from skbayes.gp.posterior import Posterior
from skbayes.gp.subset import best_and_spaced, local_rows, spread_rows
from skbayes.gp.warping import warp, warp_units

__all__ = [
    "MAX_FIT_POINTS",
    "NOISE_VARIANCE_BOUNDS",
    "Fantasies",
    "FunctionDraws",
    "Hyperparameters",
    "Posterior",
    "best_and_spaced",
    "default_hyperparameters",
    "fit_hyperparameters",
    "joint",
    "leave_one_out",
    "local_rows",
    "spread_rows",
    "squared_distances",
    "warp",
    "warp_units",
]
