"""A progress bar for terminals and notebooks, drawn by tqdm."""

from __future__ import annotations

import math
import threading
from typing import Any

from skbayes.progress.pace import Pace, as_clock

__all__ = ["ProgressBar"]

# Seconds between two pictures while nothing arrives, so that the clock goes on in a long fit.
TICK = 1.0


class ProgressBar:
    """A progress bar for terminals and notebooks, as in ``fit(X, y, callback=ProgressBar())``.

    It shows how far the search is by candidates or by `max_time`, whichever is further, with the
    best score so far, the time, and what will end the search when. It needs tqdm, which
    ``pip install skbayes[progress]`` brings.

    Parameters
    ----------
    **kwargs
        For tqdm, such as ``file``, ``leave`` or ``ncols``.

    Raises
    ------
    ImportError
        If tqdm is not installed.

    Examples
    --------
    >>> import io
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbayes import BayesSearchCV
    >>> from skbayes.callbacks import ProgressBar
    >>> X, y = load_iris(return_X_y=True)
    >>> search = BayesSearchCV(SVC(), {"C": (0.1, 10.0)}, n_iter=3, random_state=0)
    >>> shown = io.StringIO()
    >>> _ = search.fit(X, y, callback=ProgressBar(file=shown))
    >>> "3 of 3 candidates, best 0.9" in shown.getvalue()
    True
    """

    def __init__(self, **kwargs: Any) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise ImportError(
                "ProgressBar needs tqdm, which is not installed: pip install 'skbayes[progress]'. "
                "verbose=1 prints a line for each candidate without it."
            ) from error
        self._make = tqdm
        self._kwargs = kwargs
        self._bar: Any = None

    def begin_search(self, pace: Pace) -> None:
        """Draw the bar."""
        self._pace = pace
        self._scores: list[float] = []
        self._best = math.nan
        self._lock = threading.Lock()
        self._bar = self._make(
            total=1.0,
            bar_format="{percentage:3.0f}%|{bar}| {desc}",
            **self._kwargs,
        )
        self._draw()
        self._has_ended = threading.Event()
        self._ticking = threading.Thread(target=self._tick, daemon=True)
        self._ticking.start()

    def __call__(self, search: Any) -> None:
        """Take in a candidate that was closed."""
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
            n, pace = len(self._scores), self._pace
            parts = [f"{n} of {pace.n_candidates} candidates"]
            if not math.isnan(self._best):
                parts.append(f"best {self._best:.5g}")
            parts.append(as_clock(pace.elapsed))
            if reason is not None:
                parts.append(f"ended ({reason.partition(':')[0]})")
            elif outlook := pace.outlook(self._scores):
                parts.append(outlook)
            is_at_end = reason not in (None, "error", "interrupted", "no_workers")
            self._bar.n = 1.0 if is_at_end else pace.share(n)
            self._bar.set_description_str(", ".join(parts))
