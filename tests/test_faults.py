"""Workers that die, hang or are interrupted, with real processes and real signals."""

import concurrent.futures
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import joblib
import numpy as np
import pytest

from skbayes._pool import Pool
from skbayes.exceptions import FitTimeout, WorkerDied

needs_signals = pytest.mark.skipif(os.name == "nt", reason="kills processes by signals")


def double(x):
    return 2 * x


def slow(x, seconds=0.05):
    time.sleep(seconds)
    return 2 * x


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(marker, x):
    """Die the first time only, which `marker` remembers."""
    if not Path(marker).exists():
        Path(marker).touch()
        die()
    return 2 * x


def note_run(folder, x):
    """Leave a file for every run."""
    Path(folder, f"{x}-{time.monotonic_ns()}-{os.getpid()}").touch()
    time.sleep(0.05)
    return 2 * x


def hang():
    time.sleep(600)


def describe(array):
    return type(array).__name__, float(array.sum())


class Unreadable:
    """Can be pickled, but not unpickled."""

    def __reduce__(self):
        return int, ("not a number",)


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


def doubles(outcomes):
    """Return the keys of the tasks that returned their double."""
    return {key for key, outcome in outcomes.items() if outcome.result == 2 * key}


@pytest.fixture(params=["loky", "multiprocessing"])
def processes(request):
    with joblib.parallel_backend(request.param, n_jobs=2):
        yield


@needs_signals
def test_a_task_whose_worker_dies_once_returns_its_result(processes, tmp_path):
    with Pool() as pool:
        outcomes = run(pool, [(i, die_once, tmp_path / "m", i) if i == 3 else (i, slow, i)
                              for i in range(8)])  # fmt: skip
    assert doubles(outcomes) == set(range(8))


@needs_signals
def test_a_task_that_always_dies_fails_and_no_other_does(processes):
    with Pool() as pool:
        outcomes = run(pool, [(i, die) if i in (2, 5) else (i, slow, i) for i in range(10)])
        assert doubles(outcomes) == set(range(10)) - {2, 5}
        for key in (2, 5):
            assert isinstance(outcomes[key].error, WorkerDied)
            assert "worker process died" in str(outcomes[key].error)
        # The pool works on, and so does the next one.
        assert doubles(run(pool, [(1, double, 1)])) == {1}
    with Pool() as pool:
        assert doubles(run(pool, [(i, double, i) for i in range(4)])) == set(range(4))


@needs_signals
def test_all_tasks_may_die():
    with joblib.parallel_backend("loky", n_jobs=2), Pool() as pool:
        outcomes = run(pool, [(i, die) for i in range(3)])
    assert all(isinstance(outcome.error, WorkerDied) for outcome in outcomes.values())


@needs_signals
def test_what_waits_in_a_queue_is_not_run_alone(tmp_path):
    """At most one more run for each worker: what had not been started is not suspected."""
    with joblib.parallel_backend("loky", n_jobs=2), Pool(pre_dispatch="all") as pool:
        pool.submit(0, die_once, tmp_path / "marker", 0)
        for i in range(1, 12):
            pool.submit(i, note_run, tmp_path, i)
        outcomes = {}
        n_suspects = []
        while pool.n_live:
            outcome = pool.wait()
            outcomes[outcome.key] = outcome
            n_suspects.append(len(pool._suspects))
    assert doubles(outcomes) == set(range(12))
    assert max(n_suspects) < 2


@needs_signals
def test_an_idle_worker_that_dies_is_nobodys_fault():
    with joblib.parallel_backend("loky", n_jobs=2), Pool() as pool:
        pid = run(pool, [(0, os.getpid)])[0].result
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.3)
        assert doubles(run(pool, [(i, double, i) for i in range(4)])) == set(range(4))


@needs_signals
def test_memory_mapping_outlives_a_death(tmp_path):
    """The settings of the backend are those of the user, also after a repair."""
    array = np.ones(300_000)
    small = np.ones(2_000)
    with joblib.parallel_backend("loky", n_jobs=2, max_nbytes="10k"), Pool() as pool:
        run(pool, [(0, die_once, tmp_path / "marker", 1)])
        outcomes = run(pool, [(0, describe, array), (1, describe, small)])
    assert [outcomes[i].result for i in (0, 1)] == [("memmap", 300_000.0), ("memmap", 2_000.0)]


def test_a_task_that_cannot_be_read_keeps_its_own_error():
    with joblib.parallel_backend("loky", n_jobs=2), Pool() as pool:
        outcomes = run(pool, [(0, double, Unreadable()), (1, double, 1), (2, double, 2)])
    assert doubles(outcomes) == {1, 2}
    assert not isinstance(outcomes[0].error, WorkerDied)
    assert "un-serialize" in str(outcomes[0].error)


# Fits that take too long.


def test_a_late_task_fails_and_no_other_does():
    calls = [(i, hang) if i == 2 else (i, slow, i) for i in range(8)]
    with joblib.parallel_backend("loky", n_jobs=2), Pool(fit_timeout=1.5) as pool:
        outcomes = run(pool, calls)
        folder = Path(pool._folder.name)
    assert doubles(outcomes) == set(range(8)) - {2}
    error = outcomes[2].error
    assert isinstance(error, FitTimeout)
    assert error.seconds == 1.5
    assert "in hang" in error.stack
    assert not folder.exists()


def test_the_clock_starts_with_the_fit():
    """Waiting in the queue, and the start of a worker, do not count."""
    with joblib.parallel_backend("loky", n_jobs=2):
        with Pool(fit_timeout=1.0, pre_dispatch="all") as pool:
            for i in range(8):
                pool.submit(i, slow, i, 0.4)
            assert doubles({i: pool.wait() for i in range(0)}) == set()
            outcomes = run(pool, [])
    assert doubles(outcomes) == set(range(8))


@needs_signals
def test_a_late_task_and_a_dead_worker_are_told_apart():
    calls = [(0, hang), (1, die), *((i, slow, i) for i in range(2, 6))]
    with joblib.parallel_backend("loky", n_jobs=2), Pool(fit_timeout=1.0) as pool:
        outcomes = run(pool, calls)
    assert isinstance(outcomes[0].error, FitTimeout)
    assert isinstance(outcomes[1].error, WorkerDied)
    assert doubles(outcomes) == {2, 3, 4, 5}


@pytest.mark.parametrize(
    ("backend", "n_jobs"), [("loky", 1), ("threading", 2), ("multiprocessing", 2)]
)
def test_workers_that_cannot_be_ended_refuse_a_timeout(backend, n_jobs):
    with joblib.parallel_backend(backend, n_jobs=n_jobs):
        with pytest.raises(ValueError, match=r"fit_timeout=1.* needs .* loky"), Pool(fit_timeout=1):
            pass
        with Pool() as pool:
            assert doubles(run(pool, [(1, double, 1)])) == {1}


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), "1", True])
def test_a_timeout_is_a_positive_number(seconds):
    with pytest.raises(ValueError, match="fit_timeout="), Pool(2, fit_timeout=seconds):
        pass


# Executors of the user's.


@pytest.mark.parametrize("kind", ["ThreadPoolExecutor", "ProcessPoolExecutor"])
def test_an_executor_runs_the_tasks_and_stays_open(kind):
    with getattr(concurrent.futures, kind)(2) as executor:
        for _ in range(2):
            with Pool(executor=executor) as pool:
                assert pool.n_workers == 2
                outcomes = run(pool, [(i, double, i) for i in range(9)] + [("e", double)])
            assert doubles({i: outcomes[i] for i in range(9)}) == set(range(9))
            assert isinstance(outcomes["e"].error, TypeError)
        assert executor.submit(double, 2).result() == 4


def test_lokys_own_executor_runs_the_tasks():
    executor = joblib.externals.loky.ProcessPoolExecutor(2)
    with Pool(executor=executor) as pool:
        assert doubles(run(pool, [(i, double, i) for i in range(9)])) == set(range(9))
    executor.shutdown()


class Silent(concurrent.futures.Executor):
    """Says nothing about its workers."""

    def submit(self, function, /, *args, **kwargs):
        future = concurrent.futures.Future()
        future.set_result(function(*args, **kwargs))
        return future


@pytest.mark.parametrize(
    ("size", "n_jobs", "n_workers"),
    [(3, None, 3), (3, 2, 2), (3, 5, 3), (3, -1, 3), (None, 5, 5), (None, None, os.cpu_count())],
)
def test_workers_of_an_executor(size, n_jobs, n_workers):
    executor = Silent() if size is None else concurrent.futures.ThreadPoolExecutor(size)
    with executor, Pool(n_jobs, executor=executor) as pool:
        assert pool.n_workers == n_workers
        assert doubles(run(pool, [(i, double, i) for i in range(4)])) == set(range(4))


def test_leaving_early_leaves_an_executor_open():
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        with pytest.raises(KeyError), Pool(executor=executor, pre_dispatch="all") as pool:
            for i in range(5):
                pool.submit(i, slow, i, 0.3)
            raise KeyError
        started = time.monotonic()
        assert executor.submit(double, 2).result() == 4
        assert time.monotonic() - started < 1


@needs_signals
def test_a_broken_executor_is_explained_and_not_repaired():
    with concurrent.futures.ProcessPoolExecutor(2) as executor, Pool(executor=executor) as pool:
        outcomes = run(pool, [(i, die) for i in range(3)])
        outcomes |= run(pool, [(3, double, 3)])
    for outcome in outcomes.values():
        assert type(outcome.error) is RuntimeError
        assert "cannot be repaired" in str(outcome.error)


def test_an_executor_has_no_timeout_and_must_be_one():
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        with pytest.raises(ValueError, match="fit_timeout"), Pool(executor=executor, fit_timeout=1):
            pass
    with pytest.raises(TypeError, match="executor=3"), Pool(executor=3):
        pass


# Ctrl-C, and what is left behind.

INTERRUPTED = """
    import os, signal, sys, time
    import joblib
    from skbayes._pool import Pool

    def fit(seconds):
        print("worker", os.getpid(), flush=True)
        time.sleep(seconds)
        return seconds

    with joblib.parallel_backend("loky", n_jobs=2):
        try:
            with Pool(fit_timeout=FIT_TIMEOUT) as pool:
                for i in range(4):
                    pool.submit(i, fit, 60)
                print("ready", flush=True)
                try:
                    pool.wait()
                except KeyboardInterrupt:
                    started = time.monotonic()
                    raise
        except KeyboardInterrupt:
            print("left", time.monotonic() - started, flush=True)
        with Pool() as pool:
            pool.submit(0, fit, 0.01)
            print("again", pool.wait().result, flush=True)
        print("done", flush=True)
        time.sleep(60)
"""


def read_until(process, first):
    """Return the words of the lines up to one that begins with `first`."""
    lines = []
    for line in process.stdout:
        lines.append(line.split())
        if lines[-1][0] == first:
            return lines
    raise AssertionError(f"the process ended before {first!r}: {lines}")


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc").exists()


@needs_signals
@pytest.mark.parametrize("is_group", [False, True], ids=["process", "group"])
@pytest.mark.parametrize("fit_timeout", [None, 50])
def test_ctrl_c_gives_control_back_and_leaves_no_process(tmp_path, is_group, fit_timeout):
    """The signal goes to the process alone, or to its group, as a terminal sends it."""
    script = tmp_path / "script.py"
    source = textwrap.dedent(INTERRUPTED).replace("FIT_TIMEOUT", str(fit_timeout))
    script.write_text(source)
    process = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    try:
        started = read_until(process, "ready")
        started += [next(process.stdout).split() for _ in range(2 - len(started) + 1)]
        workers = [int(line[1]) for line in started if line[0] == "worker"]
        assert len(workers) == 2
        (os.killpg if is_group else os.kill)(process.pid, signal.SIGINT)
        [*_, [_, seconds]] = read_until(process, "left")
        assert float(seconds) < 2
        deadline = time.monotonic() + 5
        assert ["again", "0.01"] in read_until(process, "done")
        while any(map(is_alive, workers)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(is_alive, workers))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        _, noise = process.communicate()
    if not is_group:
        assert noise == ""


def census():
    """Return the number of threads, descriptors and children of this process."""
    gc.collect()
    descriptors = len(os.listdir("/proc/self/fd"))
    tasks = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return threading.active_count(), descriptors, len(tasks)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts by /proc")
def test_nothing_is_left_over_by_pools_with_dead_workers(tmp_path):
    counts = []
    with joblib.parallel_backend("loky", n_jobs=2):
        for i in range(8):
            with Pool(fit_timeout=30) as pool:
                outcomes = run(pool, [(0, die_once, tmp_path / str(i), 0), (1, double, 1)])
                assert doubles(outcomes) == {0, 1}
            counts.append(census())
    deadline = time.monotonic() + 10
    while any(now > then for now, then in zip(census(), counts[1], strict=True)):
        assert time.monotonic() < deadline, (counts, census())
        time.sleep(0.1)
