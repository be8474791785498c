"""scikit-learn's searches by their own names and arguments, carried out by `BayesSearchCV`.

Each adapter has the constructor of the class it stands for and nothing else: what is not an
argument there has the default that it has in `BayesSearchCV`.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import sklearn.model_selection as theirs
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import ParameterGrid, ParameterSampler

from skbayes import BayesSearchCV

__all__ = ["BY_STRATEGY", "SEARCHES", "SUCCESSIVE_HALVING"]


def constructor(original: type) -> Callable[..., None]:
    """Return an `__init__` that takes the arguments of `original` and stores them."""
    signature = inspect.signature(original.__init__)  # type: ignore[misc]

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        for name, value in [*bound.arguments.items()][1:]:
            setattr(self, name, value)

    __init__.__signature__ = signature  # type: ignore[attr-defined]
    return __init__


class Adapter(BayesSearchCV):
    """What the adapters have in common: the defaults of `BayesSearchCV`."""

    locals().update(
        (name, parameter.default)
        for name, parameter in inspect.signature(BayesSearchCV).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    )


class OverGrid(Adapter):
    """Evaluates all of a grid, in the order of scikit-learn's grid."""

    @property
    def search_spaces(self) -> Any:
        return self.param_grid

    @property
    def initial_points(self) -> list[dict[str, Any]] | None:
        # A malformed grid is for BayesSearchCV to refuse.
        try:
            return list(ParameterGrid(self.param_grid))
        except (TypeError, ValueError):
            return None

    @property
    def n_iter(self) -> int:
        return len(self.initial_points or "?")


class OverDistributions(Adapter):
    """Evaluates `n_iter` candidates: of lists alone those that scikit-learn would draw."""

    @property
    def search_spaces(self) -> Any:
        return self.param_distributions

    @property
    def initial_points(self) -> list[dict[str, Any]] | None:
        try:
            ParameterGrid(self.param_distributions)
        except (TypeError, ValueError):
            return None
        with warnings.catch_warnings():
            # The space is smaller than `n_iter`: BayesSearchCV is to say so.
            warnings.simplefilter("ignore")
            sampler = ParameterSampler(
                self.param_distributions, self.n_iter, random_state=self.random_state
            )
            return list(sampler)


class GridSearchCV(OverGrid):
    __init__ = constructor(theirs.GridSearchCV)


class RandomizedSearchCV(OverDistributions):
    __init__ = constructor(theirs.RandomizedSearchCV)


class HalvingGridSearchCV(OverGrid):
    """All candidates get all resources."""

    __init__ = constructor(theirs.HalvingGridSearchCV)


class HalvingRandomSearchCV(OverDistributions):
    """All candidates get all resources."""

    __init__ = constructor(theirs.HalvingRandomSearchCV)

    @property
    def n_iter(self) -> int:
        return 10 if isinstance(self.n_candidates, str) else self.n_candidates


class GridByStrategy(OverGrid):
    """Evaluates all of a grid, by the strategy of that name."""

    __init__ = constructor(theirs.GridSearchCV)
    strategy = "grid"
    initial_points = None
    n_iter = 50


class RandomByStrategy(OverDistributions):
    """Evaluates `n_iter` candidates, by the strategy of that name."""

    __init__ = constructor(theirs.RandomizedSearchCV)
    strategy = "random"
    initial_points = None


SEARCHES = {"GridSearchCV": GridSearchCV, "RandomizedSearchCV": RandomizedSearchCV}
BY_STRATEGY = {"GridSearchCV": GridByStrategy, "RandomizedSearchCV": RandomByStrategy}
SUCCESSIVE_HALVING = {
    "HalvingGridSearchCV": HalvingGridSearchCV,
    "HalvingRandomSearchCV": HalvingRandomSearchCV,
}
