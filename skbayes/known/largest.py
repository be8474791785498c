"""Which values of a parameter the data do not allow: a table of the numbers that limit them.

One place to add another: a line of `LARGEST`. With a larger value a fit fails, or warns and takes
the largest one. What an estimator declares of its parameters, such as a share of at most 1, is not
in the table.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from skbayes.known.classes import library_names
from skbayes.known.entries import entry_of

__all__ = ["LARGEST", "Largest", "largest_of", "share_inside"]


class Largest(NamedTuple):
    """A parameter of some classes, and the numbers of which it can be the smallest at most.

    Attributes
    ----------
    parameter : str
    quantities : tuple of str
        Of "n_features", "n_features - 1", "n_classes - 1" and "n_samples", as the estimator sees
        them in its fit.
    classes : str
        Names of the classes, or of their bases, with spaces between.
    """

    parameter: str
    quantities: tuple[str, ...]
    classes: str


LARGEST = (
    Largest(
        "n_components",
        ("n_features", "n_samples"),
        "PCA IncrementalPCA TruncatedSVD PLSRegression",
    ),
    Largest("n_components", ("n_features", "n_classes - 1"), "LinearDiscriminantAnalysis"),
    Largest("n_clusters", ("n_features",), "FeatureAgglomeration"),
    Largest("k", ("n_features",), "SelectKBest"),
    Largest("max_features", ("n_features",), "SelectFromModel BaseBagging"),
    Largest("n_features_to_select", ("n_features",), "RFE"),
    Largest("n_features_to_select", ("n_features - 1",), "SequentialFeatureSelector"),
    Largest("n_nonzero_coefs", ("n_features",), "OrthogonalMatchingPursuit"),
    Largest("n_neighbors", ("n_samples",), "KNeighborsClassifier KNeighborsRegressor"),
    Largest("n_clusters", ("n_samples",), "_BaseKMeans"),
    Largest("max_samples", ("n_samples",), "IsolationForest"),
    Largest("n_quantiles", ("n_samples",), "QuantileTransformer"),
)


def largest_of(owner: Any, parameter: str) -> tuple[str, ...]:
    """Return the quantities that a parameter cannot exceed; none where none is known."""
    names = library_names(owner)
    lines = (row for row in LARGEST if row.parameter == parameter)
    found = (row.quantities for row in lines if not names.isdisjoint(row.classes.split()))
    return next(found, ())


def share_inside(estimator: Any) -> float:
    """Return which share of its rows an estimator gives at least to those inside; 0 if unknown."""
    entry = entry_of(estimator)
    return 0.0 if entry is None else float(entry.inside.get("n_samples", 1.0))
