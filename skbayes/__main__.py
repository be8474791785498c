"""`python -m skbayes` prints the versions that a report of a bug should name."""

from __future__ import annotations

import platform
from importlib import metadata

PACKAGES = ("skbayes", "scikit-learn", "numpy", "scipy", "joblib")


def versions() -> dict[str, str]:
    """Return the version of everything that a search runs on, by name."""
    import skbayes

    # The code that runs may be another than the one that is installed.
    found = {"skbayes": skbayes.__version__}
    found |= {name: metadata.version(name) for name in PACKAGES if name != "skbayes"}
    return found | {"Python": platform.python_version(), "platform": platform.platform()}


def main() -> None:
    """Print a line for each version."""
    for name, version in versions().items():
        print(f"{name + ':':14}{version}")


if __name__ == "__main__":
    main()
