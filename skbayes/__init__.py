"""Bayesian hyper-parameter search for scikit-learn."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import space
from ._pickles import restore as _restore  # noqa: F401 - what pickles call
from ._search import BayesSearchCV
from ._skopt import dump, load
from ._stopping import Converged, Patience, Standing, StoppingRule, TargetScore
from .exceptions import (
    FitTimeout,
    JournalError,
    JournalLocked,
    JournalMismatch,
    NoWorkers,
    SpaceExhausted,
    WorkerDied,
)
from .space import Categorical, Integer, Real, Space

if TYPE_CHECKING:
    from . import callbacks
    from ._optimizer import Optimizer

__all__ = [
    "BayesSearchCV",
    "Categorical",
    "Converged",
    "FitTimeout",
    "Integer",
    "JournalError",
    "JournalLocked",
    "JournalMismatch",
    "NoWorkers",
    "Optimizer",
    "Patience",
    "Real",
    "Space",
    "SpaceExhausted",
    "Standing",
    "StoppingRule",
    "TargetScore",
    "WorkerDied",
    "callbacks",
    "dump",
    "load",
    "space",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Whoever only searches pays for the import of the model when a search begins.
    if name == "Optimizer":
        from ._optimizer import Optimizer

        return Optimizer
    if name == "callbacks":
        return importlib.import_module("skbayes.callbacks")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
