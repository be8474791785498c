"""Ask and tell: which parameters to evaluate next, given the scores of those before."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from skbayes._pickles import lasting
from skbayes.model import MEAN, Report, read_report, read_reports
from skbayes.optimizer.points import PointOptimizer
from skbayes.space import Point, Space, is_integer, show

if TYPE_CHECKING:
    from skbayes.insight import Insight

__all__ = ["Optimizer"]

# Attributes that no pickle has.
_OWN = ("_lock", "_points")

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
        self._points = PointOptimizer(
            space,
            n_iter=n_iter,
            initial_points=initial_points,
            n_initial_points=n_initial_points,
            random_state=random_state,
            warm_start_from=warm_start_from,
            is_allowed=is_allowed,
        )
        self._lock = threading.RLock()

    @_in_turn
    def __getstate__(self) -> dict[str, Any]:
        others = {name: value for name, value in vars(self).items() if name not in _OWN}
        return {**others, **self._points.__getstate__()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._points = PointOptimizer.__new__(PointOptimizer)
        self._points.__setstate__(state)
        self._lock = threading.RLock()
        known = self._points.__getstate__()
        self.__dict__.update({name: state[name] for name in state.keys() - known.keys()})

    @property
    def space(self) -> Space:
        """The search space."""
        return self._points.space

    def __repr__(self) -> str:
        n_axes, n_asked = len(self.space.axes), self.n_asked
        return (
            f"<Optimizer of {n_axes} dimension{'' if n_axes == 1 else 's'}: {n_asked} "
            f"point{'' if n_asked == 1 else 's'} asked, {len(self._points.store.reports)} told>"
        )

    @property
    def n_asked(self) -> int:
        """Number of points proposed so far."""
        return len(self._points.store.asked)

    @property
    @_in_turn
    def pending(self) -> list[dict[str, Any]]:
        """Parameters of the proposed points that have no score yet."""
        return [self.space.decode(point) for point in self._points.store.pending]

    @property
    @_in_turn
    def told(self) -> list[tuple[dict[str, Any], float]]:
        """Parameters and scores of the points, in the order in which they were told.

        The score of a failure is NaN. Points with missing folds are not included.
        """
        return [
            (self.space.decode(point), report.score)
            for point, report in self._points.store.reports.items()
            if not report.is_partial
        ]

    @property
    @_in_turn
    def reports(self) -> list[tuple[Point, Report]]:
        """Points, each with its scores and costs, in the order in which they were first told."""
        return list(self._points.store.reports.items())

    @property
    @_in_turn
    def best_score(self) -> float:
        """Highest score so far of a point with all folds; NaN if there is none."""
        return max(filter(math.isfinite, self._points.store.scores.values()), default=math.nan)

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
        for point, score in self._points.store.scores.items():
            if score == best:
                return self.space.decode(point)
        reports = self._points.store.reports.values()
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
            return self._ask_one(budget_left)
        if not (is_integer(n) and n >= 1):
            raise ValueError(f"n must be an int of at least 1 or None, got {n!r}.")
        return [self._ask_one(budget_left) for _ in range(n)]

    @_in_turn
    def _ask_one(self, budget_left: float | None) -> dict[str, Any]:
        return self.space.decode(self._points.ask_point(budget_left))

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
        store = self._points.store
        if isinstance(params, Mapping):
            report = read_report(score, folds, cost)
            store.tell([(self.space.find(params, store.is_known), report)])
            return
        if not isinstance(params, Sequence) or not all(isinstance(p, Mapping) for p in params):
            raise TypeError(
                "params must be a dict of names and values, or a list of such dicts, got "
                f"{show(params)}."
            )
        told = read_reports(len(params), score, folds, cost)
        points = [self.space.find(each, store.is_known) for each in params]
        store.tell(zip(points, told, strict=True))

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
        return self._points.predict_cost(self.space.encode(params))

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
        return self._points.regret_bound()

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
        return self._points.gain_in_sight()

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
        return self._points.insight()
