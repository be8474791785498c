"""Ranges between two ints are told of where the parameter takes any real number."""

import warnings
from types import SimpleNamespace

import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import ElasticNet, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbayes import BayesSearchCV, Integer, Real
from skbayes._warnings import unsaid
from skbayes.search.candidates import warn_of_whole_ranges
from skbayes.search.conditions import space_of


class Undeclared(BaseEstimator):
    """Declares nothing of its parameters."""

    def __init__(self, rate=0.5, depth=3, other=None, inner=None):
        self.rate = rate
        self.depth = depth
        self.other = other
        self.inner = inner


PIPE = make_pipeline(StandardScaler(), SVC())


def warn(estimator, spaces):
    search = SimpleNamespace(estimator=estimator, search_spaces=spaces)
    with unsaid():
        space = space_of(spaces, estimator, 0)
    warn_of_whole_ranges(search, space)


@pytest.mark.parametrize(
    ("estimator", "spaces", "name"),
    [
        (ElasticNet(), {"l1_ratio": (0, 1)}, "l1_ratio"),
        (SVC(), {"C": (1, 10)}, "C"),
        (SVC(), {"C": (1, 10, "log-uniform")}, "C"),
        (SVC(), {"C": [1, 10, "log-uniform"]}, "C"),
        (SVC(), {"gamma": (1, 10)}, "gamma"),
        (SVC(), [{"degree": (1, 4)}, ({"C": (1, 10)}, 5)], "C"),
        (PIPE, {"svc__C": (1, 10)}, "svc__C"),
        (PIPE, {"svc": [SVC, "passthrough", SVC()], "svc__C": (1, 10)}, "svc__C"),
        (PIPE, {"svc": [RandomForestClassifier(), SVC()], "svc__C": (1, 10)}, "svc__C"),
        (Undeclared(), {"rate": (0, 1)}, "rate"),
        (Undeclared(inner=SVC()), {"inner__C": (1, 2)}, "inner__C"),
    ],
)
def test_told_with_the_name_and_the_remedy(estimator, spaces, name):
    with pytest.warns(UserWarning, match=rf"'{name}': .* any real number\. Write") as caught:
        warn(estimator, spaces)
    assert len(caught) == 1
    assert "'degree'" not in str(caught[0].message)


@pytest.mark.parametrize(
    ("estimator", "space"),
    [
        (RandomForestClassifier(), {"n_estimators": (10, 20), "max_features": (1, 4)}),
        (RandomForestRegressor(), {"max_features": (1, 4), "min_samples_leaf": (1, 4)}),
        (DecisionTreeClassifier(), {"min_samples_split": (2, 9), "max_depth": (1, 4)}),
        (KNeighborsClassifier(), {"n_neighbors": (1, 9), "leaf_size": (20, 40)}),
        (LogisticRegression(), {"max_iter": (100, 200), "C": (0.1, 1)}),
        (SVC(), {"C": [1, 10], "gamma": [1, 2, "auto"], "degree": (1, 4)}),
        (SVC(), {"C": (1, 10, 100), "coef0": range(3)}),
        (SVC(), {"C": Integer(1, 10), "gamma": Real(1, 10)}),
        (Undeclared(), {"depth": (1, 9), "other": (0, 1)}),
    ],
)
def test_nothing_is_said_where_ints_may_be_meant(estimator, space):
    warn(estimator, space)


def test_one_warning_names_all_and_shows_its_line():
    search = BayesSearchCV(ElasticNet(), {"l1_ratio": (0, 1), "alpha": (1, 9)}, n_iter=1, cv=2)
    with pytest.warns(UserWarning, match=r"'l1_ratio': \(0, 1\), 'alpha': \(1, 9\)") as caught:
        search.fit([[0.0], [1.0], [2.0], [4.0]], [0.0, 1.0, 2.0, 4.5])
    assert "Write (0.0, 1.0) for all real numbers of the range, or Integer(0, 1)" in str(
        caught[0].message
    )
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert search.total_iterations == 1
