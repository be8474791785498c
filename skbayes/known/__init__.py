"""What is known of the estimators that people tune: spaces, numbers that words stand for."""

from skbayes.known.places import Change, nearest
from skbayes.known.sight import Data
from skbayes.known.spaces import suggest_space

__all__ = ["Change", "Data", "nearest", "suggest_space"]
