"""Ask and tell of points: what a search, and an `Optimizer`, go by.

A proposal is a pure function of the seed, its own number, the observations and the points
still pending. No generator and no model is carried from one proposal to the next: what is kept
between them are caches, and a new `PointOptimizer` that is told the same gives the same answers.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbayes._numerics import computing, rescaled
from skbayes.exceptions import SpaceExhausted
from skbayes.model import Observations, Report, Source, Surrogate, Transfer, place_all, read_sources
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

__all__ = ["PointOptimizer"]

Floats = NDArray[np.float64]

# What was given, which pickles of an `Optimizer` have under these names.
_GIVEN = ("space", "_seed", "_n_iter", "_n_initial_points", "_given", "_is_allowed", "_sources")


class PointOptimizer:
    """Bayesian optimisation by ask and tell, with points in place of parameters.

    To be used in one thread at a time.

    Parameters
    ----------
    space : Space, dict or list of dict
    n_iter, initial_points, n_initial_points, random_state, warm_start_from, is_allowed : object
        See `Optimizer`.

    Attributes
    ----------
    space : Space
    store : ObservationStore
        What was asked and told.
    surrogate : Surrogate
        Model of what was told, without earlier results.
    transfer : Transfer or None
        What earlier results say; None if there are none.
    proposer : Proposer

    Raises
    ------
    ValueError, TypeError
        If the space, a point or an earlier result is invalid.
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
        self.store = ObservationStore(self.space)
        self.surrogate = Surrogate(self.space)
        self.transfer: Transfer | None = None
        if self._sources:
            self.transfer = Transfer(
                self.space, self._sources, self.surrogate, self._n_iter, self.allows
            )
        self._rungs = Rungs(self.store, self.surrogate)
        self.proposer = Proposer(
            space=self.space,
            seed=self._seed,
            store=self.store,
            design=Design(self.space, self._seed, self._n_initial_points),
            given=self._given,
            n_iter=self._n_iter,
            transfer=self.transfer,
            rungs=self._rungs,
            is_allowed=self._is_allowed,
        )
        # The latest proposal, after the number of changes and the share of the budget it is for.
        self._proposed: tuple[tuple[int, float], tuple[Point, str]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        # What was given, asked and told: all else follows from it.
        state = {name: getattr(self, name) for name in _GIVEN}
        return {**state, "asked": tuple(self.store.asked), "reports": dict(self.store.reports)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name in _GIVEN:
            setattr(self, name, state[name])
        self._begin()
        for point in state["asked"]:
            self.store.ask(point)
        self.store.tell(state["reports"].items())

    def _encode_given(self, points: Iterable[Mapping[str, Any]]) -> Iterator[Point]:
        for i, params in enumerate(points):
            try:
                yield self.space.encode(params)
            except (TypeError, ValueError) as error:
                text = f"initial_points[{i}]: {error} Change this point or the space."
                raise type(error)(text) from None

    @property
    def given(self) -> tuple[Point, ...]:
        """The points of `initial_points`, without repetitions."""
        return self._given

    @property
    def points_asked(self) -> list[Point]:
        """The points proposed so far, in that order."""
        return self.store.points_asked

    @property
    def n_complete(self) -> int:
        """Number of points with a score."""
        return sum(map(math.isfinite, self.store.scores.values()))

    def has_asked(self, point: Point) -> bool:
        """Return whether a point was proposed."""
        return point in self.store.asked

    def allows(self, point: Point) -> bool:
        """Return whether `is_allowed` allows a point; ValueError if it raises an error."""
        return self.proposer.allows(point)

    def ask_point(self, budget_left: float | None = None) -> Point:
        """Propose the next point; see `Optimizer.ask`."""
        if budget_left is not None and not (
            isinstance(budget_left, numbers.Real) and budget_left <= 1
        ):
            raise ValueError(
                "budget_left must be a fraction of at most 1, or None if there is no budget, "
                f"got {budget_left!r}."
            )
        point, origin = self._proposal(budget_left)
        self.store.ask(point)
        self.store.origins[point] = origin
        return point

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
        state = self.store.n_changes, left
        if self._proposed is None or self._proposed[0] != state:
            with computing():
                self._proposed = state, self.proposer.proposal(left)
        return self._proposed[1]

    def origin_of(self, point: Point) -> str | None:
        """Return who proposed a point; None if it was not proposed in this process.

        "given" is a point of `initial_points`, "earlier" the best point of an earlier search,
        "design" a point of the initial design. "model" is a point for which the model expects the
        largest gain. "random" is a point far from all others. The optimiser proposes such a point
        if none of the other ways gives a point.
        """
        return self.store.origins.get(point)

    def exhausted(self) -> SpaceExhausted:
        """Return the error that says why no further point may be proposed."""
        return self.proposer.exhausted()

    def adopt_point(self, point: Point) -> None:
        """Count a point as proposed, because an earlier run of the same search proposed it."""
        self.store.ask(point)

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
        branches = self.store.open_branches(self._n_iter)
        if is_given:
            is_due = self.proposer.may_propose_given(point, branches)
        else:
            is_due = point.branch in branches and self.proposer.may_propose(point)
        if is_due:
            self.store.ask(point)
        return is_due

    def tell_report(self, point: Point, report: Report) -> None:
        """Take in what is told about a point."""
        self.store.tell([(point, report)])

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
        observations = self.store.observations()
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

    def predict_cost(self, point: Point) -> float | None:
        """Predict the cost of an evaluation of a point; see `Optimizer.predict_cost`."""
        with computing():
            space = self.space.focused(self.space.coordinates(list(self.store.reports)))
            model, costs = self.store.cost_model(space)
            if model is not None:
                x = space.features(space.coordinates([point]))
                return math.exp(float(model.value(x)[0]))
            return float(np.median(costs)) if len(costs) else None

    def prospects(self, points: Sequence[Point]) -> tuple[Floats, Floats, Floats]:
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
        observations = self.store.observations()
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

    def rung_evidence(self) -> tuple[Floats, NDArray[np.intp]]:
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
            n = np.array([len(pairs) for pairs in self.store.rung_pairs()], dtype=np.intp)
            return self._rungs.correlations(), n

    def relative_costs(self, points: Sequence[Point]) -> Floats:
        """Return the costs of points with the whole resource, of shape (n,); 1 is a typical cost.

        All costs are 1 as long as costs do not depend on the parameters.
        """
        with computing():
            known = self.space.coordinates([*self.store.reports, *points])
            space = self.space.focused(known)
            model, costs = self.store.cost_model(space)
            if model is None:
                return np.ones(len(points))
            logarithms = model.value(space.features(known[-len(points) :]))
            relative: Floats = np.exp(logarithms - np.log(np.median(costs[costs > 0.0])))
            return relative

    def regret_bound(self) -> float:
        """Return how much the best score can still rise; see `Optimizer.regret_bound`."""
        return regret_bound(self.store.observations(), self.gain_in_sight())

    def gain_in_sight(self) -> float:
        """Return how much the model expects it to rise; see `Optimizer.gain_in_sight`."""
        observations = self.store.observations()
        if observations.n_scored < MIN_SCORES_FOR_MODEL:
            return math.nan
        with computing():
            fitted = self._fitted(observations)
            # If nothing is known, that is no reason to end a search.
            return math.nan if fitted is None else gain_in_sight(observations, *fitted, self._seed)

    def insight(self) -> Insight:
        """Return what was learnt so far; see `Optimizer.insight`."""
        # Most searches are never asked, and should not pay for the import.
        from skbayes.insight import Insight

        return Insight.learn(
            self.space,
            self.store.observations(),
            self.surrogate,
            best=self.store.best_score(),
            n_asked=len(self.store.asked),
        )

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
        surrogate, _ = self.proposer.model(observations)
        space = surrogate.focused(self.space.coordinates([*observations.points, *points]))
        try:
            posterior = surrogate.posterior(observations, space)
        except np.linalg.LinAlgError:
            return None
        return space, posterior, surrogate.units(observations)
