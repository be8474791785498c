"""A line that cannot be printed ends no search."""

import io
import sys

import numpy as np
import pytest
from sklearn.svm import SVC

from skbayes import BayesSearchCV
from skbayes._output import say
from skbayes.callbacks import VerboseCallback

X, Y = np.arange(24.0).reshape(12, 2), np.arange(12) % 2


class Gone(io.StringIO):
    """A pipe whose reader ends after some lines."""

    def __init__(self, n_left):
        super().__init__()
        self.n_left = n_left

    def write(self, text):
        self.n_left -= 1
        if self.n_left < 0:
            raise BrokenPipeError("nobody reads this")
        return super().write(text)


def closed():
    file = io.StringIO()
    file.close()
    return file


def test_letters_that_the_output_does_not_have(monkeypatch):
    data = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(data, encoding="ascii"))
    say("kernel='größe'")
    assert data.getvalue().split() == [rb"kernel='gr\xf6\xdfe'"]


@pytest.mark.parametrize("output", [closed, lambda: Gone(0), lambda: None])
def test_an_output_that_takes_nothing(monkeypatch, output):
    monkeypatch.setattr(sys, "stdout", output())
    say("a line")


@pytest.mark.parametrize("n_lines", [0, 3])
def test_the_search_goes_on_without_its_lines(monkeypatch, n_lines):
    # Each line is two writes: the text and its end.
    output = Gone(2 * n_lines)
    monkeypatch.setattr(sys, "stdout", output)
    search = BayesSearchCV(SVC(), {"C": (0.1, 10.0)}, n_iter=4, cv=2, random_state=0, verbose=1)
    search.fit(X, Y, callback=VerboseCallback(4))
    assert len(search.cv_results_["params"]) == 4
    assert hasattr(search, "best_estimator_")
    assert output.getvalue().count("\n") == n_lines
