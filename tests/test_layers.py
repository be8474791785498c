"""The rooms of docs/architecture.md, their floors and their doors, held against all imports."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "skbayes"

# A room or a file at the top of skbayes, and its floor: it imports from lower ones only.
FLOORS = {
    "__init__": 11,
    "_tracking": 10,
    "sagemaker": 10,
    "callbacks": 8,
    "search": 9,
    "report": 8,
    "plotting": 7,
    "engine": 7,
    "optimizer": 6,
    "found": 6,
    "insight": 5,
    "journal": 5,
    "known": 5,
    "progress": 5,
    "model": 4,
    "rules": 3,
    "tables": 4,
    "scikit_optimize": 5,
    "_trials": 3,
    "acquisition": 3,
    "workers": 3,
    "gp": 2,
    "space": 2,
    "_compat": 0,
    "_digits": 1,
    "_html": 1,
    "_interrupts": 1,
    "_numerics": 1,
    "_output": 1,
    "_pickles": 1,
    "_versions": 1,
    "_warnings": 1,
    "exceptions": 1,
    "__main__": 12,
}

# What users import from: these are doors themselves.
PUBLIC = {"__init__", "callbacks"}

# Libraries whose private names move without notice.
WATCHED = {"joblib", "numpy", "scipy", "sklearn", "threadpoolctl"}

# Libraries that a user may not have.
OPTIONAL = {
    *("boto3", "botocore", "dask", "distributed", "matplotlib", "pandas", "polars", "ray", "rich"),
    *("mlflow", "optuna", "skopt", "tqdm"),
}

Tree = dict[str, ast.Module]


def read(root: Path = ROOT) -> Tree:
    """Return the parsed modules below `root` by dotted name; a package bears its own name."""
    modules = {}
    for path in sorted(root.rglob("*.py")):
        parts = [root.name, *path.relative_to(root).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        modules[".".join(parts)] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return modules


def nodes(tree: ast.AST, *, with_functions: bool = True) -> Iterator[ast.AST]:
    """Walk `tree` without what stands under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not with_functions:
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node = ast.Module(node.orelse, [])
        yield node
        yield from nodes(node, with_functions=with_functions)


def imported(
    module: str, tree: ast.Module, *, is_package: bool = False, with_functions: bool = True
) -> Iterator[str]:
    """Yield the absolute dotted name of everything that `tree` imports when it runs."""
    for node in nodes(tree, with_functions=with_functions):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = [node.module] if node.module else []
            if node.level:
                parts = module.split(".")
                source = parts[: len(parts) - node.level + is_package] + source
            yield from (".".join([*source, alias.name]) for alias in node.names)


def own_imports(modules: Tree) -> dict[str, set[str]]:
    """Return, for each module, the modules among `modules` that it imports."""
    graph: dict[str, set[str]] = {}
    for module, tree in modules.items():
        graph[module] = set()
        is_package = any(other.startswith(f"{module}.") for other in modules)
        for name in imported(module, tree, is_package=is_package):
            if name.split(".")[0] == "skbayes":
                # `from skbayes.gp import kernels` names a module, `... import Posterior` does not.
                while name not in modules:
                    name = name.rpartition(".")[0]
                graph[module].add(name)
    return graph


def top(module: str) -> str:
    """Return the room of `module`, or the file at the top that it is."""
    return module.split(".")[1] if "." in module else "__init__"


def faults(modules: Tree) -> list[str]:
    """Return a sentence for each module without a floor, each import up, and each past a door."""
    found = [
        f"{module} is in no room of FLOORS: move it into one, or give its room a floor here and a "
        "paragraph in docs/architecture.md."
        for module in modules
        if top(module) not in FLOORS
    ]
    for module, targets in own_imports(modules).items():
        for target in sorted(targets):
            # Files of one room may import each other: there only cycles are wrong.
            if top(target) == top(module) and target != module:
                continue
            own, other = FLOORS.get(top(module), 0), FLOORS.get(top(target), 0)
            if other >= own:
                found.append(
                    f"{module} (floor {own}) imports {target} (floor {other}): hand over what it "
                    "needs from above, or move that down."
                )
            elif target.count(".") > 1 and top(module) not in PUBLIC:
                room = "skbayes." + top(target)
                found.append(
                    f"{module} reaches past a door to {target}: import from {room}, and name it "
                    f"in the __init__ of {room} if it is not there."
                )
    return found


def is_private(name: str) -> bool:
    """Tell whether a dotted `name` belongs to a watched library and has a private part."""
    first, *rest = name.split(".")
    return first in WATCHED and any(p.startswith("_") and not p.endswith("__") for p in rest)


def private_names(tree: ast.Module) -> set[str]:
    """Return the private names of the watched libraries that `tree` imports or reaches for."""
    names = set(imported("", tree))
    stands_for = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            stands_for |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            stands_for |= {
                a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0]
                for a in node.names
            }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            root, _, rest = ast.unparse(node).partition(".")
            if node.attr.startswith("_") and root in stands_for:
                names.add(f"{stands_for[root]}.{rest}")
    return {name for name in names if is_private(name)}


def documented() -> dict[str, int]:
    """Return the table of rooms of docs/architecture.md."""
    text = (ROOT.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)(?:\.py|/)` \|", text, re.MULTILINE)
    return {name: int(layer) for layer, name in rows}


MODULES = read()


def test_imports_go_downwards() -> None:
    assert faults(MODULES) == []


def test_the_table_is_that_of_the_files() -> None:
    assert set(map(top, MODULES)) == FLOORS.keys(), "add, or take out, the difference"


def test_the_table_is_that_of_the_documentation() -> None:
    assert documented() | {"__init__": FLOORS["__init__"]} == FLOORS


def test_no_cycles() -> None:
    try:
        list(TopologicalSorter(own_imports(MODULES)).static_order())
    except CycleError as error:
        pytest.fail(f"modules import each other: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("module", [name for name in MODULES if name != "skbayes._compat"])
def test_private_names_only_in_compat(module: str) -> None:
    assert private_names(MODULES[module]) == set()


@pytest.mark.parametrize("module", MODULES)
def test_optional_libraries_are_imported_inside_functions(module: str) -> None:
    names = imported(module, MODULES[module], with_functions=False)
    assert not {name.split(".")[0] for name in names} & OPTIONAL


# The rules themselves, on packages made up here.


def made_up(**sources: str) -> Tree:
    modules = {"skbayes": ast.parse("")}
    for name, source in sources.items():
        modules["skbayes." + name.replace("__", ".")] = ast.parse(source)
    return modules


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"_trials": "from .space import Space", "space": ""}, []),
        ({"_trials": "from skbayes import space", "space": ""}, []),
        ({"gp": "import skbayes.exceptions", "exceptions": ""}, []),
        (
            {"gp": "", "gp__a": "from .b import f", "gp__b": "from ..exceptions import E",
             "exceptions": ""},
            [],
        ),
        (
            {"space": "def f():\n    from ._trials import Trial", "_trials": ""},
            ["skbayes.space (floor 2) imports skbayes._trials (floor 3)"],
        ),
        (
            {"gp": "", "gp__a": "from ..space.real import Real", "space": "", "space__real": ""},
            ["skbayes.gp.a (floor 2) imports skbayes.space.real (floor 2)"],
        ),
        (
            {"model": "", "model__a": "from ..space.real import Real", "space": "",
             "space__real": ""},
            ["skbayes.model.a reaches past a door to skbayes.space.real: import from skbayes."],
        ),
        (
            {"_trials": "from typing import TYPE_CHECKING\n"
                        "if TYPE_CHECKING:\n    from .engine import run", "engine": ""},
            [],
        ),
        (
            {"space": "from skbayes import Optimizer"},
            ["skbayes.space (floor 2) imports skbayes (floor 11)"],
        ),
        ({"_new": ""}, ["skbayes._new is in no room of FLOORS"]),
    ],
)  # fmt: skip
def test_rule_of_layers(sources: dict[str, str], expected: list[str]) -> None:
    found = faults(made_up(**sources))
    assert len(found) == len(expected)
    assert all(map(str.startswith, found, expected))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from sklearn.base import clone", set()),
        ("import numpy as np\nnp.zeros(3).__class__", set()),
        ("from sklearn.svm._base import f", {"sklearn.svm._base.f"}),
        ("from sklearn.base import _fit_context", {"sklearn.base._fit_context"}),
        ("import joblib._utils", {"joblib._utils"}),
        ("import joblib\njoblib._utils", {"joblib._utils"}),
        ("from scipy import stats\nstats._qmc.f", {"scipy.stats._qmc"}),
        ("from ._trials import _fold", set()),
    ],
)
def test_rule_of_private_names(source: str, expected: set[str]) -> None:
    assert private_names(ast.parse(source)) == expected
