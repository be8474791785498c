"""Workers that die, hang or are interrupted, with real processes and real signals."""

import concurrent.futures
import gc
import logging
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import joblib
import numpy as np
import pytest
from sklearn.utils.fixes import parse_version

from pools import run
from skbayes.exceptions import FitTimeout, NoWorkers, WorkerDied
from skbayes.workers.base import Withdrawn
from skbayes.workers.dask import DaskWorkers
from skbayes.workers.pool import Pool

has_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts in /proc")
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


def hang():
    time.sleep(600)


def add_up(data, x):
    return 2 * x if data.sum() == 50_000 else None


def describe(array):
    return "own" if array.flags.writeable else "mapped", float(array.sum())


class Unreadable:
    """Can be pickled, but not unpickled."""

    def __reduce__(self):
        return int, ("not a number",)


def doubles(outcomes):
    """Return the keys of the tasks that returned their double."""
    return {key for key, outcome in outcomes.items() if outcome.result == 2 * key}


@pytest.mark.slow
@needs_signals
def test_only_the_guilty_fail_on_loky(tmp_path):
    """A death, one that happens once only, a task that cannot be read, and an idle worker."""
    array, small = np.ones(300_000), np.ones(2_000)
    # joblib 1.2 takes no such settings from a context.
    has_settings = hasattr(joblib, "parallel_config")
    settings = {"max_nbytes": "10K"} if has_settings else {}
    configure = joblib.parallel_config if has_settings else joblib.parallel_backend
    with configure("loky", n_jobs=2, **settings):
        with Pool() as pool:
            calls = {i: (slow, i) for i in range(10)}
            calls |= {2: (die,), 5: (die_once, tmp_path / "marker", 5), 7: (double, Unreadable())}
            outcomes = run(pool, [(key, *call) for key, call in calls.items()])
            assert doubles(outcomes) == set(range(10)) - {2, 7}
            assert isinstance(outcomes[2].error, WorkerDied)
            assert "worker process died" in str(outcomes[2].error)
            assert "SIGKILL" in str(outcomes[2].error)
            assert not isinstance(outcomes[7].error, WorkerDied)
            assert "cannot be read" in str(outcomes[7].error)
            # The settings of the backend are still those of the user.
            outcomes = run(pool, [(0, describe, array), (1, describe, small), (2, os.getpid)])
            assert outcomes[0].result == ("mapped", 300_000.0)
            assert outcomes[1].result == ("mapped" if has_settings else "own", 2_000.0)
            os.kill(outcomes[2].result, signal.SIGKILL)
            time.sleep(0.3)
            assert doubles(run(pool, [(i, double, i) for i in range(4)])) == set(range(4))
        with Pool() as pool:
            assert doubles(run(pool, [(i, double, i) for i in range(4)])) == set(range(4))


@needs_signals
def test_only_the_guilty_fail_on_multiprocessing(tmp_path):
    with joblib.parallel_backend("multiprocessing", n_jobs=2), Pool() as pool:
        calls = {i: (slow, i) for i in range(8)}
        calls |= {2: (die,), 5: (die_once, tmp_path / "marker", 5)}
        outcomes = run(pool, [(key, *call) for key, call in calls.items()])
    assert doubles(outcomes) == set(range(8)) - {2}
    assert isinstance(outcomes[2].error, WorkerDied)


# Fits that take too long.


@pytest.mark.slow
@needs_signals
def test_late_tasks_and_dead_workers_are_told_apart():
    """The clock starts with the fit: the start of a worker and the queue do not count."""
    calls = [(0, hang), (1, die), *((i, slow, i, 0.4) for i in range(2, 8))]
    with (
        joblib.parallel_backend("loky", n_jobs=2),
        Pool(fit_timeout=5.0, pre_dispatch="all") as pool,
    ):
        outcomes = run(pool, calls)
        folder = Path(pool._folder)
    assert doubles(outcomes) == set(range(2, 8))
    assert isinstance(outcomes[1].error, WorkerDied)
    error = outcomes[0].error
    assert isinstance(error, FitTimeout)
    assert error.seconds == 5
    assert "in hang" in error.stack
    assert not folder.exists()


def test_a_folder_of_a_timeout_that_has_gone_is_made_again():
    with joblib.parallel_backend("loky", n_jobs=2), Pool(fit_timeout=600) as pool:
        os.rmdir(pool._folder)
        assert doubles(run(pool, [(i, double, i) for i in range(4)])) == set(range(4))
    assert not Path(pool._folder).exists()


@pytest.mark.parametrize(
    ("backend", "n_jobs"), [("loky", 1), ("multiprocessing", 1), ("threading", 2)]
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


@pytest.mark.slow
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
                pool.submit(i, slow, i, 1.0)
            raise KeyError
        started = time.monotonic()
        assert executor.submit(double, 2).result() == 4
        # One may have begun; all five would take as many seconds.
        assert time.monotonic() - started < 4


@needs_signals
def test_a_broken_executor_is_explained_and_not_repaired():
    with concurrent.futures.ProcessPoolExecutor(2) as executor, Pool(executor=executor) as pool:
        outcomes = run(pool, [(i, die) for i in range(3)])
        outcomes |= run(pool, [(3, double, 3)])
    for outcome in outcomes.values():
        assert type(outcome.error) is NoWorkers
        assert "cannot repair your executor" in str(outcome.error)


def test_an_executor_has_no_timeout_and_must_be_one():
    executor = concurrent.futures.ThreadPoolExecutor(1)
    with pytest.raises(ValueError, match="fit_timeout"), Pool(executor=executor, fit_timeout=1):
        pass
    executor.shutdown()
    with pytest.raises(TypeError, match="executor=3"), Pool(executor=3):
        pass


# Ctrl-C, and what is left behind.

INTERRUPTED = """
    import os, signal, time
    import joblib
    from skbayes.workers.pool import Pool

    # Who runs the tests in the background has the signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def say(*words):
        # In one call: the workers write to the same pipe.
        os.write(1, (" ".join(map(str, words)) + "\\n").encode())

    def fit(seconds):
        say("worker", os.getpid())
        time.sleep(seconds)
        return seconds

    with joblib.parallel_backend("loky", n_jobs=2):
        for fit_timeout in (None, 50):
            try:
                with Pool(fit_timeout=fit_timeout) as pool:
                    for i in range(4):
                        pool.submit(i, fit, 60)
                    try:
                        pool.wait()
                    except KeyboardInterrupt:
                        started = time.monotonic()
                        raise
            except KeyboardInterrupt:
                say("left", time.monotonic() - started)
        with Pool() as pool:
            pool.submit(0, fit, 0.01)
            say("again", pool.wait().result)
        time.sleep(60)
"""


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def running(script, **settings):
    """Return a process that runs a script with this package, and its output."""
    return subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        **settings,
    )


@pytest.mark.slow
@has_proc
def test_ctrl_c_gives_control_back_and_leaves_no_process(tmp_path):
    """The signal goes to the process alone, then to its whole group, as a terminal sends it."""
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(INTERRUPTED))
    process = running(script, stderr=subprocess.PIPE, start_new_session=True)
    words = (line.split() for line in process.stdout)
    try:
        for send in (os.kill, os.killpg):
            workers = [next(words) for _ in range(2)]
            assert {kind for kind, _ in workers} == {"worker"}
            send(process.pid, signal.SIGINT)
            # A worker that is interrupted too may begin another fit before it is ended.
            while (word := next(words))[0] == "worker":
                workers.append(word)
            kind, seconds = word
            assert kind == "left"
            assert float(seconds) < 30  # seconds of a machine with other work; alone it is 0.1
            deadline = time.monotonic() + 60
            while any(is_alive(int(pid)) for _, pid in workers):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert [next(words)[0] for _ in range(2)] == ["worker", "again"]
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        _, noise = process.communicate()
    assert noise == ""


def census():
    """Return the number of threads, descriptors and children of this process."""
    gc.collect()
    descriptors = len(os.listdir("/proc/self/fd"))
    tasks = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return threading.active_count(), descriptors, len(tasks)


@pytest.mark.slow
@has_proc
def test_nothing_is_left_over_by_pools_with_dead_workers(tmp_path):
    counts = []
    with joblib.parallel_backend("loky", n_jobs=2):
        for i in range(3):
            with Pool(fit_timeout=30) as pool:
                outcomes = run(pool, [(0, die_once, tmp_path / str(i), 0), (1, double, 1)])
                assert doubles(outcomes) == {0, 1}
            counts.append(census())
    deadline = time.monotonic() + 60
    while any(now > then for now, then in zip(census(), counts[0], strict=True)):
        assert time.monotonic() < deadline, (counts, census())
        time.sleep(0.1)


# Clusters.


@pytest.fixture(scope="module")
def started_cluster():
    """A cluster that gives up a task at its first death, and no worker because of one."""
    dask = pytest.importorskip("dask")
    distributed = pytest.importorskip("distributed")
    with (
        dask.config.set(
            {
                "distributed.scheduler.allowed-failures": 0,
                "distributed.deploy.lost-worker-timeout": "1 hour",
            }
        ),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def cluster(started_cluster, monkeypatch):
    # A cluster may take longer for new workers than a pool waits before it warns. A filter would
    # not do: Python has one list for all threads, and dask's own threads set it too.
    monkeypatch.setattr("skbayes.workers.pool.warn", lambda message: None)
    with joblib.parallel_backend("dask"):
        yield started_cluster


@pytest.mark.slow
@needs_signals
def test_only_the_guilty_fail_on_dask(cluster, tmp_path):
    data = np.ones(50_000)
    with Pool() as pool:
        assert pool.n_workers == 2
        outcomes = run(pool, [*((i, add_up, data, i) for i in range(8)), ("e", double)])
        assert doubles({i: outcomes[i] for i in range(8)}) == set(range(8))
        assert isinstance(outcomes["e"].error, TypeError)
        calls = {i: (add_up, data, i) for i in range(10)}
        calls |= {2: (die,), 5: (die_once, tmp_path / "marker", 5)}
        outcomes = run(pool, [(key, *call) for key, call in calls.items()])
        assert doubles(outcomes) == set(range(10)) - {2}
        assert isinstance(outcomes[2].error, WorkerDied)
        # All workers go, and the data with them.
        for pid in cluster.run(os.getpid).values():
            os.kill(pid, signal.SIGKILL)
        outcomes = run(pool, [(i, add_up, data, i) for i in range(4)])
        assert doubles(outcomes) == set(range(4))
    with pytest.raises(ValueError, match="fit_timeout"), Pool(fit_timeout=1):
        pass


@pytest.mark.parametrize(
    ("error", "status", "is_told"),
    [
        (pickle.UnpicklingError("cannot be read here"), "running", True),
        (concurrent.futures.CancelledError(), "running", False),
        (ConnectionResetError(), "running", False),
        (RuntimeError("IOLoop is closed"), "closed", False),
    ],
)
def test_only_a_result_that_is_lost_on_dask_runs_again(error, status, is_told):
    pytest.importorskip("distributed")
    workers = DaskWorkers(SimpleNamespace(client=SimpleNamespace(status=status)))
    told = []
    future = Mock(status="finished", result=Mock(side_effect=error))
    workers._done(lambda result, error: told.append(error), "name", future)
    assert told == [error] if is_told else isinstance(told[0], Withdrawn)


def die_and_tell(path):
    with open(path, "a") as file:
        file.write("dead\n")
    die()


@pytest.mark.slow
@needs_signals
@pytest.mark.parametrize("allowed_failures", [0, 3])
def test_a_verdict_costs_a_cluster_two_workers(cluster, tmp_path, allowed_failures):
    """Whatever number of them the cluster itself would give for it."""

    def allow(n, dask_scheduler):
        dask_scheduler.allowed_failures = n

    cluster.run_on_scheduler(allow, allowed_failures)
    path = tmp_path / "deaths"
    try:
        with Pool() as pool:
            calls = [(i, slow, i) for i in range(8)] + [("deadly", die_and_tell, path)]
            outcomes = run(pool, calls)
    finally:
        cluster.run_on_scheduler(allow, 0)
    assert isinstance(outcomes.pop("deadly").error, WorkerDied)
    assert doubles(outcomes) == set(range(8))
    assert path.read_text().splitlines() == ["dead"] * 2


@pytest.mark.slow
def test_dask_is_left_early_and_its_data_freed(cluster, monkeypatch):
    data = np.ones(50_000)
    started = time.monotonic()
    with pytest.raises(KeyError), Pool(pre_dispatch="all") as pool:
        for i in range(8):
            pool.submit(i, slow, i, 3.0)
        pool.submit("data", add_up, data, 1)
        raise KeyError
    # All of them would take 12 seconds.
    assert time.monotonic() - started < 8
    while any(cluster.processing().values()) or any(cluster.has_what().values()):
        assert time.monotonic() - started < 30
        time.sleep(0.1)
    cluster.cluster.scale(0)
    while cluster.ncores():
        time.sleep(0.1)
    warned = []

    def warn(message):
        warned.append(message)
        cluster.cluster.scale(1)

    monkeypatch.setattr("skbayes.workers.pool.warn", warn)
    with Pool() as pool:
        assert doubles(run(pool, [(i, double, i) for i in range(3)])) == {0, 1, 2}
    assert len(warned) == 1
    assert "no worker" in warned[0]


@pytest.mark.filterwarnings("ignore")
@needs_signals
def test_only_the_guilty_fail_on_ray(tmp_path, monkeypatch):
    ray = pytest.importorskip("ray")
    from ray.util.joblib import register_ray

    register_ray()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[1]), *sys.path]))
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    data = np.ones(50_000)
    try:
        with joblib.parallel_backend("ray"), Pool() as pool:
            assert pool.n_workers == 2
            calls = {i: (add_up, data, i) for i in range(8)}
            calls |= {2: (die,), 5: (die_once, tmp_path / "marker", 5), 7: (double,)}
            outcomes = run(pool, [(key, *call) for key, call in calls.items()])
        assert doubles(outcomes) == set(range(8)) - {2, 7}
        assert isinstance(outcomes[2].error, WorkerDied)
        assert isinstance(outcomes[7].error, TypeError)
        with pytest.raises(KeyError), joblib.parallel_backend("ray"), Pool() as pool:
            pool.submit(0, slow, 0, 60)
            raise KeyError
        with joblib.parallel_backend("ray"), Pool() as pool:
            assert doubles(run(pool, [(i, double, i) for i in range(4)])) == set(range(4))
    finally:
        ray.shutdown()


KILLED = """
    import os, time
    import joblib
    from skbayes.workers.pool import Pool

    # Processes without work end at once: while one runs, nobody knows that the search does not.
    backend = joblib.parallel_backend("loky", n_jobs=2, idle_worker_timeout=0.5)
    with backend, Pool(fit_timeout=60) as pool:
        pool.submit(0, time.sleep, 0.01)
        pool.wait()
        print(pool._folder, flush=True)
        time.sleep(60)
"""


@has_proc
@pytest.mark.skipif(
    parse_version(joblib.__version__) < parse_version("1.6"),
    reason="processes without work stay for minutes",
)
def test_a_killed_process_leaves_no_folder(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(KILLED))
    process = running(script)
    try:
        folder = Path(process.stdout.readline().strip())
        assert folder.is_dir()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    deadline = time.monotonic() + 120
    while folder.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
