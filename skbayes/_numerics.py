"""What the model computes under: one thread, an own setting of numpy, and floats of any size.

Far points have a kernel of 0, hopeless ones an improvement of 0: a model underflows all the time,
and means to, far from any line that could be named. So it is said once, where the model is entered,
and not at each product. Whatever else goes wrong is a fault, and warns as it does by default:
nothing is hidden, and the `numpy.seterr` of a user, stricter or more lenient, changes no search.
What users wrote runs under their own setting: `own_arithmetic` is around no fit, scorer, callback
or rule, and a constraint, which a proposal calls, is called in `users_arithmetic`.
"""

from __future__ import annotations

import math
import threading
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import ThreadpoolController

__all__ = [
    "MAD_TO_SD",
    "SCORE_ROUNDING",
    "OneThread",
    "at_most",
    "binary_exponent",
    "computing",
    "mean",
    "own_arithmetic",
    "rescaled",
    "same_score",
    "standard_deviation",
    "underflowing",
    "users_arithmetic",
]

# Turns a median absolute deviation into a standard deviation for normal data.
MAD_TO_SD = 1.4826

# Scores that differ by less, as a share of the larger one, are equal: sums in another order.
SCORE_ROUNDING = 1e-12

# What users have set, while our own setting is in force; None outside of it.
_users: ContextVar[dict[str, Any] | None] = ContextVar("_users", default=None)


@cache
def _threads() -> ThreadpoolController:
    # Made at the first proposal: it looks through all libraries that are loaded.
    return ThreadpoolController()


class OneThread:
    """Limits linear algebra to one thread: the matrices are small, and the cores have other work.

    The limit is one of the process. Of several uses at the same time, in one thread or in many, the
    first sets it and the last takes it back; each on its own would restore the limit of another.
    """

    _lock = threading.Lock()
    # An interrupt may keep a use from ending. It is forgotten then, and the next ends the limit.
    _inside: ClassVar[weakref.WeakSet[OneThread]] = weakref.WeakSet()
    _limit: ClassVar[Any] = None

    def __enter__(self) -> None:
        with self._lock:
            if OneThread._limit is None:
                OneThread._limit = _threads().limit(limits=1, user_api="blas")
            self._inside.add(self)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside.discard(self)
            if not self._inside:
                OneThread._limit.restore_original_limits()
                OneThread._limit = None


def _setting(**wanted: Any) -> AbstractContextManager[Any]:
    """Return a context with a setting of numpy, which does nothing where that is in force.

    Before numpy 2, whoever sets the default anew, though it was in force, ends what other threads
    ignore for a while: warnings of theirs come up that they had turned off.
    """
    return nullcontext() if wanted.items() <= np.geterr().items() else np.errstate(**wanted)


def underflowing() -> AbstractContextManager[Any]:
    """Return a context in which underflow is ignored."""
    return _setting(under="ignore")


@contextmanager
def own_arithmetic() -> Iterator[None]:
    """Compute with numpy's default setting, whatever users have set for theirs."""
    token = _users.set(_users.get() or {**np.geterr()})
    try:
        with _setting(divide="warn", over="warn", under="ignore", invalid="warn"):
            yield
    finally:
        _users.reset(token)


@contextmanager
def computing() -> Iterator[None]:
    """Enter the model: one thread of linear algebra, and numpy's default setting."""
    with OneThread(), own_arithmetic():
        yield


@contextmanager
def users_arithmetic() -> Iterator[None]:
    """Compute with the setting of the user, for a function of theirs within `own_arithmetic`."""
    setting = _users.get()
    token = _users.set(None)
    try:
        with np.errstate(**(setting or {})):
            yield
    finally:
        _users.reset(token)


def binary_exponent(*numbers: ArrayLike) -> int:
    """Return the least e with all of some finite numbers within 2**e; 0 if they are zeros.

    Their product with 2**-e, which `numpy.ldexp` gives, has the same digits, and its sums and
    squares stay within the range of floats.
    """
    largest = max(float(np.abs(each).max(initial=0.0)) for each in numbers)
    return math.frexp(largest)[1]


def mean(numbers: ArrayLike) -> float:
    """Return the mean of numbers, to the last bit as tables have it, row by row.

    NaN or infinity if one of them is, or if their sum is beyond the largest float.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return float(np.average(np.asarray(numbers, dtype=np.float64)))


def same_score(a: float, b: float) -> bool:
    """Whether two scores differ by rounding at most; False if one of them is NaN."""
    return math.isclose(a, b, rel_tol=SCORE_ROUNDING, abs_tol=SCORE_ROUNDING**2)


def at_most(a: float, b: float) -> bool:
    """Whether a score is at most another one, or above it by rounding only; False for NaN."""
    return a <= b or same_score(a, b)


def standard_deviation(numbers: ArrayLike, ddof: int = 0) -> float:
    """Return the standard deviation of numbers of any size, as `numpy.std` does."""
    y = np.asarray(numbers, dtype=np.float64)
    exponent = binary_exponent(y)
    with own_arithmetic(), np.errstate(over="ignore"):
        return float(np.ldexp(np.std(np.ldexp(y, -exponent), ddof=ddof), exponent))


def rescaled(t: ArrayLike, unit: float, centre: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Return ``centre + unit * t``, no further out than the largest floats.

    A model of scores near these may well expect others beyond them.
    """
    limit = np.finfo(np.float64).max
    with np.errstate(over="ignore"):
        numbers: NDArray[np.float64] = np.clip(
            np.asarray(centre) + unit * np.asarray(t), -limit, limit
        )
    return numbers
