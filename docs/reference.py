"""The list of everything public, of which Sphinx makes the pages of the API."""

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

# Where the names of `skbayes` stand, those that most people need first.
GROUPS = {
    "Search": ["BayesSearchCV"],
    "Spaces": ["Real", "Integer", "Categorical", "Conditional", "Space", "suggest_space"],
    "Ask and tell": ["Optimizer"],
    "When to stop, and what to choose": [
        *(
            "Converged",
            "Patience",
            "TargetScore",
            "StoppingRule",
            "SearchState",
            "OneStandardError",
        ),
    ],
    "Errors and warnings": [
        *("FitTimeout", "JournalError", "JournalLocked", "JournalMismatch", "NoWorkers"),
        *("SpaceExhausted", "WorkerDied"),
    ],
}

# The group of what no other names.
OTHERS = "More"

# Modules with names of their own, in the order of the page. One that is not there yet is left out.
MODULES = [
    *("skbayes.plotting", "skbayes.insight", "skbayes.space", "skbayes.callbacks"),
    *("skbayes.sagemaker",),
]


def public_names(module: ModuleType) -> list[str]:
    """Return the classes and functions that a module shows, which are no modules themselves."""
    names = getattr(module, "__all__", dir(module))
    shown = set(dir(module)) & set(names)
    values = {name: getattr(module, name) for name in names if name in shown}
    return [name for name, value in values.items() if not inspect.ismodule(value)]


def sections() -> Iterator[tuple[str, str, list[str]]]:
    """Yield a title, a module and names of it, for each section of the page."""
    top = importlib.import_module("skbayes")
    names = public_names(top)
    for title, members in GROUPS.items():
        yield title, "skbayes", [name for name in members if name in names]
    grouped = {name for members in GROUPS.values() for name in members}
    yield OTHERS, "skbayes", [name for name in names if name not in grouped]
    for module in MODULES:
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError:
            continue
        # A class that `skbayes` has too has its page there.
        yield module, module, [name for name in public_names(found) if name not in names]


def write_reference(folder: Path) -> None:
    """Write the page that lists everything into a folder."""
    lines = ["API reference", "=============", ""]
    for title, module, names in sections():
        if names:
            lines += [title, "-" * len(title), "", f".. currentmodule:: {module}", ""]
            lines += [".. autosummary::", "   :toctree: generated", ""]
            lines += [*(f"   {name}" for name in names), ""]
    folder.mkdir(exist_ok=True)
    text = "\n".join(lines)
    page = folder / "index.rst"
    # A page that has not changed is not read again.
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        page.write_text(text, encoding="utf-8")
