"""Pictures of a search: Displays, as scikit-learn's, that need matplotlib."""

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
