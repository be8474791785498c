"""`python -m skbayes` prints the versions that a report of a bug should name."""

from __future__ import annotations

import platform

from skbayes._versions import versions


def main() -> None:
    """Print a line for each version."""
    for name, version in {**versions(), "platform": platform.platform()}.items():
        print(f"{name + ':':14}{version}")


if __name__ == "__main__":
    main()
