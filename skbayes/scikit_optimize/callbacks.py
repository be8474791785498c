"""Callbacks for `BayesSearchCV.fit` with the names and arguments of scikit-optimize's.

Each is called with the search after each candidate, where values are negated scores: lower is
better. Those that end a search return True. What they do is done by arguments of the search as
well, in units of the score and without a callback: `max_time`, `stopping`, `verbose`,
`checkpoint`.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from typing import Any, NoReturn

from skbayes._numerics import standard_deviation
from skbayes.rules import Patience, SearchState, TargetScore, check_count, is_finite

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

# As many values as scikit-optimize has before it fits a model, whose spread `StdStopper` reads.
MIN_VALUES_FOR_SPREAD = 10


class _Lap:
    """Seconds from one call to the next, the first from the beginning of `fit`."""

    def __init__(self) -> None:
        self.begin_fit()

    def begin_fit(self) -> None:
        """Start the clock."""
        self._started = time.monotonic()
        # As scikit-optimize names it: seconds of each candidate.
        self.iter_time: list[float] = []

    def _lap(self) -> float:
        now = time.monotonic()
        seconds, self._started = now - self._started, now
        self.iter_time.append(seconds)
        return seconds


class VerboseCallback(_Lap):
    """Prints a line for each candidate. `verbose=1` of the search tells more.

    Parameters
    ----------
    n_total : int
        Number of candidates that are planned.
    n_init : int, default=0
        Number of candidates at the beginning that were given.
    n_random : int, default=0
        Number of candidates after these that were drawn.

    Attributes
    ----------
    iter_time : list of float
        Seconds that each candidate took.
    """

    def __init__(self, n_total: int, n_init: int = 0, n_random: int = 0) -> None:
        super().__init__()
        self.n_total = n_total
        self.n_init = n_init
        self.n_random = n_random

    @property
    def iter_no(self) -> int:
        """Number of the next candidate, from 1."""
        return len(self.iter_time) + 1

    def __call__(self, result: Any) -> None:
        """Print the line of the last candidate."""
        kind, n = "", self.iter_no
        if n <= int(self.n_init) + int(self.n_random):
            kind = ", given" if n <= self.n_init else ", drawn"
        print(
            f"Candidate {n} of {self.n_total}{kind}: value {result.func_vals[-1]:.4f}, "
            f"lowest so far {result.fun:.4f}, {self._lap():.2f} s",
            flush=True,
        )


class TimerCallback(_Lap):
    """Notes how long each candidate took.

    Attributes
    ----------
    iter_time : list of float
        Seconds.
    """

    def __call__(self, result: Any) -> None:
        """Note the time."""
        self._lap()


class EarlyStopper(ABC):
    """A callback that ends a search; derive from it, and say when in `_criterion`."""

    def __call__(self, result: Any) -> bool | None:
        """Return whether to stop; None if that cannot be told yet."""
        return self._criterion(result)

    @abstractmethod
    def _criterion(self, result: Any) -> bool | None:
        """Return whether to stop; None if that cannot be told yet."""


class DeltaXStopper(EarlyStopper):
    """Stops when the last two candidates are closer to each other than `delta`.

    The distance is the sum of the differences of their numbers, and 1 for each other parameter
    that differs. A search by `BayesSearchCV` comes close to the best point only to improve its
    last digits, so that `skbayes.Converged` says more.

    Parameters
    ----------
    delta : float
    """

    def __init__(self, delta: float) -> None:
        self.delta = _number("DeltaXStopper", "delta", delta)

    def _criterion(self, result: Any) -> bool | None:
        if len(result.x_iters) < 2:
            return None
        return bool(result.space.distance(result.x_iters[-2], result.x_iters[-1]) < self.delta)


class DeltaYStopper(EarlyStopper):
    """Stops when the lowest `n_best` values lie within `delta`.

    Parameters
    ----------
    delta : float
    n_best : int, default=5
    """

    def __init__(self, delta: float, n_best: int = 5) -> None:
        check_count("DeltaYStopper", "n_best", n_best)
        self.delta = _number("DeltaYStopper", "delta", delta)
        # Here and below: numpy's integers of few bits would overflow.
        self.n_best = int(n_best)

    def _criterion(self, result: Any) -> bool | None:
        best = sorted(_known(result))[-self.n_best :]
        if len(best) < self.n_best:
            return None
        return best[-1] - best[0] < self.delta


class HollowIterationsStopper(EarlyStopper):
    """Stops when the lowest value has not fallen by more than `threshold` lately.

    The same as ``stopping=skbayes.Patience(n_iterations, threshold)``.

    Parameters
    ----------
    n_iterations : int
        Number of candidates.
    threshold : float, default=0
    """

    def __init__(self, n_iterations: int, threshold: float = 0) -> None:
        check_count("HollowIterationsStopper", "n_iterations", n_iterations)
        self.n_iterations = int(n_iterations)
        self.threshold = abs(_number("HollowIterationsStopper", "threshold", threshold))

    def _criterion(self, result: Any) -> bool | None:
        return Patience(self.n_iterations, self.threshold)(_state(result)) is not None


class ThresholdStopper(EarlyStopper):
    """Stops when a value is as low as `threshold`.

    The same as ``stopping=skbayes.TargetScore(-threshold)``: values are negated scores.

    Parameters
    ----------
    threshold : float
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = _number("ThresholdStopper", "threshold", threshold)

    def _criterion(self, result: Any) -> bool | None:
        return TargetScore(-self.threshold)(_state(result)) is not None


class DeadlineStopper(_Lap, EarlyStopper):
    """Stops when what is left of a time is shorter than the longest candidate so far.

    The clock starts with `fit`, not when the callback is made. It is looked at between candidates
    only: ``max_time`` of the search keeps a limit better.

    Parameters
    ----------
    total_time : float
        Seconds.

    Attributes
    ----------
    iter_time : list of float
        Seconds that each candidate took.
    """

    def __init__(self, total_time: float) -> None:
        super().__init__()
        self.total_time = _number("DeadlineStopper", "total_time", total_time)

    def _criterion(self, result: Any) -> bool | None:
        self._lap()
        return self.total_time - sum(self.iter_time) <= max(self.iter_time)


class StdStopper(EarlyStopper):
    """Stops when the standard deviation of all values is no more than `threshold`.

    That happens where all candidates are alike. How much there is left to gain is another
    question, which ``stopping=skbayes.Converged()`` asks.

    Parameters
    ----------
    threshold : float
    log_interval : int, default=10
        A line with the standard deviation is printed after so many candidates.
    """

    def __init__(self, threshold: float, log_interval: int = 10) -> None:
        check_count("StdStopper", "log_interval", log_interval)
        self.threshold = _number("StdStopper", "threshold", threshold)
        self.log_interval = int(log_interval)

    def _criterion(self, result: Any) -> bool | None:
        known = _known(result)
        if len(known) < MIN_VALUES_FOR_SPREAD:
            return None
        spread = standard_deviation(known)
        if len(result.func_vals) % self.log_interval == 0:
            print(f"standard deviation of {len(known)} values: {spread:.4g}", flush=True)
        return spread <= self.threshold


class CheckpointSaver:
    """Not there: scikit-optimize's writes a pickle, which runs code when it is loaded.

    Write ``BayesSearchCV(..., checkpoint="search.jsonl")`` instead: what is evaluated is written
    to that file as the search goes, and the same call goes on from it.

    Parameters
    ----------
    checkpoint_path, **dump_options
        As scikit-optimize's has them.

    Raises
    ------
    NotImplementedError
        Whenever one is made.
    """

    def __init__(self, checkpoint_path: Any, **dump_options: Any) -> NoReturn:
        raise NotImplementedError(
            f"CheckpointSaver({checkpoint_path!r}): searches are not saved as pickles, which run "
            "code when they are loaded. Leave this callback out and write "
            "BayesSearchCV(..., checkpoint='search.jsonl'): the file grows with each fold, and the "
            "same call goes on where an earlier one was stopped."
        )


def _state(result: Any) -> SearchState:
    """Return what the stopping rules see of a result, in scores."""
    scores = tuple(-float(value) for value in result.func_vals)
    finite = tuple(score if math.isfinite(score) else math.nan for score in scores)
    return SearchState(finite, len(finite), math.nan, lambda: math.nan)


def _known(result: Any) -> list[float]:
    """Return the scores of a result that are numbers."""
    return [score for score in _state(result).scores if math.isfinite(score)]


def _number(callback: str, name: str, value: Any) -> float:
    """Return a parameter of a callback, which must be a finite number."""
    if not is_finite(value):
        raise ValueError(f"{callback}: {name} must be a finite number, got {value!r}.")
    return float(value)


for _callback in map(globals().__getitem__, __all__):
    # They are imported, and pickled, by the public name of the module.
    _callback.__module__ = "skbayes.callbacks"
