"""A progress bar for terminals and notebooks, drawn by tqdm."""

from __future__ import annotations

import math
import sys
import threading
from typing import Any

from skbayes._output import may_fail
from skbayes.progress.pace import Pace, as_clock

__all__ = ["ProgressBar"]

# Seconds between two pictures while nothing arrives, so that the clock goes on in a long fit.
TICK = 1.0
# Left of the text stand "100%|", a bar of one letter at least, and "| ".
BESIDE = 8


class _Spared:
    """A file that ignores if it cannot be written to, and else does what another one does.

    An error inside of tqdm would leave its lock acquired, and all other bars waiting.
    """

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __eq__(self, other: object) -> bool:
        return other is self or other is self._file  # tqdm compares with the files of a terminal

    def __hash__(self) -> int:
        return hash(self._file)

    def write(self, text: str) -> None:
        with may_fail():
            self._file.write(text)

    def flush(self) -> None:
        with may_fail():
            self._file.flush()


class ProgressBar:
    """A progress bar for terminals and notebooks, as in ``fit(X, y, callback=ProgressBar())``.

    The search ends after `n_iter` candidates or after `max_time`. The bar shows how much of this
    limit is used. If there are two limits, the bar shows the limit that is used more. The bar also
    shows the best score so far, the time, which limit will end the search, and when. With a
    `resource`, candidates count as soon as they have begun. The bar needs tqdm:
    ``pip install tqdm``.

    Parameters
    ----------
    **kwargs
        Arguments of tqdm, such as ``file``, ``leave`` or ``ncols``.

    Raises
    ------
    ImportError
        If tqdm is not installed.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbayes import BayesSearchCV
    >>> from skbayes.callbacks import ProgressBar
    >>> X, y = load_iris(return_X_y=True)
    >>> search = BayesSearchCV(SVC(), {"C": (0.1, 10.0)}, n_iter=50, max_time=60)
    >>> search.fit(X, y, callback=ProgressBar())  # doctest: +SKIP
     24%|###       | 12 of 50 candidates, best 0.98, 2.1 s, ends in about 6.6 s (n_iter)
    """

    def __init__(self, **kwargs: Any) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise ImportError(
                "ProgressBar needs tqdm, which is not installed: pip install tqdm. "
                "verbose=1 prints a line for each candidate without it."
            ) from error
        self._make = tqdm
        # As wide as the terminal is now. In a notebook, the text goes below the bar where there is
        # no room beside it; else it would leave none for the bar.
        self._kwargs = {} if "ncols" in kwargs else {"dynamic_ncols": True}
        self._kwargs |= kwargs
        self._bar: Any = None

    def begin_search(self, pace: Pace) -> None:
        """Draw the bar."""
        self._pace = pace
        self._scores: list[float] = []
        self._best = math.nan
        self._lock = threading.Lock()
        file = self._kwargs.get("file") or sys.stderr
        self._bar = self._make(
            total=1.0,
            bar_format="{percentage:3.0f}%|{bar}| {desc}",
            desc=self._text(None),
            # A process without a console has nowhere to show it.
            **self._kwargs | ({"disable": True} if file is None else {"file": _Spared(file)}),
        )
        self._has_ended = threading.Event()
        self._ticking = threading.Thread(target=self._tick, daemon=True)
        self._ticking.start()

    def __call__(self, search: Any) -> None:
        """Update the bar after a candidate."""
        losses = search.func_vals
        with self._lock:
            self._scores = [-float(loss) if math.isfinite(loss) else math.nan for loss in losses]
            self._best = max(filter(math.isfinite, self._scores), default=math.nan)
        self._draw()

    def end_search(self, reason: str | None) -> None:
        """Draw the bar for the last time."""
        if self._bar is None:
            return
        self._has_ended.set()
        self._ticking.join()
        self._draw(reason or "error")
        self._bar.close()
        self._bar = None

    def _tick(self) -> None:
        while not self._has_ended.wait(TICK):
            self._draw()

    def _draw(self, reason: str | None = None) -> None:
        with self._lock:
            is_at_end = reason not in (None, "error", "interrupted", "no_workers")
            self._bar.n = 1.0 if is_at_end else self._pace.share(len(self._scores))
            self._bar.set_description_str(self._text(reason))

    def _text(self, reason: str | None) -> str:
        """Return what stands beside the bar, with the reason why the search has ended."""
        n_done = self._pace.n_done(len(self._scores))
        count = f"{n_done} of {self._pace.n_candidates} candidates"
        best = "" if math.isnan(self._best) else f"best {self._best:.5g}"
        clock = as_clock(self._pace.elapsed)
        # Rules say more than there is room for.
        end = f"ended ({reason.partition(':')[0]})" if reason else self._pace.outlook(self._scores)
        parts = [part for part in (count, best, clock, end) if part]
        # tqdm cuts what is too long, and a number that is cut is another number.
        for least in (end, clock, count):
            if len(", ".join(parts)) > self._room and least in parts and len(parts) > 1:
                parts.remove(least)
        return ", ".join(parts)

    @property
    def _room(self) -> float:
        """Number of letters that fit beside the bar."""
        if self._bar is None:
            width = self._kwargs.get("ncols")
        elif getattr(self._bar, "gui", False):  # which a bar that is disabled does not have
            width = None  # a notebook puts the text below
        else:
            width = self._bar.format_dict["ncols"]
        return width - BESIDE if isinstance(width, int) and width > 0 else math.inf
