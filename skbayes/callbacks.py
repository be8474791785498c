"""Callbacks with the names and arguments of scikit-optimize's."""

from skbayes.scikit_optimize.callbacks import *  # noqa: F403 - the door to all that it names
from skbayes.scikit_optimize.callbacks import __all__


def __dir__() -> list[str]:
    return sorted(__all__)
