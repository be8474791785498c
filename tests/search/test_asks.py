"""docs/asks.md: what users asked for, and the tests that show it, some of which stand here."""

import ast
import re
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.gaussian_process.kernels import RBF, Matern
from sklearn.svm import SVC
from threadpoolctl import ThreadpoolController, threadpool_info, threadpool_limits

from skbayes import BayesSearchCV
from skbayes._compat import set_threads

ROOT = Path(__file__).parents[2]
X, Y = load_iris(return_X_y=True)
X, Y = X[::3], Y[::3]

TABLE = re.findall(
    r"^\| (\d+) \| .+? \| .+? \| (.+) \|$",
    (ROOT / "docs" / "asks.md").read_text("utf-8"),
    re.MULTILINE,
)


def named_tests(path):
    """Return the names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_ask_has_a_row():
    assert [int(number) for number, _ in TABLE] == list(range(1, 47))


@pytest.mark.parametrize(("number", "shown"), TABLE)
def test_every_test_that_is_named_exists(number, shown):
    if shown.startswith("none: "):
        return
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", shown)
    assert named
    assert ", ".join(f"`{path}::{name}`" for path, name in named) == shown
    for path, name in named:
        assert name in named_tests(path)


def test_warnings_are_errors():
    with pytest.raises(FutureWarning):
        warnings.warn("deprecated", FutureWarning, stacklevel=1)


class Takes(ClassifierMixin, BaseEstimator):
    """Takes any value, and keeps what it was given."""

    def __init__(self, value=None):
        self.value = value

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def chosen(values):
    """Return the values that reached the estimator, after all of them were tried."""
    search = BayesSearchCV(Takes(), {"value": values}, n_iter=len(values), cv=2, random_state=0)
    search.fit(X, Y)
    found = [params["value"] for params in search.cv_results_["params"]]
    assert search.cv_results_["param_value"].tolist() == found
    return found


def test_values_of_every_kind():
    values = [(100,), (50, 50), RBF(2.0), Matern(), np.ones(3), np.eye(2), {"a": 1}, len, [], SVC()]
    found = chosen(values)
    assert {id(value) for value in found} == {id(value) for value in values}


def test_mixed_values_stay_what_they_are():
    values = ["sqrt", 0.5, 1, True, None, "1"]
    found = chosen(values)
    assert {(type(value), value) for value in found} == {(type(value), value) for value in values}


def test_a_single_split():
    split = [(np.arange(30), np.arange(30, 50))]
    search = BayesSearchCV(SVC(), {"C": (0.1, 100.0, "log-uniform")}, n_iter=8, cv=split)
    search.set_params(random_state=0).fit(X, Y)
    assert len(search.cv_results_["split0_test_score"]) == 8
    assert "split1_test_score" not in search.cv_results_
    assert search.n_splits_ == 1


def test_a_callback_ends_the_search_of_all_spaces():
    spaces = [{"C": (0.1, 10.0)}, {"kernel": ["linear"], "C": (0.1, 10.0)}]
    search = BayesSearchCV(SVC(), spaces, n_iter=9, cv=2, random_state=0)
    search.fit(X, Y, callback=lambda found: len(found.func_vals) == 3)
    assert len(search.cv_results_["params"]) == 3


def threads():
    """Return the number of threads of each library of linear algebra in this process."""
    return {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}


def blas_threads():
    """Return the numbers of threads of libraries of linear algebra alone."""
    blas = (pool for pool in threadpool_info() if pool["user_api"] == "blas")
    return {pool["filepath"]: pool["num_threads"] for pool in blas}


class Watching(Takes):
    """Notes the threads that the last fit might use."""

    def fit(self, X, y):
        self.threads_ = threads()
        return super().fit(X, y)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_the_refit_has_the_process_to_itself(backend):
    with threadpool_limits(2), joblib.parallel_backend(backend):
        before = threads()
        search = BayesSearchCV(Watching(), {"value": (0.0, 1.0)}, n_iter=6, cv=2, n_jobs=2)
        search.fit(X, Y)
    assert set(before.values()) == {2}
    assert search.best_estimator_.threads_ == before


class Limiting(Takes):
    """Leaves one thread of linear algebra, as fits in threads do that end after a proposal."""

    def fit(self, X, y):
        for library in ThreadpoolController().lib_controllers:
            set_threads(library, 1)
        return super().fit(X, y)


def test_after_a_search_the_process_has_its_numbers_of_threads():
    with threadpool_limits(2):
        before = blas_threads()
        search = BayesSearchCV(Limiting(), {"value": (0.0, 1.0)}, n_iter=6, cv=2, refit=False)
        search.fit(X, Y)
        assert blas_threads() == before
