"""Callbacks with the names and arguments of scikit-optimize's."""

from skbayes.scikit_optimize.callbacks import (
    CheckpointSaver,
    DeadlineStopper,
    DeltaXStopper,
    DeltaYStopper,
    EarlyStopper,
    HollowIterationsStopper,
    StdStopper,
    ThresholdStopper,
    TimerCallback,
    VerboseCallback,
)

__all__ = [
    "CheckpointSaver",
    "DeadlineStopper",
    "DeltaXStopper",
    "DeltaYStopper",
    "EarlyStopper",
    "HollowIterationsStopper",
    "StdStopper",
    "ThresholdStopper",
    "TimerCallback",
    "VerboseCallback",
]
