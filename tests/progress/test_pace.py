"""When a search will end."""

import math

import pytest

from skbayes import Converged, Patience, TargetScore
from skbayes.progress import Pace
from skbayes.progress.pace import as_clock


class Clock:
    def __init__(self, elapsed=0.0, seconds_left=math.inf):
        self.elapsed, self.seconds_left = elapsed, seconds_left


def pace_of(seconds, n_candidates=10, limit=math.inf, rules=(), n_read=0, before=0.0):
    """Return the pace of a search that began after `before` and runs for so many seconds."""
    clock = Clock(before)
    pace = Pace(n_candidates, clock, rules)
    pace.n_read = n_read
    clock.elapsed, clock.seconds_left = before + seconds, limit - seconds - before
    return pace


@pytest.mark.parametrize(
    ("settings", "scores", "expected"),
    [
        ({}, [0.5, 0.6], "ends in about 0:16 (n_iter)"),
        ({"limit": 1000.0}, [0.5, 0.6], "ends in about 0:16 (n_iter)"),
        ({"limit": 9.0}, [0.5, 0.6], "ends at the latest in 5.0 s (max_time)"),
        ({"limit": 9.0}, [], "ends at the latest in 5.0 s (max_time)"),
        ({}, [], ""),
        ({}, [0.5] * 10, ""),
        ({"rules": [Patience(3)]}, [0.6, 0.5],
         "ends in about 4.0 s (Patience, unless the best score rises)"),
        ({"rules": [Patience(3)]}, [0.5, 0.6],
         "ends in about 6.0 s (Patience, unless the best score rises)"),
        ({"rules": [Patience(30)]}, [0.5, 0.6], "ends in about 0:16 (n_iter)"),
        ({"rules": [TargetScore(0.9)]}, [0.5, 0.6], "ends at the latest in about 0:16 (n_iter)"),
        ({"rules": [Converged()]}, [0.5, 0.6], "ends at the latest in about 0:16 (n_iter)"),
        ({"n_read": 2, "before": 50.0}, [0.5] * 4, "ends in about 0:12 (n_iter)"),
        ({"n_read": 2}, [0.5] * 2, ""),
    ],
)  # fmt: skip
def test_whichever_comes_first(settings, scores, expected):
    assert pace_of(4.0, **settings).outlook(scores) == expected


@pytest.mark.parametrize(
    ("n_begun", "spent", "limit", "expected"),
    [
        (5, None, math.inf, "ends in about 4.0 s (n_iter)"),
        # All have begun: only some of them go on, and nobody knows how many.
        (10, None, math.inf, ""),
        (10, None, 9.0, "ends at the latest in 5.0 s (max_time)"),
        (5, 0.8, math.inf, "ends in about 1.0 s (max_fits)"),
        (5, 1.0, math.inf, ""),
    ],
)
def test_of_candidates_that_are_measured_in_part(n_begun, spent, limit, expected):
    pace = pace_of(4.0, limit=limit)
    pace.begun = lambda: n_begun
    pace.spent = None if spent is None else lambda: spent
    assert pace.outlook([0.5]) == expected


def test_the_share_that_is_done_is_the_larger_one():
    assert pace_of(4.0).share(3) == 0.3
    assert pace_of(4.0, limit=8.0).share(3) == 0.5
    assert pace_of(4.0, limit=40.0).share(3) == 0.3
    assert pace_of(9.0, limit=8.0).share(11) == 1.0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1.0, "0.0 s"), (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "0:10"), (59.6, "1:00"),
     (3599.7, "1:00:00"), (math.inf, "277777:46:40")],
)  # fmt: skip
def test_clock(seconds, text):
    assert as_clock(seconds) == text
