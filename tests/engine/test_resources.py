import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV
from skbayes.engine import read_resources
from skbayes.space import parse_space

N = 300
FOREST = RandomForestClassifier(n_estimators=9, random_state=0)


def resources(estimator, space, X, y=None, *, cv=None, groups=None, seed=0, **kwargs):
    search = BayesSearchCV(estimator, space, **kwargs)
    splits = list(cv if isinstance(cv, list) else (cv or StratifiedKFold(5)).split(X, y, groups))
    split_params = {} if groups is None else {"groups": groups}
    return splits, read_resources(
        search, parse_space(space, random_state=0), (X, y), splits, split_params, seed
    )


def of_rows(y, **kwargs):
    return resources(
        SVC(), {"C": (0.1, 1.0)}, np.zeros((len(y), 1)), y, resource="n_samples", **kwargs
    )


@settings(max_examples=30, deadline=None)
@given(
    shares=st.lists(st.integers(20, 100), min_size=2, max_size=4),
    factor=st.sampled_from([1.5, 2, 3]),
    seed=st.integers(0, 5),
)
def test_shares_of_rows_are_nested_and_stratified(shares, factor, seed):
    y = np.repeat(np.arange(len(shares)), shares)
    splits, found = of_rows(y, factor=factor, seed=seed)
    for fold, (train, _) in enumerate(splits):
        before: set[int] = set()
        for rung in [*range(len(found.amounts)), None]:
            rows = found.train(fold, train, rung)
            assert before <= set(rows) <= set(train)
            assert list(rows) == sorted(set(rows))
            before = set(rows)
            expected = np.bincount(y[train]) / len(train) * len(rows)
            assert np.abs(np.bincount(y[rows], minlength=len(shares)) - expected).max() <= len(
                shares
            )
        assert before == set(train)


@pytest.mark.parametrize("n_groups", [30, 6])
def test_a_share_of_rows_takes_one_group_after_the_other(n_groups):
    y = np.tile([0, 1], N // 2)
    size = N // n_groups
    groups = np.repeat(np.arange(n_groups), size)
    splits, found = of_rows(y, cv=GroupKFold(3), groups=groups, min_resources=30)
    assert found.amounts == (33, 100)
    for fold, (train, _) in enumerate(splits):
        for rung in range(2):
            rows = found.train(fold, train, rung)
            counts = np.bincount(groups[rows], minlength=n_groups)
            # The last one may be cut, also if there is no other.
            assert (counts == size).sum() == len(rows) // size
            assert sum(0 < count < size for count in counts) <= 1


@pytest.mark.parametrize(
    "written",
    [
        lambda groups: groups[:, None],
        lambda groups: np.column_stack([groups, groups % 2]),
        lambda groups: np.array([None if g == 0 else f"g{g}" for g in groups], dtype=object),
        lambda groups: np.array([[g, f"g{g}"] for g in groups], dtype=object),
    ],
    ids=["column", "columns", "None and str", "int and str"],
)
def test_groups_may_be_written_in_any_form(written):
    class Blind(KFold):
        def split(self, X, y=None, groups=None):
            return super().split(X)

    groups = np.arange(N) % 5
    splits, found = of_rows(
        np.tile([0, 1], N // 2), cv=Blind(3), groups=written(groups), min_resources=30
    )
    for fold, (train, _) in enumerate(splits):
        rows = found.train(fold, train, 0)
        assert rows.ndim == 1
        counts, of_train = (np.bincount(groups[part], minlength=5) for part in (rows, train))
        assert sum((counts > 0) & (counts < of_train)) <= 1


@pytest.mark.parametrize("empty", [0, 1], ids=["training", "test"])
def test_a_fold_without_rows_is_left_to_the_fit(empty):
    splits = [(np.arange(100), np.arange(100, 200)), [np.arange(100), np.arange(100, 200)]]
    splits[1][empty] = np.array([], dtype=int)
    _, found = of_rows(np.tile([0, 1], N // 2), cv=splits, min_resources=30)
    assert len(found.train(0, splits[0][0], 0)) < 100


def test_a_share_of_a_series_is_its_end():
    y = np.tile([0, 1], N // 2)
    splits, found = of_rows(y, cv=TimeSeriesSplit(3), factor=2, min_resources=150)
    for fold, (train, _) in enumerate(splits):
        rows = found.train(fold, train, 0)
        assert list(rows) == list(train[-len(rows) :])
        assert len(rows) == len(train) // 2 or len(rows) == (len(train) + 1) // 2


@pytest.mark.parametrize(
    ("cv", "folds"),
    [
        (TimeSeriesSplit(3), [2, 0, 1]),
        (TimeSeriesSplit(3, max_train_size=50), [0, 1, 2]),
        (KFold(3), [0, 1, 2]),  # the last one has a training row more
        (StratifiedKFold(7), [0, 1, 2, 3, 4, 5, 6]),
    ],
)
@pytest.mark.parametrize("resource", ["n_samples", "max_iter"])
def test_a_share_begins_with_a_fold_of_many_rows(cv, folds, resource):
    y = np.tile([0, 1], N // 2)[: N - 1]
    X = np.zeros((len(y), 1))
    model, space = SVC(max_iter=100), {"C": (0.1, 1.0)}
    _, found = resources(model, space, X, y, cv=cv, resource=resource)
    assert [found.fold(place, 0) for place in range(len(folds))] == folds
    assert [found.fold(place, None) for place in range(len(folds))] == sorted(folds)


def test_the_rows_of_a_share_are_one_object():
    splits, found = of_rows(np.tile([0, 1], N // 2), max_resources=200, min_resources=20)
    rungs = [*range(len(found.amounts)), None]
    looks = [found.train(0, splits[0][0], rung) for rung in [*rungs, *rungs]]
    assert len({id(rows) for rows in looks}) == len(rungs) > 1


def test_folds_share_rows():
    splits, found = of_rows(np.tile([0, 1], N // 2))
    first, second = (set(found.train(fold, splits[fold][0], 0)) for fold in (0, 1))
    assert len(first & second) > 0.5 * len(first)


@pytest.mark.parametrize(
    ("kwargs", "amounts", "whole"),
    [
        ({}, (33, 100), 300),
        ({"factor": 2}, (37, 75, 150), 300),
        ({"min_resources": "smallest"}, (33, 100), 300),
        ({"min_resources": 5}, (11, 33, 100), 300),
        ({"max_resources": 90, "min_resources": 10}, (10, 30), 90),
        ({"min_resources": 100}, (100,), 300),
        ({"min_resources": 50}, (100,), 300),  # a limit: a ninth is less
        ({"min_resources": 90, "factor": 3.0}, (100,), 300),
    ],
)
def test_amounts_of_rows(kwargs, amounts, whole):
    # Two rows for each of five folds and three classes.
    _, found = of_rows(np.tile([0, 1, 2], N // 3), **kwargs)
    assert (found.amounts, found.whole) == (amounts, whole)
    assert found.amount(0) == amounts[0]
    assert found.share(None) == 1.0
    assert found.params(0) == {}


def test_amounts_of_a_parameter():
    X = np.zeros((N, 1))
    y = np.tile([0, 1], N // 2)
    forest, space = RandomForestClassifier(n_estimators=90), {"max_depth": (1, 9)}
    _, found = resources(forest, space, X, y, resource="n_estimators")
    assert (found.amounts, found.whole) == ((1, 3, 10, 30), 90)
    assert found.params(2) == {"n_estimators": 10}
    assert found.params(None) == {"n_estimators": 90}
    train = np.arange(7)
    assert found.train(0, train, 0) is train


def test_a_parameter_of_a_step():
    pipeline = make_pipeline(StandardScaler(), SVC())
    X, y = np.zeros((N, 1)), np.tile([0, 1], N // 2)
    space = {"svc__C": (0.1, 1.0)}
    _, found = resources(pipeline, space, X, y, resource="svc__max_iter", max_resources=1000)
    assert found.params(None) == {"svc__max_iter": 1000}


@pytest.mark.parametrize(
    ("estimator", "kwargs", "message"),
    [
        (SVC(), {"resource": "n_trees"}, "resource='n_trees' is no parameter of SVC"),
        (SVC(), {"resource": "C"}, "is in search_spaces too"),
        (Ridge(), {"resource": "max_iter"}, "max_iter=None is no whole number"),
        (SVC(), {"resource": "probability"}, "is no whole number: give max_resources"),
        (
            SVC(),
            {"resource": "max_iter"},
            "'auto' takes .* max_iter=-1 is too small.* give max_resou",
        ),
        (SVC(), {"resource": "n_samples", "max_resources": 301}, "more than the 300 samples"),
        (SVC(), {"resource": "n_samples", "max_resources": 1}, "is too small for a share"),
        (SVC(), {"resource": "n_samples", "min_resources": 200}, "leave no share, because"),
    ],
)
def test_what_leaves_nothing_to_give_out_is_refused(estimator, kwargs, message):
    X, y = np.zeros((N, 1)), np.tile([0, 1], N // 2)
    space = {"C": (0.1, 1.0)} if isinstance(estimator, SVC) else {"alpha": (0.1, 1.0)}
    with pytest.raises(ValueError, match=message):
        resources(estimator, space, X, y, **kwargs)


@pytest.mark.parametrize(
    ("step", "resource", "values", "refused"),
    [
        ("clf", "clf__n_estimators", [FOREST, SVC()], r"SVC\(\)"),
        ("clf", "clf__n_estimators", ["passthrough", FOREST], "'passthrough'"),
        ("clf", "clf__estimator__max_iter", [BaggingClassifier(SVC()), FOREST], "RandomForest"),
        ("clf__estimator", "clf__estimator__max_iter", [SVC(), Ridge(), FOREST], "RandomForest"),
        ("clf", "clf__n_estimators", [FOREST, BaggingClassifier()], None),
        ("clf__estimator", "clf__n_estimators", [SVC(), GaussianNB()], None),
    ],
)
def test_each_value_of_a_searched_step_must_have_the_resource(step, resource, values, refused):
    """A value without it would fail in each fit, also with the whole resource."""
    pipeline = Pipeline([("clf", BaggingClassifier(SVC(max_iter=99), n_estimators=9))])
    search = BayesSearchCV(pipeline, {step: values}, resource=resource, n_iter=2, cv=2)
    X, y = np.arange(N)[:, None] / N, np.tile([0, 1], N // 2)
    if refused is None:
        search.set_params(refit=False).fit(X, y)
        assert search.n_resources_[-1] == 9
        return
    message = (
        rf"resource='{resource}' is no parameter of {refused}.*, a value of '{step}' in search"
    )
    with pytest.raises(ValueError, match=message):
        search.fit(X, y)


@pytest.mark.parametrize("word", ["smallest", "exhaust"])
def test_too_few_rows_for_a_share_leave_whole_fits(word):
    """A number that leaves no share is a mistake; a word is not, as in scikit-learn's searches."""
    X, y = np.zeros((N, 1)), np.tile([0, 1], N // 2)
    given = {"resource": "n_samples", "factor": 100, "min_resources": word}
    _, found = resources(SVC(), {"C": (0.1, 1.0)}, X, y, **given)
    assert found.amounts == ()
    assert found.amount(None) == N


SMOOTHING = {"var_smoothing": (1e-9, 1.0, "log-uniform")}


def test_rows_with_labels_that_only_the_estimator_understands_are_of_no_class():
    _, found = of_rows([["a"], ["a", "b"]] * 50, cv=KFold(3))
    assert found.whole == 100


class Unlisted(GaussianNB):
    """Lists its rounds once they are set, as CatBoost does."""

    def __init__(self, var_smoothing=1e-9, rounds=None):
        super().__init__(var_smoothing=var_smoothing)
        self.rounds = rounds

    def get_params(self, deep=True):
        return {
            "var_smoothing": self.var_smoothing,
            **({"rounds": self.rounds} if self.rounds else {}),
        }

    def set_params(self, **params):
        for name, value in params.items():
            setattr(self, name, value)
        return self


def test_a_resource_that_is_not_listed_is_one_all_the_same():
    X, y = load_iris(return_X_y=True)
    kwargs = {"resource": "rounds", "n_iter": 6, "cv": 2, "random_state": 0}
    found = BayesSearchCV(Unlisted(), SMOOTHING, max_resources=81, **kwargs)
    found.fit(X, y)
    assert found.best_estimator_.rounds == 81
    message = r"Unlisted\(\) has no value of 'rounds': write Unlisted\(rounds=\.\.\.\)"
    with pytest.raises(ValueError, match=message):
        BayesSearchCV(Unlisted(), SMOOTHING, **kwargs).fit(X, y)
