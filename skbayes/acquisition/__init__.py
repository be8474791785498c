"""Where to evaluate next: acquisition functions and their maximisation in a space."""

from skbayes.acquisition.feasibility import LogFeasibility, fit_feasibility
from skbayes.acquisition.functions import (
    AMBITIONS,
    Acquisition,
    LogEI,
    UpperConfidenceBound,
    WeightedSum,
    log_expected_improvement,
)
from skbayes.acquisition.maximiser import maximise
from skbayes.acquisition.moves import AxisTable, perturb
from skbayes.acquisition.reservation import expected_improvement, look_worth

__all__ = [
    "AMBITIONS",
    "Acquisition",
    "AxisTable",
    "LogEI",
    "LogFeasibility",
    "UpperConfidenceBound",
    "WeightedSum",
    "expected_improvement",
    "fit_feasibility",
    "log_expected_improvement",
    "look_worth",
    "maximise",
    "perturb",
]
