"""Constants of the package, given other values for a while."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


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
