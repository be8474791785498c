"""Tokens: texts that are the same in every process for values that are the same.

They are only ever compared: nothing is read back from them. An object that is not known here is
told by what a pickle would hold of it, part by part; not by the pickle itself, in which equal
objects may differ, and not by its ``repr``, which may hold an address. Data of which not all can be
told are refused. Of settings an object that does not compare by content is told by its type alone:
whoever changes such an object, and not its place in a list, is trusted.
"""

from __future__ import annotations

import copyreg
import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from pathlib import PurePath
from types import FunctionType
from typing import Any

import numpy as np
from numpy.lib.recfunctions import repack_fields
from numpy.typing import NDArray
from scipy.sparse import issparse
from scipy.stats.distributions import rv_frozen
from sklearn.base import BaseEstimator, clone

from skbayes._compat import BaseScorer
from skbayes.space import PLAIN_TYPES, content_of, has, native, parameters_of

# Parameters of estimators, at any depth, that do not change what is computed.
FREE_PARAMETERS = frozenset({"memory", "n_jobs", "verbose"})

# Types whose text is exact, and the same everywhere.
TEXTUAL_TYPES = (date, time, timedelta, Decimal, PurePath)

# Bytes that are copied at a time, of arrays that do not lie in one piece.
CHUNK = 2**24

# Types of numbers with bytes that hold nothing.
LONG_FLOATS = ("g", "G")

# Kinds of arrays that hold nothing beside the array.
PLAIN_ARRAYS = (np.ndarray, np.matrix, np.memmap, np.recarray)

# How objects compare that do not say how.
BY_IDENTITY: Any = object.__eq__

# Protocol of what pickles would hold; it is the same for all versions of Python.
PROTOCOL = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """How values are read, and where one is.

    Attributes
    ----------
    is_data : bool
        Whether all content must be told.
    inside : tuple of int
        Identities of the objects that hold the present one.
    unread : list of str
        Types of the objects that are told by their types alone, though they were to be read.
    """

    is_data: bool = False
    inside: tuple[int, ...] = ()
    unread: list[str] = field(default_factory=list)


def data_token(name: str, value: Any) -> str:
    """Return the text that tells all content of `value`.

    Parameters
    ----------
    name : str
        What the value is, for the user.
    value : object

    Raises
    ------
    TypeError
        If it holds something whose content cannot be told.
    """
    reading = Reading(is_data=True)
    text = token(value, reading)
    if reading.unread:
        raise TypeError(
            f"checkpoint: {name} holds an object of type {reading.unread[0]}, whose content "
            "cannot be read. So a search that continues cannot check that its data are the same. "
            f"Give {name} as an array, a data frame or a list of numbers and texts, use an object "
            "that can be pickled, or leave checkpoint out."
        )
    return text


def token(value: Any, reading: Reading | None = None) -> str:
    """Return the text that tells `value`.

    Parameters
    ----------
    value : object
    reading : Reading or None, default=None
        None: that of a setting.

    Returns
    -------
    str
        Equal for values that mean the same to an estimator, in any process. Lists are not equal
        to arrays, nor ints to floats, as not all estimators take one for the other.
    """
    value, reading = native(value), reading or Reading()
    if type(value) in PLAIN_TYPES:
        # Python refuses decimal integers of more than 4300 digits.
        return hex(value) if type(value) is int and abs(value) >= 2**64 else repr(value)
    opaque = f"<{name_of(type(value))} object>"
    if id(value) in reading.inside:
        return opaque
    reading = replace(reading, inside=(*reading.inside, id(value)))
    n_unread = len(reading.unread)
    # An object may refuse to be looked at, in either way.
    for tell in (_told, _told_in_parts):
        try:
            if text := tell(value, reading):
                return text
        except Exception:
            del reading.unread[n_unread:]
    reading.unread.append(name_of(type(value)))
    return opaque


def _told(value: Any, reading: Reading) -> str | None:
    """Return the token of a value that is known here, None for others."""
    name = name_of(type(value))
    if isinstance(value, partial):
        return f"{name}: {token([value.func, value.args, value.keywords], reading)}"
    if has(value, "__qualname__") or isinstance(value, np.ufunc):
        if reading.is_data and isinstance(value, FunctionType) and "<" in value.__qualname__:
            # A lambda, or a function that another has made: many have the same name.
            reading.unread.append(name)
        return f"<{name_of(value)}>"
    if isinstance(value, Enum):
        return f"{name}.{value.name}"
    if isinstance(value, TEXTUAL_TYPES):
        return f"<{name} {value}>"
    if isinstance(value, np.ma.MaskedArray):
        parts = [value.filled(0), np.ma.getmaskarray(value)]
        return f"<{name} {' '.join(_array(part, reading) for part in parts)}>"
    if isinstance(value, np.ndarray):
        text = _array(value, reading)
        is_plain = type(value) in PLAIN_ARRAYS or not vars(value)
        return text if is_plain else f"<{name} {text} {token(vars(value), reading)}>"
    is_sparse: bool = issparse(value)
    if is_sparse:
        parts = value.tocsr()
        if not parts.has_canonical_format:
            parts = parts.copy()
            parts.sum_duplicates()
        digest = digest_of(
            _array(part, reading) for part in (parts.data, parts.indices, parts.indptr)
        )
        return f"<{value.format} {value.dtype} {value.shape} {digest}>"
    if has(value, "columns") or has(value, "__array__"):
        return _table(value, reading)
    if isinstance(value, Mapping):
        pairs = sorted((token(k, reading), token(v, reading)) for k, v in value.items())
        return f"{name}({', '.join(f'{k}: {v}' for k, v in pairs)})"
    if isinstance(value, set | frozenset):
        return f"{name}({', '.join(sorted(token(v, reading) for v in value))})"
    if isinstance(value, range):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"{name}({', '.join(token(v, reading) for v in value)})"
    if isinstance(value, slice):
        return f"slice({value.start}, {value.stop}, {value.step})"
    if isinstance(value, rv_frozen):
        dist = value.dist
        points = [dist.xk, dist.pk] if has(dist, "xk") else list(content_of(value))
        given = {**parameters_of(value), "points": points}
        return f"{name_of(type(dist))}: {token(given, reading)}"
    if isinstance(value, BaseScorer):
        return f"{name}: {token(vars(value), reading)}"
    if has(value, "get_n_calls"):
        # A tree of neighbours counts how often it was asked.
        return f"{name}: {token(value.get_arrays(), reading)}"
    if has(value, "get_params"):
        is_whole = reading.is_data or stays_fitted(value)
        content = value.__getstate__() if is_whole else value.get_params(deep=False)
        if isinstance(content, dict):
            content = {k: v for k, v in content.items() if k not in FREE_PARAMETERS}
        return f"{name}: {token(content, replace(reading, is_data=is_whole))}"
    if dataclasses.is_dataclass(value):
        return with_fields(name, value, reading)
    return None


def _told_in_parts(value: Any, reading: Reading) -> str:
    """Return the token of what a pickle would hold, or of the type alone where that will do.

    A setting that compares by identity may change as it is used, by a fit say, and be the same
    nevertheless.
    """
    opaque = f"<{name_of(type(value))} object>"
    if not reading.is_data and type(value).__eq__ is BY_IDENTITY:
        return opaque
    reduce = copyreg.dispatch_table.get(type(value))
    parts = reduce(value) if reduce else value.__reduce_ex__(PROTOCOL)
    if isinstance(parts, str):  # a name; of pandas' NA there is one, and journals hold its type
        return opaque if parts == "NA" else f"{opaque} {parts}"
    make, arguments, state, items, pairs = (*parts, None, None, None)[:5]
    told = [] if arguments == (type(value),) else [token(arguments, reading)]
    if make is not type(value) and told:
        told.insert(0, token(make, reading))
    contents = [state, *(None if each is None else list(each) for each in (items, pairs))]
    told += [token(part, reading) for part in contents if part is not None]
    return f"<{name_of(type(value))}: {', '.join(told)}>" if told else opaque


def with_fields(name: str, value: Any, reading: Reading | None = None) -> str:
    """Return the call that makes a dataclass, with all arguments that make it another one."""
    fields = [field.name for field in dataclasses.fields(value) if field.init and field.compare]
    return f"{name}({', '.join(f'{f}={token(getattr(value, f), reading)}' for f in fields)})"


def name_of(thing: Any) -> str:
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


def stays_fitted(estimator: Any) -> bool:
    """Whether no search fits an estimator, as each clone of it is itself: a FrozenEstimator."""
    clones = getattr(type(estimator), "__sklearn_clone__", BaseEstimator.__sklearn_clone__)
    return clones is not BaseEstimator.__sklearn_clone__ and clone(estimator) is estimator


def is_estimator(value: Any) -> bool:
    """Whether a value has parameters, and is no class."""
    return has(value, "get_params") and not isinstance(value, type)


def _array(array: NDArray[Any], reading: Reading) -> str:
    """Return the token of an array, whatever its layout in memory."""
    rows = np.atleast_1d(np.asarray(array))
    digest: str
    if array.dtype.hasobject:
        digest = digest_of(token(value, reading) for value in rows.ravel().tolist())
    elif (names := array.dtype.names) and _has_gaps(array.dtype):
        digest = digest_of(_array(rows[name], reading) for name in names)
    elif array.dtype.char in LONG_FLOATS:
        digest = digest_of(map(str, rows.ravel().tolist()))
    else:
        step = max(1, CHUNK // max(1, rows[:1].nbytes))
        starts = range(0, len(rows), step)
        digest = digest_of(np.ascontiguousarray(rows[i : i + step]).tobytes() for i in starts)
    return f"<array {array.dtype} {array.shape} {digest}>"


def _has_gaps(dtype: np.dtype[Any]) -> bool:
    """Whether there are bytes between the fields, in which stands what was there before."""
    return bool(repack_fields(dtype, recurse=True).itemsize < dtype.itemsize)


def _table(table: Any, reading: Reading) -> str:
    """Return the token of a data frame or a column of one, or what else becomes an array."""
    name = name_of(type(table))
    if not has(table, "columns"):
        return f"<{name} {_column(table, reading)}>"
    parts = [
        f"{token(label, reading)} {column.dtype if has(column, 'dtype') else column.type} "
        f"{_table(column, reading)}"
        for label, column in _columns(table)
    ]
    return f"<{name} {tuple(table.shape)} {digest_of(parts)}>"


def _columns(table: Any) -> Iterable[tuple[Any, Any]]:
    """Return the columns of a data frame with their names."""
    if has(table, "items"):  # pandas
        return table.items()  # type: ignore[no-any-return]
    if has(table, "iter_columns"):  # polars
        return ((column.name, column) for column in table.iter_columns())
    return zip(table.column_names, table.columns, strict=True)  # pyarrow


def _column(column: Any, reading: Reading) -> str:
    """Return the token of what is in a column, or in what else becomes an array."""
    if has(column, "cat") and has(column.cat, "codes"):
        codes = _array(np.asarray(column.cat.codes), reading)
        return f"{token(list(column.cat.categories), reading)} {codes}"
    array = np.asarray(column)
    if array.dtype.kind == "f" and not isinstance(getattr(column, "dtype", None), np.dtype):
        # Gaps have become NaN, and whole numbers beside them floats.
        for find, drop in (("isna", "dropna"), ("is_null", "drop_nulls"), ("is_null", "drop_null")):
            if has(column, find) and has(column, drop):
                is_gap = np.asarray(getattr(column, find)())
                if is_gap.any():
                    rest = np.asarray(getattr(column, drop)())
                    return f"{_array(is_gap, reading)} {_array(rest, reading)}"
                break
    return _array(array, reading)


def digest_of(parts: Iterable[str | bytes]) -> str:
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
