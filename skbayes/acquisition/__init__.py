"""Where to evaluate next: acquisition functions and their maximisation in a space."""

from skbayes.acquisition.feasibility import LogFeasibility, fit_feasibility
from skbayes.acquisition.functions import (
    AMBITIONS,
    Acquisition,
    LogAugmentedEI,
    UpperConfidenceBound,
    WeightedSum,
    log_discount,
    log_expected_improvement,
)
from skbayes.acquisition.maximiser import maximise
from skbayes.acquisition.moves import AxisTable, perturb

__all__ = [
    "AMBITIONS",
    "Acquisition",
    "AxisTable",
    "LogAugmentedEI",
    "LogFeasibility",
    "UpperConfidenceBound",
    "WeightedSum",
    "fit_feasibility",
    "log_discount",
    "log_expected_improvement",
    "maximise",
    "perturb",
]
