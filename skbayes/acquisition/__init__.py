"""Where to evaluate next: acquisition functions and their maximisation in a space."""

from skbayes.acquisition.functions import (
    Acquisition,
    LogAugmentedEI,
    LogFeasibility,
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
    "log_discount",
    "log_expected_improvement",
    "maximise",
]
