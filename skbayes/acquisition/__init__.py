"""Where to evaluate next: acquisition functions and their maximisation in a space."""

from skbayes.acquisition.feasibility import LogFeasibility, feasibility
from skbayes.acquisition.functions import (
    Acquisition,
    LogAugmentedEI,
    WeightedSum,
    log_discount,
    log_expected_improvement,
)
from skbayes.acquisition.maximiser import maximise

__all__ = [
    "Acquisition",
    "LogAugmentedEI",
    "LogFeasibility",
    "WeightedSum",
    "feasibility",
    "log_discount",
    "log_expected_improvement",
    "maximise",
]
