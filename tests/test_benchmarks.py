"""How the studies of `benchmarks/` are run: their command line, and what has a record."""

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
STUDIES = sorted(path.stem for path in (ROOT / "benchmarks" / "studies").glob("[!_]*.py"))
# Modules import from their own folder and from those of lower floors; no study from another.
FLOORS = {"tasks": 1, "peers": 2, "common": 3, "portfolios": 4, "studies": 5}


def test_imports_go_down() -> None:
    wrong = []
    for path in ROOT.glob("benchmarks/*/*.py"):
        floor = FLOORS[path.parent.name]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("benchmarks."):
                folder = (node.module or "").split(".")[1]
                if FLOORS[folder] > floor or folder == "studies":
                    wrong.append(f"{path.name} imports {node.module}")
    assert not wrong, f"move what several need to benchmarks/common/: {wrong}"


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)


@pytest.mark.parametrize("study", STUDIES)
def test_help(study: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each study can be imported, and says what it takes."""
    module = importlib.import_module(f"benchmarks.studies.{study}")
    with pytest.raises(SystemExit) as ended:
        module.main(["--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: python -m benchmarks {study} ")


@pytest.fixture
def runs(tmp_path: Path) -> Any:
    module = importlib.import_module("benchmarks.common.runs")
    records = importlib.import_module("benchmarks.common.records")

    def of(seeds: range, function: Any) -> list[Any]:
        file = records.Records(tmp_path / "some" / "records.jsonl")
        return [module.Run(file, {"seed": seed}, function, (seed,)) for seed in seeds]

    return module.complete, of


def test_what_has_a_record_is_not_run_again(runs: Any) -> None:
    complete, of = runs
    seen: list[int] = []

    def square(seed: int) -> dict[str, int]:
        seen.append(seed)
        return {"square": seed**2}

    assert [line["square"] for line in complete(of(range(2), square))] == [0, 1]
    assert [line["square"] for line in complete(of(range(4), square))] == [0, 1, 4, 9]
    assert seen == [0, 1, 2, 3]
    assert complete(of(range(9), square), minutes=0.0)[4:] == [{"seed": 4, "square": 16}]


def test_one_that_fails_does_not_stop_the_others(runs: Any) -> None:
    complete, of = runs

    def inverse(seed: int) -> dict[str, float]:
        return {"inverse": 1 / seed}

    with pytest.raises(SystemExit, match=r"1 of 3 runs failed:\n1/3.*ZeroDivisionError"):
        complete(of(range(3), inverse))
    assert len(complete(of(range(1, 3), inverse))) == 2


def test_tasks_of_one_space_may_have_seeds_of_their_own(tmp_path: Path) -> None:
    searches = importlib.import_module("benchmarks.common.searches")
    tasks = [
        importlib.import_module("benchmarks.tasks").TASKS[name] for name in ("branin", "ackley-3")
    ]
    for has_own_seeds, n_seeds in ((False, 2), (True, 4)):
        variant = searches.Variant("some", "random", has_own_seeds=has_own_seeds)
        runs = list(searches.searches([variant], tasks, range(2), 8, tmp_path))
        assert [run.key["seed"] for run in runs] == [0, 0, 1, 1]
        assert len({run.arguments[2] for run in runs}) == n_seeds


def test_the_picture_of_regrets_has_the_means_of_the_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    studies = [
        importlib.import_module(f"benchmarks.studies.{name}") for name in ("regret", "curves")
    ]
    regret, curves = studies
    shared = ["--methods", "random", "--only", "branin", "--n-iter", "8", "--out", str(tmp_path)]
    regret.main([*shared, "--seeds", "2"])
    path = tmp_path / "images" / "some.png"
    curves.main([*shared, "--to", str(path)])
    results = importlib.import_module("benchmarks.common.results").read(
        tmp_path / "regret",
        ["random"],
        8,
        [importlib.import_module("benchmarks.tasks").TASKS["branin"]],
    )
    assert f"8: {results.at('random', 8)[0]:.3f}" in capsys.readouterr().out
    assert path.read_bytes().startswith(b"\x89PNG")
    for missing in ("smac", "unknown"):  # of the one, there are records of other lengths
        with pytest.raises(SystemExit):
            curves.main([*shared, "--methods", "random", missing, "--to", str(path)])
        assert f"no searches of {missing}: run `regret` first" in capsys.readouterr().err
