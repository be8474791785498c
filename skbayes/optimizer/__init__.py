"""Ask and tell: what was asked and told, and which point is proposed next."""

from skbayes.optimizer.optimizer import Optimizer
from skbayes.optimizer.seeds import draw_seed

__all__ = [
    "Optimizer",
    "draw_seed",
]
