"""The events of a journal, in an order that a search can have had."""

from __future__ import annotations

from collections.abc import Mapping

from skbayes._trials import Event, Scored
from skbayes.exceptions import JournalError
from skbayes.journal.header import ELSEWHERE
from skbayes.journal.records import MALFORMED, event_of, parse, reason


def read_events(data: bytes, path: str) -> tuple[list[Event], float, Mapping[str, str] | None]:
    """Read a file, whose first line is the header; what follows the last end of a line is dropped.

    Candidates come in turn, and each fold of them once. Whoever writes a journal keeps to that:
    the engine applies the same events to its history.

    Returns
    -------
    events : list of Event
        `Asked` and `Scored`.
    elapsed : float
        Seconds of search when the last fold was scored.
    versions : mapping of str to str, or None
        Versions of the libraries when the file was opened last; None if it never was again.

    Raises
    ------
    JournalError
        If a line is not as it was written.
    """
    *lines, _ = data.split(b"\n")
    events: list[Event] = []
    elapsed, versions = 0.0, None
    n_asked, scored = 0, set()
    for number, line in enumerate(lines[1:], start=2):
        try:
            record = parse(line)
            if record["k"] == "resume":
                versions = dict(record["versions"])
                continue
            event, seconds = event_of(record)
            if isinstance(event, Scored):
                place = event.index, event.fold, event.rung
                is_next = 0 <= event.index < n_asked and event.fold >= 0 and place not in scored
                scored.add(place)
                elapsed = seconds
            else:
                is_next = event.index == n_asked
                n_asked += 1
            if not is_next:
                raise ValueError("it does not fit the records before it")
        except MALFORMED as error:
            raise JournalError(
                path,
                f"record {number} of {len(lines)} is damaged ({reason(error)}). To continue from "
                f"the record before it, delete line {number} and all later lines. {ELSEWHERE}.",
            ) from None
        events.append(event)
    return events, elapsed, versions
