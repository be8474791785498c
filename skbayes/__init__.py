"""Bayesian hyper-parameter search for scikit-learn."""

from ._optimizer import Optimizer
from ._search import BayesSearchCV
from .exceptions import SpaceExhausted
from .space import Categorical, Integer, Real

__all__ = ["BayesSearchCV", "Categorical", "Integer", "Optimizer", "Real", "SpaceExhausted"]

__version__ = "0.1.0"
