"""Odd inputs of a search, and what becomes of them: a working search, or one clear error.

The table says which of the two each input is. An error names the parameter, what was given and the
remedy, as far as the text beside the input says; that it comes before any fit is counted.
"""

import math
import re
import warnings
from collections import OrderedDict, UserDict, deque, namedtuple
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import scipy.stats as st
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut, ShuffleSplit, StratifiedKFold
from sklearn.svm import SVC

from skbayes import BayesSearchCV, Categorical, Integer, Optimizer, Patience, Real, TargetScore
from skbayes.space import parse_space
from strategies import Elementwise, Hostile

X = np.arange(24.0).reshape(12, 2)
Y = np.array([0, 1] * 6)
LOG, REVERSE = "log-uniform", "reverse-log-uniform"
FITS = []


class Cheap(ClassifierMixin, BaseEstimator):
    """Takes any value of its parameters, and counts its fits."""

    def __init__(self, C=1.0, gamma="scale", kernel="rbf"):
        self.C = C
        self.gamma = gamma
        self.kernel = kernel

    def fit(self, X, y=None, sample_weight=None):
        FITS.append(1)
        self.classes_ = np.array([0, 1])
        return self

    def predict(self, X):
        return np.zeros(np.shape(X)[0] if hasattr(X, "shape") else len(X), dtype=int)


CHEAP = Cheap()


@dataclass(frozen=True)
class Works:
    """That a search works, with a warning if it is named."""

    warning: str = ""


OK = Works()
TOTAL = Works("total space of parameters")
DRAWS = Works("can only draw values")
WHOLE = Works("only whole numbers")
LISTED = Works(r"is read as a range, Real\(0.1, 10.0, prior='log-uniform'\)")
HELD = Works("The search ends after [0-9]+ of [0-9]+ candidates")
FAILS = Works("fits failed out of a total of")


class Draws:
    """Has nothing but `rvs`."""

    def __init__(self, draw):
        self.draw = draw

    def rvs(self, random_state=None):
        return self.draw(random_state)


class Duck:
    """A dimension as scikit-optimize's are, known by its attributes."""

    def __init__(self, **attributes):
        self.__dict__ |= {"prior": "uniform", **attributes}


class Refuses:
    """An object of which every attribute raises."""

    def __getattr__(self, name):
        raise RuntimeError(name)


def recursive_list():
    values = [1.0]
    values.append(values)
    return values


def recursive_dict():
    space = {}
    space["C"] = space
    return space


def raises(*args, **kwargs):
    raise RuntimeError("raised")


class Liar:
    def get_n_splits(self, *args, **kwargs):
        return 3

    def split(self, X, y=None, groups=None):
        yield np.arange(6), np.arange(6, 12)


Pair = namedtuple("Pair", "low high")
C = r"search_spaces\['C'\]"
AMBIGUOUS = r"write \[.*\] for values"

# What the parameter C may be.
DIMENSIONS = [
    # bounds
    ((10, 1), C + ".*low < high"),
    ((1.0, 1.0), C + ".*low < high"),
    ((3, 3), C + ".*low < high"),
    ((math.nan, 1.0), C + ".*nan"),
    ((0.0, math.nan), C + ".*nan"),
    ((np.float64("nan"), np.float64(1)), C + ".*nan"),
    ((0.0, math.inf), C + ".*inf"),
    ((-math.inf, 0.0), C + ".*inf"),
    ((0, math.inf), C + ".*inf"),
    ((-1e308, 1e308), C + ".*too far apart"),
    ((1e-320, 1e-310), OK),
    ((5e-324, 1.7e308, LOG), C + ".*too far apart"),
    ((0, 10**400), C + ".*finite bounds"),
    ((0.0, 10**400), C + ".*finite bounds"),
    ((-(2**70), 2**70), WHOLE),
    ((1.0, 1.0000000000000002), HELD),
    ((0, 10, LOG), C + ".*low"),
    ((0.0, 10.0, LOG), C + ".*low > 0"),
    ((-1.0, 10.0, LOG), C + ".*low > 0"),
    ((-5, -1, LOG), C + ".*low"),
    ((0.5, 1.0, REVERSE), C + ".*high < pole"),
    ((0.5, 2.0, REVERSE), C + ".*high < pole"),
    ((1, 5, REVERSE), C),
    ((1, 10.0), OK),
    ((np.int64(1), np.int32(9)), WHOLE),
    ((np.float32(0.1), 1), OK),
    ((Fraction(1, 2), Fraction(3, 2)), OK),
    ((Decimal("0.5"), Decimal("1.5")), OK),  # two values: no number of Python's own tower
    ((True, False), OK),
    ((False, 5), OK),
    ((1 + 0j, 2 + 0j), C + ".*numbers as bounds"),
    ((1, 10j, LOG), C + ".*numbers as bounds"),
    ([1 + 0j, 2 + 0j], OK),
    ([0.1, 10.0, LOG], LISTED),
    ([0.1, 10.0, LOG, 2], LISTED),
    ([10.0, 0.1, LOG], C + r".*low < high.*Categorical\(\[10.0, 0.1"),
    ([0.1, 1.0, "auto"], OK),
    ([0.1, 1.0, LOG, "linear"], OK),
    ([0.1, LOG], OK),
    (("1", "10"), OK),
    ((None, None), TOTAL),
    (Pair(0.1, 1.0), OK),
    # priors and bases
    ((1.0, 2.0, "log"), C + ".*log-uniform.*" + AMBIGUOUS),
    ((1.0, 2.0, "loguniform"), C + ".*log-uniform"),
    ((1.0, 2.0, "normal"), C + ".*uniform"),
    ((1.0, 2.0, ""), C + ".*uniform"),
    ((1.0, 2.0, LOG, 2), OK),
    ((1.0, 2.0, LOG, 1), C + ".*base"),
    ((1.0, 2.0, LOG, 0), C + ".*base"),
    ((1.0, 2.0, LOG, -10), C + ".*base"),
    ((1.0, 2.0, LOG, "ten"), C + ".*base"),
    ((1.0, 2.0, LOG, None), C + ".*base"),
    ((1.0, 2.0, LOG, 10, 5), OK),  # five entries: values
    ((1.0, 2.0, None), OK),
    ((1.0, 2.0, 3.0), OK),
    ((1.0, "log-uniform"), OK),
    # lists of values
    ([], C + ".*no values"),
    ((), C + ".*no values"),
    (range(0), C + ".*no values"),
    (np.array([]), C + ".*no values"),
    (pd.Series([], dtype=float), C + ".*no values"),
    ([1], OK),
    (range(3, 30, 3), OK),
    (np.linspace(0, 1, 7), OK),
    (np.ones((2, 2)), C + r".*shape \(2, 2\)"),
    (np.ones((2, 1)), C + r".*shape \(2, 1\)"),
    (np.array(1.0), C + r".*shape \(\)"),
    (np.array([1.0, None, "a"], dtype=object), OK),
    (np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[D]"), OK),
    (np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]), OK),
    (np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False]), OK),
    (pd.Series([0.1, 1.0, 10.0]), OK),
    (pd.Index([1, 2, 3]), OK),
    (pd.Categorical(["a", "b", "a", "c"]), OK),
    (pd.DataFrame({"a": [1.0, 2.0]}), C + ".*shape"),
    ([math.nan, math.inf, -math.inf, 0.0], OK),
    ([1, 1, 1, 1], OK),
    ([(), ()], OK),
    ([[], []], OK),
    ([1, 1.0, True, "1", None, b"1"], OK),
    ([0.0, -0.0, 5.0], OK),
    ([[], [1], {}, {"a": 1}, {1, 2}, lambda x: x], OK),
    ([np.ones(3), np.ones(2), np.ones((2, 2))], OK),
    (recursive_list(), FAILS),
    ([Hostile(), Hostile(), Elementwise()], OK),
    ([Refuses(), 1.0], FAILS),
    ([SVC(), SVC, None], OK),
    ([10**400, 1, 2], OK),
    ([(1, 2), (3, 4), (5,)], OK),
    ([Real(0.1, 1.0)], TypeError(C + ".*Real\\(0.1, 1.0\\), which is a dimension")),
    ((Integer(1, 9), 3), TypeError(C + ".*which is a dimension")),
    (deque([1.0, 2.0, 3.0, 4.0]), OK),
    # neither
    (1.0, TypeError(C + ".*list.*Wrap")),
    (0, TypeError(C + ".*list.*Wrap")),
    (True, TypeError(C + ".*list.*Wrap")),
    ("rbf", TypeError(C + ".*list.*Wrap")),
    ("", TypeError(C + ".*list")),
    (b"rbf", TypeError(C + ".*list")),
    (bytearray(b"rbf"), TypeError(C + ".*list")),
    (memoryview(b"rbf"), OK),
    (None, TypeError(C + ".*list")),
    (np.float64(1), TypeError(C + ".*list")),
    ({1, 2}, TypeError(C + ".*list")),
    (frozenset([1, 2]), TypeError(C + ".*list")),
    ({"low": 1}, TypeError(C + ".*list")),
    ({}, TypeError(C + ".*list")),
    ({1: 2}.keys(), OK),
    ((x for x in [1, 2]), TypeError(C + ".*list")),
    (map(float, [1, 2]), TypeError(C + ".*list")),
    (SVC, TypeError(C + ".*list")),
    (SVC(), TypeError(C + ".*list")),
    (lambda: [1, 2], TypeError(C + ".*list")),
    (slice(0, 3), TypeError(C + ".*list")),
    (..., TypeError(C + ".*list")),
    (object(), TypeError(C + ".*list")),
    (Hostile(), TypeError(C + ".*list")),
    (Refuses(), TypeError(C + ".*list")),
    (scipy.sparse.csr_matrix([[1.0, 2.0]]), TypeError(C)),
    (parse_space({"C": [1]}), TypeError(C)),
    # distributions
    (st.uniform(0, 1), OK),
    (st.uniform(0, 0), C + ".*low < high"),
    (st.uniform(0, 10**400), C + ".*finite bounds"),
    (st.norm(10**400, 1), C + ".*no usable support"),
    (st.uniform(0, -1), C),
    (st.uniform(math.nan, 1), C),
    (st.uniform(0, math.inf), C),
    (st.loguniform(1e-3, 1e3), OK),
    (st.loguniform(1e3, 1e-3), C),
    (st.loguniform(0, 1), C),
    (st.randint(1, 10), OK),
    (st.randint(10, 1), C),
    (st.randint(3, 3), C),
    (st.randint(3, 4), OK),
    (st.norm(), OK),
    (st.norm(0, 0), C),
    (st.norm(0, -1), C),
    (st.norm([0, 1], 1), C),
    (st.norm(1e308, 1e308), C + ".*finite quantiles"),
    (st.cauchy(), OK),
    (st.poisson(3), OK),
    (st.poisson(-3), C + ".*finite quantiles"),
    (st.poisson(0, 2.0**53), C + ".*floats can tell apart"),
    (st.beta(-1, 2), C),
    (st.gamma, C + ".*needs its parameters"),
    (st.norm, OK),
    (st.randint, C + ".*needs its parameters"),
    (st.multivariate_normal([0, 0]), DRAWS),
    (Draws(lambda rng: 1.5), DRAWS),
    (Draws(lambda rng: rng.rand()), DRAWS),
    (Draws(lambda rng: "text"), DRAWS),
    (Draws(lambda rng: math.nan), DRAWS),
    (Draws(lambda rng: None), DRAWS),
    (Draws(lambda rng: [1, 2]), DRAWS),
    (Draws(raises), C + ".*rvs.*raised RuntimeError.*range"),
    (Draws(lambda rng: 1 / 0), C + ".*rvs.*raised ZeroDivisionError"),
    (Draws(None), C + ".*rvs.*raised TypeError"),
    (type("NoArguments", (), {"rvs": lambda self: 1.0})(), C + ".*rvs.*raised TypeError"),
    (type("Attribute", (), {"rvs": 3})(), C + ".*rvs.*raised TypeError"),
    # dimensions of scikit-optimize's kind
    (Duck(low=0.1, high=1.0), OK),
    (Duck(low=1, high=10), OK),
    (Duck(low=1.0, high=10.0, dtype=int), OK),
    (Duck(low=1.5, high=10.0, dtype=int), TypeError(C + ".*whole numbers")),
    (Duck(low=1.0, high=10.0, prior=LOG, base=10), OK),
    (Duck(categories=("a", "b")), C),
    (Duck(categories=("a", "b"), prior=None), OK),
    (Duck(categories=("a", "b"), prior=[0.9, 0.1]), Works("probabilities .* have no effect")),
    (Duck(categories=()), C),
    (Duck(categories=3, prior=None), C),
    (Duck(low=2.0, high=1.0), C + ".*low < high"),
    (Duck(low=None, high=1.0), C),
    (Duck(low="a", high="b"), C),
    (Duck(low=0.1, high=1.0, prior="odd"), C),
    (Duck(low=0.1, high=1.0, prior=3), C),
    (Duck(low=0.1, high=1.0, dtype="no dtype"), C),
    (Duck(low=0.1), TypeError(C)),
    # our own
    (Real(0.1, 1.0), OK),
    (Integer(1, 9), OK),
    (Categorical([1, "a"]), OK),
]

# The whole of search_spaces.
SPACES = [
    ({}, Works("total space of parameters 1")),
    ([{}], Works("total space of parameters 1")),
    ([{}, {}], Works("total space of parameters")),
    ([], "search_spaces=.*empty"),
    ((), "search_spaces=.*empty"),
    (None, TypeError("search_spaces needs to be a dictionary")),
    (3, TypeError("search_spaces needs to be a dictionary")),
    ("C", ValueError("search_spaces=.C. is not a known word")),
    (b"C", TypeError("search_spaces needs to be a dictionary")),
    ({"C"}, TypeError("search_spaces needs to be a dictionary")),
    (({"C": [1]} for _ in range(2)), TypeError("search_spaces needs to be a dictionary")),
    (np.array([{"C": [1]}], dtype=object), TypeError("search_spaces needs to be a dictionary")),
    (pd.DataFrame({"C": [1.0, 2.0]}), TypeError("search_spaces needs to be a dictionary")),
    (dict, TypeError("search_spaces needs to be a dictionary")),
    (Real(0, 1), TypeError("search_spaces needs to be a dictionary")),
    (Hostile(), TypeError("search_spaces needs to be a dictionary")),
    (OrderedDict(C=(0.1, 1.0)), OK),
    (UserDict(C=(0.1, 1.0)), OK),
    (MappingProxyType({"C": (0.1, 1.0)}), OK),
    (parse_space({"C": (0.1, 1.0)}), OK),
    (({"C": (0.1, 1.0)},), OK),
    (({"C": (0.1, 1.0)}, {"gamma": (0.1, 1.0)}), OK),
    (({"C": (0.1, 1.0)}, 3), TypeError(r"search_spaces\[1\] needs to be a dictionary")),
    ([3], TypeError(r"search_spaces\[0\] needs to be a dictionary")),
    ([{"C": [1]}, "C"], TypeError(r"search_spaces\[1\]")),
    ([[{"C": [1]}]], TypeError(r"search_spaces\[0\]")),
    ([None], TypeError(r"search_spaces\[0\]")),
    (recursive_list()[1:], TypeError(r"search_spaces\[0\]")),
    (recursive_dict(), TypeError(C)),
    ([{"C": [1]}, {"C": (2, 1)}], r"search_spaces\[1\]\['C'\]"),
    ([({"C": (0.1, 1.0)}, 2)], OK),
    ([({"C": (0.1, 1.0)}, 2), {"C": [1]}], TOTAL),
    ([({"C": (0.1, 1.0)}, 2), {"C": [1.0]}], HELD),
    ([({"C": (0.1, 1.0)}, np.int64(2))], OK),
    ([({"C": [1]}, 0)], r"search_spaces\[0\].*int >= 1.*got 0"),
    ([({"C": [1]}, -2)], r"search_spaces\[0\].*int >= 1.*got -2"),
    ([({"C": [1]}, 1.5)], TypeError(r"search_spaces\[0\].*int >= 1")),
    ([({"C": [1]}, True)], TypeError(r"search_spaces\[0\].*int >= 1")),
    ([({"C": [1]}, None)], TypeError(r"search_spaces\[0\].*int >= 1")),
    ([({"C": [1]}, "3")], TypeError(r"search_spaces\[0\].*int >= 1")),
    ([({"C": [1]}, math.nan)], TypeError(r"search_spaces\[0\].*int >= 1")),
    ([({"C": [1]}, 1, 2)], TypeError(r"search_spaces\[0\]")),
    ([({"C": [1]},)], TypeError(r"search_spaces\[0\]")),
    ([(3, {"C": [1]})], TypeError(r"search_spaces\[0\]")),
    ([({"C": [1]}, 10**9)], TOTAL),
    # names
    ({"c": [1]}, r"search_spaces\['c'\].*no parameter 'c'.*did you mean 'C'"),
    ({"gama": (1e-3, 1.0)}, "'gama'.*did you mean 'gamma'"),
    ({"zzzzz": [1]}, "'zzzzz'.*it has C, gamma, kernel"),
    ({"C__x": [1]}, "'C__x'"),
    ({"C": [1], "C__x": [1]}, "'C__x'"),
    ({"": [1]}, "empty parameter name"),
    ({"__": [1]}, "'__'"),
    ({"C__": [1]}, "'C__'"),
    ({1: [1]}, TypeError("strings as parameter names, got 1")),
    ({None: [1]}, TypeError("strings as parameter names, got None")),
    ({b"C": [1]}, TypeError("strings as parameter names")),
    ({("C",): [1]}, TypeError("strings as parameter names")),
    ({"C": [1], 2: [1]}, TypeError("strings as parameter names")),
    ({np.str_("C"): (0.1, 1.0)}, OK),
]

POINT = {"C": 0.5}
FITTED = BayesSearchCV(Cheap(), {"C": (0.1, 1.0)}, n_iter=3, cv=2).fit(X, Y)
NOT_FITTED = BayesSearchCV(Cheap(), {"C": (0.1, 1.0)})
LEARNS_NOTHING = Works("warm_start_from: nothing can be learnt")
LEARNS_THE_BEST = Works("warm_start_from: no two scores differ")

# Everything else, by the arguments that are not as in `fitted`.
ARGUMENTS = [
    ({"estimator": None}, "'estimator'.*None"),
    ({"estimator": "svc"}, "'estimator'.*svc"),
    ({"estimator": Cheap}, "instead of a class"),
    ({"estimator": object()}, "'estimator'"),
    ({"n_iter": 0}, "'n_iter'.*0"),
    ({"n_iter": -3}, "'n_iter'.*-3"),
    ({"n_iter": 2.5}, r"'n_iter'.*2\.5"),
    ({"n_iter": 2.0}, r"'n_iter'.*2\.0"),
    ({"n_iter": "10"}, "'n_iter'.*10"),
    ({"n_iter": None}, "'n_iter'.*None"),
    ({"n_iter": [3]}, "'n_iter'"),
    ({"n_iter": math.inf}, "'n_iter'"),
    ({"n_iter": True}, "n_iter.*True"),
    ({"n_iter": np.int64(3)}, OK),
    ({"n_iter": np.array(3)}, "'n_iter'"),
    ({"n_points": 0}, "'n_points'.*0"),
    ({"n_points": 1.5}, r"'n_points'.*1\.5"),
    ({"n_points": -1}, "'n_points'"),
    ({"n_points": 100}, OK),
    ({"n_points": "all"}, "'n_points'"),
    ({"random_state": "seed"}, "'random_state'.*seed"),
    ({"random_state": -1}, "random_state.*-1"),
    ({"random_state": 1.5}, "random_state"),
    ({"random_state": 2**40}, "'random_state'.*1099511627776"),
    ({"random_state": None}, OK),
    ({"random_state": np.random.default_rng(0)}, "random_state"),
    ({"random_state": np.random.RandomState(0)}, OK),
    ({"n_jobs": "two"}, "'n_jobs'.*two"),
    ({"n_jobs": 0}, "n_jobs"),
    ({"n_jobs": 1.5}, "'n_jobs'"),
    ({"verbose": -1}, "'verbose'"),
    ({"verbose": "yes"}, "'verbose'"),
    ({"error_score": "nan"}, "'error_score'.*nan"),
    ({"error_score": None}, "'error_score'.*None"),
    ({"error_score": "raise"}, OK),
    ({"error_score": 0}, OK),
    ({"error_score": -math.inf}, OK),
    ({"return_train_score": "yes"}, "'return_train_score'.*yes"),
    ({"return_train_score": True}, OK),
    ({"pre_dispatch": None}, "'pre_dispatch'.*None"),
    ({"pre_dispatch": "foo"}, "pre_dispatch='foo'"),
    ({"pre_dispatch": 0}, "pre_dispatch=0"),
    ({"pre_dispatch": -5}, "pre_dispatch=-5"),
    ({"pre_dispatch": "all"}, OK),
    ({"pre_dispatch": "__import__('os').getpid()"}, "pre_dispatch"),
    ({"asynchronous": "yes"}, "'asynchronous'.*yes"),
    ({"asynchronous": None}, "'asynchronous'.*None"),
    ({"asynchronous": True}, OK),
    ({"early_stopping": "race"}, "'early_stopping'.*race"),
    ({"early_stopping": True}, "'early_stopping'.*True"),
    ({"early_stopping": "racing"}, OK),
    ({"early_stopping": "median"}, OK),
    # shares of a fit
    ({"resource": 3}, "'resource'.*3"),
    ({"resource": "n_trees"}, "resource='n_trees' is no parameter of Cheap"),
    ({"resource": "C"}, "is in search_spaces too"),
    ({"resource": "kernel"}, "is no whole number: give max_resources"),
    ({"resource": "n_samples"}, OK),
    ({"resource": "n_samples", "min_resources": 4}, OK),
    ({"resource": "n_samples", "strategy": "hyperband"}, OK),
    ({"resource": "n_samples", "strategy": "random"}, "cannot use resource='n_samples'"),
    ({"strategy": "hyperband"}, "needs a resource"),
    ({"resource": "n_samples", "min_resources": 0}, "'min_resources'.*0"),
    ({"resource": "n_samples", "min_resources": "few"}, "'min_resources'.*few"),
    ({"resource": "n_samples", "min_resources": 12}, "leave no share, because"),
    ({"resource": "n_samples", "max_resources": 13}, "more than the 12 samples"),
    ({"resource": "n_samples", "max_resources": "all"}, "'max_resources'.*all"),
    ({"factor": 1}, "'factor'.*1"),
    ({"factor": math.nan}, "'factor'.*nan"),
    ({"factor": "3"}, "'factor'.*3"),
    ({"max_fits": 0}, "'max_fits'.*0"),
    ({"max_fits": math.nan}, "'max_fits'.*nan"),
    ({"max_fits": 1.0}, "max_fits=1.0"),
    ({"max_fits": 100}, OK),
    ({"max_time": 0}, "'max_time'.*0"),
    ({"max_time": -1.0}, "'max_time'.*-1"),
    ({"max_time": "1h"}, "'max_time'.*1h"),
    ({"max_time": math.nan}, "'max_time'.*nan"),
    ({"max_time": math.inf}, "'max_time'.*inf"),
    ({"max_time": 1e300}, OK),
    ({"max_time": 1e-12}, "raise max_time"),
    ({"fit_timeout": 0}, "'fit_timeout'.*0"),
    ({"fit_timeout": "1s"}, "'fit_timeout'.*1s"),
    ({"fit_timeout": math.nan}, "'fit_timeout'.*nan"),
    ({"fit_timeout": 5.0}, "fit_timeout.*n_jobs"),
    ({"executor": 3}, "executor.*3"),
    ({"executor": ThreadPoolExecutor}, "executor=.*ThreadPoolExecutor.*or None"),
    ({"executor": "threads"}, "executor.*threads"),
    # stopping and callbacks
    ({"stopping": 3}, "stopping.*Patience.*3"),
    ({"stopping": "converged"}, "stopping.*converged"),
    ({"stopping": Patience}, "stopping.*class Patience"),
    ({"stopping": [Patience(2), None]}, "stopping"),
    ({"stopping": []}, OK),
    ({"stopping": TargetScore(0.0)}, OK),
    ({"stopping": Patience(1)}, OK),
    ({"stopping": {"patience": 3}}, "stopping"),
    ({"fit": {"callback": 3}}, "callback.*3"),
    ({"fit": {"callback": "print"}}, "callback.*print"),
    ({"fit": {"callback": [print, 3]}}, "callback"),
    ({"fit": {"callback": dict}}, "callback.*class"),
    ({"fit": {"callback": []}}, OK),
    ({"fit": {"callback": lambda found: True}}, OK),
    ({"fit": {"callback": lambda found: None}}, OK),
    # what is scored
    ({"scoring": "acuracy"}, "'scoring'.*acuracy"),
    ({"scoring": 3}, "'scoring'.*3"),
    ({"scoring": []}, "Empty list"),
    ({"scoring": {}}, "empty dict"),
    ({"scoring": [3]}, r"unique strings.*\[3\]"),
    ({"scoring": ["accuracy", "accuracy"], "refit": False}, "Duplicate elements"),
    ({"scoring": ["accuracy", "acuracy"], "refit": False}, "acuracy"),
    ({"scoring": {"a": 3}, "refit": "a"}, "'scoring'.*3"),
    ({"scoring": accuracy_score}, "metric function rather than a scorer.*make_scorer"),
    ({"scoring": ["accuracy", "f1_macro"]}, "refit"),
    ({"scoring": ["accuracy", "f1_macro"], "refit": "f1"}, "refit"),
    ({"scoring": ["accuracy", "f1_macro"], "refit": "f1_macro"}, OK),
    ({"scoring": ("accuracy", "f1_macro"), "refit": False}, OK),
    ({"scoring": ["accuracy", "f1_macro"], "refit": lambda table: 0}, OK),
    ({"scoring": "accuracy", "refit": lambda table: 0}, OK),
    ({"scoring": "accuracy", "refit": "accuracy"}, OK),
    ({"refit": False}, OK),
    ({"refit": 3}, "'refit'.*3"),
    ({"refit": None}, "'refit'.*None"),
    ({"objective": 3}, "'objective'.*3"),
    ({"objective": "f1"}, r"objective='f1'.*\['score'\]"),
    ({"objective": "f1", "scoring": "accuracy"}, "objective='f1'"),
    ({"objective": "f1", "scoring": make_scorer(accuracy_score)}, "objective='f1'"),
    ({"objective": "accuracy", "scoring": "accuracy"}, OK),
    ({"objective": "score"}, OK),
    (
        {"objective": "f1", "scoring": ["accuracy", "f1_macro"], "refit": False},
        r"objective='f1'.*\['accuracy', 'f1_macro'\]",
    ),
    ({"objective": "f1_macro", "scoring": ["accuracy", "f1_macro"], "refit": "accuracy"}, OK),
    # folds
    ({"cv": 1}, "'cv'.*1"),
    ({"cv": 0}, "'cv'.*0"),
    ({"cv": -2}, "'cv'.*-2"),
    ({"cv": 7}, "n_splits=7"),
    ({"cv": 2.5}, r"'cv'.*2\.5"),
    ({"cv": "five"}, "'cv'.*five"),
    ({"cv": None}, OK),
    ({"cv": KFold}, TypeError(r"cv=KFold is a class.*KFold\(\)")),
    ({"cv": KFold(13)}, "n_splits=13"),
    ({"cv": LeaveOneOut()}, OK),
    ({"cv": GroupKFold(2)}, "groups"),
    ({"cv": GroupKFold(2), "fit": {"groups": Y}}, OK),
    ({"cv": GroupKFold(2), "fit": {"groups": Y[:-1]}}, "inconsistent"),
    ({"cv": iter(())}, "No fits were performed"),
    ({"cv": []}, "No fits were performed"),
    ({"cv": [(np.arange(6), np.arange(6, 12))]}, OK),
    ({"cv": iter([(np.arange(6), np.arange(6, 12))])}, OK),
    ({"cv": ShuffleSplit(2)}, OK),
    ({"cv": StratifiedKFold(2), "y": None}, "at least 1 dimension.*None"),
    ({"cv": Liar()}, r"inconsistent results\. Expected 3 splits, got 1"),
    ({"cv": [3, 4]}, TypeError(r"cv needs pairs \(train, test\).*got 3 for fold 0")),
    ({"cv": [(np.arange(6), np.arange(6, 99))]}, "cv: fold 0 has the index 98.*12 samples"),
    ({"cv": [(np.arange(6), [-13])]}, "cv: fold 0 has the index -13.*12 samples"),
    ({"cv": [(X[:, 0] < 9, X[:, 0] > 9)]}, OK),
    ({"cv": [(np.arange(6), np.arange(6, 12), 3)]}, TypeError("cv needs pairs")),
    # data
    ({"X": X[:-1]}, "inconsistent numbers of samples"),
    ({"y": Y[:-1]}, "inconsistent numbers of samples"),
    ({"X": X[:0], "y": Y[:0]}, r"0 sample\(s\)"),
    ({"X": X[:1], "y": Y[:1]}, "n_splits=2.*n_samples=1"),
    ({"X": 3.0}, "at least 1 dimension"),
    ({"X": None}, "array-like.*None"),
    ({"X": "text"}, "inconsistent numbers of samples"),
    ({"X": X.tolist(), "y": Y.tolist()}, OK),
    ({"X": pd.DataFrame(X), "y": pd.Series(Y)}, OK),
    ({"X": scipy.sparse.coo_matrix(X)}, OK),
    ({"X": np.full((12, 2), math.nan)}, OK),
    ({"X": np.array([["a"], ["b"]] * 6, dtype=object)}, OK),
    ({"X": X.reshape(12, 1, 2)}, OK),
    ({"X": np.array(3.0)}, "at least 1 dimension"),
    ({"y": None}, Works("Scoring failed")),
    ({"fit": {"sample_weight": np.ones(12)}}, OK),
    ({"fit": {"sample_weight": None}}, OK),
    ({"fit": {"sample_weight": np.ones(11)}}, "sample_weight has 11 entries and X has 12"),
    ({"fit": {"sample_weights": np.ones(12)}}, "sample_weights"),
    # first points
    ({"initial_points": POINT}, "'initial_points'"),
    ({"initial_points": "C"}, "'initial_points'"),
    ({"initial_points": 3}, "'initial_points'.*3"),
    ({"initial_points": []}, OK),
    ({"initial_points": ()}, OK),
    ({"initial_points": [POINT, POINT]}, OK),
    ({"initial_points": [POINT] * 5}, OK),
    (
        {"initial_points": [{"C": 0.1 * i} for i in range(1, 6)]},
        "initial_points holds 5 different points.*n_iter",
    ),
    ({"initial_points": [{"C": 1e9}]}, r"initial_points\[0\].*C"),
    ({"initial_points": [{"C": math.nan}]}, r"initial_points\[0\].*nan"),
    ({"initial_points": [{"C": "0.5"}]}, r"initial_points\[0\].*'0\.5'"),
    ({"initial_points": [{"C": None}]}, r"initial_points\[0\].*None"),
    ({"initial_points": [{"C": [0.5]}]}, r"initial_points\[0\]"),
    ({"initial_points": [POINT, {"c": 1.0}]}, r"initial_points\[1\].*\['C'\]"),
    ({"initial_points": [{}]}, r"initial_points\[0\]"),
    ({"initial_points": [3]}, r"initial_points\[0\].*3"),
    ({"initial_points": [None]}, r"initial_points\[0\].*None"),
    ({"initial_points": [POINT | {"gamma": 1.0}]}, r"initial_points\[0\].*\['C'\]"),
    ({"initial_points": [{"C": np.float64(0.5)}]}, OK),
    ({"initial_points": [{"C": 1}]}, OK),
    ({"initial_points": pd.DataFrame({"C": [0.5]})}, "'initial_points'"),
    # earlier results
    ({"warm_start_from": 3}, "warm_start_from.*3"),
    ({"warm_start_from": "search.pkl"}, "warm_start_from.*search.pkl"),
    ({"warm_start_from": Path("search.pkl")}, "warm_start_from.*search.pkl"),
    ({"warm_start_from": b"bytes"}, "warm_start_from"),
    ({"warm_start_from": object()}, "warm_start_from"),
    ({"warm_start_from": NOT_FITTED}, "warm_start_from.*fit it first"),
    ({"warm_start_from": SVC()}, "warm_start_from.*without cv_results_"),
    ({"warm_start_from": SVC}, "warm_start_from"),
    ({"warm_start_from": {}}, "warm_start_from needs a column"),
    ({"warm_start_from": {"params": [POINT]}}, "warm_start_from needs a column of scores"),
    ({"warm_start_from": {"score": [1.0]}}, "warm_start_from needs a column 'params'"),
    ({"warm_start_from": {"score": 1.0, "params": [POINT]}}, "column 'score'"),
    ({"warm_start_from": {"score": [1.0, 2.0], "params": [POINT]}}, "1 parameters and 2 scores"),
    ({"warm_start_from": {"score": ["a"], "params": [POINT]}}, "must be a number"),
    ({"warm_start_from": pd.DataFrame()}, "warm_start_from needs a column"),
    ({"warm_start_from": [(POINT, "good")]}, "the score in warm_start_from.*'good'"),
    ({"warm_start_from": [(POINT, 10**400)]}, "is too large for a float"),
    ({"warm_start_from": [(POINT, 1.0), 3]}, r"warm_start_from\[1\]"),
    ({"warm_start_from": [3]}, r"warm_start_from\[0\]"),
    ({"warm_start_from": [None]}, r"warm_start_from\[0\]"),
    ({"warm_start_from": []}, OK),
    ({"warm_start_from": [(POINT, math.nan)]}, LEARNS_NOTHING),
    ({"warm_start_from": [({"D": 1}, 1.0), ({"D": 2}, 2.0)]}, LEARNS_NOTHING),
    ({"warm_start_from": [({"C": "x"}, 1.0), ({"C": "y"}, 2.0)]}, LEARNS_NOTHING),
    ({"warm_start_from": [(POINT, 0.1), ({"C": 0.7}, None)]}, LEARNS_THE_BEST),
    ({"warm_start_from": [(POINT, 0.1), ({"C": 0.7}, 0.2)]}, OK),
    ({"warm_start_from": FITTED}, LEARNS_THE_BEST),
    ({"warm_start_from": Optimizer({"C": (0.1, 1.0)})}, LEARNS_NOTHING),
    # what proposes, and what may be proposed
    ({"strategy": "random"}, OK),
    ({"strategy": "grid"}, "search_spaces.*'C'.*finite"),
    ({"strategy": "Random"}, "'strategy'.*'Random'"),
    ({"strategy": None}, "'strategy'.*None"),
    ({"strategy": ["grid"]}, "'strategy'.*grid"),
    ({"strategy": "random", "warm_start_from": FITTED}, "warm_start_from"),
    ({"is_allowed": lambda params: params["C"] < 0.5}, OK),
    ({"is_allowed": "C < 1"}, "'is_allowed'.*'C < 1'"),
    ({"is_allowed": raises}, "is_allowed.*RuntimeError: raised"),
    ({"is_allowed": lambda params: params["c"]}, "is_allowed.*KeyError"),
    ({"is_allowed": lambda params: np.ones(2) > 0}, "is_allowed.*ValueError"),
    # of scikit-optimize
    ({"optimizer_kwargs": {}}, OK),
    ({"optimizer_kwargs": {"base_estimator": "GP", "acq_func": "EI"}}, OK),
    ({"optimizer_kwargs": {"n_initial_points": 2}}, OK),
    ({"optimizer_kwargs": {"n_initial_points": None}}, OK),
    ({"optimizer_kwargs": {"base_estimator": "RF"}}, Works("base_estimator='RF' has no effect")),
    ({"optimizer_kwargs": {"base_estimator": SVC()}}, Works("base_estimator=SVC.* has no effect")),
    ({"optimizer_kwargs": {"acq_func": math.nan}}, Works("acq_func=nan has no effect")),
    ({"optimizer_kwargs": {"space_constraint": lambda values: values[0] < 0.5}}, OK),
    ({"optimizer_kwargs": {"space_constraint": "C < 1"}}, "space_constraint.*function"),
    ({"optimizer_kwargs": {"space_constraint": raises}}, "constraint.*RuntimeError: raised"),
    ({"optimizer_kwargs": {"space_constraint": lambda values: values[9]}}, "constraint.*Index"),
    ({"optimizer_kwargs": {"n_initial_points": 0}}, "n_initial_points.*0"),
    ({"optimizer_kwargs": {"n_initial_points": True}}, "n_initial_points.*True"),
    ({"optimizer_kwargs": {"n_initial_points": 2.0}}, r"n_initial_points.*2\.0"),
    ({"optimizer_kwargs": {"n_initial_points": "3"}}, "n_initial_points.*'3'"),
    ({"optimizer_kwargs": {"acq": "EI"}}, "no option 'acq'.*acq_func"),
    ({"optimizer_kwargs": {3: 4}}, "no option 3"),
    ({"optimizer_kwargs": {None: 4}}, "no option None"),
    ({"optimizer_kwargs": 30}, "optimizer_kwargs.*30"),
    ({"optimizer_kwargs": "GP"}, "optimizer_kwargs.*GP"),
    ({"optimizer_kwargs": [("acq_func", "EI")]}, "optimizer_kwargs"),
    ({"fit_params": {}}, Works("fit_params of BayesSearchCV is deprecated")),
    ({"fit_params": {"sample_weight": np.ones(12)}}, Works("fit_params of .* is deprecated")),
    ({"fit_params": 3}, "fit_params.*3"),
    ({"fit_params": "weights"}, "fit_params.*weights"),
    ({"fit_params": [1, 2]}, "fit_params"),
    ({"fit_params": {3: 4}}, "fit_params.*3"),
    ({"iid": True}, Works("iid is ignored")),
    ({"iid": object()}, "'iid'"),
    ({"iid": "deprecated"}, OK),
]


# What is at the path of a checkpoint, as a function of its folder.
PATHS = [
    ("a new file", lambda folder: folder / "new.journal", OK),
    ("text as path", lambda folder: str(folder / "new.journal"), OK),
    ("a folder", lambda folder: folder, "this path is a folder"),
    ("a folder that is not there", lambda folder: folder / "none" / "x", "No such file|folder"),
    ("a file as folder", lambda folder: write(folder / "f", b"") / "x", "Not a directory|folder"),
    ("an empty file", lambda folder: write(folder / "f", b""), "checkpoint .*f'"),
    ("text", lambda folder: write(folder / "f", b"hello\n" * 9), "checkpoint .*f'"),
    ("bytes", lambda folder: write(folder / "f", bytes(range(256)) * 9), "checkpoint .*f'"),
    ("json", lambda folder: write(folder / "f", b'{"a": 1}\n{"b": 2}\n'), "checkpoint .*f'"),
    ("pickle", lambda folder: write(folder / "f", b"\x80\x04K\x01."), "checkpoint .*f'"),
    ("a name too long", lambda folder: folder / ("x" * 300), "too long"),
    ("null bytes", lambda folder: str(folder / "a\0b"), "null"),
    ("empty text", lambda folder: "", "this path is a folder"),
    ("bytes as path", lambda folder: b"x", "'checkpoint'"),
    ("a number", lambda folder: 3, "'checkpoint'.*3"),
    ("true", lambda folder: True, "'checkpoint'.*True"),
    ("an open file", lambda folder: open(write(folder / "f", b"")), "'checkpoint'"),  # noqa: SIM115
    ("a device", lambda folder: "/dev/null", "regular|journal|device"),
    ("another search", lambda folder: other_journal(folder / "f"), "other settings or data.*C"),
]


def write(path, content):
    path.write_bytes(content)
    return path


def other_journal(path):
    fitted(space={"C": (0.5, 2.0)}, checkpoint=path)
    return path


def case_id(value):
    """Return a short name of an input; none for what is expected of it."""
    if isinstance(value, dict):
        return "-".join(map(str, value))
    return "" if isinstance(value, str | Works | Exception) else type(value).__name__


def fitted(space, estimator=CHEAP, X=X, y=Y, fit=None, **arguments):
    """Return the fitted search that the arguments make."""
    arguments = {"n_iter": 4, "cv": 2, "random_state": 0, **arguments}
    return BayesSearchCV(estimator, space, **arguments).fit(X, y, **(fit or {}))


def check(expected, space, kinds=(ValueError, TypeError), **given):
    """Check that the search works, or that it refuses before any fit."""
    FITS.clear()
    if not isinstance(expected, Works):
        kind = TypeError if isinstance(expected, TypeError) else kinds
        with pytest.raises(kind, match=f"(?s){expected}"):
            fitted(space, **given)
        assert FITS == []
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search = fitted(space, **given)
    texts = [str(warning.message) for warning in caught]
    if expected.warning:
        assert any(re.search(expected.warning, text) for text in texts), texts
    else:
        assert not [text for text in texts if not re.search(TOTAL.warning, text)]
    check_result(search)


def check_result(search):
    """Check that a fitted search is whole, and that its candidates are of its space."""
    table = search.cv_results_
    n = len(table["params"])
    assert n >= 1
    assert len({len(column) for column in table.values()}) == 1
    space, observations, _ = search._learnt_from
    # Values are those of the space: in its bounds, and the objects that its lists hold.
    for params in table["params"]:
        space.encode(params)
    # Equal objects in two places of a list are two values.
    assert len(set(observations.points)) == n
    assert len(search.candidate_status_) == n
    if search.refit:
        assert search.best_params_ in [table["params"][search.best_index_]]
        search.predict(X)
