"""Ask and tell: which point to evaluate next, given the scores of those before.

A proposal is a pure function of the seed, its own number, the observations and the points
still pending. No generator and no model is carried from one proposal to the next: what is kept
between them are caches, and a new `Optimizer` that is told the same gives the same answers.
"""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._criterion import criterion, expected_improvement, knowing_pending, practicality
from ._design import MIN_SCORES_FOR_MODEL, Design, all_points, far_points, random_points
from ._ledger import Ledger
from ._observations import Observations
from ._regret import regret_bound
from ._reports import MEAN, Report, read_report, read_reports
from ._seeds import draw_seed, is_integer
from ._stall import has_stalled
from ._surrogate import Surrogate
from ._threads import one_thread
from .acquisition import maximise
from .exceptions import SpaceExhausted
from .gp import Posterior
from .space import Point, Space, parse_space

if TYPE_CHECKING:
    from ._transfer import Transfer
    from .insight import Insight

__all__ = ["Optimizer"]

# Closer than this, in lengthscales, the prior correlation of two points is above 1 - 1e-6:
# evaluating the second would teach nothing.
MIN_DISTANCE = 1e-3
# As long as a search without earlier results would still be at its initial design, every so many
# proposals are points of the design, which may show that these results mislead.
PROBE_EVERY = 4
# Of the proposals of a search that has stalled, every so many are random points: they find what the
# model does not expect.
RANDOM_EVERY = 2
# Where not all points are allowed, so many times as many random ones are looked through before a
# space counts as exhausted: one is found if a thousandth of them is allowed.
N_FAR = 40
# Its stream of random numbers is told apart from others by the first entry of the spawn key.
PROPOSAL_STREAM = 1

Floats = NDArray[np.float64]


class Optimizer:
    """Bayesian optimisation of a black box over a search space, by ask and tell.

    Parameters
    ----------
    space : dict or list of dict
        The search space, in any form that `BayesSearchCV` takes.
    n_iter : int or None, default=None
        Number of points that are planned, if known; it bounds the size of the initial design.
        Where some branches of the space have a number of their own, it is that of the others.
    initial_points : sequence of dict or None, default=None
        Parameters to be proposed first, in this order.
    n_initial_points : int or None, default=None
        Size of the initial design, `initial_points` included, all of which comes first. None: the
        number of dimensions plus four, at most 20 and a quarter of `n_iter`, at least 4 and one
        for each branch; five of them come first, the others take turns with the model.
    random_state : int, RandomState instance or None, default=None
        An int makes the proposals reproducible.
    warm_start_from : object, default=None
        Earlier results to learn from, which do not count as told: an `Optimizer`, a fitted
        search, its `cv_results_` or a data frame of them, a sequence of (params, score), or a
        list of these.
    is_allowed : callable or None, default=None
        Function of the parameters, a dict, that says whether they may be proposed. It should be
        quick: it is asked of many. None: all may.

    Attributes
    ----------
    space : Space
        The search space.
    n_asked : int
        Number of points proposed so far.

    Raises
    ------
    ValueError, TypeError
        If the space, a point or a source of earlier results is malformed.

    Warns
    -----
    RuntimeWarning
        If nothing can be learnt from a source.

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
        if not (is_allowed is None or callable(is_allowed)):
            raise TypeError(f"is_allowed must be a function or None, got {is_allowed!r}.")
        self._is_allowed = is_allowed
        self._seed = draw_seed(random_state)
        if not isinstance(space, Space):
            space = parse_space(space, random_state=self._seed)
        self.space: Space = space
        self._n_iter = n_iter
        self._given: tuple[Point, ...] = tuple(
            dict.fromkeys(self._encode_given(initial_points or ()))
        )
        self._design = Design(self.space, self._seed, n_iter, n_initial_points)
        self._ledger = Ledger(space)
        self._surrogate = Surrogate(self.space)
        self._transfer: Transfer | None = None
        if warm_start_from is not None:
            # Most searches start from nothing, and should not pay for the imports.
            from ._placement import place_all
            from ._sources import read_sources
            from ._transfer import Transfer

            if sources := place_all(self.space, read_sources(warm_start_from)):
                self._transfer = Transfer(self.space, sources, self._surrogate, Surrogate)

    def _encode_given(self, points: Iterable[Mapping[str, Any]]) -> Iterator[Point]:
        for i, params in enumerate(points):
            try:
                yield self.space.encode(params)
            except (TypeError, ValueError) as error:
                raise type(error)(f"initial_points[{i}]: {error}") from None

    def __repr__(self) -> str:
        return (
            f"<Optimizer of {len(self.space.axes)} dimensions: {self.n_asked} points asked, "
            f"{len(self._ledger.reports)} told>"
        )

    @property
    def n_asked(self) -> int:
        """Number of points proposed so far."""
        return len(self._ledger.asked)

    @property
    def pending(self) -> list[dict[str, Any]]:
        """Parameters of the points that were proposed, and of which nothing was told yet."""
        return [self.space.decode(point) for point in self._ledger.pending]

    @property
    def told(self) -> list[tuple[dict[str, Any], float]]:
        """Parameters and scores told so far, in the order told; NaN for a failure.

        Points of which some folds are missing are not among them.
        """
        return [
            (self.space.decode(point), report.score)
            for point, report in self._ledger.reports.items()
            if not report.is_partial
        ]

    @property
    def best_score(self) -> float:
        """Highest score of a point with all folds told so far; NaN if there is none."""
        return max(filter(math.isfinite, self._ledger.scores.values()), default=math.nan)

    @property
    def best_params(self) -> dict[str, Any]:
        """Parameters of the highest score, the earliest told for ties.

        Raises
        ------
        ValueError
            If no score has been told.
        """
        best = self.best_score
        for point, score in self._ledger.scores.items():
            if score == best:
                return self.space.decode(point)
        raise ValueError("no score has been told yet: ask for points, evaluate and tell them.")

    def ask(self, n: int | None = None, *, budget_left: float | None = None) -> Any:
        """Propose the parameters to be evaluated next.

        Parameters
        ----------
        n : int or None, default=None
            Number of points to propose at once.
        budget_left : float or None, default=None
            Share of a budget of time, or of whatever costs are told in, that is left: 1 at the
            start, 0 at the end, negative once it is overrun. Among points that promise alike, the
            cheap ones are preferred, the more so the more is left. None: costs do not matter.

        Returns
        -------
        dict, or list of dict if `n` is given

        Raises
        ------
        SpaceExhausted
            If every point that may be proposed has been proposed or told, or, where `is_allowed`
            refuses some, no other one was found. Those proposed by the same call before are in
            `pending`.
        ValueError
            If `n` or `budget_left` is out of range, or `is_allowed` raises.
        """
        if n is None:
            return self.space.decode(self.ask_point(budget_left))
        if not (is_integer(n) and n >= 1):
            raise ValueError(f"n must be an int of at least 1 or None, got {n!r}.")
        return [self.space.decode(self.ask_point(budget_left)) for _ in range(n)]

    def ask_point(self, budget_left: float | None = None) -> Point:
        """Propose the next point, as `ask` does, without decoding it."""
        if budget_left is not None and not (
            isinstance(budget_left, numbers.Real) and budget_left <= 1
        ):
            raise ValueError(
                "budget_left must be a share of at most 1, or None if there is no budget, "
                f"got {budget_left!r}."
            )
        with one_thread:
            point = self._propose(max(0.0, float(budget_left or 0.0)))
        self._ledger.ask(point)
        return point

    def predict_point(self, point: Point) -> tuple[float, float] | None:
        """Predict the score that an evaluation of a point would give.

        Parameters
        ----------
        point : Point

        Returns
        -------
        (float, float) or None
            Mean and standard deviation, the noise of the evaluation included, in units of the
            scores. None with fewer than two scores, or equal ones.
        """
        observations = self._ledger.observations()
        if observations.n_scored < MIN_SCORES_FOR_MODEL:
            return None
        centre, unit = observations.units()
        if not unit:
            return None
        with one_thread:
            posterior = self._surrogate.posterior(observations)
            mean, sd = posterior.predict(self.space.features(self.space.coordinates([point])))
        noise = posterior.hyperparameters.noise_variance
        return centre + unit * float(mean[0]), unit * math.sqrt(float(sd[0]) ** 2 + noise)

    def adopt_point(self, point: Point) -> None:
        """Count a point as proposed, as it was by an earlier run of the same search."""
        self._ledger.ask(point)

    def tell(self, params: Any, score: Any = MEAN, *, folds: Any = None, cost: Any = None) -> None:
        """Report the score of parameters, asked for or not, in any order.

        Parameters
        ----------
        params : dict, or sequence of dict
            One point or several. For several, what follows are sequences of as many.
        score : float or None, or sequence of these, default="mean"
            Higher is better. None, NaN and infinities say that the evaluation failed, which
            the surrogate learns from. "mean" is the mean of `folds`.
        folds : sequence of (float or None), or sequence of these, default=None
            Scores of the folds, in an order that is the same for all points: None for a fold that
            was not run, NaN for one that failed, and with it the point. A point with folds that
            were not run is no longer pending and never the best one; it may be told again with
            more folds.
        cost : float or sequence of float, default=None
            Seconds, or other costs, of the folds that were run; see `ask`.

        Raises
        ------
        ValueError
            If the parameters are not in the space, or have a score already, or if score, folds
            and cost are contradictory or out of range. Then nothing of the call is kept.
        TypeError
            If a score, fold or cost is not a number.
        """
        if isinstance(params, Mapping):
            self.tell_point(
                self.space.find(params, self._ledger.is_known), score, folds=folds, cost=cost
            )
            return
        if not isinstance(params, Sequence):
            raise TypeError(f"params must be a dict or a list of dicts, got {params!r}.")
        told = read_reports(len(params), score, folds, cost)
        points = [self.space.find(each, self._ledger.is_known) for each in params]
        self._ledger.tell(zip(points, told, strict=True))

    def tell_point(
        self, point: Point, score: Any = MEAN, *, folds: Any = None, cost: Any = None
    ) -> None:
        """Report the score of a point, as `tell` does."""
        self.tell_report(point, read_report(score, folds, cost))

    def tell_report(self, point: Point, report: Report) -> None:
        """Take in what is told about a point, as `tell` does."""
        self._ledger.tell([(point, report)])

    def predict_cost(self, params: Mapping[str, Any]) -> float | None:
        """Predict what the evaluation of parameters on all folds costs.

        Parameters
        ----------
        params : dict
            A point of the space.

        Returns
        -------
        float or None
            A typical cost, in the units of `tell`: the median of those told as long as they do
            not follow from the parameters. None if no cost was told of a point that did not fail.

        Raises
        ------
        ValueError
            If the parameters are not in the space.
        """
        point = self.space.encode(params)
        with one_thread:
            model, costs = self._ledger.cost_model()
            if model is not None:
                x = self.space.features(self.space.coordinates([point]))
                return math.exp(float(model.value(x)[0]))
        return float(np.median(costs)) if len(costs) else None

    def regret_bound(self) -> float:
        """Return how much better the best point of the space may be than the best one told.

        The upper confidence bound of the best score over the space less the lower one of the
        best point told, two standard deviations each; without noise, and as the model sees it.

        Returns
        -------
        float
            In units of the score, at least 0. NaN as long as the scores have no scale: fewer than
            two, all equal, or half of them equal to the best.
        """
        observations, surrogate = self._ledger.observations(), self._surrogate
        with one_thread:
            if self._transfer is not None:
                surrogate, _ = self._transfer.choose(observations)
            return regret_bound(self.space, observations, surrogate, self._seed)

    def insight(self) -> Insight:
        """Return what has been learnt so far.

        Predictions with their uncertainty, the importance of each parameter, what more
        evaluations would bring, parameters whose best value is at a bound; a report when printed.

        Raises
        ------
        ValueError
            If fewer than two scores have been told.
        """
        # Most searches are never asked, and should not pay for the import.
        from .insight import Insight

        return Insight.learn(self.space, self._ledger.observations(), self._surrogate)

    def _propose(self, budget_left: float) -> Point:
        ledger = self._ledger
        index = len(ledger.asked)
        branches = ledger.open_branches(self._n_iter)
        for point in self._given:
            if point.branch in branches and self._may_propose(point):
                return point
        observations = ledger.observations()
        candidates: Iterable[Point] = ()
        n_tried, surrogate, n_earlier = 0, self._surrogate, 0
        if self._transfer is not None:
            for point in self._transfer.points:
                if point.branch in branches and self._may_propose(point):
                    return point
            n_tried = sum(point in ledger.asked for point in self._transfer.points)
            surrogate, n_earlier = self._transfer.choose(observations)
        # Points of sources that are not believed come on top of the design. One that is believed
        # takes the place of most of it: it could be right of its best points and wrong elsewhere.
        n_own = ledger.n_known - n_tried
        is_design = self._design.is_turn(n_own, len(ledger.pending))
        if n_own + n_earlier >= self._design.size > n_own:
            is_design = index % PROBE_EVERY == 0
        if is_design:
            candidates = self._design.points(branches)
        elif n_earlier or (~observations.has_failed).sum() >= MIN_SCORES_FOR_MODEL:
            try:
                candidates = self._model_points(
                    surrogate,
                    observations,
                    index,
                    branches,
                    budget_left,
                    self._design.is_over(n_own),
                )
            except np.linalg.LinAlgError as error:
                warnings.warn(
                    f"{error} A point far from all known ones is proposed in place of the model's.",
                    RuntimeWarning,
                    stacklevel=2,
                )
        others = (self._far_points(index, branches), all_points(self.space, branches))
        for point in chain(candidates, *others):
            if self._may_propose(point):
                return point
        raise SpaceExhausted(index)

    def _rng(self, index: int) -> np.random.Generator:
        key = (PROPOSAL_STREAM, index)
        return np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=key))

    def _may_propose(self, point: Point) -> bool:
        if not self._ledger.is_new(point):
            return False
        if self._is_allowed is None:
            return True
        params = self.space.decode(point)
        try:
            return bool(self._is_allowed(params))
        except Exception as error:
            raise ValueError(
                f"the constraint on the parameters raised {type(error).__name__}: {error}, for "
                f"{params!r}. It must return whether they may be proposed, for any in the space."
            ) from error

    def _far_points(self, index: int, branches: Sequence[int]) -> Iterable[Point]:
        known = [*self._ledger.reports, *self._ledger.pending]
        rng = self._rng(index)
        for _ in range(1 if self._is_allowed is None else N_FAR):
            yield from far_points(self.space, known, branches, rng)

    def _model_points(
        self,
        surrogate: Surrogate,
        observations: Observations,
        index: int,
        branches: Sequence[int],
        budget_left: float,
        may_look_elsewhere: bool,
    ) -> list[Point]:
        """Return the points of the highest expected improvement, best first.

        In turns with these, random points come before them if the search has stalled.
        """
        if not branches:
            return []
        space = self.space
        known = space.coordinates(observations.points + tuple(self._ledger.pending))
        n, X = len(observations), space.features(known)
        posterior, rng = surrogate.posterior(observations, X[:n]), self._rng(index)
        # The noise that made a score high is not in the mean; a model of the most important
        # observations only does not have it for all.
        order = np.nan_to_num(observations.scores, nan=-np.inf)
        if len(posterior.fitted) == n:
            order = posterior.fitted
        incumbents = known[np.argsort(-order, kind="stable")]

        costs = self._ledger.cost_model()[0] if budget_left else None
        lengthscales = posterior.hyperparameters.lengthscales
        practical = practicality(
            space, X[:n], observations.has_failed, lengthscales, costs, budget_left
        )
        acquisition = criterion(space, knowing_pending(posterior, X[n:], rng), n, practical)
        # What is too close to a known point comes last, for a space may hold nothing else.
        for min_distance in (MIN_DISTANCE, 0.0):
            points = maximise(
                acquisition,
                space,
                rng=rng,
                incumbents=incumbents,
                lengthscales=lengthscales,
                is_allowed=self._may_propose,
                known=known,
                min_distance=min_distance,
                branches=branches,
            )
            if points:
                break
        # Where costs are in the criterion, what comes next is cheap rather than the best there is.
        if may_look_elsewhere and index % RANDOM_EVERY == 0 and points and costs is None:
            wanted = np.concatenate([space.features(space.coordinates(points[:1])), X[n:]])
            if self._has_stalled(surrogate, posterior, observations, wanted):
                return [*random_points(space, branches, rng, practical.value), *points]
        return points

    def _has_stalled(
        self, surrogate: Surrogate, posterior: Posterior, observations: Observations, X: Floats
    ) -> bool:
        """Whether neither the latest scores nor what the rows `X` promise are a gain."""
        if not observations.n_scored:
            return False
        promise = surrogate.unit(observations) * float(expected_improvement(posterior, X).max())
        n_given = sum(point not in self._ledger.asked for point in observations.points)
        return has_stalled(observations.scores, self._design.size, promise, n_given)
