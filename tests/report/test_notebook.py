"""What a notebook shows of a fitted search and of an insight, beside scikit-learn's own form."""

import copy

import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.svm import SVC
from sklearn.utils import estimator_html_repr
from test_page import Outline

from skbayes import BayesSearchCV, Optimizer
from skbayes._html import element, escaped, spark
from skbayes.rules import on_new_folds

X, Y = load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def search():
    space = {"C": (1e-2, 1e3, "log-uniform"), "kernel": ["rbf", "linear"]}
    return BayesSearchCV(SVC(), space, n_iter=9, cv=3, random_state=0).fit(X, Y)


def of_notebook(search):
    """Return the two forms that a notebook may ask for."""
    return search._repr_mimebundle_()["text/html"], search._repr_html_()


def test_a_fitted_search_shows_its_answer_above_scikit_learns_own_form(search):
    for shown in of_notebook(search):
        short, own = shown.split('<div class="skbayes-short"')[1].split("</div>", 1)
        page = Outline('<div class="skbayes-short"' + short + "</div>")
        assert page.open == []
        assert f"score {search.best_score_:.5g}" in page.text
        assert "is the best of 9 candidates" in page.text
        assert "9 candidates were evaluated" in page.text
        assert "rbf" in page.texts or "linear" in page.texts
        assert on_new_folds(search._best) in page.texts
        # Its score is told above, and not again.
        assert str(search._best) not in page.texts
        assert "best_estimator_" in own
    assert search._repr_mimebundle_()["text/plain"] == repr(search)


def test_scikit_learns_own_form_is_still_there(search):
    assert "skbayes-short" not in estimator_html_repr(search)
    assert "BayesSearchCV" in estimator_html_repr(search)


def test_before_a_fit_there_is_only_scikit_learns_own_form(search):
    for shown in of_notebook(clone(search)):
        assert "skbayes-short" not in shown
        assert "BayesSearchCV" in shown


def test_who_wants_text_gets_text(search):
    with config_context(display="text"):
        assert "text/html" not in search._repr_mimebundle_()
        assert not hasattr(search, "_repr_html_")


def test_nothing_is_fitted_for_the_short_form(search, monkeypatch):
    monkeypatch.setattr(BayesSearchCV, "insight", lambda self: pytest.fail("fits models"))
    assert all("skbayes-short" in shown for shown in of_notebook(search))


def test_an_older_pickle_is_shown_too(search):
    older = copy.copy(search)
    del older._best
    assert all("skbayes-short" in shown for shown in of_notebook(older))


def test_an_insight_shows_what_it_prints():
    optimizer = Optimizer({"x<y": (0.0, 1.0), "kind": ["<b>", "c"]}, random_state=0)
    for _ in range(14):
        params = optimizer.ask()
        optimizer.tell(params, params["x<y"])
    insight = optimizer.insight()
    page = Outline(insight._repr_html_())
    assert page.open == []
    assert str(insight.improvement()) in page.texts
    for each in insight.importances():
        low, high = each.total_interval
        assert each.name in page.texts
        assert f"{each.total:.2f} ({low:.2f} to {high:.2f})" in page.texts
    assert all(str(each) in page.texts for each in insight.at_bounds())


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (element("p", "a"), "<p>a</p>"),
        (element("td", escaped("<&\">'"), class_="x"),
         '<td class="x">&lt;&amp;&quot;&gt;&#x27;</td>'),
        (element("p", data_v='"'), '<p data-v="&quot;"></p>'),
        (spark([1.0], [1.0], label="none"), ""),
        (spark([float("nan")] * 3, [float("nan")] * 3, label="none"), ""),
    ],
)  # fmt: skip
def test_elements(made, expected):
    assert made == expected


def test_the_small_picture_has_a_step_for_each_new_best():
    svg = spark([0.0, 2.0, 1.0, 4.0], [0.0, 2.0, 2.0, 4.0], label="scores")
    assert svg.count("<circle") == 4
    points = svg.split('points="')[1].split('"')[0].split()
    # From the first to the second level, along it, to the third.
    assert len(points) == 5
    assert Outline(svg).open == []
