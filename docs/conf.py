"""How Sphinx makes a site of the pages; `nox -s docs` runs it with warnings as errors.

The pages are written for a code host as well. Whatever only the site needs is added when a page
is read: the table of contents is made of the links of a page in `HUBS`, and a link to a file that
is no page leads to the repository.
"""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
ROOT = HERE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY = PROJECT["urls"]["Repository"]

# The pages whose links are their table of contents, in the order of the bar at the top.
HUBS = ["guide.md", "how-to.md", "examples/index", "api/index", "maintainers.md"]

# The hubs of pages that no hub names, by their beginning: a page may arrive before its line does.
NEW_PAGES = {"maintainers.md": "decisions/", "how-to.md": ""}

# Folders that are made when the site is.
GENERATED = ("_build/", "api/", "examples/")

LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)(#[^)\s]*)?\)")

# `fit <fit>` and the like; own docstrings refer to nothing by role.
REFERENCE = re.compile(r":(?:ref|term):`~?([^`<]*?)(?:\s*<[^`]*>)?`")

project = "skbayes"
author = PROJECT["authors"][0]["name"]
copyright = author
version = release = re.search(
    r'^__version__ = "(.*)"$', (ROOT / "skbayes" / "__init__.py").read_text("utf-8"), re.MULTILINE
)[1]

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_gallery.gen_gallery",
]
root_doc = "index"
exclude_patterns = ["_build", "_templates", "examples/*.ipynb", "examples/*.py"]
templates_path = ["_templates"]
# One backtick is code in docstrings, as in Markdown.
default_role = "code"

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 4

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
# What no docstring may get wrong: unknown or misplaced sections, parameters that are not there or
# in another order.
numpydoc_validation_checks = {
    "GL03",
    "GL06",
    "GL07",
    "PR02",
    "PR03",
    "PR05",
    "PR10",
    "RT04",
    "SS02",
}
# The parameters of the search stand in the order of need, which its docstring says.
numpydoc_validation_overrides = {"PR03": ["parameters are in the order in which"]}
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_title = "skbayes"
html_theme_options = {
    "icon_links": [{"name": "Source", "url": REPOSITORY, "icon": "fa-solid fa-code-branch"}],
    "header_links_before_dropdown": len(HUBS),
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
}
html_show_sourcelink = False
html_sidebars = {"index": []}

sphinx_gallery_conf = {
    "examples_dirs": str(ROOT / "examples"),
    "gallery_dirs": "examples",
    # All examples are run, whatever they are called.
    "filename_pattern": r"\.py$",
    "download_all_examples": False,
    "show_signature": False,
    "remove_config_comments": True,
    "abort_on_example_error": True,
    "within_subsection_order": "gallery.ByNeed",
    "matplotlib_animations": False,
}


def pages_of(hub: str) -> list[str]:
    """Return the pages that a hub links to, in its order, without their suffix."""
    text = (HERE / hub).read_text(encoding="utf-8")
    linked = dict.fromkeys(name for name, _ in LINK.findall(text) if name.endswith(".md"))
    return [name.removesuffix(".md") for name in linked if name not in ("index.md", *HUBS)]


def all_pages() -> list[str]:
    """Return the pages in Markdown that are in this folder, but for those that order the others."""
    found = (path.relative_to(HERE).as_posix() for path in sorted(HERE.glob("**/*.md")))
    own = {"index.md", *HUBS}
    return [
        name.removesuffix(".md")
        for name in found
        if name not in own and not name.startswith(GENERATED)
    ]


def contents(docname: str) -> list[str]:
    """Return what stands in the table of contents of a page."""
    if docname == "index":
        return [hub.removesuffix(".md") for hub in HUBS]
    hub = f"{docname}.md"
    if hub not in HUBS:
        return []
    named = pages_of(hub)
    listed = {page for each in HUBS if each.endswith(".md") for page in pages_of(each)}
    for page in all_pages():
        home = next(each for each, beginning in NEW_PAGES.items() if page.startswith(beginning))
        if page not in listed and home == hub:
            named.append(page)
    return named


def lead_out(docname: str, text: str) -> str:
    """Let links to examples lead to their pages, and to other files into the repository."""
    folder = (HERE / docname).parent

    def replace(link: re.Match[str]) -> str:
        target = (folder / link[1]).resolve()
        if target.is_relative_to(HERE) or not target.exists():
            return link[0]
        if target.is_relative_to(ROOT / "examples"):
            page = "index" if target.is_dir() else target.stem
            return f"](/examples/{page}.rst)"
        kind = "tree" if target.is_dir() else "blob"
        return f"]({REPOSITORY}/{kind}/main/{target.relative_to(ROOT).as_posix()}{link[2] or ''})"

    return LINK.sub(replace, text)


def on_read(app: Any, docname: str, source: list[str]) -> None:
    """Add to a page in Markdown what only the site needs."""
    if not (HERE / f"{docname}.md").exists():
        return
    source[0] = lead_out(docname, source[0])
    if entries := contents(docname):
        source[0] += "\n\n```{toctree}\n:hidden:\n\n" + "\n".join(entries) + "\n```\n"


def of_others(app: Any, kind: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Turn references of docstrings by scikit-learn into literals: their pages are not here."""
    lines[:] = REFERENCE.sub(r"``\1``", "\n".join(lines)).split("\n")


def setup(app: Any) -> None:
    """Connect what is above, and write the list of what is public."""
    from reference import write_reference

    write_reference(HERE / "api")
    app.connect("source-read", on_read)
    app.connect("autodoc-process-docstring", of_others, priority=900)
