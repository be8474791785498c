"""One contract for every backend."""

import os
import threading
import time
import warnings

import joblib
import numpy as np
import pytest
import sklearn

from skbayes._pool import Pool

BACKENDS = [("loky", 1), ("loky", 2), ("threading", 2), ("threading", 4), ("multiprocessing", 2)]


@pytest.fixture(params=BACKENDS, ids=lambda pair: f"{pair[0]}-{pair[1]}")
def backend(request):
    name, n_jobs = request.param
    with joblib.parallel_backend(name, n_jobs=n_jobs):
        yield n_jobs


def double(x):
    return 2 * x


def fail(text):
    raise ZeroDivisionError(text)


def sleep_and_return(seconds, value):
    time.sleep(seconds)
    return value


def get_config():
    return sklearn.get_config()["assume_finite"]


def warn_user():
    with warnings.catch_warnings(record=True) as caught:
        warnings.warn("hello", UserWarning, stacklevel=1)
    return len(caught)


def describe(array):
    return type(array).__name__, float(array.sum())


def pid():
    return os.getpid()


def abandon(n_tasks, seconds, **kwargs):
    """Submit tasks and leave the pool with an error while they run."""
    with Pool(**kwargs) as pool:
        for i in range(n_tasks):
            if pool.has_room:
                pool.submit(i, sleep_and_return, seconds, i)
        raise KeyError("enough")


def run(pool, calls):
    """Return outcomes by key, submitting as soon as there is room."""
    calls = list(calls)
    outcomes = {}
    while calls or pool.n_live:
        while calls and pool.has_room:
            key, function, *args = calls.pop(0)
            pool.submit(key, function, *args)
        outcome = pool.wait()
        assert outcome.key not in outcomes
        outcomes[outcome.key] = outcome
    return outcomes


def test_every_task_ends_once_with_its_own_result(backend):
    with Pool() as pool:
        assert pool.n_workers == backend
        outcomes = run(pool, [(i, double, i) for i in range(25)])
    assert {key: outcome.result for key, outcome in outcomes.items()} == {
        i: 2 * i for i in range(25)
    }
    assert pool.n_live == 0


def test_an_exception_stays_with_its_task(backend):
    with Pool() as pool:
        outcomes = run(pool, [(0, double, 1), (1, fail, "one"), (2, double, 2), (3, fail, "two")])
    assert outcomes[0].result == 2
    assert outcomes[2].result == 4
    assert isinstance(outcomes[1].error, ZeroDivisionError)
    assert str(outcomes[3].error) == "two"


class NeedsTwoError(Exception):
    """Cannot be unpickled: its arguments are not what its constructor takes."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def fail_badly():
    raise NeedsTwoError(1, 2)


def test_an_exception_that_cannot_be_unpickled_keeps_its_words(backend):
    with Pool() as pool:
        outcomes = run(pool, [(0, fail_badly), (1, double, 1)])
    assert "1 and 2" in str(outcomes[0].error)
    assert outcomes[1].result == 2


def test_an_exception_from_another_process_shows_its_traceback_there():
    with joblib.parallel_backend("loky", n_jobs=2), Pool() as pool:
        error = run(pool, [(0, fail, "text")])[0].error
    assert "in fail" in error.__notes__[0]


def test_the_first_to_end_comes_first():
    with joblib.parallel_backend("threading", n_jobs=2), Pool() as pool:
        pool.submit("slow", sleep_and_return, 0.5, 1)
        pool.submit("fast", sleep_and_return, 0.0, 2)
        assert [pool.wait().key, pool.wait().key] == ["fast", "slow"]


def test_inline_runs_in_the_calling_thread_when_waited_for():
    seen = []
    with Pool(n_jobs=1) as pool:
        pool.submit("a", lambda: seen.append(threading.current_thread()))
        assert seen == []
        assert not pool.has_room
        pool.wait()
    assert seen == [threading.current_thread()]


def test_scikit_learns_configuration_reaches_the_workers(backend):
    with sklearn.config_context(assume_finite=True), Pool() as pool:
        assert run(pool, [(0, get_config)])[0].result is True


def test_tasks_run_in_other_processes_with_loky():
    with joblib.parallel_backend("loky", n_jobs=2), Pool() as pool:
        assert run(pool, [(0, pid)])[0].result != os.getpid()


def test_large_arrays_are_memory_mapped():
    array = np.ones(300_000)
    with joblib.parallel_backend("loky", n_jobs=2), Pool() as pool:
        outcomes = run(pool, [(i, describe, array) for i in range(4)])
    assert {outcome.result for outcome in outcomes.values()} == {("memmap", 300_000.0)}


@pytest.mark.parametrize(
    ("pre_dispatch", "n_slots"), [("2*n_jobs", 4), ("n_jobs", 2), ("all", 40), (3, 3), (1, 1)]
)
def test_pre_dispatch_bounds_what_is_in_flight(pre_dispatch, n_slots):
    with joblib.parallel_backend("threading", n_jobs=2), Pool(pre_dispatch=pre_dispatch) as pool:
        while pool.has_room and pool.n_live < 40:
            pool.submit(pool.n_live, double, 1)
        assert pool.n_live == n_slots
        while pool.n_live:
            pool.wait()


@pytest.mark.parametrize("n_queued", [2, 60])
def test_abandoned_loky_tasks_leave_no_noise(n_queued):
    with joblib.parallel_backend("loky", n_jobs=2):
        with pytest.raises(KeyError, match="enough"):
            abandon(n_queued, 5, pre_dispatch="all")
        with Pool() as pool:
            assert run(pool, [(0, double, 4)])[0].result == 8


def test_leaving_early_abandons_tasks_and_the_backend_works_again(backend):
    started = time.monotonic()
    with pytest.raises(KeyError, match="enough"):
        abandon(3, 5 if backend > 1 else 0)
    # Threads cannot be ended: their pool may wait for what runs, never for what is queued.
    assert time.monotonic() - started < 9
    with Pool() as pool:
        assert run(pool, [(0, double, 4)])[0].result == 8


def test_no_threads_are_left_over():
    counts = []
    with joblib.parallel_backend("threading", n_jobs=2):
        for _ in range(11):
            with Pool() as pool:
                run(pool, [(0, double, 1)])
            counts.append(threading.active_count())
    # Those of the last rounds may take a moment to end.
    deadline = time.monotonic() + 20
    while threading.active_count() > counts[1] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= counts[1]
