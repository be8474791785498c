"""Each entry is whole, and speaks of classes, parameters and quantities that there are."""

import inspect
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import all_estimators

from skbayes.known import suggest_space
from skbayes.known.entries import Entry, entries, entry_of
from skbayes.known.facts import Facts
from skbayes.space import check_dimension, parse_space

SKLEARN = dict(all_estimators())
# What an entry may take from the data, by name.
FIELDS = {field.name for field in fields(Facts)}
QUANTITIES = FIELDS | {
    "n_columns", "x_variance", "column_variance", "xy_std", "gamma_scale", "balance",
}  # fmt: skip


def ids(entry: Entry) -> str:
    return entry.classes[0]


@pytest.mark.parametrize("entry", entries(), ids=ids)
def test_fields(entry: Entry) -> None:
    assert entry.classes
    assert len(entry.source) >= 10
    assert entry.features in ("same", "more", "fewer", "imputed", "other")
    assert {*entry.inside, *entry.sets} <= FIELDS
    for name, ways in entry.space.items():
        assert ways
        for way in ways:
            told = {*way.at_most, *way.at_least, *way.reaches, *way.only, *way.needs}
            assert told | {way.times} <= QUANTITIES | {None}
            assert way.when.keys() <= entry.space.keys() - {name}
            if way.values is None:
                scale = () if way.scale is None else (way.scale,)
                assert check_dimension((way.low, way.high, *scale))
                assert way.low < way.high
            else:
                assert way.values
                assert way.low is way.high is way.scale is None


def test_no_class_has_two_entries() -> None:
    names = [(entry.package, name) for entry in entries() for name in entry.classes]
    assert len(names) == len(set(names)) > 100


@pytest.mark.parametrize(
    "entry", [entry for entry in entries() if entry.package == "sklearn"], ids=ids
)
def test_classes_and_parameters_of_scikit_learn(entry: Entry) -> None:
    found = [SKLEARN[name] for name in entry.classes]
    takes = {name for cls in found for name in inspect.signature(cls).parameters}
    for name, ways in entry.space.items():
        # `since` and `until` say which releases have it.
        assert name in takes or all(way.since or way.until for way in ways)
        always = [way for way in ways if way.since is None and way.until is None]
        assert {setter for way in always for setter in way.given} <= takes
    assert {*entry.leaves_out, *entry.scaled_if} <= takes
    assert entry.n_left is None or entry.n_left in takes


def test_the_nearest_class_counts_and_a_name_alone_does_not() -> None:
    class Own(SKLEARN["Lasso"]):
        pass

    class SVC:
        pass

    assert entry_of(Own()) is entry_of(SKLEARN["Lasso"]())
    assert entry_of(SKLEARN["Lasso"]()) is not entry_of(SKLEARN["ElasticNet"]())
    assert entry_of(SVC()) is None


BOOSTERS = [
    ("lightgbm", "LGBMClassifier", {"verbosity": -1, "n_jobs": 1}),
    ("lightgbm", "LGBMRegressor", {"verbosity": -1, "n_jobs": 1}),
    ("xgboost", "XGBClassifier", {"n_jobs": 1}),
    ("xgboost", "XGBRegressor", {"n_jobs": 1}),
    ("xgboost", "XGBClassifier", {"booster": "dart"}),
    ("xgboost", "XGBRegressor", {"booster": "gblinear"}),
    ("catboost", "CatBoostClassifier", {"verbose": 0, "allow_writing_files": False}),
    ("catboost", "CatBoostRegressor", {"verbose": 0, "allow_writing_files": False}),
    *(
        ("catboost", "CatBoostClassifier", {"verbose": 0, "allow_writing_files": False, **each})
        for each in (
            {"n_estimators": 20, "max_depth": 3, "eta": 0.1, "reg_lambda": 2.0},
            {"bootstrap_type": "Bernoulli"},
            {"bootstrap_type": "No"},
        )
    ),
    ("lightgbm", "LGBMClassifier", {"verbosity": -1, "data_sample_strategy": "goss"}),
    ("lightgbm", "LGBMClassifier", {"verbosity": -1, "min_data_in_leaf": 5, "lambda_l1": 1.0}),
    ("xgboost", "XGBRegressor", {"eta": 0.1}),
    ("xgboost", "XGBRFRegressor", {"n_jobs": 1}),
]


@pytest.mark.parametrize(("package", "name", "arguments"), BOOSTERS)
@pytest.mark.parametrize("shape", [(20, 3), (200, 10)])
def test_points_of_boosters_fit(
    package: str, name: str, arguments: dict[str, Any], shape: tuple[int, int]
) -> None:
    estimator = getattr(pytest.importorskip(package), name)(**arguments)
    rng = np.random.default_rng(0)
    X = rng.standard_normal(shape)
    y = X[:, 0] + 0.3 * rng.standard_normal(len(X))
    y = (y > np.median(y)).astype(int) if name.endswith("Classifier") else y
    space = parse_space(suggest_space(estimator, X, y))
    names = ("iterations", "n_estimators")
    few = {name: 5 for name in names if name in space.branches[0].names}
    coordinates = space.sample(rng.random((5, len(space.axes))))
    for point in space.points(coordinates):
        params = space.decode(point)
        model = clone(estimator).set_params(**{**params, **few}).fit(X, y)
        assert np.isfinite(model.predict(X).astype(float)).all()


@pytest.mark.parametrize(
    ("package", "cls", "of_no_unit"),
    [("lightgbm", "LGBMRegressor", "mae"), ("xgboost", "XGBRegressor", "reg:absoluteerror")],
)
def test_the_penalty_of_gradients_has_their_unit(package: str, cls: str, of_no_unit: str) -> None:
    made = getattr(pytest.importorskip(package), cls)
    X = np.random.default_rng(0).standard_normal((20, 3))
    low, high, _ = suggest_space(made(), X, 1e-6 * X[:, 0])["reg_alpha"]
    assert high < 1e-4
    assert high / low == pytest.approx(1e5, rel=0.1)
    space = suggest_space(made(objective=of_no_unit), X, 1e-6 * X[:, 0])
    assert space["reg_alpha"][:2] == (1e-4, 10.0)


class Booster(ClassifierMixin, BaseEstimator):
    """Lists what it was given, as CatBoost does."""

    def __init__(self, **given: Any) -> None:
        self.given = given

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return self.given


def as_class(package: str, name: str, **given: Any) -> Booster:
    return type(name, (Booster,), {"__module__": package})(**given)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, {"iterations", "depth", "learning_rate", "bagging_temperature"}),
        ({"n_estimators": 20, "eta": 0.1}, {"n_estimators", "eta", "depth"}),
        ({"max_depth": 3, "reg_lambda": 1}, {"iterations", "max_depth", "reg_lambda"}),
        ({"bootstrap_type": "No"}, {"iterations", "depth"}),
    ],
)
def test_each_parameter_has_the_name_that_the_estimator_gives_it(
    given: dict[str, Any], names: set[str]
) -> None:
    space = suggest_space(as_class("catboost", "CatBoost", **given))
    assert names <= set(space)
    assert len(space) == 6 - (given.get("bootstrap_type") == "No")


def test_what_is_not_listed_is_searched_where_the_table_says_so() -> None:
    dart = suggest_space(as_class("xgboost", "XGBModel", booster="dart"))
    assert {"rate_drop", "skip_drop"} == set(dart)
    assert not suggest_space(
        as_class("xgboost", "XGBModel", booster="gbtree", max_depth=3)
    ).keys() - {"max_depth"}
