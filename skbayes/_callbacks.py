"""Functions that a user has called after each candidate, in the manner of scikit-optimize."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult

from ._stopping import Standing, as_callables
from .space import Space

__all__ = [
    "BeginsWithFit",
    "Callback",
    "CallbackList",
    "SearchView",
    "parse_callbacks",
    "results_by_dict",
    "settings_of",
]

Callback = Callable[["SearchView"], Any]

# What a result of scikit-optimize holds.
RESULT_NAMES = (
    "x", "fun", "func_vals", "x_iters", "models", "space", "specs", "random_state"
)  # fmt: skip


@runtime_checkable
class BeginsWithFit(Protocol):
    """A callback that is told when a search begins, such as one with a clock."""

    def begin_fit(self) -> None:
        """Be told that `fit` has been called."""


class SearchView(Mapping[str, Any]):
    """A search after some of its candidates, to be read and not to be changed.

    It has the attributes of a fitted scikit-learn search, and those of scikit-optimize's results,
    where a score is negated: lower is better there. As in these, what scikit-optimize has can be
    read as from a dict, too. What is dear is made when it is first read.

    Parameters
    ----------
    scores : sequence of float
        Mean score of each closed candidate in the order asked; NaN for one that failed or was not
        evaluated on all folds.
    params : callable
        Returns the parameters of these candidates, a list of dicts.
    table : callable
        Returns `cv_results_` of these candidates.
    space : Space
        Where they lie.
    settings : mapping
        Arguments of the search, `random_state` among them.
    """

    def __init__(
        self,
        scores: Sequence[float],
        params: Callable[[], list[dict[str, Any]]],
        table: Callable[[], dict[str, Any]],
        space: Space,
        settings: Mapping[str, Any],
    ) -> None:
        self.space = space
        self._settings = settings
        self._scores = tuple(scores)
        self._make_params = params
        self._make_table = table

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
    def _params(self) -> list[dict[str, Any]]:
        return self._make_params()

    @cached_property
    def best_index_(self) -> int:
        """Row of the best candidate, the first one for ties, and if none has a score."""
        losses = [math.inf if math.isnan(score) else -score for score in self._scores]
        return losses.index(min(losses))

    @property
    def best_score_(self) -> float:
        """Score of the best candidate; NaN if none has one."""
        return self._scores[self.best_index_]

    @property
    def best_params_(self) -> dict[str, Any]:
        """Parameters of the best candidate."""
        return self._params[self.best_index_]

    @cached_property
    def cv_results_(self) -> dict[str, Any]:
        """The table of the candidates."""
        with warnings.catch_warnings():
            # That scores are missing is said once, at the end of the search.
            warnings.simplefilter("ignore", UserWarning)
            return self._make_table()

    @cached_property
    def func_vals(self) -> NDArray[np.float64]:
        """Negated scores of the candidates; infinity where there is none."""
        losses = -np.array(self._scores, dtype=np.float64)
        losses[np.isnan(losses)] = np.inf
        return losses

    @property
    def fun(self) -> float:
        """Negated score of the best candidate; infinity if there is none."""
        return float(self.func_vals[self.best_index_]) if self._scores else math.inf

    @cached_property
    def x_iters(self) -> list[list[Any]]:
        """Values of the parameters of each candidate, in the order of their names.

        With several spaces, of all parameters of these: None where a candidate does not have one.
        """
        return [self.space.row(params) for params in self._params]

    @property
    def x(self) -> list[Any] | None:
        """Values of the parameters of the best candidate; None if there is none."""
        return self.x_iters[self.best_index_] if self._scores else None

    @property
    def models(self) -> list[Any]:
        """Nothing: what the search has learnt is told by `insight`."""
        return []

    @property
    def specs(self) -> dict[str, Any]:
        """What was called, with its arguments."""
        return {"function": "BayesSearchCV", "args": dict(self._settings)}

    @property
    def random_state(self) -> Any:
        """Seed of the search."""
        return self._settings["random_state"]


def settings_of(search: Any) -> dict[str, Any]:
    """Return what a result tells of the search that it is of."""
    return {name: getattr(search, name) for name in ("n_iter", "n_points", "random_state")}


def results_by_dict(
    space: Space,
    branches: Sequence[int],
    params: Sequence[dict[str, Any]],
    scores: Sequence[float],
    settings: Mapping[str, Any],
) -> list[OptimizeResult]:
    """Return what scikit-optimize calls a result for each dictionary of a space.

    Parameters
    ----------
    space : Space
    branches : sequence of int
        In which branch each candidate lies.
    params : sequence of dict
        Parameters of each candidate.
    scores : sequence of float
        Score of each candidate; NaN if it has none.
    settings : mapping
        As for `SearchView`.
    """
    results = []
    for number in dict.fromkeys(branch.number for branch in space.branches):
        own = tuple(branch for branch in space.branches if branch.number == number)
        rows = [row for row, index in enumerate(branches) if space.branches[index].number == number]
        found = [params[row] for row in rows]
        view = SearchView(
            [float(scores[row]) for row in rows], found.copy, dict, Space(own), settings
        )
        results.append(OptimizeResult(**view))
    return results


class CallbackList:
    """Callbacks as a stopping rule: a search stops when one of them returns a true value.

    Parameters
    ----------
    callbacks : sequence of callable
        Each is called with the same view, after each candidate.
    view_factory : callable
        Makes the view of a standing.
    """

    def __init__(
        self, callbacks: Sequence[Callback], view_factory: Callable[[Standing], SearchView]
    ) -> None:
        self._callbacks = tuple(callbacks)
        self._view_factory = view_factory

    def __call__(self, standing: Standing, /) -> str | None:
        """Call all of them, and return the reason to stop, or None to go on."""
        if not self._callbacks:
            return None
        view = self._view_factory(standing)
        answers = [callback(view) for callback in self._callbacks]
        for callback, answer in zip(self._callbacks, answers, strict=True):
            if answer:
                return f"the callback {_name(callback)} returned {answer!r}."
        return None


def parse_callbacks(value: Any) -> tuple[Callback, ...]:
    """Return the callbacks that are meant by the parameter `callback` of `fit`.

    Parameters
    ----------
    value : None, callable, or list of callable

    Raises
    ------
    TypeError
        If it is anything else.
    """
    return as_callables("callback", value, "a function of the search so far")


def _name(callback: Callback) -> str:
    return getattr(callback, "__name__", type(callback).__name__)
