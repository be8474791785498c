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

# What other rooms of the package need.
_INTERNAL = {"NO_LIMITS"}


def __dir__() -> list[str]:
    return sorted(set(__all__) - _INTERNAL)
