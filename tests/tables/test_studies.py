"""A search as a study of Optuna."""

import sys
import warnings

import numpy as np
import pytest
import scipy.stats
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skbayes import BayesSearchCV, Integer, Real

X, Y = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30.0)

SPACE = {
    "a": (0.1, 10.0, "log-uniform"),
    "b": Real(0.5, 0.99, "reverse-log-uniform"),
    "c": Integer(1, 100, "log-uniform"),
    "d": ["x", None, 3, True],
    "e": [StandardScaler(), MinMaxScaler(), (0.1 + 0.2,)],
    "f": scipy.stats.norm(0, 1),
}


class Model(BaseEstimator):
    def __init__(self, a=1.0, b=0.6, c=5, d="x", e=None, f=0.0, kind=None, g=1.0):
        self.a, self.b, self.c, self.d, self.e, self.f = a, b, c, d, e, f
        self.kind, self.g = kind, g

    def fit(self, X, y):
        if self.d == 3:
            raise ValueError("three")
        return self

    def score(self, X, y):
        return -abs(self.a - 2) - 0.1 * self.c / 100 + 0.01 * X[0, 0]


def searched(space=SPACE, **settings):
    settings = {"n_iter": 16, "cv": 3, "random_state": 0, **settings}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return BayesSearchCV(Model(), space, refit=False, **settings).fit(X, Y)


def test_each_candidate_is_a_trial():
    optuna = pytest.importorskip("optuna")
    search = searched(early_stopping="median")
    study = search.to_optuna(study_name="here")
    table = search.trials(as_frame=False)
    states = {"complete": "COMPLETE", "stopped": "PRUNED", "failed": "FAIL"}
    assert [trial.state.name for trial in study.trials] == [states[s] for s in table["status"]]
    assert {"COMPLETE", "PRUNED", "FAIL"} == {trial.state.name for trial in study.trials}
    assert study.best_value == search.best_score_
    assert study.best_params["a"] == search.best_params_["a"]
    assert study.study_name == "here"
    assert study.direction.name == "MAXIMIZE"
    assert [t.user_attrs["proposed_by"] for t in study.trials] == table["proposed_by"]
    forms = study.trials[0].distributions
    assert forms["a"] == optuna.distributions.FloatDistribution(0.1, 10.0, log=True)
    assert forms["b"] == optuna.distributions.FloatDistribution(0.5, 0.99)
    assert forms["c"] == optuna.distributions.IntDistribution(1, 100, log=True)
    assert forms["d"].choices == ("x", None, 3, True)
    assert forms["e"].choices == ("StandardScaler()", "MinMaxScaler()", "(0.3,)")
    complete = next(trial for trial in study.trials if trial.state.name == "COMPLETE")
    assert complete.intermediate_values[2] == pytest.approx(complete.value)
    durations = [trial.duration.total_seconds() for trial in study.trials]
    expected = np.array(table["finished_at"]) - np.array(table["proposed_at"])
    np.testing.assert_allclose(durations, expected, atol=1e-5)


def test_its_plots_and_importances_are_made():
    optuna = pytest.importorskip("optuna")
    study = searched({"a": SPACE["a"], "c": SPACE["c"]}).to_optuna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = optuna.importance.get_param_importances(study)
        assert found.keys() == {"a", "c"}
        matplotlib = pytest.importorskip("matplotlib")
        matplotlib.use("Agg")
        plots = optuna.visualization.matplotlib
        for plot in (
            plots.plot_optimization_history,
            plots.plot_parallel_coordinate,
            plots.plot_slice,
            plots.plot_contour,
            plots.plot_timeline,
            plots.plot_edf,
        ):
            assert plot(study) is not None
            matplotlib.pyplot.close("all")


def test_a_database_takes_it(tmp_path):
    """As the dashboard reads it: parameters of some candidates, one name in several spaces."""
    optuna = pytest.importorskip("optuna")
    space = [
        {"kind": ["u"], "g": (0.0, 1.0), "a": (0.5, 1.0)},
        {"kind": ["v"], "g": (0.5, 5.0)},
        {"kind": ["w"], "g": [0.25, "auto"]},
    ]
    storage = f"sqlite:///{tmp_path}/study.db"
    search = searched(space, n_iter=9)
    search.to_optuna(storage=storage, study_name="s")
    study = optuna.load_study(storage=storage, study_name="s")
    assert len(study.trials) == 9
    assert study.best_value == search.best_score_


def test_what_cannot_be_a_study(monkeypatch):
    search = BayesSearchCV(Model(), {"a": (0.0, 1.0)}, n_iter=2, cv=2)
    with pytest.raises(NotFittedError):
        search.to_optuna()
    search.fit(X, Y)
    if "optuna" in sys.modules:
        with pytest.raises(TypeError, match="takes no direction"):
            search.to_optuna(direction="minimize")
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match="pip install optuna"):
        search.to_optuna()
