"""Ask and tell: which point to evaluate next, given the scores of those before.

A proposal is a pure function of the seed, its own number, the observations and the points
still pending. No generator and no model is carried from one proposal to the next: what is kept
between them are caches, and a new `Optimizer` that is told the same gives the same answers.
"""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ._compat import scrambled_sobol
from ._observations import Observations
from ._surrogate import Surrogate
from ._threads import one_thread
from .acquisition import LogAugmentedEI, maximise
from .exceptions import SpaceExhausted
from .gp.kernels import squared_distances
from .space import Point, Space, parse_space

if TYPE_CHECKING:
    from .insight import Insight

__all__ = ["Optimizer", "draw_seed"]

# Size of the initial design: the number of dimensions and some more, so that the first model does
# not take a few points in a line for the shape of the whole; few enough to leave the budget to
# the model, which learns from its own proposals too.
DESIGN_MARGIN = 4
MIN_DESIGN, MAX_DESIGN = 4, 20
DESIGN_SHARE_OF_BUDGET = 4
# With fewer scores than this there is no surface to model.
MIN_SCORES_FOR_MODEL = 2
# Closer than this, in lengthscales, the prior correlation of two points is above 1 - 1e-6:
# evaluating the second would teach nothing.
MIN_DISTANCE = 1e-3
N_EXPLORED = 256
# Independent streams of random numbers are told apart by the first entry of their spawn key.
DESIGN_STREAM, PROPOSAL_STREAM = 0, 1

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
        Size of the initial design, `initial_points` included. None: the number of dimensions
        plus four, within 4 and 20, and at most a quarter of `n_iter`.
    random_state : int, RandomState instance or None, default=None
        An int makes the proposals reproducible.

    Attributes
    ----------
    space : Space
        The search space.
    n_asked : int
        Number of points proposed so far.

    Raises
    ------
    ValueError, TypeError
        If the space or a point is malformed.

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
    ) -> None:
        if isinstance(initial_points, Mapping) or not isinstance(initial_points, Iterable | None):
            raise TypeError(f"initial_points must be a list of dicts, got {initial_points!r}.")
        for name, value in (("n_iter", n_iter), ("n_initial_points", n_initial_points)):
            if value is not None and not (_is_integer(value) and value >= 1):
                raise ValueError(f"{name} must be an int of at least 1 or None, got {value!r}.")
        self._seed = draw_seed(random_state)
        if not isinstance(space, Space):
            space = parse_space(space, random_state=self._seed)
        self.space: Space = space
        self._n_iter = n_iter
        self._given: tuple[Point, ...] = tuple(
            dict.fromkeys(self._encode_given(initial_points or ()))
        )
        self._n_initial = _design_size(self.space, n_iter, n_initial_points)
        self._asked: dict[Point, int] = {}
        self._scores: dict[Point, float] = {}
        self._surrogate = Surrogate(self.space)
        self._design: Floats = np.empty((0, len(self.space.axes)))

    def _encode_given(self, points: Iterable[Mapping[str, Any]]) -> Iterator[Point]:
        for i, params in enumerate(points):
            try:
                yield self.space.encode(params)
            except (TypeError, ValueError) as error:
                raise type(error)(f"initial_points[{i}]: {error}") from None

    def __repr__(self) -> str:
        return (
            f"<Optimizer of {len(self.space.axes)} dimensions: {self.n_asked} points asked, "
            f"{len(self._scores)} told>"
        )

    @property
    def n_asked(self) -> int:
        """Number of points proposed so far."""
        return len(self._asked)

    @property
    def pending(self) -> list[dict[str, Any]]:
        """Parameters of the points that were proposed and not yet told."""
        return [self.space.decode(point) for point in self._pending]

    @property
    def best_score(self) -> float:
        """Highest score told so far; NaN if there is none."""
        return max(filter(math.isfinite, self._scores.values()), default=math.nan)

    @property
    def best_params(self) -> dict[str, Any]:
        """Parameters of the highest score, the earliest told for ties.

        Raises
        ------
        ValueError
            If no score has been told.
        """
        best = self.best_score
        for point, score in self._scores.items():
            if score == best:
                return self.space.decode(point)
        raise ValueError("no score has been told yet: ask for points, evaluate and tell them.")

    def ask(self, n: int | None = None) -> Any:
        """Propose the parameters to be evaluated next.

        Parameters
        ----------
        n : int or None, default=None
            Number of points to propose at once.

        Returns
        -------
        dict, or list of dict if `n` is given

        Raises
        ------
        SpaceExhausted
            If every point that may be proposed has been proposed or told. Those proposed by the
            same call before are in `pending`.
        """
        if n is None:
            return self.space.decode(self.ask_point())
        if not (_is_integer(n) and n >= 1):
            raise ValueError(f"n must be an int of at least 1 or None, got {n!r}.")
        return [self.space.decode(self.ask_point()) for _ in range(n)]

    def ask_point(self) -> Point:
        """Propose the next point, as `ask` does, without decoding it."""
        with one_thread:
            point = self._propose()
        self._asked[point] = len(self._asked)
        return point

    def tell(self, params: Any, score: Any) -> None:
        """Report the score of parameters, asked for or not, in any order.

        Parameters
        ----------
        params : dict, or sequence of dict
            One point or several.
        score : float or None, or sequence of these
            Higher is better. None, NaN and infinities say that the evaluation failed, which
            the surrogate learns from.

        Raises
        ------
        ValueError
            If the parameters are not in the space, or have a score already.
        TypeError
            If a score is not a number.
        """
        if isinstance(params, Mapping):
            self.tell_point(self.space.find(params, self._is_known), score)
            return
        if not isinstance(params, Sequence):
            raise TypeError(f"params must be a dict or a list of dicts, got {params!r}.")
        if not isinstance(score, Sequence | np.ndarray) or len(params) != len(score):
            raise ValueError(f"tell {len(params)} points with as many scores, got {score!r}.")
        # All or nothing: a call that is corrected and repeated must not meet its own first half.
        points = [self.space.find(each, self._is_known) for each in params]
        scores = [self._check_score(*pair) for pair in zip(points, score, strict=True)]
        if len(set(points)) < len(points):
            raise ValueError(f"tell each point once, got {params!r}.")
        self._scores.update(zip(points, scores, strict=True))

    def tell_point(self, point: Point, score: Any) -> None:
        """Report the score of a point, as `tell` does."""
        self._scores[point] = self._check_score(point, score)

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

        return Insight.learn(self.space, self._observations(), self._surrogate)

    def _check_score(self, point: Point, score: Any) -> float:
        """Return the score as a float, NaN for a failure."""
        if score is None:
            score = math.nan
        if not isinstance(score, numbers.Real):
            raise TypeError(f"a score must be a number or None, got {score!r}.")
        if point in self._scores:
            raise ValueError(
                f"{self.space.decode(point)!r} has been told before, with the score "
                f"{self._scores[point]!r}; tell each point once, the mean if it was repeated."
            )
        try:
            return float(score) if math.isfinite(score) else math.nan
        except OverflowError:
            raise ValueError(f"a score must fit a float, got {score!r}.") from None

    @property
    def _pending(self) -> list[Point]:
        return [point for point in self._asked if point not in self._scores]

    def _observations(self) -> Observations:
        never = len(self._asked)
        points = sorted(
            self._scores,
            key=lambda point: (
                (1, self._asked[point], 0, ())
                if self._asked.get(point, never) < never
                else (0, 0, point.branch, point.codes)
            ),
        )
        return Observations(tuple(points), tuple(self._scores[point] for point in points))

    def _propose(self) -> Point:
        index = len(self._asked)
        branches = self._open_branches()
        for point in self._given:
            if self._is_new(point) and point.branch in branches:
                return point
        observations = self._observations()
        candidates: Iterable[Point] = ()
        n_known = index + sum(point not in self._asked for point in self._scores)
        if n_known < self._n_initial:
            candidates = self._design_points(index, branches)
        elif observations.n_scored >= MIN_SCORES_FOR_MODEL:
            try:
                candidates = self._model_points(observations, index, branches)
            except np.linalg.LinAlgError as error:
                warnings.warn(
                    f"{error} A point far from all known ones is proposed in place of the model's.",
                    RuntimeWarning,
                    stacklevel=2,
                )
        for source in (candidates, self._far_points(index, branches), self._grid(branches)):
            for point in source:
                if self._is_new(point):
                    return point
        raise SpaceExhausted(index)

    def _is_known(self, point: Point) -> bool:
        return point in self._asked or point in self._scores

    def _is_new(self, point: Point) -> bool:
        """Whether no branch has proposed or been told the parameters of `point`."""
        return not any(map(self._is_known, self.space.twins(point)))

    def _open_branches(self) -> list[int]:
        """Return the branches in which points may still be proposed."""
        limits = [branch.n_iter for branch in self.space.branches]
        if not any(limits):
            return list(range(len(limits)))
        counts = [0] * len(limits)
        for point in self._asked:
            counts[point.branch] += 1
        # Branches without a number of their own share one budget.
        n_shared = sum(n for n, limit in zip(counts, limits, strict=True) if limit is None)
        shared_limit = math.inf if self._n_iter is None else self._n_iter
        return [
            branch
            for branch, (n, limit) in enumerate(zip(counts, limits, strict=True))
            if (n_shared < shared_limit if limit is None else n < limit)
        ]

    def _rng(self, index: int) -> np.random.Generator:
        key = (PROPOSAL_STREAM, index)
        return np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=key))

    def _in_branch(self, coordinates: Floats, branches: Sequence[int]) -> Floats:
        """Return coordinates whose branches go round `branches`, so that each has its share."""
        if len(self.space.branches) > 1:
            coordinates = coordinates.copy()
            coordinates[:, 0] = np.resize(branches, len(coordinates))
        return self.space.snap(coordinates)

    def _design_points(self, index: int, branches: Sequence[int]) -> Iterable[Point]:
        """Yield points of a Sobol sequence from number `index` on, the branches in turn."""
        if not branches:
            return
        n_needed = 2 * self._n_initial
        if len(self._design) < n_needed:
            seeds = np.random.SeedSequence(self._seed, spawn_key=(DESIGN_STREAM,))
            uniform = scrambled_sobol(n_needed, len(self.space.axes), np.random.default_rng(seeds))
            self._design = self.space.sample(uniform)
        for row in range(index, len(self._design)):
            branch = branches[row % len(branches)]
            yield from self.space.points(self._in_branch(self._design[row : row + 1], [branch]))

    def _far_points(self, index: int, branches: Sequence[int]) -> Iterable[Point]:
        """Yield random points, those far from all known ones first."""
        if not branches:
            return
        uniform = self._rng(index).random((N_EXPLORED, len(self.space.axes)))
        coordinates = self._in_branch(self.space.sample(uniform), branches)
        known = [*self._scores, *self._pending]
        if known:
            X = self.space.features(coordinates)
            distances = _nearest_distances(X, self.space.features(self.space.coordinates(known)))
            coordinates = coordinates[np.argsort(-distances, kind="stable")]
        yield from self.space.points(coordinates)

    def _grid(self, branches: Sequence[int]) -> Iterable[Point]:
        """Yield all points of the finite branches."""
        for branch in branches:
            if self.space.branches[branch].n_values is not None:
                yield from self.space.grid(branch)

    def _model_points(
        self, observations: Observations, index: int, branches: Sequence[int]
    ) -> list[Point]:
        """Return the points of the highest expected improvement, best first."""
        if not branches:
            return []
        space = self.space
        known = space.coordinates(observations.points + tuple(self._pending))
        pending = space.features(known[len(observations) :])
        posterior = self._surrogate.posterior(observations).condition_on(pending)
        lengthscales = posterior.hyperparameters.lengthscales
        # The noise that made a score high is not in the mean; a model of the most important
        # observations only does not have it for all.
        order = np.nan_to_num(observations.scores, nan=-np.inf)
        if len(posterior.fitted) == len(known):
            order = posterior.fitted[: len(observations)]
        incumbents = known[np.argsort(-order, kind="stable")]

        # What is too close to a known point comes last, for a space may hold nothing else.
        for min_distance in (MIN_DISTANCE, 0.0):
            points = maximise(
                LogAugmentedEI(posterior, float(posterior.fitted.max())),
                space,
                rng=self._rng(index),
                incumbents=incumbents,
                lengthscales=lengthscales,
                is_allowed=self._is_new,
                known=known,
                min_distance=min_distance,
                branches=branches,
            )
            if points:
                break
        return points


def _nearest_distances(X: Floats, known: Floats) -> Floats:
    """Return the Euclidean distance of each row of `X` to the nearest row of `known`."""
    distances: Floats = np.sqrt(squared_distances(X, known).min(axis=1))
    return distances


def _design_size(space: Space, n_iter: int | None, n_initial_points: int | None) -> int:
    if n_initial_points is not None:
        return n_initial_points
    size = min(len(space.axes) + DESIGN_MARGIN, MAX_DESIGN)
    if n_iter is not None:
        size = min(size, n_iter // DESIGN_SHARE_OF_BUDGET)
    return max(size, MIN_DESIGN, len(space.branches))


def _is_integer(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def draw_seed(random_state: Any) -> int:
    """Return the seed of a search: an int as it is, else one drawn from `random_state`."""
    if _is_integer(random_state) and random_state >= 0:
        return int(random_state)
    try:
        return int(check_random_state(random_state).randint(2**31))
    except ValueError:
        raise ValueError(
            "random_state must be an int of at least 0, a numpy RandomState or None, "
            f"got {random_state!r}."
        ) from None
