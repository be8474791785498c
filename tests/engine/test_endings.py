"""What runs, and what is kept, once a search has a reason to stop."""

import errno
import importlib
import signal
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import ShuffleSplit

from skbayes import BayesSearchCV, OneStandardError, TargetScore
from skbayes._trials import Scored
from skbayes.engine import budget as _budget
from skbayes.exceptions import NoWorkers
from skbayes.journal.file import LockedFile
from skbayes.progress import Lines

X, Y = load_iris(return_X_y=True)
FIRST_ROW = X[0]
SPACE = {"a": (0.0, 1.0)}


class Quick(ClassifierMixin, BaseEstimator):
    """The higher `a`, the better, but for noise of the folds.

    Each fit is counted, and calls `on_fit` with its parameter. Each test has a class of its own: a
    search that raised does not wait for fits in other threads, and they may begin in a later test.
    """

    n_fits = 0
    on_fit = staticmethod(lambda a: None)
    lock = threading.Lock()

    def __init__(self, a=0.5):
        self.a = a

    def fit(self, X, y):
        of_test = type(self)
        with of_test.lock:
            of_test.n_fits += 1
        of_test.on_fit(self.a)
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return self.a + 0.02 * np.sin(50 * self.a + X.sum())


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setitem(globals(), "Quick", type("Quick", (Quick,), {"__module__": __name__}))


def search(**kwargs):
    kwargs = {"n_iter": 30, "cv": 5, "random_state": 0, "refit": False, **kwargs}
    return BayesSearchCV(Quick(), SPACE, **kwargs)


@pytest.mark.parametrize("n_points", [1, 4, 8, 16, None])
@pytest.mark.parametrize("is_asynchronous", [False, True])
@pytest.mark.parametrize("n_jobs", [1, 2, 4])
def test_no_fold_begins_when_the_time_is_over(n_jobs, n_points, is_asynchronous, monkeypatch):
    """By a clock that goes on by a second when each worker has made a fit."""
    now, begun = [0.0], []
    monkeypatch.setattr(_budget, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def on_fit(a):
        with Quick.lock:
            begun.append(now[0])
        time.sleep(0.001)
        with Quick.lock:
            now[0] += 1.0 / n_jobs

    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    with joblib.parallel_backend("threading", n_jobs=n_jobs):
        found = search(max_time=7.5, n_points=n_points, asynchronous=is_asynchronous).fit(X, Y)
    assert found.stop_reason_ == "max_time"
    # A fold that was submitted just before may begin after.
    assert sum(moment >= 7.5 for moment in begun) <= n_jobs
    # All that has begun is in the results.
    assert found.n_folds_run_ == len(begun)
    assert "complete" in found.candidate_status_


@pytest.mark.parametrize("n_points", [1, 4, 10, None])
@pytest.mark.parametrize("n_jobs", [1, 2, 3])
def test_a_rule_that_is_met_lets_no_other_fold_begin(n_points, n_jobs, monkeypatch):
    """Nor changes the search with the number of workers, or the time that fits take."""
    n_late, is_met = count(), threading.Event()

    def on_fit(a):
        if is_met.is_set():
            next(n_late)
        time.sleep(0.002 * (1 + 7 * (1000 * a % 1)))

    def rule(state):
        if state.best_score > 0.4:
            is_met.set()
            return "it is good enough"
        return None

    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    with joblib.parallel_backend("threading", n_jobs=n_jobs):
        found = search(stopping=rule, n_points=n_points).fit(X, Y)
    assert found.stop_reason_ == "it is good enough"
    # The estimator's own value, which is tried first, meets it: five fits if nothing runs beside.
    if n_jobs == 1:
        assert Quick.n_fits == 5
    # A fold that was submitted just before may begin after.
    assert next(n_late) <= n_jobs
    assert found.candidate_status_[0] == "complete"
    if n_points is not None:
        with joblib.parallel_backend("threading", n_jobs=1):
            alone = search(stopping=rule, n_points=n_points).fit(X, Y)
        assert found.cv_results_["params"] == alone.cv_results_["params"]
        assert found.candidate_status_ == alone.candidate_status_


def test_what_runs_beyond_a_rule_is_in_the_checkpoint(tmp_path, monkeypatch):
    """It is not evaluated again by a search that goes on without the rule."""
    monkeypatch.setattr(Quick, "on_fit", staticmethod(lambda a: time.sleep(0.005)))
    settings = {"checkpoint": tmp_path / "journal", "n_points": 4, "n_iter": 6}
    with joblib.parallel_backend("threading", n_jobs=3):
        search(stopping=TargetScore(0.4), **settings).fit(X, Y)
    n_first = Quick.n_fits
    found = search(**settings).fit(X, Y)
    assert Quick.n_fits == 6 * 5
    assert n_first < 6 * 5
    assert found.candidate_status_ == ["complete"] * 6


class Unusual(BaseException):
    """What no fit should raise."""


@pytest.mark.parametrize("error", [RuntimeError, Unusual])
def test_a_fit_beyond_a_rule_that_raises_is_no_error(error, monkeypatch):
    """Whether it runs at all depends on timing."""
    is_met, has_begun = threading.Event(), threading.Event()

    def on_fit(a):
        if a != 0.5:
            has_begun.set()
            is_met.wait(timeout=120)
            raise error

    def rule(state):
        has_begun.wait(timeout=120)
        is_met.set()
        return "enough"

    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    with joblib.parallel_backend("threading", n_jobs=2):
        found = search(stopping=rule, n_points=4, error_score="raise").fit(X, Y)
    assert found.stop_reason_ == "enough"


@pytest.mark.parametrize("early_stopping", ["racing", "median"])
def test_a_rule_that_is_met_by_a_candidate_stopped_early_is_followed_by_none(early_stopping):
    found = search(
        early_stopping=early_stopping,
        n_iter=60,
        stopping=lambda state: "one was stopped" if np.isnan(state.scores[-1]) else None,
    ).fit(X, Y)
    assert found.stop_reason_ == "one was stopped"
    assert found.candidate_status_.count("stopped") == 1
    assert found.candidate_status_[-1] == "stopped"


class Interrupted(Exception):
    """What a callback raises that is asked once too often."""


def interrupt_after_the_others(monkeypatch):
    """Let the first fold of the first candidate interrupt the search when 19 others are done."""
    others_are_done, number, fit = threading.Event(), count(1), Quick.fit

    def fit_or_interrupt(self, X, y):
        # The first fold to arrive, whichever thread is the first to run: its test rows are the
        # first ones, and the first candidate has the parameter of the estimator.
        if self.a == Quick().a and not np.array_equal(X[0], FIRST_ROW):
            others_are_done.wait(timeout=120)
            raise KeyboardInterrupt
        fit(self, X, y)
        if next(number) == 19:
            others_are_done.set()
        return self

    monkeypatch.setattr(Quick, "fit", fit_or_interrupt)


@pytest.mark.parametrize("where", ["rule", "callback"])
def test_an_interrupt_asks_neither_rules_nor_callbacks(where, monkeypatch):
    """Candidates whose scores had arrived by then are in the results."""

    def asked(_):
        raise Interrupted

    interrupt_after_the_others(monkeypatch)
    stopping = asked if where == "rule" else None
    callback = asked if where == "callback" else None
    unfinished = search(n_points=4, n_iter=4, stopping=stopping)
    with joblib.parallel_backend("threading", n_jobs=4), pytest.raises(KeyboardInterrupt):
        unfinished.fit(X, Y, callback=callback)
    assert unfinished.stop_reason_ == "interrupted"
    # The last of the other folds may have been on its way.
    assert unfinished.candidate_status_.count("complete") >= 2
    means = unfinished.cv_results_["mean_test_score"]
    assert unfinished.best_score_ == np.nanmax(means)


def test_an_observer_that_raises_hides_no_score_that_has_arrived(monkeypatch):
    def refuses(lines, event, trial):
        if isinstance(event, Scored):
            raise ValueError

    interrupt_after_the_others(monkeypatch)
    monkeypatch.setattr(Lines, "__call__", refuses)
    unfinished = search(n_points=4, n_iter=4, verbose=1)
    with joblib.parallel_backend("threading", n_jobs=4), pytest.raises(KeyboardInterrupt):
        unfinished.fit(X, Y)
    # The last of the other folds may have been on its way.
    assert unfinished.n_folds_run_ >= 15


@pytest.mark.parametrize("strategy", ["bayesian", "hyperband"])
@pytest.mark.parametrize("refit", [False, OneStandardError(prefer={"a": "low"})])
@pytest.mark.parametrize(
    ("max_time", "error", "message"),
    [(0.5, ValueError, r"\(max_time\) before all folds"), (1e3, KeyboardInterrupt, None)],
)
def test_shares_are_kept_if_the_search_ends_before_any_fit_with_the_whole(
    max_time, error, message, refit, strategy, monkeypatch
):
    now = [0.0]
    monkeypatch.setattr(_budget, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def on_fit(a):
        now[0] += 1.0
        if Quick.n_fits == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    unfinished = search(
        max_time=max_time, resource="n_samples", strategy=strategy, refit=refit, n_points=1
    )
    with pytest.raises(error, match=message) as caught:
        unfinished.fit(X, Y)
    assert caught.value.__cause__ is None
    assert unfinished.candidate_status_ == ["cut off"]
    assert unfinished.cv_results_["n_resources"].tolist() == [50]
    assert unfinished.n_folds_run_ == 1
    assert unfinished.fits_spent_ > 0.0
    assert unfinished.optimizer_results_[0].x_iters == []
    with pytest.raises(ValueError, match="at least 2 scores, and there are 0"):
        unfinished.insight()


@pytest.fixture
def ctrl_c():
    """Return a function that does what Ctrl-C does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda *_: signal.raise_signal(signal.SIGINT)
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler


def test_a_fit_that_catches_an_interrupt_does_not_hide_it(tmp_path, monkeypatch, ctrl_c):
    """Its score, of a fit that was broken off, is not kept."""

    def on_fit(a):
        if Quick.n_fits == 7:
            with suppress(KeyboardInterrupt):
                ctrl_c()

    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    unfinished = search(n_iter=3, checkpoint=tmp_path / "journal")
    with pytest.raises(KeyboardInterrupt):
        unfinished.fit(X, Y)
    assert unfinished.n_folds_run_ == 6
    assert (tmp_path / "journal").read_text().count('"k":"fold"') == 6


@pytest.mark.parametrize("place", ["engine.engine.Closed", "search.outcome.select_best_index"])
def test_a_second_interrupt_waits_until_the_results_are_kept(place, monkeypatch, ctrl_c):
    module, _, name = f"skbayes.{place}".rpartition(".")
    original = getattr(importlib.import_module(module), name)

    def interrupted(*args):
        if Quick.n_fits == 8:
            ctrl_c()
        return original(*args)

    def on_fit(a):
        if Quick.n_fits == 8:
            ctrl_c()

    monkeypatch.setattr(f"{module}.{name}", interrupted)
    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    unfinished = search(n_iter=2, refit=lambda table: 0)
    with pytest.raises(KeyboardInterrupt):
        unfinished.fit(X, Y)
    assert unfinished.candidate_status_ == ["complete", "cut off"]
    assert unfinished.best_index_ == 0


def answering(answer, n_before):
    """Return a callback, or a rule, with an answer of its own after some others."""
    asked = count()

    def answers(_):
        return answer() if next(asked) == n_before else None

    return answers


def leave():
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("settings", "fit", "error"),
    [
        ({}, {"callback": answering(lambda: 1 // 0, 1)}, ZeroDivisionError),
        ({}, {"callback": answering(leave, 1)}, SystemExit),
        ({}, {"callback": answering(lambda: X, 1)}, TypeError),
        ({"stopping": answering(lambda: 1 // 0, 1)}, {}, ZeroDivisionError),
        ({"stopping": answering(lambda: X, 1)}, {}, TypeError),
        ({"is_allowed": lambda params: Quick.n_fits < 10 or 1 // 0}, {}, ValueError),
    ],
)
def test_what_was_found_is_kept_when_a_function_of_the_user_raises(settings, fit, error):
    unfinished = search(**settings)
    with pytest.raises(error):
        unfinished.fit(X, Y, **fit)
    assert unfinished.stop_reason_ == "error"
    assert unfinished.candidate_status_ == ["complete", "complete"]
    assert unfinished.trials(as_frame=False)["status"] == ["complete", "complete"]
    assert unfinished.best_score_ == np.nanmax(unfinished.cv_results_["mean_test_score"])


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(
    ("error", "settings"),
    [
        (Unusual, {}),
        (ZeroDivisionError, {"error_score": "raise"}),
        (SystemExit, {"error_score": "raise"}),
    ],
)
def test_what_was_found_is_kept_when_a_fit_raises(error, settings, n_jobs, monkeypatch):
    def on_fit(a):
        if Quick.n_fits > 10:
            raise error

    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    unfinished = search(n_points=1, **settings)
    with joblib.parallel_backend("threading", n_jobs=n_jobs), pytest.raises(error):
        unfinished.fit(X, Y)
    assert unfinished.stop_reason_ == "error"
    assert unfinished.candidate_status_ == ["complete", "complete"]
    assert unfinished.best_score_ == np.nanmax(unfinished.cv_results_["mean_test_score"])


def test_an_exit_in_a_worker_is_a_failure_of_its_fit(tmp_path, monkeypatch):
    """Else a search with a checkpoint ends at the same candidate again and again."""

    def on_fit(a):
        if Quick.n_fits > 10:
            leave()

    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    failing = search(n_iter=3, n_points=1, checkpoint=tmp_path / "journal")
    with joblib.parallel_backend("threading", n_jobs=1), pytest.raises(SystemExit):
        failing.fit(X, Y)
    assert failing.candidate_status_ == ["complete", "complete"]
    with (
        joblib.parallel_backend("threading", n_jobs=2),
        pytest.warns(FitFailedWarning, match="in leave"),
        pytest.warns(UserWarning, match="non-finite"),
    ):
        failing.fit(X, Y)
    assert failing.candidate_status_ == ["complete", "complete", "failed"]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_at_the_first_candidate_changes_nothing(n_jobs, monkeypatch):
    def on_fit(a):
        if Quick.n_fits > 14:
            raise ZeroDivisionError

    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    finished = search(n_iter=2, n_points=1).fit(X, Y)
    before = dict(vars(finished))
    with joblib.parallel_backend("threading", n_jobs=n_jobs), pytest.raises(ZeroDivisionError):
        finished.set_params(error_score="raise").fit(X, Y)
    assert vars(finished) == {**before, "error_score": "raise"}


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("settings", [{"objective": "other"}, {"refit": "other"}])
def test_scores_that_the_settings_do_not_fit_are_not_kept(settings, n_jobs):
    refused = search(scoring=lambda *_: {"one": 0.1, "two": 0.2}, cv=ShuffleSplit(1), **settings)
    with (
        joblib.parallel_backend("threading", n_jobs=n_jobs),
        pytest.raises(ValueError, match=r"objective=|refit"),
    ):
        refused.fit(X, Y)
    assert not hasattr(refused, "cv_results_")


def test_what_was_found_is_kept_when_a_callback_raises_at_the_end():
    class Ends:
        def __call__(self, found):
            pass

        def end_search(self, reason):
            raise ConnectionError(reason)

    unfinished = search(n_iter=2)
    with pytest.raises(ConnectionError, match="n_iter"):
        unfinished.fit(X, Y, callback=Ends())
    assert unfinished.stop_reason_ == "error"
    assert unfinished.candidate_status_ == ["complete", "complete"]


@pytest.mark.parametrize(("name", "n_before"), [("append", 9), ("sync", 1)])
def test_what_was_found_is_kept_when_the_disk_is_full(name, n_before, tmp_path, monkeypatch):
    written, n_calls = getattr(LockedFile, name), count()

    def write(self, *args, **kwargs):
        if self._fds and next(n_calls) >= n_before:
            raise OSError(errno.ENOSPC, "full")
        written(self, *args, **kwargs)

    settings = {"n_iter": 2, "checkpoint": tmp_path / "journal"}
    unfinished = search(**settings)
    with monkeypatch.context() as full:
        full.setattr(LockedFile, name, write)
        with pytest.raises(OSError, match="there is no space for the checkpoint"):
            unfinished.fit(X, Y)
    assert unfinished.stop_reason_ == "error"
    assert unfinished.n_folds_run_ == Quick.n_fits
    found = search(**settings).fit(X, Y)
    assert found.candidate_status_ == ["complete"] * 2


def test_an_interrupt_ends_in_an_interrupt_though_refit_raises(monkeypatch):
    def on_fit(a):
        if Quick.n_fits == 8:
            raise KeyboardInterrupt

    monkeypatch.setattr(Quick, "on_fit", staticmethod(on_fit))
    unfinished = search(refit=lambda table: 1 // 0)
    with pytest.raises(KeyboardInterrupt) as caught:
        unfinished.fit(X, Y)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert unfinished.candidate_status_ == ["complete", "cut off"]
    assert not hasattr(unfinished, "best_index_")


class BreaksAfter(Executor):
    """An executor that breaks after some tasks."""

    def __init__(self, n_tasks):
        self.n_tasks = n_tasks

    def submit(self, call):
        future = Future()
        if self.n_tasks:
            future.set_result(call())
            self.n_tasks -= 1
        else:
            future.set_exception(BrokenExecutor("a process has gone"))
        return future


def test_what_was_found_is_kept_when_an_executor_breaks():
    unfinished = search(executor=BreaksAfter(13), n_jobs=1)
    with pytest.raises(NoWorkers, match="executor= is broken"):
        unfinished.fit(X, Y)
    assert unfinished.stop_reason_ == "no_workers"
    assert unfinished.candidate_status_ == ["complete", "complete", "cut off"]
    assert unfinished.best_score_ == np.nanmax(unfinished.cv_results_["mean_test_score"])


def test_what_was_found_is_kept_when_an_executor_is_shut_down():
    with ThreadPoolExecutor(2) as executor:
        unfinished = search(executor=executor)

        def close(found):
            executor.shutdown(wait=False)

        with pytest.raises(NoWorkers, match="executor= takes no more tasks"):
            unfinished.fit(X, Y, callback=close)
    assert unfinished.stop_reason_ == "no_workers"
    assert unfinished.candidate_status_[0] == "complete"


@pytest.mark.parametrize("cv", [3, 10])
def test_the_score_of_a_candidate_is_one_number(cv):
    """In the table, for callbacks and rules, and for the model, to the last bit."""
    seen = {"callback": [], "rule": []}
    finished = search(n_iter=12, cv=cv, stopping=lambda s: seen["rule"].append(s.scores[-1]))
    finished.fit(X, Y, callback=lambda view: seen["callback"].append(view.best_score_))
    means = finished.cv_results_["mean_test_score"].tolist()
    assert seen["rule"] == means
    assert seen["callback"] == [max(means[: n + 1]) for n in range(12)]
    assert finished.insight().best_score == finished.best_score_ == max(means)


def test_a_time_beyond_all_floats_is_no_limit():
    assert search(n_iter=2, max_time=10**400).fit(X, Y).stop_reason_ == "n_iter"
