"""One clear error before any fit, naming the parameter, what was given, and the remedy."""

import math

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from skbayes import BayesSearchCV, Integer, Real

X, Y = load_iris(return_X_y=True)


class NeverFitted(ClassifierMixin, BaseEstimator):
    def __init__(self, C=1.0, gamma="scale", kernel="rbf"):
        self.C = C
        self.gamma = gamma
        self.kernel = kernel

    def fit(self, X, y):
        pytest.fail("a fit was performed")


LOG = "log-uniform"
SPACES = [
    # bounds
    ({"C": (10, 1)}, ValueError, r"search_spaces\['C'\].*low < high"),
    ({"C": (1.0, 1.0)}, ValueError, r"search_spaces\['C'\].*low < high"),
    ({"C": (3, 3)}, ValueError, r"search_spaces\['C'\].*low < high"),
    ({"C": (math.nan, 1.0)}, ValueError, r"search_spaces\['C'\].*nan"),
    ({"C": (0.0, math.nan)}, ValueError, r"search_spaces\['C'\].*nan"),
    ({"C": (0.0, math.inf)}, ValueError, r"search_spaces\['C'\].*inf"),
    ({"C": (-math.inf, 0.0)}, ValueError, r"search_spaces\['C'\].*inf"),
    ({"C": (0, 10, LOG)}, ValueError, r"search_spaces\['C'\].*low"),
    ({"C": (0.0, 10.0, LOG)}, ValueError, r"search_spaces\['C'\].*low > 0"),
    ({"C": (-1.0, 10.0, LOG)}, ValueError, r"search_spaces\['C'\].*low > 0"),
    ({"C": (0.5, 1.0, "reverse-log-uniform")}, ValueError, r"search_spaces\['C'\].*high < pole"),
    ({"C": (0.5, 2.0, "reverse-log-uniform")}, ValueError, r"search_spaces\['C'\].*high < pole"),
    # priors
    ({"C": (1.0, 2.0, "log")}, ValueError, r"search_spaces\['C'\].*log-uniform"),
    ({"C": (1.0, 2.0, "loguniform")}, ValueError, r"search_spaces\['C'\].*log-uniform"),
    ({"C": (1.0, 2.0, "normal")}, ValueError, r"search_spaces\['C'\].*uniform"),
    # shapes of a dimension
    ({"C": []}, ValueError, r"search_spaces\['C'\]"),
    ({"C": ()}, ValueError, r"search_spaces\['C'\]"),
    ({"C": np.array([])}, ValueError, r"search_spaces\['C'\]"),
    ({"C": np.ones((2, 2))}, ValueError, r"search_spaces\['C'\]"),
    ({"C": 1.0}, TypeError, r"search_spaces\['C'\].*list"),
    ({"kernel": "rbf"}, TypeError, r"search_spaces\['kernel'\].*list"),
    ({"C": None}, TypeError, r"search_spaces\['C'\]"),
    ({"C": {1, 2}}, TypeError, r"search_spaces\['C'\]"),
    ({"C": {"low": 1}}, TypeError, r"search_spaces\['C'\]"),
    ({"C": SVC}, TypeError, r"search_spaces\['C'\]"),
    # names
    ({"c": [1]}, ValueError, r"search_spaces\['c'\].*no parameter 'c'.*did you mean 'C'"),
    ({"gama": (1e-3, 1.0)}, ValueError, r"'gama'.*did you mean 'gamma'"),
    ({"zzzzz": [1]}, ValueError, r"'zzzzz'.*it has C, gamma, kernel"),
    ({"C__x": [1]}, ValueError, r"'C__x'"),
    ({1: [1]}, TypeError, "name"),
    # shapes of the space
    ([], ValueError, "search_spaces"),
    (None, TypeError, "search_spaces"),
    (3, TypeError, "search_spaces"),
    ("C", TypeError, "search_spaces"),
    ([3], TypeError, r"search_spaces\[0\]"),
    ([{"C": [1]}, "C"], TypeError, r"search_spaces\[1\]"),
    ([{"C": [1]}, {"C": (2, 1)}], ValueError, r"search_spaces\[1\]\['C'\]"),
    ([({"C": [1]}, 0)], ValueError, r"search_spaces\[0\]"),
    ([({"C": [1]}, -2)], ValueError, r"search_spaces\[0\]"),
    ([({"C": [1]}, 1.5)], (TypeError, ValueError), r"search_spaces\[0\]"),
    ([({"C": [1]}, 1, 2)], (TypeError, ValueError), r"search_spaces\[0\]"),
    ([({"C": [1]}, "3")], (TypeError, ValueError), r"search_spaces\[0\]"),
]


@pytest.mark.parametrize(("space", "error", "message"), SPACES, ids=lambda value: repr(value)[:40])
def test_spaces(space, error, message):
    with pytest.raises(error, match=message):
        BayesSearchCV(NeverFitted(), space).fit(X, Y)


@pytest.mark.parametrize(
    "space",
    [
        {"C": 1},
        {"C": "1,2,3"},
        {"C": []},
        {"C": np.ones((3, 2))},
        {"C": None},
        {"unknown": [1]},
        [],
        3,
        "C",
        [3],
        None,
    ],
    ids=repr,
)
def test_same_kind_of_error_as_grid_search(space):
    with pytest.raises((TypeError, ValueError)) as theirs:
        GridSearchCV(NeverFitted(), space).fit(X, Y)
    with pytest.raises((TypeError, ValueError)) as ours:
        BayesSearchCV(NeverFitted(), space).fit(X, Y)
    assert issubclass(theirs.type, ours.type)


ARGUMENTS = [
    ({"n_iter": 0}, "'n_iter'.*0"),
    ({"n_iter": -3}, "'n_iter'.*-3"),
    ({"n_iter": 2.5}, r"'n_iter'.*2\.5"),
    ({"n_iter": "10"}, "'n_iter'.*10"),
    ({"n_iter": None}, "'n_iter'.*None"),
    ({"n_points": 0}, "'n_points'.*0"),
    ({"n_points": 1.5}, r"'n_points'.*1\.5"),
    ({"random_state": "seed"}, "'random_state'.*seed"),
    ({"random_state": -1}, "'random_state'.*-1|-1"),
    ({"n_jobs": "two"}, "'n_jobs'.*two"),
    ({"verbose": -1}, "'verbose'"),
    ({"error_score": "nan"}, "'error_score'.*nan"),
    ({"scoring": "acuracy"}, "'scoring'.*acuracy"),
    ({"cv": 1}, "cv|n_splits"),
    ({"cv": "five"}, "'cv'.*five"),
    ({"refit": 3}, "'refit'.*3"),
    ({"return_train_score": "yes"}, "'return_train_score'.*yes"),
    ({"pre_dispatch": None}, "'pre_dispatch'.*None"),
    ({"objective": 3}, "'objective'.*3"),
    ({"objective": "f1"}, r"objective='f1'.*\['score'\]"),
    ({"objective": "f1", "scoring": "accuracy"}, "objective='f1'"),
    ({"objective": "f1", "scoring": make_scorer(accuracy_score)}, "objective='f1'"),
    (
        {"objective": "f1", "scoring": ["accuracy", "f1_macro"], "refit": False},
        r"objective='f1'.*\['accuracy', 'f1_macro'\]",
    ),
    ({"scoring": ["accuracy", "f1_macro"]}, "refit"),
    ({"scoring": ["accuracy", "f1_macro"], "refit": "f1"}, "refit"),
    ({"scoring": []}, "scoring|Empty"),
    ({"initial_points": {"C": 1.0}}, "'initial_points'"),
    ({"initial_points": [{"C": 1e9}]}, r"initial_points\[0\].*C"),
    ({"initial_points": [{"C": 1.0}, {"c": 1.0}]}, r"initial_points\[1\]"),
    ({"initial_points": [{"C": 1.0}] * 3, "n_iter": 2}, "initial_points holds 3 points.*n_iter"),
    ({"pre_dispatch": "foo"}, "pre_dispatch='foo'"),
    ({"pre_dispatch": 0}, "pre_dispatch=0"),
    ({"initial_points": [3]}, r"initial_points\[0\]"),
]


@pytest.mark.parametrize(("kwargs", "message"), ARGUMENTS, ids=lambda value: repr(value)[:40])
def test_arguments(kwargs, message):
    search = BayesSearchCV(NeverFitted(), {"C": (0.1, 10.0)}, **kwargs)
    with pytest.raises((TypeError, ValueError), match=message):
        search.fit(X, Y)


@pytest.mark.parametrize("junk", [None, 3, "text", [], {}, object(), np.ones(3), Real(1, 2)])
def test_the_constructor_takes_anything(junk):
    """`clone` and `set_params` pass values through; only `fit` judges them."""
    names = list(BayesSearchCV(SVC(), {}).get_params(deep=False))
    search = BayesSearchCV(**dict.fromkeys(names, junk))
    for name in names:
        assert search.get_params(deep=False)[name] is junk
        search.set_params(**{name: junk})
    repr(search)


def test_wrong_lengths_are_found_first():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        BayesSearchCV(NeverFitted(), {"C": (0.1, 10.0)}).fit(X, Y[:-1])


def test_no_splits():
    with pytest.raises(ValueError, match="No fits were performed"):
        BayesSearchCV(NeverFitted(), {"C": [1]}, cv=iter(())).fit(X, Y)


def test_splitters_that_contradict_themselves():
    class Liar:
        def get_n_splits(self, *args, **kwargs):
            return 3

        def split(self, X, y=None, groups=None):
            yield np.arange(100), np.arange(100, 150)

    with pytest.raises(ValueError, match=r"inconsistent results\. Expected 3 splits, got 1"):
        BayesSearchCV(NeverFitted(), {"C": [1]}, cv=Liar()).fit(X, Y)


def test_parameters_of_a_searched_step_are_known():
    pipe = Pipeline([("clf", SVC())])
    space = [
        {"clf": [SVC()], "clf__C": [0.1, 1.0]},
        {"clf": [RandomForestClassifier()], "clf__n_estimators": (3, 9)},
    ]
    BayesSearchCV(pipe, space, n_iter=4, cv=2, random_state=0).fit(X, Y)
    space[1]["clf__n_estimator"] = space[1].pop("clf__n_estimators")
    with pytest.raises(ValueError, match=r"search_spaces\[1\]\['clf__n_estimator'\]"):
        BayesSearchCV(pipe, space).fit(X, Y)


def test_a_name_without_its_step():
    pipe = Pipeline([("svc", NeverFitted())])
    with pytest.raises(ValueError, match=r"search_spaces\['C'\].*did you mean 'svc__C'\?"):
        BayesSearchCV(pipe, {"C": [1]}).fit(X, Y)
    with pytest.raises(ValueError, match=r"search_spaces\[0\]\['C'\]"):
        BayesSearchCV(pipe, [{"C": [1]}]).fit(X, Y)


def test_nothing_that_the_user_gave_is_modified():
    inner = LogisticRegression(tol=1.0)
    spaces = [
        ({"C": Real(0.01, 10, "log-uniform"), "max_iter": Integer(50, 500)}, 3),
        ({"C": [1, 10], "fit_intercept": (True, False)}, 2),
    ]
    shape = repr(spaces)
    dimensions = list(spaces[0][0].values())
    given = [{"C": 0.5, "max_iter": 100}]
    search = BayesSearchCV(inner, spaces, initial_points=given, cv=2, random_state=0)
    before = {name: id(value) for name, value in search.get_params(deep=False).items()}
    search.fit(X, Y)
    assert {name: id(value) for name, value in search.get_params(deep=False).items()} == before
    assert repr(spaces) == shape
    assert all(a is b for a, b in zip(spaces[0][0].values(), dimensions, strict=True))
    assert given == [{"C": 0.5, "max_iter": 100}]
    assert not hasattr(inner, "coef_")
    clone(search)
