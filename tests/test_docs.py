"""The code in the README, in the documentation and in docstrings runs."""

import ast
import doctest
import importlib
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest

import skbayes

ROOT = Path(__file__).parents[1]
PAGES = [path for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))] if path.exists()]
MODULES = ["skbayes", *(m.name for m in pkgutil.walk_packages(skbayes.__path__, "skbayes."))]

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
# What stands at the start of a line only, and shows in the middle of one that lines were joined.
SWALLOWED = re.compile(r"^(?!\|).*(?:\|---|[.:] [-#]+ [A-Z]|[.:]  +\S)", re.MULTILINE)


def page_id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_code_blocks(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All blocks of a page run in order, in one namespace."""
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    if "import matplotlib" in text:
        pytest.importorskip("matplotlib")
    # Workers get what is defined here by value, as from a script.
    namespace = {"__name__": "__main__"}
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1))
        code = "\n" * line + block[1]
        exec(compile(code, str(page), "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links(page: Path) -> None:
    """Every relative link leads to a file."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_no_paragraph_holds_a_table_or_another_paragraph(page: Path) -> None:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    assert SWALLOWED.findall(text) == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_names_of_tests(page: Path) -> None:
    """Every test that a page names is there."""
    for path, name in TEST.findall(page.read_text(encoding="utf-8")):
        assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("module", MODULES)
def test_docstrings(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example in the docstrings of a module gives what it says."""
    monkeypatch.chdir(tmp_path)
    written = importlib.import_module(module)
    finder = doctest.DocTestFinder()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    examples = finder.find(written)
    for cls in classes_from_elsewhere(written):
        examples += finder.find(cls, cls.__name__, module=False, globs=vars(written))
    assert sum(runner.run(example).failed for example in examples) == 0


def classes_from_elsewhere(written: ModuleType) -> list[type]:
    """Classes that are written in a module, and say that they are of the one to import from."""
    tree = ast.parse(Path(str(written.__file__)).read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    classes = [vars(written)[name] for name in names]
    return [cls for cls in classes if cls.__module__ != written.__name__]


def test_examples_of_public_classes_are_found() -> None:
    found = classes_from_elsewhere(importlib.import_module("skbayes.space.ranges"))
    assert [cls.__name__ for cls in found] == ["Real"]
