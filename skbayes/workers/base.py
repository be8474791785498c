"""What all kinds of workers have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from skbayes._compat import eval_expr
from skbayes.workers.calls import Call

__all__ = ["Died", "Report", "Withdrawn", "Workers", "n_slots"]

Report = Callable[[Any, BaseException | None], None]


class Died(Exception):
    """A worker died; this task was in the hands of the workers, and may be the cause.

    Parameters
    ----------
    verdict : Exception
        The error of the task, should it turn out to be the cause.
    """

    def __init__(self, verdict: Exception) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class Withdrawn(Exception):
    """A task was lost through no fault of its own, and can be submitted again."""


class Workers(Protocol):
    """Workers that take tasks one by one. All methods are called in one thread."""

    is_inline: bool
    """Whether there are none: tasks are to be run in the calling thread."""
    is_broken: bool
    """Whether no task will be taken before `repair` has been called."""
    has_watch: bool
    """Whether the worker of a task that takes too long may be ended."""
    patience: float | None
    """Seconds of silence after which `check` is to be called."""

    @property
    def n_workers(self) -> int:
        """Number of tasks that can run at the same time, now."""

    def start(self) -> None:
        """Prepare the workers; everything else is known from here on."""

    def submit(self, call: Call, report: Report) -> None:
        """Have `call` run; `report(result, error)` is called once, in any thread.

        `error` is `Died` or `Withdrawn`, or stands for a fault of the task or of the user.
        """

    def check(self) -> bool:
        """Look after the workers; tell whether what they have in hand is lost without a report."""

    def repair(self) -> None:
        """Replace broken workers by new ones."""

    def stop(self, *, is_failed: bool) -> None:
        """Give the workers back; after a failure, tasks that still run are abandoned."""


def n_slots(pre_dispatch: int | str, n_workers: int) -> int:
    """Return how many tasks may be in the hands of `n_workers` at once.

    Raises
    ------
    ValueError
        If `pre_dispatch` is not "all", a positive int, or an expression of `n_jobs`.
    """
    if pre_dispatch == "all":
        return 2**31
    allowed = pre_dispatch
    try:
        if isinstance(allowed, str):
            allowed = eval_expr(allowed.replace("n_jobs", str(n_workers)))
        slots = int(allowed)
    except (ArithmeticError, TypeError, ValueError):
        slots = 0
    if slots < 1:
        raise ValueError(
            f"pre_dispatch={pre_dispatch!r} must be 'all', an int of at least 1, or an "
            "expression of n_jobs such as '2*n_jobs'."
        )
    return slots
