"""What proposes the candidates of a search, and which ones come first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skbayes._compat import BaseSearchCV, owner_of, takes_value, tells_ints_from_floats
from skbayes._warnings import warn
from skbayes.known import Data
from skbayes.model import SHARE_OF_BUDGET
from skbayes.optimizer import (
    Ladder,
    PointOptimizer,
    Strategy,
    grid_search,
    is_permitted,
    random_search,
)
from skbayes.rules import Hyperband, Schedule
from skbayes.search.candidates import (
    Present,
    count_candidates,
    grid_points,
    n_planned,
    n_possible,
    portfolio_points,
    present_points,
)
from skbayes.search.conditions import owners
from skbayes.space import Categorical, Point, Space, has, native, same_kind, show

if TYPE_CHECKING:
    from skbayes.engine import Resources

__all__ = ["Proposals", "check_strategy", "proposals", "schedule"]


@dataclass(frozen=True, slots=True, eq=False)
class Proposals:
    """What a search evaluates.

    Attributes
    ----------
    strategy : Strategy
        Proposes the candidates.
    n_candidates : int
        Number of them, or the most that there can be.
    is_counted : bool
        Whether it is that number: where not all are allowed, it may not be known.
    said : str
        What is to be said of the estimator as it is, the first candidate; or nothing.
    first : mapping of Point to str
        Points to begin with that no user has written, and where they come from.
    as_it_was : Point or None
        The estimator as it was; None if the space does not hold it.
    allows : callable
        Whether a point may be evaluated; ValueError if the constraint of the user raises.
    """

    strategy: Strategy
    n_candidates: int
    is_counted: bool
    said: str
    first: Mapping[Point, str]
    as_it_was: Point | None
    allows: Callable[[Point], bool]

    def origin_of(self, point: Point) -> str | None:
        """Return what has proposed a point: see `PointOptimizer.origin_of`.

        Of points to begin with, "estimator" is the one that has the present parameters, and
        "portfolio" are those that were good on other data.
        """
        return self.first.get(point) or self.strategy.origin_of(point)


def check_strategy(search: BaseSearchCV, options: dict[str, Any]) -> None:
    """Refuse what a strategy that learns nothing could not follow; take out the rest.

    Raises
    ------
    ValueError
        If there are earlier results to learn from.
    """
    if search.strategy == "bayesian":
        return
    if search.warm_start_from is not None:
        raise ValueError(
            f"strategy={search.strategy!r} does not learn from scores, so it cannot use "
            "warm_start_from. Leave warm_start_from out, or use strategy='bayesian'."
        )
    if options.pop("n_initial_points", None) is not None:
        warn(
            f"optimizer_kwargs: n_initial_points has no effect: strategy={search.strategy!r} "
            "has no model, so there are no initial points before the model."
        )


def proposals(
    search: BaseSearchCV,
    space: Space,
    data: Sequence[Any],
    options: Mapping[str, Any],
    seed: int,
    earlier: Any,
) -> Proposals:
    """Return what proposes the candidates of a search.

    Parameters
    ----------
    search : BaseSearchCV
    space : Space
    data : sequence
        X, and y if there is one.
    options : mapping
        Options of the optimiser.
    seed : int
    earlier : object
        Results of earlier searches, or None.

    Raises
    ------
    ValueError
        If points to begin with are too many, or may not be evaluated; or if a grid has no end.
    """
    n_iter = n_planned(search, space)
    n_most = n_possible(space, n_iter)
    present, first = _first_points(search, space, data, n_most)
    origins: dict[Point, str] = {}
    if search.initial_points is None:
        for index, params in enumerate(first):
            is_present = index < len(present)
            origins.setdefault(space.encode(params), "estimator" if is_present else "portfolio")
    is_held = bool(present) and present[0].is_as_it_was
    as_it_was = space.encode(present[0].params) if is_held else None
    options = dict(options)
    is_allowed = _constraint(search.is_allowed, options.pop("is_allowed", None))
    if search.initial_points is None or search.is_allowed is None:
        # Of points that no user wrote, those that are not allowed are left out; scikit-optimize's
        # constraint passes over them.
        first = _permitted(first, space, is_allowed)
    optimizer = PointOptimizer(
        space,
        n_iter=n_iter,
        initial_points=first,
        random_state=seed,
        warm_start_from=earlier,
        is_allowed=is_allowed,
        **options,
    )
    # Points that are given twice are evaluated once.
    if len(optimizer.given) > n_most:
        raise ValueError(
            f"initial_points holds {len(optimizer.given)} different points, and the search has "
            f"{n_most} candidates: raise n_iter, or leave some points out."
        )
    allows = None if is_allowed is None else optimizer.allows
    n_candidates, is_counted = count_candidates(space, n_iter, allows)
    _check_kinds(search, space)
    said = _of_the_first(search, space, optimizer, present)
    if search.strategy == "grid":
        n_points, points = grid_points(search, space, allows)
        n_candidates = min(n_points, n_candidates)
        is_counted = is_allowed is None or isinstance(points, list)
        grid = grid_search(optimizer, points)
        return Proposals(grid, n_candidates, is_counted, said, origins, as_it_was, optimizer.allows)
    is_random = search.strategy in ("random", "hyperband")
    strategy = random_search(optimizer, seed) if is_random else optimizer
    return Proposals(strategy, n_candidates, is_counted, said, origins, as_it_was, optimizer.allows)


def schedule(
    search: BaseSearchCV, proposals: Proposals, resources: Resources | None, n_folds: int
) -> Schedule | None:
    """Return what decides which candidates are given the whole resource; None: all are.

    All are where there is no resource, or so little of it that no share is below the whole.

    Raises
    ------
    ValueError
        If there is no resource to give out, the strategy makes no use of one, or what may be spent
        is less than what comes first.
    """
    strategy, max_fits = search.strategy, search.max_fits
    if resources is None:
        if strategy == "hyperband":
            raise ValueError(
                "strategy='hyperband' needs a resource: give resource='n_samples', or a parameter "
                "such as resource='n_estimators'."
            )
        _check_fits(max_fits, n_folds, "a candidate with all folds")
        return None
    if strategy in ("random", "grid"):
        raise ValueError(
            f"strategy={strategy!r} cannot use resource={resources.name!r}: write "
            "strategy='hyperband', strategy='bayesian' or resource=None."
        )
    n_rungs = len(resources.amounts)
    if not n_rungs:
        _check_fits(max_fits, n_folds, "a candidate with all folds")
        return None
    if strategy == "hyperband":
        hyperband = Hyperband(n_rungs, search.factor, proposals.n_candidates)
        needed = n_folds * hyperband.first_cost(resources.shares)
        _check_fits(max_fits, needed, "the first bracket of Hyperband")
        return hyperband
    assert isinstance(proposals.strategy, PointOptimizer)
    ladder = Ladder(proposals.strategy, resources.shares, n_folds)
    needed = ladder.n_rung_folds * sum(resources.shares) + n_folds
    _check_fits(max_fits, needed, "a candidate on all shares")
    return ladder


def _check_fits(max_fits: float | None, needed: float, what: str) -> None:
    if max_fits is not None and max_fits < needed:
        raise ValueError(
            f"max_fits={max_fits!r} is too small: {what} costs {needed:.4g} fits. Raise max_fits, "
            "or use fewer folds."
        )


def _constraint(own: Any, other: Any) -> Callable[[dict[str, Any]], Any] | None:
    """Return what says whether parameters are allowed: both functions that there may be."""
    if own is None or other is None:
        return other if own is None else own  # type: ignore[no-any-return]
    return lambda params: own(params) and other(params)


def _check_kinds(search: BaseSearchCV, space: Space) -> None:
    """Raise ValueError for a number that the space has as another kind of other meaning: 1 as 1.0.

    A float that the estimator would refuse, such as the 3.0 of a file, can only mean the int.
    """
    for index, params in enumerate(_given_points(search) or ()):
        held = space.decode(space.encode(params))
        lists = {name: Categorical([value]) for name, value in held.items()}
        for name, taken in held.items():
            value = params[name]
            if not same_kind(value, taken) and any(
                has(owner, "get_params")
                and tells_ints_from_floats(owner, own_name)
                and takes_value(*owner_of(owner, own_name), native(value))
                for owner, own_name in owners(name, lists, search.estimator)
            ):
                raise ValueError(
                    f"initial_points[{index}]: search_spaces has {show(taken)} for {name!r}, and "
                    f"{show(value)} has another meaning. Write {show(taken)}, or add {show(value)} "
                    "to search_spaces."
                )


def _permitted(
    points: Sequence[Mapping[str, Any]],
    space: Space,
    is_allowed: Callable[[dict[str, Any]], Any] | None,
) -> list[Mapping[str, Any]]:
    """Return the points that a constraint allows, and those that are not in the space."""

    def is_kept(params: Mapping[str, Any]) -> bool:
        try:
            held = space.decode(space.encode(params))
        except (TypeError, ValueError):
            return True  # the optimiser says what is wrong
        return is_permitted(held, is_allowed)

    return [params for params in points if is_kept(params)]


def _of_the_first(
    search: BaseSearchCV, space: Space, optimizer: PointOptimizer, present: Sequence[Present]
) -> str:
    """Return what is to be said of the estimator as it is; or nothing."""
    if not present:
        return ""
    first, name = present[0], type(search.estimator).__name__
    if not optimizer.allows(space.encode(first.params)):
        return f"First candidate: not your {name}(), because is_allowed refuses its parameters."
    changes = [*first.replaced, *first.changes]
    return f"First candidate: your {name}() with {'; '.join(map(str, changes))}." if changes else ""


def _given_points(search: BaseSearchCV) -> Sequence[Mapping[str, Any]] | None:
    """Return `initial_points` without the resource, which `best_params_` of a search has."""
    points: Sequence[Mapping[str, Any]] | None = search.initial_points
    if points is None or search.resource is None:
        return points
    return [
        {name: value for name, value in params.items() if name != search.resource}
        if isinstance(params, Mapping)
        else params
        for params in points
    ]


def _first_points(
    search: BaseSearchCV, space: Space, data: Sequence[Any], n_candidates: int
) -> tuple[Sequence[Present], Sequence[Mapping[str, Any]]]:
    """Return what the estimator has, if that is tried, and all parameters to evaluate first."""
    points = _given_points(search)
    if points is None and search.strategy != "bayesian":
        return [], []  # what it says is what is tried
    if points is None:
        limit = max(1, n_candidates // SHARE_OF_BUDGET)
        known = Data(*data)
        present = present_points(space, search.estimator, known, limit)
        first = [each.params for each in present]
        if search.warm_start_from is None:
            # What was good on like data is known better than on others.
            first += portfolio_points(space, search.estimator, known, first)
        return present, first[:limit]
    return [], points
