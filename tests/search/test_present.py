"""The first candidate: the estimator as it is, as near as the space comes to it."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV, Conditional

X, Y = load_iris(return_X_y=True)
GAMMA = 1 / (X.shape[1] * X.var())
LOG = (1e-4, 1e3, "log-uniform")
FOREST = RandomForestClassifier(n_estimators=3, random_state=0)


def said_and_tried(capsys, estimator, space, n_iter=8, **kwargs):
    """Return the line about the first candidate, and the candidates."""
    kwargs = {"cv": 2, "random_state": 0, "refit": False, "verbose": 1, **kwargs}
    search = BayesSearchCV(estimator, space, n_iter=n_iter, **kwargs).fit(X, Y)
    lines = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("First candidate")
    ]
    assert len(lines) <= 1
    return "".join(lines), search.cv_results_["params"]


def test_a_word_becomes_its_number_and_one_line_says_so(capsys):
    line, params = said_and_tried(capsys, SVC(), {"C": LOG, "gamma": LOG}, n_iter=3)
    assert params[0] == {"C": 1.0, "gamma": pytest.approx(GAMMA)}
    expected = f"gamma={GAMMA:.4g}, which is what gamma='scale' means here"
    assert line == f"First candidate: your SVC() with {expected}."


def test_nothing_is_said_where_nothing_is_changed_or_wanted(capsys):
    space = {"C": LOG, "gamma": LOG}
    line, params = said_and_tried(capsys, SVC(gamma=0.1), space, n_iter=2)
    assert (line, params[0]) == ("", {"C": 1.0, "gamma": 0.1})
    line, params = said_and_tried(capsys, SVC(), space, n_iter=2, initial_points=[])
    assert line == ""
    assert params[0]["C"] != 1.0
    assert said_and_tried(capsys, SVC(), space, n_iter=2, verbose=0)[0] == ""


class Secretive(LogisticRegression):
    """Takes parameters that it lists only once they are set, as boosters do."""

    def __init__(self, C=1.0, **others):
        super().__init__(C=C)
        self.others = others

    @classmethod
    def _get_param_names(cls):
        return ["C"]

    def get_params(self, deep=True):
        return {"C": self.C, **self.others}

    def set_params(self, **params):
        if "refused" in params:
            raise ValueError("refused")
        self.C = params.pop("C", self.C)
        self.others = {**self.others, **params}
        return self


def test_what_an_estimator_does_not_list_leaves_the_rest_as_it_is(capsys):
    space = {"C": LOG, "depth": (2, 10), "word": ["a", "b"]}
    line, params = said_and_tried(capsys, Secretive(C=3.0, word="b"), space, n_iter=2)
    assert params[0] == {"C": 3.0, "depth": 6, "word": "b"}
    assert line == (
        "First candidate: your Secretive() with depth=6, the middle of the range, because the "
        "default of depth is not known as a number."
    )


def test_a_default_that_is_known_is_taken(capsys):
    booster = type("CatBoost", (Secretive,), {"__module__": "catboost.core"})
    line, params = said_and_tried(capsys, booster(C=3.0), {"C": LOG, "depth": (1, 16)}, n_iter=2)
    assert params[0] == {"C": 3.0, "depth": 6}
    assert line.endswith("with depth=6, which is its default.")


def test_what_is_refused_is_not_tried(capsys):
    space = {"C": LOG, "gamma": LOG}
    line, params = said_and_tried(capsys, SVC(), space, n_iter=2, is_allowed=lambda p: p["C"] > 1)
    assert line == "First candidate: not your SVC(), because is_allowed refuses its parameters."
    assert params[0]["C"] != 1.0


def test_the_score_is_that_of_the_estimator():
    """Where the number is what the word meant in all folds: behind a scaler."""
    model = make_pipeline(StandardScaler(), SVC())
    space = {"svc__C": LOG, "svc__gamma": LOG}
    search = BayesSearchCV(model, space, n_iter=1, cv=4).fit(X, Y)
    same = BayesSearchCV(model, {"svc__gamma": ["scale"]}, n_iter=1, cv=4).fit(X, Y)
    np.testing.assert_allclose(
        search.cv_results_["mean_test_score"], same.cv_results_["mean_test_score"]
    )


def test_each_model_of_a_step_begins_with_its_defaults(capsys):
    pipe = Pipeline([("clf", LogisticRegression())])
    space = {
        "clf": [SVC(), FOREST],
        "clf__gamma": LOG,
        "clf__max_depth": (2, 9),
        "clf__max_features": (0.1, 1.0),
    }
    line, params = said_and_tried(capsys, pipe, space)
    assert params[0].keys() == {"clf", "clf__gamma"}
    assert params[0]["clf__gamma"] == pytest.approx(GAMMA)
    assert params[1]["clf__max_depth"] == 9
    assert params[1]["clf__max_features"] == 0.5
    assert line == (
        "First candidate: your Pipeline() with clf=SVC(), in place of LogisticRegression(); "
        f"clf__gamma={GAMMA:.4g}, which is what gamma='scale' means here."
    )


def test_another_model_is_named_and_a_constant_of_all_spaces_is_not(capsys):
    own = LogisticRegression(C=7, max_iter=5000)
    pipe = Pipeline([("clf", own)])
    fixed = {"clf__random_state": [0]}
    spaces = [
        {"clf": [SVC(C=3.0)], "clf__C": LOG, **fixed},
        {"clf": [FOREST], "clf__max_depth": (2, 9), **fixed},
    ]
    line, params = said_and_tried(capsys, pipe, spaces)
    assert params[0]["clf__C"] == 3.0
    said = "clf=SVC(C=3.0), in place of LogisticRegression(C=7, max_iter=5000)"
    assert line == f"First candidate: your Pipeline() with {said}."
    spaces[0]["clf"] = [own]
    assert said_and_tried(capsys, pipe, spaces)[0] == ""


def test_the_nearest_of_several_dicts_comes_first(capsys):
    spaces = [
        {"kernel": ["linear"], "C": LOG},
        {"kernel": ["poly", "sigmoid"], "gamma": LOG, "C": LOG},
        {"kernel": ["rbf"], "gamma": LOG, "C": LOG},
    ]
    line, params = said_and_tried(capsys, SVC(C=1e9), spaces, n_iter=12)
    assert [each["kernel"] for each in params[:3]] == ["rbf", "linear", "poly"]
    assert "C=1000.0, the value of the range that is nearest to C=1000000000.0" in line


def test_a_condition_that_the_estimator_meets_comes_first():
    space = {
        "kernel": ["linear", "poly", "rbf"],
        "gamma": Conditional(LOG, when={"kernel": ["rbf", "poly"]}),
        "degree": Conditional((2, 5), when={"kernel": ["poly"]}),
    }
    search = BayesSearchCV(SVC(), space, n_iter=4, cv=2, refit=False).fit(X, Y)
    assert search.cv_results_["params"][0] == {"gamma": pytest.approx(GAMMA), "kernel": "rbf"}


def test_no_more_than_a_quarter_of_the_candidates_are_what_the_estimator_has():
    spaces = [{"kernel": [kernel], "C": LOG} for kernel in ("rbf", "linear", "poly", "sigmoid")]
    search = BayesSearchCV(SVC(C=7.0), spaces, n_iter=8, cv=2, refit=False).fit(X, Y)
    assert [params["C"] for params in search.cv_results_["params"]].count(7.0) == 2
