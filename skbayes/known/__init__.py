"""What is known of the estimators that people tune: search spaces, first configurations."""

from skbayes.known.portfolio import configurations
from skbayes.known.spaces import suggest_space

__all__ = ["configurations", "suggest_space"]
