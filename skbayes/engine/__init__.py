"""The loop of a search: which fold comes next, what its score means, when it is over."""

from skbayes.engine.budget import Budget
from skbayes.engine.engine import Engine, Observer
from skbayes.engine.evaluation import Evaluation
from skbayes.engine.objective import Objective, fold_noise

__all__ = [
    "Budget",
    "Engine",
    "Evaluation",
    "Objective",
    "Observer",
    "fold_noise",
]
