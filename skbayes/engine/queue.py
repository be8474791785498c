"""Folds that are being evaluated, and the order in which their scores are taken in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, InitVar, dataclass

from skbayes._trials import Scored
from skbayes.workers import Outcome, Pool

__all__ = ["Fold", "FoldQueue"]

# Number of a candidate, of one of its folds, and of the rung; None: with the whole resource.
Fold = tuple[int, int, int | None]


def _fold_of(event: Scored) -> Fold:
    return event.index, event.fold, event.rung


@dataclass(eq=False, repr=False)
class FoldQueue:
    """Folds that were decided on, and of which no score has been taken in yet.

    Decided on at once, handed to the pool when it has room. In order means that scores are taken
    in as their folds were decided, whatever else has arrived: then all that is decided from them
    depends on the scores alone, and not on timing.

    Parameters
    ----------
    pool : Pool
        Open already.
    submit : callable
        Has the pool evaluate a fold, which is the key of the task.
    to_event : callable
        Makes of the outcome of a task what is known of the fold; it may raise.
    may_begin : callable
        Whether a fold may begin, asked when there is room for it. If one may not, neither may those
        after it: all that have not begun are decided against.
    in_order : bool
        Whether scores are taken in as their folds were decided, or as they arrive.
    known : iterable of Scored
        Scores of an earlier run, in the order in which they arrived: these folds are not
        evaluated again.
    arrived : callable
        Told of each new score as soon as it is there.
    """

    pool: Pool
    submit: Callable[[Fold], None]
    to_event: Callable[[Outcome], Scored]
    _: KW_ONLY
    may_begin: Callable[[Fold], bool]
    in_order: bool
    known: InitVar[Iterable[Scored]]
    arrived: Callable[[Scored], None]

    def __post_init__(self, known: Iterable[Scored]) -> None:
        # In the order of arrival, as `_decided` is in that of the decisions.
        self._landed = {_fold_of(event): event for event in known}
        self._decided: dict[Fold, None] = {}
        self._waiting: deque[Fold] = deque()

    def __len__(self) -> int:
        return len(self._decided)

    def launch(self, fold: Fold) -> None:
        """Have a fold evaluated, now or when there is room."""
        self._decided[fold] = None
        if fold not in self._landed:
            self._waiting.append(fold)
            self._fill()

    def land(self) -> Scored:
        """Return the score that is to be taken in next, waiting for it if need be.

        Raises
        ------
        Exception
            What a task has raised that is no result.
        """
        while (fold := self._next()) is None:
            self._receive()
        del self._decided[fold]
        return self._landed.pop(fold)

    def landed(self) -> list[Scored]:
        """Return the scores that have arrived and were not taken in, in the order decided."""
        return [self._landed[fold] for fold in self._decided if fold in self._landed]

    def drain(self) -> None:
        """Wait for the folds that have begun; their scores arrive, and are not taken in."""
        self._withdraw()
        for fold in self.pool.withdraw():
            del self._decided[fold]
        running = [fold for fold in self._decided if fold not in self._landed]
        for _ in running:
            outcome = self.pool.wait()
            try:
                event = self.to_event(outcome)
            except BaseException as error:
                # Nobody waits for its score, so that it is nobody's error.
                if isinstance(error, Exception) or error is outcome.error:
                    continue
                raise
            self._arrive(event)

    def _withdraw(self) -> None:
        """Decide against the folds that have not begun."""
        for fold in self._waiting:
            del self._decided[fold]
        self._waiting.clear()

    def _next(self) -> Fold | None:
        """Return the fold whose score may be taken in, if there is one."""
        if self.in_order:
            oldest = next(iter(self._decided))
            return oldest if oldest in self._landed else None
        return next((fold for fold in self._landed if fold in self._decided), None)

    def _receive(self) -> None:
        event = self.to_event(self.pool.wait())
        self._fill()
        self._arrive(event)

    def _arrive(self, event: Scored) -> None:
        # First, for what is told of it may raise: the score is not lost then.
        self._landed[_fold_of(event)] = event
        self.arrived(event)

    def _fill(self) -> None:
        while self._waiting and self.pool.has_room:
            if not self.may_begin(self._waiting[0]):
                self._withdraw()
                return
            self.submit(self._waiting.popleft())
