"""How the benchmark reads the spaces and surfaces that others wrote (`tasks/surfaces.py`).

The data are not in this repository: with a clone of them in `YAHPO_DATA`, and onnxruntime, the
reader is held against values that are known.
"""

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
LOG = "log-uniform"


@pytest.fixture
def surfaces(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT)
    return importlib.import_module("benchmarks.tasks.surfaces")


@pytest.fixture
def all_tasks(surfaces: Any) -> dict[str, Any]:
    return importlib.import_module("benchmarks.tasks").TASKS


@pytest.fixture
def no_data(surfaces: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(surfaces.VARIABLE, raising=False)
    caches = surfaces.read, surfaces.session
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()


def number(name: str, lower: float, upper: float, log: bool = False) -> dict[str, Any]:
    kind = "uniform_int" if isinstance(lower, int) else "uniform_float"
    return {"name": name, "type": kind, "lower": lower, "upper": upper, "log": log}


def category(name: str, *choices: str) -> dict[str, Any]:
    return {"name": name, "type": "categorical", "choices": list(choices)}


CONFIG = {
    "hyperparameters": [
        number("rate", 0.5, 8.0, log=True),
        number("depth", 1, 9),
        category("kind", "tree", "line", "both"),
        category("data", "7", "8"),
        category("fill", "mean", "median"),
        number("drop", 0.25, 1.0),
        number("spent", 1, 52),
    ],
    "conditions": [
        {"child": "depth", "parent": "kind", "type": "IN", "values": ["both", "tree"]},
        {"child": "drop", "parent": "kind", "type": "EQ", "value": "both"},
        {"child": "fill", "parent": "kind", "type": "EQ", "value": "line"},
    ],
}
ENCODING = {
    "data": {"#na#": 0, "7": 1, "8": 2},
    "kind": {"#na#": 0, "both": 1, "line": 2, "tree": 3},
    "fill": {"#na#": 0, "mean": 1, "median": 2},
}
RATE = (0.5, 8.0, LOG)


@pytest.fixture
def scenario(surfaces: Any) -> Any:
    numbers = ("spent", "depth", "drop", "rate")
    return surfaces.Scenario(
        "made-up", "xgboost", ("data", "kind", "fill"), numbers, ("score",), ("spent",), "0" * 12
    )


def test_flat_space(surfaces: Any, scenario: Any) -> None:
    """All but the instance and what is spent, in the order and with the types of the file."""
    space = surfaces.read_space(CONFIG, scenario)
    assert list(space.items()) == [
        ("rate", RATE),
        ("depth", (1, 9)),
        ("kind", ["tree", "line", "both"]),
        ("fill", ["mean", "median"]),
        ("drop", (0.25, 1.0)),
    ]
    assert [type(end) for end in space["depth"] + space["drop"]] == [int, int, float, float]


def test_conditions_told(surfaces: Any, scenario: Any) -> None:
    """One branch for each value of what decides, with the parameters that are active then."""
    space = surfaces.read_space(CONFIG, scenario)
    assert surfaces.told(space, surfaces.read_conditions(CONFIG)) == [
        {"rate": RATE, "depth": (1, 9), "kind": ["tree"]},
        {"rate": RATE, "kind": ["line"], "fill": ["mean", "median"]},
        {"rate": RATE, "depth": (1, 9), "kind": ["both"], "drop": (0.25, 1.0)},
    ]
    assert surfaces.told(space, {}) == [space]


@pytest.mark.parametrize(
    ("params", "codes", "numbers"),
    [
        ({"kind": "tree", "depth": 3, "fill": "mean"}, [2, 3, 0], [52, 3, 0, 4]),
        ({"kind": "line", "depth": 3, "fill": "mean"}, [2, 2, 1], [52, 0, 0, 4]),
        ({"kind": "both", "depth": 3, "fill": "median"}, [2, 1, 0], [52, 3, 0.5, 4]),
    ],
)
def test_what_is_not_active(
    surfaces: Any, scenario: Any, params: Any, codes: list[int], numbers: list[float]
) -> None:
    """It is 0 or `#na#`, whatever a flat space gives and also if branches leave it out."""
    flat = {"rate": 4.0, "drop": 0.5, **params}
    conditions = surfaces.read_conditions(CONFIG)
    told = {n: v for n, v in flat.items() if surfaces.is_active(n, flat, conditions)}
    for each in (flat, told):
        rows = surfaces.read_rows([each, each], scenario, CONFIG, ENCODING, "8")
        assert [part.dtype for part in rows] == [np.int32, np.float32]
        assert rows[0].tolist() == [codes, codes]
        assert rows[1].tolist() == [numbers, numbers]


def test_climb_reaches_a_corner(surfaces: Any, scenario: Any) -> None:
    """The best of a monotonic function is at the ends of its ranges, beside the right category."""
    space = surfaces.read_space(CONFIG, scenario)

    def scores(listed: Any) -> np.ndarray:
        return np.array([p["rate"] - p["depth"] - 5 * (p["kind"] != "line") for p in listed])

    start = np.full(len(space), 0.1)
    best = surfaces.climb(space, scores, start, np.random.default_rng(0))
    assert best == pytest.approx(7.0, abs=1e-9)


def test_tasks_are_there_without_data(all_tasks: dict[str, Any], no_data: None) -> None:
    """Records can be tabulated: names, families, halves and digests need no file."""
    counts: dict[str, int] = {}
    for task in all_tasks.values():
        counts[task.origin] = counts.get(task.origin, 0) + 1
    assert counts == {"foreign": 42, "bayesmark": 36, "told": 16, "own": 68}
    foreign = [task for task in all_tasks.values() if task.origin != "own"]
    assert len({task.digest for task in foreign}) == len(foreign)
    for told in (task for task in foreign if task.origin == "told"):
        flat = all_tasks[f"{told.name}-flat"]
        assert (flat.problem, flat.half, flat.make) == (told.problem, told.half, told.make)


def test_missing_data_are_named(
    surfaces: Any, all_tasks: dict[str, Any], no_data: None, tmp_path: Path, monkeypatch: Any
) -> None:
    """The message says where the data are to be had, and how to do without."""
    make = all_tasks["rpart-1457-acc"].make
    with pytest.raises(SystemExit, match=r"(?s)slds-lmu/yahpo_data.*--origin own"):
        make()
    monkeypatch.setenv(surfaces.VARIABLE, str(tmp_path))
    with pytest.raises(SystemExit, match=r"config_space\.json is missing: give a clone"):
        make()
    (tmp_path / "rbv2_rpart").mkdir()
    for name in (surfaces.CONFIG, surfaces.CODES, surfaces.MODEL):
        (tmp_path / "rbv2_rpart" / name).write_text("{}")
    with pytest.raises(SystemExit, match=r"model\.onnx is not that of version 1\.0\.2"):
        make()


def test_best_known_is_raised(surfaces: Any) -> None:
    """The best score of a reference counts, whatever its random points have."""
    best_of = importlib.import_module("benchmarks.common.scale").best_of
    assert best_of({"scores": [0.5, 1.0], "best": 2.0}) == 2.0
    assert best_of({"scores": [0.5, 3.0], "best": 2.0}) == 3.0
    assert best_of({"scores": [0.5, float("nan")]}) == 0.5


def test_twins_share_the_best(
    all_tasks: dict[str, Any], no_data: None, tmp_path: Path, monkeypatch: Any
) -> None:
    """A run of the told twin raises the best score of the flat task, which alone is asked for."""
    records = importlib.import_module("benchmarks.common.records")
    results = importlib.import_module("benchmarks.common.results")
    monkeypatch.setattr(records, "KEPT", tmp_path / "none")
    told, flat = all_tasks["xgboost-1063-acc"], all_tasks["xgboost-1063-acc-flat"]
    for task, score in ((flat, 0.5), (told, 0.9)):
        key = {"task": task.name, "task_digest": task.digest}
        records.Records(tmp_path / "reference.jsonl").add(**key, scores=[0.1] * 9, best=0.7)
        run = {"seed": 0, "n_iter": 1, "digest": "1", "scores": [score], "seconds": [0.0]}
        records.Records(tmp_path / "random.jsonl").add(**key, **run)
    found = results.read(tmp_path, ["random"], 1, [flat])
    assert found.tasks == [flat]
    assert found.scales[0].best == 0.9
    assert found.at("random", 1) == pytest.approx([0.5])


TREE = {
    "booster": "gbtree", "num.impute.selected.cpo": "impute.median", "nrounds": 139,
    "eta": 0.030197, "gamma": 0.018316, "lambda": 1.0, "alpha": 1.0, "subsample": 0.55,
    "max_depth": 8, "min_child_weight": 20.085537, "colsample_bytree": 0.505,
    "colsample_bylevel": 0.505,
}  # fmt: skip
LINE = {
    "booster": "gblinear", "num.impute.selected.cpo": "impute.mean", "nrounds": 30,
    "lambda": 0.030197, "alpha": 0.030197, "subsample": 0.325,
}  # fmt: skip
NETWORK = {
    "batch_size": 89, "learning_rate": 0.003162, "momentum": 0.545, "weight_decay": 0.050005,
    "num_layers": 3, "max_units": 255, "max_dropout": 0.5,
}  # fmt: skip
RPART = {
    "num.impute.selected.cpo": "impute.median", "cp": 0.030197, "maxdepth": 16, "minbucket": 50,
    "minsplit": 50,
}  # fmt: skip


@pytest.mark.skipif("YAHPO_DATA" not in os.environ, reason="needs a clone of yahpo_data")
@pytest.mark.parametrize(
    ("name", "params", "value"),
    [
        ("lcbench-126025-val_accuracy", NETWORK, 77.9386),
        ("xgboost-1063-acc-flat", {**LINE, **TREE, "rate_drop": 0.5, "skip_drop": 0.5}, 0.803486),
        ("xgboost-1063-acc", TREE, 0.803486),
        ("xgboost-1063-acc-flat", {**TREE, **LINE, "rate_drop": 0.5, "skip_drop": 0.5}, 0.875698),
        ("xgboost-1063-acc", LINE, 0.875698),
        ("rpart-1457-acc", RPART, 0.013028),
        ("glmnet-1067-auc", {"alpha": 0.25, "s": 0.005623}, 0.796759),
    ],
)
def test_known_values(all_tasks: dict[str, Any], name: str, params: Any, value: float) -> None:
    """The parameters were rounded to six digits: four of the value agree."""
    pytest.importorskip("onnxruntime")
    task = all_tasks[name]
    assert any(params.keys() == branch.keys() for branch in task.branches)
    score = task.make()(params, np.random.default_rng(0))
    assert score == pytest.approx(value, rel=1e-4)


@pytest.mark.skipif("YAHPO_DATA" not in os.environ, reason="needs a clone of yahpo_data")
def test_branches_are_even(surfaces: Any, all_tasks: dict[str, Any]) -> None:
    """Random points of the branches are those of the flat space: one reference is for both."""
    told, flat = all_tasks["xgboost-1063-acc"], all_tasks["xgboost-1063-acc-flat"]
    assert [branch["booster"] for branch in told.space] == [[b] for b in flat.space["booster"]]
    for branch in told.space:
        rest = branch.keys() - {"booster"}
        assert {name: branch[name] for name in rest} == {name: flat.space[name] for name in rest}
