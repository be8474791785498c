"""When a search will end."""

import math

import pytest
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

from skbayes import BayesSearchCV, Converged, Patience, TargetScore
from skbayes.progress import Pace
from skbayes.progress.pace import as_clock


class Clock:
    """What a search spends of a limit, and `earlier` runs have spent before it."""

    def __init__(self, limit, earlier=0.0):
        self.limit, self.earlier, self.spent = limit, earlier, 0.0

    @property
    def elapsed(self):
        return self.earlier + self.spent

    @property
    def seconds_left(self):
        return max(0.0, self.limit - self.spent)

    @property
    def share_left(self):
        return None if math.isinf(self.limit) else self.seconds_left / self.limit


def pace_of(
    seconds, n_candidates=10, limit=math.inf, rules=(), before=0.0, spent=None, now=None, **fits
):
    """Return the pace of a search that began after `before` and runs for so many seconds."""
    clock = Clock(limit, before)
    pace = Pace(n_candidates, clock, rules, **fits)
    pace.spent = None if spent is None else lambda: spent
    pace.spent_now = None if now is None else lambda: now
    clock.spent = seconds
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
        ({"rules": [Patience(3), TargetScore(0.9)]}, [0.5, 0.6],
         "ends in about 6.0 s (Patience, unless the best score rises)"),
        # The rule ends the search after the candidate that is told.
        ({"rules": [Patience(2)]}, [0.6, 0.5, 0.6], ""),
        ({"rules": [Patience(1), Converged()], "limit": 9.0}, [0.6, 0.5], ""),
        ({"rules": [Patience(30)]}, [0.5, 0.6], "ends in about 0:16 (n_iter)"),
        ({"rules": [TargetScore(0.9)]}, [0.5, 0.6], "ends at the latest in about 0:16 (n_iter)"),
        ({"rules": [Converged()]}, [0.5, 0.6], "ends at the latest in about 0:16 (n_iter)"),
        # Half of the fits so far were read from a file, or all of them.
        ({"now": 10, "spent": 20, "before": 50.0}, [0.5] * 4, "ends in about 0:12 (n_iter)"),
        ({"now": 0, "spent": 10}, [0.5] * 2, ""),
        ({"now": 10, "spent": 20, "max_fits": 30}, [0.5] * 4,
         "ends in about 4.0 s (max_fits)"),
    ],
)  # fmt: skip
def test_whichever_comes_first(settings, scores, expected):
    assert pace_of(4.0, **settings).outlook(scores) == expected


@pytest.mark.parametrize(
    ("n_begun", "settings", "expected"),
    [
        (5, {}, "ends in about 4.0 s (n_iter)"),
        # All have begun: only some of them go on, and nobody knows how many.
        (10, {}, ""),
        (10, {"limit": 9.0}, "ends at the latest in 5.0 s (max_time)"),
        (5, {"spent": 8.0, "max_fits": 10.0}, "ends in about 1.0 s (max_fits)"),
        (5, {"spent": 8.0, "max_fits": 10.0, "now": 2.0}, "ends in about 4.0 s (max_fits)"),
        (5, {"spent": 8.0, "now": 2.0}, "ends in about 0:16 (n_iter)"),
        (5, {"spent": 10.0, "max_fits": 10.0}, ""),
    ],
)
def test_of_candidates_that_are_measured_in_part(n_begun, settings, expected):
    pace = pace_of(4.0, **settings)
    pace.begun = lambda: n_begun
    assert pace.outlook([0.5]) == expected
    assert pace.share(1) >= n_begun / 10


def test_the_share_that_is_done_is_the_larger_one():
    assert pace_of(4.0).share(3) == 0.3
    assert pace_of(4.0, limit=8.0).share(3) == 0.5
    assert pace_of(4.0, limit=8.0, before=50.0).share(3) == 0.5
    assert pace_of(4.0, limit=40.0).share(3) == 0.3
    assert pace_of(9.0, limit=8.0).share(11) == 1.0
    assert pace_of(4.0, spent=20.0, max_fits=50.0).share(3) == 0.4


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1.0, "0.0 s"), (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "0:10"), (59.6, "1:00"),
     (3599.7, "1:00:00"), (math.inf, "277777:46:40")],
)  # fmt: skip
def test_clock(seconds, text):
    assert as_clock(seconds) == text


class Watching:
    """A callback that keeps the pace of a search, and what it has spent in the end."""

    def begin_search(self, pace):
        self.pace = pace

    def __call__(self, search):
        self.spent, self.now = self.pace.spent(), self.pace.spent_now()


@pytest.mark.parametrize("resource", [None, "n_samples"])
def test_fits_of_an_earlier_run_take_no_time(resource, tmp_path):
    X, y = load_iris(return_X_y=True)
    first, second = Watching(), Watching()
    search = BayesSearchCV(
        GaussianNB(), {"var_smoothing": (1e-9, 1.0, "log-uniform")}, n_iter=4, cv=3,
        random_state=0, checkpoint=str(tmp_path / "search.journal"), resource=resource,
    )  # fmt: skip
    search.fit(X, y, callback=first)
    search.set_params(n_iter=6).fit(X, y, callback=second)
    assert first.now == first.spent
    assert second.spent > first.spent
    # With a resource, whole fits at the end of the first run are not those of the second one.
    assert 0.0 < second.now <= second.spent - 4 * 3 / 27
