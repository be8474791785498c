"""The code of skbayes: its digest, and its constants with other values for a while."""

import hashlib
import importlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any


@cache
def source(without: tuple[str, ...] = ()) -> str:
    """Return the source of skbayes but for some of its rooms; it is not imported for it."""
    spec = importlib.util.find_spec("skbayes")
    if spec is None or spec.origin is None:
        raise SystemExit("skbayes is not installed: run `python -m pip install -e .`.")
    root = Path(spec.origin).parent
    paths = [p for p in sorted(root.rglob("*.py")) if p.relative_to(root).parts[0] not in without]
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def digest(settings: Sequence[str] = (), without: tuple[str, ...] = ()) -> str:
    """Return what proposals depend on beside the task: the code, and constants that were set.

    Rooms that are named in `without` do not count.
    """
    text = repr((source(without), sorted(settings)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@contextmanager
def patched(constants: dict[str, Any]) -> Iterator[None]:
    """Give constants of the package other values, named as ``module.NAME``."""
    before = []
    for path, value in constants.items():
        module_name, name = path.rsplit(".", 1)
        module = importlib.import_module(f"skbayes.{module_name}")
        before.append((module, name, getattr(module, name)))
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def under(values: dict[str, Any], function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns while constants have other values."""
    with patched(values):
        return function(*arguments)


def written(path: str, value: Any) -> str:
    """Return a constant as it is given on a command line; a function by its name."""
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return f"{path}={getattr(value, '__name__', value)}"


def read(entries: list[str]) -> dict[str, Any]:
    """Return the constants that are written as ``module.NAME=VALUE``."""
    return {path: _number(value) for path, value in (entry.split("=", 1) for entry in entries)}


def _number(text: str) -> Any:
    """Return an int, a float or a tuple of floats."""
    values = [float(part) for part in text.split(",")]
    if len(values) > 1:
        return tuple(values)
    return int(values[0]) if values[0].is_integer() and "." not in text else values[0]
