"""The progress bar."""

import contextlib
import io
import re
import sys

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skbayes import BayesSearchCV
from skbayes.callbacks import ProgressBar

X, Y = np.arange(24.0).reshape(12, 2), np.arange(12.0)


class Line(BaseEstimator):
    def __init__(self, value=0.5, error=None):
        self.value, self.error = value, error

    def fit(self, X, y):
        if self.error is not None:
            raise self.error
        return self

    def score(self, X, y):
        return 1.0 - abs(self.value - 0.5)


class Low(Line):
    def score(self, X, y):
        return -1234.5 - self.value


def shown(estimator=None, ncols=120, **settings):
    pytest.importorskip("tqdm")
    out = io.StringIO()
    settings = {"n_iter": 5, "cv": 2, "random_state": 0, "refit": False, **settings}
    search = BayesSearchCV(estimator or Line(), {"value": (0.0, 1.0)}, **settings)
    with contextlib.suppress(KeyboardInterrupt, RuntimeError):
        search.fit(X, Y, callback=ProgressBar(file=out, ncols=ncols, mininterval=0))
    return [line for line in out.getvalue().replace("\n", "\r").split("\r") if line.strip()]


def test_it_counts_candidates_and_says_when_it_ends():
    found = shown()
    assert "0 of 5 candidates, 0." in found[0]
    assert any("2 of 5 candidates, best 1, " in line and "(n_iter)" in line for line in found)
    assert found[-1].startswith("100%|")
    assert "5 of 5 candidates, best 1, " in found[-1]
    assert "ended (n_iter)" in found[-1]


def test_with_a_resource_it_counts_candidates_that_have_begun():
    # One candidate of the bracket has all rows.
    found = shown(n_iter=9, resource="n_samples", min_resources=1, strategy="hyperband")
    assert "9 of 9 candidates" in found[-1]


@pytest.mark.parametrize("n_left", [0, 3])
def test_the_search_goes_on_without_the_bar(n_left):
    class Gone(io.StringIO):
        n = 0

        def write(self, text):
            self.n += 1
            if self.n > n_left:
                raise BrokenPipeError("nobody reads this")
            return super().write(text)

    pytest.importorskip("tqdm")
    search = BayesSearchCV(Line(), {"value": (0.0, 1.0)}, n_iter=4, cv=2, random_state=0)
    search.fit(X, Y, callback=ProgressBar(file=Gone(), mininterval=0))
    assert len(search.cv_results_["params"]) == 4


def test_a_bar_that_is_disabled_shows_nothing():
    pytest.importorskip("tqdm")
    file = io.StringIO()
    search = BayesSearchCV(Line(), {"value": (0.0, 1.0)}, n_iter=4, cv=2, random_state=0)
    search.fit(X, Y, callback=ProgressBar(file=file, disable=True))
    assert not file.getvalue()


def test_the_search_goes_on_without_a_console(monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", None)
    search = BayesSearchCV(Line(), {"value": (0.0, 1.0)}, n_iter=4, cv=2, random_state=0)
    search.fit(X, Y, callback=ProgressBar())
    assert len(search.cv_results_["params"]) == 4


@pytest.mark.parametrize("ncols", [30, 40, 50, 60, 80])
def test_no_number_is_cut(ncols):
    found = shown(Low(), ncols=ncols, n_iter=12)
    told = {part for line in found for part in line.rpartition("| ")[2].split(", ")}
    for part in told:
        assert re.fullmatch(
            r"\d+ of 12 candidates|best -123\d\.?\d?|(\d+\.\d s|\d+:\d\d)|"
            r"ends in about (\d+\.\d s|\d+:\d\d) \(n_iter\)|ended \(n_iter\)",
            part.strip(),
        ), part
    assert any(part.startswith("best -1234.") for part in told)
    assert any(part.startswith("ended") for part in told) == (ncols == 80)


@pytest.mark.parametrize(
    ("given", "is_dynamic"), [({}, True), ({"ncols": 90}, False), ({"dynamic_ncols": False}, False)]
)
def test_its_width_is_that_of_what_shows_it(given, is_dynamic):
    """A bar of a notebook that is not dynamic has no room left beside a long text."""
    pytest.importorskip("tqdm")
    bar, widths = ProgressBar(file=io.StringIO(), **given), []
    search = BayesSearchCV(Line(), {"value": (0.0, 1.0)}, n_iter=2, cv=2, refit=False)
    search.fit(X, Y, callback=[bar, lambda result: widths.append(bool(bar._bar.dynamic_ncols))])
    assert widths == [is_dynamic] * 2


def test_it_ends_with_the_time():
    found = shown(n_iter=10**6, max_time=1.5)
    assert any("(max_time)" in line for line in found)
    assert found[-1].startswith("100%|")
    assert "ended (max_time)" in found[-1]


@pytest.mark.parametrize(
    ("error", "told"), [(KeyboardInterrupt(), "interrupted"), (RuntimeError("no"), "error")]
)
def test_it_is_closed_whatever_happens(error, told):
    found = shown(Line(error=error), error_score="raise")
    assert found[-1].startswith("  0%|")
    assert f"ended ({told})" in found[-1]


def test_without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match=r"pip install tqdm"):
        ProgressBar()
