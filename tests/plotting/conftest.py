"""Pictures of tests are drawn in memory, and thrown away."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _in_memory():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
