"""What a search has learnt: predictions, importances, further improvement, bounds."""

from skbayes.insight.bounds import AtBound
from skbayes.insight.importances import Importance, Importances
from skbayes.insight.improvement import Gain
from skbayes.insight.insight import NO_LIMITS, Insight

__all__ = [
    "NO_LIMITS",
    "AtBound",
    "Gain",
    "Importance",
    "Importances",
    "Insight",
]
