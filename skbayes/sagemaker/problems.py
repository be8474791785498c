"""What is to be said of a document: every problem at once, and what is left out of it."""

from __future__ import annotations

from typing import Any

from skbayes._warnings import warn
from skbayes.space import show

__all__ = ["UNSUPPORTED", "Report", "below"]

# What may be done with the parts of a document that mean nothing here.
UNSUPPORTED = ("warn", "raise", "ignore")


def below(path: str, key: str | int) -> str:
    """JSON path of a member of an object, or of an entry of a list.

    Examples
    --------
    >>> below(below(below("$", "Ranges"), 0), "n-epochs")
    "$.Ranges[0]['n-epochs']"
    """
    if isinstance(key, int):
        return f"{path}[{key}]"
    if key.isascii() and key.isidentifier():
        return f"{path}.{key}"
    escaped = key.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{escaped}']"


class Report:
    """Problems, parts that are ignored and remarks, each with its place.

    A place is a JSON path of the document, such as ``$.ResourceLimits``, or the name of an
    argument. The same sentence about the same place is kept once.

    Parameters
    ----------
    what : str
        What was read, for the messages.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._problems: dict[str, None] = {}
        self._ignored: dict[str, None] = {}
        self._remarks: dict[str, None] = {}

    @property
    def has_problems(self) -> bool:
        """Whether something is wrong."""
        return bool(self._problems)

    def problem(self, place: str, text: str) -> None:
        """Note what is wrong with a place."""
        self._problems[f"{place}: {text}"] = None

    def ignore(self, place: str, why: str = "") -> None:
        """Note a part that means nothing here, with the reason if it is not plain."""
        self._ignored[f"{place} ({why})" if why else place] = None

    def remark(self, place: str, text: str) -> None:
        """Note what the user should know of a part that is used."""
        self._remarks[f"{place}: {text}"] = None

    def adopt(self, other: Report, place: str) -> None:
        """Take over what was noted of another document, which `place` names."""
        self._problems |= {f"{place}: {each}": None for each in other._problems}
        self._ignored |= {f"{place}: {each}": None for each in other._ignored}
        self._remarks |= {f"{place}: {each}": None for each in other._remarks}

    def check_choice(self, place: str, value: Any, choices: tuple[str, ...]) -> bool:
        """Tell whether `value` is one of some texts, and note a problem if not."""
        if isinstance(value, str) and value in choices:
            return True
        word = value.strip().lower() if isinstance(value, str) else ""
        close = [choice for choice in choices if choice.lower() == word]
        hint = f" Did you mean {close[0]!r}?" if close else ""
        self.problem(place, f"must be {_any_of(choices)}, got {show(value)}.{hint}")
        return False

    def conclude(self, unsupported: str) -> None:
        """Raise one error with all problems, or warn once of everything else.

        Parameters
        ----------
        unsupported : {"warn", "raise", "ignore"}
            What to do with parts that are ignored.

        Raises
        ------
        ValueError
            If there is a problem.
        """
        problems = list(self._problems)
        if unsupported == "raise":
            problems += [f"{part}: is not supported here." for part in self._ignored]
        if problems:
            n = len(problems)
            head = f"{self._what}: {n} problem{'s' if n > 1 else ''}"
            raise ValueError("\n".join([f"{head}:", *(f"- {each}" for each in problems)]))
        lines = [f"- {remark}" for remark in self._remarks]
        if self._ignored and unsupported == "warn":
            parts = ", ".join(self._ignored)
            lines.insert(0, f"- ignored, as it has no meaning here: {parts}")
        if lines:
            warn("\n".join([f"{self._what}:", *lines]))


def _any_of(choices: tuple[str, ...]) -> str:
    *first, last = map(repr, choices)
    return f"{', '.join(first)} or {last}" if first else last
