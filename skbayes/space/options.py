"""What scikit-optimize's dimensions can be told beside their values, and what it means here.

Its models need to be told how a range is scaled and how a category becomes numbers. Here the
space sees to both, so that nothing but the name of a dimension is left to say.
"""

from __future__ import annotations

import math
from inspect import ismethod
from typing import Any

import numpy as np

from skbayes._warnings import warn
from skbayes.space.values import is_number, show

RANGE_TRANSFORM = "the prior says on which scale the model sees the range"
CATEGORY_TRANSFORM = "write ordered=True where neighbours in the list resemble each other"


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


def warn_of_transform(call: str, transform: Any, instead: str) -> None:
    """Warn that a transform makes no difference, and what does, if there is one."""
    # `dataclasses.replace` hands the method of that name to the constructor.
    if not (transform is None or ismethod(transform)):
        warn(f"{call}: transform={show(transform)} makes no difference, leave it out; {instead}.")


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


def warn_of_probabilities(call: str, prior: Any) -> None:
    """Warn that the probabilities of categories are not used, if they are not equal."""
    try:
        p = [] if prior is None else [float(each) for each in prior]
    except (TypeError, ValueError):
        raise ValueError(
            f"{call}: prior needs to hold one probability for each category, or to be None, got "
            f"{show(prior)}."
        ) from None
    if len({*p}) > 1:
        warn(
            f"{call}: the probabilities {show(p)} of the categories are not used, all start "
            "equally likely.",
        )
