"""What an optimiser is told about one point, checked."""

from __future__ import annotations

import math
import numbers
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from skbayes._numerics import mean
from skbayes._pickles import lasting
from skbayes.space import has, show

__all__ = [
    "MEAN",
    "Report",
    "check_follows",
    "is_missing",
    "read_report",
    "read_reports",
    "read_score",
]

# As a score: the mean of the folds.
MEAN = "mean"
# A score and its folds agree if they differ by no more than rounding.
TOLERANCE = 1e-9


@lasting
@dataclass(frozen=True, slots=True)
class Report:
    """Score, folds and cost of a point.

    Attributes
    ----------
    score : float
        Higher is better; NaN for a point that failed, or was evaluated in part.
    folds : tuple of (float or None)
        Finite scores in the order of the folds, None for one that was not run. Empty for a point
        that failed, or was told without.
    cost : float or None
        What the evaluation has cost, so far if in part.
    rungs : tuple of (float or None), default=()
        Mean score of the folds with less than the whole resource, the smallest share first; None
        where that was not measured, or has failed.
    rung_costs : tuple of (float or None), default=()
        What these have cost.
    """

    score: float
    folds: tuple[float | None, ...] = ()
    cost: float | None = None
    rungs: tuple[float | None, ...] = ()
    rung_costs: tuple[float | None, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether there are folds that were not run."""
        return None in self.folds

    @property
    def n_run(self) -> int:
        """Number of folds that were run with the whole resource."""
        return sum(fold is not None for fold in self.folds)

    @property
    def is_share(self) -> bool:
        """Whether it was measured with less than the whole resource only."""
        return bool(self.folds) and all(fold is None for fold in self.folds)

    @property
    def has_failed(self) -> bool:
        """Whether there is no score, and will be none."""
        return math.isnan(self.score) and not self.folds

    @property
    def full_cost(self) -> float | None:
        """What all folds would cost; None if unknown, as for a failure, which ends early or late.

        Folds are taken to cost alike.
        """
        if self.cost is None or self.has_failed:
            return None
        n_run = self.n_run
        return self.cost * len(self.folds) / n_run if n_run else self.cost


def read_report(score: Any, folds: Any = None, cost: Any = None) -> Report:
    """Make a report of what a user has told.

    Parameters
    ----------
    score : float, None or "mean"
        "mean": that of `folds`. None, NaN and infinities: a failure, whatever the folds.
    folds : sequence of (float or None), or None, default=None
        None for a fold that was not run; NaN and infinities for one that failed.
    cost : float or None, default=None

    Raises
    ------
    ValueError
        If the score is not that of the folds, there is neither, or the cost is negative or not
        finite.
    TypeError
        If something is not a number.
    """
    spent = None if is_missing(cost) else _number(cost, "a cost")
    if spent is not None and not 0.0 <= spent < math.inf:
        raise ValueError(f"a cost must be a finite number of at least 0, or None, got {cost!r}.")
    is_mean = isinstance(score, str) and score == MEAN
    told = None if is_mean else read_score(score, "a score")
    if folds is None:
        if told is None:
            raise ValueError("tell a score, or folds; None as the score says that it failed.")
        return Report(told, (), spent)
    if not _is_list(folds):
        raise TypeError(f"folds must be a list of scores in the order of the folds, got {folds!r}.")
    values = tuple(None if is_missing(f) else read_score(f, "a fold") for f in folds)
    scores = [value for value in values if value is not None]
    if any(map(math.isnan, scores)) or (told is not None and math.isnan(told)):
        if told is not None and math.isfinite(told):
            raise ValueError(
                f"score={score!r} with a failed fold in folds={folds!r}: leave the score out, or "
                "give None for a fold that was not run."
            )
        return Report(math.nan, (), spent)
    if not scores:
        raise ValueError(
            f"folds must have the score of at least one fold, got {folds!r}. If the evaluation "
            "failed, give score=None without folds. If no fold was run yet, do not call tell."
        )
    if len(scores) < len(values):
        if told is not None:
            raise ValueError(
                f"score={score!r} must be the mean over all folds, but folds={folds!r} has no "
                "score for some of them: leave the score out, or give all folds."
            )
        return Report(math.nan, values, spent)
    of_folds = mean(scores)
    if not math.isfinite(of_folds):
        raise ValueError(f"folds={folds!r} are too large: their sum is not a finite float.")
    if told is None:
        return Report(of_folds, values, spent)
    if abs(told - of_folds) > TOLERANCE * max(map(abs, scores)):
        raise ValueError(
            f"score={score!r} is not the mean {of_folds!r} of folds={folds!r}: leave one of them "
            "out."
        )
    return Report(told, values, spent)


def read_reports(n: int, scores: Any, folds: Any = None, costs: Any = None) -> list[Report]:
    """Make reports of what a user has told of `n` points: sequences of what `read_report` takes.

    Raises
    ------
    ValueError, TypeError
        As from `read_report`, or if a sequence has another length.
    """
    columns = (
        _column(scores, n, "scores", MEAN),
        _column(folds, n, "folds", None),
        _column(costs, n, "costs", None),
    )
    return [read_report(*values) for values in zip(*columns, strict=True)]


def check_follows(report: Report, before: Report, name: str) -> None:
    """Raise unless `report` may replace the one `before`, of the point called `name`.

    Raises
    ------
    ValueError
        If the point was complete, or the new folds are not the old ones with some more.
    """
    if not before.is_partial:
        raise ValueError(
            f"{name} has been told before, with the score {before.score!r}. Tell each point only "
            "once. If you repeat an evaluation, tell the mean of the scores."
        )
    if report.has_failed:
        return
    if not report.folds:
        raise ValueError(
            f"{name} has been told before, with folds={list(before.folds)!r}: tell it with all of "
            f"its folds, not score={report.score!r} alone."
        )
    pairs = zip(before.folds, report.folds, strict=True)
    if any(old is not None and old != new for old, new in pairs):
        raise ValueError(
            f"{name} has been told before, with folds={list(before.folds)!r}. Repeat these scores, "
            f"and only add scores of other folds; got {list(report.folds)!r}."
        )


def _column(values: Any, n: int, name: str, default: Any) -> Iterable[Any]:
    """Return one value for each of n points."""
    if isinstance(values, type(default)) and values == default:
        return [default] * n
    if not _is_list(values) or len(values) != n:
        raise ValueError(f"{n} points need a list of {n} {name}, got {values!r}.")
    return values


def _is_list(values: Any) -> TypeGuard[Sequence[Any]]:
    """Whether something is a list, an array, or a column of a data frame."""
    if hasattr(values, "__array__"):
        # Of a data frame one would get the names of its columns.
        n_axes = np.ndim(values)
        return n_axes > 0 if isinstance(values, np.ndarray) else n_axes == 1
    return isinstance(values, Sequence) and not isinstance(values, str | bytes)


def read_score(value: Any, name: str) -> float:
    """Return a score as a float, NaN for a failure; `name` is what it is called in errors."""
    number = math.nan if is_missing(value) else _number(value, name)
    return number if math.isfinite(number) else math.nan


def is_missing(value: Any) -> bool:
    """Whether a value is None, or what numpy and pandas have in its place; NaN is a number."""
    # Without an import: who has the NA of pandas has imported pandas.
    na = getattr(sys.modules.get("pandas"), "NA", None)
    return value is None or value is np.ma.masked or value is na


def _number(value: Any, name: str) -> float:
    # What numpy and the libraries of tensors return for a single number.
    if getattr(value, "ndim", None) == 0 and has(value, "item"):
        value = value.item()
    if not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number or None, got {show(value)}.")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is too large for a float, got {show(value)}.") from None
