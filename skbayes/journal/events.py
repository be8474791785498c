"""The events of a journal, in an order that a search can have had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skbayes._trials import Asked, Event, Scored
from skbayes.exceptions import JournalError
from skbayes.journal.header import ELSEWHERE
from skbayes.journal.records import MALFORMED, event_of, parse, reason


class EventLog:
    """Events as they follow each other: candidates in turn, each fold of them once.

    Attributes
    ----------
    events : list of Event
        `Asked` and `Scored`.
    elapsed : float
        Seconds of search when the last fold was scored.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.elapsed = 0.0
        self._n_asked = 0
        self._scored: set[tuple[int, int]] = set()

    def check(self, event: Asked | Scored) -> None:
        """Raise ValueError if an event cannot follow those before it."""
        if isinstance(event, Asked):
            if event.index != self._n_asked:
                raise ValueError(f"{event}: the next candidate is number {self._n_asked}.")
        elif not 0 <= event.index < self._n_asked or event.fold < 0:
            raise ValueError(f"fold {event.fold} of candidate {event.index} was not asked for.")
        elif (event.index, event.fold) in self._scored:
            raise ValueError(f"fold {event.fold} of candidate {event.index} has a score already.")

    def take(self, event: Asked | Scored, elapsed: float) -> None:
        """Append an event that was checked."""
        if isinstance(event, Asked):
            self._n_asked += 1
        else:
            self._scored.add((event.index, event.fold))
            self.elapsed = elapsed
        self.events.append(event)

    def read(self, lines: Sequence[bytes], path: str) -> Mapping[str, str] | None:
        """Take in the lines of a file, of which the first is the header.

        Returns
        -------
        mapping of str to str, or None
            Versions of the libraries when the file was opened last; None if it never was again.

        Raises
        ------
        JournalError
            If a line is not as it was written.
        """
        versions = None
        for number, line in enumerate(lines[1:], start=2):
            try:
                record = parse(line)
                if record["k"] == "resume":
                    versions = dict(record["versions"])
                    continue
                event, elapsed = event_of(record)
                self.check(event)
            except MALFORMED as error:
                raise JournalError(
                    path,
                    f"record {number} of {len(lines)} is not as it was written "
                    f"({reason(error)}). To go on from the one before, delete this line and all "
                    f"that follow. {ELSEWHERE}.",
                ) from None
            self.take(event, elapsed)
        return versions
