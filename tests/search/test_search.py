import pickle
import re
import subprocess
import sys
import warnings
from decimal import Decimal

import joblib
import numpy as np
import pytest
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier, is_regressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.feature_selection import RFE
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import (
    KFold,
    ShuffleSplit,
    StratifiedKFold,
    cross_val_score,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbayes import BayesSearchCV, Categorical, Integer, Real

X, Y = load_iris(return_X_y=True)
SPACE = {
    "C": Real(1e-2, 1e2, "log-uniform"),
    "gamma": (1e-4, 1e1, "log-uniform"),
    "kernel": ["rbf", "linear"],
    "max_iter": Integer(100, 1000),
}


def svc_search(**kwargs):
    kwargs = {"n_iter": 12, "cv": 3, "random_state": 0, **kwargs}
    estimator = kwargs.pop("estimator", SVC(tol=1e-2))
    return BayesSearchCV(estimator, kwargs.pop("search_spaces", SPACE), **kwargs)


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Solver terminated early")
        warnings.filterwarnings("ignore", message="Precision is ill-defined")
        yield


class Flaky(ClassifierMixin, BaseEstimator):
    """Fits or fails as its parameter says."""

    def __init__(self, value=0.0, is_broken=False):
        self.value = value
        self.is_broken = is_broken

    def fit(self, X, y):
        if self.is_broken or self.value > 0.5:
            raise RuntimeError(f"value {self.value:.3f} does not fit")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return -abs(self.value - 0.4)


def test_finds_a_good_model_and_delegates_to_it():
    search = svc_search(n_iter=15).fit(X, Y)
    assert search.best_score_ >= 0.97
    assert search.predict(X).shape == Y.shape
    assert search.score(X, Y) == search.best_estimator_.score(X, Y)
    assert search.decision_function(X).shape == (150, 3)
    assert search.classes_.tolist() == [0, 1, 2]
    assert search.n_features_in_ == 4
    assert search.refit_time_ > 0
    assert not hasattr(search, "predict_proba")
    params = search.best_estimator_.get_params()
    assert all(params[name] == value for name, value in search.best_params_.items())


def test_values_reach_the_estimator_as_native_types():
    seen = []

    class Looks(Flaky):
        def fit(self, X, y):
            seen.append((type(self.value), type(self.is_broken)))
            return super().fit(X, y)

    for space in (
        {"value": (0.0, 0.5), "is_broken": [False]},
        {"value": stats.uniform(0, 0.4), "is_broken": np.array([False])},
        {"value": np.linspace(0, 0.5, 20), "is_broken": Categorical([False])},
    ):
        BayesSearchCV(Looks(), space, n_iter=8, cv=2, random_state=0).fit(X, Y)
    assert set(seen) == {(float, bool)}


def test_the_first_candidate_is_what_the_estimator_has():
    search = svc_search(estimator=SVC(C=7.0, gamma=0.03, max_iter=321), n_iter=3).fit(X, Y)
    expected = {"C": 7.0, "gamma": 0.03, "kernel": "rbf", "max_iter": 321}
    assert search.cv_results_["params"][0] == expected
    outside = svc_search(estimator=SVC(C=1e9, gamma=0.03, max_iter=321), n_iter=2).fit(X, Y)
    assert outside.cv_results_["params"][0]["C"] <= 100
    off = svc_search(estimator=SVC(C=7.0, gamma=0.03, max_iter=321), n_iter=2, initial_points=[])
    assert off.fit(X, Y).cv_results_["params"][0] != expected


@pytest.mark.parametrize(
    ("values", "is_meant"),
    [
        ([1, 2, 5], False),
        (["sqrt", 1, 0.5], False),
        ([1.0, 0.5, 2], True),
        ((0.1, 1.0), True),
        ((1, 9), False),
    ],
)
def test_all_features_are_not_one_feature(values, is_meant):
    forest = RandomForestRegressor(n_estimators=3, max_features=1.0, random_state=0)
    X, y = load_diabetes(return_X_y=True)
    search = BayesSearchCV(forest, {"max_features": values}, n_iter=3, cv=2, random_state=0)
    ((first,), *_) = search.fit(X[:60], y[:60]).optimizer_results_[0].x_iters
    assert (first == 1) == is_meant
    assert not is_meant or type(first) is float


@pytest.mark.parametrize("is_nested", [False, True])
def test_a_number_of_features_is_no_share_of_them(is_nested):
    X, y = load_diabetes(return_X_y=True)
    estimator, name = RFE(Ridge(), step=1), "step"
    if is_nested:
        estimator, name = Pipeline([("select", estimator)]), "select__step"
    search = BayesSearchCV(estimator, {name: (0.1, 1.0)}, n_iter=2, cv=2, random_state=0)
    assert search.fit(X[:60], y[:60]).cv_results_[f"param_{name}"][0] < 1
    # Also where it is a model of the space that takes them so.
    models = Pipeline([("model", Ridge())])
    space = [
        {"model": [Ridge()], "model__alpha": (0.1, 10.0)},
        {"model": [RandomForestRegressor(n_estimators=3)], "model__max_features": [1, 5, 9]},
    ]
    search = BayesSearchCV(models, space, n_iter=8, cv=2, random_state=0).fit(X[:60], y[:60])
    assert [params.get("model__max_features") for params in search.cv_results_["params"]][1] != 1
    # Elsewhere 1 is 1.0.
    ridge = BayesSearchCV(Ridge(alpha=1), {"alpha": (0.1, 1.0)}, n_iter=2, cv=2)
    assert ridge.fit(X[:60], y[:60]).cv_results_["param_alpha"][0] == 1


def test_each_branch_begins_with_the_defaults_of_its_model():
    pipe = Pipeline([("scale", StandardScaler()), ("clf", LogisticRegression())])
    space = [
        {"clf": [LogisticRegression()], "clf__C": (1e-3, 1e3, "log-uniform")},
        {"clf": [DecisionTreeClassifier()], "clf__min_samples_split": (2, 20)},
    ]
    table = BayesSearchCV(pipe, space, n_iter=8, cv=2, random_state=0).fit(X, Y).cv_results_
    assert table["params"][0]["clf__C"] == 1.0
    assert table["params"][1]["clf__min_samples_split"] == 2


def test_given_points_are_evaluated_first():
    points = [{"C": 3.0, "gamma": 0.5, "kernel": "linear", "max_iter": 200}]
    search = svc_search(initial_points=points, n_iter=2).fit(X, Y)
    assert search.cv_results_["params"][0] == points[0]


@pytest.mark.parametrize(
    ("written", "value"), [([1, 2, "sqrt"], 1.0), ((1, 3), 1.0), ((0.1, 1.0), 1)]
)
def test_a_point_of_another_meaning_is_refused(written, value):
    """One feature is not all of them."""
    points = [{"max_features": value}]
    search = BayesSearchCV(
        DecisionTreeClassifier(), {"max_features": written}, initial_points=points, n_iter=2
    )
    with pytest.raises(
        ValueError, match=r"initial_points\[0\]: .*'max_features'.* another meaning"
    ):
        search.fit(X, Y)


def test_parameters_that_are_estimators_are_never_fitted():
    scalers = [StandardScaler(), MinMaxScaler(), "passthrough"]
    pipe = make_pipeline(StandardScaler(), SVC())
    space = {"standardscaler": scalers, "svc__C": (0.1, 10.0)}
    search = BayesSearchCV(pipe, space, n_iter=6, cv=2, random_state=0).fit(X, Y)
    assert not any(hasattr(scaler, "n_features_in_") for scaler in scalers)
    assert all(
        any(params["standardscaler"] is scaler for scaler in scalers)
        for params in search.cv_results_["params"]
    )


@pytest.mark.parametrize("is_first", [True, False])
def test_a_candidate_that_fails_never_ends_the_search(is_first):
    initial = [{"value": 0.9}] if is_first else []
    search = BayesSearchCV(
        Flaky(), {"value": (0.0, 1.0)}, n_iter=20, cv=3, random_state=0, initial_points=initial
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(X, Y)
    failed = [warning for warning in caught if warning.category is FitFailedWarning]
    assert len(failed) == 1
    assert "fits failed out of a total of 60" in str(failed[0].message)
    scores = search.cv_results_["mean_test_score"]
    assert len(scores) == 20
    if is_first:
        assert np.isnan(scores[0])
        assert search.cv_results_["rank_test_score"][0] == np.isfinite(scores).sum() + 1
    assert abs(search.best_params_["value"] - 0.4) < 0.05
    _, observations, _ = search._learnt_from
    np.testing.assert_array_equal(observations.has_failed, search.cv_results_["param_value"] > 0.5)


def test_when_all_fits_fail_one_error_shows_why():
    search = BayesSearchCV(Flaky(), {"value": (0.6, 1.0)}, n_iter=5, cv=3, random_state=0)
    with pytest.raises(ValueError, match="All the 15 fits failed") as caught:
        search.fit(X, Y)
    assert "RuntimeError: value" in str(caught.value)
    assert "Traceback" in str(caught.value)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_error_score_raise_gives_the_error_and_its_parameters(n_jobs):
    search = BayesSearchCV(
        Flaky(), {"value": (0.6, 1.0)}, n_iter=5, cv=3, error_score="raise", n_jobs=n_jobs
    )
    with pytest.raises(RuntimeError, match="does not fit") as caught:
        search.fit(X, Y)
    assert any("value=0." in note for note in caught.value.__notes__)


def test_parameters_that_cannot_be_set_are_failed_fits():
    class Strict(Flaky):
        def set_params(self, **params):
            if params.get("value", 0) == 0.3:
                raise ValueError("never 0.3")
            return super().set_params(**params)

    search = BayesSearchCV(Strict(), {"value": [0.1, 0.2, 0.3]}, n_iter=3, cv=2, random_state=0)
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        search.fit(X, Y)
    assert np.isnan(search.cv_results_["mean_test_score"]).sum() == 1


def test_all_candidates_meet_the_same_folds():
    """Also with a splitter that shuffles without a seed, and one that can be used once."""
    seen = []

    class Looks(GaussianNB):
        def __init__(self, var_smoothing=1e-9):
            super().__init__(var_smoothing=var_smoothing)

        def fit(self, X, y):
            seen.append(X.sum())
            return super().fit(X, y)

    for cv in (ShuffleSplit(3), KFold(3, shuffle=True), iter(list(KFold(3).split(X, Y)))):
        seen.clear()
        search = BayesSearchCV(
            Looks(), {"var_smoothing": (1e-9, 1.0, "log-uniform")}, n_iter=6, cv=cv, refit=False
        )
        search.fit(X, Y)
        assert len(set(seen)) == 3


def params_of(search):
    return search.fit(X, Y).cv_results_["params"]


def test_the_same_seed_gives_the_same_search():
    first = svc_search().fit(X, Y)
    second = svc_search().fit(X, Y)
    assert first.cv_results_["params"] == second.cv_results_["params"]
    np.testing.assert_array_equal(
        first.cv_results_["mean_test_score"], second.cv_results_["mean_test_score"]
    )
    assert params_of(svc_search(random_state=1)) != first.cv_results_["params"]


def test_a_random_state_advances_between_fits():
    search = svc_search(random_state=np.random.RandomState(0), n_iter=4)
    assert params_of(search) != params_of(search)


@pytest.mark.parametrize("n_points", [1, 3])
def test_the_backend_does_not_matter(n_points):
    expected = params_of(svc_search(n_points=n_points))
    for backend, n_jobs in (("loky", 2), ("threading", 2), ("threading", 5)):
        with joblib.parallel_backend(backend):
            assert params_of(svc_search(n_points=n_points, n_jobs=n_jobs)) == expected, backend


def test_timing_does_not_matter():
    import time

    rng = np.random.RandomState(0)

    class Sleeps(Flaky):
        def fit(self, X, y):
            time.sleep(rng.exponential(0.01))
            return super().fit(X, y)

    def go():
        with joblib.parallel_backend("threading", n_jobs=6):
            search = BayesSearchCV(
                Sleeps(), {"value": (0.0, 0.5)}, n_iter=15, cv=2, random_state=0, n_points=4
            )
            return params_of(search)

    assert go() == go()


def test_two_processes_give_the_same_search(capsys):
    code = (
        "from sklearn.datasets import load_iris; from sklearn.svm import SVC;"
        "from skbayes import BayesSearchCV;"
        "X, y = load_iris(return_X_y=True);"
        "s = BayesSearchCV(SVC(), {'C': (1e-2, 1e2, 'log-uniform'), 'kernel': ['rbf', 'linear'],"
        " 'degree': (1, 5)}, n_iter=14, cv=3, random_state=7).fit(X, y);"
        "print(s.cv_results_['params'])"
    )
    command = [sys.executable, "-c", code]
    other = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    exec(code, {"__name__": "__main__"})
    assert other == capsys.readouterr().out
    assert other.count("'C'") == 14


def test_an_exhausted_space_ends_the_search_with_one_warning():
    search = svc_search(search_spaces={"kernel": ["rbf", "linear"], "C": [1, 10]}, n_iter=50)
    with pytest.warns(UserWarning, match="total space of parameters 4 is smaller") as caught:
        search.fit(X, Y)
    assert len(caught) == 1
    assert len(search.cv_results_["params"]) == 4


def test_branches_with_numbers_of_their_own():
    spaces = [({"kernel": ["linear"], "C": (0.1, 10.0)}, 3), ({"kernel": ["rbf", "poly"]}, 2)]
    kernels = svc_search(search_spaces=spaces, n_iter=40).fit(X, Y).cv_results_["param_kernel"]
    assert sum(kernel == "linear" for kernel in kernels) == 3
    assert len(kernels) == 5


def test_every_written_form_of_a_space():
    from sklearn.gaussian_process import GaussianProcessClassifier
    from sklearn.gaussian_process.kernels import RBF, Matern

    search = BayesSearchCV(
        GaussianProcessClassifier(),
        {
            "kernel": [RBF(1.0), Matern(1.0), None],
            "max_iter_predict": range(10, 30),
            "n_restarts_optimizer": stats.randint(0, 2),
            "optimizer": [None],
            "warm_start": (True, False),
            "copy_X_train": np.array([True, False]),
        },
        n_iter=5,
        cv=2,
        random_state=0,
    ).fit(X[::3], Y[::3])
    for params in search.cv_results_["params"]:
        assert params["n_restarts_optimizer"] in (0, 1)
        assert type(params["copy_X_train"]) is bool


@pytest.mark.parametrize("objective", [None, "precision_macro", "accuracy"])
def test_the_objective_steers_and_refit_selects(objective):
    search = svc_search(
        scoring=["accuracy", "precision_macro"], refit="accuracy", objective=objective
    ).fit(X, Y)
    assert search.best_index_ == search.cv_results_["rank_test_accuracy"].argmin()
    assert search.best_score_ == search.cv_results_["mean_test_accuracy"].max()
    assert search.score(X, Y) == search.best_estimator_.score(X, Y)


def test_the_objective_of_several_metrics_changes_the_candidates():
    def two(estimator, X, y):
        return {"low": -estimator.value, "high": estimator.value}

    medians = []
    for objective in ("low", "high"):
        late = [
            BayesSearchCV(
                Flaky(),
                {"value": (0.0, 0.5)},
                n_iter=12,
                cv=2,
                random_state=seed,
                scoring=two,
                refit=False,
                objective=objective,
            )
            .fit(X, Y)
            .cv_results_["param_value"]
            .data[6:]
            for seed in range(3)
        ]
        medians.append(np.median(late))
    assert medians[0] < 0.1
    assert medians[1] > 0.4


def test_metrics_of_a_callable_are_checked_at_the_first_result():
    fits = []

    class Counts(Flaky):
        def fit(self, X, y):
            fits.append(1)
            return super().fit(X, y)

    def two(estimator, X, y):
        return {"a": 1.0, "b": 2.0}

    for kwargs in ({"refit": True}, {"refit": "c"}, {"refit": "a", "objective": "c"}):
        fits.clear()
        search = BayesSearchCV(Counts(), {"value": (0.0, 0.5)}, scoring=two, **kwargs)
        with pytest.raises(ValueError, match=r"refit|objective='c'"):
            search.fit(X, Y)
        assert len(fits) == 1


@pytest.mark.parametrize(
    ("refit", "error"), [(lambda table: 1.0, TypeError), (lambda table: 99, IndexError)]
)
def test_a_refit_that_selects_nothing(refit, error):
    with pytest.raises(error, match="best_index_"):
        svc_search(refit=refit, n_iter=3).fit(X, Y)


@pytest.mark.parametrize("by_function", [False, True], ids=["names", "a function"])
def test_the_score_after_a_refit_by_a_function_is_by_the_objective(by_function):
    def both(estimator, X, y):
        predicted = estimator.predict(X)
        return {
            "accuracy": accuracy_score(y, predicted),
            "f1_macro": f1_score(y, predicted, average="macro"),
        }

    search = svc_search(
        scoring=both if by_function else ["accuracy", "f1_macro"],
        objective="f1_macro",
        refit=lambda table: 0,
        n_iter=3,
    ).fit(X, Y)
    assert search.score(X, Y) == f1_score(Y, search.predict(X), average="macro")


def test_without_refit():
    search = svc_search(refit=False, n_iter=3).fit(X, Y)
    assert set(search.best_params_) == set(SPACE)
    assert not hasattr(search, "best_estimator_")
    with pytest.raises(AttributeError):
        search.predict(X)


def test_unfitted():
    search = svc_search()
    assert hasattr(search, "predict")
    with pytest.raises(NotFittedError):
        search.predict(X)
    assert not hasattr(search, "n_features_in_")


def test_a_fitted_search_pickles():
    search = svc_search().fit(X, Y)
    data = pickle.dumps(search)
    assert len(data) < 200_000
    copy = pickle.loads(data)
    np.testing.assert_array_equal(copy.predict(X), search.predict(X))
    assert copy.cv_results_["params"] == search.cv_results_["params"]
    copy.fit(X, Y)
    assert copy.cv_results_["params"] == search.cv_results_["params"]


def test_clones_are_unfitted_and_equal():
    search = svc_search().fit(X, Y)
    copy = clone(search)
    assert not hasattr(copy, "cv_results_")
    assert params_of(copy) == search.cv_results_["params"]


def test_it_counts_as_what_it_searches():
    assert is_classifier(svc_search())
    assert is_regressor(BayesSearchCV(Ridge(), {"alpha": (0.1, 10.0)}))


def test_nested_in_cross_validation_it_stratifies():
    # In this order every unstratified fold lacks a class.
    scores = cross_val_score(svc_search(n_iter=6), X, Y, cv=3)
    assert scores.min() > 0.9
    result = cross_validate(svc_search(n_iter=5), X, Y, cv=2, return_estimator=True, n_jobs=2)
    assert all(isinstance(est, BayesSearchCV) for est in result["estimator"])


def test_inside_a_parallel_loop():
    def one(seed):
        return svc_search(n_iter=4, n_jobs=2, random_state=seed).fit(X, Y).best_score_

    scores = joblib.Parallel(n_jobs=2)(joblib.delayed(one)(seed) for seed in range(2))
    assert min(scores) > 0.8


def test_progress_is_one_line_for_each_candidate(capsys):
    initial = [{"value": 0.9}]
    search = BayesSearchCV(
        Flaky(),
        {"value": (0.0, 1.0)},
        n_iter=12,
        cv=3,
        random_state=0,
        initial_points=initial,
        verbose=1,
    )
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        search.fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Fitting 3 folds for each of 12 candidates, totalling 36 fits"
    assert lines[1].startswith("[ 1/12] failed")
    assert len(lines) == 14
    assert lines[-1] == str(search.insight().best)
    scored = [line for line in lines if " score " in line]
    assert len(scored) == np.isfinite(search.cv_results_["mean_test_score"]).sum()
    assert f"best {search.best_score_:.5g}" in scored[-1]


def test_it_is_silent_by_default(capsys):
    svc_search(n_iter=3).fit(X, Y)
    assert capsys.readouterr() == ("", "")


def test_regression_with_a_distribution_without_bounds():
    data, target = load_diabetes(return_X_y=True)
    search = BayesSearchCV(
        Ridge(),
        {"alpha": stats.gamma(2), "tol": stats.loguniform(1e-6, 1e-2)},
        n_iter=12,
        cv=KFold(3, shuffle=True, random_state=0),
        random_state=0,
    ).fit(data, target)
    assert search.best_score_ > 0.45


def test_stratified_splits_without_shuffling_are_kept_for_classifiers():
    search = svc_search(n_iter=2, cv=4).fit(X, Y)
    expected = svc_search(n_iter=2, cv=StratifiedKFold(4)).fit(X, Y)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )


def test_html_and_text_representations():
    search = svc_search()
    assert "BayesSearchCV" in repr(search)
    assert "SVC" in search._repr_html_()
    assert "SVC" in search.fit(X, Y)._repr_html_()


def two_metrics(estimator, X, y):
    if estimator.value > 0.4:
        raise RuntimeError("no score")
    return {"p": estimator.value, "q": 1.0}


@pytest.mark.parametrize("is_first", [True, False])
def test_a_callable_scorer_that_fails_for_some(is_first):
    initial = [{"value": 0.45 if is_first else 0.1}]
    search = BayesSearchCV(
        Flaky(),
        {"value": (0.0, 0.5)},
        n_iter=10,
        cv=2,
        random_state=0,
        scoring=two_metrics,
        refit="p",
        initial_points=initial,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(X, Y)
    assert any("Scoring failed" in str(warning.message) for warning in caught)
    failed = search.cv_results_["param_value"].data > 0.4
    assert failed.any()
    np.testing.assert_array_equal(np.isnan(search.cv_results_["mean_test_q"]), failed)
    assert search.best_params_["value"] <= 0.4


def refuses_much(estimator, X, y):
    if estimator.value > 0.4:
        raise RuntimeError("no score for this")
    return 0.9


@pytest.mark.parametrize("error_score", [np.nan, 5.0])
def test_one_scorer_of_several_that_fails_is_a_failure_of_its_metric(error_score):
    search = BayesSearchCV(
        Flaky(),
        {"value": (0.0, 0.5)},
        n_iter=8,
        cv=2,
        random_state=0,
        scoring={"a": refuses_much, "b": "accuracy"},
        refit="b",
        objective="a",
        error_score=error_score,
        return_train_score=True,
        initial_points=[{"value": 0.45}],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(X, Y)
    table = search.cv_results_
    failed = table["param_value"].data > 0.4
    assert failed[0]
    for part in ("test", "train"):
        expected = np.where(failed, error_score, 0.9)
        np.testing.assert_array_equal(table[f"mean_{part}_a"], expected)
    assert np.isfinite(table["mean_test_b"]).all()
    # Whatever stands in the table, the search was told that there is no score.
    _, observations, _ = search._learnt_from
    np.testing.assert_array_equal(observations.has_failed, failed)


def test_scorers_that_all_fail_have_their_columns():
    def no_score(estimator, X, y):
        raise RuntimeError

    scoring = {"a": no_score, "b": no_score}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = svc_search(scoring=scoring, refit="a", n_iter=2).fit(X, Y).cv_results_
    assert np.isnan(table["mean_test_a"]).all()
    assert np.isnan(table["mean_test_b"]).all()


@pytest.mark.parametrize("early_stopping", [None, "racing", "median"])
@pytest.mark.parametrize("bad", [np.nan, 0.1])
def test_scores_that_are_not_finite_are_told(early_stopping, bad):
    search = BayesSearchCV(
        Flaky(), {"value": (0.0, 0.5)}, n_iter=6, cv=3, refit=False, strategy="random",
        scoring=lambda e, X, y: bad if e.value > 0.3 else e.score(X, y),
        early_stopping=early_stopping, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(X, Y)
    told = [
        str(each.message) for each in caught if "test scores are non-finite" in str(each.message)
    ]
    assert len(told) == np.isnan(bad)
    assert ("failed" in search.candidate_status_) == np.isnan(bad)


def test_scores_that_no_float_can_add_up_are_failures():
    scores = [1e308, -1e308, 0.5]
    search = BayesSearchCV(
        Flaky(),
        {"value": [0, 1e-3, 2e-3]},
        n_iter=3,
        cv=2,
        refit=False,
        scoring=lambda e, X, y: scores[round(e.value * 1000)],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(X, Y)
    _, observations, _ = search._learnt_from
    assert observations.has_failed.sum() == 2


def test_scores_may_be_decimals():
    search = svc_search(scoring=lambda e, X, y: Decimal("0.5"), n_iter=3).fit(X, Y)
    assert search.best_score_ == 0.5


def test_a_scorer_that_returns_no_number_is_an_error_at_once():
    fits = []

    class Counts(Flaky):
        def fit(self, X, y):
            fits.append(1)
            return super().fit(X, y)

    search = BayesSearchCV(Counts(), {"value": (0.0, 0.5)}, scoring=lambda e, X, y: "a")
    with pytest.raises(ValueError, match=r"scoring must return a number.*<lambda>"):
        search.fit(X, Y)
    assert len(fits) == 1


def test_infinite_means_are_ranked():
    scores = [0.0, -np.inf, np.nan, np.inf]
    search = BayesSearchCV(
        Flaky(),
        {"value": [0, 1e-3, 2e-3, 3e-3]},
        n_iter=4,
        cv=2,
        refit=False,
        random_state=0,
        scoring=lambda e, X, y: scores[round(e.value * 1000)],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = search.fit(X, Y).cv_results_
    by_value = dict(zip(table["param_value"].tolist(), table["rank_test_score"], strict=True))
    assert [by_value[key] for key in (3e-3, 0, 1e-3, 2e-3)] == [1, 2, 3, 4]


@pytest.mark.parametrize("settings", [{}, {"n_iter": "a"}, {"search_spaces": None}])
def test_a_malformed_search_can_be_looked_at(settings):
    search = svc_search(**{"search_spaces": {"c": (0.1, 1.0)}, **settings})
    assert "fit" in dir(search)
    assert not hasattr(search, "total_iterations")
    with pytest.raises(AttributeError, match=r"total_iterations: "):
        _ = search.total_iterations
    fitted = svc_search(n_iter=2).fit(X, Y).set_params(search_spaces={"c": [1]})
    assert "SVC" in fitted._repr_html_()


def test_a_callback_that_raises_leaves_what_was_found_before():
    search = svc_search(n_iter=3).fit(X, Y)
    with pytest.raises(ZeroDivisionError):
        search.fit(X, Y, callback=lambda result: 1 / 0)
    assert len(search.cv_results_["params"]) == 1
    assert search.best_params_ == search.cv_results_["params"][0]
    assert search.stop_reason_ == "error"


def test_a_fit_that_must_not_fail_leaves_the_results_of_the_earlier_fit():
    search = svc_search(n_iter=3).fit(X, Y)
    before = search.cv_results_, search.best_params_, search.best_score_
    search.set_params(estimator=SVC(tol=-1.0), error_score="raise")
    with pytest.raises(ValueError, match="tol"):
        search.fit(X, Y)
    assert search.cv_results_ is before[0]
    assert (search.best_params_, search.best_score_) == before[1:]


def test_the_best_of_an_earlier_fit_is_none_of_a_later_one():
    search = svc_search(n_iter=3).fit(X, Y)
    search.set_params(scoring=lambda e, X, y: np.nan, early_stopping="racing")
    with (
        pytest.raises(ValueError, match="not finite"),
        pytest.warns(UserWarning, match="non-finite"),
    ):
        search.fit(X, Y)
    assert len(search.cv_results_["params"]) == 3
    assert not hasattr(search, "best_params_")
    assert not hasattr(search, "best_estimator_")


def test_a_search_for_no_best_needs_none():
    scoring = {"a": lambda e, X, y: np.nan, "b": "accuracy"}
    search = svc_search(scoring=scoring, refit=False, early_stopping="racing", n_iter=3)
    with pytest.warns(UserWarning, match="non-finite"):
        search.fit(X, Y)
    assert len(search.cv_results_["mean_test_b"]) == 3


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"max_time": 1e-9}, r"raise max_time.*Nothing was evaluated"),
        (
            {"optimizer_kwargs": {"space_constraint": lambda values: False}, "max_time": 1e3},
            r"no allowed candidate was found.*space_constraint.*Nothing was evaluated",
        ),
    ],
)
def test_a_search_that_evaluates_nothing_says_why(settings, remedy):
    search = svc_search(**settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match=remedy):
            search.fit(X, Y)
    assert not hasattr(search, "cv_results_")


def test_a_refit_that_fails_keeps_what_was_searched():
    class NotAllRows(Flaky):
        def fit(self, X, y):
            if len(X) == 150:
                raise MemoryError("too many rows")
            return super().fit(X, y)

    search = BayesSearchCV(NotAllRows(), {"value": (0.0, 0.5)}, n_iter=4, cv=2, random_state=0)
    with pytest.raises(MemoryError):
        search.fit(X, Y)
    assert len(search.cv_results_["params"]) == 4
    assert search.best_params_["value"] <= 0.5


def test_a_clone_searches_alike():
    from sklearn.gaussian_process.kernels import RBF, Matern

    class Kernels(Flaky):
        def __init__(self, value=0.0, is_broken=False, kernel=None, other=0.0):
            super().__init__(value, is_broken)
            self.kernel = kernel
            self.other = other

    kernels = [RBF(1.0), RBF(2.0), Matern()]
    spaces = [
        {"kernel": kernels, "value": (0.0, 0.5)},
        {"kernel": kernels, "other": (0.0, 1.0)},
    ]
    search = BayesSearchCV(Kernels(), spaces, n_iter=12, cv=2, random_state=0)
    assert repr(params_of(clone(search))) == repr(params_of(search))


def test_many_branches_leave_the_budget_to_the_model():
    spaces = [{"is_broken": [False], "value": (0.0, 0.5 + i / 100)} for i in range(20)]
    params = BayesSearchCV(Flaky(), spaces, n_iter=16, cv=2, random_state=0)
    with pytest.warns(UserWarning, match="n_iter=16 is smaller than the number of spaces, 20"):
        values = [row["value"] for row in params_of(params)]
    assert sum(value == 0.0 for value in values) <= 4


@pytest.mark.parametrize(
    ("spaces", "n_iter", "told"),
    [
        ([{"is_broken": [False], "value": (0.0, 0.5 + i / 10)} for i in range(8)], 3,
         r"n_iter=3 .* spaces, 8 \(.*; 2 more\): some .* at least 8;"),
        ([({"value": (0.0, 0.5)}, 2), {"value": (0.0, 0.6)}], 1, None),
        ([{"value": (0.0, 0.5)}, {"value": (0.0, 0.6)}], 2, None),
        ({"value": (0.0, 0.5)}, 1, None),
    ],
)  # fmt: skip
def test_fewer_candidates_than_spaces_are_told_once(spaces, n_iter, told):
    search = BayesSearchCV(Flaky(), spaces, n_iter=n_iter, cv=2, random_state=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        params_of(search)
    assert len(caught) == (told is not None)
    assert told is None or re.match(told, str(caught[0].message))


def test_a_finite_branch_beside_an_infinite_one_is_exhausted():
    spaces = [({"value": (0.0, 0.5)}, 2), ({"value": [(i + 0.5) / 1000 for i in range(30)]}, 30)]
    search = BayesSearchCV(Flaky(), spaces, cv=2, random_state=0, refit=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(params_of(search)) == 32


def test_a_search_that_ends_early_says_so():
    search = BayesSearchCV(Flaky(), {"value": stats.geom(0.99999999)}, n_iter=5, cv=2, refit=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(ValueError, match="All the"):
            search.fit(X, Y)
    assert "of 5 candidates: the space holds no further candidate" in str(caught[0].message)


def test_estimators_that_cannot_set_nothing():
    class Careless(Flaky):
        def set_params(self, **params):
            self.value = params["value"]
            return self

    search = BayesSearchCV(Careless(value=0.9), {"value": (0.0, 0.5)}, n_iter=3, cv=2)
    assert len(params_of(search)) == 3


def test_integers_of_numpy_are_integers():
    spaces = [({"value": [(i + 0.5) / 1000 for i in range(300)]}, np.int16(300)), {"value": [0.4]}]
    search = BayesSearchCV(
        Flaky(),
        spaces,
        n_iter=np.uint8(1),
        n_points=np.uint8(3),
        cv=2,
        max_time=np.float16(1000),
        random_state=np.uint8(0),
        refit=False,
    )
    assert search.total_iterations == 301
    assert (
        len(search.set_params(search_spaces={"value": (0.0, 0.5)}).fit(X, Y).cv_results_["params"])
        == 1
    )
