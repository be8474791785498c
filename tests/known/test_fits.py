"""Whatever is suggested fits, without an error or a warning of the estimator's own.

The table is made of the entries: all classes of scikit-learn and of the libraries that are
installed, on three shapes of data.
"""

import functools
import os
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone, is_classifier, is_outlier_detector, is_regressor
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils import all_estimators, get_tags

from skbayes.known import suggest_space
from skbayes.known.entries import entries
from skbayes.space import parse_space

# Thirty points of each case take five minutes: `SKBAYES_POINTS=30 pytest -m slow` on this file.
N_POINTS = int(os.environ.get("SKBAYES_POINTS", "8"))

# What the classes need that cannot be made without arguments.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "OneVsRestClassifier": {"estimator": LogisticRegression()},
    "OneVsOneClassifier": {"estimator": LogisticRegression()},
    "OutputCodeClassifier": {"estimator": LogisticRegression()},
    "FixedThresholdClassifier": {"estimator": LogisticRegression()},
    "TunedThresholdClassifierCV": {"estimator": LogisticRegression(), "cv": 2},
    "SelfTrainingClassifier": {"estimator": LogisticRegression()},
    "VotingClassifier": {"estimators": [("a", LogisticRegression())]},
    "VotingRegressor": {"estimators": [("a", Ridge())]},
    "StackingClassifier": {"estimators": [("a", LogisticRegression())], "cv": 2},
    "StackingRegressor": {"estimators": [("a", Ridge())], "cv": 2},
    "CalibratedClassifierCV": {"cv": 2},
    "TransformedTargetRegressor": {"regressor": Ridge()},
    "RFE": {"estimator": Ridge(), "step": 0.5},
    "SelectFromModel": {"estimator": RandomForestRegressor(5, random_state=0)},
}
# Of which data they are, or what they need of them, the table below has nothing.
ELSEWHERE = {
    "Pipeline", "ColumnTransformer", "FeatureUnion", "CountVectorizer", "TfidfVectorizer",
    "TfidfTransformer", "MultiOutputClassifier", "MultiOutputRegressor", "ClassifierChain",
    "RegressorChain",
}  # fmt: skip
NOT_NEGATIVE = {"MultinomialNB", "ComplementNB", "CategoricalNB"}
# More of the same parts can make no other error or warning, and take long.
SLOW = ("MLP", "GaussianProcess", "Bagging", "QuantileTransformer", "SVC", "NuSVC")
PARTS = ("n_estimators", "iterations")


class Shape(NamedTuple):
    X: Any
    target: Any

    def y(self, n_classes: int) -> Any:
        if not n_classes:
            return self.target
        ends = np.quantile(self.target, np.arange(1, n_classes) / n_classes)
        return np.digitize(self.target, ends)


@functools.cache
def shapes() -> dict[str, Shape]:
    rng = np.random.default_rng(0)
    found = {}
    for n, d in ((20, 3), (500, 30)):
        X = rng.standard_normal((n, d))
        found[f"{n} x {d}"] = Shape(X, X[:, 0] + X[:, 1] ** 2 + 0.3 * rng.standard_normal(n))
    # Dense enough that no column of a half is empty: tests of single features warn of constants.
    X = scipy.sparse.random(300, 2000, 0.1, "csr", random_state=0)
    noise = 0.1 * rng.standard_normal(300)
    found["sparse 300 x 2000"] = Shape(X, np.asarray(X[:, :50].sum(axis=1)).ravel() + noise)
    return found


def classes() -> Iterator[Any]:
    """Yield the classes that are named in the data, where they can be imported."""
    own = dict(all_estimators())
    for entry in entries():
        if entry.package == "sklearn":
            yield from (own[name] for name in entry.classes if name in own and entry.space)


def made(cls: Any) -> Any:
    return cls(**ARGUMENTS.get(cls.__name__, {}))


def cases() -> Iterator[Any]:
    for cls in classes():
        if cls.__name__ in ELSEWHERE:
            continue
        for shape in shapes():
            estimator = made(cls)
            if (
                scipy.sparse.issparse(shapes()[shape].X)
                and not get_tags(estimator).input_tags.sparse
            ):
                continue
            if is_classifier(estimator):
                numbers = [2, 3]
            else:
                numbers = [0 if is_regressor(estimator) or is_outlier_detector(estimator) else 2]
            for n_classes in numbers:
                yield pytest.param(
                    estimator, shape, n_classes, id=f"{cls.__name__}-{shape}-{n_classes}"
                )


def faults(estimator: Any, X: Any, y: Any, n_points: int, *, quick: bool) -> list[str]:
    """Return what random points of the suggested space raise, or warn of, on halves and on all."""
    space = parse_space(suggest_space(estimator, X, y))
    found = []
    for seed in range(n_points):
        rng = np.random.default_rng(seed)
        params = space.decode(space.points(space.sample(rng.random((1, len(space.axes)))))[0])
        model = clone(estimator).set_params(**params)
        listed = model.get_params()
        if "random_state" in listed:
            model.set_params(random_state=0)
        for name in PARTS:
            if quick and name in listed:
                model.set_params(**{name: min(listed[name], 5)})
        if quick and "max_leaf_nodes" in params:
            model.set_params(max_iter=min(listed["max_iter"], 5))
        rows = half(y, rng) if seed % 2 else slice(None)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                model.fit(X[rows], y[rows])
            except Exception as error:
                found.append(f"{params}: {type(error).__name__}: {error}")
    return found


def half(y: Any, rng: np.random.Generator) -> Any:
    """Return the rows of one of two folds, with as many of each class if there are any."""
    order = rng.permutation(len(y))
    if np.issubdtype(y.dtype, np.integer):
        order = order[np.argsort(y[order], kind="stable")]
    return order[::2]


def check(estimator: Any, shape: str, n_classes: int, n_points: int, *, quick: bool) -> None:
    X, _ = shapes()[shape]
    X = abs(X) if type(estimator).__name__ in NOT_NEGATIVE else X
    X = (X > 0).astype(int) if type(estimator).__name__ == "CategoricalNB" else X
    assert faults(estimator, X, shapes()[shape].y(n_classes), n_points, quick=quick) == []


QUICK = [
    case
    for case in cases()
    if case.values[1] == "20 x 3" or not type(case.values[0]).__name__.startswith(SLOW)
]


@pytest.mark.parametrize(("estimator", "shape", "n_classes"), QUICK)
def test_a_few_points_fit(estimator: Any, shape: str, n_classes: int) -> None:
    check(estimator, shape, n_classes, 2, quick=True)


@pytest.mark.slow
@pytest.mark.parametrize(("estimator", "shape", "n_classes"), list(cases()))
def test_all_points_fit(estimator: Any, shape: str, n_classes: int) -> None:
    check(estimator, shape, n_classes, N_POINTS, quick=True)
