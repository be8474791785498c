"""One contract for every backend."""

import os
import pickle
import threading
import time
import warnings
from concurrent.futures import Future
from contextlib import nullcontext
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
import sklearn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from pools import Leaving, run
from skbayes.exceptions import FitTimeout, NoWorkers, WorkerDied
from skbayes.workers import base, processes
from skbayes.workers import pool as _pool
from skbayes.workers.base import Died, Withdrawn
from skbayes.workers.dask import DaskWorkers
from skbayes.workers.kinds import open_workers
from skbayes.workers.pool import Pool

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
    return "own" if array.flags.writeable else "mapped", float(array.sum())


def pid():
    return os.getpid()


def abandon(n_tasks, seconds, **kwargs):
    """Submit tasks and leave the pool with an error while they run."""
    with Pool(**kwargs) as pool:
        for i in range(n_tasks):
            if pool.has_room:
                pool.submit(i, sleep_and_return, seconds, i)
        raise KeyError("enough")


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
    has_come = threading.Event()
    with joblib.parallel_backend("threading", n_jobs=2), Pool() as pool:
        pool.submit("slow", has_come.wait, 120)
        pool.submit("fast", double, 1)
        assert pool.wait().key == "fast"
        has_come.set()
        assert pool.wait().key == "slow"


def test_warning_filters_are_read_before_any_task_is_submitted():
    """Python has one list for all threads, and scikit-learn empties it as each task begins."""
    with Pool(n_jobs=1) as pool:
        with warnings.catch_warnings():
            warnings.resetwarnings()
            pool.submit(0, double, 1)
        assert pool.wait().result == 2


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
    assert {outcome.result for outcome in outcomes.values()} == {("mapped", 300_000.0)}


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


@pytest.mark.parametrize("n_jobs", [0, "two"])
def test_what_joblib_refuses_is_refused_with_its_own_words(n_jobs):
    with pytest.raises((ValueError, TypeError), match=r"n_jobs|int"), Pool(n_jobs):
        pass


# What travels to processes, and how.


def test_nested_data_are_sent_once_and_mapped(tmp_path):
    """At any depth, whatever holds the arrays, and whatever their order in memory."""
    big = np.arange(400_000.0).reshape(2_000, 200)
    path = tmp_path / "mapped"
    on_disk = np.memmap(path, float, "w+", shape=big.shape)
    on_disk[:] = big
    on_disk.flush()
    data = [big, big[:, :-1], big.T, big[::-2, 3:], [big, "text"], on_disk, on_disk[5:, ::3]]
    data += [sparse.csr_matrix(big), {"weight": big}]
    with joblib.parallel_backend("loky", n_jobs=2), Pool() as pool:
        outcomes = run(
            pool, [(i, describe_all, each, expected(each)) for i, each in enumerate(data)]
        )
        folder = pool._workers._files._folder
        n_files = len(os.listdir(folder))
        outcomes |= run(pool, [(len(data), describe_all, data[0], expected(data[0]))])
        assert len(os.listdir(folder)) == n_files
        assert not any(outcome.error for outcome in outcomes.values())
        assert [outcomes[i].result for i in range(len(data) + 1)] == [True] * (len(data) + 1)
    assert not os.path.exists(folder)
    assert np.array_equal(on_disk, big)


def arrays_of(data):
    if isinstance(data, np.ndarray):
        return [data]
    if sparse.issparse(data):
        return [data.data, data.indices]
    values = data.values() if isinstance(data, dict) else data
    return [value for value in values if isinstance(value, np.ndarray)]


def expected(data):
    return [float(array.sum()) for array in arrays_of(data)]


def describe_all(data, sums):
    """Whether all arrays of `data` are what they were, in memory that is shared."""
    arrays = arrays_of(data)
    assert [float(array.sum()) for array in arrays] == sums
    return all(array.base is not None and not array.flags.owndata for array in arrays)


def test_what_is_defined_in_a_function_travels():
    offset = 3

    class Local:
        def __init__(self, x):
            self.x = x

        def moved(self):
            return self.x + offset

    with joblib.parallel_backend("loky", n_jobs=2), Pool() as pool:
        outcomes = run(pool, [(0, Local.moved, Local(4)), (1, lambda x: x.moved(), Local(5))])
    assert [outcomes[i].result for i in range(2)] == [7, 8]


class Unpicklable:
    def __reduce__(self):
        raise TypeError("no pickle of this")


def test_what_cannot_be_sent_fails_alone_and_says_why():
    with joblib.parallel_backend("loky", n_jobs=2), Pool() as pool:
        outcomes = run(pool, [(0, double, 1), (1, double, Unpicklable()), (2, double, 2)])
    assert outcomes[0].result == 2
    assert outcomes[2].result == 4
    assert isinstance(outcomes[1].error, pickle.PicklingError)
    assert "no pickle of this" in str(outcomes[1].error)


def nested_backend():
    backend, n_jobs = joblib.parallel.get_active_backend()
    return type(backend).__name__, backend.nesting_level, n_jobs, os.environ["OMP_NUM_THREADS"]


@pytest.mark.parametrize("limit", [None, 3])
def test_what_is_nested_runs_on_threads_within_its_share_of_the_processors(limit):
    share = max(1, joblib.cpu_count() // 2) if limit is None else limit
    given = os.environ.get("OMP_NUM_THREADS", str(share)) if limit is None else str(share)
    with joblib.parallel_backend("loky", n_jobs=2, inner_max_num_threads=limit), Pool() as pool:
        assert run(pool, [(0, nested_backend)])[0].result == ("ThreadingBackend", 1, None, given)


def test_processes_go_from_one_search_to_the_next_and_are_nobody_elses():
    def pids(pool):
        outcomes = run(pool, [(i, sleep_and_tell, 0.2) for i in range(4)])
        return {outcome.result for outcome in outcomes.values()}

    with joblib.parallel_backend("loky", n_jobs=2):
        theirs = set(joblib.Parallel()(joblib.delayed(sleep_and_tell)(0.2) for _ in range(4)))
        with Pool() as pool, Pool() as other:
            first, second = pids(pool), pids(other)
        assert not first & second
        assert not theirs & (first | second)
        with Pool() as pool:
            assert pids(pool) & (first | second)


def sleep_and_tell(seconds):
    time.sleep(seconds)
    return os.getpid()


def test_idle_processes_are_no_more_than_processors(monkeypatch):
    ended = []

    class Executor:
        def shutdown(self, wait):
            assert not wait or processes._idle == []
            ended.append(self)

    monkeypatch.setattr(processes, "_idle", [])
    monkeypatch.setattr(processes, "loky_executor", lambda n_workers, **settings: Executor())
    monkeypatch.setattr(joblib, "cpu_count", lambda: 4)
    taken = [processes._take(2, {}) for _ in range(3)]
    assert len({each.executor for each in taken}) == 3
    for each in taken:
        processes._give(each)
    assert ended == [taken[0].executor]
    assert processes._take(2, {"timeout": 1}).executor not in [each.executor for each in taken]
    # The last ones used come first, and each goes to one search.
    again = [processes._take(2, {}) for _ in range(3)]
    assert again[:2] == [taken[2], taken[1]]
    assert again[2] not in taken
    processes._give(again[0])
    processes._give(processes._take(3, {}))
    assert [each.n_workers for each in processes._idle] == [3]
    processes.end_idle()
    assert processes._idle == []
    # What an initializer is given may be anything.
    one, other = ({"initargs": (np.full(2, i),)} for i in range(2))
    taken = processes._take(2, one)
    processes._give(taken)
    assert processes._take(2, other) is not taken
    assert processes._take(2, one) is taken


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
        abandon(4 * backend, 5 if backend > 1 else 0, pre_dispatch="all")
    # Threads cannot be ended: their pool may wait for what runs, never for what is queued, which
    # would take 15 seconds more.
    assert time.monotonic() - started < 17
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


def test_broken_processes_are_not_replaced_by_idle_ones(monkeypatch):
    """A Ctrl-C in the terminal ends all of them."""

    class Executor:
        def shutdown(self, **kwargs):
            pass

    monkeypatch.setattr(processes, "_idle", [])
    monkeypatch.setattr(processes, "loky_executor", lambda n_workers, **settings: Executor())
    with joblib.parallel_backend("loky", n_jobs=2):
        kinds = [open_workers(None, None) for _ in range(3)]
    for workers in kinds:
        workers.start()
    for workers in kinds[:2]:
        workers.stop(is_failed=False)
    idle = list(processes._idle)
    kinds[2].is_broken = True
    kinds[2].repair()
    assert processes._idle == idle
    assert not kinds[2].is_broken


# Who is to blame, with workers that do as they are told: each task is a word.


class Scripted:
    """Two workers that take the first tasks in hand.

    They break as a whole, as loky does, or only those die that had a part in it, as on a cluster.
    "ok" ends well, "poison" takes the workers down, "once" does so the first time, "late" is
    ended for taking too long, "lost" is given back without having run.
    """

    is_inline = False
    is_broken = False
    has_watch = True
    patience = 0.0  # nothing happens between two looks
    n_workers = 2
    n_queued = float("inf")

    def __init__(self, *, is_whole=True):
        self.is_whole = is_whole
        self.in_hand = []
        self.runs = []
        self.n_repairs = 0

    def start(self):
        pass

    def stop(self, *, is_failed):
        pass

    def repair(self):
        assert not self.in_hand
        self.n_repairs += 1
        self.is_broken = False

    def submit(self, call, report):
        assert not self.is_broken
        self.in_hand.append((call, report))

    @property
    def is_deserted(self):
        """Run what is in hand, now that the pool has nothing more to say."""
        assert self.in_hand, "the pool waits for tasks that no worker has"
        running = self.in_hand[:2]
        words = [call.args[0] for call, _ in running]
        self.runs.append(words)
        is_first = {word: not any(word in run for run in self.runs[:-1]) for word in words}
        deadly = [
            w for w in words if w[:4] in ("pois", "late") or (w[:4] == "once" and is_first[w])
        ]
        if deadly:
            self.is_broken = self.is_whole
            for call, _ in running:
                if call.args[0][:4] == "late":
                    with open(call.watch.path, "w") as file:
                        file.write("stuck here")
            n_lost = len(self.in_hand) if self.is_whole else 2
            lost, self.in_hand = self.in_hand[:n_lost], self.in_hand[n_lost:]
            for _, report in lost:
                report(None, Died(WorkerDied()))
            return False
        self.in_hand = self.in_hand[2:]
        for call, report in running:
            report(*((None, Withdrawn()) if call.args[0][:4] == "lost" else (call.args[0], None)))
        return False


@pytest.fixture
def scripted(monkeypatch):
    workers = Scripted()
    monkeypatch.setattr(_pool, "open_workers", lambda n_jobs, executor: workers)
    return workers


def verdicts(words, **kwargs):
    with Pool(fit_timeout=1, **kwargs) as pool:
        outcomes = run(pool, [(word, str, word) for word in words])
    assert pool.n_live == 0
    for key, outcome in outcomes.items():
        assert (outcome.error is None) == (outcome.result == key)
    return {key: type(outcome.error) for key, outcome in outcomes.items() if outcome.error}


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize("pre_dispatch", ["all", "2*n_jobs", 1])
@given(
    words=st.lists(
        st.sampled_from(["ok", "ok", "ok", "poison", "once", "late", "lost"]), max_size=12
    )
)
@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_the_guilty_fail_and_only_they(scripted, words, pre_dispatch, is_whole):
    scripted.__init__(is_whole=is_whole)
    words = [f"{word}-{i}" for i, word in enumerate(words)]
    errors = {"poison": WorkerDied, "late": FitTimeout, "lost": WorkerDied}
    expected = {w: errors[w.split("-")[0]] for w in words if w.split("-")[0] in errors}
    assert verdicts(words, pre_dispatch=pre_dispatch) == expected


def test_suspects_run_alone_and_what_had_not_been_started_does_not(scripted):
    assert verdicts(["ok-0", "poison", "ok-1", "ok-2"], pre_dispatch="all") == {
        "poison": WorkerDied
    }
    assert scripted.runs == [["ok-0", "poison"], ["ok-0"], ["poison"], ["ok-1", "ok-2"]]
    assert scripted.n_repairs == 2


def test_a_task_is_not_condemned_for_one_death(scripted):
    assert verdicts(["once"], pre_dispatch="all") == {}
    assert scripted.runs == [["once"], ["once"]]


def test_a_late_task_explains_the_death(scripted):
    with Pool(fit_timeout=7) as pool:
        outcomes = run(pool, [(word, str, word) for word in ["ok-0", "late", "ok-1"]])
    assert scripted.runs == [["ok-0", "late"], ["ok-0", "ok-1"]]
    assert outcomes["late"].error.seconds == 7
    assert "stuck here" in str(outcomes["late"].error)


def test_a_lost_task_is_submitted_again_five_times(scripted):
    assert verdicts(["lost", "ok"]) == {"lost": WorkerDied}
    assert sum("lost" in words for words in scripted.runs) == 6


# A cluster without workers.


def test_nobody_waits_for_ever_for_a_cluster_without_workers(monkeypatch):
    monkeypatch.setattr(_pool, "open_workers", lambda n_jobs, executor: Leaving(2))
    monkeypatch.setattr(_pool, "_WITHOUT_WORKERS", 0.01)
    with Pool() as pool:
        for i in range(4):
            pool.submit(i, double, i)
        assert [pool.wait().result for _ in range(2)] == [0, 2]
        with pytest.warns(UserWarning, match="no worker"), pytest.raises(NoWorkers) as caught:
            pool.wait()
    assert caught.value.seconds >= 0.01
    assert pickle.loads(pickle.dumps(caught.value)).seconds == caught.value.seconds


def test_a_deadline_ends_the_wait_for_workers(monkeypatch):
    monkeypatch.setattr(_pool, "open_workers", lambda n_jobs, executor: Leaving(1))
    with Pool(deadline=0.01) as pool:
        for i in range(2):
            pool.submit(i, double, i)
        assert pool.wait().result == 0
        with pytest.warns(UserWarning, match="no worker"), pytest.raises(NoWorkers):
            pool.wait()


def test_workers_that_come_back_are_used_and_missed_again(monkeypatch):
    workers = Leaving(0, n_looks=5)
    monkeypatch.setattr(_pool, "open_workers", lambda n_jobs, executor: workers)
    with Pool() as pool:
        for _ in range(2):
            pool.submit(0, double, 4)
            with pytest.warns(UserWarning, match="no worker") as caught:
                assert pool.wait().result == 8
            assert len(caught) == 1
            workers.n_tasks, workers.n_looks = 0, 5


class Gone:
    """A client of dask that has been closed since its tasks were submitted."""

    def ncores(self):
        return {"worker": 1}

    def submit(self, *args, **kwargs):
        return Future()

    def cancel(self, futures):
        raise RuntimeError("the client is closed")


def test_a_cluster_that_is_gone_hides_no_interrupt(monkeypatch):
    backend = SimpleNamespace(
        client=Gone(), data_futures={}, submit_kwargs={}, retrieval_context=nullcontext
    )
    monkeypatch.setattr(_pool, "open_workers", lambda n_jobs, executor: DaskWorkers(backend))
    with pytest.raises(KeyboardInterrupt), Pool() as pool:
        pool.submit(0, double, 4)
        raise KeyboardInterrupt


def gone():
    raise AttributeError("'NoneType' object has no attribute 'ncores'")


@pytest.mark.parametrize("calls", [{"ncores": gone}, {"submit": lambda *_, **__: gone()}])
def test_a_dask_client_that_is_closed_says_so(calls, monkeypatch):
    client = Gone()
    backend = SimpleNamespace(
        client=client, data_futures={}, submit_kwargs={}, retrieval_context=nullcontext
    )
    monkeypatch.setattr(_pool, "open_workers", lambda n_jobs, executor: DaskWorkers(backend))
    monkeypatch.setattr(base, "_BELIEVED_FOR", 0.0)
    with Pool() as pool:
        vars(client).update(calls, status="closed")
        with pytest.raises(NoWorkers, match="dask client is closed"):
            pool.submit(0, double, pool.n_workers)
            raise pool.wait().error
