"""When a search is over before its planned number of candidates is evaluated.

A rule is a function of what is known at a point of the search, and of nothing else. It is asked
after each candidate, with the state of those before and up to it; a search that is taken up
again, or repeated, stops where it would have stopped. Scores that differ by rounding only are
equal: means of the same scores in another order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np

from skbayes._numerics import at_most
from skbayes._pickles import lasting
from skbayes.space import check_count, is_finite, native

__all__ = [
    "Converged",
    "Patience",
    "SearchState",
    "StoppingRule",
    "TargetScore",
    "as_callables",
    "check_rules",
    "parse_stopping",
    "reason_to_stop",
]

# Of a gain that would not matter, the share that counts as none: without noise a search goes on
# for ever to improve in later and later digits.
STANDSTILL = 0.1

# Of searches with folds that stop, one in twenty would have gained more than the noise by going on;
# with a patience of 8 it is one in six, for the model is sure too early. See
# `python -m benchmarks promises`.
PATIENCE = 20

# Where callbacks come from that may be taken for rules, since some of them end a search.
CALLBACK_MODULES = ("skbayes.callbacks", "skopt.callbacks")


@lasting
@dataclass(frozen=True, slots=True)
class SearchState:
    """State of a search after some of its candidates, as a stopping rule gets it.

    Attributes
    ----------
    scores : tuple of float
        Mean score of each candidate that has ended, in the order in which candidates were proposed.
        Higher is better. NaN for a candidate that failed or was not evaluated on all folds. In a
        search with a resource, there is no entry for a candidate that was not evaluated with the
        whole resource.
    n_iter : int
        Number of candidates that are planned.
    fold_noise : float
        Standard error of the difference between two good candidates; NaN if it is not known.
    regret_bound : callable
        Function that returns an upper bound for how much better the best point of the space is
        than the best candidate, in units of the score. NaN if the bound is not known. A call takes
        about as long as a proposal. An example is `Optimizer.regret_bound`.
    gain_in_sight : callable or None
        Function that returns how much the best score can still rise, by an estimate of the model.
        This estimate is much smaller than `regret_bound`. An example is `Optimizer.gain_in_sight`.
        None: rules use the bound instead.
    """

    scores: tuple[float, ...]
    n_iter: int
    fold_noise: float
    regret_bound: Callable[[], float]
    gain_in_sight: Callable[[], float] | None = None

    @property
    def best_score(self) -> float:
        """Highest score so far; NaN if there is none."""
        return _best(self.scores)


class StoppingRule(Protocol):
    """Function that gets the state of a search, and says whether to stop."""

    def __call__(self, state: SearchState, /) -> str | None:
        """Return the reason to stop, or None to continue."""
        ...


@lasting
@dataclass(frozen=True, slots=True)
class TargetScore:
    """Stop at the first candidate with this score or a better one.

    Parameters
    ----------
    score : float
        The score that is good enough, as the scorer returns it. Higher is better.

    Raises
    ------
    ValueError
        If `score` is not a finite number.

    Examples
    --------
    >>> from skbayes import SearchState, TargetScore
    >>> rule = TargetScore(0.95)
    >>> rule(SearchState((0.90, 0.94), 50, float("nan"), lambda: float("nan")))
    >>> rule(SearchState((0.90, 0.94, 0.97), 50, float("nan"), lambda: float("nan")))
    'TargetScore(score=0.95): a candidate has the score 0.97.'
    """

    score: float

    def __post_init__(self) -> None:
        _check(self, "score", "a finite number", is_finite(self.score))
        _make_native(self)

    def __call__(self, state: SearchState, /) -> str | None:
        """Return the reason to stop, or None to continue."""
        # Which one it is, a state does not tell: those that are not closed have no place in it.
        reached = (score for score in state.scores if at_most(self.score, score))
        score = next(reached, None)
        return None if score is None else f"{self!r}: a candidate has the score {score:.6g}."


@lasting
@dataclass(frozen=True, slots=True)
class Patience:
    """Stop if the best score has not risen over the last candidates.

    Parameters
    ----------
    n : int
        Number of candidates over which the best score must rise. Candidates that failed count.
    min_improvement : float, default=0.0
        The best score must rise by more than `min_improvement` over `n` candidates together.
    relative : bool, default=False
        Whether `min_improvement` is a fraction of the absolute value of the best score.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    n: int
    min_improvement: float = 0.0
    relative: bool = False

    def __post_init__(self) -> None:
        gain = self.min_improvement
        check_count("Patience", "n", self.n)
        is_gain = is_finite(gain) and gain >= 0
        _check(self, "min_improvement", "a finite number of at least 0", is_gain)
        _check(self, "relative", "True or False", isinstance(self.relative, bool | np.bool_))
        _make_native(self)

    def __call__(self, state: SearchState, /) -> str | None:
        """Return the reason to stop, or None to continue."""
        before, now = _best(state.scores[: -self.n]), state.best_score
        # Not known as long as nothing has a score: then there is nothing to be patient about.
        threshold = self.min_improvement * (abs(before) if self.relative else 1.0)
        if at_most(now, before + threshold):
            return (
                f"{self!r}: the best score was {before:.6g} before the last {self.n} candidates "
                f"and is {now:.6g} now."
            )
        return None


@lasting
@dataclass(frozen=True, slots=True)
class Converged:
    """Stop if the model expects no gain that matters, and the best score no longer rises.

    The model predicts how much the best score can still rise. This number is called the gain in
    sight, see `Optimizer.gain_in_sight`. `Converged` stops the search if two conditions are true.
    First, the gain in sight is at most `min_improvement`. Second, the best score has hardly risen
    over the last `patience` candidates. The second condition is necessary because the gain in sight
    is an estimate, and this estimate may be too low by chance.

    Parameters
    ----------
    min_improvement : float or None, default=None
        The smallest gain that matters. None: the noise of the folds. The noise is the standard
        error of the difference between two good candidates over the folds, so at least two folds
        are necessary.
    relative : bool, default=False
        Whether `min_improvement` is a fraction of the absolute value of the best score.
    patience : int, default=20
        The search stops only if the last `patience` candidates together raised the best score by
        at most a tenth of `min_improvement`.
    min_candidates : int, default=20
        Number of candidates before the search may stop. With fewer scores, the model is not good
        enough to predict the gain.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    Makarova et al. (2022), Automatic termination for hyperparameter optimization,
    arXiv:2104.08166, sect. 3, for the gain in sight and what it is compared with.
    """

    min_improvement: float | None = None
    relative: bool = False
    patience: int = PATIENCE
    min_candidates: int = 20

    def __post_init__(self) -> None:
        gain = self.min_improvement
        allowed = "a finite number above 0, or None for the noise of the folds"
        _check(self, "min_improvement", allowed, gain is None or (is_finite(gain) and gain > 0))
        _check(self, "relative", "True or False", isinstance(self.relative, bool | np.bool_))
        if self.relative and gain is None:
            raise ValueError(
                "Converged: relative=True needs a min_improvement, such as 0.01 for one per cent."
            )
        check_count("Converged", "patience", self.patience)
        check_count("Converged", "min_candidates", self.min_candidates)
        _make_native(self)

    def __call__(self, state: SearchState, /) -> str | None:
        """Return the reason to stop, or None to continue."""
        threshold = self._threshold(state)
        if len(state.scores) < self.min_candidates or not threshold > 0:
            return None
        before = _best(state.scores[: -self.patience])
        if not at_most(state.best_score, before + STANDSTILL * threshold):
            return None
        # Last, for it is what costs.
        gain = (state.gain_in_sight or state.regret_bound)()
        if not gain <= threshold:
            return None
        return (
            f"{self!r}: the model expects a gain of at most {gain:.3g}, a gain below "
            f"{threshold:.3g} does not matter, and the last {self.patience} candidates have hardly "
            "raised the best score."
        )

    def _threshold(self, state: SearchState) -> float:
        if self.min_improvement is None:
            return state.fold_noise
        return self.min_improvement * (abs(state.best_score) if self.relative else 1.0)


def parse_stopping(value: Any) -> tuple[StoppingRule, ...]:
    """Return the stopping rules that are meant by the parameter `stopping` of a search.

    Parameters
    ----------
    value : None, StoppingRule, or list of StoppingRule

    Raises
    ------
    TypeError
        If it is anything else.
    """
    rules = as_callables("stopping", value, "a stopping rule such as Patience(20)")
    for rule in rules:
        if type(rule).__module__ in CALLBACK_MODULES:
            raise TypeError(
                f"stopping has {type(rule).__name__}, which is a callback: write "
                "fit(X, y, callback=...)."
            )
    return rules


def check_rules(rules: Sequence[StoppingRule], n_folds: int) -> None:
    """Raise ValueError if a rule needs the noise of the folds, and there is one fold."""
    for rule in rules:
        if isinstance(rule, Converged) and rule.min_improvement is None and n_folds < 2:
            raise ValueError(
                "stopping: Converged() needs the noise of the folds, which is not known with a "
                "single fold. Give the smallest gain that matters, as in "
                "Converged(min_improvement=0.001), or give cv more folds."
            )


def as_callables(name: str, value: Any, what: str) -> tuple[Any, ...]:
    """Return None, a function or several as a tuple of functions.

    Parameters
    ----------
    name : str
        What the value is called by the user.
    value : object
        None, a callable object, or a list of these.
    what : str
        What one of them is, with its article.

    Raises
    ------
    TypeError
        If it is anything else. A class is callable, but would make an object where an answer is
        wanted.
    """
    if value is None:
        return ()
    entries = tuple(value) if isinstance(value, list | tuple) else (value,)
    for entry in entries:
        if isinstance(entry, type):
            raise TypeError(
                f"{name} has the class {entry.__name__}: give an object, such as "
                f"{entry.__name__}(...)."
            )
        if not callable(entry):
            raise TypeError(f"{name} must be {what}, a list of them, or None, got {value!r}.")
    return entries


def reason_to_stop(rules: Sequence[StoppingRule], state: SearchState) -> str | None:
    """Return the reason of the first rule that has one, or None to go on.

    A text that is empty is no reason.

    Raises
    ------
    TypeError
        If a rule returns neither a text nor None.
    """
    for rule in rules:
        reason: Any = rule(state)
        if isinstance(reason, str):
            if reason:
                return reason
        elif reason is not None:
            raise TypeError(
                f"the stopping rule {rule!r} returned {reason!r}: it must return the reason to "
                "stop, as a str, or None to go on."
            )
    return None


def _best(scores: Sequence[float]) -> float:
    return max(filter(math.isfinite, scores), default=math.nan)


def _make_native(rule: Any) -> None:
    """Replace numpy's numbers in a rule: those of few bits overflow, as unsigned ones when negated.

    Equal rules are written alike then, too.
    """
    for field in fields(rule):
        object.__setattr__(rule, field.name, native(getattr(rule, field.name)))


def _check(rule: Any, name: str, allowed: str, is_allowed: bool) -> None:
    """Raise ValueError unless the parameter `name` of a rule is what is allowed."""
    if not is_allowed:
        got = getattr(rule, name)
        raise ValueError(f"{type(rule).__name__}: {name} must be {allowed}, got {got!r}.")
