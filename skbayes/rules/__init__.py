"""Rules of scores: when a search is over, which candidate is stopped early, which is best."""

from skbayes.rules.fold_means import partial_means
from skbayes.rules.halving import COUNT_ROUNDING, N_SAMPLES, Hyperband
from skbayes.rules.noise import fold_noise
from skbayes.rules.optimism import (
    NO_LIMITS,
    BestScore,
    Limits,
    as_chosen,
    best_score,
    highest_means,
    on_new_folds,
    within,
)
from skbayes.rules.racing import EARLY_STOPPING, EarlyStopping
from skbayes.rules.selection import best_row, highest_row, named_metric, with_masked_scores
from skbayes.rules.simplest import (
    HIGH,
    LOW,
    OneStandardError,
    one_standard_error,
    simplest_within_one_error,
)
from skbayes.rules.standing import NEW, Choice, Schedule, Standing
from skbayes.rules.stopping import (
    Converged,
    Patience,
    SearchState,
    StoppingRule,
    TargetScore,
    as_callables,
    check_rules,
    parse_stopping,
    reason_to_stop,
)

__all__ = [
    "COUNT_ROUNDING",
    "EARLY_STOPPING",
    "HIGH",
    "LOW",
    "NEW",
    "NO_LIMITS",
    "N_SAMPLES",
    "BestScore",
    "Choice",
    "Converged",
    "EarlyStopping",
    "Hyperband",
    "Limits",
    "OneStandardError",
    "Patience",
    "Schedule",
    "SearchState",
    "Standing",
    "StoppingRule",
    "TargetScore",
    "as_callables",
    "as_chosen",
    "best_row",
    "best_score",
    "check_rules",
    "fold_noise",
    "highest_means",
    "highest_row",
    "named_metric",
    "on_new_folds",
    "one_standard_error",
    "parse_stopping",
    "partial_means",
    "reason_to_stop",
    "simplest_within_one_error",
    "with_masked_scores",
    "within",
]
