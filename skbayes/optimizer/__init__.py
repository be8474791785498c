"""Ask and tell: what was asked and told, and which point is proposed next."""

from skbayes.optimizer.baselines import grid_search, random_search
from skbayes.optimizer.ladder import Ladder
from skbayes.optimizer.optimizer import Optimizer
from skbayes.optimizer.points import PointOptimizer
from skbayes.optimizer.proposer import is_permitted
from skbayes.optimizer.seeds import ROWS, draw_seed, stream
from skbayes.optimizer.strategy import Strategy

__all__ = [
    "ROWS",
    "Ladder",
    "Optimizer",
    "PointOptimizer",
    "Strategy",
    "draw_seed",
    "grid_search",
    "is_permitted",
    "random_search",
    "stream",
]
