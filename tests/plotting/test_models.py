"""Arrays of the Displays that ask the model, against what the insight says itself."""

import numpy as np
import pytest

from pictures import BRANCHES, SPACE, told
from skbayes.plotting import (
    GainDisplay,
    ImportancesDisplay,
    PairDisplay,
    ParallelCoordinatesDisplay,
    ParameterDisplay,
)


@pytest.fixture(scope="module")
def search():
    return told(40, n_folds=3)


def test_a_parameter_at_the_best_of_the_others(search):
    display = ParameterDisplay.from_search(search, "depth")
    insight = search.insight()
    rows = [{**insight.best_params, "depth": depth} for depth in range(1, 10)]
    np.testing.assert_array_equal(display.grid, np.arange(1, 10))
    np.testing.assert_allclose(display.mean, insight.predict(rows)[0])
    low, high = insight.interval(rows)
    np.testing.assert_allclose(display.low, low)
    np.testing.assert_allclose(display.high, high)
    params = [params for params, _ in search.told]
    assert display.x[0] == search.reports[0][0].codes[1] or display.x[0] == params[0]["depth"]
    assert (display.mean <= display.high).all()


def test_a_parameter_that_is_averaged_over_the_others(search):
    display = ParameterDisplay.from_search(search, "depth", others="averaged")
    best = ParameterDisplay.from_search(search, "depth")
    # The scores fall with the depth, at any values of the others; the best others are better.
    assert display.mean[0] > display.mean[-1]
    assert (display.mean < best.mean).all()
    assert (display.low < display.mean).all()
    assert (display.mean < display.high).all()


def test_an_average_is_the_mean_of_predictions(search):
    insight = search.insight()
    groups = [[params for params, _ in search.told[:5]], [search.told[7][0]]]
    mean, low, high = insight.average(groups)
    np.testing.assert_allclose(mean[0], insight.predict(groups[0])[0].mean())
    one, sd = insight.predict(groups[1])
    np.testing.assert_allclose(mean[1], one[0])
    # Of a single point it is the interval of the score without noise.
    np.testing.assert_allclose((high - low)[1] / (high - low)[0] > 0, True)
    assert (high - mean)[1] > sd[0]
    with pytest.raises(ValueError, match="level must be a number between 0 and 1"):
        insight.average(groups, level=90)


def test_a_parameter_that_few_candidates_have(search):
    display = ParameterDisplay.from_search(search, "gamma")
    n_without = sum(
        "gamma" not in params for params in (search.space.decode(p) for p, _ in search.reports)
    )
    assert 0 < n_without == np.isnan(display.x).sum()
    assert display.scale.kind == "log"
    assert f"{len(search.reports) - n_without} of {len(search.reports)}" in display.ax_.get_title(
        loc="right"
    )


def test_a_step_whose_values_have_other_parameters():
    search = told(20, space=BRANCHES)
    display = ParameterDisplay.from_search(search, "model")
    best = {
        name: max(score for params, score in search.told if params["model"] == name)
        for name in ("svc", "forest")
    }
    assert display.scale.others == ("svc", "forest")
    rows = [
        next(params for params, score in search.told if score == best[name])
        for name in ("svc", "forest")
    ]
    np.testing.assert_allclose(display.mean, search.insight().predict(rows)[0])


def test_a_pair_at_the_best_of_the_others(search):
    display = PairDisplay.from_search(search, "C", "kernel")
    insight = search.insight()
    assert display.mean.shape == (len(SPACE["kernel"]), len(display.grid_x))
    kernel = insight.best_params["kernel"]
    row = SPACE["kernel"].index(kernel)
    params = [{**insight.best_params, "C": float(C)} for C in display.grid_x]
    np.testing.assert_allclose(display.mean[row], insight.predict(params)[0])
    np.testing.assert_array_equal(display.grid_y, [0, 1, 2])


@pytest.mark.parametrize("one", ["rbf", 0.5])
def test_a_pair_with_a_single_value_has_cells_that_are_seen(one):
    space = {"C": (1e-2, 1e2, "log-uniform"), "one": [one]}
    if one == 0.5:  # one number on the axis of a range
        space = [space, {"C": (1e-2, 1e2, "log-uniform"), "one": (0.0, 1.0)}]
    search = told(9, lambda params, rng: float(params["one"] == one) - params["C"], space=space)
    display = PairDisplay.from_search(search, "one", "C")
    assert display.mean.shape[1] == 1
    x, y = np.moveaxis(display.surface_.get_coordinates(), -1, 0)
    low, high = display.ax_.get_xlim()
    assert ((x[:, 1] - x[:, 0]) > 0.05 * (high - low)).all()
    assert (np.diff(y, axis=0) > 0).all()
    # Places stand in the middle of their cells.
    np.testing.assert_allclose(x.mean(axis=1), display.grid_x[0])


@pytest.mark.parametrize("others", ["best", "averaged"])
def test_of_a_long_list_all_parts_are_predicted(others):
    space = {"C": np.logspace(-3, 3, 200).tolist(), "kind": [f"kind {i}" for i in range(120)]}
    search = told(16, lambda params, rng: -abs(np.log10(params["C"]) - 2.0), space=space)
    display = ParameterDisplay.from_search(search, "C", others=others)
    assert display.grid[[0, -1]].tolist() == [0.0, 199.0]
    assert len(display.grid) <= 60
    assert np.diff(display.grid).max() <= 6
    assert np.isin(display.x, display.grid).all()
    if others == "best":
        rows = [{**search.best_params, "C": space["C"][int(i)]} for i in display.grid]
        np.testing.assert_allclose(display.mean, search.insight().predict(rows)[0])


def test_of_two_long_lists_the_best_is_in_the_picture():
    space = {"C": np.logspace(-3, 3, 200).tolist(), "kind": [f"kind {i}" for i in range(120)]}
    # More than are shown: of these, the best ones are.
    search = told(80, lambda params, rng: params["C"], space=space)
    display = PairDisplay.from_search(search, "C", "kind")
    assert display.x[display.taken] in display.grid_x
    assert display.y[display.taken] in display.grid_y
    assert display.grid_y[[0, -1]].tolist() == [0.0, 119.0]
    assert display.mean.shape == (len(display.grid_y), len(display.grid_x))
    assert max(display.mean.shape) <= 60


def test_parallel_coordinates_are_places_on_the_axes(search):
    display = ParallelCoordinatesDisplay.from_search(search, parameters=["C", "gamma", "kernel"])
    params = [search.space.decode(point) for point, _ in search.reports]
    C = [np.log(p["C"] / 1e-2) / np.log(1e5) for p in params]
    np.testing.assert_allclose(display.values[:, 0], C, atol=1e-9)
    gamma = [np.log(p["gamma"] / 1e-4) / np.log(1e4) if "gamma" in p else np.nan for p in params]
    np.testing.assert_allclose(display.values[:, 1], gamma, atol=1e-9)
    kernel = [(SPACE["kernel"].index(p["kernel"]) + 0.5) / 3 for p in params]
    np.testing.assert_allclose(display.values[:, 2], kernel)
    assert [scale.name for scale in display.scales] == ["C", "gamma", "kernel"]
    assert len(display.lines_.get_segments()) == np.isfinite(display.scores).sum()


def test_all_parameters_that_vary_have_an_axis():
    display = ParallelCoordinatesDisplay.from_search(told(20, space=BRANCHES))
    assert {scale.name for scale in display.scales} == {"model", "C", "n_trees"}


def test_importances_are_those_of_the_insight(search):
    display = ImportancesDisplay.from_search(search)
    importances = search.insight().importances()
    assert display.names == [each.name for each in importances]
    np.testing.assert_array_equal(display.total, [each.total for each in importances])
    np.testing.assert_array_equal(
        display.alone_interval, [each.alone_interval for each in importances]
    )
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == display.names


def test_many_parameters_are_cut_and_it_is_said():
    names = [f"x{i}" for i in range(25)]
    display = ImportancesDisplay(
        names, np.ones(25), np.ones((25, 2)), np.ones(25), np.ones((25, 2))
    )
    display.plot()
    assert "5 less important ones are left out" in display.ax_.get_title(loc="right")


def test_the_gain_is_that_of_the_insight(search):
    display = GainDisplay.from_search(search, n=(10, 1), by=0.5)
    gains = [search.insight().improvement(n, by=0.5) for n in (1, 10)]
    np.testing.assert_array_equal(display.n, [1, 10])
    np.testing.assert_array_equal(display.probability, [gain.probability for gain in gains])
    np.testing.assert_array_equal(display.expected, [gain.expected for gain in gains])
    assert display.said == str(gains[1])
    # All of it is in the picture.
    display.figure_.canvas.draw()
    box = display.text_.get_window_extent()
    assert display.text_.get_text().replace("\n", " ") == display.said
    assert display.figure_.bbox.contains(box.x0, box.y0)
    assert display.figure_.bbox.contains(box.x1, box.y1)
    np.testing.assert_allclose(display.line_.get_ydata(), display.probability)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: told(5), "not known yet"),
        (lambda: told(1), "fewer than two scores"),
        (lambda: told(30, lambda p, rng: 1.0), "All scores are equal"),
        (lambda: told(30, space={"x": ["a", "b"], "y": ["c"]}), "no gain is possible"),
    ],
)
def test_where_no_gain_is_known_a_sentence_says_why(make, sentence):
    display = GainDisplay.from_search(make())
    assert display.line_ is None
    assert sentence in display.text_.get_text()
