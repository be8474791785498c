"""Values as texts that are short enough for an axis or a cell."""

from __future__ import annotations

from typing import Any

from skbayes.space import native

__all__ = ["short"]

# Longer texts run into each other.
MAX_TEXT = 26


def short(value: Any, width: int = MAX_TEXT) -> str:
    """Return a value as a user wrote it: six digits of a number, the beginning of a long text."""
    value = native(value)
    if isinstance(value, float):
        text = f"{value:.6g}"
    elif isinstance(value, type) or (callable(value) and hasattr(value, "__name__")):
        text = str(value.__name__)
    else:
        try:
            text = " ".join(str(value).split())
        except Exception:  # of an object of a user's own
            text = f"<{type(value).__name__} object at 0x>"
        # Where it lies in memory says nothing.
        text = type(value).__name__ if " object at 0x" in text else text
    # Half of a character can be written nowhere.
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= width else f"{text[: width - 1]}…"
