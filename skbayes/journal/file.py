"""A file that has one owner and only grows.

All calls of the operating system that can fail go through `call`, so that a test can let any one
of them fail.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
import weakref
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from skbayes._warnings import warn

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

P = ParamSpec("P")
T = TypeVar("T")

# How file systems refuse what they do not have: hard links, locks, directories to be synced.
_UNSUPPORTED = frozenset(
    {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EPERM}
)
_BINARY = getattr(os, "O_BINARY", 0)
_READ_SIZE = 2**24


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function of the operating system."""
    return function(*args, **kwargs)


def create(path: str, content: bytes) -> None:
    """Make a file that has its content from the moment that it has its name.

    Parameters
    ----------
    path : str
    content : bytes
        On disk when this returns.

    Raises
    ------
    FileExistsError
        If something has that name.
    OSError
        If the file cannot be made. Nothing is left then.
    """
    folder = os.path.dirname(path) or os.curdir
    temporary = os.path.join(folder, f".skbayes-{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
    fd = call(os.open, temporary, flags, 0o666)
    try:
        try:
            _write(fd, content)
            call(os.fsync, fd)
        finally:
            call(os.close, fd)
        _publish(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            call(os.unlink, temporary)
    if sys.platform != "win32":
        _sync_folder(folder)


def _publish(temporary: str, path: str) -> None:
    """Give a finished file its name, unless that is taken."""
    if sys.platform == "win32":
        call(os.rename, temporary, path)  # which does not replace there
        return
    try:
        call(os.link, temporary, path)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        # Without hard links the name is taken first, by a file that is empty for a moment.
        call(os.close, call(os.open, path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            call(os.replace, temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                call(os.unlink, path)
            raise


def _sync_folder(folder: str) -> None:
    fd = call(os.open, folder, os.O_RDONLY)
    try:
        call(os.fsync, fd)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    finally:
        call(os.close, fd)


def _write(fd: int, data: bytes) -> None:
    # At a size limit or on a full disk a part may be written, without an error.
    n_written = call(os.write, fd, data)
    if n_written != len(data):
        raise OSError(errno.ENOSPC, f"only {n_written} of {len(data)} bytes could be written")


class LockedFile:
    """An existing file, open for reading and appending, that nobody else may open like this.

    The lock ends with the process, however that ends. Nothing is written before `append`.

    Parameters
    ----------
    path : str

    Raises
    ------
    BlockingIOError
        If the file has an owner, in this process or another one.
    OSError
        If it cannot be opened, or is no regular file.

    Warns
    -----
    UserWarning
        If the file system has no locks.
    """

    def __init__(self, path: str) -> None:
        # Opening a device or a pipe can have effects of its own.
        mode = call(os.stat, path).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise OSError(errno.EINVAL, "not a regular file", path)
        self.path = path
        self._fds = [call(os.open, path, os.O_RDWR | os.O_APPEND | _BINARY)]
        self._n_whole = 0
        self._is_torn = False
        try:
            self._lock()
        except BaseException:
            self.close()
            raise
        _OPEN.add(self)

    def _lock(self) -> None:
        try:
            if sys.platform == "win32":
                # A region that is locked cannot be read there: the lock lies beside the file.
                side = call(os.open, f"{self.path}.lock", os.O_RDWR | os.O_CREAT)
                self._fds.append(side)
                call(msvcrt.locking, side, msvcrt.LK_NBLCK, 1)
            else:
                # Not lockf, which lets one process in twice and ends when any descriptor does.
                call(fcntl.flock, self._fds[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}:
                raise BlockingIOError(errno.EAGAIN, "has an owner", self.path) from error
            if error.errno not in _UNSUPPORTED:
                raise
            warn(
                f"{self.path!r} is on a file system without locks ({error}): make sure that only "
                "one search writes to this file.",
            )

    def read(self) -> bytes:
        """Return all that is in the file."""
        call(os.lseek, self._fds[0], 0, os.SEEK_SET)
        return b"".join(iter(lambda: call(os.read, self._fds[0], _READ_SIZE), b""))

    def truncate(self, size: int) -> None:
        """Cut the file off after `size` bytes."""
        call(os.ftruncate, self._fds[0], size)

    def append(self, data: bytes, *, sync: bool) -> None:
        """Write `data` at the end, wholly or not at all.

        Parameters
        ----------
        data : bytes
        sync : bool
            Whether to wait until it is on disk, where it survives a loss of power. In the hands
            of the operating system it survives the end of this process.

        Raises
        ------
        OSError
            If that is not possible. The file is then as it was, or as soon as possible:
            nothing is written behind a part of `data`.
        """
        if not self._fds:
            raise ValueError(f"{self.path!r} is closed.")
        if self._is_torn:
            self._cut()
        self._n_whole = call(os.fstat, self._fds[0]).st_size
        try:
            _write(self._fds[0], data)
            if sync:
                self.sync()
        except BaseException:
            self._is_torn = True
            with contextlib.suppress(OSError):
                self._cut()
            raise

    def _cut(self) -> None:
        self.truncate(self._n_whole)
        self._is_torn = False

    def sync(self) -> None:
        """Wait until all that was appended is on disk."""
        if self._fds:
            call(getattr(os, "fdatasync", os.fsync), self._fds[0])

    def close(self) -> None:
        """Give up the file and its lock. Closing twice does nothing."""
        while self._fds:
            call(os.close, self._fds.pop())


# A lock is held by all copies of a descriptor, and a forked worker can outlive its parent.
_OPEN: weakref.WeakSet[LockedFile] = weakref.WeakSet()


def _close_in_child() -> None:
    for file in list(_OPEN):
        file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_in_child)
