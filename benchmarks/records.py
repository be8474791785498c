"""Results as JSON lines: appended one by one, read back to take up where a run was stopped."""

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"

Key = dict[str, Any]


class Records:
    """A file of results, each a flat JSON object that begins with its key.

    Parameters
    ----------
    path : Path
        Made, with its folder, when the first record is added. A last line that was cut off by
        the end of a run is dropped.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
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
        return [line for line in self._lines if key.items() <= line.items()]

    def add(self, **record: Any) -> None:
        """Append a record."""
        self._lines.append(record)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps(record) + "\n")
