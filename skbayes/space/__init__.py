"""Search spaces: dimensions, points, and all forms of a space."""

from skbayes.space.categories import Categorical
from skbayes.space.checks import check_count, is_finite, is_integer
from skbayes.space.dimensions import Dimension
from skbayes.space.distributions import Distribution, content_of, parameters_of
from skbayes.space.integers import Integer, code_of
from skbayes.space.layout import Branch, Conditional, Conditions, Point, are_alike
from skbayes.space.parsing import (
    MAX_BRANCHES,
    Written,
    arrange_branches,
    check_dimension,
    parse_branches,
    parse_space,
)
from skbayes.space.ranges import Real
from skbayes.space.space import Space
from skbayes.space.values import (
    PLAIN_TYPES,
    as_float,
    brief,
    close_names,
    has,
    is_number,
    native,
    plain_key,
    same_kind,
    same_value,
    show,
    without_addresses,
)

__all__ = [
    "MAX_BRANCHES",
    "PLAIN_TYPES",
    "Branch",
    "Categorical",
    "Conditional",
    "Conditions",
    "Dimension",
    "Distribution",
    "Integer",
    "Point",
    "Real",
    "Space",
    "Written",
    "are_alike",
    "arrange_branches",
    "as_float",
    "brief",
    "check_count",
    "check_dimension",
    "close_names",
    "code_of",
    "content_of",
    "has",
    "is_finite",
    "is_integer",
    "is_number",
    "native",
    "parameters_of",
    "parse_branches",
    "parse_space",
    "plain_key",
    "same_kind",
    "same_value",
    "show",
    "without_addresses",
]

# What users need of it; the other names above are for the rooms of the package.
_PUBLIC = [
    *("Categorical", "Conditional", "Dimension", "Distribution", "Integer", "Real", "Space"),
    "check_dimension",
]


def __dir__() -> list[str]:
    return sorted(_PUBLIC)
