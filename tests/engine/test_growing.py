"""Fits that go on from smaller ones: nothing but time shows it."""

import math

import joblib
import numpy as np
import pytest
from sklearn.datasets import make_classification, make_friedman1
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import Ridge, SGDRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline

from skbayes import BayesSearchCV
from skbayes.engine import growing

CLASSES = make_classification(90, 6, n_informative=4, n_classes=3, flip_y=0.1, random_state=0)
NUMBERS = make_friedman1(90, 6, noise=0.5, random_state=0)
WEIGHTS = np.random.default_rng(0).uniform(0.1, 2.0, 90)
SEEDED = {"random_state": 3}
LEAF = {"min_samples_leaf": (1, 9)}
OF_BASE = {"estimator__min_samples_leaf": (1, 9)}

# An estimator that goes on, and its space.
GROWING = {
    "forest": (RandomForestClassifier(**SEEDED), LEAF),
    "forest, weighted classes": (
        RandomForestClassifier(class_weight={0: 1, 1: 2, 2: 5}, max_samples=0.5, **SEEDED),
        LEAF | {"ccp_alpha": (0.0, 0.02)},
    ),
    "forest, numpy's integer": (
        RandomForestRegressor(random_state=np.int64(3)),
        {"max_features": (0.2, 1.0), "min_samples_leaf": (1, 9)},
    ),
    "extra trees": (ExtraTreesClassifier(**SEEDED), LEAF),
    "extra trees, bootstrap": (ExtraTreesRegressor(bootstrap=True, **SEEDED), LEAF),
    "boosting": (
        GradientBoostingClassifier(**SEEDED),
        {"learning_rate": (0.01, 1.0), "subsample": (0.3, 1.0), "max_depth": (1, 3)},
    ),
    "boosting, huber": (
        GradientBoostingRegressor(loss="huber", init="zero", **SEEDED),
        {"subsample": (0.5, 1.0), "max_features": (0.2, 1.0), "ccp_alpha": (0.0, 0.1)},
    ),
    "bagging": (BaggingClassifier(ExtraTreesClassifier(3), max_features=0.5, **SEEDED), OF_BASE),
    "bagging, neighbours": (
        BaggingRegressor(KNeighborsRegressor(), max_samples=0.5, **SEEDED),
        {"estimator__n_neighbors": (1, 9)},
    ),
}


@pytest.fixture(autouse=True)
def _no_clock(monkeypatch):
    """Let shares cost what they are: a machine with other work can make any fit last."""
    monkeypatch.setattr("skbayes.optimizer.ladder.MIN_SECONDS", math.inf)


@pytest.fixture
def went_on(monkeypatch):
    """Return a list with an entry for each fit that has gone on."""
    found = []
    pop = growing._Kept.pop

    def noting(self, growth):
        kept = pop(self, growth)
        if kept is not None:
            found.append(growth)
        return kept

    monkeypatch.setattr(growing._Kept, "pop", noting)
    return found


def search(estimator, space, resource=growing.ROUNDS, *, fit_params=None, **settings):
    settings = {
        "strategy": "hyperband", "n_iter": 9, "cv": 2, "min_resources": 2, "max_resources": 18,
        "random_state": 0, "refit": False, **settings,
    }  # fmt: skip
    data = CLASSES if hasattr(estimator, "predict_proba") else NUMBERS
    return BayesSearchCV(estimator, space, resource=resource, **settings).fit(
        *data, **(fit_params or {})
    )


def assert_same(first, second):
    """Compare all of `cv_results_` but the times."""
    assert first.keys() == second.keys()
    for name in first:
        if "time" not in name:
            assert repr(list(first[name])) == repr(list(second[name])), name


@pytest.mark.parametrize("name", GROWING)
def test_results_are_those_of_fits_from_scratch(name, went_on, monkeypatch):
    estimator, space = GROWING[name]
    # Neighbours take no weights.
    has_weights = name not in ("forest", "bagging, neighbours")
    is_classifier = hasattr(estimator, "predict_proba")
    settings = {
        "scoring": "neg_log_loss" if is_classifier else "neg_mean_squared_error",
        "fit_params": {"sample_weight": WEIGHTS} if has_weights else {},
    }
    found = search(estimator, space, **settings).cv_results_
    # 9 candidates begin with 2 rounds; the best three, and the best of these, go on.
    assert len(went_on) == 2 * (3 + 1)
    monkeypatch.setattr(growing, "MOST_BYTES", 0)
    del went_on[:]
    assert_same(found, search(estimator, space, **settings).cv_results_)
    assert not went_on


class Own(RandomForestRegressor):
    pass


@pytest.mark.parametrize(
    ("estimator", "space", "resource", "fit_params"),
    [
        (RandomForestRegressor(), LEAF, "n_estimators", {}),
        (RandomForestRegressor(random_state=np.random.RandomState(0)), LEAF, "n_estimators", {}),
        (RandomForestRegressor(warm_start=True, **SEEDED), LEAF, "n_estimators", {}),
        (RandomForestClassifier(class_weight="balanced", **SEEDED), LEAF, "n_estimators", {}),
        (Own(**SEEDED), LEAF, "n_estimators", {}),
        (GradientBoostingRegressor(init=Ridge(), **SEEDED), LEAF, "n_estimators", {}),
        (GradientBoostingRegressor(n_iter_no_change=3, **SEEDED), LEAF, "n_estimators", {}),
        (
            GradientBoostingRegressor(**SEEDED),
            LEAF,
            "n_estimators",
            {"monitor": lambda i, *_: i > 5},
        ),
        (BaggingRegressor(oob_score=True, **SEEDED), OF_BASE | {"estimator": [Own(3)]}, None, {}),
        (RandomForestRegressor(5, **SEEDED), {"max_features": (0.1, 1.0)}, "max_leaf_nodes", {}),
        (HistGradientBoostingRegressor(early_stopping=False, **SEEDED), LEAF, "max_iter", {}),
        (MLPRegressor(solver="sgd", tol=0.0, **SEEDED), {"alpha": (0.0, 1.0)}, "max_iter", {}),
        (SGDRegressor(tol=None, **SEEDED), {"alpha": (0.0, 1.0)}, "max_iter", {}),
        (
            make_pipeline(RandomForestRegressor(**SEEDED)),
            {"randomforestregressor__min_samples_leaf": (1, 9)},
            "randomforestregressor__n_estimators",
            {},
        ),
        (RandomForestRegressor(5, **SEEDED), LEAF, "n_samples", {}),
    ],
)
@pytest.mark.filterwarnings("ignore:.*(iterations|convergence|OOB|out-of-bag)")
def test_all_others_are_fitted_from_scratch(estimator, space, resource, fit_params, went_on):
    shares = {"min_resources": 30, "max_resources": 90} if resource == "n_samples" else {}
    resource = resource or "n_estimators"
    found = search(estimator, space, resource, fit_params=fit_params, n_iter=3, **shares)
    assert found.fits_spent_ > 0
    assert not went_on


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_results_do_not_depend_on_which_worker_has_what(backend, monkeypatch):
    estimator, space = GROWING["boosting"]
    with joblib.parallel_backend(backend, n_jobs=2):
        found = search(estimator, space, n_points=3).cv_results_
    monkeypatch.setattr(growing, "MOST_BYTES", 0)
    assert_same(found, search(estimator, space, n_points=3).cv_results_)


def test_a_ladder_goes_on_too(went_on, monkeypatch):
    estimator, space = GROWING["extra trees"]
    found = search(estimator, space, strategy="bayesian").cv_results_
    # The first five candidates are measured on both rungs, in one fold, and then as a whole.
    assert len(went_on) >= 2 * 5
    monkeypatch.setattr(growing, "MOST_BYTES", 0)
    assert_same(found, search(estimator, space, strategy="bayesian").cv_results_)


def test_a_scorer_sees_a_fit_from_scratch(went_on):
    seen = []

    def scorer(estimator, X, y):
        assert "fit" not in vars(estimator)
        assert not estimator.warm_start
        seen.append((estimator, estimator.n_estimators))
        # What it changes is of no effect on fits that go on.
        estimator.random_state = 0
        return estimator.score(X, y)

    estimator, space = GROWING["forest"]
    changed = search(estimator, space, scoring=scorer)
    assert went_on
    # One that it has kept does not grow.
    assert all(len(model.estimators_) == n for model, n in seen)
    assert_same(
        changed.cv_results_,
        search(estimator, space).cv_results_,
    )


def test_nothing_is_kept_when_a_search_has_ended():
    estimator, space = GROWING["forest"]
    search(estimator, space)
    assert not growing._kept.n_bytes

    class Failure(Exception):
        pass

    def failing(estimator, X, y):
        assert growing._kept.n_bytes
        raise Failure

    with pytest.raises(Failure):
        search(estimator, space, scoring=failing, error_score="raise")
    assert not growing._kept.n_bytes


def growth(search="a", candidate=0):
    return growing.Growth(search, candidate, 0, False)


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(growing, "MOST_BYTES", 100)
    kept = growing._Kept()
    for candidate in range(9):
        kept.put(growth(candidate=candidate), bytes(30), 1.0)
        assert kept.n_bytes <= 100
    # The latest ones are there, each once.
    there = [kept.pop(growth(candidate=candidate)) is not None for candidate in range(9)]
    assert there == [False] * 6 + [True] * 3
    assert kept.pop(growth(candidate=8)) is None
    kept.put(growth(), bytes(101), 1.0)
    assert not kept.n_bytes
    kept.put(growth(), bytes(30), 1.0)
    kept.put(growth(), bytes(40), 1.0)
    assert kept.n_bytes == 40


def test_models_of_another_search_are_not_taken_up():
    kept = growing._Kept()
    kept.put(growth("a"), b"of a", 1.0)
    kept.clear("b")
    assert kept.n_bytes
    assert kept.pop(growth("b")) is None
    assert not kept.n_bytes


def test_the_time_of_a_fit_that_went_on_is_that_of_the_model_in_all(monkeypatch):
    put = growing._Kept.put
    monkeypatch.setattr(growing._Kept, "put", lambda *args: put(*args[:3], args[3] + 1000.0))
    estimator, space = GROWING["bagging"]
    found = search(estimator, space).cv_results_
    thousands = np.round(found["mean_fit_time"][np.isfinite(found["mean_test_score"])], -3)
    # With 6 rounds there was one fit before, with 18 two.
    assert set(thousands) == {2000.0}
