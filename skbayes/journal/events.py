"""The events of a journal, in an order that a search can have had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from skbayes._trials import Event, Scored
from skbayes.exceptions import JournalError
from skbayes.journal.header import ELSEWHERE
from skbayes.journal.records import MALFORMED, event_of, parse, reason


@dataclass(slots=True)
class Content:
    """What a journal holds behind its header.

    Attributes
    ----------
    events : list of Event
        `Asked` and `Scored`.
    elapsed : float
        Seconds of search when the last fold was scored.
    versions : mapping of str to str, or None
        Versions of the libraries when the file was opened last; None if it never was again.
    """

    events: list[Event] = field(default_factory=list)
    elapsed: float = 0.0
    versions: Mapping[str, str] | None = None


def read_content(data: bytes, path: str) -> Content:
    """Read a file, whose first line is the header; what follows the last end of a line is dropped.

    Candidates come in turn, and each fold of them once. Whoever writes a journal keeps to that:
    the engine applies the same events to its history.

    Raises
    ------
    JournalError
        If a line is not as it was written.
    """
    *lines, _ = data.split(b"\n")
    content = Content()
    n_asked, scored = 0, set()
    for number, line in enumerate(lines[1:], start=2):
        try:
            record = parse(line)
            if record["k"] == "resume":
                content.versions = dict(record["versions"])
                continue
            event, elapsed = event_of(record)
            if isinstance(event, Scored):
                place = event.index, event.fold
                is_next = 0 <= event.index < n_asked and event.fold >= 0 and place not in scored
                scored.add(place)
                content.elapsed = elapsed
            else:
                is_next = event.index == n_asked
                n_asked += 1
            if not is_next:
                raise ValueError("it cannot follow those before it")
        except MALFORMED as error:
            raise JournalError(
                path,
                f"record {number} of {len(lines)} is not as it was written "
                f"({reason(error)}). To go on from the one before, delete this line and all "
                f"that follow. {ELSEWHERE}.",
            ) from None
        content.events.append(event)
    return content
