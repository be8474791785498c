"""Bayesian hyper-parameter search for scikit-learn."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from skbayes import callbacks, space
from skbayes._pickles import restore as _restore  # noqa: F401 - what pickles call
from skbayes.exceptions import (
    FitTimeout,
    JournalError,
    JournalLocked,
    JournalMismatch,
    NoWorkers,
    SpaceExhausted,
    WorkerDied,
)
from skbayes.rules import (
    Converged,
    OneStandardError,
    Patience,
    SearchState,
    StoppingRule,
    TargetScore,
)
from skbayes.scikit_optimize import MINIMIZERS as _MINIMIZERS
from skbayes.scikit_optimize import dump, load
from skbayes.scikit_optimize import no_minimizer as _no_minimizer
from skbayes.search import BayesSearchCV
from skbayes.space import Categorical, Conditional, Integer, Real, Space

if TYPE_CHECKING:
    from skbayes import insight as insight
    from skbayes import plotting as plotting
    from skbayes import sagemaker as sagemaker
    from skbayes._tracking import mlflow_autolog
    from skbayes.known import suggest_space
    from skbayes.optimizer import Optimizer
    from skbayes.tables import compare

__all__ = [
    "BayesSearchCV",
    "Categorical",
    "Conditional",
    "Converged",
    "FitTimeout",
    "Integer",
    "JournalError",
    "JournalLocked",
    "JournalMismatch",
    "NoWorkers",
    "OneStandardError",
    "Optimizer",
    "Patience",
    "Real",
    "SearchState",
    "Space",
    "SpaceExhausted",
    "StoppingRule",
    "TargetScore",
    "WorkerDied",
    "callbacks",
    "compare",
    "dump",
    "load",
    "mlflow_autolog",
    "space",
    "suggest_space",
]

__version__ = "0.1.0"

# Public modules that most programs do not need: they are imported when they are named.
_MODULES = ("insight", "plotting", "sagemaker")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"skbayes.{name}")
    # Whoever only searches pays for the import of the model when a search begins.
    if name == "Optimizer":
        from skbayes.optimizer import Optimizer

        return Optimizer
    if name == "suggest_space":
        from skbayes.known import suggest_space

        return suggest_space
    if name == "compare":
        from skbayes.tables import compare

        return compare
    if name == "mlflow_autolog":
        from skbayes._tracking import mlflow_autolog

        return mlflow_autolog
    if name in _MINIMIZERS:
        return _no_minimizer(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES, "__version__", "exceptions"})
