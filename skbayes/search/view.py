"""A search so far, as the functions see it that a user has called after each candidate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult

from skbayes._pickles import lasting
from skbayes._trials import Closed, Event, Trial
from skbayes.rules import Converged, Patience, SearchState, TargetScore, as_callables
from skbayes.space import Point, Space

if TYPE_CHECKING:
    from skbayes.engine import Objective

__all__ = [
    "BEST_SO_FAR",
    "Callback",
    "Ended",
    "SearchView",
    "SoFar",
    "as_rule",
    "parse_callbacks",
    "results_by_dict",
    "settings_of",
]

Callback = Callable[["SearchView"], Any]

# What a result of scikit-optimize holds.
RESULT_NAMES = (
    "x", "fun", "func_vals", "x_iters", "models", "space", "specs", "random_state"
)  # fmt: skip
# What callbacks find on the search itself while it runs.
BEST_SO_FAR = ("best_index_", "best_score_", "best_params_", "cv_results_")


@lasting
class SearchView(Mapping[str, Any]):
    """The results of a search so far, as callbacks get them. Do not change it.

    It has the attributes of a fitted search of scikit-learn. It also has the attributes of results
    of scikit-optimize. There, scores are negated, so lower values are better. You can also read
    these attributes by their names as keys, like in a dict. An attribute is computed when you first
    read it, or when you pickle the object.

    The candidates are in the order in which their evaluation ended. The callback is called after
    the last of these candidates.

    Parameters
    ----------
    scores : sequence of float
        Mean score of each closed candidate; NaN for a candidate that failed or was not evaluated on
        all folds.
    params : callable
        Function that returns the parameters of these candidates, a list of dicts.
    table : callable
        Function that returns `cv_results_` of these candidates.
    space : Space
        The search space.
    settings : mapping
        Arguments of the search, including `random_state`.
    candidates : callable or None, default=None
        Function that returns all candidates, including candidates that are still evaluated, in the
        form that `trials_table` takes.
    running : tuple or None, default=None
        The run and the engine, from which a copy of the search gets what has been found so far.
    """

    def __init__(
        self,
        scores: Sequence[float],
        params: Callable[[], Sequence[dict[str, Any]]],
        table: Callable[[], dict[str, Any]],
        space: Space,
        settings: Mapping[str, Any],
        candidates: Callable[[], Any] | None = None,
        running: tuple[Any, Any] | None = None,
    ) -> None:
        self.space = space
        self.candidates = candidates
        self.running = running
        self._settings = settings
        self._scores = scores
        self._make_params = params
        self._make_table = table

    def __getstate__(self) -> dict[str, Any]:
        # What makes the parts holds on to the search.
        return {
            "space": self.space,
            "_settings": self._settings,
            "_scores": self._scores,
            "_params": self._params,
            "cv_results_": self.cv_results_,
            "candidates": None,
            "running": None,
        }

    def __repr__(self) -> str:
        return f"<SearchView of {len(self._scores)} candidates, the best {self.best_score_:.6g}>"

    def __getitem__(self, name: str) -> Any:
        if name not in RESULT_NAMES:
            raise KeyError(f"{name!r}: a search so far has {', '.join(RESULT_NAMES)}.")
        return getattr(self, name)

    # Two views are equal only if they are the same: what they hold would have to be made first.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __iter__(self) -> Iterator[str]:
        return iter(RESULT_NAMES)

    def __len__(self) -> int:
        return len(RESULT_NAMES)

    @cached_property
    def _params(self) -> Sequence[dict[str, Any]]:
        return self._make_params()

    @cached_property
    def best_index_(self) -> int:
        """Row of the best candidate. Row of the first of several, and 0 if none has a score."""
        losses = [math.inf if math.isnan(score) else -score for score in self._scores]
        return losses.index(min(losses))

    @property
    def best_score_(self) -> float:
        """Score of the best candidate; NaN if no candidate has a score."""
        return self._scores[self.best_index_]

    @property
    def best_params_(self) -> dict[str, Any]:
        """Parameters of the best candidate."""
        return self._params[self.best_index_]

    @cached_property
    def cv_results_(self) -> dict[str, Any]:
        """Table of the candidates."""
        return self._make_table()

    @cached_property
    def func_vals(self) -> NDArray[np.float64]:
        """Negated scores of the candidates; infinity for a candidate without a score."""
        losses = -np.array(self._scores, dtype=np.float64)
        losses[np.isnan(losses)] = np.inf
        return losses

    @property
    def fun(self) -> float:
        """Negated score of the best candidate; infinity if no candidate has a score."""
        return float(self.func_vals[self.best_index_]) if self._scores else math.inf

    @cached_property
    def x_iters(self) -> list[list[Any]]:
        """Values of the parameters of each candidate, in the order of their names.

        With several spaces, a row has the parameters of all spaces. The value is None if a
        candidate does not have the parameter.
        """
        return [self.space.row(params) for params in self._params]

    @property
    def x(self) -> list[Any] | None:
        """Values of the parameters of the best candidate; None if there is none."""
        return self.x_iters[self.best_index_] if self._scores else None

    @property
    def models(self) -> list[Any]:
        """Always an empty list. `insight` shows what the search has learnt."""
        return []

    @property
    def specs(self) -> dict[str, Any]:
        """The name of the class that was called, and its arguments."""
        return {"function": "BayesSearchCV", "args": dict(self._settings)}

    @property
    def random_state(self) -> Any:
        """Seed of the search."""
        return self._settings["random_state"]


class SoFar:
    """An attribute that a fitted search has, read while it runs from what callbacks are shown.

    It is made only if it is read, and gives way to what a fit has set.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, search: Any, owner: type | None = None) -> Any:
        """Return the attribute, of a search that runs and has callbacks."""
        if search is None:
            return self
        view = search.__dict__.get("_so_far")
        if view is None:
            raise AttributeError(
                f"{type(search).__name__!r} object has no attribute {self._name!r}{_why(search)}"
            )
        return getattr(view, self._name)


def _why(search: Any) -> str:
    """Return why a search that has ended has no best candidate."""
    reason = search.__dict__.get("stop_reason_")
    if reason is None or "best_index_" in search.__dict__:
        return ""
    if "cv_results_" in search.__dict__ and search.multimetric_ and not search.refit:
        return (
            f": with several metrics and refit={search.refit!r}, no candidate is chosen, as in "
            "scikit-learn. Name a metric in refit, or call refit_best(X, y)."
        )
    return (
        f": no candidate was chosen when the search ended ({reason}). search.trials() shows "
        "the status of each candidate."
    )


class Ended:
    """The candidates of a search in the order in which their evaluation ended: an observer.

    Attributes
    ----------
    trials : list of Trial
    scores : list of float
        Mean score of each; NaN where there is none.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self.trials: list[Trial] = []
        self.scores: list[float] = []

    def __call__(self, event: Event, trial: Trial) -> None:
        """Take in `trial` if `event` closes it."""
        if isinstance(event, Closed):
            self.trials.append(trial)
            self.scores.append(self._objective.score(trial))


def settings_of(search: Any) -> dict[str, Any]:
    """Return what a result tells of the search that it is of."""
    return {name: getattr(search, name) for name in ("n_iter", "n_points", "random_state")}


def results_by_dict(
    space: Space, points: Sequence[Point], scores: Sequence[float], settings: Mapping[str, Any]
) -> list[OptimizeResult]:
    """Return what scikit-optimize calls a result for each dictionary of a space.

    Parameters
    ----------
    space : Space
    points : sequence of Point
        Candidates, in the order tried.
    scores : sequence of float
        Score of each candidate; NaN if it has none.
    settings : mapping
        As for `SearchView`.
    """
    results = []
    for number in dict.fromkeys(branch.number for branch in space.branches):
        own = tuple(branch for branch in space.branches if branch.number == number)
        rows = [row for row, p in enumerate(points) if space.branches[p.branch].number == number]
        params = [space.decode(points[row]) for row in rows]
        view = SearchView([scores[row] for row in rows], params.copy, dict, Space(own), settings)
        results.append(OptimizeResult(**view))
    return results


def as_rule(
    callbacks: Sequence[Callback], show: Callable[[], SearchView]
) -> Callable[[SearchState], str | None]:
    """Return callbacks as a stopping rule: a search stops when one of them returns a true value.

    Each is called with the same view, after each candidate, which `show` makes.
    """

    def rule(state: SearchState, /) -> str | None:
        view = show()
        answers = [callback(view) for callback in callbacks]
        for callback, answer in zip(callbacks, answers, strict=True):
            if _is_true(callback, answer):
                return f"the callback {_name(callback)} returned {answer!r}."
        return None

    return rule


def parse_callbacks(value: Any) -> tuple[Callback, ...]:
    """Return the callbacks that are meant by the parameter `callback` of `fit`.

    Parameters
    ----------
    value : None, callable, or list of callable

    Raises
    ------
    TypeError
        If it is anything else, or a stopping rule.
    """
    callbacks = as_callables("callback", value, "a function of the search so far")
    for each in callbacks:
        if isinstance(each, Converged | Patience | TargetScore):
            raise TypeError(
                f"callback holds {each!r}, which is a stopping rule: write "
                f"BayesSearchCV(..., stopping={each!r})."
            )
    return callbacks


def _is_true(callback: Callback, answer: Any) -> bool:
    """Whether what a callback has returned ends the search."""
    try:
        return bool(answer)
    except ValueError as error:  # of arrays and frames
        raise TypeError(
            f"the callback {_name(callback)} returned {type(answer).__name__}, which is neither "
            "true nor false: return True to end the search, or nothing to continue."
        ) from error


def _name(callback: Callback) -> str:
    return getattr(callback, "__name__", type(callback).__name__)
