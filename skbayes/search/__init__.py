"""`BayesSearchCV`: the estimator, one fit of it, and what scikit-learn's users find on it."""

from skbayes.search.callbacks import SearchView
from skbayes.search.search import BayesSearchCV

__all__ = [
    "BayesSearchCV",
    "SearchView",
]
