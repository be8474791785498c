"""Each entry is whole, and speaks of classes, parameters and quantities that there are."""

import inspect
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils import all_estimators

from skbayes.known import suggest_space
from skbayes.known.entries import Entry, entries, entry_of
from skbayes.known.facts import QUANTITIES
from skbayes.space import check_dimension, parse_space

SKLEARN = dict(all_estimators())


def ids(entry: Entry) -> str:
    return entry.classes[0]


@pytest.mark.parametrize("entry", entries(), ids=ids)
def test_fields(entry: Entry) -> None:
    assert entry.classes
    assert len(entry.source) >= 10
    assert entry.features in ("same", "more", "fewer", "other")
    assert {*entry.inside, *entry.sets} <= {*QUANTITIES}
    for name, ways in entry.space.items():
        assert ways
        for way in ways:
            told = {*way.at_most, *way.at_least, *way.only, *way.needs}
            assert told | {way.times} <= {*QUANTITIES, None}
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
    assert {*entry.leaves_out} <= takes


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
    rounds = "iterations" if package == "catboost" else "n_estimators"
    coordinates = space.sample(rng.random((5, len(space.axes))))
    for point in space.points(coordinates):
        params = space.decode(point)
        model = clone(estimator).set_params(**{**params, rounds: 5}).fit(X, y)
        assert np.isfinite(model.predict(X).astype(float)).all()
