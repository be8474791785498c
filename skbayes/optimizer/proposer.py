"""Which point is proposed next: one that was given, of the design, of the model, or any other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbayes._numerics import users_arithmetic
from skbayes._warnings import warn
from skbayes.acquisition import fit_feasibility, maximise
from skbayes.exceptions import SpaceExhausted
from skbayes.model import Observations, Surrogate, Transfer
from skbayes.optimizer.criterion import (
    ambition,
    criterion,
    knowing_pending,
)
from skbayes.optimizer.design import (
    MIN_SCORES_FOR_MODEL,
    N_LISTED,
    Design,
    all_points,
    far_points,
)
from skbayes.optimizer.rungs import Rungs
from skbayes.optimizer.seeds import PROPOSAL, stream
from skbayes.optimizer.store import ObservationStore
from skbayes.space import Point, Space

__all__ = ["Proposer", "is_permitted"]

# Closer than this, in lengthscales, the prior correlation of two points is above 1 - 1e-6:
# evaluating the second would teach nothing.
MIN_DISTANCE = 1e-3
# As long as a search without earlier results would still be at its initial design, every so many
# proposals are points of the design, which may show that these results mislead.
PROBE_EVERY = 4
# Where not all points are allowed, so many times as many random ones are looked through before a
# space counts as exhausted: one is found if a ten-thousandth of them is allowed. With 5 to 50
# parameters this takes 2 to 5 seconds, and the time of the function itself. Spaces with no more
# points than ``N_LISTED`` are then listed.
N_FAR = 400

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Proposer:
    """What a proposal depends on, beside its number and what has been told.

    Parameters
    ----------
    space : Space
    seed : int
        From which all that is random is derived.
    store : ObservationStore
        What was asked and told; it changes.
    design : Design
    given : tuple of Point
        Proposed before all others.
    n_iter : int or None
        Number of points that branches without a number of their own share.
    transfer : Transfer or None
        What is known from elsewhere.
    rungs : Rungs
        What was measured with less than the whole resource.
    is_allowed : callable or None
        Whether parameters may be proposed.
    """

    space: Space
    seed: int
    store: ObservationStore
    design: Design
    given: tuple[Point, ...]
    n_iter: int | None
    transfer: Transfer | None
    rungs: Rungs
    is_allowed: Callable[[dict[str, Any]], Any] | None

    def proposal(self, budget_left: float) -> tuple[Point, str]:
        """Return the next point and what has proposed it, without noting that it was asked for.

        Parameters
        ----------
        budget_left : float
            Share of the budget that is left, at least 0; 0 if there is none.

        Raises
        ------
        SpaceExhausted
            If no point was found that may be proposed.
        ValueError
            If `is_allowed` raises.
        """
        index = len(self.store.asked)
        branches = self.store.open_branches(self.n_iter)
        for origin, points in (("given", self.given), ("earlier", self._points_of_sources())):
            for point in points:
                if self.may_propose_given(point, branches):
                    return point, origin
        n_listed = math.inf if self.is_allowed is None else N_LISTED
        # Each of these is asked for points only if those before it have none that may be proposed.
        for point, origin in chain(
            self._points_in_turn(index, branches, budget_left),
            _named("random", self._far_points(index, branches)),
        ):
            if self.may_propose(point):
                return point, origin
        # Whoever wants all points of a list gets those too that differ in nothing that counts.
        for point in all_points(self.space, branches, n_listed):
            if self.may_propose_given(point, branches):
                return point, "random"
        raise self.exhausted()

    def model(self, observations: Observations) -> tuple[Surrogate, int]:
        """Return the model of the search, and the number of earlier results that it knows.

        As long as earlier results are believed, it is the model that knows these, else that of
        the rungs that are believed, else that of the scores alone.
        """
        if self.transfer is not None:
            surrogate, n_earlier = self.transfer.choose(observations)
            if n_earlier:
                return surrogate, n_earlier
        return self.rungs.surrogate(), 0

    def exhausted(self) -> SpaceExhausted:
        """Return the error that says why there is no further point."""
        index, n_open = len(self.store.asked), len(self.store.open_branches(self.n_iter))
        if self.is_allowed is not None and n_open:
            return SpaceExhausted(
                index,
                "no further allowed candidate was found",
                "Let is_allowed allow more candidates, widen the space",
            )
        if n_open < len(self.space.branches):
            return SpaceExhausted(
                index,
                "no dict of the space has candidates left",
                "Raise n_iter or the numbers in [(dict, number), ...]",
            )
        return SpaceExhausted(index)

    def _points_of_sources(self) -> Iterable[Point]:
        """Yield the best points of earlier results, as many as leave most to the model."""
        if self.transfer is None:
            return
        if self._n_tried < min(self.transfer.max_tried, len(self.transfer.points)):
            yield from self.transfer.best_points(self.store.observations())

    @property
    def _n_tried(self) -> int:
        """Number of the best points of earlier results that were proposed."""
        points = () if self.transfer is None else self.transfer.points
        return sum(point in self.store.asked for point in points)

    def _points_in_turn(
        self, index: int, branches: Sequence[int], budget_left: float
    ) -> Iterable[tuple[Point, str]]:
        """Yield points of the design or of the model, whichever has its turn, and its name."""
        store, observations = self.store, self.store.observations()
        surrogate, n_earlier = self.model(observations)
        # Points of sources that are not believed come on top of the design. One that is believed
        # takes the place of most of it: it could be right of its best points and wrong elsewhere.
        n_own = store.n_known - self._n_tried
        is_design = n_own < self.design.size
        if not n_earlier and len(observations) < MIN_SCORES_FOR_MODEL:
            is_design = True  # of a batch that is larger than the design
        if n_own + n_earlier >= self.design.size > n_own:
            is_design = index % PROBE_EVERY == 0
        if is_design:
            yield from _named("design", self.design.points(branches))
        elif n_earlier or (~observations.has_failed).sum() >= MIN_SCORES_FOR_MODEL:
            try:
                point = self._model_point(surrogate, observations, index, branches, budget_left)
                if point is not None:
                    yield point, "model"
            except np.linalg.LinAlgError as error:
                warn(
                    f"{error} So the model cannot propose a point. The next point is a random one "
                    "far from all known points.",
                    RuntimeWarning,
                )

    def _rng(self, index: int) -> np.random.Generator:
        return stream(self.seed, PROPOSAL, index)

    def may_propose_given(self, point: Point, branches: Sequence[int]) -> bool:
        """Whether a point may be proposed that was written so, be another one ever so close."""
        return point.branch in branches and not self.store.holds(point) and self.allows(point)

    def may_propose(self, point: Point) -> bool:
        """Whether a point may be proposed, if its branch is open."""
        return self.store.is_new(point) and self.allows(point)

    def allows(self, point: Point) -> bool:
        """Whether the constraint allows a point; ValueError if it raises."""
        return self.is_allowed is None or is_permitted(self.space.decode(point), self.is_allowed)

    def _far_points(self, index: int, branches: Sequence[int]) -> Iterable[Point]:
        known = [*self.store.reports, *self.store.pending]
        n_rounds = 1 if self.is_allowed is None else N_FAR
        yield from far_points(self.space, known, branches, self._rng(index), n_rounds)

    def _model_point(
        self,
        surrogate: Surrogate,
        observations: Observations,
        index: int,
        branches: Sequence[int],
        budget_left: float,
    ) -> Point | None:
        """Return the point of the highest expected improvement; None if there is none."""
        if not branches:
            return None
        known = self.space.coordinates(observations.points + tuple(self.store.awaited))
        space = surrogate.focused(known)
        n, X = len(observations), space.features(known)
        posterior, rng = surrogate.posterior(observations, space), self._rng(index)
        # The noise that made a score high is not in the mean; a model of the most important
        # observations only does not have it for all.
        order = np.nan_to_num(observations.scores, nan=-np.inf)
        if len(posterior.fitted) == n:
            order = posterior.fitted
        incumbents = known[np.argsort(-order, kind="stable")]

        costs = self.store.cost_model(space)[0] if budget_left else None
        lengthscales = posterior.hyperparameters.lengthscales
        feasible = fit_feasibility(X[:n], observations.has_failed, space.groups, lengthscales)
        model = knowing_pending(posterior, X[n:], rng)
        gain = ambition(space, model, feasible, index, rng)
        acquisition = criterion(model, gain, feasible, costs, budget_left)
        # What is too close to a known point comes last, for a space may hold nothing else.
        for min_distance in (MIN_DISTANCE, 0.0):
            point = maximise(
                acquisition,
                space,
                rng=rng,
                incumbents=incumbents,
                lengthscales=lengthscales,
                is_allowed=self.may_propose,
                known=known,
                min_distance=min_distance,
                branches=branches,
            )
            if point is not None:
                break
        return point


def is_permitted(
    params: dict[str, Any], is_allowed: Callable[[dict[str, Any]], Any] | None
) -> bool:
    """Whether a constraint allows parameters; ValueError if it raises."""
    if is_allowed is None:
        return True
    try:
        with users_arithmetic():
            return bool(is_allowed(params))
    except Exception as error:
        raise ValueError(
            f"is_allowed, the constraint on the parameters, raised {type(error).__name__}: "
            f"{error}, for {params!r}. The function gets one dict of parameters, such as "
            "this one, and must return True or False for each candidate of the space."
        ) from error


def _named(origin: str, points: Iterable[Point]) -> Iterator[tuple[Point, str]]:
    """Yield points with what has proposed them."""
    for point in points:
        yield point, origin
