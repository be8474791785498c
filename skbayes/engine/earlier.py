"""What an earlier run of a search has left in its journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from skbayes._trials import Asked, Event, Scored

__all__ = ["EarlierRun"]


class EarlierRun:
    """Candidates and scores of an earlier run, which are not asked for or evaluated again.

    Parameters
    ----------
    events : iterable of Event
        In the order of the journal.
    n_folds : int
        Of a candidate with the whole resource.

    Attributes
    ----------
    asks : dict of int to Asked
        By the number of the candidate.
    scores : list of Scored
        In the order in which they arrived.
    """

    def __init__(self, events: Iterable[Event], n_folds: int) -> None:
        self.asks: dict[int, Asked] = {}
        self.scores: list[Scored] = []
        # The very objects are taken in again.
        self._ids: set[int] = set()
        # How many candidates had been asked for when the last fold of a whole one was scored.
        self._whole: dict[int, int] = {}
        n_scored = Counter[int]()
        for event in events:
            if isinstance(event, Asked):
                self.asks[event.index] = event
            elif isinstance(event, Scored):
                self.scores.append(event)
                self._ids.add(id(event))
                n_scored[event.index] += event.rung is None
                if event.rung is None and n_scored[event.index] == n_folds:
                    self._whole[event.index] = len(self.asks)

    def has(self, event: Scored) -> bool:
        """Whether a score was read from the journal."""
        return id(event) in self._ids

    def whole_before(self, index: int) -> Iterator[int]:
        """Yield the candidates that were complete before a candidate was asked for."""
        return (each for each, n_asked in self._whole.items() if n_asked <= index)

    def rung_above(self, index: int, rung: int | None) -> int | None:
        """Return the next rung that a candidate was measured on; None: the whole.

        Parameters
        ----------
        index : int
            Number of the candidate.
        rung : int or None
            The highest one of this run so far; None if there is none.
        """
        known = {event.rung for event in self.scores if event.index == index}
        lowest = -1 if rung is None else rung
        return min((each for each in known if each is not None and each > lowest), default=None)
