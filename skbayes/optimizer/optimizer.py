"""Ask and tell: which point to evaluate next, given the scores of those before.

A proposal is a pure function of the seed, its own number, the observations and the points
still pending. No generator and no model is carried from one proposal to the next: what is kept
between them are caches, and a new `Optimizer` that is told the same gives the same answers.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbayes._numerics import computing, rescaled
from skbayes._pickles import lasting
from skbayes.exceptions import SpaceExhausted
from skbayes.model import MEAN, Report, Surrogate, read_report, read_reports
from skbayes.optimizer.design import MIN_SCORES_FOR_MODEL, Design
from skbayes.optimizer.proposer import Proposer
from skbayes.optimizer.regret import gain_in_sight, regret_bound
from skbayes.optimizer.rungs import Rungs
from skbayes.optimizer.seeds import draw_seed, is_integer
from skbayes.optimizer.store import ObservationStore
from skbayes.space import Point, Space, native, parse_space

if TYPE_CHECKING:
    from skbayes.insight import Insight
    from skbayes.model import Source, Transfer

__all__ = ["Optimizer"]

# Attributes that `Optimizer._begin` sets.
_DERIVED = ("_store", "_surrogate", "_transfer", "_rungs", "_proposer")


@lasting
class Optimizer:
    """Bayesian optimisation of a black box over a search space, by ask and tell.

    Parameters
    ----------
    space : dict or list of dict
        The search space, in any form that `BayesSearchCV` takes.
    n_iter : int or None, default=None
        Number of points that are planned, if known. Where some branches of the space have a number
        of their own, it is that of the others.
    initial_points : sequence of dict or None, default=None
        Parameters to be proposed first, in this order.
    n_initial_points : int or None, default=None
        Size of the initial design, `initial_points` included. None: half of the number of
        dimensions and two, at most 12, at least 5 and one for each branch.
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
        # Numpy's integers of few bits would overflow.
        n_iter, n_initial_points = native(n_iter), native(n_initial_points)
        if not (is_allowed is None or callable(is_allowed)):
            raise TypeError(f"is_allowed must be a function or None, got {is_allowed!r}.")
        self._seed = draw_seed(random_state)
        if not isinstance(space, Space):
            space = parse_space(space, random_state=self._seed)
        self.space: Space = space
        self._n_iter, self._n_initial_points = n_iter, n_initial_points
        self._given = tuple(dict.fromkeys(self._encode_given(initial_points or ())))
        self._is_allowed = is_allowed
        self._sources: tuple[Source, ...] = ()
        if warm_start_from is not None:
            # Most searches start from nothing, and should not pay for the imports.
            from skbayes.model import place_all, read_sources

            self._sources = tuple(place_all(self.space, read_sources(warm_start_from)))
        self._begin()

    def _begin(self) -> None:
        """Set what follows from what was given, as long as nothing was asked or told."""
        self._store = ObservationStore(self.space)
        self._surrogate = Surrogate(self.space)
        self._transfer: Transfer | None = None
        if self._sources:
            from skbayes.model import Transfer

            self._transfer = Transfer(
                self.space, self._sources, self._surrogate, Surrogate, self._n_iter
            )
        self._rungs = Rungs(self._store, self._surrogate)
        self._proposer = Proposer(
            space=self.space,
            seed=self._seed,
            store=self._store,
            design=Design(self.space, self._seed, self._n_initial_points),
            given=self._given,
            n_iter=self._n_iter,
            surrogate=self._surrogate,
            transfer=self._transfer,
            rungs=self._rungs,
            is_allowed=self._is_allowed,
        )

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
                raise type(error)(f"initial_points[{i}]: {error}") from None

    def __repr__(self) -> str:
        return (
            f"<Optimizer of {len(self.space.axes)} dimensions: {self.n_asked} points asked, "
            f"{len(self._store.reports)} told>"
        )

    @property
    def given(self) -> tuple[Point, ...]:
        """The points of `initial_points`, each once."""
        return self._given

    @property
    def n_asked(self) -> int:
        """Number of points proposed so far."""
        return len(self._store.asked)

    @property
    def pending(self) -> list[dict[str, Any]]:
        """Parameters of the points that were proposed, and of which nothing was told yet."""
        return [self.space.decode(point) for point in self._store.pending]

    @property
    def told(self) -> list[tuple[dict[str, Any], float]]:
        """Parameters and scores told so far, in the order told; NaN for a failure.

        Points of which some folds are missing are not among them.
        """
        return [
            (self.space.decode(point), report.score)
            for point, report in self._store.reports.items()
            if not report.is_partial
        ]

    @property
    def reports(self) -> list[tuple[Point, Report]]:
        """Points with all that was told of each, in the order told first."""
        return list(self._store.reports.items())

    @property
    def best_score(self) -> float:
        """Highest score of a point with all folds told so far; NaN if there is none."""
        return max(filter(math.isfinite, self._store.scores.values()), default=math.nan)

    @property
    def best_params(self) -> dict[str, Any]:
        """Parameters of the highest score, the earliest told for ties.

        Raises
        ------
        ValueError
            If no score has been told.
        """
        best = self.best_score
        for point, score in self._store.scores.items():
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
        with computing():
            point, origin = self._proposer.proposal(max(0.0, float(budget_left or 0.0)))
        self._store.ask(point)
        self._store.origins[point] = origin
        return point

    def preview_point(self, budget_left: float | None = None) -> Point | None:
        """Return the point that `ask_point` would; None if there is none."""
        try:
            with computing():
                return self._proposer.propose(max(0.0, float(budget_left or 0.0)))
        except SpaceExhausted:
            return None

    def asked_point(self, index: int) -> Point:
        """Return a point by its number in the order asked."""
        return self._store.points_asked[index]

    @property
    def n_complete(self) -> int:
        """Number of points with a score."""
        return sum(map(math.isfinite, self._store.scores.values()))

    def prospects(
        self, points: Sequence[Point]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return how points compare with the best complete one, and what rungs would tell of it.

        Parameters
        ----------
        points : sequence of n Point

        Returns
        -------
        mean, sd : ndarray of shape (n,)
            Of the score less that of the best complete point, without noise, in standard
            deviations of the scores told.
        correlation : ndarray of shape (n_rungs,)
            Of the scores of each rung with those of the whole.

        Raises
        ------
        ValueError
            If no point is complete.
        """
        observations = self._store.observations()
        n = len(points)
        with computing():
            surrogate = self._rungs.surrogate()
            known = self.space.coordinates([*observations.points, *points])
            space = surrogate.focused(known)
            posterior = surrogate.posterior(observations, space)
            mean, sd = posterior.predict(space.features(known))
            is_complete = np.isfinite(np.array(observations.scores))
            best = mean[: len(observations)][is_complete].max()
            return mean[-n:] - best, sd[-n:], self._rungs.correlations()

    def rung_evidence(self) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return what is known of rungs.

        Returns
        -------
        correlation : ndarray of shape (n_rungs,)
            Of the scores of each rung with those of the whole; 0 where it is not believed.
        n : ndarray of shape (n_rungs,)
            Number of points with both scores.
        """
        with computing():
            n = np.array([len(pairs) for pairs in self._store.rung_pairs()], dtype=np.intp)
            return self._rungs.correlations(), n

    def relative_costs(self, points: Sequence[Point]) -> NDArray[np.float64]:
        """Return what points cost with the whole resource, 1 for a typical one, of shape (n,).

        Ones as long as costs do not follow from the parameters.
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
        """Return what has proposed a point; None if it was not asked for in this process.

        "given" are initial points, "earlier" the best of other searches, "design" the initial
        design, "model" what the model promises most of. "random" is a point far from all others,
        where none of these had one.
        """
        return self._store.origins.get(point)

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
        observations = self._store.observations()
        if observations.n_scored < MIN_SCORES_FOR_MODEL:
            return None
        with computing():
            centre, unit = observations.units()
            if not unit:
                return None
            space = self._surrogate.focused(self.space.coordinates(observations.points))
            posterior = self._surrogate.posterior(observations, space)
            mean, sd = posterior.predict(space.features(space.coordinates([point])))
            error = math.sqrt(float(sd[0]) ** 2 + posterior.hyperparameters.noise_variance)
            return float(rescaled(mean[0], unit, centre)), float(rescaled(error, unit))

    def adopt_point(self, point: Point) -> None:
        """Count a point as proposed, as it was by an earlier run of the same search."""
        self._store.ask(point)

    def adopt_if_due(self, point: Point, *, is_given: bool) -> bool:
        """Count a point as proposed if it may be; tell whether.

        Parameters
        ----------
        point : Point
        is_given : bool
            Whether it was written by a user. One that was drawn is not due either if it differs
            by rounding from one that is known.

        Raises
        ------
        ValueError
            If `is_allowed` raises.
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

    def has_asked(self, point: Point) -> bool:
        """Whether a point was proposed."""
        return point in self._store.asked

    def allows(self, point: Point) -> bool:
        """Whether `is_allowed` lets a point be proposed; ValueError if it raises."""
        return self._proposer.allows(point)

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
                self.space.find(params, self._store.is_known), score, folds=folds, cost=cost
            )
            return
        if not isinstance(params, Sequence):
            raise TypeError(f"params must be a dict or a list of dicts, got {params!r}.")
        told = read_reports(len(params), score, folds, cost)
        points = [self.space.find(each, self._store.is_known) for each in params]
        self._store.tell(zip(points, told, strict=True))

    def tell_point(
        self, point: Point, score: Any = MEAN, *, folds: Any = None, cost: Any = None
    ) -> None:
        """Report the score of a point, as `tell` does."""
        self.tell_report(point, read_report(score, folds, cost))

    def tell_report(self, point: Point, report: Report) -> None:
        """Take in what is told about a point, as `tell` does."""
        self._store.tell([(point, report)])

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
        with computing():
            space = self.space.focused(self.space.coordinates(list(self._store.reports)))
            model, costs = self._store.cost_model(space)
            if model is not None:
                x = space.features(space.coordinates([point]))
                return math.exp(float(model.value(x)[0]))
            return float(np.median(costs)) if len(costs) else None

    def regret_bound(self) -> float:
        """Return how much better the best point of the space can be than the best one told.

        Five times the gain that is in sight, and twice what the last three quarters of the scores
        have gained. On 77 cases the best score that is known was within it in more than 95 % of the
        states where there is a bound.

        Returns
        -------
        float
            In units of the score, without noise, at least 0. NaN if it is not known yet: with fewer
            than 12 scores, where the gain in sight is NaN, and if the bound is not below the
            range of the scores.
        """
        return regret_bound(self._store.observations(), self.gain_in_sight())

    def gain_in_sight(self) -> float:
        """Return how much better the model sees that the best point may be than the best told.

        The upper confidence bound of the best score over the space less the lower one of the
        best point told, two standard deviations each; without noise. It is no bound: in one of
        three states more is left, for the model takes its shape for known.

        Returns
        -------
        float
            In units of the score, at least 0. NaN as long as the scores have no scale: fewer than
            two, all equal, or half of them equal to the best.
        """
        observations, surrogate = self._store.observations(), self._surrogate
        with computing():
            if self._transfer is not None:
                surrogate, _ = self._transfer.choose(observations)
            return gain_in_sight(self.space, observations, surrogate, self._seed)

    def insight(self) -> Insight:
        """Return what has been learnt so far.

        Predictions, importances, what more candidates would bring, bounds that are too narrow.

        Raises
        ------
        ValueError
            If fewer than two scores have been told.
        """
        # Most searches are never asked, and should not pay for the import.
        from skbayes.insight import Insight

        best = self._store.best_score()
        return Insight.learn(self.space, self._store.observations(), self._surrogate, best=best)
