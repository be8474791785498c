"""What a search has learnt: predictions, importances, further improvement, bounds."""

from skbayes.insight.bounds import AtBound
from skbayes.insight.importances import Importance, Importances
from skbayes.insight.improvement import CHANCE_WORDS, Gain, in_percent
from skbayes.insight.insight import Insight

__all__ = [
    "CHANCE_WORDS",
    "AtBound",
    "Gain",
    "Importance",
    "Importances",
    "Insight",
    "in_percent",
]

# What other rooms of the package need.
_INTERNAL = {"CHANCE_WORDS", "in_percent"}


def __dir__() -> list[str]:
    return sorted(set(__all__) - _INTERNAL)
