"""Searches whose candidates are measured with shares of a resource first."""

import math
import warnings
from collections import Counter

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GroupKFold, ShuffleSplit, TimeSeriesSplit
from sklearn.svm import SVC

from skbayes import BayesSearchCV, TargetScore
from skbayes._trials import Scored
from skbayes.acquisition import maximise
from skbayes.exceptions import JournalMismatch
from skbayes.journal import Journal
from skbayes.optimizer import PointOptimizer

X, Y = make_classification(240, 6, n_informative=4, random_state=0)
SPACE = {"a": (0.0, 1.0), "b": (1, 50, "log-uniform"), "c": ["x", None, ("y", 1)]}
STRATEGIES = ["bayesian", "hyperband"]


@pytest.fixture(autouse=True)
def _no_clock(monkeypatch):
    """Let shares cost what they are: a machine with other work can make any fit last."""
    monkeypatch.setattr("skbayes.optimizer.ladder.MIN_SECONDS", math.inf)


class Curve(ClassifierMixin, BaseEstimator):
    """Its score tends to that of its parameters as rows or rounds become more."""

    def __init__(self, a=0.5, b=5, c="x", rounds=81, broken_below=0):
        self.a = a
        self.b = b
        self.c = c
        self.rounds = rounds
        self.broken_below = broken_below

    def fit(self, X, y):
        self.n_rows_ = len(X)
        if len(X) < self.broken_below:
            raise ValueError("too few")
        self.classes_ = np.unique(y)
        self.rows_ = float(X.sum())
        return self

    def score(self, X, y):
        last = -((self.a - 0.3) ** 2) - (np.log(self.b) - 2) ** 2 / 9 - 0.1 * (self.c is not None)
        bump = 0.02 * np.sin(50 * self.a + self.rows_) / self.n_rows_**0.5
        return last - self.a / self.rounds + bump


def searched(*, estimator=None, n_iter=20, cv=3, y=Y, **kwargs):
    kwargs = {
        "resource": "n_samples",
        "refit": False,
        "random_state": 0,
        "min_resources": 18,
    } | kwargs
    return BayesSearchCV(estimator or Curve(), SPACE, n_iter=n_iter, cv=cv, **kwargs).fit(X, y)


def digest(search):
    table = {k: v for k, v in search.cv_results_.items() if "time" not in k}
    return repr({k: np.ma.asarray(v).tolist() for k, v in table.items()})


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("resource", ["n_samples", "rounds"])
def test_only_complete_candidates_have_a_mean_and_can_be_best(strategy, resource):
    smallest = {"n_samples": 18, "rounds": 3}[resource]
    search = searched(strategy=strategy, resource=resource, min_resources=smallest)
    table = search.cv_results_
    is_complete = np.array(search.candidate_status_) == "complete"
    whole = search.n_resources_[-1]
    assert whole == {"n_samples": 240, "rounds": 81}[resource]
    assert set(table["n_resources"]) <= set(search.n_resources_)
    assert np.array_equal(table["n_resources"] == whole, is_complete)
    assert np.array_equal(np.isfinite(table["mean_test_score"]), is_complete)
    assert np.array_equal(np.array(search.n_resources_)[table["iter"]], table["n_resources"])
    assert is_complete[search.best_index_]
    assert len(is_complete) == 20
    assert set(search.candidate_status_) == {"complete", "stopped"}
    if resource == "rounds":
        assert all(params["rounds"] == 81 for params in table["params"])
        assert search.best_params_["rounds"] == 81


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_was_spent_is_the_sum_of_the_shares(strategy):
    search = searched(strategy=strategy)
    assert search.stop_reason_ == "n_iter"
    iters = search.cv_results_["iter"]
    # A look takes one fold, a bracket all three.
    folds = np.where(iters < max(iters), 1 if strategy == "bayesian" else 3, 3)
    least = (np.take(np.array(search.n_resources_) / 240, iters) * folds).sum()
    assert least <= search.fits_spent_ < 60
    assert search.n_folds_run_ > 60 or strategy == "bayesian"


def test_a_look_takes_the_first_fold_and_a_bracket_all(tmp_path):
    runs = {}
    for strategy in STRATEGIES:
        path = tmp_path / strategy
        searched(strategy=strategy, checkpoint=path)
        _, events = Journal.read(path)
        scored = [event for event in events if isinstance(event, Scored)]
        runs[strategy] = {event.fold for event in scored if event.rung is not None}
    assert runs == {"bayesian": {0}, "hyperband": {0, 1, 2}}


@pytest.mark.parametrize("resource", ["n_samples", "rounds"])
def test_a_look_at_a_series_takes_the_last_fold(resource):
    """The first one has a small part of the rows, all of one class here."""

    class Counted(Curve):
        def score(self, X, y):
            looks.append((self.rounds, self.n_rows_, len(self.classes_)))
            return super().score(X, y)

    looks: list[tuple[int, int, int]] = []
    kwargs = {"resource": resource, "n_points": 1, "n_iter": 6}
    y = (np.arange(240) // 20) % 2
    searched(estimator=Counted(), cv=TimeSeriesSplit(5), y=y, min_resources=27, **kwargs)
    # The first candidate is measured on all shares.
    first = {"n_samples": [(81, 67, 2)], "rounds": [(27, 200, 2)]}[resource]
    assert looks[:1] == first
    assert [n_rows for _, n_rows, _ in looks[1:6]] == [40, 80, 120, 160, 200]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("max_fits", [40, 33.3])
def test_no_more_is_spent_than_may_be(strategy, max_fits):
    search = searched(strategy=strategy, max_fits=max_fits, n_iter=200, factor=2, min_resources=60)
    assert search.stop_reason_ == "max_fits"
    # No share is measured that a whole could not follow.
    assert max_fits - 3 * 2 < search.fits_spent_ <= max_fits


def test_whole_fits_are_limited_too():
    search = searched(resource=None, max_fits=21)
    assert (search.stop_reason_, search.fits_spent_) == ("max_fits", 21.0)
    assert search.candidate_status_ == ["complete"] * 7


def test_folds_that_are_spared_pay_for_other_candidates():
    kwargs = {"resource": None, "strategy": "random", "early_stopping": "racing", "cv": 5}
    # The last candidate waits until another one is stopped early.
    search = searched(**kwargs, n_iter=10, n_points=2, max_fits=41)
    assert (len(search.candidate_status_), search.stop_reason_) == (10, "n_iter")


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"strategy": "hyperband"},
        {"early_stopping": "racing", "cv": 5},
        {"resource": "rounds", "min_resources": 3, "max_fits": 30},
    ],
)
def test_the_same_whatever_the_workers(kwargs):
    digests = set()
    for backend, n_jobs in (("sequential", 2), ("threading", 1), ("threading", 4), ("loky", 2)):
        with joblib.parallel_backend(backend, n_jobs=n_jobs):
            digests.add(digest(searched(n_points=2, **kwargs)))
    assert len(digests) == 1


@pytest.mark.parametrize("max_time", [None, 1000.0])
def test_the_candidate_that_was_judged_is_the_one_asked_for(monkeypatch, max_time):
    known, judged, asked = [], [], []
    preview_point, ask_point = PointOptimizer.preview_point, PointOptimizer.ask_point

    def maximised(*args, **kwargs):
        known.append(kwargs["known"].tobytes())
        return maximise(*args, **kwargs)

    def previewed(self, budget_left):
        judged.append(preview_point(self, budget_left))
        return judged[-1]

    def proposed(self, budget_left):
        asked.append(ask_point(self, budget_left))
        assert not judged or asked[-1] == judged[-1]
        return asked[-1]

    monkeypatch.setattr("skbayes.optimizer.proposer.maximise", maximised)
    monkeypatch.setattr(PointOptimizer, "preview_point", previewed)
    monkeypatch.setattr(PointOptimizer, "ask_point", proposed)
    searched(max_time=max_time, n_points=1)
    assert len(asked) == 20
    # It is looked for once, though both methods are asked for it.
    assert len(known) == len(set(known)) >= 14


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("early_stopping", [None, "racing"])
def test_taken_up_from_every_record_it_is_the_same(tmp_path, strategy, early_stopping):
    path = tmp_path / "journal"
    kwargs = {"strategy": strategy, "early_stopping": early_stopping, "n_iter": 12, "n_points": 1}
    whole = searched(checkpoint=path, **kwargs)
    lines = path.read_bytes().splitlines(keepends=True)
    for n in range(1, len(lines), 3):
        path.write_bytes(b"".join(lines[:n]))
        again = searched(checkpoint=path, **kwargs)
        assert digest(again) == digest(whole)
        # Nothing that was recorded is evaluated again.
        _, events = Journal.read(path)
        assert len(events) == len(lines) - 1
    assert whole.fits_spent_ == pytest.approx(again.fits_spent_)


def test_a_journal_goes_on_with_the_same_shares_only(tmp_path):
    path = tmp_path / "journal"
    searched(checkpoint=path, n_iter=6)
    with pytest.raises(JournalMismatch, match="factor"):
        searched(checkpoint=path, n_iter=6, factor=2)
    longer = searched(checkpoint=path, n_iter=14)
    assert len(longer.candidate_status_) == 14


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_failure_on_a_share_is_no_failed_candidate(strategy):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search = searched(estimator=Curve(broken_below=100), strategy=strategy)
    assert "failed" not in search.candidate_status_
    assert np.isfinite(search.best_score_)
    # Candidates without any fit of the whole have failed with all that they were given.
    is_complete = np.isfinite(search.cv_results_["mean_test_score"])
    failures = search.trials(as_frame=False)["failure"]
    assert [failure is None for failure in failures] == is_complete.tolist()
    has_warned = [w for w in caught if w.category is FitFailedWarning]
    assert len(has_warned) == (not is_complete.all())
    assert strategy != "hyperband" or (has_warned and not is_complete.all())


class BrokenKind(Curve):
    """Cannot be fitted for one of the categories."""

    def fit(self, X, y):
        if self.c is None:
            raise ValueError("no c")
        return super().fit(X, y)


def test_failures_of_candidates_that_have_shares_only_are_told():
    with pytest.warns(FitFailedWarning) as caught:
        search = searched(estimator=BrokenKind(), strategy="hyperband", n_iter=9)
    table = search.trials(as_frame=False)
    n_broken = table["param_c"].count(None)
    assert 0 < n_broken < 9
    assert "failed" not in table["status"]
    told = ["with a share: ValueError: no c" if c is None else None for c in table["param_c"]]
    assert table["failure"] == told
    assert f"{3 * n_broken} fits failed out of a total of" in str(caught[0].message)


def test_a_failure_of_the_whole_is_one():
    with pytest.raises(ValueError, match="All the"):
        searched(estimator=Curve(broken_below=10**6), n_iter=6)


class BrokenAsAWhole(Curve):
    """Can be fitted with few rows only."""

    def fit(self, X, y):
        if len(X) > 100:
            raise MemoryError("too many")
        return super().fit(X, y)


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_candidate_is_the_best_if_all_fits_of_the_whole_have_failed(strategy, refit):
    search = BayesSearchCV(
        BrokenAsAWhole(), SPACE, n_iter=20, cv=3, random_state=0, resource="n_samples",
        strategy=strategy, refit=refit,
    )  # fmt: skip
    # If no candidate has shares only, the error is that of scikit-learn.
    with pytest.raises(
        ValueError,
        match=r"All the \d+ fits failed|so there is no best one: each candidate has a failed fit",
    ):
        search.fit(X, Y)
    assert set(search.candidate_status_) <= {"failed", "stopped"}
    assert not hasattr(search, "best_index_")


def test_several_metrics_and_training_scores():
    search = BayesSearchCV(
        RandomForestClassifier(n_estimators=27, random_state=0),
        {"max_depth": (1, 9), "max_features": (0.1, 1.0)},
        scoring=["accuracy", "roc_auc"],
        refit="roc_auc",
        return_train_score=True,
        resource="n_estimators",
        min_resources=3,
        n_iter=8,
        cv=3,
        random_state=0,
    ).fit(X, Y)
    assert search.best_estimator_.n_estimators == 27
    assert search.best_params_["n_estimators"] == 27
    assert np.isfinite(search.cv_results_["mean_train_accuracy"][search.best_index_])
    assert "insight" in dir(search)
    assert str(search.insight())


def test_groups_stay_together():
    groups = np.repeat(np.arange(24), 10)
    search = BayesSearchCV(
        SVC(), {"C": (0.1, 10.0)}, cv=GroupKFold(3), resource="n_samples", n_iter=6, random_state=0
    ).fit(X, Y, groups=groups)
    assert np.isfinite(search.best_score_)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"strategy": "hyperband", "resource": None}, "needs a resource"),
        ({"strategy": "random"}, "cannot use resource='n_samples'"),
        ({"strategy": "grid"}, "grid"),
        ({"max_fits": 3.3}, "max_fits=3.3 is too small: a candidate on all shares costs"),
        ({"max_fits": 2, "resource": None}, "a candidate with all folds costs 3 fits"),
        ({"max_fits": 8, "strategy": "hyperband"}, "the first bracket of Hyperband costs"),
        ({"factor": 1}, "factor"),
        ({"min_resources": 0}, "min_resources"),
        ({"max_resources": "all"}, "max_resources"),
    ],
)
def test_bad_input(kwargs, message):
    with pytest.raises(ValueError, match=message):
        searched(**kwargs)


def test_shares_that_tell_the_whole_save_fits():
    plain = searched(resource=None, n_iter=40)
    parts = searched(n_iter=40, min_resources=24, factor=10)
    assert parts.fits_spent_ < 0.7 * plain.fits_spent_
    assert parts.best_score_ > plain.best_score_ - 0.01


class Misleading(Curve):
    """What is good with few rounds is bad with all."""

    def score(self, X, y):
        score = super().score(X, y)
        return score if self.rounds == 81 else -score


def test_shares_that_tell_nothing_are_left():
    search = searched(estimator=Misleading(), resource="rounds", min_resources=3, n_iter=30)
    counts = Counter(search.candidate_status_)
    assert counts["complete"] >= 24
    assert search.best_score_ > -0.1


@pytest.mark.parametrize(
    ("strategy", "folds"), [("bayesian", "one fold of each "), ("hyperband", "")]
)
def test_what_begins_is_said(strategy, folds, capsys):
    searched(strategy=strategy, n_iter=2, verbose=1)
    assert capsys.readouterr().out.splitlines()[0] == (
        f"Fitting 3 folds for each of 2 candidates, first {folds}with 26 or 80 of 240 n_samples"
    )


def last_words(capsys, **kwargs):
    capsys.readouterr()
    searched(**({"resource": "rounds", "verbose": 1} | kwargs))
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line.startswith("From candidate")]


DIFFERENT = (
    "From candidate 6 on, the search used no shares of rounds: scores of shares say too little "
    "about scores of whole fits."
)


@pytest.mark.parametrize("n_iter", [6, 12])
def test_it_is_said_that_shares_tell_too_little(capsys, tmp_path, n_iter):
    path = tmp_path / "journal"
    kwargs = {"estimator": Misleading(), "min_resources": 3, "n_iter": n_iter, "checkpoint": path}
    assert last_words(capsys, **kwargs) == [DIFFERENT]
    # Taken up, the search says the same.
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-3]))
    assert last_words(capsys, **kwargs) == [DIFFERENT]


class Same(Curve):
    """Rounds do not matter to its score, and half of them cost nearly as much as all."""

    def score(self, X, y):
        return Curve(self.a, self.b, self.c, 81).fit(X, y).score(X, y)


def test_it_is_said_that_shares_save_too_little(capsys):
    # A look takes one fold: with three it costs a third, however large the share is.
    cv = ShuffleSplit(1, random_state=0)
    kwargs = {"estimator": Same(), "factor": 1.01, "min_resources": 80, "n_iter": 12, "cv": cv}
    assert last_words(capsys, **kwargs) == [
        "From candidate 2 on, the search used no shares of rounds: fits with a share save too "
        "little time."
    ]


class BrokenInPart(Curve):
    """Cannot be fitted with fewer than all rounds."""

    def fit(self, X, y):
        if self.rounds < 81:
            raise ValueError("too few")
        return super().fit(X, y)


def test_it_is_said_that_shares_fail(capsys):
    assert last_words(capsys, estimator=BrokenInPart(), min_resources=3, n_iter=8) == [
        "From candidate 6 on, the search used no shares of rounds: most fits with a share failed. "
        "Set a larger min_resources."
    ]


def test_each_share_that_fails_says_why(capsys):
    kwargs = {"resource": "rounds", "min_resources": 3, "n_iter": 2, "verbose": 1}
    searched(estimator=BrokenInPart(), **kwargs)
    assert "[1/2] no score (ValueError: too few) with 3 rounds" in capsys.readouterr().out


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"n_iter": 5},
        {"estimator": Misleading(), "n_iter": 5},
        {"estimator": Misleading(), "strategy": "hyperband"},
        {"resource": None, "min_resources": "exhaust"},
    ],
)
def test_nothing_is_said_of_shares_that_are_of_use(capsys, kwargs):
    assert last_words(capsys, **({"min_resources": 3} | kwargs)) == []


def test_clones_and_pickles_have_the_parameters():
    search = BayesSearchCV(SVC(), {"C": [1]}, resource="max_iter", factor=2.5, max_fits=9)
    state = search.__getstate__()
    for name in ("resource", "min_resources", "max_resources", "factor", "max_fits"):
        del state[name]
    older = BayesSearchCV.__new__(BayesSearchCV)
    older.__setstate__(state)
    assert older.resource is None
    assert older.max_fits is None


def test_amounts_of_an_earlier_fit_are_gone():
    search = searched(n_iter=2)
    assert search.n_resources_ == [26, 80, 240]
    search.set_params(resource=None, min_resources="exhaust").fit(X, Y)
    assert not hasattr(search, "n_resources_")
    assert "n_resources" not in search.cv_results_


def test_iris_by_default():
    X, y = load_iris(return_X_y=True)
    search = BayesSearchCV(
        SVC(), {"C": (1e-2, 1e3, "log-uniform")}, n_iter=12, random_state=0, resource="n_samples"
    ).fit(X, y)
    assert search.best_score_ > 0.95
    assert search.score(X, y) > 0.95


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_too_few_rows_for_a_share_are_told(strategy, capsys):
    found = searched(
        strategy=strategy, min_resources="exhaust", factor=100, n_iter=8, verbose=1, max_fits=100
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Fitting 3 folds for each of 8 candidates, totalling 24 fits"
    assert lines[1].startswith("No fit has a share: 240 n_samples are too few for a share")
    assert found.n_resources_ == [240]
    assert set(found.cv_results_["n_resources"]) == {240}
    assert set(found.cv_results_["iter"]) == {0}
    whole = searched(strategy="random" if strategy == "hyperband" else strategy,
                     resource=None, min_resources="exhaust", n_iter=8)  # fmt: skip
    assert found.cv_results_["params"] == whole.cv_results_["params"]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("seed", range(4))
def test_with_more_candidates_the_complete_ones_stay_complete(tmp_path, strategy, seed):
    settings = {"strategy": strategy, "random_state": seed, "checkpoint": tmp_path / "journal"}
    first, longer = searched(n_iter=9, **settings), searched(n_iter=12, **settings)
    complete = [i for i, status in enumerate(first.candidate_status_) if status == "complete"]
    assert complete
    assert {longer.candidate_status_[i] for i in complete} == {"complete"}
    assert longer.best_score_ >= first.best_score_
    again = searched(n_iter=12, **settings)
    assert again.candidate_status_ == longer.candidate_status_


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("max_fits", [None, 20.0])
def test_with_other_workers_a_finished_search_stays_as_it_is(tmp_path, strategy, max_fits):
    settings = {"strategy": strategy, "n_iter": 27, "max_fits": max_fits, "random_state": 3}
    path = tmp_path / "journal"
    alone = searched(**settings, n_points=1, checkpoint=path)
    again = searched(**settings, n_points=6, checkpoint=path)
    if max_fits is None and strategy == "hyperband":
        # Who goes on depends on the scores alone.
        assert again.candidate_status_ == alone.candidate_status_
        assert again.fits_spent_ == pytest.approx(alone.fits_spent_)
    if max_fits is None:
        assert again.best_score_ >= alone.best_score_
    assert again.fits_spent_ <= (max_fits or math.inf) * (1 + 1e-9)


@pytest.mark.parametrize("n_points", [1, 2, 6])
@pytest.mark.parametrize(("strategy", "max_fits"), [("bayesian", 3.6), ("hyperband", 9.0)])
def test_few_fits_are_enough_for_one_complete_candidate(strategy, max_fits, n_points):
    search = searched(strategy=strategy, max_fits=max_fits, n_points=n_points)
    assert "complete" in search.candidate_status_
    assert search.stop_reason_ == "max_fits"
    assert search.fits_spent_ <= max_fits * (1 + 1e-9)


class HeavyCurve(Curve):
    """Fails with all rows where `a` is large, which is never known from fewer."""

    def fit(self, X, y):
        if len(X) > 100 and self.a > 0.25:
            raise MemoryError("too many rows")
        return super().fit(X, y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores")
@pytest.mark.parametrize("early_stopping", [None, "racing", "median"])
def test_the_next_best_moves_up_for_one_that_fails_with_all_rows(early_stopping):
    search = searched(
        estimator=HeavyCurve(), n_iter=9, min_resources=26, strategy="hyperband", random_state=3,
        early_stopping=early_stopping,
    )  # fmt: skip
    status = Counter(search.candidate_status_)
    assert status["failed"]
    assert status["complete"]
    assert search.best_params_["a"] <= 0.25


def test_what_was_decided_and_never_begun_is_not_spent():
    search = searched(resource=None, n_points=6, stopping=TargetScore(-100.0))
    assert search.fits_spent_ == search.n_folds_run_ < 18
