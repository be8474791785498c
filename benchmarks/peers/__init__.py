"""The optimisers that solve the tasks, by name; each is imported when it is made."""

import importlib
import importlib.metadata

from benchmarks.peers.libraries import Peer
from benchmarks.tasks.task import Task

METHODS: dict[str, tuple[str, str, str]] = {  # module, class, distribution
    "skbayes": ("libraries", "Skbayes", "skbayes"),
    "random": ("libraries", "Random", "numpy"),
    "sobol": ("libraries", "Sobol", "scipy"),
    "skopt": ("libraries", "Skopt", "scikit-optimize"),
    "optuna-tpe": ("libraries", "Optuna", "optuna"),
    "optuna-gp": ("libraries", "OptunaGP", "optuna"),
    "hyperopt": ("libraries", "Hyperopt", "hyperopt"),
    "smac": ("separate", "Smac", "smac"),
    "hebo": ("separate", "Hebo", "HEBO"),
    "ax": ("services", "Ax", "ax-platform"),
    "vizier": ("services", "Vizier", "google-vizier"),
}


def make_peer(method: str, task: Task, n_iter: int, seed: int) -> Peer:
    """Return an optimiser of a task."""
    module, name, _ = METHODS[method]
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)(task, n_iter, seed)


def version(method: str) -> str:
    """Return the version of the library; SystemExit if it is not installed."""
    distribution = METHODS[method][2]
    if method in ("random", "sobol"):
        return "1"  # what they draw does not depend on the version
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        raise SystemExit(
            f"{method} needs {distribution}, which is not installed: leave {method} out of "
            f"--methods, or run `python -m pip install {distribution}`."
        ) from None
