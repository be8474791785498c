"""What `dir` shows of everything public: names that are documented, and no others."""

import importlib
import inspect
import pydoc
import re
from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

import skbayes
from skbayes import BayesSearchCV, Optimizer

MODULES = [
    "skbayes",
    *(f"skbayes.{name}" for name in ("callbacks", "exceptions", "insight", "plotting")),
    *(f"skbayes.{name}" for name in ("sagemaker", "space")),
]

# Sections of a docstring whose entries are names.
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)
ENTRY = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: :.*)?$", re.MULTILINE)

# What Python gives every instance of these.
BUILT_IN = {name for cls in (object, dict, tuple, RuntimeError) for name in dir(cls)}


def shown(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def entries(doc: str) -> set[str]:
    """Return the names that the sections of a docstring describe."""
    _, *parts = SECTION.split(inspect.cleandoc(doc))
    found: set[str] = set()
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        if title.strip() in ("Parameters", "Attributes", "Methods", "Other Parameters"):
            for entry in ENTRY.findall(text):
                found |= set(entry.replace("*", "").split(", "))
    return found


def undocumented(cls: type, names: set[str]) -> set[str]:
    """Return those of the names of a class, or its instances, that nothing describes."""
    described: set[str] = set()
    for base in cls.__mro__:
        described |= entries(vars(base).get("__doc__") or "")
    return {name for name in names - described - BUILT_IN if not has_own_doc(cls, name)}


def has_own_doc(cls: type, name: str) -> bool:
    """Tell whether a method or property has a docstring, its own or that of a base."""
    for base in cls.__mro__:
        found = vars(base).get(name)
        if isinstance(found, classmethod | staticmethod):
            found = found.__func__
        is_code = inspect.isfunction(found) or isinstance(found, property | cached_property)
        if is_code and inspect.getdoc(found):
            return True
    return False


def public_things() -> Iterator[tuple[str, Any]]:
    for name in MODULES:
        module = importlib.import_module(name)
        for each in sorted(shown(module)):
            thing = getattr(module, each)
            if not isinstance(thing, ModuleType):
                yield f"{name}.{each}", thing


CLASSES = {thing: name for name, thing in public_things() if inspect.isclass(thing)}
FUNCTIONS = {name: thing for name, thing in public_things() if inspect.isfunction(thing)}


@pytest.mark.parametrize("cls", CLASSES, ids=CLASSES.get)
def test_a_class_shows_what_is_documented(cls: type) -> None:
    names = shown(cls)
    if issubclass(cls, BayesSearchCV):
        names -= shown(GridSearchCV)
    assert undocumented(cls, names) == set()


@pytest.fixture(scope="module")
def fitted() -> tuple[BayesSearchCV, Any]:
    """Return a fitted search, and what a callback was given."""
    X, y = load_iris(return_X_y=True)
    seen = []
    space = {"C": (0.1, 10.0), "kernel": ["rbf", "linear"]}
    search = BayesSearchCV(SVC(), space, n_iter=14, random_state=0)
    search.fit(X, y, callback=lambda so_far: seen.append(so_far))
    return search, seen[-1]


def test_a_fitted_search_shows_what_is_documented(fitted: tuple[BayesSearchCV, Any]) -> None:
    search, _ = fitted
    grid = GridSearchCV(SVC(), {"C": [0.1, 1.0]}).fit(*load_iris(return_X_y=True))
    assert undocumented(BayesSearchCV, shown(search) - shown(grid)) == set()
    assert shown(search) <= set(dir(search))
    # What a grid search shows is there, but for the name of its space.
    assert shown(grid) - shown(search) == {"param_grid"}


@pytest.mark.skipif(
    "__dir__" not in vars(BaseEstimator), reason="scikit-learn shows what is not there, too"
)
def test_a_search_before_fit_shows_nothing_that_fails() -> None:
    search = BayesSearchCV(SVC(), {"C": (0.1, 10.0)})
    grid = GridSearchCV(SVC(), {"C": [0.1, 1.0]})
    fails = {name for name in shown(search) if not hasattr(search, name)}
    assert fails <= {name for name in shown(grid) if not hasattr(grid, name)}


def test_instances_show_what_is_documented(fitted: tuple[BayesSearchCV, Any]) -> None:
    search, view = fitted
    insight = search.insight()
    optimizer = Optimizer({"x": (0.0, 1.0)}, random_state=0)
    optimizer.tell(optimizer.ask(), 1.0)
    state = skbayes.SearchState((1.0, 2.0), 10, 0.1, lambda: 1.0)
    instances = [
        *(view, insight, optimizer, state, skbayes.Real(1, 2), skbayes.Integer(1, 2)),
        *(skbayes.Categorical(["a", "b"]), optimizer.space, skbayes.Patience(3)),
        *(skbayes.Converged(), skbayes.TargetScore(1.0), skbayes.OneStandardError()),
        *(skbayes.SpaceExhausted(3), insight.best, insight.improvement(), insight.importances()),
        *(*insight.importances(), *insight.at_bounds()),
        *(skbayes.callbacks.TimerCallback(), skbayes.callbacks.DeadlineStopper(1)),
    ]
    for each in instances:
        assert undocumented(type(each), shown(each)) == set(), type(each)


DISPLAYS = {
    "ConvergenceDisplay": (),
    "FoldsDisplay": (),
    "GainDisplay": (),
    "ImportancesDisplay": (),
    "PairDisplay": ("C", "kernel"),
    "ParallelCoordinatesDisplay": (),
    "ParameterDisplay": ("C",),
    "TimelineDisplay": (),
}


def test_displays_show_what_is_documented(fitted: tuple[BayesSearchCV, Any]) -> None:
    mpl = pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    mpl.use("Agg")
    assert sorted(DISPLAYS) == dir(skbayes.plotting)
    for name, parameters in DISPLAYS.items():
        cls = getattr(skbayes.plotting, name)
        display = cls.from_search(fitted[0], *parameters, ax=Figure().subplots())
        names = shown(display)
        assert undocumented(cls, names) == set(), name
        described = {each for each in entries(cls.__doc__) if each.endswith("_")}
        assert described <= names, name


# What people call: the methods of points and codes, which only those need who write a strategy of
# their own, are described in a line each.
CALLED = (BayesSearchCV, skbayes.insight.Insight, *map(vars(skbayes.plotting).get, DISPLAYS))


def parameters(function: Any) -> set[str]:
    found = inspect.signature(function).parameters
    return {name for name in found if name not in ("self", "cls") and not name.startswith("_")}


def functions() -> Iterator[tuple[str, Any, set[str]]]:
    """Yield public functions and methods, and the names that are described of each."""
    for name, function in FUNCTIONS.items():
        yield name, function, entries(function.__doc__ or "")
    for cls, name in CLASSES.items():
        if inspect.isfunction(vars(cls).get("__init__")) and not getattr(
            cls, "_is_protocol", False
        ):
            described = set().union(*(entries(vars(c).get("__doc__") or "") for c in cls.__mro__))
            yield name, vars(cls)["__init__"], described
        for each in sorted(shown(cls)) if cls in CALLED else ():
            method = getattr(cls, each)
            if inspect.isfunction(method) or inspect.ismethod(method):
                yield f"{name}.{each}", method, entries(inspect.getdoc(method) or "")


@pytest.mark.parametrize(
    ("function", "described"), [pytest.param(*rest, id=name) for name, *rest in functions()]
)
def test_what_a_function_takes_is_documented(function: Any, described: set[str]) -> None:
    assert parameters(function) <= described


def test_help_of_the_search_begins_with_a_signature_without_types() -> None:
    first = pydoc.plain(pydoc.render_doc(BayesSearchCV)).split("\n")[3]
    assert first.startswith(
        " |  BayesSearchCV(estimator, search_spaces, optimizer_kwargs=None, n_iter=50"
    )
    assert ": '" not in first
    assert "->" not in first


def test_parameters_are_described_in_the_order_of_need() -> None:
    """Those by keyword stand so in the signature too; those for scikit-optimize come last."""
    parts = SECTION.split(inspect.cleandoc(BayesSearchCV.__doc__ or ""))
    texts = {
        title: ENTRY.findall(text) for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    assert texts["Other Parameters"] == ["optimizer_kwargs", "fit_params", "iid"]
    described = texts["Parameters"]
    assert described[:3] == ["estimator", "search_spaces", "n_iter"]
    found = inspect.signature(BayesSearchCV).parameters.values()
    by_keyword = [each.name for each in found if each.kind is each.KEYWORD_ONLY]
    assert by_keyword == [name for name in described if name in by_keyword]
    # The groups in the summary name the first and the last of each.
    groups = re.findall(r"^- [^:]+: (`.*);$", parts[0], re.MULTILINE)
    ends = [re.findall(r"`(\w+)`", group) for group in groups]
    firsts = [described.index(group[0]) for group in ends]
    assert [*firsts, len(described)] == [0, *(described.index(group[-1]) + 1 for group in ends)]
