"""Warnings name the line of the user, however deep they come from."""

import ast
import errno
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC

import skbayes
from skbayes import BayesSearchCV, Categorical, Optimizer, Real
from skbayes._warnings import warn
from skbayes.journal import file as journal_file
from skbayes.space import check_dimension

X, Y = (part[::3] for part in load_iris(return_X_y=True))
ROOT = Path(skbayes.__file__).parent


class Draws:
    def rvs(self, random_state=None):
        return float(random_state.uniform(0.1, 10.0))


class Weighted:
    """As a dimension of scikit-optimize looks."""

    categories = (1.0, 2.0)
    prior = (0.3, 0.7)


def fit(space=None, **kwargs):
    kwargs = {"n_iter": 2, "cv": 2, "random_state": 0, **kwargs}
    return BayesSearchCV(SVC(), space or {"C": (0.1, 10.0)}, **kwargs).fit(X, Y)


def fit_twice(path, monkeypatch):
    fit(checkpoint=path)
    monkeypatch.setattr("sklearn.__version__", "0.0")
    fit(checkpoint=path)


def fit_without_locks(path, monkeypatch):
    def refuse(*args):
        raise OSError(errno.ENOLCK, "no locks")

    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(journal_file.fcntl, "flock", refuse)
    assert fcntl.flock is refuse
    fit(checkpoint=path)


def propose_far_points(monkeypatch):
    def fail(*args, **kwargs):
        raise np.linalg.LinAlgError("The matrix is singular.")

    monkeypatch.setattr("skbayes.optimizer.proposer.Proposer._model_point", fail)
    optimizer = Optimizer({"x": (0.0, 1.0)}, n_iter=8, random_state=0)
    for _ in range(8):
        params = optimizer.ask()
        optimizer.tell(params, params["x"])


WARNINGS = {
    "finite space": lambda: fit({"C": [1.0]}),
    "exhausted": lambda: fit({"degree": stats.geom(0.99999999)}, n_iter=5),
    "not finite": lambda: fit(scoring=lambda *args: np.nan),
    "nothing to learn": lambda: fit(warm_start_from=[({"gamma": 1.0}, 0.5)]),
    "nothing to learn by an optimiser": lambda: Optimizer(
        {"C": (0.1, 10.0)}, warm_start_from=[({"gamma": 1.0}, 0.5)]
    ),
    "option": lambda: fit(optimizer_kwargs={"acq_func": "LCB"}),
    "fit_params": lambda: fit(fit_params={}),
    "iid": lambda: fit(iid=True),
    "two numbers": lambda: fit({"C": [1, 10]}, optimizer_kwargs={}),
    "several dicts": lambda: fit([{"C": (0.1, 1.0)}] * 2, optimizer_kwargs={}),
    "draws": lambda: fit({"C": Draws()}),
    "probabilities of theirs": lambda: fit({"C": Weighted()}),
    "probabilities": lambda: Categorical([1, 2], prior=[0.3, 0.7]),
    "transform": lambda: Real(1.0, 2.0, transform="normalize"),
    "transform of any dimension": lambda: check_dimension((1, 10), transform="normalize"),
    "inside of scikit-learn": lambda: cross_val_score(
        BayesSearchCV(SVC(), {"C": [1.0]}, cv=2), X, Y, cv=2
    ),
}


def warned(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return caught


@pytest.mark.parametrize("name", WARNINGS)
def test_the_file_of_the_user_is_named(name):
    caught = warned(WARNINGS[name])
    assert {each.filename for each in caught} == {__file__}


@pytest.mark.parametrize("provoke", [fit_twice, fit_without_locks])
def test_a_checkpoint_names_the_file_of_the_user(provoke, tmp_path, monkeypatch):
    caught = warned(lambda: provoke(tmp_path / "search.jsonl", monkeypatch))
    assert {each.filename for each in caught} == {__file__}


def test_a_proposal_names_the_file_of_the_user(monkeypatch):
    caught = warned(lambda: propose_far_points(monkeypatch))
    assert {each.filename for each in caught} == {__file__}


def test_the_line_is_that_of_the_call():
    (caught,) = warned(lambda: warn("take care", FutureWarning))
    assert caught.category is FutureWarning
    assert caught.lineno == test_the_line_is_that_of_the_call.__code__.co_firstlineno + 1


def test_a_look_at_the_space_says_nothing_and_touches_no_filters(monkeypatch):
    search = BayesSearchCV(SVC(), {"C": Draws(), "gamma": Weighted()}, n_iter=1000)
    with monkeypatch.context() as patch:
        patch.setattr(warnings, "catch_warnings", lambda *a, **k: pytest.fail("touched"))
        assert search.total_iterations == 512
    assert len(warned(lambda: search.set_params(n_iter=1, cv=2).fit(X, Y))) == 2


def test_nothing_else_warns():
    """A number of frames that stands in the code is wrong for all other ways to it."""
    callers = [
        path.relative_to(ROOT).as_posix()
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "warnings.warn"
    ]
    assert callers == ["_warnings.py"]
