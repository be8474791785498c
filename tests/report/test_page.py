"""One page about a search: well-formed, alone, escaped, small; and right in a real browser."""

import html.parser
import json
import math
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from pictures import CASES, many, told
from skbayes import BayesSearchCV
from skbayes.found import read
from skbayes.report import report_html, write_report
from skbayes.report.answers import FIRST, answers, as_gains, duration, effort, in_digits

pytest.importorskip("matplotlib")

X, Y = load_iris(return_X_y=True)
# Elements without an end.
VOID = {"meta", "img"}
EVIL = "</script><script>alert('&')</script>"


class Outline(html.parser.HTMLParser):
    """Reads a page, and notes what is open, what it refers to and what it says."""

    def __init__(self, page):
        super().__init__()
        self.open, self.sources, self.scripts, self.texts, self.heads = [], [], 0, [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.scripts += tag == "script"
        self.sources += [v for k, v in attrs if k in ("src", "href", "srcset", "action", "data")]
        self.sources += re.findall(r"url\((.*?)\)", str(dict(attrs).get("style")))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if self.open and self.open[-1] in ("h1", "h2", "h3"):
            self.heads.append(data)

    @property
    def text(self):
        return " ".join(self.texts)


@pytest.fixture(scope="module")
def search():
    space = {"C": (1e-2, 1e3, "log-uniform"), "kernel": ["rbf", "linear"], "tol": (1e-4, 1e-2)}
    return BayesSearchCV(SVC(), space, n_iter=14, cv=3, random_state=0).fit(X, Y)


@pytest.fixture(scope="module")
def path(search, tmp_path_factory):
    return search.report(tmp_path_factory.mktemp("report") / "report.html")


def test_the_page_is_well_formed_and_alone(path):
    page = Outline(path.read_text(encoding="utf-8"))
    assert page.open == []
    assert page.scripts == 1
    assert len(page.sources) >= 8
    assert all(source.startswith("data:image/") for source in page.sources)
    assert "http" not in path.read_text(encoding="utf-8").split("base64")[0]


def test_the_answer_comes_first(path, search):
    page = Outline(path.read_text(encoding="utf-8"))
    assert page.heads[0] == "Search of SVC by score"
    order = ["The best parameters", "What that means", "Pictures", "Candidates", "Settings"]
    assert [head for head in page.heads if head in order] == order
    assert f"{search.best_score_:.5g}" in page.text
    assert str(search.insight().best) in page.text
    assert str(search.insight().improvement()) in page.text
    assert "14 candidates were evaluated: 14 complete. That took 42 fits" in page.text
    for name in ("C", "kernel", "tol", "n_iter", "random_state", "sklearn"):
        assert name in page.texts


@pytest.mark.parametrize("case", CASES)
def test_every_search_has_a_report(case, tmp_path):
    page = Outline(write_report(CASES[case](), tmp_path / "report.html").read_text("utf-8"))
    assert page.open == []
    assert ("No candidate has a score" in page.text) == (case == "all failed")


def test_values_of_users_are_text_and_nothing_else(tmp_path):
    space = {EVIL: (0.0, 1.0), "kind": [EVIL, "plain", "\ud800"]}
    page = Outline(
        write_report(
            told(12, lambda p, rng: p[EVIL], space=space), tmp_path / "report.html"
        ).read_text("utf-8")
    )
    assert page.open == []
    assert page.scripts == 1
    assert EVIL in page.texts


def test_a_thousand_candidates_are_a_small_file(tmp_path):
    path = write_report(many(1000), tmp_path / "report.html")
    assert path.stat().st_size < 1_500_000


def test_only_a_fitted_search_has_a_report(tmp_path):
    with pytest.raises(ValueError, match="not fitted"):
        BayesSearchCV(SVC(), {"C": [1.0]}).report(tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_the_versions_are_those_that_run(search, monkeypatch):
    monkeypatch.setattr("skbayes.__version__", "9.9")
    monkeypatch.setattr("skbayes.report.page.pictures", lambda *_: [])
    assert {"skbayes", "9.9"} <= set(Outline(report_html(search)).texts)


def test_a_folder_that_does_not_exist_is_named(search, tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist; make it first"):
        write_report(search, tmp_path / "no" / "report.html")


def test_without_matplotlib_nothing_is_written(search, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install matplotlib"):
        search.report(tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_the_gain_is_measured_by_folds_that_had_no_part_in_the_choice():
    folds = np.array([[0.0, 0.0, 0.0], [3.0, 3.0, 0.0], [2.0, 2.0, 2.0]])
    optimizer = told(0, space={"x": (0, 9)})
    for x, row in enumerate(folds):
        optimizer.tell({"x": x}, folds=row.tolist())
    found = read(optimizer)
    answer = answers(found, None)
    # Of folds 2 and 3 the third is the best, and has 2 on fold 1; likewise on fold 2; folds 1 and 2
    # choose the second, which has 0 on fold 3.
    assert answer.gain.expected == pytest.approx((2 + 2 + 0) / 3)
    assert answer.difference == 2.0
    assert answer.over_first.startswith("It scores 2 higher than the first candidate")
    assert math.isnan(answer.chance)


def test_of_equal_scores_and_gains_no_interval_is_told():
    optimizer = told(0, space={"x": (0, 9)})
    for x, score in enumerate([0.75, 1.0]):
        optimizer.tell({"x": x}, folds=[score] * 3)
    text = Outline(report_html(optimizer)).text
    assert "nan" not in text.split("Pictures")[0]
    assert "90 % interval" not in text
    assert "a difference of +0.250 can be expected (the interval is not known: the dif" in text


def test_a_failed_candidate_has_no_part_in_the_gain():
    optimizer = told(0, space={"x": (0, 9)})
    for x, row in enumerate([[0.0, 0.1, 0.0], [0.2, 0.3, 0.2], [0.1, 0.2, 9.0]]):
        optimizer.tell({"x": x}, folds=row)
    found = read(optimizer)
    failed = replace(
        found, status=("complete", "complete", "failed"), scores=np.append(found.scores[:2], np.nan)
    )
    without = answers(replace(failed, taken=1), None).gain
    assert (without.expected, without.n_candidates) == (pytest.approx(0.2), 2)


def test_a_title_names_no_step_that_is_not_there(tmp_path):
    steps = [("scale", "passthrough"), ("none", None), ("model", Ridge())]
    search = BayesSearchCV(Pipeline(steps), {"model__alpha": [0.1, 1.0]}, n_iter=2, cv=2)
    page = Outline(report_html(search.fit(X, Y)))
    assert page.heads[0] == "Search of Ridge by score"


def test_a_bound_of_another_candidate_with_the_same_score_is_not_that_of_the_best():
    # All candidates of the grid score 1: the first of them is the best, and the last is taken.
    X_, y_ = [[0.0], [0.1], [1.0], [1.1]] * 5, [0, 0, 1, 1] * 5
    search = BayesSearchCV(
        SVC(), {"C": [1, 2, 3, 4]}, n_iter=4, cv=2, refit=lambda table: len(table["params"]) - 1
    ).fit(X_, y_)
    found = read(search)
    told_of = answers(found, found.insight())
    assert told_of.params == {"C": 4}
    assert ["highest score" in each for each in told_of.bounds] == [True]


def test_no_gain_is_told_as_such():
    optimizer = told(0, space={"x": (0, 9)})
    for x, score in enumerate([1.0, 0.5]):
        optimizer.tell({"x": x}, folds=[score] * 3)
    answer = answers(read(optimizer), None)
    assert answer.gain is None
    assert answer.over_first == "No candidate scored higher than the first candidate."


def test_where_nothing_was_compared_no_comparison_is_told():
    optimizer = told(0, space={"x": (0, 9)})
    optimizer.tell({"x": 0}, folds=[1.0, 2.0, 3.0])
    optimizer.tell({"x": 1}, folds=[9.0, None, None])
    assert answers(read(optimizer), None).over_first == ""


@pytest.mark.parametrize(
    ("settings", "space", "first"),
    [
        ({}, {}, True),
        # A word is the number that it means.
        ({}, {"gamma": (1e-4, 1e2, "log-uniform")}, True),
        ({"C": 1e3}, {}, False),
        ({"kernel": "linear"}, {"kernel": ["rbf", "poly"]}, False),
        ({"kernel": "linear"}, {"kernel": ["rbf"]}, False),
        ({}, None, None),
    ],
)
def test_only_an_estimator_that_was_not_changed_is_called_as_it_was(settings, space, first):
    space = {"C": (0.5, 100.0, "log-uniform")} | (space or {})
    begin = {} if first is not None else {"initial_points": [{"C": 1.0}]}
    search = BayesSearchCV(SVC(**settings), space, n_iter=2, cv=2, random_state=0, **begin)
    page = Outline(report_html(search.fit(X, Y)))
    assert FIRST[first] in page.text
    assert ("the estimator" in page.text) == (first is not None)
    assert ("with its own parameters" in page.text) == (first is True)


def test_an_estimator_with_more_of_a_resource_is_not_as_it_was():
    def first(n_estimators):
        forest = RandomForestClassifier(n_estimators, max_depth=3, random_state=0)
        search = BayesSearchCV(
            forest, {"max_depth": (1, 9)}, n_iter=2, cv=2, random_state=0,
            resource="n_estimators", max_resources=4,
        ).fit(X, Y)  # fmt: skip
        return search._begins_with_estimator

    assert [first(n) for n in (4, 3)] == [True, False]


def test_one_count_of_candidates_stands_on_the_page():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the fits that failed
        search = BayesSearchCV(
            SVC(), {"C": (0.1, 10.0), "kernel": ["rbf", "none"]}, n_iter=8, cv=3, random_state=0
        ).fit(X, Y)
    n = sum(status == "complete" for status in search.candidate_status_)
    assert 1 < n < 8
    for text in (Outline(report_html(search)).text, Outline(search._short_form()).text):
        assert f"the best of {n} complete candidates" in text
        assert not re.search(rf"best of (?!{n} )", text)


def test_a_space_without_parameters_has_a_best_candidate_too():
    search = BayesSearchCV(SVC(), {}, cv=3, n_iter=1).fit(X, Y)
    page = Outline(report_html(search))
    assert "No candidate has a score" not in page.text
    assert f"{search.best_score_:.5g}" in page.texts
    assert "The best parameters" not in page.heads
    assert "Search space" not in page.heads


def test_where_nothing_is_left_there_is_no_chance_of_more():
    search = BayesSearchCV(SVC(), {"C": [0.1, 1.0, 10.0]}, n_iter=3, cv=3).fit(X, Y)
    page = Outline(report_html(search))
    assert str(search.insight().improvement()) in page.texts
    assert "by more than its noise" not in page.text


def lowest(table):
    return int(np.argmin(table["mean_test_score"]))


@pytest.mark.parametrize(
    "settings",
    [
        {"refit": lowest},
        {"scoring": {"score": "accuracy", "other": "recall_macro"}, "objective": "other",
         "refit": lowest},
    ],
)  # fmt: skip
def test_another_candidate_than_the_best_is_not_called_the_best(settings):
    search = BayesSearchCV(
        SVC(), {"C": (1e-3, 1e2, "log-uniform")}, n_iter=8, cv=3, random_state=0, **settings
    ).fit(X, Y)
    found = read(search)
    row, highest = found.taken, np.nanmax(found.scores)
    assert found.scores[row] < highest
    page = Outline(report_html(search))
    note = f"taken from 8 candidates (the highest score is {highest:.5g})"
    assert f"mean of 3 folds), {note}; standard error" in page.text
    assert note in Outline(search._short_form()).text
    assert "The parameters taken" in page.heads
    told = answers(found, found.insight())
    assert told.score == found.scores[row]
    # What is said of the highest score would be read as said of the candidate above it.
    assert told.gain is None
    for text in (page.text, Outline(search._short_form()).text):
        assert "the best of 8" not in text
        assert "can be expected" not in text
        assert "to be expected" not in text
    assert "The candidate taken scores" in page.text
    assert all("of the highest score" in sentence for sentence in told.bounds)


def test_the_metric_that_chose_the_best_candidate_is_named():
    search = BayesSearchCV(
        SVC(),
        {"C": [0.01, 1.0]},
        n_iter=2,
        cv=3,
        random_state=0,
        scoring=["accuracy", "recall_macro"],
        refit="recall_macro",
        objective="accuracy",
    ).fit(X, Y)
    said = "chosen by recall_macro, the metric that refit names: its mean recall_macro is "
    for page in (report_html(search), search._short_form()):
        assert f"{said}{search.best_score_:.5g}." in Outline(page).text


def test_of_the_simplest_candidate_it_is_said_what_it_is():
    search = BayesSearchCV(
        Ridge(),
        {"alpha": [0.001, 0.01, 0.05, 0.1, 0.3, 1.0, 10.0, 100.0]},
        n_iter=8,
        cv=3,
        refit="1se",
        random_state=0,
    ).fit(*load_diabetes(return_X_y=True))
    found = read(search)
    assert search.best_score_ < np.nanmax(found.scores)
    page = Outline(report_html(search))
    note = f"taken from 8 candidates (the highest score is {np.nanmax(found.scores):.5g})"
    assert note in page.text
    assert str(search.insight().best) in page.texts
    assert search.insight().best.is_simplest
    # As if the rule had taken the first candidate, though others score higher.
    shown = answers(replace(found, taken=0), found.insight(), begins_with_estimator=True)
    assert shown.over_first == "The candidate taken is the estimator with its own parameters."


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        ((0.0397, 0.03962, 0.03981), ["+0.03970", "+0.03962", "+0.03981"]),
        ((106.034, 106.029, 106.041), ["+106.034", "+106.029", "+106.041"]),
        ((0.005, -0.1, 0.11), ["+0.005", "-0.100", "+0.110"]),
        ((2060.4, 1500.0, 2600.0), ["+2060", "+1500", "+2600"]),
        ((-1e-9, -0.02, 0.02), ["+0.0000", "-0.0200", "+0.0200"]),
        ((0.04, 0.04, 0.04 + 1e-16), ["+0.0400"] * 3),
        ((0.0, 0.0, 0.0), ["+0"] * 3),
        ((2.5e7, 1e7, 3e7), ["+2.5e+07", "+1e+07", "+3e+07"]),
        ((2.5e-7, 1e-7, 3e-7), ["+2.5e-07", "+1e-07", "+3e-07"]),
    ],
)
def test_gains_lie_in_their_intervals(numbers, texts):
    assert as_gains(*numbers) == texts


@given(numbers=st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3).map(sorted))
def test_rounding_keeps_the_order_of_gains(numbers):
    low, middle, high = map(float, as_gains(*numbers))
    assert low <= middle <= high


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.9777777, "0.97778"), (1.0, "1"), (-123456.7, "-123457"), (1.5e6, "1.5e+06"), (0.0, "0")],
)
def test_scores_have_no_exponent_below_a_million(number, text):
    assert in_digits(number, 5) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0123, "0.012 s"), (59.6, "60 s"), (600.0, "10 min"), (9000, "2.5 h")]
)
def test_times_as_people_write_them(seconds, text):
    assert duration(seconds) == text


def test_effort_says_how_the_candidates_ended():
    found = read(CASES["mixed"]())
    said = effort(found, "max_time")
    assert "stopped early" in said
    assert said.endswith("The search ended: max_time was reached.")
    assert effort(found, "max_fits").endswith(
        "max_fits was reached, or was not enough for another candidate."
    )


def test_one_fit_is_not_several():
    optimizer = told(0, space={"x": (0, 9)})
    assert repr(optimizer) == "<Optimizer of 1 dimension: 0 points asked, 0 told>"
    optimizer.ask()
    assert repr(optimizer) == "<Optimizer of 1 dimension: 1 point asked, 0 told>"
    optimizer.tell({"x": 1}, folds=[1.0])
    assert effort(read(optimizer)).endswith("1 complete. That took 1 fit.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 380])
def test_in_a_real_browser(path, width, scheme, tmp_path):
    pytest.importorskip("PyQt6.QtWebEngineCore", reason="needs the extra 'browser'")
    script = """(() => {
      const rows = () => [...document.querySelectorAll("table.sortable tbody tr")];
      const first = rows().map((row) => row.cells[0].textContent);
      const heads = [...document.querySelectorAll("table.sortable thead th")];
      heads[0].querySelector("button").click();
      const down = rows().map((row) => Number(row.cells[0].textContent));
      heads[0].querySelector("button").click();
      const up = rows().map((row) => Number(row.cells[0].textContent));
      return {
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        dark: matchMedia("(prefers-color-scheme: dark)").matches,
        paper: getComputedStyle(document.body).backgroundColor,
        loaded: [...document.images].map((image) => image.complete && image.naturalWidth > 0),
        columns: getComputedStyle(document.querySelector(".pictures"))
          .gridTemplateColumns.split(" ").length,
        down, up, sorted: heads[0].getAttribute("aria-sort"),
      };
    })()"""
    tool = str(Path(__file__).parents[1] / "browser.py")
    picture = str(tmp_path / "picture.png")
    done = subprocess.run(
        [sys.executable, tool, str(path), str(width), scheme, script, picture],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    [line] = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
    seen = json.loads(line.removeprefix("RESULT"))
    assert seen["console"] == []
    result = seen["result"]
    assert result["wide"] <= 0
    assert result["dark"] == (scheme == "dark")
    assert result["paper"] == ("rgb(20, 24, 30)" if scheme == "dark" else "rgb(255, 255, 255)")
    assert all(result["loaded"])
    assert result["columns"] == (2 if width == 1200 else 1)
    assert result["down"] == sorted(result["down"], reverse=True)
    assert result["up"] == sorted(result["up"])
    assert result["sorted"] == "ascending"
    assert Path(picture).stat().st_size > 5000


def test_the_page_says_the_same_twice(search):
    pages = [re.sub(r"<td[^>]*>20\d\d-[^<]*", "", report_html(search)) for _ in range(2)]
    assert pages[0] == pages[1]
