"""`BayesSearchCV`: the estimator, one fit of it, and what scikit-learn's users find on it."""

from skbayes.search.conditions import space_of
from skbayes.search.search import BayesSearchCV
from skbayes.search.view import SearchView

__all__ = [
    "BayesSearchCV",
    "SearchView",
    "space_of",
]
