"""What is known of the estimators that people tune: the numbers that words stand for."""

from skbayes.known.places import Change, nearest
from skbayes.known.sight import Data

__all__ = ["Change", "Data", "nearest"]
