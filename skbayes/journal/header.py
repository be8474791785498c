"""The header of a journal: what it is of, and who writes it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

from skbayes._versions import versions
from skbayes._warnings import warn
from skbayes.exceptions import JournalError, JournalMismatch
from skbayes.journal.records import MALFORMED, PREFIX, parse, reason, whole
from skbayes.space import show

FORMAT = "skbayes-journal"
VERSION = 1

# Every journal of any version begins with these, behind the checksum.
MAGIC = b' {"k":"%s",' % FORMAT.encode()

ELSEWHERE = "Name another file to begin a new search"

_DATA = (
    " If the data differ, as in each fold of an outer cross-validation, write {data} into the "
    "file name, as in 'search-{data}.jsonl'. Then each data set has its own file."
)

# What a search had of which an older journal does not tell.
_BEFORE = {"strategy": "'bayesian'", "is_allowed": "None"}

# What to do about some differences: where the data differ, and where something differs each time
# that it is made, though the same is written.
_HINTS = {
    "X": _DATA,
    "y": _DATA,
    "cv": " If cv shuffles, it gives the same folds again only with an int as random_state.",
    "warm_start_from": " If warm_start_from has a search that is still running, give a copy of it.",
}


def new_header(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first record of a new journal, with what is given of its search."""
    return {
        "k": FORMAT,
        "v": VERSION,
        **given,
        "versions": versions(),
        "host": socket.gethostname(),
        "pid": os.getpid(),
    }


def is_ours(beginning: bytes) -> bool:
    """Tell whether a file that begins like this means to be a journal."""
    return beginning[PREFIX - 1 :].startswith(MAGIC)


def header_of(data: bytes, path: str) -> dict[str, Any]:
    """Return the header in the first line of a file.

    Raises
    ------
    JournalError
        If it is none that this version can read.
    """
    try:
        line = data[: data.find(b"\n") + 1]
        if not is_ours(line):
            raise ValueError("it is another kind of file")
        header = parse(line[:-1])
        if header["v"] != VERSION:
            raise ValueError(f"it is a checkpoint of format {show(header['v'])}")
        whole(header["seed"])
        for name in ("fingerprint", "versions"):
            if not all(isinstance(value, str) for value in header[name].values()):
                raise TypeError
    except MALFORMED as error:
        raise JournalError(
            path,
            f"this file is not a checkpoint of format {VERSION} ({reason(error)}). {ELSEWHERE}, "
            "or delete this file.",
        ) from None
    return header


def owner_of(path: str) -> tuple[int | None, str | None]:
    """Return process and host of who opened a journal last, as far as the file tells."""
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
        for line in reversed(lines):
            if is_ours(line) or line[PREFIX:].startswith(b'{"k":"resume",'):
                record = parse(line)
                return whole(record["pid"]), str(record["host"])
    except (OSError, *MALFORMED):
        pass
    return None, None


def check_fingerprint(
    theirs: Mapping[str, Any],
    own: Mapping[str, Any],
    path: str,
    library_of: Callable[[str], str | None],
) -> str:
    """Compare the fingerprints of two headers, and return what has changed with a library.

    `library_of` tells of an entry which library decides it, if any does: where the versions of
    this library differ, so may the entry.

    Raises
    ------
    JournalMismatch
        If anything else differs.
    """
    before, now = theirs["fingerprint"], own["fingerprint"]
    before = {name: text for name, text in _BEFORE.items() if name in now} | before
    updated = _differing(theirs["versions"], own["versions"])
    keys = _differing(before, now)
    others = tuple(key for key in keys if not updated or library_of(key) not in updated)
    changes = "; ".join(
        f"{key} was {before.get(key, 'not set')}, is {now.get(key, 'not set')}"
        for key in others or keys
    )
    if others:
        raise JournalMismatch(
            path,
            f"it was written by a search with other settings or data: {changes}. "
            f"{ELSEWHERE}, or use the earlier settings to continue the earlier search."
            + "".join(dict.fromkeys(_HINTS.get(key, "") for key in others)),
            others,
        )
    return changes


def compare_versions(
    theirs: Mapping[str, str], own: Mapping[str, str], path: str, changed: str
) -> None:
    """Warn if two sets of versions differ; `changed` is what `check_fingerprint` returns."""
    names = _differing(theirs, own)
    if names:
        versions = ", ".join(f"{name} {theirs.get(name)} (now {own.get(name)})" for name in names)
        defaults = f" Parameters that you do not set have changed: {changed}." if changed else ""
        warn(
            f"checkpoint {path!r} was written with other versions: {versions}. New scores may "
            f"differ from the scores in the file.{defaults}",
        )


def _differing(theirs: Mapping[str, str], own: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(k for k in theirs.keys() | own.keys() if theirs.get(k) != own.get(k)))
