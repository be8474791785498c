"""Data in files that the processes of this machine map into their memory."""

from __future__ import annotations

import os
import pickle
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from mmap import mmap
from typing import Any

import numpy as np

from skbayes._compat import cloudpickle, watched_folder

__all__ = ["Files", "Stored"]

# A disk in memory, and the bytes that it must have free to be used.
_MEMORY_DISK, _MEMORY_DISK_FREE = "/dev/shm", 2e9


@dataclass(frozen=True, slots=True)
class Stored:
    """Data in a file, with those of its arrays that are large in files of their own."""

    path: str
    arrays: tuple[str, ...]
    mode: Any

    def load(self) -> Any:
        """Return the data; their large arrays are mapped, in the mode of `numpy.memmap`."""
        arrays = [np.memmap(path, np.uint8, self.mode) for path in self.arrays]
        with open(self.path, "rb") as file:
            return pickle.load(file, buffers=arrays)


class Files:
    """A folder of stored data, which is made with the first of them.

    Parameters
    ----------
    folder : str or None
        Where it is made. None: where joblib would, in memory if there is a lot of it.
    n_bytes : float
        Size above which an array has a file of its own.
    mode : str
        How it is mapped, as `numpy.memmap` calls it.
    """

    def __init__(self, folder: str | None, n_bytes: float, mode: str) -> None:
        self._root = folder
        self._n_bytes = n_bytes
        self._mode = mode
        self._folder: str | None = None
        self._n_files = 0
        self._open = ExitStack()

    def store(self, data: Any) -> Stored:
        """Write `data` to files; arrays that lie in a file already stay there."""
        if isinstance(data, np.ndarray):
            owner = _file_of(data)
            if owner is not None:
                data = _Reference(data, owner)
            elif type(data) is np.ndarray and not data.flags.forc:
                # Only what is contiguous can be mapped.
                data = np.ascontiguousarray(data)
        arrays = []

        def keep(buffer: pickle.PickleBuffer) -> bool:
            view = buffer.raw()
            if view.nbytes <= self._n_bytes:
                return True
            arrays.append(self._write(view))
            return False

        pickled = cloudpickle.dumps(data, protocol=5, buffer_callback=keep)
        return Stored(self._write(pickled), tuple(arrays), self._mode)

    def _write(self, content: bytes | memoryview) -> str:
        if self._folder is None:
            root = _root(self._root)
            os.makedirs(root, exist_ok=True)
            make = tempfile.TemporaryDirectory(
                prefix="skbayes-data-", dir=root, ignore_cleanup_errors=True
            )
            self._folder = self._open.enter_context(make)
            self._open.enter_context(watched_folder(self._folder))
        self._n_files += 1
        path = os.path.join(self._folder, str(self._n_files))
        with open(path, "wb") as file:
            file.write(content)
        return path

    def close(self) -> None:
        """Remove the folder; what is mapped stays in the memory of those who mapped it."""
        self._folder = None
        self._open.close()


def _root(folder: str | None) -> str:
    """Return the folder for large data, as joblib chooses it."""
    folder = folder or os.environ.get("JOBLIB_TEMP_FOLDER")
    if folder:
        return os.path.abspath(os.path.expanduser(folder))
    try:
        disk = os.statvfs(_MEMORY_DISK)
        has_memory = disk.f_bsize * disk.f_bavail > _MEMORY_DISK_FREE
        if has_memory and os.access(_MEMORY_DISK, os.W_OK):
            return _MEMORY_DISK
    except (AttributeError, OSError):
        pass
    return tempfile.gettempdir()


class _Reference:
    """Stands for an array that lies in the file of the user's memory-mapped `owner`."""

    def __init__(self, array: Any, owner: np.memmap[Any, Any]) -> None:
        start = _address(array) - _address(owner)
        # Opened as it was made, the file would be emptied.
        mode = "r+" if owner.mode == "w+" else owner.mode
        self._found = partial(
            _in_file,
            (str(owner.filename), np.uint8, mode, owner.offset, (owner.nbytes,)),
            (array.shape, array.dtype),
            start,
            array.strides,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return self._found, ()


def _in_file(mapped: tuple[Any, ...], kind: tuple[Any, Any], start: int, strides: Any) -> Any:
    """Return an array that lies in a file."""
    return np.ndarray(*kind, buffer=np.memmap(*mapped), offset=start, strides=strides)


def _address(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _file_of(array: Any) -> np.memmap[Any, Any] | None:
    """Return what has mapped the file in which the memory of `array` lies, or None."""
    while isinstance(array, np.ndarray):
        if isinstance(array.base, mmap):
            # What is written to a private copy is not in the file.
            is_shared = isinstance(array, np.memmap) and array.filename and array.mode != "c"
            return array if is_shared else None
        array = array.base
    return None
