"""What is known of estimators: their spaces, first configurations, the numbers of their words."""

from skbayes.known.places import Change, nearest
from skbayes.known.portfolio import configurations
from skbayes.known.sight import Data
from skbayes.known.spaces import suggest_space

__all__ = ["Change", "Data", "configurations", "nearest", "suggest_space"]
