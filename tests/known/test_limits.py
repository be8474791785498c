"""Between which values a metric can lie, and that nothing is said beyond."""

import dataclasses
import math
import pickle

import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.metrics import accuracy_score, get_scorer_names, make_scorer
from sklearn.neighbors import KNeighborsClassifier, RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV
from skbayes.known.limits import BY_NAME, score_limits
from skbayes.rules import NO_LIMITS
from skbayes.space import parse_space

X, Y = load_breast_cancer(return_X_y=True)
SPACE = parse_space({"C": (0.1, 1.0)})


class ScoresItself(ClassifierMixin, BaseEstimator):
    def score(self, X, y):
        return 7.0


class ScoringNeighbors(KNeighborsClassifier):
    def score(self, X, y):
        return 7.0


@pytest.mark.parametrize(
    ("scoring", "metric", "expected"),
    [
        ("accuracy", None, (0.0, 1.0)),
        ("f1_macro", None, (0.0, 1.0)),
        ("roc_auc_ovr_weighted", "score", (0.0, 1.0)),
        ("r2", None, (-math.inf, 1.0)),
        ("matthews_corrcoef", None, (-1.0, 1.0)),
        ("neg_log_loss", None, (-math.inf, 0.0)),
        (["accuracy", "r2"], "r2", (-math.inf, 1.0)),
        ({"mine": "roc_auc", "other": len}, "mine", (0.0, 1.0)),
        ({"mine": "roc_auc", "other": len}, "other", NO_LIMITS),
        (make_scorer(accuracy_score), None, NO_LIMITS),
        ("a name of later", None, NO_LIMITS),
    ],
)
def test_of_names(scoring, metric, expected):
    assert score_limits(scoring, metric, SVC(), SPACE) == expected


def test_every_name_of_scikit_learn_has_a_limit():
    """A scorer of a later release is to be looked up, and written into the table."""
    assert not [
        name for name in get_scorer_names() if score_limits(name, None, None, SPACE) == NO_LIMITS
    ]


@pytest.mark.parametrize(
    ("estimator", "space", "expected"),
    [
        (SVC(), {}, (0.0, 1.0)),
        (Ridge(), {}, (-math.inf, 1.0)),
        (make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), Ridge())), {}, None),
        (ScoresItself(), {}, NO_LIMITS),
        (make_pipeline(StandardScaler(), ScoresItself()), {}, NO_LIMITS),
        (make_pipeline(SVC()), {"svc": [SVC(), LogisticRegression()]}, (0.0, 1.0)),
        (make_pipeline(SVC()), {"svc": [SVC(), ScoresItself()]}, NO_LIMITS),
        (make_pipeline(SVC()), {"svc": [SVC(), "passthrough"]}, NO_LIMITS),
        (KNeighborsClassifier(), {}, (0.0, 1.0)),
        (RadiusNeighborsClassifier(), {}, (0.0, 1.0)),
        (DummyClassifier(), {}, (0.0, 1.0)),
        (DummyRegressor(), {}, None),
        (ScoringNeighbors(), {}, NO_LIMITS),
        (PoissonRegressor(), {}, NO_LIMITS),
        (make_pipeline(SVC()), {"svc": [SVC(), KNeighborsClassifier()]}, (0.0, 1.0)),
        (BayesSearchCV(SVC(), {}), {}, NO_LIMITS),
        (object(), {}, NO_LIMITS),
    ],
)
def test_of_the_own_score(estimator, space, expected):
    space = parse_space({"C": (0.1, 1.0), **space})
    assert score_limits(None, None, estimator, space) == (expected or (-math.inf, 1.0))


@pytest.mark.parametrize("scoring", [None, "roc_auc", ["roc_auc", "accuracy"]])
def test_nothing_is_said_beyond(scoring, tmp_path):
    def fitted(n_iter, **settings):
        return BayesSearchCV(
            make_pipeline(StandardScaler(), SVC()),
            {"svc__C": (1e-2, 1e2, "log-uniform"), "svc__gamma": (1e-4, 1e0, "log-uniform")},
            scoring=scoring, refit=False, n_iter=n_iter, random_state=0, initial_points=[],
            **settings,
        ).fit(X[:120], Y[:120])  # fmt: skip

    search = fitted(13, checkpoint=tmp_path / "search.jsonl")
    insight = search.insight()
    assert insight.limits == (0.0, 1.0)
    assert insight.best.high <= 1.0
    low, high = insight.interval(search.cv_results_["params"], level=0.999)
    assert high.max() <= 1.0
    assert low.min() >= 0.0
    # How far the ends go depends on the model: one of them passes the best score for certain.
    metric = scoring[0] if isinstance(scoring, list) else "score"
    best = float(search.cv_results_[f"mean_test_{metric}"].max())
    assert high.max() > best
    narrow = dataclasses.replace(insight, limits=(0.0, best))
    assert narrow.interval(search.cv_results_["params"], level=0.999)[1].max() == best
    assert insight.predict(search.cv_results_["params"])[0].max() <= 1.0
    gain = insight.improvement(by=1.0 - insight.highest_score)
    assert gain.probability == 0.0
    assert gain.expected <= 1.0 - insight.highest_score
    again = fitted(13, checkpoint=tmp_path / "search.jsonl").insight()
    for each in (pickle.loads(pickle.dumps(search)).insight(), again):
        assert (each.limits, each.best, str(each)) == (insight.limits, insight.best, str(insight))


def test_a_score_beyond_shows_that_there_is_no_limit(monkeypatch):
    def learnt():
        search = BayesSearchCV(
            Ridge(), {"alpha": [0.1, 1.0]}, scoring="r2", n_iter=2, cv=3, random_state=0
        )
        return search.fit(*load_diabetes(return_X_y=True)).insight()

    assert learnt().limits == (-math.inf, 1.0)
    monkeypatch.setitem(BY_NAME, "r2", (-math.inf, 0.1))
    assert learnt().limits == NO_LIMITS
