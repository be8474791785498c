"""The order of the rows: as tried, or as `ParameterGrid` has them once a grid is exhausted."""

import random
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, ParameterGrid
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from skbayes import BayesSearchCV, Categorical, OneStandardError
from skbayes._trials import Asked, Trial
from skbayes.journal import Journal
from skbayes.search.results import in_row_order
from skbayes.space import parse_space

X = np.arange(24.0)[:, None]
Y = np.arange(24) % 2
GRID = {"b": [0.1, 0.3, 0.2], "a": [2, 0, 1], "kind": ["x", "y"]}


class Steps(ClassifierMixin, BaseEstimator):
    """Has few different scores, so that many candidates tie; does not fit where a and b agree."""

    def __init__(self, a=1, b=0.3, kind="y", fails=False):
        self.a = a
        self.b = b
        self.kind = kind
        self.fails = fails

    def fit(self, X, y):
        if self.fails and self.a == 0 and self.b == 0.3:
            raise ValueError("cannot be fitted")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)

    def score(self, X, y):
        return float(self.a > 0) + 0.01 * float(X[0, 0])


def search(space=GRID, estimator=None, **kwargs):
    kwargs = {"n_iter": 18, "cv": 3, "random_state": 0, **kwargs}
    return BayesSearchCV(estimator or Steps(), space, **kwargs)


def tried(found):
    """Parameters in the order tried."""
    (result,) = found.optimizer_results_
    names = result.space.dimension_names
    return [dict(zip(names, row, strict=True)) for row in result.x_iters]


def params_of(found):
    return found.cv_results_["params"]


# The law, on made-up trials.

VALUES = st.one_of(
    st.lists(st.integers(-3, 3), min_size=1, max_size=4),
    st.sampled_from([range(3), range(5, 1, -1), range(0, 9, 3), range(6, -3, -3), (1, 3, 2)]),
    st.permutations(["x", None, 0.5, True]),
)
GRIDS = st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1, max_size=3)


def key_of(params):
    return [(name, type(value), value) for name, value in sorted(params.items())]


def without_repeats(rows):
    kept = []
    for row in rows:
        if key_of(row) not in map(key_of, kept):
            kept.append(row)
    return kept


@given(st.one_of(GRIDS, st.lists(GRIDS, min_size=1, max_size=3)), st.randoms(use_true_random=False))
def test_the_order_of_an_exhausted_grid(grid, rng):
    """That of `ParameterGrid`, where each point that it holds twice has its first place."""
    expected = without_repeats(ParameterGrid(grid))
    space = parse_space(grid)
    points = {str(key_of(space.decode(point))): point for point in space.grid()}
    order = list(points.values())
    rng.shuffle(order)
    trials = [Trial(i, point, ()) for i, point in enumerate(order)]
    rows = [space.decode(trial.point) for trial in in_row_order(trials, space, grid)]
    assert list(map(key_of, rows)) == list(map(key_of, expected))
    # As long as one is missing, they are as they were asked.
    assert in_row_order(trials[1:], space, grid) == trials[1:]


# Searches.


def test_everything_is_in_the_same_order():
    estimator = Steps(fails=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = search(estimator=estimator).fit(X, Y)
        grid = GridSearchCV(estimator, GRID, cv=3).fit(X, Y)
    assert params_of(found) == list(ParameterGrid(GRID))
    assert tried(found)[0] == {"a": 1, "b": 0.3, "kind": "y"}
    assert tried(found) != params_of(found)
    for name, column in grid.cv_results_.items():
        if not name.endswith("_time"):
            np.testing.assert_array_equal(found.cv_results_[name], column, err_msg=name)
    does_fail = [row["a"] == 0 and row["b"] == 0.3 for row in params_of(found)]
    assert [status == "failed" for status in found.candidate_status_] == does_fail
    # Of the many ties, the first row; and what was learnt tells of the same one.
    assert found.best_index_ == grid.best_index_
    assert found.best_params_ == grid.best_params_ == found.insight().best_params
    values = dict(zip(map(repr, tried(found)), found.optimizer_results_[0].func_vals, strict=True))
    scores = found.cv_results_["mean_test_score"]
    for row, score in zip(params_of(found), scores, strict=True):
        assert values[repr(row)] == (np.inf if np.isnan(score) else -score)


def test_callbacks_and_lines_keep_the_order_tried(capsys):
    seen = []
    found = search(verbose=1).fit(X, Y, callback=lambda view: seen.append(view.x_iters[-1]))
    assert [list(row.values()) for row in tried(found)] == seen
    places = [line.split("/")[0] for line in capsys.readouterr().out.splitlines()[1:-1]]
    assert places == [f"[{i:>2}" for i in range(1, 19)]


def test_what_was_learnt_is_not_asked_for_in_callbacks():
    """The rows that a callback sees are not those that an earlier fit has learnt from."""
    found, errors = search(n_iter=4), []

    def ask(view):
        for read in (found.insight, lambda: found.optimizer_results_):
            with pytest.raises(NotFittedError, match="is known when fit has ended") as info:
                read()
            errors.append(info.value)

    found.fit(X, Y, callback=ask).fit(X, Y, callback=ask)
    assert len(errors) == 16
    assert found.insight().observations.n_scored == 4


def test_a_checkpoint_keeps_the_order_tried(tmp_path):
    path = tmp_path / "search.jsonl"
    some = search(n_iter=10, checkpoint=path).fit(X, Y)
    assert params_of(some) == tried(some)
    every = search(checkpoint=path).fit(X, Y)
    assert params_of(every) == list(ParameterGrid(GRID))
    space = parse_space(GRID)
    asked = [event.point for event in Journal.read(path)[1] if isinstance(event, Asked)]
    assert [space.decode(point) for point in asked] == tried(every)
    assert tried(every)[:10] == tried(some)


def test_candidates_that_were_stopped_early_have_their_rows():
    space = {"a": list(range(8)), "b": [0.1, 0.2, 0.3]}
    # The bad ones last, when there is something to compare them with.
    points = sorted(ParameterGrid(space), key=lambda params: -params["a"])
    search_ = search(space, n_iter=24, cv=6, early_stopping="median", initial_points=points)
    found = search_.fit(X, Y)
    assert tried(found) == points
    assert params_of(found) == list(ParameterGrid(space))
    is_stopped = np.array(found.candidate_status_) == "stopped"
    assert is_stopped.any()
    np.testing.assert_array_equal(np.isnan(found.cv_results_["mean_test_score"]), is_stopped)


def test_a_candidate_of_two_dicts_has_the_place_of_the_first():
    space = [{"a": [0, 1]}, {"a": [2, 1, 0]}]
    found = search(space, n_iter=3).fit(X, Y)
    assert params_of(found) == [{"a": 0}, {"a": 1}, {"a": 2}]


def test_dicts_with_numbers_of_their_own():
    some, others = {"a": [2, 1, 0]}, {"b": [0.3, 0.1]}
    found = search([(some, 3), (others, 2)]).fit(X, Y)
    assert params_of(found) == list(ParameterGrid([some, others]))
    part = search([(some, 2), (others, 2)], initial_points=[{"b": 0.1}]).fit(X, Y)
    assert params_of(part)[0] == {"b": 0.1}


@pytest.mark.parametrize(
    ("space", "n_iter"),
    [
        (GRID, 17),
        ({"a": [0, 1, 2], "b": (0.1, 0.3)}, 9),
        # Integers between two bounds are no list, though they can be counted.
        ({"a": (0, 2)}, 3),
    ],
)
def test_what_is_no_exhausted_grid_is_in_the_order_tried(space, n_iter):
    found = search(space, n_iter=n_iter).fit(X, Y)
    assert params_of(found)[0]["a"] == 1
    assert params_of(found) == tried(found)


def test_a_step_with_parameters_of_its_own_is_no_grid():
    pipe = Pipeline([("model", KNeighborsClassifier(n_neighbors=3))])
    svc, knn = SVC(), KNeighborsClassifier()
    space = {"model": [svc, knn], "model__C": [1.0, 10.0], "model__n_neighbors": [1, 3]}
    first = {"model": knn, "model__n_neighbors": 3}
    found = search(space, pipe, n_iter=4, initial_points=[first]).fit(X, Y)
    assert params_of(found)[0] == first


def test_categories_as_objects_are_a_list():
    space = {"a": Categorical([2, 0, 1]), "b": np.array([0.3, 0.1])}
    found = search(space, n_iter=6).fit(X, Y)
    assert params_of(found) == list(ParameterGrid({"a": [2, 0, 1], "b": [0.3, 0.1]}))


def test_of_equally_simple_candidates_the_first_row_is_taken():
    found = search(refit=OneStandardError({"a": "low"})).fit(X, Y)
    assert params_of(found)[found.best_index_] == found.best_params_
    # The kind of the best one stays, for nobody says that another one is simpler.
    assert found.best_params_ == {"a": 1, "b": 0.1, "kind": "x"} != tried(found)[0]


def test_order_of_a_long_range_is_not_listed():
    """A range that no search exhausts is not made into a list."""
    trials = [Trial(0, parse_space({"a": range(10**15)}).encode({"a": 5}), ())]
    space = parse_space({"a": range(10**15)})
    assert in_row_order(trials, space, {"a": range(10**15)}) == trials


def test_rows_do_not_depend_on_the_seed():
    tables = [
        search(random_state=seed).fit(X, Y).cv_results_
        for seed in random.Random(0).sample(range(99), 3)
    ]
    for table in tables[1:]:
        assert table["params"] == tables[0]["params"]
        np.testing.assert_array_equal(table["rank_test_score"], tables[0]["rank_test_score"])
