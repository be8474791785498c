"""What holds for all Displays: they draw every kind of search, and can be read."""

import sys

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV

from pictures import CASES, many, outside, overlaps, share_of_ink, told
from skbayes import BayesSearchCV, plotting
from skbayes.found import read
from skbayes.plotting import (
    ConvergenceDisplay,
    FoldsDisplay,
    GainDisplay,
    ImportancesDisplay,
    PairDisplay,
    ParallelCoordinatesDisplay,
    ParameterDisplay,
    TimelineDisplay,
)
from skbayes.plotting.style import plain_names

DISPLAYS = {
    "convergence": ConvergenceDisplay.from_search,
    "cost": lambda search, ax=None: ConvergenceDisplay.from_search(search, x="cost", ax=ax),
    "parameter": lambda search, ax=None: ParameterDisplay.from_search(search, "C", ax=ax),
    "averaged": lambda search, ax=None: ParameterDisplay.from_search(
        search, "C", others="averaged", ax=ax
    ),
    "list": lambda search, ax=None: ParameterDisplay.from_search(search, a_list(search), ax=ax),
    "pair": lambda search, ax=None: PairDisplay.from_search(search, "C", a_list(search), ax=ax),
    "parallel": ParallelCoordinatesDisplay.from_search,
    "importances": ImportancesDisplay.from_search,
    "gain": GainDisplay.from_search,
}


def a_list(search):
    names = search.space.dimension_names
    return next(name for name in ("kernel", "model", "name") if name in names)


@pytest.fixture(scope="module")
def searches():
    # The models of each are fitted once.
    return {name: read(make()) for name, make in CASES.items()}


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("case", CASES)
def test_every_search_is_drawn_and_can_be_read(case, display, searches):
    drawn = DISPLAYS[display](searches[case])
    assert drawn.ax_.figure is drawn.figure_
    assert share_of_ink(drawn.figure_) > 0.005
    assert overlaps(drawn.figure_) == []
    assert outside(drawn.figure_) == []


@pytest.mark.parametrize("display", DISPLAYS)
def test_a_display_draws_on_axes_that_it_is_given(display, searches):
    from matplotlib.figure import Figure

    axes = Figure(figsize=(8, 3), layout="constrained").subplots(1, 2)
    drawn = DISPLAYS[display](searches["mixed"], ax=axes[1])
    assert drawn.ax_ is axes[1]
    assert drawn.plot(ax=axes[0]) is drawn
    assert drawn.ax_ is axes[0]
    assert drawn.figure_ is axes[0].figure


def test_ten_thousand_candidates_are_a_small_picture(tmp_path):
    found = many(10_000)
    assert len(found) == 10_000
    for display in (
        ConvergenceDisplay.from_search(found),
        ParallelCoordinatesDisplay.from_search(found),
        FoldsDisplay.from_search(found, order="score"),
    ):
        path = tmp_path / "picture.svg"
        display.figure_.savefig(path, dpi=72)
        assert path.stat().st_size < 2_000_000


def test_marks_are_told_apart_without_colours():
    from skbayes.plotting.style import LINES, MARKS

    assert len({mark for mark, _, _ in MARKS.values()}) == len(MARKS)
    assert len(set(LINES)) == len(LINES)


def test_dir_shows_the_displays_and_no_more_is_promised():
    assert dir(plotting) == sorted(plotting.__all__)
    assert all(name.endswith("Display") for name in plotting.__all__)


def test_without_matplotlib_one_error_says_how_to_install_it(monkeypatch, searches):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install matplotlib"):
        ConvergenceDisplay.from_search(searches["mixed"])


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda s: ConvergenceDisplay.from_search(s, x="time"), "x must be one of"),
        (lambda s: ConvergenceDisplay.from_search(s, x="seconds"), "give the path|Give the path"),
        (lambda s: ParameterDisplay.from_search(s, "D"), "no candidate has a parameter 'D'"),
        (lambda s: ParameterDisplay.from_search(s, "C", others="mean"), "'best' or 'averaged'"),
        (lambda s: PairDisplay.from_search(s, "C", "C"), "two parameters, got 'C' twice"),
        (lambda s: FoldsDisplay.from_search(s, order="time"), "'tried' or 'score'"),
        (lambda s: TimelineDisplay.from_search(s), "does not know when"),
        (lambda s: GainDisplay.from_search(s, n=()), "n is empty"),
        (lambda s: ParallelCoordinatesDisplay.from_search(s, parameters=[]), "parameters is empty"),
        (lambda s: FoldsDisplay.from_search(told(3)), "no scores of folds"),
        (lambda s: ConvergenceDisplay.from_search([]), "no search to draw"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message, searches):
    with pytest.raises(ValueError, match=message):
        draw(searches["mixed"])


def test_a_class_is_no_search():
    with pytest.raises(TypeError, match="got the class BayesSearchCV"):
        ConvergenceDisplay.from_search(BayesSearchCV)


def test_a_search_of_scikit_learn_is_not_asked_for_a_checkpoint():
    search = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2).fit(np.eye(8), np.arange(8.0))
    with pytest.raises(ValueError, match="does not know when") as caught:
        TimelineDisplay.from_search(search)
    assert "Give the path" not in str(caught.value)


def test_parameters_that_no_candidate_has_both_are_no_pair(searches):
    with pytest.raises(ValueError, match="no candidate has both 'C' and 'n_trees'"):
        PairDisplay.from_search(searches["branches"], "C", "n_trees")


def test_an_insight_can_be_given_so_that_the_models_are_fitted_once(searches, monkeypatch):
    search = CASES["mixed"]()
    insight = search.insight()
    monkeypatch.setattr(type(search), "insight", lambda self: pytest.fail("was fitted again"))
    mean = ParameterDisplay.from_search(search, "depth", insight=insight).mean
    assert np.isfinite(mean).all()
    for display in (ImportancesDisplay, GainDisplay):
        display.from_search(search, insight=insight)
    PairDisplay.from_search(search, "C", "depth", insight=insight)


def test_names_and_values_with_dollars_are_no_formulas():
    space = {"$x$": (0.0, 1.0), "kind": ["$\\frac$", "\ud800"]}
    search = told(12, lambda params, rng: params["$x$"], space=space)
    for display in (
        ConvergenceDisplay.from_search({"a $b$": search, "c": search}),
        ParameterDisplay.from_search(search, "kind"),
        PairDisplay.from_search(search, "$x$", "kind"),
        ParallelCoordinatesDisplay.from_search(search),
        ImportancesDisplay.from_search(search),
    ):
        assert share_of_ink(display.figure_) > 0.005
        texts = [text.get_text() for text in display.ax_.texts]
        assert not any(r"\\$" in text for text in texts)


def test_long_names_are_cut_where_they_are_told_apart():
    names = [
        "preprocessor__numerical__imputer__strategy_of_the_columns",
        "preprocessor__categorical__encoder__min_frequency_of_all",
        "classifier__estimator__min_samples_leaf",
    ]
    search = told(14, lambda p, rng: rng.normal(), space=dict.fromkeys(names, (0.0, 1.0)))
    for display in (
        ImportancesDisplay.from_search(search),
        ParallelCoordinatesDisplay.from_search(search),
        ParallelCoordinatesDisplay.from_search(search, parameters=names[:2]),
    ):
        assert share_of_ink(display.figure_) > 0.005
        assert outside(display.figure_) == []
        ax = display.ax_
        labels = ax.get_xticklabels() + ax.get_yticklabels()
        labels = [label for label in labels if "__" in label.get_text()]
        assert all(len(label.get_text()) <= 40 for label in labels)
        assert any(label.get_text().startswith("...") for label in labels)
        boxes = [label.get_window_extent() for label in labels]
        assert all(box.x0 >= 0 and box.y0 >= 0 for box in boxes)


def test_names_of_the_same_end_are_not_cut():
    names = [f"{step}__{'x' * 60}" for step in "ab"]
    assert plain_names(names) == names


def test_a_name_that_matplotlib_would_hide_is_in_the_legend():
    display = ConvergenceDisplay.from_search({"_ours": told(4), "theirs": told(4, seed=1)})
    assert [text.get_text().strip() for text in display.legend_.get_texts()] == ["_ours", "theirs"]
