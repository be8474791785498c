"""Where values stand on an axis, and what is written at it."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import SVC

from pictures import told
from skbayes import Categorical, Real
from skbayes.found import ABSENT, read
from skbayes.plotting.scales import Scale, scale_of, texts_of

SCALES = {
    "linear": Scale("x", "linear", 0.0, 10.0),
    "log": Scale("x", "log", 1e-3, 1e3),
    "reverse-log": Scale("x", "reverse-log", 0.9, 0.9999),
    "categories": Scale("x", "categories", -0.5, 2.5, others=("a", None, "c")),
    "mixed": Scale("x", "log", 1.0, 100.0, others=("auto",)),
    "constant": Scale("x", "linear", 3.0, 3.0),
}


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("linear", [0, 5.0, 10], [0.0, 0.5, 1.0]),
        ("log", [1e-3, 1.0, 1e3], [0.0, 0.5, 1.0]),
        ("reverse-log", [0.9, 0.99, 0.9999], [0.0, 1 / 3, 1.0]),
        ("categories", ["a", None, "c"], [1 / 6, 0.5, 5 / 6]),
        ("mixed", [1.0, 100.0, "auto"], [0.0, 1 / 1.15, 1.0]),
        ("constant", [3.0], [0.5]),
        ("categories", [ABSENT, "d"], [np.nan, np.nan]),
    ],
)
def test_how_far_along_the_axis(name, values, expected):
    scale = SCALES[name]
    np.testing.assert_allclose(scale.unit(scale.positions(values)), expected, atol=1e-12)


@pytest.mark.parametrize("name", ["linear", "log", "reverse-log", "categories", "mixed"])
def test_at_is_the_inverse_of_unit(name):
    scale, units = SCALES[name], np.linspace(0.0, 1.0, 11)
    np.testing.assert_allclose(scale.unit(scale.at(units)), units, atol=1e-9)


@pytest.mark.parametrize(
    ("scale", "texts"),
    [
        (SCALES["linear"], ["0", "2", "4", "6", "8", "10"]),
        (SCALES["log"], ["0.001", "0.1", "10", "1000"]),
        (SCALES["reverse-log"], ["0.9", "0.99", "0.999", "0.9999"]),
        (SCALES["categories"], ["a", "None", "c"]),
        (SCALES["mixed"], ["1", "3", "10", "30", "100", "auto"]),
        (SCALES["constant"], ["3"]),
        (Scale("x", "log", 10.0, 100.0), ["10", "20", "50", "100"]),
        (Scale("x", "linear", 1.0, 4.0, is_integer=True), ["1", "2", "3", "4"]),
        (Scale("x", "log", 2.0, 3.0), ["2", "2.2", "2.4", "2.6", "2.8", "3"]),
        (Scale("x", "reverse-log", 0.5, 0.999), ["0.5", "0.9", "0.99", "0.999"]),
    ],
)
def test_ticks(scale, texts):
    places, found = scale.ticks()
    assert found == texts
    assert ((scale.unit(places) > -1e-9) & (scale.unit(places) < 1 + 1e-9)).all()


def test_ticks_of_a_long_list_are_few():
    scale = Scale("x", "categories", -0.5, 199.5, others=tuple(range(200)))
    assert len(scale.ticks()[1]) <= 12


def test_estimators_are_told_by_their_class_where_that_is_enough():
    long = LogisticRegression(C=10.0, max_iter=1000, tol=1e-5)
    assert texts_of([SVC(), long]) == ["SVC", "LogisticRegression"]
    assert texts_of([Ridge(alpha=1), Ridge(alpha=2)]) == ["Ridge(alpha=1)", "Ridge(alpha=2)"]


@pytest.mark.parametrize(
    ("written", "kind", "low", "high", "others"),
    [
        ((0.0, 5.0), "linear", 0.0, 5.0, ()),
        ((1e-3, 5.0, "log-uniform"), "log", 1e-3, 5.0, ()),
        (Real(0.5, 0.99, "reverse-log-uniform"), "reverse-log", 0.5, 0.99, ()),
        ([100, 1, 10], "categories", -0.5, 2.5, (1, 10, 100)),
        (Categorical([3, 1, 2], ordered=False), "categories", -0.5, 2.5, (3, 1, 2)),
        (["a", None], "categories", -0.5, 1.5, ("a", None)),
    ],
)
def test_the_scale_is_the_one_that_was_written(written, kind, low, high, others):
    search = told(20, lambda p, rng: rng.normal(), space={"x": written, "y": (0.0, 1.0)})
    scale = scale_of(read(search), "x")
    assert (scale.kind, scale.low, scale.high, scale.others) == (kind, low, high, others)


def test_a_range_and_a_word_of_two_branches_share_an_axis():
    space = [{"gamma": ["scale", 0.5]}, {"gamma": (0.01, 1.0, "log-uniform")}]
    found = read(told(30, lambda p, rng: rng.normal(), space=space))
    scale = scale_of(found, "gamma")
    assert (scale.kind, scale.low, scale.high, scale.others) == ("log", 0.01, 1.0, ("scale",))
    at = scale.positions(["scale", 0.5])
    assert at[1] == 0.5
    assert at[0] > 1.0
