"""How scikit-learn's own tests are run: those that make a search, with the exclusions marked.

Of an excluded test with many parameters the first is run, to see that it still fails, and lengthy
tests are left out; with the environment variable UPSTREAM=all everything is run.
"""

from __future__ import annotations

import os
import sys

import pytest
from upstream_exclusions import exclusions
from upstream_loading import module_of, uses_search

IS_FULL = os.environ.get("UPSTREAM") == "all"

# They take seconds each, for models that others take fewer of.
LENGTHY = {
    "test_gridsearchcv_cross_val_predict_with_method",
    "test_multi_core_gridsearch_and_early_stopping",
    "test_multinomial_cv_iris",
    "test_nested_cv",
}


def pytest_configure(config: pytest.Config) -> None:
    for name in ("no_check_spmatrix", "thread_unsafe"):
        config.addinivalue_line("markers", f"{name}: of scikit-learn")


@pytest.fixture
def global_random_seed() -> int:
    """Return the seed that scikit-learn's suite runs with unless told otherwise."""
    return 42


@pytest.fixture(autouse=True)
def _its_own_module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pickles find the classes of the module that the test is of."""
    module = module_of(getattr(request, "function", None))
    if module is not None:
        monkeypatch.setitem(sys.modules, module.__name__, module)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept, left_out, seen = [], [], set()
    for item in items:
        function = getattr(item, "function", None)
        module = getattr(function, "__module__", "")
        if not module.startswith("sklearn."):
            kept.append(item)
            continue
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        reason = exclusions(module).get(function.__name__)
        is_repeated = reason is not None and function.__name__ in seen
        is_long = is_repeated or function.__name__ in LENGTHY
        is_ours = uses_search(function) or uses_search(parameters)
        if not is_ours or (is_long and not IS_FULL):
            left_out.append(item)
            continue
        kept.append(item)
        # scikit-learn's suite shows no warnings, and its tests look at those that they mean.
        item.add_marker(pytest.mark.filterwarnings("ignore"), append=False)
        if reason is not None:
            seen.add(function.__name__)
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)
