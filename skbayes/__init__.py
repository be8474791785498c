"""Bayesian hyper-parameter search for scikit-learn."""

from ._optimizer import Optimizer
from ._search import BayesSearchCV
from ._stopping import Converged, Patience, Standing, StoppingRule, TargetScore
from .exceptions import SpaceExhausted
from .space import Categorical, Integer, Real

__all__ = [
    "BayesSearchCV",
    "Categorical",
    "Converged",
    "Integer",
    "Optimizer",
    "Patience",
    "Real",
    "SpaceExhausted",
    "Standing",
    "StoppingRule",
    "TargetScore",
]

__version__ = "0.1.0"
