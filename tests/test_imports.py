"""`import skbayes` brings in nothing that a user may not have, or does not need yet."""

import subprocess
import sys

import pytest

OPTIONAL = ["dask", "distributed", "matplotlib", "pandas", "polars", "ray", "rich", "skopt"]


# The hard dependencies look for some optional libraries themselves: what counts is what is new.
CODE = """
import joblib, scipy.optimize, scipy.stats, sklearn.model_selection, sys
before = set(sys.modules)
import skbayes
print(*{name.split(".")[0] for name in set(sys.modules) - before})
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Libraries that `import skbayes` brings into a new process."""
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_own_modules_are_loaded(loaded: set[str]) -> None:
    assert "skbayes" in loaded


@pytest.mark.parametrize("name", OPTIONAL)
def test_optional_library_is_not_loaded(loaded: set[str], name: str) -> None:
    assert name not in loaded
