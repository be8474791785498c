"""What holds for every test: the same numbers, run after run."""

import os
import zlib
from collections.abc import Iterator

# Read when the libraries are loaded, and by processes that tests start. The matrices are small, and
# on cores with other work, threads that wait for each other take several times the time of one.
for _library in ("MKL", "OMP", "OPENBLAS"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import numpy as np
import pytest
import scipy.linalg
from hypothesis import settings
from threadpoolctl import threadpool_info

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
# For a long run, `pytest --hypothesis-profile=long`.
settings.register_profile("long", settings.get_profile("repeatable"), max_examples=2000)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--sample`, for sets of tests that run beside the whole one."""
    parser.addoption(
        "--sample",
        type=int,
        default=1,
        metavar="N",
        help="run about one test in N, always the same ones: the names decide",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `--sample` does."""
    n = config.getoption("sample")
    if n < 1:
        raise pytest.UsageError(f"--sample={n} must be 1 or more.")
    kept, left_out = [], []
    for item in items:
        (left_out if zlib.crc32(item.nodeid.encode()) % n else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run what is named on the command line in this process, for `-n auto`, which is the default.

    A few tests end sooner so; `-n logical` divides any among processes.
    """
    is_whole = config.args_source is config.ArgsSource.TESTPATHS and not config.option.keyword
    return 0 if config.option.numprocesses == "auto" and not is_whole else None


def pytest_report_header() -> str:
    """Say which kernels of linear algebra are in use: the last bit of a sum depends on them."""
    kernels = {f"{each['internal_api']} {each.get('architecture')}" for each in threadpool_info()}
    return f"numpy {np.__version__}, scipy {scipy.__version__}, {', '.join(sorted(kernels))}"


@pytest.fixture(autouse=True)
def _fixed_global_state() -> Iterator[None]:
    """Fix numpy's global generator, which `random_state=None` draws from, and give it back."""
    state = np.random.get_state()  # noqa: NPY002 - the generator that scikit-learn falls back on
    np.random.seed(0)  # noqa: NPY002
    yield
    np.random.set_state(state)  # noqa: NPY002
