"""What all kinds of workers have in common."""

from __future__ import annotations

import ast
import math
import operator
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any, Protocol

from skbayes.workers.calls import Call

__all__ = ["Died", "Lately", "WhenDone", "Withdrawn", "Workers", "n_slots", "settle"]

# Takes the result of a task, or its error.
WhenDone = Callable[[Any, BaseException | None], None]

# Seconds for which the size of a cluster is believed: asking is a round trip.
_BELIEVED_FOR = 1.0


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}


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
    """Workers that take tasks one by one. All methods are called in one thread.

    What is said here holds for a kind of workers that says nothing else.
    """

    is_inline: bool = False
    """Whether there are none: tasks are to be run in the calling thread."""
    is_broken: bool = False
    """Whether no task will be taken before `repair` has been called."""
    has_watch: bool = False
    """Whether the worker of a task that takes too long may be ended."""
    patience: float | None = None
    """Seconds of silence after which `is_deserted` is to be looked at; None if it never is."""
    n_queued: float = math.inf
    """Number of tasks that may be in the hands of the workers, running or not."""

    @property
    def n_workers(self) -> int:
        """Number of tasks that can run at the same time, at least 1; about a second old at most."""

    @property
    def is_deserted(self) -> bool:
        """Whether there is no worker at present, so that what was submitted waits for one."""
        return False

    def start(self) -> None:
        """Prepare the workers; everything else is known from here on."""
        return

    def submit(self, call: Call, report: WhenDone) -> None:
        """Have `call` run; `report(result, error)` is called once, in any thread.

        `error` is `Died` or `Withdrawn`, or stands for a fault of the task or of the user.
        """

    def repair(self) -> None:
        """Replace broken workers by new ones."""
        return

    def stop(self, *, is_failed: bool) -> None:
        """Give the workers back; after a failure, tasks that still run are abandoned."""
        return


class Lately:
    """A number that is asked for again when it is older than a second.

    Parameters
    ----------
    ask : callable
        Returns the number as it is now.
    """

    def __init__(self, ask: Callable[[], int]) -> None:
        self._ask = ask
        self._number = 0
        self._asked_at = -_BELIEVED_FOR

    def __call__(self) -> int:
        """Return the number as it is, or lately was."""
        if time.monotonic() - self._asked_at >= _BELIEVED_FOR:
            self._number = self._ask()
            self._asked_at = time.monotonic()
        return self._number


def settle(
    report: WhenDone,
    result: Callable[[], Any],
    judge: Callable[[BaseException], BaseException] = lambda error: error,
) -> None:
    """Report what `result` returns, or what `judge` makes of the error that it raises."""
    try:
        value = result()
    except CancelledError:
        report(None, Withdrawn())
    except BaseException as error:
        report(None, judge(error))
    else:
        report(value, None)


def n_slots(pre_dispatch: int | str, n_workers: int) -> int:
    """Return how many tasks may be in the hands of `n_workers` at once.

    Raises
    ------
    ValueError
        If `pre_dispatch` is not "all", a positive int, or an expression of `n_jobs`.
    """
    if pre_dispatch == "all":
        return 2**31
    allowed: Any = pre_dispatch
    try:
        if isinstance(allowed, str):
            tree = ast.parse(allowed.replace("n_jobs", str(n_workers)).strip(), mode="eval")
            allowed = _computed(tree.body)
        slots = int(allowed)
    except (ArithmeticError, KeyError, SyntaxError, TypeError, ValueError):
        slots = 0
    if slots < 1:
        raise ValueError(
            f"pre_dispatch={pre_dispatch!r} must be 'all', an int of at least 1, or an "
            "expression of n_jobs such as '2*n_jobs'."
        )
    return slots


def _computed(node: ast.AST) -> Any:
    """Return the value of an expression of numbers; KeyError or TypeError for any other."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_computed(node.left), _computed(node.right))
    if isinstance(node, ast.UnaryOp):
        return _OPERATORS[type(node.op)](_computed(node.operand))
    raise TypeError(node)
