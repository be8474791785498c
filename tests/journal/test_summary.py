"""Results read from the journal of another search, without that search."""

import json
import math
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.linear_model import Ridge

from skbayes import BayesSearchCV
from skbayes._trials import Asked, FoldScore, Scored
from skbayes.exceptions import JournalError
from skbayes.journal import Journal
from skbayes.journal.records import line_of
from skbayes.journal.summary import outline, read_results
from skbayes.space import Categorical, Point, parse_space

X, Y = load_iris(return_X_y=True)
SPACE = {
    "a": (0.0, 1.0),
    "b": (1, 50, "log-uniform"),
    "c": ["x", None, ("y", 1), 2.5, math.inf, True, Ridge(alpha=2.0)],
}


class Bumpy(ClassifierMixin, BaseEstimator):
    def __init__(self, a=0.5, b=5, c="x"):
        self.a = a
        self.b = b
        self.c = c

    def fit(self, X, y):
        if self.b > 30:
            raise ValueError("too many")
        self.classes_ = np.unique(y)
        self.rows_ = float(X.sum())
        return self

    def score(self, X, y):
        score = 0.02 * np.sin(50 * self.a + self.rows_) - (self.a - 0.3) ** 2 - np.log(self.b)
        # Of few digits: their sum is the same in any order, and so is what follows from it.
        return np.round(1024 * score) / 1024


def fitted(space=SPACE, **kwargs):
    kwargs = {"n_iter": 12, "cv": 3, "refit": False, "random_state": 0, **kwargs}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"(?s).*fits failed|One or more of the test")
        return BayesSearchCV(Bumpy(), space, **kwargs).fit(X, Y)


def same(value, expected):
    if isinstance(expected, Ridge):
        return isinstance(value, Ridge) and value.get_params() == expected.get_params()
    return type(value) is type(expected) and value == expected


@pytest.mark.parametrize(
    ("space", "failing"),
    [
        (SPACE, {"a": 0.5, "b": 40, "c": ("y", 1)}),
        ([{"a": (0.0, 1.0)}, {"b": [1, 2, 40], "c": [None, "x"]}], {"b": 40, "c": None}),
    ],
)
def test_what_is_read_is_what_the_search_says(tmp_path, space, failing):
    path = tmp_path / "j"
    search = fitted(space, checkpoint=path, initial_points=[failing])
    table = read_results(path, parse_space(space))
    expected = search.cv_results_
    assert len(table["params"]) == len(expected["params"])
    for params, wanted in zip(table["params"], expected["params"], strict=True):
        assert params.keys() == wanted.keys()
        assert all(same(params[name], wanted[name]) for name in wanted)
    np.testing.assert_allclose(table["mean_test_score"], expected["mean_test_score"], rtol=1e-12)
    assert math.isnan(table["mean_test_score"][0])


def test_a_search_learns_from_a_file(tmp_path):
    path = tmp_path / "j"
    first = fitted(checkpoint=path)
    by_path = fitted(warm_start_from=path, random_state=1, initial_points=[])
    by_search = fitted(warm_start_from=first, random_state=1, initial_points=[])
    assert by_path.cv_results_["params"][0] == first.best_params_
    # The same results lead to the same search.
    assert repr(by_path.cv_results_["params"]) == repr(by_search.cv_results_["params"])


def test_the_metric_that_is_followed_now_is_read(tmp_path):
    path = tmp_path / "j"
    scoring = {"plain": "accuracy", "low": lambda model, X, y: -model.score(X, y)}
    space = {"a": (0.0, 1.0)}

    class Both(Bumpy):
        def predict(self, X):
            return np.full(len(X), self.classes_[0])

    first = BayesSearchCV(
        Both(), space, n_iter=5, cv=3, scoring=scoring, refit="low", random_state=0, checkpoint=path
    ).fit(X, Y)
    table = read_results(path, parse_space(space))
    for name in scoring:
        np.testing.assert_allclose(
            table[f"mean_test_{name}"], first.cv_results_[f"mean_test_{name}"]
        )
    again = BayesSearchCV(
        Both(), space, n_iter=1, cv=3, scoring=scoring, refit="low", random_state=1,
        initial_points=[], warm_start_from=path,
    ).fit(X, Y)  # fmt: skip
    assert again.best_params_ == first.best_params_


def test_candidates_that_were_given_up_or_cut_off_are_left_out(tmp_path):
    path, space = tmp_path / "j", parse_space({"a": (0.0, 1.0)})
    header = {"fingerprint": {}, "seed": 0, "outline": outline(space, 2)}
    with Journal.open(path, header=header) as journal:
        for i in range(3):
            journal.append(Asked(i, Point(0, (i / 4,))))
        for i, fold, score in [(0, 0, 0.5), (1, 0, 0.25), (1, 1, 0.75)]:
            journal.append(Scored(i, fold, FoldScore({"score": score}, None, 0.1, 0.1)))
        journal.append(Scored(2, 1, FoldScore({}, None, 0.1, 0.1, "ValueError")))
        # It may be in use: nothing is locked, and nothing written.
        table = read_results(path, space)
    assert table["params"] == [{"a": 0.25}, {"a": 0.5}]
    np.testing.assert_array_equal(table["mean_test_score"], [0.5, math.nan])


@given(
    st.lists(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(st.characters(exclude_categories=["Cs"]))
        | st.tuples(st.integers(0, 3)),
        min_size=1,
        max_size=6,
    )
)
def test_categories_come_back_as_they_are(categories):
    try:
        space = parse_space({"c": Categorical(categories)})
    except ValueError:
        return  # of two that are the same
    dimension = dict(space.branches[0].parameters)["c"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "j")
        header = {"fingerprint": {}, "seed": 0, "outline": outline(space, 1)}
        with Journal.open(path, header=header) as journal:
            for i in range(dimension.n_values):
                journal.append(Asked(i, Point(0, (i,))))
                journal.append(Scored(i, 0, FoldScore({"score": 1.0}, None, 0.0, 0.0)))
        table = read_results(path, space)
    assert [repr(p["c"]) for p in table["params"]] == [repr(c) for c in dimension.categories]


def test_an_object_that_is_not_known_now_has_no_place(tmp_path):
    path = tmp_path / "j"
    fitted({"c": [Ridge(alpha=2.0), "x"], "a": (0.0, 1.0)}, checkpoint=path)
    other = {"c": [Ridge(alpha=3.0), "x"], "a": (0.0, 1.0)}
    params = [p["c"] for p in read_results(path, parse_space(other))["params"]]
    unknown = [str(c) for c in params if c != "x"]
    assert unknown
    assert all("Ridge" in text and "'alpha': 2.0" in text for text in unknown)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted(other, warm_start_from=path, n_iter=2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda header: header.pop("outline"), "space of its search cannot be read"),
        (
            lambda header: header["outline"].update(n_folds="many"),
            "space of its search cannot be read",
        ),
        (lambda header: header["outline"].update(n_folds=2), "there are 2 folds"),
        (
            lambda header: header["outline"].update(branches=[]),
            "space of its search cannot be read",
        ),
        (
            lambda header: header["outline"]["branches"][0].pop(),
            "space of its search cannot be read",
        ),
        (
            lambda header: header["outline"]["branches"][0][1].__setitem__(1, []),
            "space of its search cannot be read",
        ),
    ],
)
def test_a_header_that_tells_too_little_is_an_error_before_any_fit(tmp_path, change, message):
    path = tmp_path / "j"
    space = {"a": (0.0, 1.0), "c": ["x", None]}
    fitted(space, checkpoint=path, n_iter=3)
    first, *rest = path.read_bytes().splitlines(keepends=True)
    header = json.loads(first[9:])
    change(header)
    path.write_bytes(line_of(header) + b"".join(rest))
    with pytest.raises(JournalError, match=message):
        fitted(space, warm_start_from=path)


def small_journal(path, n_folds, point, fold=0):
    """A file of a few lines with one scored fold."""
    space = parse_space({"a": (0.0, 1.0)})
    header = {"fingerprint": {}, "seed": 0, "outline": outline(space, n_folds)}
    with Journal.open(path, header=header) as journal:
        journal.append(Asked(0, point))
        journal.append(Scored(0, fold, FoldScore({"score": 0.5}, None, 0.1, 0.1)))
    return space


@pytest.mark.parametrize(("branch", "fold"), [(1, 0), (0, 10**9)])
def test_branches_and_folds_that_there_are_not(tmp_path, branch, fold):
    space = small_journal(tmp_path / "j", 1, Point(branch, (0.5,)), fold)
    with pytest.raises(JournalError, match="space of its search cannot be read"):
        read_results(tmp_path / "j", space)


def test_what_is_no_journal_is_an_error_before_any_fit(tmp_path):
    (tmp_path / "notes.txt").write_text("precious")
    with pytest.raises(JournalError, match=r"notes\.txt"):
        fitted(warm_start_from=tmp_path / "notes.txt")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        fitted(warm_start_from=str(tmp_path / "nowhere"))
    with pytest.raises(IsADirectoryError):
        fitted(warm_start_from=tmp_path)
