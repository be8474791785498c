"""The loop of a search: which fold comes next, what its score means, when it is over."""

from skbayes.engine.budget import Budget, Spending
from skbayes.engine.engine import Engine, Observer
from skbayes.engine.evaluation import Evaluation
from skbayes.engine.objective import Objective
from skbayes.engine.resources import Resources, n_samples, read_resources

__all__ = [
    "Budget",
    "Engine",
    "Evaluation",
    "Objective",
    "Observer",
    "Resources",
    "Spending",
    "n_samples",
    "read_resources",
]
