"""Best values at the ends of their ranges."""

import math
import pickle
import re

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import BaggingRegressor, StackingRegressor, VotingRegressor
from sklearn.feature_selection import RFE, SelectKBest, f_regression
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

from skbayes import BayesSearchCV, Categorical, Optimizer, Real
from skbayes.insight.bounds import AtBound, gain_beyond
from skbayes.search.bounds import last_bounds
from skbayes.search.conditions import space_of
from skbayes.space import parse_space

# Side, rise and its probability.
UPPER = ("upper", 0.1, 0.5)

FORTY = np.random.default_rng(0).normal(size=(40, 5))
REDUCED = make_pipeline(PCA(), LinearRegression())


class Undeclared(BaseEstimator):
    def __init__(self, share=0.5):
        self.share = share


def insight_of(space, score, n=20):
    optimizer = Optimizer(space, random_state=0)
    for _ in range(n):
        params = optimizer.ask()
        optimizer.tell(params, score(params))
    return optimizer.insight()


def test_rising_to_the_upper_bound():
    space = {"C": (1e-2, 1e4, "log-uniform"), "x": (0.0, 1.0)}
    insight = insight_of(space, lambda p: math.log10(p["C"]) - (p["x"] - 0.5) ** 2)
    (found,) = insight.at_bounds()
    assert (found.name, found.side, found.bound) == ("C", "upper", 1e4)
    assert found.value == insight.best_params["C"]
    assert found.is_limiting
    # A tenth of six decades, at a slope of 1.
    assert found.rise == pytest.approx(0.6, abs=0.1)
    assert str(found).endswith(
        "is at the upper bound 1e+04 and the score still rises: try a wider range."
    )


def test_rising_to_the_lower_bound():
    (found,) = insight_of({"x": (-3.0, 1.0)}, lambda p: -p["x"], 10).at_bounds()
    assert (found.side, found.bound, found.is_limiting) == ("lower", -3.0, True)


def test_few_scores_are_no_reason_to_widen_a_range():
    """A model of two scores is sure of the rise that it has seen, which may be chance."""
    for n, missing in ((2, "6 more scores"), (7, "1 more score")):
        (found,) = told_of_a_rise(n).at_bounds()
        assert not found.is_limiting
        assert str(found) == (
            "x: the best value 1 is at the upper bound 1. What a wider range would bring is not "
            f"known yet. It will be known after {missing}."
        )
    assert told_of_a_rise(8).at_bounds()[0].is_limiting


def told_of_a_rise(n):
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    xs = [(i + 1) / n for i in range(n)]
    # One that failed does not count.
    optimizer.tell([{"x": x} for x in [0.0, *xs]], [math.nan, *xs])
    return optimizer.insight()


def test_inside():
    assert insight_of({"x": (0.0, 1.0)}, lambda p: -((p["x"] - 0.3) ** 2)).at_bounds() == ()


def test_two_per_cent_of_the_scale():
    def told(x):
        optimizer = Optimizer({"x": (1.0, 100.0, "log-uniform")}, random_state=0)
        optimizer.tell([{"x": x}, {"x": 10.0}, {"x": 20.0}], [1.0, 0.5, 0.6])
        return [found.side for found in optimizer.insight().at_bounds()]

    assert told(100.0**0.985) == ["upper"]
    assert told(100.0**0.975) == []
    assert told(100.0**0.015) == ["lower"]
    assert told(100.0**0.025) == []


def test_at_a_bound_without_rising():
    optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=0)
    # Best by a hair at the end of a ridge that falls towards it.
    rows = [(i / 10, j / 4) for i in range(10) for j in range(5)]
    optimizer.tell(
        [{"x": x, "y": y} for x, y in rows], [-abs(x - 0.7) - (y - 0.5) ** 2 for x, y in rows]
    )
    optimizer.tell({"x": 1.0, "y": 0.5}, 0.001)
    optimizer.tell({"x": 0.98, "y": 0.5}, -0.28)
    optimizer.tell({"x": 0.9, "y": 0.45}, -0.2)
    optimizer.tell({"x": 0.8, "y": 0.55}, -0.1)
    (found,) = optimizer.insight().at_bounds()
    assert not found.is_limiting
    assert str(found).endswith("but the score does not clearly rise towards it.")


def test_whole_numbers():
    (found,) = insight_of({"n": (1, 8)}, lambda p: p["n"], 8).at_bounds()
    assert (found.value, found.bound, found.side) == (8, 8, "upper")
    assert type(found.value) is type(found.bound) is int
    assert found.is_limiting
    assert insight_of({"n": (1, 7)}, lambda p: -abs(p["n"] - 6), 7).at_bounds() == ()
    (found,) = insight_of({"n": (1, 1000)}, lambda p: -abs(p["n"] - 990), 25).at_bounds()
    assert found.bound == 1000


def test_lists_of_numbers():
    space = {"alpha": [0.1, 1.0, 10.0, 100.0], "x": (0.0, 1.0)}
    (found,) = insight_of(space, lambda p: math.log(p["alpha"]) - (p["x"] - 0.4) ** 2).at_bounds()
    assert (found.name, found.value, found.bound) == ("alpha", 100.0, 100.0)
    assert found.is_limiting


def test_a_list_from_its_highest_number_on():
    space = {"alpha": Categorical([1000, 100, 10, 1], ordered=True), "x": (0.0, 1.0)}
    (found,) = insight_of(space, lambda p: -math.log(p["alpha"]) - (p["x"] - 0.4) ** 2).at_bounds()
    assert (found.value, found.bound, found.side) == (1, 1, "lower")


@pytest.mark.parametrize(
    "dimension",
    [
        [0, 1],
        Categorical([5, 1, 3], ordered=True),
        ["a", "b", "c"],
        Categorical(["small", "medium", "large"], ordered=True),
        (1, 2),
        scipy.stats.norm(),
    ],
)
def test_what_has_no_bounds(dimension):
    optimizer = Optimizer({"k": dimension, "x": Real(0.0, 1.0)}, random_state=0)
    for i in range(6):
        optimizer.tell(optimizer.ask(), float(i))
    assert "k" not in [found.name for found in optimizer.insight().at_bounds()]


def test_the_branch_of_the_best():
    space = [{"m": ["a"], "c": (0.0, 1.0)}, {"m": ["b"], "c": (0.0, 5.0), "d": (0.0, 1.0)}]
    insight = insight_of(space, lambda p: p["c"] - 9 * (p["m"] == "a"), 25)
    assert insight.best_params["m"] == "b"
    assert "c" in [found.name for found in insight.at_bounds()]
    assert next(found for found in insight.at_bounds() if found.name == "c").bound == 5.0


@given(top=st.floats(0.0, 5.0), height=st.floats(0.1, 10.0))
def test_what_a_parabola_gains_beyond_the_bound(top, height):
    at = [-height * (x - top) ** 2 for x in (0.0, -1.0, -2.0)]
    assert gain_beyond(*at) == pytest.approx(height * top**2, abs=1e-9)


def test_what_does_not_flatten_has_no_end():
    assert gain_beyond(2.0, 1.0, 0.0) == math.inf
    assert gain_beyond(4.0, 1.0, 0.0) == math.inf
    assert gain_beyond(0.0, 1.0, 3.0) == 0.0


def test_a_score_that_flattens_before_the_bound_is_no_reason_to_go_beyond():
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    xs = [i / 20 for i in range(21)]
    optimizer.tell([{"x": x} for x in xs], [-((x - 1.0) ** 2) for x in xs])
    (found,) = optimizer.insight().at_bounds()
    assert found.rise > 0
    assert found.probability > 0.9
    assert not found.is_limiting
    assert str(found).endswith("but the score flattens: a wider range would bring little.")


def test_a_value_that_is_not_the_bound_is_near_it():
    optimizer = Optimizer({"n": (10, 2000), "x": (0.0, 1.0)}, random_state=0)
    for n in (40, 100, 300, 500, 900, 1200, 1500, 2000, 10):
        optimizer.tell({"n": n, "x": 0.5}, -abs(n - 40))
    (found,) = optimizer.insight().at_bounds()
    assert str(found).startswith("n: the best value 40 is near the lower bound 10")


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (0.99998982, 0.99999, "0.9999898 is near the upper bound 0.99999"),
        (0.99999, 0.99999, "0.99999 is at the upper bound 0.99999"),
        (123456.7, 123456.7, "123456.7 is at the upper bound 123456.7"),
        (0.98765432, 1.0, "0.9877 is near the upper bound 1"),
        (math.nextafter(1.0, 0.0), 1.0, "0.9999999999999999 is near the upper bound 1"),
    ],
)
def test_a_value_near_a_bound_is_printed_as_another_number(value, bound, text):
    assert f"the best value {text} " in str(AtBound("a", value, bound, *UPPER)).replace(",", " ")


@given(value=st.floats(allow_nan=False, allow_infinity=False), bound=st.floats(-1e3, 1e3))
def test_a_printed_value_is_on_its_side_of_the_bound(value, bound):
    texts = re.search("value (.*) is .* bound (.*),", str(AtBound("a", value, bound, *UPPER)))
    printed, end = map(float, texts.groups())
    assert end == bound
    assert (printed > end, printed < end) == (value > bound, value < bound)


@pytest.mark.parametrize(
    ("estimator", "space", "last"),
    [
        (DecisionTreeRegressor(), {"min_samples_leaf": (1, 40)}, {"lower"}),
        (DecisionTreeRegressor(), {"min_samples_leaf": (2, 40)}, set()),
        (DecisionTreeRegressor(), {"max_depth": [1, 2, 4]}, {"lower"}),
        (DecisionTreeRegressor(), {"max_features": (0.1, 1.0)}, {"upper"}),
        (DecisionTreeRegressor(), {"max_features": [0.1, 0.5, 1.0]}, {"upper"}),
        (ElasticNet(), {"l1_ratio": (0.0, 1.0)}, {"lower", "upper"}),
        (ElasticNet(), {"alpha": (0.1, 1.0)}, set()),
        # It takes reals, of which a list of whole numbers does not say how near 0 they may be.
        (SVC(), {"C": [1, 10, 100]}, set()),
        # Of others it is not known.
        (Undeclared(), {"share": (0.0, 1.0)}, set()),
        (make_pipeline(StandardScaler(), ElasticNet()), {"elasticnet__l1_ratio": (0.0, 0.5)},
         {"lower"}),
    ],
)  # fmt: skip
def test_bounds_beyond_which_an_estimator_takes_nothing(estimator, space, last):
    (name,) = space
    found, _ = last_bounds(parse_space(space), estimator)
    assert found == {(0, name, side) for side in last}


def test_each_value_of_a_step_must_take_nothing_beyond():
    space = {"model": [Lasso(), ElasticNet(), "passthrough"], "model__alpha": (0.0, 1.0)}
    pipeline = Pipeline([("model", Lasso())])
    found, _ = last_bounds(space_of(space, pipeline, 0), pipeline)
    assert {(name, side) for _, name, side in found} == {("model__alpha", "lower")}


@pytest.mark.parametrize(
    ("estimator", "space", "is_last"),
    [
        (PCA(), {"n_components": (1, 5)}, True),
        (PCA(), {"n_components": [1, 2, 5]}, True),
        (PCA(), {"n_components": (1, 4)}, False),
        (PCA(), {"n_components": (0.1, 0.9)}, False),
        # Behind a step, there may be more or fewer.
        (make_pipeline(PolynomialFeatures(), SelectKBest(f_regression, k=5), Ridge()),
         {"selectkbest__k": (1, 5)}, False),
        (make_pipeline(PCA(3), SelectKBest(f_regression, k=3), Ridge()),
         {"selectkbest__k": (1, 3)}, True),
        # The smallest training fold has 20 rows.
        (KNeighborsRegressor(), {"n_neighbors": (1, 20)}, True),
        (KNeighborsRegressor(), {"n_neighbors": (1, 19)}, False),
    ],
)  # fmt: skip
def test_bounds_beyond_which_the_data_allow_nothing(estimator, space, is_last):
    (name,) = space
    fitted = clone(estimator).fit(FORTY, FORTY[:, 0])
    found, unsure = last_bounds(parse_space(space), estimator, fitted, n_rows=20)
    assert ((0, name, "upper") in found) is is_last
    assert not unsure


@pytest.mark.parametrize(
    ("estimator", "name", "n"),
    [
        (TransformedTargetRegressor(REDUCED), "regressor__pca__n_components", 5),
        (TransformedTargetRegressor(make_pipeline(SelectKBest(f_regression), Ridge())),
         "regressor__selectkbest__k", 5),
        (make_pipeline(ColumnTransformer([("two", make_pipeline(PCA()), [0, 2])]), Ridge()),
         "columntransformer__two__pca__n_components", 2),
        (make_pipeline(FeatureUnion([("pca", PCA())]), Ridge()),
         "featureunion__pca__n_components", 5),
        (VotingRegressor([("pca", REDUCED), ("ridge", Ridge())]), "pca__pca__n_components", 5),
        (StackingRegressor([("pca", REDUCED), ("ridge", Ridge())], REDUCED),
         "final_estimator__pca__n_components", 2),
        (BaggingRegressor(REDUCED, 2, max_features=0.4), "estimator__pca__n_components", 2),
        (CalibratedClassifierCV(make_pipeline(PCA(), GaussianNB())),
         "estimator__pca__n_components", 5),
        (RFE(LinearRegression()), "n_features_to_select", 5),
        (make_pipeline(LinearDiscriminantAnalysis(), GaussianNB()),
         "lineardiscriminantanalysis__n_components", 2),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_part_of_any_estimator_is_asked_what_it_was_fitted_on(estimator, name, n):
    y = np.arange(40) % 3 if is_classifier(estimator) else FORTY[:, 0]
    fitted = clone(estimator).set_params(**{name: n}).fit(FORTY, y)
    for high, expected in ((n, True), (n - 1, False)):
        space = parse_space({name: (0, high)})
        last, unsure = last_bounds(space, estimator, fitted, n_rows=20)
        assert ((0, name, "upper") in last, bool(unsure)) == (expected, False)
    # Without a fit, it is not known how many features a part gets.
    assert (0, name, "upper") in last_bounds(space, estimator, n_rows=20)[1]


def test_of_folds_within_folds_only_the_least_and_the_most_rows_are_known():
    stack = StackingRegressor([("near", KNeighborsRegressor())])
    for high, expected in ((9, [False, False]), (10, [False, True]), (20, [True, False])):
        space = parse_space({"near__n_neighbors": (1, high)})
        found = last_bounds(space, stack, n_rows=20)
        assert [(0, "near__n_neighbors", "upper") in each for each in found] == expected


def test_where_the_data_may_allow_no_more_nobody_is_told_to_take_more():
    found = AtBound("k", 4, 4, "upper", 0.1, 0.99, is_last=None)
    assert not found.is_limiting
    assert str(found).endswith(
        "still rises, but it is not known whether the data allow a higher value."
    )
    found = AtBound("k", 4, 4, "upper", 0.1, 0.5, is_last=None)
    assert str(found).endswith("but the score does not clearly rise towards it.")
    search = BayesSearchCV(
        TransformedTargetRegressor(REDUCED), {"regressor__pca__n_components": (1, 5)}, n_iter=5,
        cv=2, random_state=0, refit=False,
    ).fit(FORTY, FORTY @ np.arange(1.0, 6.0))  # fmt: skip
    (found,) = search.insight().at_bounds()
    assert found.is_last is None


def test_nobody_is_told_to_take_more_features_than_there_are():
    X = np.random.default_rng(0).normal(size=(60, 4))
    search = BayesSearchCV(
        make_pipeline(PCA(2), LinearRegression()), {"pca__n_components": (1, 4)}, n_iter=4, cv=2,
        random_state=0,
    ).fit(X, X.sum(axis=1))  # fmt: skip
    (found,) = search.insight().at_bounds()
    assert found.is_last
    assert not found.is_limiting


def test_nobody_is_told_to_go_where_the_estimator_fails():
    X = np.random.default_rng(0).normal(size=(80, 3))
    search = BayesSearchCV(
        DecisionTreeRegressor(random_state=0), {"max_depth": (1, 12), "min_samples_leaf": (1, 30)},
        n_iter=12, cv=3, random_state=0,
        initial_points=[{"max_depth": 12, "min_samples_leaf": 1}],
    ).fit(X, X @ [1.0, 2.0, 3.0])  # fmt: skip
    for insight in (search.insight(), pickle.loads(pickle.dumps(search.insight()))):
        (found,) = [each for each in insight.at_bounds() if each.name == "min_samples_leaf"]
        assert found.is_last
        assert not found.is_limiting
        assert str(found) == (
            "min_samples_leaf: the best value 1 is at the lower bound 1, and the estimator takes "
            "no lower value."
        )
