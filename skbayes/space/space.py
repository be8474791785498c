r"""The search space: points, and their coordinates for the model.

Three views of one candidate:

================  =====================================================================
`Point`           branch and codes: identity, JSON
coordinates       one number per axis: in [0, 1] if ordered, else the index of a category
features          one column per ordered axis, K tied columns per unordered axis
================  =====================================================================

An unordered axis enters the features as one-hot / :math:`\sqrt 2`, so that the squared distance of
two categories a, b is 1[a != b]. Axes that a branch does not have, and those that do not count for
the values of others (`Branch.counts`), are inactive: their coordinate is 0.5 (ordered) or 0, their
features 0.5 or all zero.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skbayes._pickles import lasting
from skbayes.space.dimensions import Dimension, settle, uniform_numbers
from skbayes.space.integers import code_of
from skbayes.space.layout import (
    Arrays,
    Axis,
    Branch,
    Point,
    arrange,
    focus,
    named_branch,
    unite,
    with_columns,
)
from skbayes.space.refusals import why_in_none
from skbayes.space.skopt import SpaceView
from skbayes.space.values import same_kind, show, value_distance

_ONE_HOT = 1 / math.sqrt(2)


@lasting
@dataclass(frozen=True, slots=True)
class Space(SpaceView):
    """Search space with one or more branches. A branch is a set of parameters.

    Parameters
    ----------
    branches : tuple of Branch, or list of dimensions
        At least one. A list of dimensions, as in scikit-optimize's space, is one branch. The names
        of the dimensions are the names of the parameters. A dimension without a name gets the name
        "X_0" and so on.

    Attributes
    ----------
    axes : tuple of Axis
        The dimensions of all branches, without those that have a single value. Equal dimensions
        with the same name share an axis. With several branches, the first axis is the branch.
    n_columns : int
        Number of feature columns.
    groups : ndarray of shape (n_columns,)
        Index of the axis of each feature column.

    Examples
    --------
    >>> from skbayes.space import parse_space
    >>> space = parse_space({"alpha": (0.0, 1.0), "solver": ["svd", "cholesky", "lsqr"]})
    >>> point = space.encode({"alpha": 0.25, "solver": "lsqr"})
    >>> point
    Point(branch=0, codes=(0.25, 2))
    >>> space.coordinates([point])
    array([[0.25, 2.  ]])
    >>> space.decode(point)
    {'alpha': 0.25, 'solver': 'lsqr'}
    """

    branches: tuple[Branch, ...]
    axes: tuple[Axis, ...] = field(init=False, repr=False, compare=False)
    n_columns: int = field(init=False, repr=False, compare=False)
    groups: NDArray[np.intp] = field(init=False, repr=False, compare=False)
    _arrays: Arrays = field(init=False, repr=False, compare=False)

    if TYPE_CHECKING:
        # What is given may be a list of dimensions, and what is kept are branches.
        def __init__(self, branches: tuple[Branch, ...] | Sequence[Dimension]) -> None: ...

    def __post_init__(self) -> None:
        if not self.branches:
            raise ValueError("Space needs at least one branch.")
        if not all(isinstance(branch, Branch) for branch in self.branches):
            settle(self, branches=(named_branch(self.branches),))
        numbered = [
            replace(branch, number=place) if branch.number is None else branch
            for place, branch in enumerate(self.branches)
        ]
        settle(self, branches=tuple(numbered))
        axes = unite(self.branches)
        self._lay_out(axes, arrange(self.branches, axes))

    def _lay_out(self, axes: tuple[Axis, ...], arrays: Arrays) -> None:
        groups = [np.repeat(j, a.columns.stop - a.columns.start) for j, a in enumerate(axes)]
        columns = np.concatenate([np.empty(0, dtype=np.intp), *groups]).astype(np.intp)
        columns.flags.writeable = False
        settle(self, axes=axes, n_columns=len(columns), groups=columns, _arrays=arrays)

    @property
    def n_values(self) -> int | None:
        """Number of distinct points; None if there are infinitely many."""
        sizes = [branch.n_values for branch in self.branches]
        return None if None in sizes else sum(filter(None, sizes))

    @property
    def is_conditional(self) -> bool:
        """Whether some axes do not exist, or do not count, for some points."""
        return len(self.branches) > 1 or bool(self._arrays.setters)

    @property
    def setters(self) -> list[int]:
        """Axes whose values decide which other axes count, without the axis of the branch."""
        return sorted({setter.axis for setter in self._arrays.setters})

    @property
    def ordered_columns(self) -> NDArray[np.intp]:
        """Feature columns of the ordered axes. The features there are the coordinates."""
        return self._arrays.ordered_columns

    def decode(self, point: Point) -> dict[str, Any]:
        """Return the parameters of a point, in name order; ValueError if it is in no branch."""
        if not 0 <= point.branch < len(self.branches):
            raise ValueError(f"{point!r} is in none of the {len(self.branches)} branches.")
        parameters = self.branches[point.branch].parameters
        if len(parameters) != len(point.codes):
            raise ValueError(
                f"{point!r} has {len(point.codes)} codes, branch {point.branch} has "
                f"{len(parameters)} parameters."
            )
        return {
            name: dimension.decode(code)
            for (name, dimension), code in zip(parameters, point.codes, strict=True)
        }

    def encode(self, params: Mapping[str, Any], branch: int | None = None) -> Point:
        """Return the point of parameters, in the first branch that has these parameters and values.

        The float 1.0 also matches the int 1 of a list or a range of ints. If several branches
        match, a branch in which all numbers have the same type is preferred.

        Parameters
        ----------
        params : mapping of str to object
        branch : int or None, default=None
            The only branch to use. None: all branches.

        Raises
        ------
        ValueError
            If no branch has these parameters and values.
        TypeError
            If `params` is not a mapping.
        """
        if not isinstance(params, Mapping):
            raise TypeError(
                f"a point of the search space is a dict of parameters, got {show(params)}."
            )
        found: Point | None = None
        indices = range(len(self.branches)) if branch is None else [branch]
        for index in indices:
            point = self._point_in(index, params)
            if point is not None and self._has_kinds(point, params):
                return point
            found = found or point
        if found is not None:
            return found
        reason = why_in_none([self.branches[index] for index in indices], params)
        raise ValueError(f"{show(dict(params))} is not in the search space. {reason}")

    def _point_in(self, branch: int, params: Mapping[str, Any]) -> Point | None:
        """Return the point of parameters in a branch; None if it does not have these."""
        parameters = self.branches[branch].parameters
        if params.keys() != {name for name, _ in parameters}:
            return None
        codes: list[float | int] = []
        for name, dimension in parameters:
            code = code_of(dimension, params[name])
            if code is None:
                return None
            codes.append(code)
        return Point(branch, tuple(codes))

    def _has_kinds(self, point: Point, params: Mapping[str, Any]) -> bool:
        return all(same_kind(value, params[name]) for name, value in self.decode(point).items())

    def twins(self, point: Point) -> list[Point]:
        """Return points with the parameters of `point`, one for each branch with these values.

        An int and a float are different values, since some estimators tell 1 from 1.0.
        """
        if len(self.branches) == 1:
            return [point]
        params = self.decode(point)
        twins = []
        for branch in range(len(self.branches)):
            twin = point if branch == point.branch else self._point_in(branch, params)
            if twin is not None and (twin is point or self._has_kinds(twin, params)):
                twins.append(twin)
        return twins

    def find(self, params: Mapping[str, Any], is_known: Callable[[Point], bool]) -> Point:
        """Return the point of parameters; if several branches have it, prefer a known point.

        Parameters
        ----------
        params : mapping of str to object
        is_known : callable
            Function that gets a point, and returns whether it is known.

        Raises
        ------
        ValueError, TypeError
            As in `encode`.
        """
        twins = self.twins(self.encode(params))
        return next(filter(is_known, twins), twins[0])

    @property
    def dimension_names(self) -> list[str]:
        """Names of the parameters; with several branches, of all branches in name order."""
        names = dict.fromkeys(name for branch in self.branches for name in branch.names)
        return list(names) if len(self.branches) == 1 else sorted(names)

    @property
    def dimensions(self) -> list[Dimension]:
        """Dimension of each name in `dimension_names`; if branches differ, the first one."""
        found: dict[str, Dimension] = {}
        for branch in self.branches:
            for name, dimension in branch.parameters:
                if name not in found:
                    found[name] = copy.copy(dimension)
                    settle(found[name], name=name)
        return [found[name] for name in self.dimension_names]

    def row(self, params: Mapping[str, Any]) -> list[Any]:
        """Return values in the order of `dimension_names`; None for a missing parameter."""
        return [params.get(name) for name in self.dimension_names]

    def rvs(self, n_samples: int = 1, random_state: Any = None) -> list[list[Any]]:
        """Return rows of random values, drawn from the priors. All branches are equally likely.

        Parameters
        ----------
        n_samples : int, default=1
        random_state : None, int, RandomState or Generator
        """
        uniform = uniform_numbers(n_samples * len(self.axes), random_state)
        points = self.points(self.sample(uniform.reshape(n_samples, len(self.axes))))
        return [self.row(self.decode(point)) for point in points]

    def distance(self, a: Sequence[Any], b: Sequence[Any]) -> float:
        """Return the sum of differences of two rows; values that are not numbers differ by 1."""
        return sum((value_distance(x, y) for x, y in zip(a, b, strict=True)), 0.0)

    def coordinates(self, points: Sequence[Point]) -> NDArray[np.float64]:
        """Return the coordinates of points, of shape (n_points, n_axes)."""
        arrays = self._arrays
        u = np.tile(arrays.canonical, (len(points), 1))
        for branch in sorted({point.branch for point in points}):
            rows = [i for i, point in enumerate(points) if point.branch == branch]
            for j, place in enumerate(arrays.codes[branch]):
                if place is not None:
                    codes = [points[i].codes[place] for i in rows]
                    u[rows, j] = self.axes[j].dimension.to_unit(codes)
            if len(self.branches) > 1:
                u[rows, 0] = branch
        return u

    def points(self, coordinates: ArrayLike) -> list[Point]:
        """Return the points that are nearest to coordinates of shape (n_points, n_axes)."""
        u = self.snap(coordinates)
        branches = self._branch_index(u)
        points: dict[int, Point] = {}
        for branch in np.unique(branches).tolist():
            rows = np.flatnonzero(branches == branch)
            columns: list[list[float | int]] = [
                [next(iter(d.codes())) if d.n_values == 1 else 0] * len(rows)
                for _, d in self.branches[branch].parameters
            ]
            for j, place in enumerate(self._arrays.codes[branch]):
                if place is not None:
                    columns[place] = self.axes[j].dimension.from_unit(u[rows, j]).tolist()
            for k, row in enumerate(rows.tolist()):
                points[row] = Point(branch, tuple(column[k] for column in columns))
        return [points[row] for row in range(len(u))]

    def snap(self, coordinates: ArrayLike) -> NDArray[np.float64]:
        """Return coordinates, clipped and rounded to values. Inactive axes get a fixed coordinate.

        Parameters
        ----------
        coordinates : array-like of shape (n_points, n_axes)

        Returns
        -------
        ndarray of shape (n_points, n_axes)
            A new array. A second call does not change it.
        """
        arrays = self._arrays
        u = self._matrix(coordinates)
        irregular = [(j, self.axes[j].dimension) for j in arrays.irregular]
        values = [d.to_unit(d.from_unit(np.clip(u[:, j], 0.0, 1.0))) for j, d in irregular]
        u = arrays.lattice.unit(arrays.lattice.position(u))
        for j, column in zip(arrays.irregular, values, strict=True):
            u[:, j] = column
        if self.is_conditional:
            u = np.where(self.active(u), u, arrays.canonical)
        return u

    def sample(self, uniform: ArrayLike) -> NDArray[np.float64]:
        """Return snapped coordinates for numbers in [0, 1) of shape (n_points, n_axes)."""
        u = self._matrix(uniform).copy()
        unordered = self._arrays.unordered
        u[:, unordered] = np.floor(u[:, unordered] * (self._arrays.lattice.last[unordered] + 1))
        return self.snap(u)

    def active(self, coordinates: ArrayLike) -> NDArray[np.bool_]:
        """Return whether each axis exists and counts for each row; of shape (n_points, n_axes)."""
        u = self._matrix(coordinates)
        branches = self._branch_index(u)
        active = self._arrays.active[branches]
        for setter in self._arrays.setters:
            codes = self.axes[setter.axis].dimension.from_unit(u[:, setter.axis])
            counts = setter.counts[codes]
            if len(self.branches) > 1:
                counts = counts | (branches != setter.branch)[:, None]
            active &= counts
        return active

    def counting(self, points: Sequence[Point]) -> list[list[bool]]:
        """Return for each code of each point whether its parameter counts (`Branch.counts`)."""
        active = self.active(self.coordinates(points))
        counting = []
        for point, row in zip(points, active.tolist(), strict=True):
            of_point = [True] * len(point.codes)
            for is_active, place in zip(row, self._arrays.codes[point.branch], strict=True):
                if place is not None:
                    of_point[place] = is_active
            counting.append(of_point)
        return counting

    def features(self, coordinates: ArrayLike) -> NDArray[np.float64]:
        """Return the feature columns for the model, of shape (n_points, n_columns).

        Coordinates of ordered axes are used without change, snapped or not.
        """
        arrays = self._arrays
        u = self._matrix(coordinates)
        features = np.zeros((len(u), self.n_columns))
        active = self.active(u)
        canonical = arrays.canonical[arrays.ordered]
        ordered = np.where(active[:, arrays.ordered], u[:, arrays.ordered], canonical)
        features[:, arrays.ordered_columns] = ordered
        last = arrays.lattice.last[arrays.unordered]
        index = np.clip(u[:, arrays.unordered] + 0.5, 0.0, last).astype(np.intp)
        columns = arrays.hot_columns[arrays.first_hot + index]
        features[np.arange(len(u))[:, None], columns] = active[:, arrays.unordered] * _ONE_HOT
        return features

    def focused(self, coordinates: ArrayLike) -> Space:
        """Return the same space with fewer feature columns, just enough for the given points.

        A long list has more than 128 values and no order. It gets one column for each value that
        the given points have, and one column for all its other values. This does not change the
        distance between a given point and any other point. A model that knows only the given
        points treats all other values in the same way.

        Parameters
        ----------
        coordinates : array-like of shape (n_points, n_axes)

        Returns
        -------
        Space
            Space with the same points and coordinates. Without a long list, the same object.
        """
        u = self._matrix(coordinates)
        listed = {
            j: np.unique(u[:, j]).astype(np.intp).tolist()
            for j, axis in enumerate(self.axes)
            if axis.is_long
        }
        if not listed:
            return self
        # A copy would work out again what stays the same.
        focused = object.__new__(Space)
        settle(focused, branches=self.branches)
        axes = focus(self.axes, listed)
        focused._lay_out(axes, with_columns(self._arrays, axes))
        return focused

    def grid(self, branch: int | None = None) -> Iterator[Point]:
        """Return all points of the space or a branch; ValueError if there are infinitely many."""
        indices = range(len(self.branches)) if branch is None else [branch]
        if any(self.branches[index].n_values is None for index in indices):
            raise ValueError("A space with a continuous parameter has no finite list of points.")
        return (
            Point(index, codes)
            for index in indices
            for codes in itertools.product(*(d.codes() for _, d in self.branches[index].parameters))
        )

    def _matrix(self, coordinates: ArrayLike) -> NDArray[np.float64]:
        # Counting the rows by hand lets a space of constants have coordinates of shape (n, 0).
        u = np.asarray(coordinates, dtype=float)
        return u.reshape(len(u), len(self.axes))

    def _branch_index(self, u: NDArray[np.float64]) -> NDArray[np.intp]:
        if len(self.branches) == 1:
            return np.zeros(len(u), dtype=np.intp)
        return np.clip(u[:, 0] + 0.5, 0, len(self.branches) - 1).astype(np.intp)
