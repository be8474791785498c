"""What the site is made of: every page has one place, and everything public is listed.

The site itself is built by `nox -s docs`.
"""

import importlib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import skbayes

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture
def conf(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(DOCS)
    for name in ("conf", "gallery", "reference"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("conf")


@pytest.fixture
def reference(conf: Any) -> Any:
    return importlib.import_module("reference")


def test_hubs_name_pages_that_are_there(conf: Any) -> None:
    hubs = [hub for hub in conf.HUBS if hub.endswith(".md")]
    assert set(conf.NEW_PAGES) <= set(hubs)
    for hub in hubs:
        pages = conf.pages_of(hub)
        assert pages
        for page in pages:
            assert (DOCS / f"{page}.md").exists(), f"{hub} names {page}"


def test_no_page_has_two_places(conf: Any) -> None:
    hubs = [hub.removesuffix(".md") for hub in conf.HUBS if hub.endswith(".md")]
    counts = Counter(page for hub in hubs for page in conf.contents(hub))
    assert {page for page, n in counts.items() if n > 1} == set()
    assert counts.keys() == set(conf.all_pages())


def test_a_page_without_a_line_is_placed(conf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = ["decisions/new", "new", "searching"]
    monkeypatch.setattr(conf, "all_pages", lambda: pages)
    assert conf.contents("how-to")[-1] == "new"
    assert conf.contents("maintainers")[-1] == "decisions/new"
    assert "new" not in conf.contents("guide")


def test_no_page_has_the_name_of_one_that_sphinx_makes(conf: Any) -> None:
    """It would be replaced by that of Sphinx, without a warning."""
    assert not {"genindex", "modindex", "py-modindex", "search"} & set(conf.all_pages())


def test_contents_are_added_to_hubs_only(conf: Any) -> None:
    source = ["# A page\n"]
    conf.on_read(None, "searching", source)
    assert source == ["# A page\n"]
    conf.on_read(None, "guide", source)
    assert source[0].startswith("# A page\n\n\n```{toctree}\n:hidden:\n\nsearching\nspaces\n")


@pytest.mark.parametrize(
    ("page", "link", "expected"),
    [
        ("searching", "](spaces.md#a)", "](spaces.md#a)"),
        ("decisions/racing", "](../searching.md)", "](../searching.md)"),
        ("searching", "](../examples)", "](/examples/index.rst)"),
        ("searching", "](../examples/quickstart.py)", "](/examples/quickstart.rst)"),
        ("searching", "](../benchmarks)", "]({}/tree/main/benchmarks)"),
        ("searching", "](../README.md#measured)", "]({}/blob/main/README.md#measured)"),
        ("decisions/racing", "](../../noxfile.py)", "]({}/blob/main/noxfile.py)"),
        ("searching", "](https://example.org/x)", "](https://example.org/x)"),
    ],
)
def test_links_to_files_lead_to_the_repository(
    conf: Any, page: str, link: str, expected: str
) -> None:
    assert conf.lead_out(page, link) == expected.format(conf.REPOSITORY)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (":term:`classes_`", "``classes_``"),
        (":ref:`User Guide <metadata_routing>`", "``User Guide``"),
        ("`fit`, ``fit``", "`fit`, ``fit``"),
    ],
)
def test_references_of_others_become_literals(conf: Any, written: str, expected: str) -> None:
    lines = [written]
    conf.of_others(None, "class", "", None, None, lines)
    assert lines == [expected]


def test_everything_public_is_in_the_reference(reference: Any, tmp_path: Path) -> None:
    reference.write_reference(tmp_path / "api")
    text = (tmp_path / "api" / "index.rst").read_text(encoding="utf-8")
    listed = set(text.split())
    modules = [skbayes, *map(importlib.import_module, ("skbayes.space", "skbayes.sagemaker"))]
    for module in modules:
        assert set(reference.public_names(module)) <= listed
    assert "callbacks" not in reference.public_names(skbayes)
    assert reference.public_names(skbayes.exceptions)


def test_the_order_of_the_examples_names_what_is_there(conf: Any) -> None:
    gallery = importlib.import_module("gallery")
    key = gallery.ByNeed("examples")
    names = [path.name for path in (ROOT / "examples").glob("*.py")]
    assert {f"{name}.py" for name in gallery.ORDER} <= set(names)
    assert sorted([*names, "a_new_one.py"], key=key)[0] == "quickstart.py"
    assert sorted([*names, "a_new_one.py"], key=key)[-1] == "a_new_one.py"


def test_groups_of_the_reference_name_what_is_there(reference: Any) -> None:
    grouped = [name for names in reference.GROUPS.values() for name in names]
    assert set(grouped) <= set(reference.public_names(skbayes))
    assert len(set(grouped)) == len(grouped)
