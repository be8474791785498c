"""Search spaces: dimensions, points, and how both are written."""

from skbayes.space.dimensions import Categorical, Dimension, Real
from skbayes.space.distributions import Distribution
from skbayes.space.integers import Integer
from skbayes.space.layout import Axis, Branch, Point
from skbayes.space.parsing import check_dimension, parse_space
from skbayes.space.space import Space
from skbayes.space.values import same_value

__all__ = [
    "Axis",
    "Branch",
    "Categorical",
    "Dimension",
    "Distribution",
    "Integer",
    "Point",
    "Real",
    "Space",
    "check_dimension",
    "parse_space",
    "same_value",
]
