"""Bayesian hyper-parameter search for scikit-learn."""

from __future__ import annotations

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
from skbayes.scikit_optimize import dump, load
from skbayes.search import BayesSearchCV
from skbayes.space import Categorical, Conditional, Integer, Real, Space

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
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
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__", "exceptions"})
