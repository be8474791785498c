"""What `suggest_space` says of an estimator with all that it holds, and of a list of them."""

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    BaggingClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
    StackingRegressor,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectFromModel, SelectKBest, VarianceThreshold
from sklearn.frozen import FrozenEstimator
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import (
    ElasticNet,
    Lasso,
    LogisticRegression,
    Ridge,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    ShuffleSplit,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, NuSVC, NuSVR

from skbayes import BayesSearchCV, suggest_space
from skbayes.known.facts import facts_of
from skbayes.space import Conditional, parse_space

X, Y = load_iris(return_X_y=True)


class Unknown(ClassifierMixin, BaseEstimator):
    """Known to nobody."""

    def __init__(self, strength=1.0):
        self.strength = strength

    def fit(self, X, y):
        return self


class Derived(SVC):
    """A class of the user that is a support vector machine."""


def names(estimator, *data):
    return set(suggest_space(estimator, *data))


SVM = {"C", "class_weight", "kernel", "gamma", "degree", "coef0"}


def below(prefix, parameters):
    return {f"{prefix}__{name}" for name in parameters}


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (SVC(), SVM),
        (Derived(), SVM),
        (Ridge(), {"alpha"}),
        (StandardScaler(), set()),
        (make_pipeline(StandardScaler(), SVC()), below("svc", SVM)),
        (make_pipeline("passthrough", SVC()), below("svc", SVM)),
        (Pipeline([("a", make_pipeline(Ridge()))]), {"a__ridge__alpha"}),
        (make_pipeline(SelectKBest(), Ridge()), {"selectkbest__k", "ridge__alpha"}),
        (TransformedTargetRegressor(Ridge()), {"regressor__alpha"}),
        (
            ColumnTransformer([("n", make_pipeline(PCA()), [0, 1]), ("k", "drop", [2])]),
            {"n__pca__n_components", "n__pca__whiten"},
        ),
        (VotingClassifier([("a", SVC()), ("b", SVC())]), below("a", SVM) | below("b", SVM)),
        # What is frozen cannot be set.
        (VotingClassifier([("a", FrozenEstimator(SVC())), ("b", SVC())]), below("b", SVM)),
        (CalibratedClassifierCV(FrozenEstimator(SVC())), set()),
        (make_pipeline(FrozenEstimator(PCA()), SVC()), below("svc", SVM)),
    ],
)
def test_the_names_of_all_that_is_inside(estimator, expected):
    assert names(estimator, X, Y) == expected


@pytest.mark.parametrize("holder", [OneVsRestClassifier, BaggingClassifier])
def test_what_a_meta_estimator_holds(holder):
    assert below("estimator", SVM) <= names(holder(SVC()), X, Y)


def test_conditions_have_the_prefix_of_their_parameter():
    degree = suggest_space(make_pipeline(StandardScaler(), SVC()))["svc__degree"]
    assert isinstance(degree, Conditional)
    assert degree.when == {"svc__kernel": ["poly"]}


def test_ranges_follow_the_data():
    chosen = make_pipeline(SelectKBest(), Ridge())
    assert suggest_space(chosen, X, Y)["selectkbest__k"][1] == 4
    assert suggest_space(chosen, X[:, :2], Y)["selectkbest__k"][1] == 2
    neighbours = [
        suggest_space(KNeighborsClassifier(), X[::step], Y[::step])["n_neighbors"][1]
        for step in (1, 10)
    ]
    # A training fold may be half of the rows.
    assert neighbours[1] <= 15 // 2 < neighbours[0]


def test_a_step_before_limits_the_step_after():
    space = suggest_space(make_pipeline(PCA(), SelectKBest(k=2), PCA()), X, Y)
    assert space["pca-1__n_components"][1] == 4
    # The first one may leave a single feature: then a share of the variance is always possible.
    assert space["pca-2__n_components"] == (0.5, 0.999)


@pytest.mark.parametrize(
    "steps", [(PCA(), SelectKBest()), (SelectKBest(), PCA()), (VarianceThreshold(), SelectKBest())]
)
def test_a_step_that_leaves_fewer_features_does_not_fix_the_next_one_at_one(steps):
    space = suggest_space(make_pipeline(*steps, SVC()), X, Y)
    last = type(steps[1]).__name__.lower()
    for name in (f"{last}__k", f"{last}__n_components"):
        assert isinstance(space.get(name, (0, 4)), tuple)
    assert space.get("selectkbest__k", (1, 4))[1] == 4


def test_a_column_without_a_value_is_none_behind_an_imputer():
    data = np.column_stack([X, np.full(len(X), np.nan)])
    for step in (SimpleImputer(), KNNImputer()):
        assert suggest_space(make_pipeline(step, PCA()), data, Y)["pca__n_components"][1] == 4


def test_a_pipeline_within_another_is_as_its_steps():
    inner = make_pipeline(StandardScaler(), PCA(), SelectKBest(k=3))
    nested = suggest_space(Pipeline([("a", inner), ("b", SVC())]), X, Y)
    flat = suggest_space(Pipeline([*inner.steps, ("b", SVC())]), X, Y)
    assert {name.removeprefix("a__"): values for name, values in nested.items()} == flat


@pytest.mark.parametrize("kernel", ["precomputed", np.dot])
def test_a_kernel_of_the_user_own_is_kept(kernel):
    assert names(SVC(kernel=kernel), X, Y) == {"C", "class_weight"}
    assert names(KernelRidge(kernel=kernel), X, Y) == {"alpha"}


@pytest.mark.parametrize("solver", ["lsqr", "eigen"])
def test_shrinkage_that_is_set_is_searched_without_the_solver_that_refuses_it(solver):
    model = LinearDiscriminantAnalysis(solver=solver, shrinkage="auto")
    assert suggest_space(model, X, Y) == {"shrinkage": (0.0, 1.0)}


@pytest.mark.parametrize("data", [load_iris, load_breast_cancer])
@pytest.mark.parametrize("penalty", [None, "l1", "l2", "default"])
@pytest.mark.parametrize("solver", ["lbfgs", "liblinear", "newton-cg"])
def test_a_penalty_that_is_set_is_kept_and_causes_no_more_than_it_did(data, penalty, solver):
    rows, labels = data(return_X_y=True)
    rows = StandardScaler().fit_transform(rows)
    set_by_user = {} if penalty == "default" else {"penalty": penalty}
    model = LogisticRegression(solver=solver, max_iter=5000, **set_by_user)
    with warnings.catch_warnings(record=True) as before:
        warnings.simplefilter("always")
        try:
            model.fit(rows, labels)
        except ValueError:
            return  # scikit-learn has no such combination
    said = {str(each.message)[:60] for each in before}
    space = parse_space(suggest_space(model, rows, labels))
    for seed in range(6):
        uniform = np.random.default_rng(seed).random((1, len(space.axes)))
        params = space.decode(space.points(space.sample(uniform))[0])
        with warnings.catch_warnings(record=True) as after:
            warnings.simplefilter("always")
            clone(model).set_params(**params).fit(rows, labels)
        assert {str(each.message)[:60] for each in after} <= said


@pytest.mark.parametrize(
    ("search", "left_out"),
    [
        (GridSearchCV(SVC(), {"C": [1, 10]}), {"C"}),
        (RandomizedSearchCV(SVC(), [{"C": [1]}, {"kernel": ["rbf"]}]), SVM - {"class_weight"}),
        (BayesSearchCV(SVC(), [({"C": [1]}, 5), {"gamma": [1]}]), {"C", "gamma"}),
        (BayesSearchCV(SVC(), "auto"), SVM),
    ],
)
def test_what_an_inner_search_sets_is_left_to_it(search, left_out):
    assert names(search, X, Y) == below("estimator", SVM - left_out)
    pipe = Pipeline([("a", StandardScaler()), ("b", search)])
    assert names(pipe, X, Y) == below("b__estimator", SVM - left_out)


def test_a_step_that_an_inner_search_replaces_is_left_to_it():
    pipe = make_pipeline(SelectKBest(), SVC())
    search = GridSearchCV(pipe, {"svc": [SVC(), Ridge()]})
    assert names(search, X, Y) == {"estimator__selectkbest__k"}


@pytest.mark.parametrize(
    ("columns", "n"),
    [
        ([0, 3], 2),
        (slice(1, 4), 3),
        (slice(None, None, 2), 2),
        (slice(-3, None), 3),
        ([True, False, True, False], 2),
        (np.array([True, True, True, False]), 3),
    ],
)
def test_chosen_columns_limit_the_number_of_features(columns, n):
    model = ColumnTransformer([("k", SelectKBest(), columns)])
    assert suggest_space(model, X, Y)["k__k"][1] == n


def test_a_value_of_the_user_stays_among_the_choices():
    assert "sigmoid" in suggest_space(SVC(kernel="sigmoid"))["kernel"]
    assert suggest_space(SVC())["kernel"] == ["rbf", "poly"]


@pytest.mark.parametrize(
    ("estimator", "left_out"),
    [
        # RFE and SelectFromModel need weights of features.
        (SVC(kernel="linear"), "kernel"),
        # The solver lsqr has no transform.
        (make_pipeline(LinearDiscriminantAnalysis(), GaussianNB()), "lineardiscriminantanalysis"),
        (LinearSVC(dual=True), "penalty"),
        (LogisticRegression(solver="liblinear", dual=True), "l1_ratio"),
        # The steps depend on alpha.
        (SGDRegressor(learning_rate="optimal"), "eta0"),
    ],
)
def test_what_would_fail_or_change_nothing_is_not_searched(estimator, left_out):
    X, y = load_breast_cancer(return_X_y=True)
    assert not any(name.startswith(left_out) for name in suggest_space(estimator, X, y))


def test_a_loss_with_probabilities_stays_one():
    assert suggest_space(SGDClassifier(loss="log_loss"))["loss"] == ["log_loss", "modified_huber"]
    assert "hinge" in suggest_space(SGDClassifier())["loss"]


def test_a_share_of_the_variance_is_searched_where_the_user_has_one():
    X = load_breast_cancer().data
    assert suggest_space(PCA(0.95), X)["n_components"] == (0.5, 0.999)
    assert suggest_space(PCA(5), X)["n_components"][:2] == (1, 30)


def test_stacking_passes_on_no_texts():
    X, y = load_diabetes(return_X_y=True)
    model = StackingRegressor([("a", Ridge())])
    texts = np.where(X > 0, "a", "b")
    assert "passthrough" in suggest_space(model, X, y)
    assert "passthrough" not in suggest_space(model, texts, y)


@pytest.mark.parametrize("model", [Lasso(), make_pipeline(StandardScaler(), SVR())])
@pytest.mark.parametrize("unit", [1e-8, 1e8])
def test_ranges_have_the_unit_of_the_target(model, unit):
    X, y = load_diabetes(return_X_y=True)
    one, two = y * unit, np.column_stack([y * unit / 10, y * unit * 10])
    name, (low, high, _) = next(iter(suggest_space(model, X, one).items()))
    assert suggest_space(model, X, y)[name][1] * unit == pytest.approx(high, rel=0.1)
    assert suggest_space(model, X, one[:, None])[name][:2] == (low, high)
    several = suggest_space(MultiOutputRegressor(model), X, two)[f"estimator__{name}"]
    assert several[:2] == pytest.approx((low, high), rel=0.1)


@pytest.mark.parametrize(("model", "power"), [(Lasso(), 1), (ElasticNet(), 1), (Ridge(), 2)])
def test_penalties_have_the_unit_of_the_features(model, power):
    X, y = load_diabetes(return_X_y=True)
    wide = StandardScaler().fit_transform(X)
    _, high, _ = suggest_space(model, wide, y)["alpha"]
    # A constant column has no scale, and a scaler brings its own.
    odd = np.column_stack([1e-3 * wide, np.full((len(X), 12), 1e5)])
    assert suggest_space(model, odd, y)["alpha"][1] == pytest.approx(1e-3**power * high, rel=0.1)
    scaled = suggest_space(make_pipeline(StandardScaler(), model), X, y)
    assert next(iter(scaled.values()))[1] == high


@pytest.mark.parametrize("model", [SVR(), NuSVR(), ElasticNet()])
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_the_target_does_not_matter(model, unit):
    X, y = load_diabetes(return_X_y=True)
    X, y = StandardScaler().fit_transform(X[:80]), unit * y[:80]
    search = BayesSearchCV(model, "auto", n_iter=6, cv=3, random_state=0).fit(X, y)
    assert search.best_score_ > 0.2


def test_a_tolerance_of_the_user_is_kept():
    assert "tol" not in suggest_space(SVR(tol=0.1), X, Y)
    assert "tol" not in suggest_space(SVR())


def test_a_selection_by_weights_selects_features():
    X, y = load_diabetes(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    _, high, _ = suggest_space(SelectFromModel(Lasso()), X, y)["estimator__alpha"]
    assert SelectFromModel(Lasso(high)).fit(X, y).get_support().any()
    assert high == pytest.approx(y.std() / 10, rel=0.1)


def test_nu_of_a_rare_class_is_small_enough():
    X, _y = load_breast_cancer(return_X_y=True)
    rare = np.zeros(len(X), dtype=int)
    rare[:8] = 1
    low, high = suggest_space(NuSVC(), X, rare)["nu"]
    assert 0 < low < high < 2 * 8 / len(X)


@pytest.mark.parametrize(
    ("estimator", "place"),
    [
        (Unknown(), "Unknown"),
        (make_pipeline(StandardScaler(), Unknown()), "Unknown"),
        (BaggingClassifier(Unknown()), "Unknown"),
    ],
)
def test_what_is_not_known_is_an_error_that_says_what_is(estimator, place):
    for ask in (
        lambda: suggest_space(estimator, X, Y),
        lambda: BayesSearchCV(estimator, "auto").fit(X, Y),
    ):
        with pytest.raises(ValueError, match=rf"known for .*{place}.*as a dict"):
            ask()


@pytest.mark.parametrize("estimator", [SVC, "svc", None])
def test_what_is_no_estimator(estimator):
    with pytest.raises(TypeError, match="Give an object such as SVC"):
        suggest_space(estimator)


def test_a_list_of_estimators_is_a_list_of_spaces():
    both = suggest_space([SVC(), Ridge()], X, Y)
    assert both == [suggest_space(SVC(), X, Y), suggest_space(Ridge(), X, Y)]


def test_pipelines_that_differ_in_a_step_are_one_search():
    models = [SVC(), RandomForestClassifier(5, random_state=0)]
    pipes = [Pipeline([("scale", StandardScaler()), ("model", model)]) for model in models]
    spaces = suggest_space(pipes, X, Y)
    assert [space["model"] for space in spaces] == [[models[0]], [models[1]]]
    assert all("scale" not in space for space in spaces)
    search = BayesSearchCV(pipes[0], spaces, n_iter=6, cv=2, random_state=0).fit(X, Y)
    assert {type(p["model"]) for p in search.cv_results_["params"]} == {type(m) for m in models}


@pytest.mark.parametrize("strategy", ["bayesian", "random"])
def test_auto_is_the_search_of_the_suggested_space(strategy, tmp_path):
    model = make_pipeline(StandardScaler(), SVC())
    settings = {"n_iter": 6, "cv": 2, "random_state": 0, "strategy": strategy}
    auto = BayesSearchCV(model, "auto", checkpoint=tmp_path / "file", **settings).fit(X, Y)
    written = BayesSearchCV(model, suggest_space(model, X, Y), **settings).fit(X, Y)
    assert repr(auto.cv_results_["params"]) == repr(written.cv_results_["params"])
    np.testing.assert_array_equal(
        auto.cv_results_["mean_test_score"], written.cv_results_["mean_test_score"]
    )
    again = BayesSearchCV(model, "auto", checkpoint=tmp_path / "file", **settings).fit(X, Y)
    assert repr(again.cv_results_) == repr(auto.cv_results_)
    assert again.search_spaces == clone(auto).search_spaces == "auto"
    assert auto.total_iterations == 6
    assert pickle.loads(pickle.dumps(auto)).insight().best_params == auto.best_params_


@pytest.mark.parametrize("step", ["", "gradientboostingclassifier__"])
def test_auto_leaves_out_the_resource(step):
    """The search sets it, and who writes "auto" could not take it out."""
    model = GradientBoostingClassifier(n_estimators=9, random_state=0)
    model = make_pipeline(StandardScaler(), model) if step else model
    name = f"{step}n_estimators"
    settings = {"n_iter": 3, "cv": 2, "random_state": 0, "resource": name}
    search = BayesSearchCV(model, "auto", **settings).fit(X, Y)
    space = suggest_space(model, X, Y)
    assert set(search.best_params_) == set(space)
    assert search.best_params_[name] == 9
    del space[name]
    written = BayesSearchCV(model, space, **settings).fit(X, Y)
    assert repr(search.cv_results_["params"]) == repr(written.cv_results_["params"])


def test_auto_says_what_it_searches(capsys):
    BayesSearchCV(Ridge(), "auto", n_iter=2, cv=2, verbose=1).fit(*load_diabetes(return_X_y=True))
    assert "search_spaces='auto' searches\n  alpha: (2.3e-06, 2.3, " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cv", "most"),
    [
        (ShuffleSplit(2, train_size=20, random_state=0), 20),
        ([(np.arange(150) < 30, np.arange(30, 150)), (np.arange(15), np.arange(15, 150))], 15),
        (2, 50),
    ],
)
def test_auto_fits_the_smallest_training_fold(cv, most, capsys):
    BayesSearchCV(KNeighborsClassifier(), "auto", n_iter=1, cv=cv, verbose=1).fit(X, Y)
    assert f"n_neighbors: (1, {most}, " in capsys.readouterr().out


@pytest.mark.parametrize("n_rows", [None, 7, 10])
def test_half_of_the_data_is_the_most_that_is_counted_on(n_rows):
    facts = facts_of(X[:15], [0] * 5 + [1] * 10, is_classifier=True, n_rows=n_rows)
    assert (facts.n_samples, facts.n_smallest) == (7, 2)


def test_auto_within_cross_validation_depends_on_the_training_data():
    search = BayesSearchCV(KNeighborsClassifier(), "auto", n_iter=3, cv=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (cross_val_score(search, X, Y, cv=3) > 0.8).all()


def test_auto_of_texts():
    texts = [f"{'good' if i % 2 else 'bad'} word{i % 5} number{i % 3}" for i in range(40)]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    search = BayesSearchCV(model, "auto", n_iter=4, cv=2, random_state=0)
    assert search.fit(texts, [i % 2 for i in range(40)]).best_score_ == 1.0


def test_nothing_to_search():
    with pytest.raises(ValueError, match="StandardScaler has no parameters that"):
        BayesSearchCV(StandardScaler(), "auto", scoring=lambda *args: 0.0).fit(X, Y)


def test_a_target_of_a_regression_gives_the_unit_of_epsilon():
    data, target = load_diabetes(return_X_y=True)
    low, high, _ = suggest_space(SVR(), data, target)["epsilon"]
    assert low < target.std() / 10 < high
    assert suggest_space(SVR(), data, 100 * target)["epsilon"][0] == pytest.approx(100 * low, 0.1)


@pytest.mark.parametrize(
    ("data", "target"),
    [([], []), (X[:4], [None] * 4), (X[:4], [1, "a", 1, "a"]), (1e200 * X, Y), (X[:, 0], Y)],
)
def test_odd_data_are_left_to_the_fits_to_refuse(data, target):
    gamma = suggest_space(SVC(), data, target)["gamma"]
    assert gamma.values == (0.0001, 10.0, "log-uniform") or len(target) == 4


def test_bins_of_few_rows():
    assert suggest_space(KBinsDiscretizer(), X[:20], None)["n_bins"][1] <= 20


class Sampler(BaseEstimator):
    """A step that is not known."""

    def __init__(self, ratio=0.5):
        self.ratio = ratio

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X


def test_a_step_that_is_not_known_is_left_as_it_is_and_a_model_is_refused():
    with pytest.warns(UserWarning, match=r"known for .*Sampler, so .* step 'sampler'"):
        assert suggest_space(make_pipeline(Sampler(), Ridge())) == {
            f"ridge__{name}": written for name, written in suggest_space(Ridge()).items()
        }
    with pytest.raises(ValueError, match=r"No search space is known for .*Sampler \(it is 'sa"):
        suggest_space(make_pipeline(Ridge(), Sampler()))
    own = type("SVC", (Sampler,), {"__module__": "elsewhere.models"})
    with pytest.raises(ValueError, match=r"for elsewhere\.SVC\..* similar names: SVC"):
        suggest_space(own())
