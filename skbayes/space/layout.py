"""Points, branches and axes: how a space is divided, and arranged for vectorised work."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skbayes._pickles import lasting
from skbayes.space.categories import Categorical
from skbayes.space.dimensions import Dimension
from skbayes.space.scales import Lattice
from skbayes.space.values import plain_key, same_value, show

# Lists of more unordered values than this are long: to have a column for each value, and to look
# at each as a neighbour, would take longer than most fits.
MAX_SHORT = 128

# For a parameter, the choices on which it depends, and for which codes of each it exists or counts.
Conditions: TypeAlias = Mapping[str, Mapping[str, frozenset[int]]]


@lasting
@dataclass(frozen=True, slots=True)
class Point:
    """A candidate: the branch, and one code for each parameter of the branch, in name order.

    Parameters
    ----------
    branch : int
        Index of the branch in ``space.branches``.
    codes : tuple of int or float
        Codes, as ``dimension.encode`` returns them.
    """

    branch: int
    codes: tuple[float | int, ...]


@lasting
@dataclass(frozen=True, slots=True)
class Branch:
    """One dict of a search space, or a part of a dict in which the same parameters exist.

    Parameters
    ----------
    parameters : tuple of (str, Dimension)
        Names and dimensions, in name order.
    n_iter : int or None, default=None
        Number of candidates for this dict, if the dict has its own number.
    number : int or None, default=None
        Position of the dict in its list. None: the position of the branch in its space.
    counts : mapping of str to mapping, default={}
        Parameters that do not count for every candidate, although each has a value of them: for
        each, names of lists in this branch, and for which codes of each of these lists it counts.
        If it does not count, the model ignores it, and proposals have the middle of a range or of
        an ordered list, or the first value of any other list.
    """

    parameters: tuple[tuple[str, Dimension], ...]
    n_iter: int | None = None
    number: int | None = None
    counts: Conditions = field(default_factory=dict, hash=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(name for name, _ in self.parameters)

    @property
    def n_values(self) -> int | None:
        """Number of distinct points; None if there are infinitely many."""
        sizes = [dimension.n_values for _, dimension in self.parameters]
        return None if None in sizes else math.prod(filter(None, sizes))


@lasting
@dataclass(frozen=True, slots=True)
class Conditional:
    """Values of a parameter that exists for some candidates only.

    Write a `Conditional` as a value in the dict of a search space. If a candidate does not have the
    parameter, the estimator keeps its own value of the parameter. Then the model of the search
    ignores this parameter.

    Parameters
    ----------
    values : object
        The values of the parameter: a list, a range, a distribution or a dimension.
    when : dict of str to list
        Condition for the parameter, such as ``{"kernel": ["poly"]}``. A key is the name of another
        parameter in the same dict. This other parameter must have a list of values. The list in
        `when` has some of these values. The parameter exists only if each parameter in `when` has
        a value in its list. If a parameter in `when` does not exist, the parameter does not exist
        either.

    Raises
    ------
    TypeError, ValueError
        If `when` is invalid, or `values` is a `Conditional` itself.

    Examples
    --------
    >>> from skbayes.space import Conditional, parse_space
    >>> space = parse_space(
    ...     {"kernel": ["rbf", "poly"], "degree": Conditional((2, 5), when={"kernel": ["poly"]})}
    ... )
    >>> space.n_values
    5
    """

    values: Any
    when: Mapping[str, Sequence[Any]]

    def __post_init__(self) -> None:
        example = "when={'kernel': ['poly']}"
        if isinstance(self.values, Conditional):
            raise TypeError(
                "Conditional: values is a Conditional itself. Write all conditions into one `when`."
            )
        if not isinstance(self.when, Mapping):
            raise TypeError(
                f"Conditional: when must be a dict such as {example}, got {show(self.when)}."
            )
        if not self.when:
            raise ValueError(
                f"Conditional: when is empty. Write {example}, or write the values without "
                "Conditional."
            )
        for name, values in self.when.items():
            if not isinstance(name, str) or not isinstance(values, list | tuple) or not values:
                raise ValueError(
                    f"Conditional: when[{show(name)}] must be a list of values of that parameter, "
                    f"as in {example}, got {show(values)}."
                )


@dataclass(frozen=True, slots=True)
class Axis:
    """One coordinate of the model.

    Parameters
    ----------
    name : str
        Parameter; "" for the branch itself.
    dimension : Dimension
    columns : slice
        Feature columns of the axis.
    branches : tuple of int
        Branches in which the axis is active.
    listed : tuple of int or None, default=None
        Categories that have a column of their own, all others sharing the last one. None: each has
        one.
    """

    name: str
    dimension: Dimension
    columns: slice
    branches: tuple[int, ...]
    listed: tuple[int, ...] | None = None

    @property
    def is_long(self) -> bool:
        """Whether it is a list of more than ``MAX_SHORT`` unordered values."""
        is_list = bool(self.name) and not self.dimension.is_ordered
        return is_list and (self.dimension.n_values or 0) > MAX_SHORT

    @property
    def width(self) -> int:
        """Number of feature columns."""
        if self.dimension.is_ordered:
            return 1
        return (self.dimension.n_values or 1) if self.listed is None else len(self.listed) + 1


@dataclass(frozen=True, slots=True)
class Setter:
    """An axis that says which others count, in one branch.

    Attributes
    ----------
    branch, axis : int
    counts : ndarray of bool of shape (n_codes, n_axes)
        Which axes count, for each code.
    """

    branch: int
    axis: int
    counts: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Arrays:
    """What the vectorised methods need, worked out once."""

    lattice: Lattice  # of all axes
    irregular: tuple[int, ...]  # axes without a lattice
    ordered: NDArray[np.intp]  # axis indices
    unordered: NDArray[np.intp]
    ordered_columns: NDArray[np.intp]
    hot_columns: NDArray[np.intp]  # of the categories of all unordered axes, one after the other
    first_hot: NDArray[np.intp]  # where among these each unordered axis begins
    canonical: NDArray[np.float64]  # coordinates of inactive axes
    active: NDArray[np.bool_]  # (n_branches, n_axes)
    setters: tuple[Setter, ...]
    codes: tuple[tuple[int | None, ...], ...]  # [branch][axis] -> place among the codes


def named_branch(dimensions: Iterable[Any]) -> Branch:
    """Branch of dimensions, which are parameters by their names, or by "X_0" and so on.

    Raises
    ------
    TypeError, ValueError
        If one is no dimension, or a name occurs twice.
    """
    parameters: dict[str, Dimension] = {}
    for index, dimension in enumerate(dimensions):
        if not isinstance(dimension, Dimension):
            raise TypeError(
                f"Space needs dimensions such as Real(0.1, 10.0, name='C'), got "
                f"{show(dimension)}. Write check_dimension({show(dimension)}), or a dictionary "
                "of parameter names and values for a search."
            )
        name = dimension.name or f"X_{index}"
        if name in parameters:
            raise ValueError(f"Space needs a name for each dimension, got {name!r} twice.")
        parameters[name] = dimension
    return Branch(tuple(parameters.items()))


def divide(branch: Branch, conditions: Conditions) -> Iterator[Branch]:
    """Yield the parts of a branch without conditions, which together are the branch.

    Choices divide in the order of their names, each after those on which it depends itself; values
    for which the same parameters exist stay together.

    Raises
    ------
    ValueError
        If parameters depend on each other in a circle.
    """
    parameters = dict(branch.parameters)
    # What depends on a choice that does not exist does not exist either.
    while gone := [name for name, of in conditions.items() if of.keys() - parameters.keys()]:
        parameters = {name: d for name, d in parameters.items() if name not in gone}
        conditions = {name: of for name, of in conditions.items() if name not in gone}
    if not conditions:
        yield replace(branch, parameters=tuple(parameters.items()))
        return
    setters = {setter for of in conditions.values() for setter in of}
    setter = next((name for name in parameters if name in setters - conditions.keys()), None)
    if setter is None:
        names = ", ".join(map(repr, sorted(setters)))
        raise ValueError(f"{names} depend on each other in a circle. Take one condition away.")
    dimension: Any = parameters[setter]  # a choice: nothing else has codes to depend on
    depending = {name: of[setter] for name, of in conditions.items() if setter in of}
    groups: dict[frozenset[str], list[int]] = {}
    for code in range(dimension.n_values):
        exist = frozenset(name for name, codes in depending.items() if code in codes)
        groups.setdefault(exist, []).append(code)
    for exist, codes in groups.items():
        part = {n: d for n, d in parameters.items() if n in exist or n not in depending}
        if len(groups) > 1:
            values = [dimension.decode(code) for code in codes]
            part[setter] = Categorical(values, ordered=dimension.ordered)
        others = {n: {s: c for s, c in of.items() if s != setter} for n, of in conditions.items()}
        left = {name: of for name, of in others.items() if of and name in part}
        yield from divide(replace(branch, parameters=tuple(part.items())), left)


def unite(branches: tuple[Branch, ...]) -> tuple[Axis, ...]:
    """Axes of branches, in name order after that of the branch itself."""
    found: list[tuple[str, Dimension, list[int]]] = []
    for index, branch in enumerate(branches):
        for name, dimension in branch.parameters:
            if dimension.n_values == 1:
                continue
            for other_name, other, indices in found:
                if other_name == name and are_alike(other, dimension):
                    indices.append(index)
                    break
            else:
                found.append((name, dimension, [index]))
    found.sort(key=lambda entry: (entry[0], entry[2]))
    if len(branches) > 1:
        dimension = Categorical(range(len(branches)), ordered=False)
        found.insert(0, ("", dimension, list(range(len(branches)))))
    nowhere = slice(0, 0)
    return _side_by_side(
        Axis(name, dimension, nowhere, tuple(indices)) for name, dimension, indices in found
    )


def focus(axes: Iterable[Axis], listed: Mapping[int, Sequence[int]]) -> tuple[Axis, ...]:
    """Axes of which some have columns for a few of their categories only.

    Parameters
    ----------
    axes : iterable of Axis
    listed : mapping of int to sequence of int
        The categories that keep a column of their own, for the places of some axes.
    """
    return _side_by_side(
        replace(axis, listed=tuple(listed[j])) if j in listed else axis
        for j, axis in enumerate(axes)
    )


def _side_by_side(axes: Iterable[Axis]) -> tuple[Axis, ...]:
    """Give each axis its columns, one after the other."""
    placed: list[Axis] = []
    start = 0
    for axis in axes:
        placed.append(replace(axis, columns=slice(start, start + axis.width)))
        start += axis.width
    return tuple(placed)


def are_alike(a: Dimension, b: Dimension) -> bool:
    """Tell whether two dimensions of one name are the same to the model."""
    if not (isinstance(a, Categorical) and isinstance(b, Categorical)):
        return a == b
    return (
        a.is_ordered == b.is_ordered
        and a.n_values == b.n_values
        and all(map(_is_same_category, a.categories, b.categories))
    )


def _is_same_category(a: Any, b: Any) -> bool:
    """Tell whether two categories are the same, with the same answer for copies of them.

    A value that differs from its own copy, such as an object without ``==``, is compared by type.
    """
    if plain_key(a) or plain_key(b):
        return plain_key(a) == plain_key(b)
    return same_value(a, b) or (type(a) is type(b) and not _equals_its_copy(a))


def _equals_its_copy(value: Any) -> bool:
    try:
        return same_value(value, copy.deepcopy(value))
    except Exception:  # whatever the value raises
        return False


def arrange(branches: tuple[Branch, ...], axes: tuple[Axis, ...]) -> Arrays:
    """Work out what the vectorised methods of a space need."""
    dimensions = [axis.dimension for axis in axes]
    lattices = [dimension.lattice for dimension in dimensions]
    # An irregular axis passes through the common arithmetic like any other, to be overwritten.
    rows = [Lattice.of_steps(1.0) if lattice is None else lattice for lattice in lattices]
    is_ordered = np.array([dimension.is_ordered for dimension in dimensions], dtype=bool)
    exists = np.zeros((len(branches), len(axes)), dtype=np.bool_)
    for j, axis in enumerate(axes):
        exists[list(axis.branches), j] = True
    places: list[tuple[int | None, ...]] = []
    for branch, row in zip(branches, exists.tolist(), strict=True):
        place = {name: k for k, name in enumerate(branch.names)}
        places.append(
            tuple(place.get(a.name) if is_in else None for a, is_in in zip(axes, row, strict=True))
        )
    ordered_columns, hot_columns, first_hot = _columns(axes)
    return Arrays(
        lattice=Lattice(*np.array(rows, dtype=float).reshape(-1, 5).T.copy()),
        irregular=tuple(j for j, lattice in enumerate(lattices) if lattice is None),
        ordered=np.flatnonzero(is_ordered),
        unordered=np.flatnonzero(~is_ordered),
        ordered_columns=ordered_columns,
        hot_columns=hot_columns,
        first_hot=first_hot,
        canonical=np.where(is_ordered, 0.5, 0.0),
        active=_active(branches, axes, exists),
        setters=tuple(_setters(branches, axes, exists)),
        codes=tuple(places),
    )


def with_columns(arrays: Arrays, axes: tuple[Axis, ...]) -> Arrays:
    """Return arrays with the columns of axes that `focus` has changed; all else is the same."""
    ordered_columns, hot_columns, first_hot = _columns(axes)
    return replace(
        arrays, ordered_columns=ordered_columns, hot_columns=hot_columns, first_hot=first_hot
    )


def _columns(
    axes: tuple[Axis, ...],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the three arrays of columns that `Arrays` has."""
    starts = [axis.columns.start for axis in axes if axis.dimension.is_ordered]
    hot = [_hot_columns(axis) for axis in axes if not axis.dimension.is_ordered]
    return (
        np.array(starts, dtype=np.intp),
        np.concatenate([np.empty(0, dtype=np.intp), *hot]),
        np.cumsum([0, *map(len, hot)], dtype=np.intp)[:-1],
    )


def _active(
    branches: tuple[Branch, ...], axes: tuple[Axis, ...], exists: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which axes each branch has, but for those that never count there."""
    active = exists.copy()
    for index, branch in enumerate(branches):
        constants = {name for name, dimension in branch.parameters if dimension.n_values == 1}
        never = {
            name
            for name, of in _chained(branch.counts).items()
            if any(setter in constants and not codes for setter, codes in of.items())
        }
        active[index, [j for j in np.flatnonzero(exists[index]) if axes[j].name in never]] = False
    return active


def _setters(
    branches: tuple[Branch, ...], axes: tuple[Axis, ...], exists: NDArray[np.bool_]
) -> Iterator[Setter]:
    """Yield the axes on which others depend, for each branch."""
    for index, branch in enumerate(branches):
        place = {axes[j].name: j for j in np.flatnonzero(exists[index]).tolist()}
        counts: dict[int, NDArray[np.bool_]] = {}
        for name, of in _chained(branch.counts).items():
            for setter, codes in of.items():
                if name in place and setter in place:
                    n_codes = axes[place[setter]].dimension.n_values or 0
                    table = counts.setdefault(
                        place[setter], np.ones((n_codes, len(axes)), dtype=np.bool_)
                    )
                    table[:, place[name]] &= np.isin(np.arange(n_codes), sorted(codes))
        yield from (Setter(index, axis, table) for axis, table in counts.items())


def _chained(counts: Conditions) -> Conditions:
    """Return conditions in which what depends on a parameter depends on all that this one does."""
    chained = {name: dict(of) for name, of in counts.items()}
    for _ in counts:  # no chain is longer
        for of in chained.values():
            for setter in list(of):
                for first, codes in chained.get(setter, {}).items():
                    of[first] = of.get(first, codes) & codes
    return chained


def _hot_columns(axis: Axis) -> NDArray[np.intp]:
    """Feature column of each category of an unordered axis."""
    start, n = axis.columns.start, axis.dimension.n_values or 1
    if axis.listed is None:
        return np.arange(start, start + n)
    columns = np.full(n, axis.columns.stop - 1)
    columns[list(axis.listed)] = np.arange(start, start + len(axis.listed))
    return columns
