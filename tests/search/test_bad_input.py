"""A working search, or one clear error before any fit: nothing else, whatever is given."""

import math
import warnings
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import scipy.stats as st
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as hs
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from odd_inputs import (
    ARGUMENTS,
    DIMENSIONS,
    FITS,
    LOG,
    OK,
    PATHS,
    REVERSE,
    SPACES,
    Cheap,
    X,
    Y,
    case_id,
    check,
    check_result,
    fitted,
)
from skbayes import BayesSearchCV, Integer, Real
from strategies import dimensions


@pytest.mark.parametrize(("written", "expected"), DIMENSIONS, ids=case_id)
def test_dimensions(written, expected):
    check(expected, {"C": written})


@pytest.mark.parametrize(("space", "expected"), SPACES, ids=case_id)
def test_spaces(space, expected):
    check(expected, space)


@pytest.mark.parametrize(("given", "expected"), ARGUMENTS, ids=case_id)
def test_arguments(given, expected):
    # Of a file that cannot be read, the error is that of the operating system.
    names_file = isinstance(given.get("warm_start_from"), str | Path)
    kinds = (ValueError, TypeError, *([OSError] if names_file else []))
    check(expected, {"C": (0.1, 1.0)}, kinds=kinds, **given)


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
        GridSearchCV(Cheap(), space).fit(X, Y)
    with pytest.raises((TypeError, ValueError)) as ours:
        BayesSearchCV(Cheap(), space).fit(X, Y)
    assert issubclass(theirs.type, ours.type)


@pytest.mark.parametrize("junk", [None, 3, "text", [], {}, object(), np.ones(3), Real(1, 2)])
def test_the_constructor_takes_anything(junk):
    """`clone` and `set_params` pass values through; only `fit` judges them."""
    names = list(BayesSearchCV(SVC(), {}).get_params(deep=False))
    search = BayesSearchCV(**dict.fromkeys(names, junk))
    for name in names:
        assert search.get_params(deep=False)[name] is junk
        search.set_params(**{name: junk})
    repr(search)


def test_a_name_without_its_step():
    pipe = Pipeline([("svc", Cheap())])
    check(r"search_spaces\['C'\].*did you mean 'svc__C'\?", {"C": [1]}, estimator=pipe)
    check(r"search_spaces\[0\]\['C'\]", [{"C": [1]}], estimator=pipe)


def test_every_parameter_has_its_rows():
    names = {name for given, _ in ARGUMENTS for name in given}
    missing = set(BayesSearchCV(Cheap(), {}).get_params(deep=False)) - names
    assert missing == {"search_spaces", "checkpoint"}  # which have tables of their own


def inputs(table):
    """Inputs of a table; hypothesis would hash them."""
    return hs.integers(0, len(table) - 1).map(lambda row: table[row][0])


def numbers():
    """Numbers of any kind and size."""
    plain = [0, 1, -1, 3, 10, 0.0, 0.5, 1.0, 100.0, 10**30, -(10**400), math.nan, math.inf, 1e-320]
    return hs.one_of(
        hs.sampled_from([*plain, True, np.float32(0.3), np.int8(5), Fraction(1, 3), None, "1"]),
        hs.integers(-20, 20),
        hs.floats(),
    )


def ranges():
    """Tuples that begin with two numbers, for the most part."""
    words = hs.sampled_from(["uniform", LOG, REVERSE, "auto", "log", "", None, 3])
    return hs.one_of(
        hs.tuples(numbers(), numbers()),
        hs.tuples(numbers(), numbers(), words),
        hs.tuples(numbers(), numbers(), words, numbers()),
        hs.lists(numbers(), max_size=6).map(tuple),
    )


def frozen():
    """Distributions of scipy with any parameters that scipy takes."""
    makers = [st.uniform, st.loguniform, st.randint, st.norm, st.gamma, st.poisson, st.beta]

    def make(maker, first, second):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return maker(first, second)
        except Exception:
            return maker

    return hs.builds(make, hs.sampled_from(makers), numbers(), numbers())


def mostly(sensible, odd):
    """One of two strategies, the first four times out of five."""
    return hs.integers(0, 4).flatmap(lambda n: sensible if n else odd)


def written_dimensions():
    """What a user may write for a parameter, sensible or not."""
    low, high = hs.integers(1, 9) | hs.floats(1e-9, 9), hs.integers(10, 99) | hs.floats(10, 1e9)
    sensible = hs.one_of(
        dimensions(),
        hs.tuples(low, high),
        hs.tuples(low, high, hs.sampled_from(["uniform", LOG, "auto"])),
        hs.lists(numbers() | ranges() | hs.text(max_size=2), min_size=1, max_size=5),
    )
    return mostly(sensible, hs.one_of(ranges(), frozen(), inputs(DIMENSIONS)))


def written_spaces():
    """What a user may write as `search_spaces`, sensible or not."""
    names = hs.sampled_from(["C", "gamma", "kernel"])
    odd_names = names | hs.sampled_from(["c", "", "C__x", 3, None])
    space = hs.dictionaries(names, written_dimensions(), max_size=3)
    odd_space = hs.dictionaries(odd_names, written_dimensions(), max_size=3)
    spaces = hs.lists(space | hs.tuples(space, hs.integers(1, 3)), min_size=1, max_size=3)
    odd_spaces = hs.lists(hs.one_of(odd_space, hs.tuples(space, numbers()), numbers()), max_size=3)
    return mostly(space | spaces, hs.one_of(odd_space, odd_spaces, inputs(SPACES)))


def written_arguments():
    """What a user may write as other arguments, at most one of them odd."""
    sensible = hs.lists(inputs([row for row in ARGUMENTS if row[1] is OK]), max_size=3)
    odd = hs.builds(lambda some, one: [*some, one], sensible, inputs(ARGUMENTS))
    return mostly(sensible, odd)


@given(written_spaces(), written_arguments())
@settings(suppress_health_check=list(HealthCheck))
def test_any_space_and_arguments(space, arguments):
    """2000 examples with `pytest --hypothesis-profile=long`."""
    FITS.clear()
    given = {name: value for each in arguments for name, value in each.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            search = fitted(space, **given)
        except (ValueError, TypeError) as error:
            # That all have failed is known only afterwards.
            assert FITS == [] or "each has failed" in str(error)  # noqa: PT017
            return
    check_result(search)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("make", "expected"), [path[1:] for path in PATHS], ids=[p[0] for p in PATHS]
)
def test_checkpoints(make, expected, tmp_path):
    """A file that cannot be used is left as it is."""
    path = make(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    check(expected, {"C": (0.1, 1.0)}, checkpoint=path, kinds=(ValueError, TypeError, OSError))
    if expected is not OK:
        assert before == {f: f.read_bytes() for f in tmp_path.iterdir() if f.is_file()}


def test_a_checkpoint_that_another_search_writes(tmp_path):
    def search_again(found):
        check("is in use by", {"C": (0.1, 1.0)}, checkpoint=path, kinds=RuntimeError)

    path = tmp_path / "f"
    fitted(space={"C": (0.1, 1.0)}, checkpoint=path, fit={"callback": search_again})


def test_early_stopping_when_no_score_can_be_had():
    with (
        pytest.warns(UserWarning, match="Scoring failed"),
        pytest.warns(UserWarning, match="non-finite"),
        pytest.raises(ValueError, match="no best one: each candidate has a failed fit"),
    ):
        fitted({"C": (0.1, 1.0)}, y=None, early_stopping="racing")


def test_an_executor_works_and_is_not_closed():
    with ThreadPoolExecutor(2) as executor:
        check(OK, {"C": (0.1, 1.0)}, executor=executor)
        assert executor.submit(int).result() == 0


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
    search.fit(*load_iris(return_X_y=True))
    assert {name: id(value) for name, value in search.get_params(deep=False).items()} == before
    assert repr(spaces) == shape
    assert all(a is b for a, b in zip(spaces[0][0].values(), dimensions, strict=True))
    assert given == [{"C": 0.5, "max_iter": 100}]
    assert not hasattr(inner, "coef_")
    clone(search)
