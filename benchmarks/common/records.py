"""Results as JSON lines: appended one by one, read back to take up where a run was stopped.

What takes hours and does not change with this project, the runs of other optimisers and the random
references, lies compressed in `records/`, and counts as done.
"""

import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
KEPT = RESULTS.with_name("records")

Key = dict[str, Any]


def kept(label: str) -> list[Key]:
    """Return the records of a method that lie in `records/`."""
    path = KEPT / f"{label}.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def select(lines: Iterable[Key], **key: Any) -> list[Key]:
    """Return the records that hold every item of `key`."""
    return [line for line in lines if key.items() <= line.items()]


def labels(folder: Path) -> list[str]:
    """Return the names of all methods that have records, in a folder or in `records/`."""
    paths = [*folder.glob("*.jsonl"), *KEPT.glob("*.jsonl.gz")]
    return sorted({path.name.partition(".jsonl")[0] for path in paths})


def newest(lines: Sequence[Key]) -> list[Key]:
    """Return the records that have the digest of the last one."""
    return [line for line in lines if line["digest"] == lines[-1]["digest"]]


def keep(label: str, path: Path) -> int:
    """Add the records of a file to those in `records/`; return how many there are then."""
    lines = {json.dumps(line): None for line in [*kept(label), *Records(path).select()]}
    KEPT.mkdir(exist_ok=True)
    # Without the time of writing, the same records make the same file.
    with (KEPT / f"{label}.jsonl.gz").open("wb") as file:
        file.write(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))
    return len(lines)


class Records:
    """A file of results, each a flat JSON object that begins with its key.

    Parameters
    ----------
    path : Path
        Made, with its folder, when the first record is added. A last line that was cut off by
        the end of a run is dropped.
    others : list of dict, default=()
        Records that lie elsewhere.
    is_new : bool, default=False
        Whether to drop what the file holds.
    """

    def __init__(self, path: Path, others: Sequence[Key] = (), *, is_new: bool = False) -> None:
        self.path = path
        if is_new:
            path.unlink(missing_ok=True)
        self._others = others
        self._lines: list[Key] = []
        if path.exists():
            text = path.read_text()
            whole = text.rpartition("\n")[0]
            self._lines = [json.loads(line) for line in whole.splitlines()]
            # Written only where it must be: another process may be reading the file.
            if not text.endswith("\n"):
                path.write_text("".join(json.dumps(line) + "\n" for line in self._lines))

    def select(self, **key: Any) -> list[Key]:
        """Return the records that hold every item of `key`."""
        return select([*self._others, *self._lines], **key)

    def add(self, **record: Any) -> None:
        """Append a record; numbers of numpy become Python's."""
        line = json.dumps(record, default=float)
        self._lines.append(json.loads(line))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(f"{line}\n")
