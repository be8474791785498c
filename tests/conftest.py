"""What holds for every test: the same numbers, run after run."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
# For a long run, `pytest --hypothesis-profile=long`.
settings.register_profile("long", settings.get_profile("repeatable"), max_examples=2000)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _fixed_global_state() -> Iterator[None]:
    """Fix numpy's global generator, which `random_state=None` draws from, and give it back."""
    state = np.random.get_state()  # noqa: NPY002 - the generator that scikit-learn falls back on
    np.random.seed(0)  # noqa: NPY002
    yield
    np.random.set_state(state)  # noqa: NPY002
