"""A parameter that the chosen step does not have is inactive for that choice, and no error."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, NuSVC
from sklearn.tree import DecisionTreeClassifier

from skbayes import BayesSearchCV, Optimizer, Real
from skbayes.search.conditions import space_of, with_conditions
from skbayes.search.counting import counting
from skbayes.space import MAX_BRANCHES, Conditional, parse_branches, parse_space

X, Y = load_iris(return_X_y=True)
LOG = "log-uniform"


def branches(estimator, space):
    """Return the names and step values of each branch that a space is divided into."""
    divided = with_conditions(parse_branches(space), estimator)
    return [set(branch.names) for branch in divided.branches]


def run(estimator, space, n_iter=12, X=X, y=Y, **settings):
    """Return a fitted search, after checking that nothing failed and all of it fits together."""
    search = BayesSearchCV(estimator, space, n_iter=n_iter, cv=2, random_state=0, **settings)
    search.fit(X, y)
    table = search.cv_results_
    assert np.isfinite(table["mean_test_score"]).all()
    assert len(set(map(repr, table["params"]))) == len(table["params"])
    for key in [key for key in table if key.startswith("param_")]:
        for row, params in enumerate(table["params"]):
            name = key.removeprefix("param_")
            assert np.ma.getmaskarray(table[key])[row] == (name not in params)
    for params in table["params"]:
        clone(estimator).set_params(**clone(params, safe=False))
    assert search.best_estimator_.predict(X).shape == np.shape(y)
    return search


MODELS = {
    "clf": [SVC(), DecisionTreeClassifier(random_state=0)],
    "clf__C": (1e-2, 1e2, LOG),
    "clf__max_depth": (1, 9),
}
PIPE = Pipeline([("prep", StandardScaler()), ("clf", SVC())])


def test_the_parameters_of_the_models_of_a_step():
    search = run(PIPE, MODELS)
    names = {type(p["clf"]).__name__: set(p) for p in search.cv_results_["params"]}
    assert names == {"SVC": {"clf", "clf__C"}, "DecisionTreeClassifier": {"clf", "clf__max_depth"}}
    # Each model begins with what it has.
    assert search.cv_results_["params"][0]["clf__C"] == 1.0
    assert search.cv_results_["param_clf__max_depth"].dtype.kind == "i"


def test_it_is_the_same_search_as_a_list_of_dicts_without_conditions():
    svc, tree = MODELS["clf"]
    apart = [
        {"clf": [svc], "clf__C": (1e-2, 1e2, LOG)},
        {"clf": [tree], "clf__max_depth": (1, 9)},
    ]
    one, other = (run(PIPE, space).cv_results_ for space in (MODELS, apart))
    assert repr(one["params"]) == repr(other["params"])
    np.testing.assert_array_equal(one["mean_test_score"], other["mean_test_score"])


def test_values_with_the_same_parameters_stay_together():
    space = {
        "clf": [SVC(), SVC(kernel="linear"), RandomForestClassifier(), LogisticRegression()],
        "clf__C": (0.1, 10.0),
    }
    assert branches(PIPE, space) == [{"clf", "clf__C"}, {"clf"}]
    divided = with_conditions(parse_branches(space), PIPE)
    assert [len(dict(b.parameters)["clf"].categories) for b in divided.branches] == [3, 1]


@pytest.mark.parametrize(
    "space",
    [
        {"clf": [SVC(), LogisticRegression()], "clf__C": (0.1, 10.0)},
        {"clf__C": (0.1, 10.0), "prep": [StandardScaler(), "passthrough"]},
        [{"clf": [SVC()], "clf__C": (0.1, 10.0)}, {"clf": [KNeighborsClassifier()]}],
        {},
    ],
)
def test_a_space_without_conditions_stays_as_it_is(space):
    assert with_conditions(parse_branches(space), PIPE) == parse_space(space)


def test_conditions_of_the_user_are_below_those_of_a_step():
    space = {
        "clf": [SVC(), DecisionTreeClassifier(random_state=0)],
        "clf__kernel": ["rbf", "poly"],
        "clf__degree": Conditional((2, 4), when={"clf__kernel": ["poly"]}),
        "clf__max_depth": (1, 9),
    }
    svc = {"clf", "clf__kernel"}
    assert branches(PIPE, space) == [svc, svc | {"clf__degree"}, {"clf", "clf__max_depth"}]
    run(PIPE, space)


def test_a_condition_on_the_step_itself():
    svc, tree = SVC(), DecisionTreeClassifier(random_state=0)
    space = {
        "clf": [svc, SVC(kernel="linear"), tree],
        "clf__gamma": Conditional((1e-3, 1.0, LOG), when={"clf": [svc, tree]}),
    }
    # What the tree does not have does not exist for it, whatever is written.
    assert branches(PIPE, space) == [{"clf", "clf__gamma"}, {"clf"}]
    run(PIPE, space)


NOTHING = ["passthrough", None]


@pytest.mark.parametrize("nothing", NOTHING)
def test_steps_left_out_have_no_parameters(nothing):
    space = {"prep": [PCA(), nothing, MinMaxScaler()], "prep__n_components": (1, 4)}
    assert branches(PIPE, space) == [{"prep", "prep__n_components"}, {"prep"}]
    run(PIPE, space, n_iter=5)


def test_conditions_below_conditions():
    inner = Pipeline([("scale", StandardScaler()), ("project", PCA())])
    space = {
        "prep": [inner, "passthrough"],
        "prep__scale": [StandardScaler(), MinMaxScaler()],
        "prep__scale__with_mean": [True, False],
        "prep__project__n_components": (1, 4),
        "clf__C": (0.1, 10.0, LOG),
    }
    everywhere = {"prep", "clf__C"}
    deep = everywhere | {"prep__scale", "prep__project__n_components"}
    assert branches(PIPE, space) == [deep | {"prep__scale__with_mean"}, deep, everywhere]
    run(PIPE, space, n_iter=9)


def test_several_steps_make_all_combinations():
    space = {"prep": [PCA(), "passthrough"], "prep__n_components": (1, 4), **MODELS}
    found = branches(PIPE, space)
    assert len(found) == 4
    assert {"prep", "clf", "clf__max_depth"} in found
    run(PIPE, space)


def test_columns_of_a_frame():
    frame = pd.DataFrame(X, columns=list("abcd")).assign(e=np.where(Y == 1, "x", "y"))
    columns = ColumnTransformer(
        [("num", StandardScaler(), list("abcd")), ("cat", OneHotEncoder(), ["e"])]
    )
    pipe = Pipeline([("columns", columns), ("clf", LogisticRegression(max_iter=1000))])
    space = {
        "columns__num": [StandardScaler(), PCA(), "passthrough", "drop"],
        "columns__num__with_mean": [True, False],
        "columns__num__n_components": (1, 4),
        "columns__cat": ["drop", OneHotEncoder()],
        "columns__cat__drop": [None, "first"],
        "clf__C": (0.1, 10.0, LOG),
    }
    assert len(branches(pipe, space)) == 6
    # Nothing is left where both are dropped.
    del space["columns__cat"], space["columns__cat__drop"]
    search = run(pipe, space, n_iter=10, X=frame)
    kinds = {repr(p["columns__num"]) for p in search.cv_results_["params"]}
    assert len(kinds) == 4


def test_members_of_a_vote():
    vote = VotingClassifier([("svc", SVC()), ("tree", DecisionTreeClassifier(random_state=0))])
    space = {"svc": [SVC(), "drop"], "svc__C": (0.1, 10.0), "tree__max_depth": (1, 4)}
    assert branches(vote, space) == [
        {"svc", "svc__C", "tree__max_depth"},
        {"svc", "tree__max_depth"},
    ]
    run(vote, space, n_iter=6)


def test_the_estimator_of_an_ensemble():
    bag = BaggingClassifier(n_estimators=3, random_state=0)
    space = {
        "estimator": [None, SVC(), DecisionTreeClassifier()],
        "estimator__C": (0.1, 10.0),
        "estimator__max_depth": (1, 4),
    }
    assert [len(names) for names in branches(bag, space)] == [1, 2, 2]
    run(bag, space, n_iter=6)


def test_the_parts_of_a_dictionary_share_its_number_of_candidates():
    spaces = [(MODELS, 7), ({"clf": [RidgeClassifier()], "clf__alpha": (0.1, 1.0)}, 3)]
    params = run(PIPE, spaces, n_iter=1).cv_results_["params"]
    assert sum(isinstance(p["clf"], RidgeClassifier) for p in params) == 3
    assert len(params) == 10
    finite = {"clf": [SVC(), KNeighborsClassifier()], "clf__C": [1, 2, 3]}
    with pytest.warns(UserWarning, match="total space of parameters 4 is smaller than the 9"):
        assert len(run(PIPE, [(finite, 9)]).cv_results_["params"]) == 4


def test_a_finite_space_is_exhausted_without_what_would_repeat():
    space = {"clf": [SVC(), KNeighborsClassifier()], "clf__C": [1, 2], "clf__n_neighbors": [3, 4]}
    with pytest.warns(UserWarning, match="total space of parameters 4"):
        assert len(run(PIPE, space, n_iter=50).cv_results_["params"]) == 4


class SaysTheFirst(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class TakesAnything(SaysTheFirst):
    """Like the estimators of LightGBM: what is set is kept, listed or not."""

    def __init__(self, level=0):
        self.level = level

    def set_params(self, **params):
        for name, value in params.items():
            setattr(self, name, value)
        return self


def test_a_parameter_that_is_listed_is_not_given_to_those_who_take_anything():
    space = {"clf": [TakesAnything(), SVC()], "clf__C": (0.1, 1.0)}
    assert branches(PIPE, space) == [{"clf"}, {"clf", "clf__C"}]
    space = {"clf": [TakesAnything(), SVC()], "clf__unlisted": (0.1, 1.0)}
    assert branches(PIPE, space) == [{"clf", "clf__unlisted"}, {"clf"}]


class Unruly:
    """Looks like an estimator and is none."""

    def get_params(self, deep=True):
        raise RuntimeError("get_params")

    def set_params(self, **params):
        raise KeyError("set_params")


def test_what_only_looks_like_an_estimator_has_no_parameters():
    space = {"clf": [Unruly(), SVC()], "clf__C": (0.1, 1.0)}
    assert branches(PIPE, space) == [{"clf"}, {"clf", "clf__C"}]


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (
            {"clf": [SVC(), RandomForestClassifier()], "clf__n_estimator": (3, 9)},
            r"search_spaces\['clf__n_estimator'\].*'n_estimator'; .*'clf__n_estimators'",
        ),
        ({"clf": ["passthrough", None], "clf__C": [1]}, r"'clf__C'.*'C'; leave it out"),
        # The present step is replaced: what it has does not count.
        ({"clf": [RandomForestClassifier()], "clf__C": [1]}, r"'clf__C'.*values of 'clf'"),
        ({"clf": [SVC], "clf__C": [1]}, r"'clf__C'.*values of 'clf'"),
        ({"prep": [PCA()], "prep__a": [StandardScaler()], "prep__a__b": [1]}, "'prep__a'"),
        (
            [{"clf__C": [1.0]}, {"clf": [RandomForestClassifier()], "clf__C": [1.0]}],
            r"search_spaces\[1\]\['clf__C'\]",
        ),
    ],
)
def test_what_no_value_has_is_an_error(space, message):
    with pytest.raises(ValueError, match=message):
        BayesSearchCV(PIPE, space).fit(X, Y)


class Trainer(SaysTheFirst):
    """Takes the parameters of its optimiser for it, as wrappers of neural networks do."""

    def __init__(self, optimizer="sgd", **of_optimizer):
        self.optimizer = optimizer
        self.of_optimizer = of_optimizer

    def get_params(self, deep=True):
        return {"optimizer": self.optimizer, **self.of_optimizer}

    def set_params(self, **params):
        for name, value in params.items():
            if name == "optimizer":
                self.optimizer = value
            elif name.startswith("optimizer__") and self.optimizer != "plain":
                self.of_optimizer[name] = value
            else:
                raise ValueError(f"no parameter {name!r}")
        return self


@pytest.mark.parametrize("optimizers", [["sgd", "adam"], [dict, list]])
def test_parameters_that_the_estimator_takes_for_a_value_that_is_none(optimizers):
    space = {"optimizer": optimizers, "optimizer__rate": (0.1, 1.0)}
    assert branches(Trainer(), space) == [{"optimizer", "optimizer__rate"}]
    run(Trainer(), space, n_iter=4)
    space["optimizer"] = [*optimizers, "plain"]
    assert branches(Trainer(), space) == [{"optimizer", "optimizer__rate"}, {"optimizer"}]
    with pytest.raises(ValueError, match=r"'optimiser__rate'"):
        BayesSearchCV(Trainer(), {"optimizer": ["sgd"], "optimiser__rate": [1]}).fit(X, Y)


def test_parameters_of_steps_that_are_replaced_as_a_whole():
    steps = [[("other", RidgeClassifier())], [("other", RidgeClassifier(tol=1e-2))]]
    run(PIPE, {"steps": steps, "other__alpha": [1, 2]}, n_iter=4)
    # One that a list does not have is inactive for it.
    space = {"steps": [*steps, [("last", SVC())]], "other__alpha": [1.0, 2.0, 3.0]}
    assert branches(PIPE, space) == [{"steps", "other__alpha"}, {"steps"}]
    run(PIPE, space, n_iter=7)
    with pytest.raises(ValueError, match=r"has no parameter 'C'; did you mean 'clf__C'"):
        BayesSearchCV(PIPE, {"clf": [SVC()], "C": [1.0]}).fit(X, Y)
    with pytest.raises(ValueError, match="Pipeline has no parameter 'other__alfa'"):
        BayesSearchCV(PIPE, {"steps": steps, "other__alfa": [1]}).fit(X, Y)


def test_too_many_combinations():
    names = [f"s{i}" for i in range(9)]
    vote = VotingClassifier([(name, SVC()) for name in names])
    space = {name: [SVC(), "drop"] for name in names} | {f"{name}__C": [1.0] for name in names}
    with pytest.raises(ValueError, match=rf"'s0'.* more than {MAX_BRANCHES} combinations"):
        BayesSearchCV(vote, space).fit(X, Y)
    del space["s8__C"]
    assert len(branches(vote, space)) == MAX_BRANCHES


def test_given_points_name_what_exists():
    svc, tree = MODELS["clf"]
    points = [{"clf": tree, "clf__max_depth": 3}, {"clf": svc, "clf__C": 5.0}]
    assert run(PIPE, MODELS, initial_points=points).cv_results_["params"][:2] == points
    with pytest.raises(ValueError, match=r"initial_points\[0\].*clf__C"):
        run(PIPE, MODELS, initial_points=[{"clf": tree, "clf__max_depth": 3, "clf__C": 5.0}])


def test_a_warm_start_and_a_journal(tmp_path):
    first = run(PIPE, MODELS, n_iter=8, checkpoint=tmp_path / "search.journal")
    again = run(PIPE, MODELS, n_iter=10, checkpoint=tmp_path / "search.journal")
    assert repr(again.cv_results_["params"][:8]) == repr(first.cv_results_["params"])
    assert again.cv_results_["mean_fit_time"][:8].tolist() == (
        first.cv_results_["mean_fit_time"].tolist()
    )
    frame = pd.DataFrame(first.cv_results_)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for source in (first, first.cv_results_, frame):
            next_one = run(PIPE, MODELS, n_iter=4, warm_start_from=source, initial_points=[])
            assert repr(first.best_params_) in map(repr, next_one.cv_results_["params"])


def test_insight_names_the_choice():
    insight = run(PIPE, MODELS, n_iter=10).insight()
    names = {each.name for each in insight.importances()}
    assert names == {"clf", "clf__C", "clf__max_depth"}


def test_an_optimizer_knows_no_estimator():
    optimizer = Optimizer({"clf": [SVC(), "passthrough"], "clf__C": Real(0.1, 1.0)})
    assert set(optimizer.ask()) == {"clf", "clf__C"}


KERNELS = {"kernel": ["linear", "rbf"], "C": (1e-2, 1e2, LOG), "gamma": (1e-3, 1e1, LOG)}


def counts(estimator, space):
    """Return which parameters of each branch do not always count, and for which values they do."""
    found = []
    for branch in counting(space_of(space, estimator, 0), estimator).branches:
        dimensions = dict(branch.parameters)
        found.append(
            {
                name: {s: [dimensions[s].decode(c) for c in sorted(cs)] for s, cs in of.items()}
                for name, of in branch.counts.items()
            }
        )
    return found


def test_what_an_estimator_ignores_does_not_count():
    assert counts(SVC(), KERNELS) == [{"gamma": {"kernel": ["rbf"]}}]
    # Steps of a pipeline, and what they hold.
    deep = Pipeline([("a", BaggingClassifier(SVC()))])
    assert counts(deep, {f"a__estimator__{name}": w for name, w in KERNELS.items()}) == [
        {"a__estimator__gamma": {"a__estimator__kernel": ["rbf"]}}
    ]
    # For values that are not known, such as a function, it counts.
    kernels = ["poly", np.dot, "linear", "a word"]
    assert counts(SVC(), {"kernel": kernels, "degree": [2, 3], "coef0": (0.0, 1.0)}) == [
        {
            "degree": {"kernel": ["poly", np.dot, "a word"]},
            "coef0": {"kernel": ["poly", np.dot, "a word"]},
        }
    ]
    # Several parameters may decide.
    space = {
        "solver": ["sgd", "adam"],
        "learning_rate": ["constant", "invscaling"],
        "power_t": (0.1, 0.9),
    }
    assert counts(MLPClassifier(), space) == [
        {
            "learning_rate": {"solver": ["sgd"]},
            "power_t": {"solver": ["sgd"], "learning_rate": ["invscaling"]},
        }
    ]


def test_what_is_not_ignored_by_each_value_of_a_step_counts():
    both = {"clf": [SVC(), NuSVC()], "clf__kernel": ["linear", "rbf"], "clf__gamma": (0.1, 1.0)}
    assert counts(PIPE, both) == [{"clf__gamma": {"clf__kernel": ["rbf"]}}]
    both["clf"] = [SVC(), Own()]
    assert counts(PIPE, both) == [{}]
    # A class of one's own may read what the class that it inherits from ignores.
    assert counts(OwnSVC(), KERNELS) == [{}]
    # A list of steps that is searched has other steps than the estimator.
    steps = {"steps": [[("m", Own())], [("m", Own(gamma=2.0))]]}
    of_step = {"m__kernel": ["linear", "rbf"], "m__gamma": (0.1, 1.0)}
    assert counts(Pipeline([("m", SVC())]), of_step | steps) == [{}]


def test_each_value_is_looked_at_once_for_a_list_of_named_parts(monkeypatch):
    looked_at = []
    monkeypatch.setattr("skbayes.search.counting._has_named_parts", looked_at.append)
    counting(parse_space({name: [1, 2, 3] for name in "abcdef"}), SVC())
    assert looked_at == [1, 2, 3] * 6


def test_what_is_ignored_everywhere_counts():
    """Whoever varies it has a reason."""
    assert counts(SVC(kernel="linear"), {"C": (0.1, 1.0), "gamma": (0.1, 1.0)}) == [{}]
    assert counts(SVC(), {"kernel": ["linear"], "gamma": (0.1, 1.0)}) == [{}]
    space = {"penalty": ["l1", "l2"], "l1_ratio": (0.0, 1.0)}
    assert counts(LogisticRegression(), space) == [{}]
    # Of other estimators nothing is left in a space.
    known = counting(space_of(KERNELS, SVC(), 0), SVC())
    assert counts(OwnSVC(), known) == [{}]


def test_a_list_that_conditions_divide_decides_as_before():
    space = KERNELS | {"kernel": ["linear", "rbf", "poly"], "degree": (2, 5)}
    space["gamma"] = Conditional(space["gamma"], when={"kernel": ["rbf", "poly"]})
    assert counts(SVC(), space) == [{"degree": {"kernel": []}}, {"degree": {"kernel": ["poly"]}}]
    found = counting(space_of(space, SVC(), 0), SVC())
    place = [axis.name for axis in found.axes].index("degree")
    assert not found.active(found.sample(np.zeros((1, len(found.axes)))))[0, place]


class Own(ClassifierMixin, BaseEstimator):
    """An estimator that is not known."""

    def __init__(self, kernel="rbf", gamma=1.0):
        self.kernel = kernel
        self.gamma = gamma


class OwnSVC(SVC):
    """A class that may use what SVC ignores."""


def test_no_fit_is_made_twice_for_a_parameter_that_does_not_count(capsys):
    space = KERNELS | {"kernel": ["linear", "rbf"], "C": [0.1, 1.0, 10.0]}
    # What the estimator has is the first candidate, whose gamma is its own.
    search = run(SVC(kernel="linear", gamma=0.5), space, n_iter=14, verbose=1)
    table = search.cv_results_["params"]
    assert all(set(params) == set(space) for params in table)
    linear = [params for params in table if params["kernel"] == "linear"]
    assert linear[0]["gamma"] == 0.5
    assert len({params["C"] for params in linear}) == len(linear) <= 3
    # In all others it stands at the middle of its range.
    np.testing.assert_allclose([params["gamma"] for params in linear[1:]], 0.1)
    line = "Ignored by the estimator, so not varied: gamma if kernel is 'linear'\n"
    assert line in capsys.readouterr().out


def test_given_points_keep_values_that_do_not_count():
    points = [{"kernel": "linear", "C": 1.0, "gamma": gamma} for gamma in (0.5, 5.0)]
    search = run(SVC(), KERNELS, n_iter=8, initial_points=points)
    assert search.cv_results_["params"][:2] == points
    mean, _ = search.insight().predict(points)
    np.testing.assert_allclose(mean[0], mean[1], rtol=1e-12)
    # A bound that the best candidate has where nothing depends on it is no bound.
    ends = [{"kernel": kernel, "C": 0.01, "gamma": 10.0} for kernel in ("linear", "rbf")]
    search = run(SVC(), KERNELS, n_iter=2, initial_points=ends)
    assert search.best_params_ == ends[0]
    assert {each.name for each in search.insight().at_bounds()} == {"C"}


def test_a_list_is_searched_to_its_end_although_some_fits_are_equal():
    space = {"kernel": ["linear", "rbf"], "gamma": [0.1, 1.0, 10.0], "C": [1.0, 2.0]}
    table = run(SVC(), space, n_iter=11).cv_results_["params"]
    assert len(table) == 11
    firsts = {(p["kernel"], p["C"], p["kernel"] == "rbf" and p["gamma"]) for p in table[:8]}
    assert len(firsts) == 8
    everything = run(SVC(), space, n_iter=12)
    assert len(everything.cv_results_["params"]) == 12
    assert "of the space" in str(everything.insight().improvement())


@pytest.mark.parametrize("settings", [{"is_allowed": True}, {"strategy": "random"}])
def test_a_constraint_sees_all_values_and_baselines_draw_them(settings):
    if "is_allowed" in settings:
        settings = {"is_allowed": lambda p: p["kernel"] == "rbf" or p["gamma"] < 0.02}
    table = run(SVC(), KERNELS, n_iter=16, initial_points=[], **settings).cv_results_["params"]
    assert len({params["gamma"] for params in table if params["kernel"] == "linear"}) > 1
