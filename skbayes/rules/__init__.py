"""Rules of scores: when a search is over, which candidate is stopped early, which is best."""

from skbayes.rules.racing import EARLY_STOPPING, EarlyStopping
from skbayes.rules.selection import (
    ONE_STANDARD_ERROR,
    best_row,
    earliest_within_one_error,
    with_masked_scores,
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
    "ONE_STANDARD_ERROR",
    "Converged",
    "EarlyStopping",
    "Patience",
    "SearchState",
    "StoppingRule",
    "TargetScore",
    "as_callables",
    "best_row",
    "check_count",
    "check_rules",
    "earliest_within_one_error",
    "is_finite",
    "parse_stopping",
    "reason_to_stop",
    "with_masked_scores",
]
