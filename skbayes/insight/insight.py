"""What a search has learnt, as answers to the questions of its user."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbayes._digits import significant
from skbayes._numerics import computing, rescaled
from skbayes._pickles import lasting
from skbayes.gp import (
    Posterior,
    default_hyperparameters,
    fit_hyperparameters,
    joint,
    spread_rows,
)
from skbayes.insight.bounds import AtBound, at_bounds
from skbayes.insight.foresight import kept_promises
from skbayes.insight.importances import Importances, importances, unknown_importances
from skbayes.insight.improvement import MIN_SCORES as MIN_SCORES_TO_SAY
from skbayes.insight.improvement import N_CANDIDATES, Gain, candidates, gains, outlook
from skbayes.insight.notebook import insight_html
from skbayes.model import Observations
from skbayes.rules import (
    NO_LIMITS,
    BestScore,
    Limits,
    as_chosen,
    on_new_folds,
)
from skbayes.space import Space, check_count, is_finite, show

if TYPE_CHECKING:
    from skbayes.model import Surrogate

__all__ = ["Insight"]

MIN_SCORES = 2
# Observations that are spread stand for the whole space, wherever the others crowd: a quarter of
# them, within these. Not the first ones: a search may begin with what was good elsewhere.
REFERENCE_SHARE, MIN_REFERENCE, MAX_REFERENCE = 4, 8, 20
# More observations than this are not all used: time and memory would grow with the cube and square.
MAX_ROWS = 1000
# In units of the overview, a unit of the other model that is no more than rounding.
TIED = 1e-9
# Of a normal distribution.
QUARTILE = 0.6744897501960817
# The same observations give the same answers: nothing that is drawn here has a seed of its user.
SEED = 0
UNKNOWN = BestScore()

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@lasting
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Insight:
    """What a search has learnt so far. It does not change if the search gets more scores.

    `Optimizer.insight` and `BayesSearchCV.insight` return an `Insight`. Printing it shows a report.

    An `Insight` has two models. The first is the model of the search. It treats all scores far
    below the median as equally bad. `improvement` uses this model. The second model
    does not treat all bad scores as equal, because large parts of a space may have bad scores.
    `predict`, `importances` and `at_bounds` use the second model. Both models know only the scores
    of the search itself: not those of a warm start, and not those with a share of a resource.

    Attributes
    ----------
    space : Space
        The search space.
    observations : Observations
        The points with their scores; NaN for a point that failed.
    noise : float
        A smaller difference of scores may be chance. For a search, this is the standard error of
        the paired differences over the folds. Otherwise it is the noise of the model. In units of
        the score; NaN if all scores are equal.
    floor : float
        The model replaces lower scores by this score, so that a single very bad score does not hide
        all other differences. A predicted score near `floor` means that the real score
        is about `floor` or worse, or that the evaluation fails.
    best : BestScore
        The score to expect from the best point on new folds. Its score on the folds that chose it
        is too high on average. For a search, the best point is the candidate with the highest score
        in the metric that the search optimised. With `OneStandardError`, it is the simplest
        candidate that this rule chose.
    limits : tuple of float
        Lowest and highest possible score; infinite if they are not known.

    Examples
    --------
    >>> from skbayes import Optimizer
    >>> optimizer = Optimizer({"x": (0.0, 1.0), "y": (0.0, 1.0)}, random_state=0)
    >>> for _ in range(15):
    ...     params = optimizer.ask()
    ...     optimizer.tell(params, 4 * params["x"] + 0.1 * params["y"])
    >>> insight = optimizer.insight()
    >>> mean, sd = insight.predict({"x": 0.5, "y": 0.0})
    >>> round(mean, 1)
    2.0
    >>> insight.importances()["x"].total > 0.95
    True
    >>> print(insight.at_bounds()[0])
    x: the best value 1 is at the upper bound 1 and the score still rises: try a wider range.
    """

    space: Space
    observations: Observations
    noise: float
    floor: float
    _overview: Posterior
    _centre: float
    _unit: float
    _searching: Posterior
    _searching_unit: float
    _best_row: int
    best: BestScore = UNKNOWN
    limits: Limits = NO_LIMITS
    _taken_row: int | None = None
    _is_exhausted: bool = False
    # Not searched, but among the parameters that a search shows.
    _resource: str | None = None
    _last: frozenset[tuple[int, str, str]] = frozenset()
    _unsure: frozenset[tuple[int, str, str]] = frozenset()
    # Whether the space is made of the candidates, and may be wider than they are.
    _is_guess: bool = False
    # Points proposed so far, which counts the turns of the search; as many as were told if None.
    _n_asked: int | None = None

    @classmethod
    def learn(
        cls,
        space: Space,
        observations: Observations,
        surrogate: Surrogate,
        noise: float = math.nan,
        best_row: int | None = None,
        best: BestScore | None = None,
        limits: Limits = NO_LIMITS,
        taken_row: int | None = None,
        is_exhausted: bool = False,
        resource: str | None = None,
        last: frozenset[tuple[int, str, str]] = frozenset(),
        unsure: frozenset[tuple[int, str, str]] = frozenset(),
        is_guess: bool = False,
        n_asked: int | None = None,
    ) -> Insight:
        """Fit both models, and return the `Insight`.

        Parameters
        ----------
        space : Space
            The search space.
        observations : Observations
            The points, at least two of them with a score.
        surrogate : Surrogate
            The model of the scores of the search alone, without earlier results.
        noise : float, default=nan
            A smaller difference of scores may be chance. NaN or 0: the noise of the model.
        best_row : int or None, default=None
            Row of the best observation. None: the first row with the highest score.
        best : BestScore or None, default=None
            The score to expect from the best point on new folds; None if it is not known.
        limits : tuple of float, default=(-inf, inf)
            Lowest and highest possible score.
        taken_row : int or None, default=None
            Row of the observation that was taken. None: the row of the best observation.
        is_exhausted : bool, default=False
            Whether no point is left that may be evaluated.
        resource : str or None, default=None
            Name of an additional parameter that points may have.
        last : frozenset of tuple, default=frozenset()
            Bounds beyond which the estimator takes no values. Each bound is the index of the
            branch, the name of the parameter and the side.
        unsure : frozenset of tuple, default=frozenset()
            Bounds of parameters that the data may limit, where the limit is not known.
        is_guess : bool, default=False
            Whether `space` was guessed from the points, because the space of the search is not
            known. Then the insight does not say which parameters are at a bound, or that no point
            is left.
        n_asked : int or None, default=None
            Number of points that the search has proposed so far, including points without a score.
            None: as many as there are observations.

        Raises
        ------
        ValueError
            If fewer than two points have a score.
        """
        if observations.n_scored < MIN_SCORES:
            failed = int(observations.has_failed.sum())
            raise ValueError(
                f"insight needs at least {MIN_SCORES} scores, and there are "
                f"{observations.n_scored}{f' and {failed} failures' if failed else ''}: "
                "evaluate more points."
            )
        reference = _reference(space, observations)
        with computing():
            overview = _overview(space, observations, reference)
            searching = surrogate.posterior(observations)
            centre, unit = observations.units(reference)
            _, searching_unit = observations.units()
            floor = centre + unit * float(observations.targets(reference).min())
        if searching_unit <= TIED * unit:
            # Half of the scores share the best: to the search, the others are all the same.
            searching, searching_unit = overview, unit
        if not unit:
            noise = math.nan
        elif not noise > 0:
            noise = searching_unit * math.sqrt(searching.hyperparameters.noise_variance)
        if best_row is None:
            best_row = int(np.nanargmax(observations.scores))
        models = (overview, centre, unit, searching, searching_unit)
        return cls(
            *(space, observations, noise, floor, *models, best_row),
            best=best or UNKNOWN,
            limits=limits,
            _taken_row=taken_row,
            _is_exhausted=is_exhausted,
            _resource=resource,
            _last=last,
            _unsure=unsure,
            _is_guess=is_guess,
            _n_asked=n_asked,
        )

    @property
    def best_score(self) -> float:
        """Score of `best_params`."""
        return self.observations.scores[self._row]

    @property
    def highest_score(self) -> float:
        """Highest of all scores. With ``refit="1se"``, `best_params` may have a lower score."""
        return self.observations.scores[self._best_row]

    @property
    def best_params(self) -> dict[str, Any]:
        """Parameters of the highest score; with ``refit="1se"``, those of the candidate taken.

        If several scores are equal, these are the parameters proposed first. For a search, they are
        those of the first row of its table.
        """
        return self.space.decode(self.observations.points[self._row])

    @property
    def _row(self) -> int:
        return self._best_row if self._taken_row is None else self._taken_row

    def predict(self, params: Any) -> tuple[Any, Any]:
        """Predict the score of any parameters.

        Parameters
        ----------
        params : dict, or sequence of dict
            One point of the space or several points, with or without a score.

        Returns
        -------
        mean, sd : float, or ndarray of shape (n_points,)
            Mean and standard deviation of the predicted score, in units of the score. `mean` is
            within `limits`. `sd` does not include the noise of a measurement. `sd` is NaN if all
            scores are equal, because then the scores have no scale.

        Raises
        ------
        ValueError, TypeError
            If parameters are not in the space.
        """
        mean, sd = self._predicted(params)
        mean = np.clip(mean, *self.limits)
        return (float(mean[0]), float(sd[0])) if isinstance(params, Mapping) else (mean, sd)

    def _predicted(self, params: Any) -> tuple[Floats, Floats]:
        """Return what the model predicts, which knows of no limits."""
        if isinstance(params, Mapping):
            params = [params]
        if not isinstance(params, Sequence):
            raise TypeError(f"params must be a dict or a list of dicts, got {params!r}.")
        told = set(self.observations.points)
        searched = [
            {name: value for name, value in each.items() if name != self._resource}
            if isinstance(each, Mapping)
            else each
            for each in params
        ]
        points = [self.space.find(each, told.__contains__) for each in searched]
        with computing():
            mean, sd = self._overview.predict(self.space.features(self.space.coordinates(points)))
            sd = rescaled(sd, self._unit) if self._unit else np.full(len(points), math.nan)
            return rescaled(mean, self._unit, self._centre), sd

    def interval(self, params: Any, level: float = 0.9) -> tuple[Any, Any]:
        r"""Predict an interval for the score of a new evaluation of any parameters.

        .. math:: \mu \pm c\,\sqrt{\sigma^2 + \sigma_n^2}

        with c from a Student distribution with two degrees of freedom, scaled so that its 50 %
        interval is the 50 % interval of the model. The errors of predictions are larger than with a
        normal distribution, because the model treats the parameters of its kernel as exactly
        known. But the errors are rarely much larger.

        Parameters
        ----------
        params : dict, or sequence of dict
            One point of the space or several points, with or without a score.
        level : float, default=0.9
            Probability that a score is in the interval; between 0 and 1.

        Returns
        -------
        low, high : float, or ndarray of shape (n_points,)
            Ends of the interval, in units of the score, within `limits`. Scores below `floor` count
            as `floor`. NaN if all scores are equal, because then the scores have no scale.

        Raises
        ------
        ValueError, TypeError
            If parameters are not in the space, or `level` is not between 0 and 1.
        """
        if not (is_finite(level) and 0 < level < 1):
            raise ValueError(f"level must be a number between 0 and 1, got {level!r}.")
        mean, sd = self._predicted(params)
        noise = self._unit * math.sqrt(self._overview.hyperparameters.noise_variance)
        with computing():
            half = half_width(float(level)) * np.hypot(sd, noise)
        # Nothing possible is cut off, so as many scores lie in between.
        low, high = (np.clip(rescaled(end, 1.0, mean), *self.limits) for end in (-half, half))
        return (float(low[0]), float(high[0])) if isinstance(params, Mapping) else (low, high)

    def average(
        self, groups: Sequence[Sequence[Mapping[str, Any]]], level: float = 0.9
    ) -> tuple[Floats, Floats, Floats]:
        """Predict the mean score of each group of points.

        A picture of one parameter uses this method to average over all other parameters.

        Parameters
        ----------
        groups : sequence of sequence of dict
            Points of the space, in groups.
        level : float, default=0.9
            Probability that the mean score of a group is in its interval.

        Returns
        -------
        mean, low, high : ndarray of shape (n_groups,)
            Mean score of each group and the ends of its interval, in units of the score, within
            `limits`, without the noise of a measurement. `low` and `high` are NaN if all scores are
            equal.

        Raises
        ------
        ValueError, TypeError
            If parameters are not in the space, or `level` is not between 0 and 1.
        """
        if not (is_finite(level) and 0 < level < 1):
            raise ValueError(f"level must be a number between 0 and 1, got {level!r}.")
        told = set(self.observations.points)
        means, sds = np.empty(len(groups)), np.empty(len(groups))
        with computing():
            for row, group in enumerate(groups):
                points = [self.space.find(each, told.__contains__) for each in group]
                X = self.space.features(self.space.coordinates(points))
                mean, covariance = joint(self._overview, X)
                means[row], sds[row] = mean.mean(), math.sqrt(max(covariance.mean(), 0.0))
            middle = rescaled(means, self._unit, self._centre)
            half = half_width(float(level)) * rescaled(sds, self._unit)
            half = half if self._unit else np.full(len(groups), math.nan)
        mean, low, high = (np.clip(middle + end, *self.limits) for end in (0.0, -half, half))
        return mean, low, high

    def importances(self) -> Importances:
        """Return how much of the variance of the score over the space each parameter explains.

        Returns
        -------
        Importances
            Importances with intervals, the largest first. If all scores are equal and no point
            failed, all importances are 0, and all intervals go from 0 to 1.
        """
        rng = np.random.default_rng(SEED)
        with computing():
            found = importances(self._overview, self.space, rng)
            has_effects = self.observations.targets().any()
        # Where some failed and the others are equal, what matters is what makes them fail.
        if has_effects:
            return found
        return unknown_importances([each.name for each in found])

    def improvement(self, n: int = 10, by: float | None = None) -> Gain:
        """Predict what more candidates would bring.

        The prediction combines two estimates. The first estimate simulates how the search
        continues, in functions drawn from the model. But a model is often too certain. So the
        second estimate depends on how often the best score has risen so far. The gain is the rise
        of the best score, as the search reports it.

        Parameters
        ----------
        n : int, default=10
            Number of candidates. The time of the computation grows with the square of `n`.
        by : float or None, default=None
            The smallest gain that counts, in units of the score. None: `noise`.

        Returns
        -------
        Gain
            The probability of a gain, and the expected gain; NaN with fewer than 12 scores. If
            fewer than `n` points of the space are left to try, the answer is for these points,
            and `Gain.n` is their number.

        Raises
        ------
        ValueError
            If `n` is not an int of at least 1, or `by` is not a number of at least 0.
        """
        [gain] = self.improvements([n], by)
        return gain

    def improvements(self, n: Sequence[int], by: float | None = None) -> tuple[Gain, ...]:
        """Predict what several numbers of candidates would bring, like `improvement`.

        All answers use the same simulations. So the call takes as long as for the largest number
        alone.

        Parameters
        ----------
        n : sequence of int
            Numbers of candidates.
        by : float or None, default=None
            The smallest gain that counts, in units of the score. None: `noise`.

        Returns
        -------
        tuple of Gain
            One for each number, in the order of `n`.

        Raises
        ------
        ValueError
            If a number is not an int of at least 1, or `by` is not a number of at least 0.
        """
        for each in n:
            check_count("improvement", "n", each)
        if by is not None and not (is_finite(by) and by >= 0):
            raise ValueError(f"by must be a number of at least 0 or None, got {by!r}.")
        numbers, is_noise = [int(each) for each in n], by is None
        by = self.noise if by is None else float(by)
        if not numbers:
            return ()
        rng = np.random.default_rng(SEED)
        with computing():
            free, n_left, is_whole = self._left(rng)
            if self._is_exhausted or not n_left:
                gain = Gain(0, by, 0.0, 0.0, is_exhausted=True, is_last=True)
                return (gain,) * len(numbers)
            if not self._unit:
                return tuple(Gain(each, by, math.nan, math.nan) for each in numbers)
            if self._is_guess and not len(free):
                return tuple(Gain(each, by, math.nan, math.nan, is_guess=True) for each in numbers)
            # Whether these are all that are left.
            wanted = [(int(min(each, n_left)), each >= n_left) for each in numbers]
            if n_missing := max(MIN_SCORES_TO_SAY - self.observations.n_scored, 0):
                return tuple(
                    Gain(each, by, math.nan, math.nan, n_missing, is_last=is_last)
                    for each, is_last in wanted
                )
            # More evaluations than there are rows cannot be made, nor their noise be held.
            n_played = min(max(each for each, _ in wanted), len(free))
            played = self._play(free, n_played, rng)
            kept = kept_promises(self._searching, len(self.observations))

            def told(number: int, is_last: bool) -> Gain:
                chances = outlook(
                    played[min(number, n_played) - 1],
                    self.observations.scores,
                    number,
                    by,
                    self._searching_unit,
                    # The plays see all that is left of a small space; at the end nothing is beyond.
                    is_open=not (is_whole and is_last),
                    most=self._most,
                    kept=kept,
                )
                return Gain(number, by, *chances, is_last=is_last, is_noise=is_noise)

            return tuple(told(*each) for each in wanted)

    @property
    def _most(self) -> float:
        """The largest gain that the limits of the score leave."""
        return self.limits[1] - self.highest_score

    def _left(self, rng: np.random.Generator) -> tuple[Floats, float, bool]:
        """Return what is left to try.

        Returns
        -------
        (ndarray of shape (c, n_axes), float, bool)
            Coordinates to choose from, the number of points that are left, and whether these are
            the points of the coordinates.
        """
        space, points = self.space, self.observations.points
        # What was evaluated in one branch is known in the others that have it too.
        known = list(dict.fromkeys(twin for point in points for twin in space.twins(point)))
        n_values = None if self._is_guess else space.n_values
        n_left = math.inf if n_values is None else n_values - len(known)
        is_whole = n_left <= N_CANDIDATES
        # All that is left need not be chosen by the model, which knows nothing of equal scores.
        if not (self._unit or is_whole):
            return np.empty((0, len(space.axes))), n_left, is_whole
        order = np.argsort(-np.array(self.observations.scores), kind="stable")  # NaN is last
        best_first = space.coordinates(points)[order]
        free = candidates(self._searching, space, space.coordinates(known), best_first, rng)
        return free, len(free) if is_whole else n_left, is_whole

    def _play(self, free: Floats, n: int, rng: np.random.Generator) -> Floats:
        """Return the gains of simulated searches, in units of the score; see `gains`."""
        unit, centre = self._searching_unit, self._centre
        if unit != self._unit:
            centre, _ = self.observations.units()
        best = (self.highest_score - centre) / unit
        turn = len(self.observations) if self._n_asked is None else self._n_asked
        played = gains(self._searching, best, self.space.features(free), n, turn, rng)
        return np.minimum(rescaled(played, unit), self._most)

    def at_bounds(self) -> tuple[AtBound, ...]:
        """Return which parameters of the best point are at a bound, and whether to widen the range.

        With ``refit="1se"``, the best point is the candidate that was taken. Another candidate may
        have the highest score. Then the result also has each bound of this other candidate beyond
        which the score still rises.

        Returns
        -------
        tuple of AtBound
            Parameters within 2 % of an end of their range, on the scale of the range. In a short
            range of whole numbers or an ordered list of numbers, only parameters at the first or
            last number. Printing an `AtBound` shows a sentence.
        """
        if self._is_guess:
            return ()
        if self._row == self._best_row:
            return self._bounds_of(self._best_row)
        taken = [replace(each, whose="taken") for each in self._bounds_of(self._row)]
        named = {(each.name, each.side) for each in taken if each.is_limiting}
        highest = [
            replace(each, whose="highest")
            for each in self._bounds_of(self._best_row)
            if each.is_limiting and (each.name, each.side) not in named
        ]
        return (*taken, *highest)

    def _bounds_of(self, row: int) -> tuple[AtBound, ...]:
        with computing():
            point = self.observations.points[row]
            model = (self._overview, self.space, point, self._unit, self.noise)
            n_scored = self.observations.n_scored
            return at_bounds(*model, last=self._last, unsure=self._unsure, n_scored=n_scored)

    def __repr__(self) -> str:
        best = significant(self.best_score, 5, self.noise)
        return f"<Insight from {self.observations.n_scored} scores, the best {best}>"

    def __str__(self) -> str:
        found = [str(each) for each in self.at_bounds()]
        whose = "candidate taken" if self.best.is_simplest else "best candidate"
        none = f"No parameter of the {whose} is at a bound."
        if self._is_guess:
            none = (
                "It is not known whether a parameter is at a bound, because the search space is "
                "not known."
            )
        bounds = "\n".join(found or [none])
        told = "\n".join(said_of_best(self))
        return f"{told}\n\n{self.importances()}\n\n{self.improvement()}\n{bounds}"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return insight_html(
            self.best_params,
            said_of_best(self),
            self.importances(),
            self.improvement(),
            self.at_bounds(),
        )


def said_of_best(insight: Insight) -> list[str]:
    """Return sentences about the best candidate: its score, and what new folds would give.

    With ``refit="1se"``, one between these says which candidate was taken.
    """
    best = insight.best
    told = [on_new_folds(best)]
    if not best.is_simplest and not math.isnan(best.expected):
        return [as_chosen(best), *told]
    highest = significant(insight.highest_score, 5, insight.noise)
    highest = f"The best of {insight.observations.n_scored} scores is {highest}."
    if not best.is_simplest:
        return [highest, *told]
    if insight._row == insight._best_row:
        taken = "Taken: its candidate. No simpler candidate is within one standard error."
    else:
        params = ", ".join(f"{name}={show(value)}" for name, value in insight.best_params.items())
        taken = (
            "Taken: the simplest candidate within one standard error. Its score is "
            f"{significant(insight.best_score, 5, insight.noise)}: {params}"
        )
    return [highest, taken, *told]


def half_width(level: float) -> float:
    r"""Half the width of an interval, in standard deviations of the prediction.

    .. math:: c = \frac{\Phi^{-1}(3/4)}{t_2(1/2)}\,t_2(p),\qquad t_2(p) = p \sqrt{2 / (1 - p^2)}

    with :math:`t_2(p)` the half width of the central share p of a Student distribution with two
    degrees of freedom.
    """
    return QUARTILE / _t2(0.5) * _t2(level)


def _t2(level: float) -> float:
    return level * math.sqrt(2.0 / (1.0 - level**2))


def _reference(space: Space, observations: Observations) -> Rows:
    """Return the rows of observations with a score that stand for the whole space."""
    n_rows = min(max(len(observations) // REFERENCE_SHARE, MIN_REFERENCE), MAX_REFERENCE)
    scored = np.flatnonzero(~observations.has_failed)
    points = [observations.points[row] for row in scored]
    return scored[spread_rows(space.features(space.coordinates(points)), n_rows)]


def _overview(space: Space, observations: Observations, reference: Rows) -> Posterior:
    """Return a model that tells the bad scores of the `reference` apart."""
    X = space.features(space.coordinates(observations.points))
    t, extra_noise = observations.targets(reference), observations.extra_noise(reference)
    if t.size > MAX_ROWS:
        # The best one, and others from all times.
        rows = np.unique([*np.linspace(0, t.size - 1, MAX_ROWS).astype(np.intp), t.argmax()])
        X, t, extra_noise = X[rows], t[rows], extra_noise[rows]
    start = default_hyperparameters(len(space.axes))
    fitted = fit_hyperparameters(X, t, space.groups, extra_noise=extra_noise, starts=[start])
    return Posterior.fit(X, t, space.groups, fitted, extra_noise)
