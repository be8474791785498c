"""How scikit-learn's own tests are run: those that make a search, with the exclusions marked.

Of an excluded test with many parameters the first is run, to see that it still fails; with the
environment variable UPSTREAM=all every one of them.
"""

from __future__ import annotations

import os

import pytest
from upstream_exclusions import exclusions
from upstream_loading import uses_search


def pytest_configure(config: pytest.Config) -> None:
    for name in ("no_check_spmatrix", "thread_unsafe"):
        config.addinivalue_line("markers", f"{name}: of scikit-learn")


@pytest.fixture
def global_random_seed() -> int:
    """Return the seed that scikit-learn's suite runs with unless told otherwise."""
    return 42


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
        is_repeated = reason is not None and item.originalname in seen
        if not (uses_search(function) or uses_search(parameters)) or (
            is_repeated and os.environ.get("UPSTREAM") != "all"
        ):
            left_out.append(item)
            continue
        kept.append(item)
        # scikit-learn's suite lets warnings pass, except where a test looks at them.
        item.add_marker(pytest.mark.filterwarnings("default"), append=False)
        if reason is not None:
            seen.add(item.originalname)
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)
