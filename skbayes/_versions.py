"""The versions of all that a search runs on."""

from __future__ import annotations

import importlib
import platform

__all__ = ["versions"]

LIBRARIES = ("skbayes", "sklearn", "numpy", "scipy", "joblib")


def versions() -> dict[str, str]:
    """Return the version of each library that runs, and of Python, by the names in imports.

    The code that runs may be another than the code that is installed.
    """
    found = {name: importlib.import_module(name).__version__ for name in LIBRARIES}
    return {**found, "python": platform.python_version()}
