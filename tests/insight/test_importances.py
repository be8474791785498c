"""Importances against functions whose Sobol indices are known."""

import math

import numpy as np
import pytest

from skbayes import Categorical, Optimizer
from skbayes.gp import Hyperparameters, Posterior
from skbayes.insight.importances import importances
from skbayes.space import parse_space


def cube(d):
    return {f"x{j}": (0.0, 1.0) for j in range(d)}


def told(space, score, n, seed=0):
    optimizer = Optimizer(space, random_state=seed)
    uniform = np.random.default_rng(seed).random((n, len(optimizer.space.axes)))
    points = dict.fromkeys(optimizer.space.points(optimizer.space.sample(uniform)))
    for point in points:
        params = optimizer.space.decode(point)
        optimizer.tell(params, score(params))
    return optimizer.insight().importances()


def searched(space, score, n, seed=0):
    optimizer = Optimizer(space, random_state=seed, n_iter=n)
    for _ in range(n):
        params = optimizer.ask()
        optimizer.tell(params, score(params))
    return optimizer.insight().importances()


def weighted(p):
    return 4 * p["x0"] + 2 * p["x1"] + p["x2"]


# Most points of a search lie about the best corner, and tell less of the rest.
@pytest.mark.parametrize(("learn", "error"), [(told, 0.05), (searched, 0.2)])
@pytest.mark.parametrize("seed", [0, 1])
def test_linear_with_weights(learn, error, seed):
    found = learn(cube(5), weighted, 60, seed)
    for name, share in {"x0": 16 / 21, "x1": 4 / 21, "x2": 1 / 21, "x3": 0, "x4": 0}.items():
        assert found[name].alone == pytest.approx(share, abs=error)
        assert found[name].total == pytest.approx(share, abs=error)
    assert [each.name for each in found][:3] == ["x0", "x1", "x2"]
    assert max(found["x3"].total_interval[1], found["x4"].total_interval[1]) < 0.02


def test_additive_and_curved():
    # Variances of 3 u, sin(2 pi u) and (2 u - 1)^2: 9/12, 1/2, 4/45.
    def score(p):
        return 3 * p["x0"] + math.sin(2 * math.pi * p["x1"]) + (2 * p["x2"] - 1) ** 2

    found = told(cube(4), score, 60)
    variances = {"x0": 9 / 12, "x1": 1 / 2, "x2": 4 / 45, "x3": 0.0}
    for name, variance in variances.items():
        share = variance / sum(variances.values())
        assert found[name].total == pytest.approx(share, abs=0.05)
        assert found[name].alone == pytest.approx(share, abs=0.05)


def test_two_that_work_together_only():
    found = told(cube(3), lambda p: (p["x0"] - 0.5) * (p["x1"] - 0.5), 60)
    for name in ("x0", "x1"):
        assert found[name].alone < 0.05
        assert found[name].total > 0.95
    assert found["x2"].total < 0.02


@pytest.mark.parametrize("n", [5, 15, 40])
def test_intervals_hold_the_estimates_and_narrow(n):
    found = told(cube(3), lambda p: math.sin(5 * p["x0"]) * p["x1"] + p["x2"], n)
    for each in found:
        low, high = each.alone_interval
        assert 0.0 <= low <= each.alone <= high <= 1.0
        low, high = each.total_interval
        assert 0.0 <= low <= each.total <= high <= 1.0
    width = sum(each.total_interval[1] - each.total_interval[0] for each in found)
    assert width > 0.3 if n == 5 else width < 0.6 if n == 40 else True


def test_categories_and_whole_numbers():
    space = {"kind": Categorical(["a", "b", "c"]), "n": (1, 3), "flag": [True, False]}
    # Variances over the cells: kind 3^2 * 2/9 = 2, n 2/3, flag 0.
    found = told(space, lambda p: 3.0 * (p["kind"] == "b") + p["n"], 40)
    assert found["kind"].total == pytest.approx(0.75, abs=0.05)
    assert found["n"].total == pytest.approx(0.25, abs=0.05)
    assert found["flag"].total < 0.02


def test_logarithmic_scale():
    space = {"c": (1e-4, 1e4, "log-uniform"), "x": (0.0, 1.0)}
    found = told(space, lambda p: math.log10(p["c"]) / 8 + p["x"], 40)
    assert found["c"].total == pytest.approx(0.5, abs=0.05)


BRANCHES = [
    {"model": ["linear"], "c": (0.0, 1.0), "idle": (0.0, 1.0)},
    {"model": ["forest"], "depth": (0.0, 1.0)},
]


def test_a_parameter_has_the_effect_of_its_branch():
    def score(p):
        return 4 * p["c"] if p["model"] == "linear" else 2.0

    found = told(BRANCHES, score, 80)
    # Mean 2 in both branches: all variance is that of c, in one of them.
    assert found["c"].total == pytest.approx(1.0, abs=0.05)
    assert found["c"].alone == pytest.approx(0.5, abs=0.07)
    assert found["model"].alone < 0.05
    assert found["idle"].total < 0.05
    assert found["depth"].total < 0.05
    with pytest.raises(KeyError, match="'<branch>' has no importance"):
        found["<branch>"]


def test_the_choice_of_the_branch():
    found = told(BRANCHES, lambda p: float(p["model"] == "linear"), 40)
    assert found["model"].alone > 0.95
    assert max(found[name].total for name in ("c", "idle", "depth")) < 0.02


def test_axes_of_one_name_are_one_parameter():
    space = [{"k": ["a"], "c": (0.0, 1.0)}, {"k": ["b"], "c": (0.0, 2.0)}]
    found = told(space, lambda p: p["c"] if p["k"] == "a" else p["c"] / 2, 60)
    assert sorted(each.name for each in found) == ["c", "k"]
    assert found["c"].total > 0.9


def test_nothing_that_varies():
    posterior = Posterior.fit(
        np.zeros((2, 0)), np.zeros(2), np.zeros(0, int), Hyperparameters(np.empty(0), 1.0, 0.1)
    )
    found = importances(posterior, parse_space({"k": [1]}), np.random.default_rng(0))
    assert len(found) == 0
    assert str(found) == "No parameter has more than one value."


def test_table():
    found = told(cube(2), lambda p: p["x0"], 10)
    *heads, names, first, _ = str(found).splitlines()
    assert all(f"{name}: " in " ".join(heads) for name in names.split()[1:])
    assert all(hasattr(found["x0"], name) for name in names.split()[1:])
    assert names.split() == ["parameter", "alone", "total"]
    assert first.startswith("x0 ")
    assert first.split()[1:5] == ["1.00", "(1.00", "to", "1.00)"]
    assert names.index("total") == first.index("1.00", first.index(")"))
