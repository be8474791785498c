"""First configurations: the file, which spaces hold them, what becomes of their values."""

import importlib
import math
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import VotingClassifier
from sklearn.kernel_approximation import Nystroem
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import all_estimators

from skbayes import BayesSearchCV
from skbayes.known import Data
from skbayes.known.portfolio import NEAR, configurations, portfolio_of, portfolios
from skbayes.space import Categorical, Integer, parse_space

X, y = make_classification(60, 8, random_state=0)
X = 3.0 * X
LOG = "log-uniform"
WIDE = {"C": (1e-4, 1e6, LOG), "gamma": (1e-9, 1e4, LOG)}
CLASSES = dict(all_estimators())


def first(estimator: Any, space: Any, X: Any = X, y: Any = y, **kwargs: Any) -> list[Any]:
    """Return the first configurations of a space with one branch."""
    (branch,) = parse_space(space).branches
    return configurations(estimator, branch, Data(X, y), **kwargs)


def learnt(estimator: Any) -> list[dict[str, Any]]:
    """Return the configurations of the file."""
    portfolio = portfolio_of(estimator)
    assert portfolio is not None
    return [dict(values) for values in portfolio.configurations]


# The file.


@pytest.mark.parametrize("portfolio", portfolios(), ids=lambda each: each.classes[0])
def test_the_file_says_what_estimators_take(portfolio):
    assert 1 <= len(portfolio.configurations) <= 8
    if portfolio.package != "sklearn":
        pytest.importorskip(portfolio.package)
    for name in portfolio.classes:
        library = importlib.import_module(portfolio.package)
        model = (CLASSES.get(name) or getattr(library, name, None))()
        assert {*portfolio.parameters, *portfolio.fixed} <= model.get_params().keys()
        for values in portfolio.configurations:
            assert values.keys() == portfolio.parameters.keys()
            for parameter, value in values.items():
                known = portfolio.parameters[parameter]
                assert known.low is None or known.low <= value <= known.high


def test_no_class_has_two():
    names = [(each.package, name) for each in portfolios() for name in each.classes]
    assert len(names) == len(set(names))


# What a space holds.


def test_all_of_them_in_their_order_where_the_space_is_wide():
    found = first(SVC(), WIDE)
    scale = 1 / (X.shape[1] * X.var())
    assert [each["C"] for each in found] == [each["C"] for each in learnt(SVC())]
    np.testing.assert_allclose(
        [each["gamma"] for each in found], [each["gamma"] * scale for each in learnt(SVC())]
    )


def test_a_regressor_is_told_in_deviations_of_y():
    data = make_regression(50, 4, random_state=0)
    space = {**WIDE, "C": (1e-4, 1e9, LOG), "epsilon": (1e-9, 1e4, LOG)}
    found = first(SVR(), space, *data)
    np.testing.assert_allclose(
        [each["C"] for each in found], [each["C"] * data[1].std() for each in learnt(SVR())]
    )


def test_of_a_kernel_that_is_chosen_only_the_one_that_was_learnt_has_them():
    space = {"alpha": (1e-6, 1e3, LOG), "gamma": WIDE["gamma"]}
    linear, rbf = KernelRidge(kernel="linear"), KernelRidge(kernel="rbf")
    assert first(linear, space) == []
    scale = 1 / (X.shape[1] * X.var())
    assert [(each["alpha"], each["gamma"]) for each in first(rbf, space)] == [
        (each["alpha"], pytest.approx(each["gamma"] * scale)) for each in learnt(rbf)
    ]
    both = first(linear, {**space, "kernel": ["linear", "rbf"]})
    assert {each["kernel"] for each in both} == {"rbf"}


def test_of_trees_with_a_few_parameters_those_are_held_that_were_learnt_with_few():
    xgboost = pytest.importorskip("xgboost")
    space = {
        "n_estimators": (20, 300, LOG), "learning_rate": (0.01, 0.5, LOG), "max_depth": (1, 10),
        "min_child_weight": (0.5, 32.0, LOG), "reg_lambda": (1e-3, 100.0, LOG),
        "subsample": (0.4, 1.0), "colsample_bytree": (0.2, 1.0),
    }  # fmt: skip
    model = xgboost.XGBClassifier()
    wide = {"gamma": (4e-5, 8.0, LOG), "reg_alpha": (1e-4, 100.0, LOG)}
    wide |= {"colsample_bylevel": (0.01, 1.0), "max_depth": (1, 15)}
    known = [{name: values[name] for name in space} for values in learnt(model)]
    few, many = first(model, space), first(model, {**space, **wide})
    assert few == known[4:]
    need_wide = [each["gamma"] > 5e-5 for each in many]
    assert any(need_wide)
    assert need_wide == sorted(need_wide, reverse=True)  # these come first


def test_behind_a_step_features_count_as_standardised():
    pipeline = make_pipeline(StandardScaler(), SVC())
    found = first(pipeline, {f"svc__{name}": written for name, written in WIDE.items()})
    assert [each["svc__gamma"] for each in found] == pytest.approx(
        [each["gamma"] / X.shape[1] for each in learnt(SVC())]
    )


def test_within_another_estimator_the_features_are_as_they_are():
    votes = VotingClassifier([("svc", SVC()), ("logistic", LogisticRegression())])
    found = first(votes, {f"svc__{name}": written for name, written in WIDE.items()})
    assert [each["svc__gamma"] for each in found] == [each["gamma"] for each in first(SVC(), WIDE)]


@pytest.mark.parametrize(
    ("estimator", "space"),
    [
        (SVC(kernel="poly"), WIDE),  # what is not searched is another model
        (SVC(), {"kernel": ["poly"], **WIDE}),
        (SVC(C=1e-9), {"gamma": WIDE["gamma"]}),  # far from all that were learnt
        (SVC(), {"C": (1e-9, 1e-7, LOG), "gamma": WIDE["gamma"]}),
        (SVC(), {"shrinking": [True, False]}),  # nothing is known of what is searched
        (Nystroem(), {"gamma": WIDE["gamma"]}),  # no portfolio
        (SVC(), {"C": WIDE["C"], "gamma": ["spread"]}),  # a word that is unknown
    ],
)
def test_what_a_space_does_not_hold_is_left_out(estimator, space):
    assert first(estimator, space) == []


def test_without_the_number_that_a_value_is_a_multiple_of_there_are_none():
    assert first(SVC(), WIDE, ["some", "texts"] * 30) == []
    assert first(SVC(), WIDE, np.ones_like(X)) == []  # no variance


def test_of_two_estimators_that_are_searched_none_is_chosen():
    votes = VotingClassifier([("svc", SVC()), ("logistic", LogisticRegression())])
    both = {"svc__C": WIDE["C"], "svc__gamma": WIDE["gamma"], "logistic__C": WIDE["C"]}
    assert first(votes, both) == []
    one = {name: written for name, written in both.items() if name.startswith("svc")}
    assert len(first(votes, one)) == len(learnt(SVC()))


def test_a_list_takes_the_nearest_of_its_numbers():
    space = {"C": [0.1, 1.0, 10.0, 100.0, 1000.0], "gamma": ["scale", 1e-9]}
    found = first(SVC(), space)
    assert found
    assert all(each["gamma"] == "scale" for each in found)
    log_c = [
        min(space["C"], key=lambda each: abs(math.log(each / values["C"])))
        for values in learnt(SVC())
        if abs(math.log(values["gamma"])) < NEAR * math.log(1e5)
    ]
    assert [each["C"] for each in found] == list(dict.fromkeys(log_c))


@pytest.mark.parametrize(
    ("written", "is_held"),
    [
        ((0.05, 1.0), lambda value: isinstance(value, float)),
        (Integer(1, 8), lambda value: value in range(1, 9)),
        (["sqrt", None, "log2"], lambda value: value in ("sqrt", None, "log2")),
    ],
)
def test_a_share_of_features_in_each_way_to_write_it(written, is_held):
    space = {"max_features": written, "min_samples_leaf": (1, 60), "max_depth": [3, 10, None]}
    found = first(DecisionTreeClassifier(), space)
    assert len(found) >= 2
    assert all(is_held(each["max_features"]) for each in found)


def test_what_nothing_is_known_of_is_as_it_is():
    space = {**WIDE, "class_weight": [None, "balanced"], "tol": (1e-6, 1e-4)}
    found = first(SVC(class_weight="balanced", tol=1e-5), space)
    assert {(each["class_weight"], each["tol"]) for each in found} == {("balanced", 1e-5)}
    given = first(SVC(), space, present={"tol": 2e-6})
    assert {each["tol"] for each in given} == {2e-6}


def test_every_configuration_is_a_point_of_the_space_and_new():
    space = parse_space({"C": Categorical([1, 10]), "gamma": (1e-3, 1.0, LOG), "degree": (2, 4)})
    found = configurations(SVC(), space.branches[0], Data(X, y))
    points = [space.encode(params) for params in found]
    assert points
    assert len(points) == len(set(points))


# In a search.


def tried(n_iter: int, spaces: Any = WIDE, estimator: Any = None, **kwargs: Any) -> list[Any]:
    search = BayesSearchCV(
        estimator or SVC(gamma=0.01), spaces, n_iter=n_iter, cv=2, random_state=0, **kwargs
    )
    return search.fit(X, y).cv_results_["params"]


def test_a_search_tries_them_after_what_the_estimator_has():
    params = tried(12)
    assert params[:3] == [{"C": 1.0, "gamma": 0.01}, *first(SVC(), WIDE)[:2]]


def test_after_four_of_them_the_search_goes_on_by_itself():
    points = first(SVC(), WIDE)
    params = tried(40, estimator=SVC(gamma=0.01))
    assert params[1:5] == points[:4]
    assert not any(each in params for each in points[4:])


def test_no_initial_points_means_none():
    params = tried(12, initial_points=[])
    assert not any(each in params for each in first(SVC(), WIDE))


def test_earlier_results_take_their_place():
    earlier = [({"C": 3.0, "gamma": 0.02}, 0.8), ({"C": 0.5, "gamma": 0.03}, 0.7)]
    params = tried(12, warm_start_from=earlier)
    assert params[0] == {"C": 1.0, "gamma": 0.01}
    assert not any(each in params for each in first(SVC(), WIDE))


def test_each_model_of_a_list_has_the_best_of_its_own():
    pipeline = Pipeline([("model", SVC())])
    space = [
        {"model": [SVC()], "model__C": WIDE["C"], "model__gamma": WIDE["gamma"]},
        {"model": [LogisticRegression()], "model__C": WIDE["C"]},
    ]
    params = tried(16, space, pipeline)[:4]
    known = {SVC: learnt(SVC()), LogisticRegression: learnt(LogisticRegression())}
    for each in params:
        model = each["model"]
        assert each["model__C"] in (model.C, *(values["C"] for values in known[type(model)]))
    assert {type(each["model"]) for each in params[-2:]} == {SVC, LogisticRegression}


def test_a_target_of_another_scale_has_no_unit():
    X, y = make_regression(60, 3, noise=1.0, random_state=0)
    space = {"regressor__alpha": (1e-5, 1e3, "log-uniform"), "regressor__l1_ratio": (0.0, 1.0)}
    branch = parse_space(space).branches[0]
    model = TransformedTargetRegressor(ElasticNet(), transformer=StandardScaler())
    assert configurations(model, branch, Data(X, y)) == []
    plain = parse_space({name.partition("__")[2]: value for name, value in space.items()})
    assert configurations(ElasticNet(), plain.branches[0], Data(X, y))


def test_a_class_with_a_space_of_its_own_has_no_portfolio_of_its_base():
    booster = type("XGBRegressor", (BaseEstimator,), {"__module__": "xgboost"})
    forest = type("XGBRFRegressor", (booster,), {"__module__": "xgboost"})
    own = type("Own", (forest,), {})
    assert portfolio_of(ElasticNet()) is not None
    assert portfolio_of(booster()) is not None
    for model in (Lasso(), forest(), own()):
        assert portfolio_of(model) is None
