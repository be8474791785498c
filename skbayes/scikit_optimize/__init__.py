"""What is written for scikit-optimize, and only for it: its arguments here, its callbacks."""

from skbayes.scikit_optimize.arguments import (
    MINIMIZERS,
    dump,
    joined_fit_params,
    load,
    no_minimizer,
    read_optimizer_kwargs,
    warn_of_differences,
)

__all__ = [
    "MINIMIZERS",
    "dump",
    "joined_fit_params",
    "load",
    "no_minimizer",
    "read_optimizer_kwargs",
    "warn_of_differences",
]
