"""The journal of a search: its events on disk, so that it can go on after it was killed.

The file is a list of records, one a line:

=========================================================  ======================================
``{"k":"skbayes-journal","v":1,"fingerprint":{...},...}``  the header, the first record
``{"k":"ask","i":17,"b":0,"p":[0.25,3],"m":[...],...}``    candidate i: branch, codes, prediction
``{"k":"fold","i":17,"f":2,"s":{...},"r":{...},...}``      test and training scores of a fold
``{"k":"resume",...}``                                     the journal was opened once more
=========================================================  ======================================

Of a candidate newer files tell what has proposed it (``o``) and when (``t``), of a fold how many
rounds it used (``n``).

What follows the last end of a line was torn off by a crash, and is dropped. Anything else that is
not as it was written is refused.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any, Self

from skbayes._trials import Closed, Event
from skbayes.exceptions import JournalLocked
from skbayes.journal.events import read_events
from skbayes.journal.file import LockedFile, create
from skbayes.journal.header import (
    check_fingerprint,
    compare_versions,
    header_of,
    new_header,
    owner_of,
)
from skbayes.journal.records import line_of, record_of

# Seconds: a sync takes 4 ms on a disk, and bursts of records shall not wait for one each.
SYNC_INTERVAL = 0.05

# What errors of the operating system mean for a journal, and what to do.
_NO_PERMISSION = (
    "the checkpoint cannot be written here: name another file, or change the permissions"
)
_NO_ROOM = "there is no space for the checkpoint: free some space, and make the same call again"
_EXPLANATIONS = {
    errno.ENOENT: "the folder {folder!r} does not exist: make it first",
    errno.EISDIR: "this path is a folder: name a file in the folder",
    errno.ENOTDIR: "a folder in this path is a file: name another path",
    **dict.fromkeys((errno.EACCES, errno.EPERM), _NO_PERMISSION),
    **dict.fromkeys((errno.ENOSPC, errno.EFBIG, errno.EDQUOT), _NO_ROOM),
}


class Journal:
    """An append-only file of events with one writer. Made by `Journal.open`.

    Attributes
    ----------
    path : str
        The file.
    header : dict
        Its first record.
    events : list of Event
        What was in the file when it was opened.
    elapsed : float
        Seconds of search when the last of these folds was scored.

    Examples
    --------
    >>> from skbayes.journal import Journal
    >>> from skbayes._trials import Asked
    >>> from skbayes.space import Point
    >>> header = {"fingerprint": {"cv": "5 folds"}, "seed": 7}
    >>> with Journal.open("search.journal", header=header) as journal:
    ...     journal.append(Asked(0, Point(0, (0.25, 3))), elapsed=1.5)
    >>> with Journal.open("search.journal", header=header) as journal:
    ...     journal.events
    [Asked(index=0, point=Point(branch=0, codes=(0.25, 3)), prediction=None)]
    """

    def __init__(self, file: LockedFile, header: dict[str, Any]) -> None:
        self.path = file.path
        self.header = header
        self.events: list[Event] = []
        self.elapsed = 0.0
        self._file = file
        self._synced_at = -math.inf
        self._is_synced = True

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        header: Mapping[str, Any],
        library_of: Callable[[str], str | None] = lambda name: None,
    ) -> Self:
        """Open a journal, or make one if there is no such file.

        The disk is waited for every 50 ms at most. If the power fails before the system writes
        by itself, records are lost that follow a sync within that time, and nothing after them.
        What a process has appended survives its end.

        Parameters
        ----------
        path : str or path-like
        header : mapping
            "fingerprint", a mapping of str to str that has to be the same whenever the file is
            opened, and for a new file "seed", an int, and "outline" if its results shall be
            readable by others. Versions of the libraries, host and process are added.
        library_of : callable, default=one that returns None
            Returns the library that decides an entry of the fingerprint, or None. The entry may
            differ if the file was begun with another version of the library.

        Returns
        -------
        Journal
            To be closed, or used as a context manager.

        Raises
        ------
        JournalLocked
            If another search has opened the file.
        JournalMismatch
            If the file has another fingerprint.
        JournalError
            If it is no journal, or damaged. It is left as it is.
        OSError
            If the file cannot be made, read or written.

        Warns
        -----
        UserWarning
            If the file was written with other versions of the libraries, or cannot be locked.
        """
        name = os.path.realpath(os.fsdecode(path))
        own = new_header(header)
        try:
            with _explained(name), contextlib.ExitStack() as stack:
                if not os.path.exists(name):
                    # Another search may be faster: then that one's file is opened, or is locked.
                    with contextlib.suppress(FileExistsError):
                        create(name, line_of(own))
                file = LockedFile(name)
                stack.callback(file.close)
                data = file.read()
                journal = cls(file, header_of(data, name))
                journal._take_up(data, own, library_of)
                stack.pop_all()
        except BlockingIOError:
            raise JournalLocked(name, *owner_of(name)) from None
        return journal

    @staticmethod
    def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], list[Event]]:
        """Return header and events of a journal, which may be in use; it is left as it is.

        Raises
        ------
        JournalError
            If the file is no journal, or damaged.
        OSError
            If it cannot be read.
        """
        name = os.path.realpath(os.fsdecode(path))
        # What is missing has no folder to be made: earlier searches are read here, too.
        explained = _explained(name) if os.path.exists(name) else contextlib.nullcontext()
        with explained, open(name, "rb") as file:
            data = file.read()
        return header_of(data, name), read_events(data, name)[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def append(self, event: Event, elapsed: float = 0.0) -> None:
        """Write an event down: `Asked` or `Scored`. `Closed` follows from these, and is left out.

        `elapsed` are the seconds of search so far, which are kept with `Scored`. That the event can
        follow those before it is seen to by the history of the engine.

        Raises
        ------
        ValueError
            If the journal is closed.
        OSError
            If it cannot be written. Nothing of it is in the file then, or will be read, and
            further events can be appended when the cause has gone.
        """
        if not isinstance(event, Closed):
            self._write(record_of(event, elapsed))

    def close(self) -> None:
        """See to it that all is on disk, and give up the file. Closing twice does nothing."""
        with _explained(self.path):
            try:
                if not self._is_synced:
                    self._file.sync()
                    self._is_synced = True
            finally:
                self._file.close()

    def _write(self, record: Mapping[str, Any]) -> None:
        sync = monotonic() - self._synced_at > SYNC_INTERVAL
        with _explained(self.path):
            self._file.append(line_of(record), sync=sync)
        self._is_synced = sync
        if sync:
            self._synced_at = monotonic()

    def _take_up(
        self, data: bytes, own: Mapping[str, Any], library_of: Callable[[str], str | None]
    ) -> None:
        """Take in what is in the file, and make it ready for `append`; `own` is a new header."""
        changed = check_fingerprint(self.header, own, self.path, library_of)
        self.events, self.elapsed, latest = read_events(data, self.path)
        # What has changed since the file was begun is said each time: it may have changed later.
        theirs = self.header["versions"] if changed or latest is None else latest
        compare_versions(theirs, own["versions"], self.path, changed)
        size = data.rfind(b"\n") + 1
        if size < len(data):
            # Before anything is appended, which would become part of it.
            self._file.truncate(size)
        if data != line_of(own):
            self._write({"k": "resume", **{key: own[key] for key in ("versions", "host", "pid")}})


@contextlib.contextmanager
def _explained(path: str) -> Iterator[None]:
    """Have errors of the operating system say what they mean for the journal at `path`."""
    try:
        yield
    except BlockingIOError:
        raise
    except OSError as error:
        text = _EXPLANATIONS.get(error.errno or 0, "the checkpoint cannot be used: {reason}")
        told = text.format(folder=os.path.dirname(path), reason=error.strerror or error)
        raise OSError(error.errno, told, path) from error
