"""From what users write to a `Space`."""

from __future__ import annotations

import numbers
import zlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import scipy.stats
from scipy.stats.distributions import rv_frozen

from skbayes._warnings import warn
from skbayes.space import scales
from skbayes.space.categories import Categorical
from skbayes.space.checks import is_integer
from skbayes.space.dimensions import Dimension
from skbayes.space.distributions import Distribution, InfiniteMean, call_of, from_scipy
from skbayes.space.integers import Integer
from skbayes.space.layout import Branch, Conditional, Conditions, divide
from skbayes.space.ranges import Real
from skbayes.space.space import Space
from skbayes.space.values import (
    as_list,
    close_names,
    has,
    is_finite_number,
    is_number,
    native,
    show,
)

# Each branch is a category of the model and has its place in the initial design: with many more
# of them than candidates, no search could tell which are good.
MAX_BRANCHES = 256
# Categories are kept, and shown to the model, one by one.
_MAX_LISTED = 2**20
# Priors that make a range of a list. "auto" is a value of many a parameter, beside numbers too.
_LISTED_PRIORS = tuple(prior for prior in scales.PRIORS if prior != "auto")
# Values drawn from an object that can do nothing but draw.
_N_DRAWS = 256

_SHAPES = (
    "a dictionary of parameter names and values such as {'C': (0.1, 10.0, 'log-uniform'), "
    "'kernel': ['rbf', 'linear']}, a list of such dictionaries, or a list of "
    "(dictionary, n_iter) tuples"
)


class Written(NamedTuple):
    """A dictionary of a space as it was read: its branch is not yet divided by conditions.

    Attributes
    ----------
    branch : Branch
    conditions : Conditions
    place : str
        How messages call the dictionary.
    """

    branch: Branch
    conditions: Conditions
    place: str


def parse_space(search_spaces: Any, *, random_state: int = 0) -> Space:
    """Convert a search space that a user wrote into a `Space`.

    =============================================  =========================================
    written                                        meaning
    =============================================  =========================================
    ``[1, 10]``, ``range(0, 50, 5)``, 1-D array    exactly these values
    ``["rbf"]``                                    a constant
    ``(1, 10)``, ``range(1, 11)``                  integers from 1 to 10
    ``(0.1, 1.0)``                                 real numbers from 0.1 to 1
    ``(1e-3, 1e3, "log-uniform")``                 real numbers, on a logarithmic scale
    ``[1e-3, 1e3, "log-uniform"]``                 the same, with a warning
    ``(1, 10, 100)``, ``("a", "b")``               any other tuple: exactly these values
    ``Real``, ``Integer``, ``Categorical``         themselves; also those of scikit-optimize
    ``scipy.stats.loguniform(1e-3, 1e3)``          a range, or the quantiles of a distribution
    object with an ``rvs`` method                  256 draws from it, with a warning; also of a
                                                   discrete distribution without a finite mean
    ``Conditional((2, 5), when={"kernel": ...})``  any of these, for some candidates only
    =============================================  =========================================

    Parameters
    ----------
    search_spaces : dict, list of dict, list of (dict, int) or Space
        The search space. It is not modified.
    random_state : int, default=0
        Seed of the draws from objects that have only an ``rvs`` method.

    Returns
    -------
    Space

    Raises
    ------
    TypeError
        If a part has the wrong type, such as a number where a list is needed, or a name that is
        not a string.
    ValueError
        If a part is empty, reversed, infinite or not possible for another reason.

    Examples
    --------
    >>> from skbayes.space import parse_space
    >>> parse_space({"max_depth": (2, 8), "criterion": ["gini", "entropy"]}).n_values
    14
    """
    if isinstance(search_spaces, Space):
        return search_spaces
    return arrange_branches(parse_branches(search_spaces, random_state=random_state))


def arrange_branches(written: Iterable[Written]) -> Space:
    """Make a space of dictionaries, each divided by its conditions.

    Raises
    ------
    ValueError
        If conditions form a circle, or there are more than ``MAX_BRANCHES`` sets of parameters.
    """
    written = list(written)
    branches: list[Branch] = []
    for branch, conditions, place in written:
        try:
            for part in divide(branch, conditions):
                branches.append(part)
                if len(branches) > max(MAX_BRANCHES, len(written)):
                    setters = sorted({setter for of in conditions.values() for setter in of})
                    raise ValueError(
                        f"the values of {', '.join(map(repr, setters))} differ in the "
                        f"parameters that they have, in more than {MAX_BRANCHES} combinations, "
                        "which is the most that can be searched. Leave some of the values or of "
                        "their parameters out."
                    )
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from None
    return Space(tuple(branches))


def parse_branches(search_spaces: Any, *, random_state: int = 0) -> list[Written]:
    """Read what users write, as `parse_space` does, and leave it undivided."""
    if isinstance(search_spaces, Space):
        is_one = len(search_spaces.branches) == 1
        return [
            Written(b, {}, "search_spaces" if is_one else f"search_spaces[{b.number}]")
            for b in search_spaces.branches
        ]
    if isinstance(search_spaces, Mapping):
        return [_written(search_spaces, 0, None, "search_spaces", random_state)]
    if not isinstance(search_spaces, list | tuple):
        raise TypeError(
            f"search_spaces needs to be {_SHAPES}, got {show(search_spaces)} of type "
            f"{type(search_spaces).__name__}."
        )
    if not search_spaces:
        raise ValueError(
            f"search_spaces={show(search_spaces)} is empty. It needs to be {_SHAPES}; [{{}}] "
            "evaluates the estimator as it is."
        )
    written = []
    for index, element in enumerate(search_spaces):
        place = f"search_spaces[{index}]"
        n_iter = None
        if isinstance(element, tuple) and len(element) == 2 and isinstance(element[0], Mapping):
            element, n_iter = element
            n_iter = _checked_n_iter(n_iter, place)
        if not isinstance(element, Mapping):
            raise TypeError(
                f"{place} needs to be a dictionary or a (dictionary, n_iter) tuple, got "
                f"{show(element)} of type {type(element).__name__}. search_spaces is {_SHAPES}."
            )
        written.append(_written(element, index, n_iter, place, random_state))
    return written


def check_dimension(dimension: Any, transform: Any = None) -> Dimension:
    """Return a dimension for the values of one parameter, written in any form of a search space.

    Parameters
    ----------
    dimension : object
        A list, range, tuple, distribution or dimension, as in `parse_space`.
    transform : str or None, default=None
        As in scikit-optimize. It has no effect, and gives a warning.

    Raises
    ------
    TypeError, ValueError
        If `dimension` has another form, or is not possible.

    Examples
    --------
    >>> from skbayes.space import check_dimension
    >>> check_dimension((1, 10)), check_dimension([1, 10])
    (Integer(1, 10), Categorical([1, 10]))
    """
    if transform is not None:
        warn(
            f"check_dimension: transform={show(transform)} makes no difference, leave it out.",
        )
    return _dimension(dimension, "dimension", "", 0)


def _checked_n_iter(n_iter: Any, place: str) -> int:
    n_iter = native(n_iter)
    needs = f"{place} needs an int >= 1 as the number of its candidates, got {show(n_iter)}"
    if not is_integer(n_iter):
        raise TypeError(
            f"{needs} of type {type(n_iter).__name__}. Write (dictionary, n_iter), or the "
            "dictionary alone."
        )
    if n_iter < 1:
        raise ValueError(f"{needs}. Leave the dictionary out to skip it.")
    return int(n_iter)


def _written(
    parameters: Mapping[Any, Any], number: int, n_iter: int | None, place: str, random_state: int
) -> Written:
    for name in parameters:
        if not isinstance(name, str):
            raise TypeError(
                f"{place} needs strings as parameter names, got {show(name)} of type "
                f"{type(name).__name__}."
            )
        if not name:
            raise ValueError(f"{place} has an empty parameter name. Name the parameter.")
    dimensions = {
        str(name): _dimension(parameters[name], f"{place}[{name!r}]", name, random_state)
        for name in sorted(parameters)
    }
    conditions = {
        str(name): _codes(written.when, dimensions, f"{place}[{name!r}]")
        for name, written in parameters.items()
        if isinstance(written, Conditional)
    }
    return Written(Branch(tuple(dimensions.items()), n_iter, number), conditions, place)


def _codes(
    when: Mapping[str, Any], dimensions: Mapping[str, Dimension], place: str
) -> Mapping[str, frozenset[int]]:
    """Return for which codes of which choices a parameter exists."""
    codes = {}
    for name, values in when.items():
        choice = dimensions.get(name)
        if choice is None:
            close = close_names(name, dimensions)
            hint = f"Did you mean {close[0]!r}?" if close else f"Add {name!r} to it."
            raise ValueError(f"{place}: when names {name!r}, which is not in the same dict. {hint}")
        if not isinstance(choice, Categorical):
            raise ValueError(
                f"{place}: when names {name!r}, which is the range {choice!r}. A condition needs a "
                "choice between values: write a list of them."
            )
        try:
            codes[name] = frozenset(int(choice.encode(value)) for value in values)
        except ValueError as error:
            raise ValueError(f"{place}: when[{name!r}]: {error}") from None
    return codes


def _dimension(written: Any, place: str, name: str, random_state: int) -> Dimension:
    if isinstance(written, Conditional):
        written = written.values
    if isinstance(written, Real | Integer | Categorical | Distribution):
        return written
    if isinstance(written, Space):
        raise TypeError(
            f"{place} is a Space, but must be the values of one parameter. Give a dimension such "
            "as Real, or give the Space itself as search_spaces."
        )
    try:
        if _is_range(written):
            return _range(written, place)
        if isinstance(written, scipy.stats.rv_continuous | scipy.stats.rv_discrete):
            written = _frozen(written)
        if isinstance(written, rv_frozen):
            try:
                return from_scipy(written)
            except InfiniteMean:
                why = f"{call_of(written)} is discrete and has no finite mean"
                return _drawn(written, place, name, random_state, why)
        if not isinstance(written, type | str | bytes | list | tuple | Mapping | np.ndarray):
            foreign = _skopt_dimension(written, place)
            if foreign is not None:
                return foreign
            if has(written, "rvs"):
                why = f"{type(written).__name__} can only draw values"
                return _drawn(written, place, name, random_state, why)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        text = str(error)
        raise kind(text if text.startswith(place) else f"{place}: {text}") from error
    # Two numbers in a list have no order.
    if isinstance(written, range) and abs(written.step) == 1 and written[2:]:
        first, last = sorted((written[0], written[-1]))
        return Integer(first, last)
    if isinstance(written, range) and written[_MAX_LISTED:]:
        raise ValueError(
            f"{place}: {show(written)} has more than {_MAX_LISTED} values. Write "
            f"{(written[0], written[-1])} for all whole numbers of this range, or a larger step."
        )
    return Categorical(as_list(written, place))


def _is_range(written: Any) -> bool:
    """Tell whether a tuple is a range, or a list: JSON and YAML have no tuples."""
    if not (isinstance(written, tuple | list) and 2 <= len(written) <= 4):
        return False
    # Complex numbers are written for a range too, which refuses them.
    if any(
        not isinstance(v, numbers.Complex | Decimal) or isinstance(v, bool | np.bool_)
        for v in written[:2]
    ):
        return False
    if isinstance(written, tuple):
        return len(written) == 2 or isinstance(written[2], str)
    is_listed = len(written) > 2 and isinstance(written[2], str) and written[2] in _LISTED_PRIORS
    return is_listed and all(map(is_number, written[3:]))


def _range(written: Any, place: str) -> Real | Integer:
    # Python counts a Decimal not as a real number, and no estimator takes it.
    bounds = [float(bound) if isinstance(bound, Decimal) else bound for bound in written[:2]]
    arguments: Any = (*bounds, *written[2:])
    is_whole = all(isinstance(bound, numbers.Integral) for bound in bounds)
    values = ", ".join(map(show, written))
    as_values = f"[{values}]" if isinstance(written, tuple) else f"Categorical([{values}])"
    try:
        dimension = Integer(*arguments) if is_whole else Real(*arguments)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"{error} ({values}) is a range; write {as_values} for values."
        ) from error
    if isinstance(written, list):
        warn(
            f"{place}: [{values}] is read as a range, {dimension!r}, because a list of two numbers "
            f"and the name of a prior means a range. Write ({values}) for this range without a "
            f"warning, or {as_values} for these values.",
        )
    return dimension


def _frozen(distribution: Any) -> Any:
    if distribution.numargs:
        raise TypeError(
            f"scipy.stats.{distribution.name} needs its parameters: write "
            f"scipy.stats.{distribution.name}({distribution.shapes}) with numbers."
        )
    return distribution()


def _skopt_dimension(written: Any, place: str) -> Dimension | None:
    """Our dimension for one of scikit-optimize, known by its attributes; None for others."""
    if not has(written, "prior"):
        return None
    if has(written, "categories"):
        return Categorical(as_list(written.categories, place), written.prior)
    if not (has(written, "low") and has(written, "high")):
        return None
    low, high = native(written.low), native(written.high)
    if np.dtype(getattr(written, "dtype", float)).kind not in "iu":
        return Real(low, high, written.prior)
    return Integer(low, high, written.prior)


def _drawn(written: Any, place: str, name: str, random_state: int, why: str) -> Categorical:
    """Categories drawn from an object of which nothing but `rvs` is of use."""
    # The name takes part so that two parameters with equal distributions get different draws.
    entropy = [abs(int(random_state)), zlib.crc32(name.encode())]
    rng = np.random.RandomState(np.random.SeedSequence(entropy).generate_state(8))
    try:
        values = [native(written.rvs(random_state=rng)) for _ in range(_N_DRAWS)]
    except Exception as error:
        raise TypeError(
            f"{place}: rvs(random_state=...) of {show(written)} raised {type(error).__name__}: "
            f"{show(str(error))}. Give a list of values, a range (low, high) or a scipy "
            "distribution."
        ) from error
    is_numeric = all(map(is_finite_number, values))
    if is_numeric:
        values.sort()
    warn(
        f"{place}: {why}, so the search draws {_N_DRAWS} values and tries no others. Give a range "
        "such as (low, high) or (low, high, 'log-uniform'), or another scipy.stats distribution, "
        "to search between them.",
    )
    return Categorical(values, ordered=is_numeric)
