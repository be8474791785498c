"""Kinds of workers, by names such as "loky:2" or "dask:8"."""

import time
from contextlib import contextmanager

import joblib
from joblib import Parallel, delayed


@contextmanager
def workers(pool):
    """Have searches run on a pool such as "loky:2" or "dask:8"."""
    name, _, n_jobs = pool.partition(":")
    if name != "dask":
        with joblib.parallel_config(name, n_jobs=int(n_jobs)):
            # Workers that have to start first are not the search's doing.
            Parallel()(delayed(time.sleep)(0.1) for _ in range(int(n_jobs)))
            yield int(n_jobs)
        return
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=int(n_jobs), threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
        joblib.parallel_config("dask"),
    ):
        client.wait_for_workers(int(n_jobs))
        yield int(n_jobs)
