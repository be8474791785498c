"""The fingerprint of a search: what makes it the same search, as short texts to compare."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from skbayes.journal.tokens import (
    FREE_PARAMETERS,
    Reading,
    data_token,
    digest_of,
    is_estimator,
    name_of,
    stays_fitted,
    token,
    with_fields,
)
from skbayes.space import Space, has, is_number

__all__ = ["deciding_library", "fingerprint"]

# Characters of an entry: a longer one ends in a digest of all of it.
MAX_LENGTH = 200


def fingerprint(
    *,
    space: Space,
    estimator: Any,
    data: Mapping[str, str],
    n_samples: int,
    splits: Sequence[tuple[Any, Any]],
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
    data : mapping of str to str
        X and y by their `data_token`.
    n_samples : int
    splits : sequence of (train, test)
        Indices of the folds: any way of writing ``cv`` that leads to the same ones is the same.
    random_state : int, RandomState instance or None
        All but ints are alike: the seed is in the journal then.
    fit_params : mapping, default=None
        Further arguments of `fit`, such as ``sample_weight`` or ``groups``.
    **settings
        Whatever else must stay as it is, such as ``scoring``. Functions count by their names.

    Returns
    -------
    dict of str to str

    Raises
    ------
    TypeError
        If a further argument of `fit` with an entry for each sample holds something whose content
        cannot be told.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from skbayes.journal.tokens import data_token
    >>> from skbayes.space import parse_space
    >>> entries = fingerprint(
    ...     space=parse_space({"alpha": (0.1, 10.0)}), estimator=Ridge(tol=0.01),
    ...     data={"X": data_token("X", [[1], [2]])}, n_samples=2, splits=[([0], [1])],
    ...     random_state=0, error_score=0.0,
    ... )
    >>> entries["estimator"], entries["estimator.tol"], entries["error_score"]
    ('sklearn.linear_model.Ridge', '0.01', '0.0')
    >>> entries["search_spaces.alpha"]
    "Real(low=0.1, high=10.0, prior='uniform', pole=1.0)"
    """
    entries = dict(data)
    for index, branch in enumerate(space.branches):
        place = f"search_spaces[{index}]" if len(space.branches) > 1 else "search_spaces"
        entries[place] = token(branch.names)
        for name, dimension in branch.parameters:
            entries[f"{place}.{name}"] = with_fields(type(dimension).__name__, dimension)
    searched = set.intersection(*(set(branch.names) for branch in space.branches))
    entries["estimator"] = name_of(type(estimator))
    for name, text in _parameters(estimator, "", searched):
        entries[f"estimator.{name}"] = text
    folds = [(np.asarray(train), np.asarray(test)) for train, test in splits]
    entries["cv"] = f"{len(folds)} folds {digest_of([token(folds)])}"
    entries["random_state"] = token(random_state) if is_number(random_state) else "drawn"
    for name, value in (fit_params or {}).items():
        tell = partial(data_token, name) if _n_entries(value) == n_samples else token
        entries[f"fit_params.{name}"] = tell(value)
    entries |= {name: token(value) for name, value in settings.items()}
    return {
        name: text
        if len(text) <= MAX_LENGTH
        else f"{text[: MAX_LENGTH // 2]}... {digest_of([text])}"
        for name, text in entries.items()
    }


def deciding_library(estimator: Any, entry: str) -> str | None:
    """Return the library that decides a parameter which the user of an estimator has not set.

    Parameters
    ----------
    estimator : estimator object
    entry : str
        Name of an entry of a fingerprint, which may be of another version of the library.

    Returns
    -------
    str or None
        The package of the class whose default the parameter has, or which no longer has such a
        parameter. None if the user has set it, or the entry is something else.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> [deciding_library(SVC(tol=0.1), f"estimator.{name}") for name in ("tol", "degree", "old")]
    [None, 'sklearn', 'sklearn']
    """
    name = entry.removeprefix("estimator.")
    if name == entry:
        return None
    params = {"": estimator, **estimator.get_params()}
    owner_name, _, own_name = name.rpartition("__")
    owner = params.get(owner_name)
    if not is_estimator(owner):
        return None
    if name in params:
        listed = inspect.signature(type(owner)).parameters.get(own_name)
        if listed is None or token(listed.default) != token(params[name]):
            return None
    return type(owner).__module__.partition(".")[0]


def _parameters(estimator: Any, prefix: str, searched: set[str]) -> Iterator[tuple[str, str]]:
    """Yield names and tokens of parameters as `get_params` has them, but for those `searched`.

    The parts of a pipeline are told by their classes where they stand, and their parameters one
    by one: some of them may be searched. An estimator that stays as it was fitted is told by all
    that it holds; of what cannot be read there the type is told, of functions the name.
    """
    if stays_fitted(estimator):
        for name, value in sorted(vars(estimator).items()):
            if prefix + name not in searched:
                yield prefix + name, token(value, Reading(is_data=True))
        return
    for name, value in sorted(estimator.get_params(deep=False).items()):
        if prefix + name in searched or name in FREE_PARAMETERS:
            continue
        parts: list[tuple[str, Any]] = []
        shown = value
        if is_estimator(value):
            parts, shown = [(name, value)], type(value)
        elif isinstance(value, list | tuple) and any(map(_is_named_part, value)):
            parts = [(part[0], part[1]) for part in value if _is_named_part(part)]
            shown = [
                (part[0], None if prefix + part[0] in searched else type(part[1]), *part[2:])
                if _is_named_part(part)
                else part
                for part in value
            ]
        yield prefix + name, token(shown)
        for part_name, part in parts:
            if prefix + part_name not in searched:
                yield from _parameters(part, f"{prefix}{part_name}__", searched)


def _is_named_part(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) > 1
        and isinstance(value[0], str)
        and is_estimator(value[1])
    )


def _n_entries(value: Any) -> int | None:
    """Return the number of entries of what may be data, None of what is none."""
    if isinstance(value, str | bytes | Mapping):
        return None
    try:
        return int(value.shape[0]) if has(value, "shape") else len(value)
    except Exception:  # of whatever users hand to a fit
        return None
