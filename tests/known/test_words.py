"""Numbers that words stand for, against what the estimators make of them in their fits."""

import math
import re

import numpy as np
import pytest
import scipy.sparse
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.feature_selection import RFE, SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR, NuSVC, NuSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skbayes.known import Data, nearest
from skbayes.known.words import UNSET_CATBOOST, UNSET_LIGHTGBM, WORDS, number_of
from skbayes.space import check_dimension
from strategies import dimensions

RNG = np.random.RandomState(0)
X = RNG.normal(3, 2, (40, 18))
Y = np.arange(40) % 2
DATA = Data(X)
LOG = (1e-6, 1e3, "log-uniform")


def near(estimator, name, written, X=X):
    value = estimator.get_params()[name]
    return nearest(estimator, name, check_dimension(written), value, Data(X))


@pytest.mark.parametrize("svm", [SVC, SVR, NuSVC, NuSVR])
@pytest.mark.parametrize("gamma", ["scale", "auto"])
@pytest.mark.parametrize("container", [np.asarray, scipy.sparse.csr_matrix, scipy.sparse.coo_array])
def test_gamma_is_what_the_machine_computes(svm, gamma, container):
    estimator, data = svm(gamma=gamma), container(X)
    taken, change = near(estimator, "gamma", LOG, data)
    assert taken == pytest.approx(estimator.fit(scipy.sparse.csr_matrix(X), Y)._gamma, rel=1e-6)
    assert f"which is what gamma='{gamma}' means here" in str(change)


def test_gamma_of_a_constant_matrix_is_one():
    assert near(SVC(), "gamma", LOG, np.ones((5, 2)))[0] == 1.0


def test_gamma_of_a_kernel_ridge():
    taken, _ = near(KernelRidge(kernel="rbf"), "gamma", LOG)
    np.testing.assert_allclose(rbf_kernel(X, gamma=taken), rbf_kernel(X))


@pytest.mark.parametrize(
    "tree", [DecisionTreeClassifier, DecisionTreeRegressor, RandomForestClassifier,
             ExtraTreesRegressor, GradientBoostingClassifier]
)  # fmt: skip
@pytest.mark.parametrize("word", ["sqrt", "log2", None])
def test_max_features_is_what_the_tree_computes(tree, word):
    estimator = tree(max_features=word)
    fitted = estimator.fit(X, Y)
    fitted = np.ravel(getattr(fitted, "estimators_", fitted))[0]
    assert near(estimator, "max_features", (1, 18))[0] == fitted.max_features_
    share = near(estimator, "max_features", (0.05, 1.0))[0]
    assert tree(max_features=share).get_params()["max_features"] == pytest.approx(
        fitted.max_features_ / 18
    )


@pytest.mark.parametrize(
    ("estimator", "name", "written", "taken"),
    [
        (RandomForestClassifier(), "max_depth", (2, 20), 20),
        (RandomForestClassifier(), "max_depth", [3, 30, 10], 30),
        (RandomForestClassifier(), "max_leaf_nodes", (8, 500, "log-uniform"), 500),
        (RandomForestClassifier(), "max_samples", (0.2, 1.0), 1.0),
        (RandomForestClassifier(), "min_samples_leaf", (0.01, 0.3), 1 / 40),
        (RandomForestClassifier(min_samples_leaf=0.1), "min_samples_leaf", (1, 20), 4),
        (RandomForestClassifier(min_samples_leaf=0.11), "min_samples_leaf", (1, 20), 5),
        (RandomForestClassifier(max_features=1.0), "max_features", (1, 18), 18),
        (RandomForestClassifier(max_features=0.5), "max_features", [1, 8, 18], 8),
        (RandomForestClassifier(max_features=1.0), "max_features", ["sqrt", 1, 0.5], 0.5),
        (RandomForestClassifier(max_depth=None), "max_features", [0.3, 2, 1], 0.3),
        (RFE(Lasso(), step=1), "step", (0.01, 1.0), 1 / 18),
        (RandomForestClassifier(max_features=1), "max_features", (0.01, 1.0), 1 / 18),
        (RandomForestClassifier(), "criterion", ["log_loss", "entropy"], "log_loss"),
        (HistGradientBoostingClassifier(max_leaf_nodes=None), "max_leaf_nodes", (3, 63), 63),
        (HistGradientBoostingClassifier(), "max_depth", (2, 12), 12),
        (HistGradientBoostingClassifier(l2_regularization=0), "l2_regularization", LOG, 1e-6),
        (IsolationForest(), "max_samples", (16, 512), 40),
        (BaggingClassifier(), "max_samples", (0.1, 0.9), 0.9),
        (MLPClassifier(), "batch_size", (8, 128), 40),
        (PCA(), "n_components", (2, 15), 15),
        (PCA(), "n_components", (2, 30), 18),
        (PCA(n_components=8), "n_components", [0.5, 2, 10, 18], 10),
        (PCA(n_components=0.8), "n_components", [2, 0.5, 0.9], 0.9),
        (PCA(n_components=8), "n_components", ["mle", 0.5], "mle"),
        (SelectKBest(k="all"), "k", (1, 18), 18),
        (SVC(C=1e9), "C", (0.1, 10.0), 10.0),
        (SVC(C=0.0), "C", (0.1, 10.0), 0.1),
        (SVC(C=2), "C", [0.1, 10.0], 0.1),
        (SVC(degree=3.4), "degree", (1, 5), 3),
        (Lasso(alpha=0), "alpha", scipy.stats.loguniform(1e-4, 1.0), 1e-4),
        (Lasso(alpha=7.0), "alpha", scipy.stats.truncnorm(-1, 1), 1.0),
        (LogisticRegression(class_weight="balanced"), "class_weight", [None, {0: 2}], None),
        (PCA(n_components="mle"), "n_components", (2, 4), 3),
        *(
            # From scikit-learn 1.8 on.
            [(QuadraticDiscriminantAnalysis(), "shrinkage", LOG, 1e-6)]
            if "shrinkage" in QuadraticDiscriminantAnalysis().get_params()
            else []
        ),
    ],
)  # fmt: skip
def test_the_nearest_place(estimator, name, written, taken):
    found, change = near(estimator, name, written)
    assert found == pytest.approx(taken, rel=1e-6) if isinstance(taken, float) else found == taken
    assert type(found) is type(taken)
    assert change.taken is found
    assert str(change).startswith(f"{name}=")


@pytest.mark.parametrize(
    ("estimator", "name", "written"),
    [
        (SVC(gamma=0.1), "gamma", LOG),
        (SVC(), "gamma", ["auto", "scale"]),
        (RandomForestClassifier(max_features=2), "max_features", (1, 18)),
        (RandomForestClassifier(max_features=1.0), "max_features", (0.1, 1.0)),
        (HistGradientBoostingClassifier(), "max_depth", [3, None]),
    ],
)
def test_what_the_space_holds_is_left_as_it_is(estimator, name, written):
    value = estimator.get_params()[name]
    assert near(estimator, name, written) == (value, None)


class Any_(BaseEstimator):
    def __init__(self, value=None):
        self.value = value


@given(
    dimensions(),
    st.one_of(
        st.floats(), st.integers(), st.just(10**400), st.just(-(10**400)), st.none(), st.text(),
        st.booleans(), st.lists(st.integers()), st.builds(object),
    ),
)  # fmt: skip
def test_any_value_has_a_nearest_place(dimension, value):
    taken, change = nearest(Any_(value), "value", dimension, value, DATA)
    code = dimension.encode(taken)
    assert change is None or str(change)
    assert repr(dimension.encode(dimension.decode(code))) == repr(code)


def gamma_of(pipeline, name="svc__gamma"):
    return near(pipeline, name, LOG)


@pytest.mark.parametrize(
    "before", [[StandardScaler()], ["passthrough", StandardScaler()], [PCA(5), StandardScaler()],
               [SelectKBest(k=4), StandardScaler()], [MinMaxScaler(), StandardScaler()],
               [SimpleImputer(), StandardScaler()],
               [StandardScaler(), PCA(5, whiten=True)], ["passthrough"],
               [make_pipeline(PCA(5), StandardScaler())]]
)  # fmt: skip
def test_what_the_steps_before_leave_is_what_counts(before):
    pipeline = Pipeline([*((f"s{i}", step) for i, step in enumerate(before)), ("svc", SVC())])
    fitted = pipeline.fit(X, Y)
    taken, change = gamma_of(pipeline)
    # A whitened matrix has the variance 1 with one sample less.
    assert taken == pytest.approx(fitted["svc"]._gamma, rel=0.03)
    assert "which is what" in str(change)


def test_words_behind_an_imputer_mean_what_they_mean_without_it():
    forest = make_pipeline(SimpleImputer(), RandomForestClassifier())
    taken, change = near(forest, "randomforestclassifier__max_features", (1, 18))
    assert taken == 4
    assert "which is what max_features='sqrt' means here" in str(change)


def test_all_features_are_many_where_their_number_is_not_known():
    chosen = make_pipeline(OneHotEncoder(), SelectKBest(k="all"))
    taken, change = near(chosen, "selectkbest__k", (1, 18))
    assert taken == 18
    assert "nearest to k='all'" in str(change)


def test_a_part_of_a_column_transformer_gets_the_columns_that_are_listed():
    part = ColumnTransformer([("few", SelectKBest(k="all"), [0, 3, 5])])
    assert near(part, "few__k", (1, 18))[0] == 3


def test_a_meta_estimator_hands_on_what_it_gets():
    pipeline = make_pipeline(StandardScaler(), OneVsRestClassifier(SVC()))
    assert gamma_of(pipeline, "onevsrestclassifier__estimator__gamma")[0] == 1 / 18


@pytest.mark.parametrize("step", [MinMaxScaler(), PCA(3), "unknown"])
def test_what_is_not_known_before_the_fits_is_the_middle(step):
    if step == "unknown":
        step = type("Unknown", (BaseEstimator,), {"transform": None})()
    taken, change = gamma_of(Pipeline([("step", step), ("svc", SVC())]))
    assert taken == pytest.approx(math.sqrt(1e-6 * 1e3))
    assert "the middle of the range, because gamma='scale'" in str(change)


@pytest.mark.parametrize("X", [[["a", "b"]], [{"a": 1}], None, [[1], [2, 3]], np.array(3)])
def test_data_that_are_no_matrix_of_numbers(X):
    assert "middle" in str(near(SVC(), "gamma", LOG, X)[1])


def test_words_of_boosters_by_the_names_of_their_classes():
    XGBModel = type("XGBModel", (BaseEstimator,), {"__module__": "xgboost.sklearn"})
    LGBMModel = type("LGBMModel", (BaseEstimator,), {"__module__": "lightgbm.sklearn"})

    seen = DATA.seen_by(SVC(), "gamma")
    assert number_of(XGBModel(), "max_depth", None, seen) == 6
    assert number_of(XGBModel(), "max_depth", 0, seen) == math.inf
    assert number_of(LGBMModel(), "max_depth", -1, seen) == math.inf
    assert number_of(SVC(), "max_iter", -1, seen) == math.inf
    assert number_of(LGBMModel(), "max_depth", None, seen) is None
    assert number_of(XGBModel(), "max_depth", False, seen) is None


def test_a_class_of_the_users_own_by_the_name_of_a_known_one_is_another_class():
    seen = DATA.seen_by(SVC(), "gamma")
    own = {
        name: type(name, (BaseEstimator,), {"__module__": "elsewhere", "transform": None})()
        for name in ("PCA", "StandardScaler")
    }
    assert number_of(own["PCA"], "n_components", None, seen) is None
    # Nor does a step of this name have the parameters of the known one.
    for step in own.values():
        _, change = gamma_of(Pipeline([("step", step), ("svc", SVC())]))
        assert "the middle of the range" in str(change)
    assert number_of(type("PCA", (PCA,), {})(), "n_components", None, seen) == 18


def test_unset_parameters_of_lightgbm_are_what_it_fits_with():
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=2, verbose=-1, n_jobs=1).fit(X, Y)
    told = model.booster_.model_to_string()
    used = dict(re.findall(r"^\[(\w+): ([^\]]*)\]$", told, re.MULTILINE))
    assert {name: float(used[name]) for name in UNSET_LIGHTGBM} == UNSET_LIGHTGBM


def test_unset_parameters_of_catboost_are_what_it_fits_with():
    catboost = pytest.importorskip("catboost")
    model = catboost.CatBoostClassifier(verbose=0, thread_count=1, allow_writing_files=False)
    used = model.fit(X, Y).get_all_params()
    # Other names of the same, and what depends on the bootstrap, are not told.
    told = {name: number for name, number in UNSET_CATBOOST.items() if name in used}
    assert len(told) >= 7
    assert {name: used[name] for name in told} == told


def test_each_word_has_a_source_and_stands_once():
    keys = [(name, word.parameter, repr(word.value)) for word in WORDS for name in word.classes]
    assert len(set(keys)) == len(keys)
    assert all(word.source for word in WORDS)
