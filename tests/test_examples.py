"""The examples run as scripts, away from the repository, and find what they say."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"

# The last that matches decides: a warning is an error, unless libraries tell each other of changes
# to come.
WARNINGS = [
    "error",
    "default::DeprecationWarning",
    "default::PendingDeprecationWarning",
    "default::FutureWarning",
]


# There is no window to look at.
DRAWING = [*WARNINGS, "ignore:FigureCanvasAgg"]


def run(script: Path, folder: Path, *arguments: str, rules: Sequence[str] = DRAWING) -> str:
    """Return what a script prints."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    settings = {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    done = subprocess.run(
        [sys.executable, *(f"-W{rule}" for rule in rules), str(script), *arguments],
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search(r"\bskbayes\b.*Warning", done.stderr), done.stderr
    return done.stdout


def number(label: str, printed: str) -> float:
    """Return the number behind a label at the beginning of a line."""
    found = re.search(rf"^{re.escape(label)}:? +([-+.\d]+)", printed, re.MULTILINE)
    assert found, printed
    return float(found[1])


def test_all_examples_are_tested() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for script in EXAMPLES.glob("*.py"):
        assert f'"{script.name}"' in text, script


def test_quickstart(tmp_path: Path) -> None:
    printed = run(EXAMPLES / "quickstart.py", tmp_path)
    assert len(re.findall(r"^\[ *\d+/30\] score", printed, re.MULTILINE)) == 30
    for label in ("cross-validated", "on 148 held-out rows"):
        row = re.search(rf"^{label} +(\S+) +(\S+) +(\S+)$", printed, re.MULTILINE)
        assert row, printed
        default, best, gain = map(float, row.groups())
        assert best > 0.38
        assert gain > 0.2
        assert gain == pytest.approx(best - default, abs=0.002)
    for name in ("svr__C", "svr__gamma", "svr__epsilon"):
        assert f"    {name} = " in printed


def test_svc_pipeline(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    printed = run(EXAMPLES / "svc_pipeline.py", tmp_path)
    assert number("accuracy of the best", printed) >= 0.979
    assert number("accuracy of the best", printed) >= number("accuracy of the defaults", printed)


@pytest.mark.slow
def test_choose_model(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    printed = run(EXAMPLES / "choose_model.py", tmp_path)
    assert number("accuracy of the best", printed) >= 0.977
    assert len(re.findall(r"of \d+ candidates", printed)) == 3


@pytest.mark.parametrize("library", ["skbayes", pytest.param("skopt", marks=pytest.mark.slow)])
def test_from_scikit_optimize(library: str, tmp_path: Path) -> None:
    """The same text, but for the name of the library, runs with both."""
    pytest.importorskip(library)
    script = tmp_path / "from_scikit_optimize.py"
    text = (EXAMPLES / script.name).read_text(encoding="utf-8")
    script.write_text(text.replace("from skbayes", f"from {library}"), encoding="utf-8")
    # What scikit-optimize warns of is its own business.
    printed = run(script, tmp_path, rules=DRAWING if library == "skbayes" else ["ignore"])
    for label in ("one model", "several models"):
        assert number(f"{label}, validation", printed) > 0.95
        assert number(f"{label}, test", printed) > 0.95
    assert number("best of 11 with SVC", printed) > 0.9
    assert number("best of 6 with LinearSVC", printed) > 0.9
    assert number("with a callback, candidates", printed) < 12
    assert number("planned", printed) == 42


@pytest.mark.slow
def test_boosting_frame(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    printed = run(EXAMPLES / "boosting_frame.py", tmp_path)
    assert "sex (category)" in printed
    assert number("R2 of the best", printed) >= 0.44
    assert number("R2 of the best", printed) >= number("R2 of the defaults", printed) + 0.03


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "label", "least"),
    [
        ("replace_grid.py", "BayesSearchCV", 0.95),
        ("progress.py", "best accuracy", 0.94),
        ("report.py", "best R2", 0.4),
        ("compare_searches.py", "best R2", 0.7),
        ("two_workers.py", "best accuracy", 0.95),
        ("stop_and_go_on.py", "best accuracy", 0.6),
        ("what_mattered.py", "best R2", 0.47),
        ("fewer_folds.py", "best accuracy", 0.97),
        ("simplest.py", "accuracy of the simplest", 0.97),
        ("nested_validation.py", "R2 on the outer folds", 0.4),
        ("ask_and_tell.py", "best score", -0.5),
    ],
)
def test_gallery(script: str, label: str, least: float, tmp_path: Path) -> None:
    """Those that draw run, and find something as good as they show."""
    for library in ("matplotlib", "pandas", "tqdm"):
        pytest.importorskip(library)
    printed = run(EXAMPLES / script, tmp_path)
    assert number(label, printed) >= least
