"""Callbacks for `BayesSearchCV.fit`: a progress bar, and the callbacks of scikit-optimize."""

from skbayes.progress import ProgressBar
from skbayes.scikit_optimize.callbacks import *  # noqa: F403 - the door to all that it names
from skbayes.scikit_optimize.callbacks import __all__ as _OF_SCIKIT_OPTIMIZE

__all__ = [*_OF_SCIKIT_OPTIMIZE, "ProgressBar"]


def __dir__() -> list[str]:
    return sorted(__all__)
