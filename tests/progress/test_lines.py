"""The lines of ``verbose=1``."""

import re
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.model_selection import ShuffleSplit

from skbayes import BayesSearchCV, Patience

X, Y = np.arange(24.0).reshape(12, 2), np.arange(12.0)


class Line(BaseEstimator):
    """Scores the better the nearer to 0.3; raises above 0.8."""

    def __init__(self, value=0.1 + 0.2, part=None):
        self.value, self.part = value, part

    def fit(self, X, y):
        if self.value > 0.8:
            raise ValueError("this is too much")
        return self

    def score(self, X, y):
        return 1.0 - abs(self.value - 0.3) + 1e-3 * X[0, 0]


def lines(capsys, space=None, estimator=None, **settings):
    space = {"value": (0.0, 0.8)} if space is None else space
    settings = {"n_iter": 4, "cv": 3, "random_state": 0, "refit": False, "verbose": 1, **settings}
    BayesSearchCV(Line() if estimator is None else estimator, space, **settings).fit(X, Y)
    return capsys.readouterr().out.splitlines()


def test_what_a_line_says(capsys):
    found = lines(capsys, scoring={"near": lambda model, X, y: model.score(X, y)})
    assert re.fullmatch(
        r"\[1/4\] near 1\.0\d* \+- 0\.00\d+, best 1\.0\d* \(candidate 1\); value=0\.3; "
        r"\d\.\d s, ends in about \d\.\d s \(n_iter\)",
        found[1],
    )
    assert re.search(r"; value=0\.\d+; \d\.\d s$", found[4])
    assert not any(re.search(r"value=\d\.\d{7}", line) for line in found)


def test_the_metric_is_named(capsys):
    class Two(Line):
        def predict(self, X):
            return np.zeros(len(X))

    found = lines(capsys, scoring="neg_mean_absolute_error", estimator=Two())
    assert "[1/4] neg_mean_absolute_error -" in found[1]


def test_a_function_names_the_metric_with_its_first_result(capsys):
    found = lines(capsys, scoring=lambda model, X, y: {"near": model.score(X, y), "none": 0.0})
    assert all(f"[{i}/4] near " in found[i] for i in range(1, 5))


def test_a_single_split_has_no_error(capsys):
    found = lines(capsys, cv=ShuffleSplit(1, random_state=0))
    assert "nan" not in "".join(found)
    assert "+-" not in "".join(found[1:5])


def test_objects_and_failures(capsys):
    parts = [Line(0.5), (0.1 + 0.2, None)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the fits that failed
        found = lines(capsys, {"value": [0.9, 0.5], "part": parts}, n_iter=4)
    text = "\n".join(found)
    assert "failed (ValueError: this is too much)" in text
    assert "part=Line(value=0.5)" in text
    assert "part=(0.3, None)" in text


def test_a_long_reason_begins_with_the_error_and_ends_with_dots(capsys):
    class Strict(Line):
        def fit(self, X, y):
            raise ValueError(f"{'n' * 200}\nand a hint")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the fits that failed
        with pytest.raises(ValueError, match="fits failed"):
            lines(capsys, estimator=Strict(), n_iter=1)
    line = capsys.readouterr().out.splitlines()[1]
    assert re.search(r"failed \(ValueError: n+\.\.\.\);", line)
    assert 100 < len(re.search(r"\((.*?)\)", line)[1]) <= 160


def test_what_ends_it_is_named(capsys):
    found = lines(capsys, n_iter=50, stopping=Patience(3))
    assert "(Patience, unless the best score rises)" in "".join(found)
    assert "ends at the latest in" in lines(capsys, n_iter=10**6, max_time=1.5)[1]


@pytest.mark.parametrize(
    ("settings", "candidates", "fits"),
    [
        ({}, "4", "12"),
        ({"max_fits": 12}, "4", "12"),
        ({"max_fits": 7}, "at most 4", "at most 7"),
        ({"max_time": 60}, "at most 4", "at most 12"),
        ({"stopping": Patience(3)}, "at most 4", "at most 12"),
        ({"early_stopping": "median"}, "4", "at most 12"),
    ],
)
def test_how_many_fits_there_may_be(capsys, settings, candidates, fits):
    first = lines(capsys, **settings)[0]
    assert first == f"Fitting 3 folds for each of {candidates} candidates, totalling {fits} fits"


def test_a_candidate_that_was_stopped(capsys):
    found = lines(capsys, n_iter=16, early_stopping="median")
    assert any(re.match(r"\[.*\] stopped after [12] of 3 folds, best 1", line) for line in found)


def test_the_end_is_not_predicted_of_a_search_that_is_over(capsys):
    """Nor is there a line for a candidate that has not begun."""

    class Interrupted(Line):
        n_fits = 0

        def fit(self, X, y):
            Interrupted.n_fits += 1
            if Interrupted.n_fits == 8:
                raise KeyboardInterrupt
            return self

    for n_fits in (0, -2):
        Interrupted.n_fits = n_fits
        with pytest.raises(KeyboardInterrupt):
            lines(capsys, estimator=Interrupted())
        *_, last, _ = capsys.readouterr().out.splitlines()
        cut_off = r"\[3/4\] cut off after 1 of 3 folds, .*; \d\.\d s$"
        complete = r"\[3/4\] score .* ends in about \d\.\d s \(n_iter\)$"
        assert re.match(complete if n_fits else cut_off, last), last


def test_candidates_of_a_checkpoint_are_one_line(capsys, tmp_path):
    path = tmp_path / "search.jsonl"
    lines(capsys, checkpoint=path)
    found = lines(capsys, checkpoint=path, n_iter=6)
    assert re.match(rf"4 candidates read from '{path}', best 1\.\d+ \(candidate 1\)$", found[1])
    assert [line.split("]")[0] for line in found[2:4]] == ["[5/6", "[6/6"]
    found = lines(capsys, checkpoint=path, n_iter=6)
    assert found[1].startswith("6 candidates read from ")
    assert not any(line.startswith("[") for line in found)


def test_the_best_of_a_checkpoint_is_one_that_was_read(capsys, tmp_path):
    space, path = {"value": [0.7, 0.3]}, tmp_path / "search.jsonl"
    settings = {"checkpoint": path, "initial_points": [{"value": 0.7}]}
    lines(capsys, space, n_iter=1, **settings)
    found = lines(capsys, space, n_iter=2, **settings)
    assert "(candidate 1)" in found[1]
    assert "(candidate 2)" in found[2]


def test_scores_that_differ_print_differently(capsys):
    class Offset(Line):
        def score(self, X, y):
            return super().score(X, y) - 1e6

    found = "\n".join(lines(capsys, estimator=Offset()))
    scores = re.findall(r"score (-9999\d\d\.\d+) \+-", found)
    assert len(set(scores)) == len(scores) == 4
    assert re.search(r"scores (\S+) on .* folds, (\S+) can be .* interval (\S+) to (\S+)\)", found)
    assert "e+0" not in found


@pytest.mark.parametrize(
    "settings",
    [{"resource": "part", "estimator": Line(part=27)}, {"early_stopping": "median"}, {}],
)
def test_of_a_checkpoint_only_what_is_new_has_lines(capsys, tmp_path, settings):
    """Though a longer search fits what an earlier one had fitted at its end, after new fits."""
    path = tmp_path / "search.jsonl"
    settings = {**settings, "checkpoint": path, "n_iter": 9}
    first = lines(capsys, **settings)
    found = lines(capsys, **{**settings, "n_iter": 12})
    # One of them may be finished first of all, and have a line.
    assert re.match(rf"[89] candidates read from '{path}'", found[1])
    assert sum("read from" in line for line in found) == 1
    assert not set(map(results, found[2:])) & set(map(results, first))
    assert any(line.startswith("[12/12]") for line in found)


def results(line):
    """Return what a line says of a candidate, without the number of all and the time."""
    return re.sub(r"^\[ *(\d+)/\d+\]", r"\1", line.split(";")[0])


@pytest.mark.parametrize(
    ("settings", "n"), [({"n_iter": 3}, 3), ({"n_iter": 6, "max_fits": 9}, 3), ({"n_iter": 9}, 6)]
)
def test_candidates_of_a_checkpoint_that_are_not_taken_in_do_not_count(
    capsys, tmp_path, settings, n
):
    path = tmp_path / "search.jsonl"
    lines(capsys, checkpoint=path, n_iter=6)
    assert lines(capsys, checkpoint=path, **settings)[1].startswith(f"{n} candidates read from")


def test_a_candidate_that_is_finished_now_has_a_line_of_its_own(capsys, tmp_path):
    path = tmp_path / "search.jsonl"
    lines(capsys, checkpoint=path)
    written = path.read_text().splitlines(keepends=True)
    # Of the last candidate, one fold is missing.
    path.write_text("".join(written[: max(i for i, x in enumerate(written) if '"k":"fold"' in x)]))
    found = lines(capsys, checkpoint=path)
    assert found[1].startswith("3 candidates read from")
    assert found[2].startswith("[4/4] score")
