"""What scikit-optimize's dimensions can be told beside their values, and what it means here.

Its models need to be told how a range is scaled and how a category becomes numbers. Here the
space sees to both, so that nothing but the name of a dimension is left to say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from inspect import ismethod
from typing import Any

import numpy as np

from skbayes._warnings import warn
from skbayes.space.values import is_number, show

# Probabilities that were rounded when they were written still add up to 1.
_SUM_TOLERANCE = 1e-6

RANGE_TRANSFORMS = dict.fromkeys(
    ("identity", "normalize"), "the prior says on which scale the model sees the range"
)
CATEGORY_TRANSFORMS = dict.fromkeys(
    ("identity", "string", "label", "onehot", "normalize"),
    "write ordered=True where neighbours in the list resemble each other",
)


def check_name(call: str, name: Any) -> None:
    """Raise TypeError unless `name` is a string or None."""
    if not (name is None or isinstance(name, str)):
        raise TypeError(f"{call} needs a string or None as name, got name={show(name)}.")


def check_base(call: str, base: Any) -> None:
    """Raise ValueError unless `base` is one of a logarithm."""
    if not (is_number(base) and 0 < base < math.inf and base != 1):
        raise ValueError(
            f"{call} needs a positive number other than 1 as base, got base={show(base)}. Leave "
            "it out: the base of a logarithm changes nothing."
        )


def check_transform(call: str, transform: Any, allowed: Mapping[str, str]) -> None:
    """Warn that a transform makes no difference, if there is one.

    Parameters
    ----------
    call : str
        How messages quote the dimension.
    transform : str or None
    allowed : mapping of str to str
        The transforms, with what makes a difference in their place.

    Raises
    ------
    ValueError
        If it is none of those allowed.
    """
    # `dataclasses.replace` hands the method of that name to the constructor.
    if transform is None or ismethod(transform):
        return
    if not (isinstance(transform, str) and transform in allowed):
        raise ValueError(
            f"{call} needs a transform among {', '.join(map(repr, allowed))}, got "
            f"transform={show(transform)}. Leave it out: it makes no difference."
        )
    warn(
        f"{call}: transform={transform!r} makes no difference, leave it out; {allowed[transform]}.",
    )


def check_dtype(call: str, dtype: Any, kinds: str, what: str, other: str) -> None:
    """Raise an error unless `dtype` is of some kinds of numpy's types.

    Parameters
    ----------
    call : str
        How error messages quote the range.
    dtype : object
    kinds : str
        Letters of the kinds, as in `numpy.dtype.kind`.
    what, other : str
        What is allowed, and what to use for other values.

    Raises
    ------
    ValueError
        If it is no type, or one of another kind.
    """
    try:
        is_right = dtype is not None and np.dtype(dtype).kind in kinds
    except TypeError:
        is_right = False
    if not is_right:
        raise ValueError(
            f"{call} needs a type of {what}, as dtype, got dtype={show(dtype)}. Use {other}."
        )


def check_probabilities(call: str, prior: Any, n_categories: int) -> None:
    """Check the probabilities of categories; warn if they are not equal, for they are not used.

    Raises
    ------
    TypeError, ValueError
        If `prior` is neither None nor a probability for each category.
    """
    if prior is None:
        return
    try:
        p = np.asarray(prior, dtype=float)
    except (TypeError, ValueError):
        p = np.empty(0)
    if p.shape != (n_categories,):
        raise ValueError(
            f"{call}: prior needs to hold one probability for each of the {n_categories} "
            f"categories, or to be None, got {show(prior)}."
        )
    if not (np.all(p >= 0) and abs(float(p.sum()) - 1) <= _SUM_TOLERANCE):
        raise ValueError(f"{call}: prior needs probabilities that add up to 1, got {show(prior)}.")
    if p.min() < p.max():
        warn(
            f"{call}: the probabilities {show(p.tolist())} of the categories are not used, all "
            "start equally likely.",
        )
