"""LightGBM and XGBoost, through the interface that they have for scikit-learn."""

import re
import threading
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline

from skbayes import BayesSearchCV

X, Y = make_classification(120, 6, n_informative=3, random_state=0)
LOG = "log-uniform"


class Callback:
    """Keeps a state of the fit that it is in."""

    def __init__(self):
        self.n_calls = 0
        self.thread = None

    def __call__(self):
        self.n_calls += 1
        assert self.thread in (None, threading.get_ident())
        self.thread = threading.get_ident()


class Boosted(ClassifierMixin, BaseEstimator):
    """Calls its callbacks as often as it has rounds, and tells by its score what they counted."""

    def __init__(self, rounds=3):
        self.rounds = rounds

    def fit(self, X, y, callbacks=(), mode=None):
        assert mode is None or mode is MODE
        for callback in callbacks:
            for _ in range(self.rounds):
                callback()
            assert callback.n_calls == self.rounds
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X))


MODE = object()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_each_fold_has_callbacks_of_its_own(n_jobs):
    """The refit gets the user's own, which were not used before. Nothing else is copied."""
    callback = Callback()
    search = BayesSearchCV(Boosted(), {"rounds": (1, 9)}, n_iter=6, cv=2, n_jobs=n_jobs)
    with joblib.parallel_backend("threading"):
        search.fit(X, Y, callbacks=[callback], mode=MODE)
    assert search.candidate_status_ == ["complete"] * 6
    assert callback.n_calls == search.best_params_["rounds"]


LIGHT = {"n_jobs": 1, "verbose": -1, "random_state": 0}


@pytest.fixture
def lightgbm():
    return pytest.importorskip("lightgbm")


@pytest.fixture
def xgboost():
    return pytest.importorskip("xgboost")


def whole(search):
    """Return the search, all of whose fits have to be good."""
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    return search


def test_lightgbm(lightgbm):
    space = {
        "n_estimators": (3, 12),
        "learning_rate": (0.02, 0.5, LOG),
        "num_leaves": (3, 15, LOG),
        "boosting_type": ["gbdt", "dart"],
        "max_bin": [31, 63],  # which it takes, and does not list
    }
    model = lightgbm.LGBMClassifier(**LIGHT)
    search = whole(BayesSearchCV(model, space, n_iter=6, cv=2, random_state=0).fit(X, Y))
    assert search.score(X, Y) > 0.7
    assert {type(params["max_bin"]) for params in search.cv_results_["params"]} == {int}


@pytest.mark.parametrize(
    ("given", "space", "message"),
    [
        (
            {"num_trees": 9},
            {"num_leaves": (3, 9)},
            "num_trees=9, so .*: write resource='{}num_trees'",
        ),
        ({}, {"num_trees": (3, 9)}, "is in search_spaces too, as '{}num_trees'"),
        ({"num_trees": 9}, "auto", "num_trees=9, so .*: write resource='{}num_trees'"),
    ],
)
@pytest.mark.parametrize("is_step", [False, True])
def test_lightgbm_has_no_rounds_by_another_name_than_the_resource(
    lightgbm, given, space, message, is_step
):
    """LightGBM would take the other one, so that each share were the whole."""
    model = lightgbm.LGBMClassifier(**given, **LIGHT)
    prefix = "clf__" if is_step else ""
    if not isinstance(space, str):
        space = {f"{prefix}{name}": values for name, values in space.items()}
        space |= {"clf": [model]} if is_step else {}
    model = Pipeline([("clf", model)]) if is_step else model
    search = BayesSearchCV(model, space, resource=f"{prefix}n_estimators", n_iter=2, cv=2)
    with pytest.raises(ValueError, match=message.format(prefix)):
        search.fit(X, Y)


@pytest.mark.parametrize(("name", "given"), [("n_estimators", {}), ("num_trees", {"num_trees": 9})])
def test_rounds_of_lightgbm_by_the_name_that_it_has(lightgbm, name, given):
    model = lightgbm.LGBMClassifier(**{"n_estimators": 9, **given}, **LIGHT)
    model.set_params(**({} if name == "n_estimators" else {"n_estimators": 100}))
    rounds = set()

    def counted(model, X, y):
        rounds.add(model.booster_.num_trees())
        return model.score(X, y)

    search = BayesSearchCV(
        model, "auto", resource=name, n_iter=2, cv=2, random_state=0, scoring=counted
    ).fit(X, Y)
    assert search.n_resources_ == [1, 3, 9]
    assert rounds == {1, 3, 9}
    assert name in search.best_params_


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_lightgbm_stops_early_on_data_of_the_user(lightgbm, n_jobs):
    fit_part, held_out, y_fit, y_held_out = train_test_split(X, Y, random_state=0)
    model = lightgbm.LGBMClassifier(n_estimators=60, learning_rate=0.3, **LIGHT)
    record = {}
    callbacks = [lightgbm.early_stopping(3, verbose=False), lightgbm.record_evaluation(record)]
    search = BayesSearchCV(model, {"num_leaves": (3, 15)}, n_iter=4, cv=2, n_jobs=n_jobs)
    with joblib.parallel_backend("threading"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names of features
        search.fit(fit_part, y_fit, eval_set=[(held_out, y_held_out)], callbacks=callbacks)
    assert 0 < whole(search).best_estimator_.best_iteration_ < 60
    # What was recorded is the refit.
    [losses] = [next(iter(metrics.values())) for metrics in record.values()]
    assert search.best_estimator_.best_iteration_ <= len(losses) < 60


def test_xgboost(xgboost):
    space = {
        "n_estimators": (3, 12),
        "learning_rate": (0.02, 0.5, LOG),
        "max_depth": (1, 4),
        "booster": ["gbtree", "dart"],
        "subsample": (0.5, 1.0),
    }
    model = xgboost.XGBClassifier(n_jobs=1, random_state=0)
    search = whole(BayesSearchCV(model, space, n_iter=6, cv=2, random_state=0).fit(X, Y))
    assert search.score(X, Y) > 0.7


def test_xgboost_stops_early_with_callbacks_in_its_parameters(xgboost):
    stop = xgboost.callback.EarlyStopping(rounds=3)
    model = xgboost.XGBClassifier(n_estimators=60, learning_rate=0.3, n_jobs=1, callbacks=[stop])
    search = BayesSearchCV(model, {"max_depth": (1, 4)}, n_iter=4, cv=2, random_state=0)
    search.fit(X[:90], Y[:90], eval_set=[(X[90:], Y[90:])], verbose=False)
    assert whole(search).best_estimator_.best_iteration < 60


def test_boosters_as_values_of_a_step(lightgbm, xgboost):
    """LightGBM takes any parameter; those that XGBoost lists are XGBoost's all the same."""
    models = [
        lightgbm.LGBMClassifier(n_estimators=4, **LIGHT),
        xgboost.XGBClassifier(n_estimators=4, n_jobs=1),
        LogisticRegression(),
    ]
    space = {
        "model": models,
        "model__num_leaves": (3, 15),
        "model__max_leaves": (3, 15),
        "model__learning_rate": (0.05, 0.5, LOG),
        "model__C": (0.01, 100.0, LOG),
    }
    pipeline = Pipeline([("model", models[0])])
    search = whole(BayesSearchCV(pipeline, space, n_iter=8, cv=2, random_state=0).fit(X, Y))
    names = {
        type(params["model"]).__name__: {name.removeprefix("model__") for name in params}
        for params in search.cv_results_["params"]
    }
    assert names == {
        "LGBMClassifier": {"model", "num_leaves", "learning_rate"},
        "XGBClassifier": {"model", "max_leaves", "learning_rate"},
        "LogisticRegression": {"model", "C"},
    }


PAGE = (Path(__file__).parents[2] / "docs" / "boosting.md").read_text("utf-8")
BLOCK = re.compile(r"^```py(?:thon)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.filterwarnings("ignore")  # of names of features
@pytest.mark.parametrize(
    ("library", "oldest"), [("lightgbm", "4.7"), ("xgboost", "3"), ("catboost", "1.2")]
)
def test_the_page_on_boosters(library, oldest, tmp_path, monkeypatch):
    """Blocks of docs/boosting.md that not every machine can run, after those that it can."""
    pytest.importorskip(library, oldest)
    monkeypatch.chdir(tmp_path)  # CatBoost writes a folder
    others = {"lightgbm": "import lightgbm|LGBM", "xgboost": "import xgb", "catboost": "import cat"}
    del others[library]
    blocks = [b for b in BLOCK.findall(PAGE) if not re.search("|".join(others.values()), b)]
    assert sum(library in block for block in blocks) >= 1
    names = {"__name__": "page"}
    for block in blocks:
        exec(block, names)
    model = names["search"].best_estimator_
    assert 0 < getattr(model, "best_iteration_", getattr(model, "best_iteration", 0)) < 200


def test_each_fit_keeps_a_part_of_its_data_to_stop_on():
    """As docs/boosting.md shows it."""
    pytest.importorskip("lightgbm", "4.7")
    [code] = re.findall(r"```py\n(from lightgbm import.*?)```", PAGE, re.DOTALL)
    names = {"__name__": "page"}
    exec(code, names)
    model = names["StoppedLGBMClassifier"](n_estimators=80, **LIGHT)
    search = BayesSearchCV(model, {"learning_rate": (0.1, 1.0)}, n_iter=4, cv=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names of features
        whole(search.fit(X, Y))
    assert 0 < search.best_estimator_.best_iteration_ < 80
    assert search.best_estimator_.get_params()["n_estimators"] == 80
