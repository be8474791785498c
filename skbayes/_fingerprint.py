"""What makes a search the same search: its settings and its data, as short texts to compare.

Each value is told by a *token*, a text that is the same in every process. Tokens are only ever
compared: nothing is read back from them. An object that is not known here is told by its type
alone, never by its own ``repr``, which may hold an address, and nothing is pickled: whoever
changes such an object, and not its place in a list, is trusted.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from scipy.stats.distributions import rv_frozen

from ._compat import BaseScorer
from .space import Space
from .space.distributions import parameters_of
from .space.values import PLAIN_TYPES, has, is_number, native

__all__ = ["FREE_PARAMETERS", "fingerprint", "token"]

# Parameters of estimators, at any depth, that do not change what is computed.
FREE_PARAMETERS = frozenset({"memory", "n_jobs", "verbose"})

# Types whose text is exact, and the same everywhere.
TEXTUAL_TYPES = (date, time, timedelta, Decimal, PurePath)

# Characters of an entry: a longer one ends in a digest of all of it.
MAX_LENGTH = 200

# Bytes that are copied at a time, of arrays that do not lie in one piece.
CHUNK = 2**24


def fingerprint(
    *,
    space: Space,
    estimator: Any,
    X: Any,
    y: Any,
    splits: Sequence[tuple[Any, Any]],
    scoring: Any,
    random_state: Any,
    fit_params: Mapping[str, Any] | None = None,
    **settings: Any,
) -> dict[str, str]:
    """Return what must not change when a search goes on, by the names of the user.

    Parameters
    ----------
    space : Space
        Names, bounds, scales and categories count; how many candidates are reserved does not.
    estimator : estimator object
        Its class and parameters, but for those that every branch of the space sets, and
        for `FREE_PARAMETERS`.
    X, y : array-like
        A digest of the content.
    splits : sequence of (train, test)
        Indices of the folds: any way of writing ``cv`` that leads to the same ones is the same.
    scoring : str, callable, list, tuple, dict or None
        Functions count by their names.
    random_state : int, RandomState instance or None
        All but ints are alike: the seed is in the journal then.
    fit_params : mapping, default=None
        Further arguments of `fit`, such as ``sample_weight`` or ``groups``.
    **settings
        Whatever else must stay as it is, such as ``error_score``.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from skbayes.space import parse_space
    >>> entries = fingerprint(
    ...     space=parse_space({"alpha": (0.1, 10.0)}), estimator=Ridge(tol=0.01), X=[[1], [2]],
    ...     y=[1, 2], splits=[([0], [1])], scoring="r2", random_state=0, error_score=0.0,
    ... )
    >>> entries["estimator"], entries["estimator.tol"], entries["error_score"]
    ('sklearn.linear_model.Ridge', '0.01', '0.0')
    >>> entries["search_spaces.alpha"]
    "Real(low=0.1, high=10.0, prior='uniform', pole=1.0)"
    """
    entries = {}
    for index, branch in enumerate(space.branches):
        place = f"[{index}]" if len(space.branches) > 1 else ""
        entries[f"search_spaces{place}"] = token(branch.names)
        for name, dimension in branch.parameters:
            text = _with_fields(type(dimension).__name__, dimension, ())
            entries[f"search_spaces{place}.{name}"] = text
    searched = set.intersection(*(set(branch.names) for branch in space.branches))
    entries["estimator"] = _name(type(estimator))
    for name, text in _parameters(estimator, "", searched):
        entries[f"estimator.{name}"] = text
    folds = [(np.asarray(train), np.asarray(test)) for train, test in splits]
    entries |= {
        "X": token(X),
        "y": token(y),
        "cv": f"{len(folds)} folds {_digest([token(folds)])}",
        "scoring": token(scoring),
        "random_state": token(random_state) if is_number(random_state) else "drawn",
    }
    entries |= {f"fit_params.{name}": token(value) for name, value in (fit_params or {}).items()}
    entries |= {name: token(value) for name, value in settings.items()}
    return {name: _shortened(text) for name, text in entries.items()}


def token(value: Any, _inside: tuple[int, ...] = ()) -> str:
    """Return the text that tells `value`.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
        Equal for values that mean the same to an estimator, in any process. Lists are not equal
        to arrays, nor ints to floats, as not all estimators take one for the other.
    """
    value = native(value)
    opaque = f"<{_name(type(value))} object>"
    if id(value) in _inside:
        return opaque
    try:
        return _told(value, (*_inside, id(value))) or opaque
    except Exception:  # of an object that refuses to be looked at
        return opaque


def _told(value: Any, inside: tuple[int, ...]) -> str | None:
    """Return the token of a value that is known here, None for others."""
    if type(value) in PLAIN_TYPES:
        # Python refuses decimal integers of more than 4300 digits.
        return hex(value) if type(value) is int and abs(value) >= 2**64 else repr(value)
    name = _name(type(value))
    if isinstance(value, partial):
        return f"{name}: {token([value.func, value.args, value.keywords], inside)}"
    if has(value, "__qualname__") or isinstance(value, np.ufunc):
        return f"<{_name(value)}>"
    if isinstance(value, Enum):
        return f"{name}.{value.name}"
    if isinstance(value, TEXTUAL_TYPES):
        return f"<{name} {value}>"
    if isinstance(value, np.ndarray):
        return _array(value)
    is_sparse: bool = issparse(value)
    if is_sparse:
        parts = value.tocsr()
        digest = _digest(_array(part) for part in (parts.data, parts.indices, parts.indptr))
        return f"<{value.format} {value.dtype} {value.shape} {digest}>"
    if has(value, "columns") or has(value, "__array__"):
        return _table(value)
    if isinstance(value, Mapping):
        pairs = sorted((token(k, inside), token(v, inside)) for k, v in value.items())
        return f"{name}({', '.join(f'{k}: {v}' for k, v in pairs)})"
    if isinstance(value, set | frozenset):
        return f"{name}({', '.join(sorted(token(v, inside) for v in value))})"
    if isinstance(value, range):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"{name}({', '.join(token(v, inside) for v in value)})"
    if isinstance(value, slice):
        return f"slice({value.start}, {value.stop}, {value.step})"
    if isinstance(value, rv_frozen):
        dist = value.dist
        points = [dist.xk, dist.pk] if has(dist, "xk") else []
        content = {**parameters_of(value), "points": points}
        return f"{_name(type(dist))}: {token(content, inside)}"
    if isinstance(value, BaseScorer):
        return f"{name}: {token(vars(value), inside)}"
    if has(value, "get_params"):
        params = value.get_params(deep=False)
        kept = {k: v for k, v in params.items() if k not in FREE_PARAMETERS}
        return f"{name}: {token(kept, inside)}"
    if dataclasses.is_dataclass(value):
        return _with_fields(name, value, inside)
    return None


def _with_fields(name: str, value: Any, inside: tuple[int, ...]) -> str:
    """Return the call that makes a dataclass, with all arguments that make it another one."""
    fields = [field.name for field in dataclasses.fields(value) if field.init and field.compare]
    return f"{name}({', '.join(f'{f}={token(getattr(value, f), inside)}' for f in fields)})"


def _name(thing: Any) -> str:
    """Return the dotted name of a class or function, as one imports it.

    Private modules are left out, since libraries move their contents about. Of a builtin no
    module is told.
    """
    module = str(getattr(thing, "__module__", None) or "builtins")
    name = str(getattr(thing, "__qualname__", None) or thing.__name__)
    if module == "builtins":
        return name
    parts = [part for part in module.split(".") if part[0] != "_" or part == "__main__"]
    return ".".join([*parts, name])


def _parameters(estimator: Any, prefix: str, searched: set[str]) -> Iterator[tuple[str, str]]:
    """Yield names and tokens of parameters as `get_params` has them, but for those `searched`.

    The parts of a pipeline are told by their classes where they stand, and their parameters one
    by one: some of them may be searched.
    """
    for name, value in sorted(estimator.get_params(deep=False).items()):
        if prefix + name in searched or name in FREE_PARAMETERS:
            continue
        parts = [(name, value)] if _is_estimator(value) else []
        if isinstance(value, list | tuple):
            parts = [(part[0], part[1]) for part in value if _is_named_part(part)]
        if not parts:
            yield prefix + name, token(value)
            continue
        if not _is_estimator(value):
            shown = [
                (part[0], None if prefix + part[0] in searched else type(part[1]), *part[2:])
                if _is_named_part(part)
                else part
                for part in value
            ]
            yield prefix + name, token(shown)
        else:
            yield prefix + name, token(type(value))
        for part_name, part in parts:
            if prefix + part_name not in searched:
                yield from _parameters(part, f"{prefix}{part_name}__", searched)


def _is_estimator(value: Any) -> bool:
    return has(value, "get_params") and not isinstance(value, type)


def _is_named_part(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) > 1
        and isinstance(value[0], str)
        and _is_estimator(value[1])
    )


def _array(array: NDArray[Any]) -> str:
    """Return the token of an array, whatever its layout in memory."""
    rows = np.atleast_1d(array)
    if array.dtype.hasobject:
        digest = _digest(token(value) for value in rows.ravel().tolist())
    else:
        step = max(1, CHUNK // max(1, rows[:1].nbytes))
        starts = range(0, len(rows), step)
        digest = _digest(np.ascontiguousarray(rows[i : i + step]).tobytes() for i in starts)
    return f"<array {array.dtype} {array.shape} {digest}>"


def _table(table: Any) -> str:
    """Return the token of a data frame or a column of one, or what else becomes an array."""
    name = _name(type(table))
    if not has(table, "columns"):
        if has(table, "cat") and has(table.cat, "codes"):
            categories = token(list(table.cat.categories))
            return f"<{name} {categories} {_array(np.asarray(table.cat.codes))}>"
        return f"<{name} {_array(np.asarray(table))}>"
    # pandas, or else polars.
    columns = list(table.items()) if has(table, "items") else list(_named(table.iter_columns()))
    parts = [f"{token(label)} {column.dtype} {_table(column)}" for label, column in columns]
    return f"<{name} {tuple(table.shape)} {_digest(parts)}>"


def _named(columns: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    return ((column.name, column) for column in columns)


def _digest(parts: Iterable[str | bytes]) -> str:
    """Return the SHA-256 of some parts; where one ends and the next begins counts for texts."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(b"%d:" % len(data))
            digest.update(data)
        else:
            digest.update(part)
    return f"sha256:{digest.hexdigest()}"


def _shortened(text: str) -> str:
    if len(text) <= MAX_LENGTH:
        return text
    return f"{text[: MAX_LENGTH // 2]}... {_digest([text])}"
