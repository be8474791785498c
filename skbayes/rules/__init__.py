"""Rules of scores: when a search is over, which candidate is stopped early, which is best."""

from skbayes.rules.fold_means import partial_means
from skbayes.rules.optimism import BestScore, best_score, highest_means
from skbayes.rules.racing import EARLY_STOPPING, EarlyStopping
from skbayes.rules.selection import best_row, with_masked_scores
from skbayes.rules.simplest import (
    HIGH,
    LOW,
    OneStandardError,
    one_standard_error,
    simplest_within_one_error,
)
from skbayes.rules.stopping import (
    Converged,
    Patience,
    SearchState,
    StoppingRule,
    TargetScore,
    as_callables,
    check_count,
    check_rules,
    is_finite,
    parse_stopping,
    reason_to_stop,
)

__all__ = [
    "EARLY_STOPPING",
    "HIGH",
    "LOW",
    "BestScore",
    "Converged",
    "EarlyStopping",
    "OneStandardError",
    "Patience",
    "SearchState",
    "StoppingRule",
    "TargetScore",
    "as_callables",
    "best_row",
    "best_score",
    "check_count",
    "check_rules",
    "highest_means",
    "is_finite",
    "one_standard_error",
    "parse_stopping",
    "partial_means",
    "reason_to_stop",
    "simplest_within_one_error",
    "with_masked_scores",
]
