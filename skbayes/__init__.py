"""Bayesian hyper-parameter search for scikit-learn."""

from . import callbacks, space
from ._optimizer import Optimizer
from ._search import BayesSearchCV
from ._skopt import dump, load
from ._stopping import Converged, Patience, Standing, StoppingRule, TargetScore
from .exceptions import (
    FitTimeout,
    JournalError,
    JournalLocked,
    JournalMismatch,
    SpaceExhausted,
    WorkerDied,
)
from .space import Categorical, Integer, Real, Space

__all__ = [
    "BayesSearchCV",
    "Categorical",
    "Converged",
    "FitTimeout",
    "Integer",
    "JournalError",
    "JournalLocked",
    "JournalMismatch",
    "Optimizer",
    "Patience",
    "Real",
    "Space",
    "SpaceExhausted",
    "Standing",
    "StoppingRule",
    "TargetScore",
    "WorkerDied",
    "callbacks",
    "dump",
    "load",
    "space",
]

__version__ = "0.1.0"
