"""What searches are used in, and with: pipelines, frames, texts, estimators, other processes."""

import io
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier, SGDClassifier
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    RandomizedSearchCV,
    cross_val_predict,
    cross_validate,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    StandardScaler,
)
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbayes import BayesSearchCV, Categorical, Integer, Real

X, Y = load_iris(return_X_y=True)
X, Y = X[::2], Y[::2]
TARGETS = np.column_stack([X[:, 0], X[:, 1] * 2])
LOG = "log-uniform"


def classifier_search(**settings):
    space = {"C": (0.1, 100.0, LOG), "kernel": ["linear", "rbf"]}
    settings = {"n_iter": 4, "cv": 2, "random_state": 0, **settings}
    return BayesSearchCV(SVC(), space, **settings)


def regressor_search():
    return BayesSearchCV(Ridge(), {"alpha": (1e-3, 10.0, LOG)}, n_iter=3, cv=2, random_state=0)


AROUND_CLASSIFIERS = {
    "pipeline": lambda search: make_pipeline(StandardScaler(), search),
    "stack": lambda search: StackingClassifier([("s", search), ("n", MultinomialNB())], cv=2),
    "top of a stack": lambda search: StackingClassifier(
        [("n", MultinomialNB())], final_estimator=search, cv=2
    ),
    "vote": lambda search: VotingClassifier([("s", search), ("n", MultinomialNB())]),
    "calibration": lambda search: CalibratedClassifierCV(search, cv=2),
    "bagging": lambda search: BaggingClassifier(search, n_estimators=2, random_state=0),
    "one against the rest": OneVsRestClassifier,
    "self-training": SelfTrainingClassifier,
    "itself": lambda search: BayesSearchCV(
        search, {"estimator__gamma": (1e-2, 1.0, LOG)}, n_iter=2, cv=2, random_state=0
    ),
    "grid": lambda search: GridSearchCV(search, {"estimator__gamma": [0.1, 1.0]}, cv=2),
}


@pytest.mark.filterwarnings("ignore:y contains no unlabeled samples")
@pytest.mark.parametrize("around", AROUND_CLASSIFIERS)
def test_a_search_inside_other_classifiers(around):
    search = classifier_search()
    if around == "self-training":  # which needs probabilities
        search.set_params(estimator=GaussianNB(), search_spaces={"var_smoothing": (1e-9, 0.1, LOG)})
    model = AROUND_CLASSIFIERS[around](search)
    assert clone(model).fit(X, Y).score(X, Y) > 0.9
    assert not hasattr(search, "cv_results_")


AROUND_REGRESSORS = {
    "transformed target": lambda search: TransformedTargetRegressor(
        search, func=np.log, inverse_func=np.exp
    ),
    "stack": lambda search: StackingRegressor([("s", search), ("r", Ridge())], cv=2),
    "vote": lambda search: VotingRegressor([("s", search), ("r", Ridge())]),
}


@pytest.mark.parametrize("around", AROUND_REGRESSORS)
def test_a_search_inside_other_regressors(around):
    assert AROUND_REGRESSORS[around](regressor_search()).fit(X, X[:, 0]).score(X, X[:, 0]) > 0.9


def test_a_search_for_each_output():
    labels = np.column_stack([Y > 0, Y > 1]).astype(int)
    for model, y in (
        (MultiOutputRegressor(regressor_search()), TARGETS),
        (RegressorChain(regressor_search()), TARGETS),
        (MultiOutputClassifier(classifier_search()), labels),
        (ClassifierChain(classifier_search()), labels),
    ):
        assert model.fit(X, y).predict(X).shape == y.shape


INSIDE = {
    "calibration": (CalibratedClassifierCV(SVC(), cv=2), {"estimator__C": (0.1, 10.0)}, Y),
    "target": (
        TransformedTargetRegressor(Ridge(), transformer=StandardScaler()),
        {"regressor__alpha": (0.1, 10.0), "transformer": [StandardScaler(), MinMaxScaler()]},
        X[:, 0],
    ),
    "outputs": (MultiOutputRegressor(Ridge()), {"estimator__alpha": (0.1, 10.0)}, TARGETS),
    "several outputs at once": (Ridge(), {"alpha": (0.1, 10.0)}, TARGETS),
    "boosting": (
        AdaBoostClassifier(n_estimators=2),
        {"estimator": [DecisionTreeClassifier(max_depth=d) for d in (1, 2)]},
        Y,
    ),
    "elimination": (
        RFE(RidgeClassifier()),
        {"n_features_to_select": (1, 4), "estimator__alpha": (0.1, 10.0)},
        Y,
    ),
    "union": (
        make_pipeline(
            FeatureUnion([("p", PCA()), ("s", StandardScaler())]), LogisticRegression(max_iter=1000)
        ),
        {
            "featureunion__p": [PCA(), "drop", "passthrough"],
            "featureunion__p__n_components": (1, 4),
            "featureunion__transformer_weights": [None, {"p": 2.0}],
        },
        Y,
    ),
    "selection": (
        make_pipeline(SelectFromModel(Ridge()), SVC()),
        {"selectfrommodel__threshold": ["mean", "median"], "svc__C": (0.1, 10.0)},
        Y,
    ),
}


@pytest.mark.parametrize("inside", INSIDE)
def test_other_estimators_inside_a_search(inside):
    model, space, y = INSIDE[inside]
    space = {**space}
    n_values = 4 if inside not in ("boosting", "selection") else 2
    search = BayesSearchCV(model, space, n_iter=n_values, cv=KFold(2), random_state=0).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(X).shape == np.shape(y)


class Slow(FunctionTransformer):
    """Counts how often it was fitted."""

    n_fits = 0

    def fit(self, X, y=None):
        type(self).n_fits += 1
        return super().fit(X, y)


def test_a_pipeline_with_memory(tmp_path):
    """Candidates that differ behind a cached step only do not compute it again."""
    memory = joblib.Memory(tmp_path, verbose=0)
    pipe = Pipeline([("slow", Slow()), ("svc", SVC())], memory=memory)
    Slow.n_fits = 0
    search = BayesSearchCV(pipe, {"svc__C": (0.1, 10.0)}, n_iter=5, cv=2, random_state=0).fit(X, Y)
    assert Slow.n_fits == 3  # two folds, and the refit
    uncached = clone(search).set_params(estimator__memory=None).fit(X, Y)
    assert Slow.n_fits == 3 + 11
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], uncached.cv_results_["mean_test_score"]
    )


FRAME = pd.DataFrame(X, columns=["a", "b", "c", "d"]).assign(
    kind=pd.Categorical(np.where(X[:, 0] > 5.5, "long", "short")),
    gap=np.where(X[:, 1] > 3, 1.0, np.nan),
)


def test_the_columns_of_a_frame():
    numbers = make_pipeline(StandardScaler(), PCA())
    columns = ColumnTransformer(
        [
            ("numbers", numbers, ["a", "b", "c", "d"]),
            ("kinds", OneHotEncoder(), make_column_selector(dtype_include="category")),
        ]
    )
    space = {
        "columntransformer__numbers__pca__n_components": (1, 4),
        "columntransformer__numbers__standardscaler": [StandardScaler(), "passthrough"],
        "columntransformer__kinds": [OneHotEncoder(), "drop"],
        "columntransformer__kinds__drop": [None, "first"],
        "svc__C": (0.1, 100.0, LOG),
    }
    model = make_pipeline(columns, SVC())
    search = BayesSearchCV(model, space, n_iter=8, cv=2, random_state=0).fit(FRAME, pd.Series(Y))
    assert search.score(FRAME, Y) > 0.9
    assert list(search.feature_names_in_) == list(FRAME.columns)


def test_output_as_frames():
    pipe = make_pipeline(StandardScaler(), PCA())
    search = BayesSearchCV(
        pipe,
        {"pca__n_components": (1, 3)},
        n_iter=3,
        cv=2,
        scoring=lambda model, X, y=None: model[-1].explained_variance_ratio_.sum(),
        random_state=0,
    )
    search.estimator.set_output(transform="pandas")
    found = search.fit(FRAME[["a", "b", "c", "d"]]).transform(FRAME[["a", "b", "c", "d"]])
    assert list(found.columns) == ["pca0", "pca1", "pca2"]
    assert list(found.index) == list(FRAME.index)


class Spy(ClassifierMixin, BaseEstimator):
    """Notes the rows that it is fitted on, and what it is asked."""

    rows: list = []  # noqa: RUF012

    def __init__(self, level=0.5):
        self.level = level

    def fit(self, X, y):
        self.rows.append(frozenset(X[:, -1].astype(int).tolist()))
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


@pytest.mark.parametrize("warm", [False, True])
def test_nothing_of_a_test_fold_is_seen_by_the_search_inside(warm):
    """Nor by a later fold: a fit begins anew, also of one that learns from an earlier search."""
    numbered = np.column_stack([X, np.arange(len(X))])
    search = BayesSearchCV(Spy(), {"level": (0.0, 1.0)}, n_iter=3, cv=2, random_state=0)
    if warm:
        search.set_params(warm_start_from=[({"level": 0.2}, 0.1), ({"level": 0.7}, 0.3)])
    outer = KFold(3, shuffle=True, random_state=0)
    Spy.rows = []
    result = cross_validate(search, numbered, Y, cv=outer, return_estimator=True)
    n_fits = 3 * 2 + 1
    assert len(Spy.rows) == 3 * n_fits
    for fold, (_, test) in enumerate(outer.split(X)):
        for rows in Spy.rows[fold * n_fits : (fold + 1) * n_fits]:
            assert not rows & set(test.tolist())
    assert len({len(found.cv_results_["params"]) for found in result["estimator"]}) == 1
    assert not hasattr(search, "cv_results_")


def test_predictions_out_of_fold():
    search = classifier_search()
    assert np.mean(cross_val_predict(search, X, Y, cv=3) == Y) > 0.9
    scores = cross_val_predict(search, X, Y, cv=3, method="decision_function")
    assert scores.shape == (len(X), 3)
    _, train, test = learning_curve(
        search, X, Y, cv=2, train_sizes=[0.6, 1.0], shuffle=True, random_state=0
    )
    assert train.shape == test.shape == (2, 2)


# A few sentences of our own, by their subject, from which more are made.
SUBJECTS = {
    "weather": ("rain", "wind", "cloud", "storm", "sun", "snow", "frost", "sky"),
    "kitchen": ("pan", "salt", "oven", "bread", "soup", "knife", "butter", "plate"),
}
FRAMES = ("there was {} and then {} again", "no {} without {}", "the {} came after the {}", "{} {}")


def corpus(n_documents=80):
    rng = np.random.default_rng(0)
    texts, labels = [], []
    for _ in range(n_documents):
        subject = str(rng.choice(list(SUBJECTS)))
        words = [str(word) for word in rng.choice(SUBJECTS[subject], 2)]
        texts.append(str(rng.choice(FRAMES)).format(*words))
        labels.append(subject)
    return texts, labels


def test_a_text_pipeline():
    texts, labels = corpus()
    model = make_pipeline(TfidfVectorizer(), SGDClassifier(random_state=0, max_iter=20, tol=None))
    space = {
        "tfidfvectorizer__ngram_range": [(1, 1), (1, 2)],
        "tfidfvectorizer__stop_words": [None, ["the", "no"]],
        "tfidfvectorizer__min_df": (1, 3),
        "sgdclassifier": [SGDClassifier(random_state=0, max_iter=20, tol=None), MultinomialNB()],
        "sgdclassifier__alpha": (1e-6, 1e-1, LOG),
        "sgdclassifier__penalty": ["l2", "elasticnet"],
    }
    search = BayesSearchCV(model, space, n_iter=8, cv=3, random_state=0).fit(texts, labels)
    assert search.best_score_ > 0.9
    assert search.predict(["salt and butter", "wind and rain"]).tolist() == ["kitchen", "weather"]
    # As arrays and as a column of a frame.
    assert search.score(np.array(texts, dtype=object), labels) > 0.9
    again = clone(search).fit(pd.Series(texts), pd.Series(labels))
    assert again.best_score_ == search.best_score_


def test_halving_takes_our_dimensions():
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingRandomSearchCV

    space = {
        "C": Real(0.1, 10, LOG),
        "degree": Integer(2, 4),
        "kernel": Categorical(["rbf", "poly"]),
    }
    halving = HalvingRandomSearchCV(
        SVC(), space, n_candidates=4, factor=2, cv=2, random_state=0, min_resources=20
    )
    params = halving.fit(X, Y).cv_results_["params"]
    assert all(0.1 <= p["C"] <= 10 and type(p["degree"]) is int for p in params)


def test_a_search_of_another_kind_is_searched_on():
    """The results of scikit-learn's searches are a start."""
    blind = RandomizedSearchCV(
        SVC(),
        {"C": Real(0.1, 100, LOG), "kernel": ["linear", "rbf"]},
        n_iter=6,
        cv=2,
        random_state=0,
    )
    blind.fit(X, Y)
    search = classifier_search(warm_start_from=blind, initial_points=[]).fit(X, Y)
    assert blind.best_params_ in search.cv_results_["params"]


class Printing:
    """A callback with something that no other process has."""

    def __init__(self, path):
        self.file = open(path, "w")  # noqa: SIM115

    def __call__(self, found):
        self.file.write(f"{found.best_score_}\n")


OPEN_ELSEWHERE = """
import pickle, sys, warnings
warnings.simplefilter("error")
with open(sys.argv[1], "rb") as file:
    search = pickle.load(file)
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True)
print(round(search.score(X, y), 6), len(search.cv_results_["params"]), search.best_params_["C"])
search.set_params(n_iter=3).fit(X, y)
print(len(search.cv_results_["params"]))
"""


@pytest.mark.parametrize("dump", ["pickle", "joblib", "cloudpickle"])
def test_round_trips(dump, tmp_path):
    search = classifier_search(n_iter=50, cv=3)
    callback = Printing(tmp_path / "scores.txt")
    search.fit(X, Y, callback=callback)
    callback.file.close()
    if dump == "joblib":
        file = io.BytesIO()
        joblib.dump(search, file)
        data = file.getvalue()
        copy = joblib.load(io.BytesIO(data))
    else:
        library = pytest.importorskip(dump)
        data = library.dumps(search)
        copy = library.loads(data)
    assert len(data) < 200_000
    np.testing.assert_array_equal(copy.predict(X), search.predict(X))
    assert copy.cv_results_["params"] == search.cv_results_["params"]
    assert copy.insight().importances()


def test_a_pickle_opens_in_another_process(tmp_path):
    search = classifier_search(n_iter=8)
    callback = Printing(tmp_path / "scores.txt")
    search.fit(X, Y, callback=callback)
    callback.file.close()
    path = tmp_path / "search.pkl"
    path.write_bytes(pickle.dumps(search))
    result = subprocess.run(
        [sys.executable, "-c", OPEN_ELSEWHERE, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    full, y = load_iris(return_X_y=True)
    first, second = result.stdout.splitlines()
    score, n_candidates, C = map(float, first.split())
    assert (score, n_candidates, C) == (
        round(search.score(full, y), 6),
        8,
        search.best_params_["C"],
    )
    assert second == "3"


def test_what_cloudpickle_takes_by_value():
    """An estimator and a scorer that are defined where nobody can import them."""
    cloudpickle = pytest.importorskip("cloudpickle")
    names = {"__name__": "__main__"}
    exec(
        "from sklearn.svm import SVC\n"
        "class Mine(SVC):\n    pass\n"
        "def scorer(model, X, y):\n    return float((model.predict(X) == y).mean())\n",
        names,
    )
    search = BayesSearchCV(
        names["Mine"](), {"C": (0.1, 9.0)}, scoring=names["scorer"], n_iter=3, cv=2, random_state=0
    )
    copy = cloudpickle.loads(cloudpickle.dumps(search.fit(X, Y)))
    assert copy.score(X, Y) == search.score(X, Y)
