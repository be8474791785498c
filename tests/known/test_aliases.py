"""Other names of parameters, held against the boosters that take them."""

from typing import Any

import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skbayes.known import other_names
from skbayes.known.entries import entry_of


class CatBoost(ClassifierMixin, BaseEstimator):
    """Lists what it was given, as CatBoost does."""

    __module__ = "catboost"

    def __init__(self, iterations: Any = None, n_estimators: Any = None, **given: Any) -> None:
        self.given = {"iterations": iterations, "n_estimators": n_estimators, **given}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {name: value for name, value in self.given.items() if value is not None}


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        ({}, "iterations", {}),
        ({"n_estimators": 5}, "iterations", {"n_estimators": 5}),
        ({"n_estimators": 5}, "n_estimators", {}),
        ({"iterations": 5}, "num_trees", {"iterations": 5}),
        ({"max_depth": 3}, "depth", {"max_depth": 3}),
        ({"max_depth": 3}, "iterations", {}),
    ],
)
def test_names_by_which_something_is_set(given, name, expected):
    found = other_names(CatBoost(**given), name)
    assert {other: value for other, value in found.items() if value is not None} == expected
    assert name not in found


def test_names_within_a_pipeline():
    pipeline = make_pipeline(CatBoost(n_estimators=5))
    found = other_names(pipeline, "catboost__iterations")
    assert found["catboost__n_estimators"] == 5
    assert all(other.startswith("catboost__") for other in found)


@pytest.mark.parametrize("name", ["C", "nothing", "n_samples", "no__step"])
def test_most_parameters_have_one_name(name):
    assert other_names(SVC(), name) == {}


def test_lightgbm_has_these_names():
    lightgbm = pytest.importorskip("lightgbm")
    entry = entry_of(lightgbm.LGBMClassifier())
    listed = lightgbm.basic._ConfigAliases._get_all_param_aliases()
    groups = [{name, *others} for name, others in listed.items()]
    for first, others in entry.aliases.items():
        assert {first, *others} in groups
    found = other_names(lightgbm.LGBMClassifier(num_trees=5), "num_iterations")
    # It has the default by this name.
    assert found["n_estimators"] is None
    assert found["num_trees"] == 5
