"""Callbacks for `BayesSearchCV.fit` with the names and arguments of scikit-optimize's.

Each is called with the search after each candidate, where values are negated scores: lower is
better. Those that end a search return True. What they do is done by arguments of the search as
well, in units of the score and without a callback: `max_time`, `stopping`, `verbose`,
`checkpoint`.
"""

from __future__ import annotations

import math
import time
from typing import Any, NoReturn

from skbayes._numerics import standard_deviation
from skbayes._output import say
from skbayes.rules import Patience, SearchState, TargetScore
from skbayes.space import check_count, is_finite

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
    """Print a line for each candidate. `verbose=1` of the search prints more.

    Parameters
    ----------
    n_total : int
        Number of candidates that are planned.
    n_init : int, default=0
        Number of candidates at the beginning that were given.
    n_random : int, default=0
        Number of candidates after these that were drawn at random.

    Attributes
    ----------
    iter_time : list of float
        Time of each candidate, in seconds.
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
        """Print a line for the last candidate."""
        kind, n = "", self.iter_no
        if n <= int(self.n_init) + int(self.n_random):
            kind = ", given" if n <= self.n_init else ", drawn"
        say(
            f"Candidate {n} of {self.n_total}{kind}: value {result.func_vals[-1]:.4f}, "
            f"lowest so far {result.fun:.4f}, {self._lap():.2f} s"
        )


class TimerCallback(_Lap):
    """Store the time of each candidate.

    Attributes
    ----------
    iter_time : list of float
        Time of each candidate, in seconds.
    """

    def __call__(self, result: Any) -> None:
        """Store the time."""
        self._lap()


class EarlyStopper:
    """Base class of callbacks that end a search. A subclass decides this in `_criterion`."""

    def __call__(self, result: Any) -> bool | None:
        """Return whether to stop; None if this is not known yet."""
        return self._criterion(result)

    def _criterion(self, result: Any) -> bool | None:
        """Return whether to stop; None if this is not known yet."""
        raise NotImplementedError(
            f"{type(self).__name__} has no method _criterion(self, result). Write it in the "
            "subclass of EarlyStopper: it returns True to end the search."
        )


class DeltaXStopper(EarlyStopper):
    """Stop if the distance between the last two candidates is below `delta`.

    The distance is the sum of the differences of all numbers, plus 1 for each other parameter that
    differs. `BayesSearchCV` proposes candidates very near the best point only to improve its last
    digits. So `skbayes.Converged` is a better rule.

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
    """Stop if the lowest `n_best` values differ by less than `delta`.

    Values are negated scores, so these values belong to the `n_best` best candidates.

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
    """Stop if the lowest value has not fallen by more than `threshold` over the last candidates.

    Values are negated scores. So this callback is the same as
    ``stopping=skbayes.Patience(n_iterations, threshold)``.

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
    """Stop if a value is at most `threshold`.

    Values are negated scores. So this is the same as ``stopping=skbayes.TargetScore(-threshold)``.

    Parameters
    ----------
    threshold : float
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = _number("ThresholdStopper", "threshold", threshold)

    def _criterion(self, result: Any) -> bool | None:
        return TargetScore(-self.threshold)(_state(result)) is not None


class DeadlineStopper(_Lap, EarlyStopper):
    """Stop if the time that is left is shorter than the time of the longest candidate so far.

    The time begins when you call `fit`, not when you create the callback. The callback checks the
    time only after each candidate. So `max_time` of the search limits the time more exactly.

    Parameters
    ----------
    total_time : float
        Limit of the time, in seconds.

    Attributes
    ----------
    iter_time : list of float
        Time of each candidate, in seconds.
    """

    def __init__(self, total_time: float) -> None:
        super().__init__()
        self.total_time = _number("DeadlineStopper", "total_time", total_time)

    def _criterion(self, result: Any) -> bool | None:
        self._lap()
        return self.total_time - sum(self.iter_time) <= max(self.iter_time)


class StdStopper(EarlyStopper):
    """Stop if the standard deviation of all values is at most `threshold`.

    The rule stops the search if all candidates have nearly the same score, even if the best score
    can still rise. ``stopping=skbayes.Converged()`` predicts how much the best score can still
    rise. Values are negated scores.

    Parameters
    ----------
    threshold : float
    log_interval : int, default=10
        The callback prints the standard deviation once per `log_interval` candidates.
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
            say(f"standard deviation of {len(known)} values: {spread:.4g}")
        return spread <= self.threshold


class CheckpointSaver:
    """Not available, because scikit-optimize's pickles run code when they are loaded.

    Write ``BayesSearchCV(..., checkpoint="search.jsonl")`` instead. The search writes its results
    to this file while it runs. If you make the same call again, the search continues from the file.

    Parameters
    ----------
    checkpoint_path, **dump_options
        As in scikit-optimize.

    Raises
    ------
    NotImplementedError
        Always.
    """

    def __init__(self, checkpoint_path: Any, **dump_options: Any) -> NoReturn:
        raise NotImplementedError(
            f"CheckpointSaver({checkpoint_path!r}): searches are not saved as pickles, which run "
            "code when they are loaded. Leave this callback out and write "
            "BayesSearchCV(..., checkpoint='search.jsonl'). The search writes each fold to this "
            "file. After an interrupt, the same call continues from the file."
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
