"""Output that cannot end a search."""

from __future__ import annotations

import sys
from contextlib import suppress

__all__ = ["may_fail", "say"]


def may_fail() -> suppress:
    """Return a context in which an output that cannot be written to raises no error.

    The terminal may be closed, the disk full, or the reader of a pipe gone.
    """
    # OSError: of a pipe or a disk. ValueError: of a file that is closed. LookupError: of an
    # encoding that nobody knows.
    return suppress(OSError, ValueError, LookupError)


def say(text: str) -> None:
    r"""Print a text at once, as well as the output can show it.

    A line of progress is worth less than the results of the search. So a letter that the encoding
    of the output does not have is written as an escape such as ``\xe9``, and a text that cannot be
    written at all is left out.

    Parameters
    ----------
    text : str
    """
    with may_fail():
        try:
            print(text, flush=True)
        except UnicodeEncodeError:
            encoding = getattr(sys.stdout, "encoding", None) or "ascii"
            print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
