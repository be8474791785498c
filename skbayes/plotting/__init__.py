"""Pictures of a search, drawn by Displays as in scikit-learn. They need matplotlib."""

from skbayes.plotting.convergence import ConvergenceDisplay
from skbayes.plotting.folds import FoldsDisplay
from skbayes.plotting.gain import GainDisplay
from skbayes.plotting.importances import ImportancesDisplay
from skbayes.plotting.pair import PairDisplay
from skbayes.plotting.parallel import ParallelCoordinatesDisplay
from skbayes.plotting.parameter import ParameterDisplay
from skbayes.plotting.timeline import TimelineDisplay

__all__ = [
    "ConvergenceDisplay",
    "FoldsDisplay",
    "GainDisplay",
    "ImportancesDisplay",
    "PairDisplay",
    "ParallelCoordinatesDisplay",
    "ParameterDisplay",
    "TimelineDisplay",
]


def __dir__() -> list[str]:
    return sorted(__all__)
