"""Models that grow: a fit with more rounds goes on from one with fewer, where that is exact.

A forest with a few trees, or boosting with a few rounds, is the beginning of one with many. For the
classes and conditions below, a fit that goes on gives the same model as one from scratch, bit for
bit; so nothing but time depends on which worker has kept what. All others are fitted from scratch:
networks and linear models fitted by stochastic gradients, say, would draw other random numbers.
"""

from __future__ import annotations

import numbers
import pickle
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

__all__ = ["ROUNDS", "Growth", "begun", "forget"]

# The resource with which models grow.
ROUNDS = "n_estimators"

# What the models that a process keeps may take together: about what one large forest does.
MOST_BYTES = 2**28
# Fit parameters with which going on was found to be exact.
KNOWN_FIT_PARAMS = frozenset({"sample_weight"})

Params = Mapping[str, Any]


def _boosts_as_told(params: Params) -> bool:
    # What ends early counts rounds without gain from where it begins. An estimator as `init` may
    # be random.
    return params["n_iter_no_change"] is None and params["init"] in (None, "zero")


# What has to be the case, by class. Boosting of histograms would be exact too. But it sorts the
# rows into bins again, and predicts again what it knew: it saves little, and the sum of its times
# says nothing of a fit from scratch.
_TABLE: dict[str, Callable[[Params], bool]] = {
    **dict.fromkeys(
        (
            *("RandomForestClassifier", "RandomForestRegressor"),
            *("ExtraTreesClassifier", "ExtraTreesRegressor"),
        ),
        # Of the words for weights of classes a fit that goes on warns.
        lambda params: not isinstance(params.get("class_weight"), str),
    ),
    **dict.fromkeys(("GradientBoostingClassifier", "GradientBoostingRegressor"), _boosts_as_told),
    # With rows out of the bag they refuse to go on.
    **dict.fromkeys(
        ("BaggingClassifier", "BaggingRegressor"), lambda params: not params["oob_score"]
    ),
}


@dataclass(frozen=True, slots=True)
class Growth:
    """What is fitted: a candidate of a search on a fold, and how much of it there will be.

    Its number stands for the parameters of a candidate, and its search for the data.

    Attributes
    ----------
    search : str
        Differs between all searches.
    candidate, fold : int
    is_whole : bool
        Whether the model grows no further.
    """

    search: str
    candidate: int
    fold: int
    is_whole: bool

    @property
    def place(self) -> tuple[int, int]:
        """Where the model is kept."""
        return self.candidate, self.fold


def begun(growth: Growth, estimator: Any) -> tuple[Any, float]:
    """Return the estimator to be fitted, which may be one to go on from.

    In all else it is as if fitted from scratch: nothing in its parameters says that it has gone on.

    Parameters
    ----------
    growth : Growth
    estimator : estimator
        Not fitted; its parameters may change before it is.

    Returns
    -------
    estimator : estimator
        The same, or a model with less of the resource.
    seconds : float
        How long that was fitted; 0 for the same.
    """
    if not _is_known(estimator):
        return estimator, 0.0
    found = _kept.pop(growth)
    seconds = 0.0
    if found is not None:
        packed, seconds = found
        estimator = pickle.loads(packed)
    if found is not None or not growth.is_whole:
        # What is fitted is kept at once: a scorer may change it.
        estimator.fit = partial(_fit, growth, estimator, found is not None, seconds)
    return estimator, seconds


def forget(search: str) -> None:
    """Drop what this process keeps of a search."""
    _kept.clear(search)


def _is_known(estimator: Any) -> bool:
    kind = type(estimator)
    # A class of the user's by the same name, or one that inherits, may do anything.
    return kind.__module__.startswith("sklearn.ensemble.") and kind.__name__ in _TABLE


def _grows_exactly(estimator: Any, fit_params: Params) -> bool:
    """Tell whether to go on from an estimator of the table is known to be exact."""
    params = estimator.get_params(deep=False)
    return (
        isinstance(params["random_state"], numbers.Integral)
        and not params["warm_start"]
        and fit_params.keys() <= KNOWN_FIT_PARAMS
        and _TABLE[type(estimator).__name__](params)
    )


def _fit(
    growth: Growth, estimator: Any, goes_on: bool, before: float, *data: Any, **fit_params: Any
) -> Any:
    """Fit, and keep the model; `estimator.fit` is this function for one call."""
    del estimator.fit
    started = time.perf_counter()
    if goes_on:
        estimator.set_params(warm_start=True)
    try:
        estimator.fit(*data, **fit_params)
    finally:
        if goes_on:
            estimator.set_params(warm_start=False)
    seconds = before + time.perf_counter() - started
    if not growth.is_whole and _grows_exactly(estimator, fit_params):
        # With a base estimator that cannot be pickled there is nothing to go on from.
        with suppress(Exception):
            packed = pickle.dumps(estimator, protocol=pickle.HIGHEST_PROTOCOL)
            _kept.put(growth, packed, seconds)
    return estimator


class _Kept:
    """Models of one search as bytes, of which the oldest ones go if there are too many.

    A worker that comes to another search drops those that it has: nobody tells it when the
    first one has ended.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._search = ""
        self._models: OrderedDict[tuple[int, int], tuple[bytes, float]] = OrderedDict()

    @property
    def n_bytes(self) -> int:
        """What the models take."""
        return sum(len(packed) for packed, _ in self._models.values())

    def put(self, growth: Growth, packed: bytes, seconds: float) -> None:
        with self._lock:
            self._turn_to(growth.search)
            self._models.pop(growth.place, None)
            self._models[growth.place] = packed, seconds
            while self.n_bytes > MOST_BYTES:
                self._models.popitem(last=False)

    def pop(self, growth: Growth) -> tuple[bytes, float] | None:
        with self._lock:
            self._turn_to(growth.search)
            return self._models.pop(growth.place, None)

    def clear(self, search: str) -> None:
        with self._lock:
            if self._search == search:
                self._models.clear()

    def _turn_to(self, search: str) -> None:
        if search != self._search:
            self._models.clear()
            self._search = search


_kept = _Kept()
