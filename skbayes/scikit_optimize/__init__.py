"""What is written for scikit-optimize, and only for it: its arguments here, its callbacks."""

from skbayes.scikit_optimize.arguments import (
    dump,
    joined_fit_params,
    load,
    read_optimizer_kwargs,
    warn_of_differences,
)

__all__ = [
    "dump",
    "joined_fit_params",
    "load",
    "read_optimizer_kwargs",
    "warn_of_differences",
]
