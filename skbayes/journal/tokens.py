"""What makes a search the same search: its settings and its data, as short texts to compare.

Each value is told by a *token*, a text that is the same in every process. Tokens are only ever
compared: nothing is read back from them. An object that is not known here is told by what a pickle
would hold of it, part by part; not by the pickle itself, in which equal objects may differ, and not
by its ``repr``, which may hold an address. Data of which not all can be told are refused. Of
settings an object that does not compare by content is told by its type alone: whoever changes such
an object, and not its place in a list, is trusted.
"""

from __future__ import annotations

import copyreg
import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from pathlib import PurePath
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from scipy.stats.distributions import rv_frozen
from sklearn.base import BaseEstimator, clone

from skbayes._compat import BaseScorer
from skbayes.space import PLAIN_TYPES, Space, has, is_number, native, parameters_of

__all__ = ["FREE_PARAMETERS", "fingerprint", "token"]

# Parameters of estimators, at any depth, that do not change what is computed.
FREE_PARAMETERS = frozenset({"memory", "n_jobs", "verbose"})

# Types whose text is exact, and the same everywhere.
TEXTUAL_TYPES = (date, time, timedelta, Decimal, PurePath)

# Characters of an entry: a longer one ends in a digest of all of it.
MAX_LENGTH = 200

# Bytes that are copied at a time, of arrays that do not lie in one piece.
CHUNK = 2**24

# As many floats hold any longer one, of which 113 binary digits are the most.
N_FLOATS = 3

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
        for `FREE_PARAMETERS`; and what a part was fitted to that no search fits anew.
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

    Raises
    ------
    TypeError
        If `X`, `y` or a further argument of `fit` with an entry for each sample holds something
        whose content cannot be told.

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
            text = _with_fields(type(dimension).__name__, dimension, None)
            entries[f"search_spaces{place}.{name}"] = text
    searched = set.intersection(*(set(branch.names) for branch in space.branches))
    entries["estimator"] = _name(type(estimator))
    for name, text in _parameters(estimator, "", searched):
        entries[f"estimator.{name}"] = text
    folds = [(np.asarray(train), np.asarray(test)) for train, test in splits]
    entries |= {
        "X": data_token("X", X),
        "y": data_token("y", y),
        "cv": f"{len(folds)} folds {_digest([token(folds)])}",
        "scoring": token(scoring),
        "random_state": token(random_state) if is_number(random_state) else "drawn",
    }
    for name, value in (fit_params or {}).items():
        tell = partial(data_token, name) if _n_entries(value) == _n_entries(X) else token
        entries[f"fit_params.{name}"] = tell(value)
    entries |= {name: token(value) for name, value in settings.items()}
    return {name: _shortened(text) for name, text in entries.items()}


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
            f"checkpoint: {name} holds an object of type {reading.unread[0]}, whose content cannot "
            "be read, so that data that differ there would be taken for the same when the search "
            f"goes on. Give {name} as an array, a data frame or a list of numbers and texts, make "
            "the object one that can be pickled, or leave checkpoint out."
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
    opaque = f"<{_name(type(value))} object>"
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
    reading.unread.append(_name(type(value)))
    return opaque


def _told(value: Any, reading: Reading) -> str | None:
    """Return the token of a value that is known here, None for others."""
    name = _name(type(value))
    if isinstance(value, partial):
        return f"{name}: {token([value.func, value.args, value.keywords], reading)}"
    if has(value, "__qualname__") or isinstance(value, np.ufunc):
        if reading.is_data and isinstance(value, FunctionType) and "<" in value.__qualname__:
            # A lambda, or a function that another has made: many have the same name.
            reading.unread.append(name)
        return f"<{_name(value)}>"
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
        digest = _digest(
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
        points = [dist.xk, dist.pk] if has(dist, "xk") else []
        content = {**parameters_of(value), "points": points}
        return f"{_name(type(dist))}: {token(content, reading)}"
    if isinstance(value, BaseScorer):
        return f"{name}: {token(vars(value), reading)}"
    if has(value, "get_n_calls"):
        # A tree of neighbours counts how often it was asked.
        return f"{name}: {token(value.get_arrays(), reading)}"
    if _is_estimator(value) and (reading.is_data or _stays_fitted(value)):
        state = value.__getstate__()
        if isinstance(state, dict):
            state = {k: v for k, v in state.items() if k not in FREE_PARAMETERS}
        return f"{name}: {token(state, replace(reading, is_data=True))}"
    if has(value, "get_params"):
        params = value.get_params(deep=False)
        kept = {k: v for k, v in params.items() if k not in FREE_PARAMETERS}
        return f"{name}: {token(kept, reading)}"
    if dataclasses.is_dataclass(value):
        return _with_fields(name, value, reading)
    return None


def _told_in_parts(value: Any, reading: Reading) -> str:
    """Return the token of what a pickle would hold, or of the type alone where that will do.

    A setting that compares by identity may change as it is used, by a fit say, and be the same
    nevertheless.
    """
    opaque = f"<{_name(type(value))} object>"
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
    return f"<{_name(type(value))}: {', '.join(told)}>" if told else opaque


def _n_entries(value: Any) -> int | None:
    """Return the number of entries of what may be data, None of what is none."""
    if isinstance(value, str | bytes | Mapping):
        return None
    try:
        return int(value.shape[0]) if has(value, "shape") else len(value)
    except Exception:  # of whatever users hand to a fit
        return None


def _with_fields(name: str, value: Any, reading: Reading | None) -> str:
    """Return the call that makes a dataclass, with all arguments that make it another one."""
    fields = [field.name for field in dataclasses.fields(value) if field.init and field.compare]
    return f"{name}({', '.join(f'{f}={token(getattr(value, f), reading)}' for f in fields)})"


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
    by one: some of them may be searched. An estimator that stays as it was fitted is told by all
    that it holds; of what cannot be read there the type is told, of functions the name.
    """
    if _stays_fitted(estimator):
        for name, value in sorted(vars(estimator).items()):
            if prefix + name not in searched:
                yield prefix + name, token(value, Reading(is_data=True))
        return
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


def _stays_fitted(estimator: Any) -> bool:
    """Whether no search fits an estimator, as each clone of it is itself: a FrozenEstimator."""
    clones = getattr(type(estimator), "__sklearn_clone__", BaseEstimator.__sklearn_clone__)
    return clones is not BaseEstimator.__sklearn_clone__ and clone(estimator) is estimator


def _is_estimator(value: Any) -> bool:
    return has(value, "get_params") and not isinstance(value, type)


def _is_named_part(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) > 1
        and isinstance(value[0], str)
        and _is_estimator(value[1])
    )


def _array(array: NDArray[Any], reading: Reading) -> str:
    """Return the token of an array, whatever its layout in memory."""
    rows = np.atleast_1d(np.asarray(array))
    digest: str
    if array.dtype.hasobject:
        digest = _digest(token(value, reading) for value in rows.ravel().tolist())
    elif parts := _without_padding(rows):
        digest = _digest(_array(part, reading) for part in parts)
    else:
        step = max(1, CHUNK // max(1, rows[:1].nbytes))
        starts = range(0, len(rows), step)
        digest = _digest(np.ascontiguousarray(rows[i : i + step]).tobytes() for i in starts)
    return f"<array {array.dtype} {array.shape} {digest}>"


def _without_padding(array: NDArray[Any]) -> list[NDArray[Any]]:
    """Return arrays of all that an array holds, if some of its bytes hold nothing; else none.

    What stands in such bytes is what was there before.
    """
    dtype = array.dtype
    if dtype.names is not None:
        types = [dtype[name] for name in dtype.names]
        has_gaps = sum(each.itemsize for each in types) < dtype.itemsize
        inner = [_without_padding(np.empty(0, each)) for each in types]
        return [array[name] for name in dtype.names] if has_gaps or any(inner) else []
    if dtype.base.kind == "c" and dtype.base.itemsize > np.dtype(complex).itemsize:
        return [array.real, array.imag]
    if dtype.base.kind != "f" or dtype.base.itemsize <= np.dtype(float).itemsize:
        return []
    with np.errstate(invalid="ignore"):
        rest, exponents = np.frexp(array)
        floats: list[NDArray[Any]] = []
        for _ in range(N_FLOATS):
            floats.append(rest.astype(float))
            rest = rest - floats[-1]
    return [exponents, *floats]


def _table(table: Any, reading: Reading) -> str:
    """Return the token of a data frame or a column of one, or what else becomes an array."""
    name = _name(type(table))
    if not has(table, "columns"):
        return f"<{name} {_column(table, reading)}>"
    parts = [
        f"{token(label, reading)} {column.dtype if has(column, 'dtype') else column.type} "
        f"{_table(column, reading)}"
        for label, column in _columns(table)
    ]
    return f"<{name} {tuple(table.shape)} {_digest(parts)}>"


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
