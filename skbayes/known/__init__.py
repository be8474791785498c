"""What is known of the estimators that people tune: their search spaces."""

from skbayes.known.spaces import suggest_space

__all__ = ["suggest_space"]
