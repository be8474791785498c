"""Ask and tell: which point to evaluate next, given the scores of those before.

A proposal is a pure function of the seed, its own number, the observations and the points
still pending. No generator and no model is carried from one proposal to the next: what is kept
between them are caches, and a new `Optimizer` that is told the same gives the same answers.
"""

from __future__ import annotations

import functools
import math
import numbers
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from skbayes._numerics import computing, rescaled
from skbayes._pickles import lasting
from skbayes.exceptions import SpaceExhausted
from skbayes.model import (
    MEAN,
    Observations,
    Report,
    Source,
    Surrogate,
    Transfer,
    place_all,
    read_report,
    read_reports,
    read_sources,
)
from skbayes.optimizer.design import MIN_SCORES_FOR_MODEL, Design
from skbayes.optimizer.proposer import Proposer
from skbayes.optimizer.regret import gain_in_sight, regret_bound
from skbayes.optimizer.rungs import Rungs
from skbayes.optimizer.seeds import draw_seed
from skbayes.optimizer.store import ObservationStore
from skbayes.space import Point, Space, is_integer, native, parse_space, show

if TYPE_CHECKING:
    from skbayes.gp import Posterior
    from skbayes.insight import Insight

__all__ = ["Optimizer"]

# Attributes that `Optimizer._begin` sets.
_DERIVED = ("_lock", "_store", "_surrogate", "_transfer", "_rungs", "_proposer", "_proposed")

P = ParamSpec("P")
T = TypeVar("T")


def _in_turn(
    method: Callable[Concatenate[Optimizer, P], T],
) -> Callable[Concatenate[Optimizer, P], T]:
    """Let one thread at a time call a method.

    Two threads would be proposed the same point, or one would read what another one changes.
    """

    @functools.wraps(method)
    def called(self: Optimizer, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self._lock:
            return method(self, *args, **kwargs)

    return called


@lasting
class Optimizer:
    """Bayesian optimisation by ask and tell, for anything that has a score.

    `ask` proposes parameters. You evaluate these parameters, and report the score with `tell`.
    A set of proposed parameters is called a point. The optimiser proposes no point twice.

    Parameters
    ----------
    space : dict or list of dict
        The search space, in any form that `BayesSearchCV` takes.
    n_iter : int or None, default=None
        Number of points that you plan, if you know it. If some dicts of the space have a number of
        their own, `n_iter` is the number of points for all other dicts.
    initial_points : sequence of dict or None, default=None
        Parameters that the optimiser proposes first, in this order. `is_allowed` must allow them.
    n_initial_points : int or None, default=None
        Number of initial points, including `initial_points`. None: the number is two more than
        half of the number of dimensions, but at least 5 and at most 12. There is also at least one
        initial point for each branch. A branch is a dict of the space. If some parameters of a
        dict exist for some points only, each set of parameters that exist together is a branch.
    random_state : int, RandomState instance or None, default=None
        With an int, the same calls of `ask` and `tell` give the same proposals again.
    warm_start_from : object, default=None
        Earlier results to learn from: an `Optimizer`, a fitted search, its `cv_results_`, a data
        frame of them, a sequence of (params, score), or a list of these. The optimiser does not
        count them as its own scores.
    is_allowed : callable or None, default=None
        Function that gets a dict of parameters. It returns a true value if the optimiser may
        propose these parameters. The function should be fast, because the optimiser calls it many
        times. None: all parameters are allowed.

    Attributes
    ----------
    space : Space
        The search space.
    n_asked : int
        Number of points proposed so far.

    Raises
    ------
    ValueError, TypeError
        If the space, a point or an earlier result is invalid.

    Warns
    -----
    RuntimeWarning
        If the optimiser can learn nothing from an earlier result.

    Examples
    --------
    >>> from skbayes import Optimizer
    >>> optimizer = Optimizer({"x": (-2.0, 2.0)}, random_state=0)
    >>> for _ in range(15):
    ...     params = optimizer.ask()
    ...     optimizer.tell(params, -((params["x"] - 1) ** 2))
    >>> round(optimizer.best_params["x"], 1)
    1.0
    """

    def __init__(
        self,
        space: Any,
        *,
        n_iter: int | None = None,
        initial_points: Iterable[Mapping[str, Any]] | None = None,
        n_initial_points: int | None = None,
        random_state: Any = None,
        warm_start_from: Any = None,
        is_allowed: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        if isinstance(initial_points, Mapping) or not isinstance(initial_points, Iterable | None):
            raise TypeError(f"initial_points must be a list of dicts, got {initial_points!r}.")
        for name, value in (("n_iter", n_iter), ("n_initial_points", n_initial_points)):
            if value is not None and not (is_integer(value) and value >= 1):
                raise ValueError(f"{name} must be an int of at least 1 or None, got {value!r}.")
        # Numpy's integers of few bits would overflow.
        n_iter, n_initial_points = native(n_iter), native(n_initial_points)
        if not (is_allowed is None or callable(is_allowed)):
            raise TypeError(f"is_allowed must be a function or None, got {is_allowed!r}.")
        self._seed = draw_seed(random_state)
        if not isinstance(space, Space):
            space = parse_space(space, random_state=self._seed)
        self.space: Space = space
        self._n_iter, self._n_initial_points = n_iter, n_initial_points
        initial_points = list(initial_points or ())
        self._given = tuple(dict.fromkeys(self._encode_given(initial_points)))
        self._is_allowed = is_allowed
        self._sources: tuple[Source, ...] = ()
        if warm_start_from is not None:
            self._sources = tuple(place_all(self.space, read_sources(warm_start_from)))
        self._begin()
        for i, params in enumerate(initial_points):
            if not self.allows(self.space.encode(params)):
                raise ValueError(
                    f"initial_points[{i}]: is_allowed refuses {show(dict(params))}. Leave it out, "
                    "or change the function."
                )

    def _begin(self) -> None:
        """Set what follows from what was given, as long as nothing was asked or told."""
        self._lock = threading.RLock()
        self._store = ObservationStore(self.space)
        self._surrogate = Surrogate(self.space)
        self._transfer: Transfer | None = None
        if self._sources:
            self._transfer = Transfer(
                self.space, self._sources, self._surrogate, self._n_iter, self.allows
            )
        self._rungs = Rungs(self._store, self._surrogate)
        self._proposer = Proposer(
            space=self.space,
            seed=self._seed,
            store=self._store,
            design=Design(self.space, self._seed, self._n_initial_points),
            given=self._given,
            n_iter=self._n_iter,
            transfer=self._transfer,
            rungs=self._rungs,
            is_allowed=self._is_allowed,
        )
        # The latest proposal, after the number of changes and the share of the budget it is for.
        self._proposed: tuple[tuple[int, float], tuple[Point, str]] | None = None

    @_in_turn
    def __getstate__(self) -> dict[str, Any]:
        # What was given, asked and told: all else follows from it.
        state = {name: value for name, value in vars(self).items() if name not in _DERIVED}
        return {**state, "asked": tuple(self._store.asked), "reports": dict(self._store.reports)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        asked, reports = state.pop("asked"), state.pop("reports")
        self.__dict__.update(state)
        self._begin()
        for point in asked:
            self._store.ask(point)
        self._store.tell(reports.items())

    def _encode_given(self, points: Iterable[Mapping[str, Any]]) -> Iterator[Point]:
        for i, params in enumerate(points):
            try:
                yield self.space.encode(params)
            except (TypeError, ValueError) as error:
                text = f"initial_points[{i}]: {error} Change this point or the space."
                raise type(error)(text) from None

    def __repr__(self) -> str:
        n_axes, n_asked = len(self.space.axes), self.n_asked
        return (
            f"<Optimizer of {n_axes} dimension{'' if n_axes == 1 else 's'}: {n_asked} "
            f"point{'' if n_asked == 1 else 's'} asked, {len(self._store.reports)} told>"
        )

    @property
    def given(self) -> tuple[Point, ...]:
        """The points of `initial_points`, without repetitions."""
        return self._given

    @property
    def n_asked(self) -> int:
        """Number of points proposed so far."""
        return len(self._store.asked)

    @property
    @_in_turn
    def pending(self) -> list[dict[str, Any]]:
        """Parameters of the proposed points that have no score yet."""
        return [self.space.decode(point) for point in self._store.pending]

    @property
    @_in_turn
    def told(self) -> list[tuple[dict[str, Any], float]]:
        """Parameters and scores of the points, in the order in which they were told.

        The score of a failure is NaN. Points with missing folds are not included.
        """
        return [
            (self.space.decode(point), report.score)
            for point, report in self._store.reports.items()
            if not report.is_partial
        ]

    @property
    @_in_turn
    def reports(self) -> list[tuple[Point, Report]]:
        """Points, each with its scores and costs, in the order in which they were first told."""
        return list(self._store.reports.items())

    @property
    @_in_turn
    def best_score(self) -> float:
        """Highest score so far of a point with all folds; NaN if there is none."""
        return max(filter(math.isfinite, self._store.scores.values()), default=math.nan)

    @property
    @_in_turn
    def best_params(self) -> dict[str, Any]:
        """Parameters of the point with the highest score; of equal scores, the one told first.

        Raises
        ------
        ValueError
            If no score has been told, or all evaluations failed.
        """
        best = self.best_score
        for point, score in self._store.scores.items():
            if score == best:
                return self.space.decode(point)
        reports = self._store.reports.values()
        if reports and all(report.has_failed for report in reports):
            raise ValueError(
                f"there are no best parameters yet: all {len(reports)} evaluations failed. Look "
                "at why they fail, or evaluate and tell further points."
            )
        raise ValueError("no score has been told yet: ask for points, evaluate and tell them.")

    def ask(self, n: int | None = None, *, budget_left: float | None = None) -> Any:
        """Propose the parameters to evaluate next.

        Parameters
        ----------
        n : int or None, default=None
            Number of points to propose at once.
        budget_left : float or None, default=None
            Fraction of your budget that is left: 1 at the start, 0 at the end, and negative after
            the end. The budget has the same unit as `cost` in `tell`, for example seconds. Among
            equally good points, the optimiser prefers cheap points, at the start more than at the
            end. None: the optimiser ignores costs.

        Returns
        -------
        dict, or list of dict if `n` is given

        Raises
        ------
        SpaceExhausted
            If no point is left that may be proposed. With `is_allowed`, also if the optimiser finds
            no allowed point. The message says why. If ``ask(n)`` fails after some points, these
            points are in `pending`.
        ValueError
            If `n` or `budget_left` is out of range, or if `is_allowed` raises an error.
        """
        if n is None:
            return self.space.decode(self.ask_point(budget_left))
        if not (is_integer(n) and n >= 1):
            raise ValueError(f"n must be an int of at least 1 or None, got {n!r}.")
        return [self.space.decode(self.ask_point(budget_left)) for _ in range(n)]

    @_in_turn
    def ask_point(self, budget_left: float | None = None) -> Point:
        """Propose the next point, like `ask`, but as a `Point`."""
        if budget_left is not None and not (
            isinstance(budget_left, numbers.Real) and budget_left <= 1
        ):
            raise ValueError(
                "budget_left must be a fraction of at most 1, or None if there is no budget, "
                f"got {budget_left!r}."
            )
        point, origin = self._proposal(budget_left)
        self._store.ask(point)
        self._store.origins[point] = origin
        return point

    @_in_turn
    def preview_point(self, budget_left: float | None = None) -> Point | None:
        """Return the point that `ask_point` would propose next; None if there is none."""
        try:
            return self._proposal(budget_left)[0]
        except SpaceExhausted:
            return None

    def _proposal(self, budget_left: float | None) -> tuple[Point, str]:
        """Return the next point and what has proposed it.

        A proposal takes long: a point that was previewed is not looked for again by `ask_point`.
        """
        left = max(0.0, float(budget_left or 0.0))
        # Of what a proposal depends on, nothing else changes, see `Proposer`.
        state = self._store.n_changes, left
        if self._proposed is None or self._proposed[0] != state:
            with computing():
                self._proposed = state, self._proposer.proposal(left)
        return self._proposed[1]

    @property
    @_in_turn
    def points_asked(self) -> list[Point]:
        """The points proposed so far, in that order."""
        return self._store.points_asked

    @property
    @_in_turn
    def n_complete(self) -> int:
        """Number of points with a score."""
        return sum(map(math.isfinite, self._store.scores.values()))

    @_in_turn
    def prospects(
        self, points: Sequence[Point]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Compare points with the best complete point, and return correlations of rungs.

        Parameters
        ----------
        points : sequence of n Point

        Returns
        -------
        mean, sd : ndarray of shape (n,)
            Mean and standard deviation of the predicted score minus the score of the best complete
            point, without noise, in standard deviations of the scores. If the model cannot be
            computed, all points are alike: 0 and 1.
        correlation : ndarray of shape (n_rungs,)
            Correlation of the scores of each rung with the scores of the whole resource.

        Raises
        ------
        ValueError
            If no point is complete.
        """
        observations = self._store.observations()
        n = len(points)
        with computing():
            correlations = self._rungs.correlations()
            fitted = self._fitted(observations, points)
            if fitted is None:
                return np.zeros(n), np.ones(n), correlations
            space, posterior, _ = fitted
            known = space.coordinates([*observations.points, *points])
            mean, sd = posterior.predict(space.features(known))
            is_complete = np.isfinite(np.array(observations.scores))
            best = mean[: len(observations)][is_complete].max()
            return mean[-n:] - best, sd[-n:], correlations

    @_in_turn
    def rung_evidence(self) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return how well the scores of each rung predict the scores of the whole resource.

        Returns
        -------
        correlation : ndarray of shape (n_rungs,)
            Correlation of the scores of each rung with the scores of the whole resource; 0 where
            the correlation is too uncertain.
        n : ndarray of shape (n_rungs,)
            Number of points with both scores.
        """
        with computing():
            n = np.array([len(pairs) for pairs in self._store.rung_pairs()], dtype=np.intp)
            return self._rungs.correlations(), n

    @_in_turn
    def relative_costs(self, points: Sequence[Point]) -> NDArray[np.float64]:
        """Return the costs of points with the whole resource, of shape (n,); 1 is a typical cost.

        All costs are 1 as long as costs do not depend on the parameters.
        """
        with computing():
            known = self.space.coordinates([*self._store.reports, *points])
            space = self.space.focused(known)
            model, costs = self._store.cost_model(space)
            if model is None:
                return np.ones(len(points))
            logarithms = model.value(space.features(known[-len(points) :]))
            relative: NDArray[np.float64] = np.exp(
                logarithms - np.log(np.median(costs[costs > 0.0]))
            )
            return relative

    def origin_of(self, point: Point) -> str | None:
        """Return who proposed a point; None if it was not proposed in this process.

        "given" is a point of `initial_points`, "earlier" the best point of an earlier search,
        "design" a point of the initial design. "model" is a point for which the model expects the
        largest gain. "random" is a point far from all others. The optimiser proposes such a point
        if none of the other ways gives a point.
        """
        return self._store.origins.get(point)

    @_in_turn
    def predict_point(self, point: Point) -> tuple[float, float] | None:
        """Predict the score of a new evaluation of a point, with the model that proposes points.

        Parameters
        ----------
        point : Point

        Returns
        -------
        (float, float) or None
            Mean and standard deviation in units of the score, including the noise of the
            evaluation. None with fewer than two scores, if all scores are equal, or if the model
            cannot be computed.
        """
        observations = self._store.observations()
        if observations.n_scored < MIN_SCORES_FOR_MODEL:
            return None
        with computing():
            fitted = self._fitted(observations, [point])
            if fitted is None:
                return None
            space, posterior, (centre, unit) = fitted
            if not unit:
                return None
            mean, sd = posterior.predict(space.features(space.coordinates([point])))
            error = math.sqrt(float(sd[0]) ** 2 + posterior.hyperparameters.noise_variance)
            return float(rescaled(mean[0], unit, centre)), float(rescaled(error, unit))

    def _fitted(
        self, observations: Observations, points: Sequence[Point] = ()
    ) -> tuple[Space, Posterior, tuple[float, float]] | None:
        """Fit the model that proposes points, to predict scores of the observations and of points.

        Returns
        -------
        (Space, Posterior, (float, float)) or None
            The space whose features the posterior predicts from, the posterior, and the units of
            its targets. None if the model cannot be computed.
        """
        surrogate, _ = self._proposer.model(observations)
        space = surrogate.focused(self.space.coordinates([*observations.points, *points]))
        try:
            posterior = surrogate.posterior(observations, space)
        except np.linalg.LinAlgError:
            return None
        return space, posterior, surrogate.units(observations)

    @_in_turn
    def adopt_point(self, point: Point) -> None:
        """Count a point as proposed, because an earlier run of the same search proposed it."""
        self._store.ask(point)

    @_in_turn
    def adopt_if_due(self, point: Point, *, is_given: bool) -> bool:
        """Count a point as proposed if it may be proposed now; return whether this is so.

        Parameters
        ----------
        point : Point
        is_given : bool
            Whether a user wrote the point. If not, the point is also refused if it is a known point
            except for rounding.

        Raises
        ------
        ValueError
            If `is_allowed` raises an error.
        """
        branches = self._store.open_branches(self._n_iter)
        proposer = self._proposer
        if is_given:
            is_due = proposer.may_propose_given(point, branches)
        else:
            is_due = point.branch in branches and proposer.may_propose(point)
        if is_due:
            self._store.ask(point)
        return is_due

    @_in_turn
    def exhausted(self) -> SpaceExhausted:
        """Return the error that says why no further point may be proposed."""
        return self._proposer.exhausted()

    def has_asked(self, point: Point) -> bool:
        """Return whether a point was proposed."""
        return point in self._store.asked

    def allows(self, point: Point) -> bool:
        """Return whether `is_allowed` allows a point; ValueError if it raises an error."""
        return self._proposer.allows(point)

    @_in_turn
    def tell(self, params: Any, score: Any = MEAN, *, folds: Any = None, cost: Any = None) -> None:
        """Report the score of parameters, in any order, also of parameters that were not proposed.

        Parameters
        ----------
        params : dict, or sequence of dict
            One point or several points. With several points, all other arguments are sequences of
            the same length. A sequence may be an array, or a Series of pandas or polars.
        score : float or None, or sequence of these, default="mean"
            Higher is better. None, NaN and infinity mean that the evaluation failed. The model also
            learns from failures. "mean" is the mean of `folds`.
        folds : sequence of (float or None), or sequence of these, default=None
            Scores of the folds. The order of the folds is the same for all points. None is a fold
            that was not run. NaN is a fold that failed; then the whole point counts as failed. A
            point with folds that were not run is no longer pending, and is never the best point.
            You can tell it again with more folds.
        cost : float or sequence of float, default=None
            Cost of the folds that were run, in seconds or in another unit; see `ask`.

        Raises
        ------
        ValueError
            If the parameters are not in the space, or have a score already. Also if `score`,
            `folds` and `cost` contradict each other or are out of range. Then the call has no
            effect.
        TypeError
            If a score, fold or cost is not a number.
        """
        if isinstance(params, Mapping):
            self.tell_point(
                self.space.find(params, self._store.is_known), score, folds=folds, cost=cost
            )
            return
        if not isinstance(params, Sequence) or not all(isinstance(p, Mapping) for p in params):
            raise TypeError(
                "params must be a dict of names and values, or a list of such dicts, got "
                f"{show(params)}."
            )
        told = read_reports(len(params), score, folds, cost)
        points = [self.space.find(each, self._store.is_known) for each in params]
        self._store.tell(zip(points, told, strict=True))

    def tell_point(
        self, point: Point, score: Any = MEAN, *, folds: Any = None, cost: Any = None
    ) -> None:
        """Report the score of a `Point`, like `tell`."""
        self.tell_report(point, read_report(score, folds, cost))

    @_in_turn
    def tell_report(self, point: Point, report: Report) -> None:
        """Report all that is known about a `Point`, like `tell`."""
        self._store.tell([(point, report)])

    @_in_turn
    def predict_cost(self, params: Mapping[str, Any]) -> float | None:
        """Predict the cost of an evaluation of parameters on all folds.

        Parameters
        ----------
        params : dict
            A point of the space.

        Returns
        -------
        float or None
            Typical cost, in the units of `tell`. As long as costs do not depend on the parameters,
            this is the median of all costs. None if no cost is known of a point that did not fail.

        Raises
        ------
        ValueError
            If the parameters are not in the space.
        """
        point = self.space.encode(params)
        with computing():
            space = self.space.focused(self.space.coordinates(list(self._store.reports)))
            model, costs = self._store.cost_model(space)
            if model is not None:
                x = space.features(space.coordinates([point]))
                return math.exp(float(model.value(x)[0]))
            return float(np.median(costs)) if len(costs) else None

    @_in_turn
    def regret_bound(self) -> float:
        """Return an upper bound for how much the best score can still rise in the whole space.

        The bound is five times the gain in sight, plus twice the gain over the last three quarters
        of the scores. It was tested on 77 problems, after 12, 25 and 50 scores. In some tests the
        bound was NaN. In more than 95 % of the others, the bound was large enough: the highest
        known score of the problem was at most the best score so far plus the bound.

        Returns
        -------
        float
            Bound in units of the score, without noise, at least 0. NaN if the bound is not known
            yet: with fewer than 12 scores, if the gain in sight is NaN, or if the bound is not
            below the range of the scores.
        """
        return regret_bound(self._store.observations(), self.gain_in_sight())

    @_in_turn
    def gain_in_sight(self) -> float:
        """Return how much the best score can still rise, as the model estimates.

        The estimate is the upper confidence bound of the best score over the space, minus the lower
        confidence bound of the best point so far. Each confidence bound is two standard deviations
        from the mean, without noise. The gain in sight is not an upper bound. In one of three
        tests, the best score can rise by more, because the model treats the parameters of its
        kernel as exactly known.

        Returns
        -------
        float
            Gain in units of the score, at least 0. NaN as long as the scores have no scale: with
            fewer than two scores, if all scores are equal, or if half of them are equal to the best
            score. Also NaN if the model cannot be computed.
        """
        observations = self._store.observations()
        if observations.n_scored < MIN_SCORES_FOR_MODEL:
            return math.nan
        with computing():
            fitted = self._fitted(observations)
            # If nothing is known, that is no reason to end a search.
            return math.nan if fitted is None else gain_in_sight(observations, *fitted, self._seed)

    @_in_turn
    def insight(self) -> Insight:
        """Return what the optimiser has learnt so far.

        The result predicts scores and the gain of more points, and says which parameters matter and
        which ranges are too narrow. It uses the scores that were told, and no earlier results.

        Raises
        ------
        ValueError
            If fewer than two scores have been told.
        """
        # Most searches are never asked, and should not pay for the import.
        from skbayes.insight import Insight

        return Insight.learn(
            self.space,
            self._store.observations(),
            self._surrogate,
            best=self._store.best_score(),
            n_asked=self.n_asked,
        )
