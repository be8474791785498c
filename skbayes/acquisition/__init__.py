"""Where to evaluate next: acquisition functions and their maximisation in a space."""

from skbayes.acquisition.functions import (
    Acquisition,
    LogAugmentedEI,
    log_discount,
    log_expected_improvement,
)
from skbayes.acquisition.maximiser import maximise

__all__ = ["Acquisition", "LogAugmentedEI", "log_discount", "log_expected_improvement", "maximise"]
