"""What is known of the estimators that people tune: their spaces, the numbers of their words."""

from skbayes.known.places import Change, nearest
from skbayes.known.sight import Data
from skbayes.known.spaces import suggest_space

__all__ = ["Change", "Data", "nearest", "suggest_space"]
