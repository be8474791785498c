"""The pages on spaces show what is known, and no more."""

import importlib.util
from pathlib import Path

from skbayes.known.entries import entries

DOCS = Path(__file__).parents[2] / "docs"


def load():
    spec = importlib.util.spec_from_file_location("make_table", DOCS / "make_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_made_of_the_data():
    made = load()
    for name, table in made.PAGES.items():
        page = (DOCS / name).read_text("utf-8")
        assert made.with_table(page, table()) == page, "run `python docs/make_table.py`"


def test_each_entry_is_on_the_page():
    page = (DOCS / "choosing-a-space.md").read_text("utf-8")
    meant = load().meant
    assert len(entries()) > 50
    for entry in entries():
        for name in (*meant(entry.classes), *entry.space):
            assert f"`{name}`" in page
