"""What users see of the package: names, versions, addresses."""

import importlib
import inspect
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

import skbayes
from skbayes.__main__ import main
from skbayes._versions import versions

ROOT = Path(__file__).parents[1]

MODULES = [
    "skbayes",
    "skbayes.callbacks",
    "skbayes.exceptions",
    "skbayes.insight",
    "skbayes.plotting",
    "skbayes.sagemaker",
    "skbayes.space",
]


@pytest.mark.parametrize("name", MODULES)
def test_a_public_module_shows_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    shown = dir(module)
    assert shown == sorted(set(shown))
    for each in shown:
        value = getattr(module, each)
        assert not each.startswith("_") or each == "__version__"
        if inspect.ismodule(value):
            assert value.__name__ in MODULES
        elif callable(value):
            assert value.__doc__, each


@pytest.mark.parametrize("name", sorted(set(MODULES) - {"skbayes.space", "skbayes.insight"}))
def test_what_a_star_import_takes_is_shown(name: str) -> None:
    module = importlib.import_module(name)
    assert set(module.__all__) <= set(dir(module))


def test_a_space_shows_no_function_for_other_rooms() -> None:
    assert "Real" in dir(skbayes.space)
    assert "parse_space" in skbayes.space.__all__
    assert "parse_space" not in dir(skbayes.space)


def test_versions_are_those_that_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # That of the installed package may be another one.
    monkeypatch.setattr(skbayes, "__version__", "9.9")
    main()
    printed = capsys.readouterr().out
    rows = dict(re.split(r": +", line, maxsplit=1) for line in printed.splitlines())
    assert rows.pop("platform")
    assert rows == versions()
    for name in ("skbayes", "sklearn", "numpy", "scipy", "joblib"):
        assert rows[name] == importlib.import_module(name).__version__


def test_addresses_stand_in_one_place() -> None:
    """Whoever fills the placeholders has to look at pyproject.toml only."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    urls = tomllib.loads(text)["project"]["urls"]
    hosts = {url.split("/")[2] for url in urls.values()}
    assert all(text.count(host) == sum(host in url for url in urls.values()) for host in hosts)
    others = [
        *ROOT.glob("*.md"),
        *ROOT.glob("*.cff"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("skbayes/**/*.py"),
        *ROOT.glob(".github/**/*.*"),
    ]
    for path in others:
        assert not any(host in path.read_text(encoding="utf-8") for host in hosts), path


@pytest.fixture(scope="module")
def build() -> Any:
    """The part of the build that makes the description for the package index."""
    return runpy.run_path(str(ROOT / "hatch_build.py"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[a](docs/spaces.md)", "[a](https://d/spaces.html)"),
        ("[a](docs/decisions/racing.md#b)", "[a](https://d/decisions/racing.html#b)"),
        ("[a](examples/quickstart.py)", "[a](https://d/examples/quickstart.html)"),
        ("[a](examples)", "[a](https://d/examples/index.html)"),
        ("![a\nb](docs/images/search.png)", "![a\nb](https://r/raw/main/docs/images/search.png)"),
        ("[a](benchmarks/README.md)", "[a](https://r/blob/main/benchmarks/README.md)"),
        ("[a](CONTRIBUTING.md)", "[a](https://r/blob/main/CONTRIBUTING.md)"),
        ("[a](https://x/y) and [b](#measured)", "[a](https://x/y) and [b](#measured)"),
        ("`[1, 10]` and `(1, 10)`", "`[1, 10]` and `(1, 10)`"),
    ],
)
def test_a_package_index_gets_addresses(build: Any, written: str, expected: str) -> None:
    urls = {"Documentation": "https://d", "Repository": "https://r"}
    assert build["absolute"](written, urls) == expected


def test_no_path_of_the_readme_is_left(build: Any) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    assert re.search(r"\]\((?!\w+:|#)", text)
    assert not re.search(r"\]\((?!\w+:|#)", build["absolute"](text, urls))


def test_the_citation_names_this_version() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {skbayes.__version__}\n" in text
    assert "\nlicense: BSD-3-Clause\n" in text
